"""The plane of a printed map: from degrees to millimetres on paper, at a scale.

The plane is a Gauss-Krüger projection (transverse Mercator) on the ellipsoid of CGCS2000,
with its meridian through the middle of the map and true to scale along it. Lengths grow by
``(Δλ cos φ)² / 2`` away from it, 0.06 % at the edges of a map of the three counties, which no
ruler shows. WGS84 degrees may be given as they are: the two differ by less than a metre. Only for
drawing: what is measured, :mod:`geo.crs` measures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

_RADIUS_M = 6378137.0
_FLATTENING = 1 / 298.257222101
_N = _FLATTENING / (2 - _FLATTENING)
# Krüger's series (1912) to the third power of n: exact to a millimetre within 6 degrees.
_RECTIFYING_M = _RADIUS_M / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_SERIES = (
    _N / 2 - 2 / 3 * _N**2 + 5 / 16 * _N**3,
    13 / 48 * _N**2 - 3 / 5 * _N**3,
    61 / 240 * _N**3,
)
_ECCENTRICITY = 2 * math.sqrt(_N) / (1 + _N)

_SCALES = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 10)
_LENGTHS = (1, 2, 5, 10)
_STEPS = (5, 2, 1, 1 / 2, 1 / 3, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 180, 1 / 360, 1 / 720)
_MM_BETWEEN_TICKS = 38
_SECONDS = 3600


@dataclass(frozen=True)
class Tick:
    """Where a meridian or a parallel meets an edge, in millimetres along it, and its name."""

    at: float
    text: str


@dataclass(frozen=True)
class Plane:
    """A map on paper, ``x`` to the right and ``y`` downwards in millimetres.

    Parameters
    ----------
    meridian
        Its middle meridian in degrees.
    middle
        What lies in the middle of the paper: metres east of the meridian and north of the
        equator.
    scale
        The denominator: 50000 for 1:50,000.
    width_mm, height_mm
        Of the paper.
    """

    meridian: float
    middle: tuple[float, float]
    scale: int
    width_mm: float
    height_mm: float

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a position in degrees is on the paper."""
        east, north = to_metres(lon, lat, self.meridian)
        x = (east - self.middle[0]) * 1000 / self.scale + self.width_mm / 2
        y = (self.middle[1] - north) * 1000 / self.scale + self.height_mm / 2
        return x, y

    def locate(self, x: float, y: float) -> tuple[float, float]:
        """Return the position in degrees of a point of the paper."""
        lon, lat = self.meridian, math.degrees(self.middle[1] / _RECTIFYING_M)
        for _ in range(8):
            found_x, found_y = self.place(lon, lat)
            metres = self.scale / 1000
            lat += math.degrees((found_y - y) * metres / _RECTIFYING_M)
            lon += math.degrees(
                (x - found_x) * metres / _RECTIFYING_M / math.cos(math.radians(lat))
            )
        return lon, lat

    def length_mm(self, metres: float) -> float:
        """Return how long a length is on the paper."""
        return metres * 1000 / self.scale

    def scale_bar_m(self, most_mm: float) -> int:
        """Return the longest length of the form 1, 2 or 5 times 10ⁿ m within ``most_mm``."""
        most = most_mm * self.scale / 1000
        power = 10 ** math.floor(math.log10(most))
        return int(max(length for length in _LENGTHS if length * power <= most) * power)

    @cached_property
    def step(self) -> float:
        """Degrees between two ticks."""
        west, east = (self.locate(x, self.height_mm / 2)[0] for x in (0, self.width_mm))
        most = max(self.width_mm / _MM_BETWEEN_TICKS, 2)
        return min(_STEPS, key=lambda step: abs((east - west) / step - most))

    def ticks_below(self) -> list[Tick]:
        """Return the meridians at the lower edge, from west to east."""

        def lon_at(x: float) -> float:
            return self.locate(x, self.height_mm)[0]

        ends = 0.0, self.width_mm
        return [
            Tick(_crossing(lon_at, ends, lon), degrees_text(lon, "EW"))
            for lon in _multiples(self.step, lon_at(ends[0]), lon_at(ends[1]))
        ]

    def ticks_left(self) -> list[Tick]:
        """Return the parallels at the left edge, from south to north."""

        def lat_at(y: float) -> float:
            return self.locate(0, y)[1]

        ends = self.height_mm, 0.0
        return [
            Tick(_crossing(lat_at, ends, lat), degrees_text(lat, "NS"))
            for lat in _multiples(self.step, lat_at(ends[0]), lat_at(ends[1]))
        ]

    def crosses(self) -> Iterator[tuple[float, float]]:
        """Return where meridians and parallels of the ticks cross on the paper."""
        west, south = self.locate(0, self.height_mm)
        east, north = self.locate(self.width_mm, 0)
        for lon in _multiples(self.step, west - self.step, east + self.step):
            for lat in _multiples(self.step, south - self.step, north + self.step):
                x, y = self.place(lon, lat)
                if 0 < x < self.width_mm and 0 < y < self.height_mm:
                    yield x, y


