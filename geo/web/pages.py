"""The pages: rendered once for all that they depend on, then served as bytes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from geo.errors import GeoError, NotFound
from geo.i18n import LANGUAGES, message
from geo.kept import kept
from geo.model import EDITIONS, Edition
from geo.query import Snapshot
from geo.web.current import address, language, library, origin, root, snapshot, write_query
from geo.web.navigation import WAYS, Way
from geo.web.session import current_user, keep_private, provide_secret, requires
from geo.wording import Wording

blueprint = Blueprint("pages", __name__)

Contents = Callable[..., Mapping[str, object]]
"""What a template shows, from a snapshot, a wording and the page's own arguments alone."""

Query = tuple[tuple[str, str], ...]
"""The parameters that a page shows, without ``lang``, in an order that the page chooses."""

_KEPT_PAGES = 128


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


@dataclass(frozen=True)
class _Here:
    """All of a request that a page depends on: part of the key under which it is kept."""

    lang: str
    mount: str
    origin: str
    path: str = ""
    query: Query = ()

    def address(self, lang: str) -> str:
        """Return the full address of the page in a language."""
        asked = [*self.query, *([] if lang == LANGUAGES[0] else [("lang", lang)])]
        text = f"{self.origin}{self.mount}{quote(self.path)}"
        return f"{text}?{write_query(asked)}" if asked else text

    def same_page_in(self, lang: str) -> str:
        """Return the query that leads to the page in a language, from wherever it is."""
        return "?" + write_query([*self.query, ("lang", lang)])


@dataclass(frozen=True)
class _Subject:
    """What a page shows, besides where it is shown."""

    template: str
    contents: Contents | None = None
    arguments: tuple[Hashable, ...] = ()


@blueprint.get("/")
def map_page() -> Response:
    """Answer the map; with ``edition=staff`` the one for people who are signed in."""
    if request.args.get("edition") == "staff":
        return _staff_map()
    return public_page("map.html")


@requires("viewer")
def _staff_map() -> Response:
    shown = library().version(snapshot().version, "staff")
    data = f"staff/layers/{shown.version}/staff/"
    return _answer(_Subject("map.html"), shown, _Sight(data, edition="staff", mark="staff"))


@blueprint.get("/data/preview/<version>")
@requires("staff")
def preview(version: str) -> Response:
    """Answer the map of a kept version in either edition, also before it is published."""
    return preview_page(version, "map.html")


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


def public_page(
    template: str,
    contents: Contents | None = None,
    /,
    *arguments: Hashable,
    query: Query = (),
    status: int = 200,
    content_type: str = "text/html; charset=utf-8",
    keep: bool = True,
) -> Response:
    """Return a public page of the current snapshot, rendered once for all it depends on.

    Parameters
    ----------
    template
        Extends ``base.html`` or ``investor.html``.
    contents
        ``contents(shown, wording, *arguments)`` returns what the template shows. It reads
        nothing else: the page is kept under snapshot, language, address and arguments.
    arguments
        Parts of the path or values of the query, as they were understood.
    query
        The same as parameters, for the addresses that lead back to the page.
    status
        Of the answer; a page with another than 200 is not kept.
    content_type
        Of the answer, for a drawing.
    keep
        Whether to keep the page for the next reader: not one of so many that they would
        drive out the others.
    """
    shown = snapshot()
    subject = _Subject(template, contents, arguments)
    response = _answer(subject, shown, _public(shown), query=query, keep=keep and status == 200)
    response.content_type = content_type
    response.headers["Cache-Control"] = "no-cache" if status == 200 else "no-store"
    if status != 200:
        response.status_code = status
    return response


def preview_page(
    version: str, template: str, contents: Contents | None = None, /, *arguments: Hashable
) -> Response:
    """Return a page of a kept version, in the edition that the request asks for.

    For staff alone: the version may lie ready and not be published. Parameters as for
    :func:`public_page`.
    """
    edition = edition_named(request.args.get("edition", "public"))
    shown = library().version(version, edition)
    mark = "preview" if library().was_published(version) else "unpublished"
    data = f"staff/layers/{version}/{edition}/"
    sight = _Sight(data, f"data/preview/{version}", edition, mark)
    return _answer(_Subject(template, contents, arguments), shown, sight)


