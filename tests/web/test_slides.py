"""Slides of the show by the form of the exports: who may, in which language, and what is told."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pptx import Presentation
from werkzeug.test import TestResponse

from geo import jobs
from geo.export.files import SLIDES, export_file
from geo.settings import Settings
from geo.state import audit, open_state
from geo.state import jobs as rows
from geo.storage.snapshots import SnapshotStore
from geo.web import exports
from tests.web.people import client_of, token_of

ADDRESS = "https://parks.example.org/"


@pytest.fixture(autouse=True)
def no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are recorded, and done by the test itself instead of a process of their own."""
    monkeypatch.setattr(jobs, "_start", lambda *_: None)


def ask(client: FlaskClient, **fields: str) -> TestResponse:
    fields["csrf_token"] = token_of(client.get("/plan/exports"))
    return client.post("/plan/exports", data=fields)


def job_of(answer: TestResponse) -> str:
    assert answer.status_code == 303
    return answer.headers["Location"].rpartition("/")[2]


def finish(out: Path, job_id: str) -> None:
    settings, state = Settings(out=out), open_state(Settings(out=out))
    job = rows.get(state, job_id)
    document = export_file(settings, jobs.folder_of(settings, job_id), job.params)
    jobs.write_result(settings, job_id, "report.json", json.dumps(document).encode())
    rows.update(state, job_id, state="done")


def forget_show(out: Path) -> None:
    """Leave the snapshot as a software had made it that knew no show."""
    store = SnapshotStore(out)
    manifest = store.path(store.current() or "") / "manifest.json"
    document = json.loads(manifest.read_text("utf-8"))
    del document["files"]["public/show.json"]
    manifest.write_text(json.dumps(document), "utf-8")


def test_the_page_offers_what_the_exports_write(li: FlaskClient) -> None:
    assert tuple(SLIDES) == exports.SLIDES
    text = li.get("/plan/exports?lang=en").text
    assert '<option value="pptx">' in text
    assert '<option value="handout">' in text
    assert '<option value="en" selected>' in text
    assert "/plan/exports#slides-title" in li.get("/story").text


def test_a_viewer_gets_the_slides_in_the_language_of_choice(
    out: Path, wang: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "code_address", lambda: ADDRESS)
    job = job_of(ask(wang, format="pptx", lang="en"))
    finish(out, job)
    page = wang.get(f"/plan/exports/{job}")
    assert "演示幻灯片（PPTX（可编辑），英文）" in page.text
    file = wang.get(f"/plan/exports/{job}/file", buffered=True)
    version = SnapshotStore(out).current()
    assert file.headers["Content-Disposition"] == f"attachment; filename=show-en-{version}.pptx"
    assert file.headers["Cache-Control"] == "private, no-store"
    closing = Presentation(io.BytesIO(file.data)).slides[-1]
    text = " ".join(shape.text_frame.text for shape in closing.shapes if shape.has_text_frame)
    assert ADDRESS in text


def test_the_handout_is_a_pdf_in_the_language_of_the_page(out: Path, li: FlaskClient) -> None:
    job = job_of(ask(li, format="handout", lang="<x>"))
    assert rows.get(open_state(Settings(out=out)), job).params["lang"] == "zh"
    finish(out, job)
    file = li.get(f"/plan/exports/{job}/file", buffered=True)
    assert file.data.startswith(b"%PDF")
    entry = audit.entries(open_state(Settings(out=out)), limit=1)[0]
    assert (entry.action, entry.detail["format"]) == ("export", "handout")


def test_an_address_of_this_machine_alone_is_in_no_code(out: Path, li: FlaskClient) -> None:
    job = job_of(ask(li, format="pptx"))
    assert rows.get(open_state(Settings(out=out)), job).params["address"] == ""


def test_the_public_cannot_take_them(anyone: FlaskClient) -> None:
    assert anyone.get("/plan/exports").status_code == 302
    assert anyone.post("/plan/exports", data={"format": "pptx"}).status_code in (302, 400)
    for path in ("/present.pptx", "/present.pdf", "/show.pptx"):
        assert anyone.get(path).status_code == 404


def test_without_a_show_the_page_says_what_to_do(out: Path) -> None:
    forget_show(out)
    client = client_of(out, "li")
    text = client.get("/plan/exports").text
    assert "已发布的版本里没有演示" in text
    assert 'value="pptx"' not in text
    answer = ask(client, format="pptx")
    assert answer.status_code == 404
    assert "story.toml" in answer.text
    assert jobs.recent(Settings(out=out), open_state(Settings(out=out)), 9) == []
