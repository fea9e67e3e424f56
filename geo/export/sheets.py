"""Tables as sheets of a workbook: real numbers, texts that stay texts, sums as formulas.

A spreadsheet shows the value that is kept beside a formula until it reckons anew, and a
program that only reads sees nothing else. openpyxl writes none, so they are put in afterwards.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from geo.export.cells import plain_cell, style_text, text_cell

HEADING_ROW = 2
"""Row of the headings; above them stands what the sheet is."""

_FIRST_ROW = HEADING_ROW + 1
_A4 = 9
_NOTICE_WIDTH = 110
_LINE_POINTS = 15
_BOLD = Font(bold=True)
_HEAD = PatternFill("solid", fgColor="E3EFEA")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_TOP = Alignment(vertical="top")
_ABOVE = Border(top=Side(style="thin"))
_FORMULA_CELL = re.compile(r'(<c r="([A-Z]+[0-9]+)"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)')


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in characters, the format of its numbers."""

    heading: str
    width: float = 14
    format: str = "General"


@dataclass(frozen=True)
class Sum:
    """The sum of cells above in the same column, and what it comes to.

    Parameters
    ----------
    parts
        First and last row of each part, counted from 0 among the rows of the sheet.
    value
        What is shown before the spreadsheet reckons anew.
    """

    parts: tuple[tuple[int, int], ...]
    value: float


Value = str | int | float | bool | Sum | None
"""What a cell has; ``None`` is not known and stays empty."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, what it is, its columns and rows.

    ``bold`` are the rows that are sums or heads of a part. The first ``fixed`` columns stay
    in sight.
    """

    name: str
    notice: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    bold: frozenset[int] = frozenset()
    fixed: int = 1


def build_workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return an XLSX of the sheets in their order."""
    book = Workbook(write_only=True)
    values: list[dict[str, float]] = []
    for sheet in sheets:
        values.append(_add(book, sheet))
    stream = io.BytesIO()
    book.save(stream)
    return _with_values(stream.getvalue(), values)


def _add(book: Workbook, plan: Sheet) -> dict[str, float]:
    """Write a sheet and return the values of its formulas by coordinate."""
    sheet = book.create_sheet(plan.name)
    _lay_out(sheet, plan)
    notice = text_cell(sheet, plan.notice)
    notice.font, notice.alignment = _BOLD, _WRAPPED
    sheet.append([notice])
    sheet.append([_heading(sheet, column.heading) for column in plan.columns])
    values: dict[str, float] = {}
    cells = _Cells(sheet, plan.columns)
    for index, row in enumerate(plan.rows):
        sheet.append(cells.of_row(row, bold=index in plan.bold))
        for letter, value in zip(cells.letters, row, strict=True):
            if isinstance(value, Sum):
                values[f"{letter}{index + _FIRST_ROW}"] = value.value
    return values


def _lay_out(sheet: Any, plan: Sheet) -> None:
    # Any: the types of openpyxl lack what a sheet that is only written has as well.
    sheet.freeze_panes = f"{get_column_letter(plan.fixed + 1)}{_FIRST_ROW}"
    for index, column in enumerate(plan.columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    _give_room(sheet, plan)
    sheet.print_title_rows = f"1:{HEADING_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _give_room(sheet: Any, plan: Sheet) -> None:
    """Let the notice run over the first columns, as high as it needs to be read."""
    width, last = 0.0, 0
    for column in plan.columns:
        if width < _NOTICE_WIDTH:
            width, last = width + column.width, last + 1
    lines = sum(ceil(_letters(line) / width) for line in plan.notice.split("\n"))
    sheet.row_dimensions[1].height = _LINE_POINTS * (lines + 1)
    if last > 1:
        sheet.merged_cells.add(f"A1:{get_column_letter(last)}1")


def _letters(text: str) -> int:
    """Return the width of a text in letters; a Chinese character is as wide as two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _heading(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = text_cell(sheet, text)
    cell.font, cell.fill, cell.alignment = _BOLD, _HEAD, _WRAPPED
    return cell


class _Cells:
    """Makes the cells of a sheet; those that look alike share their style.

    openpyxl looks each style up anew, which for a table of ten thousand rows takes two thirds
    of the time.
    """

    def __init__(self, sheet: WriteOnlyWorksheet, columns: Sequence[Column]) -> None:
        self._sheet, self._columns = sheet, columns
        self.letters = [get_column_letter(number) for number in range(1, len(columns) + 1)]
        self._styles: dict[tuple[str, str, bool], Any] = {}

    def of_row(self, row: Sequence[Value], *, bold: bool) -> list[SheetCell | None]:
        """Return the cells of a row; ``None`` where there is neither value nor line."""
        return [
            None if value is None and not bold else self._cell(value, column, letter, bold=bold)
            for value, column, letter in zip(row, self._columns, self.letters, strict=True)
        ]

    def _cell(self, value: Value, column: Column, letter: str, *, bold: bool) -> Any:
        # Any: the types of openpyxl lack the style as a whole.
        look = (type(value).__name__, column.format, bold)
        cell: Any
        if isinstance(value, str):
            cell = plain_cell(self._sheet, value)
        else:
            shown = _formula(value, letter) if isinstance(value, Sum) else value
            cell = WriteOnlyCell(self._sheet, value=shown)
        if look not in self._styles:
            _style(cell, value, column, bold=bold)
            self._styles[look] = cell._style
        cell._style = self._styles[look]
        return cell


def _style(cell: SheetCell, value: Value, column: Column, *, bold: bool) -> None:
    if isinstance(value, str):
        style_text(cell)
        cell.alignment = _WRAPPED
    else:
        cell.number_format = column.format
        if not isinstance(value, Sum):
            cell.alignment = _TOP
    if bold:
        cell.font, cell.border = _BOLD, _ABOVE


def _formula(total: Sum, letter: str) -> str:
    parts = (
        f"{letter}{first + _FIRST_ROW}"
        if first == last
        else f"{letter}{first + _FIRST_ROW}:{letter}{last + _FIRST_ROW}"
        for first, last in total.parts
    )
    return f"=SUM({','.join(parts)})"


def _with_values(book: bytes, values: Sequence[Mapping[str, float]]) -> bytes:
    """Return the workbook with what its formulas come to."""
    stream = io.BytesIO()
    names = {f"xl/worksheets/sheet{n}.xml": found for n, found in enumerate(values, start=1)}
    with (
        zipfile.ZipFile(io.BytesIO(book)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            body = source.read(item)
            if names.get(item.filename):
                body = _put(body.decode(), names[item.filename]).encode()
            target.writestr(item, body)
    return stream.getvalue()


def _put(xml: str, values: Mapping[str, float]) -> str:
    return _FORMULA_CELL.sub(lambda m: f"{m[1]}<v>{values[m[2]]!r}</v>", xml)
