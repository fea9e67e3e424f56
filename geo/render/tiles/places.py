"""Where the features of a layer lie, in the square of web maps: all of them points, or not."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import shapely

from geo.crs import to_web_square
from geo.render.tiles.cut import BUFFER, Pieces, cut_points, cut_shapes, make_valid
from geo.render.tiles.grid import EXTENT, PIXEL

_SIMPLIFIED = PIXEL / 4
"""Tolerance in units: a corner goes if its triangle is smaller than this squared."""

_FEW_CORNERS = 12
"""Of an area on the average: of so few hardly one can go, and to look takes longer than to cut."""

_AREA = 2
_POINT = int(shapely.GeometryType.POINT)


class Places(Protocol):
    """The places of all features; ``middles`` are x and y in the unit square of the world."""

    middles: np.ndarray

    def pieces(self, zoom: int, *, exact: bool) -> Pieces:
        """Return them cut into the tiles of a zoom, simplified for it unless ``exact``."""


class Points:
    """Features that are points, of which there may be millions: no geometries are made."""

    def __init__(self, points: np.ndarray) -> None:
        self.middles = to_web_square(shapely.get_coordinates(points))

    def pieces(self, zoom: int, *, exact: bool) -> Pieces:
        """Return them cut into the tiles of a zoom; there is nothing to simplify."""
        return cut_points(self.middles, zoom, np.full(len(self.middles), BUFFER))


class Shapes:
    """Features of any type in degrees; what was cut is kept, for another edition's tiles."""

    def __init__(self, shapes: np.ndarray) -> None:
        self._given = shapes
        self._cut: dict[int, Pieces] = {}
        self.shapes = make_valid(np.asarray(shapely.transform(shapes, to_web_square)))
        self.middles = shapely.get_coordinates(shapely.centroid(self.shapes))

    def are(self, shapes: np.ndarray) -> bool:
        """Return whether these are the very same shapes in the same order."""
        is_as_many = len(shapes) == len(self._given)
        return is_as_many and bool(shapely.equals_identical(shapes, self._given).all())

    def pieces(self, zoom: int, *, exact: bool) -> Pieces:
        """Return them cut into the tiles of a zoom, simplified for it unless ``exact``."""
        if zoom not in self._cut:
            shapes = self.shapes if exact else self._simplified(zoom)
            self._cut[zoom] = cut_shapes(shapes, zoom, np.full(len(shapes), BUFFER))
        return self._cut[zoom]

    def _simplified(self, zoom: int) -> np.ndarray:
        """Return the shapes with fewer corners; a side that areas share stays shared."""
        areas = shapely.get_dimensions(self.shapes) == _AREA
        corners = shapely.get_num_coordinates(self.shapes[areas])
        if corners.sum() <= _FEW_CORNERS * len(corners):
            return self.shapes
        simplified = self.shapes.copy()
        tolerance = _SIMPLIFIED / (2.0**zoom * EXTENT)
        simplified[areas] = shapely.coverage_simplify(simplified[areas], tolerance)
        return simplified


def places_of(shapes: np.ndarray, known: Places | None) -> Places:
    """Return the places of shapes in degrees: the known ones if they are the very same."""
    if is_points(shapes):
        return Points(shapes)
    if isinstance(known, Shapes) and known.are(shapes):
        return known
    return Shapes(shapes)


def is_points(shapes: np.ndarray) -> bool:
    """Return whether all features are points."""
    return bool((shapely.get_type_id(shapes) == _POINT).all())
