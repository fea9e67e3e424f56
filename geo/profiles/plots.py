"""The profile of a plot: what an investor asks, and what is not known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.profiles.facts import Fact, Section, questions
from geo.profiles.profile import (
    Coded,
    Frame,
    Link,
    coded,
    frame_of,
    industries,
    link_to,
)
from geo.query import Snapshot
from geo.utilities import ON_SITE, UTILITY_KINDS, Utility, read_utilities
from geo.wording import Wording

Properties = Mapping[str, Any]

_ASKED = {"power": ("grade", "capacity"), "water": ("grade",), "sewage": ("grade",)}
"""What should be known of a utility besides its distance."""


@dataclass(frozen=True)
class UtilityRow:
    """One utility at a plot, in words; an empty part is not known.

    Parameters
    ----------
    kind, name
        Which.
    state
        ``there``, ``none`` or ``unknown``.
    grade, capacity, distance
        As the source has them.
    asked
        Which parts should be known and are not.
    """

    kind: str
    name: str
    state: str
    grade: str = ""
    capacity: str = ""
    distance: str = ""
    asked: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlotProfile:
    """All that is published of a plot."""

    frame: Frame
    sections: list[Section]
    utilities: list[UtilityRow]
    permitted: list[Coded]
    halls: list[Link]
    firms: list[Link]
    questions: list[str]


def plot_profile(shown: Snapshot, key: str, w: Wording) -> PlotProfile:
    """Return the profile of a plot; ``KeyError`` for an unknown key."""
    frame = frame_of(shown, "parcels", key, w)
    p = frame.properties
    sections = plot_sections(shown, p, w)
    utilities = utility_rows(p.get("utilities"), w)
    permitted = industries(shown, p.get("permitted_industries"), w)
    return PlotProfile(
        frame,
        sections,
        utilities,
        permitted,
        _at(shown, "buildings", key, w),
        _at(shown, "enterprises", key, w),
        _questions(p, sections, utilities, permitted, w),
    )


def plot_sections(shown: Snapshot, p: Properties, w: Wording) -> list[Section]:
    """Return supply, price and planning limits of a plot, known or not."""
    return [
        Section("supply", w.t("place.supply"), _supply(shown, p, w)),
        Section("price", w.t("place.price"), _price(p, w)),
        Section("planning", w.t("ui.planning"), _planning(p, w)),
    ]


def utility_rows(text: object, w: Wording) -> list[UtilityRow]:
    """Return all kinds of utilities; those that the text does not name are not known."""
    known = {utility.kind: utility for utility in read_utilities(text)}
    return [_utility_row(kind, known.get(kind), w) for kind in UTILITY_KINDS]


def _supply(shown: Snapshot, p: Properties, w: Wording) -> tuple[Fact, ...]:
    use = coded(shown, "land_use", [str(p["land_use_code"])], w) if p.get("land_use_code") else []
    method, supply = p.get("supply_method"), p.get("supply_state")
    return (
        Fact("area", w.t("place.area_measured"), w.area(p.get("area_mu"))),
        Fact("declared_area", w.t("field.declared_area"), w.area(p.get("declared_area_mu"), 2)),
        Fact(
            "land_use",
            w.t("field.land_use"),
            use[0].label or use[0].code if use else None,
            use[0].code if use else "",
            w.t("question.land_use"),
        ),
        Fact("supply_state", w.t("field.supply_state"), w.word("supply_state", supply)),
        Fact(
            "supply_method",
            w.t("field.supply_method"),
            w.word("supply_method", method),
            question=w.t("question.supply_method"),
        ),
        Fact(
            "term",
            w.t("field.term"),
            w.quantity(p.get("term_years"), "unit.years"),
            question=w.t("question.term"),
        ),
        Fact(
            "net_land",
            w.t("field.net_land"),
            w.yes_no(p.get("net_land")),
            question=w.t("question.net_land"),
        ),
        Fact(
            "ready_on",
            w.t("field.ready_on"),
            p.get("ready_on"),
            question=w.t("question.ready_on"),
        ),
    )


def _price(p: Properties, w: Wording) -> tuple[Fact, ...]:
    return (
        Fact(
            "reference_price",
            w.t("field.reference_price"),
            w.quantity(p.get("reference_price_wan_per_mu"), "unit.wan_per_mu"),
            question=w.t("question.price"),
        ),
        Fact(
            "announcement",
            w.t("place.announcement"),
            p.get("announcement_url"),
            question=w.t("question.announcement"),
        ),
    )


def _planning(p: Properties, w: Wording) -> tuple[Fact, ...]:
    least, most = w.percent(p.get("building_coefficient_min")), w.percent(p.get("green_ratio_max"))
    return (
        Fact(
            "far",
            w.t("field.far"),
            w.range(p.get("far_min"), p.get("far_max")),
            question=w.t("question.far"),
        ),
        Fact(
            "building_coefficient",
            w.t("field.building_coefficient"),
            least and f"≥ {least}",
            question=w.t("question.building_coefficient"),
        ),
        Fact(
            "green_ratio",
            w.t("field.green_ratio"),
            most and f"≤ {most}",
            question=w.t("question.green_ratio"),
        ),
    )


def _utility_row(kind: str, utility: Utility | None, w: Wording) -> UtilityRow:
    name = w.word("utility", kind)
    if utility is None:
        return UtilityRow(kind, name, "unknown")
    if not utility.is_there:
        return UtilityRow(kind, name, "none")
    expected = (*_ASKED.get(kind, ()), "distance")
    return UtilityRow(
        kind,
        name,
        "there",
        utility.grade,
        utility.capacity,
        w.t("ui.on_site") if utility.distance == ON_SITE else utility.distance,
        tuple(part for part in expected if not getattr(utility, part)),
    )


def _questions(
    p: Properties,
    sections: list[Section],
    utilities: list[UtilityRow],
    permitted: list[Coded],
    w: Wording,
) -> list[str]:
    """Return what to ask the park; nothing of a plot that cannot be had."""
    if not p.get("on_offer"):
        return []
    found = questions(sections)
    if not permitted:
        found.append(w.t("question.permitted"))
    unknown = [row.name for row in utilities if row.state == "unknown"]
    if unknown:
        found.append(w.t("question.utilities", names=w.enumerate(unknown)))
    found += [
        w.t(f"question.utility_{part}", name=row.name) for row in utilities for part in row.asked
    ]
    return found


def _at(shown: Snapshot, kind: str, plot: str, w: Wording) -> list[Link]:
    return [link_to(kind, f, w) for f in shown.having(kind, "parcel_id", [plot])]
