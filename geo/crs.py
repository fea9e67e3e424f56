"""The only place that chooses or changes a datum or a projection, and that measures.

Everything inside the house is in longitude and latitude of WGS84 (EPSG:4326, axis order
x, y). CGCS2000 is taken as equal to it: both are realisations of the ITRS on ellipsoids
that differ by 0.1 mm in the polar radius, and their frames differ by centimetres, while
site plans are drawn to decimetres. GCJ-02 and BD-09 are encryptions of WGS84, not datums,
and Beijing 54 and Xi'an 80 need local parameters that are not published: all four are
refused rather than guessed at.
"""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod
from pyproj.exceptions import CRSError

from geo.errors import LayerError
from geo.model import MU_M2

WGS84 = "EPSG:4326"
"""The one coordinate system of frames, snapshots and answers."""

DATUM_CRS = {"wgs84": WGS84, "cgcs2000": "EPSG:4490"}
"""Datums that a catalogue entry may name instead of a coordinate system."""

_GEOD = Geod(ellps="GRS80")
_SAME_DATUM = ("World Geodetic System 1984", "China 2000")
_EPSG = re.compile(
    r"(?:EPSG:|urn:ogc:def:crs:EPSG:[\d.]*:|https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/)"
    r"(\d{4,6})",
    re.IGNORECASE | re.ASCII,
)
_CRS84 = re.compile(
    r"(?:OGC:|urn:ogc:def:crs:OGC:[\d.]*:|https?://www\.opengis\.net/def/crs/OGC/[\d.]+/)CRS84",
    re.IGNORECASE | re.ASCII,
)


def parse_crs(text: str) -> CRS:
    """Return the coordinate system that ``EPSG:n`` or an OGC name of it stands for.

    Free PROJ strings and file names are not understood on purpose: they can switch the
    datum off. Raises ``LayerError`` CRS_UNKNOWN for a name or code that is not known, and
    DATUM_REFUSED for a datum that cannot be brought to WGS84 without local parameters.
    """
    match = _EPSG.fullmatch(text.strip())
    if match is None and not _CRS84.fullmatch(text.strip()):
        raise LayerError("CRS_UNKNOWN", crs=text)
    try:
        crs = CRS.from_epsg(int(match[1])) if match else CRS.from_epsg(4326)
    except CRSError as error:
        raise LayerError("CRS_UNKNOWN", crs=text) from error
    if not (crs.is_geographic or crs.is_projected):
        raise LayerError("CRS_UNKNOWN", crs=text)
    _refuse_foreign_datum(crs, text)
    return crs


def declared_crs(*, crs: str | None, datum: str | None) -> CRS:
    """Return the coordinate system that a catalogue entry declares by name or by datum.

    Raises ``LayerError`` CRS_UNKNOWN if it declares none or the two contradict each other,
    and DATUM_REFUSED for ``gcj02`` and ``bd09``.
    """
    if datum is not None and datum not in DATUM_CRS:
        raise LayerError("DATUM_REFUSED", datum=datum)
    name = crs or (DATUM_CRS[datum] if datum else None)
    if name is None:
        raise LayerError("CRS_UNKNOWN", crs="")
    return parse_crs(name)


def same_coordinates(one: CRS, other: CRS) -> bool:
    """Return whether numbers in both systems mean the same place within centimetres."""
    return one == other or bool(one.is_geographic and other.is_geographic)


def to_wgs84(
    frame: gpd.GeoDataFrame, *, crs: str | None, datum: str | None = None
) -> gpd.GeoDataFrame:
    """Return a copy of the frame in EPSG:4326, longitude first.

    ``crs`` (``EPSG:n``) or ``datum`` (``wgs84``, ``cgcs2000``) says what the numbers are;
    a coordinate system that the frame itself carries is ignored. Coordinates are read as
    x, y whatever order the authority defines. A projection is only undone, never followed
    by a datum shift, so the result does not depend on grids that happen to be installed.
    Raises ``LayerError`` CRS_UNKNOWN or DATUM_REFUSED.
    """
    source = declared_crs(crs=crs, datum=datum)
    located = frame.set_crs(source, allow_override=True)
    if source.is_projected:
        located = located.to_crs(source.geodetic_crs)
    return located.set_crs(WGS84, allow_override=True)


def ellipsoidal_area_m2(geometries: gpd.GeoSeries) -> pd.Series[float]:
    """Return the area of each geometry in square metres on the ellipsoid of CGCS2000.

    Edges are geodesics (Karney 2013); holes are subtracted; the order and the direction of
    the vertices do not matter. Points and lines have no area, a missing geometry has NaN.
    Input is longitude and latitude, else ``ValueError``.
    """
    _require_degrees(geometries)
    shapes = geometries.to_numpy()
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygonal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, owner = parts[polygonal], owner[polygonal]
    rings, part = shapely.get_rings(parts, return_index=True)
    areas = np.abs(_ring_areas(rings))
    shells = np.diff(part, prepend=-1) > 0
    totals = np.bincount(
        owner[part], weights=np.where(shells, areas, -areas), minlength=len(shapes)
    )
    return _measured(geometries, totals, name="area_m2")


def ellipsoidal_length_m(geometries: gpd.GeoSeries) -> pd.Series[float]:
    """Return the length of each line, or the perimeter of each area, in metres.

    Measured along geodesics of the ellipsoid of CGCS2000; a missing geometry has NaN.
    Input is longitude and latitude, else ``ValueError``.
    """
    _require_degrees(geometries)
    lengths = [0.0 if g is None else float(_GEOD.geometry_length(g)) for g in geometries]
    return _measured(geometries, np.array(lengths, dtype=float), name="length_m")


def to_mu(area_m2: pd.Series[float]) -> pd.Series[float]:
    """Return square metres as 亩 (1 亩 = 666.667 m²)."""
    return area_m2 / MU_M2


def _refuse_foreign_datum(crs: CRS, text: str) -> None:
    geodetic = crs.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum else ""
    if not datum.startswith(_SAME_DATUM):
        raise LayerError("DATUM_REFUSED", datum=datum or text)


def _require_degrees(geometries: gpd.GeoSeries) -> None:
    if geometries.crs is None or not geometries.crs.is_geographic:
        msg = f"areas and lengths are measured in longitude and latitude, not {geometries.crs}"
        raise ValueError(msg)


def _ring_areas(rings: np.ndarray) -> np.ndarray:
    # One pass over a flat array: ten times faster than handing Geod one geometry each.
    coordinates = shapely.get_coordinates(rings)
    ends = np.cumsum(shapely.get_num_coordinates(rings))
    pieces = np.split(coordinates, ends[:-1]) if len(rings) else []
    return np.array(
        [_GEOD.polygon_area_perimeter(p[:, 0], p[:, 1])[0] for p in pieces], dtype=float
    )


def _measured(geometries: gpd.GeoSeries, values: np.ndarray, *, name: str) -> pd.Series[float]:
    values = np.where(geometries.isna().to_numpy(), np.nan, values)
    return pd.Series(values, index=geometries.index, name=name)
