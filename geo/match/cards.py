"""Offers as a page lists them: what they are, how they answer, whom to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo.match.criteria import Criterion, total_area
from geo.match.offers import Offer, OfferKind
from geo.match.ranking import Match
from geo.match.span import Outcome, Span
from geo.match.words import Answer, Speaker
from geo.profiles.contact import Contact, contact_of
from geo.profiles.profile import Link, link_to
from geo.query import Snapshot
from geo.wording import Quantity, Wording


@dataclass(frozen=True)
class Card:
    """An offer, or several plots side by side, in words.

    Parameters
    ----------
    key
        By which map and list know it.
    title
        Name, or numbers of the plots.
    members
        Each of its plots, or the hall, with the link to its page.
    areas
        Area of each member, in the order of the members.
    area
        All of it.
    facts
        What one sees first besides the area.
    park
        The park that it lies in, ``None`` if that is not known.
    answers
        How it answers, in the order of the criteria.
    met
        How many criteria are met.
    unknown, failed
        How many are unknown, and how many are not met.
    contact
        The office that answers; ``None`` if none is published.
    is_sample
        Whether it is made up.
    """

    key: str
    title: str
    members: list[Link]
    areas: list[str]
    area: str
    facts: list[str]
    park: Link | None
    answers: list[Answer]
    met: int
    unknown: int
    failed: int
    contact: Contact | None
    is_sample: bool

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.failed

    @property
    def questions(self) -> list[str]:
        """What to ask the park."""
        return [answer.question for answer in self.answers if answer.question]


class CardWriter:
    """Writes cards.

    Parameters
    ----------
    shown
        The edition.
    kind
        What is sought.
    unit
        In which areas are shown.
    criteria
        What is asked.
    w
        The language.
    """

    def __init__(
        self,
        shown: Snapshot,
        kind: OfferKind,
        unit: str,
        criteria: Sequence[Criterion],
        w: Wording,
    ) -> None:
        self._shown, self._kind, self._unit, self._criteria, self._w = (
            *(shown, kind, unit),
            *(criteria, w),
        )
        self.speaker = Speaker(shown, kind, w)

    def card(self, match: Match) -> Card:
        """Return an offer in words."""
        first = match.offers[0]
        links = [link_to(self._kind, offer.feature, self._w) for offer in match.offers]
        area = total_area(match.offers)
        park = self._shown.of_kind("parks").get(first.parks[0]) if first.parks else None
        return Card(
            match.key,
            " + ".join(one.text for one in links),
            links,
            [self._area(offer.area_m2) for offer in match.offers],
            self._area(area),
            self._facts(match),
            link_to("parks", park, self._w) if park else None,
            [self.speaker.answer(criterion, match) for criterion in self._criteria],
            match.count(Outcome.MET),
            match.count(Outcome.UNKNOWN),
            match.count(Outcome.NOT_MET),
            contact_of(self._shown, first.parks[0], self._w) if first.parks else None,
            any(offer.properties.get("nature") == "sample" for offer in match.offers),
        )

    def _area(self, area_m2: Span) -> str:
        if not area_m2.is_known:
            return ""
        if area_m2.is_exact:
            return self.speaker.area(area_m2, self._unit)
        whole = self.speaker.area(Span(area_m2.high, area_m2.high), self._unit)
        return self._w.t("sites.at_most_area", area=whole)

    def _facts(self, match: Match) -> list[str]:
        if len(match.offers) > 1:
            return [self._w.t("sites.plots_count", count=len(match.offers))]
        facts = self._plot_facts if self._kind == "parcels" else self._hall_facts
        return [str(fact) for fact in facts(match.offers[0]) if fact]

    def _plot_facts(self, offer: Offer) -> list[Quantity | str | None]:
        p, w = offer.properties, self._w
        return [
            self.speaker.use(offer.use) if offer.use else None,
            w.quantity(p.get("reference_price_wan_per_mu"), "unit.wan_per_mu"),
            self._ready(p.get("ready_on")),
        ]

    def _hall_facts(self, offer: Offer) -> list[Quantity | str | None]:
        p, w = offer.properties, self._w
        load = w.quantity(p.get("floor_load_t_m2"), "unit.t_m2")
        return [
            w.word("hall_state", p.get("state")) or w.t("sites.state_unknown"),
            w.quantity(p.get("floors"), "unit.floors"),
            w.t("sites.fact_load", load=load) if load else None,
            w.quantity(p.get("power_kva"), "unit.kva"),
            w.quantity(p.get("rent_yuan_m2_month"), "unit.yuan_m2_month"),
            self._ready(p.get("ready_on")),
        ]

    def _ready(self, date: Any) -> str | None:
        return self._w.t("sites.fact_ready", date=date) if date else None
