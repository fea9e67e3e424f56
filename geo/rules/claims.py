"""Which firm has to do with which plot, by every reference that the data holds.

:func:`geo.join.join_enterprises` decides for one plot a firm, to draw and to count it. A check
needs all that the data says: a firm may be named by two plots, or name a plot and stand on
another. The plot that the join takes is always among the claims here; a test holds them to it.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.engine.pairs import index_pairs
from geo.families import Families

REFERENCES = ("parcel_id", "building_id", "enterprise_id")
"""Ways of a claim that somebody wrote down: the firm's word, that of its hall, the plot's."""


def find_claims(
    firms: pd.DataFrame, plots: pd.DataFrame, halls: pd.DataFrame, parks: pd.DataFrame
) -> pd.DataFrame:
    """Return ``firm`` and ``plot`` (rows) and ``way`` for each claim of a firm to a plot.

    ``way`` is ``parcel_id`` (the firm names the plot), ``building_id`` (the hall that it names
    does), ``enterprise_id`` (the plot names the firm), or, for a firm without any of these,
    ``position``: the plot at that point, of several the lowest key, unless it lies outside the
    park that the firm names. References to nothing give no claim.
    """
    plot_rows, firm_rows = _rows_of(plots["parcel_id"]), _rows_of(firms["enterprise_id"])
    hall_plots = halls.dropna(subset="building_id").drop_duplicates("building_id")
    by_hall = firms["building_id"].map(hall_plots.set_index("building_id")["parcel_id"])
    owners = plots["enterprise_id"].map(firm_rows)
    written = pd.concat(
        [
            _claims(np.arange(len(firms)), firms["parcel_id"].map(plot_rows), "parcel_id"),
            _claims(np.arange(len(firms)), by_hall.map(plot_rows), "building_id"),
            _claims(owners, np.arange(len(plots)), "enterprise_id"),
        ],
        ignore_index=True,
    )
    silent = ~np.isin(np.arange(len(firms)), written["firm"])
    found = pd.concat([written, _at_positions(firms, plots, parks, silent)], ignore_index=True)
    return found.sort_values(["firm", "plot", "way"], ignore_index=True)


def _rows_of(keys: pd.Series[Any]) -> pd.Series[Any]:
    """Return the row of each key, of equal keys the first."""
    given = keys.dropna().drop_duplicates()
    return pd.Series(given.index.to_numpy(), index=given.to_numpy())


def _claims(firms: Any, plots: Any, way: str) -> pd.DataFrame:
    pairs = pd.DataFrame({"firm": np.asarray(firms), "plot": np.asarray(plots)}, dtype=float)
    return pairs.dropna().astype(int).assign(way=way)


def _at_positions(
    firms: pd.DataFrame, plots: pd.DataFrame, parks: pd.DataFrame, silent: np.ndarray
) -> pd.DataFrame:
    if not (isinstance(firms, gpd.GeoDataFrame) and isinstance(plots, gpd.GeoDataFrame)):
        return _claims([], [], "position")
    keyed = np.flatnonzero(plots["parcel_id"].notna())
    asked = np.flatnonzero(silent)
    point, place = index_pairs(firms.geometry.iloc[asked], plots.geometry.iloc[keyed])
    pairs = _claims(asked[point], keyed[place], "position")
    pairs = pairs.assign(key=plots["parcel_id"].to_numpy()[pairs["plot"]])
    lowest = pairs.sort_values(["firm", "key"]).drop_duplicates("firm").drop(columns="key")
    return lowest[_in_named_park(lowest, firms, plots, parks)]


def _in_named_park(
    pairs: pd.DataFrame, firms: pd.DataFrame, plots: pd.DataFrame, parks: pd.DataFrame
) -> np.ndarray:
    """Return which plots lie in the park that their firm names, or in one inside it."""
    lineage = Families.of(parks).lineage
    named = firms["park_id"].iloc[pairs["firm"]].tolist()
    around = plots["park_id"].iloc[pairs["plot"]].tolist()
    fits = [
        park not in lineage or not isinstance(plot_park, str)
        or park in lineage.get(plot_park, (plot_park,))
        for park, plot_park in zip(named, around, strict=True)
    ]  # fmt: skip
    return np.array(fits, dtype=bool)
