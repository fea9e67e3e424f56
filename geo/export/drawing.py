"""A layer as a CAD drawing (DXF), plots on a layer for each land-use class."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely
from ezdxf.document import Drawing
from ezdxf.filemanagement import new
from ezdxf.layouts.layout import Modelspace
from ezdxf.units import M
from shapely.geometry.base import BaseGeometry

from geo.errors import BadRequest
from geo.export.published import PublishedLayer, Written
from geo.i18n import LANGUAGES

# The last version whose texts are in the code page that it names: GDAL and the CAD programs
# of county offices read Chinese layer names of this one, and it knows true colours.
_VERSION, _CODE_PAGE = "R2004", "gbk"
_FORBIDDEN = re.compile(r"[<>/\\\":;?*|=,'`\x00-\x1f\x7f\ud800-\udfff]")
_LONGEST_NAME = 80
_NOTES = "说明"
_STYLE = "中文"
_SMALLEST_TEXT, _LARGEST_TEXT = 1.0, 10.0
_DEFAULT_RGB = "120,120,120"


def write_drawing(layer: PublishedLayer, _crs: str, target: Path) -> Written:
    """Write a drawing in metres: closed polylines, and the key of each record as a text.

    Plots lie on layers such as ``100101 一类工业用地`` in the colour of the class, all other
    records on one that is named as the layer. A hole is a polyline of its own. Records
    without a shape are left out. Raises ``BadRequest`` EXPORT_NO_AREAS if none is left.
    """
    placed = layer.frame[layer.frame.geometry.notna()]
    if placed.empty:
        raise BadRequest("EXPORT_NO_AREAS", layer=layer.name)
    drawing = new(_VERSION, units=M)
    drawing.encoding = _CODE_PAGE
    drawing.styles.add(_STYLE, font="simsun.ttf")
    space = drawing.modelspace()
    minx, miny, maxx, maxy = placed.total_bounds
    size = max(maxx - minx, maxy - miny)
    records = placed.drop(columns=placed.geometry.name).to_dict("records")
    for record, shape in zip(records, placed.geometry, strict=True):
        name = _ensure_layer(drawing, layer, record)
        _draw(space, shape, name)
        _write(space, str(record[layer.kind.key]), shape.representative_point(), name,
               height=_height(shape))  # fmt: skip
    _note(drawing, layer, shapely.Point(minx, miny), size)
    drawing.saveas(target)
    return Written(len(placed), left_out=len(layer.frame) - len(placed))


def _ensure_layer(drawing: Drawing, layer: PublishedLayer, record: Mapping[Hashable, Any]) -> str:
    """Return the name of the drawing's layer for a record, which is there then."""
    code = record.get("land_use_code")
    use = layer.land_use.get(code, {}) if isinstance(code, str) else {}
    title = f"{code} {use.get('zh') or ''}" if isinstance(code, str) else layer.title["zh"]
    written = title.encode(_CODE_PAGE, "replace").decode(_CODE_PAGE)
    name = _FORBIDDEN.sub("_", written).strip()[:_LONGEST_NAME] or layer.name
    if name not in drawing.layers:
        red, green, blue = (int(part) for part in (use.get("rgb") or _DEFAULT_RGB).split(","))
        drawing.layers.add(name).rgb = (red, green, blue)
    return name


def _draw(space: Modelspace, shape: BaseGeometry, name: str) -> None:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Point":
            space.add_point(part.coords[0], dxfattribs={"layer": name})
        for line in _lines(part):
            is_closed = part.geom_type == "Polygon"
            points = line.coords[:-1] if is_closed else line.coords
            space.add_lwpolyline(points, close=is_closed, dxfattribs={"layer": name})


def _lines(part: BaseGeometry) -> Iterator[BaseGeometry]:
    if part.geom_type == "Polygon":
        yield from (part.exterior, *part.interiors)
    elif part.geom_type == "LineString":
        yield part


def _height(shape: BaseGeometry) -> float:
    return min(max(math.sqrt(shape.area) / 15, _SMALLEST_TEXT), _LARGEST_TEXT)


def _write(space: Modelspace, text: str, place: BaseGeometry, name: str, *, height: float) -> None:
    attributes = {"layer": name, "style": _STYLE}
    line = " ".join(text.split())
    entity = space.add_text(line, height=height, dxfattribs=attributes)
    entity.set_placement((place.x, place.y))


def _note(drawing: Drawing, layer: PublishedLayer, corner: BaseGeometry, size: float) -> None:
    """Write below everything what the drawing is, where from and of what date."""
    drawing.layers.add(_NOTES)
    height = min(max(size / 200, _SMALLEST_TEXT), 50.0)
    for row, lang in enumerate(LANGUAGES, start=2):
        place = shapely.Point(corner.x, corner.y - 2 * row * height)
        _write(drawing.modelspace(), layer.notice[lang], place, _NOTES, height=height)
