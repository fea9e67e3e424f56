"""Faulty pieces of ground: how wide they are, how large, and as GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import WGS84, LocalPlane, straight_area_m2

_DECIMALS = 9
"""Of a degree: a tenth of a millimetre."""


def areas_of(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the areas among the parts of shapes, and the index of the shape of each."""
    members, shape = shapely.get_parts(shapes, return_index=True)
    parts, member = shapely.get_parts(members, return_index=True)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return parts[polygons], shape[member[polygons]]


def is_narrower(shapes: np.ndarray, width: float) -> np.ndarray:
    """Return which areas hold no circle of that diameter; both in metres of the plane."""
    # A = integral of the perimeter inwards <= perimeter * inradius: most are decided by that.
    lengths = np.maximum(shapely.length(shapes), np.finfo(float).tiny)
    narrow = np.asarray(2 * shapely.area(shapes) / lengths < width)
    rows = np.flatnonzero(narrow)
    narrow[rows] = shapely.is_empty(shapely.buffer(shapes[rows], -width / 2, join_style="mitre"))
    return narrow


def area_m2(shapes: np.ndarray) -> np.ndarray:
    """Return the ellipsoidal areas in square metres of shapes in degrees."""
    return straight_area_m2(gpd.GeoSeries(shapes, crs=WGS84)).to_numpy()


def whole(parts: np.ndarray, plane: LocalPlane) -> shapely.Geometry:
    """Return parts in metres as one geometry in degrees, the same for equal parts."""
    shape = parts[0] if len(parts) == 1 else shapely.multipolygons(list(parts))
    return shapely.normalize(plane.to_degrees(np.array([shape]))[0])


def as_geojson(shape: shapely.Geometry) -> Mapping[str, Any]:
    """Return a geometry in degrees as GeoJSON with rings as RFC 7946 wants them."""
    rounded = shapely.transform(shapely.orient_polygons(shape), lambda xy: np.round(xy, _DECIMALS))
    result: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return result
