"""Enquiries as a table to work with elsewhere: CSV and XLSX, in which every text stays a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from geo.export.cells import plain_text, text_cell
from geo.state.models import Enquiry
from geo.times import shown_time
from geo.wording import Wording

_BOLD = Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_COLUMNS = {
    "number": 16,
    "created_at": 17,
    "status": 10,
    "place": 30,
    "address": 22,
    "company": 26,
    "name": 16,
    "phone": 20,
    "email": 28,
    "message": 70,
    "lang": 8,
    "consented_at": 17,
}
"""What a table has, with the width in a workbook."""


def enquiries_csv(enquiries: Sequence[Enquiry], w: Wording) -> bytes:
    """Return a CSV (UTF-8 with a mark, which spreadsheets need to read Chinese).

    A text that a spreadsheet would run as a formula, or a telephone number that it would
    take for one, is preceded by an apostrophe.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(_headings(w))
    writer.writerows([plain_text(text) for text in _row(one, w)] for one in enquiries)
    return stream.getvalue().encode("utf-8-sig")


def enquiries_workbook(enquiries: Sequence[Enquiry], w: Wording) -> bytes:
    """Return an XLSX whose cells are all texts."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(w.t("enquiry.inbox"))
    sheet.freeze_panes = "B2"
    for index, width in enumerate(_COLUMNS.values(), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    for number, texts in enumerate([_headings(w), *(_row(one, w) for one in enquiries)]):
        cells = [text_cell(sheet, text) for text in texts]
        for cell in cells:
            cell.alignment = _WRAPPED
            if number == 0:
                cell.font = _BOLD
        sheet.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _headings(w: Wording) -> list[str]:
    return [w.t(f"enquiry.column_{name}") for name in _COLUMNS]


def _row(enquiry: Enquiry, w: Wording) -> list[str]:
    return [
        enquiry.number,
        shown_time(enquiry.created_at),
        w.t(f"enquiry.status_{enquiry.status}"),
        enquiry.title,
        f"{enquiry.kind}/{enquiry.key}",
        enquiry.company,
        enquiry.name,
        enquiry.phone,
        enquiry.email,
        enquiry.message,
        enquiry.lang,
        shown_time(enquiry.consented_at),
    ]
