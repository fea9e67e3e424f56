"""Published files: layers by version, the static tree by its hash. Both never change.

They are answered in front of the application, so that a ready file costs little more than
an empty reply: no routing, no templates, and a small body stays in memory.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from werkzeug.http import parse_accept_header, parse_etags
from werkzeug.wsgi import wrap_file

from geo.errors import GeoError
from geo.query import Library, StoredFile
from geo.web.logs import log_request
from geo.web.security import FILE_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_IMMUTABLE = "public, max-age=31536000, immutable"
_SMALL = 250_000
"""Bytes below which a body stays in memory, of 256 files at most."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".geojson": "application/geo+json",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class _Ready:
    """An answer as it goes out; a large body is read anew each time, piece by piece."""

    etag: str
    headers: list[tuple[str, str]]
    path: Path
    size: int
    body: bytes | None

    def read(self, environ: WSGIEnvironment) -> Iterable[bytes]:
        # The server sends a file by itself: no thread waits for a reader who is slow.
        return wrap_file(environ, self.path.open("rb")) if self.body is None else [self.body]


class ReadyFiles:
    """WSGI middleware that answers published files; the rest goes to the application.

    Parameters
    ----------
    app
        Answers every other address, also those of files that do not exist.
    library
        The snapshots that are served.
    """

    def __init__(self, app: WSGIApplication, library: Library) -> None:
        self._app = app
        self._library = library
        self._find = lru_cache(maxsize=256)(self._look_up)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a file, or let the application answer."""
        started = time.perf_counter()
        path = environ["PATH_INFO"]
        if path[:8] not in ("/assets/", "/layers/"):
            return self._app(environ, start_response)
        try:
            status, headers, body = self._answer(path, environ)
        except (GeoError, OSError):
            # The application has the words for what is not there.
            return self._app(environ, start_response)
        start_response(status, headers)
        log_request(environ["REQUEST_METHOD"], path, int(status[:3]), started)
        return body

    def _answer(
        self, path: str, environ: WSGIEnvironment
    ) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
        ready = self._find(path, accepted_encodings(environ.get("HTTP_ACCEPT_ENCODING", "")))
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return "405 Method Not Allowed", [("Allow", "GET, HEAD"), *FILE_HEADERS], []
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and parse_etags(known).contains_weak(ready.etag):
            return "304 Not Modified", ready.headers, []
        headers = [*ready.headers, ("Content-Length", str(ready.size))]
        return "200 OK", headers, ready.read(environ) if method == "GET" else []

    def _look_up(self, path: str, accepted: tuple[str, ...]) -> _Ready:
        _, folder, key, *names = path.split("/")
        name = "/".join(names)
        if folder == "assets":
            file = self._library.assets(key).file(name)
        else:
            file = self._library.published(key, "public").served_file(name)
        return _prepare(file, accepted)


@lru_cache(maxsize=128)
def accepted_encodings(header: str) -> tuple[str, ...]:
    """Return the encodings of ours that a request accepts, the best first."""
    found = parse_accept_header(header)
    return tuple(name for name in ("br", "gzip") if found.quality(name) > 0)


def describe(file: StoredFile, accepted: tuple[str, ...]) -> tuple[Path, str, dict[str, str]]:
    """Return where the body lies that suits a reader, its entity tag, and what it is."""
    path, encoding = file.choose(accepted)
    etag = f"{file.sha256[:20]}{'-' + encoding if encoding else ''}"
    suffix = PurePosixPath(file.path.name).suffix
    headers = {
        "Content-Type": _TYPES.get(suffix, "application/octet-stream"),
        "Vary": "Accept-Encoding",
        **dict(FILE_HEADERS),
        **({"Content-Encoding": encoding} if encoding else {}),
    }
    return path, etag, headers


def _prepare(file: StoredFile, accepted: tuple[str, ...]) -> _Ready:
    path, etag, kind = describe(file, accepted)
    headers = [("Cache-Control", _IMMUTABLE), ("ETag", f'"{etag}"'), *kind.items()]
    size = path.stat().st_size
    return _Ready(etag, headers, path, size, path.read_bytes() if size < _SMALL else None)
