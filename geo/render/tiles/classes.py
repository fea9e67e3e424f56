"""Plots that are too small to draw one by one: the land in cells, each of one class.

A cell is four pixels of the map wide, which draws a tile 512 pixels wide. It belongs to the
class of the plot at its middle; the cells of a class are joined as a coverage, so that
neighbours share their sides. What a class stands for is counted from its plots, not from its
cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.render.tiles.grid import EXTENT, tile_of, touched_tiles

_DEEPER = 7
"""A cell is a tile of a zoom so much deeper: 4 of the 512 pixels that a tile is drawn wide."""

_BESIDE = 0.25
"""Width of the roads, as a part of a cell, that are bridged on either side of a middle."""

_FARTHEST = 0.5**0.5
"""From the middle of a cell to its corner: what lies in the cell is no farther away."""

_STRAIGHT = 1 / EXTENT
"""A part of a cell: corners are left out where the sides of cells go straight on."""


@dataclass(frozen=True)
class Classes:
    """What is drawn of each class: its shape, and the sum of all that it stands for.

    Parameters
    ----------
    shapes
        In the unit square of the world.
    row
        A plot of the class.
    owner
        For each plot the row of the class that stands for it.
    """

    shapes: np.ndarray
    row: np.ndarray
    owner: np.ndarray

    def sums(self, amounts: np.ndarray) -> np.ndarray:
        """Return the sum over the plots of each class."""
        return np.bincount(self.owner, weights=amounts, minlength=len(self.row))


def join_classes(shapes: np.ndarray, group: np.ndarray, zoom: int) -> Classes:
    """Return the classes of a zoom.

    Parameters
    ----------
    shapes
        Plots as valid areas in the unit square of the world.
    group
        For each plot the number of its class.
    zoom
        The zoom of the tiles.

    Notes
    -----
    A class too small for a cell is counted with the one that the cell of its first plot
    belongs to, so that every plot is counted once.
    """
    places = shapely.get_coordinates(shapely.point_on_surface(shapes))
    cells, plot = _cells(shapes, places, zoom)
    drawn, number = np.unique(group[plot], return_inverse=True)
    owner = _owners(group, drawn, _named(tile_of(places, zoom + _DEEPER), zoom), cells, number)
    _, row = np.unique(group, return_index=True)
    first = dict(zip(np.unique(group).tolist(), row.tolist(), strict=True))
    rows = np.array([first[found] for found in drawn.tolist()], dtype=np.int64)
    return Classes(_outlines(cells, number, len(drawn), zoom), rows, owner)


def _cells(shapes: np.ndarray, places: np.ndarray, zoom: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells that are drawn by their names, in order, and the plot that each shows."""
    tree = shapely.STRtree(shapes)
    held = np.unique(_named(tile_of(places, zoom + _DEEPER), zoom))
    touched = touched_tiles(shapely.bounds(shapes), zoom + _DEEPER)
    near = np.unique(_named(np.column_stack([touched.x, touched.y]), zoom))
    cell, plot = _nearest(tree, near, zoom, _BESIDE)
    # What holds a plot is drawn, also where its middle lies farther from it.
    missing = np.setdiff1d(held, cell, assume_unique=True)
    more, further = _nearest(tree, missing, zoom, _FARTHEST)
    cells, plots = np.r_[cell, more], np.r_[plot, further]
    order = np.argsort(cells)
    return cells[order], plots[order]


def _nearest(
    tree: shapely.STRtree, cells: np.ndarray, zoom: int, distance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells that have a plot within so many widths of a cell, and the nearest one."""
    width = 0.5 ** (zoom + _DEEPER)
    middles = shapely.points((_xy(cells, zoom) + 0.5) * width)
    found, plot = tree.query_nearest(middles, max_distance=distance * width)
    # Of several at one distance the first, whatever order the tree has.
    order = np.lexsort((plot, found))
    found, first = np.unique(found[order], return_index=True)
    return cells[found], plot[order][first]


def _owners(
    group: np.ndarray, drawn: np.ndarray, cell: np.ndarray, cells: np.ndarray, number: np.ndarray
) -> np.ndarray:
    """Return for each plot the class that stands for it: its own, else that of a cell."""
    names, first, member = np.unique(group, return_index=True, return_inverse=True)
    place = np.minimum(np.searchsorted(drawn, names), len(drawn) - 1)
    host = number[np.searchsorted(cells, cell[first])]
    return np.asarray(np.where(drawn[place] == names, place, host)[member])


def _outlines(cells: np.ndarray, number: np.ndarray, count: int, zoom: int) -> np.ndarray:
    """Return the cells of each class as one shape."""
    width = 0.5 ** (zoom + _DEEPER)
    low = _xy(cells, zoom)
    order = np.argsort(number, kind="stable")
    # In whole numbers, so that cells side by side have the very same corners.
    boxes = shapely.box(*low[order].T, *(low[order] + 1).T)
    ends = np.cumsum(np.bincount(number, minlength=count))[:-1]
    joined = [shapely.coverage_union_all(part) for part in np.split(boxes, ends)]
    outlines = shapely.coverage_simplify(np.array(joined, dtype=object), _STRAIGHT)
    return np.asarray(shapely.transform(outlines, lambda places: places * width))


def _named(xy: np.ndarray, zoom: int) -> np.ndarray:
    return np.asarray(xy[:, 0] * 2 ** (zoom + _DEEPER) + xy[:, 1])


def _xy(names: np.ndarray, zoom: int) -> np.ndarray:
    return np.column_stack(np.divmod(names, 2 ** (zoom + _DEEPER)))
