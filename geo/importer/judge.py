"""Findings about the merged data as faults of the rows that cause them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from geo.importer.model import RowFault
from geo.model import Finding

_OF_NEIGHBOURS = frozenset(
    {
        "PARCEL_OVERLAP",
        "PARCEL_OUTSIDE_PARK",
        "PARCEL_DUPLICATE",
        "PARCEL_DOUBLE_ALLOCATED",
        "BOUNDARY_CONFLICT",
        "ENTERPRISE_ON_UNSUPPLIED",
    }
)
"""Rules about how records lie to each other: the other one may be wrong, and mended by the next
file. So they are told and keep no row out; until then the plot is not on offer."""


@dataclass(frozen=True)
class Rows:
    """The rows of a file as findings see them.

    Parameters
    ----------
    layer
        The layer that they go into.
    row_of
        Number of the row in the file by key of the record.
    headings
        Column of the file by field.
    place_heading
        Column that says where a record is; empty where the geometry is no column.
    has_shapes
        Whether the file brings geometry.
    """

    layer: str
    row_of: Mapping[str, int]
    headings: Mapping[str, str]
    place_heading: str
    has_shapes: bool


def faults_of(
    findings: Iterable[Finding],
    before: Collection[str],
    rows: Rows,
    told: Sequence[RowFault],
) -> list[RowFault]:
    """Return the findings that the import is to blame for, one fault for each row.

    A finding that the data had before (its identifier is in ``before``) is only told again if
    the file says the value, or the place, that is at fault. What the import breaks elsewhere
    is a fault of the whole file (row 0). ``told`` are the faults known already: a finding
    about a cell that could not be understood is only its consequence.
    """
    wrong = {(fault.row, fault.column) for fault in told if fault.severity == "error"}
    same = {(fault.row, fault.column, fault.rule) for fault in told}
    faults: list[RowFault] = []
    for finding in findings:
        known = finding.id in before
        if known and not _says(finding, rows):
            continue
        for fault in _spread(finding, rows, known=known):
            cell = (fault.row, fault.column)
            if not fault.row or (cell not in wrong and (*cell, fault.rule) not in same):
                faults.append(fault)
    return faults


def _says(finding: Finding, rows: Rows) -> bool:
    """Return whether the file says what the finding is about."""
    return rows.has_shapes if finding.field is None else finding.field in rows.headings


def _spread(finding: Finding, rows: Rows, *, known: bool) -> Iterator[RowFault]:
    """Return the finding once for each of its records that the file has."""
    here = finding.layer == rows.layer
    places = [rows.row_of[key] for key in finding.feature if here and key in rows.row_of]
    column = rows.headings.get(finding.field, "") if finding.field else rows.place_heading
    for row in places:
        yield _fault(finding, row, column)
    if not places and not known:
        yield _fault(finding, 0, "")


def _fault(finding: Finding, row: int, column: str) -> RowFault:
    return RowFault(
        row=row,
        column=column,
        rule=finding.rule,
        severity="warning" if finding.rule in _OF_NEIGHBOURS else finding.severity,
        message=finding.message,
        value=finding.actual or "",
        fatal=finding.blocking,
    )


def in_order(faults: Sequence[RowFault]) -> list[RowFault]:
    """Return the faults as they are told: the gravest first, then by row and column."""
    ranks = {"error": 0, "warning": 1, "info": 2}
    return sorted(faults, key=lambda f: (not f.fatal, ranks[f.severity], f.row, f.column, f.rule))
