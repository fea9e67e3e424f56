"""Every page says the same of a large layer as of a small one."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

import geo.feature_store
from geo.export import show_slides
from geo.large_layer import LargeLayer
from geo.large_search import candidates, named_like
from geo.publish import publish
from geo.query import Library, Snapshot
from geo.search import Index
from geo.settings import BUNDLED_LAYERS, Settings
from geo.web import crawlers
from geo.wording import Wording
from tests.web.people import client_of

AS_OF = date(2026, 11, 22)
LARGE = ("parks", "parcels", "buildings", "enterprises")
PAGES = (
    "/",
    "/parks/CL-TJ",
    "/parcels/CL-TJ-001",
    "/buildings/HALL-A-01",
    "/parks/CL-TJ/near.svg",
    "/parcels/CL-TJ-001/near.svg",
    "/buildings/HALL-A-01/region.svg",
    "/sites",
    "/sites?what=hall",
    "/compare?ids=CL-TJ-001,CL-TJ-002",
    "/shortlist?ids=parks/CL-TJ,parcels/CL-TJ-001",
    "/chains",
    "/figures",
    "/logistics",
    "/sitemap.xml",
    "/search?q=CL-TJ-001",
    "/search?q=Cele",
)


@pytest.fixture(scope="module")
def outs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The bundled layers published twice: as they are, and as if a dozen records were many."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, least in (("small", 5_000), ("large", 12)):
            patch.setattr(geo.feature_store, "LARGE_FROM", least)
            found[name] = tmp_path_factory.mktemp(name)
            publish(Settings(data=BUNDLED_LAYERS, out=found[name]), as_of=AS_OF, by="clerk")
    return found


@pytest.fixture
def large(outs: dict[str, Path]) -> Snapshot:
    return Library(outs["large"]).current("public")


@pytest.fixture
def small(outs: dict[str, Path]) -> Snapshot:
    return Library(outs["small"]).current("public")


def answer(out: Path, path: str) -> str:
    """Return a page without what names its version."""
    response = client_of(out).get(path)
    assert response.status_code == 200
    return re.sub(r"\d{4}-\d\d-\d\d-[0-9a-f]{10}", "VERSION", response.get_data(as_text=True))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_the_same(outs: dict[str, Path], path: str) -> None:
    assert answer(outs["large"], path) == answer(outs["small"], path)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_part_of_the_sitemap_says_the_same(outs: dict[str, Path], number: int, monkeypatch):
    monkeypatch.setattr(crawlers, "MOST", 100)
    path = f"/sitemap-{number}.xml"
    assert answer(outs["large"], path) == answer(outs["small"], path)


def test_slides_show_what_a_scene_points_out_of_a_large_layer(
    large: Snapshot, small: Snapshot, monkeypatch
) -> None:
    def list_keys(layers, *_, **__) -> str:
        return json.dumps({kind: [one["id"] for one in found] for kind, found in layers.items()})

    monkeypatch.setattr(show_slides, "draw_scene_map", list_keys)
    scenes = [scene["id"] for scene in large.document("show.json")["scenes"]]
    number = scenes.index("offer")
    slide, whole = (
        show_slides.build_deck(shown, Wording("en")).slides[number] for shown in (large, small)
    )
    plots = [plot["id"] for plot in small.having("parcels", "park_id", ["CL-TJ"])]
    count = len(small.of_kind("parcels"))
    assert json.loads(slide.picture)["parcels"] == plots != []
    assert len(json.loads(whole.picture)["parcels"]) == count
    said = f"{count} features; this slide draws only the {len(plots)}"
    assert any(said in note for note in slide.notes)
    assert not any("this slide draws only" in note for note in whole.notes)


def test_large_layers_have_no_file_of_their_own(large: Snapshot) -> None:
    layers = {layer["id"]: layer for layer in large.site["layers"]}
    counts = {name: layer["count"] for name, layer in layers.items()}
    assert {name for name in counts if large.is_large(name)} == {
        name for name, count in counts.items() if count >= 12
    }
    assert set(LARGE) <= {name for name in counts if large.is_large(name)}


def test_a_large_layer_is_a_mapping_like_a_small_one(large: Snapshot, small: Snapshot) -> None:
    for layer in LARGE:
        found, expected = large.features(layer), small.features(layer)
        assert isinstance(found, LargeLayer)
        assert list(found) == list(expected)
        assert dict(found.items()) == dict(expected)
        assert list(found.values()) == list(expected.values())
        assert len(found) == len(expected)
        key = next(iter(expected))
        assert found[key] == expected[key]
        assert "no such key" not in found
        assert found.get("no such key") is None


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        ("parcels", "park_id", ["CL-TJ", "YT-SHOE", None]),
        ("parcels", "on_offer", [True]),
        ("enterprises", "parcel_id", ["CL-TJ-001", "' OR 1=1 --"]),
        ("parcels", "enterprise_id", ["E-001"]),
    ],
)
def test_some_features_are_found_alike(
    large: Snapshot, small: Snapshot, kind: str, field: str, values: list[object]
) -> None:
    assert large.having(kind, field, values) == small.having(kind, field, values)
    assert large.values_of(kind, "park_id") == small.values_of(kind, "park_id")


def test_the_index_of_the_browser_leaves_large_layers_to_the_server(large: Snapshot) -> None:
    document = large.document("search.json")
    groups = {group["layer"]: group for group in document["groups"]}
    assert all(groups[layer]["large"] for layer in LARGE)
    assert {document["groups"][record[0]]["layer"] for record in document["records"]} & set(
        LARGE
    ) == set()


@pytest.mark.parametrize("query", ["CL-TJ-00", "cl-tj-001", "于田", "Sample firm 03", "示例 037"])
def test_the_server_finds_records_of_large_layers(large: Snapshot, query: str) -> None:
    assert candidates(large, query)["records"]


@pytest.mark.parametrize("query", ["shili", "slqy", "示li企"])
def test_the_server_finds_names_of_large_layers_in_pinyin(large: Snapshot, query: str) -> None:
    document = candidates(large, query)
    hits = Index.of(document).find(query).hits
    assert "enterprises" in {document["groups"][hit.record.group]["kind"] for hit in hits}


def test_the_browser_is_sent_no_readings_that_it_does_not_need(large: Snapshot) -> None:
    known = large.document("search.json")["readings"]
    document = candidates(large, "shili")
    names = {letter for record in document["records"] for letter in record[2]}
    assert set(document["readings"]) - set(known) <= names
    assert set(large.document("readings.json")) >= {"示", "例"}


@pytest.mark.parametrize("query", ["%", "_", "'", '"', "\\", "", "  ", "no such thing"])
def test_what_no_name_has_finds_nothing(large: Snapshot, query: str) -> None:
    assert named_like(large.store("enterprises"), query) == []


def test_the_box_asks_the_server(outs: dict[str, Path]) -> None:
    client = client_of(outs["large"])
    found = client.get("/search.json?q=CL-TJ-001").get_json()
    assert [record[1] for record in found["records"] if record[1][-3:] == "001"] == ["CL-TJ-001"]
    assert client.get("/search.json?q=" + "x" * 60).status_code == 400
    assert client.get("/search.json?q=E&edition=staff").status_code in (302, 401, 403)
