"""The schemas of what the API answers, for its OpenAPI document."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_TEXTS = {"type": "array", "items": _TEXT}


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


def _object(required: list[str], **properties: object) -> dict[str, Any]:
    # A list of required properties must not be empty.
    demanded = {"required": required} if required else {}
    return {"type": "object", **demanded, "properties": properties}


_LINKS = _list_of("link")
_POSITIONS = {"type": "array", "items": {}}
_GEOMETRY = {
    "nullable": True,
    **_object(
        ["type"],
        type={
            "type": "string",
            "enum": [
                "Point",
                "MultiPoint",
                "LineString",
                "MultiLineString",
                "Polygon",
                "MultiPolygon",
                "GeometryCollection",
            ],
        },
        coordinates=_POSITIONS,
    ),
}
_FEATURE = _object(
    ["type", "id", "geometry", "properties"],
    type={"type": "string", "enum": ["Feature"]},
    id=_TEXT,
    geometry=_GEOMETRY,
    properties={"type": "object"},
    links=_LINKS,
)
_COLLECTION = _object(
    ["id", "title", "links", "crs", "storageCrs", "itemType", "licence", "attribution", "as_of"],
    id=_TEXT,
    title=_TEXT,
    description=_TEXT,
    attribution=_TEXT,
    licence=_TEXT,
    as_of=_TEXT,
    natures=_TEXTS,
    itemType={"type": "string", "enum": ["feature"]},
    crs=_TEXTS,
    storageCrs=_TEXT,
    links=_LINKS,
    extent=_object(
        [],
        spatial=_object(
            ["bbox"],
            bbox={"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
            crs=_TEXT,
        ),
        temporal=_object(
            ["interval"],
            interval={"type": "array", "items": {"type": "array", "items": _MOMENT}},
            trs=_TEXT,
        ),
    ),
)
_TILESET = _object(
    ["title", "dataType", "crs", "tileMatrixSetURI", "links"],
    title=_TEXT,
    dataType={"type": "string", "enum": ["vector"]},
    crs=_TEXT,
    tileMatrixSetURI=_TEXT,
    links=_LINKS,
)

SCHEMAS: dict[str, Any] = {
    "link": _object(
        ["href", "rel", "type", "title"],
        href=_TEXT,
        rel=_TEXT,
        type=_TEXT,
        title=_TEXT,
        templated={"type": "boolean"},
    ),
    "landingPage": _object(
        ["title", "description", "links"], title=_TEXT, description=_TEXT, links=_LINKS
    ),
    "confClasses": _object(["conformsTo"], conformsTo=_TEXTS, links=_LINKS),
    "collections": _object(
        ["links", "collections"], links=_LINKS, crs=_TEXTS, collections=_list_of("collection")
    ),
    "collection": _COLLECTION,
    "queryables": _object(
        ["$schema", "$id", "type", "properties"],
        type={"type": "string", "enum": ["object"]},
        title=_TEXT,
        properties={"type": "object", "additionalProperties": {"type": "object"}},
        additionalProperties={"type": "boolean"},
        **{"$schema": _TEXT, "$id": _TEXT},
    ),
    "feature": _FEATURE,
    "featureCollection": _object(
        ["type", "features", "links", "numberMatched", "numberReturned", "timeStamp"],
        type={"type": "string", "enum": ["FeatureCollection"]},
        timeStamp=_MOMENT,
        numberMatched={"type": "integer", "minimum": 0},
        numberReturned={"type": "integer", "minimum": 0},
        links=_LINKS,
        features=_list_of("feature"),
    ),
    "tilesets": _object(["links", "tilesets"], links=_LINKS, tilesets=_list_of("tileset")),
    "tileset": _TILESET,
    "problem": _object(
        ["type", "title", "status", "detail", "code"],
        type=_TEXT,
        title=_TEXT,
        status={"type": "integer"},
        detail=_TEXT,
        code=_TEXT,
    ),
}
"""By name, as ``#/components/schemas/NAME``."""
