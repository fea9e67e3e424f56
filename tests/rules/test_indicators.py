"""Built figures against the plan of their plot."""

import pytest

from geo.rules import RulesConfig
from tests.rules.conftest import CONFIG, SOUND

PLAN = {"far_min": 1.0, "far_max": 2.0, "building_coefficient_min": 0.4, "green_ratio_max": 0.2}


def rules_of(findings):
    return [(f.rule, f.field, f.expected, f.actual) for f in findings]


@pytest.mark.parametrize(
    ("built", "found"),
    [
        ({"far": 1.0}, []),
        ({"far": 2.0}, []),
        ({"far": 0.99}, [("INDICATOR_BELOW", "far", "1", "0.99")]),
        ({"far": 2.01}, [("INDICATOR_ABOVE", "far", "2", "2.01")]),
        ({"building_coefficient": 0.4}, []),
        (
            {"building_coefficient": 0.39},
            [("INDICATOR_BELOW", "building_coefficient", "0.4", "0.39")],
        ),
        ({"green_ratio": 0.2}, []),
        ({"green_ratio": 0.21}, [("INDICATOR_ABOVE", "green_ratio", "0.2", "0.21")]),
        ({}, []),
    ],
)
def test_a_built_figure_is_held_against_the_plan(broken, built, found):
    assert rules_of(broken("parcels", **PLAN, **built)) == found


def test_each_figure_of_a_plot_has_a_finding_of_its_own(broken):
    found = broken("parcels", **PLAN, far=0.5, building_coefficient=0.1)
    assert len({f.id for f in found}) == 2
    assert {f.feature for f in found} == {("P1",)}


def test_without_a_planned_limit_nothing_is_said(broken):
    assert broken("parcels", far=0.01, building_coefficient=0.01, green_ratio=0.9) == []


@pytest.mark.parametrize(
    ("state", "far", "rules"),
    [
        ("construction", 0.1, []),
        ("inefficient", 0.1, ["INDICATOR_BELOW"]),
        ("construction", 3.0, ["INDICATOR_ABOVE"]),
    ],
)
def test_works_under_way_may_still_rise_but_not_sink(broken, state, far, rules):
    found = broken("parcels", **PLAN, far=far, development_state=state)
    assert [f.rule for f in found if f.rule.startswith("INDICATOR")] == rules


@pytest.mark.parametrize("value", [float("inf"), 99.0])
def test_a_value_out_of_all_bounds_is_told_once(broken, value):
    rules = [f.rule for f in broken("parcels", **PLAN, far=value)]
    assert rules == ["VALUE_RANGE"]


@pytest.mark.parametrize(
    ("use", "office", "rules"),
    [("1001", 0.07, []), ("1001", 0.08, ["INDICATOR_ABOVE"]), ("0901", 0.08, [])],
)
def test_offices_on_industrial_land_have_the_limit_of_the_rules(check, use, office, rules):
    raw = CONFIG.model_dump()
    raw["rules"]["INDICATOR_ABOVE"] = {"severity": "warning", "office_ratio_max": 0.07}
    row = SOUND["parcels"][0] | {"office_ratio": office, "land_use_code": use}
    found = check(parcels=[row], config=RulesConfig.model_validate(raw))
    assert [f.rule for f in found if f.rule.startswith("INDICATOR")] == rules


def test_without_that_limit_offices_are_not_judged(broken):
    assert broken("parcels", office_ratio=0.9) == []


def test_the_sentence_names_plot_field_and_both_numbers(broken):
    (found,) = broken("parcels", **PLAN, far=0.5)
    for text in found.message.values():
        assert all(part in text for part in ("P1", "far", "0.5", "1"))
