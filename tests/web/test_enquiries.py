"""The form of an enquiry and the inbox, as investors, robots and the staff meet them."""

from __future__ import annotations

import csv
import io
import logging
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo.errors import RunError
from geo.query import Library
from geo.settings import Settings
from geo.state import accounts, attempts, audit, enquiries, open_state
from geo.web import enquiries as form_page
from geo.web.serve import tidy
from tests.state.clock import Clock
from tests.web.people import PASSWORD, client_of, token_of

LETTER = {
    "name": "李娜",
    "company": "示例鞋业",
    "phone": "+86 903 123 4567",
    "email": "",
    "message": "三通一平完成了吗？",
    "consent": "yes",
}


@pytest.fixture
def plot(published: Path) -> str:
    return next(iter(Library(published).current("public").of_kind("parcels")))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to wait while filling in a form."""
    monkeypatch.setattr(form_page, "_QUICKEST_SECONDS", -2)


def fill_in(
    client: FlaskClient, plot: str, changes: dict[str, Any] | None = None, lang: str = "zh"
) -> TestResponse:
    """Open the form of a plot and send it, with some fields changed or, if ``None``, left out."""
    address = f"/enquire?for=parcels/{plot}&lang={lang}"
    page = client.get(address)
    assert page.status_code == 200
    hidden = re.search(r'name="form" value="([^"]+)"', page.text)
    assert hidden
    fields = {**LETTER, "form": hidden[1], "csrf_token": token_of(page), **(changes or {})}
    return client.post(address, data={n: v for n, v in fields.items() if v is not None})


def kept(out: Path) -> list[str]:
    return [one.message for one in enquiries.listed(open_state(Settings(out=out)))]


def number_on(page: TestResponse) -> str:
    found = re.search(r"\d{6}-[2-9A-Z]{5}", page.text)
    assert found, page.text
    return found[0]


# --- the form --------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(("lang", "thanks"), [("zh", "谢谢"), ("en", "Thank you")])
def test_an_enquiry_is_kept_before_anybody_is_thanked(
    out: Path, anyone: FlaskClient, plot: str, lang: str, thanks: str
) -> None:
    answer = fill_in(anyone, plot, lang=lang)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/enquire/sent")
    assert kept(out) == ["三通一平完成了吗？"], "before the thanks are asked for"
    page = anyone.get(answer.headers["Location"])
    assert thanks in page.text
    one = enquiries.get(open_state(Settings(out=out)), number_on(page))
    assert (one.kind, one.key, one.lang, one.status) == ("parcels", plot, lang, "new")
    assert plot in one.title
    assert one.consented_at == one.created_at
    assert page.headers["Cache-Control"] == "private, no-store"


def test_the_thanks_are_for_the_browser_that_sent(anyone: FlaskClient) -> None:
    assert anyone.get("/enquire/sent").status_code == 404


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("code", "said"),
    [("STATE_UNAVAILABLE", "没有保存，也没有发送"), ("ENQUIRIES_FULL", "收件箱已满")],
)
def test_what_cannot_be_kept_is_not_thanked_for_and_stays_on_the_page(
    out: Path,
    anyone: FlaskClient,
    plot: str,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    said: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RunError(code, reason="database or disk is full")

    monkeypatch.setattr(attempts, "charge", fail)
    answer = fill_in(anyone, plot)
    assert answer.status_code == 503
    assert said in answer.text
    assert LETTER["message"] in answer.text and LETTER["phone"] in answer.text
    assert kept(out) == []


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"consent": None}, "没有您的同意"),
        ({"name": " "}, "请填写姓名"),
        ({"message": ""}, "请写明想了解什么"),
        ({"phone": ""}, "至少填写一项"),
        ({"phone": "12"}, "至少 6 位"),
        ({"email": "li@"}, "邮箱地址不完整"),
        ({"message": "长" * 2001}, "最多 2000 个字符"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_the_rest_kept(
    out: Path, anyone: FlaskClient, plot: str, changes: dict[str, Any], said: str
) -> None:
    answer = fill_in(anyone, plot, changes)
    assert answer.status_code == 400
    field = next(iter(changes))
    beside = re.search(rf'id="{field}-fault">([^<]+)<', answer.text)
    assert beside and said in beside[1]
    assert f'aria-describedby="{field}-fault"' in answer.text
    assert LETTER["company"] in answer.text
    assert kept(out) == []


@pytest.mark.usefixtures("at_once")
def test_hostile_text_is_text_on_every_page(
    out: Path, anyone: FlaskClient, li: FlaskClient, plot: str
) -> None:
    bad = '"><script>alert(1)</script>{{7*7}}'
    rejected = fill_in(anyone, plot, {"name": bad, "message": bad, "phone": bad})
    sent = fill_in(anyone, plot, {"name": bad, "company": bad, "message": bad})
    thanks = anyone.get(sent.headers["Location"])
    number = number_on(thanks)
    for page in (rejected, thanks, li.get("/inbox"), li.get(f"/inbox/{number}")):
        assert "<script>alert" not in page.text
        assert "}49" not in page.text
    assert "&lt;script&gt;alert(1)" in li.get(f"/inbox/{number}").text


# --- robots ----------------------------------------------------------------------------------


def test_a_form_sent_back_at_once_is_not_taken_but_later_with_the_same_text_it_is(
    out: Path, anyone: FlaskClient, plot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = fill_in(anyone, plot)
    assert answer.status_code == 400
    assert "再点一次" in answer.text and LETTER["message"] in answer.text
    assert "checked" in answer.text
    assert kept(out) == []
    monkeypatch.setattr(form_page, "_QUICKEST_SECONDS", -2)
    hidden = re.search(r'name="form" value="([^"]+)"', answer.text)
    assert hidden
    again = {**LETTER, "form": hidden[1], "csrf_token": token_of(answer)}
    assert anyone.post(f"/enquire?for=parcels/{plot}", data=again).status_code == 303


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "changes", [{"website": "http://spam.example"}, {"form": "forged"}, {"form": None}]
)
def test_a_trap_or_a_forged_form_is_not_taken(
    out: Path, anyone: FlaskClient, plot: str, changes: dict[str, Any]
) -> None:
    answer = fill_in(anyone, plot, changes)
    assert answer.status_code == 400
    assert "再点一次" in answer.text
    assert "spam.example" not in answer.text, "a person only has to send it again"
    assert kept(out) == []


@pytest.mark.usefixtures("at_once")
def test_a_form_that_lay_open_too_long_comes_back_with_its_text(
    anyone: FlaskClient, plot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_page, "_LONGEST_SECONDS", -1)
    answer = fill_in(anyone, plot)
    assert answer.status_code == 400
    assert "打开太久" in answer.text and LETTER["message"] in answer.text


@pytest.mark.usefixtures("at_once")
def test_one_address_cannot_send_many(
    out: Path, anyone: FlaskClient, plot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch, attempts)
    for number in range(5):
        assert fill_in(anyone, plot, {"message": str(number)}).status_code == 303
    answer = fill_in(client_of(out), plot, {"message": "once more"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "30"
    assert "请等 30 秒" in answer.text and "once more" in answer.text
    assert len(kept(out)) == 5


@pytest.mark.usefixtures("at_once")
def test_a_form_from_elsewhere_is_refused(out: Path, anyone: FlaskClient, plot: str) -> None:
    assert fill_in(anyone, plot, {"csrf_token": "x"}).status_code == 400
    assert fill_in(anyone, plot, {"csrf_token": None}).status_code == 400
    assert kept(out) == []


@pytest.mark.usefixtures("at_once")
def test_a_huge_form_is_refused(out: Path, anyone: FlaskClient, plot: str) -> None:
    assert fill_in(anyone, plot, {"message": "x" * 1_200_000}).status_code == 413
    assert kept(out) == []


@pytest.mark.usefixtures("at_once")
def test_no_log_has_what_was_written(
    anyone: FlaskClient, plot: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fill_in(anyone, plot)
    said = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "/enquire" in said
    assert not [text for text in (*LETTER.values(), plot) if len(text) > 3 and text in said]


# --- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", 400),
        ("?for=", 400),
        ("?for=parcels/", 400),
        ("?for=enterprises/E1", 400),
        ("?for=../x", 400),
        ("?for=parcels/NO-SUCH", 404),
        ("?for=parks/<script>alert(1)</script>", 404),
    ],
)
def test_a_bad_address_gets_a_helpful_page(anyone: FlaskClient, asked: str, status: int) -> None:
    answer = anyone.get(f"/enquire{asked}")
    assert answer.status_code == status
    assert "<h1>" in answer.text and "<script>alert" not in answer.text


@pytest.mark.parametrize("kind", ["parks", "parcels", "buildings"])
def test_each_kind_of_page_leads_to_its_form(
    anyone: FlaskClient, published: Path, kind: str
) -> None:
    key = next(iter(Library(published).current("public").of_kind(kind)))
    page = anyone.get(f"/{kind}/{key}")
    assert f'href="/enquire?for={kind}/{key}"' in page.text
    assert "Set-Cookie" not in page.headers
    form = anyone.get(f"/enquire?for={kind}/{key}")
    assert form.status_code == 200
    assert form.headers["X-Robots-Tag"] == "noindex"
    assert form.headers["Cache-Control"] == "private, no-store"


# --- without accounts ------------------------------------------------------------------------


@pytest.mark.usefixtures("number")
def test_a_server_that_runs_on_deletes_what_is_over(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(out=out)
    Clock(monkeypatch, enquiries).pass_by(days=400)
    tidy(settings)
    query = "SELECT count(*) FROM enquiries"
    with closing(sqlite3.connect(out / "state.db")) as file:
        assert file.execute(query).fetchone() == (0,)


def test_tidying_makes_no_database_and_survives_a_broken_one(tmp_path: Path) -> None:
    settings = Settings(out=tmp_path)
    tidy(settings)
    assert not (tmp_path / "state.db").exists()
    (tmp_path / "state.db").write_bytes(b"not a database" * 100)
    tidy(settings)


def test_without_accounts_there_is_the_contact_card_only(
    published: Path, tmp_path: Path, plot: str
) -> None:
    out = Path(shutil.copytree(published, tmp_path / "new"))
    for file in out.glob("state.db*"):
        file.unlink()
    client = client_of(out)
    assert "/enquire" not in client.get(f"/parcels/{plot}").text
    answer = client.get(f"/enquire?for=parcels/{plot}")
    assert answer.status_code == 404
    assert "暂不接收在线咨询" in answer.text and 'id="contact"' in answer.text
    assert "<form" not in re.sub(r'<form class="search.*?</form>', "", answer.text, flags=re.S)
    assert not (out / "state.db").exists(), "a public page makes no database"


@pytest.mark.usefixtures("at_once")
def test_a_viewer_alone_opens_no_form_and_staff_that_leave_close_it(
    published: Path, tmp_path: Path, plot: str
) -> None:
    out = Path(shutil.copytree(published, tmp_path / "new"))
    state, client = open_state(Settings(out=out)), client_of(out)
    accounts.add_user(state, "wang", role="viewer", password=PASSWORD)
    assert client.get(f"/enquire?for=parcels/{plot}").status_code == 404
    accounts.add_user(state, "li", role="staff", password=PASSWORD)
    page = client.get(f"/enquire?for=parcels/{plot}")
    assert page.status_code == 200
    accounts.disable_user(state, "li")
    sent = client.post(
        f"/enquire?for=parcels/{plot}", data={**LETTER, "csrf_token": token_of(page)}
    )
    assert sent.status_code == 404
    assert kept(out) == []


def test_a_page_notices_that_accounts_came_or_went(
    out: Path, plot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form_page, "_LOOK_AGAIN_SECONDS", -1)
    client, state = client_of(out), open_state(Settings(out=out))
    assert "/enquire" in client.get(f"/parcels/{plot}").text
    accounts.disable_user(state, "li")
    assert "/enquire" not in client.get(f"/parcels/{plot}").text


def test_a_database_that_does_not_answer_leaves_the_contact_card(out: Path, plot: str) -> None:
    (out / "state.db").write_bytes(b"no database" * 100)
    client = client_of(out)
    page = client.get(f"/parcels/{plot}")
    assert page.status_code == 200 and "/enquire" not in page.text
    assert client.get(f"/enquire?for=parcels/{plot}").status_code == 404


# --- the inbox -------------------------------------------------------------------------------


@pytest.fixture
def number(out: Path, anyone: FlaskClient, plot: str, at_once: None) -> str:
    """The number of an enquiry that has come."""
    return number_on(anyone.get(fill_in(anyone, plot).headers["Location"]))


@pytest.mark.parametrize("path", ["/inbox", "/inbox/{n}", "/inbox/{n}/delete", "/inbox.csv"])
def test_the_inbox_is_for_the_staff(
    anyone: FlaskClient, li: FlaskClient, wang: FlaskClient, number: str, path: str
) -> None:
    address = path.format(n=number)
    assert anyone.get(address).headers["Location"].startswith("/login?next=")
    assert wang.get(address).status_code == 403
    answer = li.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    for client in (anyone, wang):
        assert LETTER["name"] not in client.get(address).text


def test_the_staff_find_it_first_and_mark_it(li: FlaskClient, number: str) -> None:
    assert 'href="/inbox"' in li.get("/account").text
    page = li.get("/inbox?show=new")
    assert LETTER["name"] in page.text and "未读 1" in page.text
    entry = li.get(f"/inbox/{number}")
    assert LETTER["message"] in entry.text and 'href="tel:+869031234567"' in entry.text
    fields = {"csrf_token": token_of(entry), "status": "answered"}
    assert li.post(f"/inbox/{number}", data=fields).status_code == 303
    assert "没有未读的咨询" in li.get("/inbox?show=new").text
    assert "已答复" in li.get("/inbox").text
    assert li.post(f"/inbox/{number}", data={**fields, "status": "x"}).status_code == 400
    assert li.post(f"/inbox/{number}", data={"status": "new"}).status_code == 400


def test_one_is_deleted_after_a_question(out: Path, li: FlaskClient, number: str) -> None:
    question = li.get(f"/inbox/{number}/delete")
    assert number in question.text and kept(out) != []
    assert li.post(f"/inbox/{number}/delete").status_code == 400
    fields = {"csrf_token": token_of(question)}
    assert li.post(f"/inbox/{number}/delete", data=fields).status_code == 303
    assert kept(out) == []
    assert li.get(f"/inbox/{number}").status_code == 404
    log = li.get("/audit").text
    assert "删除咨询" in log and number in log
    assert LETTER["name"] not in log


def test_the_thanks_end_with_the_enquiry(out: Path, anyone: FlaskClient, number: str) -> None:
    enquiries.remove(open_state(Settings(out=out)), number, by="li")
    assert anyone.get("/enquire/sent").status_code == 404


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_has_all_and_is_noted_without_its_contents(
    out: Path, li: FlaskClient, number: str, ending: str
) -> None:
    answer = li.get(f"/inbox.{ending}")
    assert answer.headers["Content-Disposition"].endswith(f".{ending}")
    if ending == "csv":
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert rows[1][0] == number and rows[1][7] == "'+86 903 123 4567"
    entry = audit.entries(open_state(Settings(out=out)), limit=1)[0]
    assert (entry.by, entry.action, entry.detail["rows"]) == ("li", "enquiries_exported", 1)
    assert LETTER["name"] not in str(entry.detail)


def test_many_are_shown_in_pages(out: Path, li: FlaskClient, plot: str) -> None:
    state = open_state(Settings(out=out))
    letter = enquiries.read_letter(LETTER)
    subject = enquiries.Subject("parcels", plot, "x")
    for n in range(53):
        enquiries.submit(
            state, letter, subject, lang="zh", form=str(n), sender={"enquiry": f"enquiry:{n}"}
        )
    first = li.get("/inbox").text
    older = re.search(r'href="(/inbox\?before=\d+)"', first)
    assert older and first.count("<tr role") == 51
    assert li.get(older[1]).text.count("<tr role") == 4
    assert li.get("/inbox?before=x&show=<b>").status_code == 200
