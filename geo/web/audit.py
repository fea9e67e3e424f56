"""``/audit``: who did what, when."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, request

from geo.errors import GeoError
from geo.history import entry_of
from geo.i18n import message
from geo.state import audit
from geo.state.models import AuditEntry
from geo.times import SHANGHAI
from geo.web.current import language, settings, state
from geo.web.pages import staff_page
from geo.web.session import requires
from geo.web.story_saving import CHANGES

blueprint = Blueprint("audit", __name__)

_PER_PAGE = 50
_LONGEST = 200
_KNOWN = (
    *("address", "entry", "file", "from", "id", "layer", "mode", "name", "role", "rows", "version"),
    *("changed", "faulty", "gone", "new", "read", "unchanged"),
    *("finding", "reason", "until"),
    *("area", "crs", "format", "park"),
    "token",
    *("change", "scene"),
)
"""Details that have a label, ``audit_detail.<name>``."""
_WORDS = {"change": CHANGES, "mode": ("merge", "replace"), "role": ("staff", "viewer")}
_FAMILIES = {"change": "story.change_", "mode": "data.mode_", "role": "role."}
"""Details whose values have a text, and what its key begins with."""


@blueprint.get("/audit")
@requires("staff")
def audit_page() -> Response:
    """Answer the log, the newest entry first; ``action`` and ``before`` choose."""
    asked, before = request.args.get("action"), request.args.get("before", type=int)
    chosen = asked if asked in audit.ACTIONS else None
    found = audit.entries(state(), limit=_PER_PAGE + 1, before=before, action=chosen)
    shown = found[:_PER_PAGE]
    return staff_page(
        "audit.html",
        actions=audit.ACTIONS,
        chosen=chosen,
        before=before,
        entries=[_describe(entry) for entry in shown],
        older=shown[-1].id if len(found) > _PER_PAGE else None,
    )


def _describe(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "shown_at": f"{entry.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        "by": entry.by,
        "action": entry.action,
        "details": [(_label(k), _value(k, v)) for k, v in entry.detail.items() if v is not None],
    }


def _label(name: str) -> str:
    return message(f"audit_detail.{name}", language()) if name in _KNOWN else name


def _value(name: str, value: object) -> str:
    if name in _WORDS and value in _WORDS[name]:
        return message(f"{_FAMILIES[name]}{value}", language())
    if name == "layer":
        with suppress(GeoError, OSError):
            return str(entry_of(settings(), str(value)).title.model_dump()[language()])
    if isinstance(value, dict):
        parts = (f"{_label(str(key))} {one}" for key, one in value.items())
        text = message("data.separator", language()).join(parts)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
