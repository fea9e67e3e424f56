"""The API as clients read it that were not written here: GDAL, OWSLib, schemathesis."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from owslib.ogcapi.features import Features
from schemathesis import GenerationMode

from geo.settings import Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from tests.browser.site import Server
from tests.web.api.serving import Noting, noting

ITEMS = "/api/collections/parcels/items"
EXAMPLES = 10


@pytest.fixture(scope="module")
def notes(published: Path) -> Iterator[Noting]:
    with noting(published) as notes:
        yield notes


@pytest.fixture
def asked(notes: Noting) -> Noting:
    notes.asked.clear()
    return notes


def public(published: Path) -> Path:
    store = SnapshotStore(published)
    return store.path(store.current() or "") / "public"


def layers(published: Path) -> list[str]:
    site = json.loads((public(published) / "site.json").read_text(encoding="utf-8"))
    return [layer["id"] for layer in site["layers"]]


def written(published: Path, layer: str) -> gpd.GeoDataFrame:
    return gpd.read_file(public(published) / f"{layer}.geojson")


# --- GDAL -------------------------------------------------------------------------------------


def test_gdal_reads_every_layer_as_it_was_published(server: Server, published: Path) -> None:
    source = f"OAPIF:{server.url}/api"
    assert {name for name, _ in pyogrio.list_layers(source)} == set(layers(published))
    for layer in layers(published):
        read, exact = gpd.read_file(source, layer=layer), written(published, layer)
        key = exact.columns[1] if exact.columns[0] == "id" else exact.columns[0]
        read, exact = (f.set_index(key).sort_index() for f in (read, exact))
        assert list(read.index) == list(exact.index), layer
        has_place = exact.geometry.notna()
        assert (read.geometry.notna() == has_place).all(), layer
        pairs = zip(read.geometry[has_place], exact.geometry[has_place], strict=True)
        assert all(a.equals(b) for a, b in pairs), layer
        for name in ("nature", "source", "as_of"):
            assert (read[name] == exact[name]).all(), (layer, name)


READ = """
import json, sys
import geopandas
options = json.loads(sys.argv[2])
box = options.pop("bbox", None)
frame = geopandas.read_file(sys.argv[1], bbox=box and tuple(box), **options)
print(json.dumps([sorted(frame["parcel_id"]), frame.total_bounds.tolist(), frame.crs.to_epsg()]))
"""


def gdal(asked: Noting, **options: object) -> tuple[list[str], list[float], int | None]:
    """Read the plots in a process of its own, for GDAL does not let this one answer meanwhile."""
    command = [sys.executable, "-c", READ, f"OAPIF:{asked.url}/api"]
    given = json.dumps({"layer": "parcels", **options})
    run = subprocess.run([*command, given], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    keys, bounds, epsg = json.loads(run.stdout)
    return keys, bounds, epsg


def test_gdal_turns_the_pages(asked: Noting, published: Path) -> None:
    keys, _, _ = gdal(asked, PAGE_SIZE="50")
    assert keys == sorted(written(published, "parcels")["parcel_id"])
    pages = [query for query in asked.queries(ITEMS) if "after" in query]
    assert len(pages) >= len(keys) // 50
    assert {query["snapshot"][0] for query in pages} == {SnapshotStore(published).current()}


def test_gdal_lets_the_server_find_what_lies_in_a_box(asked: Noting, published: Path) -> None:
    box = (81.6, 36.83, 81.612, 36.845)
    keys, _, _ = gdal(asked, bbox=box)
    exact = written(published, "parcels").cx[box[0] : box[2], box[1] : box[3]]
    assert 0 < len(exact) < 300 and keys == sorted(exact["parcel_id"])
    assert any("bbox" in query for query in asked.queries(ITEMS))


@pytest.mark.parametrize(
    "where",
    [
        "park_id = 'CL-DIGI'",
        "park_id = 'CL-DIGI' AND net_land = 1",
        "state = 'built' AND area_mu > 50",
    ],
)
def test_gdal_lets_the_server_find_what_is_equal(
    asked: Noting, published: Path, where: str
) -> None:
    keys, _, _ = gdal(asked, where=where)
    exact = gpd.read_file(public(published) / "parcels.geojson", where=where)
    assert 0 < len(exact) < 393 and keys == sorted(exact["parcel_id"])
    assert [query for query in asked.queries(ITEMS) if {"park_id", "state"} & query.keys()]


def test_gdal_finds_by_itself_what_it_cannot_ask(asked: Noting, published: Path) -> None:
    where = "land_use_code LIKE '1001%' AND (net_land = 1 OR area_mu <= 20.5)"
    keys, _, _ = gdal(asked, where=where)
    exact = gpd.read_file(public(published) / "parcels.geojson", where=where)
    assert 0 < len(exact) < 393 and keys == sorted(exact["parcel_id"])


def test_gdal_asks_for_cgcs2000_and_sets_the_axes_right(asked: Noting, published: Path) -> None:
    _, bounds, epsg = gdal(asked, CRS="EPSG:4490")
    assert epsg == 4490
    assert any("4490" in query.get("crs", [""])[0] for query in asked.queries(ITEMS))
    assert bounds == written(published, "parcels").total_bounds.tolist()


# --- OWSLib -----------------------------------------------------------------------------------


def test_owslib_finds_its_way(asked: Noting, published: Path) -> None:
    api = Features(f"{asked.url}/api")
    assert api.links and api.api()["openapi"].startswith("3.0")
    assert any(
        uri.endswith("ogcapi-features-1/1.0/conf/core") for uri in api.conformance()["conformsTo"]
    )
    assert api.feature_collections() == layers(published)
    parks = api.collection("parks")
    assert parks["id"] == "parks" and parks["extent"]["spatial"]["bbox"]
    ((begin, end),) = parks["extent"]["temporal"]["interval"]
    assert api.collection_items("parks", datetime_=f"{begin}/{end}")["numberMatched"] > 0
    assert "park_id" in api.collection_queryables("parks")["properties"]


def test_owslib_reads_features(asked: Noting, published: Path) -> None:
    api = Features(f"{asked.url}/api")
    first = api.collection_items("parcels", limit=7, bbox=[80.8, 36.8, 81.7, 37.0])
    assert first["numberReturned"] == len(first["features"]) == 7
    assert first["numberMatched"] == len(written(published, "parcels"))
    found = api.collection_items("parcels", filter="area_mu > 100", limit=1000)
    exact = written(published, "parcels")
    assert found["numberMatched"] == int((exact["area_mu"] > 100).sum()) > 0
    key = first["features"][0]["id"]
    assert api.collection_item("parcels", key)["properties"]["parcel_id"] == key


# --- schemathesis -----------------------------------------------------------------------------


schemathesis.openapi.format("cql2-text", st.sampled_from(["as_of > '2020'", "NOT (nature = 'x')"]))
schemathesis.openapi.format(
    "rfc3339-interval", st.sampled_from(["2020-01-01/..", "2026-11-22T08:00:00Z", "../2026-11-30"])
)


@schemathesis.hook
def map_query(context: object, query: dict | None) -> dict | None:
    """Say of a box what OpenAPI cannot: four or six numbers, south not beyond north."""
    box = str((query or {}).get("bbox", "")).split(",")
    with suppress(ValueError):
        numbers = [float(one) for one in (box if len(box) == 6 else box[:4])]
        if query and len(numbers) in (4, 6):
            # Which axis is latitude depends on bbox-crs.
            for low, high in ((0, len(numbers) // 2), (1, len(numbers) // 2 + 1)):
                numbers[low], numbers[high] = sorted((numbers[low], numbers[high]))
            if len(box) <= 6:
                query["bbox"] = ",".join(map(str, numbers))
    return query


@pytest.fixture(scope="module")
def described(published: Path):
    version = SnapshotStore(published).current() or ""
    schemathesis.openapi.format("snapshot-version", st.just(version))
    app = create_app(Settings(out=published))
    return schemathesis.openapi.from_wsgi("/api/openapi.json?lang=en", app)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_address_keeps_what_its_description_says(described, mode: GenerationMode) -> None:
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 25
    for operation in operations:

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case) -> None:
            # It does not unpack what it gets from an application.
            case.call_and_validate(headers={"Accept-Encoding": "identity"})

        check()
