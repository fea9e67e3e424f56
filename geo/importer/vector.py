"""Files with geometry, other than drawings and boundary points, to tables."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from geo.errors import ImportRefused
from geo.importer.archive import Archive, Member, open_archive, shown
from geo.importer.contours import contour_remarks
from geo.importer.gdal import list_layers, read_layer
from geo.importer.geojson import read_geojson
from geo.importer.kml import read_kml
from geo.importer.model import Table
from geo.importer.parquet import read_geoparquet
from geo.importer.shapefile import read_shapefiles

_SQLITE = b"SQLite format 3\0"
_FLATGEOBUF = re.compile(rb"fgb\x03fgb.[\s\S]{3}\0", re.DOTALL)
_GDB_MEMBER = re.compile(
    r"(?:a[0-9a-f]{8}\.(?:gdbtable|gdbtablx|gdbindexes|freelist|spx|atx|horizon"
    r"|[\w-]{1,80}\.atx)|gdb|timestamps)"
)
_GDB_CATALOGUE = "a00000001.gdbtable"


def read_vector(path: Path, format: str, *, name: str) -> list[Table]:
    """Return the tables of a file with geometry, one per layer.

    ``format`` is ``shapefile``, ``gpkg``, ``filegdb``, ``kml``, ``flatgeobuf``,
    ``geoparquet`` or ``geojson``. Geometries are 2-D in the numbers of the file; a missing
    one is ``None``, one that cannot be built is listed in ``bad_geometry``; nothing is
    repaired. Raises ``ImportRefused`` with what to do about the file.
    """
    tables = _READERS[format](path, name=name)
    if not tables:
        raise ImportRefused("NO_LAYERS")
    for table in tables:
        shapes = table.geometries or []
        table.remarks += contour_remarks(table.name, table.headings, shapes)
    return tables


def _read_geopackage(path: Path, *, name: str) -> list[Table]:
    del name  # every layer has its own
    _check_sqlite(path)
    real = _real_tables(path)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # SQLite writes beside the file that it reads, and GDAL goes by the suffix.
        copy = Path(folder) / "s.gpkg"
        shutil.copyfile(path, copy)
        layers = list_layers(copy, driver="GPKG", only=real)
        return [read_layer(copy, layer, format="gpkg") for layer in layers]


def _check_sqlite(path: Path) -> None:
    """Raise FILE_DAMAGED if the file is no SQLite database or shorter than it says."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(_SQLITE):
        raise ImportRefused("FILE_DAMAGED")
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    # The number of pages holds only where both counters of changes agree.
    if head[24:28] == head[92:96] and (65_536 if page == 1 else page) * pages > path.stat().st_size:
        raise ImportRefused("FILE_DAMAGED")


def _real_tables(path: Path) -> frozenset[str]:
    """Return the names of the tables that are no views; a view may compute for ever.

    Raises ``ImportRefused`` GEOPACKAGE_UNSAFE for a virtual table other than the format's
    spatial index: some kinds open other files.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            tables = {str(name): str(sql or "") for name, sql in rows}
    except sqlite3.DatabaseError as error:
        raise ImportRefused("FILE_DAMAGED") from error
    for table, sql in tables.items():
        words = sql.casefold().split()
        if "virtual" in words[:2] and not re.search(r"\busing\s+rtree\b", sql, re.IGNORECASE):
            raise ImportRefused("GEOPACKAGE_UNSAFE", name=shown(table))
    return frozenset(tables)


def _read_flatgeobuf(path: Path, *, name: str) -> list[Table]:
    with path.open("rb") as file:
        if not _FLATGEOBUF.match(file.read(12)):
            raise ImportRefused("FILE_DAMAGED")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "s.fgb"
        shutil.copyfile(path, copy)
        layers = list_layers(copy, driver="FlatGeobuf")
        if not layers:
            raise ImportRefused("FILE_DAMAGED")
        tables = [read_layer(copy, layer, format="flatgeobuf") for layer in layers]
    for table, layer in zip(tables, layers, strict=True):
        # GDAL ends in silence where the file does.
        if len(table.rows) < layer.records:
            raise ImportRefused("FILE_DAMAGED")
        table.name = Path(name).stem
    return tables


def _read_filegdb(path: Path, *, name: str) -> list[Table]:
    del name
    with open_archive(path) as archive, TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tables = []
        for number, members in enumerate(_geodatabases(archive)):
            target = Path(folder) / f"s{number}.gdb"
            target.mkdir()
            for member in members:
                archive.extract(member, target / _base(member))
            layers = list_layers(target, driver="OpenFileGDB")
            tables += [read_layer(target, layer, format="filegdb") for layer in layers]
    return tables


def _geodatabases(archive: Archive) -> list[list[Member]]:
    """Return the files of every geodatabase, which are those beside a catalogue."""
    folders = dict.fromkeys(m.folder for m in archive.members if _base(m) == _GDB_CATALOGUE)
    if not folders:
        raise ImportRefused("FILEGDB_MISSING")
    return [
        [m for m in archive.members if m.folder == folder and _GDB_MEMBER.fullmatch(_base(m))]
        for folder in folders
    ]


def _base(member: Member) -> str:
    # The format's own names, one of a fixed pattern: safe to write to.
    return member.name.rpartition("/")[2].lower()


_READERS: Mapping[str, Callable[..., list[Table]]] = {
    "shapefile": read_shapefiles,
    "gpkg": _read_geopackage,
    "filegdb": _read_filegdb,
    "kml": read_kml,
    "flatgeobuf": _read_flatgeobuf,
    "geoparquet": read_geoparquet,
    "geojson": read_geojson,
}
