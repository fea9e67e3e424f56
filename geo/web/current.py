"""What one request reads: a single snapshot from start to end, so that nothing mixes."""

from __future__ import annotations

from flask import current_app, g, request

from geo.i18n import LANGUAGES
from geo.query import Library, Snapshot


def library() -> Library:
    """Return the application's snapshots."""
    found: Library = current_app.extensions["library"]
    return found


def snapshot() -> Snapshot:
    """Return the snapshot of this request: the one that was current when first asked."""
    if "snapshot" not in g:
        g.snapshot = library().current("public")
    found: Snapshot = g.snapshot
    return found


def language() -> str:
    """Return the language of this request; Chinese unless ``lang`` asks for another."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]


def root() -> str:
    """Return the path under which the application is mounted, with a slash at its end."""
    return request.script_root.rstrip("/") + "/"
