"""How much land is planned, supplied, built and on offer."""

import pandas as pd

from geo.analyse.overview import describe_overview
from geo.codes import Code, CodeList

COUNTIES = CodeList({"653225": Code("策勒县", "Qira"), "653226": Code("于田县", "Yutian")})
PARKS = pd.DataFrame(
    {
        "park_id": ["A", "B", "C", "D"],
        "parent_id": [None, "A", None, None],
        "adcode": ["653225", None, "653226", "653226"],
        "name_zh": ["甲", "乙", "丙", "丁"],
        "name_en": [None] * 4,
    }
)


def land_of(*plots):
    """Return the land by scope of plots: park, supply, development, on offer, 亩."""
    columns = ["park_id", "supply_state", "development_state", "on_offer", "area_mu"]
    frame = pd.DataFrame(plots, columns=columns)
    found = describe_overview(frame, PARKS, counties=COUNTIES)["scopes"]
    return {(one["scope"], one["key"]): one["land"] for one in found}


def test_land_is_counted_in_all_by_county_and_by_park_with_the_parks_inside():
    land = land_of(
        ("A", "supplied", "built", False, 10.0),
        ("B", "supplied", "inefficient", False, 20.5),
        ("B", "approved", "not_started", True, 30.0),
        ("C", "announced", "not_started", True, 40.0),
        (None, "supplied", "construction", False, 5.0),
    )
    assert list(land) == [
        ("all", None),
        ("county", "653225"),
        ("county", "653226"),
        ("park", "A"),
        ("park", "B"),
        ("park", "C"),
    ]
    assert land["all", None] == {
        "planned": {"plots": 5, "mu": 105.5},
        "supplied": {"plots": 3, "mu": 35.5},
        "built": {"plots": 2, "mu": 30.5},
        "offer": {"plots": 2, "mu": 70.0},
    }
    assert land["county", "653225"] == land["park", "A"]
    assert land["park", "A"]["planned"] == {"plots": 3, "mu": 60.5}
    assert land["park", "B"]["built"] == {"plots": 1, "mu": 20.5}
    assert land["county", "653226"]["offer"] == {"plots": 1, "mu": 40.0}


def test_a_plot_without_an_area_is_counted_without_land():
    land = land_of(("A", "supplied", None, None, float("nan")), ("A", None, None, None, 2.0))
    assert land["park", "A"]["planned"] == {"plots": 2, "mu": 2.0}
    assert land["park", "A"]["supplied"] == {"plots": 1, "mu": 0.0}
    assert land["park", "A"]["offer"] == {"plots": 0, "mu": 0.0}


def test_no_plot_at_all_is_no_land():
    assert land_of()["all", None]["planned"] == {"plots": 0, "mu": 0.0}
