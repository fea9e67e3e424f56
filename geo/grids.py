"""The grids that Chinese coordinates are written in, and the words for datums; no geometry.

A grid says how positions are written as numbers; a datum says where they then lie. Numbers
tell the grid, at best; hardly ever the datum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from geo.errors import LayerError

MODERN_DATUMS = ("wgs84", "cgcs2000")
ENCRYPTED = ("gcj02", "bd09")
OLD_DATUMS = ("xian80", "beijing54")
"""Datums that need the parameters of a survey unit, as in ``xian80:dx,dy,dz``."""

DEGREES_EPSG = {"wgs84": 4326, "cgcs2000": 4490, "xian80": 4610, "beijing54": 4214}
_GAUSS_EPSG = {
    "cgcs2000": (4491, 4513, 4534),
    "xian80": (2327, 2349, 2370),
    "beijing54": (21413, 2401, 2422),
}
"""First codes of 6-degree zone 13, of 3-degree zone 25, and of meridian 75 E unnumbered."""

_MERIDIANS = range(75, 136, 3)
_NARROW_ZONES = range(25, 46)


@dataclass(frozen=True)
class Grid:
    """How positions are written as numbers, whatever the datum.

    Parameters
    ----------
    kind
        Degrees, Gauss-Krüger, UTM (north), or the Mercator of web maps.
    meridian
        Central meridian in degrees east; 0 for degrees and web maps.
    zone
        Number of the zone that leads the easting, as 27 in 27 512 345; 0 if none does.
    """

    kind: Literal["degrees", "gauss", "utm", "web"]
    meridian: int = 0
    zone: int = 0


@dataclass(frozen=True)
class Stated:
    """What a name or WKT of a coordinate system says, by its parameters.

    Parameters
    ----------
    name
        As the text calls it.
    datum
        One of ``wgs84``, ``cgcs2000``, ``xian80``, ``beijing54``; ``other`` for another,
        ``None`` if nothing is said.
    grid
        ``None`` for a projection that is none of the national grids, nor UTM, nor web.
    blank
        Whether it only says that nothing is known (an undefined Cartesian system).
    """

    name: str
    datum: str | None = None
    grid: Grid | None = None
    blank: bool = False


def zone_meridian(zone: int) -> int | None:
    """Return the central meridian of a numbered zone, ``None`` if China has no such zone.

    13 to 23 are 6-degree zones, 25 to 45 are 3-degree zones.

    Examples
    --------
    >>> zone_meridian(27), zone_meridian(14), zone_meridian(24)
    (81, 81, None)
    """
    if 13 <= zone <= 23:
        return 6 * zone - 3
    return 3 * zone if 25 <= zone <= 45 else None


def nearest_zone(longitude: float) -> Grid:
    """Return the numbered 3-degree zone of China whose meridian is nearest to a longitude.

    >>> nearest_zone(82.4), nearest_zone(82.7)
    (Grid(kind='gauss', meridian=81, zone=27), Grid(kind='gauss', meridian=84, zone=28))
    """
    zone = min(max(round(longitude / 3), _NARROW_ZONES[0]), _NARROW_ZONES[-1])
    return Grid("gauss", 3 * zone, zone)


def gauss_grid(meridian: int, zone: int = 0) -> Grid | None:
    """Return the Gauss-Krüger grid, ``None`` if it is no national one."""
    numbered = zone_meridian(zone) == meridian
    unnumbered = zone == 0 and meridian in _MERIDIANS
    return Grid("gauss", meridian, zone) if numbered or unnumbered else None


def utm_grid(meridian: int) -> Grid | None:
    """Return the UTM grid (north), ``None`` if no zone has that central meridian."""
    return Grid("utm", meridian) if meridian % 6 == 3 and -180 < meridian < 180 else None


def crs_name(grid: Grid, datum: str) -> str:
    """Return the grid on that datum as ``EPSG:n``.

    ``gcj02`` and ``bd09`` take the names of WGS84, a Gauss-Krüger grid on WGS84 takes that of
    CGCS2000, which is the same within centimetres.

    Examples
    --------
    >>> crs_name(Grid("gauss", 81, 27), "cgcs2000"), crs_name(Grid("gauss", 81), "xian80")
    ('EPSG:4515', 'EPSG:2372')
    """
    if grid.kind == "web":
        return "EPSG:3857"
    if grid.kind == "utm":
        return f"EPSG:{32600 + (grid.meridian + 183) // 6}"
    if grid.kind == "degrees":
        return f"EPSG:{DEGREES_EPSG.get(datum, 4326)}"
    wide, narrow, unnumbered = _GAUSS_EPSG.get(datum, _GAUSS_EPSG["cgcs2000"])
    if grid.zone == 0:
        return f"EPSG:{unnumbered + grid.meridian // 3 - 25}"
    return f"EPSG:{wide + grid.zone - 13 if grid.zone < 24 else narrow + grid.zone - 25}"


def datum_family(datum: str) -> str:
    """Return the datum without its parameters: ``xian80`` for ``xian80:dx,dy,dz``.

    Raises ``LayerError`` DATUM_REFUSED for a datum that is not known, an old one without
    parameters, a modern one with them, or parameters that are not 3 or 7 numbers.
    """
    family, colon, _ = datum.partition(":")
    if colon and family in OLD_DATUMS:
        shift_parameters(datum)
    elif datum not in (*MODERN_DATUMS, *ENCRYPTED):
        raise LayerError("DATUM_REFUSED", datum=datum)
    return family


def shift_parameters(datum: str) -> tuple[float, ...]:
    """Return the 3 or 7 numbers of ``xian80:dx,dy,dz[,rx,ry,rz,ppm]``.

    Raises ``LayerError`` DATUM_REFUSED if there are not as many finite numbers.
    """
    try:
        values = tuple(float(number) for number in datum.partition(":")[2].split(","))
    except ValueError as error:
        raise LayerError("DATUM_REFUSED", datum=datum) from error
    if len(values) not in (3, 7) or not all(map(math.isfinite, values)):
        raise LayerError("DATUM_REFUSED", datum=datum)
    return values
