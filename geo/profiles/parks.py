"""The profile of a park: its land, firms, chains and utilities, and what can be had in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.model import COUNTABLE_STAGES
from geo.profiles.facts import Fact
from geo.profiles.family import members, parks_inside
from geo.profiles.figures import Figure, figures_of
from geo.profiles.halls import FREE_STATES
from geo.profiles.profile import Coded, Frame, Link, coded, frame_of, industries, link_to
from geo.query import Feature, Snapshot
from geo.utilities import UTILITY_KINDS, read_utilities
from geo.wording import Quantity, Wording, parts

LAND_STATES = (
    "offer",
    "built",
    "construction",
    "not_started",
    "idle",
    "pending",
    "reserved",
    "unapproved",
    "infrastructure",
)
"""In the order of the chart: what is on offer first."""

STAGES = tuple(reversed(COUNTABLE_STAGES))
CHAIN_ROLES = ("upstream", "core", "downstream", "service")


@dataclass(frozen=True)
class LandShare:
    """The plots of a park in one state."""

    state: str
    label: str
    area: Quantity
    share: float
    percent: str


@dataclass(frozen=True)
class Row:
    """A line of counts; the last is the sum of the others."""

    head: Coded
    counts: tuple[int, ...]


@dataclass(frozen=True)
class UtilitySum:
    """How many of the plots on offer have a utility.

    Parameters
    ----------
    name
        Which.
    on_site, near, none, unknown
        Plots where it is there, at a distance, not there, or not known to be.
    """

    name: str
    on_site: int
    near: int
    none: int
    unknown: int


@dataclass(frozen=True)
class Offer:
    """A plot or hall that can be had, in a line."""

    link: Link
    size: Quantity | None
    use: str
    price: Quantity | None
    ready_on: str
    inside: Link | None


@dataclass(frozen=True)
class ParkProfile:
    """All that is published of a park; its parts count the parks in it too.

    Parameters
    ----------
    numbers
        Land planned, developable, ready, supplied and on offer.
    land
        Its plots by state, for the chart and its table.
    stages
        Firms by stage: only those with a signed agreement.
    industries
        Firms by industry and stage.
    chains
        Firms by chain and role.
    investment
        Sums, withheld over too few firms.
    named_firms
        Those that may be named.
    has_plots, has_halls
        Whether any is recorded, on offer or not.
    sample_plots, sample_halls, sample_firms
        Whether any of them is made up.
    """

    frame: Frame
    numbers: list[Fact]
    land: list[LandShare]
    stages: list[tuple[str, int]]
    industries: list[Row]
    chains: list[Row]
    investment: list[Fact]
    named_firms: list[Link]
    leading: list[Coded]
    functions: list[str]
    published: list[str]
    figures: list[Figure]
    utilities: list[UtilitySum]
    plots: list[Offer]
    halls: list[Offer]
    inside: list[Link]
    missing: list[str]
    has_plots: bool
    has_halls: bool
    sample_plots: bool
    sample_halls: bool
    sample_firms: bool


def park_profile(shown: Snapshot, key: str, w: Wording) -> ParkProfile:
    """Return the profile of a park; ``KeyError`` for an unknown key."""
    frame = frame_of(shown, "parks", key, w)
    p = frame.properties
    plots, halls, firms = (members(shown, k, key) for k in ("parcels", "buildings", "enterprises"))
    offers = [plot for plot in plots if plot["properties"].get("on_offer")]
    vacant = [hall for hall in halls if hall["properties"].get("state") in FREE_STATES]
    return ParkProfile(
        frame,
        _numbers(shown, p, plots, w),
        _land(p, w),
        [(w.word("stage", s), p[f"firms_{s}"]) for s in STAGES if p.get(f"firms_{s}")],
        _by_industry(shown, firms, w),
        _by_chain(firms, w),
        _investment(p, w),
        [link_to("enterprises", f, w) for f in firms if w.pick(f["properties"], "name")],
        industries(shown, p.get("industry_codes"), w),
        [w.word("function", name) for name in parts(p.get("functions"))],
        _published(frame, w),
        figures_of(shown, key, w),
        _utilities(offers, w),
        [_plot_offer(shown, plot, key, w) for plot in offers],
        [_hall_offer(shown, hall, key, w) for hall in vacant],
        [link_to("parks", other, w) for other in parks_inside(shown, key)],
        _missing(frame, w),
        bool(plots),
        bool(halls),
        _has_samples(plots),
        _has_samples(halls),
        _has_samples(firms),
    )


def _numbers(
    shown: Snapshot, p: Mapping[str, Any], plots: Sequence[Feature], w: Wording
) -> list[Fact]:
    """Return the land in numbers: published ones with their year, the others from plots."""
    found = [
        Fact(name, w.t(f"field.{name}"), w.area(p.get(f"{name}_mu")), _year_of(shown, p, name, w))
        for name, field in (
            ("planned_area", "planned_area_mu"),
            ("developable", "developable_mu"),
            ("supply_ready", "supply_ready_mu"),
        )
        if p.get(field)
    ]
    if plots:
        supplied = sum(
            plot["properties"].get("area_mu", 0)
            for plot in plots
            if plot["properties"].get("supply_state") == "supplied"
        )
        found.append(Fact("supplied", w.t("place.supplied"), w.area(supplied, 0)))
        offer = w.area(p.get("land_offer_mu"), 0)
        count = w.quantity(p.get("plots_on_offer"), "unit.plots", 0)
        found.append(Fact("offer", w.t("ui.on_offer"), offer, str(count or "")))
    return found


def _year_of(shown: Snapshot, p: Mapping[str, Any], name: str, w: Wording) -> str:
    """Return of when an area is: the period of the same published figure, else the record's."""
    amount = p.get(f"{name}_mu")
    for figure in shown.site["figures"]:
        same = figure.get("park_id") == p["park_id"] and figure.get("unit") == "亩"
        if same and figure.get("value") == amount:
            return w.period(figure.get("period"))
    return str(p.get("as_of") or "")


