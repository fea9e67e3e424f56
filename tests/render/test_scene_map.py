"""The map of a scene at night: what it points out is plain to see, and names never collide."""

import re
import xml.etree.ElementTree as ET

import pytest

from geo.render import night
from geo.render.lettering import text_width
from geo.render.night import GOLD, GROUND, night_look, night_plot
from geo.render.plane import bbox_of
from geo.render.scene_map import Room, draw_scene_map
from geo.wording import Wording
from tests.browser.site import ROOT

SVG = "{http://www.w3.org/2000/svg}"
ROOM = Room(214.0, 190.0, dark_mm=27.0, corner_mm=24.0)
REGION = (80.0, 36.0, 83.0, 38.0)
NEAR = (80.79, 36.955, 80.87, 37.005)
ZH = Wording("zh")


def square(lon, lat, side=0.01):
    corners = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
    return {"type": "Polygon", "coordinates": [[[lon + x, lat + y] for x, y in corners]]}


def thing(key, geometry, **properties):
    return {"id": key, "geometry": geometry, "properties": {"nature": "reported", **properties}}


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


COUNTY = thing("653225", square(80.2, 36.0, 1.5), name_zh="策勒县", name_en="Cele County")
SEAT = thing("cele", point(80.79, 37.0), name_zh="策勒镇", kind="county seat", adcode="653225")
TOWN = thing("town", point(80.9, 36.9), name_zh="某乡", kind="town", adcode="653225")
ROAD = thing(
    "G1",
    {"type": "LineString", "coordinates": [[79.5, 37.0], [83.5, 37.1]]},
    name_zh="国道",
    kind="road",
    nature="schematic",
)
PARK = thing("P", square(80.8, 36.96, 0.06), name_zh="甲园区", adcode="653225", nature="schematic")
INNER = thing("I", square(80.81, 36.965), name_zh="乙园区", parent_id="P", nature="schematic")
PORT = thing("L", point(80.1, 37.2), name_zh="陆港", place_known=False, nature="schematic")
OFFER = thing("P-1", square(80.82, 36.97), state="offer", nature="sample", park_id="P")
BUILT = thing("P-2", square(80.84, 36.97), state="built", nature="sample", park_id="P")
LAYERS = {
    "counties": [COUNTY],
    "places": [SEAT, TOWN],
    "logistics": [ROAD],
    "parks": [PARK, INNER, PORT],
    "parcels": [OFFER, BUILT],
}


def draw(layers=LAYERS, view=REGION, chosen=(), wording=ZH, room=ROOM):
    text = draw_scene_map(layers, wording, room, view=view, chosen=chosen)
    return text, ET.fromstring(text)


def texts(root):
    return [node.text for node in root.iter(f"{SVG}text")]


def letters(root):
    """Boxes of all texts with their words."""
    for node in root.iter(f"{SVG}text"):
        size, x, y = (float(node.get(name)) for name in ("font-size", "x", "y"))
        width = text_width(node.text, size, int(node.get("font-weight")))
        left = x - {"middle": width / 2, "end": width}.get(node.get("text-anchor"), 0.0)
        yield node.text, (left, y - size * 0.8, left + width, y + size * 0.2)


def meet(one, other):
    return (
        one[0] < other[2] - 0.01
        and other[0] < one[2] - 0.01
        and one[1] < other[3] - 0.01
        and other[1] < one[3] - 0.01
    )


