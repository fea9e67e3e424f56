"""Areas as declared against areas as measured."""

import math

import pytest

from tests.rules.conftest import SOUND, SQUARE

MEASURED_MU = 14.8173
"""Area of the sample plot; from geographiclib, in test_crs compared with the plane area."""


@pytest.mark.parametrize(
    ("declared", "wrong"),
    [
        (MEASURED_MU, False),
        (MEASURED_MU * 1.009, False),
        (MEASURED_MU * 1.02, True),
        (MEASURED_MU * 0.98, True),
        (0.0, True),
        (MEASURED_MU * 1.575, True),  # measured in Web Mercator
    ],
)
def test_a_declared_area_is_held_against_the_measured_one(broken, declared, wrong):
    findings = broken("parcels", declared_area_mu=declared)
    assert [f.rule for f in findings] == (["AREA_MISMATCH"] if wrong else [])
    if wrong:
        assert findings[0].expected == f"{MEASURED_MU:.2f}"
        difference = abs(declared - MEASURED_MU) * 10_000 / 15
        assert findings[0].area_m2 == pytest.approx(difference, abs=0.5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("declared", [math.inf, 1e308, 1e15])
def test_an_area_beyond_all_measure_is_never_told_as_infinite(broken, declared):
    found = broken("parcels", declared_area_mu=declared)
    assert "VALUE_RANGE" in {f.rule for f in found}
    assert all(math.isfinite(f.area_m2) for f in found if f.area_m2 is not None)


def test_an_area_is_not_measured_where_there_is_none(check):
    bow = SQUARE.exterior.coords
    crossed = type(SQUARE)([bow[0], bow[2], bow[1], bow[3]])
    rows = [SOUND["parcels"][0] | {"declared_area_mu": 1.0, "geometry": g} for g in (None, crossed)]
    for row in rows:
        assert "AREA_MISMATCH" not in {f.rule for f in check(parcels=[row])}


@pytest.mark.parametrize("nature", ["schematic", "text-limits"])
def test_a_drawn_outline_is_not_measured(broken, nature):
    assert broken("parcels", declared_area_mu=1.0, nature=nature) == []
    assert broken("parks", planned_area_mu=1.0, nature=nature) == []


def test_the_planned_area_of_a_park_is_held_against_a_surveyed_outline(broken):
    (found,) = broken("parks", planned_area_mu=20.0, nature="surveyed")
    assert (found.rule, found.layer, found.field) == ("AREA_MISMATCH", "parks", "planned_area_mu")
    assert (found.expected, found.actual) == (f"{MEASURED_MU:.2f}", "20.00")
    assert broken("parks", planned_area_mu=MEASURED_MU, nature="surveyed") == []


def test_a_park_that_is_a_point_has_no_area_to_compare(broken):
    point = SQUARE.centroid
    assert broken("parks", planned_area_mu=20.0, nature="surveyed", geometry=point) == []
