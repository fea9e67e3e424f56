"""Figures of plots, firms and parks against their limits; the ranking of firms."""

import json

import pytest

from geo.analyse.indicators import describe_indicators
from geo.analyse.land import measure_plots
from geo.indicators import Indicators
from tests.analyse.planned import BOW, INDUSTRY, SQUARE_MU, firms, parks, plots

SOURCE = {"source": {"zh": "源", "en": "source"}, "as_of": "2026", "verified": False}
FULL = {"output_wan": 1000.0, "tax_wan": 100.0, "invest_in_place_wan": 500.0, "energy_tce": 50.0}
RULES = {
    "thresholds": [
        SOURCE
        | {"indicator": "invest_in_place", "industries": ["C"], "least": 300, "unit": "wan_per_ha"},
        SOURCE | {"indicator": "office_ratio", "industries": ["C"], "most": 0.07, "unit": "ratio"},
        SOURCE
        | {"indicator": "office_ratio", "industries": ["C17"], "most": 0.05, "unit": "ratio"},
    ],
    "ranking": SOURCE
    | {
        "industries": ["C"],
        "least_firms": 2,
        "most_credit": 1.5,
        "classes": {"A": 0.2, "B": 0.7, "C": 0.95},
        "weights": [
            {"indicator": "tax", "points": 60, "better": "more"},
            {"indicator": "energy", "points": 40, "better": "less"},
        ],
    },
}


def describe(land, register, rules=RULES):
    return describe_indicators(
        measure_plots(land),
        register,
        parks(),
        rules=Indicators.model_validate(rules),
        industry=INDUSTRY,
    )


def plot(document, key="P0"):
    return next(p for p in document["plots"] if p["key"] == key)


def firm(document, key="E0"):
    return next(f for f in document["firms"] if f["key"] == key)


def park(document, key="A"):
    return next(p for p in document["parks"] if p["key"] == key)


# --- figures ---------------------------------------------------------------------------------


def test_what_a_firm_makes_of_its_plot_is_divided_by_its_area():
    document = describe(plots({}), firms({"parcel_id": "P0", "invest_planned_wan": 600.0} | FULL))
    # per 14.8173 亩
    wanted = {
        "invest_planned": 40.4932,
        "invest_in_place": 33.7443,
        "output": 67.4887,
        "tax": 6.7489,
        "energy": 0.05,
    }
    for one in (plot(document), firm(document), park(document)):
        found = {name: one["values"][name] for name in wanted}
        assert found == pytest.approx(wanted, rel=2e-5)


def test_investment_can_be_read_per_hectare_as_well():
    described = describe(plots({}), firms())["indicators"]["invest_in_place"]
    assert described["unit"] == "plan_unit.wan_per_mu"
    assert described["also"] == {"unit": "plan_unit.wan_per_ha", "factor": 15}


def test_a_firm_holds_every_plot_that_names_it():
    land = plots({"enterprise_id": "E0"}, {"enterprise_id": "E0", "far": 2.0})
    found = firm(describe(land, firms({"parcel_id": "P0"} | FULL)))
    assert found["plots"] == ["P0", "P1"]
    assert found["values"]["tax"] == pytest.approx(100 / (2 * SQUARE_MU), abs=1e-4)
    assert found["missing"]["far"] == "plan_because.figure_missing"


def test_built_figures_of_several_plots_are_weighted_by_area():
    land = plots({"enterprise_id": "E0", "far": 1.0}, {"enterprise_id": "E0", "far": 2.0})
    document = describe(land, firms({}))
    assert firm(document)["values"]["far"] == pytest.approx(1.5)
    assert park(document)["values"]["far"] == pytest.approx(1.5)
    assert park(document)["counted"]["far"] == {"known": 2, "of": 2, "samples": 0}


@pytest.mark.parametrize(
    ("land", "register", "name", "because"),
    [
        ({}, {"parcel_id": "P0"}, "tax", "figure_missing"),
        ({}, {"parcel_id": "P0", "stage": "signed"} | FULL, "tax", "not_operating"),
        ({}, {"parcel_id": "P0", "building_id": "H"} | FULL, "tax", "in_hall"),
        ({}, FULL, "tax", "no_own_plot"),
        ({"enterprise_id": "E9"}, {"parcel_id": "P0"} | FULL, "tax", "plot_shared"),
        ({"geometry": BOW}, {"parcel_id": "P0"} | FULL, "tax", "unmeasured"),
        ({"development_state": "construction"}, {"parcel_id": "P0"}, "far", "not_built"),
        ({}, {"parcel_id": "P0"} | FULL | {"output_wan": 0.0}, "energy", "no_output"),
        ({}, {"parcel_id": "P0"} | FULL | {"tax_wan": float("inf")}, "tax", "figure_missing"),
    ],
)
def test_a_figure_that_cannot_be_computed_says_why(land, register, name, because):
    found = firm(describe(plots(land), firms(register)))
    assert found["missing"][name] == f"plan_because.{because}"
    assert name not in found["values"]


def test_a_firm_without_a_signed_agreement_is_not_listed():
    document = describe(plots({}), firms({"parcel_id": "P0", "stage": "intent"} | FULL))
    assert document["firms"] == []
    assert plot(document)["missing"]["tax"] == "plan_because.no_firm"


def test_plots_of_which_nothing_is_built_or_stated_are_not_listed():
    land = plots({"development_state": "not_started"}, {"land_use_code": "1207"}, {})
    assert [p["key"] for p in describe(land, firms())["plots"]] == ["P2"]


