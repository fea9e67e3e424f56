"""The balance sheet, reckoned by hand from squares of 0.98782 ha (14.8173 亩)."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analyse.balance import LEVELS, describe_balance
from geo.analyse.land import measure_plots
from tests.analyse.planned import BOW, COUNTIES, LAND_USE, parks, plots, square

CODES = st.sampled_from(["100101", "100102", "1001", "1101", "0801", "1207", "1701", "9999"])


def balance(frame, **of_a):
    land = measure_plots(frame)
    return describe_balance(frame, land, parks(**of_a), land_use=LAND_USE, counties=COUNTIES)


def sheet(frame, scope="all", key=None):
    sheets = balance(frame)["sheets"]
    return next(s for s in sheets if (s["scope"], s["key"]) == (scope, key))


def rows(table):
    return {row["code"]: row for group in table for row in group["rows"]}


def group(table, name):
    return next(g for g in table if g["group"] == name)


def test_three_equal_plots_print_parts_that_add_up_to_the_total():
    # In hundredths of a hectare: 3 x 98.782 = 296.346, rounded 296. At the first level 10 has
    # 197.564 and 11 has 98.782: 197 + 98 lack one, and .782 is the larger remainder. Below it
    # 98 + 98 lack one of the 197, which goes to the first of two equal remainders.
    found = sheet(plots({}, {"land_use_code": "100102"}, {"land_use_code": "1101"}))
    table = rows(found["levels"]["3"])
    assert rows(found["levels"]["1"])["10"]["planned"]["ha"] == 1.97
    assert found["total"]["planned"]["ha"] == 2.96
    assert [table[c]["planned"]["ha"] for c in ("100101", "100102", "1101")] == [0.99, 0.98, 0.99]
    # 3 x 14.8173 = 44.4519 亩
    assert found["total"]["planned"]["mu"] == 44.45
    assert [r["planned"]["share"] for r in table.values()] == [33.34, 33.33, 33.33]


def test_classes_are_summed_at_each_level_of_the_guide():
    codes = ("100101", "100102", "1001", "0801")
    levels = sheet(plots(*({"land_use_code": code} for code in codes)))["levels"]
    assert list(rows(levels["1"])) == ["08", "10"]
    assert list(rows(levels["2"])) == ["0801", "1001"]
    assert list(rows(levels["3"])) == ["0801", "1001", "100101", "100102"]
    assert rows(levels["2"])["1001"]["plots"] == 3
    assert rows(levels["2"])["1001"]["name"] == {"zh": "工业用地", "en": "Industry"}
    # 3 of 4 equal plots
    assert rows(levels["1"])["10"]["planned"]["share"] == 75.0


def test_land_that_is_not_for_construction_stands_below_the_line_without_a_share():
    table = sheet(plots({}, {"land_use_code": "1701"}, {"land_use_code": "9999"}))["levels"]["2"]
    assert [g["group"] for g in table] == ["construction", "other", "unknown"]
    assert group(table, "construction")["planned"]["share"] == 100.0
    assert rows(table)["1701"]["planned"] == {"ha": 0.99, "mu": 14.82, "share": None}
    assert rows(table)["9999"]["name"] is None


def test_existing_use_is_that_of_built_plots_and_the_rest_is_not_recorded():
    states = ("built", "inefficient", "construction", "not_started")
    found = sheet(plots(*({"development_state": s} for s in states)))
    row = rows(found["levels"]["3"])["100101"]
    # 4 and 2 squares: 3.95128 and 1.97564 ha, 59.2692 and 29.6346 亩
    assert row["planned"] == {"ha": 3.95, "mu": 59.27, "share": 100.0}
    assert row["existing"] == {"ha": 1.98, "mu": 29.63, "share": 100.0}
    assert found["existing"] == {
        "built_ha": 1.98,
        "unrecorded_ha": 1.97,
        "built_mu": 29.63,
        "unrecorded_mu": 29.64,
    }


def test_without_a_built_plot_existing_use_is_missing_and_not_nought():
    found = sheet(plots({"development_state": "not_started"}))
    assert found["existing"] is None
    assert rows(found["levels"]["1"])["10"]["existing"] is None


def test_declared_areas_are_held_against_the_measured_ones_of_the_same_plots():
    frame = plots({"declared_area_mu": 15.0}, {"declared_area_mu": 14.5}, {})
    row = rows(sheet(frame)["levels"]["3"])["100101"]
    assert row["declared"] == {
        "plots": 2,
        "without": 1,
        "mu": 29.5,
        "measured_mu": 29.63,
        "difference_mu": -0.13,
    }
    nothing = rows(sheet(plots({}))["levels"]["3"])["100101"]["declared"]
    assert (nothing["plots"], nothing["mu"], nothing["difference_mu"]) == (0, None, None)


@pytest.mark.parametrize("slip", [float("inf"), 1e308, -1.0])
def test_a_declared_area_beyond_all_bounds_counts_as_none(slip):
    row = rows(sheet(plots({"declared_area_mu": slip}))["levels"]["3"])["100101"]
    assert row["declared"]["without"] == 1


def test_how_much_is_surveyed_and_how_much_a_sample_is_told():
    found = sheet(plots({}, {"nature": "sample"}, {"nature": "sample"}))
    assert found["natures"] == [
        {"nature": "sample", "ha": 1.97, "mu": 29.63},
        {"nature": "surveyed", "ha": 0.99, "mu": 14.82},
    ]


def test_a_park_has_the_plots_of_the_parks_inside_it_and_a_county_those_of_its_parks():
    frame = plots({}, {"park_id": "B"}, {"park_id": "C"}, {"park_id": "gone"})
    document = balance(frame)
    counts = {(s["scope"], s["key"]): s["plots"] for s in document["sheets"]}
    assert counts == {
        ("all", None): 4,
        ("county", "653225"): 2,
        ("park", "A"): 2,
        ("park", "B"): 1,
        ("park", "C"): 1,
    }
    names = {s["key"]: s["name"] for s in document["sheets"]}
    assert names["653225"]["zh"] == "策勒县"
    assert names["B"] == {"zh": "乙园", "en": "乙园"}


def test_a_park_without_plots_is_named_and_has_no_sheet_of_noughts():
    assert balance(plots({}))["empty"] == ["B", "C"]


def test_plots_without_a_sure_outline_are_left_out_and_named():
    found = sheet(plots({}, {"geometry": BOW}, {"geometry": None}))
    assert found["unmeasured"] == ["P1", "P2"]
    assert (found["plots"], found["total"]["plots"]) == (3, 1)
    assert found["total"]["planned"]["ha"] == 0.99


def test_plots_that_overlap_count_fully_and_the_heading_says_so():
    frame = plots({"geometry": square(0)}, {"geometry": square(0)})
    assert sheet(frame)["total"]["planned"]["ha"] == 1.98
    assert "plan_note.overlaps_counted" in balance(frame)["notes"]
    assert "plan_note.area_ellipsoidal" in balance(frame)["notes"]


def test_no_plots_give_an_empty_sheet():
    document = balance(plots())
    assert [s["scope"] for s in document["sheets"]] == ["all"]
    assert document["sheets"][0]["levels"] == {"1": [], "2": [], "3": []}
    assert document["sheets"][0]["total"]["planned"] == {"ha": 0.0, "mu": 0.0, "share": None}


def test_the_order_of_the_records_makes_no_difference():
    frame = plots({}, {"land_use_code": "1207", "park_id": "B"}, {"nature": "sample"})
    assert json.dumps(balance(frame)) == json.dumps(balance(frame.iloc[::-1]))


def exact(number):
    return Fraction(Decimal(str(number)))


@given(st.lists(st.tuples(CODES, st.integers(1, 40), st.booleans()), min_size=1, max_size=12))
def test_printed_parts_add_up_to_printed_totals_at_every_level(drawn):
    records = [
        {
            "land_use_code": code,
            "geometry": square(number * 50, count),
            "development_state": "built" if is_built else "not_started",
            "declared_area_mu": float(count * 15),
        }
        for number, (code, count, is_built) in enumerate(drawn)
    ]
    found = sheet(plots(*records))
    for level in LEVELS:
        table = found["levels"][str(level)]
        for column in ("planned", "existing", "declared"):
            for unit in {"planned": ("ha", "mu"), "existing": ("ha", "mu")}.get(column, ("mu",)):
                values = [(g[column], [r[column] for r in g["rows"]]) for g in table]
                if found["total"][column] is None:
                    continue
                for head, parts in values:
                    assert exact(head[unit]) == sum(exact(p[unit]) for p in parts)
                total = sum(exact(head[unit]) for head, _ in values)
                assert total == exact(found["total"][column][unit])
        shares = [r["planned"]["share"] for g in table for r in g["rows"]]
        known = [exact(share) for share in shares if share is not None]
        assert not known or sum(known) == 100
