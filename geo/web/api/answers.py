"""Answers of the API: documents with entity tags, and who may keep and read them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from geo.api.here import JSON
from geo.query import Snapshot
from geo.web.api.asking import edition

_WORTH_PACKING = 1_000
_OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Expose-Headers": "Content-Crs, ETag, Link",
}


def is_api(path: str) -> bool:
    """Whether a path below the application is one of the API."""
    return path == "/api" or path.startswith("/api/")


def document(content: Mapping[str, Any], shown: Snapshot, *, content_type: str = JSON) -> Response:
    """Return a JSON document that is the same for as long as the snapshot is current."""

    def write() -> bytes:
        return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")

    return answer(write, shown, content_type=content_type)


def answer(write: Callable[[], bytes], shown: Snapshot, *, content_type: str) -> Response:
    """Return what ``write`` makes, or that the reader has it already, without making it.

    What is answered follows from the snapshot and the address, so the entity tag does too; it
    is a weak one, for a page of features bears the time at which it was made.
    """
    response = Response(content_type=content_type)
    response.set_etag(_tag(shown), weak=True)
    # One that names its snapshot stays right for as long as it can be asked for.
    is_pinned = "snapshot" in request.args
    response.headers["Cache-Control"] = "public, max-age=3600" if is_pinned else "no-cache"
    response.make_conditional(request)
    if response.status_code != 304:
        _fill(response, write())
    return response


def protect(response: Response) -> Response:
    """Return an answer of the API with what browsers and caches must know of it."""
    for name in ("Accept", "Accept-Language", "Accept-Encoding", "Authorization"):
        response.vary.add(name)
    if "Authorization" in request.headers:
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    else:
        response.headers.update(_OPEN_TO_ALL)
    return response


def _fill(response: Response, body: bytes) -> None:
    if len(body) >= _WORTH_PACKING and request.accept_encodings["gzip"] > 0:
        body = gzip.compress(body, compresslevel=4, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    response.data = body


def _tag(shown: Snapshot) -> str:
    given = [(name, values) for name, values in sorted(request.args.lists())]
    headers = [request.headers.get(name, "") for name in ("Accept", "Accept-Language")]
    parts = [shown.version, edition(), request.url_root, request.path, given, *headers]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]
