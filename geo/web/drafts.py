"""``/plan/drafts``: staff try out a changed layout; nothing public changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, request

from geo import drafts, jobs
from geo.errors import GeoError, NotFound
from geo.i18n import both, message
from geo.model import KINDS
from geo.state import drafts as rows
from geo.state.models import Draft
from geo.times import shown_time, today
from geo.web import publishing, reports
from geo.web.current import full_address, language, library, link, root, settings, state
from geo.web.imports import checked_options, ground_layers, take_answers
from geo.web.pages import staff_page
from geo.web.session import csrf, requires, user_name
from geo.web.uploads import check_token, first_options, receive

blueprint = Blueprint("drafts", __name__)

_UNITS = ("mu", "ha", "share", "plots")
_OF_THE_WHOLE = (
    *("declared_area_mu", "cadastral_code", "developed_ha"),
    *("far", "building_coefficient", "green_ratio", "office_ratio"),
)
"""What was declared or measured of a whole plot, and so of none of its parts."""

_ROUNDING_MU = 0.02
"""Two sheets are each rounded by itself: so much says nothing of a class."""


# --- the list, and a new one ---------------------------------------------------------------------


@blueprint.get("/plan/drafts")
@requires("staff")
def overview() -> Response:
    """Answer the drafts, the newest first, and the form for a new one."""
    drafts.tidy(settings(), state(), datetime.now(UTC))
    entries = [_describe(draft) for draft in rows.listed(state())]
    return staff_page(
        "drafts.html",
        entries=entries,
        is_full=len(entries) >= rows.MOST,
        most=rows.MOST,
        days=rows.KEPT_DAYS,
        limit_mb=settings().upload_mb,
        longest=rows.LONGEST_TITLE,
        pending=publishing.pending_changes(),
    )


@blueprint.post("/plan/drafts")
@requires("staff")
def add() -> Response:
    """Take in a file and start to work out what it would mean.

    The form's token is checked here and not before, so that nobody who is not signed in
    can send a body to be parsed.
    """
    came = receive(request, settings())
    upload = jobs.upload_of(settings(), came.token)
    try:
        check_token(came.form)
        about = {
            "title": came.form.get("title", ""),
            "layer": _layer_of_plots(),
            "file": came.name,
            "options": first_options(came.form),
        }
        draft = drafts.begin(settings(), state(), upload, about, by=user_name())
    except GeoError:
        upload.unlink(missing_ok=True)
        raise
    address = link(f"plan/drafts/{draft.id}")
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(location=address), 201)
    return make_response(redirect(address, 303))


# Checked in the view, when it is known who asks.
csrf.exempt(add)


@blueprint.get("/plan/drafts/draw")
@requires("staff")
def draw() -> Response:
    """Answer the editor in which the plots of a park are bent, split, added and removed.

    What is drawn comes in as any other file does.

    Raises
    ------
    NotFound
        ``NOT_PUBLISHED`` before the first publish, ``PLACE_UNKNOWN`` for no park of that
        number.
    """
    shown, lang = library().current("staff"), language()
    parks, land_use = _names(lang)
    plots = shown.layer_of("parcels")
    known = shown.values_of("parcels", "park_id")
    choices = {key: name for key, name in parks.items() if key in known}
    park = request.args.get("park") or next(iter(choices), "")
    if park not in choices:
        raise NotFound("PLACE_UNKNOWN", number=park[:80])
    return staff_page(
        "draft_draw.html",
        park=park,
        parks=choices,
        land_use=land_use,
        draw={
            "base": f"{root()}staff/layers/{shown.version}/staff/",
            "layer": plots,
            # Of a large layer the browser takes the park's own plots alone.
            "places": [park] if shown.is_large(plots) else None,
            "ground": f"{shown.layer_of('parks')}.geojson",
            "park": park,
            "newId": f"{park}-NEW-{{number}}",
            "inherited": [f.name for f in KINDS["parcels"].fields if f.name not in _OF_THE_WHOLE],
            "source": " / ".join(both("drafts.draw_source").values()),
            "today": today().isoformat(),
        },
        longest=rows.LONGEST_TITLE,
    )


def _layer_of_plots() -> str:
    """Return the name of the layer of the plots.

    Raises
    ------
    NotFound
        ``LAYER_UNKNOWN`` if the catalogue has none.
    """
    entries = publishing.catalog_entries().items()
    found = next((name for name, entry in entries if entry.kind == "parcels"), None)
    if found is None:
        raise NotFound("LAYER_UNKNOWN", layer="parcels")
    return found


def _describe(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "title": draft.title,
        "file": draft.file,
        "by": draft.by,
        "at": shown_time(draft.created_at),
        "until": shown_time(rows.ends_at(draft))[:10],
        "mode": message(f"data.mode_{draft.options['mode']}", language()),
        "summary": draft.summary,
    }


# --- one draft -----------------------------------------------------------------------------------


@blueprint.get("/plan/drafts/<draft_id>")
@requires("staff")
def draft_page(draft_id: str) -> Response:
    """Answer what a draft would mean; as long as nobody knows, how far its job is."""
    draft = rows.get(state(), draft_id)
    result = drafts.read_result(settings(), draft.id)
    if result is None:
        return _unfinished_page(draft)
    served = _served_version()
    lang = language()
    changes = _changes(result, lang)
    return staff_page(
        "draft.html",
        draft=_describe(draft),
        result=result,
        address=full_address(f"plan/drafts/{draft.id}"),
        is_stale=bool(result["version"]) and result["version"] != served,
        sheets=[_sheet(sheet, lang) for sheet in result.get("balance", ())],
        rates=[_rates(park, lang) for park in result.get("rates", ())],
        findings={
            name: reports.group_findings(found, lang)
            for name, found in result.get("findings", {}).items()
        },
        blocking=reports.group_findings(result.get("blocking", ()), lang),
        faults=reports.group_findings(result["faults"], lang),
        changes=changes,
        listed=len(changes),
        has_map=any(change["placed"] for change in changes),
        ground=json.dumps(ground_layers()),
    )


def _unfinished_page(draft: Draft) -> Response:
    """Send to the job that works a draft out, or say why it came to nothing."""
    lang = language()
    job = jobs.look_up(settings(), state(), draft.job or "")
    if job.state in jobs.OPEN:
        return make_response(redirect(link(f"data/jobs/{job.id}"), 303))
    told = (job.error or {}).get("message", {})
    sentence = told.get(lang) or message("drafts.not_worked_out", lang)
    return staff_page("draft_failed.html", draft=_describe(draft), sentence=sentence)


@blueprint.get("/plan/drafts/<draft_id>/map.json")
@requires("staff")
def draft_map(draft_id: str) -> Response:
    """Answer the outlines that a draft would change, before and after.

    Raises
    ------
    NotFound
        ``JOB_RESULT_GONE`` as long as nobody knows them.
    """
    draft = rows.get(state(), draft_id)
    result = drafts.read_result(settings(), draft.id)
    if result is None:
        raise NotFound("JOB_RESULT_GONE")
    return make_response(jsonify(reports.map_features(result.get("plots", ()))))


@blueprint.post("/plan/drafts/<draft_id>/answer")
@requires("staff")
def answer(draft_id: str) -> Response:
    """Work a draft out once more, with answers to what its file left open."""
    draft = rows.get(state(), draft_id)
    result = drafts.read_result(settings(), draft.id) or {"questions": ()}
    options = {"columns": {}, "units": {}, **draft.options}
    take_answers(options, result["questions"], request.form)
    drafts.work_out_again(settings(), state(), draft, checked_options(options), by=user_name())
    return make_response(redirect(link(f"plan/drafts/{draft.id}"), 303))


@blueprint.post("/plan/drafts/<draft_id>/import")
@requires("staff")
def hand_over(draft_id: str) -> Response:
    """Give a draft's file to import, where it is examined and confirmed as any other."""
    draft = rows.get(state(), draft_id)
    job = drafts.hand_over(settings(), state(), draft, by=user_name())
    return make_response(redirect(link(f"data/jobs/{job.id}"), 303))


