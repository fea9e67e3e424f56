"""Write a frame as GeoJSON (RFC 7946) that is the same to the byte for equal input."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

_DIGITS = {"parcels": 7, "buildings": 7, "red_lines": 7, "findings": 9}
"""Decimals of a degree by kind: 7 is a centimetre, for plots that must stay a coverage; a faulty
piece may be thinner than that."""

_OTHER_DIGITS = 6


def layer_to_geojson(frame: gpd.GeoDataFrame, *, key: str, kind: str) -> bytes:
    """Return a FeatureCollection in WGS84, one feature a record, in the order of the key.

    A missing value is left out; a record without a place has ``"geometry": null``.
    """
    digits = _DIGITS.get(kind, _OTHER_DIGITS)
    ordered = frame.sort_values(key, kind="stable")
    columns = [name for name in ordered.columns if name != ordered.geometry.name]
    features = [
        {
            "type": "Feature",
            "id": values[columns.index(key)],
            "geometry": _to_mapping(geometry, digits),
            "properties": _to_properties(columns, values),
        }
        for values, geometry in zip(
            ordered[columns].itertuples(index=False, name=None), ordered.geometry, strict=True
        )
    ]
    return to_json({"type": "FeatureCollection", "features": features})


def table_to_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the records of a table as plain JSON values, missing ones left out."""
    columns = list(frame.columns)
    return [_to_properties(columns, row) for row in frame.itertuples(index=False, name=None)]


def to_json(document: object) -> bytes:
    """Return compact UTF-8 JSON; ``ValueError`` for a number that JSON does not know."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def _to_mapping(geometry: BaseGeometry | None, digits: int) -> dict[str, Any] | None:
    if geometry is None or geometry.is_empty:
        return None
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, digits))
    found: dict[str, Any] = mapping(shapely.orient_polygons(rounded))
    return found


def _to_properties(columns: list[str], values: tuple[Any, ...]) -> dict[str, Any]:
    pairs = zip(columns, values, strict=True)
    return {name: _to_plain(value) for name, value in pairs if not pd.isna(value)}


def _to_plain(value: Any) -> Any:
    """Return a JSON value; whole numbers lose their ``.0``, fractions keep six digits."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        rounded = round(float(value), 6)
        return int(rounded) if rounded.is_integer() else rounded
    return str(value)
