"""The small map of where firms come from: a circle on each province, over quiet outlines.

It draws all that the outlines hold, islands and dashed lines too: a map of the country that
leaves some of it out must not be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import shapely

from geo.crs import to_national_plane
from geo.i18n import message
from geo.render import svg
from geo.render.lettering import Box, Line, Name, arrange
from geo.render.looks import CARD, COUNTY, INK, JADE, JADE_TINT, MUTE, PAPER, Hatch, Look

Position = tuple[float, float]

WIDTH_MM = 100.0
_MARGIN_MM = 1.5
_COARSE_M = 16_000
"""Vertices that are told apart by less than this are left out, a third of a millimetre."""

_LARGEST_MM = 3.4
_SMALLEST_MM = 1.1
_SIZE_MM = 3.3
_HOME_MM = 1.2
_GROUND = Look(COUNTY, 0.12, fill=PAPER)
_BORDER = Look(COUNTY, 0.3)
_FIRMS = Look(JADE, 0.35, fill=JADE_TINT, opacity=0.85)
_SAMPLES = Look(JADE, 0.35, (0.9, 0.6), fill=Hatch(JADE_TINT, JADE, "diagonal", 1.0))
_HOME = Look(MUTE, 0.3, fill=CARD, radius=_HOME_MM, core=0.5)
_LONG = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$")


@dataclass(frozen=True)
class Ground:
    """What lies under the circles, on the paper in millimetres.

    Parameters
    ----------
    height
        Of the map; it is :data:`WIDTH_MM` wide.
    areas, lines
        The outlines as lists of positions.
    middles
        A point inside each province, by its name.
    home
        Where the firms went; ``None`` if no park has a place.
    """

    height: float
    areas: list[list[Position]]
    lines: list[list[Position]]
    middles: Mapping[str, Position]
    home: Position | None


def lay_ground(outlines: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> Ground:
    """Return the ground of the map.

    Parameters
    ----------
    outlines
        Provinces by ``key`` as areas, and lines that belong to them, in EPSG:4326.
    parks
        Where the firms went, in EPSG:4326.
    """
    plane = to_national_plane(outlines.geometry)
    is_area = plane.geom_type.isin(["Polygon", "MultiPolygon"])
    areas, lines = plane[is_area], plane[~is_area].simplify(_COARSE_M)
    coarse = shapely.get_parts(shapely.coverage_simplify(areas.to_numpy(), _COARSE_M))
    west, south, east, north = plane.total_bounds
    per_mm = (east - west) / (WIDTH_MM - 2 * _MARGIN_MM)

    def place(x: float, y: float) -> Position:
        return _MARGIN_MM + (x - west) / per_mm, _MARGIN_MM + (north - y) / per_mm

    points = zip(outlines.loc[is_area, "key"], areas.representative_point(), strict=True)
    home = to_national_plane(parks.geometry).dropna().union_all().centroid
    return Ground(
        (north - south) / per_mm + 2 * _MARGIN_MM,
        [[place(*xy) for xy in ring.coords] for ring in shapely.get_rings(coarse)],
        [[place(*xy) for xy in line.coords] for line in shapely.get_parts(lines.to_numpy())],
        {str(name): place(middle.x, middle.y) for name, middle in points},
        None if home.is_empty else place(home.x, home.y),
    )


def draw_origins(
    ground: Ground,
    provinces: Sequence[Mapping[str, Any]],
    names: Mapping[str, Mapping[str, str]],
    lang: str,
) -> str:
    """Return the map as SVG.

    Parameters
    ----------
    provinces
        ``name``, ``firms`` and ``samples`` of each, as :mod:`geo.analyse.register` counts them.
    names
        Names of the provinces by language; one that is missing shows as it is.
    lang
        Of the letters.
    """
    most = max((province["firms"] for province in provinces), default=1)
    circles = [
        _Circle(
            ground.middles[province["name"]],
            max(_SMALLEST_MM, _LARGEST_MM * (province["firms"] / most) ** 0.5),
            f"{_short(province['name'], names, lang)} {province['firms']}",
            bool(province["samples"]),
        )
        for province in provinces
        if province["name"] in ground.middles
    ]
    body = [
        svg.path(ground.areas, _GROUND, closed=True),
        svg.path(ground.lines, _BORDER, closed=False),
        *([svg.point(ground.home, _HOME)] if ground.home else ()),
        *(circle.draw() for circle in circles),
        *_draw_names(ground, circles, lang),
    ]
    title = message("origins.map_title", lang)
    return svg.document(WIDTH_MM, ground.height, title, body, looks=[_SAMPLES])


@dataclass(frozen=True)
class _Circle:
    at: Position
    radius: float
    text: str
    samples: bool

    @property
    def box(self) -> Box:
        return _around(self.at, self.radius)

    def draw(self) -> str:
        look = _SAMPLES if self.samples else _FIRMS
        return svg.point(self.at, replace(look, radius=self.radius))


def _draw_names(ground: Ground, circles: Sequence[_Circle], lang: str) -> Iterable[str]:
    texts = [(circle.box, Line(circle.text, _SIZE_MM, INK)) for circle in circles]
    if ground.home:
        here = Line(message("ui.counties", lang), _SIZE_MM, MUTE)
        texts.insert(0, (_around(ground.home, _HOME_MM), here))
    wanted = [Name(((line,),), (box,), rank) for rank, (box, line) in enumerate(texts)]
    frame, marks = Box(0.0, 0.0, WIDTH_MM, ground.height), [box for box, _ in texts]
    for placed in arrange(wanted, marks, frame):
        left, _, right, bottom = placed.box
        x = {"start": left, "middle": (left + right) / 2, "end": right}[placed.align]
        for line in placed.lines:
            yield svg.letters(line, (x, bottom - 0.3 * line.size), anchor=placed.align, halo=PAPER)


def _around(at: Position, radius: float) -> Box:
    x, y = at
    return Box(x - radius, y - radius, x + radius, y + radius)


def _short(name: str, names: Mapping[str, Mapping[str, str]], lang: str) -> str:
    """Return the name of a province as maps have it, 新疆 for 新疆维吾尔自治区."""
    return _LONG.sub("", str(names.get(name, {}).get(lang) or name))
