"""The page of what a search finds: for readers without JavaScript, and to be shared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup, escape

from geo.errors import BadRequest
from geo.kept import kept
from geo.large_search import candidates
from geo.query import Snapshot
from geo.search import Hit, Index, Text
from geo.web.current import library, snapshot
from geo.web.pages import public_page
from geo.web.session import requires
from geo.wording import Wording

blueprint = Blueprint("search", __name__)

LONGEST = 50
"""Most characters of a query, as the box allows."""

MOST = 100
"""Most results that the page lists."""

_PROFILES = {"parks": "parks", "parcels": "parcels", "buildings": "buildings"}
"""Where the profile of a thing is, by its kind."""

_EXAMPLES = (
    ("yt鞋", "search.tip_pinyin"),
    ("于田厂房", "search.tip_kind"),
    ("Cele", "search.tip_english"),
    ("CL-TJ-001", "search.tip_key"),
)


@blueprint.get("/search")
def search_page() -> Response:
    """Answer what ``q`` finds; without it the page says what can be searched.

    Raises
    ------
    BadRequest
        ``QUERY_BAD`` if ``q`` is too long or has nothing in it to look for.
    """
    query = _query()
    return public_page("search.html", _contents, query, query=(("q", query),) if query else ())


@blueprint.get("/search.json")
def search_candidates() -> Response:
    """Answer what ``q`` may find in the large layers, in the form of the published index.

    Raises
    ------
    BadRequest
        As :func:`search_page`.
    """
    if request.args.get("edition") == "staff":
        return _staff_candidates()
    response = jsonify(candidates(snapshot(), _query()))
    response.headers["Cache-Control"] = "no-cache"
    return response


@requires("viewer")
def _staff_candidates() -> Response:
    return jsonify(candidates(library().version(snapshot().version, "staff"), _query()))


def _query() -> str:
    query = " ".join(request.args.get("q", "").split())
    if len(query) > LONGEST or (query and not re.search(r"\w", query)):
        raise BadRequest("QUERY_BAD", longest=LONGEST)
    return query


def _contents(shown: Snapshot, wording: Wording, query: str) -> Mapping[str, object]:
    index = _index(shown)
    found = index.find(query).with_more(Index.of(candidates(shown, query)).find(query))
    return {
        "query": query,
        "longest": LONGEST,
        "count": len(found.hits),
        "is_close": found.is_close,
        "most": MOST,
        "groups": list(_groups(index, found.hits, wording)),
        "examples": [example for example in _EXAMPLES if index.find(example[0]).hits],
    }


@kept(2)
def _index(shown: Snapshot) -> Index:
    return Index.of(shown.document("search.json"))


def _groups(index: Index, hits: tuple[Hit, ...], wording: Wording) -> Iterator[dict[str, Any]]:
    """Return the results by kind, the kind of the best result first."""
    counts = Counter(hit.record.group for hit in hits)
    listed = hits[:MOST]
    for number in dict.fromkeys(hit.record.group for hit in listed):
        group = index.groups[number]
        mine = [hit for hit in listed if hit.record.group == number]
        yield {
            "kind": group["kind"],
            "title": wording.pick(group["title"]),
            "count": counts[number],
            "hits": [_describe(hit, group, wording) for hit in mine],
        }


def _describe(hit: Hit, group: Mapping[str, Any], wording: Wording) -> dict[str, Any]:
    record = hit.record
    key, zh, en = 0, 1, 2
    own, other = (en, zh) if wording.lang == "en" else (zh, en)
    name = next((place for place in (own, other) if record.texts[place].raw), key)
    second = next((p for p in (other, key) if p != name and p in hit.spans), None)
    around = record.texts[4 if wording.lang == "en" else 3 :: 2]
    profile = _PROFILES.get(group["kind"])
    return {
        "sel": f"{group['layer']}/{record.id}",
        "profile": f"{profile}/{record.id}" if profile else None,
        "name": _mark(record.texts[name], hit, name) or record.id,
        "where": [
            *([_mark(record.texts[second], hit, second)] if second is not None else ()),
            *(text.raw for text in around if text.raw),
        ],
        "is_sample": record.is_sample,
        "is_on_offer": record.is_on_offer,
    }


def _mark(text: Text, hit: Hit, place: int) -> Markup:
    """Return a text with what the query met marked; all else is escaped."""
    parts, at = [], 0
    for start, end in sorted(hit.spans.get(place, ())):
        if start >= at:
            met = Markup("<mark>{}</mark>").format(text.raw[start:end])
            parts += [escape(text.raw[at:start]), met]
            at = end
    return Markup("").join([*parts, escape(text.raw[at:])])
