"""``python -m geo bench``: this software beside its peers, in one run on this machine."""

from __future__ import annotations

import argparse
from typing import Any

from geo.console import print_json, warn
from geo.errors import RunError
from geo.settings import Settings


def add_bench_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser of ``python -m geo``."""
    text = "measure publishing, joins, answers and views beside named peers"
    sub = commands.add_parser("bench", parents=[common], help=text, description=text)
    sub.set_defaults(command=bench)
    text = "sizes of the regions that are made up for it; firms are ten times as many"
    sub.add_argument("--plots", type=_count, nargs="+", metavar="N", help=text)
    sub.add_argument("--rounds", type=_count, help="ours and the peer in turns; medians are shown")
    sub.add_argument("--requests", type=_count, help="requests in a round")


def bench(arguments: argparse.Namespace, _settings: Settings) -> int:
    """Measure and print; return the exit status."""
    try:
        from geo.bench import run  # geometry libraries take seconds to load
    except ModuleNotFoundError as error:
        # What looks at other processes comes with the libraries of a cluster.
        reason = f"{error}: pip install -r requirements-scale.txt"
        raise RunError("BENCH_FAILED", what="bench", reason=reason) from error
    from geo.bench.report import as_table

    sizes = arguments.plots or run.SIZES
    for name in run.left_out():
        warn("cli.bench_left_out", name=name)
    rows = run.measure(
        sizes,
        rounds=arguments.rounds or run.ROUNDS,
        requests=arguments.requests or run.REQUESTS,
        tell=lambda plots, step: warn("cli.bench_step", plots=plots, step=step),
    )
    if arguments.json:
        print_json([row.as_dict() for row in rows])
    else:
        print(as_table(rows))
    return 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
