"""Compound files, the containers of Excel 97, Word 97 and encrypted workbooks ([MS-CFB]).

Only as much as import needs: the names in one, and the bytes of one stream.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from geo.errors import ImportRefused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEADER_ENTRIES = 109  # sectors of the allocation table that the header itself lists
_LAST_SECTOR = 0xFFFFFFFA
_ENTRY = struct.Struct("<64sHB49xIQ")
_ENTRY_BYTES = 128
_MINI_SECTOR = 64
_MINI_STREAM_BELOW = 4096
_STORAGE_ROOT = 5


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class CompoundFile:
    """A compound file, with the table of its sectors read.

    Raises ``ImportRefused`` FILE_DAMAGED if sectors or the directory are missing.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._sector = 1 << struct.unpack_from("<H", data, 30)[0]
            if self._sector not in (512, 4096):
                raise ImportRefused("FILE_DAMAGED")
            self._table = self._allocation_table()
            (first,) = struct.unpack_from("<I", data, 48)
            self._entries = list(self._directory(first))
        except struct.error as error:
            raise ImportRefused("FILE_DAMAGED") from error

    @property
    def names(self) -> set[str]:
        """Return the names of all streams and storages, at any depth."""
        return {entry.name for entry in self._entries}

    def stream(self, name: str) -> bytes | None:
        """Return the bytes of the first stream of that name, ``None`` if there is none.

        Raises ``ImportRefused`` FILE_DAMAGED if it is cut off.
        """
        entry = next((e for e in self._entries if e.name == name), None)
        if entry is None:
            return None
        small = entry.size < _MINI_STREAM_BELOW and entry.kind != _STORAGE_ROOT
        found = self._mini(entry) if small else self._read(entry.start)
        if len(found) < entry.size:
            raise ImportRefused("FILE_DAMAGED")
        return found[: entry.size]

    def _allocation_table(self) -> list[int]:
        listed = list(struct.unpack_from(f"<{_HEADER_ENTRIES}I", self._data, 76))
        (following, _) = struct.unpack_from("<2I", self._data, 68)
        seen: set[int] = set()
        while following < _LAST_SECTOR and following not in seen:
            seen.add(following)
            *more, following = self._numbers(following)
            listed += more
        used = [at for at in listed if at < _LAST_SECTOR]
        if len(set(used)) < len(used):
            raise ImportRefused("FILE_DAMAGED")  # a table that lists itself grows without end
        return [n for at in used for n in self._numbers(at)]

    def _numbers(self, sector: int) -> tuple[int, ...]:
        offset = (sector + 1) * self._sector
        return struct.unpack_from(f"<{self._sector // 4}I", self._data, offset)

    def _chain(self, start: int, table: list[int]) -> Iterator[int]:
        left = len(table)  # a chain that is longer runs in a circle
        while start < _LAST_SECTOR:
            if start >= len(table) or left == 0:
                raise ImportRefused("FILE_DAMAGED")
            yield start
            left -= 1
            start = table[start]

    def _read(self, start: int) -> bytes:
        size = self._sector
        return b"".join(
            self._data[(at + 1) * size : (at + 2) * size] for at in self._chain(start, self._table)
        )

    def _directory(self, start: int) -> Iterator[_Entry]:
        data = self._read(start)
        for offset in range(0, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            name, length, kind, first, size = _ENTRY.unpack_from(data, offset)
            text = name[: max(0, length - 2)].decode("utf-16-le", errors="replace")
            if kind:
                # The upper half of the size is not kept by the older version of the format.
                yield _Entry(text, kind, first, size & 0xFFFFFFFF)

    def _mini(self, entry: _Entry) -> bytes:
        root = next((e for e in self._entries if e.kind == _STORAGE_ROOT), None)
        if root is None:
            raise ImportRefused("FILE_DAMAGED")
        (first,) = struct.unpack_from("<I", self._data, 60)
        numbers = self._read(first)
        table = list(struct.unpack(f"<{len(numbers) // 4}I", numbers[: len(numbers) // 4 * 4]))
        stream = self._read(root.start)
        return b"".join(
            stream[at * _MINI_SECTOR : (at + 1) * _MINI_SECTOR]
            for at in self._chain(entry.start, table)
        )
