"""``python -m geo import LAYER FILE``: what the page ``/data`` does, for scripts and shells."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.cli_instance import note
from geo.console import print_json, say, system_user
from geo.errors import GeoError, RunError
from geo.i18n import LANGUAGES, both
from geo.model import NATURES
from geo.settings import Settings
from geo.times import today

if TYPE_CHECKING:
    from geo.importer.model import Options

EXIT = {"imported": 0, "dry_run": 0, "rejected": 1, "needs_answer": 3}
"""Exit status of the command by the status of the report."""

_MOST_PRINTED = 50
_MAP_BYTES = 1_000_000
_CODES = ("land_use_2023", "gbt21010_2017", "gb50137_2011")


def add_command(commands: Any, *parents: argparse.ArgumentParser) -> None:
    """Add the command to the parser of ``python -m geo``."""
    text = "import a county file into a layer or table, all of it or nothing"
    sub = commands.add_parser("import", parents=parents, help=text, description=text)
    sub.set_defaults(command=import_file)
    sub.add_argument("layer", metavar="LAYER")
    sub.add_argument("file", metavar="FILE", type=Path)
    sub.add_argument("--dry-run", action="store_true", help="only report, change nothing")
    mode = sub.add_mutually_exclusive_group()
    mode.add_argument("--merge", dest="mode", action="store_const", const="merge", default="merge",
                      help="keep records that the file does not have (default)")  # fmt: skip
    mode.add_argument("--replace", dest="mode", action="store_const", const="replace",
                      help="drop records that the file does not have")  # fmt: skip
    for option, metavar, text in (
        ("--datum", "DATUM", "auto, wgs84, cgcs2000, gcj02, bd09 (default: auto)"),
        ("--crs", "EPSG:n", "coordinate system of the numbers"),
        ("--map", "FILE", 'JSON: {"columns": {HEADING: FIELD}, "units": {HEADING: UNIT}}'),
        ("--sheet", "NAME", "sheet or layer of the file"),
        ("--source", "TEXT", "source of records that name none"),
    ):
        sub.add_argument(option, metavar=metavar, help=text)
    sub.add_argument("--codes", choices=_CODES, help="standard of the land-use codes")
    sub.add_argument("--nature", choices=NATURES, help="nature of records that name none")


def import_file(arguments: argparse.Namespace, settings: Settings) -> int:
    """Import a file, or say what importing it would do; return the exit status."""
    from geo import intake  # geometry libraries take seconds to load

    file: Path = arguments.file
    if not file.exists():
        raise RunError("IMPORT_FILE_MISSING", file=file.name)
    wanted = intake.Intake(arguments.layer, file, file.name, _options(arguments))
    common: dict[str, Any] = {
        "as_of": arguments.as_of or today(),
        "remembered": _memory(settings, arguments.layer),
        "progress": _silent if arguments.json else _Teller(),
    }
    if arguments.dry_run:
        outcome = intake.examine(settings, wanted, **common)
    else:
        outcome = intake.carry_out(
            settings, wanted, rows="clean", base=None, by=system_user(), **common
        )
    if outcome.report["status"] == "imported":
        _keep(settings, outcome.report, outcome.fingerprint, outcome.columns)
    if arguments.json:
        print_json(outcome.report)
    else:
        _print_report(outcome.report)
    return EXIT[outcome.report["status"]]


def _options(arguments: argparse.Namespace) -> Options:
    from geo.importer.model import Options

    columns, units = _read_map(arguments.map) if arguments.map else ({}, {})
    return Options(
        mode=arguments.mode,
        datum=arguments.datum or "auto",
        crs=arguments.crs,
        codes=arguments.codes,
        sheet=arguments.sheet,
        columns=columns,
        units=units,
        nature=arguments.nature,
        source=arguments.source,
        as_of=arguments.as_of.isoformat() if arguments.as_of else None,
    )


def _read_map(file: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return columns and units that a mapping file explains."""
    try:
        with Path(file).open(encoding="utf-8-sig") as stream:
            document = json.loads(stream.read(_MAP_BYTES))
    except (ValueError, RecursionError) as error:
        raise RunError("MAP_UNREADABLE", file=Path(file).name) from error
    parts = document if isinstance(document, dict) else {"": None}
    if not {"columns", "units"} & parts.keys():
        parts = {"columns": parts}
    return _texts(parts.get("columns", {}), file), _texts(parts.get("units", {}), file)


