"""Which plots on offer lie side by side, so that they can be taken as one."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import ellipsoidal_length_m

LEAST_SHARED_M = 10.0
"""Two plots that share less of an edge touch at a corner; nobody would build across it."""

TOLERANCE_M = 0.5
"""Surveys of two neighbours draw their edge twice; so far apart it is still the same edge."""

_METRES_PER_DEGREE = 111_320.0
_FIELDS = ("parcel_id", "park_id", "on_offer")


def find_adjacent(plots: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the neighbours of every plot on offer, as a JSON document.

    Parameters
    ----------
    plots
        The plots of one edition, in longitude and latitude.

    Returns
    -------
    dict
        ``shared_edge_m`` and ``tolerance_m``, by which two plots count as neighbours, and
        ``neighbours``: by key the sorted keys of the others on offer in the same park that
        share at least so much of an edge. Plots without neighbours are absent.
    """
    pairs = _adjacent_pairs(_on_offer(plots))
    neighbours: dict[str, set[str]] = {}
    for one, other in pairs:
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    return {
        "shared_edge_m": LEAST_SHARED_M,
        "tolerance_m": TOLERANCE_M,
        "neighbours": {key: sorted(found) for key, found in sorted(neighbours.items())},
    }


def _on_offer(plots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the plots on offer; none where an edition does not say which are."""
    if not set(_FIELDS) <= set(plots.columns):
        return plots.iloc[:0]
    is_offer = plots["on_offer"].eq(True).fillna(False) & plots["park_id"].notna()
    shapes = plots.geometry.to_numpy()
    return plots.loc[is_offer & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]


def _adjacent_pairs(plots: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    if plots.empty:
        return []
    scale = np.array([np.cos(np.radians(plots.geometry.bounds["miny"].mean())), 1.0])
    # Degrees of longitude are shorter than those of latitude: a tolerance must mean metres.
    shapes = shapely.transform(plots.geometry.to_numpy(), lambda xy: xy * scale)
    reach = TOLERANCE_M / _METRES_PER_DEGREE
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach)
    parks, keys = plots["park_id"].to_numpy(), plots["parcel_id"].to_numpy()
    near = (left < right) & (parks[left] == parks[right])
    left, right = left[near], right[near]
    shared = _shared_m(shapes[left], shapes[right], reach, scale)
    kept = shared >= LEAST_SHARED_M
    return [(str(keys[a]), str(keys[b])) for a, b in zip(left[kept], right[kept], strict=True)]


def _shared_m(ones: np.ndarray, others: np.ndarray, reach: float, scale: np.ndarray) -> np.ndarray:
    """Return the metres of the edge of each shape that lie along that of its partner."""
    if not len(ones):
        return np.zeros(0)
    bands = shapely.buffer(shapely.boundary(others), reach, cap_style="flat")
    edges = shapely.intersection(shapely.boundary(ones), bands)
    lines = shapely.transform(edges, lambda xy: xy / scale)
    metres: np.ndarray = ellipsoidal_length_m(gpd.GeoSeries(lines, crs="EPSG:4326")).to_numpy()
    return metres
