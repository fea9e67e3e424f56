"""Numbers as people write them in tables: separators, units in the cell, 约 and 余."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

Mark = Literal["", "about", "at_least", "at_most"]

_LONGEST = 60
_PLAIN = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d*)?|\d{1,3}(?:,\d{3}){1,4}(?:\.\d*)?|\.\d+)", re.ASCII)
_NUMBER = re.compile(
    r"(?P<before>[^\d.+-]*)"
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?)"
    r"(?P<after>(?:\D|(?<=m)2(?!\d))*)",
    re.ASCII | re.IGNORECASE,
)
_CURRENCY = re.compile(r"人民币|rmb|cny|[¥￥:]", re.IGNORECASE)
_BEFORE: dict[str, Mark] = {
    **dict.fromkeys(("约", "大约", "约为", "近", "将近", "接近", "约计", "≈", "~", "±"), "about"),
    **dict.fromkeys(
        ("≥", ">=", ">", "超", "超过", "逾", "不少于", "不低于", "不小于", "至少", "大于"),
        "at_least",
    ),
    **dict.fromkeys(
        ("≤", "<=", "<", "不超过", "不高于", "不大于", "最多", "至多", "小于", "低于"), "at_most"
    ),
}
_MORE = re.compile(r"^[余多+]|(?<=[十百千万亿])[余多]|[余多+]$|及?以上$")
_ABOUT = re.compile(r"(?:左右|上下)$")
_AT_MOST = re.compile(r"(?:及?以下|以内)$")
_DIGIT_SPACE = re.compile(r"(?<=\d)\s+(?=\d{3}(?!\d))", re.ASCII)
_SPACE = re.compile(r"(?<!\d)\s+|\s+(?!\d)", re.ASCII)
"""Space that does not stand between two digits, where it may part two numbers."""

_DEGREES = re.compile(
    r"(?:东经|北纬|[en])?(\d{1,3})[°度](\d{1,2})['′分](\d{1,2}(?:\.\d+)?)?"
    r"(?:[\"″秒]|'')?(?:[en])?",
    re.IGNORECASE | re.ASCII,
)
_DECIMAL_DEGREES = re.compile(
    r"(?:东经|北纬|[en])?(\d{1,3}(?:\.\d+)?)[°度]?(?:[en])?", re.IGNORECASE | re.ASCII
)


class Number(NamedTuple):
    """A number with the text of its unit, and whether it is only about right or a bound."""

    value: float
    unit: str = ""
    mark: Mark = ""


def parse_number(text: str) -> Number | None:
    """Return the number that a cell says, ``None`` if it says none or more than one.

    >>> parse_number("１，２３４．５亩"), parse_number("140余家")
    (Number(value=1234.5, unit='亩', mark=''), Number(value=140.0, unit='家', mark='at_least'))
    >>> parse_number("1,23"), parse_number("10-20")
    (None, None)
    """
    if _PLAIN.fullmatch(text):
        return Number(float(text.replace(",", "")))
    plain = unicodedata.normalize("NFKC", text[: _LONGEST + 1])
    if len(plain) > _LONGEST:
        return None
    compact = _SPACE.sub("", _CURRENCY.sub("", _DIGIT_SPACE.sub("", plain)))
    match = _NUMBER.fullmatch(compact)
    if match is None or (match["before"] and match["before"] not in _BEFORE):
        return None
    unit, mark = _unit_and_mark(match["after"])
    return Number(
        float(match["number"].replace(",", "")), unit, _BEFORE.get(match["before"], mark) or mark
    )


def _unit_and_mark(after: str) -> tuple[str, Mark]:
    """Return the unit behind a number without 余, 左右 and the like, and what those mean."""
    for pattern, mark in _TAILS if after else ():
        if pattern.search(after):
            return pattern.sub("", after), mark
    return after, ""


_TAILS: tuple[tuple[re.Pattern[str], Mark], ...] = (
    (_MORE, "at_least"),
    (_ABOUT, "about"),
    (_AT_MOST, "at_most"),
)


def parse_degrees(text: str) -> float | None:
    """Return the degrees of ``80°48'36"`` or ``东经80.81°``, ``None`` for anything else.

    >>> parse_degrees("E80°48′36″"), parse_degrees("37.5度"), parse_degrees("80°75'")
    (80.81, 37.5, None)
    """
    plain = "".join(text[:_LONGEST].replace("＇", "'").replace("＂", '"').split())
    match = _DEGREES.fullmatch(plain)
    if match is None:
        decimal = _DECIMAL_DEGREES.fullmatch(plain)
        return float(decimal[1]) if decimal else None
    degrees, minutes, seconds = (float(part or 0) for part in match.groups())
    if minutes >= 60 or seconds >= 60:
        return None
    return degrees + minutes / 60 + seconds / 3600
