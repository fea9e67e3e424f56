"""Credit codes, industry codes and other identifiers, and what spreadsheets do to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from geo.codes import IndustryList
from geo.importer.aliases import normalise
from geo.importer.model import Cell
from geo.importer.reading import LARGEST, NOTHING, Problem, Reader, Reading, cell_text, tidy

_QUOTES = "'‘’`＇\""
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d{2}", re.IGNORECASE | re.ASCII)
_LOST_END = re.compile(r"\d{15}000", re.ASCII)
_LIST_MARKS = re.compile(r"[;/|]+")
_COMMAS = re.compile(r"[、,]+")
_INDUSTRY = re.compile(
    r"\(?(?P<code>[A-T]?\d{2,4}|[A-T])\)?(?:[\s.:、-]*[^\s\d;,、]\D*)?", re.ASCII
)
_INDUSTRY_BEHIND = re.compile(r"\D+\((?P<code>[A-T]?\d{2,4}|[A-T])\)", re.ASCII)
_NAME_ENDINGS = ("", "业", "制造", "制造业")


def read_identifier(cell: Cell) -> Reading:
    """Return an identifier as text: no quotes around it, half-width, no ``.0``.

    A number too long for a spreadsheet has lost its last digits, which is told.
    """
    text = _plain(cell)
    if _is_long_number(cell) or _SCIENTIFIC.fullmatch(text):
        return Reading(problem=Problem("DIGITS_LOST"))
    return Reading(text) if text else NOTHING


def read_uscc(cell: Cell) -> Reading:
    """Return a credit code in capitals; one that a spreadsheet rounded is told as that.

    Whether the check character is right, the rules say.

    >>> read_uscc(" '91653225ma7777777y").value, read_uscc("9.16532E+17").problem.rule
    ('91653225MA7777777Y', 'USCC_INVALID')
    """
    text = re.sub(r"[\s-]", "", _plain(cell)).upper()
    rounded = _LOST_END.fullmatch(text) and not _is_valid_uscc(text)
    if _is_long_number(cell) or _SCIENTIFIC.fullmatch(text) or rounded:
        return Reading(problem=Problem("USCC_DIGITS_LOST", rule="USCC_INVALID"))
    return Reading(text) if text else NOTHING


def industry_reader(industries: IndustryList, *, many: bool) -> Reader:
    """Return a reader of industry codes, also as ``C391 计算机制造`` or by their exact name.

    What is no code and no exact name stays as it is written, for the rules to tell.
    """
    names = {normalise(industries.entries[code].zh): code for code in industries}

    def read(cell: Cell) -> Reading:
        lines = cell_text(cell).replace("\n", ";" if many else "")
        text = tidy(unicodedata.normalize("NFKC", lines)).strip(_QUOTES)
        found = _industries(text, industries, names)
        if not many and len(found) > 1:
            return Reading(problem=Problem("ONE_INDUSTRY", rule="INDUSTRY_UNKNOWN"))
        codes = ";".join(code for code, _ in found)
        by_name = any(named for _, named in found)
        return Reading(codes or None, remark="INDUSTRY_NAMES" if by_name else None)

    return read


def _industries(
    text: str, industries: IndustryList, names: Mapping[str, str]
) -> list[tuple[str, bool]]:
    """Return the codes of a list, each with whether its name told it.

    The names themselves have commas in them, so a part is only divided at commas where that
    gives codes.
    """
    found: list[tuple[str, bool]] = []
    for part in filter(None, map(str.strip, _LIST_MARKS.split(text))):
        whole = _industry(part, industries, names)
        pieces = [piece.strip() for piece in _COMMAS.split(part) if piece.strip()]
        divided = [_industry(piece, industries, names) for piece in pieces]
        codes = [piece for piece in divided if piece is not None]
        if whole is None and len(codes) == len(divided) and codes:
            found += codes
        else:
            found.append(whole or (part, False))
    return list(dict.fromkeys(found))


def _plain(cell: Cell) -> str:
    return tidy(unicodedata.normalize("NFKC", cell_text(cell))).strip(_QUOTES).strip()


def _is_long_number(cell: Cell) -> bool:
    return isinstance(cell, float) and abs(cell) > LARGEST


def _is_valid_uscc(text: str) -> bool:
    try:
        uscc.validate(text)
    except ValidationError:
        return False
    return True


def _industry(
    text: str, industries: IndustryList, names: Mapping[str, str]
) -> tuple[str, bool] | None:
    """Return the code that a text stands for and whether its name told it, else ``None``."""
    match = _INDUSTRY.fullmatch(text.upper()) or _INDUSTRY_BEHIND.fullmatch(text.upper())
    if match:
        return industries.normalise(match["code"]) or match["code"], False
    endings = (normalise(text) + ending for ending in _NAME_ENDINGS)
    return next(((names[name], True) for name in endings if name in names), None)
