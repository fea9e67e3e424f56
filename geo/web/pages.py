"""The pages: rendered once a version, language and mount point, then served as bytes."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from geo.errors import GeoError, NotFound
from geo.i18n import LANGUAGES, message
from geo.model import EDITIONS, Edition
from geo.query import Snapshot
from geo.web.current import address, language, library, link, root, snapshot
from geo.web.session import current_user, keep_private, provide_secret, requires

blueprint = Blueprint("pages", __name__)


@dataclass(frozen=True)
class _Sight:
    """How a page shows a snapshot.

    Parameters
    ----------
    data
        Where the snapshot's files are, below the application.
    home
        Where the map itself is.
    edition
        The edition that addresses of the map name; the public map names none.
    mark
        What the page says about the edition: ``staff``, ``unpublished``, ``preview``.
    """

    data: str
    home: str = ""
    edition: Edition | None = None
    mark: str | None = None


@blueprint.get("/")
def map_page() -> Response:
    """Answer the map; with ``edition=staff`` the one for people who are signed in."""
    if request.args.get("edition") == "staff":
        return _staff_map()
    return _page("map.html")


@requires("viewer")
def _staff_map() -> Response:
    shown = library().version(snapshot().version, "staff")
    data = f"staff/layers/{shown.version}/staff/"
    return _answer("map.html", shown, _Sight(data, edition="staff", mark="staff"))


@blueprint.get("/data/preview/<version>")
@requires("staff")
def preview(version: str) -> Response:
    """Answer the map of a kept version in either edition, also before it is published."""
    edition = edition_named(request.args.get("edition", "public"))
    shown = library().version(version, edition)
    mark = "preview" if library().was_published(version) else "unpublished"
    data = f"staff/layers/{version}/{edition}/"
    return _answer("map.html", shown, _Sight(data, f"data/preview/{version}", edition, mark))


@blueprint.get("/about")
def about_page() -> Response:
    """Answer what the map shows: sources, licences, approvals, corrections."""
    return _page("about.html")


@blueprint.get("/favicon.ico")
def favicon() -> BaseResponse:
    """Answer where the icon is, which browsers ask for unasked."""
    digest = snapshot().manifest["assets"]
    return redirect(f"{root()}assets/{digest}/favicon.svg")


def edition_named(name: str) -> Edition:
    """Return the edition of that name.

    Raises
    ------
    NotFound
        ``FILE_UNKNOWN`` if there is none.
    """
    for edition in EDITIONS:
        if edition == name:
            return edition
    raise NotFound("FILE_UNKNOWN", name=name[:40])


def staff_page(template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page for one person: never kept, and with what ``staff.html`` needs.

    Parameters
    ----------
    template
        Extends ``staff.html``.
    status
        Of the answer.
    values
        What the template shows.
    """
    provide_secret()
    context = {**error_context(), "user": current_user(), **values}
    page = render_template(template, **context)
    return keep_private(Response(page, status, content_type="text/html; charset=utf-8"))


def error_context() -> dict[str, Any]:
    """Return what the error page needs; its style is missing before the first publish."""
    mount, lang = root(), language()
    texts = {**_texts(lang, mount, _Sight("")), "link": link}
    texts["other_language"] = _same_page_in(texts["other_lang"])
    try:
        return {**_context(snapshot(), lang, mount, _public(snapshot())), **texts}
    except (GeoError, OSError):
        return {**texts, "asset": None, "site": None}


def _same_page_in(lang: str) -> str:
    """Return the query of this request in another language."""
    asked = {name: value for name, value in request.args.items() if name != "lang"}
    return address("", "", "", **asked, lang=lang)


def _public(shown: Snapshot) -> _Sight:
    return _Sight(f"layers/{shown.version}/")


def _page(template: str) -> Response:
    response = _answer(template, snapshot(), _public(snapshot()))
    response.headers["Cache-Control"] = "no-cache"
    return response


def _answer(template: str, shown: Snapshot, sight: _Sight) -> Response:
    body, packed, etag = _render(template, shown, language(), root(), sight)
    compress = request.accept_encodings["gzip"] > 0
    response = Response(packed if compress else body, content_type="text/html; charset=utf-8")
    if compress:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{etag}{'-gzip' if compress else ''}")
    response.make_conditional(request)
    return response


@lru_cache(maxsize=64)
def _render(
    template: str, shown: Snapshot, lang: str, mount: str, sight: _Sight
) -> tuple[bytes, bytes, str]:
    """Return a page plain and compressed, and its entity tag."""
    body = render_template(template, **_context(shown, lang, mount, sight)).encode("utf-8")
    return body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:20]


def _context(shown: Snapshot, lang: str, mount: str, sight: _Sight) -> dict[str, Any]:
    digest = shown.manifest["assets"]
    modules = library().assets(digest).manifest["modules"]
    return {
        **_texts(lang, mount, sight),
        "site": shown.site["site"],
        "document": shown.site,
        "snapshot": {"version": shown.version, "as_of": shown.manifest["as_of"]},
        "asset": lambda path: f"{mount}assets/{digest}/{path}",
        "data": lambda path: f"{mount}{sight.data}{path}",
        "scripts": [f"{mount}assets/{digest}/{path}" for path in modules],
        # Folium wrote this element at publish; it holds no data.
        "map_html": Markup(shown.read_text("map.html")),
    }


def _texts(lang: str, mount: str, sight: _Sight) -> dict[str, Any]:
    other = next(other for other in LANGUAGES if other != lang)
    here = partial(address, mount, lang, sight.home)
    return {
        "lang": lang,
        "other_lang": other,
        "other_language": address("", "", "", edition=sight.edition, lang=other),
        "t": partial(_translate, lang),
        "root": mount,
        "home": here(edition=sight.edition),
        "list_view": here(edition=sight.edition, view="list"),
        "about": address(mount, lang, "about"),
        "public": address(mount, lang, ""),
        "account": address(mount, lang, "account"),
        "data_page": address(mount, lang, "data"),
        "sight": sight,
        "edition_address": lambda edition: here(edition=edition),
    }


def _translate(lang: str, key: str, **params: object) -> str:
    return message(key, lang, **params)
