"""``/plan/exports``: the published data as files, each made by a job; for ``viewer``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, request, send_file

from geo import jobs
from geo.errors import BadRequest, NotFound
from geo.grids import Grid, crs_name, nearest_zone
from geo.i18n import LANGUAGES, has_message, message
from geo.planning.balance import MEANINGS
from geo.planning.documents import one_of
from geo.profiles.family import family
from geo.query import Snapshot
from geo.render.plane import Bbox, bbox_of, join_bboxes
from geo.state import audit
from geo.state.models import Job
from geo.times import shown_time
from geo.web.current import language, library, link, settings, state
from geo.web.imports import progress_of
from geo.web.pages import staff_page
from geo.web.present import code_address
from geo.web.session import current_user, requires, user_name
from geo.wording import Wording

blueprint = Blueprint("exports", __name__)

SYSTEMS = {
    "gpkg": "any",
    "shp": "any",
    "dxf": "plane",
    "txt": "plane",
    "geojson": "degrees",
    "csv": "any",
}
"""Formats of a layer and what they hold, as :data:`geo.export.gis.FORMATS` has them."""

FINDINGS, OF_FINDINGS = "findings", ("gpkg", "geojson")
"""The layer of the findings and its formats, as :mod:`geo.export.faulty_ground` has them."""

REPORT, MAP = "xlsx", "map"
SLIDES = ("pptx", "handout")
"""The slides of the show, as :data:`geo.export.files.SLIDES` has them."""

OFFLINE = "offline"
"""The public pages as an archive, as :mod:`geo.offline.package` names it."""

WGS84, CGCS2000 = "EPSG:4326", "EPSG:4490"
_NUMBERED = {zone: 3 * zone for zone in range(25, 29)} | {zone: 6 * zone - 3 for zone in (13, 14)}
_SHOWN = 12
_LONGEST = 60
_CHOSEN = ("format", "layer", "crs", "park", "area")


@blueprint.get("/plan/exports")
@requires("viewer")
def export_page() -> Response:
    """Answer the forms for a file; the address may choose layer, format, system, park."""
    shown, w = library().current("staff"), Wording(language())
    return staff_page(
        "plan_exports.html",
        asked={name: request.args.get(name, "") for name in _CHOSEN},
        meanings=MEANINGS,
        version=shown.version,
        layers=_layers(shown, w),
        formats=list(SYSTEMS),
        slides=SLIDES if _has_show(shown) else (),
        languages=LANGUAGES,
        systems=describe_systems(shown, w),
        parks=_parks(shown, w),
        recent=_recent(),
    )


@blueprint.post("/plan/exports")
@requires("viewer")
def start() -> Response:
    """Start to write a file, and lead to the page that tells when it is there.

    While the same file of the same version is under way for somebody, it leads to that.

    Raises
    ------
    BadRequest
        ``EXPORT_FORMAT``, ``EXPORT_CRS``, ``EXPORT_PLANE``, ``EXPORT_DEGREES``, ``PLAN_OPTION``.
    NotFound
        ``LAYER_UNKNOWN``, ``PLAN_SCOPE_UNKNOWN``, ``MAP_NO_PLOTS``, ``SHOW_MISSING``.
    """
    shown = library().current("staff")
    asked = {**read_request(shown, request.form), "version": shown.version}
    if asked["format"] in (*SLIDES, OFFLINE):
        asked["address"] = code_address()
    return start_export(asked)


def start_export(asked: Mapping[str, Any]) -> Response:
    """Start a job that writes a file, or find the one that does so, and lead to its page.

    Parameters
    ----------
    asked
        As :func:`geo.export.files.export_file`, ``lang`` is that of the page if not told.
    """
    params = {"lang": language(), **asked}
    job, is_new = jobs.submit_once(
        settings(), state(), kind="export", by=user_name(), params=params
    )
    if is_new:
        detail = {name: value for name, value in params.items() if name != "lang"}
        audit.record(state(), by=user_name(), action="export", detail={**detail, "id": job.id})
    return make_response(redirect(link(f"plan/exports/{job.id}"), 303))


@blueprint.get("/plan/exports/<job_id>")
@requires("viewer")
def file_page(job_id: str) -> Response:
    """Answer how far a file is, or the way to it."""
    job = _export_job(job_id)
    report = _read_report(job) if job.state == "done" else None
    error = (job.error or {}).get("message", {})
    lang = language()
    return staff_page(
        "plan_export.html",
        job=job,
        is_open=job.state in jobs.OPEN,
        may_cancel=_may_cancel(job),
        progress=progress_of(job),
        report=report,
        size=_size(job, report) if report else "",
        what=_describe(job),
        at=shown_time(job.created_at),
        sentence=error.get(lang) or message("plan.export_not_done", lang),
    )


@blueprint.get("/plan/exports/<job_id>.json")
@requires("viewer")
def progress(job_id: str) -> Response:
    """Answer how far a file is, as JSON."""
    job = _export_job(job_id)
    return make_response(jsonify(state=job.state, **progress_of(job)))


@blueprint.get("/plan/exports/<job_id>/file")
@requires("viewer")
def download(job_id: str) -> Response:
    """Answer the file itself, always to be kept and never shown in the page.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN``, ``EXPORT_GONE`` after a week.
    """
    job = _export_job(job_id)
    report = _read_report(job)
    path = jobs.folder_of(settings(), job.id) / report["stored"]
    return send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=report["file"],
        etag=False,
    )


@blueprint.post("/plan/exports/<job_id>/cancel")
@requires("viewer")
def cancel(job_id: str) -> Response:
    """End a job of one's own that is under way; the staff may end any.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN``, also for a viewer who did not ask for it.
    """
    job = _export_job(job_id)
    if not _may_cancel(job):
        raise NotFound("JOB_UNKNOWN")
    if jobs.cancel(settings(), state(), job.id).state == "cancelled" and job.state in jobs.OPEN:
        audit.record(state(), by=user_name(), action="job_cancelled", detail={"id": job.id})
    return make_response(redirect(link(f"plan/exports/{job.id}"), 303))


# --- what is asked for -----------------------------------------------------------------------


def read_request(shown: Snapshot, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what a form asks for, as the parameters of a job; errors as :func:`start`."""
    format = form.get("format", "")
    if format == REPORT:
        return {"format": REPORT, "area": one_of("area", form.get("area", MEANINGS[0]), MEANINGS)}
    if format == OFFLINE:
        return {"format": OFFLINE}
    if format in SLIDES:
        _check_show(shown)
        asked = form.get("lang", "")
        return {"format": format, "lang": asked if asked in LANGUAGES else language()}
    if format == MAP:
        return {"format": MAP, "park": _mapped_park(shown, form.get("park", ""))}
    if format not in SYSTEMS:
        known = ", ".join((*SYSTEMS, REPORT, MAP, *SLIDES, OFFLINE))
        raise BadRequest("EXPORT_FORMAT", format=format[:_LONGEST], known=known)
    layer = form.get("layer") or shown.layer_of("parcels")
    layers = [*(one["id"] for one in shown.site["layers"]), FINDINGS]
    if layer not in layers:
        known_layers = ", ".join(layers)
        raise NotFound("LAYER_UNKNOWN", layer=layer[:_LONGEST], known=known_layers)
    if layer == FINDINGS and format not in OF_FINDINGS:
        raise BadRequest("EXPORT_FORMAT", format=format, known=", ".join(OF_FINDINGS))
    return {"format": format, "layer": layer, "crs": _system(shown, format, form.get("crs", ""))}


