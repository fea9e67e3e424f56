"""What search engines ask for: ``/robots.txt`` and the sitemap, of the public edition alone.

Pages for people who sign in are not listed here: they say for themselves that they are not
to be indexed (:func:`geo.web.session.keep_private`), which a crawler only learns if it may ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from math import ceil
from urllib.parse import quote

from flask import Blueprint, Response

from geo.errors import NotFound
from geo.i18n import LANGUAGES
from geo.profiles.profile import KINDS
from geo.query import Snapshot
from geo.web.current import origin, root, snapshot
from geo.web.navigation import WAYS
from geo.web.pages import public_page
from geo.wording import Wording

blueprint = Blueprint("crawlers", __name__)

MOST = 10_000
"""Most addresses of one file: 3 MB. The format allows 50,000 in 50 MB, which is slow to make."""

_XML = "application/xml"
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
    """Answer the addresses of all public pages in every language, or which files list them."""
    if _part_count(snapshot()) > 1:
        return public_page("sitemap_index.xml", index_contents, content_type=_XML)
    return public_page("sitemap.xml", sitemap_contents, 1, content_type=_XML)


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Response:
    """Answer some of the addresses of a site that has many.

    Raises
    ------
    NotFound
        ``FILE_UNKNOWN`` if the sitemap has no such part.
    """
    count = _part_count(snapshot())
    if not 1 <= number <= count or count == 1:
        raise NotFound("FILE_UNKNOWN", name=f"sitemap-{number}.xml"[:40])
    # Not kept: the parts would drive pages for people out, and are asked for once in a while.
    return public_page("sitemap.xml", sitemap_contents, number, content_type=_XML, keep=False)


def index_contents(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    """Return how many parts the sitemap has."""
    return {"count": _part_count(shown)}


def sitemap_contents(shown: Snapshot, w: Wording, number: int) -> Mapping[str, object]:
    """Return the paths of one part, at most :data:`MOST` with all languages."""
    paths = _paths_from(shown, (number - 1) * _paths_of_part())
    return {"paths": list(islice(paths, _paths_of_part())), "languages": LANGUAGES}


def _paths_of_part() -> int:
    return MOST // len(LANGUAGES)


def _part_count(shown: Snapshot) -> int:
    found = len(_fixed_paths()) + sum(len(shown.of_kind(kind)) for kind in KINDS)
    return ceil(found / _paths_of_part())


def _fixed_paths() -> list[str]:
    return ["", *(way.path for way in WAYS if way.path), "compare", "search", "downloads"]


def _paths_from(shown: Snapshot, start: int) -> Iterator[str]:
    """Yield the paths of all pages from a place on, without reading the keys before it."""
    fixed = _fixed_paths()
    parts: list[Iterator[str]] = [islice(fixed, start, None)]
    start = max(0, start - len(fixed))
    for kind in KINDS:
        parts.append(_profiles_from(shown, kind, start))
        start = max(0, start - len(shown.of_kind(kind)))
    return chain.from_iterable(parts)


def _profiles_from(shown: Snapshot, kind: str, start: int) -> Iterator[str]:
    return (f"{kind}/{quote(key)}" for key in shown.keys_from(kind, start))
