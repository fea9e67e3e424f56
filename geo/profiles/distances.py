"""Distances as a page shows them: the written ones, and those computed at publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geo.profiles.family import lineage
from geo.query import Snapshot
from geo.wording import Quantity, Wording

_ROUND_FROM_KM = 10


@dataclass(frozen=True)
class Distance:
    """How far it is to a place.

    Parameters
    ----------
    place, kind
        Its name, and what it is, in words.
    km
        Along the roads; ``None`` where no road leads.
    off_km
        What of it lies off the roads, straight.
    straight_km
        The straight line.
    """

    place: str
    kind: str
    km: Quantity | None
    off_km: Quantity | None
    straight_km: Quantity


@dataclass(frozen=True)
class Written:
    """Distances that a source states, with what it says of them.

    Parameters
    ----------
    remark
        What the source says before them.
    items
        Places, as the source names them, and lengths.
    park_name
        The park that they are of.
    note, source
        What is remarked on the record, and where it stands.
    is_of_other
        Whether the park is not the thing itself but one around it.
    """

    remark: str
    items: list[tuple[str, Quantity]]
    park_name: str
    note: str
    source: str
    is_of_other: bool


@dataclass(frozen=True)
class Reach:
    """The distances of a park, plot or hall.

    Parameters
    ----------
    computed
        Nearest first; none while its own place is not known.
    measured_from
        Name of the park from whose middle they are measured; empty for the thing itself.
    roads
        Names of the lines that the network consists of.
    is_schematic
        Whether the lines, or one of the places, are drawn schematically.
    written
        Of the thing's park, or the nearest park around it that states some.
    unplaced
        Names of land ports to which no distance is given, for nobody says where they are.
    """

    computed: list[Distance]
    measured_from: str
    roads: list[str]
    is_schematic: bool
    written: Written | None
    unplaced: list[str]


def reach_of(shown: Snapshot, kind: str, key: str, park: object, w: Wording) -> Reach:
    """Return the distances of a thing, or of its park where it has none of its own."""
    document = shown.document("reach.json")
    rows, measured_from = document[kind].get(key), ""
    if rows is None and kind != "parks":
        rows = document["parks"].get(str(park))
        measured_from = w.pick(_properties(shown, park), "name") if rows else ""
    rows, targets = rows or [], document["targets"]
    used = [*document["roads"], *(targets[row["to"]] for row in rows)]
    return Reach(
        [_distance(row, targets[row["to"]], w) for row in rows],
        measured_from,
        [w.pick(road, "name") for road in document["roads"]],
        any(thing.get("nature") not in ("surveyed", "reported") for thing in used),
        _written(shown, key, park, w),
        _unplaced(shown, key, w),
    )


def _unplaced(shown: Snapshot, key: str, w: Wording) -> list[str]:
    ports = (f for f in shown.of_kind("parks").values() if f["properties"]["kind"] == "logistics")
    return [
        w.pick(port["properties"], "name")
        for port in ports
        if port["properties"].get("place_known") is False and port["id"] != key
    ]


def _properties(shown: Snapshot, park: object) -> dict[str, Any]:
    return dict(shown.of_kind("parks").get(str(park), {}).get("properties", {}))


def _distance(row: dict[str, Any], target: dict[str, Any], w: Wording) -> Distance:
    family = "facility_kind" if row["to"].split("/")[0] != "places" else "place_kind"
    return Distance(
        w.pick(target, "name"),
        w.word(family, target["kind"]),
        _kilometres(row["km"], w) if "km" in row else None,
        _kilometres(row["off_km"], w) if "off_km" in row else None,
        _kilometres(row["straight_km"], w),
    )


def _kilometres(km: float, w: Wording) -> Quantity:
    """Return a length no finer than a drawn line can tell."""
    return Quantity(w.number(km, 0 if km >= _ROUND_FROM_KM else 1), "km")


def _written(shown: Snapshot, key: str, park: object, w: Wording) -> Written | None:
    known = shown.document("reach.json")["written"]
    for feature in lineage(shown, park):
        stated = known.get(str(feature["id"]), {})
        text = stated.get(w.lang) or stated.get("zh")
        if text:
            items = [(i["place"], Quantity(w.number(i["km"], 1), "km")) for i in text["items"]]
            p = feature["properties"]
            return Written(
                text["remark"],
                items,
                w.pick(p, "name"),
                w.pick(p, "note"),
                str(p.get("source") or ""),
                str(feature["id"]) != key,
            )
    return None
