"""Processes that a benchmark starts: what they took, and servers that are up while needed."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection

import psutil

from geo.errors import RunError
from geo.settings import ROOT

_START_SECONDS = 120
_STOP_SECONDS = 15
_WATCH_SECONDS = 0.2


@dataclass(frozen=True)
class Spent:
    """What a process took: seconds by the clock, and the largest memory (MB).

    Processes that it started count; pages that several of them share count for each.
    """

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
        with ThreadPoolExecutor(max_workers=1) as beside:
            peak = beside.submit(_watch_memory, process)
            process.wait()
            seconds = time.perf_counter() - start
        if process.returncode != 0:
            said.seek(0)
            reason = said.read().decode("utf-8", "replace")[-600:]
            raise RunError("BENCH_FAILED", what=" ".join(command[:4]), reason=reason)
    return Spent(seconds, peak.result() / 1e6)


def _watch_memory(process: subprocess.Popen[bytes]) -> int:
    """Return the largest sum of memory of a process and all below it until it ends, in bytes."""
    peak = 0
    with suppress(psutil.NoSuchProcess):
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, sum(map(_memory_of, [watched, *watched.children(recursive=True)])))
            time.sleep(_WATCH_SECONDS)
    return peak


def _memory_of(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


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
