"""Tokens: made once, kept as digests, refused when wrong, revoked, ended or of nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from geo.errors import AccessDenied, BadRequest, NotFound
from geo.settings import Settings
from geo.state import State, accounts, attempts, audit, tokens
from tests.state.clock import Clock

TODAY = date(2026, 11, 22)
HERE = "192.0.2.7"


@pytest.fixture
def state(state: State) -> State:
    accounts.add_user(state, "li", role="staff", password="a quiet sand dune")
    return state


def make(state: State, **changes: object) -> str:
    given = {"name": "QGIS", "until": TODAY + timedelta(days=30), "by": "li", "on": TODAY}
    return tokens.make(state, **(given | changes))


def refusal(state: State, secret: str, on: date = TODAY) -> str:
    with pytest.raises(AccessDenied) as caught:
        tokens.check(state, secret, address=HERE, on=on)
    return caught.value.code


def test_a_token_is_random_and_its_text_is_kept_nowhere(settings: Settings, state: State) -> None:
    secrets = {make(state) for _ in range(20)}
    assert len(secrets) == 20 and all(len(one) == len("parks_") + 43 for one in secrets)
    kept = b"".join(path.read_bytes() for path in settings.out.glob("state.db*"))
    assert not any(one.removeprefix("parks_").encode() in kept for one in secrets)


def test_a_valid_token_passes_and_its_day_is_noted(state: State) -> None:
    secret = make(state)
    assert tokens.listed(state)[0].last_used is None
    for on in (TODAY, TODAY, TODAY + timedelta(days=2)):
        tokens.check(state, secret, address=HERE, on=on)
        assert tokens.listed(state)[0].last_used == on


def test_it_counts_up_to_and_including_its_last_day(state: State) -> None:
    secret = make(state, until=TODAY)
    tokens.check(state, secret, address=HERE, on=TODAY)
    assert refusal(state, secret, TODAY + timedelta(days=1)) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    "secret", ["", "parks_", "parks_" + "a" * 43, "x" * 5000, "parks_é" + "a" * 42]
)
def test_what_is_no_token_is_refused(state: State, secret: str) -> None:
    make(state)
    assert refusal(state, secret) == "TOKEN_INVALID"


def test_a_changed_letter_is_another_token(state: State) -> None:
    secret = make(state)
    assert refusal(state, secret[:-1] + ("a" if secret[-1] != "a" else "b")) == "TOKEN_INVALID"
    assert refusal(state, secret.upper()) == "TOKEN_INVALID"
    assert refusal(state, secret + " ") == "TOKEN_INVALID"


def test_a_revoked_token_is_refused_at_once_and_stays_revoked(state: State) -> None:
    secret = make(state)
    tokens.revoke(state, tokens.listed(state)[0].id, by="li")
    tokens.revoke(state, tokens.listed(state)[0].id, by="wang")
    (token,) = tokens.listed(state)
    assert (token.revoked_by, token.last_used) == ("li", None)
    assert refusal(state, secret) == "TOKEN_INVALID"
    with pytest.raises(NotFound, match="TOKEN_UNKNOWN"):
        tokens.revoke(state, 99, by="li")


def test_a_token_ends_with_the_account_that_made_it(state: State) -> None:
    secret = make(state)
    accounts.disable_user(state, "li")
    assert refusal(state, secret) == "TOKEN_INVALID"
    assert not tokens.is_valid(tokens.listed(state)[0], on=TODAY)


@pytest.mark.parametrize(
    ("name", "until", "faults"),
    [
        ("QGIS", TODAY, {}),
        ("QGIS", TODAY + timedelta(days=365), {}),
        ("QGIS", TODAY + timedelta(days=366), {"until": "until_far"}),
        ("QGIS", TODAY - timedelta(days=1), {"until": "until_past"}),
        ("", None, {"name": "name_missing", "until": "until_missing"}),
        ("x" * 61, TODAY, {"name": "name_long"}),
    ],
)
def test_a_token_has_a_purpose_and_an_end(state: State, name, until, faults) -> None:
    assert tokens.faults_of(name, until, on=TODAY) == faults
    if faults and until:
        with pytest.raises(BadRequest, match="TOKEN_FAULTY"):
            make(state, name=name, until=until)
        assert tokens.listed(state) == []


def test_wrong_tokens_make_their_address_wait_and_nobody_else(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, attempts)
    secret = make(state)
    for _ in range(20):
        assert refusal(state, "wrong") == "TOKEN_INVALID"
    assert refusal(state, "wrong") == "SIGN_IN_WAIT"
    tokens.check(state, secret, address=HERE, on=TODAY)
    with pytest.raises(AccessDenied, match="TOKEN_INVALID"):
        tokens.check(state, "wrong", address="198.51.100.1", on=TODAY)
    accounts.sign_in(state, "li", "a quiet sand dune", address=HERE)
    clock.pass_by(seconds=31)
    assert refusal(state, "wrong") == "TOKEN_INVALID"


def test_the_log_says_who_made_and_revoked_what_and_what_was_refused(state: State) -> None:
    secret = make(state, name="规划院 QGIS")
    number = tokens.listed(state)[0].id
    tokens.check(state, secret, address=HERE, on=TODAY)
    tokens.revoke(state, number, by="li")
    refusal(state, secret)
    refusal(state, "wrong")
    found = [(e.by, e.action, e.detail) for e in audit.entries(state, limit=4)]
    assert found == [
        ("", "token_refused", {"address": HERE, "id": None}),
        ("", "token_refused", {"address": HERE, "id": number}),
        ("li", "token_revoked", {"id": number, "token": "规划院 QGIS"}),
        ("li", "token_made", {"id": number, "token": "规划院 QGIS", "until": "2026-12-22"}),
    ]
    assert secret.removeprefix("parks_") not in str(found)
