"""A map for paper and slides as SVG: to scale, with scale bar, north arrow, ticks and legend.

Pure text, and the same bytes for the same input. Every look is an attribute, so it needs no
style sheet and no script. It takes plain GeoJSON geometries and no geometry library, so that a
server may draw it at a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from geo.render import svg
from geo.render.lettering import BOLD, Box, Line, wrap
from geo.render.looks import COUNTY, INK, MUTE, PAPER, SAND, Look
from geo.render.pins import Pin, draw_pin, place_pins
from geo.render.plane import Bbox, Plane, fit_plane
from geo.render.shapes import Drawing, draw_names, place_shapes

_TICKS_MM = 4.2
_TICK_SIZE = 2.1
_ROW_MM = 5.0
_SWATCH_MM = 7.0
_LEGEND_SIZE = 2.5
_NOTE_SIZE = 2.2
_NOTE_MM = 3.2
_BAR_SHARE = 0.26


@dataclass(frozen=True)
class LegendEntry:
    """What a look means."""

    text: str
    look: Look
    shape: svg.Shape


@dataclass(frozen=True)
class Sheet:
    """The paper and what stands on it beside the map.

    Parameters
    ----------
    width_mm, height_mm
        Of everything together; the map gets what the rest leaves.
    title
        What a screen reader says of the map.
    north
        The letter at the arrow.
    legend, notes
        Below the map: the looks, and sources, date and approval.
    ticks
        Whether degrees stand at the edges.
    pad_mm
        Least room around the extent.
    finest
        Denominator of the largest scale.
    numbered
        Whether the scale stands as a number beside its bar: true on paper of that size only.
    """

    width_mm: float
    height_mm: float
    title: str
    north: str = "N"
    legend: Sequence[LegendEntry] = ()
    notes: Sequence[str] = ()
    ticks: bool = True
    pad_mm: float = 9.0
    finest: int = 500
    numbered: bool = True


def draw_map(
    drawings: Sequence[Drawing], sheet: Sheet, *, extent: Bbox, pins: Sequence[Pin] = ()
) -> str:
    """Return the map as an SVG document whose size in millimetres is that of the sheet.

    Parameters
    ----------
    drawings
        In the order in which they are drawn.
    sheet
        The paper.
    extent
        In degrees; it is shown whole, at the largest round scale.
    pins
        Numbers that point at positions.
    """
    plane, edge = map_plane(sheet, extent), _edge(sheet)
    rows, notes = _legend_rows(sheet), _note_lines(sheet)
    body = [
        _draw_ground(drawings, plane, sheet, pins, left=edge),
        *(_draw_ticks(plane, edge) if sheet.ticks else ()),
        *_draw_legend(rows, top=plane.height_mm + edge),
        *_draw_notes(notes, top=sheet.height_mm - len(notes) * _NOTE_MM),
    ]
    looks = [
        *(drawing.look for drawing in drawings),
        *(drawing.mark for drawing in drawings if drawing.mark),
        *(entry.look for entry in sheet.legend),
    ]
    return svg.document(sheet.width_mm, sheet.height_mm, sheet.title, body, looks=looks)


def map_plane(sheet: Sheet, extent: Bbox) -> Plane:
    """Return the plane of the map on a sheet: what legend, notes and ticks leave of it."""
    edge, rows, notes = _edge(sheet), _legend_rows(sheet), _note_lines(sheet)
    below = edge + len(rows) * _ROW_MM + len(notes) * _NOTE_MM
    return _fit(extent, sheet, sheet.width_mm - edge, sheet.height_mm - below)


def _edge(sheet: Sheet) -> float:
    return _TICKS_MM if sheet.ticks else 0.0


def _note_lines(sheet: Sheet) -> list[str]:
    return [line for note in sheet.notes for line in wrap(note, _NOTE_SIZE, sheet.width_mm)]


def _fit(extent: Bbox, sheet: Sheet, width: float, height: float) -> Plane:
    inner = fit_plane(
        extent, width - 2 * sheet.pad_mm, height - 2 * sheet.pad_mm, finest=sheet.finest
    )
    return replace(inner, width_mm=width, height_mm=height)


# --- the map itself -------------------------------------------------------------------------


def _draw_ground(
    drawings: Sequence[Drawing], plane: Plane, sheet: Sheet, pins: Sequence[Pin], *, left: float
) -> str:
    """Return what lies in the frame, cut off at its edges, and the frame."""
    frame = Box(0.0, 0.0, plane.width_mm, plane.height_mm)
    shapes = place_shapes(drawings, plane, frame)
    groups = place_pins([(pin.number, *plane.place(pin.lon, pin.lat)) for pin in pins], frame)
    furniture = [_bar_box(plane, numbered=sheet.numbered), _arrow_box(plane)]
    pinned = [group.box for group in groups]
    body = [
        svg.element("rect", width=frame.right, height=frame.bottom, fill=SAND),
        *(shape.draw() for shape in shapes),
        *_draw_crosses(plane, sheet),
        *draw_names(shapes, frame, halo=PAPER, marks=pinned, obstacles=furniture),
        *map(draw_pin, groups),
        *_draw_bar(plane, numbered=sheet.numbered),
        *_draw_arrow(plane, sheet.north),
    ]
    size = {"width": frame.right, "height": frame.bottom}
    edge = svg.element("rect", **size, fill="none", stroke=COUNTY, stroke_width=0.3)
    # A nested picture cuts off what is outside it, without an identifier of its own.
    inner = svg.element(
        "svg", body, **size, viewBox=f"0 0 {svg.number(frame.right)} {svg.number(frame.bottom)}"
    )
    return svg.element("g", (inner, edge), transform=f"translate({svg.number(left)} 0)")


# --- what lies over the map -----------------------------------------------------------------


def _draw_crosses(plane: Plane, sheet: Sheet) -> Iterator[str]:
    if not sheet.ticks:
        return
    look = Look(COUNTY, 0.18)
    for x, y in plane.crosses():
        yield svg.path(
            [[(x - 1.2, y), (x + 1.2, y)], [(x, y - 1.2), (x, y + 1.2)]], look, closed=False
        )


def _bar_mm(plane: Plane) -> float:
    return plane.length_mm(plane.scale_bar_m(plane.width_mm * _BAR_SHARE))


def _bar_box(plane: Plane, *, numbered: bool) -> Box:
    bottom = plane.height_mm - 1.6
    height = 8.4 if numbered else 5.0
    return Box(1.6, bottom - height, 1.6 + max(_bar_mm(plane) + 11, 24), bottom)


def _draw_bar(plane: Plane, *, numbered: bool) -> Iterator[str]:
    """Return the scale bar in two halves, and the scale as a number if wanted."""
    box, length = _bar_box(plane, numbered=numbered), _bar_mm(plane)
    left, top = box.left + 2.6, box.bottom - 2.5
    size = {"width": box.right - box.left, "height": box.bottom - box.top}
    yield svg.element("rect", x=box.left, y=box.top, **size, rx=0.8, fill=PAPER, fill_opacity=0.88)
    if numbered:
        yield svg.letters(Line(f"1:{plane.scale:,}", 2.4, INK, BOLD), (left, box.top + 3.0))
    half = {"y": top, "width": length / 2, "height": 0.9, "stroke": INK, "stroke_width": 0.2}
    yield svg.element("rect", x=left, **half, fill=INK)
    yield svg.element("rect", x=left + length / 2, **half, fill=PAPER)
    metres = plane.scale_bar_m(plane.width_mm * _BAR_SHARE)
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"
    yield svg.letters(Line(text, 2.2, INK), (left + length + 0.9, top + 1.2))


def _arrow_box(plane: Plane) -> Box:
    return Box(plane.width_mm - 7.6, 1.6, plane.width_mm - 1.6, 12.2)


def _draw_arrow(plane: Plane, north: str) -> Iterator[str]:
    box = _arrow_box(plane)
    size = {"width": box.right - box.left, "height": box.bottom - box.top}
    yield svg.element("rect", x=box.left, y=box.top, **size, rx=0.8, fill=PAPER, fill_opacity=0.88)
    x, tip, foot = (box.left + box.right) / 2, box.top + 4.2, box.bottom - 1.2
    yield svg.letters(Line(north, 2.5, INK, BOLD), (x, box.top + 3.2), anchor="middle")
    yield svg.path([[(x, tip), (x - 1.6, foot), (x, foot - 1.2)]], Look(fill=INK), closed=True)
    right = [[(x, tip), (x + 1.6, foot), (x, foot - 1.2)]]
    yield svg.path(right, Look(INK, 0.2, fill=PAPER), closed=True)


# --- what stands around the map -------------------------------------------------------------


def _draw_ticks(plane: Plane, edge: float) -> Iterator[str]:
    look, bottom = Look(COUNTY, 0.3), plane.height_mm
    for tick in plane.ticks_below():
        x = edge + tick.at
        yield svg.path([[(x, bottom), (x, bottom + 1.0)]], look, closed=False)
        yield svg.letters(Line(tick.text, _TICK_SIZE, MUTE), (x, bottom + 3.2), anchor="middle")
    for tick in plane.ticks_left():
        yield svg.path([[(edge - 1.0, tick.at), (edge, tick.at)]], look, closed=False)
        text = svg.letters(Line(tick.text, _TICK_SIZE, MUTE), (0.0, 0.0), anchor="middle")
        turn = f"translate({svg.number(edge - 1.6)} {svg.number(tick.at)}) rotate(-90)"
        yield svg.element("g", text, transform=turn)


def _legend_rows(sheet: Sheet) -> list[list[tuple[float, LegendEntry]]]:
    """Return the legend in rows: each entry with the place where it begins."""
    rows: list[list[tuple[float, LegendEntry]]] = []
    left = sheet.width_mm
    for entry in sheet.legend:
        width = _SWATCH_MM + Line(entry.text, _LEGEND_SIZE, INK).width + 4.5
        if left + width - 4.5 > sheet.width_mm or not rows:
            rows.append([])
            left = 0.0
        rows[-1].append((left, entry))
        left += width
    return rows


def _draw_legend(
    rows: Sequence[Sequence[tuple[float, LegendEntry]]], *, top: float
) -> Iterator[str]:
    for row in rows:
        for left, entry in row:
            yield svg.swatch(entry.look, entry.shape, left, top + 0.6)
            line = Line(entry.text, _LEGEND_SIZE, INK)
            yield svg.letters(line, (left + _SWATCH_MM, top + 3.5))
        top += _ROW_MM


def _draw_notes(lines: Sequence[str], *, top: float) -> Iterator[str]:
    for index, text in enumerate(lines):
        yield svg.letters(Line(text, _NOTE_SIZE, MUTE), (0.0, top + (index + 0.8) * _NOTE_MM))
