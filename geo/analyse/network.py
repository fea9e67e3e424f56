"""A network of lines, and how far apart places are along it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import geodesic_m

_DIGITS = 7
"""Decimals of a degree to which vertices are the same node: a centimetre."""

_BESIDE_DEGREES = 5 / 111
"""About 5 km, as degrees of latitude: a line is a way on if it is no farther than this beyond
the nearest one."""

_Start = tuple[float, float, int]
"""Metres so far, metres of them off the network, node."""


@dataclass(frozen=True)
class Feet:
    """Where points meet a line of the network, one entry a point.

    Parameters
    ----------
    segment
        Index of the straight piece that the foot lies on.
    along_m
        Metres from the begin of that piece to the foot.
    away_m
        Metres from the point to the foot, straight.
    """

    segment: np.ndarray
    along_m: np.ndarray
    away_m: np.ndarray


@dataclass(frozen=True)
class Ways:
    """The shortest ways to points; infinite where no line leads.

    Parameters
    ----------
    whole_m
        Metres in all.
    off_m
        Metres of these that lie off the network, straight.
    """

    whole_m: np.ndarray
    off_m: np.ndarray


class Network:
    """Lines cut wherever they meet.

    Parameters
    ----------
    lines
        Lines in longitude and latitude, at least one. Where they cross or touch, one can go
        from one to the other.
    """

    def __init__(self, lines: gpd.GeoSeries) -> None:
        ends = _segments(lines)
        self._ends = ends
        # Degrees of longitude are shorter than those of latitude: nearest must mean metres.
        self._scale = np.array([np.cos(np.radians(ends[..., 1].mean())), 1.0])
        whole = shapely.get_parts(lines.to_numpy())
        self._lines = shapely.transform(whole, lambda xy: xy * self._scale)
        self._pieces = shapely.linestrings(ends * self._scale)
        self._tree = shapely.STRtree(self._pieces)
        self._lengths = geodesic_m(ends[:, 0], ends[:, 1])
        nodes, index = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
        self._nodes = index.reshape(-1, 2)
        self._neighbours = _neighbours(self._nodes, self._lengths, len(nodes))

    def feet(self, points: np.ndarray) -> list[Feet]:
        """Return where points, as rows of longitude and latitude, meet the lines near them.

        Not the nearest line alone: a drawn network may lack the junction that leads from one
        road to the other beside it. A line that is no way on for a point is infinitely far.
        """
        scaled = shapely.points(points * self._scale)
        apart = shapely.distance(self._lines[:, None], scaled[None, :])
        near = apart <= apart.min(axis=0) + _BESIDE_DEGREES
        pairs = zip(self._lines, near, strict=True)
        return [self._feet_on(line, points, at) for line, at in pairs if at.any()]

    def ways(self, starts: list[Feet], ends: list[Feet], *, most_off_m: float) -> Ways:
        """Return the ways from one point to others.

        Parameters
        ----------
        starts
            The feet of one point.
        ends
            The feet of the others.
        most_off_m
            A foot farther away than this is no way to the network.
        """
        near = [foot for foot in starts if foot.away_m[0] <= most_off_m]
        reached, off = self._spread(start for foot in near for start in self._begin(foot))
        best = Ways(*(np.full(len(ends[0].segment), np.inf) for _ in range(2)))
        for foot in ends:
            best = _better(best, self._arrive(foot, reached, off, most_off_m))
            for start in near:
                best = _better(best, self._direct(start, foot, most_off_m))
        return best

    def _feet_on(self, line: shapely.LineString, points: np.ndarray, near: np.ndarray) -> Feet:
        scaled = shapely.points(points * self._scale)
        foot = shapely.line_interpolate_point(line, shapely.line_locate_point(line, scaled))
        segment = self._tree.query_nearest(foot, all_matches=False)[1]
        share = shapely.line_locate_point(self._pieces[segment], foot, normalized=True)
        begin, end = self._ends[segment, 0], self._ends[segment, 1]
        away = geodesic_m(points, begin + (end - begin) * share[:, None])
        return Feet(segment, self._lengths[segment] * share, np.where(near, away, np.inf))

    def _begin(self, foot: Feet) -> list[_Start]:
        segment, along, away = int(foot.segment[0]), foot.along_m[0], float(foot.away_m[0])
        first, second = (int(node) for node in self._nodes[segment])
        rest = self._lengths[segment] - along
        return [(float(away + along), away, first), (float(away + rest), away, second)]

    def _spread(self, starts: Iterable[_Start]) -> tuple[np.ndarray, np.ndarray]:
        """Return metres to every node, and those off the network (Dijkstra 1959)."""
        reached, off = (np.full(len(self._neighbours), np.inf) for _ in range(2))
        waiting = list(starts)
        heapq.heapify(waiting)
        while waiting:
            length, away, node = heapq.heappop(waiting)
            if length >= reached[node]:
                continue
            reached[node], off[node] = length, away
            for other, step in self._neighbours[node]:
                heapq.heappush(waiting, (length + step, away, other))
        return reached, off

    def _arrive(self, foot: Feet, reached: np.ndarray, off: np.ndarray, most_off_m: float) -> Ways:
        first, second = self._nodes[foot.segment].T
        rest = self._lengths[foot.segment] - foot.along_m
        forth, back = reached[first] + foot.along_m, reached[second] + rest
        node = np.where(forth <= back, first, second)
        whole = np.where(foot.away_m <= most_off_m, np.minimum(forth, back), np.inf)
        return Ways(whole + foot.away_m, off[node] + foot.away_m)

    def _direct(self, start: Feet, end: Feet, most_off_m: float) -> Ways:
        """Return the ways that stay on the straight piece that both feet lie on."""
        off = start.away_m[0] + end.away_m
        same = (end.segment == start.segment[0]) & (end.away_m <= most_off_m)
        along = np.where(same, np.abs(end.along_m - start.along_m[0]), np.inf)
        return Ways(along + off, off)


def _better(one: Ways, other: Ways) -> Ways:
    keep = one.whole_m <= other.whole_m
    return Ways(np.where(keep, one.whole_m, other.whole_m), np.where(keep, one.off_m, other.off_m))


def _segments(lines: gpd.GeoSeries) -> np.ndarray:
    """Return begin and end of every straight piece, cut where lines meet."""
    noded = shapely.get_parts(shapely.union_all(lines.to_numpy()))
    coordinates, line = shapely.get_coordinates(noded, return_index=True)
    coordinates = coordinates.round(_DIGITS)
    joined = (line[1:] == line[:-1]) & (coordinates[1:] != coordinates[:-1]).any(axis=1)
    return np.stack([coordinates[:-1][joined], coordinates[1:][joined]], axis=1)


def _neighbours(
    nodes: np.ndarray, lengths: np.ndarray, count: int
) -> list[list[tuple[int, float]]]:
    found: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for (one, other), length in zip(nodes.tolist(), lengths.tolist(), strict=True):
        found[one].append((other, length))
        found[other].append((one, length))
    return found
