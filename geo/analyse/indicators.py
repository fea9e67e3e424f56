"""What was planned and what was reached: indicators of every plot, firm and park.

投资强度, 容积率, 建筑系数, 绿地率, 行政办公及生活服务用地比例, 土地产出, 亩均税收 and 单位产值能耗.
A figure that lacks one of its parts is left out and says why; it is never nought. Formulas
and sources: docs/planning.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geo.among import is_among
from geo.analyse.holdings import UNMEASURED, Land, own_land
from geo.analyse.land import (
    AREA_NOTE,
    areas_of,
    counts_by,
    named,
    names_by_park,
    number_of,
    records_of,
    sums_by,
    text_of,
    within_bounds,
)
from geo.analyse.limits import PLAN, Limits
from geo.analyse.ranking import rank_firms
from geo.codes import IndustryList
from geo.families import Families
from geo.feature_store import is_large
from geo.indicators import INDICATORS, UNITS, Indicators
from geo.model import COUNTABLE_STAGES, INFRASTRUCTURE, MU_M2, MU_PER_HECTARE

FORMAT = 1
LARGE_NOTE = "plan_note.indicators_large"
"""Of a large register only plots that state a figure, and firms with land of their own."""
NOTES = (AREA_NOTE, "plan_note.indicators_own_land", "plan_note.invest_not_fixed_assets")

BUILT = ("far", "building_coefficient", "green_ratio", "office_ratio")
"""Indicators that a plot's record states; the others follow from the figures of firms."""

MONEY: Mapping[str, str] = {
    "invest_planned": "invest_planned_wan",
    "invest_in_place": "invest_in_place_wan",
    "output": "output_wan",
    "tax": "tax_wan",
}
"""Sums in 万元 that are divided by the land."""

NAMES: Mapping[str, str] = {
    "far": "plan_indicator.far",
    "building_coefficient": "plan_indicator.building_coefficient",
    "green_ratio": "plan_indicator.green_ratio",
    "office_ratio": "plan_indicator.office_ratio",
    "invest_planned": "plan_indicator.invest_planned",
    "invest_in_place": "plan_indicator.invest_in_place",
    "output": "plan_indicator.output",
    "tax": "plan_indicator.tax",
    "energy": "plan_indicator.energy",
}
UNIT_NAMES: Mapping[str, str] = {
    "ratio": "plan_unit.ratio",
    "wan_per_mu": "plan_unit.wan_per_mu",
    "tce_per_wan": "plan_unit.tce_per_wan",
}

PER_HECTARE = "plan_unit.wan_per_ha"

NOT_STATED = "plan_because.figure_missing"
NOT_BUILT = "plan_because.not_built"
NO_FIRM = "plan_because.no_firm"
NOT_OPERATING = "plan_because.not_operating"
NO_OUTPUT = "plan_because.no_output"

_PLOT_COLUMNS = (
    "parcel_id",
    "park_id",
    "land_use_code",
    "enterprise_id",
    "nature",
    "as_of",
    "m2",
    "is_built",
)
_FIRM_COLUMNS = (
    "enterprise_id",
    "name_zh",
    "name_en",
    "nature",
    "as_of",
    "stage",
    "industry_code",
    "park_id",
    "parcel_id",
    "building_id",
)
_MANUFACTURING_LAND = "1001"
_PLACES = 4
_WORKING = "operating"


@dataclass
class _Figures:
    """The figures of one plot, firm or park, and why others are missing."""

    values: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    counted: dict[str, dict[str, int]] = field(default_factory=dict)

    def put(self, name: str, value: float | None, because: str) -> None:
        """Keep a figure, or the reason why there is none."""
        if value is None or not math.isfinite(value):
            self.missing[name] = because
        else:
            self.values[name] = value

    def as_dict(self) -> dict[str, Any]:
        rounded = {n: _rounded(self.values[n]) for n in INDICATORS if n in self.values}
        missing = {n: self.missing[n] for n in INDICATORS if n in self.missing}
        counted = {n: self.counted[n] for n in INDICATORS if n in self.counted}
        return {"values": rounded, "missing": missing} | ({"counted": counted} if counted else {})


