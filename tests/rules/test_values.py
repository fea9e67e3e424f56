"""Values out of bounds, dates in the wrong order, areas that differ, figures that are old."""

import math
from datetime import date

import pytest

from geo.rules.values import last_day
from tests.rules.conftest import SOUND, SQUARE, brief

MEASURED_MU = 14.8173
"""Area of the sample plot; from geographiclib, in test_crs compared with the plane area."""


@pytest.mark.parametrize(
    ("kind", "column", "value", "expected"),
    [
        ("parcels", "far", -0.1, "0 – 20"),
        ("parcels", "far", 20.5, "0 – 20"),
        ("parcels", "term_years", 71, "1 – 70"),
        ("parcels", "green_ratio", 1.01, "0 – 1"),
        ("parks", "planned_area_mu", -1.0, "0 – 1000000000000"),
        ("parks", "opened_year", 1900, "1950 – 2100"),
        ("enterprises", "invest_planned_wan", 1e13, "0 – 1000000000000"),
        ("enterprises", "lat", 91.0, "-90 – 90"),
    ],
)
def test_a_number_out_of_bounds_is_found(broken, kind, column, value, expected):
    (found,) = broken(kind, **{column: value})
    assert (found.rule, found.layer, found.expected) == ("VALUE_RANGE", kind, expected)
    assert found.actual == f"{value:g}"
    assert column in found.message["zh"]


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [
        ("parcels", "far", 0.0),
        ("parcels", "far", 20.0),
        ("parcels", "far", None),
        ("parcels", "term_years", 70),
        ("buildings", "state", None),
        ("buildings", "state", "let"),
    ],
)
def test_bounds_are_inclusive_and_nothing_is_no_value(broken, kind, column, value):
    assert broken(kind, **{column: value}) == []


def test_a_value_that_is_not_allowed_is_found(broken):
    (found,) = broken("parcels", supply_state="sold")
    assert found.rule == "VALUE_RANGE"
    assert "approved" in found.expected
    assert found.actual == "sold"
    (nature,) = broken("parcels", nature="guessed")
    assert nature.actual == "guessed"


def test_a_required_value_that_is_empty_is_found(broken):
    (found,) = broken("parcels", supply_state=None)
    assert found.rule == "VALUE_RANGE"
    assert "required" in found.message["en"]


def test_an_unparsed_value_is_one_finding_even_where_it_is_required(broken):
    attrs = {"unparsed": [(0, "value", "about 155")]}
    (found,) = broken("figures", value=None, attrs=attrs)
    assert (found.rule, found.actual) == ("VALUE_RANGE", "about 155")
    assert "a number" in found.message["en"]
    assert "数字" in found.message["zh"]


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("parcels", "start_due_on", "completion_due_on"),
        ("parcels", "started_on", "completed_on"),
        ("policies", "valid_from", "valid_to"),
    ],
)
@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        ("2021-01-01", "2020-12-31", True),
        ("2021", "2020", True),
        ("2020-11", "2020-10-31", True),
        ("2020-12-31", "2020", False),  # within the year that the other names
        ("2020", "2020-01-01", False),
        ("2020-10", "2020-10", False),
        ("2020", "2021", False),
        ("2021", None, False),
        (None, "2020", False),
    ],
)
def test_dates_are_wrong_only_if_they_are_for_certain(broken, kind, first, last, start, end, wrong):
    findings = broken(kind, **{first: start, last: end})
    assert [f.rule for f in findings] == (["DATE_ORDER"] if wrong else [])


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020", date(2020, 12, 31)),
        ("2016–2020", date(2020, 12, 31)),
        ("2016-2020", date(2020, 12, 31)),
        ("2020-10", date(2020, 10, 31)),
        ("2020-05-16", date(2020, 5, 16)),
        ("undated, about 2010–2012", date(2012, 12, 31)),
        ("2016–", None),
        ("2016 至", None),
        ("undated", None),
        ("", None),
        (None, None),
        ("12020", None),
        ("2020-19", None),
    ],
)
def test_the_last_day_that_a_period_names(text, expected):
    assert last_day(text) == expected


@pytest.mark.parametrize(
    ("period", "as_of", "old"),
    [
        ("2024-11-22", None, False),
        ("2024-11-21", None, True),
        ("2024-10", None, True),
        ("2024", None, False),
        ("2023", "2026", True),
        ("2016–2020", None, True),
        ("undated", "2020", True),
        ("undated", None, False),
        ("2016–", "2026", False),
        ("2016–", "2020", True),
    ],
)
def test_a_figure_older_than_two_years_is_stale(broken, period, as_of, old):
    findings = broken("figures", period=period, as_of=as_of)
    assert [(f.rule, f.severity) for f in findings] == ([("STALE", "info")] if old else [])


def test_statistics_grow_old_too_and_policies_do_not(check):
    row = {"statistic_id": "s", "adcode": "653225", "subject_zh": "人口", "value": 1, "unit": "人"}
    assert brief(check(statistics=[row | {"period": "2020"}])) == [("STALE", "statistics", ("s",))]
    assert check(policies=[{"policy_id": "p", "title_zh": "x", "as_of": "1999"}]) == []
