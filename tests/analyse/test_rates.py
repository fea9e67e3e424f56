"""The four rates of a park, and what is said when one cannot be computed."""

import json

import pytest

from geo.analyse.land import measure_plots
from geo.analyse.rates import describe_rates
from tests.analyse.planned import BOW, SQUARE_MU, parks, plots


def rates(frame, park="A", **of_a):
    found = describe_rates(measure_plots(frame), parks(**of_a))["parks"]
    return next(p for p in found if p["key"] == park)["rates"]


FOUR = (
    {},  # supplied, built, industrial
    {"land_use_code": "0801", "park_id": "B"},  # supplied, built, inside the park
    {"development_state": "construction"},  # supplied
    {"supply_state": "approved", "development_state": "not_started"},
)
"""Four squares of 14.8173 亩 = 59.2692 亩: three supplied, two built, one of them industrial."""


def test_the_four_rates_of_a_park_with_all_its_inputs():
    found = rates(plots(*FOUR), developable_mu=100.0, supply_ready_mu=60.0)
    assert found["development"]["value"] == 0.6
    assert found["supply"]["value"] == round(3 * SQUARE_MU / 60, 4) == 0.7409
    assert found["building"]["value"] == 0.6667
    assert found["industrial"]["value"] == 0.5
    assert all(r["because"] == [] and r["note"] is None for r in found.values())


def test_numerator_and_denominator_are_shown_with_their_natures():
    found = rates(plots({}, {"nature": "sample"}), supply_ready_mu=60.0)
    supply = found["supply"]
    assert supply["numerator"]["area"]["mu"] == pytest.approx(29.63)
    assert set(supply["numerator"]["natures"]) == {"sample", "surveyed"}
    assert supply["denominator"]["area"] == {"ha": 4.0, "mu": 60.0}
    assert list(supply["denominator"]["natures"]) == ["reported"]


def test_what_the_park_does_not_state_is_named_and_is_never_nought():
    found = rates(plots(*FOUR))
    missing = ["plan_because.ready_missing", "plan_because.developable_missing"]
    assert (found["development"]["value"], found["development"]["because"]) == (None, missing)
    assert found["supply"]["because"] == missing[:1]
    assert found["building"]["value"] is not None


def test_a_park_without_plots_has_no_rate_of_nought():
    found = rates(plots({}), park="C")
    for name in ("building", "industrial"):
        assert (found[name]["value"], found[name]["because"]) == (None, ["plan_because.no_plots"])


def test_nothing_supplied_leaves_nothing_to_divide_by():
    found = rates(plots({"supply_state": "approved", "development_state": "not_started"}))
    assert found["building"]["because"] == ["plan_because.nothing_to_divide_by"]
    assert found["building"]["denominator"]["area"]["mu"] == 0


def test_nothing_built_on_supplied_land_is_a_true_nought():
    assert rates(plots({"development_state": "not_started"}))["building"]["value"] == 0


def test_a_plot_that_cannot_be_measured_leaves_the_sum_open():
    found = rates(plots({}, {"geometry": BOW}))
    assert found["building"]["value"] is None
    assert found["building"]["because"] == ["plan_because.unmeasured"]


def test_land_that_is_not_for_construction_counts_in_no_rate():
    assert rates(plots({}, {"land_use_code": "1701"}))["industrial"]["value"] == 1


def test_more_than_all_is_shown_with_a_remark():
    found = rates(plots({}, {}), supply_ready_mu=SQUARE_MU)
    assert found["supply"]["value"] == pytest.approx(2, abs=1e-4)
    assert found["supply"]["note"] == "plan_note.rate_over_one"


def test_a_slip_of_the_keyboard_is_no_input():
    found = rates(plots({}), supply_ready_mu=float("inf"), developable_mu=-1.0)
    assert found["development"]["value"] is None


def test_equal_input_gives_equal_output_in_any_order():
    frame = plots(*FOUR)
    first, again = (describe_rates(measure_plots(f), parks()) for f in (frame, frame.iloc[::-1]))
    assert json.dumps(first) == json.dumps(again)
