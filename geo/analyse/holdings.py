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
    used = plots["enterprise_id"].notna() | plots["parcel_id"].isin(firms["parcel_id"].dropna())
    records = {row["parcel_id"]: row for row in records_of(plots[used])}
    held: dict[str, set[str]] = {key: set() for key in firms["enterprise_id"]}
    holders: dict[str, set[str]] = {}
    named_by = [(row["enterprise_id"], key) for key, row in records.items()]
    placed = zip(firms["enterprise_id"], firms["parcel_id"], strict=True)
    for firm, plot in [*named_by, *placed]:
        if isinstance(firm, str) and plot in records:
            holders.setdefault(plot, set()).add(firm)
            held.setdefault(firm, set()).add(plot)
    halls = dict(zip(firms["enterprise_id"], firms["building_id"].notna(), strict=True))
    return {
        firm: _land_of(sorted(held[firm]), records, holders, in_hall=bool(halls[firm]))
        for firm in halls
    }


def _land_of(
    keys: list[str],
    records: Mapping[str, Mapping[str, Any]],
    holders: Mapping[str, set[str]],
    *,
    in_hall: bool,
) -> Land:
    if in_hall:
        return Land(because=IN_HALL)
    if not keys:
        return Land(because=NO_OWN_PLOT)
    if any(len(holders[key]) > 1 for key in keys):
        return Land(because=SHARED)
    plots = tuple(records[key] for key in keys)
    if any(pd.isna(plot["m2"]) for plot in plots):
        return Land(because=UNMEASURED)
    return Land(plots)
