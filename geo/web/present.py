"""The show for promotion events: the page; its scenes are in the snapshot's ``show.json``."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import segno
from flask import Blueprint, Response, current_app

from geo.i18n import LANGUAGES
from geo.query import Snapshot
from geo.web.current import address, full_address, root
from geo.web.pages import preview_page, public_page
from geo.web.session import requires
from geo.wording import Wording

blueprint = Blueprint("present", __name__)

_MOST_IN_CODE = 300
"""Characters of a longer address make a code too fine to be read from a wall."""


@blueprint.get("/present")
def present_page() -> Response:
    """Answer the show; which scene it opens at is the browser's to read from the address."""
    return public_page("present.html", _contents, root(), code_address())


@blueprint.get("/data/preview/<version>/present")
@requires("staff")
def preview(version: str) -> Response:
    """Answer the show of a kept version in either edition, also before it is published."""
    return preview_page(version, "present.html", _contents, root(), code_address())


def code_address() -> str:
    """Return the address of the map for a QR code; empty if a telephone could not open it.

    Where pages are packed to be carried away, it is the address that the package was told.
    """
    site = current_app.extensions.get("address") or full_address("")
    return site if _is_reachable(site) else ""


def _contents(shown: Snapshot, w: Wording, mount: str, site: str) -> Mapping[str, object]:
    return {
        "show": shown.document("show.json") if shown.has("show.json") else None,
        "home_in": {lang: address(mount, lang, "") for lang in LANGUAGES},
        "code": draw_code(site) if site else None,
        "code_address": site,
    }


def draw_code(text: str) -> Mapping[str, object]:
    """Return a QR code as the path of an SVG: its ``size`` in modules, and the ``path``.

    The quiet zone of four modules that the standard (ISO/IEC 18004) asks for is part of it.
    """
    matrix = segno.make(text, error="m", micro=False).matrix
    dark = [(x + 4, y + 4) for y, row in enumerate(matrix) for x, bit in enumerate(row) if bit]
    return {"size": len(matrix) + 8, "path": "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)}


def _is_reachable(address: str) -> bool:
    """Whether a telephone in the hall could open an address: not one of this machine alone."""
    host = urlsplit(address).hostname or ""
    if not host or host == "localhost" or len(address) > _MOST_IN_CODE:
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return "." in host
