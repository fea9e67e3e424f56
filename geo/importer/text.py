"""Delimited text of county systems and spreadsheets: comma, tab or semicolon, any usual encoding.

The number of a record is its row as a spreadsheet shows it, in which a quoted cell of
several lines is one row.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from geo.errors import ImportRefused
from geo.i18n import both
from geo.importer.decode import decode_text
from geo.importer.heading_rows import find_heading
from geo.importer.model import Cell, Progress, RowFault, Table, no_progress
from geo.importer.sheet import Sheet, check_extent
from geo.importer.table_area import table_of

DELIMITERS = (",", "\t", ";")

_TOLD_EVERY = 5_000
_SAMPLED_ROWS = 100
_SAMPLED_TEXT = 200_000
_GUESSED_BYTES = 20_000
_PLAUSIBLE = re.compile(r"[\t\r\n -~\u0600-\u06ff\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def read_text_tables(path: Path, *, name: str, progress: Progress = no_progress) -> list[Table]:
    """Return the one table of a CSV or TSV file.

    A row with too many or too few cells is kept as it stands and named in ``faults``.
    Raises ``ImportRefused`` ENCODING_UNKNOWN, FILE_EMPTY_UPLOAD, CSV_QUOTES,
    TOO_MANY_RECORDS, TOO_MANY_COLUMNS or TABLE_TOO_LARGE.
    """
    text, encoding = decode(path.read_bytes())
    rows = list(_parsed(text, progress))
    widths = [len(row) for row in rows]
    sheet = _sheet(name, rows, max(widths, default=0))
    table = table_of(sheet)
    if table is None:
        raise ImportRefused("FILE_EMPTY_UPLOAD")
    table.encoding = encoding
    table.faults += _ragged(sheet, table, widths)
    return [table]


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding, UTF-16 without a mark included.

    Raises ``ImportRefused`` ENCODING_UNKNOWN.

    >>> decode("编号,名称".encode("utf-16-le"))
    ('编号,名称', 'utf-16-le')
    """
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    # Separators and line ends have a zero byte in UTF-16, and text has none otherwise.
    if marked or b"\0" not in data:
        return decode_text(data)
    encoding = likely_utf16(data)
    try:
        if encoding:
            return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise ImportRefused("ENCODING_UNKNOWN") from error
    raise ImportRefused("ENCODING_UNKNOWN")


def likely_utf16(data: bytes) -> str | None:
    """Return the byte order in which bytes are the more text-like, ``None`` if in neither."""
    sample = data[: min(_GUESSED_BYTES, len(data)) // 2 * 2]
    scores = {
        encoding: len(_PLAUSIBLE.findall(sample.decode(encoding, errors="replace")))
        for encoding in ("utf-16-le", "utf-16-be")
    }
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] * 4 > len(sample) else None


def delimiter_of(text: str) -> str | None:
    r"""Return the separator that cuts most rows into the same number of cells, or ``None``.

    >>> delimiter_of('name;note\na;"1,2"\nb;"3,4"\n'), delimiter_of("word\nword\n")
    (';', None)
    """
    best, best_score = None, 0.0
    for delimiter in DELIMITERS:
        score = _evenness(text, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _evenness(text: str, delimiter: str) -> float:
    """Return the share of sampled rows that have the commonest number of cells above one."""
    reader = csv.reader(io.StringIO(text[:_SAMPLED_TEXT], newline=""), delimiter=delimiter)
    try:
        counts = Counter(len(row) for row in islice(reader, _SAMPLED_ROWS) if row)
    except csv.Error:
        return 0.0
    several = [number for width, number in counts.items() if width > 1]
    return max(several, default=0) / max(1, counts.total())


def _parsed(text: str, progress: Progress) -> Iterator[list[str]]:
    delimiter = delimiter_of(text) or ","
    # Strict: without it a forgotten quote swallows the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    total = text.count("\n") + 1
    cells = 0
    try:
        for number, row in enumerate(reader, start=1):
            cells += len(row)
            check_extent(rows=number, columns=len(row), cells=cells)
            if number % _TOLD_EVERY == 0:
                progress("stage.reading", reader.line_num, total)
            yield row
    except csv.Error as error:
        raise ImportRefused("CSV_QUOTES", line=reader.line_num) from error


def _sheet(name: str, rows: list[list[str]], width: int) -> Sheet:
    kept: list[list[Cell]] = []
    lines: list[int] = []
    check_extent(rows=len(rows), columns=width, cells=len(rows) * width)
    for number, row in enumerate(rows, start=1):
        cells: list[Cell] = [cell if cell and not cell.isspace() else None for cell in row]
        if any(cell is not None for cell in cells):
            kept.append(cells + [None] * (width - len(cells)))
            lines.append(number)
    return Sheet(Path(name).stem, "csv", kept, lines)


def _ragged(sheet: Sheet, table: Table, widths: list[int]) -> Iterator[RowFault]:
    """Yield a fault for every record with other cells than the headings have."""
    found = find_heading(sheet)
    heading = sheet.rows[found.first : found.last + 1]
    named = max(_last_filled(row) for row in heading)
    widest = max(widths[line - 1] for line in sheet.lines[found.first : found.last + 1])
    records = set(table.rows)
    for line, row in zip(sheet.lines, sheet.rows, strict=True):
        width = widths[line - 1]
        if line in records and width < named:
            yield _fault(line, "fault.ROW_SHORT", width, named, fatal=False)
        elif line in records and width > widest and _last_filled(row) > widest:
            yield _fault(line, "fault.ROW_LONG", width, widest, fatal=True)


def _last_filled(row: list[Cell]) -> int:
    """Return the number of cells up to the last one that is not empty."""
    return next((n for n in range(len(row), 0, -1) if row[n - 1] is not None), 0)


def _fault(line: int, key: str, width: int, expected: int, *, fatal: bool) -> RowFault:
    # Spreadsheets leave out separators at the end of a row; an additional one moves values.
    return RowFault(
        row=line,
        column="",
        rule="ROW_RAGGED",
        severity="error" if fatal else "warning",
        message=both(key, width=width, expected=expected),
        fatal=fatal,
    )
