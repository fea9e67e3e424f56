"""``/tiles``: vector tiles of both editions, and what programs must know to ask for them.

Tiles of the public edition seldom come as far as here: :class:`geo.web.ready_tiles.ReadyTiles`
answers them, and leaves the words for what is not there.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from geo.errors import NotFound
from geo.query import Snapshot
from geo.web.current import full_address, library, snapshot
from geo.web.ready_tiles import CURRENT, PINNED, PRIVATE, Asked, answer_tile, read_tile
from geo.web.session import current_user, demand, keep_private, requires

blueprint = Blueprint("tiles", __name__)

_TILEJSON = "3.0.0"


@blueprint.get("/tiles/<layer>/<zoom>/<x>/<y>.mvt")
def tile(layer: str, zoom: str, x: str, y: str) -> Response:
    """Answer a tile; of the staff edition to those who are signed in."""
    if _is_staff():
        return _private_tile()
    found = _public()
    return keep_private(_tile_of(found, PRIVATE)) if _is_prepared() else _tile_of(found, _caching())


@blueprint.get("/tiles/<layer>.json")
def tilejson(layer: str) -> Response:
    """Answer what a program must know of a layer's tiles, as TileJSON."""
    if _is_staff():
        return _private_tilejson(layer)
    response = jsonify(_tilejson(_public(), layer))
    if _is_prepared():
        return keep_private(response)
    response.headers["Cache-Control"] = _caching()
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@requires("viewer")
def _private_tile() -> Response:
    return _tile_of(_staff(), PRIVATE)


@requires("viewer")
def _private_tilejson(layer: str) -> Response:
    return jsonify(_tilejson(_staff(), layer))


def _is_staff() -> bool:
    """Whether the staff edition is asked for; another name than the two is none of ours."""
    asked = request.args.get("edition", "public")
    if asked not in ("public", "staff"):
        raise NotFound("FILE_UNKNOWN", name=asked[:40])
    return asked == "staff"


def _is_prepared() -> bool:
    """Whether a version is asked for that only its preview shows."""
    version = request.args.get("v", "")
    return version != "" and not library().was_published(version)


def _public() -> Snapshot:
    """Return the public edition; of a version that is only prepared, to the staff alone."""
    version = request.args.get("v")
    if not version:
        return snapshot()
    user = current_user()
    if user is not None and user.may("staff"):
        return library().version(version, "public")
    return library().published(version, "public")


def _staff() -> Snapshot:
    """Return the staff edition; of a version that is only prepared, to the staff alone."""
    version = request.args.get("v")
    if not version:
        return library().current("staff")
    if not library().was_published(version):
        demand("staff")
    return library().version(version, "staff")


def _caching() -> str:
    return PINNED if request.args.get("v") else CURRENT


def _tile_of(found: Snapshot, caching: str) -> Response:
    header = request.headers.get
    asked = Asked(request.method, header("Accept-Encoding", ""), header("If-None-Match", ""))
    tile = read_tile(found, request.path)
    status, headers, body = answer_tile(tile, asked, found.version, caching)
    return Response(body, status, headers)


def _tilejson(found: Snapshot, layer: str) -> dict[str, Any]:
    archive = found.tiles(layer)
    handed_on = {name: request.args.get(name) for name in ("v", "edition")}
    place = full_address(f"tiles/{layer}/", **handed_on)
    path, mark, query = place.partition("?")
    document = {
        "tilejson": _TILEJSON,
        "name": archive.metadata["name"],
        "attribution": archive.metadata["attribution"],
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [f"{path}{{z}}/{{x}}/{{y}}.mvt{mark}{query}"],
        "minzoom": archive.minzoom,
        "maxzoom": archive.maxzoom,
        "vector_layers": archive.layers,
    }
    return document if archive.bounds is None else {**document, "bounds": archive.bounds}
