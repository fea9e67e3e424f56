"""Which firm has to do with which plot, by every reference that the data holds.

:func:`geo.join.join_enterprises` decides for one plot a firm, to draw and to count it. A check
needs all that the data says: a firm may be named by two plots, or name a plot and stand on
another. The plot that the join takes is always among the claims here; a test holds them to it.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.among import places_among
from geo.engine.pairs import index_pairs
from geo.families import Families

REFERENCES = ("building_id", "enterprise_id", "parcel_id")
"""Ways of a claim that somebody wrote down: the word of the firm's hall, the plot's, its own."""

WAYS = (*REFERENCES, "position")
"""All ways of a claim, in the order in which those of one firm to one plot stand."""

_NONE = np.empty(0, dtype=np.int64)


def find_claims(
    firms: pd.DataFrame, plots: pd.DataFrame, halls: pd.DataFrame, parks: pd.DataFrame
) -> pd.DataFrame:
    """Return ``firm`` and ``plot`` (rows) and ``way`` for each claim of a firm to a plot, in order.

    ``way`` is ``parcel_id`` (the firm names the plot), ``building_id`` (the hall that it names
    does), ``enterprise_id`` (the plot names the firm), or, for a firm without any of these,
    ``position``: the plot at that point, of several the lowest key, unless it lies outside the
    park that the firm names. References to nothing give no claim.
    """
    keys, halls_plot = plots["parcel_id"], places_among(halls["parcel_id"], plots["parcel_id"])
    hall = places_among(firms["building_id"], halls["building_id"])
    owner = places_among(plots["enterprise_id"], firms["enterprise_id"])
    every_firm, every_plot = np.arange(len(firms)), np.arange(len(plots))
    written = pd.concat(
        [
            _claims(every_firm, places_among(firms["parcel_id"], keys), "parcel_id"),
            _claims(every_firm, np.append(halls_plot, -1)[hall], "building_id"),
            _claims(owner, every_plot, "enterprise_id"),
        ],
        ignore_index=True,
    )
    silent = ~np.isin(every_firm, written["firm"])
    found = pd.concat([written, _at_positions(firms, plots, parks, silent)], ignore_index=True)
    order = np.lexsort((found["way"].cat.codes, found["plot"], found["firm"]))
    return found.iloc[order].reset_index(drop=True)


def _claims(firms: np.ndarray, plots: np.ndarray, way: str) -> pd.DataFrame:
    """Return the claims of firms to plots, by row, without those of which one is -1."""
    known = (firms >= 0) & (plots >= 0)
    ways = pd.Categorical([way], categories=WAYS).repeat(known.sum())
    return pd.DataFrame({"firm": firms[known], "plot": plots[known], "way": ways})


def _at_positions(
    firms: pd.DataFrame, plots: pd.DataFrame, parks: pd.DataFrame, silent: np.ndarray
) -> pd.DataFrame:
    if not (isinstance(firms, gpd.GeoDataFrame) and isinstance(plots, gpd.GeoDataFrame)):
        return _claims(_NONE, _NONE, "position")
    asked = np.flatnonzero(silent)
    keys = plots["parcel_id"].reset_index(drop=True).dropna()
    keyed = keys.sort_values(kind="stable").index.to_numpy()
    point, place = index_pairs(firms.geometry.iloc[asked], plots.geometry.iloc[keyed])
    found, first = np.unique(point, return_index=True)
    lowest = _claims(asked[found], keyed[place[first]], "position")
    return lowest[_in_named_park(lowest, firms, plots, parks)]


def _in_named_park(
    pairs: pd.DataFrame, firms: pd.DataFrame, plots: pd.DataFrame, parks: pd.DataFrame
) -> np.ndarray:
    """Return which plots lie in the park that their firm names, or in one inside it."""
    lineage = Families.of(parks).lineage
    asked = pd.DataFrame(
        {
            "named": firms["park_id"].iloc[pairs["firm"]].to_numpy(),
            "around": plots["park_id"].iloc[pairs["plot"]].to_numpy(),
        }
    )
    # Very many firms name few parks: each pair of parks is looked at once.
    case = asked.groupby(["named", "around"], dropna=False, sort=False).ngroup()
    fits = [
        park not in lineage or not isinstance(plot_park, str)
        or park in lineage.get(plot_park, (plot_park,))
        for park, plot_park in asked.drop_duplicates().itertuples(index=False)
    ]  # fmt: skip
    return np.array(fits, dtype=bool)[case]
