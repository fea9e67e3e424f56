"""``/downloads``: every public layer and table as a file, made at publish, answered as it lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, send_file

from geo.query import Snapshot
from geo.web.current import library, root, snapshot
from geo.web.pages import public_page
from geo.wording import Wording

blueprint = Blueprint("downloads", __name__)

FOLDER = "downloads"
"""Where the files lie in a public edition."""

INDEX = "index.json"
"""Name of the list of all files, as :mod:`geo.export.downloads` writes it."""

FORMATS = ("geojson", "gpkg", "geoparquet", "fgb", "csv")
"""In the order of the page, as :data:`geo.export.downloads.FORMATS` has them."""

_IMMUTABLE = "public, max-age=31536000, immutable"
_TYPES = {
    ".csv": "text/csv",  # werkzeug adds the encoding
    ".fgb": "application/flatgeobuf",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
}


@blueprint.get("/downloads")
def downloads_page() -> Response:
    """Answer what there is to download, in which formats, and what it is."""
    return public_page("downloads.html", downloads_contents)


@blueprint.get("/downloads/<name>")
def current_file(name: str) -> Response:
    """Lead to a file of the version that is published now.

    Raises
    ------
    NotFound
        ``FILE_UNKNOWN``.
    """
    shown = snapshot()
    shown.file(f"{FOLDER}/{name}")
    response = make_response(redirect(f"{root()}{FOLDER}/{shown.version}/{quote(name)}"))
    response.headers["Cache-Control"] = "no-cache"
    return _for_any_site(response)


@blueprint.get("/downloads/<version>/<name>")
def file_of_version(version: str, name: str) -> Response:
    """Answer a file of a version that is or was published; it never changes.

    Raises
    ------
    NotFound
        ``VERSION_UNKNOWN``, ``FILE_UNKNOWN``.
    """
    file = library().published(version, "public").file(f"{FOLDER}/{name}")
    stem, suffix = PurePosixPath(name).stem, file.path.suffix
    response = send_file(
        file.path,
        mimetype=_TYPES.get(suffix, "application/octet-stream"),
        as_attachment=name != INDEX,
        download_name=f"{stem}-{version}{suffix}",
        etag=file.sha256[:20],
        last_modified=None,
    )
    response.headers["Cache-Control"] = _IMMUTABLE
    return _for_any_site(response)


def downloads_contents(shown: Snapshot, w: Wording) -> Mapping[str, object]:
    """Return what the page shows; no entries of a version that was published without files."""
    name = f"{FOLDER}/{INDEX}"
    if not shown.has(name):
        return {"groups": [], "metres": 0}
    index = shown.document(name)
    entries = [_entry(entry, w) for entry in index["entries"]]
    groups = {
        "layers": [entry for entry in entries if entry["crs"]],
        "tables": [entry for entry in entries if not entry["crs"]],
    }
    return {
        "groups": [(group, found) for group, found in groups.items() if found],
        "metres": index["precision_m"],
    }


def _entry(entry: Mapping[str, Any], w: Wording) -> dict[str, Any]:
    files = [{**file, "shown_size": size_text(file["size"])} for file in entry["files"]]
    return {**entry, "files": files, "absent": _absent(entry, w)}


def _absent(entry: Mapping[str, Any], w: Wording) -> list[str]:
    """Return the formats that a layer of very many records does not come in."""
    made = [file["format"] for file in entry["files"]]
    absent = [name for name in FORMATS if name not in made] if entry["crs"] else []
    return [w.t(f"downloads.format_{name}") for name in absent]


def size_text(count: int) -> str:
    """Return a number of bytes as a reader sees it.

    >>> size_text(20), size_text(323_584), size_text(305_167_808)
    ('1 kB', '324 kB', '305.2 MB')
    """
    kilobytes = max(round(count / 1000), 1)
    return f"{kilobytes} kB" if kilobytes < 1000 else f"{count / 1_000_000:.1f} MB"


def _for_any_site(response: Response) -> Response:
    """Let pages of others read a file, also parts of it, as a map of theirs does."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Content-Length, Content-Range, ETag"
    return response
