"""Drafts on the disk: ``<out>/drafts/ID`` with the file and what it would mean.

The rows are those of :mod:`geo.state.drafts`; what a draft would mean is worked out by
:mod:`geo.what_if` in a job. Nothing here reads or changes the data.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo import jobs
from geo.errors import NotFound, RunError
from geo.settings import Settings
from geo.state import drafts as rows
from geo.storage.durable import write_whole

if TYPE_CHECKING:
    from geo.state import State
    from geo.state.models import Draft, Job

_ID = re.compile(r"[A-Za-z0-9_-]{6,40}")
_FILE = "file"
_RESULT = "result.json"


def folder_of(settings: Settings, draft_id: str) -> Path:
    """Return the folder of a draft.

    Raises
    ------
    NotFound
        ``DRAFT_UNKNOWN`` if that is no number of a draft.
    """
    if not _ID.fullmatch(draft_id):
        raise NotFound("DRAFT_UNKNOWN", days=rows.KEPT_DAYS)
    return settings.out / "drafts" / draft_id


def file_of(settings: Settings, draft_id: str) -> Path:
    """Return where the file of a draft lies; errors as :func:`folder_of`."""
    return folder_of(settings, draft_id) / _FILE


def begin(
    settings: Settings, state: State, upload: Path, about: Mapping[str, Any], *, by: str
) -> Draft:
    """Make a draft of an uploaded file and start to work out what it would mean.

    ``about`` are ``title``, ``layer``, ``file`` and ``options`` of
    :func:`geo.state.drafts.add`. The upload is moved into the draft's folder.

    Raises
    ------
    BadRequest
        ``DRAFTS_FULL``; the upload stays where it is.
    """
    tidy(settings, state, datetime.now(UTC))
    draft = rows.add(state, by=by, **about)
    folder = folder_of(settings, draft.id)
    folder.mkdir(parents=True, exist_ok=True)
    upload.replace(folder / _FILE)
    start(settings, state, draft, by=by)
    return draft


def start(settings: Settings, state: State, draft: Draft, *, by: str) -> Job:
    """Start the job that works out what a draft would mean, and return it."""
    params = {"draft": draft.id, "name": draft.file, "layer": draft.layer, "title": draft.title}
    job = jobs.submit(settings, state, kind="draft", by=by, params=params)
    rows.attach(state, draft.id, job=job.id)
    return job


def work_out_again(
    settings: Settings, state: State, draft: Draft, options: Mapping[str, Any], *, by: str
) -> Job:
    """Work a draft out once more with other options, and return the job."""
    rows.change_options(state, draft.id, options)
    (folder_of(settings, draft.id) / _RESULT).unlink(missing_ok=True)
    return start(settings, state, rows.get(state, draft.id), by=by)


def hand_over(settings: Settings, state: State, draft: Draft, *, by: str) -> Job:
    """Give the file of a draft to import, as if it had been uploaded there; return the job.

    Raises
    ------
    NotFound
        ``UPLOAD_UNKNOWN`` if the file is gone, as after a restore from a backup.
    RunError
        ``DISK_FULL``.
    """
    if not file_of(settings, draft.id).is_file():
        raise NotFound("UPLOAD_UNKNOWN")
    token = secrets.token_urlsafe(18)
    target = jobs.upload_of(settings, token)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(file_of(settings, draft.id), target)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise RunError("DISK_FULL") from error
    about = {"upload": token, "name": draft.file, "layer": draft.layer, "options": draft.options}
    job = jobs.submit(settings, state, kind="examine", by=by, params=about)
    rows.note_handover(state, draft.id, job=job.id, by=by)
    return job


def discard(settings: Settings, state: State, draft: Draft, *, by: str) -> None:
    """Discard a draft and remove its files at once."""
    rows.discard(state, draft.id, by=by)
    shutil.rmtree(folder_of(settings, draft.id), ignore_errors=True)


def keep_result(settings: Settings, state: State, draft_id: str, result: Mapping[str, Any]) -> None:
    """Keep what a draft would mean, so that a reader sees all of it or nothing.

    Raises
    ------
    NotFound
        ``DRAFT_DISCARDED`` if somebody did meanwhile.
    """
    rows.conclude(state, draft_id, result["summary"])
    body = json.dumps(result, ensure_ascii=False).encode()
    write_whole(folder_of(settings, draft_id) / _RESULT, body)


def read_result(settings: Settings, draft_id: str) -> dict[str, Any] | None:
    """Return what a draft would mean; ``None`` as long as nobody knows."""
    try:
        body = (folder_of(settings, draft_id) / _RESULT).read_bytes()
    except FileNotFoundError:
        return None
    document: dict[str, Any] = json.loads(body)
    return document


def tidy(settings: Settings, state: State, now: datetime) -> None:
    """Remove the drafts that are too old, with their files."""
    for draft_id in rows.prune(state, now):
        with suppress(OSError):  # another server may be tidying too
            shutil.rmtree(folder_of(settings, draft_id))
