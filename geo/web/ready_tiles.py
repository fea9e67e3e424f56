"""Public vector tiles, ready as they lie in their archive.

They are answered in front of the application, and the last ones stay in memory: a map asks for
dozens at every step of its reader.
"""

from __future__ import annotations

import re
import sqlite3
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from werkzeug.http import parse_etags

from geo.errors import GeoError, NotFound
from geo.query import Library, Snapshot
from geo.web.files import accepted_encodings
from geo.web.logs import log_request
from geo.web.security import FILE_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Answer = tuple[str, list[tuple[str, str]], bytes]
"""Status line, headers and body."""

_ADDRESS = re.compile(r"/tiles/([a-z][a-z0-9_]{0,39})/(\d{1,2})/(\d{1,9})/(\d{1,9})\.mvt", re.ASCII)
_TYPE = ("Content-Type", "application/vnd.mapbox-vector-tile")
_VARY = ("Vary", "Accept-Encoding")
PINNED = "public, max-age=31536000, immutable"
"""How an answer may be kept whose address names its version."""

CURRENT = "public, max-age=60"
"""How one may be kept whose address does not."""

_MOMENT = 0.2
"""Seconds until the pointer is read again: to read it for each tile halves the rate, and an
answer without a version may be kept for a minute anyway."""

PRIVATE = "private, no-store"

_FOR_ALL = ("Access-Control-Allow-Origin", "*")
"""Maps of others may draw what is public."""

_GZIP_WINDOW = 31
"""Tells zlib to take what gzip wrote."""


@dataclass(frozen=True)
class Asked:
    """What a request says: its method, Accept-Encoding and If-None-Match."""

    method: str
    encodings: str
    known: str


class TileCache:
    """Tiles as they were read, those asked for last; safe among threads.

    Parameters
    ----------
    limit
        Bytes of tiles that are kept at most.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._tiles: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> bytes | None:
        """Return a tile that is kept."""
        with self._lock:
            tile = self._tiles.get(key)
            if tile is not None:
                self._tiles.move_to_end(key)
            return tile

    def put(self, key: tuple[str, str], tile: bytes) -> None:
        """Keep a tile, and let those go that were asked for longest ago."""
        with self._lock:
            self._size += _cost(tile) - _cost(self._tiles.pop(key, None))
            self._tiles[key] = tile
            while self._size > self._limit:
                self._size -= _cost(self._tiles.popitem(last=False)[1])


class ReadyTiles:
    """WSGI middleware that answers tiles of the public edition; the rest goes to the application.

    Parameters
    ----------
    app
        Answers every other address, also those of tiles that do not exist.
    library
        The snapshots that are served.
    limit
        Bytes of tiles that are kept in memory at most.
    """

    def __init__(self, app: WSGIApplication, library: Library, limit: int = 64_000_000) -> None:
        self._app = app
        self._library = library
        self._cache = TileCache(limit)
        # A version that was published stays so; to look it up reads the whole log.
        self._pinned = lru_cache(maxsize=32)(lambda v: library.published(v, "public"))
        self._seen: tuple[float, Snapshot | None] = (0.0, None)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a tile, or let the application answer."""
        started = time.perf_counter()
        path = environ["PATH_INFO"]
        if not path.startswith("/tiles/") or not path.endswith(".mvt"):
            return self._app(environ, start_response)
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if query.get("edition", ["public"]) != ["public"]:
            return self._app(environ, start_response)
        try:
            status, headers, body = self._answer(environ, query.get("v", [""])[0])
        except (GeoError, OSError, sqlite3.Error):
            # The application has the words for what is not there, or no longer.
            return self._app(environ, start_response)
        start_response(status, headers)
        log_request(environ["REQUEST_METHOD"], path, int(status[:3]), started)
        return [body]

    def _answer(self, environ: WSGIEnvironment, version: str) -> Answer:
        snapshot = self._pinned(version) if version else self._current()
        asked = Asked(
            environ["REQUEST_METHOD"],
            environ.get("HTTP_ACCEPT_ENCODING", ""),
            environ.get("HTTP_IF_NONE_MATCH", ""),
        )
        tile = self._tile(snapshot, environ["PATH_INFO"])
        return answer_tile(tile, asked, snapshot.version, PINNED if version else CURRENT)

    def _current(self) -> Snapshot:
        """Return the snapshot that is current, or was so a moment ago."""
        until, found = self._seen
        if found is None or time.monotonic() >= until:
            found = self._library.current("public")
            self._seen = (time.monotonic() + _MOMENT, found)
        return found

    def _tile(self, snapshot: Snapshot, path: str) -> bytes:
        key = (snapshot.version, path)
        tile = self._cache.get(key)
        if tile is None:
            tile = read_tile(snapshot, path)
            self._cache.put(key, tile)
        return tile


def read_tile(snapshot: Snapshot, path: str) -> bytes:
    """Return the tile of an address compressed with gzip, nothing for an empty one.

    Raises
    ------
    NotFound
        ``TILES_MISSING`` or ``TILE_UNKNOWN``.
    """
    found = _ADDRESS.fullmatch(path)
    if found is None:
        raise NotFound("TILES_MISSING", layer=path[:60])
    layer, *place = found.groups()
    zoom, x, y = map(int, place)
    return snapshot.tiles(layer).tile(zoom, x, y) or b""


def answer_tile(tile: bytes, asked: Asked, version: str, caching: str) -> Answer:
    """Return the answer with a tile of a version, as the reader can take it."""
    packed = "gzip" in accepted_encodings(asked.encodings) and bool(tile)
    headers = [*_headers(version, caching, packed=packed)]
    if asked.method not in ("GET", "HEAD"):
        return "405 Method Not Allowed", [("Allow", "GET, HEAD"), *FILE_HEADERS], b""
    if asked.known and parse_etags(asked.known).contains_weak(_tag(version, packed)):
        return "304 Not Modified", headers, b""
    if not tile:
        return "204 No Content", headers, b""
    body = tile if packed else zlib.decompress(tile, _GZIP_WINDOW)
    sized = [*headers, _TYPE, ("Content-Length", str(len(body)))]
    return "200 OK", sized, body if asked.method == "GET" else b""


@lru_cache(maxsize=64)
def _headers(version: str, caching: str, *, packed: bool) -> list[tuple[str, str]]:
    encoding = [("Content-Encoding", "gzip")] if packed else []
    etag = ("ETag", f'"{_tag(version, packed)}"')
    shared = [] if caching == PRIVATE else [_FOR_ALL]
    return [("Cache-Control", caching), etag, _VARY, *encoding, *shared, *FILE_HEADERS]


def _tag(version: str, packed: bool) -> str:
    """Return the entity tag: what a version holds at an address never changes."""
    return f"{version}-gzip" if packed else version


def _cost(tile: bytes | None) -> int:
    """Return the bytes that a tile takes with its key."""
    return 0 if tile is None else len(tile) + 300
