"""Find records of large layers by key or name, in their stores.

``search.json`` lists the records of small layers with their pinyin; a million firms would make
it too large for a browser. Of a large layer, those that begin with the query are found, as it
stands or in pinyin, else those that contain its words; the answer has the form of
``search.json``, so that the same code judges and orders both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from geo.feature_store import BEYOND, FeatureStore, Where, quoted
from geo.query import Feature, Snapshot
from geo.search import fold
from geo.spelling import begins_spelt
from geo.time_limit import limited

NO_READINGS: Mapping[str, str] = MappingProxyType({})
MOST = 100
"""Records of a layer that are looked at."""

_NAMES = ("name_zh", "name_en")
_SPELT = "name_zh"
_SAMPLE, _ON_OFFER = 1, 2
_ZH = 2
"""Place of the Chinese name in a record."""


def candidates(shown: Snapshot, query: str) -> dict[str, Any]:
    """Return what may fit a query in the large layers, as a document like ``search.json``.

    Raises
    ------
    BadRequest
        ``API_QUERY_COSTLY`` if it takes too long, ``API_BUSY`` if many do.
    """
    with limited():
        return _candidates(shown, query)


def _candidates(shown: Snapshot, query: str) -> dict[str, Any]:
    known: Mapping[str, Any] = shown.document("search.json")
    readings: Mapping[str, str] = (
        shown.document("readings.json") if shown.has("readings.json") else {}
    )
    contexts: dict[tuple[str, ...], int] = {}
    records: list[list[Any]] = []
    for number, group in enumerate(known["groups"]):
        if group.get("large"):
            for feature in named_like(shown.store(group["layer"]), query, readings):
                around = _around(shown, group["kind"], feature)
                place = contexts.setdefault(around, len(contexts)) if any(around) else -1
                records.append(_record(number, feature, place))
    met = {letter for record in records for letter in record[_ZH] if letter in readings}
    return {
        **{name: known[name] for name in ("format", "groups")},
        "readings": {**known["readings"], **{letter: readings[letter] for letter in sorted(met)}},
        "contexts": [list(texts) for texts in contexts],
        "records": records,
    }


def named_like(
    store: FeatureStore, query: str, readings: Mapping[str, str] = NO_READINGS, *, limit: int = MOST
) -> list[Feature]:
    """Return features whose key or name begins with a text, else has all its words.

    With the ``readings`` of Chinese characters also those whose name begins so in pinyin.
    """
    text = query.strip()
    names = [name for name in _NAMES if name in store.fields]
    spelt = begins_spelt(store, _SPELT, text, readings) if _SPELT in names else []
    for condition in _conditions(text, names, spelt) if text else ():
        found = store.select(where=condition, limit=limit)
        if found:
            return [json.loads(body) for _, body in found]
    return []


def _conditions(text: str, names: list[str], spelt: list[str]) -> Iterator[Where]:
    begins = ["id >= ? AND id < ?"] * 2
    values = [text, text + BEYOND, text.upper(), text.upper() + BEYOND]
    for name in names:
        column = f"{quoted(name)} COLLATE NOCASE"
        begins.append(f"{column} >= ? AND {column} < ?")
        values += [text, text + BEYOND]
    begins += [f"{quoted(_SPELT)} COLLATE NOCASE BETWEEN ? AND ?"] * len(spelt)
    values += [edge for begin in spelt for edge in (begin, begin + BEYOND)]
    # Several short looks into an index; OR would read the whole layer.
    rows = " UNION ".join(f"SELECT row FROM fields WHERE {one}" for one in begins)
    yield f"row IN ({rows} LIMIT {MOST})", values
    words = fold(text).split()
    if names:
        texts = " || ' ' || ".join(f"coalesce({quoted(name)}, '')" for name in names)
        held = " AND ".join([f"instr(lower({texts}), ?)"] * len(words))
        yield f"row IN (SELECT row FROM fields WHERE {held} LIMIT {MOST})", words


def _record(group: int, feature: Feature, place: int) -> list[Any]:
    p = feature["properties"]
    flags = _SAMPLE * (p.get("nature") == "sample") + _ON_OFFER * bool(p.get("on_offer"))
    return [group, str(feature["id"]), p.get("name_zh", ""), p.get("name_en", ""), place, flags]


def _around(shown: Snapshot, kind: str, feature: Feature) -> tuple[str, ...]:
    """Return the names of the park and the county around a record, in both languages."""
    p = feature["properties"]
    outer = str(p.get("parent_id" if kind == "parks" else "park_id"))
    park = shown.of_kind("parks").get(outer, {}).get("properties", {})
    adcode = "" if kind == "counties" else p.get("adcode") or park.get("adcode") or ""
    county = shown.site["codes"]["county"].get(adcode) or {}
    names = (park.get("name_zh", ""), park.get("name_en", ""))
    return (*names, county.get("zh", ""), county.get("en", ""))
