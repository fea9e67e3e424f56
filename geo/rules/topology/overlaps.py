"""Plots that are the same, and pairs of plots that claim the same ground."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.rules.topology.plots import Edges, Plots
from geo.rules.topology.tolerances import PRECISION_M

_CHUNK = 5_000
_MOST_CORNERS = 64
"""Beyond it, GEOS with its index of edges is quicker than trying every edge."""


def same_outlines(plots: Plots) -> np.ndarray:
    """Return for each plot the first one with the same edges, wherever its ring begins."""
    edges = plots.edges
    hashes = pd.util.hash_array(edges.undirected.astype(np.uint64))
    sums = np.zeros(len(plots), dtype=np.uint64)
    np.add.at(sums, edges.plot, hashes)
    _, first, group = np.unique(sums, return_index=True, return_inverse=True)
    return np.asarray(first[group])


def overlapping_pairs(plots: Plots) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pairs of plots whose interiors meet, and their common ground in degrees."""
    one, other = _meeting_boxes(plots)
    apart = _are_apart(plots.edges, len(plots), one, other)
    order = np.lexsort((other[~apart], one[~apart]))
    one, other = one[~apart][order], other[~apart][order]
    shapely.prepare(plots.shapes[np.unique(one)])
    meet = shapely.relate_pattern(plots.shapes[one], plots.shapes[other], "T********")
    one, other = one[meet], other[meet]
    return one, other, np.asarray(shapely.intersection(plots.shapes[one], plots.shapes[other]))


def _meeting_boxes(plots: Plots) -> tuple[np.ndarray, np.ndarray]:
    one, other = plots.tree.query(plots.shapes)
    later = one < other
    one, other = one[later], other[later]
    boxes = shapely.bounds(plots.shapes) * np.tile(plots.plane.scale, 2)
    low = np.maximum(boxes[one, :2], boxes[other, :2])
    high = np.minimum(boxes[one, 2:], boxes[other, 2:])
    wide = (high - low > PRECISION_M).all(axis=1)
    return one[wide], other[wide]


def _are_apart(edges: Edges, plots: int, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return which pairs a line along a side of one of them holds apart.

    For convex plots that is the whole truth, for others it settles most pairs. Neighbours
    may reach over the line by half the precision each.
    """
    counts = np.bincount(edges.plot, minlength=plots)
    most = np.maximum(counts[one], counts[other])
    apart = np.zeros(len(one), dtype=bool)
    order = np.argsort(most, kind="stable")
    order = order[most[order] <= _MOST_CORNERS]
    for chunk in np.split(order, range(_CHUNK, len(order), _CHUNK)):
        corners = int(most[chunk].max(initial=1))
        # The side that faces the other's middle settles most, so that few need every side tried.
        for settles in (_facing_side_divides, _a_side_divides):
            for near, far in ((one, other), (other, one)):
                rows = chunk[~apart[chunk]]
                a = _corners(edges, counts, near[rows], corners)
                b = _corners(edges, counts, far[rows], corners)
                apart[rows] = settles(a, b)
    return apart


def _corners(edges: Edges, counts: np.ndarray, plots: np.ndarray, most: int) -> np.ndarray:
    """Return x and y of the corners of plots, a column for each plot, the first one repeated."""
    steps = np.arange(most + 1)[:, None]
    first = np.cumsum(counts) - counts
    rows = first[plots] + np.where(steps < counts[plots], steps, 0)
    x, y = edges.start.T
    return np.stack([x[rows], y[rows]])


def _facing_side_divides(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return in which columns the side of ``a`` that the middle of ``b`` is furthest from does."""
    side = np.diff(a, axis=1)
    length = np.maximum(np.hypot(*side), np.finfo(float).tiny)
    off = _right_of(a[:, :-1], side, b[:, :-1].mean(axis=1, keepdims=True)) / length
    facing = off.argmax(axis=0)[None, None]
    start, way = (np.take_along_axis(c, facing, axis=1)[:, 0] for c in (a, side))
    return _divides(start, way, a, b)


def _a_side_divides(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return in which columns any side of ``a`` does."""
    found = np.zeros(a.shape[2], dtype=bool)
    for number in range(a.shape[1] - 1):
        start = a[:, number]
        found |= _divides(start, a[:, number + 1] - start, a, b)
    return found


def _divides(start: np.ndarray, way: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return in which columns a line has all of ``a`` on its left and ``b`` on its right."""
    slack = PRECISION_M / 2 * np.hypot(*way)
    own, across = (_right_of(start[:, None], way[:, None], corners) for corners in (a, b))
    divides = (own.max(axis=0) <= slack) & (across.min(axis=0) >= -slack) & (slack > 0)
    return np.asarray(divides)


def _right_of(start: np.ndarray, way: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return how far to the right of lines places lie, times the length of ``way``."""
    x, y = places - start
    return np.asarray(x * way[1] - y * way[0])
