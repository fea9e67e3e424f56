"""The description of the API as OpenAPI 3.0: every address, parameter and answer.

Each collection has addresses of its own here, for the properties that may be asked for differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.api import axes, schemas
from geo.api.cql import LONGEST
from geo.api.documents import field_title, layers_of
from geo.api.here import GEOJSON, HTML, JSON, OPENAPI, PROBLEM, SCHEMA, Here
from geo.api.parameters import BOOLEANS, DEFAULT_LIMIT, FILTER_LANGUAGE, LARGEST_INTEGER, MOST
from geo.i18n import LANGUAGES
from geo.query import Snapshot

Part = dict[str, Any]

_TYPES: dict[str, Part] = {
    "text": {"type": "string", "maxLength": 500},
    "date": {"type": "string", "maxLength": 500},
    "integer": {
        "type": "integer",
        "minimum": -LARGEST_INTEGER,
        "maximum": LARGEST_INTEGER,
    },
    "number": {"type": "number"},
    "boolean": {"type": "string", "enum": list(BOOLEANS)},
}


def openapi(here: Here, shown: Snapshot) -> Part:
    """Return the description of the API of a snapshot's edition."""
    site = shown.site["site"]
    paths: Part = {
        "/": _get(here, "landing", "landingPage", {JSON: "landingPage", HTML: ""}),
        "/conformance": _get(here, "conformance", "conformance", {JSON: "confClasses", HTML: ""}),
        "/collections": _get(here, "collections", "collections", {JSON: "collections", HTML: ""}),
        "/openapi.json": _get(here, "openapi", "openapi", {OPENAPI: ""}),
    }
    for layer in layers_of(shown):
        paths |= _paths_of(here, layer, shown.store(layer["id"]).fields)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": here.t("api.title", site=here.pick(site["title"])),
            "description": here.t("api.description"),
            "version": shown.version,
        },
        "servers": [{"url": f"{here.root}api"}],
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "parameters": _parameters(here),
            "schemas": schemas.SCHEMAS,
            "responses": _errors(here),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": here.t("api.token_means"),
                }
            },
        },
    }


def _paths_of(here: Here, layer: Mapping[str, Any], fields: Mapping[str, str]) -> Part:
    name = layer["id"]
    base, key = f"/collections/{name}", f"_{name}"
    feature_id = {
        "name": "featureId",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1},
        "description": here.t("api.p_feature_id"),
    }
    paths = {
        base: _get(here, "collection", f"collection{key}", {JSON: "collection", HTML: ""}),
        f"{base}/queryables": _get(
            here, "queryables", f"queryables{key}", {SCHEMA: "queryables", HTML: ""}
        ),
        f"{base}/items": _get(
            here,
            "items",
            f"items{key}",
            {GEOJSON: "featureCollection", HTML: ""},
            [*_items_parameters(), *_property_parameters(here, layer["kind"], fields)],
            pinned=True,
        ),
        f"{base}/items/{{featureId}}": _get(
            here,
            "item",
            f"item{key}",
            {GEOJSON: "feature", HTML: ""},
            [feature_id, _ref("crs")],
            missing=True,
        ),
    }
    if layer.get("tiles"):
        paths[f"{base}/tiles"] = _get(here, "tilesets", f"tilesets{key}", {JSON: "tilesets"})
        paths[f"{base}/tiles/WebMercatorQuad"] = _get(
            here, "tileset", f"tileset{key}", {JSON: "tileset"}
        )
    return paths


def _get(
    here: Here,
    words: str,
    operation: str,
    answers: Mapping[str, str],
    parameters: list[Part] | None = None,
    *,
    pinned: bool = False,
    missing: bool = False,
) -> Part:
    """Return an address that can be read; ``answers`` are schemas by media type."""
    content = {kind: {"schema": _schema_of(kind, schema)} for kind, schema in answers.items()}
    summary = here.t(f"api.op_{words}")
    common = [_ref("f"), _ref("lang")] if HTML in answers else [_ref("f_json"), _ref("lang")]
    responses: Part = {
        "200": {"description": summary, "content": content},
        **{code: {"$ref": f"#/components/responses/{code}"} for code in ("400", "401", "429")},
    }
    for code, wanted in (("404", missing), ("410", pinned), ("503", pinned)):
        if wanted:
            responses[code] = {"$ref": f"#/components/responses/{code}"}
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": [*common, *(parameters or [])],
            "responses": responses,
        }
    }


def _schema_of(kind: str, name: str) -> Part:
    if name:
        return {"$ref": f"#/components/schemas/{name}"}
    return {"type": "string" if kind == HTML else "object"}


def _items_parameters() -> list[Part]:
    names = ("bbox", "bbox-crs", "datetime", "limit", "crs", "filter", "filter-lang", "filter-crs")
    return [_ref(name) for name in (*names, "snapshot", "after")]


def _property_parameters(here: Here, layer_kind: str, fields: Mapping[str, str]) -> list[Part]:
    return [
        _query(name, _TYPES[kind], field_title(here, layer_kind, name))
        for name, kind in fields.items()
    ]


def _query(name: str, schema: Part, description: str, **more: object) -> Part:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        **more,
    }


def _ref(name: str) -> Part:
    return {"$ref": f"#/components/parameters/{name}"}


def _parameters(here: Here) -> Part:
    crs = {"type": "string", "enum": list(axes.CRS), "default": axes.CRS84}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
    text = {"type": "string", "minLength": 1}
    whole = {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}
    listed: tuple[tuple[str, Part, str], ...] = (
        ("f", {"type": "string", "enum": ["json", "html"]}, "api.p_f"),
        ("lang", {"type": "string", "enum": list(LANGUAGES)}, "api.p_lang"),
        ("bbox-crs", crs, "api.p_bbox_crs"),
        ("datetime", {**text, "format": "rfc3339-interval"}, "api.p_datetime"),
        ("limit", limit, "api.p_limit"),
        ("crs", crs, "api.p_crs"),
        ("filter", {**text, "maxLength": LONGEST, "format": "cql2-text"}, "api.p_filter"),
        ("filter-lang", {"type": "string", "enum": [FILTER_LANGUAGE]}, "api.p_filter_lang"),
        ("filter-crs", crs, "api.p_filter_crs"),
        ("snapshot", {**text, "format": "snapshot-version"}, "api.p_snapshot"),
        ("after", whole, "api.p_after"),
    )
    found = {name: _query(name, schema, here.t(key)) for name, schema, key in listed}
    found["f_json"] = _query("f", {"type": "string", "enum": ["json"]}, here.t("api.p_f"))
    found["bbox"] = _query("bbox", box, here.t("api.p_bbox"), style="form", explode=False)
    return found


def _errors(here: Here) -> Part:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}
    return {
        code: {
            "description": here.t(key),
            "content": {**content, HTML: {"schema": {"type": "string"}}},
        }
        for code, key in (
            ("400", "api.e_400"),
            ("401", "api.e_401"),
            ("404", "api.e_404"),
            ("410", "api.e_410"),
            ("429", "api.e_429"),
            ("503", "api.e_503"),
        )
    }
