"""All measures, over regions of several sizes."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from geo.bench import auditing, joining, publishing, responses
from geo.bench.chromium import CHROMIUM
from geo.bench.data import write_region
from geo.bench.growth import exponents
from geo.bench.region import FIRMS_PER_PLOT, Region
from geo.bench.report import Row

SIZES = (1_000, 10_000, 100_000)
"""Plots; firms are ten times as many."""

Tell = Callable[[int, str], None]

ROUNDS = 5
REQUESTS = 2_000


def measure(sizes: Sequence[int], *, rounds: int, requests: int, tell: Tell) -> list[Row]:
    """Measure regions of so many plots one after the other and return all rows.

    ``tell`` is called with the size and a word before each step, which may take minutes.
    """
    rows: list[Row] = []
    for plots in sizes:
        rows += _of_size(plots, rounds, requests, tell)
    return [*rows, *exponents(rows)]


def left_out() -> list[str]:
    """Return the peers and measures that this machine lacks the software for."""
    from geo.bench import nginx, tipg

    there = {
        responses.TIPG: tipg.is_installed(),
        responses.STATIC: nginx.is_installed(),
        "Chromium with Playwright": _has_browser(),
    }
    return [name for name, is_there in there.items() if not is_there]


def _of_size(plots: int, rounds: int, requests: int, tell: Tell) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        region = Region(plots, Path(folder) / "data", Path(folder) / "out")
        tell(plots, "data")
        write_region(region.data, plots=plots, firms=region.firms)
        tell(plots, "publish")
        yield from publishing.measure(region)
        tell(plots, "join, audit")
        yield from joining.measure(plots, plots * FIRMS_PER_PLOT, rounds=rounds)
        yield from auditing.measure(plots=plots, rounds=rounds)
        tell(plots, "answers")
        with responses.serving_region(region) as host:
            yield from responses.measure(region, host, rounds=rounds, requests=requests)
            if _has_browser():
                from geo.bench import viewing

                tell(plots, "views")
                yield from viewing.measure(region, host, rounds=rounds)


def _has_browser() -> bool:
    return importlib.util.find_spec("playwright") is not None and bool(shutil.which(CHROMIUM))
