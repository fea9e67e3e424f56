"""What can be asked of a plot or hall, one class for each way of answering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal, Protocol

from geo.match.offers import Offer
from geo.match.span import Outcome, Span

Tenure = Literal["buy", "lease"]
Sense = Literal["least", "most"]


class Criterion(Protocol):
    """One thing that is asked."""

    @property
    def name(self) -> str:
        """By which the form and the texts know it."""
        ...

    def judge(self, offer: Offer) -> Outcome:
        """Return how an offer answers it."""
        ...


@dataclass(frozen=True)
class Area:
    """So much land, or so much floor; of plots side by side the sum counts.

    Parameters
    ----------
    least_m2, most_m2
        At least one of them is given.
    unit
        In which it was asked: ``mu``, ``ha`` or ``m2``.
    """

    least_m2: float | None = None
    most_m2: float | None = None
    unit: str = "m2"
    name: str = "area"

    def judge(self, offer: Offer) -> Outcome:
        """Return how the area of an offer answers it."""
        return self.judge_span(offer.area_m2)

    def judge_span(self, area_m2: Span) -> Outcome:
        """Return how an area answers it."""
        least = Outcome.MET if self.least_m2 is None else area_m2.at_least(self.least_m2)
        most = Outcome.MET if self.most_m2 is None else area_m2.at_most(self.most_m2)
        return min(least, most)

    def distance(self, area_m2: Span) -> float:
        """Return how far an area is from what was asked, as a share of it.

        Asked is the middle of the range, or its only end; of an area that is not known
        exactly the most counts.
        """
        ends = [end for end in (self.least_m2, self.most_m2) if end is not None]
        asked = sum(ends) / len(ends)
        return abs(area_m2.high - asked) / asked if asked else 0.0


@dataclass(frozen=True)
class Amount:
    """At least, or at most, so much of something.

    Parameters
    ----------
    name
        ``load``, ``power`` or ``price``.
    limit
        In the unit of the published field.
    """

    name: str
    sense: Sense
    limit: float

    def span(self, offer: Offer) -> Span:
        """Return what is known of the amount."""
        spans = {
            "load": offer.floor_load_t_m2,
            "power": offer.power_kva,
            "price": offer.price,
        }
        return spans[self.name]

    def judge(self, offer: Offer) -> Outcome:
        """Return how the amount answers it."""
        span = self.span(offer)
        return span.at_least(self.limit) if self.sense == "least" else span.at_most(self.limit)


@dataclass(frozen=True)
class Near:
    """A station (``rail``) or airport (``air``) within so many kilometres."""

    name: Literal["rail", "air"]
    limit_km: float

    def judge(self, offer: Offer) -> Outcome:
        """Return how the way to the nearest one answers it."""
        stop = offer.rail if self.name == "rail" else offer.air
        return stop.km.at_most(self.limit_km)


@dataclass(frozen=True)
class Ready:
    """Ready by the end of a day, month or year.

    Parameters
    ----------
    text
        As asked: ``2027``, ``2027-06`` or ``2027-06-30``.
    day
        Its last day, as :meth:`datetime.date.toordinal` counts.
    """

    text: str
    day: int
    name: str = "ready"

    def judge(self, offer: Offer) -> Outcome:
        """Return whether it is ready by then."""
        return offer.ready.at_most(self.day)


@dataclass(frozen=True)
class Use:
    """A class of the land-use guide, or any class below it."""

    code: str
    name: str = "use"

    def judge(self, offer: Offer) -> Outcome:
        """Return whether the plot is of that class."""
        if not offer.use:
            return Outcome.UNKNOWN
        if offer.use.startswith(self.code):
            return Outcome.MET
        # A plot of which only the class above is known may be of the one that is asked.
        return Outcome.UNKNOWN if self.code.startswith(offer.use) else Outcome.NOT_MET


@dataclass(frozen=True)
class Industry:
    """An industry that must be permitted, with its section letter: ``C195``.

    Who asks for a division, where plots permit only some of its groups, has not said enough:
    that is unknown until a group is chosen.
    """

    code: str
    name: str = "industry"

    def judge(self, offer: Offer) -> Outcome:
        """Return whether the industry is permitted."""
        if not offer.industries or any(self.code.startswith(code) for code in offer.industries):
            return Outcome.MET if offer.industries else Outcome.UNKNOWN
        return Outcome.UNKNOWN if self.narrower(offer) else Outcome.NOT_MET

    def narrower(self, offer: Offer) -> list[str]:
        """Return the permitted industries that are only a part of the one that is asked."""
        below = (code for code in offer.industries if code.startswith(self.code))
        return [code for code in below if code != self.code]


@dataclass(frozen=True)
class HasUtility:
    """A utility that must be there, at whatever distance; the reason names the distance."""

    kind: str
    name: str = "utility"

    def judge(self, offer: Offer) -> Outcome:
        """Return whether the record of the plot says that it is there."""
        utility = offer.utilities.get(self.kind)
        if utility is None:
            return Outcome.UNKNOWN
        return Outcome.MET if utility.is_there else Outcome.NOT_MET


@dataclass(frozen=True)
class HasTenure:
    """Land to buy, or to lease."""

    tenure: Tenure
    name: str = "tenure"

    def judge(self, offer: Offer) -> Outcome:
        """Return whether the way of supply allows it."""
        if offer.tenures is None:
            return Outcome.UNKNOWN
        return Outcome.MET if self.tenure in offer.tenures else Outcome.NOT_MET


@dataclass(frozen=True)
class InCounty:
    """A county, by its code."""

    adcode: str
    name: str = "county"

    def judge(self, offer: Offer) -> Outcome:
        """Return whether it lies there."""
        if not offer.county:
            return Outcome.UNKNOWN
        return Outcome.MET if offer.county == self.adcode else Outcome.NOT_MET


@dataclass(frozen=True)
class InPark:
    """A park, with all parks inside it."""

    park: str
    name: str = "park"

    def judge(self, offer: Offer) -> Outcome:
        """Return whether it lies there."""
        if not offer.parks:
            return Outcome.UNKNOWN
        return Outcome.MET if self.park in offer.parks else Outcome.NOT_MET


def judge_together(criterion: Criterion, offers: Sequence[Offer]) -> Outcome:
    """Return how plots side by side answer as one: every one must, and their areas add up."""
    if isinstance(criterion, Area):
        return criterion.judge_span(total_area(offers))
    return min(criterion.judge(offer) for offer in offers)


def total_area(offers: Sequence[Offer]) -> Span:
    """Return the area of one or more offers, in m²."""
    return reduce(add, (offer.area_m2 for offer in offers))
