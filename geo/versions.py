"""Which published version is served: release, rollback, list.

Light enough for the server: what a version holds was rendered by :mod:`geo.publish`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from geo.settings import Settings
from geo.storage.snapshots import Publication, SnapshotStore


def release(settings: Settings, version: str, *, by: str) -> bool:
    """Make a prepared version the one that is served; return whether it was not before.

    Raises
    ------
    NotFound
        ``VERSION_UNKNOWN`` if it is not kept any more.
    RunError
        ``PUBLISH_LOCKED`` if another process publishes.
    """
    store = SnapshotStore(settings.out)
    with store.lock():
        now = datetime.now(UTC)
        changed = version != store.current()
        if changed:
            store.point_to(version, by=by, now=now)
        store.prune(now)
        return changed


def rollback(settings: Settings, version: str, *, by: str) -> None:
    """Make an earlier version the current one.

    Raises
    ------
    NotFound
        ``VERSION_UNKNOWN`` if it is not kept any more, or was never published.
    RunError
        ``PUBLISH_LOCKED`` if another process publishes.
    """
    store = SnapshotStore(settings.out)
    with store.lock():
        store.check_published(version)
        store.point_to(version, by=by, now=datetime.now(UTC))


def describe_versions(settings: Settings) -> list[dict[str, Any]]:
    """Return the kept versions, the newest first, as the command line prints them."""
    store = SnapshotStore(settings.out)
    current = store.current()
    return [
        {
            "version": kept.version,
            "published_at": kept.published_at.isoformat(),
            "by": kept.by,
            "current": kept.version == current,
        }
        for kept in store.kept()
    ]


def publications_until(settings: Settings, version: str) -> list[Publication]:
    """Return the kept versions from one back to the oldest, the newest first.

    One that was never published comes after all that were, so these are returned alone.
    """
    kept = SnapshotStore(settings.out).kept()
    place = next((n for n, one in enumerate(kept) if one.version == version), 0)
    return kept[place:]
