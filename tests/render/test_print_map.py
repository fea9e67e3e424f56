"""The printed map: a drawing that any program shows alike, to scale, with all that a map needs."""

import re
import xml.etree.ElementTree as ET
from math import hypot

import pytest

from geo.render.lettering import Box, Line
from geo.render.looks import (
    Hatch,
    Look,
    look_of,
    mark_look,
    plot_look,
)
from geo.render.pins import Pin, place_pins
from geo.render.plane import fit_plane
from geo.render.print_map import LegendEntry, Sheet, draw_map
from geo.render.shapes import Drawing
from tests.browser.site import ROOT

SVG = "{http://www.w3.org/2000/svg}"
EXTENT = (80.0, 36.8, 80.2, 37.0)
SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [[80.05, 36.85], [80.15, 36.85], [80.15, 36.95], [80.05, 36.95], [80.05, 36.85]]
    ],
}
LINE = {"type": "LineString", "coordinates": [[80.0, 36.9], [80.1, 36.91], [80.2, 36.9]]}
POINT = {"type": "Point", "coordinates": [80.1, 36.9]}
AREA = Look("#0b6b57", 0.4, fill="#e3efea")


def sheet(**more):
    return Sheet(120.0, 90.0, "A map", **more)


def draw(*drawings, pins=(), **more):
    return ET.fromstring(draw_map(drawings, sheet(**more), extent=EXTENT, pins=pins))


def texts(root):
    return [node.text for node in root.iter(f"{SVG}text")]


def named(geometry, text, **more):
    return Drawing(geometry, AREA, names=((Line(text, 3.0, "#000"),),), **more)


def test_has_the_size_of_the_paper_in_millimetres():
    root = draw(Drawing(SQUARE, AREA))
    assert (root.get("width"), root.get("height")) == ("120mm", "90mm")
    assert root.get("viewBox") == "0 0 120 90"
    assert root.find(f"{SVG}title").text == "A map"


def test_is_drawn_to_its_scale():
    root = draw(Drawing(SQUARE, Look("#123456", 0.3)))
    scale = next(int(t[2:].replace(",", "")) for t in texts(root) if t.startswith("1:"))
    path = next(node for node in root.iter(f"{SVG}path") if node.get("stroke") == "#123456")
    numbers = [float(n) for n in re.findall(r"[\d.]+", path.get("d"))]
    (x1, y1), (x2, y2) = numbers[0:2], numbers[2:4]
    # A tenth of a degree of longitude at 36.85 degrees north is 8,915 m.
    assert hypot(x2 - x1, y2 - y1) * scale / 1000 == pytest.approx(8915, rel=0.002)


def test_has_scale_bar_north_arrow_ticks_legend_and_notes():
    entry = LegendEntry("Park", AREA, "area")
    said = texts(draw(Drawing(SQUARE, AREA), north="北", legend=[entry], notes=["Sources: none"]))
    assert {"北", "Park", "Sources: none"} <= set(said)
    assert any(re.fullmatch(r"1:[\d,]+", text) for text in said)
    assert any(re.fullmatch(r"[\d.]+ k?m", text) for text in said)
    assert any(text.endswith("′E") for text in said)
    assert any(text.endswith("′N") for text in said)


def test_without_ticks_no_degrees_stand_at_the_edges():
    assert not any("°" in text for text in texts(draw(Drawing(SQUARE, AREA), ticks=False)))


def test_a_long_legend_and_long_notes_stay_on_the_paper():
    legend = [LegendEntry(f"Kind of thing number {i}", AREA, "area") for i in range(9)]
    root = draw(Drawing(SQUARE, AREA), legend=legend, notes=["资料来源：" + "公开报道，" * 40])
    for node in root.iter(f"{SVG}text"):
        assert 0 <= float(node.get("y")) <= 90
        if node.get("font-size") in {"2.2", "2.5"} and node.get("text-anchor") is None:
            size = float(node.get("font-size"))
            assert float(node.get("x")) + Line(node.text, size, "").width <= 120.5


def test_needs_no_style_sheet_and_no_script():
    text = draw_map([Drawing(SQUARE, plot_look("offer", sample=True))], sheet(), extent=EXTENT)
    assert not re.search(
        r"<style|\bstyle=|\bclass=|<script|\bon\w+=|https?:(?!//www\.w3\.org)", text
    )


def test_the_same_input_gives_the_same_text():
    drawings = [named(SQUARE, "策勒"), Drawing(LINE, Look("#000", 0.4, (1.0, 1.0)))]
    first, second = (draw_map(drawings, sheet(), extent=EXTENT) for _ in range(2))
    assert first == second


def test_hostile_texts_stay_texts():
    evil = '</text><script>alert(1)</script>&"\x00\x0b'
    root = draw(
        named(SQUARE, evil), legend=[LegendEntry(evil, AREA, "area")], notes=[evil], north=evil
    )
    assert list(root.iter(f"{SVG}script")) == []
    assert sum("<script>" in text for text in texts(root)) >= 3


