"""The land that is one firm's alone: what its investment, output and tax are divided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.among import places_among
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


def own_land(firms: pd.DataFrame, plots: pd.DataFrame) -> np.ndarray:
    """Return the :class:`Land` of each firm: its plot and those that name it, if nobody shares.

    Of firms and plots each key is there once; plots come in the order of their keys. A large
    register has few firms with land of their own: all others share what is said of them.
    """
    held = _holdings(firms, plots)
    shared = held["plot"].duplicated(keep=False)
    unmeasured = plots["m2"].isna().to_numpy()[held["plot"]]
    found = np.full(len(firms) + len(plots), _NO_OWN_PLOT)
    for rows, case in ((held, _OWN), (held[unmeasured], _UNMEASURED), (held[shared], _SHARED)):
        found[rows["firm"]] = case
    found = found[: len(firms)]
    found[firms["building_id"].notna()] = _IN_HALL
    land: np.ndarray = _LANDS[found]
    own = held[held["firm"].isin(np.flatnonzero(found == _OWN))].sort_values("plot")
    plots_of: dict[int, list[Mapping[str, Any]]] = {}
    for firm, plot in zip(own["firm"].tolist(), records_of(plots.iloc[own["plot"]]), strict=True):
        plots_of.setdefault(firm, []).append(plot)
    for firm, records in plots_of.items():
        land[firm] = Land(tuple(records))
    return land


def _holdings(firms: pd.DataFrame, plots: pd.DataFrame) -> pd.DataFrame:
    """Return each ``firm`` with each ``plot`` that it names or that names it, once, by their rows.

    A firm that only a plot knows has a number of its own, beyond those of the rows.
    """
    keys = pd.concat([firms["enterprise_id"], plots["enterprise_id"]], ignore_index=True)
    named = places_among(firms["parcel_id"], plots["parcel_id"])
    rows = np.concatenate([named, np.arange(len(plots))])
    pairs = pd.DataFrame({"firm": pd.factorize(keys)[0], "plot": rows})
    return pairs[(pairs["firm"] >= 0) & (pairs["plot"] >= 0)].drop_duplicates()


_NO_OWN_PLOT, _UNMEASURED, _SHARED, _IN_HALL, _OWN = range(5)
_LANDS = np.array(
    [*(Land(because=why) for why in (NO_OWN_PLOT, UNMEASURED, SHARED, IN_HALL)), None], dtype=object
)
"""What is said of all firms of which the same is to be said."""
