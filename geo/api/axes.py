"""Coordinate reference systems of the API, and the order of their axes.

Two are offered: CRS84 (WGS84, longitude first), in which everything is stored, and EPSG:4490
(CGCS2000), whose axes the register defines as latitude, longitude. The two frames differ by
centimetres and :mod:`geo.crs` takes them as one (docs/datum.md), so from one to the other only
the axes change places. That needs no projection library, which the web process must not load.
"""

from __future__ import annotations

from typing import Any

from geo.errors import BadRequest
from geo.feature_store import BBox

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_4490 = "http://www.opengis.net/def/crs/EPSG/0/4490"
CRS = (CRS84, EPSG_4490)
"""Identifiers of the systems that may be asked for; the first is the default and stored one."""


def read_crs(name: str, text: str | None) -> str:
    """Return the system that a parameter names, CRS84 without one.

    Raises
    ------
    BadRequest
        ``API_CRS_UNKNOWN`` for one that is not offered.
    """
    if text is None:
        return CRS84
    # GDAL and the register's own pages write a safe identifier in brackets.
    asked = text.removeprefix("[").removesuffix("]")
    if asked not in CRS:
        raise BadRequest("API_CRS_UNKNOWN", name=name, known=", ".join(CRS))
    return asked


def is_swapped(crs: str) -> bool:
    """Whether the axes of a system are the other way round than they are stored."""
    return crs == EPSG_4490


def swap_box(box: BBox) -> BBox:
    """Return a box with its axes exchanged."""
    first, second, third, fourth = box
    return second, first, fourth, third


def swap_geometry(geometry: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a GeoJSON geometry with the axes of every position exchanged.

    >>> swap_geometry({"type": "Point", "coordinates": [81.0, 36.5]})
    {'type': 'Point', 'coordinates': [36.5, 81.0]}
    """
    if geometry is None:
        return None
    if geometry["type"] == "GeometryCollection":
        return {**geometry, "geometries": [swap_geometry(one) for one in geometry["geometries"]]}
    return {**geometry, "coordinates": _swap(geometry["coordinates"])}


def _swap(coordinates: list[Any]) -> list[Any]:
    if coordinates and isinstance(coordinates[0], (int, float)):
        return [coordinates[1], coordinates[0], *coordinates[2:]]
    return [_swap(part) for part in coordinates]