# --- limits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("far", "state", "verdict"),
    [
        (0.9, "built", "below"),
        (0.9, "construction", "open"),
        (1.0, "built", "meets"),
        (2.0, "built", "meets"),
        (2.1, "construction", "above"),
    ],
)
def test_a_built_figure_is_held_against_the_plan_of_its_plot(far, state, verdict):
    land = plots({"far": far, "far_min": 1.0, "far_max": 2.0, "development_state": state})
    found = plot(describe(land, firms()))
    limit = {"least": 1.0, "most": 2.0, "from": "plan", "verified": None}
    assert (found["limits"]["far"], found["verdicts"]["far"]) == (limit, verdict)


@pytest.mark.parametrize(
    ("industry", "most", "verdict"), [("C19", 0.07, "meets"), ("C17", 0.05, "above")]
)
def test_the_narrowest_industry_decides_the_threshold(industry, most, verdict):
    land = plots({"office_ratio": 0.06})
    found = plot(describe(land, firms({"parcel_id": "P0", "industry_code": industry})))
    assert found["limits"]["office_ratio"]["most"] == most
    assert found["limits"]["office_ratio"]["verified"] is False
    assert found["verdicts"]["office_ratio"] == verdict


def test_an_industry_without_a_threshold_is_not_judged():
    land = plots({"office_ratio": 0.5})
    found = plot(describe(land, firms({"parcel_id": "P0", "industry_code": "G59"})))
    assert "office_ratio" not in found["verdicts"]


@pytest.mark.parametrize(
    ("invested", "stage", "verdict"),
    [(300.0, "operating", "meets"), (290.0, "operating", "below"), (290.0, "signed", "open")],
)
def test_a_threshold_per_hectare_is_brought_to_the_mu(invested, stage, verdict):
    # 300 万元/公顷 are 20 万元/亩: 296.346 万元 on 14.8173 亩
    register = firms({"parcel_id": "P0", "invest_in_place_wan": invested, "stage": stage})
    found = firm(describe(plots({}), register))
    assert found["limits"]["invest_in_place"]["least"] == pytest.approx(20)
    assert found["verdicts"]["invest_in_place"] == verdict


# --- ranking ---------------------------------------------------------------------------------


def ranked(*changes, **more):
    land = plots(*({} for _ in changes))
    register = [{"parcel_id": f"P{n}"} | FULL | change for n, change in enumerate(changes)]
    return describe(land, firms(*register), **more)["ranking"]


def group(ranking, name):
    return next(g for g in ranking["groups"] if g["group"] == name)


def test_points_are_weight_times_figure_over_that_of_all():
    # Taxes 100, 300: mean 200. Energy per output 0.05, 0.10: mean 0.075.
    found = group(ranked({}, {"tax_wan": 300.0, "energy_tce": 100.0}), "real")
    by_key = {f["key"]: f for f in found["firms"]}
    assert by_key["E0"]["parts"] == {"tax": 30.0, "energy": 60.0}
    assert by_key["E1"]["parts"] == {"tax": 90.0, "energy": 30.0}
    assert [f["key"] for f in found["firms"]] == ["E1", "E0"]
    assert [f["class"] for f in found["firms"]] == ["A", "B"]


def test_no_figure_earns_more_than_the_most_credit():
    # Taxes 100, 900: mean 500, so 0.2 and 1.8 times the mean; the latter counts as 1.5.
    found = group(ranked({}, {"tax_wan": 900.0}), "real")["firms"]
    assert {f["key"]: f["parts"]["tax"] for f in found} == {"E0": 12.0, "E1": 90.0}


def test_classes_follow_the_order_and_equal_points_have_equal_class():
    taxes = [{"tax_wan": 100.0 * n} for n in (10, 9, 9, 7, 6, 5, 4, 3, 2, 1)]
    found = group(ranked(*taxes), "real")
    assert "".join(f["class"] for f in found["firms"]) == "AAABBBBCCC"


def test_samples_are_ranked_among_samples_only():
    ranking = ranked({}, {"nature": "sample", "tax_wan": 1e6}, {"nature": "sample"})
    assert group(ranking, "real")["because"] == "plan_because.too_few_firms"
    assert {f["key"] for f in group(ranking, "sample")["firms"]} == {"E1", "E2"}
    assert group(ranking, "sample")["name"] == "plan_ranked.sample"


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"tax_wan": None}, "figure_missing"),
        ({"stage": "construction"}, "not_operating"),
        ({"industry_code": "G59"}, "industry_not_ranked"),
        ({"industry_code": None}, "industry_unknown"),
        ({"energy_tce": 0.0}, "nothing_to_divide_by"),
    ],
)
def test_a_firm_without_all_its_figures_is_not_ranked_and_told_why(change, because):
    (left_out,) = ranked({}, {}, change)["unranked"]
    assert left_out == {"key": "E2", "because": [f"plan_because.{because}"]}


def test_without_rules_nobody_is_ranked():
    ranking = ranked({}, {}, rules={})
    assert (ranking["because"], ranking["groups"]) == ("plan_because.no_ranking", [])


def test_the_order_of_the_records_makes_no_difference():
    land = plots({"far": 1.0}, {"far": 2.0}, {"park_id": "B"})
    register = firms(*({"parcel_id": f"P{n}", "tax_wan": n + 1.0} | FULL for n in range(3)))
    first = json.dumps(describe(land, register))
    assert json.dumps(describe(land.iloc[::-1], register.iloc[::-1])) == first
