"""Which software this is: a snapshot remembers it, so that an update is noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from geo.settings import ROOT

_SOURCES = (("geo", "*.py"), ("static", "*"))
_PINS = "requirements.txt"
"""Another version of a library may write other bytes of the same data."""


def software_digest(root: Path = ROOT) -> str:
    """Return a hash of all files that shape a snapshot besides the data: sources and pins."""
    found = (path for name, pattern in _SOURCES for path in sorted((root / name).rglob(pattern)))
    digest = hashlib.sha256()
    for path in (*found, root / _PINS):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
