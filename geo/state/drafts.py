"""Drafts: changed layouts that staff try out, until they are discarded or too old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from geo.errors import BadRequest, NotFound
from geo.state import audit
from geo.state.database import State
from geo.state.models import Draft, utc_now
from geo.state.texts import one_line

__all__ = [
    "KEPT_DAYS",
    "LONGEST_TITLE",
    "MOST",
    "Draft",
    "add",
    "attach",
    "change_options",
    "conclude",
    "discard",
    "ends_at",
    "get",
    "listed",
    "note_handover",
    "prune",
]

MOST = 30
"""Most drafts of an instance at a time; who wants another one discards one first."""

KEPT_DAYS = 90
"""How long a draft is kept."""

LONGEST_TITLE = 80


def add(
    state: State, *, title: str, layer: str, file: str, options: Mapping[str, Any], by: str
) -> Draft:
    """Return a new draft, whose number cannot be guessed; the log says who made it.

    Parameters
    ----------
    state
        The instance's state.
    title
        What its owner calls it; without one it is called by its file.
    layer
        The layer that it would change.
    file
        What its owner calls the file: a text to show, never a path.
    options
        How the file is imported, as JSON.
    by
        The account's name.

    Raises
    ------
    BadRequest
        ``DRAFTS_FULL``.
    """
    draft = Draft(
        title=one_line(title)[:LONGEST_TITLE] or file[:LONGEST_TITLE],
        layer=layer,
        file=file,
        options=dict(options),
        by=by[:80],
    )
    open_ones = select(func.count()).where(Draft.discarded_at.is_(None))
    with state.session() as session:
        if (session.scalar(open_ones) or 0) >= MOST:
            raise BadRequest("DRAFTS_FULL", limit=MOST)
        session.add(draft)
        session.flush()  # it gets its number
        audit.add(session, by=by, action="draft_added", detail=_about(draft))
    return draft


def get(state: State, id: str, /) -> Draft:
    """Return a draft.

    Raises
    ------
    NotFound
        ``DRAFT_UNKNOWN``; ``DRAFT_DISCARDED``, which says by whom.
    """
    with state.session(reads_only=True) as session:
        draft = session.get(Draft, id)
    return _standing(draft)


def listed(state: State) -> Sequence[Draft]:
    """Return the drafts that are not discarded, the newest first."""
    query = select(Draft).where(Draft.discarded_at.is_(None))
    with state.session(reads_only=True) as session:
        return session.scalars(query.order_by(Draft.created_at.desc(), Draft.id)).all()


def attach(state: State, id: str, /, *, job: str) -> None:
    """Note the job that works out what a draft would mean; errors as :func:`get`."""
    with state.session() as session:
        _standing(session.get(Draft, id)).job = job


def change_options(state: State, id: str, /, options: Mapping[str, Any]) -> None:
    """Change how a draft's file is imported; errors as :func:`get`."""
    with state.session() as session:
        _standing(session.get(Draft, id)).options = dict(options)


def conclude(state: State, id: str, /, summary: Mapping[str, Any]) -> None:
    """Keep the few numbers that the list shows; errors as :func:`get`."""
    with state.session() as session:
        _standing(session.get(Draft, id)).summary = dict(summary)


def discard(state: State, id: str, /, *, by: str) -> None:
    """Discard a draft; the log says by whom. Errors as :func:`get`."""
    with state.session() as session:
        draft = _standing(session.get(Draft, id))
        draft.discarded_by, draft.discarded_at = by[:80], utc_now()
        audit.add(session, by=by, action="draft_discarded", detail=_about(draft))


def note_handover(state: State, id: str, /, *, job: str, by: str) -> None:
    """Log that a draft's file went to import, and as which job; errors as :func:`get`."""
    with state.session() as session:
        draft = _standing(session.get(Draft, id))
        detail = {**_about(draft), "job": job}
        audit.add(session, by=by, action="draft_handed_over", detail=detail)


def ends_at(draft: Draft) -> datetime:
    """Return when a draft is removed."""
    return draft.created_at + timedelta(days=KEPT_DAYS)


def prune(state: State, now: datetime) -> list[str]:
    """Forget the drafts that are too old and return their numbers."""
    old = Draft.created_at <= now - timedelta(days=KEPT_DAYS)
    with state.session(reads_only=True) as session:
        found = list(session.scalars(select(Draft.id).where(old)))
    if found:  # a look takes no turn among the writers
        with state.session() as session:
            session.execute(delete(Draft).where(Draft.id.in_(found)))
    return found


def _standing(draft: Draft | None) -> Draft:
    if draft is None:
        raise NotFound("DRAFT_UNKNOWN", days=KEPT_DAYS)
    if draft.discarded_at is not None:
        raise NotFound("DRAFT_DISCARDED", title=draft.title, by=draft.discarded_by)
    return draft


def _about(draft: Draft) -> dict[str, Any]:
    return {"id": draft.id, "title": draft.title, "file": draft.file}
