"""Pages of features, and single ones, as GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from geo.api import axes, moments
from geo.api.conditions import Compiler, both
from geo.api.here import Link
from geo.api.parameters import ItemsQuery
from geo.api.places import meets_box, meets_shape
from geo.feature_store import BBox, FeatureStore, Where
from geo.kept import kept_by_each
from geo.time_limit import limited


@dataclass(frozen=True)
class Page:
    """Some features of a layer.

    Parameters
    ----------
    features
        GeoJSON texts in the system that was asked for.
    matched
        How many there are on all pages.
    next_after
        The row after which the next page begins; ``None`` on the last.
    previous_after
        The row after which the page before begins; ``None`` on the first.
    """

    features: Sequence[bytes]
    matched: int
    next_after: int | None
    previous_after: int | None


def read_page(store: FeatureStore, query: ItemsQuery) -> Page:
    """Return the features that a query asks for.

    Raises
    ------
    BadRequest
        Those of :class:`geo.api.conditions.Compiler`, ``API_QUERY_COSTLY``, ``API_BUSY``.
    """
    box = query.box if query.box and query.box[0] <= query.box[2] else None
    with limited():
        where = _condition(store, query)
        rows = store.select(bbox=box, where=where, limit=query.limit + 1, after=query.after)
        previous = _start_before(store, query, box, where) if query.after else None
        matched = _matched(store, box, where)
    shown = rows[: query.limit]
    features = [feature for _, feature in shown]
    if axes.is_swapped(query.crs):
        features = [swap_feature(feature) for feature in features]
    more = len(rows) > query.limit
    return Page(features, matched, shown[-1][0] if more else None, previous)


def collection_text(page: Page, links: Sequence[Link], *, stamp: str) -> bytes:
    """Return a page as a FeatureCollection in UTF-8.

    ``stamp`` is the time of the answer, RFC 3339. The features go in as they are stored.
    """
    head = {
        "type": "FeatureCollection",
        "timeStamp": stamp,
        "numberMatched": page.matched,
        "numberReturned": len(page.features),
        "links": links,
    }
    text = _to_json(head)
    return text[:-1] + b',"features":[' + b",".join(page.features) + b"]}"


def feature_text(feature: bytes, links: Sequence[Link], crs: str) -> bytes:
    """Return a single feature with its links, in a system."""
    document = {**json.loads(feature), "links": links}
    if axes.is_swapped(crs):
        document["geometry"] = axes.swap_geometry(document["geometry"])
    return _to_json(document)


def swap_feature(feature: bytes) -> bytes:
    """Return a GeoJSON text with the axes of every position exchanged."""
    document = json.loads(feature)
    return _to_json({**document, "geometry": axes.swap_geometry(document["geometry"])})


def _condition(store: FeatureStore, query: ItemsQuery) -> Where | None:
    compiler = Compiler(store.fields, partial(meets_shape, store), query.swapped_filter)
    return both(
        meets_box(store, query.box) if query.box else None,
        moments.condition(query.days) if query.days else None,
        *query.equal,
        None if query.tree is None else compiler.condition(query.tree),
    )


def _start_before(
    store: FeatureStore, query: ItemsQuery, box: BBox | None, where: Where | None
) -> int | None:
    return store.start_before(bbox=box, where=where, limit=query.limit, after=query.after)


@kept_by_each(512)
def _matched(store: FeatureStore, box: BBox | None, where: Where | None) -> int:
    return store.matched(bbox=box, where=where)


def _to_json(document: Any) -> bytes:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")
