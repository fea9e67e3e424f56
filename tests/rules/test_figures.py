"""Published figures against each other."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.rules.figures import half_unit

BASE = {"subject_zh": "数", "period": "2026", "unit": "亿元"}


def figure(key, value, **more):
    return BASE | {"figure_id": key, "value": value} | more


def rules(findings):
    return [f.rule for f in findings]


@pytest.mark.parametrize(
    ("total", "parts", "holds"),
    [
        (12.9, (6.142, 6.76), True),  # the published one: 12.902
        (12.8, (6.142, 6.76), False),
        (13.1, (6.142, 6.76), False),
        (45.0, (34.0, 11.0), True),
        (46.0, (34.0, 11.0), False),  # counts are exact
        (26.0, (18.2, 8.18), True),  # printed without decimals: 26.38 is 26
        (27.0, (18.2, 8.18), False),
        (0.0, (0.0, 0.0), True),
    ],
)
def test_a_sum_holds_within_the_rounding_of_its_digits(check, total, parts, holds):
    rows = [figure("t", total, sum_of="a;b"), figure("a", parts[0]), figure("b", parts[1])]
    findings = check(figures=rows)
    assert rules(findings) == ([] if holds else ["FIGURE_MISMATCH"])
    if not holds:
        (found,) = findings
        assert found.feature == ("t",)
        assert float(found.expected) == pytest.approx(sum(parts))
        assert float(found.actual) == total


def test_units_of_wan_and_yi_are_brought_together(check):
    rows = [
        figure("t", 1.6, sum_of="a;b"),
        figure("a", 1.1),
        figure("b", 5000.0, unit="万元"),
    ]
    assert check(figures=rows) == []
    rows[2]["value"] = 9000.0
    assert rules(check(figures=rows)) == ["FIGURE_MISMATCH"]


def test_unlike_units_cannot_be_compared(check):
    rows = [figure("t", 45.0, unit="家", sum_of="a"), figure("a", 45.0, unit="亩")]
    (found,) = check(figures=rows)
    assert "unit" in found.message["en"]


@pytest.mark.parametrize(
    ("total", "total_bound", "part_bound", "holds"),
    [
        (140.0, True, False, True),  # "more than 140" against 150
        (160.0, True, False, False),
        (160.0, False, True, True),  # "more than 150" may well be 160
        (140.0, False, True, False),
        (140.0, True, True, True),
        (160.0, True, True, True),
    ],
)
def test_a_lower_bound_opens_its_side(check, total, total_bound, part_bound, holds):
    rows = [
        figure("t", total, unit="家", sum_of="a", lower_bound=total_bound),
        figure("a", 150.0, unit="家", lower_bound=part_bound),
    ]
    assert rules(check(figures=rows)) == ([] if holds else ["FIGURE_MISMATCH"])


@pytest.mark.parametrize("part", [{"value": None}, {"figure_id": "other"}])
def test_a_part_without_a_value_is_named(check, part):
    rows = [figure("t", 45.0, sum_of="a"), figure("a", 45.0) | part]
    mismatches = [f for f in check(figures=rows) if f.rule == "FIGURE_MISMATCH"]
    assert len(mismatches) == 1
    assert "a" in mismatches[0].message["zh"]


@pytest.mark.parametrize(
    ("value", "whole", "stated", "holds"),
    [
        (6.142, 26.0, 0.236, True),
        (6.142, 26.0, 0.3, False),
        (1260.0, 16005.0, 0.079, True),
        (1260.0, 16005.0, 0.127, False),  # the inconsistent source of the facts
        (1.0, 3.0, 0.33, True),
        (1.0, 3.0, 0.34, False),
        (1.0, 0.0, 0.5, False),
    ],
)
def test_a_share_holds_within_the_rounding_of_its_digits(check, value, whole, stated, holds):
    rows = [
        figure("p", value, share_of="w", stated_share=stated),
        figure("w", whole),
    ]
    assert rules(check(figures=rows)) == ([] if holds else ["FIGURE_MISMATCH"])


def test_a_share_of_nothing_known_is_named_and_one_not_stated_is_silent(check):
    assert rules(check(figures=[figure("p", 1.0, share_of="w", stated_share=0.5)])) == [
        "FIGURE_MISMATCH"
    ]
    assert check(figures=[figure("p", 1.0, share_of="w")]) == []


def test_a_figure_may_be_wrong_twice(check):
    rows = [
        figure("t", 45.0, sum_of="a", share_of="a", stated_share=0.1),
        figure("a", 40.0),
    ]
    findings = check(figures=rows)
    assert rules(findings) == ["FIGURE_MISMATCH"] * 2
    assert findings[0].id != findings[1].id


@given(st.decimals(min_value=0, max_value=10**6, places=3), st.integers(0, 3))
def test_a_rounded_value_is_within_half_a_unit_of_what_it_was(value, places):
    printed = round(value, places)
    step = Decimal(1).scaleb(-places)
    assert abs(printed - value) <= max(half_unit(printed), step / 2)
    assert half_unit(printed) >= step / 2
