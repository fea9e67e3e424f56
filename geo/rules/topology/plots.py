"""The plots that can be held against each other, as shapes and as arrays of their edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import LocalPlane, local_plane
from geo.model import DRAWN_NATURES
from geo.rules.topology.tolerances import PRECISION_M

_AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Plots:
    """Valid areas in degrees, sorted by name, and the metres that they are compared in."""

    names: np.ndarray
    shapes: np.ndarray
    plane: LocalPlane

    def __len__(self) -> int:
        """Return how many plots there are."""
        return len(self.shapes)

    def take(self, rows: np.ndarray) -> Plots:
        """Return some of the plots, in the same order."""
        if len(rows) == len(self):  # so that the edges are not made again
            return self
        return Plots(self.names[rows], self.shapes[rows], self.plane)

    def in_metres(self, rows: np.ndarray) -> np.ndarray:
        """Return the shapes of some plots in metres of the plane."""
        return self.plane.to_metres(self.shapes[rows])

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The shapes, to be found by their boxes."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def edges(self) -> Edges:
        """The sides of all plots, in metres."""
        return _edges_of(self.shapes, self.plane)

    def thin(self, width_m: float) -> np.ndarray:
        """Return the rows of plots that may hold no circle of that diameter, by area and length."""
        start, end, plot = self.edges.start, self.edges.end, self.edges.plot
        lengths = np.bincount(plot, np.hypot(*(end - start).T), minlength=len(self))
        areas = _twice_the_area(start, end, plot, len(self))
        return np.flatnonzero(areas <= width_m * lengths)


@dataclass(frozen=True)
class Edges:
    """Sides of plots: from ``start`` to ``end`` in metres, the plot on the left hand.

    ``tail`` and ``head`` number the corners; corners less than the precision apart are one.
    """

    start: np.ndarray
    end: np.ndarray
    plot: np.ndarray
    tail: np.ndarray
    head: np.ndarray

    def __len__(self) -> int:
        """Return how many edges there are."""
        return len(self.plot)

    def take(self, chosen: np.ndarray) -> Edges:
        """Return the edges that a mask or an index chooses."""
        return Edges(
            self.start[chosen],
            self.end[chosen],
            self.plot[chosen],
            self.tail[chosen],
            self.head[chosen],
        )

    def lines(self) -> np.ndarray:
        """Return the edges as lines in metres."""
        return np.asarray(shapely.linestrings(np.stack([self.start, self.end], axis=1)))

    @cached_property
    def undirected(self) -> np.ndarray:
        """One number for the two corners of each edge, whatever the direction."""
        corners = np.sort(np.stack([self.tail, self.head]), axis=0)
        return np.asarray(corners[0] * (corners.max(initial=0) + 1) + corners[1])


def usable_plots(
    frame: gpd.GeoDataFrame, names: np.ndarray, bbox: tuple[float, float, float, float]
) -> tuple[Plots, np.ndarray]:
    """Return the plots of a layer that are sound areas, and the outlines that are not.

    Invalid outlines and drawn ones are left aside: nobody knows which ground they claim. What
    does not lie in the region of ``bbox`` is in the wrong place and touches nothing.
    """
    shapes = frame.geometry.to_numpy()
    areas = np.isin(shapely.get_type_id(shapes), _AREAS) & ~shapely.is_empty(shapes)
    low, high = np.hsplit(shapely.bounds(shapes), 2)
    areas &= ((low >= bbox[:2]) & (high <= bbox[2:])).all(axis=1)
    drawn = frame["nature"].isin(DRAWN_NATURES).to_numpy(dtype=bool)
    sound = areas & ~drawn & np.asarray(shapely.is_valid(shapes), dtype=bool)
    rows = np.flatnonzero(sound)
    rows = rows[np.argsort(names[rows].astype(str), kind="stable")]
    bounds = shapely.total_bounds(shapes[rows]) if len(rows) else np.zeros(4)
    latitude = float(bounds[[1, 3]].mean())
    return Plots(names[rows], shapes[rows], local_plane(latitude)), shapes[areas & ~sound]


def _edges_of(shapes: np.ndarray, plane: LocalPlane) -> Edges:
    _, degrees, offsets = shapely.to_ragged_array(shapes)
    ring_ends, part_ends = offsets[:2]
    # Without a shape of several parts there is no third level.
    shape_ends = offsets[2] if len(offsets) > 2 else np.arange(len(shapes) + 1)
    owner = np.repeat(np.arange(len(shapes)), np.diff(shape_ends))
    part = np.repeat(np.arange(len(part_ends) - 1), np.diff(part_ends))
    shell = np.zeros(len(part), dtype=bool)
    shell[part_ends[:-1]] = True
    start = np.delete(degrees, ring_ends[1:] - 1, axis=0) * plane.scale
    counts = np.diff(ring_ends) - 1
    ring = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    rows = np.arange(len(start))
    following = rows + 1
    following[first + counts - 1] = first
    turned = (_twice_the_area(start, start[following], ring, len(counts)) > 0) != shell
    if turned.any():
        start = start[np.where(turned[ring], (2 * first + counts - 1)[ring] - rows, rows)]
    tail, plot = _number_corners(start), np.repeat(owner[part], counts)
    edges = Edges(start, start[following], plot, tail, tail[following])
    long = edges.tail != edges.head
    return edges if long.all() else edges.take(long)


def _number_corners(places: np.ndarray) -> np.ndarray:
    """Return a number for each place in metres, the same for places of one precision step."""
    steps = np.rint((places - places.min(axis=0, initial=np.inf)) / PRECISION_M).astype(np.int64)
    return np.asarray(pd.factorize((steps[:, 0] << 32) | steps[:, 1])[0], dtype=np.int64)


def _twice_the_area(start: np.ndarray, end: np.ndarray, ring: np.ndarray, rings: int) -> np.ndarray:
    origin = start[:1].sum(axis=0) if len(start) else np.zeros(2)
    (x0, y0), (x1, y1) = (start - origin).T, (end - origin).T
    return np.bincount(ring, weights=x0 * y1 - x1 * y0, minlength=rings)
