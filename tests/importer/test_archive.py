import stat
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import ImportRefused
from geo.importer import archive as archives
from geo.importer.archive import check_archive, open_archive
from tests.importer.spatial_files import gbk_named_zip, zipped


def refusal(path):
    with pytest.raises(ImportRefused) as caught:
        check_archive(path)
    return caught.value


def test_members_are_listed_and_extracted_under_a_name_of_ours(tmp_path):
    path = zipped(tmp_path / "a.zip", {"夹/地块.SHP": b"one", "夹/地块.dbf": b"two"})
    with open_archive(path) as archive:
        shape = next(m for m in archive.members if m.suffix == ".shp")
        archive.extract(shape, tmp_path / "s0.shp")
    assert (shape.folder, shape.stem, shape.size) == ("夹", "地块", 3)
    assert (tmp_path / "s0.shp").read_bytes() == b"one"


def test_names_in_gbk_without_the_flag_are_readable(tmp_path):
    # The second byte of 誠 in GBK is a backslash.
    path = gbk_named_zip(tmp_path / "a.zip", {"地块/工业用地.shp": b"1", "誠.dbf": b"2"})
    with open_archive(path) as archive:
        assert [m.name for m in archive.members] == ["地块/工业用地.shp", "誠.dbf"]


def test_names_in_utf8_without_the_flag_are_readable(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x" * 9, b"1")
    path.write_bytes(path.read_bytes().replace(b"x" * 9, "界址点".encode()))
    with open_archive(path) as archive:
        assert [m.name for m in archive.members] == ["界址点"]


def test_clutter_of_operating_systems_is_no_member(tmp_path):
    clutter = {"__MACOSX/._a.shp": b"", "夹/.DS_Store": b"", "Thumbs.db": b"", "a.shp": b"1"}
    with open_archive(zipped(tmp_path / "a.zip", clutter)) as archive:
        assert [m.name for m in archive.members] == ["a.shp"]


@pytest.mark.parametrize(
    "name",
    ["../a.shp", "a/../../b.shp", "/etc/passwd", "C:/a.shp", "..\\a.shp", "\\a.shp", "a\n.shp"],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    assert refusal(zipped(tmp_path / "a.zip", {name: b"1"})).code == "ARCHIVE_UNSAFE"


def test_backslashes_of_old_programs_are_separators(tmp_path):
    with open_archive(zipped(tmp_path / "a.zip", {"夹\\a.shp": b"1"})) as archive:
        assert archive.members[0].name == "夹/a.shp"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_device_is_refused(tmp_path, kind):
    info = zipfile.ZipInfo("a.shp")
    info.external_attr = (kind | 0o777) << 16
    assert refusal(zipped(tmp_path / "a.zip", {info: b"/etc/passwd"})).code == "ARCHIVE_UNSAFE"


def test_two_members_of_one_name_are_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.shp": b"1", "A.SHP": b"2"})
    assert refusal(path).params == {"name": "A.SHP"}


def test_a_password_is_told_as_such(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.shp": b"1"})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert refusal(path).code == "ARCHIVE_ENCRYPTED"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_of_other_kinds_is_refused(tmp_path, method):
    path = zipped(tmp_path / "a.zip", {"a.shp": b"1"}, compression=method)
    assert refusal(path).code == "ARCHIVE_METHOD"


def test_a_bomb_is_refused_before_it_goes_off(tmp_path):
    path = tmp_path / "bomb.zip"
    zipped(path, {"a.shp": bytes(80 << 20)})
    assert path.stat().st_size < 100_000
    assert refusal(path).code == "ARCHIVE_TOO_LARGE"


def test_an_archive_of_too_many_bytes_is_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", {"a": b"1234", "b": b"5678"})
    check_archive(path)
    monkeypatch.setattr(archives, "MAX_UNPACKED", 7)
    assert refusal(path).code == "ARCHIVE_TOO_LARGE"


def test_too_many_members_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(archives.MAX_MEMBERS + 1):
            archive.writestr(f"{number}", b"")
    assert refusal(path).code == "ARCHIVE_TOO_LARGE"


def test_a_list_of_members_too_long_to_load_is_refused_unread(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", {"n" * 200: b"1"})
    monkeypatch.setattr(archives, "_MAX_DIRECTORY", 200)
    monkeypatch.setattr(zipfile, "ZipFile", None)  # would load it
    assert refusal(path).code == "ARCHIVE_TOO_LARGE"


def test_more_bytes_than_declared_are_never_unpacked(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.shp": b"x" * 5_000})
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02") + 24
    raw[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    with open_archive(path) as archive, pytest.raises(ImportRefused) as caught:
        archive.read(archive.members[0])
    assert caught.value.code == "FILE_DAMAGED"


LIST_OF_NOTHING = b"PK\x05\x06" + bytes([9] * 8 + [0, 0, 1, 0] * 2 + [0, 0])


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", LIST_OF_NOTHING, b"no zip"])
def test_what_is_no_zip_is_damaged(tmp_path, data):
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert refusal(path).code == "FILE_DAMAGED"


def test_a_zip_that_is_cut_off_is_damaged(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.shp": bytes(range(256)) * 40})
    path.write_bytes(path.read_bytes()[:-30])
    assert refusal(path).code == "FILE_DAMAGED"


def test_an_archive_in_an_archive_stays_closed(tmp_path):
    with open_archive(zipped(tmp_path / "a.zip", {"b.zip": b"PK", "c.txt": b""})) as archive:
        assert [m.name for m in archive.nested] == ["b.zip"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8))
def test_a_zip_with_any_bytes_changed_is_read_or_refused(tmp_path, changes):
    path = zipped(tmp_path / "a.zip", {"地块.shp": b"one" * 40, "b.dbf": b"two"})
    raw = bytearray(path.read_bytes())
    for place, value in changes:
        raw[place % len(raw)] = value
    path.write_bytes(raw)
    try:
        with open_archive(path) as archive:
            for member in archive.members:
                archive.read(member)
    except ImportRefused:
        pass
