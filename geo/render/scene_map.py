"""The map of a scene for a slide, at night: what the scene shows and what it points out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from geo.render import svg
from geo.render.lettering import BOLD, Box, Line
from geo.render.looks import Look
from geo.render.naming import (
    Feature,
    capital,
    is_unplaced,
    kind_of,
    name_of,
    place_remark,
    remarked,
    short_name,
    unsure_word,
)
from geo.render.night import (
    GROUND,
    QUIET,
    TEXT,
    is_on_offer,
    night_look,
    night_mark,
    night_plot,
)
from geo.render.plane import Bbox, Plane, bbox_of, fit_plane
from geo.render.shapes import Drawing, draw_names, place_shapes
from geo.wording import Wording

_Entry = tuple[str, Look, svg.Shape]

_SEATS = ("county seat", "city")
_LINES = ("road", "railway")
_STOPS = ("rail_station", "airport", "warehouse")
_NEAR = ("parcels", "buildings", "enterprises")
_NEAR_SCALE = 120_000
"""Denominator from which on plots, halls, firms and parks inside parks can be told apart."""
_TOWN_SCALE = 500_000
_PLOT_WORDS = {
    ("parcels", True): "slides.plot_offer",
    ("parcels", False): "slides.plot_other",
    ("buildings", True): "slides.hall_offer",
    ("buildings", False): "slides.hall_other",
}

# Sizes of letters and lengths in millimetres on the slide.
_LARGE, _PLAIN, _SMALL = 5.6, 4.6, 3.9
_PAD_MM, _EDGE_MM, _FOOT_MM, _ROW_MM = 10.0, 7.0, 13.0, 6.6
_SWATCH_MM, _GAP_MM = 7.6, 5.0
_BAR_SHARE = 0.16


@dataclass(frozen=True)
class Room:
    """The picture in millimetres on the slide.

    Parameters
    ----------
    width_mm, height_mm
        Of all that is drawn.
    dark_mm
        At the left, what the words of the slide lie over: no name and no part of the view.
    corner_mm
        At the right end of the lowest row, what the slide's number takes.
    """

    width_mm: float
    height_mm: float
    dark_mm: float = 0.0
    corner_mm: float = 0.0


@dataclass(frozen=True)
class _Scene:
    """What is drawn, by kind; ``chosen`` are pairs of kind and key."""

    layers: Mapping[str, Sequence[Feature]]
    chosen: Collection[tuple[str, str]]
    scale: int
    wording: Wording

    def is_chosen(self, kind: str, feature: Feature) -> bool:
        """Whether the scene points a feature out."""
        return (kind, str(feature["id"])) in self.chosen

    def drawn(self, kind: str) -> list[Feature]:
        """Return the features of a kind, those pointed out last."""
        shown = (one for one in self.layers.get(kind, ()) if self._is_shown(kind, one))
        return sorted(shown, key=lambda one: self.is_chosen(kind, one))

    def _is_shown(self, kind: str, feature: Feature) -> bool:
        is_near = self.scale <= _NEAR_SCALE
        if kind in _NEAR:
            return is_near or self.is_chosen(kind, feature)
        if kind == "parks":
            is_inside = feature["properties"].get("parent_id")
            return not is_inside or is_near or self.is_chosen(kind, feature)
        if kind == "places":
            return kind_of(feature) in _SEATS or self.scale <= _TOWN_SCALE
        return True

    @cached_property
    def counties(self) -> dict[str, str]:
        """The short names of the counties by their code."""
        found = self.layers.get("counties", ())
        return {str(one["id"]): short_name(name_of(one, self.wording)) for one in found}


def draw_scene_map(
    layers: Mapping[str, Sequence[Feature]],
    wording: Wording,
    room: Room,
    *,
    view: Bbox,
    chosen: Collection[tuple[str, str]] = (),
) -> str:
    """Return the map of a scene as an SVG document; the same input gives the same bytes.

    Parameters
    ----------
    layers
        What the scene shows, features by kind.
    wording
        The language of the names.
    room
        The picture.
    view
        In degrees; it is shown whole in the part that is not dark.
    chosen
        What the scene points out: pairs of kind and key.
    """
    plane = _fit(view, room)
    everything = Box(0.0, 0.0, room.width_mm, room.height_mm)
    scene = _Scene(_seen(layers, plane, room), chosen, plane.scale, wording)
    drawings = list(_drawings(scene))
    shapes = place_shapes(drawings, plane, everything)
    legend = list(_legend(scene))
    rows = _legend_rows(legend, _bar_mm(plane), room)
    bottom = room.height_mm - _EDGE_MM - len(rows) * _ROW_MM
    clear = Box(room.dark_mm, _EDGE_MM, room.width_mm - _EDGE_MM, bottom)
    body = [
        svg.element("rect", width=everything.right, height=everything.bottom, fill=GROUND),
        *(shape.draw() for shape in shapes),
        *draw_names(shapes, clear, halo=GROUND),
        *_draw_bar(plane, room),
        *_draw_legend(rows, room),
    ]
    looks = [
        *(drawing.look for drawing in drawings),
        *(drawing.mark for drawing in drawings if drawing.mark),
        *(look for _, look, _ in legend),
    ]
    title = wording.t("slides.map")
    return svg.document(room.width_mm, room.height_mm, title, body, looks=looks)


def _fit(view: Bbox, room: Room) -> Plane:
    """Return the plane that has the view in the middle of what is not dark."""
    width = room.width_mm - room.dark_mm
    height = room.height_mm - _FOOT_MM
    inner = fit_plane(view, width - 2 * _PAD_MM, height - 2 * _PAD_MM, finest=2000, rounded=False)
    metres = inner.scale / 1000
    east, north = inner.middle
    middle = east - room.dark_mm / 2 * metres, north - _FOOT_MM / 2 * metres
    return replace(inner, middle=middle, width_mm=room.width_mm, height_mm=room.height_mm)


def _seen(
    layers: Mapping[str, Sequence[Feature]], plane: Plane, room: Room
) -> dict[str, list[Feature]]:
    """Return the features that reach into the picture; of points those beside what is dark."""
    corners = [plane.locate(x, y) for x in (0, plane.width_mm) for y in (0, plane.height_mm)]
    lons, lats = zip(*corners, strict=True)
    seen = min(lons), min(lats), max(lons), max(lats)

    def is_seen(feature: Feature) -> bool:
        geometry = feature["geometry"]
        if geometry is None or not _meets(bbox_of(geometry), seen):
            return False
        if geometry["type"] != "Point":
            return True
        x, _ = plane.place(*geometry["coordinates"][:2])
        return x >= room.dark_mm

    return {kind: list(filter(is_seen, features)) for kind, features in layers.items()}


def _meets(box: Bbox, other: Bbox) -> bool:
    return box[0] <= other[2] and other[0] <= box[2] and box[1] <= other[3] and other[1] <= box[3]


# --- what is drawn --------------------------------------------------------------------------


def _drawings(scene: _Scene) -> Iterator[Drawing]:
    for county in scene.drawn("counties"):
        yield Drawing(county["geometry"], _look(scene, "counties", county))
    parks = scene.drawn("parks")
    for park in parks:
        if park["geometry"]["type"] != "Point":
            yield Drawing(park["geometry"], _look(scene, "parks", park))
    for kind in ("parcels", "buildings"):
        yield from (_plot(scene, kind, feature) for feature in scene.drawn(kind))
    facilities = scene.drawn("logistics")
    for kinds, rank in ((_LINES, 4), (_STOPS, 3)):
        found = [one for one in facilities if kind_of(one) in kinds]
        yield from (_facility(scene, one, rank) for one in found)
    yield from (_place(scene, place) for place in scene.drawn("places"))
    yield from (_firm(scene, firm) for firm in scene.drawn("enterprises"))
    ports = [one for one in facilities if kind_of(one) == "land_port"]
    yield from (_park(scene, "logistics", port) for port in ports)
    # Once more over the plots: the outline alone, or the mark.
    yield from (_park(scene, "parks", park) for park in parks)


def _look(scene: _Scene, kind: str, feature: Feature) -> Look:
    return night_look(kind, feature["properties"], chosen=scene.is_chosen(kind, feature))


def _facility(scene: _Scene, feature: Feature, rank: int) -> Drawing:
    """Return a line or stop; from far only one that is pointed out has its name."""
    is_chosen = scene.is_chosen("logistics", feature)
    is_named = is_chosen or scene.scale <= _TOWN_SCALE
    names = ((_line(scene, "logistics", feature, _SMALL, QUIET),),) if is_named else ()
    look = _look(scene, "logistics", feature)
    return Drawing(feature["geometry"], look, names=names, rank=1 if is_chosen else rank)


def _place(scene: _Scene, feature: Feature) -> Drawing:
    """Return a place; a seat bears the name of its county, for which it stands at this scale."""
    is_seat = kind_of(feature) in _SEATS
    county = scene.counties.get(str(feature["properties"].get("adcode")))
    line = _line(scene, "places", feature, _PLAIN if is_seat else _SMALL, QUIET)
    if kind_of(feature) == "county seat" and county:
        line = replace(line, text=county)
    look = _look(scene, "places", feature)
    return Drawing(feature["geometry"], look, names=((line,),), rank=2 if is_seat else 5)


def _firm(scene: _Scene, feature: Feature) -> Drawing:
    is_named = scene.is_chosen("enterprises", feature)
    names = ((_line(scene, "enterprises", feature, _SMALL, TEXT),),) if is_named else ()
    return Drawing(feature["geometry"], _look(scene, "enterprises", feature), names=names)


def _plot(scene: _Scene, kind: str, feature: Feature) -> Drawing:
    """Return a plot or hall; only one that is pointed out has its number, and a mark from far."""
    look = _look(scene, kind, feature)
    if not scene.is_chosen(kind, feature):
        return Drawing(feature["geometry"], look)
    names = ((_line(scene, kind, feature, _PLAIN, TEXT),),)
    mark = night_mark(feature["properties"], chosen=True)
    return Drawing(feature["geometry"], look, mark, names)


def _park(scene: _Scene, kind: str, feature: Feature) -> Drawing:
    p, is_chosen = feature["properties"], scene.is_chosen(kind, feature)
    look = replace(night_look("parks", p, chosen=is_chosen), fill="none")
    mark = night_mark(p, chosen=is_chosen)
    names = tuple(_park_names(scene, kind, feature))
    return Drawing(feature["geometry"], look, mark, names, rank=0 if is_chosen else 1)


def _park_names(scene: _Scene, kind: str, feature: Feature) -> Iterator[tuple[Line, ...]]:
    """Return the name of a park with its county and how sure its place is, the best first.

    What is nowhere, or pointed out, never loses the second line. From far the others have the
    name alone, for the legend says what they are; one inside another has none beside it.
    """
    p, w, is_chosen = feature["properties"], scene.wording, scene.is_chosen(kind, feature)
    if p.get("parent_id") and scene.chosen and not is_chosen:
        return
    name = _line(scene, kind, feature, _PLAIN, TEXT)
    small = replace(name, size=_PLAIN if is_chosen else _SMALL)
    remark = remarked(scene.counties.get(str(p.get("adcode")), ""), place_remark(feature, w), w)
    second = (Line(remark, _SMALL, QUIET),) if remark else ()
    needs_second = is_chosen or is_unplaced(feature)
    if needs_second or scene.scale <= _TOWN_SCALE:
        yield (name, *second)
    yield (small, *second) if needs_second else (small,)


def _line(scene: _Scene, kind: str, feature: Feature, size: float, fill: str) -> Line:
    """Return the name of a thing, larger and brighter if the scene points it out."""
    text = short_name(name_of(feature, scene.wording))
    if scene.is_chosen(kind, feature):
        return Line(text, _LARGE, TEXT, BOLD)
    return Line(text, size, fill)


# --- the lowest row -------------------------------------------------------------------------


def _legend(scene: _Scene) -> Iterator[_Entry]:
    """Return what the looks mean that are on the map: text, look and how it is drawn."""
    w, facilities = scene.wording, scene.drawn("logistics")
    for kind in (*_LINES, *_STOPS):
        found = next((one for one in facilities if kind_of(one) == kind), None)
        if found:
            text = remarked(w.word("facility_kind", kind), unsure_word(found, w), w)
            look = night_look("logistics", found["properties"])
            yield capital(text), look, "line" if kind in _LINES else "point"
    parks = scene.drawn("parks")
    if parks:
        remark = _remarks(parks, w)
        drawn = {"nature": "schematic" if remark else ""}
        is_near = scene.scale <= _NEAR_SCALE
        look = night_look("parks", drawn) if is_near else night_mark(drawn)
        text = remarked(w.t("map.park"), remark, w)
        yield capital(text), look, "area" if is_near else "point"
    yield from _plot_legend(scene)


def _plot_legend(scene: _Scene) -> Iterator[_Entry]:
    """Return what plots and halls look like: those on offer, and the others."""
    w, kinds = scene.wording, [kind for kind in ("parcels", "buildings") if scene.drawn(kind)]
    for is_free in (True, False):
        found = [
            (kind, one)
            for kind in kinds
            for one in scene.drawn(kind)
            if is_on_offer(kind, one["properties"]) == is_free
        ]
        if found:
            named = {kind: w.t(_PLOT_WORDS[kind, is_free]) for kind, _ in found}
            remark = _remarks([one for _, one in found], w)
            text = remarked(w.enumerate(list(named.values())), remark, w)
            yield capital(text), night_plot(is_free=is_free, sample=bool(remark)), "area"


def _remarks(features: Sequence[Feature], w: Wording) -> str:
    """Return how sure things are of which some are not, each word once."""
    words = dict.fromkeys(unsure_word(feature, w) for feature in features)
    return w.enumerate(list(words))


def _legend_rows(
    entries: Sequence[_Entry], bar_mm: float, room: Room
) -> list[list[tuple[float, _Entry]]]:
    """Return the legend in rows, each entry with where it begins; the first is the lowest.

    The lowest row begins behind the scale bar and ends before the corner.
    """
    rows: list[list[tuple[float, _Entry]]] = [[]]
    left, right = room.dark_mm + bar_mm + _GAP_MM, room.width_mm - _EDGE_MM - room.corner_mm
    for entry in entries:
        width = _SWATCH_MM + Line(entry[0], _SMALL, QUIET).width
        if left + width > right:
            rows.append([])
            left, right = room.dark_mm, room.width_mm - _EDGE_MM
        rows[-1].append((left, entry))
        left += width + _GAP_MM
    return rows


def _draw_legend(rows: Sequence[Sequence[tuple[float, _Entry]]], room: Room) -> Iterator[str]:
    for number, row in enumerate(rows):
        base = room.height_mm - _EDGE_MM - number * _ROW_MM
        for left, (text, look, shape) in row:
            yield svg.swatch(look, shape, left, base - 3.4)
            line = Line(text, _SMALL, QUIET)
            yield svg.letters(line, (left + _SWATCH_MM, base), halo=GROUND)


def _bar_mm(plane: Plane) -> float:
    return plane.length_mm(plane.scale_bar_m(plane.width_mm * _BAR_SHARE))


def _draw_bar(plane: Plane, room: Room) -> Iterator[str]:
    left, base, length = room.dark_mm, room.height_mm - _EDGE_MM, _bar_mm(plane)
    bar = [(left, base - 2), (left, base), (left + length, base), (left + length, base - 2)]
    yield svg.path([bar], Look(QUIET, 0.5), closed=False)
    metres = plane.scale_bar_m(plane.width_mm * _BAR_SHARE)
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"
    middle = (left + length / 2, base - 1.4)
    yield svg.letters(Line(text, _SMALL, QUIET), middle, anchor="middle", halo=GROUND)
