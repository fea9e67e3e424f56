"""A sheet as it was read, before anyone knows where its table is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from geo.errors import ImportRefused
from geo.importer.model import Cell

MAX_ROWS = 1_000_000
MAX_COLUMNS = 500
MAX_CELLS = 10_000_000
"""Cells of one file, counted over the rectangles that its filled cells span."""
MAX_TEXT = 32_767
"""Characters of one cell, as many as Excel allows."""

_SHOWN_RANGES = 10


class Merge(NamedTuple):
    """A merged cell: lines from 1 and columns from 0, all four inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    """The filled rows of a sheet or text file.

    Parameters
    ----------
    name
        As the file calls it.
    format
        ``xlsx``, ``xls`` or ``csv``.
    rows
        Rows with at least one filled cell, all of one length; ``None`` is an empty cell.
    lines
        The number of each row, from 1.
    merged
        Merged cells, their columns counted in ``rows``; only the upper left one has a value.
    offset
        Number of empty columns before the first of ``rows``.
    """

    name: str
    format: str
    rows: list[list[Cell]]
    lines: list[int]
    merged: Sequence[Merge] = field(default_factory=list)
    offset: int = 0

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.rows[0]) if self.rows else 0


def filled(row: Iterable[Cell]) -> list[Cell]:
    """Return the cells of a row that are not empty."""
    return [cell for cell in row if cell is not None]


def check_extent(*, rows: int, columns: int, cells: int) -> None:
    """Raise ``ImportRefused`` TOO_MANY_RECORDS, TOO_MANY_COLUMNS or TABLE_TOO_LARGE."""
    if rows > MAX_ROWS:
        raise ImportRefused("TOO_MANY_RECORDS", count=rows, limit=MAX_ROWS)
    if columns > MAX_COLUMNS:
        raise ImportRefused("TOO_MANY_COLUMNS", count=columns, limit=MAX_COLUMNS)
    if cells > MAX_CELLS:
        raise ImportRefused("TABLE_TOO_LARGE", limit=MAX_CELLS)


def column_letters(column: int) -> str:
    """Return the letters by which a spreadsheet calls a column counted from 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    column += 1
    while column:
        column, last = divmod(column - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def line_ranges(lines: Sequence[int]) -> str:
    """Return ascending line numbers as a person writes them, a long list cut.

    >>> line_ranges([3, 4, 5, 9])
    '3-5, 9'
    """
    ranges: list[tuple[int, int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
    words = [f"{a}-{b}" if b > a else f"{a}" for a, b in ranges[:_SHOWN_RANGES]]
    return ", ".join(words) + (" …" if len(ranges) > _SHOWN_RANGES else "")
