"""Policies: what they grant, whether they still hold, and what was not seen of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo.model import parse_partial_date
from geo.query import Snapshot
from geo.wording import Wording

STATES = ("valid", "ahead", "unknown", "ended")
"""In the order of the page: what holds comes first."""


@dataclass(frozen=True)
class Policy:
    """One policy, in words.

    Parameters
    ----------
    title, number, benefit
        As the source has them; the number is empty if it was not seen.
    state
        One of :data:`STATES`, on the day that the snapshot counts ages from.
    validity
        Its dates, or that they were not seen.
    caution
        What was not seen of it and needs checking.
    page_date
        Of the page that was read.
    certainty
        How sure the page is, in words.
    source
        Where it stands.
    is_sample
        Whether it is made up.
    """

    title: str
    number: str
    benefit: str
    state: str
    validity: str
    caution: str
    page_date: str
    certainty: str
    source: str
    is_sample: bool


def policies_of(shown: Snapshot, w: Wording) -> list[Policy]:
    """Return the policies, those that hold first, each group in the order of the table."""
    today = date.fromisoformat(shown.site["as_of"])
    found = [_describe(record, today, w) for record in shown.records("policies")]
    return sorted(found, key=lambda policy: STATES.index(policy.state))


def state_of(valid_from: object, valid_to: object, today: date) -> str:
    """Return whether a policy holds on a day; a partial date counts in favour of holding.

    >>> state_of("2021-01-01", "2030-12-31", date(2026, 11, 22))
    'valid'
    >>> state_of("2021", "2025", date(2026, 11, 22)), state_of("2021", None, date(2026, 11, 22))
    ('ended', 'unknown')
    """
    begin, end = _days(valid_from), _days(valid_to)
    if begin and today < begin[0]:
        return "ahead"
    if end is None:
        return "unknown"
    return "valid" if today <= end[1] else "ended"


def _describe(record: Mapping[str, Any], today: date, w: Wording) -> Policy:
    begin, end = record.get("valid_from"), record.get("valid_to")
    return Policy(
        w.pick(record, "title"),
        str(record.get("number") or ""),
        w.pick(record, "benefit"),
        state_of(begin, end, today),
        _validity(str(begin or ""), str(end or ""), w),
        w.pick(record, "caution"),
        str(record.get("page_date") or ""),
        w.word("certainty", record.get("certainty")),
        str(record.get("source") or ""),
        record["nature"] == "sample",
    )


def _validity(begin: str, end: str, w: Wording) -> str:
    if begin and end:
        return w.t("policy.dates_both", begin=begin, end=end)
    if begin:
        return w.t("policy.dates_begin", begin=begin)
    return w.t("policy.dates_end", end=end) if end else w.t("policy.dates_none")


def _days(text: object) -> tuple[date, date] | None:
    return parse_partial_date(str(text)) if text else None
