"""The picture of a shared link."""

from geo.export.share_card import HEIGHT, WIDTH, draw_share_card, remarks
from geo.wording import Wording

SITE = {
    "title": {"zh": "甲地图", "en": "Map A"},
    "subtitle": {"zh": "乙 #strong[丙]", "en": "B"},
    "demo": True,
    "map_approval": "",
}
COUNTY = {
    "id": "1",
    "geometry": {"type": "Polygon", "coordinates": [[[80, 36], [82, 36], [82, 38], [80, 36]]]},
    "properties": {"name_zh": "某县", "name_en": "Some County"},
}


def test_the_picture_has_its_size_and_equal_bytes():
    layers = {"counties": [COUNTY]}
    picture = draw_share_card(SITE, layers, "zh")
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    size = tuple(int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert size == (WIDTH, HEIGHT)
    assert draw_share_card(SITE, layers, "zh") == picture
    assert draw_share_card(SITE, layers, "en") != picture


def test_a_region_without_anything_still_has_a_picture():
    assert draw_share_card(SITE, {}, "en")


def test_the_notice_says_what_holds():
    zh = Wording("zh")
    assert remarks(SITE, zh) == ["含示例数据", "边界示意，未经审图"]
    approved = {**SITE, "demo": False, "map_approval": "新S(2026)001号"}
    assert remarks(approved, zh) == ["新S(2026)001号"]
