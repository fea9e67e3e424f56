"""The working copy: the one data directory that import changes, and its earlier layers.

``<out>/data`` is a copy of the data directory that was in use before the first import.
``<out>/history/LAYER/NNNNNN/`` holds a ``body`` that a layer's file had or has, and
``meta.json``: when (UTC), by whom, how it came to be. A change writes the new file aside,
makes its entry of the history durable, and only then replaces the layer's file in one step.
Whenever the machine stops, the file is the earlier or the new one, whole, and the entry
whose hash it has is the current one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from geo.errors import NotFound, RunError
from geo.storage.durable import replace_durably, write_durably

KEPT_CHANGES = 50
"""Most versions of one layer that are kept."""

KEPT_BYTES = 1_000_000_000
"""Most that the versions of one layer take; the current and the one before always stay."""

Action = Literal["import", "restore", "seed", "edit"]
"""How a version came to be; ``seed`` is one that was found in place, ``edit`` one that was
written at ``/story``."""

_BESIDE_LAYERS = ("*.toml", "codes/*")
_LOCK_SECONDS = 10.0
_ID = re.compile(r"\d{6}")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Change:
    """One version of a layer.

    Parameters
    ----------
    id
        Number of the version, six digits.
    at
        When it was put in place, ISO 8601 in UTC.
    by
        Who did it; empty for one that was found in place.
    file
        Name of the file that was imported.
    rows
        Records that were new, changed, unchanged and gone.
    sha256, replaces
        Hash of this version and of the one in place before.
    """

    id: str
    layer: str
    at: str
    by: str
    action: Action
    file: str
    rows: Mapping[str, int]
    sha256: str
    replaces: str


@dataclass(frozen=True)
class Deed:
    """Who changes a layer and how; what a new :class:`Change` is made from."""

    by: str
    action: Action
    file: str
    rows: Mapping[str, int]


class WorkingCopy:
    """The working copy below one output directory.

    Parameters
    ----------
    out
        The output directory (``PARKS_OUT``).
    """

    def __init__(self, out: Path) -> None:
        self.root = out / "data"
        self._history = out / "history"
        self._lock_file = out / "data.lock"

    @property
    def exists(self) -> bool:
        """Whether an import has been carried out here."""
        return self.root.is_dir()

    @contextmanager
    def lock(self, timeout: float = _LOCK_SECONDS) -> Iterator[None]:
        """Hold the lock of the data, so that one process at a time changes them.

        Raises
        ------
        RunError
            ``DATA_LOCKED`` if another process has held it for ``timeout`` seconds.
        """
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        guard = FileLock(self._lock_file)
        try:
            guard.acquire(timeout=timeout)
        except Timeout as error:
            raise RunError("DATA_LOCKED") from error
        try:
            yield
        finally:
            guard.release()

    def seed(self, source: Path, files: Iterable[str]) -> None:
        """Copy a data directory to here, unless there is a copy; call it under :meth:`lock`.

        ``files`` are those that the catalogue names. Catalogue, rules and code lists come
        along; what else lies in the directory is no data.

        Raises
        ------
        RunError
            ``DISK_FULL``; nothing is left behind.
        """
        if self.exists:
            return
        for leftover in self.root.parent.glob("building-data-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        aside = self.root.with_name(f"building-data-{os.getpid()}")
        with ExitStack() as undo, _full_disk_told():
            undo.callback(shutil.rmtree, aside, ignore_errors=True)
            for file in _files_to_copy(source, files):
                write_durably(aside / file, (source / file).read_bytes())
            replace_durably(aside, self.root)

    def write(self, layer: str, file: str, body: bytes, deed: Deed) -> None:
        """Make a body the file of a layer and enter it in the history; call it under the lock.

        A body that is in place already changes nothing.

        Raises
        ------
        RunError
            ``DISK_FULL``; file and history are as before, and nothing is left behind.
        """
        target = self.root / file
        present = _read_or_empty(target)
        if body == present:
            return
        with _full_disk_told():
            self._drop_leftovers(layer, target)
            self._enter_present(layer, present)
            self._put_in_place(layer, target, body, deed, replaces=_digest(present))
        self._prune(layer)

    def changes(self, layer: str, file: str) -> tuple[list[Change], str | None]:
        """Return the versions of a layer, the newest first, and the id of the current one."""
        found = self._entries(layer)
        live = _digest(_read_or_empty(self.root / file))
        if found and found[0].sha256 != live == found[0].replaces:
            found = found[1:]  # entered, and then the machine stopped: it never was in place
        return found, next((change.id for change in found if change.sha256 == live), None)

    def body(self, layer: str, change_id: str) -> bytes:
        """Return the bytes of an earlier version.

        Raises
        ------
        NotFound
            ``CHANGE_UNKNOWN`` if there is none of that number, or it is not what was stored.
        """
        change = next((c for c in self._entries(layer) if c.id == change_id), None)
        body = _read_or_empty(self._history / layer / change.id / "body") if change else b""
        if change is None or _digest(body) != change.sha256:
            raise NotFound("CHANGE_UNKNOWN", id=change_id[:20], layer=layer)
        return body

    def _enter_present(self, layer: str, present: bytes) -> None:
        digest = _digest(present)
        if present and all(change.sha256 != digest for change in self._entries(layer)):
            found = Deed(by="", action="seed", file="", rows={})
            self._enter(layer, present, found, replaces="")

    def _put_in_place(
        self, layer: str, target: Path, body: bytes, deed: Deed, *, replaces: str
    ) -> None:
        aside = target.with_name(f".{target.name}.{os.getpid()}.new")
        with ExitStack() as undo:
            undo.callback(aside.unlink, missing_ok=True)
            write_durably(aside, body)
            entry = self._enter(layer, body, deed, replaces=replaces)
            undo.callback(shutil.rmtree, entry, ignore_errors=True)
            replace_durably(aside, target)
            undo.pop_all()

    def _enter(self, layer: str, body: bytes, deed: Deed, *, replaces: str) -> Path:
        """Store a version and return its folder."""
        number = max((int(change.id) for change in self._entries(layer)), default=0) + 1
        folder = self._history / layer / f"{number:06d}"
        meta = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "by": deed.by,
            "action": deed.action,
            "file": deed.file,
            "rows": dict(deed.rows),
            "sha256": _digest(body),
            "replaces": replaces,
        }
        aside = folder.with_name(f"building-{folder.name}")
        with ExitStack() as undo:
            undo.callback(shutil.rmtree, aside, ignore_errors=True)
            write_durably(aside / "body", body)
            write_durably(aside / "meta.json", json.dumps(meta, ensure_ascii=False).encode())
            shutil.rmtree(folder, ignore_errors=True)  # one whose meta.json is no use
            replace_durably(aside, folder)
        return folder

    def _entries(self, layer: str) -> list[Change]:
        folder = self._history / layer
        names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
        read = (_read_change(folder / name, layer) for name in names if _ID.fullmatch(name))
        return [change for change in read if change is not None][::-1]

    def _drop_leftovers(self, layer: str, target: Path) -> None:
        """Remove what a killed import left half written."""
        for path in target.parent.glob(f".{target.name}.*.new"):
            path.unlink(missing_ok=True)
        for folder in (self._history / layer).glob("building-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def _prune(self, layer: str) -> None:
        total = 0
        for place, change in enumerate(self._entries(layer)):
            folder = self._history / layer / change.id
            total += (folder / "body").stat().st_size
            if place >= KEPT_CHANGES or (place >= 2 and total > KEPT_BYTES):
                shutil.rmtree(folder, ignore_errors=True)


def layer_digest(data_dir: Path, file: str) -> str:
    """Return a hash that changes whenever the layer's file or the catalogue does."""
    digest = hashlib.sha256()
    for path in (data_dir / file, data_dir / "catalog.toml"):
        digest.update(_digest(_read_or_empty(path)).encode())
    return digest.hexdigest()


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise RunError("DISK_FULL") from error
        raise


def _files_to_copy(source: Path, files: Iterable[str]) -> list[Path]:
    beside = (path for pattern in _BESIDE_LAYERS for path in source.glob(pattern))
    named = {*(source / file for file in files), *beside}
    return sorted(path.relative_to(source) for path in named if path.is_file())


def _read_change(folder: Path, layer: str) -> Change | None:
    try:
        meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        return Change(id=folder.name, layer=layer, **meta)
    except (OSError, ValueError, TypeError):
        return None  # a folder that something else made


def _read_or_empty(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
