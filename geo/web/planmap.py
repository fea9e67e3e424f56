"""The planners' maps, for ``viewer``: plots by class, findings, two published versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from geo.differences import PlotChange, compare_plots
from geo.errors import BadRequest, NotFound
from geo.export.legend import field_label, value_label
from geo.model import KINDS
from geo.planmap import VIEWS, PlotView, view_plots
from geo.profiles.family import family
from geo.profiles.profile import title_of
from geo.query import Snapshot
from geo.red_lines import LineClass, describe_lines, red_line_layer
from geo.render.looks import STROKES
from geo.times import shown_time
from geo.versions import describe_versions
from geo.web.current import language, library, link, root, settings, snapshot
from geo.web.pages import staff_page
from geo.web.reports import rule_label
from geo.web.session import requires
from geo.wording import Wording

blueprint = Blueprint("planmap", __name__)

MOST_FINDINGS = 300
"""Findings drawn at once; the list of findings has them all."""

MOST_CHANGES = 500
"""Changes listed at once; the numbers count all."""

SEVERITIES = ("error", "warning", "info")
_SWIPE_VIEWS = ("supply", "development", "land_use")
_LONGEST = 60
_MOST_NAMED = 50
_GROUND = ("counties", "parks", "places")


def finding_on_map(identifier: str) -> str:
    """Return the address of the map at one finding."""
    return link("plan/map", finding=identifier)


def findings_on_map(rule: str = "", severity: str = "", park: str = "") -> str:
    """Return the address of the map with the findings of a filter; empty asks for all."""
    asked = {"rule": rule or None, "severity": severity or None, "park": park or None}
    return link("plan/map", findings="1", **asked)


@blueprint.get("/plan/map")
@requires("viewer")
def plan_map_page() -> Response:
    """Answer the map of plots by class, and of findings where the address asks for them.

    Raises
    ------
    BadRequest
        ``PLAN_MAP_FLAG`` if a parameter has a value that is not offered.
    NotFound
        ``FINDING_UNKNOWN``.
    """
    shown, w = library().version(snapshot().version, "staff"), Wording(language())
    asked = _read_filter(shown)
    found = _findings(shown, asked)
    part = asked.park or park_to_show(shown, found)
    view = view_plots(shown, asked.by, part, w)
    placed = [one for one in found if shapes_of(one, shown)][:MOST_FINDINGS]
    lines = describe_lines(shown, w)
    return staff_page(
        "plan_map.html",
        asked=asked,
        part=part if shown.is_large(shown.layer_of("parcels")) else "",
        view=view,
        swatches=_swatches(view),
        views=[(by, _page(asked, by=by)) for by in VIEWS],
        parks=_parks(shown, w),
        findings=[_describe_finding(one, w) for one in placed],
        findings_total=len(found),
        findings_rule=rule_label(asked.rule, w.lang),
        findings_listed=link(
            "plan/findings",
            rule=asked.rule or None,
            severity=asked.severity or None,
            park=asked.park or None,
        ),
        lines=_describe_lines(lines, shown, w),
        lines_on=_page(asked, lines=None),
        lines_off=_page(asked, lines="0"),
        lines_conflicts=link("plan/findings", rule="BOUNDARY_CONFLICT"),
        findings_on=_page(asked, findings="1"),
        findings_off=_page(asked, findings=None, finding=None, rule=None, severity=None),
        plan=_map_data(shown, view, placed, w)
        | {"places": _places(shown, part)}
        | {"lines": _line_data(lines, shown) if asked.lines else None},
        base=_base(shown),
    )


@dataclass(frozen=True)
class _Filter:
    """What the address asks for; empty means all, and ``findings`` whether to draw some."""

    by: str
    park: str
    finding: str
    rule: str
    severity: str
    findings: bool
    lines: bool

    @property
    def draws_findings(self) -> bool:
        return self.findings or bool(self.finding)


def _read_filter(shown: Snapshot) -> _Filter:
    args = request.args
    return _Filter(
        by=_one_of("by", args.get("by", VIEWS[0]), VIEWS),
        park=_one_of("park", args.get("park", ""), ("", *shown.of_kind("parks"))),
        finding=args.get("finding", ""),
        rule=args.get("rule", ""),
        severity=_one_of("severity", args.get("severity", ""), ("", *SEVERITIES)),
        findings=args.get("findings") == "1",
        lines=args.get("lines") != "0",
    )


def _one_of(flag: str, value: str, allowed: Iterable[str]) -> str:
    known = tuple(allowed)
    if value in known:
        return value
    listed = ", ".join(name for name in known if name)
    raise BadRequest("PLAN_MAP_FLAG", flag=flag, value=value[:_LONGEST], allowed=listed)


def _page(asked: _Filter, **changes: str | None) -> str:
    """Return the address of the page with some parameters changed."""
    now: dict[str, str | None] = {
        "by": asked.by,
        "park": asked.park or None,
        "finding": asked.finding or None,
        "findings": "1" if asked.findings else None,
        "rule": asked.rule or None,
        "severity": asked.severity or None,
        "lines": None if asked.lines else "0",
    }
    return link("plan/map", **{**now, **changes})


# --- what the map draws ---------------------------------------------------------------------


def _base(shown: Snapshot) -> str:
    return f"{root()}staff/layers/{shown.version}/staff/"


def _map_data(
    shown: Snapshot,
    view: PlotView,
    found: Iterable[Mapping[str, Any]],
    w: Wording,
) -> dict[str, Any]:
    return {
        "layers": {kind: shown.layer_of(kind) for kind in (*_GROUND, "parcels")},
        "classes": _class_data(view),
        "plots": dict(view.class_of),
        "parks": _park_marks(shown, view, w),
        "findings": [_finding_data(one, shown, w) for one in found],
    }


def park_to_show(shown: Snapshot, found: Iterable[Mapping[str, Any]]) -> str:
    """Return the park whose plots are shown where there are too many to show all.

    That of the first plot in a finding, else the first that has any; "" where all are shown.
    """
    layer = shown.layer_of("parcels")
    if not shown.is_large(layer):
        return ""
    keys = (key for one in found if one["layer"] == layer for key in one["feature"])
    plots = shown.features(layer)
    first = next((key for key in keys if key in plots), None) or next(iter(plots))
    return str(plots[first]["properties"].get("park_id") or "")


def _places(shown: Snapshot, park: str) -> list[str] | None:
    """Return the parks whose plots the browser asks for, ``None`` if it loads the layer whole."""
    is_part = park and shown.is_large(shown.layer_of("parcels"))
    return sorted(family(shown.of_kind("parks"), park)) if is_part else None


def _class_data(*views: PlotView) -> dict[str, dict[str, Any]]:
    """Return look and name of the classes of views; the last view that has one decides."""
    return {
        one.key: {**vars(one.look), "label": one.label} for view in views for one in view.classes
    }


def _park_marks(shown: Snapshot, view: PlotView, w: Wording) -> list[dict[str, Any]]:
    """Return the outermost parks that have plots in the view, with their plots' keys."""
    parks, plots = shown.of_kind("parks"), shown.of_kind("parcels")
    owners = {key: plots[key]["properties"].get("park_id") for key in view.class_of}
    marks = []
    for key, park in parks.items():
        if park["properties"].get("parent_id") in parks:
            continue
        inside = family(parks, key)
        own = [plot for plot, owner in owners.items() if owner in inside]
        if own:
            marks.append({"name": w.pick(park["properties"], "name"), "plots": own})
    return marks


