"""The shortlist: a page that an address holds, and its brief as PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from geo.errors import BadRequest, NotFound
from geo.export.brief import make_brief
from geo.export.brief_entry import describe_entry
from geo.kept import kept
from geo.query import Snapshot
from geo.shortlist import Ref, look_up, read_ids, write_ids
from geo.web.current import full_address, language, snapshot
from geo.web.pages import public_page
from geo.wording import Wording

blueprint = Blueprint("shortlist", __name__)

_KEPT_BRIEFS = 16
_COMPARED = range(2, 5)


@blueprint.get("/shortlist")
def shortlist_page() -> Response:
    """Answer the list that the address names; without one, how to make one."""
    refs = _asked()
    query = (("ids", write_ids(refs)),) if refs else ()
    return public_page("shortlist.html", shortlist_contents, refs, query=query)


@blueprint.get("/shortlist.pdf")
def shortlist_pdf() -> Response:
    """Answer the brief of the list that the address names.

    Raises
    ------
    BadRequest
        ``SHORTLIST_EMPTY`` without a list.
    """
    refs = _asked()
    if not refs:
        raise BadRequest("SHORTLIST_EMPTY")
    shown, lang = snapshot(), language()
    address = full_address("shortlist", ids=write_ids(refs))
    body, etag = _brief(shown, refs, lang, address)
    response = Response(body, content_type="application/pdf")
    name = f"shortlist-{shown.manifest['as_of']}-{lang}.pdf"
    response.headers.set("Content-Disposition", "inline", filename=name)
    response.headers["Cache-Control"] = "no-cache"
    # Every choice of entries would be a document of its own.
    response.headers["X-Robots-Tag"] = "noindex"
    response.set_etag(etag)
    response.make_conditional(request)
    return response


def shortlist_contents(shown: Snapshot, w: Wording, refs: tuple[Ref, ...]) -> Mapping[str, object]:
    """Return what the page of a list shows."""
    listed = look_up(shown, refs)
    entries = [
        {
            **describe_entry(shown, entry.ref, number, w),
            "ref": str(entry.ref),
            "path": f"{entry.ref.kind}/{quote(entry.ref.key, safe='')}",
            "others": _without(refs, entry.ref),
        }
        for number, entry in enumerate(listed.entries, start=1)
    ]
    return {
        "ids": write_ids(refs),
        "entries": entries,
        "missing": [{"ref": str(ref), "others": _without(refs, ref)} for ref in listed.unknown],
        "compared": _compared([entry.ref for entry in listed.entries]),
    }


def _asked() -> tuple[Ref, ...]:
    """Return the list of the request.

    Raises
    ------
    NotFound
        ``SHORTLIST_UNKNOWN`` if the published data have none of it.
    """
    refs = read_ids(request.args.get("ids", ""))
    if refs and not look_up(snapshot(), refs).entries:
        raise NotFound("SHORTLIST_UNKNOWN", ids=write_ids(refs)[:200])
    return refs


@kept(_KEPT_BRIEFS)
def _brief(shown: Snapshot, refs: tuple[Ref, ...], lang: str, address: str) -> tuple[bytes, str]:
    """Return a brief and its entity tag."""
    body = make_brief(shown, look_up(shown, refs), lang, address)
    return body, hashlib.sha256(body).hexdigest()[:20]


def _without(refs: Sequence[Ref], left_out: Ref) -> str | None:
    """Return the list without an entry; ``None`` for an empty one, which an address omits."""
    return write_ids(ref for ref in refs if ref != left_out) or None


def _compared(refs: Sequence[Ref]) -> list[dict[str, Any]]:
    """Return what can stand side by side: entries of one kind."""
    kinds = dict.fromkeys(ref.kind for ref in refs)
    groups = {kind: [ref for ref in refs if ref.kind == kind] for kind in kinds}
    return [
        {"kind": kind, "count": len(group), "ids": write_ids(group)}
        for kind, group in groups.items()
        if len(group) in _COMPARED
    ]
