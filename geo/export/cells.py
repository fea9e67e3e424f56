"""Cells of a workbook whose texts come from strangers, and stay texts."""

from __future__ import annotations

import re

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000
_TEXT_FORMAT = "@"


def text_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    """Return a cell with a text: no formula, whatever it begins with, and never a number."""
    cell = WriteOnlyCell(sheet, value=_CONTROL.sub(" ", text)[:_LONGEST])
    cell.data_type = "s"
    cell.number_format = _TEXT_FORMAT
    cell.quotePrefix = True
    return cell
