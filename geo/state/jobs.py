"""Jobs: work that a process of its own does for a person who waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from geo.errors import NotFound
from geo.state.database import State
from geo.state.models import ENDED, Job, utc_now

__all__ = ["Job", "create", "get", "recent", "update"]

_CHANGEABLE = ("state", "progress", "params", "error")


def create(state: State, *, kind: str, by: str, params: Mapping[str, Any]) -> Job:
    """Return a new job that waits to be run; its number cannot be guessed."""
    job = Job(kind=kind, by=by, params=dict(params))
    with state.session() as session:
        session.add(job)
    return job


def get(state: State, id: str, /) -> Job:
    """Return a job.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN``.
    """
    with state.session(reads_only=True) as session:
        job = session.get(Job, id)
    if job is None:
        raise NotFound("JOB_UNKNOWN")
    return job


def update(state: State, id: str, /, **changes: Any) -> Job:
    """Change a job's ``state``, ``progress``, ``params`` or ``error`` and return it.

    A job that has ended (done, failed, cancelled) stays as it ended: the process of one
    that was cancelled may report a moment later.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN``.
    """
    unknown = changes.keys() - set(_CHANGEABLE)
    if unknown:
        msg = f"not changeable: {sorted(unknown)}"
        raise TypeError(msg)
    with state.session() as session:
        job = session.get(Job, id)
        if job is None:
            raise NotFound("JOB_UNKNOWN")
        if job.state not in ENDED:
            for name, value in changes.items():
                setattr(job, name, value)
            job.finished_at = utc_now() if job.state in ENDED else None
    return job


def recent(state: State, limit: int) -> list[Job]:
    """Return the latest jobs, the newest first."""
    query = select(Job).order_by(Job.created_at.desc()).limit(limit)
    with state.session(reads_only=True) as session:
        return list(session.scalars(query))