def test_the_colours_are_the_tokens_of_the_style_sheet():
    css = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--(night[\w-]*): (#[0-9a-f]{6});", css))
    ours = {
        "night": night.GROUND,
        "night-land": night.LAND,
        "night-line": night.BORDER,
        "night-road": night.ROAD,
        "night-text": night.TEXT,
        "night-soft": night.QUIET,
        "night-figure": night.GOLD,
    }
    assert {name: tokens.get(name) for name in ours} == ours


def test_from_far_it_shows_counties_seats_roads_and_parks_but_no_plots_nor_towns():
    text, root = draw()
    assert {"策勒县", "甲园区", "陆港"} <= set(texts(root))
    assert not {"某乡", "乙园区", "国道"} & set(texts(root))
    assert "hatch" not in text
    assert root.get("width") == "214mm"
    assert draw()[0] == text


def test_from_near_plots_have_their_hatches_and_the_legend_says_they_are_samples():
    text, root = draw(view=NEAR)
    assert text.count("url(#hatch") >= 4  # two plots, two swatches
    assert {"可供地块（示例）", "其他地块（示例）", "园区（示意）"} <= set(texts(root))
    real = {**LAYERS, "parcels": [thing("P-1", OFFER["geometry"], state="offer")]}
    _, root = draw(real, view=NEAR)
    assert "可供地块" in texts(root)
    assert not any("示例" in one for one in texts(root))


def test_what_is_pointed_out_is_gold_larger_and_says_how_sure_it_is():
    quiet, _ = draw()
    text, root = draw(chosen={("parks", "P")})
    assert quiet.count(GOLD) < text.count(GOLD)
    sizes = {node.text: float(node.get("font-size")) for node in root.iter(f"{SVG}text")}
    assert sizes["甲园区"] > sizes["策勒县"]
    assert "策勒县（示意）" in sizes
    text, root = draw(chosen={("logistics", "G1"), ("parks", "I")})
    assert {"国道", "乙园区"} <= set(texts(root))
    assert night_look("logistics", ROAD["properties"], chosen=True).stroke == GOLD


def test_what_nobody_surveyed_is_dashed_and_a_sample_hatched():
    assert night_look("parks", {"nature": "schematic"}).dash
    assert not night_look("parks", {"nature": "surveyed"}).dash
    looks = {(f, s): night_plot(is_free=f, sample=s).fill for f in (0, 1) for s in (0, 1)}
    assert isinstance(looks[0, 0], str)
    assert not isinstance(looks[0, 1], str)
    assert "位置未公布，示意" in texts(draw()[1])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("view", [REGION, NEAR, (79.8, 36.3, 83.3, 37.6)])
def test_no_two_texts_meet_and_none_stands_in_the_dark_or_at_the_slides_number(lang, view):
    _, root = draw(view=view, chosen={("parks", "P"), ("logistics", "G1")}, wording=Wording(lang))
    found = list(letters(root))
    for index, (text, box) in enumerate(found):
        assert box[0] >= ROOM.dark_mm - 0.01, text
        assert box[2] <= ROOM.width_mm, text
        assert not meet(box, (ROOM.width_mm - 24, ROOM.height_mm - 11, 999, 999)), text
        for other, second in found[index + 1 :]:
            assert not meet(box, second), (text, other)


def test_the_view_is_whole_in_what_is_not_dark():
    frame = thing("V", square(80.79, 36.955, 0.05), name_zh="框")
    _, root = draw({"parks": [frame]}, view=bbox_of(frame["geometry"]))
    paths = [node.get("d") for node in root.iter(f"{SVG}path") if "Z" in node.get("d")]
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", paths[0])]
    xs, ys = numbers[::2], numbers[1::2]
    assert min(xs) >= ROOM.dark_mm
    assert max(xs) <= ROOM.width_mm
    assert min(ys) >= 0
    assert max(ys) <= ROOM.height_mm
    middle = (ROOM.dark_mm + ROOM.width_mm) / 2
    assert (min(xs) + max(xs)) / 2 == pytest.approx(middle, abs=1)


def test_a_mark_whose_name_would_stand_in_the_dark_is_not_drawn():
    west = (80.3, 36.4, 83.0, 37.4)
    assert "陆港" in texts(draw(view=REGION)[1])
    text, root = draw({"parks": [PORT]}, view=west)
    assert "陆港" not in texts(root)
    assert "<circle" not in text.split("<text")[0]


def test_hostile_names_stay_texts():
    bad = thing("X", point(81, 37), name_zh='<script>alert(1)</script>"&]]>\x00', kind="city")
    text, root = draw({"places": [bad]})
    assert "<script" not in text
    assert any("<script>" in one for one in texts(root))


def test_a_scene_without_layers_is_the_bare_ground():
    text, _ = draw({})
    assert GROUND in text
