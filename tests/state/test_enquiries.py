"""Enquiries: kept once, counted by sender, deleted in time."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import AccessDenied, NotFound, RunError
from geo.export.enquiries import enquiries_csv, enquiries_workbook
from geo.settings import Settings
from geo.state import State, accounts, attempts, audit, enquiries, open_state
from geo.state.enquiries import LONGEST, Letter, Subject, faults_of, read_letter
from geo.state.models import Enquiry
from geo.wording import Wording
from tests.state.clock import Clock

LETTER = Letter("示例鞋业", "李娜", "+86 903 123 4567", "", "三通一平完成了吗？")
PLOT = Subject("parcels", "CL-1", "地块 CL-1")
HERE = attempts.sender("192.0.2.7", "s" * 40)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, enquiries, attempts)


def send(state: State, letter: Letter = LETTER, form: str = "a", **more: object) -> Enquiry:
    given: dict[str, object] = {"lang": "zh", "sender": HERE, **more}
    return enquiries.submit(state, letter, PLOT, form=form, **given)  # type: ignore[arg-type]


def test_what_is_sent_is_in_the_file_when_the_call_returns(settings: Settings) -> None:
    number = send(open_state(settings)).number
    with closing(sqlite3.connect(settings.out / "state.db")) as other:
        rows = other.execute("SELECT number, name, message, status FROM enquiries").fetchall()
    assert rows == [(number, "李娜", "三通一平完成了吗？", "new")]


def test_a_commit_waits_for_the_disk(state: State) -> None:
    with state.session(reads_only=True) as session:
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_one_form_sent_twice_is_one_enquiry_but_a_changed_letter_is_another(state: State) -> None:
    first, again = send(state), send(state)
    changed = send(state, replace(LETTER, message="又及"))
    other_form = send(state, form="b")
    assert first.number == again.number
    assert len({first.number, changed.number, other_form.number}) == 3
    assert [e.id for e in enquiries.listed(state)] == [other_form.id, changed.id, first.id]


def test_after_five_a_sender_waits_and_another_does_not(state: State, clock: Clock) -> None:
    for number in range(5):
        send(state, form=str(number))
    with pytest.raises(AccessDenied) as caught:
        send(state, form="more")
    assert (caught.value.code, caught.value.params) == ("ENQUIRY_WAIT", {"seconds": 30})
    assert send(state, form="0"), "what is kept already is not counted again"
    send(state, form="more", sender=attempts.sender("192.0.2.8", "s" * 40))
    clock.pass_by(seconds=31)
    send(state, form="more yet")
    with pytest.raises(AccessDenied):
        send(state, form="and more")


def test_the_address_is_kept_neither_plain_nor_as_a_digest_of_itself(
    settings: Settings, state: State
) -> None:
    send(state)
    stored = b"".join(path.read_bytes() for path in settings.out.glob("state.db*"))
    assert b"192.0.2.7" not in stored
    assert attempts.subjects("x", "192.0.2.7")["address"].split(":")[1].encode() not in stored
    assert HERE["enquiry"].encode() in stored
    assert attempts.sender("192.0.2.7", "t" * 40) != HERE


def test_a_full_inbox_takes_no_more(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enquiries, "MOST_KEPT", 1)
    send(state)
    with pytest.raises(RunError, match="ENQUIRIES_FULL"):
        send(state, form="b")


@pytest.mark.parametrize("look", ["delete_old", "listed", "count_new", "get", "submit"])
def test_after_a_year_an_enquiry_is_gone_from_the_file(
    settings: Settings, state: State, clock: Clock, look: str
) -> None:
    old = send(state)
    clock.pass_by(days=364, hours=23)
    assert enquiries.get(state, old.number).name == "李娜"
    clock.pass_by(hours=2)
    if look == "get":
        with pytest.raises(NotFound, match="ENQUIRY_UNKNOWN"):
            enquiries.get(state, old.number)
    elif look == "submit":
        send(state, form="new", letter=replace(LETTER, phone="", email="a@b.cn"))
    else:
        getattr(enquiries, look)(state)
    with closing(sqlite3.connect(settings.out / "state.db")) as other:
        found = other.execute("SELECT number FROM enquiries").fetchall()
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (old.number,) not in found
    assert b"903 123 4567" not in (settings.out / "state.db").read_bytes(), "overwritten as well"


def test_one_is_marked_and_listed_by_status(state: State) -> None:
    one, two = send(state), send(state, form="b")
    assert enquiries.count_new(state) == 2
    enquiries.mark(state, one.number, "answered")
    assert [e.number for e in enquiries.listed(state, status="new")] == [two.number]
    assert [e.number for e in enquiries.listed(state, limit=1)] == [two.number]
    assert [e.number for e in enquiries.listed(state, before=two.id)] == [one.number]


def test_a_deleted_one_is_noted_by_its_number_alone(state: State) -> None:
    one = send(state)
    enquiries.remove(state, one.number, by="li")
    assert enquiries.listed(state) == []
    entry = audit.entries(state, limit=1)[0]
    assert (entry.by, entry.action, entry.detail) == ("li", "enquiry_deleted", {"id": one.number})
    for action in (enquiries.get, lambda s, n: enquiries.mark(s, n, "read")):
        with pytest.raises(NotFound, match="ENQUIRY_UNKNOWN"):
            action(state, one.number)
    with pytest.raises(NotFound, match="ENQUIRY_UNKNOWN"):
        enquiries.remove(state, one.number, by="li")


def test_an_error_of_the_database_does_not_repeat_what_was_written(state: State) -> None:
    with pytest.raises(Exception, match="UNIQUE") as caught, state.session() as session:
        known = send(state)
        values = {c.name: getattr(known, c.name) for c in Enquiry.__table__.columns}
        session.add(Enquiry(**{**values, "id": None}))
    assert "李娜" not in str(caught.value)


def test_only_active_staff_read_enquiries(state: State) -> None:
    assert not accounts.has_staff(state)
    accounts.add_user(state, "wang", role="viewer", password="a quiet sand dune")
    assert not accounts.has_staff(state)
    accounts.add_user(state, "li", role="staff", password="a quiet sand dune")
    assert accounts.has_staff(state)
    accounts.disable_user(state, "li")
    assert not accounts.has_staff(state)


# --- what a letter may say -------------------------------------------------------------------


def test_a_letter_is_read_without_what_steers_a_screen() -> None:
    form = {
        "name": " 李\u202e 娜\x1b[1m\r\nBcc: x ",
        "message": "  one\r\n\r\ntwo\x00 \u3000three \n",
    }
    letter = read_letter(form)
    assert letter.name == "李 娜[1m Bcc: x"
    assert letter.message == "one\n\ntwo three"
    assert letter.company == letter.phone == letter.email == ""


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        ({"phone": "", "email": "li@example.com"}, {}),
        ({"company": ""}, {}),
        ({"name": ""}, {"name": "name_missing"}),
        ({"message": ""}, {"message": "message_missing"}),
        ({"phone": ""}, {"phone": "phone_missing"}),
        ({"phone": "call me"}, {"phone": "phone_wrong"}),
        ({"phone": "((((()))))"}, {"phone": "phone_wrong"}),
        ({"email": "li@example"}, {"email": "email_wrong"}),
        ({"email": "a@b.cn,c@d.cn"}, {"email": "email_wrong"}),
        *(({n: "9" * (m + 1)}, {n: "too_long"}) for n, m in LONGEST.items()),
    ],
)
def test_what_is_wrong_is_told_by_field(changes: dict[str, str], faults: dict[str, str]) -> None:
    assert faults_of(replace(LETTER, **changes)) == faults


@given(st.dictionaries(st.sampled_from([*LONGEST, "consent"]), st.text()))
def test_any_form_can_be_read_and_a_letter_without_faults_fits(form: dict[str, str]) -> None:
    letter = read_letter(form)
    if not faults_of(letter):
        assert all(len(getattr(letter, name)) <= most for name, most in LONGEST.items())


# --- as a file -------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+86 1", "-2", "@SUM(A1)", "＝HYPERLINK(1)"]


def test_no_text_of_an_export_is_a_formula(state: State, tmp_path: Path) -> None:
    for number, text in enumerate(FORMULAS):
        send(state, replace(LETTER, name=text, message=text), form=str(number))
    found = enquiries.listed(state)
    rows = list(csv.reader(io.StringIO(enquiries_csv(found, Wording("zh")).decode("utf-8-sig"))))
    assert rows[0][0] == "咨询编号"
    assert [row[9] for row in rows[:0:-1]] == [f"'{text}" for text in FORMULAS]
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@＝"))]
    book = openpyxl.load_workbook(io.BytesIO(enquiries_workbook(found, Wording("en"))))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.quotePrefix for cell in cells} == {True}
    assert [row[9].value for row in list(book.active.iter_rows())[:0:-1]] == FORMULAS
