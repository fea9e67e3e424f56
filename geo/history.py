"""The earlier versions of every layer: list them, go back to one.

Apart from :mod:`geo.intake`, so that the web can do both without the geometry libraries.
"""

from __future__ import annotations

from typing import Any

from geo.catalog import read_catalog
from geo.errors import NotFound
from geo.model import Entry
from geo.settings import Settings
from geo.storage.working_copy import Deed, WorkingCopy


def entry_of(settings: Settings, layer: str) -> Entry:
    """Return what the catalogue of the working copy, or of the data in use, says of a layer.

    Raises
    ------
    NotFound
        ``LAYER_UNKNOWN`` if the catalogue has no layer or table of that name.
    """
    copy = WorkingCopy(settings.out)
    entries = read_catalog(copy.root if copy.exists else settings.data_dir).entries()
    if layer not in entries:
        known = ", ".join(entries)
        raise NotFound("LAYER_UNKNOWN", layer=layer[:60], known=known)
    return entries[layer]


def history(settings: Settings, layer: str) -> list[dict[str, Any]]:
    """Return the versions of a layer, the newest first, as pages and command line show them.

    Raises
    ------
    NotFound
        ``LAYER_UNKNOWN``.
    """
    return history_of(settings, layer, entry_of(settings, layer))


def history_of(settings: Settings, layer: str, entry: Entry) -> list[dict[str, Any]]:
    """Return what :func:`history` does, for who has read what the catalogue says of the layer."""
    return [] if entry.table else list_changes(settings, layer, entry.file)


def list_changes(settings: Settings, name: str, file: str) -> list[dict[str, Any]]:
    """Return the versions of a file that is kept under a name, as :func:`history` does."""
    found, current = WorkingCopy(settings.out).changes(name, file)
    return [
        {
            "id": change.id,
            "layer": name,
            "at": change.at,
            "by": change.by,
            "action": change.action,
            "file": change.file,
            "rows": dict(change.rows),
            "current": change.id == current,
        }
        for change in found
    ]


def restore(settings: Settings, layer: str, entry_id: str, *, by: str) -> None:
    """Put an earlier version of a layer in place again, as a new entry of its history.

    Raises
    ------
    NotFound
        ``LAYER_UNKNOWN`` or ``CHANGE_UNKNOWN``.
    RunError
        ``DATA_LOCKED`` or ``DISK_FULL``; the layer stays as it is.
    """
    entry = entry_of(settings, layer)
    copy = WorkingCopy(settings.out)
    with copy.lock():
        body = copy.body(layer, entry_id)
        copy.write(layer, entry.file, body, Deed(by=by, action="restore", file="", rows={}))
