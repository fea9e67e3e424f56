"""CAD drawings (DXF) to a table: closed outlines and hatches are plots, texts their numbers."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import shapely
from ezdxf import filemanagement, recover
from ezdxf.document import Drawing
from ezdxf.lldxf.const import DXFError
from ezdxf.lldxf.encoding import decode_dxf_unicode, has_dxf_unicode
from ezdxf.math import Matrix44
from shapely.geometry.base import BaseGeometry

from geo.errors import ImportRefused
from geo.importer.cells import columns_of, numbered
from geo.importer.contours import contour_remark
from geo.importer.decode import decode_text
from geo.importer.drawing_labels import land_use_code, land_use_name, place_labels, plot_number
from geo.importer.drawing_shapes import Contents, Label, Outline, points_of, read_entities
from geo.importer.model import CrsEvidence, Remark, Table
from geo.importer.rings import RingFault, polygon_of_rings

MAX_BYTES = 64 << 20
"""Size of a drawing (64 MiB); in memory it takes some twenty times as much."""
TOLERANCE_M = 0.05
"""How far the chords of an arc may be from it, in metres."""
SMALLEST_M2 = 1.0
"""Smaller shapes are symbols of points, not plots."""

_BINARY = b"AutoCAD Binary DXF"
_LAST = b"EOF"
_UNITS = {1: (0.0254, "英寸"), 2: (0.3048, "英尺"), 4: (0.001, "毫米"), 5: (0.01, "厘米")} | {
    7: (1000.0, "千米"),
    14: (0.1, "分米"),
}
"""Metres per unit and the name of the unit, by $INSUNITS; metres and no unit need nothing."""
_DEGREE_M = 100_000.0
_SAMPLE = 500
_MOST_TWINS = 20  # shapes compared per cell, for drawings made to be slow


@dataclass(frozen=True)
class _Scale:
    """Metres per unit of the drawing, the factor that turns its numbers to metres."""

    metres: float = 1.0
    factor: float = 1.0
    remarks: tuple[Remark, ...] = ()
    statements: dict[str, str] = field(default_factory=dict)


@dataclass
class _Plot:
    """A shape with the layers that it is drawn on; the first is the one to go by."""

    layers: list[str]
    shape: BaseGeometry | None
    fault: str | None = None


def read_drawing(path: Path, *, name: str) -> list[Table]:
    """Return the one table of a DXF drawing, a row for each closed shape.

    Columns are the layer (图层), the text inside that looks like a number (地块编号), all
    texts inside (文字), and the land-use code or name in the layer's name (用地代码,
    用地名称). Arcs become chords within ``TOLERANCE_M``; a hatch and the polyline around it
    are one plot. x is the easting. Raises ``ImportRefused`` DRAWING_UNREADABLE,
    DRAWING_TOO_LARGE or DRAWING_NO_AREAS.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ImportRefused("DRAWING_TOO_LARGE", limit=f"{MAX_BYTES >> 20} MB")
    drawing, encoding = _load(path)
    scale = _scale(drawing)
    contents = _contents(drawing, scale)
    table = _table(contents, drawing, scale)
    table.name = Path(name).stem
    table.encoding = encoding
    return [table]


def _load(path: Path) -> tuple[Drawing, str | None]:
    data = path.read_bytes()
    if not data.rstrip(b" \t\r\n\0\x1a").endswith(_LAST):
        # The parser takes what is there, and a drawing that is cut off would lose plots unseen.
        raise ImportRefused("DRAWING_UNREADABLE")
    try:
        if data.startswith(_BINARY):
            return filemanagement.readfile(path), None
        text, encoding = _text(data)
        try:
            return filemanagement.read(io.StringIO(text, newline=None)), encoding
        except DXFError:
            return recover.read(io.BytesIO(data))[0], None
    # A parser of this size fails in ways of its own on a file that is cut off.
    except Exception as error:
        raise ImportRefused("DRAWING_UNREADABLE") from error


