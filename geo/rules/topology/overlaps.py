"""Plots that are the same, and pairs of plots that claim the same ground."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.rules.topology.plots import Edges, Plots
from geo.rules.topology.tolerances import PRECISION_M

_CHUNK = 20_000
_MOST_CORNERS = 24
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
    first = np.cumsum(counts) - counts
    most = np.maximum(counts[one], counts[other])
    apart = np.zeros(len(one), dtype=bool)
    order = np.argsort(most, kind="stable")
    order = order[most[order] <= _MOST_CORNERS]
    for chunk in np.split(order, range(_CHUNK, len(order), _CHUNK)):
        corners = int(most[chunk].max(initial=0))
        a = _padded(edges, first[one[chunk]], counts[one[chunk]], corners)
        b = _padded(edges, first[other[chunk]], counts[other[chunk]], corners)
        apart[chunk] = _has_dividing_side(a, b) | _has_dividing_side(b, a)
    return apart


def _padded(edges: Edges, first: np.ndarray, counts: np.ndarray, corners: int) -> np.ndarray:
    """Return the corners of plots in rows of equal length, the last one repeated."""
    steps = np.minimum(np.arange(corners + 1), counts[:, None])
    rows = first[:, None] + np.where(steps == counts[:, None], 0, steps)
    return np.asarray(edges.start[np.minimum(rows, len(edges) - 1)])


def _has_dividing_side(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return in which rows a side of ``a`` has all of ``a`` on its left and ``b`` on its right."""
    x, y = a[:, :-1, 0], a[:, :-1, 1]
    dx, dy = np.diff(a[..., 0], axis=1), np.diff(a[..., 1], axis=1)
    slack = PRECISION_M / 2 * np.hypot(dx, dy)
    lengthless = slack == 0
    divides = ~lengthless
    for corners, sign in ((a, -1), (b, 1)):
        for k in range(corners.shape[1] - 1):
            right = (corners[:, k, 0, None] - x) * dy - (corners[:, k, 1, None] - y) * dx
            divides &= sign * right >= -slack
    return np.asarray(divides.any(axis=1))
