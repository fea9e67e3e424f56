"""From a plan's own metres to degrees: bends, rotation, projection, rounding, true areas."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin

import numpy as np
import shapely
from pyproj import Geod, Proj
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

MU_M2 = 10_000 / 15
DIGITS = 7
"""Decimals of a degree kept: about one centimetre."""

_GEOD = Geod(ellps="GRS80")


@dataclass(frozen=True)
class Site:
    """Where a plan lies: ``u`` runs along the streets, ``v`` to the right of ``u``, in metres.

    Parameters
    ----------
    lon, lat
        The plan's origin, degrees WGS84.
    bearing
        Direction of ``u`` from north, degrees clockwise.
    length
        Extent along ``u`` over which the streets bow once.
    bow
        Greatest displacement of the bowed streets along ``v``.
    lean
        Displacement along ``u`` for each metre of ``v``.
    """

    lon: float
    lat: float
    bearing: float
    length: float
    bow: float = 0.0
    lean: float = 0.0

    def to_degrees(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return the geometry in WGS84 degrees, rounded to :data:`DIGITS` decimals.

        Bow and lean are shears: they bend the streets and keep every area.
        """
        proj = Proj(proj="aeqd", lon_0=self.lon, lat_0=self.lat, ellps="GRS80")
        turn = radians(self.bearing)

        def place(points: np.ndarray) -> np.ndarray:
            u = points[:, 0] + self.lean * points[:, 1]
            v = points[:, 1] + self.bow * np.sin(pi * points[:, 0] / self.length)
            east, north = u * sin(turn) + v * cos(turn), u * cos(turn) - v * sin(turn)
            degrees = np.column_stack(proj(east, north, inverse=True))
            return degrees.round(DIGITS)

        return shapely.transform(geometry, place)


def area_m2(polygon: Polygon) -> float:
    """Return the area on the CGCS2000 ellipsoid (GRS80), in square metres."""
    area, _ = _GEOD.geometry_area_perimeter(polygon)
    return float(abs(area))


def area_mu(polygon: Polygon) -> float:
    """Return the area on the CGCS2000 ellipsoid in 亩, to two decimals."""
    return round(area_m2(polygon) / MU_M2, 2)


def shifted(lon: float, lat: float, east_m: float, north_m: float) -> tuple[float, float]:
    """Return the point so many metres east and north of a place, in degrees."""
    proj = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="GRS80")
    x, y = proj(east_m, north_m, inverse=True)
    return float(x), float(y)
