"""Excel workbooks to tables: XLSX, XLSM and XLS, read by calamine after a look at their insides.

Formulas give the value that was saved with them; nothing is computed and no link followed.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from geo.errors import ImportRefused
from geo.importer.archive import check_archive
from geo.importer.biff import scan_xls
from geo.importer.compound import MAGIC
from geo.importer.model import Cell, Progress, Remark, Table, no_progress
from geo.importer.sheet import MAX_TEXT, Merge, Sheet, line_ranges
from geo.importer.sheet_facts import SheetFacts
from geo.importer.sheet_xml import scan_xlsx
from geo.importer.table_area import table_of

_TOLD_EVERY = 5_000
_EXACT_BELOW = 1e15  # a spreadsheet keeps 15 digits; beyond them nothing is certain

_Raw = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True)
class _Insides:
    """What is known of a workbook before its cells are read."""

    format: str
    facts: Sequence[SheetFacts]
    macros: bool


def read_workbook(path: Path, *, name: str, progress: Progress = no_progress) -> list[Table]:
    """Return one table per sheet that has any cells.

    Errors such as ``#REF!`` stay as text, whole numbers become ``int``. Raises
    ``ImportRefused`` FILE_DAMAGED, WORKBOOK_ENCRYPTED, WORKBOOK_EMPTY, XML_FORBIDDEN,
    TOO_MANY_RECORDS, TOO_MANY_COLUMNS, TABLE_TOO_LARGE, CELL_TOO_LONG or what
    :func:`geo.importer.archive.check_archive` raises.
    """
    del name  # every sheet has its own
    insides = _look_inside(path, progress)
    with _calamine_refuses(), CalamineWorkbook.from_path(path) as workbook:
        tables = list(_tables(workbook, insides, progress))
    if not tables:
        raise ImportRefused("WORKBOOK_EMPTY")
    if insides.macros:
        for table in tables:
            table.remarks.append(Remark("WORKBOOK_MACROS"))
    return tables


def _look_inside(path: Path, progress: Progress) -> _Insides:
    with path.open("rb") as file:
        is_compound = file.read(len(MAGIC)) == MAGIC
    if is_compound:
        return _Insides("xls", scan_xls(path.read_bytes()), macros=False)
    check_archive(path)
    with zipfile.ZipFile(path) as archive:
        macros = any(name.casefold().endswith("vbaproject.bin") for name in archive.namelist())
        return _Insides("xlsx", scan_xlsx(archive, progress), macros)


@contextmanager
def _calamine_refuses() -> Iterator[None]:
    try:
        yield
    except (CalamineError, OSError, ValueError) as error:
        raise ImportRefused("FILE_DAMAGED") from error
    except BaseException as error:
        # A panic of the Rust library derives from BaseException and is not exported.
        if type(error).__name__ == "PanicException":
            raise ImportRefused("FILE_DAMAGED") from error
        raise


def _tables(workbook: CalamineWorkbook, insides: _Insides, progress: Progress) -> Iterator[Table]:
    sheets = [
        (index, sheet)
        for index, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]
    if len(sheets) != len(insides.facts):
        raise ImportRefused("FILE_DAMAGED")
    total = sum(facts.bottom for facts in insides.facts)
    done = 0
    for (index, metadata), facts in zip(sheets, insides.facts, strict=True):
        if facts.bottom:
            told = partial(_tell, progress, done, total)
            sheet = _Rows(facts, told).sheet(workbook.get_sheet_by_index(index), insides.format)
            table = table_of(sheet)
            if table is not None:
                table.remarks[:0] = _remarks(table, metadata, facts)
                yield table
        done += facts.bottom


def _tell(progress: Progress, before: int, total: int, line: int) -> None:
    progress("stage.reading", before + line, total)


def _remarks(table: Table, metadata: SheetMetadata, facts: SheetFacts) -> list[Remark]:
    records = set(table.rows)
    remarks = []
    if metadata.visible != SheetVisibleEnum.Visible:
        remarks.append(Remark("SHEET_HIDDEN", {"sheet": metadata.name}))
    for code, found in (
        ("SHEET_HIDDEN_ROWS", facts.hidden),
        ("SHEET_FORMULAS_EMPTY", facts.uncalculated),
    ):
        lines = sorted(records.intersection(found))
        if lines:
            remarks.append(Remark(code, {"count": len(lines), "lines": line_ranges(lines)}))
    return remarks


class _Rows:
    """Reads the rows of one sheet."""

    def __init__(self, facts: SheetFacts, told: Callable[[int], None]) -> None:
        self._told = told
        self._errors: dict[int, list[tuple[int, str]]] = {}
        for (line, column), text in facts.errors.items():
            self._errors.setdefault(line, []).append((column, text))

    def sheet(self, source: CalamineSheet, format: str) -> Sheet:
        """Return the filled rows of a sheet with their lines and merged cells."""
        rows: list[list[Cell]] = []
        lines: list[int] = []
        offset = source.start[1] if source.start else 0
        for line, raw in enumerate(source.iter_rows(), start=1):
            if line % _TOLD_EVERY == 0:
                self._told(line)
            cells = [_cell(value, source.name, line) for value in raw]
            for column, text in self._errors.get(line, ()):
                if 0 <= column - offset < len(cells):
                    cells[column - offset] = text
            if any(cell is not None for cell in cells):
                rows.append(cells)
                lines.append(line)
        return Sheet(source.name, format, rows, lines, _merges(source, offset), offset)


def _merges(source: CalamineSheet, offset: int) -> list[Merge]:
    return [
        Merge(top + 1, left - offset, bottom + 1, right - offset)
        for (top, left), (bottom, right) in source.merged_cell_ranges or ()
        if left >= offset
    ]


def _cell(value: _Raw, sheet: str, line: int) -> Cell:
    """Return a cell; what has no place in a table, such as a time of day, becomes text."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ImportRefused("CELL_TOO_LONG", sheet=sheet, line=line, limit=MAX_TEXT)
        return None if not value or value.isspace() else value
    if isinstance(value, float):
        if abs(value) < _EXACT_BELOW and value.is_integer():
            return int(value)
        return value if math.isfinite(value) else str(value)
    return value if isinstance(value, bool | int | date) else str(value)
