"""Two to four parks, plots or halls side by side: the same facts of each in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo.errors import BadRequest
from geo.profiles.facts import Fact, Section
from geo.profiles.halls import hall_profile
from geo.profiles.parks import ParkProfile, UtilitySum, park_profile
from geo.profiles.plots import UtilityRow, plot_profile
from geo.profiles.profile import Coded, Frame
from geo.query import Snapshot
from geo.shortlist import KINDS, Ref, read_ids
from geo.wording import Quantity, Wording

MOST = 4
FEWEST = 2

_STOPS = (
    ("facility_kind", "rail_station"),
    ("facility_kind", "airport"),
    ("place_kind", "county seat"),
    ("place_kind", "city"),
)


@dataclass(frozen=True)
class Cell:
    """What is known of one thing in one line; nothing if ``value`` is empty.

    Parameters
    ----------
    value
        An amount with its unit, or a text.
    remark
        Small beside it.
    """

    value: Quantity | str = ""
    remark: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return bool(self.value)


@dataclass(frozen=True)
class Line:
    """One fact of all things, in their order."""

    label: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether two known values are not the same; what is not known differs from nothing."""
        return len({(str(cell.value), cell.remark) for cell in self.cells if cell.is_known}) > 1


@dataclass(frozen=True)
class Group:
    """Lines under one heading.

    Parameters
    ----------
    title, lines
        The heading, and what stands below it.
    sample
        Key of the text that says which samples are counted; empty without any.
    """

    title: str
    lines: tuple[Line, ...]
    sample: str = ""


@dataclass(frozen=True)
class Comparison:
    """Things of one kind side by side.

    Parameters
    ----------
    kind
        ``parks``, ``parcels`` or ``buildings``.
    frames
        What each thing is.
    groups
        The lines, in the order of the page.
    """

    kind: str
    frames: tuple[Frame, ...]
    groups: tuple[Group, ...] = field(default=())