def staff_page(template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page for one person: never kept, and with what ``staff.html`` needs.

    Parameters
    ----------
    template
        Extends ``staff.html``; ``investor.html`` for a form that anybody may fill in.
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
    here = _here(tuple((n, v) for n, v in request.args.items() if n != "lang"))
    texts = _texts(here, _Sight(""))
    try:
        return {**_context(snapshot(), here, _public(snapshot())), "links": None}
    except (GeoError, OSError):
        return {**texts, "asset": None, "site": None, "links": None}


def _public(shown: Snapshot) -> _Sight:
    return _Sight(f"layers/{shown.version}/")


def _here(query: Query = ()) -> _Here:
    return _Here(language(), root(), origin(), request.path.removeprefix("/"), query)


def _answer(
    subject: _Subject, shown: Snapshot, sight: _Sight, *, query: Query = (), keep: bool = True
) -> Response:
    render = _keep if keep else _render
    body, packed, etag = render(subject, shown, _here(query), sight)
    compress = request.accept_encodings["gzip"] > 0
    response = Response(packed if compress else body, content_type="text/html; charset=utf-8")
    if compress:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{etag}{'-gzip' if compress else ''}")
    if keep:
        response.make_conditional(request)
    return response


def _render(
    subject: _Subject, shown: Snapshot, here: _Here, sight: _Sight
) -> tuple[bytes, bytes, str]:
    """Return a page plain and compressed, and its entity tag."""
    context = _context(shown, here, sight)
    if subject.contents:
        context |= subject.contents(shown, Wording(here.lang), *subject.arguments)
    body = render_template(subject.template, **context).encode("utf-8")
    return body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:20]


_keep = kept(_KEPT_PAGES)(_render)


def _context(shown: Snapshot, here: _Here, sight: _Sight) -> dict[str, Any]:
    digest = shown.manifest["assets"]
    mount = here.mount
    modules = library().assets(digest).manifest["modules"]
    return {
        **_texts(here, sight),
        "links": None if sight.mark else _links(here, shown),
        "site": shown.site["site"],
        "document": shown.site,
        "snapshot": {"version": shown.version, "as_of": shown.manifest["as_of"]},
        "asset": lambda path: f"{mount}assets/{digest}/{path}",
        "data": lambda path: f"{mount}{sight.data}{path}",
        "scripts": [f"{mount}assets/{digest}/{path}" for path in modules],
        # Folium wrote this element at publish; it holds no data.
        "map_html": Markup(shown.read_text("map.html")),
    }


def _links(here: _Here, shown: Snapshot) -> dict[str, Any]:
    """Return the full addresses of a page, for machines and for those who share it."""
    card = f"share.{here.lang}.png"
    return {
        # A snapshot of an earlier time has no picture.
        "picture": f"{here.origin}{here.mount}layers/{shown.version}/{card}"
        if here.origin and shown.has(card)
        else None,
        "canonical": here.address(here.lang),
        "alternates": {lang: here.address(lang) for lang in LANGUAGES},
        "default": here.address(LANGUAGES[0]),
        "absolute": lambda path: f"{here.origin}{path}",
    }


def _texts(here: _Here, sight: _Sight) -> dict[str, Any]:
    lang, mount = here.lang, here.mount
    other = next(other for other in LANGUAGES if other != lang)
    link = partial(address, mount, lang)
    home = partial(link, sight.home)
    edition = (("edition", sight.edition),) if sight.edition else ()
    return {
        "lang": lang,
        "other_lang": other,
        "other_language": replace(here, query=(*edition, *here.query)).same_page_in(other),
        "t": partial(_translate, lang),
        "w": Wording(lang),
        "root": mount,
        "link": link,
        "home": home(edition=sight.edition),
        "list_view": home(edition=sight.edition, view="list"),
        "ways": [_way(way, link, sight) for way in WAYS],
        "about": link("about"),
        "public": link(""),
        "account": link("account"),
        "data_page": link("data"),
        "sight": sight,
        "edition_address": lambda edition: home(edition=edition),
    }


def _way(way: Way, link: Callable[..., str], sight: _Sight) -> dict[str, Any]:
    """Return a way with its address; those of the map keep to the edition that is shown."""
    if way.view is None:
        return {**vars(way), "address": link(way.path)}
    view = None if way.view == "map" else way.view
    return {**vars(way), "address": link(sight.home, edition=sight.edition, view=view)}


def _translate(lang: str, key: str, **params: object) -> str:
    return message(key, lang, **params)
