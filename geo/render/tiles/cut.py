"""Cut shapes into tiles: whole numbers of units from the tile's north-west corner.

A shape that lies in a tile with its buffer goes in whole, another one is clipped to them.
Corners are rounded one by one, so that what two neighbours share they go on sharing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.render.tiles.grid import EXTENT, Touched, touched_tiles

BUFFER = 128
"""Units around a tile that are drawn with it: strokes and dots reach over its edge."""

POINT, LINE, POLYGON = 1, 2, 3
"""Types of geometry by their numbers in the format."""

_RING = int(shapely.GeometryType.LINEARRING)
_POLYGON = int(shapely.GeometryType.POLYGON)


@dataclass(frozen=True)
class Pieces:
    """What lies in which tile, tile by tile; one piece of a feature in one tile.

    Parameters
    ----------
    tiles
        x and y of the tiles that have any, in order.
    tile, feature, kind
        For each piece the row of its tile, of its feature, and its type of geometry.
    corners
        x and y in units of the tile, one path after the other.
    path
        For each path the corners that it has.
    piece
        For each path the row of its piece; a polygon's outer ring comes before its holes.
    """

    tiles: np.ndarray
    tile: np.ndarray
    feature: np.ndarray
    kind: np.ndarray
    corners: np.ndarray
    path: np.ndarray
    piece: np.ndarray


@dataclass(frozen=True)
class _Paths:
    """Rings, lines and points of pieces, as fields of :class:`Pieces`."""

    corners: np.ndarray
    path: np.ndarray
    piece: np.ndarray


def cut_points(places: np.ndarray, zoom: int, buffer: np.ndarray) -> Pieces:
    """Return places of the unit square cut into the tiles of a zoom; see :func:`cut_shapes`."""
    units = 2.0**zoom * EXTENT
    scaled = places * units
    boxes = np.tile(scaled, 2) + np.outer(buffer, (-1, -1, 1, 1))
    touched = _by_tile(touched_tiles(boxes / units, zoom), zoom)
    corners = np.rint(scaled[touched.row]).astype(np.int64) - _origin(touched)
    tiles, tile = _numbered(touched, zoom)
    ones = np.ones(len(touched.row), dtype=np.int64)
    return Pieces(tiles, tile, touched.row, POINT * ones, corners, ones, np.arange(len(ones)))


def cut_shapes(shapes: np.ndarray, zoom: int, buffer: np.ndarray) -> Pieces:
    """Return shapes of the unit square, none of them missing, cut into the tiles of a zoom.

    ``buffer`` says for each shape how many units around a tile it is still drawn in. A polygon
    smaller than a unit becomes a unit square, so that it has a piece all the same.
    """
    units = 2.0**zoom * EXTENT
    scaled = shapely.transform(shapes, lambda places: places * units)
    bounds = shapely.bounds(scaled)
    around = bounds + np.outer(buffer, (-1, -1, 1, 1))
    touched = _by_tile(touched_tiles(around / units, zoom), zoom)
    origin, near = _origin(touched), buffer[touched.row, None]
    whole = _is_inside(bounds[touched.row], origin, near)
    pieces = scaled[touched.row]
    pieces[~whole] = _clip(pieces[~whole], origin[~whole], near[~whole])
    kind = shapely.get_dimensions(scaled)[touched.row] + 1
    paths = _all_paths(pieces, whole, kind, origin)
    kept, piece = np.unique(paths.piece, return_inverse=True)
    touched = Touched(touched.row[kept], touched.x[kept], touched.y[kept])
    tiles, tile = _numbered(touched, zoom)
    return Pieces(tiles, tile, touched.row, kind[kept], paths.corners, paths.path, piece)


def make_valid(shapes: np.ndarray) -> np.ndarray:
    """Return the shapes, those of them repaired that break the rules of their type."""
    broken = ~shapely.is_valid(shapes)
    repaired = shapes.copy()
    repaired[broken] = shapely.make_valid(shapes[broken])
    return repaired


def _by_tile(touched: Touched, zoom: int) -> Touched:
    order = np.argsort(touched.x * 2**zoom + touched.y, kind="stable")
    return Touched(touched.row[order], touched.x[order], touched.y[order])


def _origin(touched: Touched) -> np.ndarray:
    """Return the north-west corners of tiles in units."""
    return np.column_stack([touched.x, touched.y]) * EXTENT


def _numbered(touched: Touched, zoom: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of the different tiles, and for each pair the row of its tile."""
    names, tile = np.unique(touched.x * 2**zoom + touched.y, return_inverse=True)
    return np.column_stack(np.divmod(names, 2**zoom)), tile


def _is_inside(bounds: np.ndarray, origin: np.ndarray, buffer: np.ndarray) -> np.ndarray:
    low, high = origin - buffer, origin + EXTENT + buffer
    return np.asarray((bounds[:, :2] >= low).all(axis=1) & (bounds[:, 2:] <= high).all(axis=1))


