"""``/about``: organiser, approvals, sources, licences, corrections, and the code to embed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from flask import Blueprint, Response, request

from geo.query import Snapshot
from geo.settings import ROOT
from geo.web.current import snapshot
from geo.web.embed import Snippet, about_contents, read_snippet
from geo.web.pages import public_page
from geo.wording import Wording

blueprint = Blueprint("about", __name__)

_ICP_REGISTER = "https://beian.miit.gov.cn/"
_POLICE_REGISTER = "https://beian.mps.gov.cn/#/query/webSearch?code="


@blueprint.get("/about")
def about_page() -> Response:
    """Answer what the map shows, who answers for it, and how to put it into another page.

    Raises
    ------
    BadRequest
        ``EMBED_FLAG`` if the form for the code holds what it does not offer.
    """
    snippet = read_snippet(snapshot(), request.args)
    # Without the form what it offers follows the page's language and is no part of its address.
    query = snippet.query if "embed" in request.args else ()
    return public_page("about.html", _contents, snippet, query=query)


def _contents(shown: Snapshot, w: Wording, snippet: Snippet) -> Mapping[str, object]:
    return {
        **about_contents(shown, w, snippet),
        "approvals": _approvals(shown.site["site"], w),
        "notices": _notices(),
    }


def _approvals(site: Mapping[str, object], w: Wording) -> list[dict[str, str]]:
    """Return who publishes the map and its numbers; what is missing says so."""
    police = re.sub(r"\D", "", str(site["police"]))
    given = (
        ("organiser", w.pick(site["organiser"]), ""),  # type: ignore[arg-type]
        ("map_approval", str(site["map_approval"]), ""),
        ("icp", str(site["icp"]), _ICP_REGISTER),
        ("police", str(site["police"]), f"{_POLICE_REGISTER}{police}"),
    )
    missing = {"organiser": "about.organiser_missing", "map_approval": "about.map_approval_missing"}
    return [
        {
            "name": w.t(f"about.{name}"),
            "value": value,
            "address": address if value else "",
            "missing": w.t(missing.get(name, "about.number_missing")),
        }
        for name, value, address in given
    ]


@cache
def _notices() -> str:
    return (ROOT / "NOTICES.md").read_text(encoding="utf-8")
