"""GeoJSON (RFC 7946) to records and geometries, without repairing anything.

GDAL closes rings, drops bad vertices and guesses types without a word; here a feature
whose geometry breaks the standard keeps its properties, loses its geometry and is named.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from shapely import geometry
from shapely.geometry.base import BaseGeometry

Faults = list[tuple[int, str]]
"""Rows whose geometry could not be taken, each with a reason (a ``reason.*`` message)."""

_DEPTH = {
    "Point": 0,
    "LineString": 1,
    "MultiPoint": 1,
    "Polygon": 2,
    "MultiLineString": 2,
    "MultiPolygon": 3,
}
_FEWEST_POSITIONS = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}


class GeoJSONFault(ValueError):
    """The text or one geometry breaks the standard; its argument is the reason."""


@dataclass
class Features:
    """The features of a collection: properties, geometries, and what was wrong.

    ``crs`` is the old ``crs`` member as written: ``...`` if the file has none, ``None`` if
    it says that nothing is known. ``columns`` are fields that the file had in the very type of
    their kind, taken over whole; a record has only the others.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    geometries: list[BaseGeometry | None] = field(default_factory=list)
    bad_geometry: Faults = field(default_factory=list)
    crs: Any = ...
    columns: dict[str, pd.Series[Any]] = field(default_factory=dict)


def parse_features(text: str, *, allowed: Sequence[str]) -> Features:
    """Return the features of a GeoJSON text, with geometries of the allowed types only.

    Raises ``GeoJSONFault`` with a reason if the text is not a feature collection.
    """
    document = _load(text)
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise GeoJSONFault("not_feature_collection")
    features = document.get("features")
    if not isinstance(features, list):
        raise GeoJSONFault("not_feature_collection")
    parsed = Features(crs=document.get("crs", ...))
    for row, feature in enumerate(features):
        _take(feature, row, parsed, allowed)
    return parsed


def build_geometry(value: Any, *, allowed: Sequence[str]) -> BaseGeometry | None:
    """Return the 2-D geometry of a GeoJSON object, ``None`` for null.

    Raises ``GeoJSONFault`` with the reason if it breaks the standard or is of another type.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise GeoJSONFault("malformed")
    name = value.get("type")
    if not isinstance(name, str) or name not in allowed or name not in _DEPTH:
        raise GeoJSONFault("wrong_type")
    coordinates = _nested(value.get("coordinates"), _DEPTH[name])
    for ring in _rings(name, coordinates):
        _check_ring(name, ring)
    return geometry.shape({"type": name, "coordinates": coordinates})


def _load(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique_members)
    except RecursionError as error:
        raise GeoJSONFault("nested_too_deeply") from error
    except GeoJSONFault:
        raise
    except ValueError as error:  # also an integer of thousands of digits
        raise GeoJSONFault("not_json") from error


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise GeoJSONFault("duplicate_member")
    return members


def _take(feature: Any, row: int, parsed: Features, allowed: Sequence[str]) -> None:
    is_feature = isinstance(feature, dict) and feature.get("type") == "Feature"
    properties = feature.get("properties") if is_feature else None
    parsed.records.append(properties if isinstance(properties, dict) else {})
    try:
        if not is_feature:
            raise GeoJSONFault("not_a_feature")
        shape = build_geometry(feature.get("geometry"), allowed=allowed)
    except GeoJSONFault as fault:
        parsed.bad_geometry.append((row, str(fault)))
        shape = None
    parsed.geometries.append(shape)


def _nested(value: Any, depth: int) -> Any:
    """Return the coordinates with every position cut to x, y, at exactly this depth."""
    if depth == 0:
        return _position(value)
    if not isinstance(value, list) or not value:
        raise GeoJSONFault("malformed")
    return [_nested(item, depth - 1) for item in value]


def _position(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) < 2:
        raise GeoJSONFault("malformed")
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in value[:2]):
        raise GeoJSONFault("malformed")
    try:
        x, y = float(value[0]), float(value[1])
    except OverflowError as error:
        raise GeoJSONFault("not_finite") from error
    if not (math.isfinite(x) and math.isfinite(y)):
        raise GeoJSONFault("not_finite")
    return x, y


def _rings(name: str, coordinates: Any) -> Iterable[list[tuple[float, float]]]:
    if name == "LineString":
        return [coordinates]
    if name in ("MultiLineString", "Polygon"):
        return list(coordinates)
    return [ring for part in coordinates for ring in part] if name == "MultiPolygon" else []


def _check_ring(name: str, ring: list[tuple[float, float]]) -> None:
    if len(ring) < _FEWEST_POSITIONS[name]:
        raise GeoJSONFault("too_few_positions")
    if name.endswith("Polygon") and ring[0] != ring[-1]:
        raise GeoJSONFault("not_closed")
