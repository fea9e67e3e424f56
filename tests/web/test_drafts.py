"""The pages of drafts: for the staff alone, shared by link, discarded or handed to import."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo import drafts, jobs
from geo.settings import Settings
from geo.state import State, audit, open_state
from geo.state import drafts as rows
from geo.state import jobs as job_rows
from geo.state.models import Draft
from tests.web.people import client_of, token_of

HOSTILE = "<script>alert(1)</script>{{7*7}}"


@pytest.fixture(autouse=True)
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no job: what one does is tested elsewhere."""
    monkeypatch.setattr(jobs, "_start", lambda *_: None)


@pytest.fixture
def settings(out: Path) -> Settings:
    return Settings(out=out)


@pytest.fixture
def state(settings: Settings) -> State:
    return open_state(settings)


def post(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    token = token_of(client.get("/account"))
    return client.post(path, data={"csrf_token": token, **fields})


def upload(client: FlaskClient, name: str = "方案.geojson", **fields: Any) -> TestResponse:
    chosen = {"title": "西区改工业", "mode": "replace", "nature": "reported", **fields}
    return post(client, "/plan/drafts", file=(io.BytesIO(b"{}"), name), **chosen)


def number_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].split("/")[3].split("?")[0]


def two(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def columns(mu: float, plots: int = 1) -> dict[str, Any]:
    return {"plots": plots, "mu": mu, "ha": round(mu / 15, 2), "share": 100.0}


def line(before: float, after: float) -> dict[str, Any]:
    difference = {**columns(round(after - before, 2), 0), "share": 0.0}
    return {"before": columns(before), "after": columns(after), "difference": difference}


def result_of(**changes: Any) -> dict[str, Any]:
    row = {"code": "1001", "name": two("工业用地"), "group": "construction", **line(30, 27.5)}
    sheet = {"scope": "all", "key": None, "name": None, "rows": [row], "total": line(30, 27.5)}
    square = {"type": "Polygon", "coordinates": [[[80, 37], [81, 37], [81, 38], [80, 37]]]}
    plot = {
        "kind": "changed", "key": "CL-AGRI-001", "title": "CL-AGRI-001", "park": "CL-AGRI",
        "fields": [{"field": "land_use_code", "before": "0901", "after": "110101"}],
        "area_mu": {"before": 30.0, "after": 27.5},
        "geometry": {"before": square, "after": square},
    }  # fmt: skip
    finding = {"rule": "PARCEL_GAP", "severity": "warning", "message": two("有缝隙")}
    rate = {"name": "plan_rate.building", "before": None, "after": 0.5}
    result = {
        "status": "done", "version": "2026-11-22-0000000000", "as_of": "2026-11-22",
        "summary": {
            "plots": {"new": 0, "changed": 1, "gone": 0},
            "findings": {"new": 1, "fixed": 0, "open": 7},
        },
        "questions": [], "remarks": [], "faults": [], "plots": [plot], "balance": [sheet],
        "rates": [{"key": "A", "name": two("甲园"), "rates": [rate]}],
        "findings": {"new": [finding], "fixed": [], "open": []},
    }  # fmt: skip
    return {**result, **changes}


def worked_out(
    settings: Settings, state: State, client: FlaskClient, title: str = "西区改工业", **changes: Any
) -> str:
    """Upload a draft, and let its job have ended with a result."""
    number = number_of(upload(client, title=title))
    drafts.keep_result(settings, state, number, result_of(**changes))
    job_rows.update(state, rows.get(state, number).job or "", state="done")
    return number


def actions(state: State) -> list[str]:
    return [entry.action for entry in audit.entries(state, limit=20)]


# --- who may -----------------------------------------------------------------------------------

PAGES = ["", "/draw", "/abcdefgh", "/abcdefgh/map.json", "/abcdefgh/discard"]
FORMS = ["", "/abcdefgh/answer", "/abcdefgh/import", "/abcdefgh/discard"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_the_staff(anyone: FlaskClient, wang: FlaskClient, path: str) -> None:
    assert anyone.get(f"/plan/drafts{path}").headers["Location"].startswith("/login")
    assert wang.get(f"/plan/drafts{path}").status_code == 403


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_for_the_staff(
    anyone: FlaskClient, wang: FlaskClient, out: Path, path: str
) -> None:
    token = token_of(anyone.get("/login"))
    refused = anyone.post(f"/plan/drafts{path}", data={"csrf_token": token})
    assert refused.status_code in (401, 403)
    assert post(wang, f"/plan/drafts{path}").status_code == 403
    assert not (out / "uploads").exists(), "nothing of the body was read"


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_is_refused(li: FlaskClient, path: str) -> None:
    data = {"file": (io.BytesIO(b"{}"), "a.geojson")} if not path else {}
    assert li.post(f"/plan/drafts{path}", data=data).status_code == 400


def test_pages_are_never_kept(li: FlaskClient) -> None:
    assert li.get("/plan/drafts").headers["Cache-Control"] == "private, no-store"


# --- a file comes in ---------------------------------------------------------------------------


def test_an_upload_becomes_a_draft_and_a_job(
    li: FlaskClient, settings: Settings, state: State
) -> None:
    number = number_of(upload(li))
    draft = rows.get(state, number)
    assert (draft.title, draft.file, draft.by) == ("西区改工业", "方案.geojson", "li")
    assert draft.layer == "parcels"
    assert draft.options["mode"] == "replace"
    job = job_rows.get(state, draft.job or "")
    assert (job.kind, job.params["draft"]) == ("draft", number)
    assert drafts.file_of(settings, number).read_bytes() == b"{}"
    assert not list((settings.out / "uploads").iterdir())
    # Until it has ended the page is that of the job.
    waiting = li.get(f"/plan/drafts/{number}")
    assert waiting.headers["Location"] == f"/data/jobs/{job.id}"
    assert "方案.geojson" in li.get(f"/data/jobs/{job.id}").text or job.state == "queued"


def test_a_script_is_told_where_the_draft_is(li: FlaskClient) -> None:
    token = token_of(li.get("/plan/drafts"))
    data = {"csrf_token": token, "nature": "reported", "file": (io.BytesIO(b"{}"), "a.geojson")}
    told = li.post("/plan/drafts", data=data, headers={"Accept": "application/json"})
    assert told.status_code == 201
    assert told.json is not None
    assert told.json["location"].startswith("/plan/drafts/")


def test_plots_that_go_are_named_one_a_line(
    li: FlaskClient, state: State, settings: Settings
) -> None:
    number = number_of(upload(li, mode="merge", gone="CL-AGRI-004\r\n CL-AGRI-005 \n\n"))
    draft = rows.get(state, number)
    assert draft.options["gone"] == ["CL-AGRI-004", "CL-AGRI-005"]
    # Import is told the same as the draft was.
    drafts.hand_over(settings, state, draft, by="li")
    assert job_rows.recent(state, 1)[0].params["options"]["gone"] == draft.options["gone"]


@pytest.mark.parametrize("wrong", [{"mode": "steal"}, {"nature": "true"}])
def test_a_form_that_makes_no_sense_leaves_nothing(
    li: FlaskClient, settings: Settings, state: State, wrong: dict[str, str]
) -> None:
    assert upload(li, **wrong).status_code == 400
    assert not list((settings.out / "uploads").iterdir())
    assert rows.listed(state) == []


def test_one_too_many_is_told_and_leaves_nothing(
    li: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST", 1)
    assert upload(li).status_code == 303
    refused = upload(li)
    assert refused.status_code == 400
    assert "草案已有 1 份" in refused.text
    assert not list((settings.out / "uploads").iterdir())
    page = li.get("/plan/drafts").text
    assert "草案已有 1 份" in page
    assert 'type="file"' not in page


def test_the_editor_offers_the_parks_with_plots(li: FlaskClient, version: str) -> None:
    page = li.get("/plan/drafts/draw?park=CL-AGRI").text
    assert 'value="CL-AGRI" selected' in page
    found = re.search(r'id="draw-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    told = json.loads(found[1])
    assert told["base"] == f"/staff/layers/{version}/staff/"
    assert (told["layer"], told["places"]) == ("parcels", None)
    assert told["newId"] == "CL-AGRI-NEW-{number}"
    assert told["texts"]["area"] == "{mu} 亩", "filled in by the script"
    assert {"supply_state", "far_min", "utilities"} < set(told["inherited"])
    assert not {"declared_area_mu", "cadastral_code", "far", "area_mu"} & set(told["inherited"])
    assert li.get("/plan/drafts/draw").status_code == 200
    assert li.get("/plan/drafts/draw?park=nowhere").status_code == 404


# --- what it shows -----------------------------------------------------------------------------


def test_the_list_says_what_each_would_mean(
    li: FlaskClient, settings: Settings, state: State
) -> None:
    worked_out(settings, state, li)
    page = li.get("/plan/drafts").text
    assert "修改 1，新增 0，移除 0" in page
    assert "新问题 1，解决 0" in page
    assert "90 天" in page


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ["没有公布", "110101 一类物流仓储用地", "−2.50", "50.00 %", "另有 7 处"]),
        ("en", ["Nothing of it is published", "110101 Logistics", "−2.50", "50.00 %", "Another 7"]),
    ],
)
def test_a_draft_is_shown_beside_what_is_published(
    li: FlaskClient, settings: Settings, state: State, lang: str, said: list[str]
) -> None:
    number = worked_out(settings, state, li)
    page = li.get(f"/plan/drafts/{number}?lang={lang}").text
    for text in said:
        assert text in page
    assert f"http://localhost/plan/drafts/{number}" in page, "the link to share"
    shapes = li.get(f"/plan/drafts/{number}/map.json").json
    assert shapes is not None
    assert shapes[0]["after"]["type"] == "Polygon"


def test_a_later_publish_is_told(
    li: FlaskClient, settings: Settings, state: State, version: str
) -> None:
    old = worked_out(settings, state, li)
    new = worked_out(settings, state, li, version=version)
    assert "又公布了新的版本" in li.get(f"/plan/drafts/{old}").text
    assert "又公布了新的版本" not in li.get(f"/plan/drafts/{new}").text


def test_titles_and_values_are_only_text(li: FlaskClient, settings: Settings, state: State) -> None:
    plot = {**result_of()["plots"][0], "title": HOSTILE, "key": HOSTILE, "park": HOSTILE}
    number = worked_out(settings, state, li, title=HOSTILE, plots=[plot])
    for path in ("", f"/{number}", f"/{number}/discard"):
        page = li.get(f"/plan/drafts{path}").text
        assert "<script>alert" not in page
        assert "{{7*7}}" in page


@pytest.mark.parametrize("status", ["rejected", "blocked", "needs_answer"])
def test_what_cannot_be_worked_out_says_why(
    li: FlaskClient, settings: Settings, state: State, status: str
) -> None:
    fault = {"rule": "KEY_DUPLICATE", "severity": "error", "message": two("编号重复")}
    few = {"summary": {}, "faults": [fault] if status == "rejected" else []}
    number = worked_out(
        settings, state, li, status=status, blocking=[fault] if status == "blocked" else [], **few
    )
    page = li.get(f"/plan/drafts/{number}").text
    assert ("编号重复" in page) == (status != "needs_answer")
    assert 'id="balance-title"' not in page
    assert "未算出结果" in li.get("/plan/drafts").text


def test_a_job_that_failed_leaves_the_way_to_discard(li: FlaskClient, state: State) -> None:
    number = number_of(upload(li))
    told = {"code": "JOB_TOO_LARGE", "message": {"zh": "内存不够", "en": "too large"}}
    job = job_rows.update(state, rows.get(state, number).job or "", state="failed", error=told)
    back = li.get(f"/data/jobs/{job.id}")
    assert back.headers["Location"] == f"/plan/drafts/{number}"
    page = li.get(f"/plan/drafts/{number}").text
    assert "内存不够" in page
    assert f"/plan/drafts/{number}/discard" in page


def test_answers_are_worked_out_anew(li: FlaskClient, settings: Settings, state: State) -> None:
    question = {
        "id": "unit:面积", "message": two("面积是什么单位？"),
        "answers": [{"value": "mu", "label": two("亩")}],
    }  # fmt: skip
    number = worked_out(settings, state, li, status="needs_answer", questions=[question])
    page = li.get(f"/plan/drafts/{number}").text
    assert "面积是什么单位？" in page
    answer = post(
        li, f"/plan/drafts/{number}/answer", **{"question.0": "unit:面积", "answer.0": "mu"}
    )
    assert answer.status_code == 303
    assert rows.get(state, number).options["units"] == {"面积": "mu"}
    assert li.get(f"/plan/drafts/{number}").headers["Location"].startswith("/data/jobs/")


# --- what becomes of it ------------------------------------------------------------------------


def test_another_member_of_the_staff_opens_the_link(
    li: FlaskClient, settings: Settings, state: State
) -> None:
    from geo.state import accounts
    from tests.web.people import PASSWORD

    accounts.add_user(state, "zhao", role="staff", password=PASSWORD)
    number = worked_out(settings, state, li)
    other = client_of(settings.out, "zhao")
    page = other.get(f"/plan/drafts/{number}")
    assert page.status_code == 200
    assert "li" in page.text


def test_a_draft_is_discarded_after_a_question(
    li: FlaskClient, settings: Settings, state: State
) -> None:
    number = worked_out(settings, state, li)
    assert "立即删除" in li.get(f"/plan/drafts/{number}/discard").text
    assert rows.get(state, number)
    assert post(li, f"/plan/drafts/{number}/discard").headers["Location"] == "/plan/drafts"
    gone = li.get(f"/plan/drafts/{number}")
    assert gone.status_code == 404
    assert "已被 li 放弃" in gone.text
    assert not drafts.folder_of(settings, number).exists()
    assert actions(state)[0] == "draft_discarded"


def test_handing_over_leads_to_the_usual_import(
    li: FlaskClient, settings: Settings, state: State
) -> None:
    number = worked_out(settings, state, li)
    answer = post(li, f"/plan/drafts/{number}/import")
    job = job_rows.get(state, re.sub(r".*/jobs/", "", answer.headers["Location"]))
    assert (job.kind, job.by, job.params["layer"]) == ("examine", "li", "parcels")
    assert actions(state)[0] == "draft_handed_over"
    log = li.get("/audit").text
    assert "草案交给导入" in log
    assert "西区改工业" in log
    assert li.get(f"/plan/drafts/{number}").status_code == 200, "the draft stays"


@pytest.mark.parametrize("number", ["abcdefgh", "..%2f..%2fstate", "x" * 300])
def test_an_unknown_draft_is_told(li: FlaskClient, number: str) -> None:
    assert li.get(f"/plan/drafts/{number}").status_code == 404


def test_the_jobs_of_drafts_are_named_in_the_list_of_jobs(
    li: FlaskClient, settings: Settings, state: State
) -> None:
    worked_out(settings, state, li)
    assert "试算草案：方案.geojson" in li.get("/data").text


def test_an_instance_without_a_job_row_still_shows_the_draft(
    li: FlaskClient, settings: Settings, state: State
) -> None:
    number = worked_out(settings, state, li)
    with state.session() as session:
        session.get_one(Draft, number).job = None
    assert li.get(f"/plan/drafts/{number}").status_code == 200
