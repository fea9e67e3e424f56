"""How far each park is developed, supplied and built: the rates of TD/T 1029.

土地开发率, 土地供应率, 土地建成率 and 工业用地率 of 开发区土地集约利用评价规程; the formulas
and what is not known are in docs/planning.md. A rate is never guessed: without one of its
parts it says which one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.analyse.land import (
    AREA_NOTE,
    CONSTRUCTION,
    areas_of,
    named,
    natures_by,
    records_of,
    sums_by,
    unmeasured_by,
    within_bounds,
)
from geo.families import Families
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


_COLUMNS = (
    "parcel_id",
    "park_id",
    "nature",
    "land_use_code",
    "supply_state",
    "m2",
    "is_built",
)
"""What is told of every plot once for each park around it costs by its columns."""

_STATED = ("developable_mu", "supply_ready_mu")
"""Areas that the record of a park states."""


def describe_rates(land: pd.DataFrame, parks: pd.DataFrame) -> dict[str, Any]:
    """Return the four rates of every park, as JSON values.

    Parameters
    ----------
    land
        The plots as :func:`geo.analyse.land.measure_plots` measures them; those of all parks
        inside a park are its own.
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
    families = Families.of(parks)
    plots = families.members(land[list(_COLUMNS)], land["park_id"])
    records = _records(parks)
    unmeasured = unmeasured_by(plots["family"], plots)
    rates = _rates(records, plots)
    return {
        "format": FORMAT,
        "notes": list(NOTES),
        "parks": [
            {
                "key": park,
                "name": named(records[park]),
                "unmeasured": unmeasured.get(park, []),
                "rates": rates[park],
            }
            for park in families.lineage
        ],
    }


def _records(parks: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the record of each park by its key, with numbers in bounds."""
    records = parks.dropna(subset="park_id").drop_duplicates("park_id")
    bounded = {name: within_bounds(records, "parks", name) for name in _STATED}
    given = records.assign(**bounded)[["park_id", "name_zh", "name_en", "nature", *_STATED]]
    return {record["park_id"]: record for record in records_of(given)}


def _rates(
    parks: Mapping[str, Mapping[str, Any]], plots: pd.DataFrame
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the rates of each park; ``plots`` has every plot once for each ``family``."""
    use = plots["land_use_code"].fillna("").str[:2]
    built = plots["is_built"] & use.isin(CONSTRUCTION)
    supplied_plots = plots["supply_state"].eq("supplied") & use.isin(CONSTRUCTION)
    supplied = _measured("plan_amount.supplied", parks, plots, supplied_plots)
    built_up = _measured("plan_amount.built", parks, plots, built)
    industrial = built & use.isin(INDUSTRIAL)
    factories = _measured("plan_amount.built_industrial", parks, plots, industrial)
    rates = {}
    for park, record in parks.items():
        developable = _stated(record, "plan_amount.developable", "developable_mu", NO_DEVELOPABLE)
        ready = _stated(record, "plan_amount.ready", "supply_ready_mu", NO_READY)
        rates[park] = {
            "development": _rate("plan_rate.development", ready, developable),
            "supply": _rate("plan_rate.supply", supplied[park], ready),
            "building": _rate("plan_rate.building", built_up[park], supplied[park]),
            "industrial": _rate("plan_rate.industrial", factories[park], built_up[park]),
        }
    return rates


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


def _measured(
    name: str, parks: Iterable[str], plots: pd.DataFrame, mask: pd.Series[Any]
) -> dict[str, _Amount]:
    """Return the area of some plots in each park; one that has no area leaves the sum open."""
    chosen = plots[mask]
    areas = sums_by(chosen["family"], chosen["m2"])
    natures = natures_by(chosen["family"], chosen)
    settled = set(plots["family"])
    unmeasured = set(chosen.loc[chosen["m2"].isna(), "family"])
    return {
        park: _Amount(name, None, {}, NO_PLOTS)
        if park not in settled
        else _Amount(name, None, {}, UNMEASURED)
        if park in unmeasured
        else _Amount(name, areas.get(park, 0.0), natures.get(park, {}))
        for park in parks
    }
