"""Put offers in order: first those that nothing speaks against, each with its answers.

Offers that answer any criterion with no stand in a group of their own, below. Within a group
those with more criteria met come first, then those with fewer unknown ones, then single plots
before plots side by side, then those whose area is nearest to what was asked, then the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geo.match.adjoining import find_adjoining
from geo.match.criteria import Area, Criterion, judge_together, total_area
from geo.match.offers import Offer
from geo.match.span import Outcome


@dataclass(frozen=True, slots=True)
class Match:
    """An offer, or several plots side by side, with the answer to every criterion."""

    offers: tuple[Offer, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def key(self) -> str:
        """The keys of its offers."""
        return "+".join(offer.key for offer in self.offers)

    def count(self, outcome: Outcome) -> int:
        """Return how many criteria are answered so."""
        return self.outcomes.count(outcome)

    @property
    def fits(self) -> bool:
        """Whether nothing that is known speaks against it."""
        return Outcome.NOT_MET not in self.outcomes


@dataclass(frozen=True)
class Ranking:
    """The offers in order.

    Parameters
    ----------
    criteria
        What was asked, in the order of the outcomes.
    fitting
        Those that nothing speaks against, plots side by side among them.
    others
        Single offers that answer a criterion with no, fewest first.
    """

    criteria: tuple[Criterion, ...]
    fitting: list[Match]
    others: list[Match]

    def gained_without(self) -> list[tuple[Criterion, int]]:
        """Return how many offers more would fit without each criterion, most first."""
        gained = [0] * len(self.criteria)
        for match in self.others:
            if match.count(Outcome.NOT_MET) == 1:
                gained[match.outcomes.index(Outcome.NOT_MET)] += 1
        pairs = zip(self.criteria, gained, strict=True)
        return sorted((p for p in pairs if p[1]), key=lambda pair: -pair[1])


def rank(
    offers: Iterable[Offer],
    criteria: Sequence[Criterion],
    neighbours: Mapping[str, Sequence[str]] | None = None,
) -> Ranking:
    """Return the offers in order.

    Parameters
    ----------
    offers
        All of one kind.
    criteria
        What is asked.
    neighbours
        By plot those beside it, as ``adjacency.json`` has them; plots that together are
        large enough are then offered as one.
    """
    asked = tuple(criteria)
    matches = [Match((o,), tuple(c.judge(o) for c in asked)) for o in offers]
    fitting = [match for match in matches if match.fits]
    fitting += [_together(found, asked) for found in _adjoining(matches, asked, neighbours or {})]
    area = next((c for c in asked if isinstance(c, Area)), None)
    return Ranking(
        asked,
        sorted(fitting, key=lambda match: _order(match, area)),
        sorted((m for m in matches if not m.fits), key=lambda match: _order(match, area)),
    )


def _together(offers: tuple[Offer, ...], criteria: tuple[Criterion, ...]) -> Match:
    return Match(offers, tuple(judge_together(c, offers) for c in criteria))


def _order(match: Match, area: Area | None) -> tuple[int, int, int, float, str]:
    distance = area.distance(total_area(match.offers)) if area else 0.0
    return (
        match.count(Outcome.NOT_MET),
        match.count(Outcome.UNKNOWN),
        len(match.offers),
        distance,
        match.key,
    )


def _adjoining(
    matches: Iterable[Match],
    criteria: tuple[Criterion, ...],
    neighbours: Mapping[str, Sequence[str]],
) -> list[tuple[Offer, ...]]:
    """Return plots that lack nothing but size, put together so that they have it."""
    area = next((c for c in criteria if isinstance(c, Area)), None)
    if area is None or area.least_m2 is None or not neighbours:
        return []
    small = [
        match
        for match in matches
        # Too small, and that is all that speaks against it.
        if match.offers[0].area_m2.high < area.least_m2 and match.count(Outcome.NOT_MET) == 1
    ]
    usable = {match.offers[0].key: match.offers[0] for match in small}
    unknown = {match.offers[0].key: match.count(Outcome.UNKNOWN) for match in small}
    return find_adjoining(usable, neighbours, area, unknown)
