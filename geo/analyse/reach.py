"""How far it is from parks, plots and halls to stations, airports and towns.

Two kinds of distance that are never mixed: *written* ones, which a source states, and
*computed* ones along the roads of the logistics layer. The computed ones are as good as
those lines and places are: where they are schematic, so is the distance. To a place that is
not known no distance is given, however well a symbol for it stands on the map.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.analyse.network import Network, Ways
from geo.crs import geodesic_m
from geo.model import KINDS
from geo.wording import parts

MOST_OFF_ROAD_KM = 30
"""Farther than this from any road, a distance along the roads would say nothing."""

_TARGET_FACILITIES = ("rail_station", "airport")
_TARGET_PLACES = ("county seat", "city")
_SURE = ("surveyed", "reported")
_WRITTEN = re.compile(r"(?P<remark>[^:：]*(?:距离|distances?)[^:：]*)[:：]\s*(?P<list>.+)", re.I)
_ITEM = re.compile(r"(?P<place>.+?)\s*(?P<km>\d[\d,]*(?:\.\d+)?)")
_KILOMETRES = re.compile(r"\s*(?:公里|千米|km)\.?$", re.I)


def measure_reach(frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the distances of one edition as a JSON document.

    Parameters
    ----------
    frames
        The layers of an edition by their *kind*, in longitude and latitude: ``parks``,
        ``parcels``, ``buildings``, ``logistics``, ``places``.

    Returns
    -------
    dict
        ``targets`` by key (``logistics/ID``, ``places/ID``, ``parks/ID``) with names, kind
        and nature; ``roads``, the lines used; ``parks``, ``parcels`` (those on offer) and
        ``buildings``: by key a list of ``{"to", "straight_km", "km", "off_km"}``, nearest
        first. ``km`` is the way along the roads, of which ``off_km`` lies off them, straight;
        both are absent where no road leads. ``written``: by park what its source states.
    """
    targets = _targets(frames)
    roads = _roads(frames["logistics"])
    network = Network(roads.geometry) if len(roads) else None
    origins = {
        "parks": _placed(frames["parks"]),
        "parcels": _on_offer(frames["parcels"]),
        "buildings": frames["buildings"],
    }
    return {
        "targets": {key: _describe(row) for key, row in targets.iterrows()},
        "roads": [_describe(row) for _, row in roads.iterrows()],
        **{
            kind: _distances(_points(frame, KINDS[kind].key), targets, network)
            for kind, frame in origins.items()
        },
        "written": _written_of(frames["parks"]),
    }


def read_written(text: object) -> dict[str, Any] | None:
    """Return the distances that a published text states, ``None`` if it states none.

    >>> read_written("始建于 2009 年；来源成文时的距离：县城 3、乌鲁木齐 1,400 公里")["items"]
    [{'place': '县城', 'km': 3.0}, {'place': '乌鲁木齐', 'km': 1400.0}]
    """
    found = next((f for f in map(_WRITTEN.fullmatch, parts(text)) if f), None)
    if found is None:
        return None
    # "1,400" has a comma without a space behind it.
    listed = re.split(r"、|,\s+", _KILOMETRES.sub("", found["list"].strip()))
    items = [item for item in map(_ITEM.fullmatch, listed) if item]
    return {
        "remark": found["remark"].strip(),
        "items": [
            {"place": item["place"], "km": float(item["km"].replace(",", ""))} for item in items
        ],
    }


