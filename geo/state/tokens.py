"""Tokens with which programs read the staff edition: made, revoked and ended by the staff.

A token is 256 random bits, so a plain SHA-256 of it is all that need be kept: there is nothing
to guess that a slow hash would protect. It works only as long as the account that made it, and
it always ends.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.errors import AccessDenied, BadRequest, NotFound
from geo.state import attempts, audit
from geo.state.database import State
from geo.state.models import Token, User, utc_now
from geo.state.terms import faults_of_term
from geo.state.texts import one_line

LONGEST_DAYS = 365
"""How far ahead a token may end."""

LONGEST_NAME = 60
"""Characters of the name that says what a token is for."""

_PREFIX = "parks_"
"""By which people, and scanners of published source, tell what was found."""

_FORM = re.compile(_PREFIX + r"[\w-]{43}", re.ASCII)


def read_name(text: str) -> str:
    """Return a name as it is kept: on one line, in plain characters."""
    return one_line(text[: 10 * LONGEST_NAME])


def faults_of(name: str, until: date | None, *, on: date) -> dict[str, str]:
    """Return what is wrong with a token, by field: what the key of the sentence ends in.

    Parameters
    ----------
    name
        As :func:`read_name` returns it.
    until
        The last day; ``None`` if it is missing or none.
    on
        Today.

    >>> faults_of("QGIS", date(2028, 1, 1), on=date(2026, 11, 22))
    {'until': 'until_far'}
    """
    return faults_of_term("name", name, until, longest=LONGEST_NAME, on=on, last=last_day(on))


def last_day(on: date) -> date:
    """Return the latest day on which a token that is made now may end."""
    return on + timedelta(days=LONGEST_DAYS)


def make(state: State, *, name: str, until: date, by: str, on: date) -> str:
    """Make a token and return it: the only time that anybody sees it. The log says so.

    Parameters
    ----------
    state
        The instance's state.
    name, until
        Without faults; see :func:`faults_of`. The token counts up to and including the day.
    by
        The account's name; the token ends with the account.
    on
        Today.

    Raises
    ------
    BadRequest
        ``TOKEN_FAULTY`` for a name or a day with a fault.
    """
    if faults_of(name, until, on=on):
        raise BadRequest("TOKEN_FAULTY")
    secret = _PREFIX + secrets.token_urlsafe(32)
    with state.session() as session:
        maker = session.scalars(select(User).where(User.name == by)).one()
        token = Token(digest=_digest(secret), name=name, user_id=maker.id, until=until)
        session.add(token)
        session.flush()
        detail = {"id": token.id, "token": name, "until": until.isoformat()}
        audit.add(session, by=by, action="token_made", detail=detail)
    return secret


def listed(state: State) -> Sequence[Token]:
    """Return all tokens, the newest first, the revoked and ended ones too."""
    with state.session(reads_only=True) as session:
        return session.scalars(select(Token).order_by(Token.id.desc())).all()


def is_valid(token: Token, *, on: date) -> bool:
    """Whether a token opens the staff edition on a day."""
    return token.revoked_at is None and token.until >= on and token.user.active


def revoke(state: State, number: int, *, by: str) -> None:
    """End a token now; the log says so. One that was revoked stays as it is.

    Raises
    ------
    NotFound
        ``TOKEN_UNKNOWN``.
    """
    with state.session() as session:
        token = session.get(Token, number)
        if token is None:
            raise NotFound("TOKEN_UNKNOWN")
        if token.revoked_at is None:
            token.revoked_by, token.revoked_at = by[:80], utc_now()
            detail = {"id": token.id, "token": token.name}
            audit.add(session, by=by, action="token_revoked", detail=detail)


def check(state: State, secret: str, *, address: str, on: date) -> None:
    """Let a valid token pass, noting the day of its use, and refuse any other.

    Parameters
    ----------
    state
        The instance's state.
    secret
        What the program showed.
    address
        Where it comes from: refused tokens are counted by it.
    on
        Today.

    Raises
    ------
    AccessDenied
        ``TOKEN_INVALID``; ``SIGN_IN_WAIT`` with ``seconds`` after too many of them. A valid
        token passes all the same: many programs may share an address with a faulty one.
    """
    with state.session(reads_only=True) as session:
        token = _find(session, secret)
        valid = token is not None and is_valid(token, on=on)
    if token is None or not valid:
        _refuse(state, token, address)
    elif token.last_used != on:
        with state.session() as session:
            session.get_one(Token, token.id).last_used = on


def _find(session: Session, secret: str) -> Token | None:
    if not _FORM.fullmatch(secret):
        return None
    digest = _digest(secret)
    token = session.scalars(select(Token).where(Token.digest == digest)).one_or_none()
    return token if token and hmac.compare_digest(token.digest, digest) else None


def _refuse(state: State, token: Token | None, address: str) -> None:
    detail = {"address": address, "id": token.id if token else None}
    with state.session() as session:
        attempts.charge(session, attempts.bearer(address))
        audit.add(session, by="", action="token_refused", detail=detail)
    raise AccessDenied("TOKEN_INVALID")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
