"""OGC API Tiles: collections of large layers lead to their tiles, and GDAL reads them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo import feature_store
from geo.publish import publish
from geo.query import Library
from geo.settings import BUNDLED_LAYERS, Settings
from geo.state import open_state, tokens
from geo.times import today
from geo.web import create_app
from tests.web.api.serving import noting
from tests.web.people import add_people

TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
READ = """
import json, sys
import pyogrio
given = {"TILE_EXTENSION": "mvt", "METADATA_FILE": sys.argv[2], "CLIP": "NO"}
frame = pyogrio.read_dataframe(sys.argv[1], **given)
print(json.dumps(sorted(set(frame["parcel_id"].dropna()))))
"""


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled layers as if those of fifty features were large. Read only."""
    out = tmp_path_factory.mktemp("tiled")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(feature_store, "LARGE_FROM", 50)
        publish(Settings(out=out, data=BUNDLED_LAYERS), as_of=date(2026, 11, 22), by="test")
    add_people(out)
    return out


@pytest.fixture
def client(tiled: Path) -> FlaskClient:
    return create_app(Settings(out=tiled)).test_client()


def get(client: FlaskClient, path: str, **headers: str) -> dict:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


def links(document: dict, rel: str) -> list[dict]:
    return [link for link in document["links"] if link["rel"] == rel]


def test_a_large_layer_leads_to_its_tiles(client: FlaskClient) -> None:
    (way,) = links(get(client, "/api/collections/parcels"), TILESETS)
    (tileset,) = get(client, way["href"])["tilesets"]
    assert tileset["dataType"] == "vector" and tileset["tileMatrixSetURI"].endswith(
        "WebMercatorQuad"
    )
    described = get(client, links(tileset, "self")[0]["href"])
    (template,) = links(described, "item")
    assert template["templated"] and template["type"] == "application/vnd.mapbox-vector-tile"
    tilejson = get(client, links(described, "describedby")[0]["href"])
    filled = (
        template["href"].replace("tileMatrix", "z").replace("tileCol", "x").replace("tileRow", "y")
    )
    assert tilejson["tiles"] == [filled]
    assert any(
        uri.endswith("ogcapi-tiles-1/1.0/conf/core")
        for uri in get(client, "/api/conformance")["conformsTo"]
    )
    paths = get(client, "/api/openapi.json")["paths"]
    assert "/collections/parcels/tiles" in paths and "/collections/places/tiles" not in paths


def test_features_of_a_large_layer_are_read_as_those_of_any(
    client: FlaskClient, tiled: Path
) -> None:
    page = get(client, "/api/collections/parcels/items?limit=1000")
    store = Library(tiled).current("public").store("parcels")
    assert [one["id"] for one in page["features"]] == list(store.keys())
    html = client.get("/api/collections/parcels", headers={"Accept": "text/html"}).text
    assert "/tiles/parcels.json" in html


def test_a_token_opens_no_tiles_so_none_are_named(client: FlaskClient, tiled: Path) -> None:
    token = tokens.make(
        open_state(Settings(out=tiled)), name="x", until=today(), by="li", on=today()
    )
    with_token = {"Authorization": f"Bearer {token}"}
    assert not links(get(client, "/api/collections/parcels", **with_token), TILESETS)
    assert client.get("/api/collections/parcels/tiles", headers=with_token).status_code == 404


def test_gdal_reads_the_tiles(tiled: Path, client: FlaskClient) -> None:
    zoom = get(client, "/tiles/parcels.json")["maxzoom"]
    with noting(tiled) as notes:
        source, tilejson = f"{notes.url}/tiles/parcels/{zoom}", f"{notes.url}/tiles/parcels.json"
        command = [sys.executable, "-c", READ, f"MVT:{source}", tilejson]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    keys = list(Library(tiled).current("public").store("parcels").keys())
    assert json.loads(run.stdout) == keys