def _written_of(parks: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in parks.sort_values("park_id").itertuples():
        texts = {lang: read_written(getattr(row, f"facts_{lang}", None)) for lang in ("zh", "en")}
        if any(texts.values()):
            found[str(row.park_id)] = texts
    return found


def _placed(parks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parks whose place is known: not those that a symbol only stands for.

    Where an edition does not say whether it is, a mere point counts as such a symbol.
    """
    if "place_known" in parks.columns:
        return parks.loc[~parks["place_known"].eq(False).fillna(False)]
    return parks.loc[parks.geometry.geom_type.ne("Point")]


def _on_offer(plots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if "on_offer" not in plots.columns:
        return plots.iloc[:0]
    return plots.loc[plots["on_offer"].eq(True).fillna(False)]


def _targets(frames: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return the places to go to, by key: columns ``kind``, names, ``nature``, geometry."""
    facilities, places = frames["logistics"], frames["places"]
    parks = _placed(frames["parks"])
    # A land port is a target once somebody says where it is, not where its symbol stands.
    is_port = facilities["kind"].eq("land_port") & facilities["nature"].isin(_SURE)
    stops = facilities.loc[facilities["kind"].isin(_TARGET_FACILITIES) | is_port]
    ports = parks.loc[parks["kind"].eq("logistics")].assign(kind="land_port")
    found = pd.concat(
        [
            _keyed(stops, "logistics", "facility_id"),
            _keyed(ports, "parks", "park_id"),
            _keyed(places.loc[places["kind"].isin(_TARGET_PLACES)], "places", "place_id"),
        ]
    )
    return gpd.GeoDataFrame(found.loc[found.geometry.notna()].sort_index())


def _keyed(frame: gpd.GeoDataFrame, layer: str, key: str) -> gpd.GeoDataFrame:
    columns = ["kind", "name_zh", "name_en", "nature"]
    described = pd.DataFrame(frame).reindex(columns=columns)
    named = gpd.GeoDataFrame(described, geometry=frame.geometry, crs=frame.crs)
    return named.set_axis(f"{layer}/" + frame[key].astype(str))


def _roads(logistics: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    roads = logistics.loc[logistics["kind"].eq("road") & logistics.geometry.notna()]
    return _keyed(roads.sort_values("facility_id"), "logistics", "facility_id")


def _describe(row: pd.Series[Any]) -> dict[str, Any]:
    given = row.drop("geometry").dropna()
    return {str(name): str(value) for name, value in given.items()}


def _points(frame: gpd.GeoDataFrame, key: str) -> gpd.GeoSeries:
    """Return a point inside every shape, by the key of the record, in its order."""
    kept = frame.loc[frame.geometry.notna()].sort_values(key)
    return gpd.GeoSeries(kept.geometry.representative_point().to_numpy(), kept[key], crs=frame.crs)


def _distances(
    origins: gpd.GeoSeries, targets: gpd.GeoDataFrame, network: Network | None
) -> dict[str, list[dict[str, Any]]]:
    if origins.empty or targets.empty:
        return {}
    starts, goals = _coordinates(origins), _coordinates(targets.geometry.representative_point())
    along = _along(starts, goals, network)
    found: dict[str, list[dict[str, Any]]] = {str(key): [] for key in origins.index}
    for target, goal, ways in zip(targets.index, goals, along, strict=True):
        straight = geodesic_m(starts, np.tile(goal, (len(starts), 1)))
        columns = ((metres / 1000).tolist() for metres in (straight, ways.whole_m, ways.off_m))
        for rows, *kilometres in zip(found.values(), *columns, strict=True):
            rows.append(_row(target, *kilometres))
    return {key: sorted(rows, key=_how_far) for key, rows in found.items()}


def _along(starts: np.ndarray, goals: np.ndarray, network: Network | None) -> list[Ways]:
    """Return the ways along the roads to the starts, one entry a goal."""
    if network is None:
        nowhere = np.full(len(starts), np.inf)
        return [Ways(nowhere, nowhere) for _ in goals]
    most = MOST_OFF_ROAD_KM * 1000
    feet = network.feet(starts)
    return [network.ways(network.feet(goal[None, :]), feet, most_off_m=most) for goal in goals]


def _row(target: str, straight: float, whole: float, off: float) -> dict[str, Any]:
    found = {"to": target, "straight_km": round(straight, 1)}
    if math.isfinite(whole):
        found |= {"km": round(whole, 1), "off_km": round(off, 1)}
    return found


def _how_far(row: Mapping[str, Any]) -> tuple[float, str]:
    return row.get("km", row["straight_km"]), row["to"]


def _coordinates(points: gpd.GeoSeries) -> np.ndarray:
    return np.column_stack([points.x, points.y])
