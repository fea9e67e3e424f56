"""``python -m geo``: check, publish, versions, rollback, serve, and the commands beside.

Exit status: 0 well, 1 the data is at fault, 2 could not run, 3 an answer is needed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from geo.cli_bench import add_bench_command
from geo.cli_check import check, print_findings, standing_waivers
from geo.cli_export import add_export_commands
from geo.cli_import import add_command
from geo.cli_instance import add_commands, note
from geo.cli_load import add_load_command
from geo.console import print_json, say, system_user, warn
from geo.errors import DataError, GeoError, RunError
from geo.i18n import both
from geo.settings import Settings, read_settings
from geo.times import shown_time, today

Command = Callable[[argparse.Namespace, Settings], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    arguments = _parser().parse_args(argv)
    command: Command = arguments.command
    try:
        return command(arguments, _settings(arguments))
    except GeoError as error:
        return _report_failure(error, as_json=arguments.json)
    except BrokenPipeError:
        # Whoever read the output has enough; Python must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except OSError as error:
        return _report_failure(_refusal(error), as_json=arguments.json)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, help="data directory (PARKS_DATA)")
    common.add_argument("--out", type=Path, help="output directory (PARKS_OUT)")
    common.add_argument("--json", action="store_true", help="one JSON document on stdout")
    dated = argparse.ArgumentParser(add_help=False)
    dated.add_argument(
        "--as-of",
        type=date.fromisoformat,
        metavar="DATE",
        help="the day that ages are counted from (default: today in Asia/Shanghai)",
    )
    parser = argparse.ArgumentParser(prog="python -m geo", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, parents, text in (
        ("check", check, [common, dated], "list every fault of the data"),
        ("publish", _publish, [common, dated], "publish the data as a new snapshot"),
        ("versions", _versions, [common], "list the published snapshots"),
        ("rollback", _rollback, [common], "make an earlier snapshot the current one"),
        ("serve", _serve, [common], "serve the map; the first start publishes"),
        ("job", _job, [common], "run a job that the page /data has started"),
    ):
        sub = commands.add_parser(name, parents=parents, help=text, description=text)
        sub.set_defaults(command=command)
        if name == "rollback":
            sub.add_argument("version", metavar="VERSION")
        if name == "job":
            sub.add_argument("id", metavar="ID")
    add_command(commands, common, dated)
    add_commands(commands, common)
    add_export_commands(commands, common)
    add_load_command(commands, common)
    add_bench_command(commands, common)
    return parser


def _settings(arguments: argparse.Namespace) -> Settings:
    """Return the settings of the environment with the options of the call."""
    given = {
        name: getattr(arguments, name).resolve()
        for name in ("data", "out")
        if getattr(arguments, name) is not None
    }
    return replace(read_settings(), **given)


def _publish(arguments: argparse.Namespace, settings: Settings) -> int:
    from geo import publish

    as_of = arguments.as_of or today()
    try:
        standing = standing_waivers(settings, as_of)
        done = publish.publish(settings, as_of=as_of, by=system_user(), waivers=standing)
    except publish.PublishBlocked as error:
        if not arguments.json:
            print_findings(error.findings)
        raise
    if done.changed:
        note(settings, "publish", {"version": done.version})
    if arguments.json:
        document = {"version": done.version, "changed": done.changed, "path": str(done.path)}
        print_json(document)
    else:
        say("cli.published" if done.changed else "cli.unchanged", version=done.version)
        if done.open_errors:
            say("cli.open_errors", count=done.open_errors)
        say("cli.joined", **done.joined.as_dict()["counts"])
    return 0


def _versions(arguments: argparse.Namespace, settings: Settings) -> int:
    from geo.versions import describe_versions

    versions = describe_versions(settings)
    if arguments.json:
        print_json(versions)
    for version in () if arguments.json else versions:
        mark = "*" if version["current"] else " "
        at = shown_time(version["published_at"])
        print(f"{mark} {version['version']}  {at}  {version['by']}")
    return 0


def _rollback(arguments: argparse.Namespace, settings: Settings) -> int:
    from geo.publish import describe_versions, rollback

    rollback(settings, arguments.version, by=system_user())
    note(settings, "rollback", {"version": arguments.version})
    if arguments.json:
        print_json(describe_versions(settings))
    else:
        say("cli.rolled_back", version=arguments.version)
    return 0


def _serve(_arguments: argparse.Namespace, settings: Settings) -> int:
    from geo.web.serve import serve

    serve(settings)
    return 0


def _job(arguments: argparse.Namespace, settings: Settings) -> int:
    from geo import worker

    done = worker.run(settings, arguments.id)
    if arguments.json:
        print_json({"id": arguments.id, "done": done})
    return 0 if done else 1


def _refusal(error: OSError) -> RunError:
    if isinstance(error, FileNotFoundError) and error.filename:
        return RunError("PATH_MISSING", file=error.filename)
    return RunError("SYSTEM_REFUSED", reason=error.strerror, file=error.filename)


def _report_failure(error: GeoError, *, as_json: bool) -> int:
    """Say what went wrong in both languages and return the exit status."""
    key = f"error.{error.code}"
    if as_json:
        print_json({"error": {"code": error.code, "message": both(key, **error.params)}})
    else:
        warn(key, **error.params)
    return 1 if isinstance(error, DataError) else 2
