"""The addresses of the API. Each is a document for programs and a page for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, request

from geo.api import documents, items, openapi, tilesets
from geo.api.axes import CRS84, read_crs
from geo.api.here import GEOJSON, HTML, OPENAPI, SCHEMA, Here, link
from geo.api.parameters import check_names, read_items_query
from geo.errors import NotFound
from geo.query import Snapshot
from geo.web.api import pages
from geo.web.api.answers import answer, document, is_api, protect
from geo.web.api.asking import arguments, asked_snapshot, asks_page, here
from geo.web.pages import public_page

blueprint = Blueprint("api", __name__)

Describe = Callable[[Here, Snapshot], dict[str, Any]]


def register(app: Flask) -> None:
    """Let every answer below ``/api`` say who may read and keep it, errors too."""
    app.register_blueprint(blueprint)
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    return protect(response) if is_api(request.path) else response


@blueprint.get("/api")
@blueprint.get("/api/")
def landing_page() -> Response:
    """Answer what the API is and where its parts are."""
    return _simple("api.html", documents.landing, pages.landing)


@blueprint.get("/api/conformance")
def conformance_page() -> Response:
    """Answer the classes of requirements that the API meets."""
    return _simple("api_conformance.html", documents.conformance, pages.conformance)


@blueprint.get("/api/collections")
def collections_page() -> Response:
    """Answer the collections, one for every layer."""
    return _simple("api_collections.html", documents.collections, pages.collections)


@blueprint.get("/api/openapi.json")
def openapi_document() -> Response:
    """Answer the description of the API; for programs alone."""
    check_names(arguments())
    shown = asked_snapshot()
    return document(openapi.openapi(here(), shown), shown, content_type=OPENAPI)


@blueprint.get("/api/collections/<collection_id>")
def collection_page(collection_id: str) -> Response:
    """Answer what a collection is."""
    check_names(arguments())
    shown = asked_snapshot()
    layer = documents.layer_named(shown, collection_id)
    if asks_page():
        return public_page("api_collection.html", pages.collection, collection_id, query=_pairs())
    return document(documents.collection(here(), layer, shown.store(collection_id)), shown)


@blueprint.get("/api/collections/<collection_id>/queryables")
def queryables_page(collection_id: str) -> Response:
    """Answer the properties that may be asked for."""
    check_names(arguments())
    shown = asked_snapshot()
    layer = documents.layer_named(shown, collection_id)
    if asks_page():
        return public_page("api_queryables.html", pages.collection, collection_id, query=_pairs())
    content = documents.queryables(here(), layer, shown.store(collection_id))
    return document(content, shown, content_type=SCHEMA)


@blueprint.get("/api/collections/<collection_id>/items")
def items_page(collection_id: str) -> Response:
    """Answer a page of features.

    Raises
    ------
    NotFound
        ``API_COLLECTION_UNKNOWN``, ``API_SNAPSHOT_GONE``.
    BadRequest
        For a parameter that cannot be understood.
    """
    given = arguments()
    shown = asked_snapshot()
    layer = documents.layer_named(shown, collection_id)
    store = shown.store(collection_id)
    query = read_items_query(given, store.fields)
    if asks_page():
        return public_page(
            "api_items.html", pages.items, collection_id, _pairs(), query=_pairs(), keep=False
        )

    def write() -> bytes:
        page = items.read_page(store, query)
        stamp = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        links = [*_items_links(collection_id, shown, page), *documents.item_links(here(), layer)]
        return items.collection_text(page, links, stamp=stamp)

    response = answer(write, shown, content_type=GEOJSON)
    response.headers["Content-Crs"] = f"<{query.crs}>"
    return response


@blueprint.get("/api/collections/<collection_id>/items/<path:feature_id>")
def item_page(collection_id: str, feature_id: str) -> Response:
    """Answer a single feature.

    Raises
    ------
    NotFound
        ``API_COLLECTION_UNKNOWN``, ``API_FEATURE_UNKNOWN``.
    """
    given = check_names(arguments(), "crs")
    crs = read_crs("crs", given.get("crs"))
    shown = asked_snapshot()
    layer = documents.layer_named(shown, collection_id)
    feature = shown.store(collection_id).get(feature_id)
    if feature is None:
        raise NotFound("API_FEATURE_UNKNOWN", name=collection_id, key=feature_id[:60])
    if asks_page():
        return public_page(
            "api_item.html", pages.item, collection_id, feature_id, query=_pairs(), keep=False
        )
    asked = {} if crs == CRS84 else {"crs": crs}
    links = [
        *here().itself(
            "collections",
            collection_id,
            "items",
            feature_id,
            title=feature_id,
            kind=GEOJSON,
            **asked,
        ),
        *documents.item_links(here(), layer),
    ]
    response = answer(lambda: items.feature_text(feature, links, crs), shown, content_type=GEOJSON)
    response.headers["Content-Crs"] = f"<{crs}>"
    return response


@blueprint.get("/api/collections/<collection_id>/tiles")
def tilesets_document(collection_id: str) -> Response:
    """Answer the tilesets of a collection; for programs alone.

    Raises
    ------
    NotFound
        ``API_TILES_NONE`` if it has none.
    """
    return _of_layer(collection_id, tilesets.tilesets)


@blueprint.get(f"/api/collections/<collection_id>/tiles/{tilesets.MATRIX_SET}")
def tileset_document(collection_id: str) -> Response:
    """Answer where the tiles of a collection are; for programs alone.

    Raises
    ------
    NotFound
        ``API_TILES_NONE`` if it has none.
    """
    return _of_layer(collection_id, tilesets.tileset)


def _simple(template: str, describe: Describe, contents: pages.Contents) -> Response:
    check_names(arguments())
    shown = asked_snapshot()
    if asks_page():
        return public_page(template, contents, query=_pairs())
    return document(describe(here(), shown), shown)


def _of_layer(name: str, describe: Callable[..., dict[str, Any]]) -> Response:
    check_names(arguments())
    shown = asked_snapshot()
    layer = documents.layer_named(shown, name)
    return document(describe(here(), layer), shown)


def _items_links(name: str, shown: Snapshot, page: items.Page) -> list[dict[str, Any]]:
    """Return the links of a page to itself and to its neighbours in the same snapshot."""
    at, given = here(), dict(_pairs())
    title = at.t("api.link_this")
    plain = {n: v for n, v in given.items() if n != "f"}
    own = [
        link(at.address("collections", name, "items", **given), "self", GEOJSON, title),
        link(
            at.address("collections", name, "items", **plain, f="html"),
            "alternate",
            HTML,
            title,
        ),
    ]
    first = 0 if "after" in given else None
    for rel, after in (("first", first), ("prev", page.previous_after), ("next", page.next_after)):
        if after is not None:
            # No row stands before the first page, so it needs none in its address.
            asked = given | {"snapshot": shown.version, "after": after or None}
            address = at.address("collections", name, "items", **asked)
            own.append(link(address, rel, GEOJSON, at.t(f"api.link_{rel}")))
    return own


def _pairs() -> tuple[tuple[str, str], ...]:
    """Return the parameters of the address without the language, in their order."""
    return tuple((name, value) for name, value in request.args.items() if name != "lang")