def describe_indicators(
    land: pd.DataFrame,
    enterprises: pd.DataFrame,
    parks: pd.DataFrame,
    *,
    rules: Indicators,
    industry: IndustryList,
) -> dict[str, Any]:
    """Return planned limits and figures reached, by plot, firm and park, as JSON values.

    Parameters
    ----------
    land
        The plots as :func:`geo.analyse.land.measure_plots` measures them.
    enterprises
        The firms as the join placed them. Those without a signed agreement do not count.
    parks
        The parks; one includes all parks inside it.
    rules
        Thresholds by industry and the ranking.
    industry
        The list that says which industry covers which.

    Returns
    -------
    dict
        ``indicators`` (name and unit of each), ``thresholds``; ``plots`` that are built on or
        have a firm, ``firms``, ``parks``, each with ``values``, ``missing`` (keys of reasons),
        plots and firms with ``limits`` (``least``, ``most``, whether from the plan, whether
        verified) and ``verdicts`` (``below``, ``above``, ``meets``, ``open`` while works or
        investment go on), parks with ``counted`` (how many are ``known`` ``of`` how many, and
        how many of the known are ``samples``); and ``ranking``, see
        :func:`geo.analyse.ranking.rank_firms`.
    """
    plots = _clean_plots(land)
    firms = _clean_firms(enterprises)
    limits = Limits(rules.thresholds, industry)
    land_of = own_land(firms, plots)
    known = np.array([own.because is None for own in land_of], dtype=bool)
    is_brief = is_large(max(len(plots), len(firms)))
    listed = known if is_brief else np.ones(len(firms), dtype=bool)
    shown = _telling(plots, land_of[known]) if is_brief else plots
    told = zip(records_of(firms[listed]), land_of[listed], strict=True)
    firm_rows = [_firm(row, own, limits) for row, own in told]
    return {
        "format": FORMAT,
        "notes": [*NOTES, *([LARGE_NOTE] if is_brief else [])],
        "indicators": {name: _described(name) for name in INDICATORS},
        "thresholds": [threshold.model_dump(mode="json") for threshold in rules.thresholds],
        "plots": list(_plots(shown, firms, limits)),
        "firms": firm_rows,
        "parks": _parks(parks, plots, firms.assign(mu=_areas_mu(land_of, known))),
        "ranking": rank_firms(firm_rows, rules.ranking, industry),
    }


def _described(name: str) -> dict[str, Any]:
    """Return what an indicator is called, its unit, and the other unit in use for land."""
    unit = UNITS[name]
    per_hectare = {"unit": PER_HECTARE, "factor": MU_PER_HECTARE}
    also = per_hectare if unit == "wan_per_mu" else None
    return {"name": NAMES[name], "unit": UNIT_NAMES[unit], "also": also}


def _clean_plots(plots: pd.DataFrame) -> pd.DataFrame:
    fields = sorted({name for pair in PLAN.values() for name in pair if name} | set(BUILT))
    bounded = {name: within_bounds(plots, "parcels", name) for name in fields}
    # A row as a dictionary costs by its columns, and there may be very many plots.
    found = plots.assign(**bounded)[[*_PLOT_COLUMNS, *fields]]
    return found.dropna(subset="parcel_id").drop_duplicates("parcel_id")


def _clean_firms(enterprises: pd.DataFrame) -> pd.DataFrame:
    """Return the firms with a signed agreement, sorted by key, numbers in bounds."""
    fields = [*MONEY.values(), "energy_tce"]
    firms = pd.DataFrame(enterprises)[[*_FIRM_COLUMNS, *fields]].dropna(subset="enterprise_id")
    firms = firms[firms["stage"].isin(COUNTABLE_STAGES)].drop_duplicates("enterprise_id")
    bounded = {name: within_bounds(firms, "enterprises", name) for name in fields}
    return firms.assign(**bounded).sort_values("enterprise_id", ignore_index=True)


