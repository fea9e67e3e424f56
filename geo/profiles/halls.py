"""The profile of a factory hall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.profiles.facts import Fact, Section, questions
from geo.profiles.plots import UtilityRow, utility_rows
from geo.profiles.profile import Frame, Link, frame_of, link_to
from geo.query import Snapshot
from geo.wording import Wording

FREE_STATES = ("vacant", "partly_let")
"""States of a hall that one can rent."""


@dataclass(frozen=True)
class HallProfile:
    """All that is published of a hall.

    ``utilities`` are those of the plot that it stands on, none without a known plot.
    """

    frame: Frame
    sections: list[Section]
    plot: Link | None
    utilities: list[UtilityRow]
    firms: list[Link]
    is_free: bool
    questions: list[str]


def hall_profile(shown: Snapshot, key: str, w: Wording) -> HallProfile:
    """Return the profile of a hall; ``KeyError`` for an unknown key."""
    frame = frame_of(shown, "buildings", key, w)
    p = frame.properties
    sections = hall_sections(p, w)
    plot = shown.of_kind("parcels").get(str(p.get("parcel_id")))
    is_free = p.get("state") in FREE_STATES
    firms = shown.having("enterprises", "building_id", [key])
    return HallProfile(
        frame,
        sections,
        link_to("parcels", plot, w) if plot else None,
        utility_rows(plot["properties"].get("utilities"), w) if plot else [],
        [link_to("enterprises", f, w) for f in firms],
        is_free,
        questions(sections) if is_free else [],
    )


def hall_sections(p: Mapping[str, Any], w: Wording) -> list[Section]:
    """Return the building and the rent of a hall, known or not."""
    return [
        Section("hall", w.t("ui.hall_data"), _building(p, w)),
        Section("rent", w.t("place.rent"), _rent(p, w)),
    ]


def _building(p: Mapping[str, Any], w: Wording) -> tuple[Fact, ...]:
    def measured(name: str, field: str, unit: str) -> Fact:
        value = w.quantity(p.get(field), unit)
        return Fact(name, w.t(f"field.{name}"), value, question=w.t(f"question.{name}"))

    return (
        Fact("area", w.t("place.floor_area"), w.quantity(p.get("area_m2"), "unit.m2", 0)),
        measured("floors", "floors", "unit.floors"),
        measured("storey_height", "storey_height_m", "unit.m"),
        measured("floor_load", "floor_load_t_m2", "unit.t_m2"),
        measured("goods_lifts", "goods_lifts", "unit.lifts"),
        measured("power", "power_kva", "unit.kva"),
        Fact(
            "fire_class",
            w.t("field.fire_class"),
            w.word("fire_class", p.get("fire_class")),
            question=w.t("question.fire_class"),
        ),
        Fact(
            "dormitory",
            w.t("field.dormitory"),
            w.yes_no(p.get("dormitory")),
            question=w.t("question.dormitory"),
        ),
        Fact("footprint", w.t("field.footprint"), w.quantity(p.get("footprint_m2"), "unit.m2", 0)),
        Fact(
            "ready_on",
            w.t("field.ready_on"),
            p.get("ready_on"),
            question=w.t("question.ready_on"),
        ),
    )


def _rent(p: Mapping[str, Any], w: Wording) -> tuple[Fact, ...]:
    rent = w.quantity(p.get("rent_yuan_m2_month"), "unit.yuan_m2_month")
    return (Fact("rent", w.t("field.rent"), rent, question=w.t("question.rent")),)
