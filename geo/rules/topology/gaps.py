"""Ground between plots that belongs to none: enclosed voids and narrow strips.

A road is neither: it is wider than a strip and leads out, so that no plots enclose it.
"""

from __future__ import annotations

import numpy as np
import shapely

from geo.rules.pieces import areas_of, is_narrower
from geo.rules.topology.borders import find_borders, loops
from geo.rules.topology.plots import Edges, Plots
from geo.rules.topology.tolerances import PRECISION_M

_HAIR_M = 0.001
_SHORTEST_SIDE_M = 0.2
"""A plot that touches a gap with less of its border only meets it in a corner."""


def find_gaps(
    plots: Plots, overlapping: np.ndarray, aside: np.ndarray, *, strip_width_m: float, m2: float
) -> list[tuple[np.ndarray, shapely.Geometry]]:
    """Return each gap in metres with the rows of the plots around it.

    ``overlapping`` are the rows of plots that share ground; nothing is said of the ground in
    and around the outlines in ``aside``, which could not be judged.
    """
    borders = find_borders(plots.edges, strip_width_m)
    parts = _voids(plots, borders.edges, overlapping)
    strips = _strips(plots, borders.one, borders.other, strip_width_m)
    if len(strips):
        parts = areas_of(np.array([shapely.union_all(np.concatenate([parts, strips]))]))[0]
    parts = parts[shapely.area(parts) >= m2]
    parts = parts[~is_narrower(parts, PRECISION_M)]
    hulls = shapely.STRtree(plots.plane.to_metres(shapely.convex_hull(aside)))
    unknown = hulls.query(parts, predicate="intersects")[0]
    return [(_around(plots, part), part) for part in np.delete(parts, unknown)]


def _voids(plots: Plots, edges: Edges, overlapping: np.ndarray) -> np.ndarray:
    """Return the ground that plots enclose and that none of them claims."""
    if not len(edges):
        return np.array([], dtype=object)
    loop, areas = loops(edges)
    suspect = areas < 0
    suspect[loop[np.isin(edges.plot, overlapping)]] = True
    suspect |= _inside(edges, loop, suspect)
    lines = edges.take(suspect[loop]).lines()
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    places = plots.plane.to_degrees(shapely.point_on_surface(faces))
    faces = np.delete(faces, plots.tree.query(places, predicate="intersects")[0])
    # The place may lie in the hair between two rows of a block that is all claimed.
    return areas_of(np.array([_unclaimed(plots, face) for face in faces], dtype=object))[0]


def _inside(edges: Edges, loop: np.ndarray, suspect: np.ndarray) -> np.ndarray:
    """Return the loops whose box lies in that of a suspect one: blocks that stand in a void."""
    order = np.argsort(loop, kind="stable")
    first = np.searchsorted(loop[order], np.arange(len(suspect)))
    low = np.minimum.reduceat(edges.start[order], first)
    high = np.maximum.reduceat(edges.start[order], first)
    boxes = shapely.box(*low[suspect].T, *high[suspect].T)
    diagonals = shapely.linestrings(np.stack([low, high], axis=1))
    inside = np.zeros(len(suspect), dtype=bool)
    inside[shapely.STRtree(boxes).query(diagonals, predicate="covered_by")[0]] = True
    return inside


def _strips(plots: Plots, one: np.ndarray, other: np.ndarray, width: float) -> np.ndarray:
    """Return the narrow ground between pairs of plots, which no other plot claims."""
    a, b = plots.in_metres(one), plots.in_metres(other)
    alone = shapely.union(_closed(a, width), _closed(b, width))
    grown = shapely.buffer(alone, _HAIR_M, join_style="mitre")
    pieces, _ = areas_of(shapely.difference(_closed(shapely.union(a, b), width), grown))
    return areas_of(np.array([_unclaimed(plots, piece) for piece in pieces], dtype=object))[0]


def _closed(shapes: np.ndarray, width: float) -> np.ndarray:
    """Return shapes with everything filled that is narrower than the width."""
    wide = shapely.buffer(shapes, width / 2, join_style="mitre")
    return np.asarray(shapely.buffer(wide, -width / 2, join_style="mitre"))


def _unclaimed(plots: Plots, piece: shapely.Geometry) -> shapely.Geometry:
    """Return what of a piece of ground no plot claims, without hairs along their borders."""
    near = plots.tree.query(plots.plane.to_degrees(np.array([piece]))[0])
    claimed = shapely.union_all(plots.in_metres(near))
    grown = shapely.buffer(claimed, _HAIR_M, join_style="mitre")
    return shapely.buffer(shapely.difference(piece, grown), _HAIR_M, join_style="mitre")


def _around(plots: Plots, part: shapely.Geometry) -> np.ndarray:
    """Return the rows of the plots whose borders a piece of ground lies along."""
    wider = shapely.buffer(part, 2 * PRECISION_M, join_style="mitre")
    near = np.sort(plots.tree.query(plots.plane.to_degrees(np.array([wider]))[0]))
    borders = shapely.boundary(plots.in_metres(near))
    return np.asarray(near[shapely.length(shapely.intersection(borders, wider)) > _SHORTEST_SIDE_M])