def _finding_data(one: Mapping[str, Any], shown: Snapshot, w: Wording) -> dict[str, Any]:
    return {
        "id": one["id"],
        "text": w.pick(one["message"]),
        "address": _finding_page(one),
        "shapes": shapes_of(one, shown),
        "wide": is_wide(one, shown),
    }


def is_wide(finding: Mapping[str, Any], shown: Snapshot) -> bool:
    """Return whether a finding is about whole parks, whose edge alone is drawn."""
    return not finding["geometry"] and bool(finding["layer"] == shown.layer_of("parks"))


def _finding_page(one: Mapping[str, Any]) -> str:
    return link(f"plan/findings/{one['id']}")


def shapes_of(finding: Mapping[str, Any], shown: Snapshot) -> list[Mapping[str, Any]]:
    """Return what shows where a finding is: its own geometry, else that of what it names."""
    if finding["geometry"]:
        return [finding["geometry"]]
    if finding["layer"] not in {layer["id"] for layer in shown.site["layers"]}:
        return []
    known = shown.features(finding["layer"])
    named = (known[key] for key in finding["feature"][:_MOST_NAMED] if key in known)
    return [feature["geometry"] for feature in named if feature["geometry"]]


def _line_data(lines: Iterable[LineClass], shown: Snapshot) -> dict[str, Any] | None:
    """Return layer and looks of the red lines, ``None`` where there are none."""
    layer = red_line_layer(shown)
    looks = {one.kind: vars(one.look) for one in lines}
    return {"layer": layer["id"], "looks": looks} if layer and looks else None


