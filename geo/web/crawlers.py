"""What search engines ask for: ``/robots.txt`` and ``/sitemap.xml``, of the public edition alone.

Pages for people who sign in are not listed here: they say for themselves that they are not
to be indexed (:func:`geo.web.session.keep_private`), which a crawler only learns if it may ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import quote

from flask import Blueprint, Response

from geo.i18n import LANGUAGES
from geo.profiles.profile import KINDS
from geo.query import Snapshot
from geo.web.current import origin, root
from geo.web.navigation import WAYS
from geo.web.pages import public_page
from geo.wording import Wording

blueprint = Blueprint("crawlers", __name__)

MOST = 50_000
"""Most addresses of one sitemap, as its format allows."""

_ENDLESS = (
    "search?q=",
    "search?lang=en&q=",
    "*pick=",
    "compare.xlsx?",
    "shortlist.pdf?",
    "downloads/",
    "enquire?",
    "api/collections/",
)
"""Where one address leads to ever more, costs much, or shows nothing to find."""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Answer what crawlers should leave alone, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {root()}{path}" for path in _ENDLESS)]
    if origin():
        lines += ["", f"Sitemap: {origin()}{root()}sitemap.xml"]
    response = Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Answer the addresses of all public pages, each in every language."""
    return public_page("sitemap.xml", sitemap_contents, content_type="application/xml")


def sitemap_contents(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    """Return the paths of the public pages, at most :data:`MOST` with all languages."""
    return {"paths": list(islice(_paths(shown), MOST // len(LANGUAGES))), "languages": LANGUAGES}


def _paths(shown: Snapshot) -> Iterator[str]:
    yield ""
    yield from (way.path for way in WAYS if way.path)
    yield from ("compare", "search", "downloads")
    for kind in KINDS:
        yield from (f"{kind}/{quote(key)}" for key in shown.of_kind(kind))
