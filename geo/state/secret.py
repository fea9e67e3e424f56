"""The secret that signs cookies: made once, kept beside the state, readable by its owner."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from filelock import FileLock

_WEAK = ("change", "default", "example", "password", "secret", "test", "123456", "abcdef")
_SHORTEST = 32
_FEWEST_CHARACTERS = 10


def kept_secret(out: Path) -> str:
    """Return the secret of an instance; the first call makes it."""
    path = out / "secret"
    out.mkdir(parents=True, exist_ok=True)
    with FileLock(out / "secret.lock"):
        try:
            found = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            found = ""
        return found or _make(path)


def is_weak(secret: str) -> bool:
    """Whether a secret could be guessed: short, of few characters, or with a usual word.

    >>> is_weak("change-me-change-me-change-me-change-me")
    True
    """
    plain = secret.casefold()
    few = len(secret) < _SHORTEST or len(set(secret)) < _FEWEST_CHARACTERS
    return few or any(word in plain for word in _WEAK)


def _make(path: Path) -> str:
    secret = secrets.token_urlsafe(48)
    # An empty file may be left by a disk that was full.
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
