"""What scenes draw of layers that are too large to be drawn whole: what they point out.

It is written into the show itself, so that a wall and a slide show the same, without asking.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.feature_store import is_large
from geo.model import Catalog
from geo.render.geojson import layer_to_geojson

MOST = 200
"""Things of a large layer that one scene draws at most."""

_NEVER_DRAWN = ("enterprises",)
"""Kinds that no scene draws, of whatever size."""

Part = dict[str, Any]


def large_layers(catalog: Catalog, frames: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Return the layers of which a scene draws only a part."""
    return frozenset(
        name
        for name, entry in catalog.layers.items()
        if is_large(len(frames[name])) and entry.kind not in _NEVER_DRAWN
    )


def describe_part(
    layer: str,
    highlight: Sequence[Mapping[str, str]],
    catalog: Catalog,
    frames: Mapping[str, pd.DataFrame],
) -> Part:
    """Return what a scene draws of a large layer: what it points out, and what belongs to that.

    ``drawn`` has the keys, first of what is pointed out itself; ``count`` is that of the layer.
    """
    frame, key = frames[layer], catalog.layers[layer].key
    is_own, belongs = pd.Series(False, index=frame.index), pd.Series(False, index=frame.index)
    for place in highlight:
        column = catalog.layers[place["layer"]].key
        if place["layer"] == layer:
            is_own |= _equals(frame[key], place["id"])
        elif column in frame.columns:
            belongs |= _equals(frame[column], place["id"])
    own = sorted(frame.loc[is_own, key].astype(str))
    others = sorted(frame.loc[belongs & ~is_own, key].astype(str))
    return {
        "title": catalog.layers[layer].title.model_dump(),
        "drawn": [*own, *others][:MOST],
        "count": len(frame),
    }


def part_features(
    parts: Iterable[Mapping[str, Part]], catalog: Catalog, frames: Mapping[str, pd.DataFrame]
) -> dict[str, list[dict[str, Any]]]:
    """Return the features that scenes draw of large layers, each once, by layer."""
    wanted: dict[str, set[str]] = {}
    for layer, part in _each(parts):
        wanted.setdefault(layer, set()).update(part["drawn"])
    return {layer: _features(layer, keys, catalog, frames) for layer, keys in wanted.items()}


def _each(parts: Iterable[Mapping[str, Part]]) -> Iterator[tuple[str, Part]]:
    for by_layer in parts:
        yield from by_layer.items()


def _features(
    layer: str, keys: set[str], catalog: Catalog, frames: Mapping[str, pd.DataFrame]
) -> list[dict[str, Any]]:
    entry, frame = catalog.layers[layer], frames[layer]
    chosen = gpd.GeoDataFrame(frame[frame[entry.key].astype(str).isin(keys)])
    found: list[dict[str, Any]] = json.loads(
        layer_to_geojson(chosen, key=entry.key, kind=entry.kind)
    )["features"]
    return found


def _equals(column: pd.Series[Any], value: str) -> pd.Series[bool]:
    return column.eq(value).fillna(False).astype(bool)
