"""The page by which a laptop is tried before the guests come: part of the package alone."""

from __future__ import annotations

from flask import Blueprint, Response

from geo.web.pages import public_page

blueprint = Blueprint("preflight", __name__)


@blueprint.get("/preflight")
def preflight_page() -> Response:
    """Answer the page; what it checks, ``static/js/offline/preflight.js`` finds out."""
    return public_page("preflight.html")
