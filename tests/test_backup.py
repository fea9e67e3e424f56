"""Backup and restore: the whole instance in one file, all of it or nothing."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from geo import backup as carry
from geo.backup import backup, restore
from geo.errors import DataError, GeoError, RunError
from geo.settings import BUNDLED_LAYERS, Settings
from geo.state import accounts, audit, open_state
from geo.storage.snapshots import SnapshotStore
from geo.storage.working_copy import Deed, WorkingCopy
from geo.web import create_app

PASSWORD = "a quiet sand dune"


def fill(out: Path) -> Settings:
    """Add imported data, an account and the secret to an instance, and return its settings."""
    copy = WorkingCopy(out)
    with copy.lock():
        copy.seed(BUNDLED_LAYERS, ["parks.geojson"])
        deed = Deed(by="li", action="import", file="园区.xlsx", rows={"new": 1})
        copy.write("parks", "parks.geojson", b'{"features": []}', deed)
    settings = Settings(out=out)
    accounts.add_user(open_state(settings), "li", role="staff", password=PASSWORD)
    (out / "secret").write_text("s3cret")
    return settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A small instance in use."""
    store = SnapshotStore(tmp_path / "out")
    with store.lock():
        store.write("2026-11-22-00000000aa", {"public/site.json": b"{}"}, {"assets": "a1"})
        store.write_assets("a1", {"app.css": b"* {}"}, {"modules": []})
        store.point_to("2026-11-22-00000000aa", by="li", now=datetime(2026, 11, 22, tzinfo=UTC))
    return fill(tmp_path / "out")


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    return backup(settings, tmp_path / "all.zip").path


