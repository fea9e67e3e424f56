"""The cookie, the secret behind it, and what public pages must not have."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from geo.settings import Settings
from geo.state.secret import is_weak, kept_secret
from geo.web import create_app
from geo.web.serve import _warn_of_dangers, dangers
from geo.web.session import own_path
from tests.web.people import PASSWORD, client_of, sign_in, token_of

STRONG = "q7Jx0Zp4Vt9sLw2Ku8Bn5Rm1Hd6Fc3Ya"


@pytest.mark.parametrize("path", ["/", "/?lang=en", "/about", "/healthz", "/nowhere"])
def test_a_public_page_has_no_cookie_and_is_the_same_for_all(
    anyone: FlaskClient, li: FlaskClient, path: str
) -> None:
    for client in (anyone, li):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
    if path != "/healthz":
        assert anyone.get(path).data == li.get(path).data


def test_public_pages_write_nothing(published: Path) -> None:
    client = create_app(Settings(out=published)).test_client()
    before = {p.name for p in published.iterdir()}
    client.get("/")
    client.get("/nowhere")
    assert {p.name for p in published.iterdir()} == before


def test_the_cookie_is_for_the_server_alone(anyone: FlaskClient) -> None:
    cookie = sign_in(anyone, "li").headers["Set-Cookie"]
    assert cookie.startswith("parks=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(out: Path) -> None:
    client = client_of(out, proxies=1)
    https = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "parks.example"}
    cookie = client.get("/login", headers=https).headers["Set-Cookie"]
    assert cookie.startswith("__Host-parks=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_under_a_prefix_the_cookie_stays_below_it(out: Path) -> None:
    client = client_of(out, proxies=1)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/parks"}
    answer = client.get("/login", headers=headers)
    assert answer.headers["Set-Cookie"].startswith("__Secure-parks=")
    assert "Path=/parks/" in answer.headers["Set-Cookie"]
    assert 'action="/parks/login"' in answer.text
    assert client.get("/audit", headers=headers).headers["Location"].startswith("/parks/login?")


def test_https_forms_come_from_this_host(out: Path) -> None:
    client = create_app(Settings(out=out)).test_client()
    here = {"base_url": "https://parks.example"}
    fields = {
        "name": "li",
        "password": PASSWORD,
        "csrf_token": token_of(client.get("/login", **here)),
    }
    for referrer, status in (("https://evil.example/", 400), ("https://parks.example/login", 303)):
        answer = client.post("/login", data=fields, headers={"Referer": referrer}, **here)
        assert answer.status_code == status


def test_the_session_changes_when_somebody_signs_in(anyone: FlaskClient) -> None:
    before = token_of(anyone.get("/login"))
    planted = anyone.get_cookie("parks")
    sign_in(anyone, "li")
    signed_in = anyone.get_cookie("parks")
    assert planted and signed_in and planted.value != signed_in.value
    assert anyone.post("/logout", data={"csrf_token": before}).status_code == 400


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "eyJ2aXNpdCI6MX0.aaaa.bbbb"])
def test_a_forged_cookie_signs_nobody_in(anyone: FlaskClient, value: str) -> None:
    anyone.set_cookie("parks", value)
    assert anyone.get("/account").status_code == 302
    assert anyone.get("/").status_code == 200


def test_a_cookie_of_another_secret_signs_nobody_in(out: Path, li: FlaskClient) -> None:
    cookie = li.get_cookie("parks")
    assert cookie
    other = create_app(Settings(out=out, secret=STRONG)).test_client()
    other.set_cookie("parks", cookie.value)
    assert other.get("/account").status_code == 302


def test_several_servers_share_the_kept_secret(out: Path, li: FlaskClient) -> None:
    cookie = li.get_cookie("parks")
    assert cookie
    second = create_app(Settings(out=out)).test_client()
    second.set_cookie("parks", cookie.value)
    assert second.get("/account").status_code == 200


def test_the_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path)
    assert kept_secret(tmp_path) == secret
    assert not is_weak(secret)
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_an_empty_secret_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    assert len(kept_secret(tmp_path)) >= 64


@pytest.mark.parametrize("secret", ["", "secret", "dev", "a" * 64, "changeme" * 8, STRONG[:31]])
def test_a_weak_secret_is_known_as_one(secret: str) -> None:
    assert is_weak(secret)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, []),
        ({"host": "localhost"}, []),
        ({"host": "::1"}, []),
        ({"host": "0.0.0.0", "proxies": 1}, []),
        ({"host": "0.0.0.0"}, ["serve.no_https"]),
        ({"host": "parks.example"}, ["serve.no_https"]),
        ({"secret": STRONG}, []),
        ({"secret": "changeme"}, ["serve.weak_secret"]),
        ({"host": "10.0.0.5", "secret": "x"}, ["serve.no_https", "serve.weak_secret"]),
    ],
)
def test_what_is_dangerous_is_told_at_the_start(
    settings: dict[str, object], told: list[str]
) -> None:
    assert dangers(Settings(**settings)) == told  # type: ignore[arg-type]


def test_the_settings_show_no_secret() -> None:
    shown = repr(Settings(secret=STRONG, state_url="postgresql://u:hunter2@h/d"))
    assert STRONG not in shown and "hunter2" not in shown


@given(st.text(max_size=30).map(lambda text: f"/{text}"))
def test_an_own_path_never_leads_to_another_host(path: str) -> None:
    from urllib.parse import urljoin, urlsplit

    with create_app(Settings()).test_request_context("/login"):
        own = own_path(path)
    if own is not None:
        assert urlsplit(urljoin("https://parks.example/login", own)).netloc == "parks.example"


@pytest.mark.parametrize("path", ["/audit", "/account", "/data/preview/x", "/?edition=staff"])
def test_a_page_for_people_asks_to_sign_in_and_a_program_is_refused(
    anyone: FlaskClient, path: str
) -> None:
    page = anyone.get(path)
    assert page.status_code == 302
    assert page.headers["Location"].startswith("/login?next=")
    assert page.headers["Cache-Control"] == "private, no-store"
    program = anyone.get(path, headers={"Accept": "application/json"})
    assert program.status_code == 401
    assert program.get_json(force=True)["code"] == "SIGN_IN_REQUIRED"


def test_a_viewer_is_told_what_the_role_does_not_allow(wang: FlaskClient) -> None:
    answer = wang.get("/audit")
    assert answer.status_code == 403
    assert "没有这项权限" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/account", "/audit", "/?edition=staff", "/login"])
def test_pages_for_people_are_kept_by_nobody(li: FlaskClient, path: str) -> None:
    answer = li.get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_a_danger_is_told_in_the_log_and_to_the_person(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    _warn_of_dangers(Settings(host="0.0.0.0"))
    assert [record.message for record in caplog.records] == ["serve.no_https"]
    told = capsys.readouterr().err
    assert "警告" in told and "Warning" in told and "0.0.0.0" in told
