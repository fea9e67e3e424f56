"""``/tiles``: both editions, pinned and current, packed or not, and what is not there."""

from __future__ import annotations

import gzip
import json
import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyogrio
import pytest
from flask.testing import FlaskClient

from geo import feature_store
from geo.model import Edition
from geo.publish import publish
from geo.query import Library
from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from geo.web.ready_tiles import TileCache
from tests.browser.site import copy_layers
from tests.test_canaries import plant
from tests.web.people import add_people, client_of

PREPARED = "2026-11-22-00000000aa"
TYPE = "application/vnd.mapbox-vector-tile"


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled layers as if those of fifty features were large. Read only."""
    out = tmp_path_factory.mktemp("tiled")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(feature_store, "LARGE_FROM", 50)
        publish(Settings(out=out, data=BUNDLED_LAYERS), as_of=date(2026, 11, 22), by="test")
    return out


@pytest.fixture
def out(tiled: Path, tmp_path: Path) -> Path:
    out = tmp_path / "out"
    shutil.copytree(tiled, out)
    add_people(out)
    return out


@pytest.fixture
def version(tiled: Path) -> str:
    return SnapshotStore(tiled).current() or ""


@pytest.fixture
def reader(tiled: Path) -> FlaskClient:
    return create_app(Settings(out=tiled)).test_client()


@pytest.fixture
def address(tiled: Path) -> str:
    """A tile that has plots."""
    return next(addresses(tiled))


def addresses(out: Path, edition: str = "public", layer: str = "parcels") -> Iterator[str]:
    archive = Library(out).current(edition).tiles(layer)
    with archive._reading() as connection:
        rows = connection.execute("SELECT zoom_level, tile_column, tile_row FROM tiles").fetchall()
    return (f"/tiles/{layer}/{z}/{x}/{2**z - 1 - row}.mvt" for z, x, row in reversed(rows))


def test_a_tile_of_the_current_version_is_kept_a_minute(reader: FlaskClient, address: str) -> None:
    answer = reader.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert answer.status_code == 200
    assert answer.content_type == TYPE
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert len(pyogrio.read_dataframe(gzip.decompress(answer.data), use_arrow=False)) > 0


def test_a_tile_of_a_named_version_never_changes(
    reader: FlaskClient, address: str, version: str
) -> None:
    answer = reader.get(f"{address}?v={version}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == reader.get(address, headers={"Accept-Encoding": "gzip"}).data


def test_a_reader_without_gzip_gets_it_unpacked(reader: FlaskClient, address: str) -> None:
    packed = reader.get(address, headers={"Accept-Encoding": "gzip"})
    for accepted in ({}, {"Accept-Encoding": "br"}, {"Accept-Encoding": "gzip;q=0"}):
        plain = reader.get(address, headers=accepted)
        assert "Content-Encoding" not in plain.headers
        assert plain.data == gzip.decompress(packed.data)
        assert plain.headers["ETag"] != packed.headers["ETag"]
        assert plain.headers["Content-Length"] == str(len(plain.data))


def test_what_is_known_is_not_sent_again(reader: FlaskClient, address: str, version: str) -> None:
    tag = reader.get(address).headers["ETag"]
    for asked in (address, f"{address}?v={version}"):
        again = reader.get(asked, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
    assert reader.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_says_how_much_there_is(reader: FlaskClient, address: str) -> None:
    answer = reader.head(address, headers={"Accept-Encoding": "gzip"})
    assert answer.data == b""
    size = len(reader.get(address, headers={"Accept-Encoding": "gzip"}).data)
    assert answer.headers["Content-Length"] == str(size)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_tile_is_only_read(reader: FlaskClient, address: str, method: str) -> None:
    answer = reader.open(address, method=method)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_empty_tile_has_no_content(reader: FlaskClient, version: str) -> None:
    for query in ("", f"?v={version}"):
        answer = reader.get(f"/tiles/parcels/15/0/0.mvt{query}")
        assert (answer.status_code, answer.data) == (204, b"")
        assert "Content-Encoding" not in answer.headers
        assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/tiles/roads/12/0/0.mvt", "TILES_MISSING"),
        ("/tiles/counties/12/0/0.mvt", "TILES_MISSING"),
        ("/tiles/..%2fstaff/12/0/0.mvt", "HTTP_404"),
        ("/tiles/parcels/4/0/0.mvt", "TILE_UNKNOWN"),
        ("/tiles/parcels/99/0/0.mvt", "TILE_UNKNOWN"),
        ("/tiles/parcels/6/64/0.mvt", "TILE_UNKNOWN"),
        ("/tiles/parcels/6/0/999999999.mvt", "TILE_UNKNOWN"),
        ("/tiles/parcels/6/-1/0.mvt", "TILES_MISSING"),
        ("/tiles/parcels/6/0/٣.mvt", "TILES_MISSING"),
        ("/tiles/parcels/6/0/0.mvt?v=2020-01-01-0000000000", "VERSION_UNKNOWN"),
        ("/tiles/parcels/6/0/0.mvt?v=../../etc", "VERSION_UNKNOWN"),
        ("/tiles/parcels/6/0/0.mvt?edition=secret", "FILE_UNKNOWN"),
        ("/tiles/roads.json", "TILES_MISSING"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(
    reader: FlaskClient, address: str, code: str
) -> None:
    answer = reader.get(address)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert json.loads(answer.data)["code"] == code
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_staff_edition_is_for_people_who_are_signed_in(out: Path) -> None:
    stranger, viewer = client_of(out), client_of(out, "wang")
    found = next(addresses(out, "staff", "enterprises"))
    for asked in (f"{found}?edition=staff", "/tiles/enterprises.json?edition=staff"):
        refused = stranger.get(asked)
        assert refused.status_code == 401
        answer = viewer.get(asked, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Cookie" in answer.headers["Vary"]


def test_the_editions_have_their_own_tiles(out: Path) -> None:
    viewer = client_of(out, "wang")
    place = "/tiles/enterprises/6/46/24.mvt"
    public = pyogrio.read_dataframe(viewer.get(place).data, use_arrow=False)
    staff = pyogrio.read_dataframe(viewer.get(f"{place}?edition=staff").data, use_arrow=False)
    assert staff["count"].sum() > public["count"].sum()


def test_a_version_that_is_only_prepared_is_seen_by_the_staff_alone(
    out: Path, version: str, address: str
) -> None:
    store = SnapshotStore(out)
    shutil.copytree(store.path(version), store.root / PREPARED)
    manifest = store.root / PREPARED / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace(version, PREPARED), encoding="utf-8")
    asked = f"{address}?v={PREPARED}"
    assert client_of(out).get(asked).status_code == 404
    assert client_of(out, "wang").get(asked).status_code == 404
    preview = client_of(out, "li").get(asked)
    assert (preview.status_code, preview.headers["Cache-Control"]) == (200, "private, no-store")
    assert client_of(out, "li").get(f"/tiles/parcels.json?v={PREPARED}").status_code == 200
    assert client_of(out, "wang").get(f"{asked}&edition=staff").status_code == 403
    assert client_of(out, "li").get(f"{asked}&edition=staff").status_code == 200


def test_a_new_version_is_answered_after_a_moment(out: Path, version: str, address: str) -> None:
    store = SnapshotStore(out)
    client = client_of(out)
    before = client.get(address).headers["ETag"]
    shutil.copytree(store.path(version), store.root / PREPARED)
    manifest = store.root / PREPARED / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace(version, PREPARED), encoding="utf-8")
    (store.root / "current").write_text(PREPARED, encoding="ascii")
    time.sleep(0.25)
    after = client.get(address).headers["ETag"]
    assert version in before and PREPARED in after


def test_a_version_that_was_dropped_meanwhile_is_told_in_a_sentence(
    out: Path, version: str, address: str
) -> None:
    store = SnapshotStore(out)
    client = client_of(out)
    assert client.get(f"{address}?v={version}").status_code == 200
    others = [f"{found}?v={version}" for found in addresses(out, layer="enterprises")]
    shutil.rmtree(store.path(version))
    answers = [client.get(found) for found in others]
    assert {answer.status_code for answer in answers} == {404}
    assert {json.loads(answer.data)["code"] for answer in answers} == {"VERSION_UNKNOWN"}


def test_tilejson_says_where_the_tiles_are(reader: FlaskClient, version: str) -> None:
    answer = reader.get("/tiles/parcels.json")
    assert answer.content_type == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    document = answer.get_json()
    assert document["tilejson"] == "3.0.0"
    assert document["tiles"] == ["http://localhost/tiles/parcels/{z}/{x}/{y}.mvt"]
    assert (document["minzoom"], document["maxzoom"]) == (5, 15)
    assert document["vector_layers"][0]["id"] == "parcels"
    assert 79 < document["bounds"][0] < document["bounds"][2] < 85
    assert "示例" in document["attribution"]
    pinned = reader.get(f"/tiles/parcels.json?v={version}").get_json()
    assert pinned["tiles"] == [f"http://localhost/tiles/parcels/{{z}}/{{x}}/{{y}}.mvt?v={version}"]


def test_pages_know_which_layers_have_tiles(tiled: Path) -> None:
    site = Library(tiled).current("public").site
    tiles = {layer["id"]: layer.get("tiles") for layer in site["layers"]}
    assert tiles["parcels"] == {"minzoom": 5, "maxzoom": 15, "detail": 12}
    assert tiles["counties"] is None


def test_tiles_of_the_public_edition_tell_only_public_fields(tiled: Path) -> None:
    library = Library(tiled)
    entry = {"parcels": {"plots"}, "enterprises": {"count"}}
    for layer, counted in entry.items():
        public, staff = (library.current(edition).tiles(layer) for edition in ("public", "staff"))
        known = set(library.current("public").store(layer).fields) | counted
        assert set(public.layers[0]["fields"]) <= known
        assert set(public.layers[0]["fields"]) <= set(staff.layers[0]["fields"])


@pytest.mark.timeout(300)
def test_no_public_tile_has_a_secret(tmp_path: Path) -> None:
    data = copy_layers(tmp_path / "data")
    canaries = plant(data)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(feature_store, "LARGE_FROM", 50)
        publish(Settings(out=tmp_path / "out", data=data), as_of=date(2026, 11, 22), by="test")
    found = {edition: texts_of(tmp_path / "out", edition) for edition in ("public", "staff")}
    assert canaries.found_in(found["public"]) == set()
    assert len(canaries.found_in(found["staff"])) > 10


def texts_of(out: Path, edition: Edition) -> str:
    """Return all that can be read in the tiles of an edition."""
    snapshot = Library(out).current(edition)
    layers = [layer["id"] for layer in snapshot.site["layers"] if layer.get("tiles")]
    assert len(layers) >= 2
    texts = [str(snapshot.tiles(layer).metadata) for layer in layers]
    for layer in layers:
        with snapshot.tiles(layer)._reading() as connection:
            for (body,) in connection.execute("SELECT tile_data FROM tiles"):
                texts.append(gzip.decompress(body).decode("utf-8", errors="replace"))
    return "\n".join(texts)


def test_the_cache_keeps_what_was_asked_for_last_within_its_bounds() -> None:
    cache = TileCache(limit=4_000)
    for number in range(4):
        cache.put(("v", str(number)), bytes(700))
    assert cache.get(("v", "0")) is not None
    cache.put(("v", "4"), bytes(700))
    kept = [number for number in range(5) if cache.get(("v", str(number))) is not None]
    assert kept == [0, 2, 3, 4]
    cache.put(("v", "4"), bytes(600))
    assert cache._size == 3 * 1_000 + 900
    cache.put(("v", "large"), bytes(9_000))
    assert cache._size == 0 and cache.get(("v", "large")) is None


def test_an_answer_from_memory_is_the_same(reader: FlaskClient, tiled: Path) -> None:
    some = list(addresses(tiled))[:30]
    first = [reader.get(found).data for found in some]
    assert [reader.get(found).data for found in some] == first