def _describe_lines(
    lines: Iterable[LineClass], shown: Snapshot, w: Wording
) -> dict[str, Any] | None:
    """Return the legend of the red lines and where they are from, ``None`` without a layer."""
    layer = red_line_layer(shown)
    if layer is None:
        return None
    rows = [
        {
            "kind": one.kind,
            "label": one.label,
            "look": vars(one.look) | {"strokes": STROKES.get(one.look.texture, "")},
            "outlines": one.outlines,
            "natures": w.enumerate([w.word("nature", nature) for nature in one.natures]),
        }
        for one in lines
    ]
    return {"rows": rows, "source": w.pick(layer["source"]), "as_of": layer["as_of"]}


def _swatches(*views: PlotView) -> dict[str, dict[str, Any]]:
    """Return what draws the hatch of each class in the legend; the last view decides."""
    looks = {one.key: one.look for view in views for one in view.classes}
    return {
        key: {**vars(look), "id": f"swatch-{number}", "strokes": STROKES.get(look.texture, "")}
        for number, (key, look) in enumerate(looks.items())
    }


def _parks(shown: Snapshot, w: Wording) -> list[tuple[str, str]]:
    """Return the parks that have plots, or parks with plots in them."""
    parks = shown.of_kind("parks")
    owners = shown.values_of("parcels", "park_id")
    return [
        (key, title_of("parks", park, w))
        for key, park in parks.items()
        if family(parks, key) & owners
    ]


# --- findings -------------------------------------------------------------------------------


def _findings(shown: Snapshot, asked: _Filter) -> list[Mapping[str, Any]]:
    """Return the findings that the address asks for; those that are waived only by their id."""
    if not asked.draws_findings:
        return []
    every: list[Mapping[str, Any]] = shown.document("findings.json")
    if asked.finding:
        found = [one for one in every if one["id"] == asked.finding]
        if not found:
            raise NotFound("FINDING_UNKNOWN", id=asked.finding[:_LONGEST])
        return found
    inside = family(shown.of_kind("parks"), asked.park) if asked.park else set()
    return [
        one
        for one in every
        if not one.get("waived")
        and (not asked.rule or one["rule"] == asked.rule)
        and (not asked.severity or one["severity"] == asked.severity)
        and (not inside or inside & set(one.get("parks") or ()))
    ]


