"""A county file comes in: upload, the doctor's report, the import."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, request, send_file
from werkzeug.datastructures import MultiDict

from geo import jobs
from geo.errors import GeoError, NotFound
from geo.history import entry_of
from geo.i18n import LANGUAGES, message
from geo.model import KINDS
from geo.state import audit
from geo.state.models import Job
from geo.times import shown_time
from geo.web import publishing, reports
from geo.web.current import language, library, link, settings, state
from geo.web.pages import staff_page
from geo.web.session import csrf, requires, user_name
from geo.web.uploads import check_token, first_options, one_of, receive

blueprint = Blueprint("imports", __name__)

_TEXT = 200
_COLUMNS = 500


# --- a file comes in -----------------------------------------------------------------------------


@blueprint.post("/data/upload")
@requires("staff")
def upload() -> Response:
    """Take in a file and start its examination.

    The form's token is checked here and not before, so that nobody who is not signed in
    can send a body to be parsed.
    """
    came = receive(request, settings())
    try:
        check_token(came.form)
        options = first_options(came.form)
        layer = came.form.get("layer", "")
        entry_of(settings(), layer)
    except GeoError:
        jobs.upload_of(settings(), came.token).unlink(missing_ok=True)
        raise
    params = {"upload": came.token, "name": came.name, "layer": layer, "options": options}
    job = jobs.submit(settings(), state(), kind="examine", by=user_name(), params=params)
    return _go_to(job)


# Checked in the view, when it is known who asks.
csrf.exempt(upload)


def _go_to(job: Job) -> Response:
    """Send the person to a job's page; a script is told where that is."""
    address = link(f"data/jobs/{job.id}")
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(location=address), 201)
    return make_response(redirect(address, 303))


# --- a job ---------------------------------------------------------------------------------------


@blueprint.get("/data/jobs/<job_id>")
@requires("staff")
def job_page(job_id: str) -> Response:
    """Answer how far a job is, or what came of it."""
    job = jobs.look_up(settings(), state(), job_id)
    if job.kind == "export":
        return make_response(redirect(link(f"plan/exports/{job.id}"), 303))
    if job.kind == "draft" and job.state not in jobs.OPEN:
        return make_response(redirect(link(f"plan/drafts/{job.params['draft']}"), 303))
    if job.state != "done":
        return _unfinished_page(job)
    if job.kind == "prepare":
        return publishing.preview_page(job, publishing.pending_changes())
    report = jobs.read_report(settings(), job.id)
    return _report_page(job, report) if job.kind == "examine" else _done_page(job, report)


@blueprint.get("/data/jobs/<job_id>.json")
@requires("staff")
def job_progress(job_id: str) -> Response:
    """Answer how far a job is, as JSON."""
    job = jobs.look_up(settings(), state(), job_id)
    return make_response(jsonify(state=job.state, **progress_of(job)))


@blueprint.get("/data/jobs/<job_id>/map.json")
@requires("staff")
def job_map(job_id: str) -> Response:
    """Answer the shapes that an import would change, before and after."""
    report = jobs.read_report(settings(), job_id)
    return make_response(jsonify(reports.map_features(report["changes"])))


@blueprint.get("/data/jobs/<job_id>/faults.xlsx")
@requires("staff")
def job_faults(job_id: str) -> Response:
    """Answer the faulty rows as a workbook, the cells marked.

    It keeps the name of the file, which tells the layer when the mended rows come back.
    """
    body = jobs.read_result(settings(), job_id, "faults.xlsx")
    stem = Path(jobs.look_up(settings(), state(), job_id).params.get("name", "")).stem
    return send_file(
        io.BytesIO(body),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=f"{stem}-faults.xlsx",
    )


@blueprint.post("/data/jobs/<job_id>/examine")
@requires("staff")
def examine_again(job_id: str) -> Response:
    """Examine the file of a job once more, with other answers."""
    job = _examined(job_id)
    report = jobs.read_report(settings(), job.id)
    options = _changed_options(job.params["options"], report, request.form)
    params = {**job.params, "options": options}
    again = jobs.submit(settings(), state(), kind="examine", by=user_name(), params=params)
    return _go_to(again)


