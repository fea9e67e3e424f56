"""Things on a map: where their shapes and names lie on the paper, and how they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from geo.render import svg
from geo.render.lettering import LINE_HEIGHT, Box, Line, Name, Placed, arrange
from geo.render.looks import Look
from geo.render.plane import Plane

Geometry = Mapping[str, Any]
Points = list[tuple[float, float]]

_SMALL_MM = 4.5
_NEAR_MM = 0.08
_MARGIN_MM = 3.0


@dataclass(frozen=True)
class Drawing:
    """One thing on the map.

    Parameters
    ----------
    geometry
        GeoJSON, in degrees.
    look
        How its shape is drawn.
    mark
        How it is drawn instead where it is a point, or its shape would be too small to see.
    names
        Variants of its name, each a few lines, the best first; empty for none.
    rank
        Names of a low rank find their places first.
    inside
        Whether the name stands in the shape and not beside it.
    """

    geometry: Geometry
    look: Look
    mark: Look | None = None
    names: tuple[tuple[Line, ...], ...] = ()
    rank: int = 0
    inside: bool = False


@dataclass(frozen=True)
class PlacedShape:
    """A part of a drawing on the paper: its lines or rings, and the box around them."""

    drawing: Drawing
    kind: svg.Shape
    lines: list[Points]
    box: Box

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the box."""
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2

    @property
    def radius(self) -> float:
        """Of the circle that is drawn; 0 for a line or an area."""
        if self.drawing.mark and (self.kind == "point" or self._is_small):
            return self.drawing.mark.radius
        return self.drawing.look.radius if self.kind == "point" else 0.0

    @property
    def _is_small(self) -> bool:
        left, top, right, bottom = self.box
        return max(right - left, bottom - top) < _SMALL_MM

    @property
    def outline(self) -> Box:
        """What it covers on the paper."""
        if not self.radius:
            return self.box
        (x, y), radius = self.middle, self.radius
        return Box(x - radius, y - radius, x + radius, y + radius)

    def draw(self) -> str:
        """Return it as SVG."""
        drawing = self.drawing
        if self.radius:
            return svg.point(self.middle, drawing.mark or drawing.look)
        return svg.path(self.lines, drawing.look, closed=self.kind == "area")


def place_shapes(drawings: Sequence[Drawing], plane: Plane, frame: Box) -> list[PlacedShape]:
    """Return the parts of drawings that are to be seen in the frame, in the same order."""
    return [shape for drawing in drawings for shape in _shapes(drawing, plane, frame)]


def draw_names(
    shapes: Sequence[PlacedShape],
    frame: Box,
    *,
    halo: str,
    marks: Sequence[Box] = (),
    obstacles: Sequence[Box] = (),
) -> Iterator[str]:
    """Return the names that found room, as SVG; none meets another, a mark or an obstacle.

    Parameters
    ----------
    shapes
        What is named.
    frame
        What the names must not leave.
    halo
        The colour of the ground.
    marks
        What is drawn over the shapes besides, such as pins: a name stands beside both.
    obstacles
        What a name must not cover.
    """
    covered = [*(shape.outline for shape in shapes if shape.radius), *marks]
    names = [
        Name(drawing.names, tuple(_anchors(shape, covered, frame)), drawing.rank, drawing.inside)
        for shape in shapes
        if (drawing := shape.drawing).names
    ]
    for placed in arrange(names, [*obstacles, *covered], frame):
        yield from _draw_name(placed, halo)


def _shapes(drawing: Drawing, plane: Plane, frame: Box) -> Iterator[PlacedShape]:
    for kind, lines in _parts(drawing.geometry):
        placed = [_thin([plane.place(lon, lat) for lon, lat, *_ in line]) for line in lines]
        xs, ys = zip(*(at for line in placed for at in line), strict=True)
        box = Box(min(xs), min(ys), max(xs), max(ys))
        left, top, right, bottom = box
        around = Box(left - _MARGIN_MM, top - _MARGIN_MM, right + _MARGIN_MM, bottom + _MARGIN_MM)
        if around.meets(frame):
            yield PlacedShape(drawing, kind, placed, box)


def _parts(geometry: Geometry) -> Iterator[tuple[svg.Shape, list[Any]]]:
    """Return each part of a geometry as lists of positions."""
    kind, found = geometry["type"], geometry["coordinates"]
    if kind == "Point":
        yield "point", [[found]]
    elif kind == "LineString":
        yield "line", [found]
    elif kind == "Polygon":
        yield "area", found
    else:
        single = kind.removeprefix("Multi")
        for part in found:
            yield from _parts({"type": single, "coordinates": part})


def _thin(points: Points) -> Points:
    """Return the points without those that nobody could tell apart on paper."""
    kept = points[:1]
    for x, y in points[1:]:
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= _NEAR_MM:
            kept.append((x, y))
    return [*kept, points[-1]] if len(points) > 1 and kept[-1] != points[-1] else kept


def _anchors(shape: PlacedShape, marks: Sequence[Box], frame: Box) -> Iterator[Box]:
    """Return what a name may stand beside: places along a line, an area, or a mark.

    Of a mark that lies under others, such as a seat under the pin of a park, it is the box
    around them all.
    """
    if shape.radius:
        own = shape.outline
        yield own.joined(mark for mark in marks if mark.meets(own))
    elif shape.kind == "area":
        yield shape.outline
    else:
        for line in shape.lines:
            for (x1, y1), (x2, y2) in pairwise(line):
                x, y = (x1 + x2) / 2, (y1 + y2) / 2
                at = Box(x - 0.4, y - 0.4, x + 0.4, y + 0.4)
                if at.lies_in(frame):
                    yield at


def _draw_name(placed: Placed, halo: str) -> Iterator[str]:
    left, top, right, _ = placed.box
    x = {"start": left, "middle": (left + right) / 2, "end": right}[placed.align]
    for line in placed.lines:
        height = line.size * LINE_HEIGHT
        yield svg.letters(line, (x, top + height * 0.77), anchor=placed.align, halo=halo)
        top += height
