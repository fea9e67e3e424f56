"""Build the map with Folium and take from it the script and the libraries it needs.

Of a Folium page only the script is used: its header has inline scripts, which the content
security policy forbids, and addresses of outside hosts, which the hall does not have.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import folium
from branca.element import Element, Figure
from folium.map import CustomPane, Layer
from folium.plugins import Fullscreen, MarkerCluster, MousePosition
from folium.utilities import JsCode

from geo.i18n import message
from geo.model import Catalog
from geo.render.elements import DataLayer, HandOver, ParkMap, Scale, ZoomControl
from geo.render.tianditu import tile_layers

PANES = {
    "graticule": 300,
    "counties": 310,
    "lines": 330,
    "areas": 340,
    "plots": 350,
    "halls": 360,
    "marks": 620,
    "labels": 650,
}
"""Panes and their stacking order; Leaflet's own overlay pane is 400, its popups 700."""

_PANE_OF_KIND = {
    "counties": "counties",
    "places": "marks",
    "parks": "areas",
    "parcels": "plots",
    "buildings": "halls",
    "logistics": "lines",
    "red_lines": "halls",
}
_LEAFLET_JS = dict(folium.Map.default_js)["leaflet"]
_LEAFLET_CSS = dict(folium.Map.default_css)["leaflet_css"]
MIN_ZOOM, MAX_ZOOM = 5, 19


@dataclass(frozen=True)
class RenderedMap:
    """What a page needs of the map: the element, the script, the libraries by address.

    The addresses are the names under which the wheel of browser libraries keeps their
    contents; they are never requested.
    """

    html: str
    script: str
    libraries: tuple[str, ...]
    styles: tuple[str, ...]


def render_map(catalog: Catalog, extent: list[float], lang: str) -> RenderedMap:
    """Return the map of the catalogue's layers over ``extent`` (minx, miny, maxx, maxy)."""
    with _counted_ids():
        park_map = _build_map(catalog, extent, lang)
        park_map.render()
    figure = park_map.get_root()
    assert isinstance(figure, Figure)
    elements = [park_map, *park_map._children.values()]
    return RenderedMap(
        html=figure.html.render().strip(),
        script=_isolate(figure.script.render()),
        libraries=(_LEAFLET_JS, *_addresses(elements[1:], "default_js")),
        styles=(_LEAFLET_CSS, *_addresses(elements[1:], "default_css")),
    )


@contextmanager
def _counted_ids() -> Iterator[None]:
    """Let Folium number its elements: its own identifiers are random, ours must not be."""
    counter = itertools.count(1)
    original = Element.__dict__["_generate_id"]
    Element._generate_id = classmethod(lambda cls: str(next(counter)))  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        Element._generate_id = original  # type: ignore[method-assign]


def _build_map(catalog: Catalog, extent: list[float], lang: str) -> ParkMap:
    minx, miny, maxx, maxy = extent
    park_map = ParkMap(
        location=((miny + maxy) / 2, (minx + maxx) / 2),
        zoom_start=7,
        tiles=None,
        zoom_control=False,
        zoom_snap=0.25,
        wheel_px_per_zoom_level=90,
        world_copy_jump=False,
        # The page watches the element itself, which also changes without the window.
        track_resize=False,
    )
    # Folium gives these two to the tile layer; without tiles the map itself needs them.
    park_map.options |= {"min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM}
    for name, z_index in PANES.items():
        park_map.add_child(CustomPane(name, z_index=z_index))
    layers = {name: _data_layer(name, entry.kind) for name, entry in catalog.layers.items()}
    tiles, imagery = tile_layers(catalog.site.basemap, lang)
    for layer in (*tiles, *imagery, *layers.values()):
        park_map.add_child(layer)
    for control in _controls(lang):
        park_map.add_child(control)
    park_map.add_child(HandOver(layers, tiles, imagery))
    return park_map


def _data_layer(name: str, kind: str) -> Layer:
    if kind == "enterprises":
        return MarkerCluster(
            name=name,
            control=False,
            show=False,
            options={
                "clusterPane": "marks",
                "maxClusterRadius": 48,
                "showCoverageOnHover": False,
                "disableClusteringAtZoom": 17,
                "spiderfyOnMaxZoom": True,
                "animate": False,
            },
        )
    return DataLayer(name, pane=_PANE_OF_KIND[kind])


def _controls(lang: str) -> list[folium.MacroElement]:
    return [
        ZoomControl(
            position="bottomright",
            zoom_in=message("control.zoom_in", lang),
            zoom_out=message("control.zoom_out", lang),
        ),
        Fullscreen(
            position="bottomright",
            title=message("control.fullscreen", lang),
            title_cancel=message("control.fullscreen_exit", lang),
            force_separate_button=True,
            # The whole page, so that panel and legend come along.
            fullscreen_element=JsCode("document.documentElement"),
        ),
        MousePosition(
            position="bottomleft",
            separator=", ",
            lng_first=True,
            num_digits=5,
            prefix=message("control.coordinates", lang),
            empty_string="",
        ),
        Scale(),
    ]


def _addresses(elements: list[Element], attribute: str) -> Iterator[str]:
    """Return the addresses that elements ask for, each once, in order."""
    pairs = (pair for e in elements for pair in getattr(e, attribute, ()))
    return iter(dict.fromkeys(address for _, address in pairs))


def _isolate(script: str) -> str:
    """Return the script in a scope of its own, so that Folium's names are no globals."""
    return f'(function () {{\n"use strict";\n{script}\n}})();\n'
