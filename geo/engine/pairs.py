"""The join on this machine: a sweep of sorted points along the areas, on every core.

``geopandas.sjoin`` asks a tree of the areas for every point. Here the question is turned round:
points are sorted once, by columns of a grid and in them from south to north, so that the points
in the bounds of an area are a few runs of neighbours, found by bisection; GEOS then tests those
alone. That takes a third of the work (docs/scaling.md) and the same predicate decides.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.runs import count_within

Pairs = NDArray[np.int64]
Integers = NDArray[np.int64]
Shapes: TypeAlias = Sequence[BaseGeometry | None] | NDArray[np.object_] | gpd.GeoSeries

PART = 1 << 20
"""Points that are sorted at a time: 200 MB at most, with all that is made of them."""

NO_PAIRS: Pairs = np.empty((2, 0), dtype=np.int64)

_COLUMNS = 1 << 10
_ROWS = 1 << 20
_RUNS = 1 << 17
"""Runs of points that one thread looks up at a time."""
_CANDIDATES = 1 << 20
"""Pairs that one thread tests at a time, and one run more."""


class Areas:
    """Areas to find points in, in any coordinate system; thread-safe.

    Parameters
    ----------
    shapes
        Polygons or other geometries; missing, empty and infinite ones hold nothing.
    threads
        How many work at once; by default one for each core.
    """

    def __init__(self, shapes: Shapes, *, threads: int | None = None) -> None:
        given = gpd.GeoSeries(shapes).to_numpy()
        self._count = len(given)
        kept = np.flatnonzero(np.isfinite(shapely.bounds(given)).all(axis=1))
        # Neighbours are worked on together, so that the points in them are at hand.
        self._numbers = kept[near_order(given[kept])]
        # A copy: what is prepared may not be used by two threads, and these are ours alone.
        self._shapes = shapely.force_2d(given[self._numbers])
        shapely.prepare(self._shapes)
        self._bounds = shapely.bounds(self._shapes)
        self._grid = _Grid.around(self._bounds)
        self._threads = threads or os.cpu_count() or 1
        self._lock = Lock()

    def pairs(self, points: Shapes) -> Pairs:
        """Return the index pairs of points in the coordinate system of the areas.

        Raises ``ValueError`` for a geometry that is no point.
        """
        found = np.asarray(points, dtype=object)
        with self._lock, ThreadPoolExecutor(self._threads) as pool:
            parts = [self._part(found, start, pool) for start in range(0, len(found), PART)]
        return np.concatenate([NO_PAIRS, *parts], axis=1)

    def _part(self, points: NDArray[np.object_], start: int, pool: ThreadPoolExecutor) -> Pairs:
        if not len(self._numbers):
            return NO_PAIRS
        swept = self._grid.sort(points[start : start + PART])
        tested = pool.map(lambda chunk: self._test(chunk, swept), self._chunks())
        # As one number a pair sorts in a third of the time that two keys take.
        ranks = np.sort(np.concatenate(list(tested)))
        point, area = np.divmod(ranks, self._count)
        return np.stack([point + start, area])

    def _chunks(self) -> list[Integers]:
        """Return the areas in chunks of bounded work, several for each thread."""
        first, last = self._grid.columns(self._bounds)
        ends = np.cumsum(last - first + 1)
        most = min(_RUNS, int(ends[-1]) // (4 * self._threads) + 1)
        return _split(np.arange(len(ends)), ends // most)

    def _test(self, chunk: Integers, points: _Swept) -> Integers:
        """Return the pairs of some areas, each as one number: point times areas plus area."""
        area, low, high = self._runs(chunk, points)
        counts = high - low
        found = [np.empty(0, dtype=np.int64)]
        for runs in _split(np.flatnonzero(counts), np.cumsum(counts[counts > 0]) // _CANDIDATES):
            areas = np.repeat(area[runs], counts[runs])
            places = np.repeat(low[runs], counts[runs]) + count_within(counts[runs])
            x = points.x[places]
            near = (x >= self._bounds[areas, 0]) & (x <= self._bounds[areas, 2])
            areas, places, x = areas[near], places[near], x[near]
            inside = shapely.intersects_xy(self._shapes[areas], x, points.y[places])
            ours = points.numbers[places[inside]] * self._count
            found.append(ours + self._numbers[areas[inside]])
        return np.concatenate(found)

    def _runs(self, chunk: Integers, points: _Swept) -> tuple[Integers, Integers, Integers]:
        """Return each run of points in the bounds of an area: area, beginning, end."""
        bounds = self._bounds[chunk]
        first, last = self._grid.columns(bounds)
        widths = last - first + 1
        row = np.repeat(np.arange(len(chunk)), widths)
        column = (first[row] + count_within(widths)) * _ROWS
        bottom, top = self._grid.rows(bounds)
        low = np.searchsorted(points.keys, column + bottom[row], side="left")
        high = np.searchsorted(points.keys, column + top[row], side="right")
        return chunk[row], low, high


@dataclass(frozen=True)
class _Swept:
    """Points in the order of the sweep: their keys, coordinates and numbers before."""

    keys: Integers
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    numbers: Integers


@dataclass(frozen=True)
class _Grid:
    """Columns from west to east, each of many rows from south to north."""

    minx: float
    miny: float
    maxx: float
    maxy: float

    @classmethod
    def around(cls, bounds: NDArray[np.float64]) -> _Grid:
        if not len(bounds):
            return cls(0, 0, 0, 0)
        return cls(*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))

    def columns(self, bounds: NDArray[np.float64]) -> tuple[Integers, Integers]:
        """Return the first and the last column of each box."""
        west, east = (_cells(x, self.minx, self.maxx, _COLUMNS) for x in bounds[:, ::2].T)
        return west, east

    def rows(self, bounds: NDArray[np.float64]) -> tuple[Integers, Integers]:
        """Return the first and the last row of each box."""
        south, north = (_cells(y, self.miny, self.maxy, _ROWS) for y in bounds[:, 1::2].T)
        return south, north

    def sort(self, points: NDArray[np.object_]) -> _Swept:
        """Return those points that lie in the grid at all."""
        boxes = shapely.bounds(points)  # unlike get_x it takes what is missing or empty
        x, y = boxes[:, 0], boxes[:, 1]
        if ((boxes[:, 2] > x) | (boxes[:, 3] > y)).any():
            msg = "only points are looked for in areas"
            raise ValueError(msg)
        inside = (x >= self.minx) & (x <= self.maxx) & (y >= self.miny) & (y <= self.maxy)
        numbers = np.flatnonzero(inside)
        keys = _keys(self, x[numbers], y[numbers])
        order = np.argsort(keys)
        numbers = numbers[order]
        return _Swept(keys[order], x[numbers], y[numbers], numbers)


def index_pairs(points: Shapes, areas: Shapes) -> Pairs:
    """Return the index pairs of points and the areas that they touch."""
    return Areas(areas).pairs(points)


def stream_pairs(parts: Iterable[Shapes], areas: Shapes) -> Iterator[Pairs]:
    """Yield the index pairs of each part of points, with rows counted on through the parts.

    No more than one part and its pairs are held, however many there are.
    """
    within = Areas(areas)
    start = 0
    for part in parts:
        pairs = within.pairs(part)
        pairs[0] += start
        start += len(part)
        yield pairs


def near_order(shapes: NDArray[np.object_]) -> Integers:
    """Return the order in which shapes, none missing or empty, follow near ones."""
    bounds = shapely.bounds(shapes)
    return np.argsort(_keys(_Grid.around(bounds), bounds[:, 0], bounds[:, 1]))


def _keys(grid: _Grid, x: NDArray[np.float64], y: NDArray[np.float64]) -> Integers:
    column = _cells(x, grid.minx, grid.maxx, _COLUMNS)
    return column * _ROWS + _cells(y, grid.miny, grid.maxy, _ROWS)


def _cells(values: NDArray[np.float64], lowest: float, highest: float, count: int) -> Integers:
    """Return the cells along one axis: never less for a greater value, which is all it takes."""
    if not highest > lowest:
        return np.zeros(len(values), dtype=np.int64)
    cells = (values - lowest) / (highest - lowest) * count
    return cells.astype(np.int64).clip(0, count - 1)


def _split(items: Integers, groups: Integers) -> list[Integers]:
    """Return items of equal group, which follow each other, together."""
    return np.split(items, np.flatnonzero(np.diff(groups)) + 1)
