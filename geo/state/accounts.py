"""Accounts: add, sign in, change the password, disable. Roles: viewer, staff."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from geo.errors import AccessDenied, BadRequest, NotFound
from geo.state import attempts, audit, passwords
from geo.state.database import State
from geo.state.models import Role, User, Visit, utc_now

_NAME = re.compile(r"[\w][\w.@-]{0,39}")


def normalise_name(name: str) -> str:
    """Return the name as it is kept: full-width and capital letters are the plain ones.

    >>> normalise_name(" Ｌi.Na ")
    'li.na'
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add_user(state: State, name: str, *, role: Role, password: str, by: str = "") -> User:
    """Make an account and return it; a disabled one comes back with this role and password.

    Raises
    ------
    BadRequest
        ``USER_NAME_INVALID``, ``USER_EXISTS``, ``PASSWORD_SHORT``, ``PASSWORD_LONG``,
        ``PASSWORD_COMMON``.
    """
    plain = normalise_name(name)
    if not _NAME.fullmatch(plain):
        raise BadRequest("USER_NAME_INVALID", name=name[:60])
    passwords.check_password(password, name=plain)
    digest = passwords.hash_password(password)
    with state.session() as session:
        user = _find(session, plain)
        if user is not None and user.active:
            raise BadRequest("USER_EXISTS", name=plain)
        user = user or User(name=plain)
        user.role, user.password_hash, user.active = role, digest, True
        user.password_changed_at = utc_now()
        session.add(user)
        audit.add(session, by=by, action="user_added", detail={"name": plain, "role": role})
    return user


def users(state: State) -> Sequence[User]:
    """Return all accounts by name, the disabled ones too."""
    with state.session(reads_only=True) as session:
        return session.scalars(select(User).order_by(User.name)).all()


def has_staff(state: State) -> bool:
    """Whether somebody can sign in who reads what is sent to the staff."""
    query = select(User.id).where(User.active, User.role == "staff").limit(1)
    with state.session(reads_only=True) as session:
        return session.scalar(query) is not None


def disable_user(state: State, name: str, *, by: str = "") -> None:
    """Keep a person from signing in and end where they are signed in.

    Raises
    ------
    NotFound
        ``USER_UNKNOWN``.
    """
    with state.session() as session:
        user = _require(session, name)
        user.active = False
        _end_visits(session, user)
        audit.add(session, by=by, action="user_disabled", detail={"name": user.name})


def set_password(state: State, name: str, *, password: str, by: str = "") -> None:
    """Give a person who forgot it a new password, and end where they are signed in.

    Raises
    ------
    NotFound
        ``USER_UNKNOWN``.
    BadRequest
        ``PASSWORD_SHORT``, ``PASSWORD_LONG``, ``PASSWORD_COMMON``.
    """
    passwords.check_password(password, name=normalise_name(name))
    digest = passwords.hash_password(password)
    with state.session() as session:
        user = _require(session, name)
        _store_password(session, user, digest)
        audit.add(session, by=by, action="password_set", detail={"name": user.name})


def sign_in(state: State, name: str, password: str, *, address: str) -> User:
    """Return the person whose name and password these are.

    An unknown name takes as long as a wrong password, and is told in the same words.

    Raises
    ------
    AccessDenied
        ``SIGN_IN_FAILED``; ``SIGN_IN_WAIT`` with ``seconds`` after too many failures.
    """
    plain = normalise_name(name)
    _try_password(state, plain, password, address)
    with state.session() as session:
        user = _require(session, plain)
        audit.add(session, by=plain, action="sign_in", detail={"address": address})
    return user


def change_password(state: State, name: str, *, old: str, new: str, address: str) -> User:
    """Change one's own password and return the account; every sign-in of it ends.

    Raises
    ------
    AccessDenied
        ``SIGN_IN_FAILED`` if the old password is wrong, ``SIGN_IN_WAIT``.
    BadRequest
        ``PASSWORD_SHORT``, ``PASSWORD_LONG``, ``PASSWORD_COMMON``.
    """
    plain = normalise_name(name)
    passwords.check_password(new, name=plain)
    _try_password(state, plain, old, address)
    digest = passwords.hash_password(new)
    with state.session() as session:
        user = _require(session, plain)
        _store_password(session, user, digest)
        audit.add(session, by=plain, action="password_changed", detail={"address": address})
    return user


def _try_password(state: State, plain: str, password: str, address: str) -> None:
    """Count the attempt, look at the password, and forgive the attempt if it is right."""
    counted = attempts.subjects(plain, address)
    with state.session() as session:
        attempts.charge(session, counted)
        user = _find(session, plain)
    stored = user.password_hash if user is not None and user.active else None
    if not passwords.is_password(stored, password):
        _record_failure(state, plain if user else "", address)
        raise AccessDenied("SIGN_IN_FAILED")
    with state.session() as session:
        attempts.forgive(session, counted)
        if stored is not None and passwords.is_outdated(stored):
            _require(session, plain).password_hash = passwords.hash_password(password)


def _record_failure(state: State, name: str, address: str) -> None:
    # An unknown name is not kept: it may be a password, typed into the wrong field.
    audit.record(state, by=name, action="sign_in_failed", detail={"address": address})


def _store_password(session: Session, user: User, digest: str) -> None:
    user.password_hash = digest
    user.password_changed_at = utc_now()
    _end_visits(session, user)


def _end_visits(session: Session, user: User) -> None:
    session.execute(delete(Visit).where(Visit.user_id == user.id))


def _find(session: Session, plain: str) -> User | None:
    return session.scalars(select(User).where(User.name == plain)).one_or_none()


def _require(session: Session, name: str) -> User:
    user = _find(session, normalise_name(name))
    if user is None:
        raise NotFound("USER_UNKNOWN", name=name[:60])
    return user
