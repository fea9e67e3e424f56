"""Headings as a person once explained them, remembered for each source of a layer."""

from __future__ import annotations

from collections.abc import Mapping

from geo.state.database import State
from geo.state.models import Mapping as StoredMapping


def recall(state: State, layer: str, fingerprint: str) -> dict[str, str]:
    """Return heading to field for a source; empty if nothing was said about it."""
    with state.session(reads_only=True) as session:
        found = session.get(StoredMapping, (layer, fingerprint))
        return dict(found.columns) if found else {}


def remember(state: State, layer: str, fingerprint: str, columns: Mapping[str, str]) -> None:
    """Keep heading to field for a source, instead of what was kept before."""
    with state.session() as session:
        session.merge(StoredMapping(layer=layer, fingerprint=fingerprint, columns=dict(columns)))
