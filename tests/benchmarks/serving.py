"""Requests a second of ready answers, beside an empty reply of the same WSGI server."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from tests.benchmarks.report import Row, compare
from tests.browser.site import free_port, publish, serving

PEER = "an empty WSGI reply under waitress"
CLIENTS = 4
_EMPTY = """
import sys, waitress
def reply(environ, start_response):
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
waitress.serve(reply, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


@contextmanager
def serving_empty() -> Iterator[str]:
    """Serve empty replies in a process of its own; yield the host."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _EMPTY, str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    host = f"127.0.0.1:{port}"
    try:
        _wait(host)
        yield host
    finally:
        process.terminate()
        process.wait(10)


def _wait(host: str) -> None:
    for _ in range(200):
        try:
            fetch(host, "/", 1)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{host} did not come up")


def fetch(host: str, path: str, count: int) -> int:
    """Ask ``count`` times over one connection; return the bytes of the last body."""
    connection = HTTPConnection(host, timeout=10)
    length = 0
    for _ in range(count):
        connection.request("GET", path, headers={"Accept-Encoding": "br"})
        answer = connection.getresponse()
        length = len(answer.read())
        assert answer.status == 200, f"{answer.status} {path}"
    connection.close()
    return length


def rate(host: str, path: str, count: int) -> float:
    """Return requests per second of a few clients that share ``count`` requests."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        start = time.perf_counter()
        list(pool.map(lambda _: fetch(host, path, count // CLIENTS), range(CLIENTS)))
        return count // CLIENTS * CLIENTS / (time.perf_counter() - start)


def measure(work: Path, *, rounds: int, requests: int) -> list[Row]:
    """Return the rates of a layer file and of the health answer, medians of all rounds."""
    publish(work / "out")
    with serving(work / "out") as server, serving_empty() as empty:
        version = json.loads(server.get("/healthz")[2])["version"]
        paths = {
            "serve_layer": f"/layers/{version}/parcels.geojson",
            "serve_healthz": "/healthz",
        }
        peer: list[float] = []
        ours: dict[str, list[float]] = {name: [] for name in paths}
        for _ in range(rounds):
            peer.append(rate(empty, "/", requests))
            for name, path in paths.items():
                ours[name].append(rate(server.host, path, requests))
    return [
        compare(
            name,
            requests,
            median(rates),
            median(peer),
            peer_name=PEER,
            unit="requests/s",
            less_is_better=False,
        )
        for name, rates in ours.items()
    ]
