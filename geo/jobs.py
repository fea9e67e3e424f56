"""Jobs: long work outside the web process, one at a time, that may be killed.

A job is a row of :mod:`geo.state.jobs` and a folder ``<out>/jobs/ID``. It runs as
``python -m geo job ID`` (:mod:`geo.worker`). Whether it still lives is not what the row says
but whether the lock in its folder is held: the system frees that however the process ends.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from geo.errors import NotFound
from geo.i18n import both
from geo.settings import ROOT, Settings
from geo.state import jobs as rows
from geo.storage.durable import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.state import State
    from geo.state.models import Job

OPEN = ("queued", "running")
"""States of a job that has not ended."""

KEPT_FOR = timedelta(days=7)
"""How long uploads and the folders of jobs are kept."""

_ID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_START_SECONDS = 60
"""A process that has not taken its lock by then never will."""
_END_SECONDS = 5
_RUNNING, _SUBMITTING = "running.lock", "submitting.lock"
_LOOKED_THROUGH = 100
"""Latest jobs among which one that is still open is looked for."""


def folder_of(settings: Settings, job_id: str) -> Path:
    """Return the folder of a job.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN`` if that is no name of a job.
    """
    if not _ID.fullmatch(job_id):
        raise NotFound("JOB_UNKNOWN")
    return settings.out / "jobs" / job_id


def upload_of(settings: Settings, token: str) -> Path:
    """Return where the upload with that token lies.

    Raises
    ------
    NotFound
        ``UPLOAD_UNKNOWN`` if that is no token.
    """
    if not _ID.fullmatch(token):
        raise NotFound("UPLOAD_UNKNOWN")
    return settings.out / "uploads" / token


def submit(
    settings: Settings, state: State, *, kind: str, by: str, params: Mapping[str, Any]
) -> Job:
    """Start a job in a process of its own and return its row.

    Parameters
    ----------
    kind
        ``examine``, ``import``, ``prepare``, ``export`` or ``draft``.
    by
        Who asked for it.
    params
        What it shall do, as JSON.
    """
    tidy(settings, datetime.now(UTC))
    job = rows.create(state, kind=kind, by=by, params=dict(params))
    folder = folder_of(settings, job.id)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("ab") as log:
        _start(settings, job.id, log)
    return job


def submit_once(
    settings: Settings, state: State, *, kind: str, by: str, params: Mapping[str, Any]
) -> tuple[Job, bool]:
    """Start a job as :func:`submit` does, unless the same one of that person is still open.

    Returns
    -------
    tuple
        The job that runs, and whether it was started by this call.
    """
    folder = settings.out / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    # So that two clicks at once are two calls one after the other.
    with FileLock(folder / _SUBMITTING):
        for job in recent(settings, state, _LOOKED_THROUGH):
            if job.state in OPEN and (job.kind, job.by, job.params) == (kind, by, dict(params)):
                return job, False
        return submit(settings, state, kind=kind, by=by, params=params), True


def _start(settings: Settings, job_id: str, log: IO[bytes]) -> None:
    """Start ``python -m geo job ID``, in a group of its own so that it can be ended whole."""
    command = [sys.executable, "-m", "geo", "job", "--out", str(settings.out)]
    if settings.data is not None:
        command += ["--data", str(settings.data)]
    command += ["--", job_id]  # which may begin with a hyphen
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    # Somebody has to wait for a child, or it stays a zombie; a request has no time to.
    threading.Thread(target=process.wait, daemon=True).start()


def look_up(settings: Settings, state: State, job_id: str) -> Job:
    """Return a job as it is: one whose process is gone without a word has failed.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN``.
    """
    job = rows.get(state, job_id)
    if job.state not in OPEN or is_alive(settings, job_id) or _is_starting(settings, job):
        return job
    # If it ended between the two looks, its row has ended too and stays as it is.
    error = {"code": "JOB_DIED", "message": both("error.JOB_DIED")}
    return rows.update(state, job_id, state="failed", error=error)


def recent(settings: Settings, state: State, limit: int) -> list[Job]:
    """Return the latest jobs, the newest first, as :func:`look_up` does."""
    return [
        look_up(settings, state, job.id) if job.state in OPEN else job
        for job in rows.recent(state, limit)
    ]


def cancel(settings: Settings, state: State, job_id: str) -> Job:
    """End a job and its process, and return its row; one that has ended stays as it ended.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN``.
    """
    job = look_up(settings, state, job_id)
    if job.state not in OPEN:
        return job
    _kill(folder_of(settings, job_id))
    _wait_for_end(settings, job_id)
    return rows.update(state, job_id, state="cancelled")


def is_alive(settings: Settings, job_id: str) -> bool:
    """Whether the process of a job runs, here or in another server over the same directory."""
    path = folder_of(settings, job_id) / "lock"
    if not path.exists():
        return False
    try:
        with FileLock(path).acquire(timeout=0):
            return False
    except Timeout:
        return True


@contextmanager
def alive(settings: Settings, job_id: str) -> Iterator[bool]:
    """Hold the lock that says a job lives; give ``False`` if another process does already."""
    folder = folder_of(settings, job_id)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=_END_SECONDS)
    except Timeout:
        yield False
        return
    (folder / "pid").write_text(str(os.getpid()), encoding="ascii")
    try:
        yield True
    finally:
        lock.release()


@contextmanager
def turn(settings: Settings) -> Iterator[None]:
    """Wait until no other job runs, and hold the others off."""
    with FileLock(settings.out / "jobs" / _RUNNING):
        yield


def write_result(settings: Settings, job_id: str, name: str, body: bytes) -> None:
    """Keep what a job made, so that a reader sees all of it or nothing."""
    write_whole(folder_of(settings, job_id) / name, body)


def read_result(settings: Settings, job_id: str, name: str) -> bytes:
    """Return what a job made.

    Raises
    ------
    NotFound
        ``JOB_RESULT_GONE`` if it made no such thing, or a week has passed.
    """
    try:
        return (folder_of(settings, job_id) / name).read_bytes()
    except FileNotFoundError as error:
        raise NotFound("JOB_RESULT_GONE") from error


def read_report(settings: Settings, job_id: str) -> dict[str, Any]:
    """Return the JSON document that a job made; errors as :func:`read_result`."""
    document: dict[str, Any] = json.loads(read_result(settings, job_id, "report.json"))
    return document


def tidy(settings: Settings, now: datetime) -> None:
    """Remove uploads and folders of jobs that have not changed for a week."""
    for place in ("uploads", "jobs"):
        folder = settings.out / place
        for path in folder.iterdir() if folder.is_dir() else ():
            with suppress(OSError):  # another server may be tidying too
                changed = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
                if now - changed > KEPT_FOR and path.name not in (_RUNNING, _SUBMITTING):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_starting(settings: Settings, job: Job) -> bool:
    """Whether a job's process may still be on its way to its lock."""
    age = datetime.now(UTC) - job.created_at
    has_begun = (folder_of(settings, job.id) / "pid").exists()
    return not has_begun and age.total_seconds() < _START_SECONDS


def _kill(folder: Path) -> None:
    """End the process that holds the lock of a folder, with all that it started."""
    try:
        pid = int((folder / "pid").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return  # it has not come far enough to hold anything
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            os.kill(pid, signal.SIGTERM)
        else:
            os.killpg(pid, signal.SIGKILL)


def _wait_for_end(settings: Settings, job_id: str) -> None:
    deadline = time.monotonic() + _END_SECONDS
    while is_alive(settings, job_id) and time.monotonic() < deadline:
        time.sleep(0.05)