@blueprint.get("/plan/drafts/<draft_id>/discard")
@requires("staff")
def confirm_discard(draft_id: str) -> Response:
    """Ask whether to discard a draft."""
    draft, lang = rows.get(state(), draft_id), language()
    return staff_page(
        "data_confirm.html",
        heading=message("drafts.discard_title", lang, title=draft.title),
        sentence=message("drafts.discard_means", lang),
        label=message("drafts.discard", lang),
        address=link(f"plan/drafts/{draft.id}/discard"),
        back=link(f"plan/drafts/{draft.id}"),
    )


@blueprint.post("/plan/drafts/<draft_id>/discard")
@requires("staff")
def discard(draft_id: str) -> Response:
    """Discard a draft."""
    drafts.discard(settings(), state(), rows.get(state(), draft_id), by=user_name())
    return make_response(redirect(link("plan/drafts"), 303))


# --- what a draft's page shows -------------------------------------------------------------------


def _served_version() -> str | None:
    try:
        return library().current("staff").version
    except NotFound:
        return None


def _changes(result: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    parks, land_use = _names(lang)
    changes = reports.describe_changes(result.get("plots", ()), KINDS["parcels"], lang)
    label = reports.field_label("land_use_code", lang)
    for change in changes:
        change["park_name"] = parks.get(change["park"], change["park"] or "")
        for field in change["fields"]:
            if field["label"] == label:
                field["before"] = _named(field["before"], land_use)
                field["after"] = _named(field["after"], land_use)
    return changes


def _names(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of parks and of land uses; none before the first publish."""
    try:
        shown = library().current("staff")
    except NotFound:
        return {}, {}
    parks = {
        key: feature["properties"].get(f"name_{lang}") or feature["properties"]["name_zh"]
        for key, feature in shown.of_kind("parks").items()
    }
    land_use = {code: name[lang] for code, name in shown.site["codes"]["land_use"].items()}
    return parks, land_use


def _named(code: str | None, names: Mapping[str, str]) -> str | None:
    return code if code is None or code not in names else f"{code} {names[code]}"


def _sheet(sheet: Mapping[str, Any], lang: str) -> dict[str, Any]:
    name = sheet["name"][lang] if sheet["name"] else message("drafts.all_land", lang)
    return {
        "name": name,
        "rows": [{**_line(row), "name": row["name"][lang]} for row in sheet["rows"]],
        "total": _line(sheet["total"]),
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    difference = line["difference"]
    return {
        "code": line.get("code"),
        "before": {unit: _number(unit, (line["before"] or {}).get(unit)) for unit in _UNITS},
        "after": {unit: _number(unit, line["after"][unit]) for unit in _UNITS},
        "difference": {unit: _signed(unit, difference[unit]) for unit in _UNITS},
        "is_changed": bool(difference["plots"]) or abs(difference["mu"]) > _ROUNDING_MU,
    }


def _number(unit: str, value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,}" if unit == "plots" else f"{value:,.2f}"


def _signed(unit: str, value: float | None) -> str:
    if not value:
        return "0"
    return ("+" if value > 0 else "−") + _number(unit, abs(value))


def _rates(park: Mapping[str, Any], lang: str) -> dict[str, Any]:
    return {
        "name": park["name"][lang],
        "rates": [
            {
                "label": message(rate["name"], lang),
                "before": _percent(rate["before"]),
                "after": _percent(rate["after"]),
            }
            for rate in park["rates"]
        ],
    }


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:,.2f} %"
