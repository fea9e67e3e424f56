"""Sign in, sign out, account and log, as people with and without an account meet them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.settings import Settings
from geo.state import accounts, audit, open_state
from tests.web.people import PASSWORD, client_of, sign_in, token_of

NEW = "pomegranates in spring"


def actions(out: Path) -> list[tuple[str, str]]:
    entries = audit.entries(open_state(Settings(out=out)), limit=50)
    return [(entry.by, entry.action) for entry in entries]


def test_staff_come_to_the_data_and_viewers_to_the_staff_map(anyone: FlaskClient) -> None:
    assert sign_in(anyone, "li").headers["Location"] == "/data"
    anyone.delete_cookie("parks")
    assert sign_in(anyone, "wang").headers["Location"] == "/?edition=staff"


def test_who_is_signed_in_needs_no_second_sign_in(li: FlaskClient) -> None:
    answer = li.get("/login?next=/audit")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/audit")


@pytest.mark.parametrize(("lang", "sentence"), [("zh", "账户或密码不对"), ("en", "is wrong")])
def test_a_wrong_password_is_told_in_the_readers_language(
    anyone: FlaskClient, lang: str, sentence: str
) -> None:
    answer = sign_in(anyone, "li", "wrong", query_string={"lang": lang})
    assert answer.status_code == 401
    assert sentence in answer.text
    assert 'value="li"' in answer.text
    assert "wrong" not in re.findall(r'value="([^"]*)"', answer.text)


def test_too_many_failures_are_told_with_the_time_to_wait(anyone: FlaskClient) -> None:
    for _ in range(5):
        sign_in(anyone, "li", "wrong")
    answer = sign_in(anyone, "li")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert "请等 30 秒" in answer.text


def test_a_hostile_name_is_shown_as_text(anyone: FlaskClient) -> None:
    answer = sign_in(anyone, '"><script>alert(1)</script>', "x")
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", ["/login", "/logout", "/account"])
def test_a_form_from_elsewhere_is_refused(li: FlaskClient, path: str) -> None:
    answer = li.post(path, data={"name": "li", "password": PASSWORD})
    assert answer.status_code == 400
    assert li.get("/account").status_code == 200


def test_a_token_of_another_session_is_refused(anyone: FlaskClient, li: FlaskClient) -> None:
    stolen = token_of(anyone.get("/login"))
    assert li.post("/logout", data={"csrf_token": stolen}).status_code == 400


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " /data",
        "evil.example",
        "",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(anyone: FlaskClient, wanted: str) -> None:
    answer = sign_in(anyone, "li", query_string={"next": wanted})
    assert answer.headers["Location"] == "/data"


def test_one_comes_back_to_the_page_that_asked(anyone: FlaskClient) -> None:
    asked = anyone.get("/audit?action=import&lang=en")
    assert asked.status_code == 302
    page = anyone.get(asked.headers["Location"])
    assert 'lang="en"' in page.text
    action = re.search(r'<form class="form" method="post" action="([^"]+)"', page.text)
    assert action
    fields = {"name": "li", "password": PASSWORD, "csrf_token": token_of(page)}
    answer = anyone.post(action[1].replace("&amp;", "&"), data=fields)
    assert answer.headers["Location"] == "/audit?action=import&lang=en"


def test_signing_out_ends_the_visit_also_for_a_copy_of_the_cookie(
    out: Path, li: FlaskClient
) -> None:
    cookie = li.get_cookie("parks")
    assert cookie
    answer = li.post("/logout", data={"csrf_token": token_of(li.get("/account"))})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    thief = client_of(out)
    thief.set_cookie("parks", cookie.value)
    assert thief.get("/account").status_code == 302
    assert actions(out)[0] == ("li", "sign_out")


def test_signing_out_takes_a_form_not_a_link(li: FlaskClient) -> None:
    assert li.get("/logout").status_code == 405
    assert li.get("/account").status_code == 200


def change(client: FlaskClient, old: str, new: str, repeat: str) -> tuple[int, str]:
    fields = {"old": old, "new": new, "repeat": repeat}
    token = token_of(client.get("/account"))
    answer = client.post("/account", data={**fields, "csrf_token": token})
    return answer.status_code, answer.text


def test_changing_the_password_keeps_this_browser_and_ends_the_others(
    out: Path, wang: FlaskClient
) -> None:
    elsewhere = client_of(out, "wang")
    assert change(wang, PASSWORD, NEW, NEW)[0] == 303
    assert "其他地方的登录已退出" in wang.get("/account?changed").text
    assert wang.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert sign_in(client_of(out), "wang").status_code == 401
    assert sign_in(client_of(out), "wang", NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "repeat", "sentence"),
    [
        ("wrong", NEW, NEW, "现在的密码不对"),
        (PASSWORD, NEW, NEW + "x", "两次输入的密码不一样"),
        (PASSWORD, "short", "short", "至少用 12 个字符"),
        (PASSWORD, "password1234", "password1234", "太常见"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    wang: FlaskClient, old: str, new: str, repeat: str, sentence: str
) -> None:
    status, text = change(wang, old, new, repeat)
    assert status == 400
    assert sentence in text


def test_without_any_account_the_page_says_how_to_make_one(published: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(published, tmp_path / "new"))
    assert "python -m geo user add" in client_of(out).get("/login").text
    state = open_state(Settings(out=out))
    accounts.add_user(state, "li", role="staff", password=PASSWORD)
    assert "python -m geo user add" not in client_of(out).get("/login").text
    accounts.disable_user(state, "li")
    assert "python -m geo user add" in client_of(out).get("/login").text


def test_the_pages_work_before_the_first_publish(tmp_path: Path) -> None:
    state = open_state(Settings(out=tmp_path))
    accounts.add_user(state, "li", role="staff", password=PASSWORD)
    client = client_of(tmp_path, "li")
    assert client.get("/account").status_code == 200
    assert client.get("/audit").status_code == 200


def test_the_log_shows_who_did_what_in_beijing_time(out: Path, li: FlaskClient) -> None:
    state = open_state(Settings(out=out))
    rows = {"new": 2, "gone": 0}
    detail = {"layer": "parks", "file": "<b>园区</b>.xlsx", "mode": "merge", "rows": rows}
    audit.record(state, by="li", action="import", detail=detail)
    text = li.get("/audit").text
    assert "</span> 园区</span>" in text and "补充和更新" in text, "in words, not by names of code"
    assert "导入数据" in text
    assert "&lt;b&gt;园区&lt;/b&gt;.xlsx" in text
    assert "新增 2、移除 0" in text
    at = audit.entries(state, limit=1)[0].at
    assert f"{(at.hour + 8) % 24:02}:{at:%M:%S}</time>" in text


def test_the_log_is_filtered_and_paged(out: Path, li: FlaskClient) -> None:
    state = open_state(Settings(out=out))
    for number in range(60):
        audit.record(state, by="li", action="import", detail={"id": f"import {number}"})
    audit.record(state, by="li", action="of a later version", detail={"id": None, "x": 1})
    first = li.get("/audit").text
    assert "of a later version" in first
    assert "import 59" in first and "import 5<" not in first
    older = re.search(r'href="(/audit\?before=\d+)"', first)
    assert older
    assert "import 5<" in li.get(older[1]).text
    only = li.get("/audit?action=sign_in").text
    assert "import 59" not in only and "登录" in only
    assert "没有这样的记录" in li.get("/audit?action=backup").text


@pytest.mark.parametrize("query", ["before=x", "before=-1", "action=<script>", "lang=xx"])
def test_a_strange_query_of_the_log_does_no_harm(li: FlaskClient, query: str) -> None:
    answer = li.get(f"/audit?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_a_database_that_does_not_answer_leaves_the_public_map_alone(out: Path) -> None:
    (out / "state.db").write_bytes(b"no database" * 100)
    client = client_of(out)
    assert client.get("/").status_code == 200
    answer = client.get("/login")
    assert answer.status_code == 503
    assert "公开地图不受影响" in answer.text


def test_a_form_of_more_than_a_megabyte_is_refused(anyone: FlaskClient) -> None:
    answer = sign_in(anyone, "li", "x" * 1_200_000)
    assert answer.status_code == 413
    assert "太大" in answer.text
