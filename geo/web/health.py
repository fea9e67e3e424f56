"""``/healthz``: whether a snapshot is served, which one, and how old it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint

from geo.web.current import library, snapshot

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Answer the state of the server as JSON; 503 (from the error table) without a snapshot."""
    version = snapshot().version
    published = library().published_at(version)
    age = _age_seconds(published) if published else None
    body = {"status": "ok", "version": version, "published_at": published, "age_s": age}
    return body, 200, {"Cache-Control": "no-store"}


def _age_seconds(published_at: str) -> int:
    return int((datetime.now(UTC) - datetime.fromisoformat(published_at)).total_seconds())