@blueprint.post("/data/jobs/<job_id>/import")
@requires("staff")
def import_rows(job_id: str) -> Response:
    """Import what a report showed: all rows, or only the good ones."""
    job = _examined(job_id)
    report = jobs.read_report(settings(), job.id)
    rows = one_of(request.form.get("rows", ""), ("all", "good"))
    params = {**job.params, "rows": rows, "base": report["base"], "examined": job.id}
    started = jobs.submit(settings(), state(), kind="import", by=user_name(), params=params)
    return _go_to(started)


@blueprint.post("/data/jobs/<job_id>/cancel")
@requires("staff")
def cancel(job_id: str) -> Response:
    """End a job that is under way."""
    before = jobs.look_up(settings(), state(), job_id)
    job = jobs.cancel(settings(), state(), job_id)
    if before.state in jobs.OPEN and job.state == "cancelled":
        detail = {"id": job.id, "layer": job.params.get("layer"), "file": job.params.get("name")}
        audit.record(state(), by=user_name(), action="job_cancelled", detail=detail)
    return _go_to(job)


def _examined(job_id: str) -> Job:
    """Return a job that examined a file, whose upload is still there.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN``, ``UPLOAD_UNKNOWN`` after a week.
    """
    job = jobs.look_up(settings(), state(), job_id)
    if job.kind != "examine":
        raise NotFound("JOB_UNKNOWN")
    path = jobs.upload_of(settings(), job.params["upload"])
    if not path.is_file():
        raise NotFound("UPLOAD_UNKNOWN")
    path.touch()  # it is in use: the week begins anew
    return job


def _changed_options(
    options: Mapping[str, Any], report: Mapping[str, Any], form: MultiDict[str, str]
) -> dict[str, Any]:
    """Return the options with what a form says otherwise, and with its answers."""
    changed = {**options, "columns": {**options.get("columns", {})}}
    changed["units"] = {**options.get("units", {})}
    for name in ("mode", "datum", "crs", "codes", "sheet"):
        if name in form:
            changed[name] = form[name][:_TEXT] or None
    shown = {match["heading"]: match for match in report["understood"]["headings"]}
    for number in range(_COLUMNS):
        heading = form.get(f"heading.{number}")
        match = shown.get(heading or "")
        if heading is None:
            break
        if match:
            _take_column(changed, match, form, number)
    take_answers(changed, report["questions"], form)
    return checked_options(changed)


def _take_column(
    options: dict[str, Any], match: Mapping[str, Any], form: MultiDict[str, str], number: int
) -> None:
    """Take over what a form says of a column, if it is not what was understood anyway."""
    field, unit = form.get(f"column.{number}", ""), form.get(f"unit.{number}")
    if field != (match["field"] or ""):
        options["columns"][match["heading"]] = field
    elif unit is not None and unit != (match["unit"] or ""):
        options["units"][match["heading"]] = unit


def take_answers(
    options: dict[str, Any], questions: Sequence[Mapping[str, Any]], form: MultiDict[str, str]
) -> None:
    """Put what a form answers to the questions of a report into its options."""
    for number, question in enumerate(questions):
        answer = form.get(f"answer.{number}", "").strip()[:_TEXT]
        if answer and form.get(f"question.{number}") == question["id"]:
            _take_answer(options, question["id"], answer)


def _take_answer(options: dict[str, Any], question: str, answer: str) -> None:
    name, _, heading = question.partition(":")
    if not heading:
        options[name] = answer
    elif name in ("column", "unit"):
        options[f"{name}s"][heading] = answer