def contents(out: Path) -> dict[str, bytes]:
    """Return what an instance holds, without its database, which is compared by its rows."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and "lock" not in path.name and not path.name.startswith("state.db")
    }


def rewrite(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a backup with other members, as somebody might who means harm."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    target = file.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return target


def listed(members: dict[str, bytes], change: Callable[[dict[str, object]], None]) -> None:
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()


def test_a_restored_instance_is_the_same_but_for_the_secret(
    published: Path, tmp_path: Path
) -> None:
    settings = fill(Path(shutil.copytree(published, tmp_path / "out")))
    other = Settings(out=tmp_path / "other")
    done = restore(other, backup(settings, tmp_path / "all.zip").path)
    assert done.moved_aside is None
    before, after = contents(settings.out), contents(other.out)
    assert before.pop("secret") == b"s3cret"
    assert after == before
    assert done.files == len(after) + 1
    state = open_state(other)
    assert accounts.sign_in(state, "li", PASSWORD, address="::1").role == "staff"
    assert "user_added" in [entry.action for entry in audit.entries(state, limit=9)]
    assert create_app(other).test_client().get("/").status_code == 200
    assert WorkingCopy(other.out).changes("parks", "parks.geojson")[0][0].file == "园区.xlsx"


def test_the_secret_is_not_in_the_backup(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        assert not [n for n in archive.namelist() if "secret" in n or "lock" in n]
        assert not [n for n in archive.namelist() if b"s3cret" in archive.read(n)]


def test_what_was_there_is_moved_aside_whole(settings: Settings, file: Path) -> None:
    before = contents(settings.out)
    (settings.out / "data" / "parks.geojson").write_text("spoilt")
    done = restore(settings, file)
    assert done.moved_aside is not None
    assert (done.moved_aside / "data" / "parks.geojson").read_text() == "spoilt"
    assert (done.moved_aside / "secret").is_file()
    assert contents(settings.out)["data/parks.geojson"] == before["data/parks.geojson"]
    assert not list(settings.out.parent.glob("*restoring*"))


def test_an_empty_directory_is_no_obstacle(file: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert restore(Settings(out=tmp_path / "new"), file).moved_aside is None


def test_what_is_half_built_is_not_carried(settings: Settings, tmp_path: Path) -> None:
    for name in ("snapshots/building-x/site.json", "data/.parks.geojson.7.new", "uploads/t"):
        (settings.out / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.out / name).write_text("half")
    with zipfile.ZipFile(backup(settings, tmp_path / "b.zip").path) as archive:
        names = archive.namelist()
    assert not [n for n in names if "building-" in n or ".new" in n or "uploads" in n]


def test_a_backup_overwrites_nothing(settings: Settings, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(RunError, match="BACKUP_EXISTS"):
        backup(settings, file)
    assert file.read_bytes() == before


def test_a_backup_waits_for_publish_and_import(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry, "_LOCK_SECONDS", 0.05)
    with SnapshotStore(settings.out).lock(), pytest.raises(RunError, match="PUBLISH_LOCKED"):
        backup(settings, tmp_path / "b.zip")
    with WorkingCopy(settings.out).lock(), pytest.raises(RunError, match="DATA_LOCKED"):
        backup(settings, tmp_path / "b.zip")
    assert not list(tmp_path.glob("*b.zip*"))


def test_a_backup_that_breaks_off_leaves_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(OSError, match="No space"):
        backup(settings, tmp_path / "b.zip")
    assert not list(tmp_path.glob("*b.zip*"))


def test_another_database_stays_where_it_is(settings: Settings, tmp_path: Path) -> None:
    other = Settings(out=settings.out, state_url="postgresql+nosuch://u@h/d")
    with zipfile.ZipFile(backup(other, tmp_path / "b.zip").path) as archive:
        assert "state.db" not in archive.namelist()


def test_an_instance_without_anything_can_be_carried(tmp_path: Path) -> None:
    done = backup(Settings(out=tmp_path / "none"), tmp_path / "b.zip")
    assert done.files == 0
    assert restore(Settings(out=tmp_path / "other"), done.path).files == 0


def assert_refused(settings: Settings, file: Path, code: str) -> None:
    """Refused with that code, and neither changed nor left anything."""
    before = contents(settings.out)
    beside = {path.name for path in settings.out.parent.iterdir()}
    with pytest.raises(GeoError) as caught:
        restore(settings, file)
    assert caught.value.code == code
    assert contents(settings.out) == before
    assert {path.name for path in settings.out.parent.iterdir()} == beside


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "data/../../evil",
        "/etc/evil",
        "data//evil",
        "C:/evil",
        "data\\..\\evil",
        "data/evil:stream",
        "data/.",
        "data/trailing.",
        "evil",
        "secret",
        "snapshots",
        "data/a\x00b",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(settings: Settings, file: Path, name: str) -> None:
    def add(members: dict[str, bytes]) -> None:
        members[name] = b"x"
        facts = {"sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
        listed(members, lambda m: m["files"].update({name: {**facts, "size": 1}}))  # type: ignore[attr-defined]

    with pytest.raises(DataError) as caught:
        restore(settings, rewrite(file, add))
    assert caught.value.code in ("BACKUP_MEMBER", "BACKUP_CHANGED")
    assert not list(settings.out.parent.rglob("evil*"))


def test_a_member_that_is_on_no_list_is_refused(settings: Settings, file: Path) -> None:
    changed = rewrite(file, lambda members: members.update({"data/more.csv": b"x"}))
    assert_refused(settings, changed, "BACKUP_MEMBER")


def test_two_members_that_are_one_on_windows_are_refused(settings: Settings, file: Path) -> None:
    def add(members: dict[str, bytes]) -> None:
        members["data/PARKS.geojson"] = members["data/parks.geojson"]
        listed(
            members,
            lambda m: m["files"].update({"data/PARKS.geojson": m["files"]["data/parks.geojson"]}),  # type: ignore[attr-defined,index]
        )

    assert_refused(settings, rewrite(file, add), "BACKUP_MEMBER")


@pytest.mark.parametrize("body", [b'{"features": [1]}', b'{"features": ()}', b""])
def test_a_changed_file_is_refused(settings: Settings, file: Path, body: bytes) -> None:
    changed = rewrite(file, lambda members: members.update({"data/parks.geojson": body}))
    assert_refused(settings, changed, "BACKUP_CHANGED")


def test_a_missing_file_is_refused(settings: Settings, file: Path) -> None:
    changed = rewrite(file, lambda members: members.pop("data/parks.geojson"))
    assert_refused(settings, changed, "BACKUP_CHANGED")


def test_a_member_that_is_larger_than_its_list_says_is_not_unpacked(
    settings: Settings, file: Path
) -> None:
    bomb = b"0" * 300_000_000
    target = file.with_name("bomb.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, bomb if name == "data/parks.geojson" else old.read(name))
    assert_refused(settings, target, "BACKUP_CHANGED")


def test_more_than_the_disk_holds_is_refused_at_once(settings: Settings, file: Path) -> None:
    def boast(members: dict[str, bytes]) -> None:
        listed(members, lambda m: m["files"]["data/parks.geojson"].update(size=10**18))  # type: ignore[index]

    assert_refused(settings, rewrite(file, boast), "DISK_FULL")


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{}", b'{"format": 1, "files": {"data/x": {}}}', b'{"format": 1, "files": 3}'],
)
def test_a_strange_list_is_refused(settings: Settings, file: Path, manifest: bytes) -> None:
    changed = rewrite(file, lambda members: members.update({"manifest.json": manifest}))
    assert_refused(settings, changed, "BACKUP_UNREADABLE")


def test_a_backup_of_a_newer_format_is_refused(settings: Settings, file: Path) -> None:
    changed = rewrite(file, lambda members: listed(members, lambda m: m.update(format=99)))
    assert_refused(settings, changed, "FORMAT_NEWER")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_half_a_file_is_refused(settings: Settings, file: Path, share: float) -> None:
    body = file.read_bytes()
    cut = file.with_name("cut.zip")
    cut.write_bytes(body[: int(len(body) * share)])
    assert_refused(settings, cut, "BACKUP_UNREADABLE")


def test_a_damaged_file_is_refused(settings: Settings, file: Path) -> None:
    body = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        entry = archive.getinfo("data/catalog.toml")
    start = entry.header_offset + 30 + len(entry.filename) + 40
    body[start : start + 8] = b"\xff" * 8
    damaged = file.with_name("damaged.zip")
    damaged.write_bytes(body)
    assert_refused(settings, damaged, "BACKUP_UNREADABLE")


def test_a_restore_that_cannot_be_moved_in_puts_everything_back(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if "restoring" in self.name:
            raise OSError(5, "Input/output error")
        return real(self, target)

    before = contents(settings.out)
    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="Input/output"):
        restore(settings, file)
    monkeypatch.undo()
    assert contents(settings.out) == before
    assert not [p for p in settings.out.parent.iterdir() if p.name.startswith("out.")]


def test_nothing_is_restored_into_an_import(
    settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry, "_LOCK_SECONDS", 0.05)
    with WorkingCopy(settings.out).lock():
        assert_refused(settings, file, "DATA_LOCKED")
