"""Known places of records, and which of several readings of the numbers they speak for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

_PARK_WEIGHT = {"surveyed": 0.5, "text-limits": 0.5}
_LEAD = 3.0
"""So many more plots must speak for a reading than against it: two may be two typing slips."""

_AGAINST = 4.0
_MOST_ANCHORS = 2_000


@dataclass(frozen=True)
class Anchor:
    """Where a record is known to lie, from its plot, its park or its earlier geometry.

    Parameters
    ----------
    index
        Position of the record in the numbers.
    place
        Polygon of the plot or park in WGS84.
    kind
        A plot, or the earlier geometry of the same record, is small enough to tell datums
        apart; a park tells little.
    nature
        Of the park: one that is not surveyed or described by its limits has no weight.
    """

    index: int
    place: BaseGeometry
    kind: Literal["plot", "park"] = "plot"
    nature: str = "surveyed"

    @property
    def weight(self) -> float:
        """How much a record inside the place says about the datum, a plot being 1."""
        return 1.0 if self.kind == "plot" else _PARK_WEIGHT.get(self.nature, 0.0)


@dataclass(frozen=True)
class Votes:
    """How many records lie inside their places under each reading of the numbers.

    Parameters
    ----------
    inside
        Number of records by reading.
    total
        Number of records that have a place with weight.
    winner
        The reading that the places clearly speak for, ``None`` if none does.
    """

    inside: Mapping[str, int]
    total: int
    winner: str | None

    def share(self, reading: str) -> str:
        """Return the count of one reading, such as ``41/43``."""
        return f"{self.inside[reading]}/{self.total}"

    def confidence(self, reading: str) -> float:
        """Return how sure the reading is by its count, between 0 and 1 (rule of succession)."""
        return (self.inside[reading] + 1) / (self.total + 2)


def evenly(items: Sequence[Anchor]) -> Sequence[Anchor]:
    """Return at most 2,000 of the anchors, evenly spaced: more would decide nothing else."""
    step = -(-len(items) // _MOST_ANCHORS)
    return items[:: max(step, 1)]


def count_votes(readings: Mapping[str, np.ndarray], anchors: Sequence[Anchor]) -> Votes:
    """Return the votes of the anchors for readings of their own records.

    Each reading has a row of longitude and latitude (WGS84) per anchor, in their order.
    """
    weights = np.array([anchor.weight for anchor in anchors])
    places = np.array([anchor.place for anchor in anchors], dtype=object)
    voting = weights > 0
    hits = {
        name: shapely.contains_xy(places, points[:, 0], points[:, 1]) & voting
        for name, points in readings.items()
    }
    winner = next((name for name in hits if _wins(name, hits, weights)), None)
    inside = {name: int(hit.sum()) for name, hit in hits.items()}
    return Votes(inside, int(voting.sum()), winner)


def near_share(points: np.ndarray, anchors: Sequence[Anchor], *, degrees: float) -> float:
    """Return which share of the points lies within some degrees of their places."""
    places = np.array([anchor.place for anchor in anchors], dtype=object)
    distances = shapely.distance(places, shapely.points(points))
    return float(np.mean(distances <= degrees))


def _wins(name: str, hits: Mapping[str, np.ndarray], weights: np.ndarray) -> bool:
    """Return whether a reading has most records inside and beats every other.

    Only records that one reading puts inside and the other outside tell the two apart.
    """
    own = hits[name]
    if (own * weights).sum() * 2 < weights.sum() or not own.any():
        return False
    for other, theirs in hits.items():
        ahead = ((own & ~theirs) * weights).sum()
        behind = ((theirs & ~own) * weights).sum()
        if other != name and ahead < max(_LEAD, _AGAINST * behind):
            return False
    return True
