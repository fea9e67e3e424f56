"""The faulty rows of an imported file as a workbook, to be mended and imported again."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from geo.i18n import LANGUAGES, both
from geo.importer.model import Bilingual, Cell, RowFault, Table

LINE_HEADING = "※原行号 / line"
NOTE_HEADING = "※问题说明 / what to do"
"""The columns that are added; ``geo/importer/aliases.toml`` lists them among those left out."""

MOST_ROWS = 20_000
"""Most rows in one workbook: nobody mends more by hand, and a workbook is made in memory."""

_FAULTY = PatternFill("solid", fgColor="FFF2CC")
_FATAL = PatternFill("solid", fgColor="F8CBAD")
_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TEXT = 32_000
_LARGEST_EXACT = 10**15
_TEXT_FORMAT = "@"
_NOTE_WIDTH = 80


def faults_workbook(
    table: Table, faults: Sequence[RowFault], notes: Mapping[int, Sequence[Bilingual]]
) -> bytes:
    """Return an XLSX with the rows that have faults, the cells at fault coloured.

    Headings and cells stand as in the file; the first column has the number of the row in
    the file, the last says in both languages what to do. ``notes`` are further sentences by
    row. Text that looks like a formula stays text. Faults of the whole file (row 0) are not
    about a row and stay out. Of more than 20,000 rows the rest is told on a second sheet.
    """
    by_row: dict[int, list[RowFault]] = {}
    for fault in faults:
        by_row.setdefault(fault.row, []).append(fault)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("faults")
    sheet.freeze_panes = "B2"
    sheet.column_dimensions[get_column_letter(len(table.headings) + 2)].width = _NOTE_WIDTH
    headings = [LINE_HEADING, *table.headings, NOTE_HEADING]
    sheet.append([_heading(sheet, text) for text in headings])
    places = [place for place, row in enumerate(table.rows) if row in by_row]
    for place in places[:MOST_ROWS]:
        row = table.rows[place]
        sheet.append(list(_cells(sheet, table, place, by_row[row], notes.get(row, ()))))
    if len(places) > MOST_ROWS:
        more = both("fault.MORE_ROWS", shown=MOST_ROWS, count=len(places))
        book.create_sheet("※").append([_cell(sheet, _both(more))])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cells(
    sheet: WriteOnlyWorksheet,
    table: Table,
    place: int,
    faults: Sequence[RowFault],
    notes: Sequence[Bilingual],
) -> Iterator[SheetCell]:
    colours = {f.column: _FATAL if f.fatal else _FAULTY for f in faults if f.severity != "info"}
    yield _cell(sheet, table.rows[place])
    for heading, column in zip(table.headings, table.columns, strict=True):
        cell = _cell(sheet, column[place])
        if heading in colours:
            cell.fill = colours[heading]
        yield cell
    sentences = dict.fromkeys(_both(text) for text in (*(f.message for f in faults), *notes))
    note = _cell(sheet, "\n".join(sentences))
    note.alignment = _WRAPPED
    yield note


def _both(message: Bilingual) -> str:
    return " / ".join(message[lang] for lang in LANGUAGES)


def _heading(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = _cell(sheet, text)
    cell.font = _BOLD
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Cell) -> SheetCell:
    shown = _value(value)
    cell = WriteOnlyCell(sheet, value=shown)
    if isinstance(shown, str):
        # Neither openpyxl nor a spreadsheet may take the text of a stranger for a formula,
        # nor turn 18 digits into a number when the cell is edited.
        cell.data_type = "s"
        cell.number_format = _TEXT_FORMAT
        cell.quotePrefix = True
    return cell


def _value(value: Cell) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        if not math.isfinite(value):
            return None
        return value if abs(value) < _LARGEST_EXACT else str(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None) if value.year >= 1900 else value.isoformat()
    if isinstance(value, date):
        return value if value.year >= 1900 else value.isoformat()
    return _CONTROL.sub(" ", value)[:_LONGEST_TEXT]
