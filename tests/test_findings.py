"""The course of findings between runs, and which waivers count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.findings import (
    Change,
    Choice,
    Waiver,
    applicable,
    compare_findings,
    findings_document,
    in_state,
    list_findings,
)
from geo.model import Finding

DAY = date(2026, 11, 22)
WAIVER = Waiver("竣工测量为准", "li", DAY)

RUNS = st.lists(st.sampled_from("ABCDEFG"), unique=True).map(
    lambda names: [{"id": name} for name in names]
)


def finding(name: str = "A", **more: Any) -> Finding:
    texts = {"zh": "重叠", "en": "overlap"}
    return Finding(name, "PARCEL_OVERLAP", "error", "parcels", ("CL-1", "CL-2"), texts, **more)


@given(RUNS, RUNS)
def test_every_finding_takes_exactly_one_course(
    before: list[dict[str, str]], after: list[dict[str, str]]
) -> None:
    course = compare_findings(before, after)
    assert [one for one in after if one in course.new or one in course.open] == after
    assert not [one for one in course.new if one in course.open or one in before]
    assert all(one in before for one in (*course.open, *course.fixed))
    assert len(course.open) + len(course.fixed) == len(before)


def test_a_waiver_counts_up_to_its_last_day_for_what_is_there_and_blocks_nothing() -> None:
    found = [finding("A"), finding("B", blocking=True), finding("C")]
    waived = {"A": WAIVER, "B": WAIVER, "gone": WAIVER}
    assert applicable(found, waived, DAY) == {"A": WAIVER}
    assert applicable(found, waived, date(2026, 11, 23)) == {}


def test_a_snapshot_tells_parks_and_waiver_of_each_finding() -> None:
    parks = {"parcels": {"CL-1": "P-2", "CL-2": "P-1"}, "enterprises": {"CL-1": "P-9"}}
    waived, plain = findings_document([finding("A"), finding("B")], {"A": WAIVER}, parks)
    assert waived["waived"] == {"reason": "竣工测量为准", "by": "li", "until": "2026-11-22"}
    assert plain["waived"] is None
    assert plain["parks"] == ["P-1", "P-2"]
    assert finding("A").as_dict().items() <= waived.items()


def listing(before: str | None, after: str, waived: str = "") -> str:
    def records(names: str) -> list[dict[str, Any]]:
        return [{"id": name, "waived": None} for name in names]

    found = list_findings(
        None if before is None else records(before),
        records(after),
        dict.fromkeys(waived, WAIVER),
    )
    return " ".join(f"{one.record['id']}:{one.state}" for one in found)


@pytest.mark.parametrize(
    ("before", "after", "waived", "expected"),
    [
        ("AB", "BC", "", "B:open C:new A:fixed"),
        ("AB", "BC", "C", "B:open C:waived A:fixed"),
        ("AB", "BC", "A", "B:open C:new A:fixed"),
        (None, "BC", "", "B:open C:open"),
        ("", "BC", "", "B:new C:new"),
    ],
)
def test_the_list_says_how_each_stands(
    before: str | None, after: str, waived: str, expected: str
) -> None:
    assert listing(before, after, waived) == expected


def test_new_findings_are_among_the_open_ones() -> None:
    found = list_findings([{"id": "A"}], [{"id": "A"}, {"id": "B"}], {})
    assert [one.record["id"] for one in in_state(found, "open")] == ["A", "B"]
    assert [one.record["id"] for one in in_state(found, "new")] == ["B"]


def test_a_change_of_a_waiver_waits_for_the_next_publish() -> None:
    said = WAIVER.as_dict()
    records = [
        {"id": "A", "waived": None},
        {"id": "B", "waived": said},
        {"id": "C", "waived": said},
    ]
    found = list_findings([], records, {"A": WAIVER, "B": WAIVER})
    assert [one.takes_effect for one in found] == [True, False, True]


@pytest.mark.parametrize(
    ("seen", "now", "change"),
    [
        (("1000.00", 1000.0), ("1000.49", 1000.49), None),
        (("1000.00", 1000.0), ("400.00", 400.0), None),
        (("1000.00", 1000.0), ("1000.50", 1000.5), ("area_m2", 1000.0, 1000.5)),
        (("15.00", 300.0), ("15.00", 900.0), ("area_m2", 300.0, 900.0)),
        (("15.00", 300.0), ("14.80", 200.0), ("actual", "15.00", "14.80")),
        (("3", None), ("3", None), None),
        (("3", None), ("2", None), ("actual", "3", "2")),
        ((None, None), ("2", None), ("actual", None, "2")),
        (("1000.00", 1000.0), (None, None), ("actual", "1000.00", None)),
    ],
)
def test_a_waived_finding_tells_when_it_says_more_than_was_waived(
    seen: tuple[Any, Any], now: tuple[Any, Any], change: tuple[str, Any, Any] | None
) -> None:
    waiver = replace(WAIVER, seen=dict(zip(("actual", "area_m2"), seen, strict=True)))
    record = {"id": "A", **dict(zip(("actual", "area_m2"), now, strict=True))}
    (one,) = list_findings(None, [record], {"A": waiver})
    assert one.change == (change and Change(*change))
    assert waiver.as_dict() == WAIVER.as_dict()
    (other,) = list_findings(None, [record], {"A": WAIVER})
    assert other.change is None


@pytest.mark.parametrize(
    ("choice", "taken"),
    [
        (Choice(), True),
        (Choice(park="P-1"), True),
        (Choice(park="P-3"), False),
        (Choice(rule="STALE"), False),
        (Choice(severity="warning"), False),
        (Choice(rule="PARCEL_OVERLAP", severity="error", park="P-1"), True),
    ],
)
def test_a_choice_takes_what_meets_all_of_it(choice: Choice, taken: bool) -> None:
    record = {"rule": "PARCEL_OVERLAP", "severity": "error", "parks": ["P-1", "P-2"]}
    assert choice.takes(record) is taken
