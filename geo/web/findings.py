"""``/plan/findings``: what the checks found, and what somebody answers for."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from geo.course import earlier_versions, findings_of
from geo.errors import BadRequest, NotFound
from geo.findings import (
    STATES,
    Choice,
    Listed,
    State,
    Waivers,
    in_state,
    unbroken_runs,
)
from geo.kept import kept
from geo.query import Snapshot
from geo.state import waivers
from geo.state.models import WaiverEntry
from geo.times import shown_time, today
from geo.versions import publications_until
from geo.web.current import language, library, link, settings, state
from geo.web.exports import start_export
from geo.web.pages import staff_page
from geo.web.planmap import finding_on_map
from geo.web.session import demand, requires, user_name
from geo.wording import Wording

blueprint = Blueprint("findings", __name__)

MOST_AT_ONCE = 500
"""Findings in a workbook that is made within the request: a second at most."""

_PER_PAGE = 100
_SEVERITIES = ("error", "warning", "info")
_ALL = "all"
_PARAMETERS = ("rule", "severity", "park", "state", "version")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}
_CLOSEST, _FARTHEST = 18, 9
_VIEW_PIXELS = 400
"""Least width of the map in sight, in which the place of a finding must fit."""


@blueprint.get("/plan/findings")
@requires("viewer")
def list_page() -> Response:
    """Answer the findings, a hundred a page; the address says which.

    Raises
    ------
    BadRequest
        ``OPTION_INVALID`` for a state or severity that is none.
    NotFound
        ``VERSION_UNKNOWN``.
    """
    shown, choice, wanted = _version(), _choice(), _state()
    everything = _listed(shown)
    chosen = [one for one in everything if choice.takes(one.record)]
    return staff_page(
        "findings.html",
        **_page_of(in_state(chosen, wanted), shown),
        choice=choice,
        wanted=wanted or _ALL,
        tabs=_tabs(chosen),
        rules=_rules(everything, choice.rule),
        severities=_SEVERITIES,
        parks=_parks(shown, everything, choice.park),
        asked=_asked(),
        version=shown.version,
        is_current=_is_served(shown),
        waiting=sum(one.takes_effect for one in everything),
    )


def _page_of(found: Sequence[Listed], shown: Snapshot) -> dict[str, Any]:
    pages = max(1, math.ceil(len(found) / _PER_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (page - 1) * _PER_PAGE
    runs = _runs(shown)
    return {
        "entries": [_describe(one, shown, runs) for one in found[first : first + _PER_PAGE]],
        "total": len(found),
        "first": first + 1,
        "page": page,
        "pages": pages,
        "compared": runs[1][0] if len(runs) > 1 else None,
        "needs_job": _needs_job(len(found), shown),
    }


def _tabs(chosen: Sequence[Listed]) -> list[tuple[str, int]]:
    """Return how many findings there are in each state, and in all."""
    return [
        *((name, len(in_state(chosen, name))) for name in STATES),
        (_ALL, len(chosen)),
    ]


@blueprint.get("/plan/findings.csv", defaults={"ending": "csv"})
@blueprint.get("/plan/findings.xlsx", defaults={"ending": "xlsx"})
@blueprint.get("/plan/findings.geojson", defaults={"ending": "geojson"})
@requires("viewer")
def export(ending: str) -> Response:
    """Answer the findings that the list shows, all pages of it, as a file.

    A workbook of many is left to a job: then it leads back to the list, which has the button.
    """
    # openpyxl looks for numpy and loads it: only who asks for a file waits for that.
    from geo.export import findings as export

    shown, choice, w = _version(), _choice(), Wording(language())
    found = [one for one in in_state(_listed(shown), _state()) if choice.takes(one.record)]
    if ending == "xlsx" and _needs_job(len(found), shown):
        return make_response(redirect(link("plan/findings", **_asked())))
    if ending == "csv":
        body = export.findings_csv(found, w)
    elif ending == "xlsx":
        notice = w.t("plan_findings.of_version", version=shown.version)
        body = export.findings_workbook(found, w, notice)
    else:
        body = export.findings_geojson(found)
    response = Response(body, content_type=_TYPES[ending])
    name = f"findings-{shown.version}.{ending}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/plan/findings.xlsx")
@requires("viewer")
def start_workbook() -> Response:
    """Start to write the workbook of the findings that the list shows, and lead to its page.

    Raises
    ------
    BadRequest
        ``OPTION_INVALID``.
    NotFound
        ``VERSION_UNKNOWN``, also for a version that was never published.
    """
    shown = library().published(_version().version, "staff")
    choice = vars(_choice())
    return start_export(
        {"format": "findings", "version": shown.version, "state": _state(), **choice}
    )


def _needs_job(count: int, shown: Snapshot) -> bool:
    """Whether a workbook is left to a job; one of a version that only lies ready never is."""
    return count > MOST_AT_ONCE and library().was_published(shown.version)


@blueprint.get("/plan/findings/<finding>")
@requires("viewer")
def entry_page(finding: str) -> Response:
    """Answer one finding with its waivers.

    Raises
    ------
    NotFound
        ``FINDING_UNKNOWN`` if neither this version nor the one before has it.
    """
    return _entry(finding)


@blueprint.post("/plan/findings/<finding>/waive")
@requires("staff")
def waive(finding: str) -> Response:
    """Waive a finding; what is wrong with reason or day is said beside the field.

    Raises
    ------
    BadRequest
        ``WAIVER_EXISTS``, ``WAIVER_BLOCKING``.
    NotFound
        ``FINDING_UNKNOWN``, also for one that is fixed.
    """
    one = _require(_version(), finding)
    if one.state == "fixed":
        raise NotFound("FINDING_UNKNOWN")
    reason = waivers.read_reason(request.form.get("reason", ""))
    until = _day(request.form.get("until", ""))
    faults = waivers.faults_of(reason, until, on=today())
    if faults or until is None:
        return _entry(finding, faults=faults, status=400)
    waivers.grant(state(), one.record, reason=reason, until=until, by=user_name(), on=today())
    return _back_to(finding)


@blueprint.post("/plan/findings/<finding>/withdraw")
@requires("staff")
def withdraw(finding: str) -> Response:
    """Take back the waiver of a finding.

    Raises
    ------
    NotFound
        ``WAIVER_UNKNOWN`` if none stands.
    """
    waivers.withdraw(state(), finding, by=user_name(), on=today())
    return _back_to(finding)


def _back_to(finding: str) -> Response:
    return make_response(redirect(link(f"plan/findings/{finding}", **_asked()), 303))


def _entry(finding: str, *, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    shown = _version()
    one = _require(shown, finding)
    return staff_page(
        "findings_entry.html",
        status=status,
        entry=_describe(one, shown, _runs(shown)),
        history=[_describe_waiver(entry) for entry in waivers.history(state(), finding)],
        faults=faults or {},
        typed={name: request.form.get(name, "") for name in ("reason", "until")},
        today=today().isoformat(),
        last_day=waivers.last_day(today()).isoformat(),
        longest=waivers.LONGEST_REASON,
        asked=_asked(),
        is_current=_is_served(shown),
    )


# --- what is asked for -----------------------------------------------------------------------


def _version() -> Snapshot:
    """Return the version that is asked for, by default the one that is served."""
    version = request.args.get("version")
    if not version:
        return library().current("staff")
    if not library().was_published(version):
        demand("staff")
    return library().version(version, "staff")


def _is_served(shown: Snapshot) -> bool:
    return shown.version == library().current("staff").version


def _choice() -> Choice:
    choice = Choice(*(request.args.get(name, "") for name in ("rule", "severity", "park")))
    if choice.severity not in ("", *_SEVERITIES):
        raise BadRequest("OPTION_INVALID")
    return choice


def _state() -> State | None:
    """Return the state that is asked for, open by default, ``None`` for all."""
    asked = request.args.get("state", STATES[0])
    if asked == _ALL:
        return None
    for name in STATES:
        if name == asked:
            return name
    raise BadRequest("OPTION_INVALID")


def _asked() -> dict[str, str]:
    """Return the parameters of the list, so that one comes back to the same place."""
    return {name: request.args[name] for name in _PARAMETERS if request.args.get(name)}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- what there is ---------------------------------------------------------------------------


def _listed(shown: Snapshot) -> list[Listed]:
    return findings_of(settings(), library(), shown, _standing())


def _standing() -> Waivers:
    return waivers.by_finding(waivers.active(state(), today()))


def _require(shown: Snapshot, finding: str) -> Listed:
    for one in _listed(shown):
        if one.record["id"] == finding:
            return one
    raise NotFound("FINDING_UNKNOWN")


def _runs(shown: Snapshot) -> list[tuple[str, frozenset[str]]]:
    """Return day and findings of the kept versions up to one, the newest first."""
    published = publications_until(settings(), shown.version)
    days = {one.version: shown_time(one.published_at)[:10] for one in published}
    versions = [shown, *earlier_versions(settings(), library(), shown)]
    return [(days.get(one.version, ""), _identifiers(one)) for one in versions]


@kept(32)
def _identifiers(shown: Snapshot) -> frozenset[str]:
    """Return the findings of a version; of an old one no more than this is kept in memory."""
    return frozenset(one["id"] for one in json.loads(shown.read_text("findings.json")))


# --- how it is shown -------------------------------------------------------------------------


def _describe(
    one: Listed, shown: Snapshot, runs: Sequence[tuple[str, frozenset[str]]]
) -> dict[str, Any]:
    record, w = one.record, Wording(language())
    is_area = record["actual"] == f"{record['area_m2'] or 0:.2f}"
    age = unbroken_runs(record["id"], (found for _, found in runs))
    return {
        "id": record["id"],
        "rule": record["rule"],
        "title": w.word("data_rule", record["rule"]),
        "severity": record["severity"],
        "state": one.state,
        "waiver": one.waiver,
        "change": _describe_change(one, w),
        "message": w.pick(record["message"]),
        "layer": _title_of(shown, record["layer"], w),
        "features": record["feature"],
        "expected": record["expected"],
        "actual": None if is_area else record["actual"],
        "area": w.quantity(record["area_m2"], "unit.m2"),
        "since": runs[age - 1][0] if age else None,
        "since_or_earlier": age == len(runs),
        "map": _map_address(one, shown),
        "takes_effect": one.takes_effect,
    }


def _describe_change(one: Listed, w: Wording) -> dict[str, Any] | None:
    """Return what a waived finding said when it was waived and says now, where that matters."""
    change = one.change
    if change is None:
        return None
    then, now = change.then, change.now
    if change.name == "area_m2":
        then, now = (w.quantity(area, "unit.m2") for area in (then, now))
    return {"has_grown": change.name == "area_m2", "then": then, "now": now}


def _describe_waiver(entry: WaiverEntry) -> dict[str, Any]:
    w = Wording(language())
    return {
        "reason": entry.reason,
        "by": entry.by,
        "at": shown_time(entry.at),
        "until": entry.until.isoformat(),
        "withdrawn_by": entry.withdrawn_by,
        "withdrawn_at": entry.withdrawn_at and shown_time(entry.withdrawn_at),
        "has_ended": entry.until < today(),
        "actual": entry.seen.get("actual"),
        "area": w.quantity(entry.seen.get("area_m2"), "unit.m2"),
    }


def _title_of(shown: Snapshot, layer: str, w: Wording) -> str:
    entries = (*shown.site["layers"], *shown.site["tables"])
    return next((w.pick(entry["title"]) for entry in entries if entry["id"] == layer), layer)


def _rules(everything: Sequence[Listed], chosen: str) -> list[tuple[str, str]]:
    """Return the rules that found something, and the one that is asked for, with titles."""
    w = Wording(language())
    rules = sorted({one.record["rule"] for one in everything} | ({chosen} - {""}))
    return [(rule, w.word("data_rule", rule)) for rule in rules]


def _parks(shown: Snapshot, everything: Sequence[Listed], chosen: str) -> list[tuple[str, str]]:
    w, parks = Wording(language()), shown.of_kind("parks")
    found = {park for one in everything for park in one.record.get("parks", ())}
    names = {
        key: w.pick(parks[key]["properties"], "name") if key in parks else key
        for key in found | ({chosen} - {""})
    }
    return sorted(names.items())


def _map_address(one: Listed, shown: Snapshot) -> str | None:
    """Return the map at the place of a finding; ``None`` if it has none."""
    record = one.record
    layers = {layer["id"] for layer in shown.site["layers"]}
    has_shape = record["layer"] in layers and record["feature"]
    view = _view_of(record["geometry"])
    if not has_shape and not view:
        return None
    if one.state != "fixed" and _is_served(shown):
        return finding_on_map(record["id"])
    selected = f"{record['layer']}/{record['feature'][0]}" if has_shape else None
    home = "" if _is_served(shown) else f"data/preview/{shown.version}"
    return link(home, edition="staff", sel=selected, **view)


def _view_of(geometry: Mapping[str, Any] | None) -> dict[str, str]:
    """Return centre and zoom at which a GeoJSON geometry fills the map, as the address has them."""
    points = list(_positions(geometry)) if geometry else []
    if not points:
        return {}
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    # At these latitudes a degree of latitude takes a third more room than one of longitude.
    size = max(east - west, (north - south) * 4 / 3, 1e-6)
    zoom = math.floor(math.log2(360 * _VIEW_PIXELS / 256 / size))
    centre = f"{(south + north) / 2:.5f},{(west + east) / 2:.5f}"
    return {"c": centre, "z": str(min(max(zoom, _FARTHEST), _CLOSEST))}


def _positions(geometry: Mapping[str, Any]) -> Iterator[Sequence[float]]:
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _positions(part)
        return
    waiting = [geometry["coordinates"]]
    while waiting:
        part = waiting.pop()
        if part and isinstance(part[0], int | float):
            yield part
        else:
            waiting.extend(part)
