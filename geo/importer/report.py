"""The doctor's report on a file: what was understood, what would change, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geo.export.faults import faults_workbook
from geo.i18n import LANGUAGES, both
from geo.importer.compare import Difference, list_changes
from geo.importer.datum import Decision
from geo.importer.identify import Suggestion
from geo.importer.merge import Merged
from geo.importer.model import Bilingual, ColumnMatch, Question, Remark, RowFault, Table
from geo.model import Kind

MOST_FAULTS = 1000
"""Most faults that a report lists; it counts all, and the workbook has every row."""

MOST_FIRMS = 500
_MOST_SUGGESTIONS = 1000


@dataclass
class Draft:
    """What a file was understood as, before it is held against the layer.

    Parameters
    ----------
    sheets
        Names of all tables of the file.
    table, matches
        The table that is imported, and what each of its columns was taken for.
    explained
        What people have said of the columns, now or before: heading to field.
    frame, shapes
        Fields with keys and references, and geometries in EPSG:4326, parallel to its rows.
    decision
        What the coordinates were taken for; ``None`` if there are none.
    codes, codes_why
        Standard of the land-use codes and how it is known; ``None`` if there are none.
    faults, questions, remarks, suggestions
        What is wrong, open, or worth telling so far.
    """

    sheets: Sequence[str]
    table: Table
    matches: Sequence[ColumnMatch]
    explained: Mapping[str, str]
    frame: pd.DataFrame
    shapes: np.ndarray
    decision: Decision | None = None
    codes: str | None = None
    codes_why: Bilingual | None = None
    faults: list[RowFault] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)

    @property
    def headings(self) -> dict[str, str]:
        """The columns of the file by field."""
        return {match.field: match.heading for match in self.matches if match.field}

    @property
    def _is_turned(self) -> bool:
        """Whether the file has the northing first and its reader has turned it already."""
        return bool(self.table.evidence.northing_first)

    def understood(self) -> dict[str, Any]:
        """Return as JSON what the file was understood as."""
        place = self.decision
        return {
            "format": self.table.format,
            "encoding": self.table.encoding,
            "sheet": self.table.name,
            "sheets": list(self.sheets),
            "columns": {match.heading: match.field for match in self.matches},
            "units": {match.heading: match.unit for match in self.matches if match.unit},
            "datum": place.datum if place else None,
            "crs": place.crs if place else None,
            "northing_first": place and (place.northing_first or self._is_turned),
            "codes": self.codes,
            "confidence": round(place.confidence, 2) if place else 1.0,
            "why": _joined(text for text in (place.why if place else None, self.codes_why) if text),
            "headings": [match.as_dict() for match in self.matches],
        }

    def notes(self) -> dict[int, list[Bilingual]]:
        """Return by row what names that are not known may mean."""
        notes: dict[int, list[Bilingual]] = {}
        for found in self.suggestions:
            sentence = both(
                "fault.SUGGESTION", value=found.value, id=found.suggestion, title=found.title
            )
            notes.setdefault(found.row, []).append(sentence)
        return notes


@dataclass(frozen=True)
class Plan:
    """What an import would do.

    Parameters
    ----------
    rows
        Numbers in the file of the rows that are merged, parallel to the incoming frame.
    merged, difference
        The layer as it would be, and how it differs.
    faults
        Every fault of file and merged data, the gravest first.
    placed
        How the firms of the file were placed; ``None`` for other layers.
    leaving
        Number of rows whose records go, as the options say.
    """

    rows: Sequence[int]
    merged: Merged
    difference: Difference
    faults: Sequence[RowFault]
    placed: Mapping[str, Any] | None
    leaving: int = 0

    @property
    def faulty_rows(self) -> set[int]:
        """Numbers of the rows with an error."""
        return {fault.row for fault in self.faults if fault.severity == "error" and fault.row}

    def can(self) -> dict[str, bool]:
        """Return whether all rows, or the good ones, may be imported."""
        has_rows = bool(self.rows or self.leaving)
        good = set(self.rows) - self.faulty_rows
        is_lost = any(fault.fatal and not fault.row for fault in self.faults)
        return {
            "all": has_rows and not any(fault.fatal for fault in self.faults),
            "good": bool(good or self.leaving) and not is_lost,
        }


@dataclass(frozen=True)
class Outcome:
    """What an import would do, or did.

    Parameters
    ----------
    report
        The JSON document that pages and command line show.
    base
        Hash of the layer as it was when the report was made.
    fingerprint, columns
        By which the columns of this source are recognised again, and what people said of
        them: heading to field, empty for one that is left out.
    """

    report: dict[str, Any]
    base: str
    fingerprint: str
    columns: Mapping[str, str]
    _table: Table
    _faults: Sequence[RowFault]
    _notes: Mapping[int, Sequence[Bilingual]]

    def faults_workbook(self) -> bytes:
        """Return an XLSX of the rows with faults, the cells marked, to be mended and returned."""
        return faults_workbook(self._table, self._faults, self._notes)


def build_report(
    draft: Draft, plan: Plan | None, present: pd.DataFrame, kind: Kind
) -> dict[str, Any]:
    """Return the report as JSON, apart from status, layer, file, mode and base."""
    faults = plan.faults if plan else draft.faults
    counts = plan.difference.counts if plan else dict.fromkeys(_COUNTED, 0)
    faulty = {fault.row for fault in faults if fault.severity == "error" and fault.row}
    changes = _changes(plan, present, kind) if plan else []
    return {
        "understood": draft.understood(),
        "rows": {**counts, "read": len(draft.table.rows), "faulty": len(faulty)},
        "faults": [fault.as_dict() for fault in faults[:MOST_FAULTS]],
        "faults_total": len(faults),
        "questions": [question.as_dict() for question in draft.questions],
        "remarks": [remark.as_dict() for remark in draft.remarks],
        "changes": changes,
        "changes_total": counts["new"] + counts["changed"] + counts["gone"],
        "placed": plan.placed if plan else None,
        "suggestions": [s.as_dict() for s in draft.suggestions[:_MOST_SUGGESTIONS]],
        "can": plan.can() if plan else {"all": False, "good": False},
    }


_COUNTED = ("new", "changed", "unchanged", "gone")


def _changes(plan: Plan, present: pd.DataFrame, kind: Kind) -> list[dict[str, Any]]:
    return list_changes(present, plan.merged, plan.difference, kind, rows=plan.rows)


def placed_firms(
    joined: pd.DataFrame, places: Sequence[int], rows: Sequence[int], conflicts: Iterable[Any]
) -> dict[str, Any]:
    """Return as JSON how the firms of a file were placed.

    ``joined`` are the firms as :func:`geo.join.join_enterprises` returns them, ``places`` and
    ``rows`` the row there and the number in the file of each firm, ``conflicts`` its notes on
    firms whose places contradict each other.
    """
    firms = joined.iloc[list(places)]
    keys = set(firms["enterprise_id"])
    listed = firms.head(MOST_FIRMS)
    records = zip(rows, *(_texts(listed[name]) for name in _FIRM_COLUMNS), strict=False)
    return {
        "counts": {
            way: int(count)
            for way, count in firms["placed_by"].value_counts().reindex(_WAYS, fill_value=0).items()
        },
        "firms": [
            {"row": row, "key": key, "name": name, "by": by, "place": hall or plot or park}
            for row, key, name, by, hall, plot, park in records
        ],
        "conflicts": [list(note) for note in conflicts if note[0] in keys][:MOST_FIRMS],
    }


_FIRM_COLUMNS = ("enterprise_id", "name_zh", "placed_by", "building_id", "parcel_id", "park_id")
_WAYS = ("building_id", "parcel_id", "park_id", "position", "none")


def _texts(values: pd.Series[Any]) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in values.tolist()]


def _joined(texts: Iterable[Bilingual]) -> dict[str, str]:
    found = list(texts)
    return {lang: " ".join(text[lang] for text in found) for lang in LANGUAGES}