def _text(data: bytes) -> tuple[str, str]:
    """Return the drawing as text: its code page is often stated wrongly, its bytes are not."""
    try:
        text, encoding = decode_text(data)
    except ImportRefused:
        text, encoding = data.decode("utf-8", "replace"), "utf-8"
    # Letters that the code page lacks are written as \U+XXXX.
    return decode_dxf_unicode(text) if has_dxf_unicode(text) else text, encoding


def _scale(drawing: Drawing) -> _Scale:
    """Return what the unit of the drawing is worth, by its header and by its numbers.

    Drawings in metres very often state millimetres, the default of the program.
    """
    x, y = _typical_point(drawing)
    if 73 < x < 136 and 17 < y < 54:
        return _Scale(metres=_DEGREE_M)
    metres, unit = _UNITS.get(int(drawing.header.get("$INSUNITS", 0)), (1.0, ""))
    if metres == 1.0:
        return _Scale()
    if _is_projected(x, y):
        return _Scale(remarks=(Remark("DRAWING_UNITS_IGNORED", {"unit": unit}),))
    if _is_projected(x * metres, y * metres):
        remark = Remark("DRAWING_UNITS_CONVERTED", {"unit": unit})
        return _Scale(metres, metres, (remark,), {"计量单位": "米"})
    return _Scale(metres, statements={"计量单位": unit})


def _is_projected(x: float, y: float) -> bool:
    """Return whether metres are those of a Gauss-Krüger zone in China."""
    return 1.5e6 < y < 6.1e6 and (1e5 < x < 9e5 or 1.3e7 < x < 4.6e7)


def _typical_point(drawing: Drawing) -> tuple[float, float]:
    points = []
    for entity in drawing.modelspace().query("LWPOLYLINE POLYLINE TEXT MTEXT INSERT CIRCLE"):
        at = _first_point(entity)
        if at is not None and math.isfinite(at[0]) and math.isfinite(at[1]):
            points.append((at[0], at[1]))
        if len(points) == _SAMPLE:
            break
    return (median(p[0] for p in points), median(p[1] for p in points)) if points else (0, 0)


def _first_point(entity: Any) -> Any:
    if entity.dxftype() in ("LWPOLYLINE", "POLYLINE"):
        return next(iter(points_of(entity)), None)
    return entity.dxf.center if entity.dxftype() == "CIRCLE" else entity.dxf.insert


def _contents(drawing: Drawing, scale: _Scale) -> Contents:
    try:
        return read_entities(drawing.modelspace(), tolerance=TOLERANCE_M / scale.metres)
    except ImportRefused:
        raise
    # See _load: what was loaded may still break when it is taken apart.
    except Exception as error:
        raise ImportRefused("DRAWING_UNREADABLE") from error


def _table(contents: Contents, drawing: Drawing, scale: _Scale) -> Table:
    contours = contents.contour_layers()
    plots, small = _plots(contents, contours, scale)
    if not plots:
        raise ImportRefused("DRAWING_NO_AREAS")
    headings, columns = columns_of(_records(plots, contents.labels))
    return Table(
        name="",
        format="dxf",
        headings=headings,
        columns=columns,
        rows=numbered(plots),
        geometries=_to_metres([plot.shape for plot in plots], scale.factor),
        bad_geometry=[(i, plot.fault) for i, plot in enumerate(plots) if plot.fault],
        evidence=CrsEvidence(wkt=_stated_crs(drawing), statements=scale.statements),
        remarks=[
            *scale.remarks,
            *([contour_remark(contours)] if contours else []),
            *_remarks(contents, small, _hidden(drawing, plots)),
        ],
    )


def _to_metres(shapes: Sequence[BaseGeometry | None], factor: float) -> list[BaseGeometry | None]:
    if factor == 1.0:
        return list(shapes)
    return [None if s is None else shapely.transform(s, lambda c: c * factor) for s in shapes]


def _plots(contents: Contents, contours: set[str], scale: _Scale) -> tuple[list[_Plot], int]:
    """Return the plots without contours, symbols and repetitions, and how many symbols."""
    plots: list[_Plot] = []
    seen: dict[tuple[float, ...], list[_Plot]] = {}
    small = 0
    for outline in contents.outlines:
        if outline.layer in contours:
            continue
        plot = _plot(outline)
        if plot.shape is not None and plot.shape.area * scale.metres**2 < SMALLEST_M2:
            small += 1
        elif plot.shape is None or not _is_repeated(plot, seen, scale.metres):
            plots.append(plot)
    return plots, small