def _texts(part: Any, file: str) -> dict[str, str]:
    is_flat = isinstance(part, dict) and all(isinstance(text, str) for text in part.values())
    if not is_flat:
        raise RunError("MAP_UNREADABLE", file=Path(file).name)
    return dict(part)


def _memory(settings: Settings, layer: str) -> Callable[[str], Mapping[str, str]]:
    """Return how to recall the columns of a source; without a database nothing is known."""

    def recall(fingerprint: str) -> Mapping[str, str]:
        from geo.state import mappings, open_state
        from geo.state.database import has_state

        if has_state(settings):
            with suppress(GeoError, OSError):
                return mappings.recall(open_state(settings), layer, fingerprint)
        return {}

    return recall


def _keep(
    settings: Settings, report: Mapping[str, Any], fingerprint: str, columns: Mapping[str, str]
) -> None:
    """Enter the import in the audit log, and remember what was said of the columns."""
    from geo.state import mappings, open_state

    detail = {name: report[name] for name in ("layer", "file", "mode", "rows")}
    note(settings, "import", detail)
    if columns:
        with suppress(GeoError, OSError):
            mappings.remember(open_state(settings), report["layer"], fingerprint, columns)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody: the only output is one JSON document."""


class _Teller:
    """Tells every stage once, on standard error."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, stage: str, _done: int, _total: int) -> None:
        if stage != self._stage:
            self._stage = stage
            print(" / ".join(both(stage).values()), file=sys.stderr)


# --- the report in words -----------------------------------------------------------------------


def _print_report(report: Mapping[str, Any]) -> None:
    _print_understood(report["understood"])
    for remark in report["remarks"]:
        _print_both(remark["message"])
    for fault in report["faults"][:_MOST_PRINTED]:
        print(f"{fault['severity']:<7} {fault['rule']:<22} {_place_of(fault)}")
        _print_both(fault["message"], indent=8)
    if report["faults_total"] > _MOST_PRINTED:
        say("cli.import_more_faults", count=report["faults_total"] - _MOST_PRINTED)
    for question in report["questions"]:
        _print_question(question)
    say("cli.import_rows", **report["rows"])
    if report["placed"]:
        say("cli.joined", **report["placed"]["counts"])
    say(f"cli.import_{report['status']}")


def _print_understood(understood: Mapping[str, Any]) -> None:
    facts = ("format", "encoding", "sheet", "datum", "crs", "codes")
    print("  ".join(f"{name}: {understood[name]}" for name in facts if understood[name]))
    for column in understood["headings"]:
        unit = f" [{column['unit']}]" if column["unit"] else ""
        likely = f" ({', '.join(column['suggestions'])}?)" if column["suggestions"] else ""
        print(f"  {column['heading']} -> {column['field'] or '-'}{unit}{likely}")
    _print_both(understood["why"])


def _place_of(fault: Mapping[str, Any]) -> str:
    row = " / ".join(both("cli.import_row", row=fault["row"]).values()) if fault["row"] else ""
    return "  ".join(part for part in (row, fault["column"], fault["value"]) if part)


def _print_question(question: Mapping[str, Any]) -> None:
    option, _, heading = question["id"].partition(":")
    _print_both(question["message"])
    for answer in question["answers"]:
        given = f"--{option} {answer['value']}" if not heading else f"--map: {answer['value']}"
        print(f"  {given}  {' / '.join(answer['label'][lang] for lang in LANGUAGES)}")


def _print_both(message: Mapping[str, str], *, indent: int = 0) -> None:
    for lang in LANGUAGES:
        if message[lang]:
            print(f"{' ' * indent}{message[lang]}")
