"""Cells of a workbook or a CSV whose texts come from strangers, and stay texts."""

from __future__ import annotations

import re

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000
_TEXT_FORMAT = "@"

# What spreadsheets take for the begin of a formula, in full width too.
_FORMULA = tuple("=+-@\t\r＝＋－＠")


def plain_text(text: str) -> str:
    """Return a text for a CSV: one that a spreadsheet would run follows an apostrophe.

    >>> plain_text("=1+1"), plain_text("策勒")
    ("'=1+1", '策勒')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def text_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    """Return a cell with a text: no formula, whatever it begins with, and never a number."""
    cell = plain_cell(sheet, text)
    style_text(cell)
    return cell


def plain_cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    """Return a cell with a text that is no formula, without a style; it needs that of a text."""
    cell = WriteOnlyCell(sheet, value=_CONTROL.sub(" ", text)[:_LONGEST])
    cell.data_type = "s"
    return cell


def style_text(cell: Cell) -> None:
    """Give a cell the style of a text: it never becomes a number when it is edited."""
    cell.number_format = _TEXT_FORMAT
    cell.quotePrefix = True
