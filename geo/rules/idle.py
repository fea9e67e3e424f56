"""LAND_IDLE and LAND_IDLE_UNJUDGED: supplied land that nobody builds on.

After 闲置土地处置办法 (国土资源部令第53号, in force since 2012-07-01) art. 2: not started within a
year of the day agreed; or started, developed less than a third or invested less than a quarter,
and stopped for a year. Only what is idle whatever day a partial date means is told, and it is
*suspected* until the record itself says that it was found idle (认定): that is for the office to
find after inquiry, never for software.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import ellipsoidal_area_m2
from geo.model import BUILT_STATES, DRAWN_NATURES, MU_M2, PARCELS, Finding
from geo.rules.allocation import is_supplied_for_use
from geo.rules.dates import date_ordinals, months_after
from geo.rules.finding import Context, Record, field_words, phrase

USUAL = {
    "not_started_months": 12.0,
    "take_back_months": 24.0,
    "stopped_months": 12.0,
    "developed_share": 1 / 3,
    "invested_share": 0.25,
}
"""Art. 2 and 14, used where ``rules.toml`` gives no number."""

_MOST_MU = PARCELS.spec("declared_area_mu").maximum or np.inf
# Art. 8: acts of government, and force majeure, which is treated like them.
_GOVERNMENT = re.compile("(?<!非)(?<!不是)(?<!不属)(?<!不属于)(?:政府|不可抗力|自然灾害)")


@dataclass(frozen=True)
class _Judged:
    """What can be said of each plot of a layer, one entry a row.

    Parameters
    ----------
    reason
        Why it is idle: ``idle_take_back``, ``idle_not_started``, ``idle_stopped``,
        ``idle_recorded`` (found idle, the dates say no more), or ``None``.
    lacking
        The fields without which nothing can be said; empty if something can.
    area_m2
        The land that was to be developed, NaN if not known or if nobody asks.
    developed, invested
        Shares, NaN if not known.
    """

    reason: np.ndarray
    lacking: list[tuple[str, ...]]
    area_m2: np.ndarray
    developed: np.ndarray
    invested: np.ndarray


def check(context: Context) -> Iterator[Finding]:
    """Return the supplied plots that lie idle, and where that cannot be judged."""
    for layer, plots in context.of_kind("parcels"):
        judged = _judge(context, plots)
        idle = pd.notna(judged.reason)
        # A look at the frame for each plot would take most of the time.
        told = plots.loc[idle, list(_TOLD)].to_dict("records")
        for record, plot in zip(context.records(layer, idle), told, strict=True):
            yield _idle(context, layer, record, plot, judged)
        yield from _unjudged(context, layer, plots, judged)


def _limits(context: Context) -> dict[str, float]:
    rule = context.config.rule("LAND_IDLE")
    return {name: rule.limit(name, usual) for name, usual in USUAL.items()}


def _judge(context: Context, plots: pd.DataFrame) -> _Judged:
    limits = _limits(context)
    supplied = (plots["supply_state"] == "supplied").to_numpy(dtype=bool)
    state = plots["development_state"].fillna("").to_numpy(dtype=object)
    open_ = supplied & ~np.isin(state, BUILT_STATES) & plots["completed_on"].isna().to_numpy()
    begun = plots["started_on"].notna().to_numpy() | (state == "construction")
    # Of land that was never supplied, or is built on, nobody asks how much of it is developed.
    area = _areas_m2(plots, supplied & ~np.isin(state, BUILT_STATES))
    with np.errstate(over="ignore"):  # a number beyond all measure: VALUE_RANGE tells of it
        developed = plots["developed_ha"].to_numpy(dtype=float) * 10_000 / area
    invested = plots["invested_share"].to_numpy(dtype=float)
    little = developed < limits["developed_share"]
    little |= invested < limits["invested_share"]

    def past(column: str, months: str) -> np.ndarray:
        return _is_past(plots[column], limits[months], context.as_of)

    waiting = open_ & ~begun
    cases = {
        "idle_take_back": waiting & past("start_due_on", "take_back_months"),
        "idle_not_started": waiting & past("start_due_on", "not_started_months"),
        "idle_stopped": open_ & begun & little & past("stopped_on", "stopped_months"),
        "idle_recorded": supplied & (state == "idle"),
    }
    reason = np.select(list(cases.values()), list(cases), default="").astype(object)
    reason[reason == ""] = None
    halted = open_ & begun & past("stopped_on", "stopped_months") & ~little
    lacking = _lacking(plots, waiting, begun & open_, halted & (np.isnan(developed + invested)))
    lacking = [() if why else fields for why, fields in zip(reason, lacking, strict=True)]
    return _Judged(reason, lacking, area, developed, invested)


def _areas_m2(plots: pd.DataFrame, asked: np.ndarray) -> np.ndarray:
    """Return the area that was agreed, else the measured one of an outline that is no picture.

    Only outlines of the plots that are ``asked`` for are measured, the others have NaN.
    """
    agreed = plots["declared_area_mu"]
    sane = (agreed > 0) & (agreed <= _MOST_MU)
    area = (agreed.where(sane) * MU_M2).to_numpy(float, copy=True)
    if not isinstance(plots, gpd.GeoDataFrame):
        return area
    shapes = plots.geometry.to_numpy()
    sound = asked & np.isnan(area) & ~plots["nature"].isin(DRAWN_NATURES).to_numpy(dtype=bool)
    sound &= shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)
    measured = ellipsoidal_area_m2(plots.geometry[sound])
    area[sound] = measured.where(measured > 0).to_numpy(float)
    return area


def _is_past(days: pd.Series[str], months: float, as_of: date) -> np.ndarray:
    """Return where so many whole months have passed since a day, whichever it was."""
    last = date_ordinals(days)[1]
    ends = {
        day: months_after(date.fromordinal(int(day)), months).toordinal()
        for day in np.unique(last[~np.isnan(last)])
    }
    over = pd.Series(last).map(ends).to_numpy(dtype=float)
    return np.asarray(over < as_of.toordinal(), dtype=bool)


def _lacking(
    plots: pd.DataFrame, waiting: np.ndarray, going: np.ndarray, unmeasured: np.ndarray
) -> list[tuple[str, ...]]:
    """Return the fields that each plot lacks to be judged by."""
    due, stopped = (
        np.isnan(date_ordinals(plots[column])[1]) for column in ("start_due_on", "stopped_on")
    )
    suspected = (plots["development_state"] == "suspected_idle").to_numpy(dtype=bool)
    cases = (
        (waiting & due, ("start_due_on",)),
        (going & suspected & stopped, ("stopped_on",)),
        (unmeasured, ("developed_ha", "invested_share")),
    )
    in_use = is_supplied_for_use(plots)
    found: list[tuple[str, ...]] = [()] * len(plots)
    for mask, fields in cases:
        for row in np.flatnonzero(mask & in_use):
            found[row] = fields
    return found


def _idle(
    context: Context, layer: str, record: Record, plot: Mapping[Any, Any], judged: _Judged
) -> Finding:
    row, reason = record.row, str(judged.reason[record.row])
    limits, area = _limits(context), judged.area_m2[row]
    is_found = plot["development_state"] == "idle"
    shares = {
        name: _percent(values[row])
        for name, values in (("developed", judged.developed), ("invested", judged.invested))
    }
    return context.finding(
        "LAND_IDLE",
        layer,
        record,
        # The two years are a fault of their own: who answers for the first says nothing of it.
        detail=reason,
        field=_FIELDS[reason],
        expected=_expected(reason, plot, limits),
        actual=f"{shares['developed']} / {shares['invested']}"
        if reason == "idle_stopped"
        else None,
        area_m2=None if np.isnan(area) else round(float(area), 1),
        state=phrase("reason.idle_found" if is_found else "reason.idle_suspected"),
        problem=_problem(reason, plot, limits, shares),
        cause=_cause(plot["idle_cause"], reason),
        check=_check(context),
    )


_FIELDS = {
    "idle_take_back": "start_due_on",
    "idle_not_started": "start_due_on",
    "idle_stopped": "stopped_on",
    "idle_recorded": "development_state",
}


def _expected(reason: str, plot: Mapping[Any, Any], limits: Mapping[str, float]) -> str | None:
    if reason == "idle_recorded":
        return None
    if reason == "idle_stopped":
        shares = (limits["developed_share"], limits["invested_share"])
        return "≥ " + " / ".join(_percent(share) for share in shares)
    return str(plot["start_due_on"])


def _percent(share: float) -> str:
    return "?" if np.isnan(share) else f"{share * 100:.1f} %"


def _problem(
    reason: str, plot: Mapping[Any, Any], limits: Mapping[str, float], shares: Mapping[str, str]
) -> Mapping[str, str]:
    months = {
        "idle_take_back": "take_back_months",
        "idle_not_started": "not_started_months",
        "idle_stopped": "stopped_months",
    }.get(reason)
    return phrase(
        f"reason.{reason}",
        months=f"{limits[months]:g}" if months else "",
        due=plot["start_due_on"],
        stopped=plot["stopped_on"],
        **shares,
        **{f"{name}_min": _percent(limits[f"{name}_share"]) for name in shares},
    )


def _cause(cause: object, reason: str) -> Mapping[str, str]:
    """Return what the recorded cause means: that of the government has other consequences."""
    if not isinstance(cause, str):
        return phrase("reason.idle_cause_unknown")
    if _GOVERNMENT.search(cause):
        return phrase("reason.idle_cause_government", cause=cause)
    consequence = {
        "idle_take_back": "reason.idle_cause_own_take_back",
        "idle_not_started": "reason.idle_cause_own_fee",
    }
    return phrase(consequence.get(reason, "reason.idle_cause_own"), cause=cause)


def _check(context: Context) -> Mapping[str, str]:
    is_verified = context.config.rule("LAND_IDLE").is_verified
    return phrase("reason.idle_verified" if is_verified else "reason.idle_unverified")


def _unjudged(
    context: Context, layer: str, plots: pd.DataFrame, judged: _Judged
) -> Iterator[Finding]:
    """Return one finding for each park in which plots lack what they are judged by."""
    lacking = pd.Series(judged.lacking, index=plots.index, dtype=object)
    parks = {park for _, frame in context.of_kind("parks") for park in frame["park_id"].dropna()}
    rows = np.flatnonzero(lacking.map(bool) & plots["park_id"].isin(parks))
    supplied = plots["park_id"][is_supplied_for_use(plots)].value_counts()
    for park, group in plots["park_id"].iloc[rows].groupby(plots["park_id"].iloc[rows]):
        keys = sorted(context.record(layer, int(row)).key or f"#{row + 1}" for row in group.index)
        names = dict.fromkeys(name for row in group.index for name in lacking[row])
        words = [field_words(name) for name in sorted(names)]
        yield context.finding(
            "LAND_IDLE_UNJUDGED",
            context.catalog.layer_of("parks"),
            feature=(str(park),),
            expected=str(supplied[park]),
            actual=str(len(keys)),
            fields={
                "zh": "、".join(w["zh"] for w in words),
                "en": ", ".join(w["en"] for w in words),
            },
            plots_at_fault="、".join(keys[:_NAMED]) + ("…" if len(keys) > _NAMED else ""),
        )


_TOLD = ("development_state", "start_due_on", "stopped_on", "idle_cause")
_MARKS = {"zh": "、", "en": ", "}
_NAMED = 5
"""Most plots that the finding about a park names."""
