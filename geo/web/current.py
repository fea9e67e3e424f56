"""What one request reads: a single snapshot from start to end, so that nothing mixes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import current_app, g, request

from geo.i18n import LANGUAGES
from geo.query import Library, Snapshot
from geo.settings import Settings
from geo.state import State, open_state

_HOST = re.compile(r"[\w.:\[\]-]+", re.ASCII)
_FOR_PROGRAMS = ("/assets/", "/layers/", "/staff/", "/tiles/", "/healthz")
_API = "/api"
_OF_THE_API = ("application/json", "application/geo+json", "application/schema+json", "text/html")


def library() -> Library:
    """Return the application's snapshots."""
    found: Library = current_app.extensions["library"]
    return found


def settings() -> Settings:
    """Return the application's settings."""
    found: Settings = current_app.extensions["settings"]
    return found


def state() -> State:
    """Return the application's state, opened when it is first needed.

    The public pages need none, so a fault of its database does not reach them.
    """
    if "state" not in current_app.extensions:
        current_app.extensions["state"] = open_state(settings())
    found: State = current_app.extensions["state"]
    return found


def snapshot() -> Snapshot:
    """Return the snapshot of this request: the one that was current when first asked."""
    if "snapshot" not in g:
        g.snapshot = library().current("public")
    found: Snapshot = g.snapshot
    return found


def language() -> str:
    """Return the language of this request; Chinese unless ``lang`` asks for another.

    A program that reads the API may say it by ``Accept-Language`` as well.
    """
    asked = request.args.get("lang", "")
    if asked not in LANGUAGES and _is_api() and not wants_page():
        asked = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
    return asked if asked in LANGUAGES else LANGUAGES[0]


def root() -> str:
    """Return the path under which the application is mounted, with a slash at its end."""
    return request.script_root.rstrip("/") + "/"


def link(path: str, /, **query: object) -> str:
    """Return the address of a page of ours in the language of this request.

    Parameters
    ----------
    path
        Below the application, without a slash at its begin: ``audit``.
    query
        Parameters; those that are ``None`` are left out.
    """
    return address(root(), language(), path, **query)


def address(mount: str, lang: str, path: str, /, **query: object) -> str:
    """Return the address of a page under a mount point in a language; see :func:`link`."""
    asked = {"lang": None if lang == LANGUAGES[0] else lang, **query}
    text = write_query([(name, value) for name, value in asked.items() if value is not None])
    return f"{mount}{path}{'?' if text else ''}{text}"


def write_query(pairs: Sequence[tuple[str, object]]) -> str:
    """Return parameters as an address has them; as the map writes them, readable."""
    return urlencode(pairs, safe="/,")


def origin() -> str:
    """Return scheme and host of this request; empty if the host is none."""
    return f"{request.scheme}://{request.host}" if _HOST.fullmatch(request.host) else ""


def full_address(path: str, /, **query: object) -> str:
    """Return the address of a page of ours as one types it, or empty; see :func:`link`."""
    return origin() and f"{origin()}{link(path, **query)}"


def wants_page() -> bool:
    """Whether the request comes from a person, who reads pages, not from a program."""
    if request.path.startswith(_FOR_PROGRAMS):
        return False
    if _is_api():
        return _wants_page_of_api()
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "text/html"


def _is_api() -> bool:
    return request.path == _API or request.path.startswith(f"{_API}/")


def _wants_page_of_api() -> bool:
    """Whether a page of the API is asked for: by ``f``, else by a browser's ``Accept``."""
    form = request.args.get("f")
    if form or "Authorization" in request.headers:
        return form == "html"
    best = request.accept_mimetypes.best_match(_OF_THE_API, _OF_THE_API[0])
    return best == "text/html"
