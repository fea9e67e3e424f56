"""How far each park is developed, supplied and built: the rates of TD/T 1029.

土地开发率, 土地供应率, 土地建成率 and 工业用地率 of 开发区土地集约利用评价规程; the formulas
and what is not known are in docs/planning.md. A rate is never guessed: without one of its
parts it says which one is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.analyse.land import (
    AREA_NOTE,
    CONSTRUCTION,
    areas_of,
    by_nature,
    in_parks,
    keys_of,
    measure_plots,
    named,
    within_bounds,
)
from geo.model import MU_M2

FORMAT = 1
INDUSTRIAL = ("10", "11")
"""Top classes of the guide of 2023 that together are 工矿仓储用地."""

NOTES = (AREA_NOTE, "plan_note.rates_norm", "plan_note.ready_includes_built")

NO_DEVELOPABLE = "plan_because.developable_missing"
NO_READY = "plan_because.ready_missing"
NO_PLOTS = "plan_because.no_plots"
UNMEASURED = "plan_because.unmeasured"
NOTHING = "plan_because.nothing_to_divide_by"
OVER_ONE = "plan_note.rate_over_one"


@dataclass(frozen=True)
class _Amount:
    """An area in m² with what it is made of, or the reason why it is not known."""

    name: str
    m2: float | None
    natures: dict[str, float]
    because: str | None = None

    def as_dict(self) -> dict[str, Any]:
        known = None if self.m2 is None else areas_of(self.m2)
        natures = {nature: areas_of(area) for nature, area in self.natures.items()}
        return {"name": self.name, "area": known, "natures": natures, "because": self.because}


def describe_rates(parcels: gpd.GeoDataFrame, parks: pd.DataFrame) -> dict[str, Any]:
    """Return the four rates of every park, as JSON values.

    Parameters
    ----------
    parcels
        The plots in longitude and latitude; those of all parks inside a park are its own.
    parks
        The parks, with ``developable_mu`` and ``supply_ready_mu`` of the whole park.

    Returns
    -------
    dict
        ``notes`` and ``parks``, each with ``key``, ``name``, ``unmeasured`` (plots without a
        sure outline) and ``rates``. A rate has ``value`` (a share with four places, ``None``
        if it cannot be computed), ``because`` (keys of the reasons), ``note``, and
        ``numerator`` and ``denominator`` with area, natures and their own ``because``.
    """
    land = in_parks(measure_plots(parcels), parks)
    records = parks.dropna(subset="park_id").drop_duplicates("park_id").reset_index(drop=True)
    given = records.assign(
        developable_mu=within_bounds(records, "parks", "developable_mu"),
        supply_ready_mu=within_bounds(records, "parks", "supply_ready_mu"),
    )
    rows = given.set_index("park_id")
    return {
        "format": FORMAT,
        "notes": list(NOTES),
        "parks": [
            {
                "key": park,
                "name": named(rows.loc[park]),
                "unmeasured": keys_of(plots, plots["m2"].isna()),
                "rates": _rates(rows.loc[park], plots),
            }
            for park, plots in land.items()
        ],
    }


def _rates(park: Any, plots: pd.DataFrame) -> dict[str, Any]:
    use = plots["land_use_code"].fillna("").str[:2]
    built = plots["is_built"] & use.isin(CONSTRUCTION)
    supplied_plots = plots["supply_state"].eq("supplied") & use.isin(CONSTRUCTION)
    developable = _stated(park, "plan_amount.developable", "developable_mu", NO_DEVELOPABLE)
    ready = _stated(park, "plan_amount.ready", "supply_ready_mu", NO_READY)
    supplied = _measured("plan_amount.supplied", plots, supplied_plots)
    built_up = _measured("plan_amount.built", plots, built)
    factories = _measured("plan_amount.built_industrial", plots, built & use.isin(INDUSTRIAL))
    return {
        "development": _rate("plan_rate.development", ready, developable),
        "supply": _rate("plan_rate.supply", supplied, ready),
        "building": _rate("plan_rate.building", built_up, supplied),
        "industrial": _rate("plan_rate.industrial", factories, built_up),
    }


def _rate(name: str, numerator: _Amount, denominator: _Amount) -> dict[str, Any]:
    because = list(dict.fromkeys(a.because for a in (numerator, denominator) if a.because))
    value = None
    if denominator.m2 == 0:
        because.append(NOTHING)
    elif numerator.m2 is not None and denominator.m2 is not None:
        value = round(numerator.m2 / denominator.m2, 4)
    return {
        "name": name,
        "value": value,
        "because": because,
        "note": OVER_ONE if value is not None and value > 1 else None,
        "numerator": numerator.as_dict(),
        "denominator": denominator.as_dict(),
    }


def _stated(park: Any, name: str, field: str, missing: str) -> _Amount:
    """Return an area that the park's own record states."""
    value = park[field]
    if pd.isna(value):
        return _Amount(name, None, {}, missing)
    area = float(value) * MU_M2
    nature = park["nature"] if isinstance(park["nature"], str) else ""
    return _Amount(name, area, {nature: area})


def _measured(name: str, plots: pd.DataFrame, mask: pd.Series[Any]) -> _Amount:
    """Return the area of some plots; one that cannot be measured leaves the sum open."""
    if plots.empty:
        return _Amount(name, None, {}, NO_PLOTS)
    chosen = plots[mask]
    if chosen["m2"].isna().any():
        return _Amount(name, None, {}, UNMEASURED)
    return _Amount(name, float(chosen["m2"].sum()), by_nature(chosen))
