"""Firms without a place."""

import pytest
from shapely.geometry import Point

from tests.rules.conftest import SOUND

NOWHERE = {"parcel_id": None, "building_id": None, "park_id": None, "geometry": None}


def test_a_firm_without_any_place_is_named(broken):
    (found,) = broken("enterprises", **NOWHERE)
    assert (found.rule, found.feature) == ("ENTERPRISE_UNLOCATED", ("E1",))


@pytest.mark.parametrize(
    "place",
    [{"parcel_id": "P1"}, {"building_id": "H1"}, {"park_id": "A"}, {"geometry": Point(81, 37)}],
)
def test_any_place_is_enough(broken, place):
    assert broken("enterprises", **NOWHERE | place) == []


def test_a_firm_that_a_plot_names_has_a_place(check):
    firms = [SOUND["enterprises"][0] | NOWHERE | {"enterprise_id": key} for key in ("E1", "E2")]
    plots = [SOUND["parcels"][0] | {"enterprise_id": "E1"}]
    assert [f.feature for f in check(enterprises=firms, parcels=plots)] == [("E2",)]


def test_a_plot_without_a_firm_names_no_firm_without_a_key(check):
    firms = [SOUND["enterprises"][0] | NOWHERE | {"enterprise_id": None}]
    assert {f.rule for f in check(enterprises=firms)} == {"KEY_MISSING", "ENTERPRISE_UNLOCATED"}


def test_each_firm_is_named(check):
    rows = [SOUND["enterprises"][0] | NOWHERE | {"enterprise_id": key} for key in "ab"]
    assert [f.feature for f in check(enterprises=rows)] == [("a",), ("b",)]
