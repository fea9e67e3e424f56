"""Run one job: the process behind ``python -m geo job ID``.

A county file may be anything, so the process has limits on memory and time, and whatever
happens in it is told in the job's row. Jobs run one at a time; the others wait in line.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

from geo import jobs
from geo.errors import GeoError, RunError
from geo.i18n import both
from geo.settings import Settings
from geo.state import State, audit, mappings, open_state, waivers
from geo.state import drafts as draft_rows
from geo.state import jobs as rows
from geo.times import today

if TYPE_CHECKING:
    from geo.intake import Intake, Outcome
    from geo.state.models import Job

_LOGGER = logging.getLogger("geo.worker")
_TELL_SECONDS = 0.5
_LAST_SECONDS = 5
"""From the word that time is up to the end."""


def run(settings: Settings, job_id: str) -> bool:
    """Run a job to its end, whatever that is, and return whether it was done.

    Raises
    ------
    NotFound
        ``JOB_UNKNOWN``.
    """
    state = open_state(settings)
    rows.get(state, job_id)
    with jobs.alive(settings, job_id) as is_first:
        if not is_first:
            return False
        with jobs.turn(settings):
            job = rows.get(state, job_id)  # it may have been cancelled in the line
            return job.state == "queued" and _run_limited(settings, state, job)


def _run_limited(settings: Settings, state: State, job: Job) -> bool:
    rows.update(state, job.id, state="running")
    watch = threading.Timer(settings.job_seconds, _give_up, [state, job.id])
    watch.daemon = True
    watch.start()
    _limit_resources(settings)
    failure = _failure_of(lambda: _WORK[job.kind](settings, state, job), settings, job.id)
    watch.cancel()
    if failure is None:
        rows.update(state, job.id, state="done")
    else:
        rows.update(state, job.id, state="failed", error=failure)
    return failure is None


def _failure_of(work: Callable[[], None], settings: Settings, job_id: str) -> dict[str, Any] | None:
    """Do some work and return what went wrong, as JSON with a sentence; ``None`` if nothing."""
    try:
        work()
    except GeoError as error:
        _keep_findings(settings, job_id, error)
        return _told(error)
    except MemoryError:
        return _told(RunError("JOB_TOO_LARGE"))
    except OSError as error:
        _LOGGER.exception("job failed")
        return _told(RunError("JOB_SYSTEM_REFUSED", reason=error.strerror or ""))
    except Exception:
        _LOGGER.exception("job crashed")
        return _told(RunError("JOB_CRASHED"))
    return None


def _told(error: GeoError) -> dict[str, Any]:
    return {"code": error.code, "message": both(f"error.{error.code}", **error.params)}


def _keep_findings(settings: Settings, job_id: str, error: GeoError) -> None:
    """Keep what blocks a publish for the page; the row has only the number of them."""
    findings = [finding.as_dict() for finding in getattr(error, "findings", ())]
    if findings:
        _write_json(settings, job_id, "findings.json", findings)


# --- what a job does ---------------------------------------------------------------------------


def _examine(settings: Settings, state: State, job: Job) -> None:
    from geo import intake

    outcome = intake.examine(
        settings,
        _intake_of(settings, job.params),
        as_of=today(),
        remembered=_memory_of(state, job),
        progress=_Teller(state, job.id),
    )
    _keep(settings, job.id, outcome)


def _import(settings: Settings, state: State, job: Job) -> None:
    from geo import intake

    outcome = intake.carry_out(
        settings,
        _intake_of(settings, job.params),
        rows=job.params["rows"],
        base=job.params["base"],
        by=job.by,
        as_of=today(),
        remembered=_memory_of(state, job),
        progress=_Teller(state, job.id),
    )
    if outcome.report["status"] == "imported":
        _note_import(state, job, outcome)
    _keep(settings, job.id, outcome)


def _memory_of(state: State, job: Job) -> Callable[[str], Mapping[str, str]]:
    """Return what gives the columns that a person once explained for this layer."""
    return lambda fingerprint: mappings.recall(state, job.params["layer"], fingerprint)


def _note_import(state: State, job: Job, outcome: Outcome) -> None:
    layer, report = job.params["layer"], outcome.report
    detail = {
        "layer": layer,
        "file": report["file"],
        "mode": report["mode"],
        "rows": report["rows"],
    }
    audit.record(state, by=job.by, action="import", detail=detail)
    mappings.remember(state, layer, outcome.fingerprint, outcome.columns)


def _prepare(settings: Settings, state: State, job: Job) -> None:
    from geo.publish import prepare

    _Teller(state, job.id)("stage.preparing", 0, 0)
    as_of = today()
    prepared = prepare(settings, as_of=as_of, waivers=waivers.recorded(settings, as_of))
    document = {
        "version": prepared.version,
        "joined": prepared.joined.as_dict()["counts"],
        "open_errors": prepared.open_errors,
    }
    _write_json(settings, job.id, "report.json", document)


def _export(settings: Settings, state: State, job: Job) -> None:
    """Write a published layer, the report or the offline package into the folder of the job."""
    from geo.export.files import export_file
    from geo.offline.package import FORMAT, export_as_file

    # The package asks for the pages of the application, of which an export knows nothing.
    write = export_as_file if job.params["format"] == FORMAT else export_file
    _Teller(state, job.id)("stage.exporting", 0, 0)
    document = write(settings, jobs.folder_of(settings, job.id), job.params)
    _write_json(settings, job.id, "report.json", document)


def _draft(settings: Settings, state: State, job: Job) -> None:
    """Work out what a draft would mean, within the draft's own folder."""
    from geo import drafts
    from geo.importer.model import Options
    from geo.intake import Intake
    from geo.what_if import try_layout

    draft = draft_rows.get(state, job.params["draft"])
    path = drafts.file_of(settings, draft.id)
    result = try_layout(
        settings,
        Intake(draft.layer, path, draft.file, Options(**draft.options)),
        drafts.folder_of(settings, draft.id) / "work",
        today=today(),
        waivers=waivers.recorded(settings, today()),
        remembered=_memory_of(state, job),
        progress=_Teller(state, job.id),
    )
    drafts.keep_result(settings, state, draft.id, result)


