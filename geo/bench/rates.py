"""Requests a second: a few clients, each with a connection that it keeps."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from geo.errors import RunError

CLIENTS = 4
_TIMEOUT = 60
_EMPTY = """
import sys, waitress
def reply(environ, start_response):
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
waitress.serve(reply, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


def empty_reply(port: int) -> list[str]:
    """Return the arguments of Python for the WSGI server that does nothing: the limit of ours."""
    return ["-c", _EMPTY, str(port)]


def fetch(host: str, paths: Iterable[str]) -> int:
    """Ask for each path over one connection and return the bytes of all bodies.

    Raises
    ------
    RunError
        ``BENCH_FAILED`` for an answer other than 200 and 204.
    """
    connection = HTTPConnection(host, timeout=_TIMEOUT)
    total = 0
    for path in paths:
        connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
        answer = connection.getresponse()
        total += len(answer.read())
        if answer.status not in (200, 204):
            raise RunError("BENCH_FAILED", what=path, reason=f"{answer.status} {answer.reason}")
    connection.close()
    return total


def rate(host: str, paths: Sequence[str], requests: int) -> float:
    """Return requests per second of a few clients that walk through the paths in turns."""
    share = max(1, requests // CLIENTS)

    def work(client: int) -> None:
        endless = itertools.cycle(paths)
        first = client * share % len(paths)
        fetch(host, itertools.islice(endless, first, first + share))

    with ThreadPoolExecutor(CLIENTS) as pool:
        start = time.perf_counter()
        list(pool.map(work, range(CLIENTS)))
        return CLIENTS * share / (time.perf_counter() - start)


def seconds_of(host: str, path: str) -> float:
    """Return how long one answer takes, connection included."""
    start = time.perf_counter()
    fetch(host, [path])
    return time.perf_counter() - start
