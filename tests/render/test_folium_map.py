"""The Folium map: deterministic, self-contained, in both languages."""

from __future__ import annotations

import folium
import pytest
from branca.element import Element

from geo.catalog import read_catalog
from geo.model import Basemap, Catalog
from geo.render.folium_map import PANES, render_map
from geo.render.tianditu import image_hosts
from geo.settings import BUNDLED_LAYERS

EXTENT = [80.0, 35.2, 85.0, 39.5]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog(BUNDLED_LAYERS)


def with_key(catalog: Catalog, key: str) -> Catalog:
    site = catalog.site.model_copy(update={"basemap": Basemap(tianditu_key=key)})
    return catalog.model_copy(update={"site": site})


def test_the_same_map_has_the_same_bytes(catalog: Catalog) -> None:
    assert render_map(catalog, EXTENT, "zh") == render_map(catalog, EXTENT, "zh")


def test_folium_gets_its_own_random_ids_back(catalog: Catalog) -> None:
    render_map(catalog, EXTENT, "zh")
    assert Element._generate_id() != Element._generate_id()
    assert folium.Map().get_name() != folium.Map().get_name()


def test_the_element_is_the_one_the_page_styles(catalog: Catalog) -> None:
    assert 'id="map"' in render_map(catalog, EXTENT, "zh").html


def test_every_layer_and_pane_is_handed_over(catalog: Catalog) -> None:
    script = render_map(catalog, EXTENT, "zh").script
    for name in catalog.layers:
        assert f'"{name}": ' in script
    for pane in PANES:
        assert f'"{pane}"' in script


def test_a_cluster_without_tiles_knows_the_largest_zoom(catalog: Catalog) -> None:
    assert '"maxZoom": 19' in render_map(catalog, EXTENT, "zh").script


def test_controls_speak_the_language(catalog: Catalog) -> None:
    assert "Full screen" in render_map(catalog, EXTENT, "en").script
    assert "Full screen" not in render_map(catalog, EXTENT, "zh").script


def test_without_a_key_the_script_names_no_host(catalog: Catalog) -> None:
    assert "http" not in render_map(catalog, EXTENT, "zh").script
    assert image_hosts(catalog.site.basemap) == []


@pytest.mark.parametrize(
    ("lang", "layers"), [("zh", {"vec", "cva", "img", "cia"}), ("en", {"vec", "eva", "img", "eia"})]
)
def test_a_key_adds_map_and_imagery_with_labels(
    catalog: Catalog, lang: str, layers: set[str]
) -> None:
    script = render_map(with_key(catalog, "abc123"), EXTENT, lang).script
    assert {
        name for name in ("vec", "cva", "eva", "img", "cia", "eia") if f"LAYER={name}" in script
    } == layers
    assert script.count("tk=abc123") == 4
    assert "TILEMATRIX={z}" in script
    assert len(image_hosts(Basemap(tianditu_key="abc123"))) == 8


def test_only_the_libraries_in_use_are_asked_for(catalog: Catalog) -> None:
    rendered = render_map(catalog, EXTENT, "zh")
    assert "leaflet.js" in rendered.libraries[0]
    assert not any("jquery" in url or "bootstrap" in url for url in rendered.libraries)
    assert len(rendered.libraries) == 4
