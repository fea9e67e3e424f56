"""Times are stored in UTC, shown and reasoned about in Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Return today's date in Asia/Shanghai, the default of ``--as-of``."""
    return datetime.now(SHANGHAI).date()


def shown_time(at: datetime | str) -> str:
    """Return a time, or its ISO 8601 text, to the minute in Asia/Shanghai.

    >>> shown_time("2026-11-24T02:41:35+00:00")
    '2026-11-24 10:41'
    """
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