def _land(p: Mapping[str, Any], w: Wording) -> list[LandShare]:
    areas = {state: float(p.get(f"land_{state}_mu") or 0) for state in LAND_STATES}
    whole = sum(areas.values())
    return [
        LandShare(
            state,
            w.word("plot_state", state),
            w.area(area, 0) or Quantity("", ""),
            area / whole,
            w.percent(area / whole),
        )
        for state, area in areas.items()
        if area > 0
    ]


def _by_industry(shown: Snapshot, firms: Sequence[Feature], w: Wording) -> list[Row]:
    """Return the firms by industry; those without a known one come last."""
    counts = Counter(
        (str(f["properties"].get("industry_code") or ""), f["properties"]["stage"]) for f in firms
    )
    codes = sorted({code for code, _ in counts}, key=lambda code: (not code, code))
    heads = coded(shown, "industry", codes, w)
    rows = [Row(h, tuple(counts[h.code, stage] for stage in STAGES)) for h in heads]
    return [Row(row.head, (*row.counts, sum(row.counts))) for row in rows if any(row.counts)]


def _by_chain(firms: Sequence[Feature], w: Wording) -> list[Row]:
    pairs = ((f["properties"].get("chain"), f["properties"].get("chain_role")) for f in firms)
    counts = Counter((chain, role) for chain, role in pairs if chain)
    chains = sorted({str(chain) for chain, _ in counts})
    rows = [
        Row(Coded(chain, w.word("chain", chain)), tuple(counts[chain, r] for r in CHAIN_ROLES))
        for chain in chains
    ]
    return [Row(row.head, (*row.counts, sum(row.counts))) for row in rows if any(row.counts)]


def _investment(p: Mapping[str, Any], w: Wording) -> list[Fact]:
    found = (
        Fact(name, w.t(f"field.{name}"), w.quantity(p.get(f"{name}_sum_wan"), unit, 0))
        for name in ("invest_planned", "invest_in_place")
        for unit in ("unit.ten_thousand_yuan",)
    )
    return [fact for fact in found if fact.is_known]


def _published(frame: Frame, w: Wording) -> list[str]:
    """Return what is published, without the sentence that the distances stand in."""
    written = frame.reach.written
    remark = written.remark if written and not written.is_of_other else None
    sentences = parts(w.pick(frame.properties, "facts"))
    return [s for s in sentences if remark is None or not s.startswith(remark)]


def _utilities(offers: Sequence[Feature], w: Wording) -> list[UtilitySum]:
    """Return how many of the plots on offer have each utility; none without plots."""
    found = [
        {u.kind: u for u in read_utilities(plot["properties"].get("utilities"))} for plot in offers
    ]
    sums = []
    for kind in UTILITY_KINDS if found else ():
        given = [plot.get(kind) for plot in found]
        there = [u for u in given if u and u.is_there]
        on_site = sum(u.distance_m == 0 for u in there)
        none = sum(u is not None and not u.is_there for u in given)
        near = sum(bool(u.distance_m) for u in there)
        name = w.word("utility", kind)
        sums.append(UtilitySum(name, on_site, near, none, len(given) - on_site - near - none))
    return sums


def _plot_offer(shown: Snapshot, plot: Feature, park: str, w: Wording) -> Offer:
    p = plot["properties"]
    use = coded(shown, "land_use", [str(p.get("land_use_code") or "")], w)[0]
    price = w.quantity(p.get("reference_price_wan_per_mu"), "unit.wan_per_mu")
    return Offer(
        Link("parcels", str(plot["id"]), str(plot["id"])),
        w.area(p.get("area_mu")),
        use.label or use.code,
        price,
        str(p.get("ready_on") or ""),
        _other_park(shown, p, park, w),
    )


def _hall_offer(shown: Snapshot, hall: Feature, park: str, w: Wording) -> Offer:
    p = hall["properties"]
    return Offer(
        link_to("buildings", hall, w),
        w.quantity(p.get("area_m2"), "unit.m2", 0),
        w.word("hall_state", p.get("state")),
        w.quantity(p.get("rent_yuan_m2_month"), "unit.yuan_m2_month"),
        str(p.get("ready_on") or ""),
        _other_park(shown, p, park, w),
    )


def _other_park(shown: Snapshot, p: Mapping[str, Any], park: str, w: Wording) -> Link | None:
    found = shown.of_kind("parks").get(str(p.get("park_id")))
    return link_to("parks", found, w) if found and found["id"] != park else None


def _missing(frame: Frame, w: Wording) -> list[str]:
    """Return what the page would say if the park told it."""
    p = frame.properties
    wanted = {
        "place": frame.is_placed,
        "county": bool(frame.county),
        "planned_area": bool(p.get("planned_area_mu")),
        "contact": frame.contact is not None,
    }
    return [w.t(f"place.missing_{name}") for name, known in wanted.items() if not known]


def _has_samples(features: Sequence[Feature]) -> bool:
    return any(feature["properties"].get("nature") == "sample" for feature in features)
