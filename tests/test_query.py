"""Reading snapshots: only what the manifest lists, always the newest pointer."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest

from geo.errors import NotFound, RunError
from geo.query import Library
from geo.storage.snapshots import SnapshotStore

BODY = b'{"image_hosts":[]' + b" " * 300 + b"}"
ONE, TWO = "2026-11-22-0000000001", "2026-11-22-0000000002"


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    store = SnapshotStore(tmp_path)
    for version in (ONE, TWO):
        files = {"public/site.json": BODY, "staff/site.json": b'{"staff":true}'}
        store.write(version, files, {"assets": "a1"})
    store.write_assets("a1", {"js/main.js": b"1", "js/b.js": b"2", "app.css": b"3"}, {})
    store.point_to(ONE, by="clerk", now=datetime(2026, 11, 22, tzinfo=UTC))
    return store


@pytest.fixture
def library(store: SnapshotStore) -> Library:
    return Library(store.root.parent)


def test_before_the_first_publish_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="NOT_PUBLISHED"):
        Library(tmp_path).current("public")


def test_a_new_pointer_is_seen_at_once(store: SnapshotStore, library: Library) -> None:
    assert library.current("public").version == ONE
    store.point_to(TWO, by="clerk", now=datetime(2026, 11, 23, tzinfo=UTC))
    assert library.current("public").version == TWO


def test_a_snapshot_is_read_once(library: Library) -> None:
    assert library.current("public") is library.current("public")


def test_the_editions_do_not_see_each_other(library: Library) -> None:
    assert "staff" not in library.current("public").site
    assert library.current("staff").site == {"staff": True}


@pytest.mark.parametrize("name", ["../staff/site.json", "site.json.br", "manifest.json", ""])
def test_only_listed_files_are_answered(library: Library, name: str) -> None:
    with pytest.raises(NotFound):
        library.current("public").file(name)


@pytest.mark.parametrize("digest", ["..", "a1/..", "", "zz"])
def test_an_unknown_static_tree_is_not_found(library: Library, digest: str) -> None:
    with pytest.raises(NotFound):
        library.assets(digest)


def test_the_best_accepted_encoding_is_taken(library: Library) -> None:
    file = library.current("public").file("site.json")
    for accepted, name, unpack in (
        (("br", "gzip"), "br", brotli.decompress),
        (("gzip",), "gzip", gzip.decompress),
        ((), None, bytes),
    ):
        path, encoding = file.choose(accepted)
        assert encoding == name
        assert unpack(path.read_bytes()) == BODY


def test_when_a_version_was_published_is_known(library: Library) -> None:
    assert library.published_at(ONE) == "2026-11-22T00:00:00+00:00"
    assert library.published_at(TWO) is None


def test_a_newer_format_is_refused(store: SnapshotStore, library: Library) -> None:
    path = store.path(TWO) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2}))
    with pytest.raises(RunError, match="FORMAT_NEWER"):
        library.version(TWO, "public")


# --- what the files hold ---------------------------------------------------------------------


@pytest.fixture
def with_layers(tmp_path: Path) -> Library:
    def collection(*keys: str) -> bytes:
        features = [{"type": "Feature", "id": key, "geometry": None} for key in keys]
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()

    store = SnapshotStore(tmp_path)
    layers = [{"id": "plots", "kind": "parcels"}, {"id": "parks", "kind": "parks"}]
    site = json.dumps({"image_hosts": [], "layers": layers}).encode()
    files = {"public/site.json": site, "public/plots.geojson": collection("B", "A")}
    store.write(ONE, files, {"assets": "a1"})
    store.point_to(ONE, by="clerk", now=datetime(2026, 11, 22, tzinfo=UTC))
    return Library(store.root.parent)


def test_features_are_found_by_key_in_the_order_of_the_file(with_layers: Library) -> None:
    shown = with_layers.current("public")
    assert shown.layer_of("parcels") == "plots"
    assert list(shown.of_kind("parcels")) == ["B", "A"]
    assert shown.features("plots")["A"]["id"] == "A"


def test_a_file_is_read_once_and_its_features_cannot_be_exchanged(with_layers: Library) -> None:
    shown = with_layers.current("public")
    assert shown.document("plots.geojson") is shown.document("plots.geojson")
    features = shown.features("plots")
    assert features is shown.features("plots")
    with pytest.raises(TypeError):
        features["A"] = {}  # type: ignore[index]


def test_a_layer_that_the_edition_does_not_have_is_not_found(with_layers: Library) -> None:
    shown = with_layers.current("public")
    for name in ("parks", "../staff/plots", "plots.geojson"):
        with pytest.raises(NotFound, match="FILE_UNKNOWN"):
            shown.features(name)


def test_every_layer_of_both_editions_has_its_store(published: Path) -> None:
    for edition in ("public", "staff"):
        snapshot = Library(published).current(edition)
        for layer in snapshot.site["layers"]:
            store = snapshot.store(layer["id"])
            assert store is snapshot.store(layer["id"])
            assert store.count == layer["count"]
            keys = list(store.keys())
            assert keys == list(snapshot.features(layer["id"]))
            for key in keys:
                assert json.loads(store.get(key) or b"") == snapshot.features(layer["id"])[key]


def test_the_public_store_has_no_field_that_is_not_public(published: Path) -> None:
    library = Library(published)
    layer = library.current("public").layer_of("enterprises")
    stores = {name: library.current(name).store(layer) for name in ("public", "staff")}
    assert {"invest_planned_wan", "employees", "uscc"} <= set(stores["staff"].fields)
    assert not {"invest_planned_wan", "employees", "uscc"} & set(stores["public"].fields)


def test_a_version_of_earlier_software_has_no_store(library: Library) -> None:
    with pytest.raises(NotFound, match="STORE_MISSING"):
        library.current("public").store("parks")


def test_a_database_is_not_for_browsers(published: Path) -> None:
    snapshot = Library(published).current("public")
    assert snapshot.served_file("site.json").path.is_file()
    with pytest.raises(NotFound, match="FILE_UNKNOWN"):
        snapshot.served_file(f"features/{snapshot.layer_of('parks')}.sqlite")
