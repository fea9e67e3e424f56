"""Waivers: a finding that somebody answers for no longer keeps a plot off the offer.

A waiver always ends: it counts up to and including a day at most two years ahead, so that
nobody's word outlives the one who gave it. It holds to the identifier of the finding, which
stays the same for as long as the fault does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.errors import BadRequest, NotFound
from geo.findings import NO_WAIVERS, Waiver, Waivers
from geo.model import BLOCKING
from geo.settings import Settings
from geo.state import audit
from geo.state.database import State, has_state, open_state
from geo.state.models import WaiverEntry, utc_now
from geo.state.terms import faults_of_term
from geo.state.texts import one_line

LONGEST_DAYS = 730
"""How far ahead a waiver may end."""

LONGEST_REASON = 500
"""Characters of a reason."""

_SEEN = ("expected", "actual", "area_m2")


def read_reason(text: str) -> str:
    """Return a reason as it is kept: on one line, in plain characters."""
    return one_line(text[: 10 * LONGEST_REASON])


def faults_of(reason: str, until: date | None, *, on: date) -> dict[str, str]:
    """Return what is wrong with a waiver, by field: what the key of the sentence ends in.

    Parameters
    ----------
    reason
        As :func:`read_reason` returns it.
    until
        The last day; ``None`` if it is missing or none.
    on
        Today.

    >>> faults_of("", date(2026, 11, 1), on=date(2026, 11, 22))
    {'reason': 'reason_missing', 'until': 'until_past'}
    """
    return faults_of_term("reason", reason, until, longest=LONGEST_REASON, on=on, last=last_day(on))


def last_day(on: date) -> date:
    """Return the latest day on which a waiver that is granted now may end."""
    return on + timedelta(days=LONGEST_DAYS)


def grant(
    state: State, finding: Mapping[str, Any], *, reason: str, until: date, by: str, on: date
) -> WaiverEntry:
    """Waive a finding and return the waiver; the log says so.

    Parameters
    ----------
    state
        The instance's state.
    finding
        As a snapshot or the command line holds it.
    reason, until
        Without faults; see :func:`faults_of`.
    by
        The account's name.
    on
        Today.

    Raises
    ------
    BadRequest
        ``WAIVER_BLOCKING`` if its rule stops publishing, ``WAIVER_EXISTS`` if it is waived
        already, ``WAIVER_INVALID`` for a reason or a day with a fault.
    """
    if finding["rule"] in BLOCKING:
        raise BadRequest("WAIVER_BLOCKING", rule=finding["rule"])
    if faults_of(reason, until, on=on):
        raise BadRequest("WAIVER_INVALID")
    entry = WaiverEntry(
        finding=finding["id"],
        rule=finding["rule"],
        layer=finding["layer"],
        features=list(finding["feature"]),
        seen={name: finding.get(name) for name in _SEEN},
        reason=reason,
        by=by[:80],
        at=utc_now(),
        until=until,
    )
    with state.session() as session:
        if _standing(session, on, finding=entry.finding):
            raise BadRequest("WAIVER_EXISTS")
        session.add(entry)
        detail = {"finding": entry.finding, "reason": reason, "until": until.isoformat()}
        audit.add(session, by=by, action="finding_waived", detail=detail)
    return entry


def withdraw(state: State, finding: str, *, by: str, on: date) -> None:
    """Take back the waiver of a finding; the log says so.

    Raises
    ------
    NotFound
        ``WAIVER_UNKNOWN`` if none stands.
    """
    with state.session() as session:
        found = _standing(session, on, finding=finding)
        if not found:
            raise NotFound("WAIVER_UNKNOWN")
        for entry in found:
            entry.withdrawn_by, entry.withdrawn_at = by[:80], utc_now()
        audit.add(session, by=by, action="waiver_withdrawn", detail={"finding": finding})


def active(state: State, on: date) -> Sequence[WaiverEntry]:
    """Return the waivers that are not withdrawn and have not ended before a day."""
    with state.session(reads_only=True) as session:
        return _standing(session, on)


def history(state: State, finding: str) -> Sequence[WaiverEntry]:
    """Return all waivers that a finding ever had, the newest first."""
    query = select(WaiverEntry).where(WaiverEntry.finding == finding)
    with state.session(reads_only=True) as session:
        return session.scalars(query.order_by(WaiverEntry.id.desc())).all()


def recorded(settings: Settings, on: date) -> Waivers:
    """Return the waivers that stand on a day, as publishing takes them.

    An instance without a database has none, and gets none by being asked.

    Raises
    ------
    RunError
        As :func:`geo.state.open_state` does: what was waived must not quietly be forgotten.
    """
    if not has_state(settings):
        return NO_WAIVERS
    return by_finding(active(open_state(settings), on))


def by_finding(entries: Sequence[WaiverEntry]) -> dict[str, Waiver]:
    """Return what is said by each waiver, by the identifier of its finding."""
    return {one.finding: Waiver(one.reason, one.by, one.until, one.seen) for one in entries}


def _standing(session: Session, on: date, *, finding: str | None = None) -> Sequence[WaiverEntry]:
    query = select(WaiverEntry).where(WaiverEntry.withdrawn_at.is_(None), WaiverEntry.until >= on)
    if finding is not None:
        query = query.where(WaiverEntry.finding == finding)
    return session.scalars(query.order_by(WaiverEntry.id)).all()
