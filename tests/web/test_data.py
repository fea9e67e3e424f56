"""The pages below ``/data``: who may, what comes in, what a report says, what is released."""

from __future__ import annotations

import io
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo import jobs
from geo.history import history
from geo.settings import Settings
from geo.state import audit, open_state
from geo.state import jobs as rows
from geo.storage.snapshots import SnapshotStore
from geo.storage.working_copy import Deed, WorkingCopy
from geo.web import uploads
from tests.web.people import client_of, token_of

HOSTILE = "<script>alert(1)</script>${7*7}{{7*7}}\"'=HYPERLINK(1)"


@pytest.fixture(autouse=True)
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no job: what one does is tested elsewhere."""
    monkeypatch.setattr(jobs, "_start", lambda *_: None)


@pytest.fixture
def settings(out: Path) -> Settings:
    return Settings(out=out)


def post(client: FlaskClient, path: str, page: str = "/data", **fields: Any) -> TestResponse:
    """Send a form as the page with it would."""
    return client.post(path, data={"csrf_token": token_of(client.get(page)), **fields})


def upload(
    client: FlaskClient, body: bytes = b"a,b\n1,2\n", name: str = "企业.csv", **fields: Any
) -> TestResponse:
    chosen = {"layer": "enterprises", "nature": "reported", "mode": "merge", **fields}
    return post(client, "/data/upload", file=(io.BytesIO(body), name), **chosen)


def uploaded(out: Path) -> list[Path]:
    folder = out / "uploads"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def job_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rsplit("/", 1)[1].split("?")[0]


def two(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def report_of(**changes: Any) -> dict[str, Any]:
    heading = {"heading": "阶段", "field": "stage", "how": "alias", "unit": None, "suggestions": []}
    understood = {
        "format": "csv", "encoding": "gb18030", "sheet": "企业", "sheets": ["企业"],
        "columns": {"阶段": "stage"}, "units": {}, "datum": "gcj02", "crs": "EPSG:4326",
        "northing_first": False, "codes": None, "confidence": 0.92, "why": two("因为"),
        "headings": [heading],
    }  # fmt: skip
    report = {
        "status": "rejected", "understood": understood,
        "rows": {"new": 12, "changed": 7, "unchanged": 86, "gone": 0, "read": 105, "faulty": 2},
        "faults": [], "faults_total": 0, "questions": [], "layer": "enterprises",
        "file": "企业.csv", "mode": "merge", "base": "b" * 64, "remarks": [], "changes": [],
        "changes_total": 0, "placed": None, "suggestions": [], "can": {"all": False, "good": True},
    }  # fmt: skip
    return {**report, **changes}


def examined(settings: Settings, client: FlaskClient, **changes: Any) -> str:
    """Upload a file, and let its examination have ended with a report."""
    job = job_of(upload(client))
    state = open_state(settings)
    body = json.dumps(report_of(**changes)).encode()
    jobs.write_result(settings, job, "report.json", body)
    jobs.write_result(settings, job, "faults.xlsx", b"PK")
    rows.update(state, job, state="done")
    return job


def last_job(settings: Settings) -> Any:
    return rows.recent(open_state(settings), 1)[0]


def actions(settings: Settings) -> list[str]:
    return [entry.action for entry in audit.entries(open_state(settings), limit=20)]


# --- who may -----------------------------------------------------------------------------------

PAGES = [
    "/data",
    "/data/layers/parcels",
    "/data/layers/parcels/000001/restore",
    "/data/jobs/abcdefgh",
    "/data/jobs/abcdefgh.json",
    "/data/jobs/abcdefgh/map.json",
    "/data/jobs/abcdefgh/faults.xlsx",
    "/data/versions/2026-11-22-0123456789/rollback",
]
FORMS = [
    "/data/upload",
    "/data/publish",
    "/data/layers/parcels/000001/restore",
    "/data/jobs/abcdefgh/examine",
    "/data/jobs/abcdefgh/import",
    "/data/jobs/abcdefgh/cancel",
    "/data/jobs/abcdefgh/release",
    "/data/versions/2026-11-22-0123456789/rollback",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_the_staff(anyone: FlaskClient, wang: FlaskClient, path: str) -> None:
    assert anyone.get(path).headers["Location"].startswith("/login")
    refused = wang.get(path)
    assert refused.status_code == 403
    assert "staff" in refused.text or "权限" in refused.text


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_for_the_staff(anyone: FlaskClient, wang: FlaskClient, path: str) -> None:
    for client in (anyone, wang):
        page = "/account" if client is wang else "/login"
        assert post(client, path, page).status_code in (401, 403)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_is_refused(
    li: FlaskClient, settings: Settings, path: str
) -> None:
    fields = {"layer": "parcels", "nature": "surveyed", "rows": "all", "mode": "merge"}
    answer = li.post(path, data={**fields, "file": (io.BytesIO(b"x"), "x.csv")})
    assert answer.status_code == 400
    assert rows.recent(open_state(settings), 5) == []
    assert uploaded(settings.out) == []


@pytest.mark.parametrize("path", ["/data", "/data/layers/parcels"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_is_private_and_has_no_inline_code(li: FlaskClient, path: str, lang: str) -> None:
    answer = li.get(f"{path}?lang={lang}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.text)


# --- a file comes in ---------------------------------------------------------------------------


def test_an_upload_is_stored_under_a_name_of_ours_and_examined(
    li: FlaskClient, settings: Settings
) -> None:
    answer = upload(li, b"hello", "../../etc/\u202e企业<b>.csv", source="县商工局", as_of="2026-11")
    job = last_job(settings)
    assert job_of(answer) == job.id
    assert (job.kind, job.by) == ("examine", "li")
    assert job.params["name"] == "企业<b>.csv"
    assert job.params["options"] == {
        "mode": "merge",
        "gone": [],
        "nature": "reported",
        "source": "县商工局",
        "as_of": "2026-11",
    }
    (stored,) = uploaded(settings.out)
    assert stored.read_bytes() == b"hello"
    assert stored.name == job.params["upload"]
    assert stored.parent == settings.out / "uploads"


def test_a_script_is_told_where_the_job_is(li: FlaskClient) -> None:
    fields = {"csrf_token": token_of(li.get("/data")), "layer": "parcels", "nature": "surveyed"}
    data = {**fields, "file": (io.BytesIO(b"x"), "x.csv")}
    answer = li.post("/data/upload?lang=en", data=data, headers={"Accept": "application/json"})
    assert answer.status_code == 201
    assert re.fullmatch(r"/data/jobs/[\w-]+\?lang=en", answer.json["location"])


@pytest.mark.parametrize("is_told", [True, False], ids=["by its length", "only as it comes"])
def test_too_large_an_upload_is_refused_in_both_languages(out: Path, is_told: bool) -> None:
    client = client_of(out, "li", upload_mb=1)
    token = token_of(client.get("/data"))
    head = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    )
    body = head.encode() + b"0" * 1_300_000 + b"\r\n--x--\r\n"
    lie = {"CONTENT_LENGTH": "10", "wsgi.input_terminated": True}
    answer = client.post(
        "/data/upload",
        input_stream=io.BytesIO(body),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={} if is_told else lie,
    )
    assert answer.status_code == 413
    assert "1 MB" in answer.text
    assert "拆成几个文件" in answer.text and "split it" in answer.text
    assert uploaded(out) == []


def test_an_upload_that_is_cut_off_leaves_nothing(li: FlaskClient, settings: Settings) -> None:
    token = token_of(li.get("/data"))
    body = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n0123'
    ).encode()
    answer = li.post(
        "/data/upload",
        input_stream=io.BytesIO(body),
        content_length=len(body) + 5000,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 400
    assert uploaded(settings.out) == []
    assert rows.recent(open_state(settings), 5) == []


def test_two_files_at_once_and_none_at_all_are_refused(li: FlaskClient, settings: Settings) -> None:
    files = [(io.BytesIO(b"1"), "a.csv"), (io.BytesIO(b"2"), "b.csv")]
    for file in (files, (io.BytesIO(b""), "")):
        answer = post(li, "/data/upload", layer="parcels", nature="surveyed", file=file)
        assert answer.status_code == 400
    assert uploaded(settings.out) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"layer": "nothing"}, {"layer": ""}, {"nature": "true"}, {"nature": ""},
        {"mode": "drop"}, {"as_of": "gestern"}, {"layer": "../x"},
    ],
)  # fmt: skip
def test_choices_that_make_no_sense_are_refused_and_the_file_is_gone(
    li: FlaskClient, settings: Settings, wrong: dict[str, str]
) -> None:
    answer = upload(li, **wrong)
    assert answer.status_code in (400, 404)
    assert uploaded(settings.out) == []


def test_a_disk_without_room_is_told_before_the_file_is_read(
    li: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_RESERVE_BYTES", 1 << 62)
    answer = upload(li)
    assert answer.status_code == 507
    assert "磁盘" in answer.text
    assert uploaded(settings.out) == []


# --- a job -------------------------------------------------------------------------------------


def test_a_job_tells_how_far_it_is(li: FlaskClient, settings: Settings) -> None:
    job = job_of(upload(li))
    assert li.get(f"/data/jobs/{job}.json").json["state"] == "queued"
    rows.update(
        open_state(settings),
        job,
        state="running",
        progress={"stage": "stage.reading", "done": 500, "total": 2000},
    )
    with jobs.alive(settings, job):
        told = li.get(f"/data/jobs/{job}.json?lang=en").json
        page = li.get(f"/data/jobs/{job}").text
    assert (told["state"], told["share"]) == ("running", 0.25)
    assert "500 of 2,000" in told["text"]
    assert "正在读取文件" in page
    assert 'value="0.25"' in page
    assert '<meta http-equiv="refresh"' in page


def test_a_failed_job_shows_its_sentence_and_the_way_back(
    li: FlaskClient, settings: Settings
) -> None:
    job = job_of(upload(li))
    error = {"code": "FORMAT_REFUSED", "message": {"zh": "请另存为 DXF。", "en": "Save as DXF."}}
    rows.update(open_state(settings), job, state="failed", error=error)
    assert "请另存为 DXF。" in li.get(f"/data/jobs/{job}").text
    english = li.get(f"/data/jobs/{job}?lang=en").text
    assert "Save as DXF." in english
    assert 'href="/data?lang=en&amp;layer=enterprises"' in english


def test_cancelling_is_recorded(li: FlaskClient, settings: Settings) -> None:
    job = job_of(upload(li))
    assert post(li, f"/data/jobs/{job}/cancel").status_code == 303
    assert rows.get(open_state(settings), job).state == "cancelled"
    assert actions(settings)[0] == "job_cancelled"
    post(li, f"/data/jobs/{job}/cancel")
    assert actions(settings).count("job_cancelled") == 1


def test_an_unknown_job_is_told_as_that(li: FlaskClient) -> None:
    for path in ("/data/jobs/abcdefgh", "/data/jobs/abcdefgh.json", "/data/jobs/..%2f..%2fetc"):
        assert li.get(path).status_code == 404


# --- the report --------------------------------------------------------------------------------


def fault(row: int, **changes: Any) -> dict[str, Any]:
    return {
        "row": row, "column": "阶段", "rule": "VALUE_RANGE", "severity": "error",
        "message": two("请改正。"), "value": "x", "fatal": True, **changes,
    }  # fmt: skip


def test_a_report_shows_numbers_faults_and_what_may_be_done(
    li: FlaskClient, settings: Settings
) -> None:
    faults = [fault(4), fault(9, rule="STALE", severity="info"), fault(7)]
    job = examined(settings, li, faults=faults, faults_total=2345)
    page = li.get(f"/data/jobs/{job}").text
    assert re.findall(r"<dd>.*?>(\d+)<", page)[:4] == ["12", "7", "86", "0"]
    assert page.index("数值或写法不对") < page.index("数据过旧"), "errors come first"
    assert "只列出前 3 处" in page
    assert 'value="good"' in page
    assert 'value="all"' not in page
    assert "GCJ-02" in page and "92%" in page and "因为" in page


def test_a_clean_report_offers_everything_and_nothing_else(
    li: FlaskClient, settings: Settings
) -> None:
    numbers = {"new": 3, "changed": 0, "unchanged": 9, "gone": 0, "read": 12, "faulty": 0}
    can = {"all": True, "good": True}
    job = examined(settings, li, rows=numbers, can=can, status="dry_run")
    page = li.get(f"/data/jobs/{job}").text
    assert 'value="all"' in page
    assert 'value="good"' not in page
    assert "新增 3。" in page


def test_whatever_a_file_holds_stays_text(li: FlaskClient, settings: Settings) -> None:
    change = {
        "kind": "changed", "key": HOSTILE, "title": HOSTILE, "row": 3,
        "fields": [{"field": HOSTILE, "before": HOSTILE, "after": HOSTILE}], "geometry": None,
    }  # fmt: skip
    heading = {"heading": HOSTILE, "field": None, "how": "unknown", "unit": None}
    understood = {
        **report_of()["understood"],
        "headings": [{**heading, "suggestions": ["stage"]}],
        "sheet": HOSTILE,
        "sheets": [HOSTILE, "b"],
        "format": HOSTILE,
        "codes": HOSTILE,
    }
    job = examined(
        settings,
        li,
        faults=[fault(1, column=HOSTILE, value=HOSTILE, rule=HOSTILE)],
        faults_total=1,
        changes=[change],
        changes_total=1,
        understood=understood,
        suggestions=[
            {"row": 1, "field": "park_id", "value": HOSTILE, "suggestion": "x", "title": HOSTILE}
        ],
        remarks=[{"code": "X", "message": two(HOSTILE)}],
    )
    page = li.get(f"/data/jobs/{job}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "${7*7}{{7*7}}" in page, "nothing was computed from a cell"


def test_the_map_gets_the_shapes_and_the_workbook_is_a_download(
    li: FlaskClient, settings: Settings
) -> None:
    point = {"type": "Point", "coordinates": [80.8, 37.0]}
    change = {
        "kind": "new", "key": "E-1", "title": "企业", "row": 2, "fields": [],
        "geometry": {"before": None, "after": point},
    }  # fmt: skip
    job = examined(settings, li, changes=[change, {**change, "geometry": None}], changes_total=2)
    found = li.get(f"/data/jobs/{job}/map.json").json
    assert [one["after"] for one in found] == [point, None]
    assert 'id="changes-map"' in li.get(f"/data/jobs/{job}").text
    workbook = li.get(f"/data/jobs/{job}/faults.xlsx")
    disposition = workbook.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert disposition.endswith(f"{quote('企业')}-faults.xlsx"), "the name tells the layer again"
    assert workbook.headers["X-Content-Type-Options"] == "nosniff"


def test_a_question_stands_first_and_nothing_can_be_imported(
    li: FlaskClient, settings: Settings
) -> None:
    answers = [{"value": "wgs84", "label": two("GPS")}, {"value": "gcj02", "label": two("高德")}]
    question = {"id": "datum", "message": two("坐标从哪里来？"), "answers": answers}
    job = examined(settings, li, questions=[question], status="needs_answer")
    page = li.get(f"/data/jobs/{job}").text
    assert page.index("坐标从哪里来？") < page.index("文件读成了什么")
    assert 'name="rows"' not in page


def test_answers_and_corrections_go_into_a_new_examination(
    li: FlaskClient, settings: Settings
) -> None:
    question = {"id": "unit:面积", "message": two("?"), "answers": []}
    job = examined(settings, li, questions=[question])
    post(
        li,
        f"/data/jobs/{job}/examine",
        **{
            "mode": "replace", "datum": "bd09", "crs": "", "heading.0": "阶段",
            "column.0": "", "question.0": "unit:面积", "answer.0": "公顷",
        },
    )  # fmt: skip
    options = last_job(settings).params["options"]
    assert options["mode"] == "replace"
    assert options["datum"] == "bd09"
    assert options["crs"] is None
    assert options["columns"] == {"阶段": ""}
    assert options["units"] == {"面积": "公顷"}
    assert options["nature"] == "reported", "what was said at first is kept"


def test_what_is_left_as_it_was_is_not_taken_for_an_instruction(
    li: FlaskClient, settings: Settings
) -> None:
    job = examined(settings, li)
    post(li, f"/data/jobs/{job}/examine", **{"heading.0": "阶段", "column.0": "stage"})
    assert last_job(settings).params["options"]["columns"] == {}


@pytest.mark.parametrize("wrong", [{"mode": "drop"}, {"datum": "beijing54"}])
def test_a_choice_that_does_not_exist_starts_nothing(
    li: FlaskClient, settings: Settings, wrong: dict[str, str]
) -> None:
    job = examined(settings, li)
    assert post(li, f"/data/jobs/{job}/examine", **wrong).status_code == 400
    assert last_job(settings).id == job


def test_an_import_is_held_to_the_report_that_was_seen(li: FlaskClient, settings: Settings) -> None:
    job = examined(settings, li)
    assert post(li, f"/data/jobs/{job}/import", rows="some").status_code == 400
    started = job_of(post(li, f"/data/jobs/{job}/import", rows="good"))
    params = rows.get(open_state(settings), started).params
    assert (params["rows"], params["base"], params["examined"]) == ("good", "b" * 64, job)
    assert "已经导入过" in li.get(f"/data/jobs/{job}").text


def test_the_outcome_of_an_import_leads_on_to_the_preview(
    li: FlaskClient, settings: Settings
) -> None:
    job = examined(settings, li)
    started = job_of(post(li, f"/data/jobs/{job}/import", rows="good"))
    body = json.dumps(report_of(status="imported")).encode()
    jobs.write_result(settings, started, "report.json", body)
    rows.update(open_state(settings), started, state="done")
    page = li.get(f"/data/jobs/{started}").text
    assert "有错误的 2 行没有导入" in page
    assert 'action="/data/publish"' in page


def test_an_upload_that_was_cleared_away_is_told_as_that(
    li: FlaskClient, settings: Settings
) -> None:
    job = examined(settings, li)
    for path in uploaded(settings.out):
        path.unlink()
    answer = post(li, f"/data/jobs/{job}/import", rows="good")
    assert answer.status_code == 404
    assert "重新上传" in answer.text


# --- versions of a layer -----------------------------------------------------------------------


@pytest.fixture
def changed(settings: Settings) -> str:
    """A layer that was imported into once; gives the id of the version before."""
    copy = WorkingCopy(settings.out)
    with copy.lock():
        source = Settings().data_dir
        copy.seed(
            source, [p.name for p in source.glob("*.*son")] + [p.name for p in source.glob("*.csv")]
        )
        body = (copy.root / "policies.csv").read_bytes()
        numbers = {"new": 2, "changed": 0, "unchanged": 7, "gone": 0}
        deed = Deed(by="li", action="import", file=HOSTILE, rows=numbers)
        copy.write("policies", "policies.csv", body + b"\n", deed)
    return str(history(settings, "policies")[-1]["id"])


def test_a_layer_shows_its_versions_and_goes_back(
    li: FlaskClient, settings: Settings, changed: str
) -> None:
    file = settings.out / "data" / "policies.csv"
    after = file.read_bytes()
    page = li.get("/data/layers/policies").text
    assert "新增 2、未变 7" in page
    assert "<script>alert" not in page
    address = f"/data/layers/policies/{changed}/restore"
    assert "公开地图要发布后才变" in li.get(address).text
    assert file.read_bytes() == after, "asking changes nothing"
    assert post(li, address, address).status_code == 303
    assert file.read_bytes() == after[:-1]
    assert actions(settings)[0] == "layer_restored"


def test_going_back_to_the_present_version_changes_nothing(
    li: FlaskClient, settings: Settings, changed: str
) -> None:
    present = history(settings, "policies")[0]["id"]
    post(li, f"/data/layers/policies/{present}/restore")
    assert len(history(settings, "policies")) == 2
    assert "layer_restored" not in actions(settings)


def test_an_unknown_layer_or_version_is_told_as_that(li: FlaskClient) -> None:
    for path in ("/data/layers/nothing", "/data/layers/parcels/999999/restore"):
        assert li.get(path).status_code == 404


def test_a_change_is_told_until_it_is_published(
    li: FlaskClient, settings: Settings, changed: str
) -> None:
    page = li.get("/data").text
    assert "有 1 次修改还没有发布" in page
    assert "有未发布的修改" in page


# --- publishing --------------------------------------------------------------------------------


@pytest.fixture
def prepared(settings: Settings, li: FlaskClient, changed: str) -> tuple[str, str]:
    """A snapshot that lies ready: the job that made it, and its version."""
    job, version = job_of(post(li, "/data/publish")), "2026-11-23-0123456789"
    time.sleep(1)  # the history tells seconds: in the same one, the change might be later
    store = SnapshotStore(settings.out)
    shutil.copytree(store.path(store.current() or ""), store.root / version)
    manifest = store.root / version / "manifest.json"
    facts = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**facts, "version": version}), encoding="utf-8")
    body = json.dumps({"version": version, "joined": {}, "open_errors": 0}).encode()
    jobs.write_result(settings, job, "report.json", body)
    rows.update(open_state(settings), job, state="done")
    return job, version


def test_a_prepared_version_is_seen_by_the_staff_and_released(
    li: FlaskClient, anyone: FlaskClient, settings: Settings, prepared: tuple[str, str]
) -> None:
    job, version = prepared
    store = SnapshotStore(settings.out)
    before = store.current()
    assert version != before
    assert anyone.get(f"/layers/{version}/site.json").status_code == 404
    assert "查看准备好的预览" in li.get("/data").text
    page = li.get(f"/data/jobs/{job}").text
    for edition in ("public", "staff"):
        assert f'href="/data/preview/{version}?edition={edition}"' in page
    assert "政策" in page and "数字互相不符" in page
    assert store.current() == before, "looking publishes nothing"
    assert post(li, f"/data/jobs/{job}/release", f"/data/jobs/{job}").status_code == 303
    assert store.current() == version
    assert anyone.get(f"/layers/{version}/site.json").status_code == 200
    assert actions(settings)[0] == "publish"
    assert "这就是公众现在看到的版本" in li.get(f"/data/jobs/{job}").text
    assert "没有等待发布的修改" in li.get("/data").text


def test_releasing_twice_is_recorded_once(
    li: FlaskClient, settings: Settings, prepared: tuple[str, str]
) -> None:
    job, _ = prepared
    before = actions(settings).count("publish")
    post(li, f"/data/jobs/{job}/release")
    post(li, f"/data/jobs/{job}/release")
    assert actions(settings).count("publish") == before + 1


def test_what_blocks_a_publish_is_told_in_sentences(li: FlaskClient, settings: Settings) -> None:
    job = job_of(post(li, "/data/publish"))
    finding = {"rule": "KEY_MISSING", "severity": "error", "message": two(f"没有编号 {HOSTILE}")}
    jobs.write_result(settings, job, "findings.json", json.dumps([finding]).encode())
    error = {"code": "PUBLISH_BLOCKED", "message": two("有 1 处错误使数据无法发布。")}
    rows.update(open_state(settings), job, state="failed", error=error)
    page = li.get(f"/data/jobs/{job}").text
    assert "有 1 处错误使数据无法发布。" in page
    assert "没有编号 &lt;script&gt;" in page


def test_a_rollback_is_asked_for_and_recorded(
    li: FlaskClient, settings: Settings, prepared: tuple[str, str]
) -> None:
    store = SnapshotStore(settings.out)
    first = store.current() or ""
    post(li, f"/data/jobs/{prepared[0]}/release")
    address = f"/data/versions/{first}/rollback"
    assert address in li.get("/data").text
    assert first in li.get(address).text
    assert store.current() == prepared[1], "asking changes nothing"
    assert post(li, address, address).status_code == 303
    assert store.current() == first
    assert actions(settings)[0] == "rollback"


def test_a_version_that_was_never_published_cannot_be_rolled_back_to(
    li: FlaskClient, settings: Settings, prepared: tuple[str, str]
) -> None:
    address = f"/data/versions/{prepared[1]}/rollback"
    assert li.get(address).status_code == 404
    assert post(li, address).status_code == 404
    assert SnapshotStore(settings.out).current() != prepared[1]


def test_a_preview_whose_files_are_gone_says_so(
    li: FlaskClient, settings: Settings, prepared: tuple[str, str]
) -> None:
    shutil.rmtree(SnapshotStore(settings.out).path(prepared[1]))
    assert "请重新准备" in li.get(f"/data/jobs/{prepared[0]}").text
