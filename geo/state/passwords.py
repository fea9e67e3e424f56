"""Passwords: what is accepted, and how it is kept (argon2id, memory-hard)."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from geo.errors import BadRequest

SHORTEST = 12
_LONGEST = 256
_FEWEST_CHARACTERS = 5
_COMMON = Path(__file__).with_name("common_passwords.txt")

_hasher = PasswordHasher()
# Each takes 64 MiB for a moment: a burst of sign-ins must not take them all at once.
_turn = threading.BoundedSemaphore(2)


def check_password(password: str, *, name: str) -> None:
    """Refuse a password that would be guessed; nothing is demanded but length.

    Raises
    ------
    BadRequest
        ``PASSWORD_SHORT``, ``PASSWORD_LONG``, ``PASSWORD_COMMON``.
    """
    plain = _normalise(password)
    if len(plain) < SHORTEST:
        raise BadRequest("PASSWORD_SHORT", least=SHORTEST)
    if len(plain) > _LONGEST:
        raise BadRequest("PASSWORD_LONG", most=_LONGEST)
    if _is_common(plain.casefold(), name.casefold()):
        raise BadRequest("PASSWORD_COMMON")


def hash_password(password: str) -> str:
    """Return what is stored of a password."""
    with _turn:
        return _hasher.hash(_normalise(password))


def is_password(stored: str | None, password: str) -> bool:
    """Whether it is the password; without a stored one it takes as long and is not."""
    with _turn:
        try:
            return _hasher.verify(stored or _nobodys(), _normalise(password)) and bool(stored)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether a password was hashed with other parameters than new ones are."""
    return _hasher.check_needs_rehash(stored)


@cache
def _commonest() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's")


def _normalise(password: str) -> str:
    """Return the same characters for the same keys, whatever the input method makes of them."""
    return unicodedata.normalize("NFKC", password)


def _is_common(plain: str, name: str) -> bool:
    rest = plain.replace(name, "") if name else plain
    return (
        plain in _commonest()
        or len(set(plain)) < _FEWEST_CHARACTERS
        or re.fullmatch(r"(.{1,6}?)\1+", plain) is not None
        or len(rest) < SHORTEST // 2
    )
