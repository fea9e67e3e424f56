"""DATE_ORDER and STALE: dates that cannot be, and figures that are old."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import MAXYEAR, date

import numpy as np
import pandas as pd

from geo.model import Finding, parse_partial_date
from geo.rules.finding import Context, field_words, phrase

DATE_PAIRS = (
    ("parcels", "start_due_on", "completion_due_on"),
    ("parcels", "started_on", "completed_on"),
    ("parcels", "started_on", "stopped_on"),
    ("policies", "valid_from", "valid_to"),
)
"""Fields of which the first cannot be later than the second."""

PAST_FIELDS = (
    ("parcels", "started_on"),
    ("parcels", "completed_on"),
    ("parcels", "stopped_on"),
    ("enterprises", "stage_on"),
)
"""Fields that tell of what has happened."""

PAST_STAGES = ("construction", "operating", "closed")
"""Stages that a firm is in; an earlier one may be dated by when it is expected."""

_DATE = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:-\d{2}(?:-\d{2})?)?(?!\d)", re.ASCII)
_NO_DAYS = (math.nan, math.nan)
_OPEN_END = re.compile(r"[-–—~至起]\s*$")


def check(context: Context) -> Iterator[Finding]:
    """Return the dates that contradict each other or the calendar, and the old figures."""
    yield from _check_order(context)
    yield from _check_past(context)
    yield from _check_age(context)


def date_ordinals(texts: pd.Series[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last day that each full or partial date names, as ordinals.

    NaN where there is no date.
    """
    codes, distinct = pd.factorize(texts)
    parsed = [parse_partial_date(text) for text in distinct]
    days = [(pair[0].toordinal(), pair[1].toordinal()) if pair else _NO_DAYS for pair in parsed]
    # A missing text has the code -1: the last pair.
    first, last = np.array([*days, _NO_DAYS], dtype=float).T
    return first[codes], last[codes]


def _check_order(context: Context) -> Iterator[Finding]:
    for kind, first, last in DATE_PAIRS:
        for layer, frame in context.of_kind(kind):
            # Later for certain, whatever days two partial dates mean.
            late = date_ordinals(frame[first])[0] > date_ordinals(frame[last])[1]
            for record in context.records(layer, late):
                start, end = frame[first].iloc[record.row], frame[last].iloc[record.row]
                yield context.finding(
                    "DATE_ORDER",
                    layer,
                    record,
                    detail=f"{first} {last}",
                    field=last,
                    actual=f"{start} > {end}",
                    problem=phrase(
                        "reason.date_order",
                        first=field_words(first),
                        last=field_words(last),
                        start=start,
                        end=end,
                    ),
                )


def _check_past(context: Context) -> Iterator[Finding]:
    for kind, column in PAST_FIELDS:
        for layer, frame in context.of_kind(kind):
            # A record that is dated later than the day of the check may well know of it.
            known = np.fmax(date_ordinals(frame["as_of"])[1], context.as_of.toordinal())
            ahead = date_ordinals(frame[column])[0] > known
            if kind == "enterprises":
                ahead &= frame["stage"].isin(PAST_STAGES).to_numpy(dtype=bool)
            for record in context.records(layer, ahead):
                value = frame[column].iloc[record.row]
                yield context.finding(
                    "DATE_ORDER",
                    layer,
                    record,
                    detail=f"{column} ahead",
                    field=column,
                    actual=str(value),
                    problem=phrase("reason.date_ahead", field=field_words(column), value=value),
                )


def _check_age(context: Context) -> Iterator[Finding]:
    limit = months_before(context.as_of, context.config.rule("STALE").threshold("months"))
    for kind in ("figures", "statistics", "costs"):
        for layer, frame in context.of_kind(kind):
            for record in context.records(layer, frame["value"].notna()):
                field = "period"
                if last_day(frame[field].iloc[record.row]) is None:
                    field = "as_of"
                shown = frame[field].iloc[record.row]
                last = last_day(shown)
                if last is not None and last < limit:
                    yield context.finding("STALE", layer, record, field=field, actual=str(shown))


def last_day(text: object) -> date | None:
    """Return the last day that the years or dates in a text name.

    ``2016–2020`` ends with 2020; ``2016–`` has no end, and neither has a text without dates.
    """
    if not isinstance(text, str) or _OPEN_END.search(text):
        return None
    named = (parse_partial_date(match) for match in _DATE.findall(text))
    return max((days[1] for days in named if days), default=None)


def months_before(day: date, months: float) -> date:
    """Return the day that many whole months earlier."""
    count = max(12, day.year * 12 + day.month - 1 - int(months))
    year, month = divmod(count, 12)
    # The 31st of a shorter month is its 28th: a threshold of two years is no matter of days.
    return date(year, month + 1, min(day.day, 28))


def months_after(day: date, months: float) -> date:
    """Return the last day of a period of that many whole months, which begins the next day.

    It has the number of the first day; where the month has no such day it is its last one
    (民法典 art. 202).

    >>> months_after(date(2024, 2, 29), 12)
    datetime.date(2025, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + int(months), 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
