"""``/data/tokens``: make and revoke tokens, as staff meet it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from geo.times import today
from tests.web.people import token_of

PAGE = "/data/tokens"


def make(li: FlaskClient, *, lang: str = "zh", **fields: str):
    given = {"name": "规划院 QGIS", "until": today().isoformat()} | fields
    form = {"csrf_token": token_of(li.get(PAGE)), **given}
    return li.post(PAGE, data=form, query_string={"lang": lang})


def secret_of(text: str) -> str:
    found = re.search(r"parks_[\w-]{43}", text)
    assert found, text
    return found[0]


def test_a_token_is_shown_once_and_opens_the_staff_edition(
    li: FlaskClient, anyone: FlaskClient
) -> None:
    made = make(li)
    assert made.status_code == 200 and "no-store" in made.headers["Cache-Control"]
    secret = secret_of(made.text)
    listed = li.get(PAGE).text
    assert secret not in listed and "规划院 QGIS" in listed and "有效" in listed
    got = anyone.get("/api/collections", headers={"Authorization": f"Bearer {secret}"})
    assert got.status_code == 200
    assert str(today()) in li.get(PAGE).text
    logged = li.get("/audit").text
    assert "签发令牌" in logged and secret not in logged


def test_a_revoked_token_opens_nothing(li: FlaskClient, anyone: FlaskClient) -> None:
    secret = secret_of(make(li).text)
    page = li.get(PAGE)
    (path,) = re.findall(r'action="(/data/tokens/\d+/revoke)"', page.text)
    answer = li.post(path, data={"csrf_token": token_of(page)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/data/tokens?revoked=")
    after = li.get("/data/tokens?revoked=").text
    assert "已撤销（li）" in after and "/revoke" not in after
    refused = anyone.get("/api", headers={"Authorization": f"Bearer {secret}"})
    assert refused.status_code == 401


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Say what the token is for"),
        ({"until": ""}, "Give the last day"),
        ({"until": "2020-01-01"}, "The last day is past"),
        ({"until": str(today() + timedelta(days=400))}, "a year at most"),
        ({"name": "x" * 99}, "at most 60 characters"),
    ],
)
def test_a_faulty_form_says_what_is_wrong(li: FlaskClient, fields: dict, sentence: str) -> None:
    answer = make(li, lang="en", **fields)
    assert answer.status_code == 400 and sentence in answer.text
    assert "There are no tokens yet" in answer.text
    assert not re.search(r"parks_[\w-]{43}", answer.text)


def test_a_name_is_shown_as_text(li: FlaskClient) -> None:
    assert "<script>alert" not in make(li, name="<script>alert(1)</script>").text


def test_only_staff_make_and_revoke_tokens(wang: FlaskClient, anyone: FlaskClient) -> None:
    assert wang.get(PAGE).status_code == 403
    assert anyone.get(PAGE).status_code == 302
    assert anyone.post(PAGE, data={"name": "x"}).status_code in (400, 401)


def test_a_form_from_elsewhere_is_refused(li: FlaskClient) -> None:
    assert li.post(PAGE, data={"name": "x", "until": str(today())}).status_code == 400
    assert li.post(f"{PAGE}/1/revoke").status_code == 400


@pytest.mark.parametrize("number", [99, 2**70])
def test_a_token_that_is_not_there_is_told(li: FlaskClient, number: int) -> None:
    form = {"csrf_token": token_of(li.get(PAGE))}
    assert li.post(f"{PAGE}/{number}/revoke", data=form).status_code == 404


def test_the_account_page_leads_to_the_tokens(li: FlaskClient, wang: FlaskClient) -> None:
    assert PAGE in li.get("/account").text
    assert PAGE not in wang.get("/account").text
