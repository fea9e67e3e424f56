"""Processes that a benchmark starts: what they took, and servers that are up while needed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from geo.errors import RunError
from geo.settings import ROOT

_START_SECONDS = 120
_STOP_SECONDS = 15


@dataclass(frozen=True)
class Spent:
    """What a process took: seconds by the clock, and its largest memory in MB."""

    seconds: float
    peak_mb: float


def run(command: Sequence[str]) -> Spent:
    """Run a Python process to its end and return what it took.

    Raises
    ------
    RunError
        ``BENCH_FAILED`` with the end of what it said, if it ends badly.
    """
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            reason = said.read().decode("utf-8", "replace")[-600:]
            raise RunError("BENCH_FAILED", what=" ".join(command[:4]), reason=reason)
    # The kernel counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Spent(seconds, usage.ru_maxrss * unit / 1e6)


@contextmanager
def serving(command: Sequence[str], port: int, path: str = "/") -> Iterator[str]:
    """Keep a server up; yield its host and port once ``path`` is answered.

    Raises
    ------
    RunError
        ``BENCH_FAILED`` if it does not come up.
    """
    host = f"127.0.0.1:{port}"
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            list(command), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            if not _comes_up(process, host, path):
                said.seek(0)
                reason = said.read().decode("utf-8", "replace")[-600:]
                raise RunError("BENCH_FAILED", what=" ".join(command[:4]), reason=reason)
            yield host
        finally:
            _stop(process)


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _comes_up(process: subprocess.Popen[bytes], host: str, path: str) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection(host, timeout=10)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return True
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
