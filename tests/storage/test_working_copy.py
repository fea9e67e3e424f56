"""The working copy: seeded once, changed in one step, every earlier version kept."""

import errno
import json

import pytest

from geo.errors import NotFound, RunError
from geo.storage import working_copy
from geo.storage.working_copy import Deed, WorkingCopy, layer_digest

FILES = ["a.csv", "b.geojson"]


def deed(action="import", by="clerk", file="企业.xlsx"):
    return Deed(by=by, action=action, file=file, rows={"new": 1})


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "layers"
    (folder / "codes").mkdir(parents=True)
    (folder / "pack").mkdir()
    for name in ("catalog.toml", "rules.toml", "a.csv", "b.geojson", "README.md", "build_pack.py"):
        (folder / name).write_text(f"{name}\n", encoding="utf-8")
    (folder / "codes" / "land.csv").write_text("code\n", encoding="utf-8")
    (folder / "pack" / "firms.py").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def copy(tmp_path, source):
    made = WorkingCopy(tmp_path / "out")
    with made.lock():
        made.seed(source, FILES)
    return made


def files_below(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def put(copy, body, **of_deed):
    with copy.lock():
        copy.write("firms", "a.csv", body, deed(**of_deed))


def test_only_data_are_copied(copy):
    assert files_below(copy.root) == [
        "a.csv", "b.geojson", "catalog.toml", "codes/land.csv", "rules.toml",
    ]  # fmt: skip
    assert (copy.root / "a.csv").read_bytes() == b"a.csv\n"


def test_an_existing_copy_is_never_seeded_again(copy, source):
    (source / "a.csv").write_bytes(b"other\n")
    with copy.lock():
        copy.seed(source, FILES)
    assert (copy.root / "a.csv").read_bytes() == b"a.csv\n"


def test_a_directory_that_contains_the_instance_is_not_copied_into_itself(source):
    inside = WorkingCopy(source / "instance")
    with inside.lock():
        inside.seed(source, FILES)
    assert "instance/data.lock" not in files_below(inside.root)


def test_the_first_change_keeps_what_was_there(copy):
    put(copy, b"new\n")
    assert (copy.root / "a.csv").read_bytes() == b"new\n"
    changes, current = copy.changes("firms", "a.csv")
    assert [(c.id, c.action, c.by, c.file) for c in changes] == [
        ("000002", "import", "clerk", "企业.xlsx"),
        ("000001", "seed", "", ""),
    ]
    assert current == "000002"
    assert copy.body("firms", "000001") == b"a.csv\n"
    assert changes[0].replaces == changes[1].sha256
    assert changes[0].at.endswith("+00:00")


def test_equal_bytes_are_no_change(copy):
    put(copy, b"a.csv\n")
    assert copy.changes("firms", "a.csv") == ([], None)


def test_going_back_is_a_change_of_its_own_and_the_latest_of_equals_is_current(copy):
    put(copy, b"new\n")
    put(copy, copy.body("firms", "000001"), action="restore")
    changes, current = copy.changes("firms", "a.csv")
    assert [c.action for c in changes] == ["restore", "import", "seed"]
    assert current == "000003"


def test_a_file_that_somebody_edited_is_kept_before_it_is_replaced(copy):
    put(copy, b"new\n")
    (copy.root / "a.csv").write_bytes(b"by hand\n")
    assert copy.changes("firms", "a.csv")[1] is None
    put(copy, b"newer\n")
    changes, current = copy.changes("firms", "a.csv")
    assert [c.action for c in changes] == ["import", "seed", "import", "seed"]
    assert copy.body("firms", changes[1].id) == b"by hand\n"
    assert current == changes[0].id


def test_an_entry_that_was_never_put_in_place_is_not_told(copy):
    put(copy, b"new\n")
    put(copy, b"lost\n")
    (copy.root / "a.csv").write_bytes(b"new\n")  # as if the machine had stopped in between
    changes, current = copy.changes("firms", "a.csv")
    assert [c.id for c in changes] == ["000002", "000001"]
    assert current == "000002"
    put(copy, b"newer\n")
    assert copy.changes("firms", "a.csv")[1] == "000004"


def test_what_a_killed_import_left_is_removed_by_the_next(copy):
    put(copy, b"new\n")
    (copy.root / ".a.csv.77.new").write_bytes(b"half")
    (copy.root.parent / "history" / "firms" / "building-000003").mkdir()
    put(copy, b"newer\n")
    assert [n for n in files_below(copy.root) if n.endswith(".new")] == []
    assert not (copy.root.parent / "history" / "firms" / "building-000003").exists()


def test_versions_beyond_the_last_fifty_are_dropped(copy, monkeypatch):
    monkeypatch.setattr(working_copy, "KEPT_CHANGES", 3)
    for number in range(6):
        put(copy, b"%d\n" % number)
    changes, current = copy.changes("firms", "a.csv")
    assert [copy.body("firms", c.id) for c in changes] == [b"5\n", b"4\n", b"3\n"]
    assert current == changes[0].id == "000007"


def test_large_versions_are_dropped_but_for_the_current_and_the_one_before(copy, monkeypatch):
    monkeypatch.setattr(working_copy, "KEPT_BYTES", 5)
    for number in range(4):
        put(copy, b"%d23456789\n" % number)
    assert len(copy.changes("firms", "a.csv")[0]) == 2


@pytest.mark.parametrize("number", ["000009", "", "../firms/000001", "building-000001"])
def test_an_unknown_version_is_told(copy, number):
    put(copy, b"new\n")
    with pytest.raises(NotFound) as told:
        copy.body("firms", number)
    assert told.value.code == "CHANGE_UNKNOWN"


def test_a_version_that_is_not_what_was_stored_is_not_put_back(copy):
    put(copy, b"new\n")
    (copy.root.parent / "history" / "firms" / "000001" / "body").write_bytes(b"tampered\n")
    with pytest.raises(NotFound):
        copy.body("firms", "000001")


def test_folders_that_something_else_made_are_passed_over(copy):
    put(copy, b"new\n")
    history = copy.root.parent / "history" / "firms"
    for name, meta in (("000008", "{"), ("000009", json.dumps({"at": 1})), ("notes", "")):
        (history / name).mkdir()
        (history / name / "meta.json").write_text(meta, encoding="utf-8")
    assert [c.id for c in copy.changes("firms", "a.csv")[0]] == ["000002", "000001"]


def test_one_process_at_a_time_changes_the_data(copy):
    with copy.lock(), pytest.raises(RunError) as told, copy.lock(timeout=0):
        pass
    assert told.value.code == "DATA_LOCKED"


def test_a_full_disk_is_told_and_another_fault_of_the_disk_is_not_called_that(copy, monkeypatch):
    for number, expected in ((errno.ENOSPC, RunError), (errno.EIO, OSError)):

        def refuse(path, body, number=number):
            raise OSError(number, "no")

        monkeypatch.setattr(working_copy, "write_durably", refuse)
        with pytest.raises(expected) as told:
            put(copy, b"new\n")
        assert getattr(told.value, "code", None) == ("DISK_FULL" if expected is RunError else None)
        assert (copy.root / "a.csv").read_bytes() == b"a.csv\n"


def test_a_file_that_cannot_be_replaced_leaves_no_entry(copy, monkeypatch):
    put(copy, b"new\n")
    replace = working_copy.replace_durably

    def refuse_layer(source, target):
        if target.parent == copy.root:
            raise OSError(errno.ENOSPC, "no")
        replace(source, target)

    monkeypatch.setattr(working_copy, "replace_durably", refuse_layer)
    with pytest.raises(RunError):
        put(copy, b"newer\n")
    monkeypatch.undo()
    assert files_below(copy.root.parent / "history") == [
        f"firms/{number}/{name}"
        for number in ("000001", "000002")
        for name in ("body", "meta.json")
    ]
    assert copy.changes("firms", "a.csv")[1] == "000002"


def test_the_digest_changes_with_the_layer_and_with_the_catalogue(copy):
    seen = {layer_digest(copy.root, "a.csv"), layer_digest(copy.root, "b.geojson")}
    (copy.root / "a.csv").write_bytes(b"x")
    seen.add(layer_digest(copy.root, "a.csv"))
    (copy.root / "catalog.toml").write_bytes(b"x")
    seen.add(layer_digest(copy.root, "a.csv"))
    seen.add(layer_digest(copy.root, "missing.csv"))
    assert len(seen) == 5
