"""What is known of an amount, and how that answers a question about it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Outcome(IntEnum):
    """How an offer answers a criterion; of several members the least counts."""

    NOT_MET = 0
    UNKNOWN = 1
    MET = 2


@dataclass(frozen=True, slots=True)
class Span:
    """An amount that lies somewhere between two bounds, both included.

    An exact amount has equal bounds; one of which nothing is known has infinite ones. A
    question is answered with yes or no only if the whole span answers it so.

    Examples
    --------
    >>> Span(5, 8).at_least(5), Span(5, 8).at_least(6), Span(5, 8).at_least(9)
    (<Outcome.MET: 2>, <Outcome.UNKNOWN: 1>, <Outcome.NOT_MET: 0>)
    """

    low: float = -math.inf
    high: float = math.inf

    @classmethod
    def exact(cls, value: object) -> Span:
        """Return the span of a published number; nothing is known of what is no number."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return UNKNOWN_SPAN
        return cls(value, value) if math.isfinite(value) else UNKNOWN_SPAN

    @property
    def is_exact(self) -> bool:
        """Whether there is only one amount that it can be."""
        return self.low == self.high

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it."""
        return math.isfinite(self.low) or math.isfinite(self.high)

    def at_least(self, limit: float) -> Outcome:
        """Return whether the amount is the limit or more."""
        if self.low >= limit:
            return Outcome.MET
        return Outcome.NOT_MET if self.high < limit else Outcome.UNKNOWN

    def at_most(self, limit: float) -> Outcome:
        """Return whether the amount is the limit or less."""
        if self.high <= limit:
            return Outcome.MET
        return Outcome.NOT_MET if self.low > limit else Outcome.UNKNOWN

    def __add__(self, other: Span) -> Span:
        """Return the span of the sum of both amounts."""
        return Span(self.low + other.low, self.high + other.high)


UNKNOWN_SPAN = Span()


def around(spans: Iterable[Span]) -> Span:
    """Return the span in which all of the amounts lie; of none nothing is known."""
    found = list(spans)
    if not found:
        return UNKNOWN_SPAN
    return Span(min(span.low for span in found), max(span.high for span in found))