_WORK: Mapping[str, Callable[[Settings, State, Any], None]] = {
    "examine": _examine,
    "import": _import,
    "prepare": _prepare,
    "export": _export,
    "draft": _draft,
}


def _intake_of(settings: Settings, params: Mapping[str, Any]) -> Intake:
    from geo.importer.model import Options
    from geo.intake import Intake

    path = jobs.upload_of(settings, params["upload"])
    return Intake(params["layer"], path, params["name"], Options(**params["options"]))


def _keep(settings: Settings, job_id: str, outcome: Outcome) -> None:
    jobs.write_result(settings, job_id, "faults.xlsx", outcome.faults_workbook())
    _write_json(settings, job_id, "report.json", {**outcome.report, "base": outcome.base})


def _write_json(settings: Settings, job_id: str, name: str, document: Any) -> None:
    body = json.dumps(document, ensure_ascii=False).encode()
    jobs.write_result(settings, job_id, name, body)


class _Teller:
    """Tells the job's row how far the work is, at most twice a second."""

    def __init__(self, state: State, job_id: str) -> None:
        self._state = state
        self._job_id = job_id
        self._stage = ""
        self._told_at = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage == self._stage and now - self._told_at < _TELL_SECONDS:
            return
        self._stage, self._told_at = stage, now
        progress = {"stage": stage, "done": done, "total": total}
        rows.update(self._state, self._job_id, progress=progress)


# --- limits ------------------------------------------------------------------------------------


def _limit_resources(settings: Settings) -> None:
    """Bound memory and processor time where the system can."""
    if sys.platform == "win32":
        return
    import resource

    signal.signal(signal.SIGXCPU, _on_cpu_limit)
    memory, seconds = settings.job_memory_mb * 1024**2, settings.job_seconds
    wanted = {
        # Not the address space: half of that of a large publish is files that it maps.
        resource.RLIMIT_DATA: (memory, memory),
        resource.RLIMIT_CPU: (seconds, seconds + _LAST_SECONDS),
    }
    for kind, limit in wanted.items():
        with suppress(ValueError, OSError):  # a stricter one is set already, or none can be
            resource.setrlimit(kind, limit)


def _on_cpu_limit(_signal: int, _frame: FrameType | None) -> None:
    raise RunError("JOB_TIMED_OUT")


def _give_up(state: State, job_id: str) -> None:
    """End the process, whatever it hangs in; the system frees its locks."""
    with suppress(GeoError):
        rows.update(state, job_id, state="failed", error=_told(RunError("JOB_TIMED_OUT")))
    os._exit(2)
