"""Which software this is: a snapshot remembers it, so that an update is noticed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from geo.settings import ROOT

_SOURCES = (("geo", "*.py"), ("static", "*"))


def software_digest(root: Path = ROOT) -> str:
    """Return a hash of all source files that shape a snapshot besides the data."""
    digest = hashlib.sha256()
    for folder, pattern in _SOURCES:
        for path in sorted((root / folder).rglob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
