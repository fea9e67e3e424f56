"""The only place that chooses or changes a datum or a projection, and that measures.

Everything inside the house is in longitude and latitude of WGS84 (EPSG:4326, axis order
x, y). CGCS2000 is taken as equal to it: both are realisations of the ITRS on ellipsoids
that differ by 0.1 mm in the polar radius, and their frames differ by centimetres, while
site plans are drawn to decimetres. GCJ-02 and BD-09 are encryptions of WGS84, not datums,
and Beijing 54 and Xi'an 80 need local parameters that are not published: the data directory
holds none of the four. What import brings along in them is brought to WGS84 by
:func:`to_lonlat`, the two old datums only with the parameters of a survey unit.
"""

from __future__ import annotations

import itertools
import math
import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError

from geo import gcj02
from geo.errors import LayerError
from geo.grids import (
    OLD_DATUMS,
    Grid,
    Stated,
    datum_family,
    gauss_grid,
    shift_parameters,
    utm_grid,
)
from geo.model import MU_M2

WGS84 = "EPSG:4326"
"""The one coordinate system of frames, snapshots and answers."""

DATUM_CRS = {"wgs84": WGS84, "cgcs2000": "EPSG:4490"}
"""Datums that a catalogue entry may name instead of a coordinate system."""

_GEOD = Geod(ellps="GRS80")
_NATIONAL = CRS.from_proj4("+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80")
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
_WKT = re.compile(r"\s*(?:[A-Z]+CRS|GEOGCS|PROJCS|COMPD_CS|LOCAL_CS)\s*\[", re.IGNORECASE)
_LONGEST_WKT = 20_000
_SHORT_EDGE = 0.0005
"""In degrees, about 50 m: along such an edge geodesic and straight line are one."""

_WEB_EDGE = math.degrees(math.atan(math.sinh(math.pi)))
"""Latitude, in degrees, at which Mercator's map of the world is as high as it is wide."""

_NAMES = {
    "cgcs2000": re.compile(r"china_?2000|cgcs_?2000|china geodetic", re.IGNORECASE),
    "wgs84": re.compile(r"world geodetic system 1984|wgs[_ ]?(?:19)?84", re.IGNORECASE),
    "xian80": re.compile(r"xi'?an[_ ]?(?:19)?80|西安", re.IGNORECASE),
    "beijing54": re.compile(r"^(?!.*new).*(?:beijing|北京)", re.IGNORECASE),
}
_NAMELESS = re.compile(r"unknown|unnamed|undefined|not.specified|user|custom|自定义", re.IGNORECASE)
_OLD_ELLIPSOIDS = {
    "xian80": "+a=6378140 +rf=298.257",
    "beijing54": "+a=6378245 +rf=298.3",
}
_ELLIPSOIDS = {
    (6378137.0, 298.257222): "cgcs2000",
    (6378137.0, 298.257224): "wgs84",
    (6378140.0, 298.257): "xian80",
    (6378245.0, 298.3): "beijing54",
}


def parse_crs(text: str) -> CRS:
    """Return the coordinate system that ``EPSG:n`` or an OGC name of it stands for.

    Free PROJ strings and file names are not understood on purpose: they can switch the
    datum off. Raises ``LayerError`` CRS_UNKNOWN for a name or code that is not known, and
    DATUM_REFUSED for a datum that cannot be brought to WGS84 without local parameters.
    """
    crs = _named_crs(text)
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


def read_crs(text: str) -> Stated:
    """Return what ``EPSG:n``, an OGC name or a WKT (also ESRI's) says.

    Names in a WKT are not believed where parameters can be: grids are told by meridian,
    scale and false easting, an unnamed datum by its ellipsoid. A shift to WGS84 inside a WKT
    makes the datum ``other``. Raises ``LayerError`` CRS_UNKNOWN if it is none of the three.
    """
    if not _WKT.match(text):
        return _stated(_named_crs(text))
    if len(text) > _LONGEST_WKT:
        raise LayerError("CRS_UNKNOWN", crs=text[:80])
    try:
        return _stated(CRS.from_wkt(text))
    except (CRSError, ValueError) as error:  # also a parameter that is no number
        raise LayerError("CRS_UNKNOWN", crs=text[:80]) from error


