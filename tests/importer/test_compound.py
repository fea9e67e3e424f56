import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ImportRefused
from geo.importer.compound import MAGIC, CompoundFile
from tests.importer.files import write_xls

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def entry(name, kind, start, size):
    raw = name.encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HB", len(raw) + 2, kind)
    return head + bytes(49) + struct.pack("<IQ", start, size)


def numbers(*values):
    return struct.pack("<128I", *values, *[FREE] * (128 - len(values)))


def small_file(content, *, size=None, table=(FAT, END, END, END), listed=(0,)):
    """A container with one short stream: sectors 0 table, 1 directory, 2 and 3 short streams."""
    header = MAGIC + bytes(16) + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<6I", len(listed), 1, 0, 4096, 2, 1) + struct.pack("<2I", END, 0)
    header += struct.pack("<109I", *listed, *[FREE] * (109 - len(listed)))
    blocks = -(-len(content) // 64)
    directory = entry("Root Entry", 5, 3, 512) + entry(
        "Book", 2, 0, len(content) if size is None else size
    )
    chain = numbers(*[*range(1, blocks), END] if blocks else [])
    return b"".join(
        (header, numbers(*table), directory.ljust(512, b"\0"), chain, content.ljust(512, b"\0"))
    )


@given(content=st.binary(max_size=512))
def test_a_short_stream_is_read(content):
    file = CompoundFile(small_file(content))
    assert file.names == {"Root Entry", "Book"}
    assert file.stream("Book") == content
    assert file.stream("Workbook") is None


def test_a_long_stream_is_read(tmp_path):
    data = write_xls(tmp_path / "a.xls", {"表": [[f"值{n}"] for n in range(3_000)]}).read_bytes()
    stream = CompoundFile(data).stream("Workbook")
    assert len(stream) > 4_096
    assert stream[:2] == struct.pack("<H", 0x809)  # the beginning of the workbook


@pytest.mark.parametrize(
    "data",
    [
        small_file(b"x" * 100, size=400),
        small_file(b"x", table=(FAT, 1, END, END)),
        small_file(b"x", table=(FAT, 200, END, END)),
        small_file(b"x", listed=(0, 0)),
        small_file(b"x", listed=(77,)),
        small_file(b"x")[:700],
        MAGIC,
    ],
)
def test_a_container_that_is_cut_off_or_runs_in_circles_is_damaged(data):
    with pytest.raises(ImportRefused, match="FILE_DAMAGED"):
        CompoundFile(data).stream("Book")
