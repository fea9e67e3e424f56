"""Rings in any order to one polygon with holes, by what lies inside what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

Ring = Sequence[tuple[float, float]]

MAX_RINGS = 1_000


class RingFault(ValueError):
    """The rings make no polygon; its argument is the reason (a ``reason.*`` text)."""


def polygon_of_rings(rings: Sequence[Ring]) -> Polygon | MultiPolygon:
    """Return the polygon, or the polygons, that closed rings enclose.

    A ring inside an even number of others is an outer boundary, one inside an odd number a
    hole: neither the order nor the direction of the rings matters. Coordinates are taken as
    they are and nothing is repaired. Raises ``RingFault``.
    """
    if len(rings) > MAX_RINGS:
        raise RingFault("too_many_rings")
    shapes = np.array([_filled(ring) for ring in rings], dtype=object)
    if len(shapes) == 1:
        return shapes[0]
    inside = _containment(shapes)
    depth = inside.sum(axis=1)
    polygons = []
    for shell in np.flatnonzero(depth % 2 == 0):
        holes = inside[:, shell] & (depth == depth[shell] + 1)
        polygons.append(Polygon(shapes[shell].exterior, [h.exterior for h in shapes[holes]]))
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _filled(ring: Ring) -> Polygon:
    if len(ring) < 4:
        raise RingFault("too_few_positions")
    if tuple(ring[0]) != tuple(ring[-1]):
        raise RingFault("not_closed")
    if not np.isfinite(ring).all():
        raise RingFault("not_finite")
    return Polygon(ring)


def _containment(shapes: np.ndarray) -> np.ndarray:
    """Return whether ring i lies in ring j; of two equal rings the later is inside."""
    inner, outer = shapely.STRtree(shapes).query(shapes, predicate="covered_by")
    areas = shapely.area(shapes)
    smaller = (areas[inner] < areas[outer]) | ((areas[inner] == areas[outer]) & (inner > outer))
    inside = np.zeros((len(shapes), len(shapes)), dtype=bool)
    inside[inner[smaller], outer[smaller]] = True
    return inside
