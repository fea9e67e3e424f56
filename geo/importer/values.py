"""The cells of matched columns to a typed frame, with every cell that could not be understood.

A value that cannot be understood is never guessed: it stays missing and has a fault that
says what is expected. An amount whose unit nobody says is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo.codes import Codes, IndustryList, read_codes
from geo.i18n import both
from geo.importer.aliases import LAND_USE_NAME, fields_of
from geo.importer.amounts import column_unit
from geo.importer.model import (
    Answer,
    Bilingual,
    Cell,
    ColumnMatch,
    Progress,
    Question,
    Remark,
    RowFault,
    Table,
    no_progress,
)
from geo.importer.readers import reader_for
from geo.importer.reading import NOTHING, Problem, Reader, Reading, shown
from geo.importer.units import label, likely_units
from geo.model import FieldSpec, Kind
from geo.settings import BUNDLED_LAYERS

FAULTS_IN_FULL = 20_000
"""Faults that are kept one by one; beyond it each row still keeps its first fatal one."""

_DTYPES = {"str": "str", "date": "str", "float": "float64", "int": "Int64", "bool": "boolean"}
_EXTRA = {
    "lon": FieldSpec("lon", "float"),
    "lat": FieldSpec("lat", "float"),
    LAND_USE_NAME: FieldSpec(LAND_USE_NAME),
}


@dataclass
class Cleaned:
    """What the cells say.

    Parameters
    ----------
    frame
        One row per record of the table, with the matched fields in the order of the kind;
        ``lon`` and ``lat`` hold the numbers of the file, ``land_use_name`` stands beside
        ``land_use_code`` for :func:`geo.importer.land_codes.to_guide_2023`.
    faults
        Cells that could not be understood, row by row.
    questions
        ``unit:HEADING`` for amounts in a unit that nobody says; their values are missing.
    remarks
        What was read in another way than it is written, once per column.
    """

    frame: pd.DataFrame
    faults: list[RowFault] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@dataclass
class _Column:
    """One matched column as it was read; ``told`` are the rows that have more than a value."""

    spec: FieldSpec
    match: ColumnMatch
    cells: Sequence[Cell]
    series: pd.Series[Any]
    told: list[tuple[int, Reading]]


def clean_values(
    table: Table,
    kind: Kind,
    matches: Sequence[ColumnMatch],
    *,
    progress: Progress = no_progress,
    lists: Codes | None = None,
) -> Cleaned:
    """Return the matched columns of a table as a typed frame, and what is wrong with them.

    Amounts come in the unit of their field, dates as ISO text, enumerated values as the
    model spells them, industries as codes of ``lists`` (the bundled ones by default).
    """
    industries = (lists or read_codes(BUNDLED_LAYERS)).industry
    chosen = _chosen(table, kind, matches)
    cleaned = Cleaned(pd.DataFrame(index=pd.RangeIndex(len(table.rows))))
    faults = _Faults(table.rows, cleaned.faults)
    series: dict[str, pd.Series[Any]] = {}
    for done, (spec, match, cells) in enumerate(chosen):
        progress("stage.cleaning", done, len(chosen))
        column = _read_column(spec, match, cells, kind, industries)
        _tell(column, faults, cleaned)
        series |= {spec.name: column.series, **_lower_bounds(column, kind)}
    progress("stage.cleaning", len(chosen), len(chosen))
    cleaned.frame = pd.DataFrame(series, index=cleaned.frame.index)
    cleaned.faults.sort(key=lambda fault: fault.row)
    return cleaned


def _chosen(
    table: Table, kind: Kind, matches: Sequence[ColumnMatch]
) -> list[tuple[FieldSpec, ColumnMatch, Sequence[Cell]]]:
    """Return the matched columns in the order of the kind's fields."""
    specs = {**_EXTRA, **{spec.name: spec for spec in kind.all_fields}}
    order = fields_of(kind)
    found = [
        (specs[match.field], match, cells)
        for match, cells in zip(matches, table.columns, strict=True)
        if match.field is not None
    ]
    return sorted(found, key=lambda one: order.index(one[0].name))


