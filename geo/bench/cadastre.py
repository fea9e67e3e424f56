"""A cadastre that never was, sound in every corner: blocks of plots with roads between them.

In every other block the two rows meet in shared corners, off the straight line; in those
between, a row of five stands back to back with a row of six, so that corners of one lie
somewhere on the straight sides of the other (T-junctions, which are no fault).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

DEGREE_M = (89_000.0, 110_960.0)
"""Metres in a degree of longitude and of latitude at 37° N, near enough to draw with."""

ORIGIN = (81.0, 37.0)
BLOCK_M = (300.0, 120.0)
ROAD_M = 15.0
_ANGLE = np.radians(17.0)
_TURN = np.array([[np.cos(_ANGLE), np.sin(_ANGLE)], [-np.sin(_ANGLE), np.cos(_ANGLE)]])
_ROWS = ((6, 6), (5, 6))


def make_cadastre(plots: int, *, seed: int = 0, digits: int = 9) -> gpd.GeoDataFrame:
    """Return that many plots in degrees, their coordinates written with ``digits`` decimals."""
    random = np.random.default_rng(seed)
    blocks = -(-plots // 11)
    across = int(np.ceil(np.sqrt(blocks * BLOCK_M[1] / BLOCK_M[0])))
    places = np.array([divmod(number, across) for number in range(blocks)], dtype=float)
    corners = places[:, ::-1] * (np.array(BLOCK_M) + ROAD_M)
    odd = np.arange(blocks) % 2 == 1
    rings = [
        ring
        for rows, chosen in zip(_ROWS, (corners[~odd], corners[odd]), strict=True)
        if len(chosen)
        for ring in _block_rings(rows, chosen, random)
    ]
    shapes = shapely.polygons(to_degrees(np.concatenate(rings)[:plots], digits=digits))
    return gpd.GeoDataFrame(
        {"parcel_id": [f"P{number:06}" for number in range(plots)], "park_id": "A"},
        geometry=shapes,
        crs="EPSG:4326",
    )


def with_twice_the_corners(frame: gpd.GeoDataFrame, *, digits: int = 9) -> gpd.GeoDataFrame:
    """Return plots of one ring each with a corner more in the middle of every side."""
    corners, plot = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    start, end = corners[:-1], corners[1:]
    every = np.stack([start, np.round((start + end) / 2, digits)], axis=1)
    # What lies between the last corner of a ring and the first of the next is no side.
    every, plot = every[plot[:-1] == plot[1:]].reshape(-1, 2), plot[:-1][plot[:-1] == plot[1:]]
    rings = shapely.linearrings(every, indices=np.repeat(plot, 2))
    return frame.set_geometry(shapely.polygons(rings), crs=frame.crs)


def to_degrees(metres: np.ndarray, *, digits: int = 9) -> np.ndarray:
    """Return longitude and latitude of places in metres east and north of the origin."""
    degrees: np.ndarray = np.round(metres @ _TURN / DEGREE_M + ORIGIN, digits)
    return degrees


def to_metres(degrees: np.ndarray) -> np.ndarray:
    """Return metres east and north of the origin; the inverse of :func:`to_degrees`."""
    metres: np.ndarray = (degrees - ORIGIN) * DEGREE_M @ _TURN.T
    return metres


def _block_rings(
    rows: tuple[int, int], corners: np.ndarray, random: np.random.Generator
) -> list[np.ndarray]:
    """Return the rings of all plots of such blocks, one array for each row of plots."""
    height = BLOCK_M[1]
    south, north = (_splits(count, len(corners), random) for count in rows)
    meet = rows[0] == rows[1]
    wave = random.uniform(-6, 6, south.shape) if meet else np.zeros(south.shape)
    wave[:, [0, -1]] = 0
    low = np.stack([south, np.zeros_like(south)], axis=-1)
    under = np.stack([_splits(rows[0], len(corners), random), height / 2 + wave], axis=-1)
    over = under if meet else np.stack([north, np.full_like(north, height / 2)], axis=-1)
    high = np.stack([_splits(rows[1], len(corners), random), np.full_like(north, height)], axis=-1)
    return [_ring_rows(a, b, corners) for a, b in ((low, under), (over, high))]


def _splits(count: int, blocks: int, random: np.random.Generator) -> np.ndarray:
    even = np.linspace(0, BLOCK_M[0], count + 1)
    moved = random.uniform(-8, 8, (blocks, count + 1))
    moved[:, [0, -1]] = 0
    return np.asarray(even + moved)


def _ring_rows(below: np.ndarray, above: np.ndarray, corners: np.ndarray) -> np.ndarray:
    rings = np.stack(
        [below[:, :-1], below[:, 1:], above[:, 1:], above[:, :-1], below[:, :-1]], axis=2
    )
    return np.asarray(rings + corners[:, None, None, :]).reshape(-1, 5, 2)
