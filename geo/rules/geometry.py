"""GEOMETRY_EMPTY, GEOMETRY_INVALID, AXES_SWAPPED, DATUM_SUSPECT."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.model import Finding
from geo.rules.finding import Context, phrase
from geo.rules.pieces import area_m2, as_geojson
from geo.rules.windings import faulty_ground

_DEGREES = (-180.0, -90.0, 180.0, 90.0)
_PLACE = re.compile(r"^(?P<reason>[^\[]+)\[(?P<x>\S+) (?P<y>\S+)\]$")
_REASONS = {
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "self_intersection",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "nested",
    "Nested shells": "nested",
    "Interior is disconnected": "disconnected",
    "Duplicate Rings": "duplicate_rings",
    "Too few points in geometry component": "too_few_positions",
}


def check(context: Context) -> Iterator[Finding]:
    """Return what is wrong with the places and shapes of all layers."""
    for layer, frame in context.all_frames():
        if isinstance(frame, gpd.GeoDataFrame):
            yield from _check_empty(context, layer, frame)
            yield from _check_valid(context, layer, frame)
            yield from _check_region(context, layer, frame)


def _check_empty(context: Context, layer: str, frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    faults: dict[int, str] = dict(frame.attrs.get("bad_geometry", ()))
    for row, reason in faults.items():
        rule = "DATUM_SUSPECT" if reason == "datum_refused" else "GEOMETRY_EMPTY"
        yield context.finding(
            rule,
            layer,
            context.record(layer, row),
            detail=reason,
            problem=phrase(f"reason.{reason}"),
        )
    missing = _is_missing(frame) & ~_may_be_missing(context, layer, frame)
    missing[list(faults)] = False
    for record in context.records(layer, missing):
        yield context.finding("GEOMETRY_EMPTY", layer, record, problem=phrase("reason.no_geometry"))


def _is_missing(frame: gpd.GeoDataFrame) -> np.ndarray:
    shapes = frame.geometry.to_numpy()
    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes), dtype=bool)


def _may_be_missing(context: Context, layer: str, frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return which records may stand without a place: it is honest to say it is not known."""
    kind = context.catalog.entries()[layer].kind
    if kind == "parks":
        return np.asarray(~frame["place_known"].fillna(True).astype(bool))
    return np.full(len(frame), kind == "enterprises")


def _check_valid(context: Context, layer: str, frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    shapes = frame.geometry.to_numpy()
    for record in context.records(layer, ~shapely.is_valid(shapes) & ~_is_missing(frame)):
        reason, place = _explain(shapely.is_valid_reason(shapes[record.row]))
        piece, area = _faulty_piece(shapes[record.row])
        yield context.finding(
            "GEOMETRY_INVALID",
            layer,
            record,
            geometry=piece or place,
            area_m2=area,
            problem=phrase(f"reason.{reason}"),
            place=_written(place),
        )


def _explain(text: str) -> tuple[str, dict[str, Any] | None]:
    """Return our word for what GEOS found and where it found it."""
    match = _PLACE.match(text)
    if match is None:
        return _REASONS.get(text, "invalid"), None
    x, y = float(match["x"]), float(match["y"])
    return _REASONS.get(match["reason"], "invalid"), {"type": "Point", "coordinates": [x, y]}


def _faulty_piece(shape: shapely.Geometry) -> tuple[Mapping[str, Any] | None, float | None]:
    """Return the ground at fault as GeoJSON with its area, if the fault has ground."""
    if not _within(shapely.bounds(shape)[None], _DEGREES)[0]:
        return None, None
    piece = faulty_ground(shape)
    if piece is None:
        return None, None
    return as_geojson(piece), round(float(area_m2(np.array([piece]))[0]), 2)


def _written(place: dict[str, Any] | None) -> str:
    return "?" if place is None else "{:.6f}, {:.6f}".format(*place["coordinates"])


def _check_region(context: Context, layer: str, frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    bbox = context.config.region.bbox
    bounds = frame.geometry.bounds.to_numpy()
    beyond_degrees = ~_within(bounds, _DEGREES)
    here = ~_is_missing(frame)
    swapped = here & _within(bounds[:, [1, 0, 3, 2]], bbox) & ~_within(bounds, bbox)
    far = here & ~swapped & ~_belongs(frame, bounds, bbox)
    for rule, mask in (("AXES_SWAPPED", swapped), ("DATUM_SUSPECT", far)):
        for record in context.records(layer, mask):
            minx, miny, maxx, maxy = bounds[record.row]
            reason = "not_degrees" if beyond_degrees[record.row] else "outside_region"
            yield context.finding(
                rule,
                layer,
                record,
                expected=_written_box(bbox),
                actual=_written_box((minx, miny, maxx, maxy)),
                problem=phrase(f"reason.{reason}"),
            )


def _belongs(
    frame: gpd.GeoDataFrame, bounds: np.ndarray, bbox: tuple[float, float, float, float]
) -> np.ndarray:
    """Return which geometries lie in the region; of a line one part is enough.

    A railway leaves the region for good reasons; a plot that does has a stray vertex.
    """
    shapes = frame.geometry.to_numpy()
    line = shapely.get_dimensions(shapes) == 1
    crosses = shapely.intersects(shapes, shapely.box(*bbox))
    sane = _within(bounds, _DEGREES)
    return np.asarray(_within(bounds, bbox) | (line & crosses & sane), dtype=bool)


def _within(bounds: np.ndarray, bbox: tuple[float, float, float, float]) -> np.ndarray:
    minx, miny, maxx, maxy = bounds.T
    return np.asarray((minx >= bbox[0]) & (miny >= bbox[1]) & (maxx <= bbox[2]) & (maxy <= bbox[3]))


def _written_box(box: tuple[float, float, float, float]) -> str:
    return ", ".join(f"{number:.6g}" for number in box)
