"""Build ``search.json``: what the search box finds in an edition, with its pinyin.

Pinyin is looked up once, at publish: the readings of every Chinese character that occurs,
all of those that are in use (策勒 is found by ``cele`` and by ``celei``). Browser and server
match queries against it without knowing Chinese.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import pandas as pd
from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.constants import PHRASES_DICT

from geo.codes import Codes
from geo.feature_store import is_large
from geo.i18n import both
from geo.model import FORMAT, KINDS, Catalog
from geo.search import fold

GROUPS = ("parks", "counties", "places", "logistics", "buildings", "enterprises", "parcels")
"""Kinds of layer that can be found; of results that fit equally well, the first come first."""

_KNOWN_BY_KEY = ("parks", "counties", "buildings", "enterprises", "parcels")
"""Kinds whose keys people write to one another; those of a town or a road nobody knows."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NAME = "name_zh"
_SAMPLE, _ON_OFFER = 1, 2
_LETTABLE = ("vacant", "partly_let")
_USED = frozenset(
    (
        *(KINDS[kind].key for kind in GROUPS),
        *("name_zh", "name_en", "adcode", "parent_id", "nature", "on_offer", "state"),
    )
)
_V_FOR_U = str.maketrans(dict.fromkeys("üǖǘǚǜ", "v"))


def build_search(
    catalog: Catalog, frames: Mapping[str, pd.DataFrame], codes: Codes
) -> dict[str, Any]:
    """Return the document; ``frames`` are those of one edition, its fields selected.

    A record is ``[group, key, name_zh, name_en, context, flags]``: the group's place in
    ``groups``, the place of what is around the record in ``contexts`` (-1 for none), and 1 for
    a sample plus 2 for what is on offer. A firm whose name the edition keeps back is absent.
    The records of a ``large`` group are left to :mod:`geo.large_search`.
    """
    places = _Places(catalog, frames, codes)
    layers = [(kind, catalog.layer_of(kind)) for kind in GROUPS]
    large = {layer for _, layer in layers if is_large(len(frames[layer]))}
    titles = [both(f"search_kind.{kind}") for kind in GROUPS]
    records = [
        record
        for group, (kind, layer) in enumerate(layers)
        if layer not in large
        for record in _records(group, kind, frames[layer], places)
    ]
    texts = [record[2] for record in records] + [title["zh"] for title in titles]
    return {
        "format": FORMAT,
        "groups": [
            {
                "kind": kind,
                "layer": layer,
                "title": title,
                "by_key": kind in _KNOWN_BY_KEY,
                **({"large": True} if layer in large else {}),
            }
            for (kind, layer), title in zip(layers, titles, strict=True)
        ],
        "contexts": places.contexts,
        "readings": _readings([*texts, *(text for names in places.contexts for text in names)]),
        "records": records,
    }


def build_readings(catalog: Catalog, frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the readings of the Chinese characters in the names of large layers.

    The server finds their records by pinyin with it; a browser need not load it. Empty where
    no layer is large.
    """
    layers = [catalog.layer_of(kind) for kind in GROUPS]
    names = [frames[name].get(_NAME) for name in layers if is_large(len(frames[name]))]
    texts = ("".join(column.dropna().tolist()) for column in names if column is not None)
    letters = sorted(letter for letter in set().union(*texts) if _HAN.match(letter))
    return {letter: " ".join(sorted(found)) for letter in letters if (found := _in_use(letter))}


class _Places:
    """What is around a record, as park and county in both languages, numbered as first met."""

    def __init__(self, catalog: Catalog, frames: Mapping[str, pd.DataFrame], codes: Codes) -> None:
        parks = _rows(frames[catalog.layer_of("parks")])
        self._parks = {row["park_id"]: row for row in parks}
        self._counties = codes.county
        self._numbers: dict[tuple[str, ...], int] = {}

    @property
    def contexts(self) -> list[list[str]]:
        """The names by number: of the park, Chinese and English, and of the county."""
        return [list(texts) for texts in self._numbers]

    def number(self, kind: str, row: Mapping[str, str]) -> int:
        """Return the number of what is around a record, -1 for nothing."""
        park = self._parks.get(row.get("parent_id" if kind == "parks" else "park_id", ""), {})
        adcode = "" if kind == "counties" else row.get("adcode") or park.get("adcode", "")
        county = self._counties.label(adcode) or {}
        texts = (*_names(park), county.get("zh", ""), county.get("en", ""))
        return self._numbers.setdefault(texts, len(self._numbers)) if any(texts) else -1


def _records(
    group: int, kind: str, frame: pd.DataFrame, places: _Places
) -> Iterator[tuple[int, str, str, str, int, int]]:
    key = KINDS[kind].key
    for row in sorted(_rows(frame), key=lambda row: row[key]):
        zh, en = _names(row)
        # A plot is known by its number; whatever else has no name is not to be found.
        if zh or en or kind == "parcels":
            flags = _SAMPLE * (row.get("nature") == "sample") + _ON_OFFER * _is_on_offer(row)
            yield group, row[key], zh, en, places.number(kind, row), flags


def _is_on_offer(row: Mapping[str, str]) -> bool:
    return row.get("on_offer") == "True" or row.get("state") in _LETTABLE


def _names(row: Mapping[str, str]) -> tuple[str, str]:
    return row.get("name_zh", ""), row.get("name_en", "")


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Return the records as texts, without what is missing."""
    wanted = [name for name in frame.columns if name in _USED]
    rows = frame[wanted].itertuples(index=False, name=None)
    return [
        {name: str(value) for name, value in zip(wanted, row, strict=True) if not pd.isna(value)}
        for row in rows
    ]


def _readings(texts: Iterable[str]) -> dict[str, str]:
    """Return the readings of each Chinese character of the texts, without tones."""
    found: dict[str, set[str]] = {}
    for text in texts:
        for letter in _HAN.findall(text):
            found.setdefault(letter, _in_use(letter))
        for name in re.findall(rf"{_HAN.pattern}+", text):
            # Read as a whole, 重庆 is chongqing.
            for letter, reading in zip(name, lazy_pinyin(name, style=Style.TONE), strict=True):
                found[letter] |= _plain(reading)
    return {letter: " ".join(sorted(found[letter])) for letter in sorted(found) if found[letter]}


def _in_use(letter: str) -> set[str]:
    """Return the first reading of a character, and those that words of today have.

    Dictionaries list obsolete ones too, by which 厂 would be found under ``an``.
    """
    first = pinyin(letter, style=Style.TONE)[0][0]
    return {
        plain for reading in (first, *_readings_in_words()[letter]) for plain in _plain(reading)
    }


@cache
def _readings_in_words() -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for word, readings in PHRASES_DICT.items():
        # A word with a comma in it has more characters than readings.
        for letter, reading in zip(word, readings, strict=False):
            found[letter].add(reading[0])
    return found


def _plain(reading: str) -> set[str]:
    """Return the ways in which a reading is typed: 绿 is ``lv``, and ``lu`` where ü is missing."""
    typed = {fold(reading), fold(reading.translate(_V_FOR_U))}
    return {text for text in typed if text.isascii() and text.isalpha()}