def to_lonlat(xy: np.ndarray, *, crs: str, datum: str) -> np.ndarray:
    """Return longitude and latitude of WGS84 for rows of x, y: easting or longitude first.

    ``crs`` (``EPSG:n``) says how the numbers are written, ``datum`` what they mean: a modern
    one, ``gcj02`` or ``bd09`` (also behind a projection), or an old one with parameters.
    Parameters are those of a seven- or three-parameter transformation of geocentric
    coordinates from that datum to CGCS2000 with zero heights: metres, arc seconds (rotations
    of the position vector, EPSG method 9606), parts per million. What cannot be computed is
    NaN. Raises ``LayerError`` CRS_UNKNOWN for another name than ``EPSG:n``, and DATUM_REFUSED
    for a datum that is not known, lacks parameters, or is not the one of ``crs``.
    """
    family = datum_family(datum)
    stated = read_crs(crs).datum
    if stated != family and (stated in OLD_DATUMS or family in OLD_DATUMS or stated == "other"):
        raise LayerError("DATUM_REFUSED", datum=f"{datum}, {crs}")
    lon, lat = _unproject(crs, np.where(np.isfinite(xy), xy, np.nan))
    if family == "gcj02":
        lon, lat = gcj02.gcj02_to_wgs84(lon, lat)
    elif family == "bd09":
        lon, lat = gcj02.bd09_to_wgs84(lon, lat)
    elif family in OLD_DATUMS:
        lon, lat = _shift_transformer(datum).transform(lon, lat)
    found = np.column_stack([lon, lat])
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found


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


def from_wgs84(frame: gpd.GeoDataFrame, *, crs: str) -> gpd.GeoDataFrame:
    """Return a copy of a frame in longitude and latitude in another system, x or easting first.

    The way back of :func:`to_wgs84`: a datum is renamed, never shifted. Raises ``LayerError``
    CRS_UNKNOWN or DATUM_REFUSED, and ``ValueError`` if the frame is not in degrees.
    """
    target = parse_crs(crs)
    _require_degrees(frame.geometry)
    located = frame.set_crs(target.geodetic_crs, allow_override=True)
    return located.to_crs(target) if target.is_projected else located