def test_every_hatch_that_is_used_is_defined():
    states = ("offer", "built", "construction", "idle", "unknown")
    drawings = [Drawing(SQUARE, plot_look(s, sample=i % 2 == 0)) for i, s in enumerate(states)]
    text = draw_map(drawings, sheet(), extent=EXTENT)
    used = set(re.findall(r"url\(#([^)]+)\)", text))
    assert used
    assert used <= set(re.findall(r'<pattern[^>]* id="([^"]+)"', text))


def test_a_park_too_small_to_see_becomes_a_mark():
    tiny = {"type": "Polygon", "coordinates": [[[80.1, 36.9], [80.101, 36.9], [80.1, 36.901]]]}
    look = mark_look({"nature": "schematic"})
    for geometry in (tiny, POINT):
        circles = list(draw(Drawing(geometry, AREA, mark=look)).iter(f"{SVG}circle"))
        assert [float(c.get("r")) for c in circles] == [look.radius, look.core]
    assert list(draw(Drawing(SQUARE, AREA, mark=look)).iter(f"{SVG}circle")) == []


def test_what_lies_elsewhere_is_not_drawn():
    far = {"type": "Point", "coordinates": [85.0, 40.0]}
    assert "Far" not in texts(draw(named(far, "Far", mark=mark_look({}))))


def test_all_kinds_of_geometry_are_drawn():
    multi = [
        {"type": "MultiPoint", "coordinates": [[80.1, 36.9], [80.12, 36.9]]},
        {"type": "MultiLineString", "coordinates": [LINE["coordinates"]]},
        {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"]]},
    ]
    root = draw(*(Drawing(g, Look("#abcdef", 0.3, radius=1.0)) for g in multi))
    drawn = [n.tag.removeprefix(SVG) for n in root.iter() if n.get("stroke") == "#abcdef"]
    assert sorted(drawn) == ["circle", "circle", "path", "path"]


def test_a_seat_under_the_pin_of_a_park_keeps_its_name():
    seat = Drawing(POINT, Look(fill="#000", radius=0.8), names=((Line("于田县", 2.8, "#000"),),))
    root = draw(seat, pins=[Pin(1, 80.1, 36.9)])
    assert "于田县" in texts(root)


# --- pins -------------------------------------------------------------------------------------

FRAME = Box(0, 0, 100, 100)


def test_numbers_at_one_place_share_a_pin():
    groups = place_pins([(1, 50, 50), (2, 50.2, 50), (3, 50, 50.1), (5, 50, 50)], FRAME)
    assert [group.text for group in groups] == ["1–3, 5"]


def test_pins_beside_each_other_do_not_meet():
    groups = place_pins([(1, 50, 50), (2, 54, 50), (3, 46, 50)], FRAME)
    boxes = [group.box for group in groups]
    assert len(boxes) == 3
    assert not any(a.meets(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_pin_at_the_upper_edge_hangs_down():
    (group,) = place_pins([(1, 50, 1)], FRAME)
    assert group.box.lies_in(FRAME)


# --- looks ------------------------------------------------------------------------------------


def tokens():
    css = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", css))


def test_colours_are_those_of_the_style_sheet():
    import geo.render.looks as looks

    known = tokens()
    names = ["SAND", "PAPER", "LINE", "COUNTY", "INK", "MUTE", "CARD", "JADE", "JADE_DEEP"]
    names += ["JADE_TINT", "PORT", "PORT_TINT", "ROAD", "RAIL"]
    assert {n: getattr(looks, n) for n in names} == {
        n: known[n.lower().replace("_", "-")] for n in names
    }


def test_states_and_textures_are_those_of_the_screen():
    from geo.render.looks import STATES, STROKES

    js = (ROOT / "static" / "js" / "styles.js").read_text(encoding="utf-8")
    states = re.findall(
        r'(\w+): \{ fill: "(#\w+)", ink: "(#\w+)", texture: "(\w+)" \}',
        js.split("CLASS_TEXTURES")[0],
    )
    assert {name: tuple(rest) for name, *rest in states} == STATES
    strokes = dict(re.findall(r'(\w+): "(M[^"]*)"', js))
    assert {name: strokes[name] for name in STROKES} == STROKES


def test_what_is_not_surveyed_is_dashed_and_samples_have_hairlines():
    assert look_of("parks", {"nature": "schematic"}).dash
    assert not look_of("parks", {"nature": "surveyed"}).dash
    built = plot_look("built", sample=True).fill
    assert isinstance(built, Hatch)
    assert built.sample
    assert plot_look("built", sample=False).fill == "#b99273"


@pytest.mark.parametrize(
    "kind", ["counties", "places", "logistics", "parks", "parcels", "buildings"]
)
def test_every_kind_has_a_look_even_of_an_empty_record(kind):
    look = look_of(kind, {})
    assert look.fill != "none" or look.stroke != "none"


def test_plane_and_map_agree_on_the_scale():
    plane = fit_plane(EXTENT, 120 - 4.2 - 18, 90 - 4.2 - 18)
    assert f"1:{plane.scale:,}" in texts(draw(Drawing(SQUARE, AREA)))


def test_on_a_screen_the_bar_alone_tells_the_scale():
    said = texts(draw(Drawing(SQUARE, AREA), numbered=False))
    assert not any(text.startswith("1:") for text in said)
    assert any(text.endswith(" km") for text in said)
