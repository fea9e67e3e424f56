"""Processes that work beside publish: half of what they do holds the interpreter.

A thread would stop all others. Each kind of work is a module with one function of one piece of
work, JSON in; it has a process of its own from its first piece on, and does one after the other.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from geo.settings import ROOT

Work = Mapping[str, Any]
"""A piece of work as JSON values."""


class Beside:
    """The processes that work beside this one, by the module that each runs."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, module: str, work: Work) -> None:
        """Let the process of a module do a piece of work after what it has already."""
        if module not in self._running:
            self._running[module] = _start_process(module)
        pipe = self._running[module].stdin
        assert pipe is not None
        # If it has ended, that is told at the end.
        with suppress(BrokenPipeError):
            pipe.write(json.dumps(work).encode() + b"\n")
            pipe.flush()

    def finish(self) -> None:
        """Wait until all work is done.

        Raises
        ------
        RuntimeError
            With what a process said, if it ended badly.
        """
        for module, process in self._running.items():
            _, said = process.communicate()
            if process.returncode:
                told = said.decode("utf-8", "replace")
                raise RuntimeError(f"{module} did not do its work: {told}")

    def stop(self) -> None:
        """End what still runs."""
        for process in self._running.values():
            if process.returncode is None:
                process.kill()
                process.communicate()


@contextmanager
def working_beside() -> Iterator[Beside]:
    """Yield what gives work to processes; what is not finished on leaving is ended."""
    beside = Beside()
    try:
        yield beside
    finally:
        beside.stop()


def serve(do: Callable[[Work], None]) -> None:
    """Do each piece of work that comes in, to the end of the input."""
    for line in sys.stdin.buffer:
        do(json.loads(line))


def _start_process(module: str) -> subprocess.Popen[bytes]:
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    command = [sys.executable, "-m", module]
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=nothing, stderr=pipe)
