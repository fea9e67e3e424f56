"""Schematic lines of transport: smooth curves through the seats, not surveyed alignments."""

from __future__ import annotations

import numpy as np
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from .ground import shifted

HETIAN = (79.93430, 37.12685)
CELE = (80.78957, 36.99996)
YUTIAN = (81.66425, 36.8545)
MINFENG = (82.68041, 37.06543)
LOP_BEND = (80.185, 37.07)
"""Where the road bends near 洛浦; the map has no place there."""

RAILWAY = (
    (79.9343, 37.1500),
    (80.30, 37.0850),
    (80.79, 37.0260),
    (81.20, 36.9960),
    (81.6643, 36.8830),
    (81.94, 36.8640),
    (82.30, 36.9840),
    (82.6804, 37.0940),
    (83.30, 37.2840),
    (83.9790, 37.5300),
)
EXPRESSWAY = (
    LOP_BEND,
    (80.47, 36.9920),
    (80.79, 36.9440),
    (81.10, 36.9260),
    (81.45, 36.8450),
    (81.68, 36.7960),
    (81.94, 36.7960),
    (82.30, 36.9080),
    (82.56, 37.0120),
    MINFENG,
)
DESERT_ROAD = (MINFENG, (82.74, 37.42), (82.93, 38.20), (83.13, 38.95), (83.28, 39.4835))
ALAR_ROAD = (HETIAN, (79.91, 37.42), (80.10, 38.20), (80.48, 38.95), (80.76, 39.4835))
STATIONS = {
    "STATION-HT": 79.9343,
    "STATION-CL": 80.79,
    "STATION-YT": 81.6643,
    "STATION-MF": 82.6804,
}
AIRPORTS = {"AIRPORT-YTW": (81.780833, 36.810833), "AIRPORT-HTN": (79.8649, 37.0385)}
DIGITS = 5


def facility_shapes(cele_park: Polygon) -> dict[str, BaseGeometry]:
    """Return the geometry of each facility, WGS84 degrees.

    Parameters
    ----------
    cele_park
        策勒天津工业园区, whose published west edge is the national road.
    """
    railway = dict(RAILWAY)
    return {
        "RAIL-HR": _curve(RAILWAY),
        "G315": _national_road(cele_park),
        "ROAD-ML": _curve(EXPRESSWAY),
        "ROAD-DESERT": _curve(DESERT_ROAD),
        "ROAD-AH": _curve(ALAR_ROAD),
        **{name: Point(lon, railway[lon]) for name, lon in STATIONS.items()},
        **{name: Point(place) for name, place in AIRPORTS.items()},
    }


def _national_road(park: Polygon) -> LineString:
    edge = _west_edge(park)
    last = edge[-1]
    leaving = [
        shifted(*last, 420, -620),
        shifted(*last, 1_500, -1_080),
        shifted(*last, 5_500, -900),
    ]
    west = _points((HETIAN, LOP_BEND, (80.5, 37.034), CELE, edge[0]))
    east = _points(
        (
            last,
            *leaving,
            (81.09417, 36.97861),
            (81.31, 36.9320),
            (81.50972, 36.88639),
            YUTIAN,
            (81.93333, 36.83333),
            (82.30, 36.9480),
            MINFENG,
            (82.81528, 37.07861),
            (83.30, 37.2520),
            (83.9780, 37.4980),
        )
    )
    return LineString([*west[:-1], *edge, *east[1:]])


def _west_edge(park: Polygon) -> list[tuple[float, float]]:
    """Return the park's west edge from its north-western to its south-western corner."""
    ring = [(x, y) for x, y in park.exterior.coords[:-1]]
    start = min(ring)
    at = ring.index(start)
    turned = ring[at:] + ring[:at]
    end = next(n for n in range(1, len(turned)) if turned[n][1] == min(y for _, y in ring))
    return turned[: end + 1]


def _curve(places: tuple[tuple[float, float], ...]) -> LineString:
    return LineString(_points(places))


def _points(places: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Return points of a centripetal Catmull-Rom curve through the places.

    The centripetal form neither overshoots nor loops where places lie unevenly far apart.
    """
    p = np.array(places, dtype=float)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    curve = [places[0]]
    for n in range(1, len(p) - 2):
        steps = 10 if np.linalg.norm(p[n + 1] - p[n]) > 0.05 else 4
        for part in range(1, steps + 1):
            x, y = _span(p[n - 1 : n + 3], part / steps).round(DIGITS)
            curve.append((float(x), float(y)))
    return curve


def _span(p: np.ndarray, share: float) -> np.ndarray:
    """Return the point at a share of the way from ``p[1]`` to ``p[2]`` (Barry and Goldman)."""
    t = np.concatenate([[0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(p, axis=0), axis=1)))])
    at = t[1] + share * (t[2] - t[1])

    def mix(a: np.ndarray, b: np.ndarray, start: float, end: float) -> np.ndarray:
        return np.asarray((a * (end - at) + b * (at - start)) / (end - start))

    a = [mix(p[n], p[n + 1], t[n], t[n + 1]) for n in range(3)]
    b = [mix(a[n], a[n + 1], t[n], t[n + 2]) for n in range(2)]
    point: np.ndarray = mix(b[0], b[1], t[1], t[2])
    return point
