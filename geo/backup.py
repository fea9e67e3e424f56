"""Carry a whole instance in one file: back it up, and restore it all or not at all.

The file is a zip with the working copy, its history, the snapshots, their static trees and
the state database, and ``manifest.json`` with the hash of every file. The secret that signs
cookies stays out: whoever finds a backup must not be able to sign in with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from geo.errors import DataError, RunError
from geo.settings import Settings
from geo.state import database
from geo.storage.durable import patiently
from geo.storage.snapshots import SnapshotStore
from geo.storage.working_copy import WorkingCopy

FORMAT = 1
_FOLDERS = ("data", "history", "snapshots", "assets")
_DATABASE = "state.db"
_MANIFEST = "manifest.json"
_LOCK_SECONDS = 60.0
_CHUNK = 1 << 20
_LARGEST_MANIFEST = 100_000_000
_PACKED = {".br", ".gz", ".zip", ".xlsx"}
# No drive, no backslash, no control character, no name that Windows keeps for itself.
_MEMBER = re.compile(r"""(?:[^\\:*?"<>|/\x00-\x1f]+/)*[^\\:*?"<>|/\x00-\x1f]+""")


@dataclass(frozen=True)
class _Facts:
    """What the list of a backup says about a file."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Carried:
    """What was backed up or restored.

    The file or directory it is in now, the number of files, and where the restored
    instance's earlier contents are.
    """

    path: Path
    files: int
    moved_aside: Path | None = None


def backup(settings: Settings, target: Path) -> Carried:
    """Write the instance into one file, as it is at one moment, and return what was written.

    Nobody publishes or imports meanwhile; the map goes on being served.

    Raises
    ------
    RunError
        ``BACKUP_EXISTS``; ``PUBLISH_LOCKED`` or ``DATA_LOCKED`` if one of them goes on.
    """
    if target.exists():
        raise RunError("BACKUP_EXISTS", path=target)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with _nothing_changes(settings.out):
            count = _write(settings, aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        patiently(lambda: aside.replace(target))
    finally:
        aside.unlink(missing_ok=True)
    return Carried(target, count)


def restore(settings: Settings, source: Path) -> Carried:
    """Put a backup in place of the instance and return where the earlier one is now.

    Everything is unpacked aside and compared with the backup's own list before anything is
    moved. The server must not run meanwhile.

    Raises
    ------
    DataError
        ``BACKUP_UNREADABLE``, ``BACKUP_MEMBER``, ``BACKUP_CHANGED``; nothing was changed.
    RunError
        ``FORMAT_NEWER``; ``PUBLISH_LOCKED`` or ``DATA_LOCKED`` if one of them goes on.
    """
    out = settings.out
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = out.with_name(f"{out.name}.restoring-{os.getpid()}")
    aside.mkdir()
    try:
        count = _unpack(source, aside)
        has_contents = out.is_dir() and any(out.iterdir())
        if has_contents:
            with _nothing_changes(out):
                pass  # Windows moves no folder in which a lock is held, so it is let go.
        earlier = _move_in(aside, out, has_contents=has_contents)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Carried(out, count, earlier)


@contextmanager
def _nothing_changes(out: Path) -> Iterator[None]:
    """Hold both locks, always in this order."""
    with WorkingCopy(out).lock(_LOCK_SECONDS), SnapshotStore(out).lock(_LOCK_SECONDS):
        yield


def _write(settings: Settings, path: Path) -> int:
    """Write all files and their list; return how many there are."""
    listed: dict[str, _Facts] = {}
    with zipfile.ZipFile(path, "x") as archive, _copied_database(settings) as copy:
        for name, file in [*_files(settings.out), *([(_DATABASE, copy)] if copy else [])]:
            listed[name] = _add(archive, name, file)
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": {name: asdict(facts) for name, facts in listed.items()},
        }
        archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, sort_keys=True))
    return len(listed)


