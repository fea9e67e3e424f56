"""The land-use balance sheet (用地平衡表) of one scope at one level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.errors import NotFound
from geo.planning.documents import describe_natures, fixed, one_of, read_table, texts_of
from geo.query import Snapshot
from geo.wording import Wording

LEVELS = ("1", "2", "3")
"""Classes of two, four and six digits."""

MEANINGS = ("ellipsoidal", "plane")
"""Which area is meant."""

ALL = "all"
_AREAS = ("existing", "planned")
_LONGEST = 60


def describe_balance(
    shown: Snapshot, scope: str, level: str, meaning: str, w: Wording
) -> dict[str, Any]:
    """Return a balance sheet with what must be said above it.

    Parameters
    ----------
    scope
        ``all``, ``county:ADCODE`` or ``park:ID``.
    level
        One of :data:`LEVELS`.
    meaning
        One of :data:`MEANINGS`.

    Raises
    ------
    BadRequest
        ``PLAN_OPTION`` for a level or an area that there is not.
    NotFound
        ``PLAN_SCOPE_UNKNOWN``, ``PLAN_TABLES_MISSING``.
    """
    document = read_table(shown, "balance")
    level, meaning = one_of("level", level, LEVELS), one_of("area", meaning, MEANINGS)
    areas = areas_of(document, meaning)
    sheet = _find(areas, scope)
    if sheet is None and not _is_empty(document, scope):
        raise NotFound("PLAN_SCOPE_UNKNOWN", scope=scope[:_LONGEST])
    return {
        "scope": scope,
        "level": level,
        "area": meaning,
        "heading": heading_of(sheet, w) if sheet else "",
        "scopes": list_scopes(shown, w),
        "title": _title(shown, scope, sheet, w),
        "notes": texts_of(areas["notes"], w),
        "sheet": _describe(sheet, level, w) if sheet else None,
    }


def areas_of(document: Mapping[str, Any], meaning: str) -> Mapping[str, Any]:
    """Return the sheets and notes of one of :data:`MEANINGS`.

    Raises
    ------
    NotFound
        ``PLAN_TABLES_MISSING`` if an earlier version of the software published no plane areas.
    """
    if meaning == MEANINGS[0]:
        return document
    if meaning not in document:
        raise NotFound("PLAN_TABLES_MISSING")
    found: Mapping[str, Any] = document[meaning]
    return found


def heading_of(sheet: Mapping[str, Any], w: Wording) -> str:
    """Return which area is meant in a sheet, and of which zones."""
    if "zones" not in sheet:
        return w.t("plan.balance_heading")
    zones = w.enumerate([w.t("plan.zone", **zone) for zone in sheet["zones"]])
    return w.t("plan.balance_heading_plane", zones=zones)


def list_scopes(shown: Snapshot, w: Wording) -> list[tuple[str, str]]:
    """Return all that has a sheet of its own, and the parks without plots, with names."""
    document = read_table(shown, "balance")
    parks = shown.of_kind("parks")
    found = [(scope_of(sheet), name_of(sheet, w)) for sheet in document["sheets"]]
    for key in document["empty"]:
        name = w.pick(parks[key]["properties"], "name") if key in parks else key
        found.append((f"park:{key}", w.t("plan.scope_empty", name=name)))
    return found


def scope_of(sheet: Mapping[str, Any]) -> str:
    """Return how an address names the scope of a sheet."""
    return ALL if sheet["scope"] == ALL else f"{sheet['scope']}:{sheet['key']}"


def name_of(sheet: Mapping[str, Any], w: Wording) -> str:
    """Return what the scope of a sheet is called."""
    if sheet["scope"] == ALL:
        return w.t("plan.scope_all")
    return w.pick(sheet["name"]) or str(sheet["key"])


def _find(document: Mapping[str, Any], scope: str) -> Mapping[str, Any] | None:
    return next((sheet for sheet in document["sheets"] if scope_of(sheet) == scope), None)


def _is_empty(document: Mapping[str, Any], scope: str) -> bool:
    kind, _, key = scope.partition(":")
    return scope == ALL or (kind == "park" and key in document["empty"])


def _title(shown: Snapshot, scope: str, sheet: Mapping[str, Any] | None, w: Wording) -> str:
    if sheet is not None:
        return name_of(sheet, w)
    if scope == ALL:
        return w.t("plan.scope_all")
    key = scope.partition(":")[2]
    park = shown.of_kind("parks").get(key)
    return (w.pick(park["properties"], "name") if park else "") or key


def _describe(sheet: Mapping[str, Any], level: str, w: Wording) -> dict[str, Any]:
    existing = sheet["existing"]
    return {
        "plots": sheet["plots"],
        "unmeasured": sheet["unmeasured"],
        "natures": describe_natures(sheet["natures"], w),
        "built_ha": fixed(existing["built_ha"]),
        "unrecorded_ha": fixed(existing["unrecorded_ha"]),
        "groups": [_group(group, w) for group in sheet["levels"][level]],
        "total": _line(sheet["total"]),
    }


def _group(group: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    rows = [
        {"code": row["code"], "name": w.pick(row["name"]), **_line(row)} for row in group["rows"]
    ]
    return {
        "name": group["group"],
        "label": w.word("plan_group", group["group"]),
        "rows": rows,
        **_line(group),
    }


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of a line as they are printed; an empty text for none."""
    declared = row["declared"]
    return {
        "plots": row["plots"],
        **{name: _area(row[name]) for name in _AREAS},
        "declared": {name: fixed(declared[name]) for name in ("mu", "measured_mu", "difference_mu")}
        | {"without": declared["without"]},
    }


def _area(area: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: fixed((area or {}).get(name)) for name in ("ha", "mu", "share")}
