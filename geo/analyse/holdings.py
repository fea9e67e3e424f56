"""The land that is one firm's alone: what its investment, output and tax are divided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.among import is_among
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
    shared = held["plot"].duplicated(keep=False)
    open_ = ~is_among(held["plot"], plots["parcel_id"][plots["m2"].notna()])
    sharing, unmeasured = (set(held.loc[some, "firm"].tolist()) for some in (shared, open_))
    sole = held[~is_among(held["firm"], held["firm"][shared | open_])].sort_values("plot")
    records = {row["parcel_id"]: row for row in records_of(_rows_of(plots, sole["plot"]))}
    own: dict[str, list[Mapping[str, Any]]] = {}
    for firm, plot in zip(sole["firm"], sole["plot"], strict=True):
        own.setdefault(firm, []).append(records[plot])
    # A large register has few firms with land of their own: each other one is told by a set.
    land = dict.fromkeys(firms["enterprise_id"].tolist(), _UNKNOWN[NO_OWN_PLOT])
    for firms_of, because in ((unmeasured, UNMEASURED), (sharing, SHARED)):
        land.update(dict.fromkeys(land.keys() & firms_of, _UNKNOWN[because]))
    land.update({firm: Land(tuple(own[firm])) for firm in land.keys() & own.keys()})
    in_halls = set(firms.loc[firms["building_id"].notna(), "enterprise_id"].tolist())
    land.update(dict.fromkeys(in_halls, _UNKNOWN[IN_HALL]))
    return land


def _holdings(firms: pd.DataFrame, plots: pd.DataFrame) -> pd.DataFrame:
    """Return each ``firm`` with each known ``plot`` that it names or that names it, once."""
    columns = {"enterprise_id": "firm", "parcel_id": "plot"}
    pairs = [frame[list(columns)].rename(columns=columns) for frame in (plots, firms)]
    found = pd.concat(pairs, ignore_index=True).dropna().drop_duplicates()
    return found[is_among(found["plot"], plots["parcel_id"])]


def _rows_of(plots: pd.DataFrame, keys: pd.Series[str]) -> pd.DataFrame:
    return plots[is_among(plots["parcel_id"], keys)]


_UNKNOWN = {why: Land(because=why) for why in (IN_HALL, NO_OWN_PLOT, SHARED, UNMEASURED)}
"""Shared by all firms of which the same is to be said."""
