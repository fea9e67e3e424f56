"""``python -m geo check``: every fault of the data, what is waived, and what has changed."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.console import print_json, say, warn
from geo.errors import GeoError
from geo.findings import NO_WAIVERS, Waivers, compare_findings
from geo.i18n import LANGUAGES, both
from geo.model import Finding
from geo.query import Library
from geo.settings import Settings
from geo.times import today

if TYPE_CHECKING:
    from geo.examination import Examination


def check(arguments: argparse.Namespace, settings: Settings) -> int:
    """Tell every fault of the data; 1 if there is an error that is not waived."""
    from geo.examination import examine  # geometry libraries take seconds to load

    as_of = arguments.as_of or today()
    examined = examine(settings.data_dir, as_of, standing_waivers(settings, as_of))
    counts = dict.fromkeys(("error", "warning", "info"), 0)
    counts.update(Counter(finding.severity for finding in examined.unwaived))
    course = _course_since_published(settings, examined)
    if arguments.json:
        document = {"findings": _describe(examined), "counts": counts}
        print_json({**document, "as_of": as_of.isoformat(), "course": course})
    else:
        print_findings(examined.findings, examined.waivers)
        _say_numbers(examined, counts, course)
    return 1 if counts["error"] else 0


def standing_waivers(settings: Settings, on: date) -> Waivers:
    """Return the waivers that stand on a day.

    Where they cannot be read there are none, and a warning: so no plot is on offer that
    should not be, and a broken database keeps nobody from publishing.
    """
    from geo.state import waivers

    try:
        return waivers.recorded(settings, on)
    except (GeoError, OSError):
        warn("cli.waivers_unread")
        return NO_WAIVERS


def print_findings(findings: Sequence[Finding], waivers: Waivers = NO_WAIVERS) -> None:
    """Print findings in both languages, with what is said of each."""
    for finding in findings:
        where = " ".join([finding.layer, *finding.feature[:3]])
        print(f"{finding.severity:<7} {finding.rule:<22} {where}")
        if finding.blocking:
            print(f"        ({' / '.join(both('cli.blocks').values())})")
        if finding.id in waivers:
            said = both("cli.waived_by", **waivers[finding.id].as_dict())
            print(f"        ({' / '.join(said.values())})")
        for lang in LANGUAGES:
            print(f"        {finding.message[lang]}")


def _describe(examined: Examination) -> list[dict[str, Any]]:
    """Return the findings as JSON; those that are waived say so."""
    return [
        finding.as_dict() | _waiver_of(finding, examined.waivers) for finding in examined.findings
    ]


def _waiver_of(finding: Finding, waivers: Waivers) -> dict[str, Any]:
    found = waivers.get(finding.id)
    return {"waiver": found.as_dict()} if found else {}


def _course_since_published(settings: Settings, examined: Examination) -> dict[str, Any] | None:
    """Return the version that is served and how many findings are new, open and fixed since.

    ``None`` if there is none that can be read.
    """
    try:
        served = Library(settings.out).current("staff")
        before = served.document("findings.json")
    except GeoError:
        return None
    course = compare_findings(before, [finding.as_dict() for finding in examined.shown])
    return {"version": served.version} | {name: len(part) for name, part in vars(course).items()}


def _say_numbers(
    examined: Examination, counts: Mapping[str, int], course: Mapping[str, Any] | None
) -> None:
    say("cli.checked", **counts)
    if examined.waivers:
        say("cli.waived", count=len(examined.waivers))
    if course:
        say("cli.course", **course)
