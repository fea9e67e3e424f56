"""What the pages of the API show: the documents of programs, laid out for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from geo.api import axes, documents, moments
from geo.api.cql import LONGEST
from geo.api.documents import CONFORMANCE, layer_named
from geo.api.here import Here
from geo.api.items import read_page
from geo.api.parameters import MOST, read_items_query
from geo.api.tilesets import TILES_CONFORMANCE
from geo.profiles.profile import KINDS
from geo.query import Snapshot
from geo.web.pages import Query
from geo.wording import Wording

Contents = Callable[[Snapshot, Wording], Mapping[str, object]]

_COLUMNS = 6
"""Properties of a table; all of them stand on the page of a feature."""

_LAST = ("nature", "as_of")
_WORDED = ("nature",)
"""The others stand as they are, for so they are asked for."""


def landing(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    """Return what the landing page shows."""
    return {**collections(shown, w), "most": MOST, "crs": axes.CRS}


def conformance(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    """Return the classes of requirements, those of tiles if a layer has some."""
    has_tiles = any(layer.get("tiles") for layer in shown.site["layers"])
    return {"classes": [*CONFORMANCE, *(TILES_CONFORMANCE if has_tiles else ())]}


def collections(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    """Return what is known of every layer."""
    return {"collections": [_describe(layer, w) for layer in shown.site["layers"]]}


def collection(shown: Snapshot, w: Wording, name: str) -> Mapping[str, object]:
    """Return what is known of a layer, and its properties with their types."""
    layer, store = layer_named(shown, name), shown.store(name)
    fields = [(field, _title(w, layer, field), kind) for field, kind in store.fields.items()]
    return {
        "collection": _describe(layer, w),
        "extent": ", ".join(f"{value:.4f}" for value in store.extent or ()),
        "time": "/".join(map(str, dict.fromkeys(moments.covered_days(store) or ()))),
        "fields": fields,
        "crs": axes.CRS,
    }


def items(shown: Snapshot, w: Wording, name: str, given: Query) -> Mapping[str, object]:
    """Return a page of features as rows of a table.

    Raises
    ------
    BadRequest
        As :func:`geo.api.items.read_page`.
    """
    layer, store = layer_named(shown, name), shown.store(name)
    asked = dict(given)
    query = read_items_query({n: [v] for n, v in given if n != "f"}, store.fields)
    page = read_page(store, query)
    features = [json.loads(feature) for feature in page.features]
    columns = _columns(store.fields, features)
    pinned = {**asked, "snapshot": shown.version}
    return {
        "collection": _describe(layer, w),
        "columns": [_title(w, layer, column) for column in columns],
        "rows": [_row(name, feature, columns, w) for feature in features],
        "matched": page.matched,
        "asked": asked,
        "conditions": {n: v for n, v in given if n not in ("f", "snapshot", "after", "filter")},
        "following": _page_after(pinned, page.next_after),
        "previous": _page_after(pinned, page.previous_after),
        "first": {n: v for n, v in given if n not in ("after", "snapshot")},
        "longest": LONGEST,
        "example": _example(store.fields, features),
    }


def item(shown: Snapshot, w: Wording, name: str, key: str) -> Mapping[str, object]:
    """Return a feature with all that is known of it."""
    layer, store = layer_named(shown, name), shown.store(name)
    feature = json.loads(store.get(key) or b"{}")
    found = feature["properties"]
    kind = "" if feature["geometry"] is None else feature["geometry"]["type"]
    return {
        "collection": _describe(layer, w),
        "key": key,
        "title": w.pick(found, "name") or key,
        "facts": [
            (n, _title(w, layer, n), _value(n, found[n], w)) for n in store.fields if n in found
        ],
        "geometry": kind,
        "has_page": layer["kind"] in KINDS,
        "kind": layer["kind"],
        "sel": f"{name}/{key}" if kind else "",
        "nature": found.get("nature", ""),
    }


def _page_after(pinned: Mapping[str, str], row: int | None) -> Mapping[str, str] | None:
    """Return what the page after a row is asked with, ``None`` if there is no such page."""
    if row is None:
        return None
    others = {name: value for name, value in pinned.items() if name != "after"}
    return others | ({"after": str(row)} if row else {})


def _describe(layer: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    found = {name: layer[name] for name in ("id", "count", "natures", "licence", "as_of")}
    texts = {name: w.pick(layer[name]) for name in ("title", "source")}
    return {**found, **texts, "tiles": layer.get("tiles"), "source_url": layer["source_url"] or ""}


def _title(w: Wording, layer: Mapping[str, Any], name: str) -> str:
    return documents.field_title(Here("", w.lang), layer["kind"], name)


def _columns(fields: Mapping[str, str], features: list[dict[str, Any]]) -> list[str]:
    """Return the properties that tell most at a glance: the first that these features have."""
    has = {name for feature in features for name in feature["properties"]}
    first = [name for name in fields if name in has and name not in (*_LAST, "source")]
    return [*first[:_COLUMNS], *(name for name in _LAST if name in has)]


def _row(name: str, feature: Mapping[str, Any], columns: list[str], w: Wording) -> dict[str, Any]:
    found, key = feature["properties"], str(feature["id"])
    return {
        "key": key,
        "cells": [_value(column, found.get(column), w) for column in columns],
        "sel": f"{name}/{key}" if feature["geometry"] else "",
    }


def _value(name: str, value: object, w: Wording) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return w.t("ui.yes" if value else "ui.no")
    if isinstance(value, (int, float)):
        # A year is a number, but nobody writes it with a separator.
        return str(value) if name.endswith("year") else w.number(value)
    return w.word(name, value) if name in _WORDED else str(value)


def _example(fields: Mapping[str, str], features: list[dict[str, Any]]) -> str:
    """Return a filter that finds something here, as an example of how one is written."""
    for name in fields:
        values = [feature["properties"].get(name) for feature in features]
        known = next((value for value in values[::-1] if isinstance(value, str)), None)
        if known and name != "source" and "'" not in known and len(known) < 40:
            return f"{name} = '{known}'"
    return ""