def _plot(outline: Outline) -> _Plot:
    try:
        if outline.fault:
            raise RingFault(outline.fault)
        return _Plot([outline.layer], polygon_of_rings(outline.rings))
    except RingFault as fault:
        if str(fault) == "too_few_positions":  # a line drawn to and fro
            return _Plot([outline.layer], shapely.Polygon())
        return _Plot([outline.layer], None, str(fault))


def _is_repeated(plot: _Plot, seen: dict[tuple[float, ...], list[_Plot]], metres: float) -> bool:
    """Return whether an earlier plot is the same, and tell that plot of the layer.

    The plots are kept by their centre in cells of a metre; a centre near the edge of a cell
    may have its twin in the next one.
    """
    assert plot.shape is not None
    centre = plot.shape.centroid
    x, y = centre.x * metres, centre.y * metres
    for cell in {(round(x + dx), round(y + dy)) for dx in (-0.2, 0.2) for dy in (-0.2, 0.2)}:
        for earlier in seen.get(cell, [])[:_MOST_TWINS]:
            if _is_same(earlier.shape, plot.shape):
                earlier.layers += plot.layers
                return True
    seen.setdefault((round(x), round(y)), []).append(plot)
    return False


def _is_same(one: BaseGeometry | None, other: BaseGeometry) -> bool:
    if one is None or abs(one.area - other.area) > 0.001 * other.area:
        return False
    try:
        return bool(one.symmetric_difference(other).area <= 0.001 * other.area)
    except shapely.GEOSException:  # of invalid shapes; the rules will tell of both
        return False


def _records(plots: Sequence[_Plot], labels: Sequence[Label]) -> list[dict[str, str | None]]:
    texts = place_labels(labels, [plot.shape or shapely.Polygon() for plot in plots])
    records = []
    for plot, inside in zip(plots, texts, strict=True):
        code = next((layer for layer in plot.layers if land_use_code(layer)), None)
        use = next((layer for layer in plot.layers if land_use_name(layer)), None)
        record = {
            "图层": code or use or plot.layers[0],
            "地块编号": plot_number(inside),
            "用地代码": land_use_code(code) if code else None,
            "用地名称": land_use_name(use) if use else None,
            "文字": "；".join(inside) or None,
        }
        records.append(record)
    used = {name for record in records for name, value in record.items() if value}
    return [{name: record[name] for name in record if name in used} for record in records]


def _hidden(drawing: Drawing, plots: Iterable[_Plot]) -> list[str]:
    names = sorted({layer for plot in plots for layer in plot.layers if layer in drawing.layers})
    layers = [drawing.layers.get(name) for name in names]
    return [layer.dxf.name for layer in layers if layer.is_off() or layer.is_frozen()]


def _remarks(contents: Contents, small: int, hidden: list[str]) -> list[Remark]:
    remarks = []
    if contents.open_lines:
        remarks.append(Remark("DRAWING_OPEN_LINES", {"count": contents.open_lines}))
    if small:
        remarks.append(Remark("DRAWING_SMALL", {"count": small, "limit": f"{SMALLEST_M2:g}"}))
    if hidden:
        remarks.append(Remark("DRAWING_HIDDEN_LAYERS", {"layers": "、".join(hidden[:10])}))
    return remarks


def _stated_crs(drawing: Drawing) -> str | None:
    """Return the system of the drawing's geodata, if its numbers are in it as they stand."""
    geodata = drawing.modelspace().get_geodata()
    if geodata is None:
        return None
    try:
        matrix, epsg = geodata.get_crs_transformation(no_checks=True)
    except (DXFError, ValueError):
        return None
    pairs = zip(matrix, Matrix44(), strict=True)
    same = all(math.isclose(n, unchanged, abs_tol=1e-9) for n, unchanged in pairs)
    return f"EPSG:{epsg}" if epsg and same else None
