"""The rates of land use of every park, with their parts or why there are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geo.planning.documents import fixed, read_table, text_of, texts_of
from geo.query import Snapshot
from geo.wording import Wording

_PERCENT = 100


def describe_rates(shown: Snapshot, w: Wording) -> dict[str, Any]:
    """Return the parks with their rates; apart from them those of which nothing is known.

    Raises
    ------
    NotFound
        ``PLAN_TABLES_MISSING``.
    """
    document = read_table(shown, "rates")
    parks = [_park(park, w) for park in document["parks"]]
    return {
        "notes": texts_of(document["notes"], w),
        "parks": [park for park in parks if park["is_known"]],
        "unknown": _by_reasons(park for park in parks if not park["is_known"]),
    }


def _by_reasons(parks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for park in parks:
        found.setdefault(tuple(park["because"]), []).append(park["name"])
    return [{"because": reasons, "names": names} for reasons, names in found.items()]


def _park(park: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    rates = park["rates"].values()
    reasons = [reason for rate in rates for reason in rate["because"]]
    return {
        "key": park["key"],
        "name": w.pick(park["name"]) or park["key"],
        "unmeasured": park["unmeasured"],
        "rates": [_rate(rate, w) for rate in rates],
        "is_known": any(_has_part(rate) for rate in rates),
        "because": texts_of(reasons, w),
    }


def _has_part(rate: Mapping[str, Any]) -> bool:
    return any(rate[part]["area"] for part in ("numerator", "denominator"))


def _rate(rate: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    value = rate["value"]
    return {
        "name": text_of(rate["name"], w),
        "value": None if value is None else f"{fixed(value * _PERCENT)} %",
        "because": texts_of(rate["because"], w),
        "note": text_of(rate["note"], w),
        "parts": [_part(rate[part], w) for part in ("numerator", "denominator")],
    }


def _part(part: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    area = part["area"]
    doubtful = [nature for nature in part["natures"] if nature not in ("surveyed", "reported")]
    return {
        "name": text_of(part["name"], w),
        "ha": fixed(area["ha"]) if area else "",
        "mu": fixed(area["mu"]) if area else "",
        "natures": [(nature, w.word("nature", nature)) for nature in doubtful],
    }
