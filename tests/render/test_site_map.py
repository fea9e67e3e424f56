"""The two maps of a print over the published bundle."""

import re
import xml.etree.ElementTree as ET

import pytest

from geo.query import Library
from geo.render.pins import Pin
from geo.render.plane import middle_of
from geo.render.site_map import Area, near_view, overview
from geo.wording import Wording

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("counties", "places", "logistics", "parks", "parcels", "buildings")
AREA = Area(178, 110)


@pytest.fixture(scope="module")
def shown(published):
    return Library(published).current("public")


@pytest.fixture(scope="module")
def layers(shown):
    return {kind: list(shown.of_kind(kind).values()) for kind in KINDS}


def texts(markup):
    return [node.text for node in ET.fromstring(markup).iter(f"{SVG}text")]


def pins_of(shown, *parks):
    places = [middle_of(shown.of_kind("parks")[park]["geometry"]) for park in parks]
    return [Pin(number, *place) for number, place in enumerate(places, start=1)]


@pytest.mark.parametrize(
    ("lang", "seats"), [("zh", "策勒县 于田县 民丰县"), ("en", "Cele Yutian Minfeng")]
)
def test_names_seats_and_parks(layers, shown, lang, seats):
    w = Wording(lang)
    said = texts(overview(layers, w, AREA, pins=pins_of(shown, "CL-TJ", "YT-TJ")))
    assert set(seats.split()) <= set(said)
    for park in ("CL-TJ", "YT-TJ"):
        assert w.pick(shown.of_kind("parks")[park]["properties"], "name") in said
    assert "1" in said
    assert "2" in said


def test_what_nobody_knows_the_place_of_says_so(layers):
    said = texts(overview(layers, Wording("zh"), AREA))
    assert said.count("位置未公布，示意") >= 2, "beside the symbol, and in the legend"


def test_says_what_is_schematic(layers):
    said = " ".join(texts(overview(layers, Wording("zh"), AREA)))
    assert "铁路（示意）" in said
    assert "策勒县（依文字绘制）" in said


def test_notes_are_on_the_sheet(layers):
    said = texts(overview(layers, Wording("zh"), AREA, notes=["审图号：新S(2026)001号"]))
    assert "审图号：新S(2026)001号" in said


def test_a_park_inside_another_is_drawn_when_it_is_chosen(layers, shown):
    name = shown.of_kind("parks")["CL-AGRI"]["properties"]["name_zh"]
    assert name not in texts(overview(layers, Wording("zh"), AREA))
    assert name in texts(overview(layers, Wording("zh"), AREA, chosen=["CL-AGRI"]))


@pytest.mark.parametrize("kind", ["parks", "parcels", "buildings"])
def test_a_place_from_near_is_marked_among_its_neighbours(layers, shown, kind):
    subject = next(f for f in shown.of_kind(kind).values() if f["geometry"])
    markup = near_view(layers, kind, subject, Wording("zh"), AREA)
    said = texts(markup)
    assert any(text.startswith("本页所述") for text in said)
    assert "白色细纹：示例数据" in said
    assert any(re.fullmatch(r"1:[\d,]+", text) for text in said)


def test_a_place_without_a_shape_has_no_map_from_near(layers, shown):
    parks = shown.of_kind("parks").values()
    for park in parks:
        if not park["geometry"] or park["geometry"]["type"] == "Point":
            assert near_view(layers, "parks", park, Wording("zh"), AREA) is None


def test_an_edition_without_any_feature_still_has_a_map():
    said = texts(overview({}, Wording("en"), AREA))
    assert "N" in said


def test_draws_from_plain_features_alone(layers, shown):
    first, second = (
        overview(layers, Wording("zh"), AREA, pins=pins_of(shown, "CL-TJ")) for _ in range(2)
    )
    assert first == second
