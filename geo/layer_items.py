"""Some features of a layer that is too large for one file, as the browser's lists ask for them.

The condition is put together from words that a person typed and from what they mean here: a
park's name stands for the plots in it, a county's for all that lies there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.feature_store import Where, quoted
from geo.query import Feature, Snapshot
from geo.time_limit import limited

MOST = 200
"""Features in one page at most."""

_MOST_WORDS = 8
_MOST_PLACES = 500
_TEXTS = ("id", "name_zh", "name_en", "product")
_CODES = {
    "land_use_code": "land_use",
    "adcode": "county",
    "industry_code": "industry",
}
"""Columns whose codes have names, with their list in ``site.json``."""

_PLACES = ("parcel_id", "building_id", "park_id")


@dataclass(frozen=True)
class Asked:
    """What a page of features is to hold.

    Parameters
    ----------
    words
        Each must be met by a name or code of the feature, its park, county, land class or
        industry, as part of it and in any case.
    on_offer
        Only plots on offer.
    places
        Only what belongs to one of these plots, halls or parks.
    """

    words: tuple[str, ...] = ()
    on_offer: bool = False
    places: tuple[str, ...] = ()


def find_items(snapshot: Snapshot, layer: str, asked: Asked, *, after: int, limit: int) -> bytes:
    """Return features in the order of the key as JSON text.

    ``{"features": [...], "matched": how many in all, "next": row to go on after}``; ``matched``
    is told with the first page alone, ``next`` is ``null`` at the end.

    Raises
    ------
    NotFound
        ``STORE_MISSING`` if the edition has no such layer.
    BadRequest
        ``API_QUERY_COSTLY`` if it takes too long, ``API_BUSY`` if many do.
    """
    store = snapshot.store(layer)
    where = _condition(snapshot, store.fields, asked)
    limit = max(1, min(limit, MOST))
    with limited():
        rows = store.select(where=where, limit=limit, after=after)
        matched = "null" if after else str(store.matched(where=where))
    following = str(rows[-1][0]) if len(rows) == limit else "null"
    features = b",".join(feature for _, feature in rows)
    return b'{"features":[%s],"matched":%s,"next":%s}' % (
        features,
        matched.encode(),
        following.encode(),
    )


def _condition(snapshot: Snapshot, fields: Mapping[str, str], asked: Asked) -> Where | None:
    parts = [_meets(snapshot, fields, word) for word in asked.words[:_MOST_WORDS]]
    if asked.on_offer and "on_offer" in fields:
        parts.append((f"{quoted('on_offer')} = 1", ()))
    if asked.places:
        columns = [name for name in _PLACES if name in fields]
        parts.append(_any(_among(name, asked.places[:_MOST_PLACES]) for name in columns))
    if not parts:
        return None
    return " AND ".join(f"({text})" for text, _ in parts), [
        v for _, values in parts for v in values
    ]


def _meets(snapshot: Snapshot, fields: Mapping[str, str], word: str) -> Where:
    """Return the condition that a word is part of what is said of a feature."""
    pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    texts = [name for name in _TEXTS if name == "id" or name in fields]
    found: list[Where] = [(f"{quoted(name)} LIKE ? ESCAPE '\\'", (pattern,)) for name in texts]
    codes = snapshot.site["codes"]
    named = {name: _codes_named(codes.get(of, {}), word) for name, of in _CODES.items()}
    named["park_id"] = _parks_named(snapshot.of_kind("parks"), word)
    found += [_among(name, keys) for name, keys in named.items() if name in fields and keys]
    return _any(found)


def _any(parts: Iterable[Where]) -> Where:
    kept = list(parts)
    if not kept:
        return "0", ()
    return " OR ".join(text for text, _ in kept), [v for _, values in kept for v in values]


def _among(name: str, values: Sequence[str]) -> Where:
    return f"{quoted(name)} IN ({', '.join('?' * len(values))})", tuple(values)


def _codes_named(codes: Mapping[str, Mapping[str, Any]], word: str) -> list[str]:
    return [code for code, names in codes.items() if _has(word, names.get("zh"), names.get("en"))]


def _parks_named(parks: Mapping[str, Feature], word: str) -> list[str]:
    """Return the parks of that name, and those inside one of that name."""
    return [key for key in parks if any(_is_named(park, word) for park in _chain(parks, key))][
        :_MOST_PLACES
    ]


def _chain(parks: Mapping[str, Feature], key: str | None) -> Iterator[Feature]:
    """Yield a park and the parks that it lies in; parents may form a circle."""
    seen: set[str] = set()
    while key is not None and key in parks and key not in seen:
        seen.add(key)
        park = parks[key]
        yield park
        key = park["properties"].get("parent_id")


def _is_named(park: Feature, word: str) -> bool:
    properties = park["properties"]
    return _has(word, park["id"], properties.get("name_zh"), properties.get("name_en"))


def _has(word: str, *texts: object) -> bool:
    return any(word.casefold() in str(text).casefold() for text in texts if text)
