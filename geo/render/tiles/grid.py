"""The grid of tiles, and of cells inside them: which of them a box touches.

At zoom z the world is 2^z by 2^z tiles, counted from the north west, and a tile is
:data:`EXTENT` by :data:`EXTENT` units. Smaller cells are the tiles of a higher zoom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.runs import count_within

EXTENT = 4096
"""Units in the side of a tile, as most software expects."""

PIXEL = EXTENT // 256
"""Units in a pixel of a tile that is drawn 256 pixels wide; our map draws it twice as wide."""


@dataclass(frozen=True)
class Touched:
    """Pairs of a box and a tile that it touches: row of the box, and the tile's x and y."""

    row: np.ndarray
    x: np.ndarray
    y: np.ndarray


def touched_tiles(bounds: np.ndarray, zoom: int) -> Touched:
    """Return the tiles that boxes touch, box by box; none outside the world.

    ``bounds`` are minx, miny, maxx, maxy in the unit square of the world, one box a row.
    """
    low, high = tile_of(bounds[:, :2], zoom), tile_of(bounds[:, 2:], zoom)
    across, down = (high - low + 1).T
    row = np.repeat(np.arange(len(bounds)), across * down)
    place = count_within(across * down)
    return Touched(row, low[row, 0] + place % across[row], low[row, 1] + place // across[row])


def count_touched(bounds: np.ndarray, zoom: int) -> int:
    """Return how many pairs :func:`touched_tiles` finds."""
    low, high = tile_of(bounds[:, :2], zoom), tile_of(bounds[:, 2:], zoom)
    return int(np.prod(high - low + 1, axis=1).sum())


def tile_of(places: np.ndarray, zoom: int) -> np.ndarray:
    """Return the x and y of the tile that each place of the unit square lies in."""
    inside = np.clip(np.floor(places * 2**zoom), 0, 2**zoom - 1)
    return np.asarray(inside, dtype=np.int64)
