"""ENTERPRISE_UNLOCATED, NAME_DUPLICATE: firms without a place, and firms given twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pandas as pd

from geo.among import is_among
from geo.model import Finding
from geo.rules.codes import compact_uscc
from geo.rules.finding import Context

_MARKS = r"()\[\]{}<>《》〈〉【】〔〕「」『』·・.,、。\-_'\"“”‘’"
_LEFT_OUT = re.compile(rf"[\s{_MARKS}]+")
_SUFFIX = re.compile(r"(?:有限责任公司|有限公司|公司)$")

# Of these characters normalisation only changes the full-width brackets, which are left out.
_PLAIN_MARKS = f"[ （）{_MARKS}]"
_PLAIN = f"(?:[0-9A-Za-z一-鿿]|{_PLAIN_MARKS})*"


def check(context: Context) -> Iterator[Finding]:
    """Return the firms of which nothing says where they are, and the names given twice."""
    yield from _check_places(context)
    yield from _check_names(context)


def firm_key(name: str) -> str:
    """Return what a firm's name is compared by.

    Full-width letters, capitals, spaces, brackets and points make no difference, nor does
    the form of company at the end.

    >>> firm_key("示例（和田）纺织有限责任公司") == firm_key("示例(和田)纺织 有限公司")
    True
    """
    text = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return _SUFFIX.sub("", text) or text


def _firm_keys(names: pd.Series[str]) -> pd.Series[str]:
    """Return :func:`firm_key` of each name, of plain ones, which are nearly all, at once."""
    plain = names.str.fullmatch(_PLAIN).astype(bool)
    texts = names[plain].str.replace(f"{_PLAIN_MARKS}+", "", regex=True).str.lower()
    stems = texts.str.replace(_SUFFIX.pattern, "", regex=True)
    keys = [stems.where(stems != "", texts), names[~plain].map(firm_key)]
    found: pd.Series[str] = pd.concat(keys).reindex(names.index)
    return found


def _check_places(context: Context) -> Iterator[Finding]:
    """Return the firms with neither plot nor hall nor park nor position.

    A plot that names the firm is a place as well.
    """
    plots = [frame["enterprise_id"] for _, frame in context.of_kind("parcels")]
    owners = pd.concat(plots).dropna() if plots else []
    for layer, frame in context.of_kind("enterprises"):
        named = frame[["parcel_id", "building_id", "park_id"]].notna().any(axis=1)
        named |= is_among(frame["enterprise_id"], owners)
        placed = frame["geometry"].notna() if "geometry" in frame else named
        for record in context.records(layer, ~named & ~placed):
            yield context.finding("ENTERPRISE_UNLOCATED", layer, record)


def _check_names(context: Context) -> Iterator[Finding]:
    for layer, frame in context.of_kind("enterprises"):
        keys = _firm_keys(frame["name_zh"].dropna())
        again = keys[keys.duplicated(keep=False) & (keys != "")]
        codes = compact_uscc(frame["uscc"])
        for key, group in again.groupby(again):
            if _may_be_one_firm(codes[group.index]):
                records = [context.record(layer, int(row)) for row in group.index]
                names = dict.fromkeys(frame["name_zh"][group.index])
                yield context.finding(
                    "NAME_DUPLICATE",
                    layer,
                    feature=tuple(record.key or f"#{record.row + 1}" for record in records),
                    detail=str(key),
                    field="name_zh",
                    actual="、".join(names),
                )


def _may_be_one_firm(codes: pd.Series[str]) -> bool:
    """Return whether credit codes leave it open that records of one name are one firm.

    All different, they are several firms; all the same, USCC_DUPLICATE says so.
    """
    given = codes.dropna()
    return len(given) < len(codes) or 1 < given.nunique() < len(codes)
