"""Audit log, remembered mappings and jobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import NotFound
from geo.i18n import LANGUAGES, message
from geo.settings import Settings
from geo.state import State, audit, jobs, mappings


def test_the_log_is_read_from_the_newest_in_pages(state: State) -> None:
    for number in range(5):
        action = "publish" if number % 2 else "import"
        audit.record(state, by="li", action=action, detail={"n": number})
    first = audit.entries(state, limit=2)
    assert [e.detail["n"] for e in first] == [4, 3]
    assert [e.detail["n"] for e in audit.entries(state, limit=9, before=first[-1].id)] == [2, 1, 0]
    assert [e.detail["n"] for e in audit.entries(state, limit=9, action="publish")] == [3, 1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_action_has_a_text(lang: str) -> None:
    assert all(message(f"action.{action}", lang) for action in audit.ACTIONS)


def test_a_note_tells_whether_it_could_be_made(settings: Settings, tmp_path: Path) -> None:
    assert audit.note(settings, by="root", action="publish", detail={"version": "v"})
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "state.db").write_bytes(b"no database" * 100)
    broken = Settings(out=tmp_path / "broken")
    assert not audit.note(broken, by="root", action="publish", detail={})


def test_a_mapping_is_remembered_for_its_layer_and_source(state: State) -> None:
    assert mappings.recall(state, "parks", "a1") == {}
    mappings.remember(state, "parks", "a1", {"名称": "name_zh"})
    mappings.remember(state, "parks", "a1", {"名称": "name_zh", "备注": ""})
    assert mappings.recall(state, "parks", "a1") == {"名称": "name_zh", "备注": ""}
    assert mappings.recall(state, "parcels", "a1") == {}
    assert mappings.recall(state, "parks", "a2") == {}


def test_a_job_goes_from_queued_to_done(state: State) -> None:
    job = jobs.create(state, kind="import", by="li", params={"layer": "parks"})
    assert (job.state, job.progress, job.error, job.finished_at) == ("queued", {}, None, None)
    jobs.update(state, job.id, state="running", progress={"done": 1, "total": 4})
    running = jobs.get(state, job.id)
    assert (running.state, running.progress, running.finished_at) == (
        "running",
        {"done": 1, "total": 4},
        None,
    )
    jobs.update(state, job.id, state="done")
    assert jobs.get(state, job.id).finished_at is not None


def test_a_cancelled_job_stays_cancelled(state: State) -> None:
    job = jobs.create(state, kind="import", by="li", params={})
    jobs.update(state, job.id, state="cancelled")
    late = jobs.update(state, job.id, state="done", progress={"done": 4})
    assert (late.state, late.progress) == ("cancelled", {})


def test_the_latest_jobs_come_first(state: State) -> None:
    made = [jobs.create(state, kind="import", by="li", params={}).id for _ in range(3)]
    assert [job.id for job in jobs.recent(state, 2)] == made[:0:-1]


def test_an_unknown_job_and_an_unknown_change_are_told(state: State) -> None:
    with pytest.raises(NotFound, match="JOB_UNKNOWN"):
        jobs.get(state, "nope")
    with pytest.raises(NotFound, match="JOB_UNKNOWN"):
        jobs.update(state, "nope", state="done")
    with pytest.raises(TypeError):
        jobs.update(state, "nope", kind="other")
