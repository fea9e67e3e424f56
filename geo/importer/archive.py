"""Zip archives of strangers: checked before anything is unpacked, written under our names.

Only the list of members is read to judge an archive. What is declared there binds the
unpacking as well, since :mod:`zipfile` never gives more bytes of a member than declared.
An archive within an archive is never opened.
"""

from __future__ import annotations

import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from geo.errors import ImportRefused

MAX_UNPACKED = 1 << 30
"""Bytes that the members of an archive may have together (1 GiB)."""
MAX_MEMBERS = 5_000
MAX_RATIO = 250
"""Unpacked to packed bytes; a table of blanks reaches 150, a bomb 1,000."""

_RATIO_FROM = 64 << 20  # below this an archive is harmless however well it packs
_MAX_DIRECTORY = MAX_MEMBERS * 1_000  # bytes; a name may take 500 of them
_END_RECORD = struct.Struct("<4s4H2LH")
_END_RECORD_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8_NAME = 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NESTED = (".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".kmz", ".bz2", ".xz")
_CLUTTER = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    ValueError,  # names that are not UTF-8, places before the start of the file
)


@dataclass(frozen=True)
class Member:
    """One file of an archive.

    Parameters
    ----------
    name
        Its path as a person reads it, with ``/`` between the parts. Never a path to write to.
    size
        Bytes unpacked, as declared.
    """

    name: str
    size: int
    _info: zipfile.ZipInfo

    @property
    def folder(self) -> str:
        """Return the path of the folder it is in, ``""`` at the top."""
        return self.name.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """Return the file name without its suffix."""
        return self.name.rpartition("/")[2].rpartition(".")[0]

    @property
    def suffix(self) -> str:
        """Return the suffix in lower case with its dot, ``""`` if there is none."""
        dot, end = self.name.rpartition("/")[2].rpartition(".")[1:]
        return f"{dot}{end}".lower() if dot else ""


class Archive:
    """An archive that has passed every check; made by :func:`open_archive`."""

    def __init__(self, source: zipfile.ZipFile, members: tuple[Member, ...]) -> None:
        self._source = source
        self.members = members

    @property
    def nested(self) -> tuple[Member, ...]:
        """Return the members that are archives themselves; they stay closed."""
        return tuple(m for m in self.members if m.suffix in _NESTED)

    def read(self, member: Member) -> bytes:
        """Return the bytes of a member; ``ImportRefused`` FILE_DAMAGED if they are broken."""
        with self._open(member) as stream:
            return stream.read()

    def extract(self, member: Member, target: Path) -> None:
        """Write a member to ``target``, a path that the caller has chosen.

        Raises ``ImportRefused`` FILE_DAMAGED if its bytes are broken.
        """
        with self._open(member) as stream, target.open("wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)

    @contextmanager
    def _open(self, member: Member) -> Iterator[IO[bytes]]:
        try:
            with self._source.open(member._info) as stream:
                yield stream
        except _BROKEN as error:
            raise ImportRefused("FILE_DAMAGED") from error


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Yield a zip archive that is safe to unpack.

    Raises ``ImportRefused``: FILE_DAMAGED (not a zip, cut off), ARCHIVE_TOO_LARGE (size,
    ratio or number of members of a bomb), ARCHIVE_UNSAFE (a name that leads elsewhere or
    occurs twice, a link), ARCHIVE_ENCRYPTED, ARCHIVE_METHOD (not plain zip compression).
    """
    _check_directory(path)
    try:
        source = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise ImportRefused("FILE_DAMAGED") from error
    with source:
        members = tuple(Member(_readable_name(i), i.file_size, i) for i in source.infolist())
        _check_sizes(members)
        for member in members:
            _check_member(member)
        _check_unique(members)
        files = (m for m in members if not m._info.is_dir() and not _is_clutter(m.name))
        yield Archive(source, tuple(files))


def check_archive(path: Path) -> None:
    """Raise what :func:`open_archive` raises if the archive is not safe to unpack."""
    with open_archive(path):
        pass


def _check_directory(path: Path) -> None:
    # zipfile loads the whole list of members before anyone can count them.
    with path.open("rb") as file:
        size = _directory_size(file)
    if size > _MAX_DIRECTORY:
        raise ImportRefused("ARCHIVE_TOO_LARGE")


def _directory_size(file: IO[bytes]) -> int:
    """Return the declared bytes of the list of members, as zipfile will take it."""
    length = file.seek(0, 2)
    start = max(0, length - _END_RECORD.size - 0xFFFF - _LOCATOR_64.size - _END_RECORD_64.size)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END_RECORD.size > len(tail):
        raise ImportRefused("FILE_DAMAGED")
    size: int = _END_RECORD.unpack_from(tail, at)[5]
    locator = at - _LOCATOR_64.size
    record = locator - _END_RECORD_64.size
    if record >= 0 and tail.startswith(b"PK\x06\x07", locator):
        size = max(size, _END_RECORD_64.unpack_from(tail, record)[8])
    return size


def _readable_name(info: zipfile.ZipInfo) -> str:
    """Return the name with ``/`` between its parts.

    Without the UTF-8 flag zipfile reads code page 437. Windows in Chinese writes GBK there
    and macOS UTF-8; a GBK byte may be a backslash, so this comes before the parts.
    """
    name = info.orig_filename.partition("\0")[0]
    if not info.flag_bits & _UTF8_NAME:
        name = _decoded(name)
    return name.replace("\\", "/")


def _decoded(name: str) -> str:
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _check_sizes(members: tuple[Member, ...]) -> None:
    unpacked = sum(m.size for m in members)
    packed = sum(m._info.compress_size for m in members)
    bomb = unpacked > _RATIO_FROM and unpacked > MAX_RATIO * packed
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or bomb:
        raise ImportRefused("ARCHIVE_TOO_LARGE")


def _check_member(member: Member) -> None:
    info = member._info
    if info.header_offset < 0:
        raise ImportRefused("FILE_DAMAGED")
    if info.flag_bits & _ENCRYPTED:
        raise ImportRefused("ARCHIVE_ENCRYPTED")
    if info.compress_type not in _METHODS:
        raise ImportRefused("ARCHIVE_METHOD")
    kind = stat.S_IFMT(info.external_attr >> 16)
    special = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
    if special or not _is_safe(member.name):
        raise ImportRefused("ARCHIVE_UNSAFE", name=shown(member.name))


def _is_safe(name: str) -> bool:
    if not name or _ABSOLUTE.match(name) or _CONTROL.search(name):
        return False
    return ".." not in name.split("/")


def _check_unique(members: tuple[Member, ...]) -> None:
    seen: set[str] = set()
    for member in members:
        key = member.name.casefold()
        if key in seen:
            raise ImportRefused("ARCHIVE_UNSAFE", name=shown(member.name))
        seen.add(key)


def _is_clutter(name: str) -> bool:
    parts = name.casefold().split("/")
    return parts[0] == _CLUTTER[0] or parts[-1] in _CLUTTER


def shown(name: str) -> str:
    """Return a stranger's name cut and cleaned so that it can stand in a sentence.

    >>> shown("a" * 100)[-3:]
    'aa…'
    """
    clean = "".join(c if c.isprintable() else "�" for c in name)
    return clean if len(clean) <= 60 else f"{clean[:60]}…"
