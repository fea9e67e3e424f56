"""``/data``: what data there are, what waits to be published, earlier versions of a layer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from geo import jobs
from geo.errors import NotFound
from geo.history import entry_of, history, history_of, restore
from geo.i18n import message
from geo.model import Entry
from geo.state import audit
from geo.state.models import Job
from geo.times import shown_time
from geo.web import publishing, reports
from geo.web.current import language, link, settings, state
from geo.web.pages import staff_page
from geo.web.session import requires, user_name

blueprint = Blueprint("data", __name__)

_SHOWN_JOBS = 8


@blueprint.get("/data")
@requires("staff")
def overview() -> Response:
    """Answer what data there are, the form for a file, and what waits to be published."""
    lang = language()
    known = publishing.catalog_entries()
    pending = publishing.pending_changes()
    unpublished = {change["layer"] for change in pending}
    recent = jobs.recent(settings(), state(), _SHOWN_JOBS)
    served = publishing.describe_served()
    entries = [_describe_entry(name, entry, served, lang) for name, entry in known.items()]
    return staff_page(
        "data.html",
        entries=[{**entry, "pending": entry["name"] in unpublished} for entry in entries],
        pending=pending,
        served=served,
        preparing=publishing.waiting_preview(recent),
        jobs=[_describe_job(job, known, lang) for job in recent],
        versions=publishing.describe_published(),
        chosen=request.args.get("layer", ""),
        limit_mb=settings().upload_mb,
        today=shown_time(datetime.now().astimezone())[:7],
    )


def _describe_entry(
    name: str, entry: Entry, served: Mapping[str, Any] | None, lang: str
) -> dict[str, Any]:
    changes = history_of(settings(), name, entry)
    last = next((change for change in changes if change["action"] != "seed"), None)
    known = (served or {}).get("layers", {}).get(name, {})
    natures = known.get("natures") or [entry.nature]
    return {
        "name": name,
        "title": entry.title.model_dump()[lang],
        # Words by which a file's name speaks of this layer.
        "words": " ".join({entry.title.zh, entry.title.en.lower(), entry.kind, name}),
        "count": known.get("count"),
        "natures": message("data.separator", lang).join(
            message(f"nature.{nature}", lang) for nature in natures
        ),
        "as_of": entry.as_of,
        "last": {**last, "at": shown_time(last["at"])} if last else None,
    }


def _describe_job(job: Job, entries: Mapping[str, Entry], lang: str) -> dict[str, Any]:
    entry = entries.get(job.params.get("layer", ""))
    layer = entry.title.model_dump()[lang] if entry else ""
    title = message(f"data.kind_{job.kind}", lang, layer=layer, file=job.params.get("name", ""))
    at = shown_time(job.created_at)
    return {"id": job.id, "state": job.state, "title": title, "by": job.by, "at": at}


@blueprint.get("/data/layers/<name>")
@requires("staff")
def layer_page(name: str) -> Response:
    """Answer the versions of a layer, the newest first."""
    lang = language()
    entry = entry_of(settings(), name)
    changes = [
        {
            **change,
            "at": shown_time(change["at"]),
            "summary": reports.summarise(change["rows"], lang),
        }
        for change in history_of(settings(), name, entry)
    ]
    return staff_page(
        "data_layer.html", name=name, title=entry.title.model_dump()[lang], changes=changes
    )


@blueprint.get("/data/layers/<name>/<change_id>/restore")
@requires("staff")
def confirm_restore(name: str, change_id: str) -> Response:
    """Ask whether to go back to an earlier version of a layer."""
    lang = language()
    change = _find_change(name, change_id)
    title = entry_of(settings(), name).title.model_dump()[lang]
    at = shown_time(change["at"])
    return staff_page(
        "data_confirm.html",
        heading=message("data.restore_title", lang, layer=title),
        sentence=message("data.restore_means", lang, layer=title, at=at),
        label=message("data.restore", lang),
        address=link(f"data/layers/{name}/{change_id}/restore"),
        back=link(f"data/layers/{name}"),
    )


@blueprint.post("/data/layers/<name>/<change_id>/restore")
@requires("staff")
def restore_layer(name: str, change_id: str) -> Response:
    """Put an earlier version of a layer in place."""
    if not _find_change(name, change_id)["current"]:
        restore(settings(), name, change_id, by=user_name())
        detail = {"layer": name, "id": change_id}
        audit.record(state(), by=user_name(), action="layer_restored", detail=detail)
    return make_response(redirect(link(f"data/layers/{name}"), 303))


def _find_change(name: str, change_id: str) -> dict[str, Any]:
    for change in history(settings(), name):
        if change["id"] == change_id:
            return change
    raise NotFound("CHANGE_UNKNOWN", id=change_id[:20], layer=name)
