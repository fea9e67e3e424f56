"""The parameter ``datetime``: which features are of a time, by their ``as_of``, and the extent.

``as_of`` is a day, a month or a year, and means all of it; a feature is of a time if the two
have a day in common. Days are those of Asia/Shanghai.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from geo.errors import BadRequest
from geo.feature_store import FeatureStore, Where, quoted
from geo.kept import kept_by_each
from geo.model import parse_partial_date
from geo.times import SHANGHAI

Days = tuple[str | None, str | None]
"""First and last day as ISO 8601, ``None`` where a side is open."""

FIELD = "as_of"
_LONGEST = 100
_OPEN = ("", "..")
_DAY = re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def read_datetime(text: str) -> Days:
    """Return the days that an instant or an interval of RFC 3339 covers.

    Beside times, days, months and years are understood: ``2020``, ``2020-10``, ``2020-10-01``.

    Raises
    ------
    BadRequest
        ``API_DATETIME_INVALID``.

    >>> read_datetime("2026-11/..")
    ('2026-11-01', None)
    >>> read_datetime("2026-11-21T20:00:00Z")
    ('2026-11-22', '2026-11-22')
    """
    parts = text[:_LONGEST].split("/")
    if len(parts) > 2 or (len(parts) == 1 and parts[0] in _OPEN):
        raise BadRequest("API_DATETIME_INVALID")
    first, last = parts[0], parts[-1]
    begin = None if first in _OPEN else _days(first)[0].isoformat()
    end = None if last in _OPEN else _days(last)[1].isoformat()
    if begin is not None and end is not None and begin > end:
        raise BadRequest("API_DATETIME_INVALID")
    return begin, end


def condition(days: Days) -> Where:
    """Return the condition under which a feature's ``as_of`` has a day in common with ``days``.

    A feature without ``as_of`` is of no time.
    """
    column, (begin, end) = quoted(FIELD), days
    # "2020-10" begins as 2020-10-01 and ends as 2020-10-31; as texts they are in order, and
    # it does no harm that a month may have no such day.
    parts, values = [f"{column} IS NOT NULL"], []
    if end is not None:
        parts.append(f"{column} || substr('0000-01-01', length({column}) + 1) <= ?")
        values.append(end)
    if begin is not None:
        parts.append(f"{column} || substr('0000-12-31', length({column}) + 1) >= ?")
        values.append(begin)
    return " AND ".join(parts), tuple(values)


@kept_by_each(64)
def covered_days(store: FeatureStore) -> tuple[date, date] | None:
    """Return the first and last day that features of a layer are of.

    ``None`` if they say none, or are too many to look through. Found once: they never change.

    Raises
    ------
    BadRequest
        ``API_BUSY``.
    """
    try:
        texts = store.values_of(FIELD)
    except BadRequest as error:
        if error.code != "API_QUERY_COSTLY":
            raise
        return None
    known = [days for text in texts if (days := parse_partial_date(text))]
    firsts, lasts = [first for first, _ in known], [last for _, last in known]
    return (min(firsts), max(lasts)) if known else None


def interval(days: tuple[date, date]) -> list[str]:
    """Return the first and last second of days in Asia/Shanghai, in UTC as RFC 3339 has it.

    >>> interval((date(2025, 1, 1), date(2026, 11, 30)))
    ['2024-12-31T16:00:00Z', '2026-11-30T15:59:59Z']
    """
    times = zip(days, (time.min, time(23, 59, 59)), strict=True)
    moments = (datetime.combine(day, at, SHANGHAI).astimezone(UTC) for day, at in times)
    return [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments]


def _days(text: str) -> tuple[date, date]:
    if _DAY.fullmatch(text):
        found = parse_partial_date(text)
        if found:
            return found
    if _TIME.fullmatch(text):
        try:
            day = datetime.fromisoformat(text.upper()).astimezone(SHANGHAI).date()
        except (ValueError, OverflowError):
            raise BadRequest("API_DATETIME_INVALID") from None
        return day, day
    raise BadRequest("API_DATETIME_INVALID")
