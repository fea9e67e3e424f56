"""The planners' tables of one snapshot, for the staff edition alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.analyse.balance import describe_balance
from geo.analyse.indicators import describe_indicators
from geo.analyse.land import measure_plots
from geo.analyse.rates import describe_rates
from geo.codes import Codes
from geo.indicators import Indicators


def describe_plan(
    frames: Mapping[str, pd.DataFrame], codes: Codes, rules: Indicators
) -> dict[str, dict[str, Any]]:
    """Return the balance sheets, rates and indicators by name of their file.

    ``frames`` are ``parcels``, ``parks`` and ``enterprises`` as the join returns them, with
    all fields: firms are named and their figures told, so nothing of this is for the public.
    """
    parcels, parks = gpd.GeoDataFrame(frames["parcels"]), frames["parks"]
    firms = frames["enterprises"]
    plots = measure_plots(parcels)
    return {
        "balance.json": describe_balance(
            parcels, plots, parks, land_use=codes.land_use, counties=codes.county
        ),
        "rates.json": describe_rates(plots, parks),
        "indicators.json": describe_indicators(
            plots, firms, parks, rules=rules, industry=codes.industry
        ),
    }
