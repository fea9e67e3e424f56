"""Where the table of a sheet is: without titles, remarks, totals and signatures around it."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from geo.importer.heading_rows import (
    SIDE_NOTE,
    HeadingRows,
    find_heading,
    heading_text,
    join_headings,
)
from geo.importer.model import Cell, Remark, Table
from geo.importer.sheet import Merge, Sheet, column_letters, filled, line_ranges

_LONGEST_FOOTER = 30
_LONGEST_NOTE = 500
_MERGED_ROWS_FILLED = 1_000_000
_TOTAL = re.compile(r".{0,20}?(?:合计|小计|总计|共计|累计)(?:\(.*\))?[:：]?|(?:sub|grand )?total:?")
_SIGNATURE = re.compile(
    r"(?:填[表报]|制表|审[核批]|复核|负责|经办|统计负责|单位负责|分管领导|联系)"
    r"(?:人|人员|单位|日期|时间|电话|领导)?(?:\(?签[字章名]\)?)?"
)
_FOOTNOTE = re.compile(r"(?:备注|注|说明|附注)\d{0,2}[:：.、].*", re.DOTALL)
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}、.*|\([一二三四五六七八九十]{1,3}\).*")


def table_of(sheet: Sheet) -> Table | None:
    """Return the table of a sheet, ``None`` if the sheet is empty.

    What is left out is told by remarks with line numbers. A text in a cell merged over
    several records stands in each of them; a number only in the first, since it may be
    their sum.
    """
    if not sheet.rows:
        return None
    found = find_heading(sheet)
    end = _footer_start(sheet, found.start)
    fill_remarks = _fill_merged(sheet, found.start)
    records = [i for i in range(found.start, end) if _is_record(sheet, i, found)]
    headings, kept = _named_columns(sheet, join_headings(sheet, found), records)
    return Table(
        name=sheet.name,
        format=sheet.format,
        headings=headings,
        columns=[[sheet.rows[i][column] for i in records] for column in kept],
        rows=[sheet.lines[i] for i in records],
        remarks=[*_remarks(sheet, found, end, records), *fill_remarks],
        notes=_notes(sheet, [*range(found.first), *range(end, len(sheet.rows))]),
    )


def _is_record(sheet: Sheet, position: int, found: HeadingRows) -> bool:
    row = sheet.rows[position]
    cells = filled(row)
    if _is_total(cells) or _is_section(sheet, cells):
        return False
    # A printed register repeats its headings on every page.
    return row not in sheet.rows[found.first : found.last + 1]


def _plain(cell: Cell) -> str:
    """Return a text without its spaces, ``""`` for any other cell."""
    if not isinstance(cell, str):
        return ""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell[:_LONGEST_NOTE]))


def _is_total(cells: Sequence[Cell]) -> bool:
    # 序号 may count a total as well, so the second cell is looked at too.
    first, second = (*map(_plain, cells[:2]), "", "")[:2]
    numbered = not first or first.isdecimal()
    return any(
        _TOTAL.fullmatch(text.casefold()) for text in ((first, second) if numbered else (first,))
    )


def _is_section(sheet: Sheet, cells: Sequence[Cell]) -> bool:
    """Return whether a row is the title of a part of the register, such as ``一、策勒县``."""
    return sheet.width > 2 and len(cells) == 1 and bool(_SECTION.fullmatch(_plain(cells[0])))


def _footer_start(sheet: Sheet, start: int) -> int:
    """Return the position after the last record, where signatures and footnotes begin."""
    end = len(sheet.rows)
    for position in range(end - 1, max(start, end - _LONGEST_FOOTER) - 1, -1):
        cells = filled(sheet.rows[position])
        if _begins_footer(cells):
            end = position
        elif not _is_total(cells) and not _may_be_footer(sheet, cells):
            break
    return end


def _begins_footer(cells: Sequence[Cell]) -> bool:
    text = _plain(cells[0])
    return any(pattern.fullmatch(text) for pattern in (_SIGNATURE, _FOOTNOTE)) or bool(
        SIDE_NOTE.match(text)
    )


def _may_be_footer(sheet: Sheet, cells: Sequence[Cell]) -> bool:
    """Return whether a row may continue a footnote: one text in a table of several columns."""
    return sheet.width > 2 and len(cells) == 1 and isinstance(cells[0], str)


def _fill_merged(sheet: Sheet, start: int) -> list[Remark]:
    """Write the text of a cell merged over several records into each of them."""
    texts: list[int] = []
    numbers: list[int] = []
    left = _MERGED_ROWS_FILLED
    for merge in sheet.merged:
        top = bisect_left(sheet.lines, merge.top)
        bottom = bisect_left(sheet.lines, merge.bottom + 1)
        if top < start or bottom - top < 2 or merge.left >= sheet.width or left < 0:
            continue
        left -= bottom - top
        value = sheet.rows[top][merge.left]
        if isinstance(value, str):
            _fill(sheet, merge, range(top + 1, bottom), value)
            texts.append(merge.top)
        elif value is not None:
            numbers.append(merge.top)
    return [*_told("TABLE_MERGED_TEXTS", texts), *_told("TABLE_MERGED_NUMBERS", numbers)]


def _fill(sheet: Sheet, merge: Merge, positions: Iterable[int], value: str) -> None:
    for position in positions:
        if sheet.rows[position][merge.left] is None:
            sheet.rows[position][merge.left] = value


def _named_columns(
    sheet: Sheet, headings: list[str], records: Sequence[int]
) -> tuple[list[str], list[int]]:
    """Return unlike headings of the columns that have a heading or a value, and which they are."""
    names: list[str] = []
    kept: list[int] = []
    for column, heading in enumerate(headings):
        if heading or any(sheet.rows[i][column] is not None for i in records):
            letters = column_letters(column + sheet.offset)
            name = heading or f"列 {letters}"
            # Answers about a column name it by its heading.
            names.append(f"{name} ({letters})" if name in names else name)
            kept.append(column)
    return names, kept


def _remarks(sheet: Sheet, found: HeadingRows, end: int, records: Sequence[int]) -> list[Remark]:
    taken = set(records)
    lost = [i for i in range(found.last + 1, len(sheet.rows)) if i not in taken]
    above = _told("TABLE_ROWS_ABOVE", [sheet.lines[i] for i in range(found.first)])
    return [*above, *_told("TABLE_ROWS_LEFT_OUT", [sheet.lines[i] for i in lost])]


def _told(code: str, lines: Sequence[int]) -> list[Remark]:
    """Return the remark that names these lines, nothing if there are none."""
    if not lines:
        return []
    unique = sorted(set(lines))
    return [Remark(code, {"count": len(unique), "lines": line_ranges(unique)})]


def _notes(sheet: Sheet, positions: Iterable[int]) -> list[str]:
    texts = (" ".join(heading_text(cell) for cell in filled(sheet.rows[i])) for i in positions)
    return [text[:_LONGEST_NOTE] for text in texts if text]
