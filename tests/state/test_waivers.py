"""Waivers: granted with a reason until a day, withdrawn, never forgotten."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo.backup import backup, restore
from geo.errors import BadRequest, NotFound, RunError
from geo.findings import Waiver
from geo.model import BLOCKING
from geo.settings import Settings
from geo.state import State, audit, open_state, waivers
from geo.state.models import WaiverEntry

TODAY = date(2026, 11, 22)
LATER = date(2027, 5, 1)
OVERLAP: dict[str, Any] = {
    "id": "PARCEL_OVERLAP-0123456789ab",
    "rule": "PARCEL_OVERLAP",
    "layer": "parcels",
    "feature": ["CL-1", "CL-2"],
    "expected": None,
    "actual": "0.8",
    "area_m2": 0.8,
}


def grant(state: State, finding: dict[str, Any] = OVERLAP, **changes: Any) -> WaiverEntry:
    given = {"reason": "竣工测量为准", "until": LATER, "by": "li", "on": TODAY, **changes}
    return waivers.grant(state, finding, **given)


def test_a_waiver_says_who_why_when_until_when_and_of_what(state: State) -> None:
    grant(state)
    (one,) = waivers.active(state, TODAY)
    assert (one.finding, one.rule, one.layer) == (OVERLAP["id"], "PARCEL_OVERLAP", "parcels")
    assert one.features == ["CL-1", "CL-2"]
    assert (one.reason, one.by, one.until) == ("竣工测量为准", "li", LATER)
    assert one.at.tzinfo is not None
    assert one.seen == {"expected": None, "actual": "0.8", "area_m2": 0.8}


def test_it_counts_up_to_and_including_its_last_day(state: State) -> None:
    grant(state)
    assert waivers.active(state, LATER)
    assert not waivers.active(state, LATER + timedelta(days=1))


def test_a_withdrawn_one_counts_no_more_and_is_not_forgotten(state: State) -> None:
    grant(state)
    waivers.withdraw(state, OVERLAP["id"], by="wang", on=TODAY)
    assert not waivers.active(state, TODAY)
    again = grant(state, reason="复测后")
    first = waivers.history(state, OVERLAP["id"])[1]
    assert (first.withdrawn_by, first.reason) == ("wang", "竣工测量为准")
    assert [one.id for one in waivers.active(state, TODAY)] == [again.id]
    assert waivers.history(state, "another") == []


def test_each_step_is_in_the_log_with_what_was_done(state: State) -> None:
    grant(state)
    waivers.withdraw(state, OVERLAP["id"], by="wang", on=TODAY)
    withdrawn, granted = audit.entries(state, limit=9)
    assert (granted.by, granted.action) == ("li", "finding_waived")
    assert granted.detail == {
        "finding": OVERLAP["id"],
        "reason": "竣工测量为准",
        "until": "2027-05-01",
    }
    assert (withdrawn.by, withdrawn.action) == ("wang", "waiver_withdrawn")


def test_a_finding_has_one_waiver_at_a_time_and_a_new_one_after_the_first_ended(
    state: State,
) -> None:
    grant(state)
    with pytest.raises(BadRequest, match="WAIVER_EXISTS"):
        grant(state)
    assert len(audit.entries(state, limit=9)) == 1
    after = LATER + timedelta(days=1)
    assert grant(state, on=after, until=after).id


def test_what_does_not_stand_cannot_be_withdrawn(state: State) -> None:
    with pytest.raises(NotFound, match="WAIVER_UNKNOWN"):
        waivers.withdraw(state, OVERLAP["id"], by="li", on=TODAY)
    grant(state)
    with pytest.raises(NotFound, match="WAIVER_UNKNOWN"):
        waivers.withdraw(state, OVERLAP["id"], by="li", on=LATER + timedelta(days=1))
    assert [e.action for e in audit.entries(state, limit=9)] == ["finding_waived"]


@pytest.mark.parametrize("rule", BLOCKING)
def test_what_stops_publishing_cannot_be_waived(state: State, rule: str) -> None:
    with pytest.raises(BadRequest, match="WAIVER_BLOCKING"):
        grant(state, {**OVERLAP, "rule": rule})
    assert not waivers.active(state, TODAY)


@pytest.mark.parametrize(
    ("reason", "until", "faults"),
    [
        ("好", TODAY, {}),
        ("好", TODAY + timedelta(days=730), {}),
        ("长" * 500, LATER, {}),
        ("", LATER, {"reason": "reason_missing"}),
        ("长" * 501, LATER, {"reason": "reason_long"}),
        ("好", None, {"until": "until_missing"}),
        ("好", TODAY - timedelta(days=1), {"until": "until_past"}),
        ("好", TODAY + timedelta(days=731), {"until": "until_far"}),
    ],
)
def test_a_waiver_needs_a_reason_and_ends_within_two_years(
    state: State, reason: str, until: date | None, faults: dict[str, str]
) -> None:
    assert waivers.faults_of(reason, until, on=TODAY) == faults
    if faults and until is not None:
        with pytest.raises(BadRequest, match="WAIVER_INVALID"):
            grant(state, reason=reason, until=until)
    elif not faults:
        assert grant(state, reason=reason, until=until)


def test_a_reason_is_kept_as_one_plain_line() -> None:
    assert waivers.read_reason(" a\r\nb\u202e\x1b[31m \u200bc ") == "a b[31m c"
    assert waivers.read_reason(" \n\u202e ") == ""


def test_publishing_takes_those_that_stand(settings: Settings, state: State) -> None:
    grant(state)
    grant(state, {**OVERLAP, "id": "PARCEL_GAP-1"}, until=TODAY)
    found = waivers.recorded(settings, TODAY + timedelta(days=1))
    assert found == {OVERLAP["id"]: Waiver("竣工测量为准", "li", LATER)}
    assert found[OVERLAP["id"]].seen["area_m2"] == OVERLAP["area_m2"]


def test_asking_makes_no_database(settings: Settings) -> None:
    assert waivers.recorded(settings, TODAY) == {}
    assert not settings.out.exists()


def test_a_database_that_cannot_be_read_is_told(settings: Settings) -> None:
    settings.out.mkdir()
    (settings.out / "state.db").write_bytes(b"no database" * 100)
    with pytest.raises(RunError, match="STATE_UNAVAILABLE"):
        waivers.recorded(settings, TODAY)


def test_waivers_are_in_a_backup(settings: Settings, state: State, tmp_path: Path) -> None:
    grant(state)
    backup(settings, tmp_path / "all.zip")
    shutil.rmtree(settings.out)
    restore(settings, tmp_path / "all.zip")
    assert [w.reason for w in waivers.active(open_state(settings), TODAY)] == ["竣工测量为准"]