def _files(out: Path) -> Iterator[tuple[str, Path]]:
    """Yield what is carried; what is being built or locks something is not."""
    for folder in _FOLDERS:
        for path in sorted((out / folder).rglob("*")):
            parts = path.relative_to(out).parts
            is_passing = any(part.startswith((".", "building-")) for part in parts)
            if path.is_file() and not is_passing and parts != ("snapshots", "lock"):
                yield "/".join(parts), path


@contextmanager
def _copied_database(settings: Settings) -> Iterator[Path | None]:
    """Provide a consistent copy of the database, if it is a file that exists."""
    source = database.database_file(settings)
    if source is None or not source.is_file():
        yield None
        return
    with tempfile.TemporaryDirectory(dir=settings.out) as folder:
        copy = Path(folder) / _DATABASE
        database.copy_database(source, copy)
        yield copy


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> _Facts:
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
    is_packed = path.suffix in _PACKED
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return _Facts(digest.hexdigest(), size)


def _unpack(source: Path, folder: Path) -> int:
    """Write the files of a backup below a folder, each compared with the list."""
    try:
        with zipfile.ZipFile(source) as archive:
            listed = _read_manifest(archive, source)
            _check_members(archive, listed)
            if sum(facts.size for facts in listed.values()) > shutil.disk_usage(folder).free:
                raise RunError("DISK_FULL")
            for name, facts in listed.items():
                _extract(archive, name, facts, folder / name)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise DataError("BACKUP_UNREADABLE", path=source) from error
    return len(listed)


def _read_manifest(archive: zipfile.ZipFile, source: Path) -> dict[str, _Facts]:
    try:
        entry = archive.getinfo(_MANIFEST)
        if entry.file_size > _LARGEST_MANIFEST:
            raise DataError("BACKUP_UNREADABLE", path=source)
        manifest = json.loads(archive.read(entry))
        found, files = int(manifest["format"]), dict(manifest["files"])
        if found > FORMAT:
            raise RunError("FORMAT_NEWER", found=found, known=FORMAT)
        return {name: _Facts(str(f["sha256"]), int(f["size"])) for name, f in files.items()}
    except (KeyError, ValueError, TypeError) as error:
        raise DataError("BACKUP_UNREADABLE", path=source) from error


def _check_members(archive: zipfile.ZipFile, listed: Mapping[str, _Facts]) -> None:
    """Refuse what leaves the folder, collides, is packed strangely or stands on no list."""
    seen: set[str] = set()
    for entry in archive.infolist():
        name = entry.filename
        is_own = name == _MANIFEST or (name in listed and _belongs(name))
        is_plain = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if not is_own or not is_plain or name.casefold() in seen:
            raise DataError("BACKUP_MEMBER", member=name[:120])
        seen.add(name.casefold())
    for name in listed:
        if name.casefold() not in seen:
            raise DataError("BACKUP_CHANGED", member=name[:120])


def _belongs(name: str) -> bool:
    parts = name.split("/")
    is_known = name == _DATABASE or (parts[0] in _FOLDERS and len(parts) > 1)
    is_plain = all(part not in (".", "..") and part == part.rstrip(". ") for part in parts)
    return is_known and is_plain and _MEMBER.fullmatch(name) is not None


def _extract(archive: zipfile.ZipFile, name: str, facts: _Facts, path: Path) -> None:
    """Write one file, hardly more of it than the list says."""
    digest, size = hashlib.sha256(), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, path.open("xb") as target:
        while size <= facts.size and (chunk := source.read(_CHUNK)):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
        _settle(target)
    if _Facts(digest.hexdigest(), size) != facts:
        raise DataError("BACKUP_CHANGED", member=name[:120])


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _move_in(aside: Path, out: Path, *, has_contents: bool) -> Path | None:
    """Exchange the folders by renaming; if the second rename fails, undo the first."""
    if not has_contents:
        if out.is_dir():
            out.rmdir()
        patiently(lambda: aside.replace(out))
        return None
    earlier = out.with_name(f"{out.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    patiently(lambda: out.replace(earlier))
    try:
        patiently(lambda: aside.replace(out))
    except OSError:
        patiently(lambda: earlier.replace(out))
        raise
    return earlier