def to_metres(lon: float, lat: float, meridian: float) -> tuple[float, float]:
    """Return metres east of a meridian and north of the equator (Gauss-Krüger, CGCS2000).

    Parameters
    ----------
    lon, lat, meridian
        In degrees.

    Examples
    --------
    >>> [round(metres, 2) for metres in to_metres(81, 0, 81)]
    [0.0, 0.0]
    """
    sine = math.sin(math.radians(lat))
    turn = math.radians(lon - meridian)
    conformal = math.sinh(math.atanh(sine) - _ECCENTRICITY * math.atanh(_ECCENTRICITY * sine))
    xi = math.atan2(conformal, math.cos(turn))
    eta = math.asinh(math.sin(turn) / math.hypot(conformal, math.cos(turn)))
    east, north = eta, xi
    for order, factor in enumerate(_SERIES, start=1):
        east += factor * math.cos(2 * order * xi) * math.sinh(2 * order * eta)
        north += factor * math.sin(2 * order * xi) * math.cosh(2 * order * eta)
    return _RECTIFYING_M * east, _RECTIFYING_M * north


def fit_plane(
    bbox: Bbox, width_mm: float, height_mm: float, *, finest: int = 500, rounded: bool = True
) -> Plane:
    """Return the plane that shows an extent on a paper, at the largest round scale.

    Parameters
    ----------
    bbox
        In degrees; a single point will do.
    width_mm, height_mm
        Of the paper, without what lies around the map.
    finest
        Denominator of the largest scale: 1000 for no more than 1:1,000.
    rounded
        Whether the scale must be round; nobody reads it where it does not stand as a number.
    """
    west, south, east, north = bbox
    meridian = (west + east) / 2
    corners = [
        to_metres(lon, lat, meridian)
        for lon in (west, meridian, east)
        for lat in (south, (south + north) / 2, north)
    ]
    xs, ys = zip(*corners, strict=True)
    middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    needed = max((max(xs) - min(xs)) / width_mm, (max(ys) - min(ys)) / height_mm) * 1000
    least = max(needed, finest)
    scale = round_scale(least) if rounded else math.ceil(least)
    return Plane(meridian, middle, scale, width_mm, height_mm)


def round_scale(least: float) -> int:
    """Return the first round denominator that is not below ``least``.

    >>> round_scale(1_930_000), round_scale(500)
    (2000000, 500)
    """
    power: int = 10 ** math.floor(math.log10(least))
    return math.ceil(next(step for step in _SCALES if step * power >= least) * power)


def bbox_of(geometry: Mapping[str, Any]) -> Bbox:
    """Return the extent of a GeoJSON geometry.

    >>> bbox_of({"type": "LineString", "coordinates": [[80, 37], [81, 36]]})
    (80, 36, 81, 37)
    """
    lons, lats = zip(*_positions(geometry["coordinates"]), strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def middle_of(geometry: Mapping[str, Any]) -> tuple[float, float]:
    """Return the middle of the extent of a GeoJSON geometry."""
    west, south, east, north = bbox_of(geometry)
    return (west + east) / 2, (south + north) / 2


def join_bboxes(boxes: Sequence[Bbox]) -> Bbox:
    """Return the extent around several, of which there must be one."""
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def degrees_text(degrees: float, letters: str) -> str:
    """Return degrees, minutes and seconds as far as they are needed.

    Parameters
    ----------
    degrees
        Of longitude or latitude.
    letters
        For positive and negative: ``EW`` or ``NS``.

    Examples
    --------
    >>> degrees_text(80.5, "EW"), degrees_text(36, "NS")
    ('80°30′E', '36°N')
    """
    seconds = round(abs(degrees) * _SECONDS)
    whole, rest = divmod(seconds, _SECONDS)
    minutes, seconds = divmod(rest, 60)
    text = f"{whole}°"
    if minutes or seconds:
        text += f"{minutes:02}′"
    if seconds:
        text += f"{seconds:02}″"
    return text + letters[degrees < 0]


def _positions(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], list | tuple):
        for part in coordinates:
            yield from _positions(part)
    else:
        yield coordinates[0], coordinates[1]


def _multiples(step: float, low: float, high: float) -> list[float]:
    return [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _crossing(
    function: Callable[[float], float], ends: tuple[float, float], wanted: float
) -> float:
    """Return where an almost straight function takes a value (regula falsi)."""
    (a, b), (low, high) = ends, map(function, ends)
    at = a
    for _ in range(3):
        at = a + (wanted - low) / (high - low) * (b - a)
        found = function(at)
        if math.isclose(found, wanted, abs_tol=1e-9):
            break
        a, low = at, found
    return at
