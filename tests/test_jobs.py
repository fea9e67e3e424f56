"""Jobs run one at a time in processes of their own; however one ends, its row says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo import jobs
from geo.errors import NotFound
from geo.settings import ROOT, Settings
from geo.state import State, open_state
from geo.state import jobs as rows
from geo.state.models import Job
from geo.storage.snapshots import SnapshotStore

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the limit holds on Linux")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(out=tmp_path / "out")


@pytest.fixture
def state(settings: Settings) -> State:
    return open_state(settings)


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.05)


def submit(settings: Settings, state: State, kind: str = "prepare") -> Job:
    return jobs.submit(settings, state, kind=kind, by="li", params={})


def ended(settings: Settings, state: State, job: Job) -> Job:
    until(lambda: jobs.look_up(settings, state, job.id).state not in jobs.OPEN, 60)
    return rows.get(state, job.id)


def run_with(settings: Settings, state: State, work: str, **env: str) -> tuple[Job, int]:
    """Run a job whose work is a Python expression, in a process of its own."""
    job = rows.create(state, kind="examine", by="li", params={})
    jobs.folder_of(settings, job.id).mkdir(parents=True, exist_ok=True)
    code = (
        "import sys, os, time\nfrom pathlib import Path\nfrom dataclasses import replace\n"
        "from geo import worker\nfrom geo.errors import ImportRefused\n"
        "from geo.settings import read_settings\n"
        "def fail(error): raise error\n"
        f"worker._WORK = {{'examine': lambda settings, state, job: {work}}}\n"
        "settings = replace(read_settings(), out=Path(sys.argv[1]))\n"
        "sys.exit(0 if worker.run(settings, sys.argv[2]) else 1)\n"
    )
    command = [sys.executable, "-c", code, str(settings.out), job.id]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, check=False, timeout=60
    )
    return jobs.look_up(settings, state, job.id), done.returncode


def code_of(job: Job) -> str | None:
    return job.error["code"] if job.error else None


# --- one that ends well ------------------------------------------------------------------------


def test_a_submitted_job_prepares_a_snapshot_that_is_not_served(
    settings: Settings, state: State
) -> None:
    job = ended(settings, state, submit(settings, state))
    assert (job.state, job.error) == ("done", None)
    version = jobs.read_report(settings, job.id)["version"]
    store = SnapshotStore(settings.out)
    assert store.has(version)
    assert store.current() is None


def test_work_that_returns_is_done(settings: Settings, state: State) -> None:
    job, status = run_with(settings, state, "None")
    assert (job.state, status) == ("done", 0)
    assert job.finished_at is not None


# --- one at a time -----------------------------------------------------------------------------


def test_a_job_waits_for_the_one_before_it(settings: Settings, state: State) -> None:
    (settings.out / "jobs").mkdir(parents=True)
    with jobs.turn(settings):
        job = submit(settings, state)
        until(lambda: jobs.is_alive(settings, job.id))
        time.sleep(0.3)
        assert jobs.look_up(settings, state, job.id).state == "queued"
    assert ended(settings, state, job).state == "done"


def test_a_second_process_for_the_same_job_does_nothing(settings: Settings, state: State) -> None:
    job = rows.create(state, kind="prepare", by="li", params={})
    jobs.folder_of(settings, job.id).mkdir(parents=True)
    command = [sys.executable, "-m", "geo", "job", "--out", str(settings.out), "--", job.id]
    with jobs.alive(settings, job.id) as is_first:
        assert is_first
        done = subprocess.run(command, cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 1
    assert rows.get(state, job.id).state == "queued"


# --- however one ends --------------------------------------------------------------------------


@POSIX
def test_a_killed_job_is_told_as_failed_and_not_as_running(
    settings: Settings, state: State
) -> None:
    job, _ = run_with(settings, state, "os.kill(os.getpid(), 9)")
    assert (job.state, code_of(job)) == ("failed", "JOB_DIED")
    assert job.error and "重新上传" in job.error["message"]["zh"]


@POSIX
def test_a_job_that_is_killed_in_the_line_is_told_as_failed(
    settings: Settings, state: State
) -> None:
    (settings.out / "jobs").mkdir(parents=True)
    with jobs.turn(settings):
        job = submit(settings, state)
        pid = jobs.folder_of(settings, job.id) / "pid"
        until(lambda: pid.exists() and pid.read_text())
        os.kill(int(pid.read_text()), 9)
        assert code_of(ended(settings, state, job)) == "JOB_DIED"


def test_a_process_that_never_began_is_given_a_minute(
    settings: Settings, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = rows.create(state, kind="examine", by="li", params={})
    assert jobs.look_up(settings, state, job.id).state == "queued"
    monkeypatch.setattr(jobs, "_START_SECONDS", 0)
    assert code_of(jobs.look_up(settings, state, job.id)) == "JOB_DIED"


def test_a_refusal_is_told_in_its_own_words(settings: Settings, state: State) -> None:
    work = "fail(ImportRefused('FILE_DAMAGED'))"
    job, status = run_with(settings, state, work)
    assert (job.state, code_of(job), status) == ("failed", "FILE_DAMAGED", 1)


def test_a_crash_is_told_without_its_traceback(settings: Settings, state: State) -> None:
    job, _ = run_with(settings, state, "{}['nothing']")
    assert (job.state, code_of(job)) == ("failed", "JOB_CRASHED")
    assert "KeyError" not in str(job.error)


def test_a_system_that_refuses_is_told_without_a_path(settings: Settings, state: State) -> None:
    job, _ = run_with(settings, state, "Path('/no/such/folder/x').read_bytes()")
    assert code_of(job) == "JOB_SYSTEM_REFUSED"
    assert "/no/such" not in str(job.error)


@LINUX
def test_memory_has_a_limit(settings: Settings, state: State) -> None:
    job, _ = run_with(settings, state, "bytearray(10**10)", PARKS_JOB_MEMORY_MB="2000")
    assert (job.state, code_of(job)) == ("failed", "JOB_TOO_LARGE")


@LINUX
def test_files_that_a_job_maps_are_not_its_memory(
    settings: Settings, state: State, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(4 * 10**9)  # a hole: it takes no room
    work = f"[__import__('mmap').mmap(os.open({str(large)!r}, os.O_RDONLY), 0, access=1)][:0]"
    job, _ = run_with(settings, state, work, PARKS_JOB_MEMORY_MB="2000")
    assert job.state == "done"


@pytest.mark.parametrize("work", ["[i for i in iter(int, 1)][:0]", "time.sleep(60)"])
def test_time_has_a_limit_whether_it_works_or_waits(
    settings: Settings, state: State, work: str
) -> None:
    job, _ = run_with(settings, state, work, PARKS_JOB_SECONDS="1")
    assert (job.state, code_of(job)) == ("failed", "JOB_TIMED_OUT")


def test_a_job_that_failed_does_not_hold_the_others_up(settings: Settings, state: State) -> None:
    run_with(settings, state, "os._exit(3)")
    job, _ = run_with(settings, state, "None")
    assert job.state == "done"


# --- cancelling --------------------------------------------------------------------------------


@POSIX
def test_cancelling_ends_the_process(settings: Settings, state: State) -> None:
    (settings.out / "jobs").mkdir(parents=True)
    with jobs.turn(settings):
        job = submit(settings, state)
        until(lambda: (jobs.folder_of(settings, job.id) / "pid").exists())
        assert jobs.cancel(settings, state, job.id).state == "cancelled"
        assert not jobs.is_alive(settings, job.id)


def test_a_job_that_was_cancelled_before_it_began_never_runs(
    settings: Settings, state: State
) -> None:
    job = rows.create(state, kind="prepare", by="li", params={})
    jobs.folder_of(settings, job.id).mkdir(parents=True)
    assert jobs.cancel(settings, state, job.id).state == "cancelled"
    command = [sys.executable, "-m", "geo", "job", "--out", str(settings.out), "--", job.id]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == 1
    assert rows.get(state, job.id).state == "cancelled"
    assert SnapshotStore(settings.out).kept() == []


def test_what_has_ended_cannot_be_cancelled(settings: Settings, state: State) -> None:
    job, _ = run_with(settings, state, "None")
    assert jobs.cancel(settings, state, job.id).state == "done"


# --- names and leftovers -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "../../etc", "a/b", "x" * 65, "名字名字名字", "abc\x00def"])
def test_no_name_from_outside_becomes_a_path(settings: Settings, state: State, name: str) -> None:
    for look in (
        lambda: jobs.look_up(settings, state, name),
        lambda: jobs.upload_of(settings, name),
        lambda: jobs.read_result(settings, name, "report.json"),
    ):
        with pytest.raises(NotFound):
            look()


def test_what_a_job_never_made_is_told_as_gone(settings: Settings) -> None:
    with pytest.raises(NotFound, match="JOB_RESULT_GONE"):
        jobs.read_report(settings, "abcdefgh")


def test_uploads_and_jobs_are_kept_for_a_week(settings: Settings) -> None:
    now = datetime.now(UTC)
    places = [settings.out / "uploads" / "token-old", settings.out / "uploads" / "token-new"]
    for path in places:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    folder = settings.out / "jobs" / "job-old"
    folder.mkdir(parents=True)
    (settings.out / "jobs" / "running.lock").touch()
    long_ago = (now - timedelta(days=8)).timestamp()
    for path in (places[0], folder, settings.out / "jobs" / "running.lock"):
        os.utime(path, (long_ago, long_ago))
    jobs.tidy(settings, now)
    assert [path.exists() for path in places] == [False, True]
    assert [path.name for path in (settings.out / "jobs").iterdir()] == ["running.lock"]
