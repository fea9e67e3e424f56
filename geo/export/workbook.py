"""The report for planners as a workbook, from the published staff edition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from geo.errors import NotFound
from geo.export.planning import balance_sheet, indicators_sheet, rates_sheet
from geo.export.published import published_layer
from geo.export.ranking import ranking_sheet
from geo.export.records import both_lines, findings_sheet, in_lines, record_sheet
from geo.export.sheets import Column, Sheet, build_workbook
from geo.i18n import LANGUAGES, both, message
from geo.planning.balance import LEVELS, MEANINGS, areas_of
from geo.planning.documents import one_of
from geo.query import Library, Snapshot
from geo.settings import Settings
from geo.storage.durable import write_whole

Notice = Mapping[str, str]
"""What a sheet says of itself, by language."""


@dataclass(frozen=True)
class Reported:
    """The outcome of a report: the file, its sheets, and from which snapshot."""

    path: Path
    sheets: tuple[str, ...]
    version: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as the JSON object that the command line tells."""
        return {"path": str(self.path), "sheets": list(self.sheets), "version": self.version}


def write_report(settings: Settings, target: Path, meaning: str = MEANINGS[0]) -> Reported:
    """Write the workbook of the snapshot that is published now and return what it has.

    A file of that name is replaced in one step. A snapshot of an earlier software lacks what
    that did not compute, and then the workbook lacks the sheet.

    Parameters
    ----------
    meaning
        Which area the balance sheets have, one of :data:`geo.planning.balance.MEANINGS`.

    Raises
    ------
    BadRequest
        ``PLAN_OPTION`` for another meaning.
    NotFound
        ``NOT_PUBLISHED`` before the first publish; ``PLAN_TABLES_MISSING`` for plane areas that
        an earlier software did not compute.
    """
    one_of("area", meaning, MEANINGS)
    snapshot = Library(settings.out).current("staff")
    sheets = list(report_sheets(snapshot, meaning))
    write_whole(target, build_workbook(sheets))
    return Reported(target, tuple(sheet.name for sheet in sheets), snapshot.version)


def report_sheets(snapshot: Snapshot, meaning: str) -> Iterator[Sheet]:
    """Give the sheets of a staff snapshot in their order, the sources first."""
    notice = _notice(snapshot)
    yield _sources(snapshot, notice)
    for level in LEVELS:
        yield from _planning(snapshot, "balance.json", partial(_balance, meaning, level), notice)
    yield from _planning(snapshot, "rates.json", rates_sheet, notice)
    names = _names(snapshot)
    for kind in ("parcels", "enterprises"):
        layer = published_layer(snapshot, snapshot.layer_of(kind))
        yield record_sheet(layer, names, message(f"report.sheet_{kind}", "zh"))
    yield findings_sheet(snapshot.document("findings.json"), _titles(snapshot), notice)
    for make in (indicators_sheet, ranking_sheet):
        yield from _planning(snapshot, "indicators.json", make, notice)


def _planning(
    snapshot: Snapshot,
    name: str,
    make: Callable[[Mapping[str, Any], Notice], Sheet],
    notice: Notice,
) -> Iterator[Sheet]:
    """Give a sheet of a published table, none if that was not published."""
    try:
        document = snapshot.document(name)
    except NotFound:
        return
    yield make(document, notice)


def _balance(meaning: str, level: str, document: Mapping[str, Any], notice: Notice) -> Sheet:
    return balance_sheet(areas_of(document, meaning), level, notice)


def _entries(snapshot: Snapshot) -> list[Mapping[str, Any]]:
    return [*snapshot.site["layers"], *snapshot.site["tables"]]


def _titles(snapshot: Snapshot) -> dict[str, str]:
    return {entry["id"]: entry["title"]["zh"] for entry in _entries(snapshot)}


def _names(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """Return what land-use classes, industries and parks are called in Chinese."""
    codes = snapshot.site["codes"]
    named = {
        name: {c: e["zh"] for c, e in codes[name].items()} for name in ("land_use", "industry")
    }
    parks = snapshot.of_kind("parks").items()
    return {**named, "parks": {k: f["properties"].get("name_zh", "") for k, f in parks}}


def _notice(snapshot: Snapshot) -> dict[str, str]:
    """Return what every sheet says of itself: sample marks and the version."""
    natures = {nature for entry in snapshot.site["layers"] for nature in entry["natures"]}
    marks = [both(f"export.has_{n}") for n in ("sample", "schematic") if n in natures]
    said = [*marks, both("report.notice", version=snapshot.version)]
    return {lang: " ".join(text[lang] for text in said) for lang in LANGUAGES}


def _sources(snapshot: Snapshot, notice: Mapping[str, str]) -> Sheet:
    """Return the sheet that says where each layer and table comes from, and of what date."""
    widths = {"title": 22, "count": 10, "natures": 20, "source": 60, "as_of": 12, "licence": 40}
    columns = [Column(both_lines(f"report.source_{name}"), w, "0") for name, w in widths.items()]
    rows = [
        [
            in_lines(entry["title"]),
            entry["count"],
            "、".join(message(f"nature.{nature}", "zh") for nature in entry["natures"]),
            in_lines(entry["source"]),
            entry["as_of"],
            entry["licence"],
        ]
        for entry in _entries(snapshot)
    ]
    return Sheet(message("report.sheet_sources", "zh"), in_lines(notice), columns, rows)
