"""Idle land: what counts as such, from which day on, and where it cannot be told."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.rules import idle, load_config
from geo.rules.dates import months_after
from geo.rules.finding import Context
from geo.settings import BUNDLED_LAYERS
from tests.rules.conftest import CODES, CONFIG, SOUND, make_catalog, make_frame

WAITING = SOUND["parcels"][0] | {
    "development_state": "not_started",
    "start_due_on": "2025-03-01",
    "declared_area_mu": 14.8173,  # as measured, in test_areas
}
STOPPED = WAITING | {
    "development_state": "construction",
    "started_on": "2025-04-01",
    "stopped_on": "2025-10-01",
    "developed_ha": 0.30,  # of 14.8173 / 15 = 0.98782 ha: 30.4 %
    "invested_share": 0.5,
}


def run(*plots, on=date(2026, 11, 22), config=CONFIG):
    """Return what is said of idleness on a day."""
    records = SOUND | {"parcels": list(plots)}
    frames = {kind: make_frame(kind, rows) for kind, rows in records.items()}
    return list(idle.check(Context(frames, make_catalog(records), CODES, config, on)))


def rules(*plots, **kwargs):
    return [f.rule for f in run(*plots, **kwargs)]


# --- not started ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "on", "months"),
    [
        # The year begins the day after and ends on the same day of the next (民法典 201, 202):
        # it is full when that day is over.
        ("2025-03-01", date(2026, 3, 1), None),
        ("2025-03-01", date(2026, 3, 2), "12"),
        ("2025-03-01", date(2027, 3, 1), "12"),
        ("2025-03-01", date(2027, 3, 2), "24"),
        ("2024-02-29", date(2025, 2, 28), None),
        ("2024-02-29", date(2025, 3, 1), "12"),
        # A partial date may mean its last day.
        ("2025-03", date(2026, 3, 31), None),
        ("2025-03", date(2026, 4, 1), "12"),
        ("2025", date(2026, 12, 31), None),
        ("2025", date(2027, 1, 1), "12"),
    ],
)
def test_not_started_counts_from_the_day_after_a_full_year(due, on, months):
    findings = run(WAITING | {"start_due_on": due}, on=on)
    assert [f.rule for f in findings] == (["LAND_IDLE"] if months else [])
    if months:
        assert f"已满 {months} 个月" in findings[0].message["zh"]
        assert (findings[0].feature, findings[0].field) == (("P1",), "start_due_on")
        assert findings[0].expected == due
        # 14.8173 亩 = 14.8173 × 10000 / 15 m²
        assert findings[0].area_m2 == pytest.approx(9878.2, abs=0.05)


def test_after_two_years_it_is_a_finding_of_its_own():
    (one,) = run(WAITING, on=date(2026, 11, 22))
    (two,) = run(WAITING, on=date(2027, 11, 22))
    assert one.id != two.id
    assert run(WAITING, on=date(2026, 12, 22))[0].id == one.id


@pytest.mark.parametrize("state", ["unapproved", "approved", "announced", "reserved", None])
def test_only_land_that_was_supplied_can_lie_idle(state):
    assert rules(WAITING | {"supply_state": state}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"started_on": "2026-01-01"},
        {"development_state": "construction"},
        {"development_state": "built"},
        {"development_state": "inefficient"},
        {"completed_on": "2026-01-01"},
    ],
)
def test_what_was_started_is_not_told_as_not_started(changes):
    assert rules(WAITING | changes) == []


# --- started and stopped --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("developed_ha", "invested_share", "rule"),
    [
        (0.32, 0.25, "LAND_IDLE"),  # 0.32 / 0.98782 = 32.4 % < 1/3
        (0.33, 0.25, None),  # 33.4 %
        (0.33, 0.24, "LAND_IDLE"),
        (0.32, None, "LAND_IDLE"),
        (None, 0.24, "LAND_IDLE"),
        (0.33, None, "LAND_IDLE_UNJUDGED"),
        (None, 0.25, "LAND_IDLE_UNJUDGED"),
        (None, None, "LAND_IDLE_UNJUDGED"),
    ],
)
def test_too_little_land_or_too_little_money_is_enough(developed_ha, invested_share, rule):
    plot = STOPPED | {"developed_ha": developed_ha, "invested_share": invested_share}
    assert rules(plot) == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("on", "count"), [(date(2026, 10, 1), 0), (date(2026, 10, 2), 1), (date(2036, 10, 2), 1)]
)
def test_it_must_have_stood_still_for_a_full_year(on, count):
    findings = run(STOPPED, on=on)
    assert len(findings) == count
    for one in findings:
        assert (one.expected, one.actual) == ("≥ 33.3 % / 25.0 %", "30.4 % / 50.0 %")
        assert one.field == "stopped_on"


def test_what_goes_on_is_not_idle_however_little_there_is():
    assert rules(STOPPED | {"stopped_on": None, "developed_ha": 0, "invested_share": 0}) == []


def test_without_a_declared_area_the_measured_one_counts_but_not_of_a_drawing():
    plot = STOPPED | {"declared_area_mu": None, "invested_share": None}
    (one,) = run(plot)
    assert one.actual == "30.4 % / ?"
    assert one.area_m2 == pytest.approx(9878.2, abs=0.5)
    assert rules(plot | {"nature": "schematic"}) == ["LAND_IDLE_UNJUDGED"]


@pytest.mark.parametrize("area", [0.0, -1.0, 1e300, math.inf])
def test_an_area_that_cannot_be_gives_no_share(area):
    plot = STOPPED | {"declared_area_mu": area, "nature": "schematic"}
    assert rules(plot) == ["LAND_IDLE_UNJUDGED"]
    assert rules(plot | {"developed_ha": 1e306, "invested_share": 0.1}) == ["LAND_IDLE"]


# --- suspected or found, and why ------------------------------------------------------------


def test_it_is_suspected_until_the_record_says_that_it_was_found():
    (suspected,) = run(WAITING)
    (found,) = run(WAITING | {"development_state": "idle"})
    assert "疑似闲置" in suspected.message["zh"] and "认定闲置：" not in suspected.message["zh"]
    assert "已认定闲置" in found.message["zh"] and "疑似" not in found.message["zh"]
    assert suspected.severity == found.severity
    assert suspected.id == found.id


def test_land_found_idle_is_listed_also_where_its_dates_say_nothing():
    (one,) = run(WAITING | {"development_state": "idle", "start_due_on": None})
    assert (one.rule, one.field) == ("LAND_IDLE", "development_state")


@pytest.mark.parametrize(
    ("cause", "word", "not_word"),
    [
        ("政府原因（未净地交付）", "第十二条", "第十四条"),
        ("因政府规划调整", "第十二条", "第十四条"),
        ("自然灾害", "第十二条", "第十四条"),
        ("非政府原因", "第十四条", "第十二条"),
        ("企业资金不足", "第十四条", "第十二条"),
        (None, "先查明", "第十四条"),
    ],
)
def test_causes_of_the_government_are_kept_apart(cause, word, not_word):
    (one,) = run(WAITING | {"idle_cause": cause})
    assert word in one.message["zh"]
    assert not_word not in one.message["zh"]


def test_fee_and_taking_back_are_told_apart_and_neither_of_works_that_began():
    cause = {"idle_cause": "企业原因"}
    (one,) = run(WAITING | cause)
    (two,) = run(WAITING | cause, on=date(2027, 11, 22))
    (stopped,) = run(STOPPED | cause)
    assert "闲置费" in one.message["zh"] and "收回" not in one.message["zh"]
    assert "收回" in two.message["zh"] and "闲置费" not in two.message["zh"]
    assert "第十四条" not in stopped.message["zh"]


def test_a_threshold_that_nobody_has_checked_says_so():
    (one,) = run(WAITING)
    assert "请核对" in one.message["zh"]
    checked_rule = {"severity": "warning", "verified": True, "not_started_months": 6}
    rules_ = {name: dict(rule) for name, rule in CONFIG.rules.items()} | {"LAND_IDLE": checked_rule}
    checked = CONFIG.model_validate({"region": {"bbox": [73, 34, 97, 50]}, "rules": rules_})
    (two,) = run(WAITING, on=date(2025, 9, 2), config=checked)
    assert "请核对" not in two.message["zh"]
    assert "已满 6 个月" in two.message["zh"]


def test_the_bundled_thresholds_are_those_of_the_measures():
    rule = load_config(BUNDLED_LAYERS).rule("LAND_IDLE")
    assert rule.threshold("developed_share") == 1 / 3
    assert rule.threshold("invested_share") == 0.25
    assert rule.threshold("not_started_months") == rule.threshold("stopped_months") == 12
    assert rule.threshold("take_back_months") == 24


# --- what cannot be judged ------------------------------------------------------------------


def test_one_finding_for_a_park_says_what_is_missing():
    plots = [
        WAITING | {"parcel_id": "P1", "start_due_on": None},
        WAITING | {"parcel_id": "P2", "development_state": "suspected_idle", "start_due_on": None},
        STOPPED | {"parcel_id": "P3", "development_state": "suspected_idle", "stopped_on": None},
        WAITING | {"parcel_id": "P4", "start_due_on": "2026-11-01"},  # can be judged: not idle
        SOUND["parcels"][0] | {"parcel_id": "P5"},  # built
        WAITING | {"parcel_id": "P6", "start_due_on": None, "land_use_code": "1207"},  # a street
        WAITING | {"parcel_id": "P7", "start_due_on": None, "supply_state": "approved"},
        WAITING | {"parcel_id": "P8", "start_due_on": None, "park_id": "B"},
    ]
    one, other = run(*plots)
    assert (one.rule, one.severity) == ("LAND_IDLE_UNJUDGED", "error")  # not named in CONFIG
    assert (one.layer, one.feature) == ("parks", ("A",))
    assert (one.expected, one.actual) == ("5", "3")
    assert "P1、P2、P3" in one.message["zh"]
    assert "start_due_on" in one.message["en"] and "stopped_on" in one.message["en"]
    assert (other.feature, other.actual) == (("B",), "1")


def test_a_date_that_no_calendar_has_is_none():
    assert rules(WAITING | {"start_due_on": "2025-13"}) == ["LAND_IDLE_UNJUDGED"]


def test_a_park_that_is_not_known_gets_no_finding():
    assert rules(WAITING | {"start_due_on": None, "park_id": "gone"}) == []


# --- time -----------------------------------------------------------------------------------

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
DATES = st.none() | st.builds(
    lambda day, length: day.isoformat()[:length], DAYS, st.sampled_from([4, 7, 10])
)


@given(
    plot=st.fixed_dictionaries(
        {
            "development_state": st.sampled_from(
                ["not_started", "construction", "built", "suspected_idle", "idle"]
            ),
            "start_due_on": DATES,
            "started_on": DATES,
            "stopped_on": DATES,
            "developed_ha": st.none() | st.floats(0, 1),
            "invested_share": st.none() | st.floats(0, 1),
        }
    ),
    on=DAYS,
    later=st.integers(1, 2000),
)
def test_idle_land_stays_idle_as_time_passes(plot, on, later):
    row = WAITING | plot
    if "LAND_IDLE" in rules(row, on=on):
        assert "LAND_IDLE" in rules(row, on=on + timedelta(days=later))


@given(day=DAYS, months=st.integers(0, 60))
def test_a_period_of_months_ends_on_its_day_or_the_last_of_the_month(day, months):
    end = months_after(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


def test_no_period_ends_after_the_calendar():
    assert months_after(date(9999, 1, 1), 24) == date.max
