"""ENTERPRISE_UNLOCATED: firms of which nothing says where they are."""

from __future__ import annotations

from collections.abc import Iterator

from geo.model import Finding
from geo.rules.finding import Context


def check(context: Context) -> Iterator[Finding]:
    """Return the firms with neither plot nor hall nor park nor position.

    A plot that names the firm is a place as well.
    """
    owners = {firm for _, frame in context.of_kind("parcels") for firm in frame["enterprise_id"]}
    for layer, frame in context.of_kind("enterprises"):
        named = frame[["parcel_id", "building_id", "park_id"]].notna().any(axis=1)
        named |= frame["enterprise_id"].isin(owners) & frame["enterprise_id"].notna()
        placed = frame["geometry"].notna() if "geometry" in frame else named
        for record in context.records(layer, ~named & ~placed):
            yield context.finding("ENTERPRISE_UNLOCATED", layer, record)
