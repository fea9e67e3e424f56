"""The plots and halls that can be had, as far as they are known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.codes import IndustryList
from geo.kept import kept
from geo.match.span import UNKNOWN_SPAN, Span
from geo.model import MU_M2, parse_partial_date
from geo.profiles.family import county_of, lineage
from geo.query import Feature, Snapshot
from geo.utilities import Utility, read_utilities
from geo.wording import parts

OfferKind = Literal["parcels", "buildings"]

ROAD_ERROR = 0.3
"""Share by which a way may be longer than computed along schematic lines.

The source of the Cele park writes 98, 105 and 120 km to the city, station and airport of
Hetian; along the bundled lines they are 83, 86 and 95 km, so 18 to 27 % less."""

PLACE_ERROR_KM = 5.0
"""How far a station whose position is schematic may be from where it is drawn, in km."""

_SURE = ("surveyed", "reported")
_NEITHER = ("划拨", "作价")


@dataclass(frozen=True, slots=True)
class Stop:
    """The nearest station or airport, and how far it may be."""

    km: Span = UNKNOWN_SPAN
    target: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A plot or hall on offer, with what the finder asks about.

    Parameters
    ----------
    kind, key, feature
        Which record it is.
    parks
        The park that it lies in and those around it, the nearest first.
    county
        County code of the nearest of them that has one; empty if none has.
    area_m2
        Of a plot its land, of a hall the floor that can be let: of a hall that is partly let
        only the most is known.
    use
        Class of the land-use guide; for a hall that of its plot. Empty if not known.
    industries
        Permitted industries with section letter; for a hall those of its plot. Empty if not
        known.
    utilities
        Those that the record of the plot names, also those that it says are not there.
    floor_load_t_m2, power_kva
        As published.
    price
        万元 per 亩 of a plot, 元 per m² and month of a hall.
    ready
        From when it can be taken over, in days of :meth:`datetime.date.toordinal`.
    tenures
        ``buy`` and ``lease`` as far as the way of supply tells; ``None`` if it does not.
    rail, air
        The nearest station and airport.
    """

    kind: OfferKind
    key: str
    feature: Feature = field(repr=False)
    parks: tuple[str, ...] = ()
    county: str = ""
    area_m2: Span = UNKNOWN_SPAN
    use: str = ""
    industries: tuple[str, ...] = ()
    utilities: Mapping[str, Utility] = field(default_factory=dict)
    floor_load_t_m2: Span = UNKNOWN_SPAN
    power_kva: Span = UNKNOWN_SPAN
    price: Span = UNKNOWN_SPAN
    ready: Span = UNKNOWN_SPAN
    tenures: frozenset[str] | None = None
    rail: Stop = Stop()
    air: Stop = Stop()

    @property
    def properties(self) -> Mapping[str, Any]:
        """The published fields."""
        found: Mapping[str, Any] = self.feature["properties"]
        return found


@kept(4)
def read_offers(shown: Snapshot, kind: OfferKind) -> tuple[Offer, ...]:
    """Return all plots or all halls of an edition that can be had, in the order of the key.

    A hall that is let is not among them; one of which nobody says whether it is, is.
    """
    reader = _Reader(shown)
    read = reader.plots if kind == "parcels" else reader.halls
    return tuple(read())


@kept(4)
def industry_list(shown: Snapshot) -> IndustryList:
    """Return all industries that the edition knows, also those that nobody names yet."""
    return IndustryList.from_document(shown.document("codes.json")["industry"])