def _read_column(
    spec: FieldSpec,
    match: ColumnMatch,
    cells: Sequence[Cell],
    kind: Kind,
    industries: IndustryList,
) -> _Column:
    unit = match.unit or column_unit(spec, cells)
    reader = reader_for(spec, kind, unit=unit, industries=industries)
    values, told = _read_each(cells, reader)
    index = pd.RangeIndex(len(values))
    return _Column(spec, match, cells, pd.Series(values, index, _DTYPES[spec.dtype]), told)


def _read_each(
    cells: Sequence[Cell], reader: Reader
) -> tuple[list[Any], list[tuple[int, Reading]]]:
    """Return the value of every cell, and the readings that have more to say than a value.

    A county's columns repeat few values many times: each different cell is read once.
    """
    known: dict[tuple[type, Cell], tuple[Any, Reading | None]] = {}
    values: list[Any] = []
    told: list[tuple[int, Reading]] = []
    for row, cell in enumerate(cells):
        # True, 1 and 1.0 are one key of a dict, but not one cell.
        key = (cell.__class__, cell)
        found = known.get(key)
        if found is None:
            reading = reader(cell)
            more = reading if reading[1:] != NOTHING[1:] else None
            found = known[key] = (reading.value, more)
        values.append(found[0])
        if found[1] is not None:
            told.append((row, found[1]))
    return values, told


def _lower_bounds(column: _Column, kind: Kind) -> dict[str, pd.Series[Any]]:
    """Return ``lower_bound`` for figures such as 140 余家; a column of that name wins over it."""
    rows = [row for row, reading in column.told if reading.at_least]
    if not rows or "lower_bound" not in fields_of(kind):
        return {}
    marks = pd.Series(pd.NA, column.series.index, "boolean")
    marks.iloc[rows] = True
    return {"lower_bound": marks}


def _tell(column: _Column, faults: _Faults, cleaned: Cleaned) -> None:
    """Add what a column has to say: its faults, its remarks, a question about its unit."""
    remarks: dict[str, list[int]] = {}
    for row, reading in column.told:
        if reading.problem is not None:
            faults.add(row, column.match.heading, reading.problem, column.cells[row])
        if reading.remark is not None:
            remarks.setdefault(reading.remark, []).append(row)
    for code, rows in remarks.items():
        params = {"count": len(rows), "example": shown(column.cells[rows[0]])}
        cleaned.remarks.append(Remark(code, {"column": column.match.heading, **params}))
    unitless = [row for row, reading in column.told if reading.unitless]
    if unitless:
        cleaned.questions.append(_ask_unit(column, shown(column.cells[unitless[0]])))


def _ask_unit(column: _Column, example: str) -> Question:
    heading = column.match.heading
    answers = tuple(Answer(unit, label(unit)) for unit in likely_units(column.spec.name))
    message = both("question.unit", column=heading, example=example)
    return Question(f"unit:{heading}", message, answers)


class _Faults:
    """Row faults in order, bounded: a hostile file has as many faults as cells."""

    def __init__(self, rows: Sequence[int], found: list[RowFault]) -> None:
        self._rows = rows
        self._found = found
        self._fatal: set[int] = set()
        self._messages: dict[tuple[str, str, str], Bilingual] = {}

    def add(self, index: int, column: str, problem: Problem, cell: Cell) -> None:
        """Keep a fault, unless there are many and the row is known to be faulty."""
        needed = problem.fatal and index not in self._fatal
        if len(self._found) >= FAULTS_IN_FULL and not needed:
            return
        if problem.fatal:
            self._fatal.add(index)
        value = shown(cell)
        self._found.append(
            RowFault(
                row=self._rows[index],
                column=column,
                rule=problem.rule,
                severity=problem.severity,
                message=self._message(problem, column, value),
                value=value,
                fatal=problem.fatal,
            )
        )

    def _message(self, problem: Problem, column: str, value: str) -> Bilingual:
        key = (problem.code, column, value)
        if key not in self._messages:
            params = {**problem.params, "column": column, "value": value}
            self._messages[key] = both(f"fault.{problem.code}", **params)
        return self._messages[key]
