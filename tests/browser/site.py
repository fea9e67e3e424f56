"""Publish and serve in processes of their own, as an operator does."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2026-11-22"
"""The day that the ages of the bundled data are counted from, so that tests do not age."""

_START_SECONDS = 90
_STOP_SECONDS = 15


@dataclass(frozen=True)
class Server:
    """A running server: its address, its output directory, its log and its process."""

    url: str
    out: Path
    log: Path
    process_id: int

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (lower case) and body of an answer."""
        connection = HTTPConnection(self.host, timeout=10)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body


def environment(**values: str) -> dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "ignore::DeprecationWarning", **values}


def publish(out: Path, *, data: Path | None = None, as_of: str = AS_OF) -> str:
    """Publish through the command line and return the version number."""
    command = [sys.executable, "-m", "geo", "publish", "--json", "--as-of", as_of]
    command += ["--out", str(out), *(["--data", str(data)] if data else [])]
    run = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"publish failed ({run.returncode}):\n{run.stdout}\n{run.stderr}"
    version: str = json.loads(run.stdout)["version"]
    return version


def copy_layers(target: Path) -> Path:
    """Return a copy of the bundled layers that a test may change."""
    shutil.copytree(ROOT / "layers", target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@contextmanager
def serving(out: Path, **env: str) -> Iterator[Server]:
    """Serve ``out`` with ``python server.py``; at the end SIGTERM must stop it cleanly."""
    port = free_port()
    log = out.parent / f"{out.name}-{port}.log"
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "PARKS_OUT": str(out), **env}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "server.py"],
            cwd=ROOT,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
        )
    server = Server(f"http://127.0.0.1:{port}", out, log, process.pid)
    try:
        _wait_until_up(server, process)
        yield server
    finally:
        _stop(process, log)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if server.get("/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server did not come up:\n{server.log.read_text()[-4000:]}")


def _stop(process: subprocess.Popen[bytes], log: Path) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        status = process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"SIGTERM did not stop the server:\n{_tail(log)}") from None
    assert status == 0, f"the server ended with {status}:\n{_tail(log)}"


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:]