def _describe_finding(one: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    return {
        "id": one["id"],
        "text": w.pick(one["message"]),
        "address": _finding_page(one),
        "severity": one["severity"],
        "title": rule_label(one["rule"], w.lang),
    }


# --- two versions ---------------------------------------------------------------------------


@blueprint.get("/plan/swipe")
@requires("viewer")
def swipe_page() -> Response:
    """Answer two published versions side by side under one divider, and what differs.

    Raises
    ------
    BadRequest
        ``PLAN_MAP_FLAG``.
    NotFound
        ``VERSION_UNKNOWN`` for one that is not kept or was never published.
    """
    w = Wording(language())
    kept = [{**v, "at": shown_time(v["published_at"])} for v in describe_versions(settings())]
    later = request.args.get("with") or snapshot().version
    earlier = request.args.get("version") or _version_before(kept, later)
    if earlier is None:
        return staff_page("plan_swipe.html", kept=kept, later=later, earlier=None)
    before, after = (library().published(v, "staff") for v in (earlier, later))
    by = _one_of("by", request.args.get("by", _SWIPE_VIEWS[0]), _SWIPE_VIEWS)
    known = (*before.of_kind("parks"), *after.of_kind("parks"))
    park = _one_of("park", request.args.get("park", ""), ("", *known))
    park = park or park_to_show(before, ()) or park_to_show(after, ())
    views = [view_plots(shown, by, park, w) for shown in (before, after)]
    changes = _changes(before, after, views)
    return staff_page(
        "plan_swipe.html",
        kept=kept,
        earlier=earlier,
        later=later,
        by=by,
        park=park,
        parks=_parks(after, w),
        swipe_views=_SWIPE_VIEWS,
        rows=_class_rows(*views),
        totals=[view.mu for view in views],
        swatches=_swatches(*views),
        numbers=_numbers(changes),
        changes=[_describe_change(c, w) for c in changes[:MOST_CHANGES]],
        changes_total=len(changes),
        part=park if after.is_large(after.layer_of("parcels")) else "",
        plan=_swipe_data(before, after, views, changes, park, w),
    )


def _version_before(kept: list[dict[str, Any]], version: str) -> str | None:
    """Return the version that was published before another one; any other for the oldest."""
    names = [one["version"] for one in kept]
    older = names[names.index(version) + 1 :] if version in names else names
    return next((name for name in (*older, *names) if name != version), None)


def _changes(
    before: Snapshot, after: Snapshot, views: Iterable[PlotView]
) -> tuple[PlotChange, ...]:
    shown = [
        {key: features[key] for key in view.class_of}
        for view, features in zip(
            views, (before.of_kind("parcels"), after.of_kind("parcels")), strict=True
        )
    ]
    return compare_plots(shown[0], shown[1])


def _class_rows(before: PlotView, after: PlotView) -> list[dict[str, Any]]:
    """Return the classes of both versions with number and area in each."""
    old = {one.key: one for one in before.classes}
    new = {one.key: one for one in after.classes}
    keys = [one.key for one in after.classes]
    keys += [one.key for one in before.classes if one.key not in new]
    return [
        {
            "key": key,
            "label": (new.get(key) or old[key]).label,
            "plots": [old[key].plots if key in old else 0, new[key].plots if key in new else 0],
            "mu": [old[key].mu if key in old else 0, new[key].mu if key in new else 0],
        }
        for key in keys
    ]


def _numbers(changes: Iterable[PlotChange]) -> dict[str, int]:
    kinds = [change.kind for change in changes]
    return {kind: kinds.count(kind) for kind in ("new", "gone", "changed")}


def _describe_change(change: PlotChange, w: Wording) -> dict[str, Any]:
    kind = KINDS["parcels"]

    def say(field: str, value: Any) -> str:
        if value is None or value == "":
            return w.t("plotmap.nothing")
        if isinstance(value, bool):
            return w.yes_no(value)
        known = value_label(kind.name, field, str(value), w.lang)
        return w.number(value) if isinstance(value, (int, float)) else known

    return {
        "key": change.key,
        "kind": change.kind,
        "moved": change.moved,
        "before_mu": change.before_mu,
        "after_mu": change.after_mu,
        "difference_mu": change.difference_mu,
        "fields": [
            {
                "label": field_label(one.field, w.lang, kind.name),
                "before": say(one.field, one.before),
                "after": say(one.field, one.after),
            }
            for one in change.fields
        ],
    }


def _swipe_data(
    before: Snapshot,
    after: Snapshot,
    views: list[PlotView],
    changes: Iterable[PlotChange],
    park: str,
    w: Wording,
) -> dict[str, Any]:
    sides = []
    for shown, view in zip((before, after), views, strict=True):
        layers = {kind: shown.layer_of(kind) for kind in (*_GROUND, "parcels")}
        base, plots = _base(shown), dict(view.class_of)
        sides.append(
            {"base": base, "layers": layers, "plots": plots, "places": _places(shown, park)}
        )
    return {
        "classes": _class_data(*views),
        "sides": sides,
        "parks": _park_marks(after, views[1], w),
        "changed": {change.key: change.kind for change in changes},
    }
