"""Keep published snapshots: written once, never changed, pointed at by one small file.

``snapshots/`` holds a folder per version, ``current`` (the pointer) and ``log.jsonl`` (every
change of the pointer). A snapshot is built aside and renamed into place; the pointer is
replaced in one step, so a reader sees the old snapshot or the new one and nothing between.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
from filelock import FileLock, Timeout

from geo.errors import NotFound, RunError
from geo.model import FORMAT
from geo.storage.durable import move_durably, patiently, replace_durably, write_durably

VERSION_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{10}")
KEPT_VERSIONS = 10
GRACE = timedelta(hours=1)
"""How long a dropped version lives on, for pages that were opened with it."""
PREPARED_FOR = timedelta(days=7)
"""How long a version that was prepared but not released waits for its release."""

_EFFORT = ((1_000_000, 10, 9), (8_000_000, 9, 9), (float("inf"), 5, 6))
"""Quality of brotli and level of gzip for bodies below so many bytes. Eleven, the best quality of
brotli, takes three times as long as ten and saves a twentieth."""
Content = bytes | Path
"""What a file holds: its bytes, or for a large one where it lies ready."""

_Body = tuple[str, bytes]
"""The end of a file's name, and what it holds."""

_COMPRESSIBLE = {".json", ".geojson", ".js", ".css", ".svg", ".html"}


@dataclass(frozen=True)
class Publication:
    """One change of the pointer: which version became current, when (UTC) and by whom."""

    version: str
    published_at: datetime
    by: str


def content_version(as_of: str, files: Mapping[str, Content], inputs: Mapping[str, str]) -> str:
    """Return the version number that these files have: the same bytes, the same number."""
    digest = hashlib.sha256(json.dumps(dict(sorted(inputs.items()))).encode())
    for name in sorted(files):
        digest.update(f"\0{name}\0{_sha256(files[name])}".encode())
    return f"{as_of}-{digest.hexdigest()[:10]}"


