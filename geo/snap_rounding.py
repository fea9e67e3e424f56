"""Snap rounding: move the corners of areas and lines to whole numbers, and open no gap.

Hobby's rounding ("Practical segment intersection with finite precision output", 1999) of shapes
whose sides meet in corners: every corner goes to the middle of its cell, and every side that
passes through the cell of some corner goes through that middle too. So no corner lands on the
other hand of a side, and what two shapes share they still share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import shapely

_Found = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Pairs of a side and a place that it goes through, with how far along the side that is."""

_LEAST_IN_RING = 4
_LEAST_IN_LINE = 2


@dataclass(frozen=True)
class _Walks:
    """Rings and lines, one after the other: the numbers of the places that each goes through."""

    place: np.ndarray
    walk: np.ndarray

    @property
    def steps(self) -> np.ndarray:
        """The positions from which a walk goes on to the next."""
        return np.flatnonzero(self.walk[1:] == self.walk[:-1])

    def without_pauses(self) -> _Walks:
        """Return the walks without steps that lead nowhere."""
        moving = np.ones(len(self.place), dtype=bool)
        moving[self.steps + 1] = self.place[self.steps + 1] != self.place[self.steps]
        return _Walks(self.place[moving], self.walk[moving])


def snap_round(shapes: np.ndarray, *, tolerance: float) -> np.ndarray:
    """Return areas and lines with whole coordinates, neighbours still neighbours.

    Parameters
    ----------
    shapes
        Polygons and lines, also of several parts, none empty, in units of a cell.
    tolerance
        Corners that are nearer than this are one, and so are a corner and the side it stands
        on; far below 1.

    Returns
    -------
    ndarray
        The shapes in their order, areas valid; ``None`` for one that shrank to nothing. Sides
        that cross without a corner go on crossing.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    is_area = shapely.get_dimensions(parts) == 2
    rings, part = shapely.get_rings(parts[is_area], return_index=True)
    outlines = np.concatenate([rings, parts[~is_area]])
    xy, walk = shapely.get_coordinates(outlines, return_index=True)
    xy, walk = _round(xy, walk, tolerance)
    is_ring = walk < len(rings)
    areas, owners = _areas(xy[is_ring], walk[is_ring], part)
    lines, drawn = _lines(xy[~is_ring], walk[~is_ring] - len(rings))
    found = np.full(len(shapes), None, dtype=object)
    _put(found, areas, owner[is_area][owners], shapely.multipolygons)
    _put(found, lines, owner[~is_area][drawn], shapely.multilinestrings)
    return found


# --- the rounding ----------------------------------------------------------------------------


def _round(xy: np.ndarray, walk: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners in whole numbers, with those that rounding adds, and their walks."""
    places, place = _distinct(xy)
    place = _merged(places, tolerance)[place]
    walks = _Walks(place, walk).without_pauses()
    walks = _insert(walks, partial(_corners_on, places, tolerance)).without_pauses()
    cells, cell = _distinct(np.floor(places + 0.5))
    used = np.unique(cell[walks.place])
    passed = _insert(walks, partial(_cells_on, places, cells, used), values=cell)
    rounded = passed.without_pauses()
    return cells[rounded.place], rounded.walk


