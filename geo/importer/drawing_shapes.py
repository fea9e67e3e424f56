"""Entities of a drawing to closed rings, labels and counts, with every bound kept.

Coordinates stay in the unit of the drawing. Blocks are exploded; what a drawing refers to
outside itself is never opened.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ezdxf import path as dxf_path
from ezdxf.entities.dxfgfx import DXFGraphic
from ezdxf.entities.insert import Insert
from ezdxf.math import Vec3

from geo.errors import ImportRefused
from geo.importer.contours import names_contours
from geo.importer.rings import Ring

MAX_ENTITIES = 400_000
"""Entities that a drawing may have once its blocks are exploded."""

_DEEPEST_BLOCK = 8
_LONGEST_NAME = 255  # of a layer, which CAD itself does not exceed
_LONGEST_TEXT = 200
_LARGEST = 1e10  # no unit of length makes a place on Earth larger than this
_MOST_VERTICES = 2_000_000
_POLYLINES = ("LWPOLYLINE", "POLYLINE")
_HATCHES = ("HATCH", "MPOLYGON")
_TEXTS = ("TEXT", "MTEXT", "ATTRIB")
_CONTOUR_LINES, _CONTOUR_LEVELS = 20, 5


@dataclass
class Outline:
    """Rings of one entity with the layer that it is on; ``fault`` if they cannot be built."""

    layer: str
    rings: list[Ring]
    fault: str | None = None


@dataclass(frozen=True)
class Label:
    """A text of the drawing and the point where it stands."""

    text: str
    x: float
    y: float


@dataclass
class Contents:
    """What a drawing holds that an import can use.

    ``levels`` are the heights of polylines by layer, counted.
    """

    outlines: list[Outline] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    open_lines: int = 0
    levels: dict[str, Counter[float]] = field(default_factory=dict)

    def contour_layers(self) -> set[str]:
        """Return the layers with contours, by their names or by lines of many heights."""
        by_height = {
            layer
            for layer, levels in self.levels.items()
            if levels.total() >= _CONTOUR_LINES and len(levels) >= _CONTOUR_LEVELS
        }
        return by_height | {o.layer for o in self.outlines if names_contours(o.layer)}


def read_entities(entities: Iterable[DXFGraphic], *, tolerance: float) -> Contents:
    """Return the contents of a layout; ``tolerance`` of arcs is in units of the drawing.

    Raises ``ImportRefused`` DRAWING_TOO_LARGE.
    """
    contents = Contents()
    vertices = 0
    for entity, layer in _exploded(entities):
        kind = entity.dxftype()
        if kind in _TEXTS:
            contents.labels += _labels(entity)
        elif kind in _HATCHES or _is_closed(entity, tolerance):
            outline = _outline(entity, layer, tolerance)
            vertices += sum(len(ring) for ring in outline.rings)
            contents.outlines.append(outline)
        elif kind in _POLYLINES:
            contents.open_lines += 1
        if kind in _POLYLINES:
            _note_level(contents, entity, layer)
        if vertices > _MOST_VERTICES:
            raise ImportRefused("DRAWING_TOO_LARGE", limit=MAX_ENTITIES)
    return contents


def _exploded(entities: Iterable[DXFGraphic]) -> Iterator[tuple[DXFGraphic, str]]:
    """Yield every entity that is no block, each with its layer."""
    waiting: list[Iterator[tuple[DXFGraphic, str]]] = [((e, e.dxf.layer) for e in entities)]
    count = 0
    while waiting:
        entity, layer = next(waiting[-1], (None, ""))
        if entity is None:
            waiting.pop()
            continue
        count += 1
        if count > MAX_ENTITIES:
            raise ImportRefused("DRAWING_TOO_LARGE", limit=MAX_ENTITIES)
        if not isinstance(entity, Insert):
            yield entity, layer[:_LONGEST_NAME]
        elif len(waiting) <= _DEEPEST_BLOCK:
            waiting.append(_parts(entity, layer))


def _parts(insert: Insert, layer: str) -> Iterator[tuple[DXFGraphic, str]]:
    """Yield what a block consists of; what is on layer 0 takes the layer of the block."""
    if insert.mcount > 1:
        for single in insert.multi_insert():
            yield single, layer
        return
    for attribute in insert.attribs:
        yield attribute, attribute.dxf.layer
    for entity in insert.virtual_entities():
        own = entity.dxf.layer
        yield entity, layer if own == "0" else own


def _is_closed(entity: Any, tolerance: float) -> bool:
    kind = entity.dxftype()
    if kind == "CIRCLE":
        return True
    if kind == "ELLIPSE":
        span = entity.dxf.end_param - entity.dxf.start_param
        return math.isclose(abs(span), math.tau, abs_tol=1e-6)
    if kind == "SPLINE":
        return bool(entity.closed)
    if kind == "POLYLINE" and not (entity.is_2d_polyline or entity.is_3d_polyline):
        return False
    return kind in _POLYLINES and (bool(entity.is_closed) or _ends_meet(entity, tolerance))


def _ends_meet(polyline: Any, tolerance: float) -> bool:
    # Many programs repeat the first point instead of setting the flag.
    points = points_of(polyline)
    return len(points) > 3 and bool(points[0].distance(points[-1]) < tolerance / 50)


def points_of(polyline: Any) -> list[Vec3]:
    """Return the vertices of a polyline of either kind."""
    if polyline.dxftype() == "LWPOLYLINE":
        return list(polyline.vertices_in_wcs())
    return list(polyline.points_in_wcs())


def _outline(entity: Any, layer: str, tolerance: float) -> Outline:
    hatch = entity.dxftype() in _HATCHES
    try:
        paths = list(dxf_path.from_hatch(entity)) if hatch else [dxf_path.make_path(entity)]
        rings = [_flattened(path, tolerance) for path in paths]
    except (ArithmeticError, IndexError, TypeError, ValueError):
        return Outline(layer, [], "malformed")
    if any(ring is None for ring in rings):
        return Outline(layer, [], "out_of_drawing")
    return Outline(layer, [ring for ring in rings if ring])


def _flattened(path: Any, tolerance: float) -> Ring | None:
    """Return the closed ring, ``None`` if its numbers are too large to be flattened."""
    if not len(path):
        return []
    if not all(abs(n) < _LARGEST for vertex in path.control_vertices() for n in vertex):
        return None
    ring = [(vertex.x, vertex.y) for vertex in path.flattening(tolerance)]
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def _labels(entity: Any) -> list[Label]:
    """Return a label for every line of a text."""
    at = _place(entity)
    if not (math.isfinite(at.x) and math.isfinite(at.y)):
        return []
    lines = (" ".join(line.split()) for line in entity.plain_text().splitlines())
    return [Label(line, at.x, at.y) for line in lines if line and len(line) <= _LONGEST_TEXT]


def _place(text: Any) -> Vec3:
    if text.dxftype() == "MTEXT":
        return Vec3(text.dxf.insert)
    aligned = text.dxf.halign or text.dxf.valign
    point = text.dxf.align_point if aligned else None
    return text.ocs().to_wcs(Vec3(text.dxf.insert if point is None else point))


def _note_level(contents: Contents, polyline: Any, layer: str) -> None:
    level = polyline.dxf.elevation
    height = level if isinstance(level, float | int) else level.z
    if height:
        levels = contents.levels.setdefault(layer, Counter())
        levels[round(height, 2)] += 1
