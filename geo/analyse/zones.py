"""Plane areas of plots: each in the 3-degree zone of CGCS2000 in which its park lies."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import plane_area_m2
from geo.grids import crs_name, nearest_zone


def zones_of_plots(parcels: gpd.GeoDataFrame, parks: pd.DataFrame) -> pd.Series[int]:
    """Return the number of the zone of each plot, by the index of the plots; 0 without any place.

    The zone is the one whose meridian is nearest to the middle of the park, so that all plots
    of a park are measured in one plane; of a park without a place, to the middle of its plots.
    """
    middles = _middles(parcels, parcels["park_id"])
    if isinstance(parks, gpd.GeoDataFrame):
        middles |= _middles(parks, parks["park_id"])
    zones = {park: nearest_zone(middle).zone for park, middle in middles.items()}
    own = _middles(parcels, parcels.index.to_series())
    alone = {row: nearest_zone(middle).zone for row, middle in own.items()}
    return pd.Series(
        [
            zones.get(park) or alone.get(row, 0)
            for row, park in zip(parcels.index, parcels["park_id"], strict=True)
        ],
        index=parcels.index,
        dtype=int,
    )


def _middles(frame: gpd.GeoDataFrame, by: pd.Series[str]) -> dict[object, float]:
    """Return the middle longitude of the records of each group that has a place."""
    bounds = frame.geometry.bounds[["minx", "maxx"]]
    ends = bounds.groupby(by.to_numpy()).agg({"minx": "min", "maxx": "max"}).dropna()
    return dict(((ends["minx"] + ends["maxx"]) / 2).items())


def measure_in_zones(shapes: gpd.GeoSeries, zones: pd.Series[int]) -> pd.Series[float]:
    """Return the plane area of each shape in square metres in its zone, by the shapes' index."""
    own = zones.loc[shapes.index]
    areas = pd.Series(np.nan, index=shapes.index)
    for zone in own.unique():
        inside = own == zone
        areas[inside] = plane_area_m2(shapes[inside], crs=zone_crs(zone))
    return areas


def zone_crs(zone: int) -> str:
    """Return the coordinate system of a numbered 3-degree zone as ``EPSG:n``."""
    return crs_name(nearest_zone(3 * zone), "cgcs2000")
