"""Dates in the wrong order or still to come, and figures that are old."""

from datetime import date

import pytest

from geo.rules.dates import last_day
from tests.rules.conftest import brief


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


def test_a_cost_grows_old_only_once_it_has_a_value(check):
    row = {"cost_id": "c", "kind": "gas", "subject_zh": "气", "ask_zh": "燃气企业", "as_of": "2020"}
    assert check(costs=[row]) == []
    known = row | {"value": 2.5, "unit": "元/立方米", "period": "2020"}
    assert brief(check(costs=[known])) == [("STALE", "costs", ("c",))]


@pytest.mark.parametrize("field", ["started_on", "completed_on", "stopped_on"])
@pytest.mark.parametrize(
    ("value", "as_of", "wrong"),
    [
        ("2026-11-22", None, False),
        ("2026-11-23", None, True),
        ("2026-12", None, True),
        ("2026", None, False),  # may be any day of the year
        ("2027-01", "2026-11", True),
        ("2027-01", "2027-02", False),  # the record knows more than the day of the check
        ("2027-01", "unknown", True),
    ],
)
def test_what_has_happened_cannot_be_still_to_come(broken, field, value, as_of, wrong):
    findings = broken("parcels", **{field: value, "as_of": as_of})
    assert [f.rule for f in findings] == (["DATE_ORDER"] if wrong else [])
    if wrong:
        assert findings[0].field == field
        assert value in findings[0].message["zh"]


@pytest.mark.parametrize(
    ("stage", "wrong"),
    [("intent", False), ("signed", False), ("operating", True), ("closed", True), (None, False)],
)
def test_a_firm_cannot_work_from_a_day_to_come(broken, stage, wrong):
    rules = [f.rule for f in broken("enterprises", stage=stage, stage_on="2027-01-04")]
    assert ("DATE_ORDER" in rules) is wrong


def test_works_cannot_stop_before_they_start(broken):
    (found,) = broken("parcels", started_on="2024-05", stopped_on="2024-04-30")
    assert (found.rule, found.field, found.actual) == (
        "DATE_ORDER",
        "stopped_on",
        "2024-05 > 2024-04-30",
    )