def _telling(plots: pd.DataFrame, lands: Iterable[Land]) -> pd.DataFrame:
    """Return the plots that state a figure or are the land of one firm alone."""
    own = [plot["parcel_id"] for land in lands for plot in land.plots]
    return plots[plots[list(BUILT)].notna().any(axis=1) | is_among(plots["parcel_id"], own)]


def _firm(row: Mapping[str, Any], land: Land, limits: Limits) -> dict[str, Any]:
    figures = _Figures()
    code = text_of(row["industry_code"])
    for name in BUILT:
        value, because = _weighted(land, name)
        figures.put(name, value, because)
    _put_money(figures, [row], land.mu, land.because or NOT_STATED)
    plot = land.plots[0] if len(land.plots) == 1 else None
    return {
        "key": row["enterprise_id"],
        "name": named(row),
        "nature": text_of(row["nature"]) or "",
        "as_of": text_of(row["as_of"]),
        "stage": row["stage"],
        "industry": code,
        "park": text_of(row["park_id"]),
        "plots": [plot["parcel_id"] for plot in land.plots],
        "area": None if land.mu is None else areas_of(land.mu * MU_M2),
        **figures.as_dict(),
        **limits.judge(figures.values, plot, code, unfinished=_unfinished(land.plots, [row])),
    }


