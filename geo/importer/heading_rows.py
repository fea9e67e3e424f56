"""Which rows of a sheet are its headings, and what each column is called.

County registers have a title and a remark on units above, headings of several rows with
merged cells, and a row that numbers the columns below. Nothing of it is marked in the file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from geo.importer.model import Cell
from geo.importer.sheet import Merge, Sheet, filled
from geo.importer.units import unit_of

SIDE_NOTE = re.compile(
    r"\W*(?:(?:计量|金额|面积|数据|填报|制表|编制|报送|统计|主管|汇总)?单位|填[报表]|制表|编制|报送"
    r"|审核|复核|负责人|联系|日期|时间|截[止至]|表号|备注|注|说明|文号|统计期|报告期)[^:：]{0,8}[:：]"
)
"""What a text beside the table begins with, such as ``填报单位：`` or ``单位:亩``."""

_SEARCHED_ROWS = 40
_DEEPEST = 5
_LONGEST_HEADING = 200
_MERGED_CELLS_SEEN = 100_000  # far more than a heading has; a hostile file lists millions
_NUMBER = re.compile(r"[-+]?[\d.,]+%?")
_BRACKETED = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_SPACE_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_ORDINALS = "甲乙丙丁戊己庚辛"
_NUMBERED_COLUMNS = 4  # fewer may be a record
_FIRST_YEAR, _LAST_YEAR = 1950, 2100


@dataclass(frozen=True)
class HeadingRows:
    """Positions among a sheet's rows: headings ``first`` to ``last``, records from ``start``."""

    first: int
    last: int
    start: int


def find_heading(sheet: Sheet) -> HeadingRows:
    """Return where the headings of a sheet with at least one filled row are."""
    finder = _Finder(sheet)
    first, last = finder.rows()
    start = last + 1
    if start < len(sheet.rows) and _numbers_the_columns(sheet.rows[start]):
        start += 1
    return HeadingRows(first, last, start)


def join_headings(sheet: Sheet, found: HeadingRows) -> list[str]:
    """Return one heading per column, those of several rows joined with ``/`` from the top.

    A row of units becomes ``(unit)`` at the end; ``""`` stands where a column has none.
    """
    finder = _Finder(sheet)
    levels = [finder.level(i, found) for i in range(found.first, found.last + 1)]
    return [_joined([level[column] for level in levels]) for column in range(sheet.width)]


