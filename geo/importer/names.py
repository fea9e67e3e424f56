"""Names as people write them: the same name in its spellings, and names almost the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz

NEAR_NAMES = 88.0
"""Likeness, 0 to 100, from which two firms' names are told as almost the same."""

_SPACE_AND_MARKS = re.compile(r"[\s·•・_,;:'\"“”‘’、，。；：-]+")
_DASHES = re.compile(r"[‐-―−－—_]")
_PLACE_SUFFIX = re.compile(
    r"(?:(?:高新技术|经济技术|工业|产业|经济)?(?:园区|园|开发区|集聚区|集中区)"
    r"|(?:维吾尔|壮族|回族)?自治区|特别行政区|自治县|地区|[省市县]"
    r"|(?:industrial)?park|county|prefecture|city|province)$"
)
_INNER_COUNTY = re.compile(r"^(策勒|于田|民丰|和田|洛浦|墨玉|皮山)[县市]")
_REGION = re.compile(r"^(?:新疆(?:维吾尔自治区)?|和田(?:地区|市|县)?|(?:策勒|于田|民丰)县?)+")
_LEGAL_FORM = re.compile(r"(?:股份)?(?:有限)?(?:责任)?公司$")
_NUMBERS = re.compile(r"[\d一二三四五六七八九十百甲乙丙丁]+")
_SHORTEST_CORE = 4


def same_key(text: str) -> str:
    """Return what two spellings of one identifier share: width, case, spaces, dashes.

    >>> same_key(" ｃｌ－AGRI—001 ")
    'CL-AGRI-001'
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    return _DASHES.sub("-", "".join(plain.split()))


def same_name(text: str) -> str:
    """Return what two spellings of one name share: width of letters and brackets, spaces.

    >>> same_name("新疆（和田）食品 有限公司") == same_name("新疆(和田)食品有限公司")
    True
    """
    return _SPACE_AND_MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def same_place(text: str) -> str:
    """Return a place's name without what people add or leave out: 县, 市, 园区, 工业园区.

    >>> same_place("策勒县天津工业园区"), same_place("策勒天津产业园"), same_place("于田县")
    ('策勒天津', '策勒天津', '于田')
    """
    name = _INNER_COUNTY.sub(r"\1", same_name(text))
    return _PLACE_SUFFIX.sub("", name) or name


def near_pairs(names: Sequence[str | None]) -> list[tuple[int, int]]:
    """Return the index pairs of firms' names that differ in hardly more than one character.

    Names that differ in a number (一厂, 二厂) are not near. Time and memory grow with the
    number of names, not with its square: what differs in one character becomes equal when
    the right character is left out of each.
    """
    cores = [_core(name) if name else "" for name in names]
    owners, marks = _marks(cores)
    order = np.lexsort((owners, marks))
    same = np.flatnonzero(marks[order][1:] == marks[order][:-1])
    candidates = zip(owners[order][same].tolist(), owners[order][same + 1].tolist(), strict=True)
    return sorted({pair for pair in candidates if _are_near(names, *pair)})


def _core(name: str) -> str:
    """Return the name without region and legal form, which half of all firms share."""
    plain = same_name(name)
    core = _REGION.sub("", _LEGAL_FORM.sub("", plain))
    return core if len(core) >= _SHORTEST_CORE else ""


def _marks(cores: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return hashes of every core whole and with one character left out, with their owners."""
    owners: list[int] = []
    marks: list[int] = []
    for owner, core in enumerate(cores):
        if core:
            marks.append(hash(core))
            marks.extend(hash(core[:i] + core[i + 1 :]) for i in range(len(core)))
            owners.extend([owner] * (len(core) + 1))
    return np.array(owners, dtype=np.int64), np.array(marks, dtype=np.int64)


def _are_near(names: Sequence[str | None], one: int, other: int) -> bool:
    if one == other:
        return False
    first, second = same_name(names[one] or ""), same_name(names[other] or "")
    if _NUMBERS.findall(first) != _NUMBERS.findall(second):
        return False
    return fuzz.ratio(first, second) >= NEAR_NAMES
