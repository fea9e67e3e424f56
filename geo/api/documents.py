"""The documents of OGC API Features: landing page, conformance, collections, queryables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.api import axes, moments
from geo.api.conditions import GEOMETRY
from geo.api.here import GEOJSON, HTML, OPENAPI, SCHEMA, Here, Link, link
from geo.api.tilesets import TILES_CONFORMANCE, tileset_links
from geo.errors import NotFound
from geo.feature_store import FeatureStore
from geo.i18n import field_key, has_message
from geo.query import Snapshot

_FEATURES = "http://www.opengis.net/spec/ogcapi-features"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
_RELATION = "http://www.opengis.net/def/rel/ogc/1.0"
_GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
CONFORMANCE = (
    f"{_FEATURES}-1/1.0/conf/core",
    f"{_FEATURES}-1/1.0/conf/oas30",
    f"{_FEATURES}-1/1.0/conf/html",
    f"{_FEATURES}-1/1.0/conf/geojson",
    f"{_FEATURES}-2/1.0/conf/crs",
    f"{_FEATURES}-3/1.0/conf/queryables",
    f"{_FEATURES}-3/1.0/conf/queryables-query-parameters",
    f"{_FEATURES}-3/1.0/conf/filter",
    f"{_FEATURES}-3/1.0/conf/features-filter",
    f"{_CQL2}/cql2-text",
    f"{_CQL2}/basic-cql2",
    f"{_CQL2}/advanced-comparison-operators",
    f"{_CQL2}/basic-spatial-functions",
    f"{_CQL2}/basic-spatial-functions-plus",
    f"{_CQL2}/property-property",
)
"""What holds whatever is published; tiles are added where a layer has them."""

_SCHEMA_TYPES = {
    "text": "string",
    # May be a month or a year, so no `format` holds for it.
    "date": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}

Document = dict[str, Any]


def landing(here: Here, shown: Snapshot) -> Document:
    """Return the landing page: what this is and where its parts are."""
    site = shown.site["site"]
    return {
        "title": here.t("api.title", site=here.pick(site["title"])),
        "description": here.t("api.description"),
        "links": [
            *here.itself(title=here.t("api.link_this")),
            link(here.address("openapi.json"), "service-desc", OPENAPI, here.t("api.link_openapi")),
            link(here.address(f="html"), "service-doc", HTML, here.t("api.link_doc")),
            *here.both_forms("conformance", "conformance", title=here.t("api.link_conformance")),
            *here.both_forms("data", "collections", title=here.t("api.link_collections")),
            _licence(here, here.t("api.link_licences")),
        ],
    }


def conformance(here: Here, shown: Snapshot) -> Document:
    """Return the classes of requirements that are met."""
    has_tiles = any(layer.get("tiles") for layer in layers_of(shown))
    more = TILES_CONFORMANCE if has_tiles else ()
    return {
        "links": here.itself("conformance", title=here.t("api.link_this")),
        "conformsTo": [*CONFORMANCE, *more],
    }


def collections(here: Here, shown: Snapshot) -> Document:
    """Return the collections: one for every layer of the edition."""
    return {
        "links": here.itself("collections", title=here.t("api.link_this")),
        "crs": list(axes.CRS),
        "collections": [
            collection(here, layer, shown.store(layer["id"])) for layer in layers_of(shown)
        ],
    }


def layers_of(shown: Snapshot) -> list[Mapping[str, Any]]:
    """Return what is known of every layer.

    The tiles of the staff edition are for a browser that is signed in, and a token opens
    none, so there they are left out.
    """
    hidden = ("tiles",) if shown.edition == "staff" else ()
    return [{n: v for n, v in layer.items() if n not in hidden} for layer in shown.site["layers"]]


def layer_named(shown: Snapshot, name: str) -> Mapping[str, Any]:
    """Return what is known of a layer.

    Raises
    ------
    NotFound
        ``API_COLLECTION_UNKNOWN``.
    """
    for layer in layers_of(shown):
        if layer["id"] == name:
            return layer
    raise NotFound("API_COLLECTION_UNKNOWN", name=name[:60])


def collection(here: Here, layer: Mapping[str, Any], store: FeatureStore) -> Document:
    """Return what a collection is: title, source, licence, extent, systems and its links."""
    name, title = layer["id"], here.pick(layer["title"])
    document = {
        "id": name,
        "title": title,
        "description": _description(here, layer),
        "attribution": here.pick(layer["source"]),
        "licence": layer["licence"],
        "as_of": layer["as_of"],
        "natures": layer["natures"],
        "itemType": "feature",
        "crs": list(axes.CRS),
        "storageCrs": axes.CRS84,
        "links": _collection_links(here, layer, title),
    }
    extent = _extent(store)
    if extent:
        document["extent"] = extent
    return document


def queryables(here: Here, layer: Mapping[str, Any], store: FeatureStore) -> Document:
    """Return the properties that may be asked for, as a JSON schema."""
    place = {
        "title": here.t("api.geometry"),
        "format": "geometry-any",
        "x-ogc-role": "primary-geometry",
    }
    return {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$id": here.address("collections", layer["id"], "queryables"),
        "type": "object",
        "title": here.pick(layer["title"]),
        "properties": {
            GEOMETRY: place,
            **{
                name: _schema(here, field_title(here, layer["kind"], name), kind)
                for name, kind in store.fields.items()
            },
        },
        "additionalProperties": False,
    }


def field_title(here: Here, layer_kind: str, name: str) -> str:
    """Return what a property is called in the reader's language, else its own name."""
    key = field_key(layer_kind, name)
    return here.t(key) if has_message(key) else name


def item_links(here: Here, layer: Mapping[str, Any], **query: object) -> list[Link]:
    """Return the links from features to their collection and its licence."""
    name, title = layer["id"], here.pick(layer["title"])
    return [
        *here.both_forms("collection", "collections", name, title=title),
        _licence(here, layer["licence"]),
    ]


def _extent(store: FeatureStore) -> Document:
    """Return where the features are and of what time, as far as they say."""
    found, days = {}, moments.covered_days(store)
    if store.extent:
        found["spatial"] = {"bbox": [list(store.extent)], "crs": axes.CRS84}
    if days:
        found["temporal"] = {"interval": [moments.interval(days)], "trs": _GREGORIAN}
    return found


def _description(here: Here, layer: Mapping[str, Any]) -> str:
    words = [here.t(f"nature.{nature}") for nature in layer["natures"]]
    return here.t(
        "api.collection_description",
        title=here.pick(layer["title"]),
        natures=here.t("ui.list_separator").join(words) or "–",
        source=here.pick(layer["source"]),
        as_of=layer["as_of"],
        licence=layer["licence"],
    )


def _collection_links(here: Here, layer: Mapping[str, Any], title: str) -> list[Link]:
    name = layer["id"]
    schema = here.address("collections", name, "queryables", f="json")
    return [
        *here.itself("collections", name, title=title),
        *here.both_forms("items", "collections", name, "items", title=title, kind=GEOJSON),
        link(schema, f"{_RELATION}/queryables", SCHEMA, here.t("api.link_queryables")),
        link(schema, "describedby", SCHEMA, here.t("api.link_queryables")),
        _licence(here, layer["licence"]),
        *tileset_links(here, layer),
    ]


def _licence(here: Here, text: str) -> Link:
    return link(f"{here.page('about')}#sources", "license", HTML, text)


def _schema(here: Here, title: str, kind: str) -> Document:
    found = {"type": _SCHEMA_TYPES[kind], "title": title}
    if kind == "date":
        found["description"] = here.t("api.date_means")
    return found
