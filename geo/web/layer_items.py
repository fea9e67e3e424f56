"""Features of layers that are too large for one file: one by its key, some a page at a time.

Beside the published files, by version, and as they are: the answers never change.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from geo.errors import NotFound
from geo.layer_items import MOST, Asked, find_items
from geo.query import Snapshot
from geo.web.current import library
from geo.web.pages import edition_named
from geo.web.session import demand, keep_private, requires

blueprint = Blueprint("layer_items", __name__)

_PUBLIC = "/layers/<version>/<layer>/items"
_STAFF = "/staff/layers/<version>/<edition>/<layer>/items"
_LONGEST = 200
"""Characters of a query that are read."""


@blueprint.get(_PUBLIC)
def items(version: str, layer: str) -> Response:
    """Answer some features of a public layer."""
    return _keep(_items(library().published(version, "public"), layer))


@blueprint.get(f"{_PUBLIC}/<path:key>")
def item(version: str, layer: str, key: str) -> Response:
    """Answer one feature of a public layer."""
    return _keep(_item(library().published(version, "public"), layer, key))


@blueprint.get(_STAFF)
@requires("viewer")
def staff_items(version: str, edition: str, layer: str) -> Response:
    """Answer some features of a layer of an edition."""
    return keep_private(_items(_edition(version, edition), layer))


@blueprint.get(f"{_STAFF}/<path:key>")
@requires("viewer")
def staff_item(version: str, edition: str, layer: str, key: str) -> Response:
    """Answer one feature of a layer of an edition."""
    return keep_private(_item(_edition(version, edition), layer, key))


def _edition(version: str, edition: str) -> Snapshot:
    if not library().was_published(version):
        demand("staff")
    return library().version(version, edition_named(edition))


def _items(shown: Snapshot, layer: str) -> Response:
    values = request.args
    asked = Asked(
        words=tuple(values.get("q", "")[:_LONGEST].split()),
        on_offer=values.get("offer") == "1",
        places=tuple(place for place in values.get("at", "").split(",") if place),
    )
    after = values.get("after", 0, type=int)
    limit = values.get("limit", MOST, type=int)
    body = find_items(shown, layer, asked, after=max(0, after), limit=limit)
    return Response(body, content_type="application/json")


def _item(shown: Snapshot, layer: str, key: str) -> Response:
    body = shown.store(layer).get(key)
    if body is None:
        raise NotFound("API_FEATURE_UNKNOWN", name=layer[:60], key=key[:60])
    return Response(body, content_type="application/geo+json")


def _keep(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
