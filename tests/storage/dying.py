"""Steps that touch the disk, at one of which a process dies or finds the disk full.

``kill`` ends the process without warning before the n-th step: flushing a file or folder to
the disk, renaming, removing. ``full`` lets the n-th file be written by half, as on a full
disk. ``limit`` lets the system cut files off at n bytes. ``count`` only counts the steps.
"""

from __future__ import annotations

import errno
import os
import pathlib
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.storage import durable, working_copy

steps = 0


def arm(how: str, at: int) -> None:
    """Let disaster strike at a step."""
    if how in ("kill", "count"):
        at = at if how == "kill" else -1
        durable.os.fsync = _dying(os.fsync, at)
        pathlib.Path.replace = _dying(pathlib.Path.replace, at)
        shutil.rmtree = _dying(shutil.rmtree, at)
    elif how == "full":
        working_copy.write_durably = _filling(durable.write_durably, at)
    else:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (at, at))


def _dying(action: Callable[..., Any], at: int) -> Callable[..., Any]:
    def act(*args: Any, **kwargs: Any) -> Any:
        global steps
        steps += 1
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return action(*args, **kwargs)

    return act


def _filling(write: Callable[[Path, bytes], None], at: int) -> Callable[[Path, bytes], None]:
    def act(path: Path, body: bytes) -> None:
        global steps
        steps += 1
        write(path, body if steps != at else body[: len(body) // 2])
        if steps == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return act


def main() -> None:
    """``dying.py HOW STEP OUT BODY``: put a body in place of a layer of the working copy."""
    how, step, out, body = sys.argv[1:]
    layers = Path(__file__).resolve().parents[2] / "layers"
    copy = working_copy.WorkingCopy(Path(out))
    deed = working_copy.Deed(by="clerk", action="import", file="a.csv", rows={"new": 1})
    arm(how, int(step))
    with copy.lock():
        copy.seed(layers, [p.name for p in layers.iterdir() if p.suffix in (".csv", ".geojson")])
        copy.write("enterprises", "enterprises.csv", Path(body).read_bytes(), deed)


if __name__ == "__main__":
    try:
        main()
    finally:
        print(steps)
