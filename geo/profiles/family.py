"""Which park a thing is in, and what is in a park, as a published edition has it."""

from __future__ import annotations

from collections.abc import Iterable

from geo.query import Feature, Snapshot


def lineage(shown: Snapshot, park: object) -> list[Feature]:
    """Return a park and those around it, nearest first; none for an unknown park."""
    parks, found = shown.of_kind("parks"), []
    key = str(park or "")
    while key in parks and parks[key] not in found:
        found.append(parks[key])
        key = str(parks[key]["properties"].get("parent_id") or "")
    return found


def parks_inside(shown: Snapshot, park: str) -> list[Feature]:
    """Return the parks that lie directly in a park."""
    parks = shown.of_kind("parks").values()
    return [other for other in parks if other["properties"].get("parent_id") == park]


def members(shown: Snapshot, kind: str, park: str) -> list[Feature]:
    """Return the plots, halls or firms of a park and of all parks in it."""
    family = {str(other["id"]) for other in _family(shown, park)}
    found = shown.of_kind(kind).values()
    return [feature for feature in found if feature["properties"].get("park_id") in family]


def _family(shown: Snapshot, park: str) -> Iterable[Feature]:
    parks = shown.of_kind("parks").values()
    return [other for other in parks if park in {f["id"] for f in lineage(shown, other["id"])}]
