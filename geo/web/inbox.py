"""``/inbox``: what investors ask; read, marked, deleted and taken elsewhere by the staff."""

from __future__ import annotations

from typing import Any, get_args

from flask import Blueprint, Response, make_response, redirect, request

from geo.errors import BadRequest
from geo.i18n import message
from geo.state import audit, enquiries
from geo.state.models import STATUSES, Enquiry, EnquiryStatus
from geo.times import shown_time, today
from geo.web.current import language, link, snapshot, state
from geo.web.pages import staff_page
from geo.web.session import requires, user_name
from geo.wording import Wording

blueprint = Blueprint("inbox", __name__)

_PER_PAGE = 50
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.get("/inbox")
@requires("staff")
def inbox_page() -> Response:
    """Answer the enquiries, the newest first; ``show=new`` only those nobody has read."""
    before = request.args.get("before", type=int)
    found = enquiries.listed(state(), limit=_PER_PAGE + 1, before=before, status=_filter())
    shown = found[:_PER_PAGE]
    return staff_page(
        "inbox.html",
        entries=[_describe(enquiry) for enquiry in shown],
        count_new=enquiries.count_new(state()),
        only_new=_filter() == "new",
        before=before,
        older=shown[-1].id if len(found) > _PER_PAGE else None,
        days=enquiries.KEPT_DAYS,
    )


@blueprint.get("/inbox/<number>")
@requires("staff")
def entry_page(number: str) -> Response:
    """Answer one enquiry, with what can be done with it."""
    enquiry = enquiries.get(state(), number)
    return staff_page("inbox_entry.html", statuses=STATUSES, entry=_describe(enquiry))


@blueprint.post("/inbox/<number>")
@requires("staff")
def mark_entry(number: str) -> Response:
    """Say how far an enquiry has come.

    Raises
    ------
    BadRequest
        ``OPTION_INVALID`` for what is no status.
    """
    for status in get_args(EnquiryStatus):
        if status == request.form.get("status"):
            enquiries.mark(state(), number, status)
            return make_response(redirect(link(f"inbox/{number}"), 303))
    raise BadRequest("OPTION_INVALID")


@blueprint.get("/inbox/<number>/delete")
@requires("staff")
def confirm_removal(number: str) -> Response:
    """Ask whether to delete an enquiry."""
    enquiry, lang = enquiries.get(state(), number), language()
    return staff_page(
        "inbox_delete.html",
        heading=message("enquiry.delete_title", lang, number=enquiry.number),
        sentence=message("enquiry.delete_means", lang),
        label=message("enquiry.delete", lang),
        address=link(f"inbox/{number}/delete"),
        back=link(f"inbox/{number}"),
    )


@blueprint.post("/inbox/<number>/delete")
@requires("staff")
def remove_entry(number: str) -> Response:
    """Delete an enquiry."""
    enquiries.remove(state(), number, by=user_name())
    return make_response(redirect(link("inbox"), 303))


@blueprint.get("/inbox.csv", defaults={"ending": "csv"})
@blueprint.get("/inbox.xlsx", defaults={"ending": "xlsx"})
@requires("staff")
def export(ending: str) -> Response:
    """Answer all enquiries, or the new ones, as a file; the log says that they went out."""
    # openpyxl looks for numpy and loads it: only who asks for a file waits for that.
    from geo.export.enquiries import enquiries_csv, enquiries_workbook

    found, w = enquiries.listed(state(), status=_filter()), Wording(language())
    body = enquiries_csv(found, w) if ending == "csv" else enquiries_workbook(found, w)
    name = f"enquiries-{today()}.{ending}"
    detail = {"file": name, "rows": len(found)}
    audit.record(state(), by=user_name(), action="enquiries_exported", detail=detail)
    response = Response(body, content_type=_TYPES[ending])
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _filter() -> EnquiryStatus | None:
    return "new" if request.args.get("show") == "new" else None


def _describe(enquiry: Enquiry) -> dict[str, Any]:
    return {
        **{name: getattr(enquiry, name) for name in enquiries.LONGEST},
        "id": enquiry.id,
        "number": enquiry.number,
        "title": enquiry.title,
        "kind": enquiry.kind,
        "key": enquiry.key,
        "lang": enquiry.lang,
        "status": enquiry.status,
        "at": shown_time(enquiry.created_at),
        "consented_at": shown_time(enquiry.consented_at),
        "until": shown_time(enquiries.ends_at(enquiry))[:10],
        "has_page": enquiry.key in snapshot().of_kind(enquiry.kind),
    }
