"""The grammar of what lies at a plot."""

import json
from pathlib import Path

import pytest

from geo.utilities import UTILITY_KINDS
from tests.rules.conftest import SOUND

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "text",
    [
        "power:10 kV:2000 kVA:on site; water:DN200::200 m; gas:none",
        "gas:::1200 m；telecom:::on site",
        "water:DN200::1.5 km",
        "road:four lanes",
        "heat",
        ";;",
    ],
)
def test_what_the_page_can_read_is_silent(broken, text):
    assert broken("parcels", utilities=text) == []


@pytest.mark.parametrize(
    "text",
    [
        "供电:10 kV",
        "power：10 kV",
        "power, water",
        "power:10 kV:2000 kVA:on site:2026",
        "gas:none:DN200",
        "water:DN200::near",
        "water:DN200::200",
    ],
)
def test_what_the_page_cannot_read_is_found(broken, text):
    (found,) = broken("parcels", utilities=text)
    assert (found.rule, found.field, found.actual) == ("VALUE_RANGE", "utilities", text)
    assert "kind:grade:capacity:distance" in found.message["en"]


def test_each_faulty_utility_of_each_plot_is_named_once(check):
    rows = [
        SOUND["parcels"][0]
        | {"parcel_id": key, "utilities": "电; gas:none; 水; 电", "nature": "schematic"}
        for key in ("P1", "P2")
    ]
    found = check(parcels=rows)
    assert sorted((f.feature[0], f.actual) for f in found) == [
        ("P1", "水"),
        ("P1", "电"),
        ("P2", "水"),
        ("P2", "电"),
    ]


def test_the_page_has_a_word_for_every_kind():
    texts = json.loads((ROOT / "static" / "i18n" / "ui.zh.json").read_text(encoding="utf-8"))
    words = {key.removeprefix("utility.") for key in texts if key.startswith("utility.")}
    assert words == set(UTILITY_KINDS)
