"""How much land is planned, supplied, built and on offer: in all, by county and by park."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.analyse.balance import scopes_of
from geo.codes import CodeList
from geo.model import BUILT_STATES

FORMAT = 1
_STATES = ("planned", "supplied", "built", "offer")


def describe_overview(
    parcels: pd.DataFrame, parks: pd.DataFrame, *, counties: CodeList
) -> dict[str, Any]:
    """Return the land of every scope of the balance sheet, as JSON values.

    Parameters
    ----------
    parcels
        The plots as an edition shows them, with ``area_mu`` and ``on_offer``; one without an
        area counts as a plot without land.
    parks
        The parks; one includes the plots of all parks inside it.
    counties
        The names of the counties.

    Returns
    -------
    dict
        ``scopes``, each with ``scope`` and ``key`` as in the balance sheet, and ``land``: for
        ``planned`` (all plots), ``supplied``, ``built`` and ``offer`` the number of ``plots``
        and their area in ``mu``.
    """
    scopes = scopes_of(_in_states(parcels), parks, counties)
    return {
        "format": FORMAT,
        "scopes": [
            {"scope": head["scope"], "key": head["key"], "land": _land(plots)}
            for head, plots in scopes
        ],
    }


def _in_states(parcels: pd.DataFrame) -> pd.DataFrame:
    """Return park and area of the plots, and whether each counts for each kind of land."""
    return parcels[["park_id", "area_mu"]].assign(
        planned=True,
        supplied=parcels["supply_state"].eq("supplied").fillna(False).astype(bool),
        built=parcels["development_state"].isin(BUILT_STATES),
        offer=parcels["on_offer"].eq(True).fillna(False).astype(bool),
    )


def _land(plots: pd.DataFrame) -> dict[str, dict[str, Any]]:
    # There are many parks, and numpy takes a small part of the time that pandas takes for one.
    mu = plots["area_mu"].to_numpy()
    areas = {name: mu[plots[name].to_numpy()] for name in _STATES}
    return {
        name: {"plots": len(some), "mu": round(float(np.nansum(some)), 4)}
        for name, some in areas.items()
    }