def _clip(shapes: np.ndarray, origin: np.ndarray, buffer: np.ndarray) -> np.ndarray:
    low, high = origin - buffer, origin + EXTENT + buffer
    return np.asarray(shapely.intersection(make_valid(shapes), shapely.box(*low.T, *high.T)))


def _all_paths(
    pieces: np.ndarray, whole: np.ndarray, kind: np.ndarray, origin: np.ndarray
) -> _Paths:
    """Return the paths of pieces, a unit square for a whole one of which nothing is left."""
    paths = _paths(pieces, kind, origin)
    lost = whole & ~np.isin(np.arange(len(pieces)), paths.piece)
    if not lost.any():
        return paths
    corner = np.floor(shapely.bounds(pieces[lost])[:, :2])
    replaced = pieces.copy()
    replaced[lost] = shapely.box(*corner.T, *(corner.T + 1))
    return _paths(replaced, kind, origin)


def _paths(pieces: np.ndarray, kind: np.ndarray, origin: np.ndarray) -> _Paths:
    parts, owner = _simple_parts(pieces, kind)
    is_area = shapely.get_type_id(parts) == _POLYGON
    rings, area = shapely.get_rings(shapely.orient_polygons(parts[is_area]), return_index=True)
    lines = np.concatenate([rings, parts[~is_area]])
    part = np.concatenate([np.flatnonzero(is_area)[area], np.flatnonzero(~is_area)])
    order = np.argsort(part, kind="stable")
    return _rounded(lines[order], part[order], owner, origin)


def _simple_parts(pieces: np.ndarray, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points, lines and polygons and their pieces, without what clipping left over."""
    # A collection may hold shapes of many parts.
    outer, owner = shapely.get_parts(pieces, return_index=True)
    parts, place = shapely.get_parts(outer, return_index=True)
    owner = owner[place]
    kept = (shapely.get_dimensions(parts) + 1 == kind[owner]) & ~shapely.is_empty(parts)
    return parts[kept], owner[kept]


def _rounded(lines: np.ndarray, part: np.ndarray, owner: np.ndarray, origin: np.ndarray) -> _Paths:
    """Return the corners of rings, lines and points in units of their tiles.

    Repeated corners go, and so do rings that enclose nothing any more, with their holes.
    """
    places, line = shapely.get_coordinates(lines, return_index=True)
    corners = np.rint(places).astype(np.int64) - origin[owner[part[line]]]
    is_ring = shapely.get_type_id(lines) == _RING
    first = np.r_[True, line[1:] != line[:-1]]
    # A ring is closed by itself: it ends where it began.
    kept = first | (corners != np.roll(corners, 1, axis=0)).any(axis=1)
    kept &= ~(is_ring[line] & np.r_[first[1:], True])
    kept = _without_return(corners, line, kept, is_ring)
    corners, line = corners[kept], line[kept]
    count = np.bincount(line, minlength=len(lines))
    is_sound = _is_sound(corners, line, is_ring, part, count)
    is_sound &= (count > 1) | (shapely.get_dimensions(lines) == 0)
    return _Paths(corners[is_sound[line]], count[is_sound], owner[part[is_sound]])


def _without_return(
    corners: np.ndarray, line: np.ndarray, kept: np.ndarray, is_ring: np.ndarray
) -> np.ndarray:
    """Return which corners stay: not the last one of a ring if it is the first one again."""
    places = np.flatnonzero(kept)
    starts = np.flatnonzero(np.r_[True, line[places][1:] != line[places][:-1]])
    ends = np.r_[starts[1:], len(places)] - 1
    first, last = places[starts], places[ends]
    again = (corners[first] == corners[last]).all(axis=1) & (first != last) & is_ring[line[first]]
    remaining = kept.copy()
    remaining[last[again]] = False
    return remaining


def _is_sound(
    corners: np.ndarray, line: np.ndarray, is_ring: np.ndarray, part: np.ndarray, count: np.ndarray
) -> np.ndarray:
    """Return which paths can be drawn: lines of two corners, rings around an area."""
    area = _ring_areas(corners, line, len(is_ring))
    outer = np.r_[True, part[1:] != part[:-1]] if len(part) else np.zeros(0, dtype=bool)
    encloses = (count > 2) & np.where(outer, area > 0, area < 0)
    gone = np.unique(part[is_ring & outer & ~encloses])
    return np.where(is_ring, encloses & ~np.isin(part, gone), True)


def _ring_areas(corners: np.ndarray, line: np.ndarray, count: int) -> np.ndarray:
    """Return twice the area inside each ring, positive where x turns towards y."""
    if not len(corners):
        return np.zeros(count)
    first = np.r_[True, line[1:] != line[:-1]]
    starts = np.flatnonzero(first)
    following = np.roll(corners, -1, axis=0)
    following[np.r_[starts[1:], len(corners)] - 1] = corners[starts]
    crossed = corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]
    return np.bincount(line, weights=crossed, minlength=count)
