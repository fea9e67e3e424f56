"""What the pages below ``/data`` show of a job's documents, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.i18n import message
from geo.importer.units import likely_units
from geo.model import Kind

_SHOWN_SENTENCES = 20
_SEVERITIES = ("error", "warning", "info")
_NUMBERS = ("new", "changed", "unchanged", "gone")
_POSITION = ("lon", "lat")
_FAMILIES = {
    "stage": "stage",
    "supply_state": "supply_state",
    "development_state": "development_state",
    "chain_role": "chain_role",
    "nature": "nature",
    "parks.kind": "park_kind",
    "places.kind": "place_kind",
    "logistics.kind": "facility_kind",
    "buildings.state": "hall_state",
}
"""Fields whose values have a text, and the family of texts that holds it."""

MODES = ("merge", "replace")
DATUMS = ("auto", "wgs84", "cgcs2000", "gcj02", "bd09")
CODES = ("", "land_use_2023", "gbt21010_2017", "gb50137_2011")
CRS = (
    "",
    *(f"EPSG:{code}" for code in (4326, 4490, *range(4513, 4517), *range(4534, 4538))),
    *(f"EPSG:{code}" for code in (4491, 4492, 4502, 4503)),
)
"""Coordinate systems that surveys of this region are delivered in."""


def field_label(name: str, lang: str) -> str:
    """Return what a field is called."""
    return _text(f"data_field.{name}", lang, name)


def rule_label(rule: str, lang: str) -> str:
    """Return what a rule looks for, or its code if it has no title."""
    return _text(f"data_rule.{rule}", lang, rule)


def stage_label(stage: str, lang: str) -> str:
    """Return what a job is doing, by the key of its text; nothing for a key that is none."""
    return _text(stage, lang, "") if stage.startswith("stage.") else ""


def summarise(rows: Mapping[str, int], lang: str) -> str:
    """Return the numbers of a change that are not nought, as one line."""
    parts = [f"{message(f'data.rows_{n}', lang)} {rows[n]:,}" for n in _NUMBERS if rows.get(n)]
    return message("data.separator", lang).join(parts)


def group_faults(faults: Iterable[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return the faults by rule, errors first, then the commonest."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for fault in faults:
        groups.setdefault((fault["severity"], fault["rule"]), []).append(fault)
    ordered = sorted(groups.items(), key=lambda g: (_SEVERITIES.index(g[0][0]), -len(g[1]), g[0]))
    return [
        {"severity": severity, "title": rule_label(rule, lang), "faults": found}
        for (severity, rule), found in ordered
    ]


def group_findings(findings: Iterable[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return findings by rule, with their first sentences."""
    return [
        {
            "severity": group["severity"],
            "title": group["title"],
            "count": len(group["faults"]),
            "sentences": [f["message"][lang] for f in group["faults"][:_SHOWN_SENTENCES]],
        }
        for group in group_faults(findings, lang)
    ]


def describe_changes(
    changes: Iterable[Mapping[str, Any]], kind: Kind, lang: str
) -> list[dict[str, Any]]:
    """Return the changes with labels for fields and values."""
    return [
        {
            **change,
            "title": change["title"] or change["key"],
            "fields": [
                {
                    "label": field_label(field["field"], lang),
                    "before": _value(kind, field["field"], field["before"], lang),
                    "after": _value(kind, field["field"], field["after"], lang),
                }
                for field in change["fields"]
            ],
            "placed": _has_geometry(change),
            "moved": change["kind"] == "changed" and _has_geometry(change),
        }
        for change in changes
    ]


