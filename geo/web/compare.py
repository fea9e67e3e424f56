"""Compare: two to four parks, plots or halls side by side, on a page and as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Response, request

from geo.comparison import FEWEST, MOST, Comparison, compare, read_compared
from geo.errors import BadRequest
from geo.query import Snapshot
from geo.shortlist import Ref, write_ids
from geo.web.current import full_address, language, snapshot
from geo.web.pages import Query, public_page
from geo.wording import Wording

blueprint = Blueprint("compare", __name__)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 400
_WHAT = {"parcels": "plot", "buildings": "hall"}


@blueprint.get("/compare")
def compare_page() -> Response:
    """Answer the comparison of what the address names, or say why there is none."""
    ids, only = request.args.get("ids", "")[:_LONGEST], request.args.get("show") == "differences"
    query: Query = (("ids", ids),) if ids else ()
    if only:
        query = (*query, ("show", "differences"))
    status = 400 if _fault(snapshot(), ids) else 200
    return public_page("compare.html", compare_contents, ids, only, query=query, status=status)


@blueprint.get("/compare.xlsx")
def compare_workbook() -> Response:
    """Answer the comparison as a workbook.

    Raises
    ------
    BadRequest
        As :func:`geo.comparison.read_compared`; ``COMPARE_TOO_FEW``.
    """
    # openpyxl looks for numpy and loads it: only who asks for a workbook waits for that.
    from geo.export.comparison import comparison_workbook

    shown, w = snapshot(), Wording(language())
    refs = read_compared(shown, request.args.get("ids", "")[:_LONGEST])
    if len(refs) < FEWEST:
        raise BadRequest("COMPARE_TOO_FEW", fewest=FEWEST)
    addresses = {ref.key: full_address(f"{ref.kind}/{quote(ref.key)}") for ref in refs}
    notes = _notes(shown, w)
    response = Response(comparison_workbook(compare(shown, refs, w), addresses, notes, w))
    response.content_type = _XLSX
    name = f"compare-{shown.manifest['as_of']}-{w.lang}.xlsx"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def compare_contents(shown: Snapshot, w: Wording, ids: str, only: bool) -> Mapping[str, object]:
    """Return what the page shows: the table, or what is wrong with the ids."""
    fault = _fault(shown, ids)
    refs = () if fault else read_compared(shown, ids)
    whole = compare(shown, refs, w) if refs else None
    return {
        "fault": w.t(f"error.{fault.code}", **fault.params) if fault else "",
        "parts_given": _split(ids) if fault else [],
        "without": lambda part: ",".join(p for p in _split(ids) if p != part),
        "comparison": _shortened(whole) if whole and only else whole,
        "whole": whole,
        "only": only,
        "ids": write_ids(refs),
        "columns": [(ref, write_ids(other for other in refs if other != ref)) for ref in refs],
        "differences": sum(line.differs for g in whole.groups for line in g.lines) if whole else 0,
        "can_add": len(refs) < MOST,
        "too_few": len(refs) < FEWEST,
        "add_query": _finder(refs),
    }


def _fault(shown: Snapshot, ids: str) -> BadRequest | None:
    try:
        read_compared(shown, ids)
    except BadRequest as error:
        return error
    return None


def _split(ids: str) -> list[str]:
    return [part.strip() for part in ids.split(",") if part.strip()]


def _finder(refs: Iterable[Ref]) -> dict[str, str]:
    """Return the parameters of the finder that go on choosing."""
    chosen = list(refs)
    what = _WHAT.get(chosen[0].kind) if chosen else None
    if what is None:
        return {}
    return {**({"what": what} if what != "plot" else {}), "pick": write_ids(chosen)}


def _shortened(comparison: Comparison) -> Comparison:
    """Return only the lines in which things differ."""
    groups = (
        replace(group, lines=tuple(line for line in group.lines if line.differs))
        for group in comparison.groups
    )
    return replace(comparison, groups=tuple(group for group in groups if group.lines))


def _notes(shown: Snapshot, w: Wording) -> list[str]:
    site = shown.site["site"]
    notes = [w.t("compare.note_unknown"), w.t("compare.note_reach")]
    if site["demo"]:
        notes.append(w.t("ui.notice_sample"))
    as_of = shown.manifest["as_of"]
    notes.append(w.t("ui.version", as_of=as_of, version=shown.version))
    return notes
