"""Whether two GeoJSON geometries have a point in common, exactly and without a library.

The web process loads no geometry library (docs/architecture.md), and a box around a feature is
not the feature. Lines and outlines are taken as straight between their positions in longitude
and latitude. Only the few features whose box reaches over the edge of what was asked come here
(:mod:`geo.api.places`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from geo.feature_store import BBox

Point = tuple[float, float]
Segment = tuple[Point, Point]
Ring = tuple[Point, ...]
Area = tuple[Ring, ...]


@dataclass(frozen=True)
class Shape:
    """The parts of a geometry: single positions, straight segments, and rings of areas.

    An area is its rings, the outer one first; their segments are among ``segments`` too.
    """

    points: tuple[Point, ...] = ()
    segments: tuple[Segment, ...] = ()
    areas: tuple[Area, ...] = ()

    @property
    def starts(self) -> Iterator[Point]:
        """A position of every connected part, and more."""
        yield from self.points
        yield from (segment[0] for segment in self.segments)


def shape_of(geometry: dict[str, Any]) -> Shape:
    """Return the parts of a GeoJSON geometry of any type."""
    points: list[Point] = []
    lines: list[Ring] = []
    areas: list[Area] = []
    for kind, part in _parts(geometry):
        match kind:
            case "Point":
                points.append(_point(part))
            case "LineString":
                lines.append(tuple(map(_point, part)))
            case "Polygon":
                areas.append(tuple(tuple(map(_point, ring)) for ring in part))
            case _:
                raise ValueError(kind)
    rings = [ring for area in areas for ring in area]
    segments = tuple(one for line in (*lines, *rings) for one in _segments(line))
    return Shape(tuple(points), segments, tuple(areas))


def box_shape(box: BBox) -> Shape:
    """Return the parts of a box; of one without width or height a segment or a position."""
    minx, miny, maxx, maxy = box
    if minx == maxx and miny == maxy:
        return Shape(points=((minx, miny),))
    if minx == maxx or miny == maxy:
        return Shape(segments=(((minx, miny), (maxx, maxy)),))
    ring = ((minx, miny), (maxx, miny), (maxx, maxy), (minx, maxy), (minx, miny))
    return Shape(segments=tuple(_segments(ring)), areas=((ring,),))


def bounds(shape: Shape) -> BBox:
    """Return the box around a shape, which must have a position."""
    ends = [end for segment in shape.segments for end in segment]
    xs, ys = zip(*[*shape.points, *ends], strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def intersects(one: Shape, other: Shape) -> bool:
    """Whether two shapes have a point in common; touching is enough.

    Where neither crosses the other, one that lies in an area of the other lies there with any
    of its positions.
    """
    return (
        _meet(one, other)
        or any(_is_inside(point, area) for area in other.areas for point in one.starts)
        or any(_is_inside(point, area) for area in one.areas for point in other.starts)
    )


def _parts(geometry: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the simple parts of a geometry with their type."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _parts(part)
    elif kind.startswith("Multi"):
        yield from ((kind.removeprefix("Multi"), part) for part in geometry["coordinates"])
    else:
        yield kind, geometry["coordinates"]


def _point(position: Sequence[float]) -> Point:
    return float(position[0]), float(position[1])


def _segments(line: Ring) -> Iterator[Segment]:
    yield from pairwise(line)


def _meet(one: Shape, other: Shape) -> bool:
    """Whether positions or segments of two shapes touch or cross."""
    as_segments = [(point, point) for point in one.points]
    others = [*other.segments, *((point, point) for point in other.points)]
    return any(_cross(a, b) for a in (*as_segments, *one.segments) for b in others)


def _cross(one: Segment, other: Segment) -> bool:
    """Whether two closed segments have a point in common."""
    (a, b), (c, d) = one, other
    if (
        max(a[0], b[0]) < min(c[0], d[0])
        or max(c[0], d[0]) < min(a[0], b[0])
        or max(a[1], b[1]) < min(c[1], d[1])
        or max(c[1], d[1]) < min(a[1], b[1])
    ):
        return False
    return _sides(a, b, c) * _sides(a, b, d) <= 0 and _sides(c, d, a) * _sides(c, d, b) <= 0


def _sides(a: Point, b: Point, p: Point) -> int:
    """Return on which side of the line from a to b a point lies; 0 if on it."""
    turn = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    return (turn > 0) - (turn < 0)


def _is_inside(point: Point, rings: Area) -> bool:
    """Whether a position lies in an area and not in a hole of it, by counting crossings."""
    x, y = point
    crossings = 0
    for ring in rings:
        for a, b in _segments(ring):
            if (a[1] > y) != (b[1] > y):
                low, high = (a, b) if a[1] < b[1] else (b, a)
                crossings += _sides(low, high, (x, y)) > 0
    return crossings % 2 == 1