def to_national_plane(geometries: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return geometries in metres of the plane that maps of the whole country are drawn in.

    Albers' equal-area conic projection with the usual parallels 25° and 47° N and the meridian
    105° E, on the ellipsoid of CGCS2000. Input is longitude and latitude, else ``ValueError``.
    """
    _require_degrees(geometries)
    return geometries.set_crs(_NATIONAL.geodetic_crs, allow_override=True).to_crs(_NATIONAL)


@dataclass(frozen=True)
class LocalPlane:
    """A plane of metres to compare neighbours in: degrees times a constant east and north.

    Equirectangular, true to scale on one latitude of the ellipsoid of CGCS2000; a degree away
    from it, widths east to west are about 1.3 % off. Straight lines stay straight, so a corner
    on its neighbour's side stays on it, which no other projection can say; areas are not
    measured in it, see :func:`straight_area_m2`.
    """

    east_m: float
    north_m: float

    @property
    def scale(self) -> np.ndarray:
        """Metres in a degree of longitude and of latitude."""
        return np.array([self.east_m, self.north_m])

    def to_metres(self, shapes: np.ndarray) -> np.ndarray:
        """Return geometries in degrees as geometries in metres of the plane."""
        return np.asarray(shapely.transform(shapes, lambda xy: xy * self.scale))

    def to_degrees(self, shapes: np.ndarray) -> np.ndarray:
        """Return geometries in metres of the plane as geometries in degrees."""
        return np.asarray(shapely.transform(shapes, lambda xy: xy / self.scale))


def local_plane(latitude: float) -> LocalPlane:
    """Return the plane that is true to scale on a latitude, in degrees."""
    sine = math.sin(math.radians(latitude))
    across = _GEOD.a / math.sqrt(1 - _GEOD.es * sine**2)
    along = across * (1 - _GEOD.es) / (1 - _GEOD.es * sine**2)
    east = across * math.cos(math.radians(latitude))
    return LocalPlane(math.radians(east), math.radians(along))


def to_web_square(places: np.ndarray) -> np.ndarray:
    """Return places in degrees, one a row, as places in the square that web maps cut into tiles.

    Spherical Mercator (EPSG:3857), the world from 0 to 1: x eastwards from 180° W, y southwards
    from the latitude of 85.0511° N, at which the square ends.
    """
    sine = np.sin(np.radians(np.clip(places[:, 1], -_WEB_EDGE, _WEB_EDGE)))
    return np.column_stack([places[:, 0] / 360 + 0.5, 0.5 - np.arctanh(sine) / (2 * math.pi)])


def straight_area_m2(geometries: gpd.GeoSeries) -> pd.Series[float]:
    """Return the ellipsoidal area in square metres of shapes with edges straight in degrees.

    Between two corners on one parallel a geodesic of a kilometre bulges by 15 mm, which is 10 m²:
    nothing for a plot, everything for a thin piece with corners on one side only. So the edges
    are those that RFC 7946 means. Input is longitude and latitude, else ``ValueError``.
    """
    # Ring by ring: of an area that is not valid any more, GEOS would make another one.
    return _areas_m2(geometries, lambda rings: shapely.segmentize(rings, _SHORT_EDGE))


def ellipsoidal_area_m2(geometries: gpd.GeoSeries) -> pd.Series[float]:
    """Return the area of each geometry in square metres on the ellipsoid of CGCS2000.

    Edges are geodesics (Karney 2013); holes are subtracted; the order and the direction of
    the vertices do not matter. Points and lines have no area, a missing geometry has NaN.
    Input is longitude and latitude, else ``ValueError``.
    """
    return _areas_m2(geometries, lambda rings: rings)


def plane_area_m2(geometries: gpd.GeoSeries, *, crs: str) -> pd.Series[float]:
    """Return the area of each geometry in square metres in the plane of a zone of CGCS2000.

    That of the cadastre: corners are projected, and the sides between them are straight there.
    Points and lines have no area, a missing geometry has NaN. Input is longitude and latitude,
    else ``ValueError``; raises ``LayerError`` CRS_UNKNOWN for a system that is no plane.
    """
    if not parse_crs(crs).is_projected:
        raise LayerError("CRS_UNKNOWN", crs=crs)
    plane = from_wgs84(gpd.GeoDataFrame(geometry=geometries), crs=crs)
    return _measured(geometries, plane.area.to_numpy(), name="area_m2")


def ellipsoidal_length_m(geometries: gpd.GeoSeries) -> pd.Series[float]:
    """Return the length of each line, or the perimeter of each area, in metres.

    Measured along geodesics of the ellipsoid of CGCS2000; a missing geometry has NaN.
    Input is longitude and latitude, else ``ValueError``.
    """
    _require_degrees(geometries)
    lengths = [0.0 if g is None else float(_GEOD.geometry_length(g)) for g in geometries]
    return _measured(geometries, np.array(lengths, dtype=float), name="length_m")


def geodesic_m(begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the metres from each point to its partner along the ellipsoid of CGCS2000.

    Points are rows of longitude and latitude. All at once: for very many pairs a tenth of the
    time that :func:`ellipsoidal_length_m` takes for as many lines.
    """
    return np.asarray(_GEOD.inv(*begins.T, *ends.T)[2], dtype=float)


def to_mu(area_m2: pd.Series[float]) -> pd.Series[float]:
    """Return square metres as 亩 (1 亩 = 666.667 m²)."""
    return area_m2 / MU_M2


def _named_crs(text: str) -> CRS:
    match = _EPSG.fullmatch(text.strip())
    if match is None and not _CRS84.fullmatch(text.strip()):
        raise LayerError("CRS_UNKNOWN", crs=text)
    try:
        return CRS.from_epsg(int(match[1])) if match else CRS.from_epsg(4326)
    except CRSError as error:
        raise LayerError("CRS_UNKNOWN", crs=text) from error


def _stated(crs: CRS) -> Stated:
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    if horizontal.is_bound and horizontal.source_crs is not None:
        operation = horizontal.coordinate_operation
        shifted = operation is not None and any(p.value for p in operation.params)
        inner = _stated(horizontal.source_crs)
        return Stated(inner.name, "other", inner.grid) if shifted else inner
    if horizontal.is_engineering or horizontal.name.startswith("Undefined"):
        return Stated(horizontal.name, blank=bool(_NAMELESS.search(horizontal.name)))
    return Stated(horizontal.name, _datum_of(horizontal), _grid_of(horizontal))


def _datum_of(crs: CRS) -> str:
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.datum is None or geodetic.ellipsoid is None:
        return "other"
    name, ellipsoid = geodetic.datum.name, geodetic.ellipsoid
    for family, pattern in _NAMES.items():
        if pattern.search(name):
            return family
    if _NAMES["cgcs2000"].search(ellipsoid.name):
        return "cgcs2000"
    size = (round(ellipsoid.semi_major_metre, 3), round(ellipsoid.inverse_flattening, 6))
    return _ELLIPSOIDS.get(size, "other") if _NAMELESS.search(name) else "other"


def _grid_of(crs: CRS) -> Grid | None:
    geodetic, operation = crs.geodetic_crs, crs.coordinate_operation
    unit = math.pi / 180 if crs.is_geographic else 1.0
    units = [axis.unit_conversion_factor for axis in crs.axis_info[:2]]
    prime = geodetic.prime_meridian if geodetic is not None else None
    if not np.allclose(units, unit, rtol=1e-9) or prime is None or prime.longitude != 0:
        return None
    if operation is None:
        return Grid("degrees") if crs.is_geographic else None
    values = {p.name: float(p.value) for p in operation.params}
    return _plane_grid(operation.method_name, values)


def _plane_grid(method: str, values: dict[str, float]) -> Grid | None:
    meridian = values.pop("Longitude of natural origin", math.nan)
    scale = values.pop("Scale factor at natural origin", 1.0)
    easting = values.pop("False easting", 0.0)
    if any(values.values()) or not float(meridian).is_integer():
        return None
    if method == "Popular Visualisation Pseudo Mercator":
        return Grid("web") if meridian == easting == 0 else None
    zone, rest = divmod(easting, 1_000_000)
    if method != "Transverse Mercator" or rest != 500_000:
        return None
    if scale == 1:
        return gauss_grid(int(meridian), int(zone))
    return utm_grid(int(meridian)) if (scale, zone) == (0.9996, 0) else None


def _unproject(crs: str, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude on the system's own datum, with no shift of any kind."""
    transformer = _unprojector(crs)
    x, y = xy[:, 0], xy[:, 1]
    return (x, y) if transformer is None else transformer.transform(x, y)


@lru_cache(maxsize=64)
def _unprojector(crs: str) -> Transformer | None:
    source = _named_crs(crs)
    if source.is_geographic or source.geodetic_crs is None:
        return None
    return Transformer.from_crs(source, source.geodetic_crs, always_xy=True)


@lru_cache(maxsize=64)
def _shift_transformer(datum: str) -> Transformer:
    values = shift_parameters(datum)
    names = ("x", "y", "z", "rx", "ry", "rz", "s")
    shift = " ".join(f"+{n}={v!r}" for n, v in zip(names, values, strict=False))
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=cart {_OLD_ELLIPSOIDS[datum_family(datum)]}"
        f" +step +proj=helmert {shift} +convention=position_vector"
        " +step +inv +proj=cart +ellps=GRS80"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )


def _refuse_foreign_datum(crs: CRS, text: str) -> None:
    geodetic = crs.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum else ""
    if not datum.startswith(_SAME_DATUM):
        raise LayerError("DATUM_REFUSED", datum=datum or text)


def _require_degrees(geometries: gpd.GeoSeries) -> None:
    if geometries.crs is None or not geometries.crs.is_geographic:
        msg = f"areas and lengths are measured in longitude and latitude, not {geometries.crs}"
        raise ValueError(msg)


def _areas_m2(
    geometries: gpd.GeoSeries, prepare: Callable[[np.ndarray], np.ndarray]
) -> pd.Series[float]:
    _require_degrees(geometries)
    shapes = geometries.to_numpy()
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygonal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts, owner = parts[polygonal], owner[polygonal]
    rings, part = shapely.get_rings(parts, return_index=True)
    areas = np.abs(_ring_areas(prepare(rings)))
    shells = np.diff(part, prepend=-1) > 0
    totals = np.bincount(
        owner[part], weights=np.where(shells, areas, -areas), minlength=len(shapes)
    )
    return _measured(geometries, totals, name="area_m2")


def _ring_areas(rings: np.ndarray) -> np.ndarray:
    # One pass over flat arrays: ten times faster than handing Geod one geometry each. Those of
    # the standard library it takes as they are; numpy's take it a third longer.
    lon, lat = (array("d", axis.tobytes()) for axis in shapely.get_coordinates(rings).T)
    ends = np.cumsum(shapely.get_num_coordinates(rings)).tolist()
    spans = itertools.pairwise([0, *ends])
    return np.array(
        [_GEOD.polygon_area_perimeter(lon[a:b], lat[a:b])[0] for a, b in spans], dtype=float
    )


def _measured(geometries: gpd.GeoSeries, values: np.ndarray, *, name: str) -> pd.Series[float]:
    values = np.where(geometries.isna().to_numpy(), np.nan, values)
    return pd.Series(values, index=geometries.index, name=name)
