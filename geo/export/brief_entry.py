"""What the printed shortlist says of one entry, as JSON for its template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.profiles.contact import Contact
from geo.profiles.distances import Reach
from geo.profiles.facts import Section
from geo.profiles.halls import hall_profile
from geo.profiles.parks import ParkProfile, park_profile
from geo.profiles.plots import UtilityRow, plot_profile
from geo.profiles.profile import Coded, Frame
from geo.query import Snapshot
from geo.shortlist import Ref
from geo.wording import Quantity, Wording

Content = dict[str, Any]

_ASKED_UTILITIES = ("power", "water", "sewage", "gas")
"""Stand in every profile, known or not; the others where they are known."""

_MOST_DISTANCES = 6
_MOST_FIGURES = 5
_MOST_INDUSTRIES = 8
_LONGEST_TEXT = 600
_SURE = ("surveyed", "reported")
_OF_PLOTS = ("supplied", "offer")
"""Numbers of a park that are sums over its plots."""

_ELSEWHERE = ("area", "announcement")
"""Facts that have a place of their own in the print."""


def describe_entry(shown: Snapshot, ref: Ref, number: int, w: Wording) -> Content:
    """Return the profile of an entry; ``KeyError`` for an unknown key.

    Parameters
    ----------
    shown
        A public edition.
    number
        By which the list and the map name the entry.
    w
        The language.
    """
    describe = {"parks": _park, "parcels": _plot, "buildings": _hall}[ref.kind]
    frame, content = describe(shown, ref.key, w)
    return {
        "number": number,
        "name": frame.title,
        "where": w.enumerate([*(link.text for link in frame.around[-1:]), frame.county])
        or w.t("place.county_unknown"),
        "contact": _contact(frame.contact, w),
        "distances": _distances(frame.reach, w),
        "source": _source(frame, w),
        "texts": [],
        "announcement": "",
        "map": "",
        "map_alt": w.t("sheet.near", name=frame.title),
        **content,
        "chips": [*content["chips"], *_doubts(frame, w)],
    }


def _plot(shown: Snapshot, key: str, w: Wording) -> tuple[Frame, Content]:
    profile = plot_profile(shown, key, w)
    p = profile.frame.properties
    state = w.word("plot_state", p.get("state"))
    utilities = _utilities(profile.utilities, w)
    permitted = _row(w.t("place.permitted"), _codes(profile.permitted, w))
    return profile.frame, {
        "size": _quantity(w.area(p.get("area_mu"))),
        "size_label": w.t("place.area_measured"),
        "price": _quantity(w.quantity(p.get("reference_price_wan_per_mu"), "unit.wan_per_mu")),
        "price_label": w.t("field.reference_price"),
        "state": state,
        "chips": [_chip(state, "jade" if p.get("on_offer") else "")],
        "sections": [
            *_sections(s for s in profile.sections if s.name != "price"),
            {"title": w.t("place.utilities"), "rows": [*utilities, permitted]},
        ],
        "questions": profile.questions,
        "announcement": _web_address(p.get("announcement_url")),
    }


def _hall(shown: Snapshot, key: str, w: Wording) -> tuple[Frame, Content]:
    profile = hall_profile(shown, key, w)
    p = profile.frame.properties
    state = w.word("hall_state", p.get("state"))
    utilities = {
        "title": w.t("place.utilities_hall"),
        "rows": _utilities(profile.utilities, w),
    }
    return profile.frame, {
        "size": _quantity(w.quantity(p.get("area_m2"), "unit.m2", 0)),
        "size_label": w.t("place.floor_area"),
        "price": _quantity(w.quantity(p.get("rent_yuan_m2_month"), "unit.yuan_m2_month")),
        "price_label": w.t("field.rent"),
        "state": state,
        "chips": [_chip(state, "jade" if profile.is_free else "")],
        "sections": [
            *_sections(s for s in profile.sections if s.name != "rent"),
            *([utilities] if profile.utilities else []),
        ],
        "questions": profile.questions,
    }


def _park(shown: Snapshot, key: str, w: Wording) -> tuple[Frame, Content]:
    profile = park_profile(shown, key, w)
    p = profile.frame.properties
    kind = w.word("park_kind", p.get("kind"))
    sections = [
        {"title": w.t("place.land"), "rows": _land(profile, w)},
        {"title": w.t("place.firms"), "rows": _firms(profile, w)},
        {"title": w.t("place.figures"), "rows": _figures(profile, w)},
    ]
    return profile.frame, {
        "size": _quantity(w.area(p.get("planned_area_mu"), 0)),
        "size_label": w.t("field.planned_area"),
        "price": None,
        "price_label": "",
        "state": kind,
        "chips": [_chip(kind)],
        "sections": [section for section in sections if section["rows"]],
        "texts": [_shortened(text) for text in profile.published],
        "questions": profile.missing,
    }


# --- parts of a park ------------------------------------------------------------------------


def _land(profile: ParkProfile, w: Wording) -> list[Content]:
    sample = _sample(profile.sample_plots, w)
    rows = [
        _row(fact.label, fact.value, w.enumerate([fact.remark, sample * (fact.name in _OF_PLOTS)]))
        for fact in profile.numbers
    ]
    if profile.halls or profile.sample_halls:
        area = w.quantity(profile.frame.properties.get("halls_vacant_m2"), "unit.m2", 0)
        rows.append(_row(w.t("place.halls"), area or "0", _sample(profile.sample_halls, w)))
    return rows


def _firms(profile: ParkProfile, w: Wording) -> list[Content]:
    remark = _sample(profile.sample_firms, w)
    rows = [
        _row(stage, w.quantity(count, "unit.firms", 0), remark) for stage, count in profile.stages
    ]
    if profile.leading:
        rows.append(_row(w.t("place.leading"), _codes(profile.leading, w)))
    if profile.functions:
        rows.append(_row(w.t("ui.functions"), w.enumerate(profile.functions)))
    return rows


def _figures(profile: ParkProfile, w: Wording) -> list[Content]:
    return [
        _row(
            figure.subject,
            figure.value,
            w.enumerate([figure.period, w.t("ui.target") if figure.is_target else ""]),
        )
        for figure in profile.figures[:_MOST_FIGURES]
    ]


def _sample(is_sample: bool, w: Wording) -> str:
    return w.word("nature", "sample") if is_sample else ""


# --- parts that several have ----------------------------------------------------------------


def _sections(sections: Iterable[Section]) -> list[Content]:
    return [
        {
            "title": section.title,
            "rows": [
                _row(fact.label, fact.value, fact.remark)
                for fact in section.facts
                if fact.name not in _ELSEWHERE and (fact.is_known or fact.question)
            ],
        }
        for section in sections
    ]


def _utilities(utilities: Sequence[UtilityRow], w: Wording) -> list[Content]:
    return [
        _row(row.name, _utility(row, w))
        for row in utilities
        if row.kind in _ASKED_UTILITIES or row.state != "unknown"
    ]


def _utility(row: UtilityRow, w: Wording) -> str | None:
    if row.state == "none":
        return w.t("place.utility_none")
    return w.enumerate([row.grade, row.capacity, row.distance]) or None


def _codes(codes: Sequence[Coded], w: Wording) -> str:
    return w.enumerate([f"{code.code} {code.label}".strip() for code in codes[:_MOST_INDUSTRIES]])


def _distances(reach: Reach, w: Wording) -> Content | None:
    rows = [
        _row(row.place, row.km or row.straight_km, "" if row.km else w.t("place.straight"))
        for row in reach.computed[:_MOST_DISTANCES]
    ]
    remarks = []
    if rows:
        remarks.append(w.t("place.reach_computed"))
        if reach.measured_from:
            remarks.append(w.t("place.reach_from_park", park=reach.measured_from))
        if reach.is_schematic:
            remarks.append(w.t("place.reach_schematic"))
    if reach.written:
        items = w.enumerate([f"{place} {length}" for place, length in reach.written.items])
        remarks.append(w.t("brief.written", remark=reach.written.remark, items=items))
    return {"rows": rows, "remarks": remarks} if rows or remarks else None


def _contact(contact: Contact | None, w: Wording) -> Content | None:
    if contact is None:
        return None
    given = {"post": contact.post, "phone": contact.phone, "email": contact.email}
    ways = [_row(w.t(f"field.contact_{name}"), value) for name, value in given.items() if value]
    return {"park": contact.park_name, "ways": ways}


def _doubts(frame: Frame, w: Wording) -> list[Content]:
    """Return in chips what keeps an entry from being certain."""
    nature = str(frame.properties.get("nature"))
    chips = [_chip(w.word("nature", nature), "" if nature in _SURE else "amber")]
    if not frame.is_placed:
        chips.append(_chip(w.t("ui.place_unknown"), "amber"))
    if frame.age and frame.age.is_old:
        chips.append(_chip(w.t("place.age_old"), "amber"))
    return chips


def _source(frame: Frame, w: Wording) -> str:
    p = frame.properties
    means = w.word("nature_means", p.get("nature"))
    note = w.pick(p, "note")
    source = w.t("brief.source", source=w.half(p.get("source")), as_of=p.get("as_of") or "")
    return " ".join(text for text in (source, means, note) if text)


def _row(label: str, value: Quantity | str | None, remark: str = "") -> Content:
    return {"label": label, "value": str(value) if value else None, "remark": remark}


def _chip(text: str, tone: str = "") -> Content:
    return {"text": text, "tone": tone}


def _quantity(value: Quantity | None) -> Mapping[str, str] | None:
    return {"number": value.number, "unit": value.unit} if value else None


def _web_address(value: object) -> str:
    text = str(value or "")
    return text if text.startswith(("https://", "http://")) else ""


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
