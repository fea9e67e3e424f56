"""Who asks the API, in which edition, of which snapshot, and for a document or a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import g, request

from geo.api.here import Here
from geo.errors import BadRequest, NotFound
from geo.i18n import LANGUAGES
from geo.model import Edition
from geo.query import Snapshot
from geo.state import tokens
from geo.times import today
from geo.web.current import language, library, origin, root, snapshot, state, wants_page

if TYPE_CHECKING:
    from geo.api.parameters import Arguments

_FORMS = ("json", "html")
_SCHEME = "bearer "
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{10}", re.ASCII)


def arguments() -> Arguments:
    """Return the query with its names; what every address understands is checked here.

    Raises
    ------
    BadRequest
        ``API_FORMAT_UNKNOWN``, ``API_LANGUAGE_UNKNOWN``, ``API_STAFF_PAGE``.
    """
    form = request.args.get("f", _FORMS[0])
    if form not in _FORMS:
        raise BadRequest("API_FORMAT_UNKNOWN")
    if request.args.get("lang", LANGUAGES[0]) not in LANGUAGES:
        raise BadRequest("API_LANGUAGE_UNKNOWN")
    if form == "html" and edition() == "staff":
        raise BadRequest("API_STAFF_PAGE")
    return dict(request.args.lists())


def asks_page() -> bool:
    """Whether a person asks for a page; a token is for documents."""
    return wants_page()


def edition() -> Edition:
    """Return the edition: that of the staff with a valid token, else the public one.

    A session in a browser opens the public edition alone, so that no page of others can ask
    in a person's name, and no answer depends on a cookie.

    Raises
    ------
    AccessDenied
        ``TOKEN_INVALID``, ``SIGN_IN_WAIT``.
    """
    if "api_edition" not in g:
        g.api_edition = _edition()
    found: Edition = g.api_edition
    return found


def _edition() -> Edition:
    header = request.headers.get("Authorization")
    if header is None:
        return "public"
    secret = header[len(_SCHEME) :].strip() if header[: len(_SCHEME)].lower() == _SCHEME else ""
    tokens.check(state(), secret, address=request.remote_addr or "", on=today())
    return "staff"


def asked_snapshot() -> Snapshot:
    """Return the snapshot that the request is about: the one it names, else the current one.

    Raises
    ------
    BadRequest
        ``API_SNAPSHOT_INVALID`` if what it names is no version.
    NotFound
        ``API_SNAPSHOT_GONE`` if the version is no longer kept.
    """
    version = request.args.get("snapshot")
    if version is None:
        return library().version(snapshot().version, edition())
    if not _VERSION.fullmatch(version):
        raise BadRequest("API_SNAPSHOT_INVALID")
    try:
        shown = library().published(version, edition())
    except (NotFound, OSError):
        raise NotFound("API_SNAPSHOT_GONE", version=version) from None
    if edition() == "public":
        g.snapshot = shown
    return shown


def here() -> Here:
    """Return where the answer stands."""
    return Here(f"{origin()}{root()}", language(), named="lang" in request.args)
