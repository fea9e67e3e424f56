"""A comparison as a workbook: real numbers, and texts that stay texts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from geo.comparison import Cell, Comparison, Line, amount_of
from geo.export.cells import text_cell
from geo.wording import Quantity, Wording

_BOLD = Font(bold=True)
_HEAD = PatternFill("solid", fgColor="E3EFEA")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WIDTHS = (18, 22, 14)
_VALUE_WIDTH, _REMARK_WIDTH = 26, 20


def comparison_workbook(
    comparison: Comparison, addresses: Mapping[str, str], notes: Sequence[str], w: Wording
) -> bytes:
    """Return an XLSX of a comparison.

    Parameters
    ----------
    comparison
        What is compared.
    addresses
        Full address of the page of each thing, by its key.
    notes
        Sentences below the table.
    w
        The language of headings and texts.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(w.t("compare.sheet"))
    sheet.freeze_panes = "D2"
    count = len(comparison.frames)
    widths = (*_WIDTHS, *((_VALUE_WIDTH, _REMARK_WIDTH) * count))
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.append([_cell(sheet, text, head=True) for text in _headings(comparison, w)])
    for row in _rows(comparison, addresses, w):
        sheet.append([_cell(sheet, value) for value in row])
    sheet.append([])
    for note in notes:
        sheet.append([_cell(sheet, note, wrap=False)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _headings(comparison: Comparison, w: Wording) -> list[str]:
    columns = (w.t(f"compare.column_{name}") for name in ("group", "fact", "unit"))
    things = (text for f in comparison.frames for text in (f.title, w.t("compare.column_remark")))
    return [*columns, *things]


def _rows(
    comparison: Comparison, addresses: Mapping[str, str], w: Wording
) -> Iterator[list[str | float]]:
    unknown = w.t("ui.to_check")
    for group in comparison.groups:
        for line in group.lines:
            values = (value for cell in line.cells for value in _values(cell, unknown))
            yield [group.title, line.label, _unit(line), *values]
    pages = (v for frame in comparison.frames for v in (addresses[frame.key], ""))
    yield [w.t("place.source"), w.t("compare.page"), "", *pages]


def _values(cell: Cell, unknown: str) -> tuple[str | float, str]:
    amount = amount_of(cell.value)
    if amount is not None:
        return amount, cell.remark
    return str(cell.value) or unknown, cell.remark


def _unit(line: Line) -> str:
    units = (cell.value.unit for cell in line.cells if isinstance(cell.value, Quantity))
    return next(units, "")


def _cell(
    sheet: WriteOnlyWorksheet, value: str | float, *, head: bool = False, wrap: bool = True
) -> SheetCell:
    if isinstance(value, str):
        cell = text_cell(sheet, value)
        cell.alignment = _WRAPPED if wrap else Alignment()
    else:
        cell = WriteOnlyCell(sheet, value=value)
    if head:
        cell.font, cell.fill = _BOLD, _HEAD
    return cell
