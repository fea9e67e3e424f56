"""Write a frame as GeoJSON (RFC 7946) that is the same to the byte for equal input.

Texts are made column by column: a layer of a million records takes seconds, not minutes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping

_DIGITS = {"parcels": 7, "buildings": 7, "red_lines": 7, "findings": 9}
"""Decimals of a degree by kind: 7 is a centimetre, for plots that must stay a coverage; a faulty
piece may be thinner than that."""

_OTHER_DIGITS = 6
_EXACT_BELOW = 1e9
"""Below it a number that is the nearest one to a decimal of six digits is that decimal."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_AREA = 2
"""Dimensions of a polygon."""

_POINT, _LINE, _POLYGON = 0, 1, 3
_MULTI = {4: _POINT, 5: _LINE, 6: _POLYGON}
_NAMES = {
    _POINT: "Point",
    _LINE: "LineString",
    _POLYGON: "Polygon",
    **{4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"},
}


def layer_to_geojson(frame: gpd.GeoDataFrame, *, key: str, kind: str) -> bytes:
    """Return a FeatureCollection in WGS84, one feature a record, in the order of the key.

    A missing value is left out; a record without a place has ``"geometry": null``.
    """
    ordered = in_order(frame, key=key, kind=kind)
    return (
        b'{"type":"FeatureCollection","features":[' + b",".join(to_features(ordered, key)) + b"]}"
    )


def in_order(frame: gpd.GeoDataFrame, *, key: str, kind: str) -> gpd.GeoDataFrame:
    """Return the records in the order of the key, their shapes as they are published.

    Coordinates are rounded to the decimals of the kind, outer rings run counter-clockwise,
    an empty shape is none.
    """
    ordered = sort_by_key(frame, key)
    shapes = _as_published(ordered.geometry.to_numpy(), _DIGITS.get(kind, _OTHER_DIGITS))
    return ordered.set_geometry(gpd.GeoSeries(shapes, index=ordered.index, crs=ordered.crs))


def sort_by_key(frame: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Return the records in the order of the key, those with equal keys as they come."""
    # A large register mostly comes in order.
    if frame[key].is_monotonic_increasing:
        return frame.reset_index(drop=True)
    return frame.sort_values(key, kind="stable", ignore_index=True)


def _as_published(given: np.ndarray, digits: int) -> np.ndarray:
    """Return shapes without height, rounded, and turned as GeoJSON wants them."""
    shapes = given.copy()
    shapes[shapely.is_empty(shapes)] = None
    places = shapely.get_coordinates(shapes)
    # A million points that are so already are not made anew.
    if shapely.has_z(shapes).any() or not (np.round(places, digits) == places).all():
        shapes = shapely.transform(shapes, lambda xy: np.round(xy, digits))
    has_areas = (shapely.get_dimensions(shapes) == _AREA).any()
    return np.asarray(shapely.orient_polygons(shapes) if has_areas else shapes)


def to_features(ordered: gpd.GeoDataFrame, key: str) -> list[bytes]:
    """Return the text of each feature of a frame that :func:`in_order` returned."""
    columns = [name for name in ordered.columns if name != ordered.geometry.name]
    values = {name: plain_values(ordered[name]) for name in columns}
    names = [_ENCODER.encode(value) for value in values[key]]
    members = [_members(name, found) for name, found in values.items()]
    # Every member brings the comma before it: the first one loses it.
    properties = ["".join(row)[1:] for row in zip(*members, strict=True)]
    rows = zip(names, geometry_texts(ordered.geometry.to_numpy()), properties, strict=True)
    return [
        f'{{"type":"Feature","id":{name},"geometry":{shape},"properties":{{{found}}}}}'.encode()
        for name, shape, found in rows
    ]


def table_to_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the records of a table as plain JSON values, missing ones left out."""
    columns = [plain_values(frame[name]) for name in frame.columns]
    return [
        {name: value for name, value in zip(frame.columns, row, strict=True) if value is not None}
        for row in zip(*columns, strict=True)
    ]


def to_json(document: object) -> bytes:
    """Return compact UTF-8 JSON; ``ValueError`` for a number that JSON does not know."""
    return _ENCODER.encode(document).encode("utf-8")


def plain_values(column: pd.Series[Any]) -> list[Any]:
    """Return the JSON values of a column, ``None`` for missing ones.

    Whole numbers lose their ``.0``, fractions keep six digits; what is neither number nor
    truth value is text.
    """
    dtype = column.dtype
    if column.isna().all():
        return [None] * len(column)
    if isinstance(dtype, (pd.StringDtype, pd.BooleanDtype, pd.Int64Dtype)) or dtype.kind in "biu":
        none: Any = None
        plain: list[Any] = column.to_numpy(dtype=object, na_value=none).tolist()
        return plain
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return _plain_numbers(column.to_numpy(dtype=float))
    values = column.astype("object").where(column.notna(), None).tolist()
    return [None if value is None else _to_plain(value) for value in values]


def _plain_numbers(values: NDArray[np.float64]) -> list[Any]:
    """Return what :func:`_to_plain` does for each number, ``None`` for one that is not."""
    plain = values.astype(object)
    short = _are_short(values)
    whole = short & (np.floor(values) == values)
    plain[whole] = values[whole].astype(np.int64)
    # Only Python rounds the others as their decimals say.
    plain[~short] = [None if math.isnan(n) else _to_plain(n) for n in values[~short].tolist()]
    found: list[Any] = plain.tolist()
    return found


def rounded_numbers(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the numbers with six digits, as :func:`plain_values` has them; NaN stays NaN."""
    rounded = values.copy()
    long = ~_are_short(values)
    rounded[long] = [round(n, 6) for n in values[long].tolist()]
    return rounded


def _are_short(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which numbers surely have no more than six digits."""
    with np.errstate(over="ignore", invalid="ignore"):
        short: NDArray[np.bool_] = np.rint(values * 1e6) / 1e6 == values
    return short & (np.abs(values) < _EXACT_BELOW)


def _to_plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        rounded = round(float(value), 6)
        return int(rounded) if rounded.is_integer() else rounded
    return str(value)


def _members(name: str, values: Sequence[Any]) -> list[str]:
    """Return ``,"name":value`` for each value, nothing for a missing one."""
    label = _ENCODER.encode(name)
    encode = _ENCODER.encode
    known: dict[tuple[type, Any], str] = {}
    # Of a million records most share their values: each is written once.
    return [
        ""
        if value is None
        else known.get((type(value), value))
        or known.setdefault((type(value), value), f",{label}:{encode(value)}")
        for value in values
    ]


def geometry_texts(shapes: np.ndarray) -> list[str]:
    """Return the GeoJSON text of every shape, ``null`` for none."""
    kinds = shapely.get_type_id(shapes)
    if np.isin(kinds, (-1, _POINT)).all():
        return _point_texts(shapes)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    grouped = _grouped(_part_texts(parts), owner, len(shapes))
    return [
        _geometry_text(shape, int(kind), texts)
        for shape, kind, texts in zip(shapes, kinds, grouped, strict=True)
    ]


def _point_texts(points: np.ndarray) -> list[str]:
    """Return what :func:`geometry_texts` does, in a third of the time."""
    texts = np.full(len(points), "null", dtype=object)
    texts[~shapely.is_missing(points)] = [
        f'{{"type":"Point","coordinates":{place}}}' for place in _place_texts(points)
    ]
    found: list[str] = texts.tolist()
    return found


def _geometry_text(shape: Any, kind: int, parts: Sequence[str]) -> str:
    if kind not in _NAMES:
        return "null" if shape is None else _ENCODER.encode(mapping(shape))
    coordinates = f"[{','.join(parts)}]" if kind in _MULTI else parts[0]
    return f'{{"type":"{_NAMES[kind]}","coordinates":{coordinates}}}'


def _part_texts(parts: np.ndarray) -> list[str]:
    """Return the coordinates of points, lines and polygons, each of one part."""
    kinds = shapely.get_type_id(parts)
    polygons = np.flatnonzero(kinds == _POLYGON)
    rings, owner = shapely.get_rings(parts[polygons], return_index=True)
    texts = np.empty(len(parts), dtype=object)
    of_rings = _grouped(_line_texts(rings), owner, len(polygons))
    texts[polygons] = [f"[{','.join(found)}]" for found in of_rings]
    lines, points = np.flatnonzero(kinds == _LINE), np.flatnonzero(kinds == _POINT)
    texts[lines] = _line_texts(parts[lines])
    texts[points] = _place_texts(parts[points])
    found: list[str] = texts.tolist()
    return found


def _line_texts(lines: np.ndarray) -> list[str]:
    _, owner = shapely.get_coordinates(lines, return_index=True)
    return [f"[{','.join(found)}]" for found in _grouped(_place_texts(lines), owner, len(lines))]


def _place_texts(shapes: np.ndarray) -> list[str]:
    places = shapely.get_coordinates(shapes)
    if not math.isfinite(places.sum()):
        raise ValueError("a coordinate that JSON does not know")
    return [f"[{x!r},{y!r}]" for x, y in places.tolist()]


def _grouped(texts: Sequence[str], owner: np.ndarray, count: int) -> Iterator[Sequence[str]]:
    """Yield the texts of each owner; ``owner`` is in order."""
    ends = np.searchsorted(owner, np.arange(count + 1)).tolist()
    return (texts[start:end] for start, end in pairwise(ends))
