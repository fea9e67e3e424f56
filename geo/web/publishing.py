"""Publish with a preview: prepare a snapshot, look at both editions, release it; roll back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect

from geo import jobs, versions
from geo.catalog import read_catalog
from geo.errors import GeoError, NotFound
from geo.history import history_of
from geo.i18n import message
from geo.model import EDITIONS, Catalog, Entry
from geo.query import Snapshot
from geo.state import audit
from geo.state.models import Job
from geo.storage.snapshots import Publication, SnapshotStore
from geo.storage.working_copy import WorkingCopy
from geo.story_file import story_history
from geo.times import shown_time
from geo.web import reports
from geo.web.current import language, library, link, settings, state
from geo.web.pages import staff_page
from geo.web.session import requires, user_name

blueprint = Blueprint("publishing", __name__)


@blueprint.post("/data/publish")
@requires("staff")
def prepare() -> Response:
    """Start to prepare a snapshot of the data as they are; nothing is published yet."""
    job = jobs.submit(settings(), state(), kind="prepare", by=user_name(), params={})
    return make_response(redirect(link(f"data/jobs/{job.id}"), 303))


@blueprint.post("/data/jobs/<job_id>/release")
@requires("staff")
def release(job_id: str) -> Response:
    """Publish the snapshot that a job prepared."""
    job = jobs.look_up(settings(), state(), job_id)
    if job.kind != "prepare" or job.state != "done":
        raise NotFound("JOB_UNKNOWN")
    version = jobs.read_report(settings(), job_id)["version"]
    before = SnapshotStore(settings().out).current()
    if versions.release(settings(), version, by=user_name()):
        detail = {"version": version, "from": before}
        audit.record(state(), by=user_name(), action="publish", detail=detail)
    return make_response(redirect(link(f"data/jobs/{job_id}"), 303))


@blueprint.get("/data/versions/<version>/rollback")
@requires("staff")
def confirm_rollback(version: str) -> Response:
    """Ask whether to go back to an earlier version."""
    lang = language()
    library().published(version, "public")
    found = next(v for v in describe_published() if v["version"] == version)
    return staff_page(
        "data_confirm.html",
        heading=message("data.rollback_title", lang),
        sentence=message("data.rollback_means", lang, version=version, at=found["at"]),
        label=message("data.rollback", lang),
        address=link(f"data/versions/{version}/rollback"),
        back=link("data"),
    )


@blueprint.post("/data/versions/<version>/rollback")
@requires("staff")
def rollback(version: str) -> Response:
    """Make an earlier version the one that is served."""
    before = SnapshotStore(settings().out).current()
    versions.rollback(settings(), version, by=user_name())
    detail = {"version": version, "from": before}
    audit.record(state(), by=user_name(), action="rollback", detail=detail)
    return make_response(redirect(link("data"), 303))


def describe_served() -> dict[str, Any] | None:
    """Return the version that is served: when it was built, who published it, its layers."""
    try:
        shown = library().current("staff")
    except GeoError:
        return None
    published = _publications(shown.version)
    built = _built_at(shown)
    return {
        "version": shown.version,
        "built": built,
        "at": shown_time(published[0].published_at if published else built),
        "by": published[0].by if published else "",
        "layers": {layer["id"]: layer for layer in _layers(shown)},
    }


def _publications(version: str) -> list[Publication]:
    store = SnapshotStore(settings().out)
    return [p for p in store.publications() if p.version == version]


def _built_at(shown: Snapshot) -> datetime:
    """Return when a version was made: what was changed while it lay ready is not in it."""
    written = datetime.fromtimestamp((shown.path / "manifest.json").stat().st_mtime, tz=UTC)
    found = min([written, *(p.published_at for p in _publications(shown.version))])
    return found.replace(microsecond=0)  # the histories of the layers tell seconds


def catalog() -> Catalog:
    """Return the catalogue of the working copy, or of the data in use before there is one."""
    copy = WorkingCopy(settings().out)
    return read_catalog(copy.root if copy.exists else settings().data_dir)


def catalog_entries() -> dict[str, Entry]:
    """Return layers and tables of the catalogue."""
    return catalog().entries()


def pending_changes() -> list[dict[str, Any]]:
    """Return the changes that the served version does not know, the newest first.

    Of layers and tables, each with the ``path`` of its page, and of the show.
    """
    lang, served = language(), describe_served()
    built = served["built"] if served else None
    histories = [
        (entry.title.model_dump()[lang], f"data/layers/{name}", history_of(settings(), name, entry))
        for name, entry in catalog_entries().items()
    ]
    histories.append((message("story.title", lang), "story", story_history(settings())))
    found: list[dict[str, Any]] = []
    for title, path, changes in histories:
        for change in changes:
            at = datetime.fromisoformat(change["at"])
            if change["action"] != "seed" and (built is None or at >= built):
                words = _in_words(change, lang)
                found.append({**change, "title": title, "path": path, "moment": at, **words})
    return sorted(found, key=lambda change: change["moment"], reverse=True)


def _in_words(change: Mapping[str, Any], lang: str) -> dict[str, str]:
    summary = reports.summarise(change["rows"], lang)
    action = message(f"data.action_{change['action']}", lang)
    return {"at": shown_time(change["at"]), "summary": summary or action}


def describe_published() -> list[dict[str, Any]]:
    """Return the kept versions, the newest first."""
    found = versions.describe_versions(settings())
    return [{**one, "at": shown_time(one["published_at"])} for one in found]


def waiting_preview(recent: Iterable[Job]) -> Job | None:
    """Return the latest job that prepares a snapshot, if that is not published yet."""
    job = next((job for job in recent if job.kind == "prepare"), None)
    if job is None or job.state in ("failed", "cancelled"):
        return None
    if job.state == "done" and _state_of(_version_of(job)) != "ready":
        return None
    return job


def blocking_findings(job: Job) -> list[dict[str, Any]]:
    """Return what kept a snapshot from being prepared, by rule."""
    if job.kind != "prepare" or job.state != "failed":
        return []
    try:
        findings = json.loads(jobs.read_result(settings(), job.id, "findings.json"))
    except NotFound:
        return []
    return reports.group_findings(findings, language())


def preview_page(job: Job, pending: Sequence[Mapping[str, Any]]) -> Response:
    """Return the page of a prepared snapshot: what it changes, what the checks say.

    ``pending`` are the changes of layers that the served version does not know.
    """
    version = _version_of(job)
    condition = _state_of(version)
    values: dict[str, Any] = {"layers": [], "findings": [], "has_show": False}
    if condition != "gone":
        values["has_show"] = library().version(version, "public").has("show.json")
        values["layers"] = _compare(version)
        text = library().version(version, "staff").read_text("findings.json")
        open_ones = [one for one in json.loads(text) if not one.get("waived")]
        values["findings"] = reports.group_findings(open_ones, language())
    if condition == "ready":
        built = _built_at(library().version(version, "staff"))
        values["pending"] = [change for change in pending if change["moment"] < built]
        values["later"] = len(pending) - len(values["pending"])
    return staff_page("data_preview.html", job=job, version=version, state=condition, **values)


def _version_of(job: Job) -> str:
    try:
        return str(jobs.read_report(settings(), job.id)["version"])
    except NotFound:
        return ""


def _state_of(version: str) -> str:
    """Return ``current``, ``older`` (was published), ``ready``, or ``gone``."""
    store = SnapshotStore(settings().out)
    if not store.has(version):
        return "gone"
    if version == store.current():
        return "current"
    return "older" if library().was_published(version) else "ready"


_NO_COUNTS = {f"{edition}_{when}": None for edition in EDITIONS for when in ("now", "then")}
"""The public edition lacks a layer that is for the staff."""


def _compare(version: str) -> list[dict[str, Any]]:
    """Return how many records each layer has now and would have, in both editions."""
    rows: dict[str, dict[str, Any]] = {}
    for edition in EDITIONS:
        then = {layer["id"]: layer for layer in _layers(library().version(version, edition))}
        try:
            now = {layer["id"]: layer for layer in _layers(library().current(edition))}
        except NotFound:
            now = {}
        for name in (*then, *(n for n in now if n not in then)):
            title = (then.get(name) or now[name])["title"][language()]
            row = rows.setdefault(name, {"title": title, **_NO_COUNTS})
            row[f"{edition}_now"] = now.get(name, {}).get("count")
            row[f"{edition}_then"] = then.get(name, {}).get("count")
    return [_with_differences(row) for row in rows.values()]


def _with_differences(row: Mapping[str, Any]) -> dict[str, Any]:
    differences = {
        f"{edition}_then": (row[f"{edition}_then"] or 0) - (row[f"{edition}_now"] or 0)
        for edition in EDITIONS
    }
    found = {name: value for name, value in differences.items() if value}
    return {**row, "differences": found, "differs": bool(found)}


def _layers(shown: Snapshot) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = [*shown.site["layers"], *shown.site["tables"]]
    return layers