class SnapshotStore:
    """The snapshots below one output directory.

    Parameters
    ----------
    out
        The output directory (``PARKS_OUT``).
    """

    def __init__(self, out: Path) -> None:
        self.root = out / "snapshots"
        self.assets = out / "assets"

    @contextmanager
    def lock(self, timeout: float = 0) -> Iterator[None]:
        """Hold the publishing lock, so that one process at a time changes the pointer.

        Raises
        ------
        RunError
            ``PUBLISH_LOCKED`` if another process has held it for ``timeout`` seconds.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        guard = FileLock(self.root / "lock")
        try:
            guard.acquire(timeout=timeout)
        except Timeout as error:
            raise RunError("PUBLISH_LOCKED") from error
        try:
            yield
        finally:
            guard.release()

    def current(self) -> str | None:
        """Return the version that the pointer names; ``None`` before the first publish."""
        pointer = self.root / "current"
        try:
            version = patiently(lambda: pointer.read_text(encoding="ascii")).strip()
        except FileNotFoundError:
            return None
        return version if VERSION_PATTERN.fullmatch(version) else None

    def path(self, version: str) -> Path:
        """Return the folder of a version.

        Raises
        ------
        NotFound
            ``VERSION_UNKNOWN`` if there is none.
        """
        folder = self.root / version
        if not VERSION_PATTERN.fullmatch(version) or not (folder / "manifest.json").is_file():
            raise NotFound("VERSION_UNKNOWN", version=version[:60])
        return folder

    def has(self, version: str) -> bool:
        """Whether the version is kept here."""
        try:
            self.path(version)
        except NotFound:
            return False
        return True

    def check_published(self, version: str) -> None:
        """Refuse a version that was prepared but never pointed at.

        Raises
        ------
        NotFound
            ``VERSION_UNKNOWN``: to the public it does not exist.
        """
        if version != self.current() and all(p.version != version for p in self.publications()):
            raise NotFound("VERSION_UNKNOWN", version=version[:60])

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Lend a folder on the disk of the snapshots, for large files on their way into one."""
        folder = self.root / f"building-files-{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def write(self, version: str, files: Mapping[str, Content], facts: Mapping[str, Any]) -> None:
        """Write a snapshot with its manifest and compressed twins; an existing one stays.

        A file that is given as a path is moved from there and has no twins.
        """
        if not self.has(version):
            manifest = {"format": FORMAT, "version": version, **facts}
            _write_folder(self.root / version, files, manifest)

    def write_assets(
        self, digest: str, files: Mapping[str, bytes], facts: Mapping[str, Any]
    ) -> None:
        """Write the static tree of that digest; an existing one stays."""
        if not (self.assets / digest / "manifest.json").is_file():
            manifest = {"format": FORMAT, "digest": digest, **facts}
            _write_folder(self.assets / digest, files, manifest)

    def point_to(self, version: str, *, by: str, now: datetime) -> None:
        """Make a version the current one and log it; call it under :meth:`lock`."""
        self.path(version)
        aside = self.root / f"current.{os.getpid()}"
        write_durably(aside, version.encode("ascii"))
        replace_durably(aside, self.root / "current")
        line = json.dumps({"version": version, "published_at": now.isoformat(), "by": by})
        with (self.root / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def publications(self) -> list[Publication]:
        """Return every change of the pointer, the newest first."""
        path = self.root / "log.jsonl"
        if not path.is_file():
            return []
        found = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                at = datetime.fromisoformat(entry["published_at"])
                found.append(Publication(entry["version"], at, entry["by"]))
            except (ValueError, KeyError, TypeError):
                continue  # a line cut off by a power failure says nothing
        return found[::-1]

    def kept(self) -> list[Publication]:
        """Return the latest publication of every version still here, the newest first."""
        latest: dict[str, Publication] = {}
        for publication in self.publications():
            latest.setdefault(publication.version, publication)
        return [p for p in latest.values() if self.has(p.version)]

    def prune(self, now: datetime) -> None:
        """Drop versions beyond the last ten, an hour after they fell out, and their assets."""
        kept = self.kept()
        current = self.current()
        for newer, old in zip(kept, kept[KEPT_VERSIONS:], strict=False):
            if old.version != current and now - newer.published_at > GRACE:
                shutil.rmtree(self.root / old.version, ignore_errors=True)
        self._drop_leftovers(now)
        self._drop_unused_assets(now)

    def _drop_leftovers(self, now: datetime) -> None:
        """Remove what a killed publish left, and what was prepared and never released."""
        named = {p.version for p in self.publications()} | {self.current()}
        for folder in self.root.iterdir():
            age = PREPARED_FOR if self.has(folder.name) else GRACE
            if folder.is_dir() and folder.name not in named and _is_older(folder, now, age):
                shutil.rmtree(folder, ignore_errors=True)

    def _drop_unused_assets(self, now: datetime) -> None:
        used = {
            json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["assets"]
            for folder in self.root.iterdir()
            if (folder / "manifest.json").is_file()
        }
        for folder in self.assets.iterdir() if self.assets.is_dir() else ():
            if folder.name not in used and _is_older(folder, now):
                shutil.rmtree(folder, ignore_errors=True)


def _is_older(folder: Path, now: datetime, age: timedelta = GRACE) -> bool:
    changed = datetime.fromtimestamp(folder.stat().st_mtime, tz=UTC)
    return now - changed > age


def _write_folder(target: Path, files: Mapping[str, Content], manifest: dict[str, Any]) -> None:
    """Write files, compressed twins and manifest beside ``target``, then rename."""
    aside = target.with_name(f"building-{target.name}-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    bodies = {(Path(name).suffix, c) for name, c in files.items() if isinstance(c, bytes)}
    # Editions share some bodies. The largest come first, so that none is left to one thread.
    ordered = sorted(bodies, key=lambda found: -len(found[1]))
    # Compression leaves the interpreter to other threads.
    with ThreadPoolExecutor() as pool:
        twins = dict(zip(ordered, pool.map(_compressed, ordered), strict=True))
        names = sorted(files)
        written = pool.map(lambda name: _write_file(aside / name, files[name], twins), names)
        entries = dict(zip(names, written, strict=True))
    text = json.dumps({**manifest, "files": entries}, ensure_ascii=False, sort_keys=True)
    write_durably(aside / "manifest.json", text.encode())
    if target.exists():  # the remains of a write that never got its manifest
        shutil.rmtree(target)
    replace_durably(aside, target)


def _write_file(
    path: Path, content: Content, twins: Mapping[_Body, Mapping[str, bytes]]
) -> dict[str, Any]:
    """Write a file with its twins and return what the manifest says of it."""
    digest = _sha256(content)
    if isinstance(content, Path):
        move_durably(content, path)
        return {"sha256": digest, "size": path.stat().st_size, "encodings": []}
    own = twins[path.suffix, content]
    write_durably(path, content)
    for encoding, packed in own.items():
        write_durably(path.with_name(f"{path.name}.{encoding}"), packed)
    return {"sha256": digest, "size": len(content), "encodings": sorted(own)}


def _sha256(content: Content) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compressed(named: _Body) -> dict[str, bytes]:
    """Return the encodings that make a body smaller; equal input gives equal bytes."""
    suffix, body = named
    if suffix not in _COMPRESSIBLE:
        return {}
    quality, level = next(found for most, *found in _EFFORT if len(body) < most)
    packed = {
        "br": brotli.compress(body, quality=quality),
        "gz": gzip.compress(body, compresslevel=level, mtime=0),
    }
    return {encoding: data for encoding, data in packed.items() if len(data) < len(body)}
