"""Published files: layers by version, the static tree by its hash. Both never change."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import Blueprint, Response, request

from geo.query import StoredFile
from geo.web.current import library

blueprint = Blueprint("files", __name__)

_IMMUTABLE = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".geojson": "application/geo+json",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@blueprint.get("/assets/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """Answer a file of the static tree."""
    return send(library().assets(digest).file(name))


@blueprint.get("/layers/<version>/<name>")
def layer(version: str, name: str) -> Response:
    """Answer a public file of a kept version."""
    return send(library().version(version, "public").file(name))


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Answer the icon that browsers ask for unasked."""
    digest = library().current("public").manifest["assets"]
    return send(library().assets(digest).file("favicon.svg"))


def send(file: StoredFile) -> Response:
    """Return the file in the best encoding that the client accepts, or 304."""
    accepted = tuple(e for e in ("br", "gzip") if request.accept_encodings[e] > 0)
    body, encoding = file.read(accepted)
    mimetype = _TYPES.get(PurePosixPath(file.path.name).suffix, "application/octet-stream")
    response = Response(body, content_type=mimetype)
    response.headers["Cache-Control"] = _IMMUTABLE
    response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.set_etag(f"{file.sha256[:20]}{'-' + encoding if encoding else ''}")
    response.make_conditional(request)
    return response
