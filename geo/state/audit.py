"""The audit log: who did what, when. Entries are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.errors import GeoError
from geo.settings import Settings
from geo.state.database import State, open_state
from geo.state.models import AuditEntry

ACTIONS = (
    "sign_in",
    "sign_in_failed",
    "sign_out",
    "password_changed",
    "user_added",
    "user_disabled",
    "password_set",
    "import",
    "job_cancelled",
    "layer_restored",
    "publish",
    "rollback",
    "backup",
    "restore",
    "upgrade",
    "enquiry_deleted",
    "enquiries_exported",
    "finding_waived",
    "waiver_withdrawn",
    "draft_added",
    "draft_discarded",
    "draft_handed_over",
    "export",
    "story_saved",
    "token_made",
    "token_revoked",
    "token_refused",
)
"""What is recorded; each has a text ``action.<name>``."""


def record(state: State, *, by: str, action: str, detail: Mapping[str, Any]) -> None:
    """Record that somebody did something.

    Parameters
    ----------
    state
        The instance's state.
    by
        The account's name, or the system's user on the command line.
    action
        One of :data:`ACTIONS`.
    detail
        What it was about, as JSON: names and numbers, no passwords and no file contents.
    """
    with state.session() as session:
        add(session, by=by, action=action, detail=detail)


def add(session: Session, *, by: str, action: str, detail: Mapping[str, Any]) -> None:
    """Record something within a transaction, so that both are kept or neither."""
    session.add(AuditEntry(by=by[:80], action=action, detail=dict(detail)))


def note(settings: Settings, *, by: str, action: str, detail: Mapping[str, Any]) -> bool:
    """Record something done on the command line; return whether it could be recorded.

    A state database that cannot be opened keeps nobody from publishing: the log of the
    snapshots says who and when as well.
    """
    try:
        record(open_state(settings), by=by, action=action, detail=detail)
    except (GeoError, OSError):
        return False
    return True


def entries(
    state: State, *, limit: int, before: int | None = None, action: str | None = None
) -> list[AuditEntry]:
    """Return entries, the newest first.

    Parameters
    ----------
    state
        The instance's state.
    limit
        How many at most.
    before
        Only those older than the entry of this number.
    action
        Only those of this action.
    """
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    with state.session(reads_only=True) as session:
        return list(session.scalars(query))
