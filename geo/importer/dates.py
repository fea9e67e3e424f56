"""Dates in all usual Chinese forms to ISO text, as exact as the cell is and no more exact."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

from geo.importer.model import Cell
from geo.model import parse_partial_date

_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = (20_000, 60_000)
_YEARS = (1900, 2100)
_LONGEST = 40
_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_YEAR = re.compile(r"[〇○零一二三四五六七八九]{4}(?=年|$)")
_CHINESE_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}(?=[月日号])")
_TIME = re.compile(
    r"[T ]*\d{1,2}(?:[:时]\d{1,2})(?:[:分]\d{1,2}秒?(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
_SEPARATED = re.compile(r"(\d{4})(?:[-/.年](\d{1,2}))?(?:[-/.月](\d{1,2}))?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_SHORT_YEAR = re.compile(r"'?\d{2}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}[日号]?|月)?|\d{2}年", re.ASCII)
_VAGUE = re.compile(
    r"(?:年初|年中|年底|年末|季度|[上中下]旬|[上下]半年|月初|月中|月底|月末|前后|左右)"
)


class DateReading(NamedTuple):
    """An ISO date, full or partial, or the code of what is wrong with the cell."""

    iso: str | None = None
    problem: str | None = None


def parse_date(cell: Cell) -> DateReading:
    """Return the date of a cell as ISO text: ``2020``, ``2020-10`` or ``2020-10-14``.

    A number from 20000 to 60000 is a day counted by a spreadsheet. What is not certain is
    told and not guessed: two-digit years, 年底, and 2020.1, which may have been 2020.10.

    >>> parse_date("二〇二〇年十月"), parse_date(44118)
    (DateReading(iso='2020-10', problem=None), DateReading(iso='2020-10-14', problem=None))
    >>> parse_date("2020年底").problem, parse_date("20年10月").problem, parse_date(2020.1).problem
    ('DATE_VAGUE', 'DATE_SHORT_YEAR', 'DATE_MONTH_LOST')
    """
    if isinstance(cell, datetime):
        return DateReading(cell.date().isoformat())
    if isinstance(cell, date):
        return DateReading(cell.isoformat())
    if isinstance(cell, bool) or cell is None:
        return DateReading(problem="DATE")
    return _parse_text(cell) if isinstance(cell, str) else _parse_number(cell)


def _parse_number(number: float) -> DateReading:
    if float(number).is_integer():
        return _parse_text(str(int(number)))
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return _serial(int(number))
    tenths = round(number * 10, 6)
    if tenths.is_integer() and _YEARS[0] <= number <= _YEARS[1]:
        return DateReading(problem="DATE_MONTH_LOST")
    return _parse_text(f"{number:.2f}" if round(number, 2) == number else repr(number))


def _parse_text(text: str) -> DateReading:
    plain = _TIME.sub("", _arabic(text[:_LONGEST])) if len(text) <= _LONGEST else ""
    plain, whole = re.sub(r"[\s日号]|月$|年$|[-/.](?=$)", "", plain), "".join(plain.split())
    if plain.isascii() and plain.isdigit() and len(plain) == 5:
        return _serial(int(plain))
    match = _SEPARATED.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if match:
        return _iso(*(int(part or 0) for part in match.groups()))
    if _VAGUE.search(plain):
        return DateReading(problem="DATE_VAGUE")
    short = _SHORT_YEAR.fullmatch(whole) is not None
    return DateReading(problem="DATE_SHORT_YEAR" if short else "DATE")


def _arabic(text: str) -> str:
    """Return a date with its Chinese digits and full-width characters as plain ones."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("'‘’")
    plain = re.sub(r"[‐‑‒–—―−－~]", "-", plain).replace("。", ".")
    plain = _CHINESE_YEAR.sub(lambda m: m[0].translate(_CHINESE_DIGITS), plain)
    return _CHINESE_NUMBER.sub(lambda m: str(_chinese_number(m[0])), plain)


def _chinese_number(text: str) -> int:
    """Return a number up to 99 written with 十.

    >>> _chinese_number("十"), _chinese_number("十二"), _chinese_number("三十一")
    (10, 12, 31)
    """
    if "十" not in text:
        return int(text.translate(_CHINESE_DIGITS))
    tens, _, ones = text.partition("十")
    return 10 * (_chinese_number(tens) if tens else 1) + (_chinese_number(ones) if ones else 0)


def _serial(days: int) -> DateReading:
    if not _SERIALS[0] <= days <= _SERIALS[1]:
        return DateReading(problem="DATE")
    return DateReading((_EXCEL_EPOCH + timedelta(days=days)).isoformat())


def _iso(year: int, month: int, day: int = 0) -> DateReading:
    text = f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")
    known = _YEARS[0] <= year <= _YEARS[1] and parse_partial_date(text) is not None
    return DateReading(text) if known and (month or not day) else DateReading(problem="DATE")
