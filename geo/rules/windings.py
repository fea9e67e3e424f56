"""Which ground of an invalid outline is at fault."""

from __future__ import annotations

import numpy as np
import shapely

_MOST_CORNERS = 1000
"""A scribble has a crossing for each pair of sides: beyond it only a point is told."""


def faulty_ground(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the ground that an outline goes around wrongly, ``None`` if there is none.

    An outline goes once around its ground and not at all around the rest. Wrong is what it goes
    around twice (parts on each other, a curl) or backwards (the smaller half of a bow, a hole
    outside its shell).
    """
    if shapely.get_num_coordinates(shape) > _MOST_CORNERS:
        return None
    parts = shapely.get_parts(shape)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    rings, part = shapely.get_rings(parts, return_index=True)
    if not len(rings):
        return None
    shells = np.append(True, part[1:] != part[:-1])
    lines = shapely.union_all(shapely.linestrings([shapely.get_coordinates(r) for r in rings]))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    rounds = np.zeros(len(faces), dtype=int)
    places = shapely.get_coordinates(shapely.point_on_surface(faces))
    for ring, shell in zip(rings, shells, strict=True):
        rounds += _rounds(shapely.get_coordinates(ring), places) * (1 if shell else -1)
    faulty = faces[(rounds < 0) | (rounds > 1)]
    return shapely.normalize(shapely.union_all(faulty)) if len(faulty) else None


def _rounds(ring: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return how often a ring goes around places, counted in its own main direction."""
    corners = ring - ring.min(axis=0)
    (x0, y0), (x1, y1) = corners[:-1].T, corners[1:].T
    main = -1 if (x0 * y1 - x1 * y0).sum() < 0 else 1
    return np.array([main * _winding(ring - place) for place in places], dtype=int)


def _winding(ring: np.ndarray) -> int:
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    left = x0 * y1 - x1 * y0
    upward = (y0 <= 0) & (y1 > 0) & (left > 0)
    downward = (y0 > 0) & (y1 <= 0) & (left < 0)
    return int(upward.sum() - downward.sum())
