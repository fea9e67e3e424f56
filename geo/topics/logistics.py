"""The land port, the railway, stations, roads and airports, as sources tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from geo.profiles.profile import Link, link_to
from geo.query import Feature, Snapshot
from geo.wording import Wording, parts

_ARROW = "→"


@dataclass(frozen=True)
class Stop:
    """A place on a line; ``has_station`` if one of the bundled stations is there."""

    name: str
    has_station: bool


@dataclass(frozen=True)
class Facility:
    """A facility, in words.

    Parameters
    ----------
    link
        To the thing on the map or to its page.
    opened
        Empty if no source says so.
    stops
        Places on the way, in their order.
    functions
        What it does.
    facts
        Sentences of the sources.
    is_placed
        Whether its place is published.
    note, accuracy, nature, source, as_of
        How well it is known, and from where.
    """

    link: Link
    opened: str
    stops: list[Stop]
    functions: list[str]
    facts: list[str]
    is_placed: bool
    note: str
    accuracy: str
    nature: str
    source: str
    as_of: str


@dataclass(frozen=True)
class Transport:
    """All facilities by what they are."""

    ports: list[Facility]
    railways: list[Facility]
    stations: list[Facility]
    roads: list[Facility]
    airports: list[Facility]
    warehouses: list[Facility]


def transport_of(shown: Snapshot, w: Wording) -> Transport:
    """Return the facilities of an edition, those that are points from west to east."""
    layer = shown.layer_of("logistics")
    features = shown.features(layer).values()
    stations = {
        str(feature["properties"]["name_zh"])
        for feature in features
        if feature["properties"].get("kind") == "rail_station"
    }

    def of(kind: str) -> list[Facility]:
        found = (f for f in features if f["properties"].get("kind") == kind)
        return [_describe(layer, f, stations, w) for f in sorted(found, key=_longitude)]

    return Transport(
        [*_land_ports(shown, w), *of("land_port")],
        of("railway"),
        of("rail_station"),
        of("road"),
        of("airport"),
        of("warehouse"),
    )


def _longitude(feature: Feature) -> float:
    """Return the longitude of a point; lines keep their order."""
    geometry = feature.get("geometry") or {"type": "none"}
    return float(geometry["coordinates"][0]) if geometry["type"] == "Point" else 0.0


def _land_ports(shown: Snapshot, w: Wording) -> Iterator[Facility]:
    """Yield the parks that are for logistics."""
    for feature in shown.of_kind("parks").values():
        if feature["properties"].get("kind") == "logistics":
            yield _describe("parks", feature, (), w)


def _describe(layer: str, feature: Feature, stations: Iterable[str], w: Wording) -> Facility:
    p = feature["properties"]
    return Facility(
        link_to(layer, feature, w),
        str(p.get("opened") or ""),
        list(_stops(p, frozenset(stations), w)),
        [w.word("function", name) for name in parts(p.get("functions"))],
        parts(w.pick(p, "facts")),
        p.get("place_known") is not False and feature.get("geometry") is not None,
        w.pick(p, "note"),
        w.word("accuracy", w.half(p.get("accuracy"))),
        str(p.get("nature") or ""),
        str(p.get("source") or ""),
        str(p.get("as_of") or ""),
    )


def _stops(p: Mapping[str, Any], stations: frozenset[str], w: Wording) -> Iterator[Stop]:
    """Yield the places of a line; a station is told by the Chinese name of its place."""
    chinese = Wording("zh").half(p.get("through")).split(_ARROW)
    names = w.half(p.get("through")).split(_ARROW)
    if len(names) < 2:
        return
    known = chinese if len(chinese) == len(names) else names
    for name, place in zip(names, known, strict=True):
        yield Stop(name.strip(), f"{place.strip()}站" in stations and p.get("kind") == "railway")
