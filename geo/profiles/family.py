"""Which park a thing is in, and what is in a park, as a published edition has it."""

from __future__ import annotations

from collections.abc import Mapping

from geo.query import Feature, Snapshot


def lineage(shown: Snapshot, park: object) -> list[Feature]:
    """Return a park and those around it, nearest first; none for an unknown park."""
    parks, found = shown.of_kind("parks"), []
    key = str(park or "")
    while key in parks and parks[key] not in found:
        found.append(parks[key])
        key = str(parks[key]["properties"].get("parent_id") or "")
    return found


def county_of(shown: Snapshot, park: object) -> str:
    """Return the county of a park, else that of the nearest park around it; else nothing."""
    counties = (found["properties"].get("adcode") for found in lineage(shown, park))
    return next((str(county) for county in counties if county), "")


def parks_inside(shown: Snapshot, park: str) -> list[Feature]:
    """Return the parks that lie directly in a park."""
    parks = shown.of_kind("parks").values()
    return [other for other in parks if other["properties"].get("parent_id") == park]


def members(shown: Snapshot, kind: str, park: str) -> list[Feature]:
    """Return the plots, halls or firms of a park and of all parks in it."""
    inside = family(shown.of_kind("parks"), park)
    return shown.having(kind, "park_id", inside)


def family(parks: Mapping[str, Feature], park: str) -> set[str]:
    """Return the keys of a park and of all parks inside it; parents may form a circle."""
    found = {park}
    while (
        more := {k for k, f in parks.items() if f["properties"].get("parent_id") in found} - found
    ):
        found |= more
    return found
