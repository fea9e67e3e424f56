"""Vector tiles of a large layer: what is drawn at which zoom (docs/tiles.md).

A frame of one edition goes in, tiles come out. Places are brought to the square of web maps
once; then each zoom is generalised, cut and written by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_web_square
from geo.render.geojson import plain_values, sort_by_key
from geo.render.tiles.classes import join_classes
from geo.render.tiles.clusters import cluster
from geo.render.tiles.cut import BUFFER, cut_points, cut_shapes
from geo.render.tiles.encode import Attributes, attributes_of, encode_layers
from geo.render.tiles.grid import count_touched, tile_of
from geo.render.tiles.places import Places, Shapes, is_points, places_of

MINZOOM = 5
_AREAS_FROM, _AREAS_TO = 12, 14
"""Zooms of tiles among which areas begin to be drawn one by one, one zoom later on the map."""

_POINTS_FROM, _POINTS_TO = 13, 15
_FINEST = 15
"""Zoom of areas at which a unit is about 0.2 m: beyond it these tiles are drawn larger."""

_PIECES = 10
"""Tiles that a feature lies in at most at the last zoom, on the average: no endless mosaic of
inner tiles where shapes are as large as counties."""

_PIECES_OF_ANY = 10_000
"""Pieces that are never too many."""

_MOST = 5_000
"""Areas in a tile with which it is about 300 kB, and 90 kB compressed."""

_MOST_POINTS = 1_000
"""Points in a tile whose marks, 10 pixels wide, cover not half of the 512 by 512 it is drawn on."""

_CLASS_FIELDS = ("park_id", "land_use_code", "state", "nature")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "parcels": (*_CLASS_FIELDS, "on_offer"),
    "enterprises": ("name_zh", "name_en", "stage", "nature", "park_id"),
}
_OTHER_FIELDS = ("name_zh", "name_en", "kind", "state", "line_kind", "nature", "park_id")
_AREA = "area_mu"

_Layers = Iterator[tuple[int, int, bytes]]
"""x, y and content of tiles."""


@dataclass(frozen=True)
class Tile:
    """One tile: its place, y counted from the north, and its bytes, not compressed."""

    zoom: int
    x: int
    y: int
    body: bytes


@dataclass(frozen=True)
class Zooms:
    """The first and the last zoom that have tiles, and the first that draws every feature."""

    minzoom: int
    maxzoom: int
    detail: int


@dataclass(frozen=True)
class Drawn:
    """What tiles are made of: the records that have a place, of so many in all.

    ``records`` has the fields that are written, and its index is the row among all.
    """

    records: pd.DataFrame
    places: Places
    count: int

    def equals(self, other: Drawn) -> bool:
        """Return whether tiles are sure to be the same; places are if they were taken over."""
        is_there = self.places is other.places and self.count == other.count
        return is_there and self.records.equals(other.records)


class Tileset:
    """The tiles of one layer of one edition.

    Parameters
    ----------
    frame
        The records of the edition in EPSG:4326, their fields selected.
    layer, key, kind
        The name of the layer, of its key and of its kind.
    known
        What another edition's tiles are made of: places that are the same are not cut again.
    zooms
        Those that :func:`choose_zooms` has chosen for the frame, if it was asked before.

    Attributes
    ----------
    bounds
        The box around all features in degrees, ``None`` if none has a place.
    """

    def __init__(
        self,
        frame: gpd.GeoDataFrame,
        *,
        layer: str,
        key: str,
        kind: str,
        known: Drawn | None = None,
        zooms: Zooms | None = None,
    ) -> None:
        found = [name for name in drawn_fields(key, kind) if name in frame.columns]
        ordered = sort_by_key(frame[[*found, frame.geometry.name]], key)
        has_place = _has_place(ordered)
        placed = ordered.loc[has_place]
        shapes = placed.geometry.to_numpy()
        records = pd.DataFrame(placed.drop(columns=placed.geometry.name))
        places = places_of(shapes, known.places if known else None)
        self.layer = layer
        self.drawn = Drawn(records, places, len(ordered))
        self.bounds = _box(shapes)
        self._ids = np.flatnonzero(has_place) + 1
        self._names = [name for name in found if name != _AREA]
        self._has_classes = kind == "parcels"
        self.zooms = zooms or choose_zooms(ordered)

    @property
    def fields(self) -> dict[str, str]:
        """The fields that features may have, with their types as TileJSON names them."""
        counted = ("plots", *_summed(self.drawn.records)) if self._has_classes else ("count",)
        types, _ = self._written
        return {**types, **dict.fromkeys(counted, "Number")}

    def tiles(self) -> Iterator[Tile]:
        """Yield all tiles that have anything in them, zoom by zoom, by x and y."""
        if not len(self.drawn.records):
            return
        zooms = self.zooms
        for zoom in range(zooms.minzoom, zooms.maxzoom + 1):
            found = self._detailed(zoom) if zoom >= zooms.detail else self._generalised(zoom)
            yield from (Tile(zoom, x, y, body) for x, y, body in found)

    @cached_property
    def _written(self) -> tuple[dict[str, str], Attributes]:
        """The type of each field, and what is written of the records."""
        # Of a million firms these are many texts: they are not kept.
        columns = {name: _values(self.drawn.records[name]) for name in self._names}
        types = {name: _field_type(values) for name, values in columns.items()}
        return types, attributes_of(columns, len(self.drawn.records))

    def _detailed(self, zoom: int) -> _Layers:
        pieces = self.drawn.places.pieces(zoom, exact=zoom == self.zooms.maxzoom)
        _, attributes = self._written
        return encode_layers(self.layer, pieces, attributes, self._ids)

    def _generalised(self, zoom: int) -> _Layers:
        if self._has_classes and isinstance(self.drawn.places, Shapes):
            return self._classes(self.drawn.places.shapes, zoom)
        return self._clusters(zoom)

    def _clusters(self, zoom: int) -> _Layers:
        found = cluster(self.drawn.places.middles, zoom)
        alone = found.row >= 0
        counts = _whole(found.count)
        counts[alone] = None
        count = attributes_of({"count": counts}, len(alone))
        _, written = self._written
        attributes = written.take(found.row).joined(count)
        ids = np.where(alone, self._ids[found.row], self.drawn.count + 1 + np.arange(len(alone)))
        # A cluster lies in one tile, so that nobody counts it twice.
        pieces = cut_points(found.places, zoom, np.where(alone, BUFFER, 0))
        return encode_layers(self.layer, pieces, attributes, ids)

    def _classes(self, shapes: np.ndarray, zoom: int) -> _Layers:
        names = [name for name in _CLASS_FIELDS if name in self.drawn.records.columns]
        group = _groups(self.drawn.records[names])
        found = join_classes(shapes, group, zoom)
        columns = {name: _values(self.drawn.records[name].iloc[found.row]) for name in names}
        columns["plots"] = _whole(found.sums(np.ones(len(group))))
        for name in _summed(self.drawn.records):
            amounts = self.drawn.records[name].fillna(0).to_numpy(dtype=float)
            columns[name] = found.sums(amounts).round(4).astype(object)
        attributes = attributes_of(columns, len(found.row))
        pieces = cut_shapes(found.shapes, zoom, np.full(len(found.shapes), BUFFER))
        return encode_layers(self.layer, pieces, attributes, 1 + np.arange(len(found.row)))


def drawn_fields(key: str, kind: str) -> list[str]:
    """Return the fields of a layer that its tiles are made of, as far as it has them."""
    return list(dict.fromkeys((key, *_FIELDS.get(kind, _OTHER_FIELDS), _AREA)))


def choose_zooms(frame: gpd.GeoDataFrame) -> Zooms:
    """Return the zooms of a layer in EPSG:4326, from how densely and how widely it lies."""
    shapes = frame.geometry.to_numpy()[_has_place(frame)]
    points = is_points(shapes)
    middles = to_web_square(shapely.get_coordinates(shapes if points else shapely.centroid(shapes)))
    if points:
        detail = _first_sparse(middles, _POINTS_FROM, _POINTS_TO, _MOST_POINTS)
        return Zooms(MINZOOM, detail, detail)
    finest = _last_of_few_pieces(_bounds_in_square(shapes))
    detail = _first_sparse(middles, _AREAS_FROM, _AREAS_TO, _MOST)
    return Zooms(MINZOOM, finest, min(detail, finest))


def _has_place(frame: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(~(frame.geometry.isna() | frame.geometry.is_empty))


def _box(shapes: np.ndarray) -> tuple[float, float, float, float] | None:
    if not len(shapes):
        return None
    minx, miny, maxx, maxy = shapely.total_bounds(shapes).tolist()
    return minx, miny, maxx, maxy


def _bounds_in_square(shapes: np.ndarray) -> np.ndarray:
    """Return minx, miny, maxx, maxy in the unit square, whose y grows to the south."""
    minx, miny, maxx, maxy = shapely.bounds(shapes).T
    low = to_web_square(np.column_stack([minx, maxy]))
    return np.hstack([low, to_web_square(np.column_stack([maxx, miny]))])


def _summed(frame: pd.DataFrame) -> list[str]:
    """Return the fields that classes have the sum of."""
    return [_AREA] if _AREA in frame.columns else []


def _values(column: pd.Series[Any]) -> np.ndarray:
    """Return the plain values of a column; each different one is looked at once."""
    codes, distinct = pd.factorize(column)
    # -1, that of a missing value, is the last.
    return np.array([*plain_values(pd.Series(distinct)), None], dtype=object)[codes]


def _groups(frame: pd.DataFrame) -> np.ndarray:
    """Return the number of the class of each record: of those that are alike in all fields."""
    if not len(frame.columns):
        return np.zeros(len(frame), dtype=np.int64)
    return frame.groupby(list(frame.columns), dropna=False).ngroup().to_numpy()


def _whole(numbers: np.ndarray) -> np.ndarray:
    return np.asarray(numbers.astype(np.int64), dtype=object)


def _first_sparse(places: np.ndarray, first: int, last: int, most: int) -> int:
    """Return the first zoom with at most so many features in every tile, else the last one."""
    for zoom in range(first, last):
        tiles = tile_of(places, zoom)
        _, count = np.unique(tiles[:, 0] * 2**zoom + tiles[:, 1], return_counts=True)
        if count.max(initial=0) <= most:
            return zoom
    return last


def _last_of_few_pieces(bounds: np.ndarray) -> int:
    """Return the last zoom at which shapes fall into few pieces, at least the first of areas."""
    for zoom in range(_FINEST, _AREAS_FROM, -1):
        if count_touched(bounds, zoom) <= _PIECES * len(bounds) + _PIECES_OF_ANY:
            return zoom
    return _AREAS_FROM


def _field_type(values: np.ndarray) -> str:
    value = next((value for value in values if value is not None), "")
    if isinstance(value, bool):
        return "Boolean"
    return "Number" if isinstance(value, (int, float)) else "String"