class _Reader:
    """Reads offers; what many of them share is looked up once."""

    def __init__(self, shown: Snapshot) -> None:
        self._shown = shown
        self._industries = industry_list(shown)
        self._reach = shown.document("reach.json")
        self._is_schematic = any(r.get("nature") not in _SURE for r in self._reach["roads"])
        self._parks: dict[str, tuple[tuple[str, ...], str]] = {}

    def plots(self) -> Iterator[Offer]:
        for feature in self._shown.having("parcels", "on_offer", [True]):
            yield self._plot(str(feature["id"]), feature)

    def halls(self) -> Iterator[Offer]:
        for key, feature in self._shown.of_kind("buildings").items():
            if feature["properties"].get("state") != "let":
                yield self._hall(key, feature)

    def _plot(self, key: str, feature: Feature) -> Offer:
        p = feature["properties"]
        utilities = {u.kind: u for u in read_utilities(p.get("utilities"))}
        power = utilities.get("power")
        return Offer(
            "parcels",
            key,
            feature,
            area_m2=_plot_area_m2(p),
            power_kva=_capacity(power),
            price=Span.exact(p.get("reference_price_wan_per_mu")),
            tenures=read_tenures(p.get("supply_method")),
            utilities=utilities,
            **self._land(p),
            **self._place("parcels", key, p),
        )

    def _hall(self, key: str, feature: Feature) -> Offer:
        p = feature["properties"]
        plot = self._shown.of_kind("parcels").get(str(p.get("parcel_id") or ""))
        land = plot["properties"] if plot else {}
        return Offer(
            "buildings",
            key,
            feature,
            area_m2=_free_area_m2(p),
            floor_load_t_m2=Span.exact(p.get("floor_load_t_m2")),
            power_kva=Span.exact(p.get("power_kva")),
            price=Span.exact(p.get("rent_yuan_m2_month")),
            utilities={u.kind: u for u in read_utilities(land.get("utilities"))},
            **self._land(land),
            **self._place("buildings", key, p),
        )

    def _land(self, p: Mapping[str, Any]) -> dict[str, Any]:
        codes = (self._industries.normalise(code) for code in parts(p.get("permitted_industries")))
        return {
            "use": str(p.get("land_use_code") or ""),
            "industries": tuple(code for code in codes if code),
        }

    def _place(self, kind: str, key: str, p: Mapping[str, Any]) -> dict[str, Any]:
        parks, county = self._lineage(str(p.get("park_id") or ""))
        rows = self._reach[kind].get(key) or self._reach["parks"].get(p.get("park_id")) or []
        return {
            "parks": parks,
            "county": county,
            "ready": _days(p.get("ready_on")),
            "rail": self._stop(rows, "rail_station"),
            "air": self._stop(rows, "airport"),
        }

    def _lineage(self, park: str) -> tuple[tuple[str, ...], str]:
        if park not in self._parks:
            found = lineage(self._shown, park)
            keys = tuple(str(f["id"]) for f in found) or ((park,) if park else ())
            self._parks[park] = keys, county_of(self._shown, park)
        return self._parks[park]

    def _stop(self, rows: list[dict[str, Any]], kind: str) -> Stop:
        """Return the nearest stop of a kind; rows are sorted by distance."""
        targets = self._reach["targets"]
        row = next((row for row in rows if targets[row["to"]]["kind"] == kind), None)
        if row is None:
            return Stop()
        near = 0.0 if targets[row["to"]].get("nature") in _SURE else PLACE_ERROR_KM
        longer = 1 + (ROAD_ERROR if self._is_schematic else 0)
        high = row["km"] * longer + near if "km" in row else math.inf
        return Stop(Span(max(0.0, row["straight_km"] - near), high), row["to"])


def read_tenures(method: object) -> frozenset[str] | None:
    """Return whether a way of supply lets one ``buy`` or ``lease``, ``None`` if it is unclear.

    >>> sorted(read_tenures("先租后让")), sorted(read_tenures("挂牌出让")), read_tenures("待定")
    (['buy', 'lease'], ['buy'], None)
    """
    text = str(method or "")
    found = {name for name, sign in (("buy", "让"), ("lease", "租")) if sign in text}
    return frozenset(found) if found or text.startswith(_NEITHER) else None


def _plot_area_m2(p: Mapping[str, Any]) -> Span:
    """Return the measured area, else the declared one."""
    measured = Span.exact(p.get("area_m2"))
    if measured.is_known:
        return measured
    declared = p.get("area_mu") or p.get("declared_area_mu")
    return Span.exact(declared * MU_M2) if isinstance(declared, (int, float)) else UNKNOWN_SPAN


def _free_area_m2(p: Mapping[str, Any]) -> Span:
    whole = Span.exact(p.get("area_m2"))
    is_whole = p.get("state") in ("vacant", "construction")
    return whole if is_whole or not whole.is_known else Span(0, whole.high)


def _capacity(power: Utility | None) -> Span:
    if power is None:
        return UNKNOWN_SPAN
    return Span.exact(power.capacity_kva) if power.is_there else Span(0, 0)


def _days(text: object) -> Span:
    found = parse_partial_date(str(text or ""))
    return Span(found[0].toordinal(), found[1].toordinal()) if found else UNKNOWN_SPAN
