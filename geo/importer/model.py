"""The vocabulary of import: tables as read, what was understood, faults, questions, the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

from geo.i18n import both
from geo.model import Severity

Cell = str | int | float | bool | date | datetime | None
Bilingual = Mapping[str, str]
"""A text by language: ``{"zh": ..., "en": ...}``."""

Progress = Callable[[str, int, int], None]
"""Told the stage (a ``stage.*`` text) and how much of how much is done; cheap to call."""

Mode = Literal["merge", "replace"]
"""``merge`` keeps records that the file does not have; ``replace`` drops them."""

How = Literal["exact", "alias", "given", "remembered", "unit", "unknown", "left_out"]


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Remark:
    """Something worth telling that is no fault; its sentence is ``remark.<code>``."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the remark as JSON: its code and its sentence in both languages."""
        return {"code": self.code, "message": both(f"remark.{self.code}", **self.params)}


@dataclass(frozen=True)
class CrsEvidence:
    """What a file itself says about its coordinates; nothing is decided here.

    Parameters
    ----------
    wkt
        Coordinate system of the container or the .prj, as WKT or ``EPSG:n``.
    statements
        Worded statements of a header by name, as in a boundary point file: ``坐标系``,
        ``几度分带``, ``投影类型``, ``带号``, ``计量单位``.
    northing_first
        True where the format defines that the first number is the northing.
    fixed
        True where the format admits one system only (KML, GeoJSON without ``crs``).
    """

    wkt: str | None = None
    statements: Mapping[str, str] = field(default_factory=dict)
    northing_first: bool | None = None
    fixed: bool = False


@dataclass
class Table:
    """One table of a file as it was read: a sheet, a layer, a drawing.

    Parameters
    ----------
    name
        Sheet or layer name; the file's own name where it has only one table.
    format
        One of the names of :data:`geo.importer.sniff.FORMATS`.
    headings
        One per column; a heading of several rows is joined with ``/`` from the top.
    columns
        Cells by column: ``columns[i][r]``; all of one length.
    rows
        For every record the number under which a person finds it: the line of the sheet or
        text file, else the record's number from 1.
    geometries
        One per record, 2-D, in the numbers and axis order of the file except that a format
        with ``northing_first`` has been turned to x = easting; ``None`` for a plain table.
    bad_geometry
        ``(index, reason)`` of geometries that could not be built (a ``reason.*`` text).
    encoding
        Of a text file, else ``None``.
    remarks
        What the person should know about the reading (hidden rows, several sheets ...).
    notes
        Texts above and below the table, such as ``单位：万元、亩``; evidence for units.
    faults
        What reading found wrong with single rows, such as a line with too many cells.
    """

    name: str
    format: str
    headings: list[str]
    columns: list[list[Cell]]
    rows: list[int]
    geometries: list[BaseGeometry | None] | None = None
    bad_geometry: list[tuple[int, str]] = field(default_factory=list)
    evidence: CrsEvidence = CrsEvidence()
    encoding: str | None = None
    remarks: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)


@dataclass(frozen=True)
class Options:
    """What the person says about a file; whatever is left open is found out or asked.

    Parameters
    ----------
    mode
        Whether records that the file lacks stay.
    datum
        ``auto`` or ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09``.
    crs
        ``EPSG:n`` of the numbers.
    codes
        Standard of the land-use codes: ``land_use_2023``, ``gbt21010_2017``, ``gb50137_2011``.
    sheet
        Name of the sheet or layer to take.
    columns
        Heading to field; ``""`` leaves a column out.
    units
        Heading to unit, such as ``亩`` or ``万元``.
    nature, source, as_of
        Said of every record whose own columns do not say it.
    gone
        Keys of records that go, whatever the file has of them; a drawn layout says so.
    """

    mode: Mode = "merge"
    datum: str = "auto"
    crs: str | None = None
    codes: str | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    nature: str | None = None
    source: str | None = None
    as_of: str | None = None
    gone: Sequence[str] = ()


@dataclass(frozen=True)
class ColumnMatch:
    """What one column was taken for.

    ``field`` is a field of the layer's kind, or ``lon`` / ``lat`` for a coordinate pair of
    any system, or ``None``. ``suggestions`` are the fields that a column without one may be
    meant for, likeliest first; they are never applied silently.
    """

    heading: str
    field: str | None
    how: How
    unit: str | None = None
    suggestions: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the match as JSON."""
        return {
            "heading": self.heading,
            "field": self.field,
            "how": self.how,
            "unit": self.unit,
            "suggestions": list(self.suggestions),
        }


@dataclass(frozen=True)
class RowFault:
    """One fault of one cell or row, in a sentence that says what to do.

    ``row`` is the number under which a person finds the record (0: the whole file),
    ``column`` the heading as written. A ``fatal`` fault means that the record cannot be
    stored without losing something, so that importing all is no choice.
    """

    row: int
    column: str
    rule: str
    severity: Severity
    message: Bilingual
    value: str = ""
    fatal: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as JSON."""
        return {
            "row": self.row,
            "column": self.column,
            "rule": self.rule,
            "severity": self.severity,
            "message": dict(self.message),
            "value": self.value,
            "fatal": self.fatal,
        }


@dataclass(frozen=True)
class Answer:
    """One possible answer to a question: the value for the option, and how it reads."""

    value: str
    label: Bilingual


@dataclass(frozen=True)
class Question:
    """Something that the evidence does not decide, so the person is asked.

    ``id`` names the option that takes the answer: ``datum``, ``crs``, ``codes``, ``sheet``,
    ``column:HEADING`` or ``unit:HEADING``. No answers means that free text is wanted.
    """

    id: str
    message: Bilingual
    answers: tuple[Answer, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the question as JSON."""
        answers = [{"value": a.value, "label": dict(a.label)} for a in self.answers]
        return {"id": self.id, "message": dict(self.message), "answers": answers}
