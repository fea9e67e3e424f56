"""How much text the cells of an XLSX workbook have together.

Cells name their text by its number in a list that they share, and the reader copies it into
each of them: a file of a few megabytes can ask for more memory than any computer has.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence

from geo.errors import ImportRefused
from geo.importer.sheet import MAX_CELLS
from geo.importer.xml_parts import Start, XmlParsing, ignore, parse_part, part_bytes

MAX_TEXT_BYTES = 500_000_000
"""Bytes of text, in UTF-8, that the cells of a workbook may have together."""

_LONGEST_STRING = 1 << 23  # far more than the 32,767 characters that a cell may have
_STRINGS = "xl/sharedstrings.xml"


def check_shared_text(archive: zipfile.ZipFile, sheets: Sequence[str]) -> None:
    """Raise ``ImportRefused`` TEXT_TOO_LARGE if the cells share more text than is safe.

    ``sheets`` are the names of the members that hold worksheets.
    """
    strings = next((n for n in archive.namelist() if n.casefold() == _STRINGS), None)
    if strings is None:
        return
    longest = _longest_string(part_bytes(archive, strings))
    sharing = sum(_count_sharing(part_bytes(archive, sheet)) for sheet in sheets)
    # Counted exactly only where it might matter: parsing takes longer than reading.
    if longest * sharing > MAX_TEXT_BYTES:
        _check_exactly(archive, strings, sheets)


def _longest_string(chunks: Iterable[bytes]) -> int:
    """Return the bytes of the longest string with its tags, or more."""
    longest = count = 0
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"si>")  # the end of <si> and of </si>
        count += len(whole)
        longest = max(longest, *map(len, whole), len(rest))
        if count > 2 * MAX_CELLS or longest > _LONGEST_STRING:
            raise ImportRefused("TEXT_TOO_LARGE")
    return longest


def _count_sharing(chunks: Iterable[bytes]) -> int:
    """Return the number of cells whose text is in the list, or more."""
    return sum(chunk.count(b's"') + chunk.count(b"s'") for chunk in chunks)


def _check_exactly(archive: zipfile.ZipFile, strings: str, sheets: Sequence[str]) -> None:
    listed = _Lengths()
    parse_part(archive, strings, listed)
    left = MAX_TEXT_BYTES
    for sheet in sheets:
        used = _Used(listed.lengths, left)
        parse_part(archive, sheet, used)
        left = used.left


class _Lengths(XmlParsing):
    """The bytes of every string of the list."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []
        self.parser.CharacterDataHandler = self._text

    def handler(self, name: str) -> Start:
        return self._string if name == "si" else ignore

    def _string(self, _attributes: dict[str, str]) -> None:
        self.lengths.append(0)

    def _text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text.encode())


class _Used(XmlParsing):
    """What is left of the allowance after the cells of one sheet have their strings."""

    def __init__(self, lengths: Sequence[int], left: int) -> None:
        super().__init__()
        self.left = left
        self._lengths = lengths
        self._number: list[str] = []
        self._is_shared = False

    def handler(self, name: str) -> Start:
        return {"c": self._cell, "v": self._value}.get(name, ignore)

    def finish(self) -> None:
        self._cell({})

    def _cell(self, attributes: dict[str, str]) -> None:
        number = "".join(self._number).strip()
        if number.isdecimal() and int(number[:10]) < len(self._lengths):
            self.left -= self._lengths[int(number[:10])]
        if self.left < 0:
            raise ImportRefused("TEXT_TOO_LARGE")
        self._number.clear()
        self.parser.CharacterDataHandler = None
        self._is_shared = attributes.get("t") == "s"

    def _value(self, _attributes: dict[str, str]) -> None:
        if self._is_shared:
            self.parser.CharacterDataHandler = self._number.append