def _check_show(shown: Snapshot) -> None:
    if not _has_show(shown):
        raise NotFound("SHOW_MISSING", version=shown.version)


def _has_show(shown: Snapshot) -> bool:
    """Whether the public edition that was published with a staff edition has a show."""
    return "public/show.json" in shown.manifest["files"]


def _mapped_park(shown: Snapshot, park: str) -> str:
    if park not in shown.of_kind("parks"):
        raise NotFound("PLAN_SCOPE_UNKNOWN", scope=park[:_LONGEST])
    if park not in {key for key, _ in _parks(shown, Wording(LANGUAGES[0]))}:
        raise NotFound("MAP_NO_PLOTS", park=park)
    return park


def _system(shown: Snapshot, format: str, asked: str) -> str | None:
    """Return the system that is asked for; ``None`` for the usual one of the format."""
    if not asked:
        return None
    if asked not in (WGS84, CGCS2000, *_zones()):
        raise BadRequest("EXPORT_CRS", crs=asked[:_LONGEST])
    kind = SYSTEMS[format]
    if kind == "plane" and asked in (WGS84, CGCS2000):
        raise BadRequest("EXPORT_PLANE", format=format, crs=asked, zone=suggest_zone(shown))
    if kind == "degrees" and asked != WGS84:
        raise BadRequest("EXPORT_DEGREES", format=format, crs=asked)
    return asked


# --- what there is to choose -----------------------------------------------------------------


def _zones() -> dict[str, tuple[str, int, int]]:
    """Return the zones of the counties and their neighbours: width, meridian, number or 0."""
    found: dict[str, tuple[str, int, int]] = {}
    for zone, meridian in _NUMBERED.items():
        width = "3" if zone > 20 else "6"
        for number in (zone, 0) if width == "3" else (zone,):
            name = crs_name(Grid("gauss", meridian, number), "cgcs2000")
            found[name] = (width, meridian, number)
    return found


