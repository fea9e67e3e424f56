"""Write the vector tiles of one layer of one edition as one file (MBTiles 1.3).

An SQLite database that :class:`geo.tile_archive.TileArchive` and any GIS reads. Tiles are
compressed here once; equal input gives equal bytes.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from geo.render.tiles import Tile, Tileset

_LEVEL = 4
"""Of gzip: six takes nearly twice as long and saves a fiftieth."""

_FAST = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA application_id = 0x4d504258;
"""
"""Nobody reads the file before it is whole. The number says MBTiles to who looks for it."""

_TABLES = """
CREATE TABLE metadata (name TEXT, value TEXT);
CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
"""
_INDEX = "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)"


def write_tiles(path: Path, tileset: Tileset, *, title: str, attribution: str) -> None:
    """Write all tiles of a layer; the file must not exist.

    ``title`` and ``attribution`` are what a GIS shows of the layer, and under the map.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(_FAST)
        database.execute("BEGIN")
        for statement in _TABLES.split(";"):
            database.execute(statement)
        named = _metadata(tileset, title, attribution)
        database.executemany("INSERT INTO metadata VALUES (?, ?)", named)
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", _rows(tileset.tiles()))
        database.execute(_INDEX)
        database.execute("COMMIT")


def _rows(tiles: Iterator[Tile]) -> Iterator[tuple[int, int, int, bytes]]:
    for tile in tiles:
        # The format counts rows from the south.
        row = 2**tile.zoom - 1 - tile.y
        yield tile.zoom, tile.x, row, gzip.compress(tile.body, _LEVEL, mtime=0)


def _metadata(tileset: Tileset, title: str, attribution: str) -> Iterator[tuple[str, str]]:
    zooms = tileset.zooms
    layer = {
        "id": tileset.layer,
        "description": title,
        "minzoom": zooms.minzoom,
        "maxzoom": zooms.maxzoom,
        "fields": tileset.fields,
    }
    yield "name", title
    yield "format", "pbf"
    yield "type", "overlay"
    yield "minzoom", str(zooms.minzoom)
    yield "maxzoom", str(zooms.maxzoom)
    yield "detail", str(zooms.detail)
    yield "attribution", attribution
    if tileset.bounds is not None:
        minx, miny, maxx, maxy = tileset.bounds
        yield "bounds", f"{minx:.7f},{miny:.7f},{maxx:.7f},{maxy:.7f}"
        yield "center", f"{(minx + maxx) / 2:.7f},{(miny + maxy) / 2:.7f},{zooms.detail}"
    yield "json", json.dumps({"vector_layers": [layer]}, ensure_ascii=False)