def map_features(changes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the small map draws: one entry a change, ``null`` for one without a place."""
    return [
        {
            "title": change["title"] or change["key"],
            "kind": change["kind"],
            "before": (change["geometry"] or {}).get("before"),
            "after": (change["geometry"] or {}).get("after"),
        }
        for change in changes
    ]


def describe_columns(understood: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return the columns of a file with what each may be taken for."""
    return [
        {
            **match,
            "suggestions": [
                {"name": name, "label": field_label(name, lang)} for name in match["suggestions"]
            ],
            "units": _units(match),
        }
        for match in understood["headings"]
    ]


def _units(match: Mapping[str, Any]) -> Sequence[str]:
    """Return the units that a column may be in; the one it was taken for is among them."""
    units = likely_units(match["field"]) if match["field"] else ()
    return units if not match["unit"] or match["unit"] in units else (*units, match["unit"])


def field_choices(kind: Kind, lang: str) -> list[dict[str, str]]:
    """Return the fields that a column of a layer may be taken for."""
    names = [spec.name for spec in kind.all_fields]
    names += [name for name in _POSITION if kind.is_layer and name not in names]
    return [{"name": name, "label": field_label(name, lang)} for name in names]


def describe_facts(report: Mapping[str, Any], lang: str) -> list[dict[str, str]]:
    """Return what a file was taken for, as terms and values; what is not known is left out."""
    understood = report["understood"]
    why = (understood.get("why") or {}).get(lang, "")
    facts = [
        ("format", _text(f"data.format_{understood['format']}", lang, understood["format"]), ""),
        ("encoding", understood["encoding"], ""),
        ("sheet", understood["sheet"], ""),
        ("codes", _text(f"data.codes_{understood['codes']}", lang, ""), ""),
        ("position", _position(understood, lang), why),
    ]
    return [
        {"term": message(f"data.fact_{name}", lang), "value": value, "why": reason}
        for name, value, reason in facts
        if value
    ]


def _position(understood: Mapping[str, Any], lang: str) -> str:
    """Return datum, coordinate system, order of the numbers, and how sure all that is."""
    if not understood.get("datum"):
        return ""
    parts = [message(f"data.datum_{understood['datum']}", lang), understood.get("crs") or ""]
    if understood.get("northing_first"):
        parts.append(message("data.northing_first", lang))
    if understood.get("confidence") is not None:
        parts.append(message("data.confidence", lang, percent=f"{understood['confidence']:.0%}"))
    return message("data.separator", lang).join(part for part in parts if part)


def describe_selects(
    report: Mapping[str, Any], options: Mapping[str, Any], kind: Kind, lang: str
) -> list[dict[str, Any]]:
    """Return the choices that a person may make anew, each with the present one."""
    understood = report["understood"]
    sheets = understood["sheets"] if len(understood["sheets"]) > 1 else ()
    crs = options.get("crs") or ""
    known = {
        "mode": (_texts("data.mode_", MODES, lang), options.get("mode")),
        "sheet": ([{"value": name, "label": name} for name in sheets], understood["sheet"]),
        "datum": (_texts("data.datum_", DATUMS, lang), options.get("datum")),
        "crs": (_texts("data.crs_", CRS if crs in CRS else (*CRS, crs), lang), crs),
        "codes": (_texts("data.codes_", CODES, lang), options.get("codes")),
    }
    hidden = {question["id"] for question in report["questions"]}
    hidden |= set() if kind.is_layer else {"datum", "crs"}
    hidden |= set() if kind.name == "parcels" else {"codes"}
    return [
        {
            "name": name,
            "label": message(f"data.option_{name}", lang),
            "options": choices,
            "value": present or "",
        }
        for name, (choices, present) in known.items()
        if choices and name not in hidden
    ]


def _texts(prefix: str, values: Sequence[str], lang: str) -> list[dict[str, str]]:
    """Return values with their texts; an empty one leaves the choice to us."""
    return [{"value": v, "label": _text(f"{prefix}{v or 'auto'}", lang, v)} for v in values]


def describe_choices(report: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return the ways to import, each with what it will do in numbers, the best first."""
    rows = report["rows"]
    ways = ("all", "good") if rows["faulty"] or not report["can"]["all"] else ("all",)
    numbers = summarise({**rows, "unchanged": 0}, lang) or message("data.nothing_changes", lang)
    found = []
    for way in ways:
        allowed = bool(report["can"][way]) and not report["questions"]
        key = _sentence_of(way, report) if allowed else _refusal_of(way, report)
        sentence = message(key, lang, numbers=numbers, faulty=f"{rows['faulty']:,}")
        label = message(f"data.import_{way}", lang)
        found.append({"rows": way, "allowed": allowed, "sentence": sentence, "label": label})
    # With faults the good rows alone are the careful choice.
    best = next((choice for choice in reversed(found) if choice["allowed"]), None)
    return [{**choice, "primary": choice is best} for choice in found]


def _sentence_of(way: str, report: Mapping[str, Any]) -> str:
    if way == "all" and not report["rows"]["faulty"]:
        return "data.import_clean_means"
    return f"data.import_{way}_means"


def _refusal_of(way: str, report: Mapping[str, Any]) -> str:
    return "data.import_unanswered" if report["questions"] else f"data.import_{way}_not"


def _has_geometry(change: Mapping[str, Any]) -> bool:
    geometry = change["geometry"] or {}
    return bool(geometry.get("before") or geometry.get("after"))


def _value(kind: Kind, field: str, value: object, lang: str) -> str:
    if value is None or value == "":
        return message("data.no_value", lang)
    if isinstance(value, bool):
        return message("data.yes" if value else "data.no", lang)
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".") if field not in _POSITION else f"{value:.6f}"
    family = _FAMILIES.get(field) or _FAMILIES.get(f"{kind.name}.{field}")
    return _text(f"{family}.{value}", lang, str(value)) if family else str(value)


def _text(key: str, lang: str, otherwise: str) -> str:
    """Return the text of a key whose last part comes from data, or something instead."""
    try:
        return message(key, lang)
    except (KeyError, IndexError):
        return otherwise