def read_compared(shown: Snapshot, text: str) -> tuple[Ref, ...]:
    """Return what shall be compared: ``parcels/A,parcels/B``, or keys alone.

    Raises
    ------
    BadRequest
        ``SHORTLIST_INVALID``, ``COMPARE_UNKNOWN``, ``COMPARE_TOO_MANY``, ``COMPARE_MIXED``.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    refs = read_ids(",".join(_with_kind(shown, part) for part in parts))
    unknown = next((ref for ref in refs if ref.key not in shown.of_kind(ref.kind)), None)
    if unknown:
        raise BadRequest("COMPARE_UNKNOWN", number=unknown.key)
    if len(refs) > MOST:
        raise BadRequest("COMPARE_TOO_MANY", count=len(refs), most=MOST)
    if len({ref.kind for ref in refs}) > 1:
        raise BadRequest("COMPARE_MIXED")
    return refs


def compare(shown: Snapshot, refs: Sequence[Ref], w: Wording) -> Comparison:
    """Return things of one kind side by side, at least one of them."""
    kind = refs[0].kind
    sheets = [_SHEETS[kind](shown, ref.key, w) for ref in refs]
    titles = list(dict.fromkeys(title for sheet in sheets for title in sheet.groups))
    samples = {title: key for sheet in sheets for title, key in sheet.samples.items()}
    groups = (
        Group(title, _lines([s.groups.get(title, {}) for s in sheets]), samples.get(title, ""))
        for title in titles
    )
    filled = tuple(group for group in groups if group.lines)
    return Comparison(kind, tuple(sheet.frame for sheet in sheets), filled)


def _with_kind(shown: Snapshot, part: str) -> str:
    """Return a part with its kind; that of a key alone is the first that knows it."""
    if "/" in part:
        return part
    kind = next((kind for kind in KINDS if part in shown.of_kind(kind)), None)
    if kind is None:
        raise BadRequest("COMPARE_UNKNOWN", number=part[:60])
    return f"{kind}/{part}"


@dataclass(frozen=True)
class _Sheet:
    """One thing: its cells by heading and label, and the headings that count samples."""

    frame: Frame
    groups: Mapping[str, Mapping[str, Cell]]
    samples: Mapping[str, str] = field(default_factory=dict)


def _lines(columns: Sequence[Mapping[str, Cell]]) -> tuple[Line, ...]:
    # The one of which most is known has the lines in their usual order.
    fullest = sorted(columns, key=len, reverse=True)
    labels = list(dict.fromkeys(label for column in fullest for label in column))
    empty = Cell()
    return tuple(
        Line(label, tuple(column.get(label, empty) for column in columns)) for label in labels
    )


def _plot_sheet(shown: Snapshot, key: str, w: Wording) -> _Sheet:
    profile = plot_profile(shown, key, w)
    return _Sheet(
        profile.frame,
        {
            **_sections(profile.sections),
            w.t("place.permitted"): _industries(w.t("field.permitted"), profile.permitted, w),
            w.t("place.utilities"): _utilities(profile.utilities, w),
            **_ends(profile.frame, w),
        },
    )


def _hall_sheet(shown: Snapshot, key: str, w: Wording) -> _Sheet:
    profile = hall_profile(shown, key, w)
    state = w.word("hall_state", profile.frame.properties.get("state"))
    sections = _sections(profile.sections)
    first = next(iter(sections))
    sections[first] = {w.t("field.state"): Cell(state), **sections[first]}
    utilities = _utilities(profile.utilities, w)
    return _Sheet(
        profile.frame,
        {
            **sections,
            w.t("place.utilities_hall"): utilities,
            **_ends(profile.frame, w),
        },
    )


def _park_sheet(shown: Snapshot, key: str, w: Wording) -> _Sheet:
    profile = park_profile(shown, key, w)
    return _Sheet(
        profile.frame,
        {
            w.t("place.land"): _facts(profile.numbers),
            w.t("place.leading"): _industries(w.t("ui.industries"), profile.leading, w),
            w.t("place.firms"): _firms(profile, w),
            w.t("compare.offers"): _offers(profile, w),
            w.t("place.utilities"): {
                row.name: _utility_sum(row, len(profile.plots), w) for row in profile.utilities
            },
            **_ends(profile.frame, w),
        },
        _park_samples(profile, w),
    )


def _park_samples(profile: ParkProfile, w: Wording) -> dict[str, str]:
    """Return the headings below which samples are counted, with what says so."""
    of_plots = ("place.land", "compare.offers", "place.utilities") if profile.sample_plots else ()
    of_firms = ("place.firms",) if profile.sample_firms else ()
    return {
        **{w.t(title): "ui.sample_plots" for title in of_plots},
        **{w.t(title): "ui.sample_firms" for title in of_firms},
    }


def _utility_sum(row: UtilitySum, plots: int, w: Wording) -> Cell:
    """Return at how many of the plots on offer a utility is."""
    if row.unknown == plots:
        return Cell()
    there = row.on_site + row.near
    unknown = w.t("compare.plots_unknown", count=row.unknown) if row.unknown else ""
    return Cell(w.t("compare.plots_with", count=there, total=plots), unknown)


_SHEETS = {"parks": _park_sheet, "parcels": _plot_sheet, "buildings": _hall_sheet}


def _sections(sections: Iterable[Section]) -> dict[str, Mapping[str, Cell]]:
    return {section.title: _facts(section.facts) for section in sections}


def _facts(facts: Iterable[Fact]) -> dict[str, Cell]:
    return {fact.label: Cell(fact.value or "", fact.remark) for fact in facts}


def _industries(label: str, industries: Iterable[Coded], w: Wording) -> dict[str, Cell]:
    named = [f"{coded.label} {coded.code}".strip() for coded in industries]
    return {label: Cell(w.enumerate(named))}


def _utilities(rows: Iterable[UtilityRow], w: Wording) -> dict[str, Cell]:
    return {row.name: _utility(row, w) for row in rows}


def _utility(row: UtilityRow, w: Wording) -> Cell:
    if row.state == "unknown":
        return Cell()
    if row.state == "none":
        return Cell(w.t("ui.none"))
    parts = [part for part in (row.grade, row.capacity, row.distance) if part]
    asked = [w.word("compare_part", part) for part in row.asked]
    missing = w.t("compare.part_unknown", parts=w.enumerate(asked)) if asked else ""
    return Cell(" · ".join(parts) or w.t("compare.there"), missing)


def _firms(profile: ParkProfile, w: Wording) -> dict[str, Cell]:
    cells = {stage: Cell(Quantity(str(n), w.t("unit.firms"))) for stage, n in profile.stages}
    return cells | _facts(profile.investment)


def _offers(profile: ParkProfile, w: Wording) -> dict[str, Cell]:
    """Return how many are on offer; where none is recorded at all that is not known."""
    plots = Cell(Quantity(str(len(profile.plots)), w.t("unit.plots")))
    halls = Cell(Quantity(str(len(profile.halls)), w.t("unit.items")))
    return {
        w.t("place.plots"): plots if profile.has_plots else Cell(),
        w.t("place.halls"): halls if profile.has_halls else Cell(),
    }


def _ends(frame: Frame, w: Wording) -> dict[str, Mapping[str, Cell]]:
    """Return what every thing has: its distances, who answers, and how sure it is."""
    p = frame.properties
    contact = frame.contact
    nearest = {w.word(*stop): _nearest(frame, w.word(*stop), w) for stop in _STOPS}
    return {
        w.t("place.reach"): nearest,
        w.t("ui.contact"): {
            w.t("field.contact_post"): Cell(contact.post if contact else ""),
            w.t("field.contact_phone"): Cell(contact.phone if contact else ""),
            w.t("field.contact_email"): Cell(contact.email if contact else ""),
        },
        w.t("place.source"): {
            w.t("field.nature"): Cell(w.word("nature", p.get("nature"))),
            w.t("compare.as_of"): Cell(str(p.get("as_of") or "")),
            w.t("ui.source"): Cell(w.enumerate(w.sources(p.get("source")))),
        },
    }


def _nearest(frame: Frame, kind: str, w: Wording) -> Cell:
    """Return the way to the nearest place of a kind, straight where no road leads."""
    found = next((d for d in frame.reach.computed if d.kind == kind), None)
    if found is None:
        return Cell()
    straight = "" if found.km else w.t("place.straight")
    return Cell(found.km or found.straight_km, f"{found.place} {straight}".strip())


def amount_of(value: Any) -> float | None:
    """Return the number of an amount, ``None`` for a text.

    >>> amount_of(Quantity("1,234.5", "m²")), amount_of("DN200")
    (1234.5, None)
    """
    if not isinstance(value, Quantity):
        return None
    try:
        return float(value.number.replace(",", ""))
    except ValueError:
        return None
