"""The planners' map: plots by class, how each class looks, and how much land it has.

From a published snapshot alone, without geopandas: pages and their tables read the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from geo.analyse.rounding import round_tree
from geo.boundary_check import CLEAR, boundary_result, read_check
from geo.model import DEVELOPMENT_STATES, MU_PER_HECTARE, STAGES, SUPPLY_STATES, parse_partial_date
from geo.profiles.family import members
from geo.query import Feature, Snapshot
from geo.render.looks import Hatch, land_hatches
from geo.wording import Wording

VIEWS = ("land_use", "supply", "development", "firm", "age", "growth", "farmland", "ecology")
"""What the colour of a plot may say; the last three are the red lines, as recorded per plot."""

RED_LINES = {"growth": "urban_development", "farmland": "basic_farmland", "ecology": "ecology"}
"""The kind of line that each of the views of red lines is about."""

UNKNOWN = "unknown"
"""Key of the class of plots about which nothing is recorded."""

_AGES = (1, 2, 3, 5, 10)
_DAYS_OF_YEAR = 365.25
_MOST_CHECKS = 3

_UNKNOWN_LOOK = Hatch("#ffffff", "#b3a283", "back", 0.8)
_PALETTE = (
    Hatch("#2f7f6f", "#12574a", "plain", 1.0),
    Hatch("#8cc5b4", "#2f7f6f", "diagonal", 1.0),
    Hatch("#d9c27a", "#8f7626", "dots", 1.0),
    Hatch("#e6a873", "#9a5b00", "cross", 1.0),
    Hatch("#9fb3dc", "#344a7a", "horizontal", 1.0),
    Hatch("#c9a3bf", "#7a3f6a", "vertical", 1.0),
    Hatch("#dedede", "#8a8a8a", "grid", 1.0),
)
_AMBER = (
    Hatch("#f0b35c", "#9a5b00", "cross", 1.2),
    Hatch("#f6d9a8", "#9a5b00", "horizontal", 1.0),
    Hatch("#e8c9b0", "#8a4a20", "grid", 1.0),
)


@dataclass(frozen=True)
class PlotClass:
    """One class of a view: its key and name, its look, how many plots and how much land.

    Areas are rounded to hundredths so that they add up as printed. ``note`` says by whom and
    when a red line was checked.
    """

    key: str
    label: str
    look: Hatch
    plots: int
    mu: float
    ha: float
    note: str = ""


@dataclass(frozen=True)
class PlotView:
    """The plots that are shown, by class.

    Parameters
    ----------
    by
        One of :data:`VIEWS`.
    classes
        Those that have a plot, in their order; what is not recorded comes last.
    class_of
        The class of each plot.
    mu, ha
        The area of all of them, rounded to hundredths.
    samples
        How many of them are samples.
    """

    by: str
    classes: tuple[PlotClass, ...]
    class_of: Mapping[str, str]
    mu: float
    ha: float
    samples: int

    @property
    def plots(self) -> int:
        """Number of all plots."""
        return len(self.class_of)


def view_plots(shown: Snapshot, by: str, park: str, w: Wording) -> PlotView:
    """Return the plots of a staff snapshot by class.

    Parameters
    ----------
    by
        One of :data:`VIEWS`.
    park
        Only its plots and those of the parks inside it; empty for all.
    """
    plots = plots_of(shown, park)
    keys = _keys(shown, by, plots)
    looks = _looks(shown, by)
    order = sorted(set(keys.values()), key=lambda one: _place(by, one, looks))
    members = {key: [plots[plot] for plot, own in keys.items() if own == key] for key in order}
    mu, ha = _areas(members)
    classes = tuple(
        PlotClass(
            key=key,
            label=_label(shown, by, key, w),
            look=looks.get(key, _UNKNOWN_LOOK),
            plots=len(members[key]),
            mu=mu[key,] / 100,
            ha=ha[key,] / 100,
            note=_checks(by, key, members[key], w),
        )
        for key in order
    )
    samples = sum(f["properties"].get("nature") == "sample" for f in plots.values())
    return PlotView(by, classes, keys, mu[()] / 100, ha[()] / 100, samples)


def _areas(
    members: Mapping[str, Sequence[Feature]],
) -> tuple[dict[tuple[str, ...], int], dict[tuple[str, ...], int]]:
    """Return the areas of classes in hundredths of 亩 and of hectares, and in all."""
    sums = {
        (key,): sum(Fraction(f["properties"].get("area_mu") or 0) for f in plots)
        for key, plots in members.items()
    }
    return (
        round_tree({path: 100 * value for path, value in sums.items()}),
        round_tree({path: 100 * value / MU_PER_HECTARE for path, value in sums.items()}),
    )


def plots_of(shown: Snapshot, park: str) -> dict[str, Feature]:
    """Return the plots of a park and of the parks inside it by key; without a park all."""
    if not park:
        return dict(shown.of_kind("parcels"))
    return {str(plot["id"]): plot for plot in members(shown, "parcels", park)}


# --- the class of a plot --------------------------------------------------------------------


def _keys(shown: Snapshot, by: str, plots: Mapping[str, Feature]) -> dict[str, str]:
    firms = _stages(shown, plots) if by == "firm" else {}
    on = date.fromisoformat(shown.site["as_of"])
    return {key: _key(by, key, f["properties"], firms, on) for key, f in plots.items()}


def _key(
    by: str, plot: str, properties: Mapping[str, Any], firms: Mapping[str, str], on: date
) -> str:
    if by == "land_use":
        return str(properties.get("land_use_code") or UNKNOWN)
    if by == "supply":
        return str(properties.get("supply_state") or UNKNOWN)
    if by == "development":
        return str(properties.get("development_state") or UNKNOWN)
    if by == "firm":
        return firms.get(plot) or ("named" if properties.get("enterprise_id") else "none")
    if by == "age":
        return age_class(properties.get("started_on"), on)
    return boundary_result(properties.get("boundary_check"), RED_LINES[by]) or UNKNOWN


def _stages(shown: Snapshot, plots: Collection[str]) -> dict[str, str]:
    """Return the stage of the firm that is furthest on each plot."""
    found: dict[str, str] = {}
    order = ("closed", *(stage for stage in STAGES if stage != "closed"))
    for firm in shown.having("enterprises", "parcel_id", plots):
        plot, stage = firm["properties"].get("parcel_id"), firm["properties"].get("stage")
        if not plot or stage not in order:
            continue
        if plot not in found or order.index(stage) > order.index(found[plot]):
            found[plot] = stage
    return found


def age_class(started: str | None, on: date) -> str:
    """Return the class of whole years since works began: ``0``, ``1``, ``2``, ``3``, ``5``, ``10``.

    Of a partial date the last day counts; ``unknown`` without one or with one after ``on``.

    >>> age_class("2020", date(2026, 11, 22)), age_class("2026-10", date(2026, 11, 22))
    ('5', '0')
    >>> age_class(None, date(2026, 11, 22))
    'unknown'
    """
    days = parse_partial_date(started) if started else None
    if days is None or days[1] > on:
        return UNKNOWN
    years = (on - days[1]).days / _DAYS_OF_YEAR
    return str(max((age for age in _AGES if years >= age), default=0))


# --- how a class looks and reads ------------------------------------------------------------


def _looks(shown: Snapshot, by: str) -> dict[str, Hatch]:
    if by == "land_use":
        codes = shown.values_of("parcels", "land_use_code") - {""}
        return land_hatches(codes, shown.site["codes"]["land_use"])
    if by in RED_LINES:
        checks = (None, *shown.values_of("parcels", "boundary_check"))
        results = {boundary_result(check, RED_LINES[by]) for check in checks}
        return _result_looks(results - {""}, RED_LINES[by])
    keys = {
        "supply": ("supplied", "announced", "approved", "reserved", "unapproved"),
        "development": (
            *("built", "construction", "not_started", "idle", "suspected_idle", "inefficient"),
        ),
        "firm": ("operating", "construction", "signed", "closed", "intent", "contact", "named"),
        "age": ("10", "5", "3", "2", "1", "0"),
    }[by]
    return dict(zip(keys, _PALETTE, strict=False))


def _result_looks(results: Iterable[str], line: str) -> dict[str, Hatch]:
    """Return jade for what is clear of a line, amber for every other result."""
    known = sorted(results)
    clear = [one for one in known if one in CLEAR[line]]
    other = [one for one in known if one not in CLEAR[line]]
    return {
        **{key: _PALETTE[i % 2] for i, key in enumerate(clear)},
        **{key: _AMBER[i % len(_AMBER)] for i, key in enumerate(other)},
    }


def _place(by: str, key: str, looks: Mapping[str, Hatch]) -> tuple[int, int, str]:
    """Return where a class stands in the legend."""
    orders: dict[str, tuple[str, ...]] = {
        "supply": SUPPLY_STATES,
        "development": DEVELOPMENT_STATES,
        "firm": (*STAGES, "named"),
        "age": tuple(str(age) for age in (0, *_AGES)),
    }
    order = orders.get(by, ())
    is_known = key in looks
    return (not is_known, order.index(key) if key in order else len(order), key)


def _label(shown: Snapshot, by: str, key: str, w: Wording) -> str:
    if by == "land_use" and key != UNKNOWN:
        return f"{key} {w.pick(shown.site['codes']['land_use'].get(key))}".strip()
    if key == UNKNOWN:
        return w.t("plotmap.unknown_age" if by == "age" else "plotmap.unknown")
    if by == "firm":
        return w.t(f"plotmap.firm_{key}") if key in ("none", "named") else w.word("stage", key)
    if by == "age":
        return w.t(f"plotmap.age_{key}")
    if by in RED_LINES:
        return w.word("boundary_result", key)
    return w.word("supply_state" if by == "supply" else "development_state", key)


def _checks(by: str, key: str, members: Iterable[Feature], w: Wording) -> str:
    """Return when and by whom a line was checked, the first few."""
    if by not in RED_LINES or key == UNKNOWN:
        return ""
    said = sorted(
        {
            " ".join(read_check(m["properties"].get("boundary_check"), RED_LINES[by])[2:4])
            for m in members
        }
        - {""}
    )
    text = w.enumerate(said[:_MOST_CHECKS])
    return w.t("plotmap.checked", text=text + (" …" if len(said) > _MOST_CHECKS else ""))
