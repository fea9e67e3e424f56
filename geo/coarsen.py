"""Coarsen the geometry of the public edition, so that no surveyed corner can be read from it.

Every place is moved to the middle of its cell in one fixed grid of degrees. A grid does not
follow the data: the same corner gives the same place in every version and layer, so that an
average over many says nothing more. What touches is rounded together and goes on touching.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import local_plane
from geo.snap_rounding import snap_round

_PLACE_COLUMNS = ("lon", "lat")
"""Columns that tell a place in degrees beside the geometry."""

_NORTHERNMOST = 54.0
"""Of China, in degrees: a cell is as wide as it should be there, and wider everywhere else."""

_SAME_M = 0.02
"""Corners that are nearer are one, written twice."""

_MICRO = 1_000_000
_CONNECTED = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.MULTIPOLYGON,
)


def coarsen(
    frames: Mapping[str, pd.DataFrame], metres: float, *, kept: Collection[str] = ()
) -> dict[str, pd.DataFrame]:
    """Return the frames of an edition with every place in the middle of its cell.

    Areas and lines of all layers are rounded together: valid, and without a gap or an overlap
    that was not there before. What is smaller than a cell and would vanish is drawn as one
    cell. Figures stay, those of areas too.

    Parameters
    ----------
    frames
        Layers in longitude and latitude of WGS84, and tables, which stay as they are.
    metres
        Size of a cell: no side is shorter, anywhere in China.
    kept
        Layers that stay as they are.
    """
    cell = cell_degrees(metres)
    layers = {
        name: frame
        for name, frame in frames.items()
        if isinstance(frame, gpd.GeoDataFrame) and len(frame) and name not in kept
    }
    if not layers:
        return dict(frames)
    shapes = np.concatenate([frame.geometry.to_numpy() for frame in layers.values()])
    moved = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    shapes[moved] = _coarse(shapes[moved], cell, _SAME_M / metres)
    ends = np.cumsum([len(frame) for frame in layers.values()])
    parts = np.split(shapes, ends[:-1])
    return {
        **frames,
        **{
            name: _placed(frame, part, cell)
            for (name, frame), part in zip(layers.items(), parts, strict=True)
        },
    }


def cell_degrees(metres: float) -> np.ndarray:
    """Return width and height of a cell in degrees: whole millionths, which six decimals hold.

    >>> cell_degrees(10).tolist()
    [0.000153, 9.1e-05]
    """
    per_degree = np.array([local_plane(_NORTHERNMOST).east_m, local_plane(0).north_m])
    return np.asarray(np.ceil(metres / per_degree * _MICRO) / _MICRO)


def _placed(frame: gpd.GeoDataFrame, shapes: np.ndarray, cell: np.ndarray) -> gpd.GeoDataFrame:
    columns = {
        name: _degrees(np.floor(frame[name] / size + 0.5), size)
        for name, size in zip(_PLACE_COLUMNS, cell, strict=True)
        if name in frame.columns
    }
    moved = gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
    return frame.assign(**columns).set_geometry(moved)


def _coarse(shapes: np.ndarray, cell: np.ndarray, tolerance: float) -> np.ndarray:
    """Return shapes in degrees with all places in the middle of a cell."""
    scaled = shapely.transform(shapely.force_2d(shapes), lambda xy: xy / cell)
    found = shapely.transform(scaled, lambda xy: np.floor(xy + 0.5))
    connected = np.flatnonzero(np.isin(shapely.get_type_id(scaled), _CONNECTED))
    found[connected] = snap_round(scaled[connected], tolerance=tolerance)
    gone = np.flatnonzero(shapely.is_missing(found))
    found[gone] = [_one_cell(shape) for shape in scaled[gone]]
    return np.asarray(shapely.transform(found, lambda xy: _degrees(xy, cell)))


def _one_cell(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the cell between grid points that the middle of a shape lies in; of a line a side."""
    minx, miny, maxx, maxy = shape.bounds
    x, y = np.floor([(minx + maxx) / 2, (miny + maxy) / 2])
    is_area = shapely.get_dimensions(shape) == 2
    return shapely.box(x, y, x + 1, y + 1) if is_area else shapely.LineString([(x, y), (x + 1, y)])


def _degrees(cells: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Return numbers of cells as degrees: the very numbers that six decimals are read as."""
    return np.asarray(np.rint(cells * np.rint(cell * _MICRO)) / _MICRO)