def checked_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return options that make sense, so that a form cannot make a job crash.

    Raises
    ------
    BadRequest
        ``OPTION_INVALID``.
    """
    options["mode"] = one_of(options.get("mode") or "merge", ("merge", "replace"))
    options["datum"] = one_of(options.get("datum") or "auto", reports.DATUMS)
    options["units"] = {heading: unit for heading, unit in options["units"].items() if unit}
    return options


# --- the pages of a job --------------------------------------------------------------------------


def _about(job: Job) -> str:
    """Return what a job is about: a file, for which layer, by whom, when."""
    if "upload" not in job.params:
        return ""
    return message(
        "data.about_file",
        language(),
        file=job.params["name"],
        layer=_title_of(job.params["layer"])[language()],
        by=job.by,
        at=shown_time(job.created_at),
    )


def _heading(job: Job) -> str:
    name = job.state if job.state in ("failed", "cancelled") else job.kind
    return message(f"data.heading_{name}", language())


def _title_of(layer: str) -> dict[str, str]:
    try:
        title: dict[str, str] = entry_of(settings(), layer).title.model_dump()
    except NotFound:  # the catalogue has changed since
        return dict.fromkeys(LANGUAGES, layer)
    return title


def progress_of(job: Job) -> dict[str, Any]:
    """Return how far a job is: a share (``None`` if nobody can say) and a sentence."""
    lang, told = language(), job.progress
    if job.state == "queued":
        return {"share": None, "text": message("data.queued", lang)}
    done, total = told.get("done", 0), told.get("total", 0)
    text = reports.stage_label(told.get("stage", ""), lang) or message("data.running", lang)
    if total:
        text = message("data.stage_count", lang, stage=text, done=f"{done:,}", total=f"{total:,}")
    return {"share": round(min(done / total, 1), 3) if total else None, "text": text}


def _unfinished_page(job: Job) -> Response:
    lang = language()
    if job.state == "failed":
        told = (job.error or {}).get("message", {})
        sentence = told.get(lang) or message("error.JOB_CRASHED", lang)
    else:
        sentence = message("data.cancelled", lang)
    return staff_page(
        "data_job.html",
        job=job,
        is_open=job.state in jobs.OPEN,
        progress=progress_of(job),
        sentence=sentence,
        findings=publishing.blocking_findings(job),
        heading=_heading(job),
        about=_about(job),
    )


def _report_page(job: Job, report: Mapping[str, Any]) -> Response:
    lang = language()
    kind = KINDS[entry_of(settings(), job.params["layer"]).kind]
    columns = reports.describe_columns(report["understood"], lang)
    changes = reports.describe_changes(report["changes"], kind, lang)
    return staff_page(
        "data_report.html",
        job=job,
        report=report,
        columns=columns,
        open_columns=any(column["how"] == "unknown" for column in columns),
        fields=reports.field_choices(kind, lang),
        facts=reports.describe_facts(report, lang),
        selects=reports.describe_selects(report, job.params["options"], kind, lang),
        choices=reports.describe_choices(report, lang),
        groups=reports.group_faults(report["faults"], lang),
        changes=changes,
        has_map=any(change["placed"] for change in changes),
        ground=json.dumps(ground_layers()),
        suggestions=[
            {**one, "label": reports.field_label(one["field"], lang)}
            for one in report["suggestions"]
        ],
        superseded=_import_of(job),
        about=_about(job),
    )


def _done_page(job: Job, report: Mapping[str, Any]) -> Response:
    return staff_page(
        "data_done.html", job=job, report=report, heading=_heading(job), about=_about(job)
    )


def _import_of(job: Job) -> str | None:
    """Return the job that imported what this one examined, if there is one."""
    found = (
        other
        for other in jobs.recent(settings(), state(), 50)
        if other.params.get("examined") == job.id and other.state in ("queued", "running", "done")
    )
    return next((other.id for other in found), None)


def ground_layers() -> list[str]:
    """Return where the outlines are that the small map draws under the changes."""
    try:
        shown = library().current("staff")
    except GeoError:
        return []
    kinds = {layer["kind"]: layer["id"] for layer in shown.site["layers"]}
    return [
        link(f"staff/layers/{shown.version}/staff/{kinds[kind]}.geojson")
        for kind in ("counties", "parks")
        if kind in kinds
    ]
