"""Accounts as an administrator and as somebody who guesses passwords meet them."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import AccessDenied, BadRequest, GeoError, NotFound
from geo.settings import Settings
from geo.state import State, accounts, attempts, audit, models, passwords, visits
from tests.state.clock import Clock

PASSWORD = "a quiet sand dune"
HERE = "203.0.113.9"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 64, 1))
    passwords._nobodys.cache_clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, attempts, visits)


@pytest.fixture
def li(state: State) -> models.User:
    return accounts.add_user(state, "Li.Na", role="staff", password=PASSWORD, by="root")


def refused(action: object) -> str:
    with pytest.raises(GeoError) as caught:
        action()  # type: ignore[operator]
    return caught.value.code


def try_wrongly(state: State, name: str = "li.na", address: str = HERE) -> str:
    return refused(lambda: accounts.sign_in(state, name, "wrong", address=address))


def actions(state: State) -> list[str]:
    return [entry.action for entry in audit.entries(state, limit=50)][::-1]


def test_a_name_is_the_same_however_it_is_typed(state: State, li: models.User) -> None:
    assert li.name == "li.na"
    for typed in ("LI.NA", " li.na ", "ｌｉ．ｎａ"):
        assert accounts.sign_in(state, typed, PASSWORD, address=HERE).id == li.id


def test_a_password_is_the_same_however_the_input_method_sends_it(state: State) -> None:
    accounts.add_user(state, "王", role="viewer", password="策勒１２３４５６７９８０1")
    assert accounts.sign_in(state, "王", "策勒12345679801", address=HERE).role == "viewer"


def test_the_password_is_nowhere_in_the_database(settings: Settings, li: models.User) -> None:
    with closing(sqlite3.connect(settings.out / "state.db")) as connection:
        dump = "\n".join(connection.iterdump())
    assert "$argon2id$" in dump
    assert PASSWORD not in dump


@pytest.mark.parametrize("name", ["", " ", "a b", "-x", "a" * 41, "a\nb", "a/b", "<li>"])
def test_a_name_that_cannot_be_typed_or_shown_is_refused(state: State, name: str) -> None:
    add = lambda: accounts.add_user(state, name, role="staff", password=PASSWORD)  # noqa: E731
    assert refused(add) == "USER_NAME_INVALID"


def test_a_name_is_given_once(state: State, li: models.User) -> None:
    add = lambda: accounts.add_user(state, "li.na", role="staff", password=PASSWORD)  # noqa: E731
    assert refused(add) == "USER_EXISTS"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "PASSWORD_SHORT"),
        ("elevenchars", "PASSWORD_SHORT"),
        ("Password1234", "PASSWORD_COMMON"),
        ("5201314woaini", "PASSWORD_COMMON"),
        ("aaaaaaaaaaaaaaaa", "PASSWORD_COMMON"),
        ("abcdefabcdefabcdef", "PASSWORD_COMMON"),
        ("li.nali.na12", "PASSWORD_COMMON"),
        ("x" * 300, "PASSWORD_LONG"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused(password: str, code: str) -> None:
    assert refused(lambda: passwords.check_password(password, name="li.na")) == code


@pytest.mark.parametrize(
    "password", [PASSWORD, "策勒于田民丰的石榴和红枣", "correct horse battery"]
)
def test_length_is_all_that_is_demanded(password: str) -> None:
    passwords.check_password(password, name="li.na")


@given(st.text(min_size=12, max_size=60))
def test_any_text_is_hashed_and_known_again(password: str) -> None:
    stored = passwords.hash_password(password)
    assert passwords.is_password(stored, password)
    assert not passwords.is_password(stored, password + "x")


def test_every_common_password_is_long_enough_to_be_worth_listing() -> None:
    assert [p for p in passwords._commonest() if len(p) < passwords.SHORTEST] == []


def test_wrong_password_unknown_name_and_disabled_account_look_the_same(
    state: State, li: models.User
) -> None:
    accounts.add_user(state, "gone", role="staff", password=PASSWORD)
    accounts.disable_user(state, "gone")
    assert try_wrongly(state, "li.na") == "SIGN_IN_FAILED"
    assert try_wrongly(state, "nobody") == "SIGN_IN_FAILED"
    sign_in = lambda: accounts.sign_in(state, "gone", PASSWORD, address=HERE)  # noqa: E731
    assert refused(sign_in) == "SIGN_IN_FAILED"


def test_an_unknown_name_costs_a_hash_as_well(
    state: State, li: models.User, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = passwords._hasher

    def verify(stored: str, password: str) -> bool:
        verified.append(stored)
        return real.verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", SimpleNamespace(hash=real.hash, verify=verify))
    try_wrongly(state, "li.na")
    try_wrongly(state, "nobody")
    assert len(verified) == 2
    assert passwords.is_password(None, "nobody's") is False


def test_after_five_failures_the_name_waits_ever_longer(
    state: State, li: models.User, clock: Clock
) -> None:
    assert [try_wrongly(state) for _ in range(6)] == ["SIGN_IN_FAILED"] * 5 + ["SIGN_IN_WAIT"]
    with pytest.raises(AccessDenied) as caught:
        accounts.sign_in(state, "li.na", PASSWORD, address="198.51.100.1")
    assert caught.value.params == {"seconds": 30}
    clock.pass_by(seconds=30)
    assert try_wrongly(state) == "SIGN_IN_FAILED"
    clock.pass_by(seconds=31)
    assert try_wrongly(state) == "SIGN_IN_WAIT"
    for _ in range(20):
        clock.pass_by(minutes=15)
        assert try_wrongly(state) == "SIGN_IN_FAILED"


def test_the_right_password_ends_the_counting(state: State, li: models.User, clock: Clock) -> None:
    for _ in range(4):
        try_wrongly(state)
    accounts.sign_in(state, "li.na", PASSWORD, address=HERE)
    assert [try_wrongly(state) for _ in range(5)] == ["SIGN_IN_FAILED"] * 5


def test_an_address_that_tries_many_names_waits(state: State, clock: Clock) -> None:
    tried = [try_wrongly(state, f"name{n}") for n in range(21)]
    assert tried == ["SIGN_IN_FAILED"] * 20 + ["SIGN_IN_WAIT"]
    assert try_wrongly(state, "name99", address="198.51.100.1") == "SIGN_IN_FAILED"


def test_who_has_an_account_cannot_try_others_without_limit(
    state: State, li: models.User, clock: Clock
) -> None:
    for number in range(20):
        try_wrongly(state, f"name{number}")
    clock.pass_by(seconds=30)
    accounts.sign_in(state, "li.na", PASSWORD, address=HERE)
    assert try_wrongly(state, "name99") == "SIGN_IN_WAIT"


def test_an_ipv6_network_counts_as_one_address(state: State, clock: Clock) -> None:
    for number in range(20):
        try_wrongly(state, f"name{number}", address=f"2001:db8::{number:x}")
    assert try_wrongly(state, "more", address="2001:db8::ffff") == "SIGN_IN_WAIT"
    assert try_wrongly(state, "more", address="2001:db8:0:1::1") == "SIGN_IN_FAILED"


def test_failures_are_forgotten_after_a_quiet_hour(
    state: State, li: models.User, clock: Clock
) -> None:
    for _ in range(5):
        try_wrongly(state)
    clock.pass_by(minutes=61)
    assert [try_wrongly(state) for _ in range(5)] == ["SIGN_IN_FAILED"] * 5
    with state.session() as session:
        assert session.query(models.Attempts).count() == 2


def test_attempts_sent_at_once_are_counted_one_by_one(state: State, li: models.User) -> None:
    told: list[str] = []
    threads = [threading.Thread(target=lambda: told.append(try_wrongly(state))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("SIGN_IN_FAILED") == 5


def test_other_parameters_hash_the_password_anew(
    state: State, li: models.User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(2, 128, 1))
    accounts.sign_in(state, "li.na", PASSWORD, address=HERE)
    (stored,) = accounts.users(state)
    assert "m=128,t=2" in stored.password_hash
    accounts.sign_in(state, "li.na", PASSWORD, address=HERE)


def test_changing_the_password_needs_the_old_one_and_ends_every_visit(
    state: State, li: models.User
) -> None:
    token = visits.begin(state, li)
    change = accounts.change_password
    new = "pomegranates in spring"
    wrong = lambda: change(state, "li.na", old="x", new=new, address=HERE)  # noqa: E731
    assert refused(wrong) == "SIGN_IN_FAILED"
    assert visits.visitor(state, token) is not None
    change(state, "li.na", old=PASSWORD, new=new, address=HERE)
    assert visits.visitor(state, token) is None
    assert try_wrongly(state) == "SIGN_IN_FAILED"
    assert accounts.sign_in(state, "li.na", new, address=HERE).id == li.id


def test_a_set_password_or_a_disabled_account_ends_every_visit(
    state: State, li: models.User
) -> None:
    token = visits.begin(state, li)
    accounts.set_password(state, "li.na", password="pomegranates in spring", by="root")
    assert visits.visitor(state, token) is None
    token = visits.begin(state, li)
    accounts.disable_user(state, "li.na", by="root")
    assert visits.visitor(state, token) is None


def test_a_disabled_account_comes_back_with_another_role(state: State, li: models.User) -> None:
    accounts.disable_user(state, "li.na")
    back = accounts.add_user(state, "li.na", role="viewer", password="pomegranates in spring")
    assert (back.id, back.role, back.active) == (li.id, "viewer", True)


@pytest.mark.parametrize("action", [accounts.disable_user, accounts.set_password])
def test_an_account_that_is_not_there_is_told(state: State, action: object) -> None:
    more = {"password": PASSWORD} if action is accounts.set_password else {}
    with pytest.raises(NotFound) as caught:
        action(state, "nobody", **more)  # type: ignore[operator]
    assert caught.value.code == "USER_UNKNOWN"


def test_a_visit_ends_after_two_idle_hours_and_after_twelve_in_any_case(
    state: State, li: models.User, clock: Clock
) -> None:
    with state.session() as session:
        session.add(models.Visit(token="t", user_id=li.id, begun_at=clock.now, seen_at=clock.now))
    for _ in range(11):
        clock.pass_by(minutes=65)
        assert visits.visitor(state, "t") is not None
    clock.pass_by(minutes=65)
    assert visits.visitor(state, "t") is None
    with state.session() as session:
        session.add(models.Visit(token="u", user_id=li.id, begun_at=clock.now, seen_at=clock.now))
    clock.pass_by(hours=2, seconds=1)
    assert visits.visitor(state, "u") is None


def test_a_visit_that_was_ended_is_over(state: State, li: models.User) -> None:
    token, other = visits.begin(state, li), visits.begin(state, li)
    visits.end(state, token)
    assert visits.visitor(state, token) is None
    assert visits.visitor(state, other) is not None


def test_a_staff_member_may_what_a_viewer_may_and_not_the_other_way(state: State) -> None:
    staff, viewer = models.User(role="staff"), models.User(role="viewer")
    assert [staff.may("viewer"), staff.may("staff")] == [True, True]
    assert [viewer.may("viewer"), viewer.may("staff")] == [True, False]
    assert not models.User(role="something of a later version").may("viewer")


def test_everything_is_in_the_log_without_a_password(state: State, li: models.User) -> None:
    try_wrongly(state)
    try_wrongly(state, "a password in the wrong field")
    accounts.sign_in(state, "li.na", PASSWORD, address=HERE)
    new = "pomegranates in spring"
    accounts.change_password(state, "li.na", old=PASSWORD, new=new, address=HERE)
    accounts.set_password(state, "li.na", password=PASSWORD, by="root")
    accounts.disable_user(state, "li.na", by="root")
    assert actions(state) == [
        "user_added",
        "sign_in_failed",
        "sign_in_failed",
        "sign_in",
        "password_changed",
        "password_set",
        "user_disabled",
    ]
    told = [(entry.by, entry.detail) for entry in audit.entries(state, limit=50)]
    assert not [1 for entry in told if PASSWORD in str(entry) or "field" in str(entry)]
    assert ("li.na", {"address": HERE}) in told
    assert ("", {"address": HERE}) in told


def test_a_refused_rule_changes_nothing(state: State, li: models.User) -> None:
    with pytest.raises(BadRequest):
        accounts.change_password(state, "li.na", old=PASSWORD, new="short", address=HERE)
    assert accounts.sign_in(state, "li.na", PASSWORD, address=HERE).id == li.id
