"""The indicators of plots, firms and parks: the built figure against its limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geo.planning.documents import one_of, read_table, require_park, text_of, texts_of
from geo.profiles.family import family
from geo.query import Snapshot
from geo.wording import Wording

BY = ("plots", "firms", "parks")
STATES = ("below", "above", "open", "meets", "unjudged")
"""Verdicts that one can ask for; ``unjudged`` is what is held against no limit."""

PER_PAGE = 100
_SIGNS = {"below": "▼", "above": "▲", "open": "…", "meets": "✓"}


def describe_indicators(
    shown: Snapshot, by: str, park: str, state: str, page: int, w: Wording
) -> dict[str, Any]:
    """Return one page of a table of indicators.

    Parameters
    ----------
    by
        One of :data:`BY`.
    park
        Key of a park, with all parks inside it; empty for all.
    state
        One of :data:`STATES` that a record must have; empty for all. Parks have no limits.
    page
        From 1; a number beyond the last one shows the last.

    Raises
    ------
    BadRequest
        ``PLAN_OPTION``.
    NotFound
        ``PLAN_SCOPE_UNKNOWN``, ``PLAN_TABLES_MISSING``.
    """
    document = read_table(shown, "indicators")
    by = one_of("by", by, BY)
    state = one_of("state", state, ("", *STATES)) if by != "parks" else ""
    inside = _inside(document[by], by, shown, require_park(shown, park))
    found = [one for one in inside if _is_in_state(one, state)]
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(page, 1), pages)
    part = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    return {
        "by": by,
        "park": park,
        "state": state,
        "parks": _parks(document, w),
        "counts": _counts(inside) if by != "parks" else [],
        "notes": texts_of(document["notes"], w),
        "columns": [_column(indicator, w) for indicator in document["indicators"].values()],
        "rows": [_row(one, document, w) for one in part],
        "total": len(found),
        "page": page,
        "pages": pages,
        "first": (page - 1) * PER_PAGE + 1,
        "thresholds": [_threshold(one, document, w) for one in document["thresholds"]],
    }


def _inside(
    records: Sequence[Mapping[str, Any]], by: str, shown: Snapshot, park: str
) -> list[Mapping[str, Any]]:
    if not park:
        return list(records)
    keys = family(shown.of_kind("parks"), park)
    name = "key" if by == "parks" else "park"
    return [one for one in records if one[name] in keys]


def _is_in_state(one: Mapping[str, Any], state: str) -> bool:
    verdicts = set(one.get("verdicts", {}).values())
    return not state or (not verdicts if state == "unjudged" else state in verdicts)


def _counts(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    return [(state, sum(_is_in_state(one, state) for one in records)) for state in STATES]


def _parks(document: Mapping[str, Any], w: Wording) -> list[tuple[str, str]]:
    return [(park["key"], w.pick(park["name"]) or park["key"]) for park in document["parks"]]


def _column(indicator: Mapping[str, Any], w: Wording) -> dict[str, str]:
    return {"name": text_of(indicator["name"], w), "unit": text_of(indicator["unit"], w)}


def _row(one: Mapping[str, Any], document: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    return {
        "key": one["key"],
        "name": w.pick(one.get("name")),
        "sample": one.get("nature") == "sample",
        "cells": [_cell(one, name, w) for name in document["indicators"]],
        "missing": texts_of(one["missing"].values(), w),
    }


def _cell(one: Mapping[str, Any], name: str, w: Wording) -> dict[str, Any]:
    limit = one.get("limits", {}).get(name)
    verdict = one.get("verdicts", {}).get(name)
    counted = one.get("counted", {}).get(name)
    return {
        "value": w.number(one["values"].get(name), 3),
        "missing": text_of(one["missing"].get(name), w),
        "limit": w.range(limit["least"], limit["most"]) if limit else "",
        "basis": w.word("plan_basis", limit["from"]) if limit else "",
        "to_check": bool(limit) and limit["verified"] is False,
        "verdict": verdict,
        "sign": _SIGNS.get(verdict or "", ""),
        "word": w.word("plan_verdict", verdict) if verdict else "",
        "counted": counted,
    }


def _threshold(one: Mapping[str, Any], document: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    indicator = document["indicators"][one["indicator"]]
    return {
        "name": text_of(indicator["name"], w),
        "limit": w.range(one["least"], one["most"]),
        "unit": text_of(indicator["unit"], w),
        "industries": w.enumerate(list(one["industries"])),
        "source": w.pick(one["source"]),
        "as_of": one["as_of"],
        "to_check": not one["verified"],
    }
