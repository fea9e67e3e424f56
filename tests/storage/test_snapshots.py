"""The snapshot store: atomic, pruned, rolled back, found again after a crash."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest

from geo.errors import NotFound, RunError
from geo.storage.snapshots import KEPT_VERSIONS, SnapshotStore, content_version

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BODY = b'{"type":"FeatureCollection","features":[' + b" " * 500 + b"]}"


def version_of(number: int) -> str:
    return f"2026-11-22-{number:010x}"


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path)


def put(store: SnapshotStore, number: int, at: datetime = NOON) -> str:
    version = version_of(number)
    store.write(version, {"public/a.geojson": BODY}, {"assets": "a1"})
    store.point_to(version, by="clerk", now=at)
    return version


def test_same_files_and_inputs_have_the_same_version() -> None:
    one = content_version("2026-11-22", {"a": b"1", "b": b"2"}, {"assets": "x"})
    assert one == content_version("2026-11-22", {"b": b"2", "a": b"1"}, {"assets": "x"})
    assert one != content_version("2026-11-22", {"a": b"1", "b": b"3"}, {"assets": "x"})
    assert one != content_version("2026-11-22", {"a": b"1", "b": b"2"}, {"assets": "y"})


def test_nothing_is_current_before_the_first_publish(store: SnapshotStore) -> None:
    assert store.current() is None
    assert store.kept() == []


def test_compressed_twins_hold_the_same_body(store: SnapshotStore) -> None:
    folder = store.path(put(store, 1)) / "public"
    assert brotli.decompress((folder / "a.geojson.br").read_bytes()) == BODY
    assert gzip.decompress((folder / "a.geojson.gz").read_bytes()) == BODY


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    folders = []
    for name in ("one", "two"):
        store = SnapshotStore(tmp_path / name)
        folders.append(store.path(put(store, 1)))
    files = [sorted(p.relative_to(f) for p in f.rglob("*") if p.is_file()) for f in folders]
    assert files[0] == files[1]
    assert all((folders[0] / p).read_bytes() == (folders[1] / p).read_bytes() for p in files[0])


def test_the_manifest_lists_every_file_with_its_hash(store: SnapshotStore) -> None:
    manifest = json.loads((store.path(put(store, 1)) / "manifest.json").read_text())
    assert manifest["format"] == 1
    assert manifest["files"]["public/a.geojson"]["size"] == len(BODY)
    assert manifest["files"]["public/a.geojson"]["encodings"] == ["br", "gz"]


@pytest.mark.parametrize("version", ["../current", "", "2026-11-22-zz", "2026-11-22-0000000009"])
def test_an_unknown_version_is_not_found(store: SnapshotStore, version: str) -> None:
    put(store, 1)
    with pytest.raises(NotFound):
        store.path(version)


def test_pointing_to_an_unknown_version_changes_nothing(store: SnapshotStore) -> None:
    first = put(store, 1)
    with pytest.raises(NotFound):
        store.point_to(version_of(9), by="clerk", now=NOON)
    assert store.current() == first


def test_the_last_ten_are_kept_and_dropped_ones_live_for_an_hour(store: SnapshotStore) -> None:
    versions = [put(store, n, NOON + timedelta(minutes=n)) for n in range(KEPT_VERSIONS + 2)]
    soon = NOON + timedelta(minutes=KEPT_VERSIONS + 2)
    store.prune(soon)
    assert all(store.has(v) for v in versions)
    store.prune(soon + timedelta(minutes=60))
    assert [v for v in versions if not store.has(v)] == versions[:2]


def test_the_current_version_survives_even_when_it_is_old(store: SnapshotStore) -> None:
    first = put(store, 0)
    for n in range(1, KEPT_VERSIONS + 3):
        put(store, n, NOON + timedelta(minutes=n))
    store.point_to(first, by="clerk", now=NOON + timedelta(hours=1))
    store.prune(NOON + timedelta(days=1))
    assert store.has(first)
    assert store.kept()[0].version == first


def test_what_a_killed_publish_left_is_removed_after_an_hour(store: SnapshotStore) -> None:
    put(store, 1)
    left = store.root / f"building-{version_of(2)}-99"
    left.mkdir()
    old = (NOON - timedelta(hours=2)).timestamp()
    os.utime(left, (old, old))
    fresh = store.root / f"building-{version_of(3)}-98"
    fresh.mkdir()
    os.utime(fresh, (NOON.timestamp(), NOON.timestamp()))
    store.prune(NOON)
    assert not left.exists()
    assert fresh.exists()


def test_unused_assets_are_removed_and_used_ones_stay(store: SnapshotStore) -> None:
    store.write_assets("a1", {"x.js": b"1"}, {})
    store.write_assets("b2", {"x.js": b"2"}, {})
    put(store, 1)
    for folder in store.assets.iterdir():
        os.utime(folder, (0, 0))
    store.prune(NOON)
    assert [folder.name for folder in store.assets.iterdir()] == ["a1"]


def test_a_folder_without_a_manifest_is_written_anew(store: SnapshotStore) -> None:
    (store.root / version_of(1) / "public").mkdir(parents=True)
    assert not store.has(version_of(1))
    put(store, 1)
    assert store.has(version_of(1))


def test_a_line_cut_off_in_the_log_is_passed_over(store: SnapshotStore) -> None:
    first = put(store, 1)
    with (store.root / "log.jsonl").open("a") as log:
        log.write('{"version": "2026-')
    assert [p.version for p in store.publications()] == [first]


def test_a_second_process_cannot_publish_at_the_same_time(store: SnapshotStore) -> None:
    script = (
        "import sys; from pathlib import Path; from geo.storage.snapshots import SnapshotStore\n"
        "from geo.errors import RunError\n"
        "try:\n"
        "    with SnapshotStore(Path(sys.argv[1])).lock(): print('entered')\n"
        "except RunError as error: print(error.code)"
    )
    command = [sys.executable, "-c", script, str(store.root.parent)]
    with store.lock():
        held = subprocess.run(command, capture_output=True, text=True, check=True)
    free = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (held.stdout.strip(), free.stdout.strip()) == ("PUBLISH_LOCKED", "entered")


def test_the_lock_is_free_again_after_a_failure(store: SnapshotStore) -> None:
    with pytest.raises(RuntimeError), store.lock():
        raise RuntimeError
    with store.lock():
        pass


def test_the_lock_refuses_a_second_holder(store: SnapshotStore) -> None:
    with store.lock(), pytest.raises(RunError), SnapshotStore(store.root.parent).lock():
        pass


def test_a_large_file_is_moved_from_the_workspace(store: SnapshotStore) -> None:
    version = version_of(1)
    with store.workspace() as folder:
        (folder / "big").write_bytes(BODY)
        files = {"public/a.sqlite": folder / "big", "public/b.json": BODY}
        assert content_version("2026-11-22", files, {}) == content_version(
            "2026-11-22", {"public/a.sqlite": BODY, "public/b.json": BODY}, {}
        )
        store.write(version, files, {"assets": "a1"})
        assert not (folder / "big").exists()
    assert not folder.exists()
    written = store.path(version) / "public" / "a.sqlite"
    listed = json.loads((store.path(version) / "manifest.json").read_text())["files"]
    assert written.read_bytes() == BODY
    assert listed["public/a.sqlite"] == {**listed["public/b.json"], "encodings": []}
