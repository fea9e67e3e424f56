"""Write files so that neither a kill nor a power failure leaves half of one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")
_ATTEMPTS = 7


def write_durably(path: Path, body: bytes) -> None:
    """Write a file, making its folder, and wait until the disk has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def replace_durably(source: Path, target: Path) -> None:
    """Move a file or folder over another in one step and wait until the disk has the name."""
    patiently(lambda: source.replace(target))
    _sync_folder(target.parent)


def move_durably(source: Path, target: Path) -> None:
    """Move a file on the same disk, making its folder, and wait until the disk has it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb+") as file:
        os.fsync(file.fileno())
    replace_durably(source, target)


def write_whole(path: Path, body: bytes) -> None:
    """Write a file in one step: a reader sees the earlier one or the new one, whole."""
    aside = path.with_name(f".{path.name}.part")
    try:
        write_durably(aside, body)
        replace_durably(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def patiently(action: Callable[[], _T]) -> _T:
    """Return what an action returns, trying again for a moment if it is denied.

    On Windows a file cannot be renamed or read while a virus scanner or another process
    has just opened it.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return action()
        except PermissionError:
            time.sleep(0.02 * 2**attempt)
    return action()


def _sync_folder(folder: Path) -> None:
    # Windows opens no folders, some network file systems sync none; the move has happened.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
