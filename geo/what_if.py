"""What if: what a changed layout would mean, against what is published.

The file is imported onto a copy of the data in use, below the draft's own folder, and the
copy is examined as a publish would. Data in use, snapshots and pointer stay as they are.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from geo.data_in_use import data_in_use
from geo.errors import NotFound
from geo.findings import FindingRecord, Waivers, compare_findings
from geo.importer.model import Progress, no_progress
from geo.intake import Intake, Recall, carry_out, recall_nothing
from geo.layout_difference import MOST_LISTED, compare_balance, compare_plots, compare_rates
from geo.publish import PublishBlocked, try_out
from geo.query import Library, Snapshot
from geo.settings import Settings

_COUNTS = ("new", "changed", "gone")
_Files = Mapping[str, Any]


@dataclass(frozen=True)
class Served:
    """The published snapshot that a draft is held against."""

    version: str
    as_of: date
    files: _Files


def try_layout(
    settings: Settings,
    intake: Intake,
    scratch: Path,
    *,
    today: date,
    waivers: Waivers,
    remembered: Recall = recall_nothing,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Return as JSON what a layout would mean; nothing outside ``scratch`` changes.

    Parameters
    ----------
    settings
        Where data and snapshots are.
    intake
        The file and how to read it.
    scratch
        A folder that is made here and is gone at the end.
    today
        Counts where nothing is published; else the day of the snapshot does, so that no
        finding is new only because time has passed.
    waivers
        Those that stand.
    remembered, progress
        As for :func:`geo.intake.examine`.

    Returns
    -------
    dict
        ``status`` (``done``, ``needs_answer``, ``rejected`` or ``blocked``), ``summary``,
        ``version`` of the snapshot compared with, ``remarks``, ``questions``, ``faults``;
        if done also ``plots``, ``balance``, ``rates`` and ``findings``.

    Raises
    ------
    DataError
        As :func:`geo.intake.examine`.
    """
    served = read_served(settings)
    as_of = served.as_of if served else today
    with _scratch(scratch):
        copied = replace(settings, data=data_in_use(settings), out=scratch)
        outcome = carry_out(
            copied,
            intake,
            rows="all",
            base=None,
            by="",
            as_of=as_of,
            remembered=remembered,
            progress=progress,
        )
        head = _head(outcome.report, served)
        if outcome.report["status"] != "imported":
            return {"status": outcome.report["status"], "summary": {}, **head}
        progress("stage.checking", 0, 0)
        try:
            tried = try_out(data_in_use(copied), as_of, waivers)
        except PublishBlocked as error:
            found = [finding.as_dict() for finding in error.findings]
            return {"status": "blocked", "summary": {}, **head, "blocking": found}
    compared = _compare(served.files if served else {}, tried)
    return {"status": "done", **head, "faults": [], **compared}  # they are among the findings


def read_served(settings: Settings) -> Served | None:
    """Return what is published; ``None`` before the first publish."""
    try:
        shown = Library(settings.out).current("staff")
    except NotFound:
        return None
    files = {
        "parcels": list(shown.of_kind("parcels").values()),
        **{name: _document(shown, f"{name}.json") for name in ("balance", "rates", "findings")},
    }
    return Served(shown.version, date.fromisoformat(shown.site["as_of"]), files)


def _document(shown: Snapshot, name: str) -> Any:
    """Return a file of a snapshot; ``None`` if it is older than such files."""
    with suppress(NotFound):
        return shown.document(name)
    return None


@contextmanager
def _scratch(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder, ignore_errors=True)  # of a job that was killed
    folder.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _head(report: Mapping[str, Any], served: Served | None) -> dict[str, Any]:
    return {
        "version": served.version if served else None,
        "as_of": served.as_of.isoformat() if served else None,
        "questions": report["questions"],
        "remarks": report["remarks"],
        "faults": report["faults"][:MOST_LISTED],
    }


def _compare(before: _Files, tried: Mapping[str, bytes]) -> dict[str, Any]:
    after = {name: json.loads(body) for name, body in tried.items()}
    plots = compare_plots(before.get("parcels") or [], after["parcels"]["features"])
    findings = _course(before.get("findings"), after["findings"])
    counts = {name: sum(one["kind"] == name for one in plots) for name in _COUNTS}
    return {
        "summary": {
            "plots": counts,
            "findings": {name: len(found) for name, found in findings.items()},
        },
        "plots": plots[:MOST_LISTED],
        "balance": compare_balance(before.get("balance"), after["balance"]),
        "rates": compare_rates(before.get("rates"), after["rates"]),
        "findings": {name: found[:MOST_LISTED] for name, found in findings.items()},
    }


def _course(
    before: Sequence[FindingRecord] | None, after: Sequence[FindingRecord]
) -> dict[str, list[FindingRecord]]:
    course = compare_findings(before or [], after)
    return {"new": list(course.new), "fixed": list(course.fixed), "open": list(course.open)}
