"""Which grids the numbers themselves allow, and where each would put them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from geo.crs import to_lonlat
from geo.grids import Grid, crs_name, gauss_grid, utm_grid, zone_meridian
from geo.importer.anchors import Anchor, near_share
from geo.importer.model import Bilingual
from geo.rules.finding import phrase

BBox = tuple[float, float, float, float]
"""minx, miny, maxx, maxy in degrees of WGS84."""

_KM_PER_DEGREE = 111.2
_NEAR_DEGREES = 0.2
"""Wrong zones are 250 km off, wrong datums one: 20 km tells the former and forgives the rest."""

_ZONE_M = 1_000_000
_MERIDIANS = range(75, 136, 3)
_DIRECTIONS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


@dataclass(frozen=True)
class Place:
    """A place that people know, to say where a reading would put the data."""

    name: Bilingual
    lon: float
    lat: float


@dataclass(frozen=True)
class Candidate:
    """A grid and axis order under which most positions lie in the region.

    ``lonlat`` has the sample's positions under it, in degrees of CGCS2000.
    """

    grid: Grid
    northing_first: bool
    lonlat: np.ndarray

    def crs_on(self, datum: str) -> str:
        """Return the grid on a datum, given with or without parameters, as ``EPSG:n``."""
        return crs_name(self.grid, datum.partition(":")[0])

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of the positions."""
        lon, lat = np.nanmedian(self.lonlat, axis=0)
        return float(lon), float(lat)


def turned(xy: np.ndarray, *, northing_first: bool) -> np.ndarray:
    """Return rows of x, y: easting or longitude first."""
    return xy[:, ::-1] if northing_first else xy


def find_candidates(
    sample: np.ndarray, boxes: Sequence[BBox], *, beyond: bool = False
) -> list[Candidate]:
    """Return all readings of rows of two numbers under which most lie in one of the boxes.

    The ranges hardly overlap: degrees, web Mercator and numbered zones have one reading,
    an easting without a number has one per meridian and kind of grid. ``beyond`` also takes
    eastings that run into the numbers of the next zone, more than 500 km from the meridian.
    """
    found = []
    for northing_first in (False, True):
        xy = turned(sample, northing_first=northing_first)
        for grid in _grids_for(float(np.median(xy[:, 0])), beyond=beyond):
            lonlat = to_lonlat(xy, crs=crs_name(grid, "cgcs2000"), datum="cgcs2000")
            if mostly_within(lonlat, boxes):
                found.append(Candidate(grid, northing_first, lonlat))
    return found


def mostly_within(lonlat: np.ndarray, boxes: Sequence[BBox]) -> bool:
    """Return whether more than half of the positions lie in one of the boxes."""
    x, y = lonlat[:, 0], lonlat[:, 1]
    inside = np.zeros(len(lonlat), dtype=bool)
    for minx, miny, maxx, maxy in boxes:
        inside |= (x >= minx) & (x <= maxx) & (y >= miny) & (y <= maxy)
    return bool(inside.mean() > 0.5)


def near_known_places(
    candidates: list[Candidate], readings: Sequence[np.ndarray], anchors: Sequence[Anchor]
) -> list[Candidate]:
    """Return the candidates that put most anchored records near their places.

    ``readings`` has the records of the anchors under each candidate. All candidates come
    back where there are no anchors or none is near.
    """
    if not anchors:
        return candidates
    shares = [near_share(points, anchors, degrees=_NEAR_DEGREES) for points in readings]
    near = [c for c, share in zip(candidates, shares, strict=True) if share > 0.5]
    return near or candidates


def without_utm(candidates: list[Candidate]) -> list[Candidate]:
    """Return the candidates without UTM where a national grid is among them.

    Surveys in China are in Gauss-Krüger by law; UTM comes with a file that says so.
    """
    national = [candidate for candidate in candidates if candidate.grid.kind != "utm"]
    return national or candidates


def grid_words(grid: Grid) -> Bilingual:
    """Return the name of a grid for a reader."""
    if grid.kind == "gauss" and grid.zone:
        width = 6 if grid.zone < 24 else 3
        return phrase("datum.grid_zone", width=width, zone=grid.zone, meridian=grid.meridian)
    if grid.kind == "gauss":
        return phrase("datum.grid_gauss", meridian=grid.meridian)
    if grid.kind == "utm":
        return phrase("datum.grid_utm", zone=(grid.meridian + 183) // 6)
    return phrase("datum.grid_degrees" if grid.kind == "degrees" else "datum.grid_web")


def datum_words(datum: str) -> Bilingual:
    """Return the name of a datum, given with or without parameters, for a reader."""
    return phrase(f"datum.name_{datum.partition(':')[0]}")


def where_words(point: tuple[float, float], places: Sequence[Place]) -> Bilingual:
    """Return where a point lies: its coordinates, and from the nearest place if one is given."""
    lon, lat = point
    values: dict[str, object] = {"lon": f"{lon:.3f}", "lat": f"{lat:.3f}"}
    if not places:
        return phrase("datum.at", **values)
    east, north, place = min(
        (_apart(point, place) for place in places), key=lambda apart: math.hypot(*apart[:2])
    )
    values["km"] = f"{math.hypot(east, north):.0f}"
    eighth = round(math.atan2(east, north) / (math.pi / 4)) % 8
    direction = phrase(f"datum.direction_{_DIRECTIONS[eighth]}")
    return phrase("datum.at_place", **values, place=place.name, direction=direction)


def _apart(point: tuple[float, float], place: Place) -> tuple[float, float, Place]:
    """Return kilometres east and north of the place; good enough for words."""
    lon, lat = point
    east = (lon - place.lon) * _KM_PER_DEGREE * math.cos(math.radians(lat))
    return east, (lat - place.lat) * _KM_PER_DEGREE, place


def _grids_for(easting: float, *, beyond: bool) -> Iterator[Grid]:
    if abs(easting) <= 180:
        yield Grid("degrees")
        return
    number = math.floor(easting / _ZONE_M)
    if number > 0:
        yield Grid("web")
    for zone in (number - 1, number, number + 1) if beyond else (number,):
        meridian = zone_meridian(zone)
        meridians = _MERIDIANS if zone == 0 else [meridian] if meridian else []
        grids = [gauss_grid(m, zone) for m in meridians]
        grids += [utm_grid(m) for m in meridians if zone == 0]
        yield from (grid for grid in grids if grid is not None)
