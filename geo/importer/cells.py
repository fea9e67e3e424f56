"""Values of a format's own types to the cells of a table, and records to columns."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from geo.errors import ImportRefused
from geo.importer.model import Cell

MAX_RECORDS = 500_000
"""Records that one file may have, all its tables together."""
MAX_COLUMNS = 500


def check_size(*, records: int, columns: int) -> None:
    """Raise ``ImportRefused`` TOO_MANY_RECORDS or TOO_MANY_COLUMNS beyond the limits."""
    if records > MAX_RECORDS:
        raise ImportRefused("TOO_MANY_RECORDS", count=records, limit=MAX_RECORDS)
    if columns > MAX_COLUMNS:
        raise ImportRefused("TOO_MANY_COLUMNS", count=columns, limit=MAX_COLUMNS)


def to_cell(value: Any) -> Cell:
    """Return a value as a cell: no NaN, no time zone, lists and objects as JSON.

    >>> to_cell(["a", 1]), to_cell(float("nan"))
    ('["a", 1]', None)
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, str | int | date):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def columns_of(records: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Cell]]]:
    """Return headings in the order in which they first occur, and the cells below each.

    Raises ``ImportRefused`` TOO_MANY_RECORDS or TOO_MANY_COLUMNS.
    """
    headings: dict[str, None] = {}
    for record in records:
        headings |= dict.fromkeys(record)
        check_size(records=len(records), columns=len(headings))
    cells = [[to_cell(record.get(name)) for record in records] for name in headings]
    return list(headings), cells


def numbered(records: Iterable[object]) -> list[int]:
    """Return the numbers from 1 under which a person finds the records of a file."""
    return [number for number, _ in enumerate(records, start=1)]
