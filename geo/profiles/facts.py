"""The pieces of a profile: facts, each known or not, and what to ask where one is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from geo.model import parse_partial_date
from geo.wording import Quantity, Wording

OLD_MONTHS = 24
"""A record older than this says so."""


@dataclass(frozen=True)
class Fact:
    """One line of a profile.

    Parameters
    ----------
    name
        By which facts of two profiles are the same, such as ``term``.
    label
        What it is, in words.
    value
        ``None`` or empty if it is not known.
    remark
        Small beside the value: a code, another unit.
    question
        What to ask the park if it is not known; empty if nobody would ask.
    """

    name: str
    label: str
    value: Quantity | str | None = None
    remark: str = ""
    question: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return bool(self.value)


@dataclass(frozen=True)
class Section:
    """Facts under one heading."""

    name: str
    title: str
    facts: tuple[Fact, ...]

    @property
    def has_known(self) -> bool:
        """Whether any of the facts is known."""
        return any(fact.is_known for fact in self.facts)


@dataclass(frozen=True)
class Age:
    """How old a record is on the day of the publish.

    Parameters
    ----------
    as_of
        The date that the record states.
    text
        The age in words.
    is_old
        Whether it is older than :data:`OLD_MONTHS`.
    """

    as_of: str
    text: str
    is_old: bool


def questions(sections: Iterable[Section]) -> list[str]:
    """Return what to ask the park, in the order of the sections."""
    facts = (fact for section in sections for fact in section.facts)
    return [fact.question for fact in facts if fact.question and not fact.is_known]


def age_of(as_of: object, today: str, w: Wording) -> Age | None:
    """Return how old a record is, ``None`` if it states no date that can be read.

    Parameters
    ----------
    as_of
        ``2020``, ``2020-10`` or ``2020-10-14``; the end of what it names counts.
    today
        The date that the snapshot counts ages from.
    """
    stated, now = parse_partial_date(str(as_of or "")), date.fromisoformat(today)
    if stated is None:
        return None
    months = (now.year - stated[1].year) * 12 + now.month - stated[1].month
    if months < 1:
        text = w.t("place.age_new")
    elif months < OLD_MONTHS:
        text = w.t("place.age_months", count=months)
    else:
        text = w.t("place.age_years", count=months // 12)
    return Age(str(as_of), text, months > OLD_MONTHS)
