"""The extent of a large, plain worksheet, found without parsing its XML.

A sheet of four million cells takes a parser longer than all the rest of reading it. An
exported one is plain, though: no formulas, hidden rows or errors, and every cell begins
``<c r="A1"``. Where anything is written otherwise, the answer is "not plain" and the
parser looks; where a reader could see a cell that is not counted here, as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from geo.importer.sheet_facts import SheetFacts

_NOT_PLAIN = (b"<!", b"\0", b"<f", b't="e"', b" hidden=")
_OTHER_SPELLINGS = (b":c", b'"r', b" r ")
"""Of the element c and its attribute r, once every space and quote is the usual one."""

_USUAL = bytes.maketrans(b"\t\r\n'", b'   "')
_LONGEST_TAG = 1 << 22
_PADDING = bytes(32)  # so that looking ahead from the last cell stays inside
_LETTERS, _DIGITS, _STYLE_DIGITS = 3, 7, 6
_ENDS = np.array([ord(character) for character in " />\t\r\n"], dtype=np.uint8)

_Bytes = NDArray[np.uint8]
_Positions = NDArray[np.int64]


def plain_facts(chunks: Iterable[bytes]) -> SheetFacts | None:
    """Return the extent of the filled cells, ``None`` if the sheet is not plain."""
    facts = SheetFacts()
    for piece in _pieces(chunks):
        if piece is None or any(sign in piece for sign in _NOT_PLAIN):
            return None
        usual = piece.translate(_USUAL)
        if any(sign in usual for sign in _OTHER_SPELLINGS):
            return None
        if not _take_cells(piece, facts, places=usual.count(b' r="') - usual.count(b'<row r="')):
            return None
    return facts


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Yield the XML in pieces that begin with a tag, ``None`` if one is absurdly long."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b"<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _LONGEST_TAG:
            yield None
    yield rest


def _take_cells(piece: bytes, facts: SheetFacts, *, places: int) -> bool:
    """Widen the extent by the cells of a piece; return whether all of them are plain.

    ``places`` is the number of attributes that cells have to account for: of two equal ones
    the reader takes the last.
    """
    text = np.frombuffer(piece + _PADDING, dtype=np.uint8)
    starts = np.flatnonzero(text[: len(piece)] == ord("<"))
    starts = starts[(text[starts + 1] == ord("c")) & np.isin(text[starts + 2], _ENDS)]
    if places != len(starts) or not _all_follow(text, starts + 2, b' r="'):
        return False
    letters_end, column = _number(text, starts + 6, _LETTERS, base=26, first="A", digits=26)
    end, line = _number(text, letters_end, _DIGITS, base=10, first="0", digits=10)
    if not _all_follow(text, end, b'"') or not (line.all() and column.all()):
        return False
    filled = ~_is_empty(text, end + 1)
    if filled.any():
        line, column = line[filled], column[filled] - 1
        facts.take(int(line.min()), int(column.min()))
        facts.take(int(line.max()), int(column.max()))
    return True


def _number(
    text: _Bytes, start: _Positions, longest: int, *, base: int, first: str, digits: int
) -> tuple[_Positions, _Positions]:
    """Return where the number that begins at each position ends, and the number."""
    position, value = start.copy(), np.zeros_like(start)
    offset = 1 if base == 26 else 0  # there is no zero among letters
    for _ in range(longest):
        digit = text[position].astype(np.int64) - ord(first)
        valid = (digit >= 0) & (digit < digits)
        value = np.where(valid, value * base + digit + offset, value)
        position += valid
    return position, value


def _all_follow(text: _Bytes, positions: _Positions, expected: bytes) -> bool:
    return all(bool((text[positions + i] == byte).all()) for i, byte in enumerate(expected))


def _is_empty(text: _Bytes, positions: _Positions) -> NDArray[np.bool_]:
    """Return which cells end at once, but for the number of a style."""
    styled = np.ones(len(positions), dtype=np.bool_)
    for i, byte in enumerate(b' s="'):
        styled &= text[positions + i] == byte
    after, _ = _number(text, positions + 4, _STYLE_DIGITS, base=10, first="0", digits=10)
    styled &= text[after] == ord('"')
    end = np.where(styled, after + 1, positions)
    closed: NDArray[np.bool_] = (text[end] == ord("/")) & (text[end + 1] == ord(">"))
    return closed
