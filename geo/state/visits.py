"""Visits: the browsers in which a person is signed in. Ended here, a cookie is worth nothing."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, or_

from geo.state.database import State
from geo.state.models import User, Visit, utc_now

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
_NOTED_EVERY = timedelta(minutes=1)


def begin(state: State, user: User) -> str:
    """Return the token of a new visit; visits that ran out are forgotten."""
    token = secrets.token_urlsafe(32)
    now = utc_now()
    is_over = or_(Visit.seen_at < now - IDLE, Visit.begun_at < now - LONGEST)
    with state.session() as session:
        session.execute(delete(Visit).where(is_over))
        session.add(Visit(token=token, user_id=user.id))
    return token


def visitor(state: State, token: str) -> User | None:
    """Return whose visit it is; ``None`` when it ended, ran out or never was.

    It runs out after two hours without a request, and after twelve in any case.
    """
    now = utc_now()
    with state.session(reads_only=True) as session:
        visit = session.get(Visit, token)
        user = session.get(User, visit.user_id) if visit else None
    if visit is None or user is None or not user.active:
        return None
    if now - visit.seen_at > IDLE or now - visit.begun_at > LONGEST:
        return None
    if now - visit.seen_at > _NOTED_EVERY:
        _note(state, token)
    return user


def end(state: State, token: str) -> None:
    """End a visit."""
    with state.session() as session:
        session.execute(delete(Visit).where(Visit.token == token))


def _note(state: State, token: str) -> None:
    with state.session() as session:
        visit = session.get(Visit, token)
        if visit is not None:
            visit.seen_at = utc_now()
