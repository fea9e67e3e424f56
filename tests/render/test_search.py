"""The search document of an edition: what is in it, and the pinyin that goes with it."""

from datetime import date

import brotli
import pandas as pd
import pytest

from geo.catalog import read_catalog
from geo.codes import read_codes
from geo.model import KINDS
from geo.render.geojson import to_json
from geo.render.search import build_search
from geo.settings import BUNDLED_LAYERS

CATALOG = read_catalog(BUNDLED_LAYERS)
CODES = read_codes(BUNDLED_LAYERS)
GROUPS = ["parks", "counties", "places", "logistics", "buildings", "enterprises", "parcels"]


def build(**records):
    """Build the document of records by kind, with the fields that they are given."""
    frames = {}
    for kind in GROUPS:
        rows = records.get(kind, [])
        columns = dict.fromkeys([KINDS[kind].key, *(name for row in rows for name in row)])
        frames[CATALOG.layer_of(kind)] = pd.DataFrame(rows, columns=list(columns))
    return build_search(CATALOG, frames, CODES)


def park(key, name, **more):
    return {"park_id": key, "name_zh": name, "name_en": None, "nature": "reported", **more}


def readings(name):
    return build(parks=[park("A", name)])["readings"]


@pytest.mark.parametrize(
    ("name", "letter", "typed"),
    [
        ("策勒", "勒", "le lei"),
        ("重庆", "重", "chong zhong"),
        ("绿洲", "绿", "lu lv"),
        ("女工", "女", "nu nv"),
        ("厂房", "厂", "chang"),
        ("园区", "区", "qu"),
    ],
)
def test_a_character_has_the_readings_that_are_in_use(name, letter, typed):
    assert readings(name)[letter] == typed


def test_only_characters_that_occur_have_readings():
    assert set(readings("策勒")) == set("策勒") | set("园区县城与乡镇交通物流标准厂房企业地块")


def test_a_character_that_nobody_can_read_is_still_there():
    document = build(parks=[park("A", "㐀园")])
    assert document["records"][0][2] == "㐀园"
    assert all(text.isascii() for text in document["readings"].values())


def test_records_are_in_the_order_of_groups_and_keys_with_their_places():
    document = build(
        parcels=[
            {"parcel_id": "P2", "park_id": "B", "on_offer": True, "nature": "sample"},
            {"parcel_id": "P1", "park_id": "nowhere", "on_offer": False, "nature": "surveyed"},
        ],
        parks=[
            park("B", "乙园", adcode="653226", parent_id="A"),
            park("A", "甲园", adcode="653226"),
        ],
    )
    kinds = [document["groups"][record[0]]["kind"] for record in document["records"]]
    assert kinds == ["parks", "parks", "parcels", "parcels"]
    places = [document["contexts"][r[4]][:3] if r[4] >= 0 else None for r in document["records"]]
    assert places == [["", "", "于田县"], ["甲园", "", "于田县"], None, ["乙园", "", "于田县"]]
    assert [record[1] for record in document["records"]] == ["A", "B", "P1", "P2"]
    assert [record[5] for record in document["records"]] == [0, 0, 0, 3]


def test_halls_with_room_are_on_offer():
    states = {"H1": "vacant", "H2": "partly_let", "H3": "let", "H4": "construction", "H5": None}
    halls = [
        {"building_id": key, "name_zh": key, "state": state, "nature": "reported"}
        for key, state in states.items()
    ]
    records = build(buildings=halls)["records"]
    assert {record[1]: record[5] for record in records} == {
        "H1": 2,
        "H2": 2,
        "H3": 0,
        "H4": 0,
        "H5": 0,
    }


def test_what_has_no_name_is_not_to_be_found_unless_it_is_a_plot():
    document = build(
        enterprises=[{"enterprise_id": "E1", "name_zh": None, "nature": "reported"}],
        parcels=[{"parcel_id": "P1", "nature": "reported"}],
    )
    assert [record[1] for record in document["records"]] == ["P1"]


def test_a_field_that_the_edition_keeps_back_is_missed_by_nobody():
    document = build(
        parcels=[{"parcel_id": "P1"}], buildings=[{"building_id": "H", "name_zh": "厅"}]
    )
    assert [record[5] for record in document["records"]] == [0, 0]


def test_the_bundle_stays_small_and_is_the_same_every_time(bundled):
    first, again = (to_json(build_search(CATALOG, bundled, CODES)) for _ in range(2))
    assert first == again
    assert len(brotli.compress(first)) < 8_000


@pytest.fixture(scope="module")
def bundled():
    from geo.examination import examine

    return examine(BUNDLED_LAYERS, date(2026, 11, 22)).frames
