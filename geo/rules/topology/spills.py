"""Ground of plots that lies outside the outline of their park."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.model import DRAWN_NATURES
from geo.rules.topology.plots import Plots


def park_outlines(frames: Iterator[tuple[str, pd.DataFrame]]) -> dict[str, shapely.Geometry]:
    """Return the outlines that say where a park ends: sound areas that are not just drawn."""
    outlines: dict[str, shapely.Geometry] = {}
    for _, frame in frames:
        if isinstance(frame, gpd.GeoDataFrame):
            shapes = frame.geometry.to_numpy()
            known = shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)
            known &= ~frame["nature"].isin(DRAWN_NATURES).to_numpy(dtype=bool)
            known &= frame["place_known"].fillna(True).to_numpy(dtype=bool)
            outlines |= dict(zip(frame["park_id"][known], shapes[known], strict=True))
    return outlines


def find_spills(
    plots: Plots, parks: np.ndarray, outlines: dict[str, shapely.Geometry]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of plots that leave their park, and what of them lies outside, in degrees."""
    inside = pd.Series(parks, dtype=object).groupby(parks).indices
    rows = [
        _leaving(plots, np.asarray(inside[park]), outlines[park])
        for park in outlines
        if park in inside
    ]
    row = np.sort(np.concatenate([np.array([], dtype=int), *rows]))
    limits = np.array([outlines[park] for park in parks[row]], dtype=object)
    return row, np.asarray(shapely.difference(plots.shapes[row], limits))


def _leaving(plots: Plots, rows: np.ndarray, outline: shapely.Geometry) -> np.ndarray:
    shapely.prepare(outline)
    # Most plots touch no outline, which is soon seen; only the others are looked at closely.
    near = rows[~shapely.contains_properly(outline, plots.shapes[rows])]
    return np.asarray(near[~shapely.covers(outline, plots.shapes[near])])
