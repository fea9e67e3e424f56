"""Points that are too many to draw one by one: those of a square become one with a count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.render.tiles.grid import tile_of

_DEEPER = 3
"""A square is a tile of a zoom so much deeper: 64 of the 512 pixels that a tile is drawn wide."""


@dataclass(frozen=True)
class Clusters:
    """Squares that have points: in each the middle of its points, and how many they are.

    ``row`` is that of a point that is alone in its square, -1 for a cluster.
    """

    places: np.ndarray
    count: np.ndarray
    row: np.ndarray


def cluster(places: np.ndarray, zoom: int) -> Clusters:
    """Return the clusters of a zoom; ``places`` are x and y in the unit square of the world.

    Every point is in one cluster, so that the counts add up to the points.
    """
    squares = tile_of(places, zoom + _DEEPER)
    named = squares[:, 0] * 2 ** (zoom + _DEEPER) + squares[:, 1]
    _, first, square, count = np.unique(
        named, return_index=True, return_inverse=True, return_counts=True
    )
    middle = [np.bincount(square, weights=axis) / count for axis in places.T]
    return Clusters(np.column_stack(middle), count, np.where(count == 1, first, -1))