def describe_systems(shown: Snapshot, w: Wording) -> list[tuple[str, str]]:
    """Return the coordinate systems that a file can have, with their names."""
    suggested = suggest_zone(shown)
    found = [(WGS84, w.t("plan.crs_wgs84")), (CGCS2000, w.t("plan.crs_cgcs2000"))]
    for name, (width, meridian, zone) in _zones().items():
        key = "plan.crs_zone" if zone else "plan.crs_meridian"
        text = w.t(key, width=width, meridian=meridian, zone=zone, name=name)
        found.append((name, w.t("plan.crs_suggested", text=text) if name == suggested else text))
    return found


def suggest_zone(shown: Snapshot) -> str:
    """Return the numbered 3-degree zone whose meridian is nearest to the plots."""
    boxes = _boxes_of_plots(shown)
    if not boxes:
        return crs_name(Grid("gauss", 81, 27), "cgcs2000")
    minx, _, maxx, _ = join_bboxes(boxes)
    return crs_name(nearest_zone((minx + maxx) / 2), "cgcs2000")


def _boxes_of_plots(shown: Snapshot) -> list[Bbox]:
    layer = shown.layer_of("parcels")
    if shown.is_large(layer):
        extent = shown.store(layer).extent
        return [extent] if extent else []
    shapes = (plot["geometry"] for plot in shown.features(layer).values())
    return [bbox_of(shape) for shape in shapes if shape]


def _layers(shown: Snapshot, w: Wording) -> list[tuple[str, str]]:
    """Return the layers, that of the plots first, the findings last."""
    plots = shown.layer_of("parcels")
    found = [(one["id"], w.pick(one["title"])) for one in shown.site["layers"]]
    found.append((FINDINGS, w.t("plan_findings.title")))
    return sorted(found, key=lambda one: one[0] != plots)


def _parks(shown: Snapshot, w: Wording) -> list[tuple[str, str]]:
    """Return the parks that have a plot with an outline, or a park inside them has."""
    parks = shown.of_kind("parks")
    owners = _parks_with_plots(shown)
    return [
        (key, w.pick(park["properties"], "name") or key)
        for key, park in parks.items()
        if family(parks, key) & owners
    ]


def _parks_with_plots(shown: Snapshot) -> set[str]:
    layer = shown.layer_of("parcels")
    if shown.is_large(layer):
        return set(shown.store(layer).values_of("park_id"))
    plots = shown.features(layer).values()
    return {str(one["properties"].get("park_id")) for one in plots if one["geometry"]}


# --- jobs ------------------------------------------------------------------------------------


def _export_job(job_id: str) -> Job:
    job = jobs.look_up(settings(), state(), job_id)
    if job.kind != "export":
        raise NotFound("JOB_UNKNOWN")
    return job


def _read_report(job: Job) -> dict[str, Any]:
    """Return what a job tells of its file, which is still there."""
    try:
        report = jobs.read_report(settings(), job.id)
    except NotFound as error:
        raise NotFound("EXPORT_GONE") from error
    if not (jobs.folder_of(settings(), job.id) / report["stored"]).is_file():
        raise NotFound("EXPORT_GONE")
    return report


def _may_cancel(job: Job) -> bool:
    user = current_user()
    return user is not None and (user.may("staff") or user.name == job.by)


def _size(job: Job, report: Mapping[str, Any]) -> str:
    count = (jobs.folder_of(settings(), job.id) / report["stored"]).stat().st_size
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{max(count // 1000, 1)} kB"


def _describe(job: Job) -> str:
    """Return what a job writes, in words."""
    lang, params = language(), job.params
    format = str(params.get("format", ""))
    if format == REPORT:
        area = params.get("area", MEANINGS[0])
        meant = message(f"plan_area.{area}", lang) if area in MEANINGS[1:] else ""
        return " · ".join(filter(None, (message("plan.export_report", lang), meant)))
    if format == FINDINGS:
        return message("plan.export_findings", lang)
    if format == OFFLINE:
        return message("plan.export_offline", lang)
    if format in SLIDES:
        made = message(f"plan_format.{format}", lang)
        chosen = message(f"slides_lang.{params['lang']}", lang)
        return message("plan.export_slides", lang, format=made, language=chosen)
    if format == MAP:
        return message("plan.export_map", lang, park=params.get("park", ""))
    key = f"plan_format.{format}"
    return message(
        "plan.export_layer",
        lang,
        layer=params.get("layer") or "parcels",
        format=message(key, lang) if has_message(key) else format,
        crs=params.get("crs") or message("plan.crs_usual_short", lang),
    )


def _recent() -> list[dict[str, Any]]:
    found = [job for job in jobs.recent(settings(), state(), 100) if job.kind == "export"]
    return [
        {
            "id": job.id,
            "what": _describe(job),
            "state": job.state,
            "by": job.by,
            "at": shown_time(job.created_at),
        }
        for job in found[:_SHOWN]
    ]
