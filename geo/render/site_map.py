"""The two maps of a print: where everything is, and one place from near.

They take the features of a snapshot as plain GeoJSON, by kind, and say of each what the map on
the screen says: what is schematic or a sample is dashed or hatched, and named so in the legend.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.model import DRAWN_NATURES
from geo.render.lettering import BOLD, Line
from geo.render.looks import (
    COUNTY,
    INK,
    JADE,
    JADE_DEEP,
    LINE,
    MUTE,
    PORT,
    STATES,
    Hatch,
    Look,
    look_of,
    mark_look,
    plot_look,
)
from geo.render.naming import (
    Feature,
    capital,
    is_unplaced,
    kind_of,
    name_of,
    nature_of,
    place_remark,
    remarked,
    short_name,
    unsure_word,
)
from geo.render.pins import Pin
from geo.render.plane import Bbox, bbox_of, join_bboxes
from geo.render.print_map import LegendEntry, Sheet, draw_map
from geo.render.shapes import Drawing
from geo.render.svg import Shape
from geo.wording import Wording

Layers = Mapping[str, Iterable[Feature]]
"""The features of a snapshot by kind: ``parks``, ``parcels``, ``counties`` ..."""

_SEATS = ("county seat", "city")
_LINES = ("road", "railway")
_STOPS = ("rail_station", "airport", "warehouse")
_CHOSEN = Look(JADE_DEEP, 0.8)
_PIN = Look(fill=JADE_DEEP, radius=1.5)
_AROUND = {"parks": 0.0, "parcels": 0.8, "buildings": 1.6}


@dataclass(frozen=True)
class Area:
    """The room that a map takes on the page, with its legend and notes, in millimetres.

    On a screen, which makes it as large as it likes, it is not ``numbered``: the bar alone
    tells the scale.
    """

    width_mm: float
    height_mm: float
    numbered: bool = True


def overview(
    layers: Layers,
    wording: Wording,
    area: Area,
    *,
    pins: Sequence[Pin] = (),
    chosen: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> str:
    """Return the map of the region as far as pins, seats and stations reach, as SVG.

    Parameters
    ----------
    layers
        ``counties``, ``places``, ``logistics``, ``parks``.
    wording
        The language of the names.
    area
        The room on the page.
    pins
        Numbers on the map.
    chosen
        Parks that are drawn though they lie inside another.
    notes
        Sources, date and approval.
    """
    counties = _drawn(layers, "counties")
    logistics = _drawn(layers, "logistics")
    seats = [place for place in _drawn(layers, "places") if kind_of(place) in _SEATS]
    parks = [
        park
        for park in _drawn(layers, "parks")
        if park["id"] in chosen or not park["properties"].get("parent_id")
    ]
    lines = [facility for facility in logistics if kind_of(facility) in _LINES]
    stops = [facility for facility in logistics if kind_of(facility) in _STOPS]
    ports = [facility for facility in logistics if kind_of(facility) == "land_port"]
    names = {county["id"]: short_name(name_of(county, wording)) for county in counties}
    drawings = [
        *(Drawing(county["geometry"], look_of("counties", {})) for county in counties),
        *(_facility(line, wording, rank=4) for line in lines),
        *(_facility(stop, wording, rank=3) for stop in stops),
        *(_seat(seat, names, wording) for seat in seats),
        *(_park(park, names, wording) for park in [*ports, *parks]),
    ]
    sheet = Sheet(
        area.width_mm,
        area.height_mm,
        wording.t("sheet.overview"),
        wording.t("sheet.north"),
        list(_overview_legend([*ports, *parks], seats, [*stops, *lines], pins, wording)),
        notes,
        numbered=area.numbered,
    )
    return draw_map(drawings, sheet, extent=_extent([*seats, *stops], pins), pins=pins)


def near_extent(kind: str, subject: Feature) -> Bbox:
    """Return the box, in degrees, of what :func:`near_view` may draw around a subject."""
    return _widen(_widen(bbox_of(subject["geometry"]), _AROUND[kind]), 1.0)


def near_view(
    layers: Layers, kind: str, subject: Feature, wording: Wording, area: Area
) -> str | None:
    """Return the map of a park, plot or hall and what lies around it, as SVG.

    Parameters
    ----------
    layers
        ``parks``, ``parcels``, ``buildings``.
    kind
        That of the subject.
    subject
        The feature that is marked; without a shape the answer is ``None``.
    wording
        The language of the names.
    area
        The room on the page.
    """
    geometry = subject["geometry"]
    if geometry is None or geometry["type"] == "Point":
        return None
    extent = _widen(bbox_of(geometry), _AROUND[kind])
    seen = _widen(extent, 1.0)
    plots = [plot for plot in _drawn(layers, "parcels") if _meets(plot, seen)]
    halls = [hall for hall in _drawn(layers, "buildings") if _meets(hall, seen)]
    parks = [park for park in _drawn(layers, "parks") if _meets(park, seen)]
    drawings = [
        *(Drawing(park["geometry"], look_of("parks", park["properties"])) for park in parks),
        *(_plot(plot, named=kind != "parks") for plot in plots),
        *(Drawing(hall["geometry"], look_of("buildings", hall["properties"])) for hall in halls),
        Drawing(geometry, _chosen(subject)),
    ]
    sheet = Sheet(
        area.width_mm,
        area.height_mm,
        wording.t("sheet.near", name=name_of(subject, wording)),
        wording.t("sheet.north"),
        list(_near_legend(subject, plots, wording)),
        ticks=False,
        pad_mm=4.0,
        finest=2000,
        numbered=area.numbered,
    )
    return draw_map(drawings, sheet, extent=extent)


# --- choosing -------------------------------------------------------------------------------


def _drawn(layers: Layers, kind: str) -> list[Feature]:
    return [feature for feature in layers.get(kind, ()) if feature["geometry"]]


def _extent(features: Sequence[Feature], pins: Sequence[Pin]) -> Bbox:
    boxes = [bbox_of(feature["geometry"]) for feature in features]
    boxes += [(pin.lon, pin.lat, pin.lon, pin.lat) for pin in pins]
    return join_bboxes(boxes) if boxes else (75.0, 34.0, 97.0, 49.0)


def _widen(box: Bbox, share: float) -> Bbox:
    west, south, east, north = box
    side = max(east - west, north - south) * share
    return west - side, south - side, east + side, north + side


def _meets(feature: Feature, box: Bbox) -> bool:
    west, south, east, north = bbox_of(feature["geometry"])
    return west <= box[2] and box[0] <= east and south <= box[3] and box[1] <= north


# --- drawing --------------------------------------------------------------------------------


def _facility(feature: Feature, wording: Wording, *, rank: int) -> Drawing:
    fill = PORT if kind_of(feature) == "airport" else MUTE
    line = Line(short_name(name_of(feature, wording)), 2.3, fill)
    look = look_of("logistics", feature["properties"])
    return Drawing(feature["geometry"], look, names=((line,),), rank=rank)


def _seat(feature: Feature, counties: Mapping[str, str], wording: Wording) -> Drawing:
    """Return a seat under the name of its county, for which it stands at this scale."""
    p = feature["properties"]
    is_county = kind_of(feature) == "county seat"
    text = counties.get(str(p.get("adcode"))) if is_county else None
    line = Line(text or short_name(name_of(feature, wording)), 2.8, INK, BOLD)
    return Drawing(feature["geometry"], look_of("places", p), names=((line,),), rank=2)


def _park(feature: Feature, counties: Mapping[str, str], wording: Wording) -> Drawing:
    p = feature["properties"]
    fill = PORT if kind_of(feature) in ("logistics", "land_port") else JADE
    name = Line(name_of(feature, wording), 2.8, fill, BOLD)
    remark = place_remark(feature, wording)
    county = counties.get(str(p.get("adcode")), "")
    second = Line(remarked(county, remark, wording), 2.2, MUTE)
    small = Line(name.text, 2.3, fill, BOLD)
    # A symbol for what is nowhere never loses the words that say so.
    short = (small, second) if is_unplaced(feature) else (small,)
    look = look_of("logistics" if kind_of(feature) == "land_port" else "parks", p)
    return Drawing(feature["geometry"], look, mark_look(p), ((name, second), short), rank=1)


def _chosen(subject: Feature) -> Look:
    """Return the outline of the subject, broken where nobody has surveyed it."""
    return replace(_CHOSEN, dash=(2.0, 1.1)) if nature_of(subject) in DRAWN_NATURES else _CHOSEN


def _plot(feature: Feature, *, named: bool) -> Drawing:
    p = feature["properties"]
    look = look_of("parcels", p)
    if not named or p.get("state") == "infrastructure":
        return Drawing(feature["geometry"], look)
    number = str(feature["id"]).removeprefix(f"{p.get('park_id')}-")
    is_offer = p.get("state") == "offer"
    line = Line(number, 2.2, JADE_DEEP if is_offer else INK, BOLD if is_offer else 400)
    return Drawing(feature["geometry"], look, names=((line,),), rank=5, inside=True)


# --- legends --------------------------------------------------------------------------------


def _overview_legend(
    parks: Sequence[Feature],
    seats: Sequence[Feature],
    facilities: Sequence[Feature],
    pins: Sequence[Pin],
    wording: Wording,
) -> Iterator[LegendEntry]:
    if pins:
        yield LegendEntry(wording.t("sheet.pin"), _PIN, "point")
    if any(not is_unplaced(park) for park in parks):
        yield LegendEntry(capital(wording.t("map.park")), mark_look({}), "point")
    if any(is_unplaced(park) for park in parks):
        port = mark_look({"kind": "logistics"})
        yield LegendEntry(capital(wording.t("map.unplaced")), port, "point")
    for kind in (*_STOPS, *_LINES):
        found = next((feature for feature in facilities if kind_of(feature) == kind), None)
        if found:
            shape: Shape = "line" if kind in _LINES else "point"
            text = remarked(
                wording.word("facility_kind", kind), unsure_word(found, wording), wording
            )
            yield LegendEntry(capital(text), look_of("logistics", found["properties"]), shape)
    if seats:
        yield LegendEntry(capital(wording.t("map.seat")), look_of("places", {}), "point")
    yield LegendEntry(wording.t("sheet.county"), Look(COUNTY, 0.35), "line")


def _near_legend(
    subject: Feature, plots: Sequence[Feature], wording: Wording
) -> Iterator[LegendEntry]:
    text = remarked(wording.t("sheet.chosen"), unsure_word(subject, wording), wording)
    yield LegendEntry(text, _chosen(subject), "area")
    found = {str(plot["properties"].get("state")) for plot in plots}
    sample = any(nature_of(plot) == "sample" for plot in plots)
    for state in STATES:
        if state in found:
            look = plot_look(state, sample=sample)
            yield LegendEntry(capital(wording.word("plot_state", state)), look, "area")
    if sample:
        fine = Look(COUNTY, 0.2, fill=Hatch(LINE, LINE, "plain", 1.0, sample=True))
        yield LegendEntry(wording.t("map.nature_sample_means"), fine, "area")
