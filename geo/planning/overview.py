"""How the land stands, in all, by county and by park, and what the checks found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geo.findings import FindingRecord
from geo.model import MU_PER_HECTARE
from geo.planning.balance import name_of, scope_of
from geo.planning.documents import fixed, read_table
from geo.profiles.family import county_of, family
from geo.query import Snapshot
from geo.wording import Wording

AMOUNTS = ("planned", "supplied", "built", "offer")
"""What the overview measures: all plots, and those supplied, built, on offer."""

IDLE = "LAND_IDLE"
MOST_IDLE = 5
"""Idle plots told on the overview; the list of findings has them all."""

_SEVERITIES = ("error", "warning")


def describe_overview(
    shown: Snapshot, open_findings: Iterable[FindingRecord], w: Wording
) -> dict[str, Any]:
    """Return what the first page of planning shows.

    Parameters
    ----------
    open_findings
        Findings of the snapshot without those that are waived or fixed.

    Raises
    ------
    NotFound
        ``PLAN_TABLES_MISSING``.
    """
    found = list(open_findings)
    land = {
        (one["scope"], one["key"]): one["land"] for one in read_table(shown, "overview")["scopes"]
    }
    scopes = [
        _scope(shown, sheet, land[sheet["scope"], sheet["key"]], found, w)
        for sheet in read_table(shown, "balance")["sheets"]
    ]
    idle = [one for one in found if one["rule"] == IDLE]
    return {
        "all": next((one for one in scopes if one["scope"] == "all"), None),
        "scopes": scopes,
        "rules": _rules(found, w),
        "counts": {name: sum(one["severity"] == name for one in found) for name in _SEVERITIES},
        "idle": [
            {"id": one["id"], "features": one["feature"], "text": w.pick(one["message"])}
            for one in idle[:MOST_IDLE]
        ],
        "idle_total": len(idle),
    }


def _scope(
    shown: Snapshot,
    sheet: Mapping[str, Any],
    land: Mapping[str, Any],
    found: Iterable[FindingRecord],
    w: Wording,
) -> dict[str, Any]:
    parks = _parks_of(shown, sheet)
    here = [one for one in found if parks is None or parks & set(one.get("parks") or ())]
    return {
        "kind": sheet["scope"],
        "key": sheet["key"],
        "scope": scope_of(sheet),
        "name": name_of(sheet, w),
        "plots": land["planned"]["plots"],
        "sample": any(one["nature"] == "sample" for one in sheet["natures"]),
        "amounts": [_amount(name, land[name], sheet) for name in AMOUNTS],
        "counts": {name: sum(one["severity"] == name for one in here) for name in _SEVERITIES},
    }


def _amount(name: str, land: Mapping[str, Any], sheet: Mapping[str, Any]) -> dict[str, Any]:
    """Return an amount of land; all of it as the balance sheet has it, so that both agree."""
    whole = sheet["total"]["planned"]
    mu = whole["mu"] if name == "planned" else land["mu"]
    ha = whole["ha"] if name == "planned" else land["mu"] / MU_PER_HECTARE
    return {
        "name": name,
        "plots": land["plots"],
        "ha": fixed(ha),
        "mu": fixed(mu, 1),
        "share": fixed(100 * mu / whole["mu"], 1) if whole["mu"] else "",
    }


def _parks_of(shown: Snapshot, sheet: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the parks of a scope; ``None`` for all findings, also those in no park."""
    parks = shown.of_kind("parks")
    if sheet["scope"] == "all":
        return None
    if sheet["scope"] == "park":
        return frozenset(family(parks, sheet["key"]))
    return frozenset(key for key in parks if county_of(shown, key) == sheet["key"])


def _rules(found: Iterable[FindingRecord], w: Wording) -> list[dict[str, Any]]:
    """Return the rules that found errors or warnings, errors first, then by number."""
    numbers: dict[tuple[str, str], int] = {}
    for one in found:
        if one["severity"] in _SEVERITIES:
            pair = (one["severity"], one["rule"])
            numbers[pair] = numbers.get(pair, 0) + 1
    ordered = sorted(numbers.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return [
        {"severity": severity, "rule": rule, "title": w.word("data_rule", rule), "count": count}
        for (severity, rule), count in ordered
    ]
