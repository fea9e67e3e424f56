"""Small Folium elements of our own: they load data by address instead of embedding it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import folium
from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template


class ParkMap(folium.Map):
    """A Folium map whose element and variable are called ``map``, in every publish alike."""

    def get_name(self) -> str:
        """Return the name of the element on the page."""
        return "map"


class DataLayer(Layer):
    """An empty GeoJSON layer that the page fills from an address when it is wanted."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.geoJSON(null, {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, name: str, *, pane: str) -> None:
        super().__init__(name=name, overlay=True, control=False, show=False)
        self._name = "DataLayer"
        self.options = {"pane": pane}


class ZoomControl(MacroElement):
    """Leaflet's zoom buttons with titles in the page's language."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        L.control.zoom({{ this.options|tojavascript }}).addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, *, position: str, zoom_in: str, zoom_out: str) -> None:
        super().__init__()
        self._name = "ZoomControl"
        self.options = {
            "position": position,
            "zoom_in_title": zoom_in,
            "zoom_out_title": zoom_out,
        }


class Scale(MacroElement):
    """A scale bar in metres and kilometres."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        L.control.scale({position: "bottomleft", imperial: false, maxWidth: 120})
            .addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )


class HandOver(MacroElement):
    """Hands the map and its layers over to the page's modules as ``window.parkMap``."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        {{ this._parent.get_name() }}.attributionControl.setPrefix(false);
        window.parkMap = {
            map: {{ this._parent.get_name() }},
            layers: {
                {%- for name, layer in this.layers.items() %}
                {{ name|tojson }}: {{ layer.get_name() }},
                {%- endfor %}
            },
            tiles: [{% for layer in this.tiles %}{{ layer.get_name() }}, {% endfor %}],
            imagery: [{% for layer in this.imagery %}{{ layer.get_name() }}, {% endfor %}],
        };
        {% endmacro %}
        """
    )

    def __init__(
        self,
        layers: Mapping[str, Layer],
        tiles: Sequence[Layer],
        imagery: Sequence[Layer],
    ) -> None:
        super().__init__()
        self._name = "HandOver"
        self.layers = layers
        self.tiles = tiles
        self.imagery = imagery
