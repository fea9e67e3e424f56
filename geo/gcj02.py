"""GCJ-02 and BD-09, the encrypted coordinates of Chinese web maps, to and from WGS84.

Neither is a datum: both move every point by a smooth function of its own longitude and
latitude, GCJ-02 by 169 to 296 m in this region and BD-09 by about a kilometre. No authority
publishes the functions; these are the ones that open converters agree on. The way back is
no formula: it is iterated until it changes by less than a hundredth of a millimetre.

All functions take and return arrays of longitude and latitude in degrees. Missing values
stay missing. Points outside China are not encrypted and come back unchanged.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Degrees = tuple[Floats, Floats]
"""Longitude and latitude."""

_A = 6_378_245.0
_EE = 0.006_693_421_622_965_943_23
"""Ellipsoid of Krassowsky, which the encryption uses whatever the datum is."""

_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU = np.pi * 3000 / 180
_CLOSE = 1e-11
_MOST_STEPS = 30


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> Degrees:
    """Return GCJ-02 coordinates of points in WGS84.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(np.array([81.0]), np.array([37.0]))
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (81.002424, 36.999782)
    """
    return _move_in_china(_encrypt, lon, lat)


def gcj02_to_wgs84(lon: Floats, lat: Floats) -> Degrees:
    """Return the WGS84 coordinates whose GCJ-02 coordinates are given."""
    return _invert(wgs84_to_gcj02, lon, lat)


def gcj02_to_bd09(lon: Floats, lat: Floats) -> Degrees:
    """Return BD-09 coordinates of points in GCJ-02."""
    return _move_in_china(_encrypt_again, lon, lat)


def bd09_to_gcj02(lon: Floats, lat: Floats) -> Degrees:
    """Return the GCJ-02 coordinates whose BD-09 coordinates are given."""
    return _invert(gcj02_to_bd09, lon, lat)


def wgs84_to_bd09(lon: Floats, lat: Floats) -> Degrees:
    """Return BD-09 coordinates of points in WGS84."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: Floats, lat: Floats) -> Degrees:
    """Return the WGS84 coordinates whose BD-09 coordinates are given."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _move_in_china(move: Callable[[Floats, Floats], Degrees], lon: Floats, lat: Floats) -> Degrees:
    minx, miny, maxx, maxy = _CHINA
    here = (lon >= minx) & (lon <= maxx) & (lat >= miny) & (lat <= maxy)
    x, y = lon.copy(), lat.copy()
    x[here], y[here] = move(lon[here], lat[here])
    return x, y


def _encrypt(lon: Floats, lat: Floats) -> Degrees:
    east, north = _offset_m(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    w = 1 - _EE * np.sin(phi) ** 2
    metres_per_degree_north = _A * (1 - _EE) / (w * np.sqrt(w)) * np.pi / 180
    metres_per_degree_east = _A / np.sqrt(w) * np.cos(phi) * np.pi / 180
    return lon + east / metres_per_degree_east, lat + north / metres_per_degree_north


def _encrypt_again(lon: Floats, lat: Floats) -> Degrees:
    length = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU)
    return length * np.cos(angle) + 0.0065, length * np.sin(angle) + 0.006


def _offset_m(x: Floats, y: Floats) -> Degrees:
    root = np.sqrt(np.abs(x))
    both = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root + both
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root + both
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    return east, north


def _invert(forward: Callable[[Floats, Floats], Degrees], lon: Floats, lat: Floats) -> Degrees:
    """Return the points that ``forward`` moves to the given ones.

    A fixed-point iteration: the functions move neighbours alike, so that each step is a
    hundred times nearer.
    """
    x, y = lon, lat
    for _ in range(_MOST_STEPS):
        east, north = forward(x, y)
        x, y = x + (lon - east), y + (lat - north)
        rest = np.fmax(np.abs(lon - east), np.abs(lat - north))
        if not np.any(rest > _CLOSE):
            break
    return x, y