class _Finder:
    """What the search knows of the upper rows of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.rows_above = sheet.rows[:_SEARCHED_ROWS]
        self.lines = sheet.lines[:_SEARCHED_ROWS]
        self.width = sheet.width
        self.merged = _merges_above(sheet, self.lines[-1])
        self.anchors = _anchors(self.merged, sheet.width)
        self.widest = max(len(filled(row)) for row in self.rows_above)

    def rows(self) -> tuple[int, int]:
        """Return the positions of the first and the last heading row."""
        first = self._first(_is_label)
        if first is None:
            first = self._first(lambda cell: not _is_side_note(cell))
        first = first or 0
        last = first
        first = self._top(first)
        while last + 1 < len(self.rows_above) and last - first + 1 < _DEEPEST:
            if not self._goes_on(first, last):
                break
            last += 1
        return first, last

    def _first(self, wanted: Callable[[Cell], bool]) -> int | None:
        for position, row in enumerate(self.rows_above):
            cells = filled(row)
            if not all(wanted(cell) for cell in cells) or not self._is_wide(position):
                continue
            # 制表单位 | 发改委 | 日期 | 9月 is half as wide as the headings below it.
            below = filled(self.rows_above[position + 1]) if self._has(position + 1) else []
            if len(below) < 1.5 * len(cells) or not all(_is_label(cell) for cell in below):
                return position
        return None

    def _has(self, position: int) -> bool:
        return position < len(self.rows_above)

    def _is_wide(self, position: int) -> bool:
        """Return whether a row reaches over half of the table, in more than one cell."""
        cells = len(filled(self.rows_above[position]))
        line = self.lines[position]
        covered = cells + sum(m.right - m.left for m in self.merged if m.top == line)
        return cells >= min(2, self.widest) and 2 * covered >= self.widest

    def _top(self, first: int) -> int:
        """Return the first row of a heading that was found by its widest row."""
        top, named = first, self._columns(first)
        for above in range(first - 1, max(-1, first - _DEEPEST), -1):
            columns = self._columns(above)
            adjacent = self.lines[above + 1] == self.lines[above] + 1
            if not adjacent or len(columns) < 2 or not self._is_labels(above):
                break
            # A title names no column that the rows below leave without a name.
            if columns - named:
                top = above
            named |= columns
        return top

    def _columns(self, position: int) -> set[int]:
        row = self.rows_above[position]
        return {column for column, cell in enumerate(row) if cell is not None}

    def _is_labels(self, position: int) -> bool:
        return all(_is_label(cell) for cell in filled(self.rows_above[position]))

    def _goes_on(self, first: int, last: int) -> bool:
        """Return whether the row after ``last`` is part of the heading."""
        line, cells = self.lines[last + 1], filled(self.rows_above[last + 1])
        if any(self.lines[first] <= m.top < line <= m.bottom for m in self.merged):
            return self._is_labels(last + 1)
        if line != self.lines[last] + 1:
            return False
        if all(_is_unit(cell) for cell in cells):
            return True
        return self._is_labels(last + 1) and self._is_below_groups(last)

    def _is_below_groups(self, last: int) -> bool:
        """Return whether a row fills only columns under a heading that reaches over several."""
        upper, below = self._columns(last), self._columns(last + 1)
        groups = {c for c in upper if c + 1 < self.width and c + 1 not in upper}
        single = upper - groups
        # Without a heading of one column there is nothing that a record would fill.
        told_apart = bool(single) or self._grouped(last)
        return bool(below - upper) and not below & single and told_apart

    def _grouped(self, position: int) -> bool:
        line = self.lines[position]
        return any(m.top == line and m.right > m.left for m in self.merged)

    def level(self, position: int, found: HeadingRows) -> list[str]:
        """Return what one heading row says of each column, a wide cell of all below it."""
        row, line = self.rows_above[position], self.lines[position]
        is_units = position > found.first and all(_is_unit(cell) for cell in filled(row))
        texts = [_in_brackets(cell) if is_units and cell else heading_text(cell) for cell in row]
        for column in range(self.width):
            if (line, column) in self.anchors:
                texts[column] = self._anchor_text(line, column)
        if not self._grouped(position):
            self._spread(texts, position, found.last)
        return texts

    def _anchor_text(self, line: int, column: int) -> str:
        top, left = self.anchors[line, column]
        return heading_text(self.rows_above[self.lines.index(top)][left])

    def _spread(self, texts: list[str], position: int, last: int) -> None:
        """Write a heading over blank columns to its right that a row below names."""
        below = self.rows_above[position + 1 : last + 1]
        for column in range(1, len(texts)):
            cells = [row[column] for row in below if row[column] is not None]
            free = not texts[column] and (self.lines[position], column) not in self.anchors
            if free and any(not _is_unit(cell) for cell in cells):
                texts[column] = texts[column - 1]


def _merges_above(sheet: Sheet, last_line: int) -> list[Merge]:
    """Return the merged cells that begin in a filled row of the upper part of a sheet."""
    lines = set(sheet.lines[:_SEARCHED_ROWS])
    return [m for m in sheet.merged if m.top <= last_line and m.top in lines]


def _anchors(merged: list[Merge], width: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the line and column of the upper left cell by every cell it is merged with."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for merge in merged:
        for line in range(merge.top, min(merge.bottom, merge.top + _DEEPEST) + 1):
            for column in range(merge.left, min(merge.right + 1, width)):
                found[line, column] = (merge.top, merge.left)
        if len(found) > _MERGED_CELLS_SEEN:
            break
    return found


def heading_text(cell: Cell) -> str:
    r"""Return a cell as a heading: one line, no space between Chinese characters.

    >>> heading_text("用地\n 面积"), heading_text(" park\nname "), heading_text(2026.0)
    ('用地面积', 'park name', '2026')
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = _SPACE_IN_CHINESE.sub("", str(cell).strip())
    return " ".join(text.split())[:MAX_HEADING]


MAX_HEADING = 200
"""Characters that are kept of a heading."""


def _joined(parts: list[str]) -> str:
    """Return the parts from the top, each once; a unit in brackets follows without a sign."""
    names = list(dict.fromkeys(part for part in parts if part))
    if len(names) > 1 and names[-1].startswith("("):
        return "/".join(names[:-1]) + names[-1]
    return "/".join(names)


def _is_label(cell: Cell) -> bool:
    """Return whether a cell may be a heading: a short text or a year."""
    if isinstance(cell, str):
        text = unicodedata.normalize("NFKC", cell).strip()
        short = len(_BRACKETED.sub("", text)) <= _LONGEST_HEADING
        return short and not _is_side_note(cell) and (not _NUMBER.fullmatch(text) or _is_year(text))
    return isinstance(cell, int | float) and _is_year(heading_text(cell))


def _is_year(text: str) -> bool:
    return text.isdecimal() and _FIRST_YEAR <= int(text[:9]) <= _LAST_YEAR


def _is_side_note(cell: Cell) -> bool:
    return isinstance(cell, str) and SIDE_NOTE.match(_BRACKETED.sub("", cell)) is not None


def _is_unit(cell: Cell) -> bool:
    return isinstance(cell, str) and unit_of(cell.strip().strip("()（）")) is not None


def _in_brackets(cell: Cell) -> str:
    return f"({heading_text(cell).strip('()（）')})"


def _numbers_the_columns(row: list[Cell]) -> bool:
    """Return whether a row is 1, 2, 3 ... or 甲, 乙, 1, 2 ..., as statistical tables have it."""
    texts = [heading_text(cell).strip("()（）") for cell in filled(row)]
    numbers = [text for text in texts if text not in _ORDINALS and text != "栏次"]
    return len(numbers) >= _NUMBERED_COLUMNS and numbers == [
        str(n) for n in range(1, len(numbers) + 1)
    ]
