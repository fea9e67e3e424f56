"""Values out of bounds, not allowed, missing, or at odds with another of their record."""

import pytest


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
    ("kind", "small", "large"),
    [
        ("parcels", "far_min", "far_max"),
        ("parks", "supply_ready_mu", "developable_mu"),
        ("parks", "developable_mu", "planned_area_mu"),
    ],
)
def test_a_part_is_not_more_than_the_whole(broken, kind, small, large):
    (found,) = broken(kind, **{small: 2.5, large: 2.0})
    assert (found.rule, found.field) == ("VALUE_RANGE", small)
    assert large in found.message["zh"]
    assert broken(kind, **{small: 2.0, large: 2.0}) == []
    assert broken(kind, **{small: 2.0, large: None}) == []


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("1949", False),
        ("1948-12-31", True),
        ("0206-05-01", True),
        ("2100-12-31", False),
        ("2101", True),
    ],
)
def test_a_date_in_a_far_century_is_a_slip(broken, value, wrong):
    findings = broken("parcels", ready_on=value)
    assert [(f.rule, f.field) for f in findings] == ([("VALUE_RANGE", "ready_on")] if wrong else [])


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("parcels", {"far": -1.0}, "far"),
        ("parcels", {"supply_state": None}, "supply_state"),
        ("parcels", {"supply_state": "sold"}, "supply_state"),
        ("parcels", {"land_use_code": "9999"}, "land_use_code"),
        ("parcels", {"park_id": "gone"}, "park_id"),
        ("parcels", {"declared_area_mu": 1.0}, "declared_area_mu"),
        ("parcels", {"started_on": "2021", "completed_on": "2020"}, "completed_on"),
        ("parcels", {"utilities": "电"}, "utilities"),
        ("policies", {"policy_id": None}, "policy_id"),
        ("parks", {"parent_id": "A"}, "parent_id"),
        ("enterprises", {"uscc": "1"}, "uscc"),
        ("enterprises", {"industry_code": "C99"}, "industry_code"),
        ("figures", {"period": "2019"}, "period"),
        ("figures", {"sum_of": "gone"}, "value"),
        ("figures", {"share_of": "gone", "stated_share": 0.5}, "stated_share"),
        ("parcels", {"geometry": None}, None),
    ],
)
def test_a_finding_names_the_field_that_it_is_about(broken, kind, changes, field):
    (found,) = broken(kind, **changes)
    assert found.field == field
    assert "field" not in found.as_dict()


@pytest.mark.parametrize("missing", ["unit", "period"])
def test_the_value_of_a_cost_says_nothing_without_unit_and_period(check, missing):
    whole = {"cost_id": "c", "kind": "gas", "subject_zh": "气", "ask_zh": "燃气企业"}
    whole |= {"value": 2.5, "unit": "元/立方米", "period": "2026"}
    assert check(costs=[whole]) == []
    (finding,) = check(costs=[whole | {missing: None}])
    assert (finding.rule, finding.field, finding.feature) == ("VALUE_RANGE", missing, ("c",))


def test_a_cost_must_say_whom_to_ask(check):
    (finding,) = check(costs=[{"cost_id": "c", "kind": "gas", "subject_zh": "气"}])
    assert (finding.rule, finding.field) == ("VALUE_RANGE", "ask_zh")
