"""The documents of OGC API Tiles, for layers that have an archive of vector tiles.

The tiles themselves are answered at ``/tiles/`` (docs/architecture.md); what stands here says
where, in the words of the standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.api.here import JSON, Here, Link, link
from geo.errors import NotFound

MVT = "application/vnd.mapbox-vector-tile"
MATRIX_SET = "WebMercatorQuad"
TILES_CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")
)
"""What holds where a layer has tiles."""

_TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
_MATRIX_SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_WEB_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"


def tileset_links(here: Here, layer: Mapping[str, Any]) -> list[Link]:
    """Return the link from a collection to its tilesets; none without tiles."""
    if not layer.get("tiles"):
        return []
    address = here.address("collections", layer["id"], "tiles")
    return [link(address, _TILESETS, JSON, here.t("api.link_tiles"))]


def tilesets(here: Here, layer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the list of tilesets of a layer: one, in the scheme that web maps use.

    Raises
    ------
    NotFound
        ``API_TILES_NONE`` if the layer has no tiles.
    """
    tileset = _describe(here, layer)
    name = layer["id"]
    address = here.address("collections", name, "tiles", MATRIX_SET)
    own = here.address("collections", name, "tiles")
    tileset["links"] = [link(address, "self", JSON, tileset["title"]), *_tile_links(here, layer)]
    return {
        "links": [link(own, "self", JSON, here.t("api.link_tiles"))],
        "tilesets": [tileset],
    }


def tileset(here: Here, layer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the tileset of a layer is and the template of its tiles' addresses.

    Raises
    ------
    NotFound
        ``API_TILES_NONE``.
    """
    found = _describe(here, layer)
    own = here.address("collections", layer["id"], "tiles", MATRIX_SET)
    found["links"] = [link(own, "self", JSON, found["title"]), *_tile_links(here, layer)]
    return found


def _describe(here: Here, layer: Mapping[str, Any]) -> dict[str, Any]:
    if not layer.get("tiles"):
        raise NotFound("API_TILES_NONE", name=layer["id"])
    return {
        "title": here.pick(layer["title"]),
        "dataType": "vector",
        "crs": _WEB_MERCATOR,
        "tileMatrixSetURI": _MATRIX_SET_URI,
    }


def _tile_links(here: Here, layer: Mapping[str, Any]) -> list[Link]:
    name, title = layer["id"], here.pick(layer["title"])
    # The template is for a program to fill in, so its braces are not escaped.
    template = f"{here.root}tiles/{name}/{{tileMatrix}}/{{tileCol}}/{{tileRow}}.mvt"
    return [
        link(template, "item", MVT, title, templated=True),
        link(f"{here.root}tiles/{name}.json", "describedby", JSON, "TileJSON"),
        link(_MATRIX_SET_URI, _SCHEME, JSON, MATRIX_SET),
    ]
