"""The pages: rendered once a version, language and mount point, then served as bytes."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache, partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from geo.errors import GeoError
from geo.i18n import LANGUAGES, message
from geo.query import Snapshot
from geo.web.current import language, library, root, snapshot

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def map_page() -> Response:
    """Answer the map."""
    return _page("map.html")


@blueprint.get("/about")
def about_page() -> Response:
    """Answer what the map shows: sources, licences, approvals, corrections."""
    return _page("about.html")


@blueprint.get("/favicon.ico")
def favicon() -> BaseResponse:
    """Answer where the icon is, which browsers ask for unasked."""
    digest = snapshot().manifest["assets"]
    return redirect(f"{root()}assets/{digest}/favicon.svg")


def _page(template: str) -> Response:
    shown = snapshot()
    body, packed, etag = _render(template, shown, language(), root())
    compress = request.accept_encodings["gzip"] > 0
    response = Response(packed if compress else body, content_type="text/html; charset=utf-8")
    if compress:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(f"{etag}{'-gzip' if compress else ''}")
    response.make_conditional(request)
    return response


@lru_cache(maxsize=64)
def _render(template: str, shown: Snapshot, lang: str, mount: str) -> tuple[bytes, bytes, str]:
    """Return a page plain and compressed, and its entity tag."""
    body = render_template(template, **_context(shown, lang, mount)).encode("utf-8")
    return body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:20]


def _context(shown: Snapshot, lang: str, mount: str) -> dict[str, Any]:
    digest = shown.manifest["assets"]
    modules = library().assets(digest).manifest["modules"]
    return {
        **_texts(lang, mount),
        "site": shown.site["site"],
        "document": shown.site,
        "snapshot": {"version": shown.version, "as_of": shown.manifest["as_of"]},
        "asset": lambda path: f"{mount}assets/{digest}/{path}",
        "data": lambda path: f"{mount}layers/{shown.version}/{path}",
        "scripts": [f"{mount}assets/{digest}/{path}" for path in modules],
        # Folium wrote this element at publish; it holds no data.
        "map_html": Markup(shown.read_text("map.html")),
    }


def error_context() -> dict[str, Any]:
    """Return what the error page needs; its style is missing before the first publish."""
    try:
        return _context(snapshot(), language(), root())
    except (GeoError, OSError):
        return {**_texts(language(), root()), "asset": None, "site": None}


def _texts(lang: str, mount: str) -> dict[str, Any]:
    return {
        "lang": lang,
        "other_lang": next(other for other in LANGUAGES if other != lang),
        "t": partial(_translate, lang),
        "root": mount,
    }


def _translate(lang: str, key: str, **params: object) -> str:
    return message(key, lang, **params)
