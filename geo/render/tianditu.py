"""The online base map of 天地图, for operators who have a key.

Source of the addresses: Tianditu's WMTS service in Web Mercator (``_w``, EPSG:3857).
"""

from __future__ import annotations

from urllib.parse import urlencode

from folium import TileLayer

from geo.model import Basemap

SUBDOMAINS = "01234567"
_ATTRIBUTION = {"zh": "天地图", "en": "Tianditu"}
_LABELS = {"zh": {"vec": "cva", "img": "cia"}, "en": {"vec": "eva", "img": "eia"}}
_MAX_NATIVE_ZOOM = 18


def image_hosts(basemap: Basemap) -> list[str]:
    """Return the hosts whose images the page may show; none without a key."""
    hosts = [f"https://t{number}.tianditu.gov.cn" for number in SUBDOMAINS]
    return hosts if basemap.tianditu_key else []


def tile_layers(basemap: Basemap, lang: str) -> tuple[list[TileLayer], list[TileLayer]]:
    """Return the layers of map and of imagery, ground and labels each; empty without a key."""
    if not basemap.tianditu_key:
        return [], []
    grounds = ("vec", _LABELS[lang]["vec"]), ("img", _LABELS[lang]["img"])
    maps, imagery = (
        [_tile_layer(name, basemap.tianditu_key, lang) for name in names] for names in grounds
    )
    return maps, imagery


def _tile_layer(name: str, key: str, lang: str) -> TileLayer:
    query = urlencode(
        {
            "SERVICE": "WMTS",
            "REQUEST": "GetTile",
            "VERSION": "1.0.0",
            "LAYER": name,
            "STYLE": "default",
            "TILEMATRIXSET": "w",
            "FORMAT": "tiles",
            "tk": key,
        }
    )
    position = "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    return TileLayer(
        tiles=f"https://t{{s}}.tianditu.gov.cn/{name}_w/wmts?{query}{position}",
        attr=_ATTRIBUTION[lang],
        subdomains=SUBDOMAINS,
        max_native_zoom=_MAX_NATIVE_ZOOM,
        max_zoom=_MAX_NATIVE_ZOOM + 1,
        overlay=False,
        control=False,
        show=False,
    )
