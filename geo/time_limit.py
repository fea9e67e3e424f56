"""How long one request may look through layers, and how many may look for long at once.

A filter from outside may be a costly one, and a server has few threads: all queries of a request
share one limit, and some threads are always left to those who ask for little.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore

from geo.errors import BadRequest

LONGEST_SECONDS = 5.0
"""Time after which a request is given up."""

_LONG_SECONDS = 1.0
"""Time from which it counts as a long one."""

_turns = BoundedSemaphore(6)
"""Long requests at once: two fewer than there are threads (:mod:`geo.web.serve`)."""


class TimeLimit:
    """The time that a request has, from now on."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._has_turn = False
        self._refusal: str | None = None

    def is_over(self) -> bool:
        """Return whether to give up; cheap enough to be asked every millisecond."""
        spent = time.monotonic() - self._begin
        if spent > LONGEST_SECONDS:
            self._refusal = "API_QUERY_COSTLY"
        elif spent > _LONG_SECONDS and not self._has_turn:
            self._has_turn = _turns.acquire(blocking=False)
            if not self._has_turn:
                self._refusal = "API_BUSY"
        return self._refusal is not None

    def check(self) -> None:
        """Give up if the time is over.

        Raises
        ------
        BadRequest
            ``API_QUERY_COSTLY``, or ``API_BUSY`` if too many take long just now.
        """
        if self.is_over():
            raise BadRequest(str(self._refusal))

    def end(self) -> None:
        """Leave the turn to others."""
        if self._has_turn:
            _turns.release()


_current: ContextVar[TimeLimit | None] = ContextVar("time_limit", default=None)


@contextmanager
def limited() -> Iterator[TimeLimit]:
    """Return the limit of what is done within: that of the block around, if there is one."""
    around = _current.get()
    if around is not None:
        yield around
        return
    limit = TimeLimit()
    token = _current.set(limit)
    try:
        yield limit
    finally:
        _current.reset(token)
        limit.end()