def _unfinished(plots: Iterable[Mapping[str, Any]], firms: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the indicators that works or investment under way may still raise."""
    names = set() if all(plot["is_built"] for plot in plots) else set(BUILT)
    working = all(firm["stage"] == _WORKING for firm in firms)
    return names if working else names | set(MONEY)


def _weighted(land: Land, name: str) -> tuple[float | None, str]:
    """Return a figure of several plots by their area, and the reason if it is not known."""
    if land.because:
        return None, land.because
    if any(pd.isna(plot[name]) for plot in land.plots):
        built = all(plot["is_built"] for plot in land.plots)
        return None, NOT_STATED if built else NOT_BUILT
    whole = sum(plot["m2"] for plot in land.plots)
    return sum(plot[name] * plot["m2"] for plot in land.plots) / whole, ""


def _put_money(
    figures: _Figures, firms: list[Mapping[str, Any]], mu: float | None, because: str
) -> None:
    """Add what firms invest, make and pay on a piece of land, and their energy per output."""
    working = all(firm["stage"] == _WORKING for firm in firms)
    for name, column in MONEY.items():
        total = _sum(firms, column)
        late = name in ("output", "tax") and not working
        reason = NOT_OPERATING if late else NOT_STATED if total is None else because
        figures.put(name, None if late or total is None or not mu else total / mu, reason)
    energy, output = _sum(firms, "energy_tce"), _sum(firms, "output_wan")
    reason = NOT_OPERATING if not working else NO_OUTPUT if output == 0 else NOT_STATED
    value = energy / output if working and energy is not None and output else None
    figures.put("energy", value, reason)


def _plots(plots: pd.DataFrame, firms: pd.DataFrame, limits: Limits) -> Iterable[dict[str, Any]]:
    """Return the plots that are built on, state a figure or have a firm; no infrastructure."""
    on_plot: dict[str, list[Mapping[str, Any]]] = {}
    for firm in records_of(firms[is_among(firms["parcel_id"], plots["parcel_id"])]):
        on_plot.setdefault(firm["parcel_id"], []).append(firm)
    stated = plots["is_built"] | plots[list(BUILT)].notna().any(axis=1)
    chosen = stated | plots["parcel_id"].isin(list(on_plot))
    for row in records_of(plots[chosen & ~_serves(plots)]):
        yield _plot(row, on_plot.get(row["parcel_id"], []), limits)


def _serves(plots: pd.DataFrame) -> pd.Series[bool]:
    """Return which plots are streets, green belts and utilities: nothing is asked of them."""
    return plots["land_use_code"].fillna("").str[:2].isin(INFRASTRUCTURE)


def _plot(row: Mapping[str, Any], firms: list[Mapping[str, Any]], limits: Limits) -> dict[str, Any]:
    figures = _Figures()
    for name in BUILT:
        figures.put(name, number_of(row, name), NOT_STATED if row["is_built"] else NOT_BUILT)
    known = not pd.isna(row["m2"])
    if firms:
        _put_money(figures, firms, row["m2"] / MU_M2 if known else None, UNMEASURED)
    else:
        figures.missing.update(dict.fromkeys([*MONEY, "energy"], NO_FIRM))
    return {
        "key": row["parcel_id"],
        "nature": text_of(row["nature"]) or "",
        "as_of": text_of(row["as_of"]),
        "park": text_of(row["park_id"]),
        "firms": [firm["enterprise_id"] for firm in firms],
        "area": areas_of(row["m2"]) if known else None,
        **figures.as_dict(),
        **limits.judge(
            figures.values, row, _industry_of(row, firms), unfinished=_unfinished([row], firms)
        ),
    }


def _industry_of(plot: Mapping[str, Any], firms: list[Mapping[str, Any]]) -> str | None:
    """Return the industry of a plot's only firm; of empty industrial land all manufacturing."""
    if len(firms) == 1:
        return text_of(firms[0]["industry_code"])
    use = text_of(plot["land_use_code"]) or ""
    return "C" if use.startswith(_MANUFACTURING_LAND) else None


def _areas_mu(lands: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return each land in 亩, NaN where it is not known."""
    areas = np.full(len(lands), np.nan)
    areas[known] = [land.mu for land in lands[known]]
    return areas


def _parks(parks: pd.DataFrame, plots: pd.DataFrame, firms: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the figures of each park, over the plots and firms of which each is known."""
    families = Families.of(parks)
    # What is told once for each park around it costs by its columns.
    plots = plots[["land_use_code", "nature", "m2", "is_built", "park_id", *BUILT]]
    firms = firms[["stage", "nature", "energy_tce", "mu", "park_id", *MONEY.values()]]
    figures = {park: _Figures() for park in families.lineage}
    _put_built(figures, families.members(plots, plots["park_id"]))
    _put_firms(figures, families.members(firms, firms["park_id"]))
    names = names_by_park(parks)
    return [{"key": park, "name": names[park]} | own.as_dict() for park, own in figures.items()]


def _put_built(figures: Mapping[str, _Figures], plots: pd.DataFrame) -> None:
    built = plots[plots["is_built"] & ~_serves(plots)]
    for name in BUILT:
        known = built[built[name].notna() & built["m2"].notna()]
        _put_quotients(figures, name, (known[name] * known["m2"], known["m2"]), known, built)


def _put_firms(figures: Mapping[str, _Figures], firms: pd.DataFrame) -> None:
    working = firms[firms["stage"] == _WORKING]
    for name, column in MONEY.items():
        among = working if name in ("output", "tax") else firms
        known = among[among[column].notna() & among["mu"].notna()]
        _put_quotients(figures, name, (known[column], known["mu"]), known, among)
    known = working[working["energy_tce"].notna() & (working["output_wan"] > 0)]
    _put_quotients(figures, "energy", (known["energy_tce"], known["output_wan"]), known, working)


def _put_quotients(
    figures: Mapping[str, _Figures],
    name: str,
    parts: tuple[pd.Series[float], pd.Series[float]],
    known: pd.DataFrame,
    among: pd.DataFrame,
) -> None:
    """Put a figure of every park: what the parts add up to in it, one over the other."""
    over, under = (sums_by(known["family"], part) for part in parts)
    counts, whole = counts_by(known["family"]), counts_by(among["family"])
    samples = counts_by(known.loc[known["nature"].eq("sample"), "family"])
    for park, own in figures.items():
        own.counted[name] = {
            "known": counts.get(park, 0),
            "of": whole.get(park, 0),
            "samples": samples.get(park, 0),
        }
        own.put(name, over[park] / under[park] if under.get(park, 0) > 0 else None, NOT_STATED)


def _sum(firms: list[Mapping[str, Any]], column: str) -> float | None:
    """Return a sum of which every part is known."""
    values = [firm[column] for firm in firms]
    if any(map(math.isnan, values)):
        return None
    # Nearly every plot has one firm, and numpy takes long to add up one number.
    return float(values[0] if len(values) == 1 else np.sum(values))


def _rounded(value: float) -> float:
    return round(value, _PLACES)
