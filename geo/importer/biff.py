"""What an XLS workbook holds that its reader does not tell ([MS-XLS], Excel 97 to 2003).

The reader reserves memory for the rectangle that the cells span, gives an error such as
#REF! as an empty cell and says nothing of hidden rows. All of that is found here first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from geo.errors import ImportRefused
from geo.importer.compound import CompoundFile
from geo.importer.sheet_facts import SheetFacts

STREAMS = ("Workbook", "Book")

_BOF, _EOF, _FILEPASS, _BOUNDSHEET = 0x809, 0x0A, 0x2F, 0x85
_ROW, _FORMULA, _BOOLERR, _MULTIPLE = 0x208, 0x06, 0x205, 0xBD
_CELLS = {0xFD, 0x204, 0x27E, 0x203, 0xD6, 0x7E, _FORMULA, _BOOLERR, _MULTIPLE}
_WORKSHEET = 0
_HIDDEN = 0x20  # a row of height zero
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def scan_xls(data: bytes) -> list[SheetFacts]:
    """Return the facts of every worksheet in the order of the workbook.

    Raises ``ImportRefused`` FILE_DAMAGED, WORKBOOK_ENCRYPTED or what
    :func:`geo.importer.sheet.check_extent` raises.
    """
    compound = CompoundFile(data)
    stream = next((s for name in STREAMS if (s := compound.stream(name)) is not None), None)
    if stream is None:
        raise ImportRefused("FILE_DAMAGED")
    facts: list[SheetFacts] = []
    try:
        for offset in _sheets(stream):
            facts.append(_scan_sheet(stream, offset))
            SheetFacts.check_all(facts)
    except struct.error as error:
        raise ImportRefused("FILE_DAMAGED") from error
    return facts


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, offset)
        yield kind, stream[offset + 4 : offset + 4 + length]
        offset += 4 + length


def _sheets(stream: bytes) -> Iterator[int]:
    """Yield where each worksheet begins."""
    for kind, data in _records(stream, 0):
        if kind == _EOF:
            return
        if kind == _FILEPASS:
            raise ImportRefused("WORKBOOK_ENCRYPTED")
        if kind == _BOUNDSHEET:
            offset, _, sort = struct.unpack_from("<IBB", data)
            if sort == _WORKSHEET:
                yield offset


def _scan_sheet(stream: bytes, offset: int) -> SheetFacts:
    facts = SheetFacts()
    depth = 0  # a chart inside a sheet has its own beginning and end
    for kind, data in _records(stream, offset):
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif kind == _ROW and struct.unpack_from("<H", data, 12)[0] & _HIDDEN:
            facts.hidden.append(struct.unpack_from("<H", data)[0] + 1)
        elif kind in _CELLS:
            _scan_cell(facts, kind, data)
    return facts


def _scan_cell(facts: SheetFacts, kind: int, data: bytes) -> None:
    row, column = struct.unpack_from("<2H", data)
    facts.take(row + 1, column)
    if kind == _MULTIPLE:
        facts.take(row + 1, struct.unpack_from("<H", data, len(data) - 2)[0])
    code = _error_code(kind, data)
    if code is not None:
        facts.errors[row + 1, column] = _ERRORS.get(code, "#N/A")


def _error_code(kind: int, data: bytes) -> int | None:
    """Return the error that a cell shows, ``None`` for a value."""
    if kind == _BOOLERR:
        value, is_error = struct.unpack_from("<2B", data, 6)
        return value if is_error else None
    if kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
        return data[8]
    return None
