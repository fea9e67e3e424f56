"""How two layouts differ: their plots, balance sheets and rates, from published files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.model import KINDS

MOST_LISTED = 500
"""Most plots, and most findings of each kind, that a comparison lists; it counts all."""

LEVEL = "3"
"""The finest level of the guide: a change from 100101 to 100102 must be seen."""

_ORIGIN = ("nature", "source", "as_of")
_SKIPPED = ("parcel_id", *_ORIGIN)
_COMPARED = tuple(f.name for f in KINDS["parcels"].all_fields if f.name not in _SKIPPED)
_ORDER = ("changed", "new", "gone")
_HUNDREDTHS = 2
_SHARE_PLACES = 4

Feature = Mapping[str, Any]


def compare_plots(before: Iterable[Feature], after: Iterable[Feature]) -> list[dict[str, Any]]:
    """Return the plots that differ, changed ones first, as an import's report lists changes.

    Each has ``kind`` (``changed``, ``new``, ``gone``), ``key``, ``title``, ``park``,
    ``fields`` (``field``, ``before``, ``after``), ``area_mu`` and ``geometry`` (each
    ``before`` and ``after``). Where a record comes from is no difference.

    >>> old = {"id": "A", "geometry": None, "properties": {"land_use_code": "1001"}}
    >>> new = {**old, "properties": {"land_use_code": "1101"}}
    >>> compare_plots([old], [new])[0]["fields"]
    [{'field': 'land_use_code', 'before': '1001', 'after': '1101'}]
    """
    earlier = {str(one["id"]): one for one in before}
    later = {str(one["id"]): one for one in after}
    found = []
    for key in sorted(earlier.keys() | later.keys()):
        change = _change(key, earlier.get(key), later.get(key))
        if change:
            found.append(change)
    return sorted(found, key=lambda change: _ORDER.index(change["kind"]))


def _change(key: str, before: Feature | None, after: Feature | None) -> dict[str, Any] | None:
    fields = _fields(before, after)
    shapes = (before or {}).get("geometry"), (after or {}).get("geometry")
    if before and after and not fields and shapes[0] == shapes[1]:
        return None
    kind = "new" if before is None else "gone" if after is None else "changed"
    moved = shapes[0] != shapes[1]
    return {
        "kind": kind,
        "key": key,
        "title": key,
        "park": _value(after or before, "park_id"),
        "fields": fields,
        "area_mu": {"before": _value(before, "area_mu"), "after": _value(after, "area_mu")},
        "geometry": {"before": shapes[0], "after": shapes[1]} if moved else None,
    }


def _fields(before: Feature | None, after: Feature | None) -> list[dict[str, Any]]:
    pairs = ((name, _value(before, name), _value(after, name)) for name in _COMPARED)
    return [
        {"field": name, "before": _text(old), "after": _text(new)}
        for name, old, new in pairs
        if old != new
    ]


def _value(feature: Feature | None, name: str) -> Any:
    return feature["properties"].get(name) if feature else None


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()  # as the files of the data have it
    return None if value is None else str(value)


def compare_balance(
    before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the balance sheets that differ, that of all land always and first.

    A sheet has ``scope``, ``key``, ``name``, ``rows`` and ``total``; a row ``code``, ``name``,
    ``group``, and ``before``, ``after``, ``difference``, each with ``plots``, ``mu``, ``ha``
    and ``share`` (in percent of the construction land, ``None`` where there is none).
    """
    old = {_place(sheet): sheet for sheet in (before or {}).get("sheets", ())}
    new = {_place(sheet): sheet for sheet in after["sheets"]}
    sheets = [_sheet(old.get(place), new.get(place)) for place in [*new, *(old.keys() - new)]]
    return [sheet for sheet in sheets if sheet["scope"] == "all" or _differs(sheet)]


def _place(sheet: Mapping[str, Any]) -> tuple[str, str]:
    return sheet["scope"], sheet["key"] or ""


def _sheet(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    head = after or before or {}
    old, new = _rows(before), _rows(after)
    rows = [
        {
            **{name: (new.get(code) or old[code])[name] for name in ("code", "name", "group")},
            **_sides(old.get(code), new.get(code)),
        }
        for code in sorted(old.keys() | new.keys())
    ]
    total = _sides(before and before["total"], after and after["total"])
    return {name: head[name] for name in ("scope", "key", "name")} | {"rows": rows, "total": total}


def _rows(sheet: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    groups = sheet["levels"][LEVEL] if sheet else ()
    return {row["code"]: {**row, "group": g["group"]} for g in groups for row in g["rows"]}


def _sides(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    old, new = _columns(before), _columns(after)
    difference = {name: _minus(new[name], old[name]) for name in new}
    return {"before": old if before else None, "after": new, "difference": difference}


def _columns(row: Mapping[str, Any] | None) -> dict[str, Any]:
    if row is None:
        return {"plots": 0, "mu": 0.0, "ha": 0.0, "share": None}
    return {"plots": row["plots"], **{name: row["planned"][name] for name in ("mu", "ha", "share")}}


def _minus(after: float | None, before: float | None) -> float | None:
    if after is None and before is None:
        return None
    return round((after or 0) - (before or 0), _HUNDREDTHS)


def _differs(sheet: Mapping[str, Any]) -> bool:
    lines: Sequence[Mapping[str, Any]] = [*sheet["rows"], sheet["total"]]
    return any(value for line in lines for value in line["difference"].values())


def compare_rates(
    before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the parks whose rates differ: ``key``, ``name`` and ``rates``.

    A rate has ``name`` (key of its text), ``before`` and ``after``, ``None`` where unknown.
    """
    old, new = _rates(before), _rates(after)
    found = []
    for key in sorted(old.keys() | new.keys()):
        earlier, later = old.get(key, {}).get("rates", {}), new.get(key, {}).get("rates", {})
        rates = [
            {"name": rate["name"], **_values(earlier.get(name), later.get(name))}
            for name, rate in (later or earlier).items()
        ]
        changed = [rate for rate in rates if rate["before"] != rate["after"]]
        if changed:
            found.append({"key": key, "name": (new.get(key) or old[key])["name"], "rates": changed})
    return found


def _rates(document: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    return {park["key"]: park for park in (document or {}).get("parks", ())}


def _values(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    values = ((before or {}).get("value"), (after or {}).get("value"))
    old, new = (None if v is None else round(v, _SHARE_PLACES) for v in values)
    return {"before": old, "after": new}