def _distinct(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places that differ, and for each given one the number of its own."""
    number, _ = pd.factorize(xy[:, 0] + 1j * xy[:, 1])
    first = np.unique(number, return_index=True)[1]
    return xy[first], number


def _merged(places: np.ndarray, tolerance: float) -> np.ndarray:
    """Return for each place the number of the first of those that it hangs together with."""
    points = shapely.points(places)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=tolerance)
    label = np.arange(len(places))
    while (label[one] < label[other]).any():
        np.minimum.at(label, other, label[one])
    return label


def _insert(
    walks: _Walks, find: Callable[[np.ndarray], _Found], values: np.ndarray | None = None
) -> _Walks:
    """Return the walks going through what their sides are found to go through.

    ``find`` is asked for every side once, in one direction, so that all that share it agree.
    ``values`` are the numbers of the places among those that are inserted, where they differ.
    """
    steps = walks.steps
    ends = np.stack([walks.place[steps], walks.place[steps + 1]], axis=1)
    ordered = np.sort(ends, axis=1)
    side, _ = pd.factorize(ordered[:, 0] * (ordered.max(initial=0) + 1) + ordered[:, 1])
    asked = ordered[np.unique(side, return_index=True)[1]]
    owner, inserted, along = find(asked)
    inserted = inserted[np.lexsort((along, owner))]
    in_side = np.bincount(owner, minlength=len(asked))
    first, count = (np.cumsum(in_side) - in_side)[side], in_side[side]
    run = np.repeat(np.arange(len(steps)), count)
    nth = np.arange(len(run)) - (np.cumsum(count) - count)[run]
    is_forward = ends[:, 0] < ends[:, 1]
    added = inserted[first[run] + np.where(is_forward[run], nth, count[run] - 1 - nth)]
    own = walks.place if values is None else values[walks.place]
    before, walk = steps[run] + 1, walks.walk[steps[run]]
    return _Walks(np.insert(own, before, added), np.insert(walks.walk, before, walk))


def _corners_on(places: np.ndarray, tolerance: float, sides: np.ndarray) -> _Found:
    """Return the corners that stand on sides of others."""
    corners = np.unique(sides)
    lines = shapely.linestrings(places[sides])
    tree = shapely.STRtree(shapely.points(places[corners]))
    side, corner = tree.query(lines, predicate="dwithin", distance=tolerance)
    corner = corners[corner]
    between = (corner[:, None] != sides[side]).all(axis=1)
    side, corner = side[between], corner[between]
    begin, end = places[sides[side, 0]], places[sides[side, 1]]
    return side, corner, ((places[corner] - begin) * (end - begin)).sum(axis=1)


def _cells_on(places: np.ndarray, cells: np.ndarray, used: np.ndarray, sides: np.ndarray) -> _Found:
    """Return the cells in use that sides pass through, but for those of their own ends."""
    begin, end = places[sides[:, 0]], places[sides[:, 1]]
    low, high = np.minimum(begin, end) - 0.5, np.maximum(begin, end) + 0.5
    tree = shapely.STRtree(shapely.points(cells[used]))
    side, cell = tree.query(shapely.box(*low.T, *high.T))
    cell = used[cell]
    entry, leave = _crossing(begin[side], end[side], cells[cell])
    ends = np.floor(np.stack([begin, end], axis=1) + 0.5)[side]
    passed = (entry <= leave) & (cells[cell][:, None, :] != ends).any(axis=2).all(axis=1)
    return side[passed], cell[passed], (entry + leave)[passed]


def _crossing(
    begin: np.ndarray, end: np.ndarray, middle: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of the way from begin to end at which it enters and leaves a cell.

    It never was inside where the first is greater (Liang and Barsky 1984).
    """
    way = end - begin
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (middle - 0.5 - begin) / way, (middle + 0.5 - begin) / way
    outside = np.abs(begin - middle) > 0.5
    entry = np.where(way == 0, np.where(outside, np.inf, -np.inf), np.minimum(one, other))
    leave = np.where(way == 0, np.where(outside, -np.inf, np.inf), np.maximum(one, other))
    return np.maximum(entry.max(axis=1), 0), np.minimum(leave.min(axis=1), 1)


# --- shapes again ----------------------------------------------------------------------------


def _areas(xy: np.ndarray, ring: np.ndarray, part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return valid polygons, and for each the number of the part that it is of."""
    kept = np.bincount(ring, minlength=len(part)) >= _LEAST_IN_RING
    shell = np.unique(part, return_index=True)[1]
    kept &= kept[shell][part]
    corners = kept[ring]
    rings = shapely.linearrings(xy[corners], indices=_renumbered(ring[corners]))
    parts = np.unique(part[kept])
    return _valid(shapely.polygons(rings, indices=_renumbered(part[kept])), parts)


def _valid(areas: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the polygons without what shrank to a line; one may become several, or none."""
    faulty = np.flatnonzero(~shapely.is_valid(areas))
    areas[faulty] = [_repaired(area) for area in areas[faulty]]
    pieces, index = shapely.get_parts(areas, return_index=True)
    is_area = (shapely.get_dimensions(pieces) == 2) & ~shapely.is_empty(pieces)
    return pieces[is_area], owner[index[is_area]]


def _repaired(area: shapely.Polygon | shapely.MultiPolygon) -> shapely.Geometry:
    whole = shapely.make_valid(area, method="structure", keep_collapsed=False)
    xy = shapely.get_coordinates(whole)
    # Only sides that cross, as those of a bow tie, meet elsewhere than at a corner.
    return whole if (xy == np.floor(xy)).all() else shapely.set_precision(whole, 1)


def _lines(xy: np.ndarray, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kept = np.bincount(line) >= _LEAST_IN_LINE
    corners = kept[line]
    found = shapely.linestrings(xy[corners], indices=_renumbered(line[corners]))
    return np.atleast_1d(found), np.flatnonzero(kept)


def _renumbered(sorted_numbers: np.ndarray) -> np.ndarray:
    return np.unique(sorted_numbers, return_inverse=True)[1]


def _put(
    found: np.ndarray, parts: np.ndarray, owner: np.ndarray, join: Callable[..., np.ndarray]
) -> None:
    """Write each shape's parts into its place, several as one."""
    numbers, first, count = np.unique(owner, return_index=True, return_counts=True)
    found[numbers] = parts[first]
    several = count > 1
    of_several = np.isin(owner, numbers[several])
    joined = join(parts[of_several], indices=_renumbered(owner[of_several]))
    # Parts that came to lie along each other are no valid whole, but one part.
    faulty = np.flatnonzero(~shapely.is_valid(joined))
    joined[faulty] = [_repaired(shape) for shape in joined[faulty]]
    found[numbers[several]] = joined
