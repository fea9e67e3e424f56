"""The land that is one firm's alone: what its investment, output and tax are divided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.analyse.land import records_of
from geo.model import MU_M2

NO_OWN_PLOT = "plan_because.no_own_plot"
IN_HALL = "plan_because.in_hall"
SHARED = "plan_because.plot_shared"
UNMEASURED = "plan_because.unmeasured"


@dataclass(frozen=True)
class Land:
    """The plots that are one firm's alone, or why its land is not known."""

    plots: tuple[Mapping[str, Any], ...] = ()
    because: str | None = None

    @property
    def mu(self) -> float | None:
        """Return the area in 亩."""
        if self.because:
            return None
        return sum(float(plot["m2"]) for plot in self.plots) / MU_M2


def own_land(firms: pd.DataFrame, plots: pd.DataFrame) -> dict[str, Land]:
    """Return the land of each firm: its plot and those that name it, if nobody shares them."""
    held = _holdings(firms, plots)
    shared = held.groupby("plot")["firm"].transform("size") > 1
    sharing = set(held.loc[shared, "firm"])
    measured = plots.set_index("parcel_id")["m2"].notna()
    unmeasured = set(held.loc[~held["plot"].map(measured).astype(bool), "firm"])
    sole = held[~held["firm"].isin(sharing | unmeasured)].sort_values("plot")
    records = {row["parcel_id"]: row for row in records_of(_rows_of(plots, sole["plot"]))}
    own: dict[str, list[Mapping[str, Any]]] = {}
    for firm, plot in zip(sole["firm"], sole["plot"], strict=True):
        own.setdefault(firm, []).append(records[plot])
    in_hall = firms["building_id"].notna().tolist()
    return {
        firm: _UNKNOWN[IN_HALL]
        if hall
        else Land(tuple(own[firm]))
        if firm in own
        else _UNKNOWN[
            SHARED if firm in sharing else UNMEASURED if firm in unmeasured else NO_OWN_PLOT
        ]
        for firm, hall in zip(firms["enterprise_id"].tolist(), in_hall, strict=True)
    }


def _holdings(firms: pd.DataFrame, plots: pd.DataFrame) -> pd.DataFrame:
    """Return each ``firm`` with each known ``plot`` that it names or that names it, once."""
    columns = {"enterprise_id": "firm", "parcel_id": "plot"}
    pairs = [frame[list(columns)].rename(columns=columns) for frame in (plots, firms)]
    found = pd.concat(pairs, ignore_index=True).dropna().drop_duplicates()
    return found[found["plot"].isin(plots["parcel_id"])]


def _rows_of(plots: pd.DataFrame, keys: pd.Series[str]) -> pd.DataFrame:
    return plots[plots["parcel_id"].isin(keys)]


_UNKNOWN = {why: Land(because=why) for why in (IN_HALL, NO_OWN_PLOT, SHARED, UNMEASURED)}
"""Shared by all firms of which the same is to be said."""
