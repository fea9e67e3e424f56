"""Reading tiles: what is there, what is empty, what is none of the layer's, from many threads."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.errors import NotFound
from geo.render.tiles import Tile, Tileset
from geo.storage.tile_files import write_tiles
from geo.tile_archive import TileArchive
from tests.data.cadastre import make_cadastre


@pytest.fixture(scope="module")
def tileset() -> Tileset:
    frame = make_cadastre(300).assign(park_id="A", state="offer")
    return Tileset(frame, layer="parcels", key="parcel_id", kind="parcels")


@pytest.fixture(scope="module")
def tiles(tileset: Tileset) -> list[Tile]:
    return list(tileset.tiles())


@pytest.fixture(scope="module")
def archive(tileset: Tileset, tmp_path_factory: pytest.TempPathFactory) -> TileArchive:
    path = tmp_path_factory.mktemp("a folder # with % signs") / "parcels.mbtiles"
    write_tiles(path, tileset, title="地块 / Plots", attribution="示例 &amp; sample")
    return TileArchive(path)


def test_every_tile_can_be_read_by_its_place(archive: TileArchive, tiles: list[Tile]) -> None:
    assert len(tiles) > 10
    for tile in tiles:
        packed = archive.tile(tile.zoom, tile.x, tile.y)
        assert packed is not None and gzip.decompress(packed) == tile.body


def test_an_empty_place_has_no_tile(archive: TileArchive) -> None:
    assert archive.tile(archive.maxzoom, 0, 0) is None
    last = 2**archive.minzoom - 1
    assert archive.tile(archive.minzoom, last, last) is None


@pytest.mark.parametrize(
    ("zoom", "x", "y"),
    [(4, 0, 0), (16, 0, 0), (-1, 0, 0), (99, 0, 0), (6, 64, 0), (6, 0, 64), (6, -1, 0), (6, 0, -1)],
)
def test_what_is_outside_is_refused(archive: TileArchive, zoom: int, x: int, y: int) -> None:
    with pytest.raises(NotFound) as caught:
        archive.tile(zoom, x, y)
    assert caught.value.code == "TILE_UNKNOWN"
    assert caught.value.params == {"minzoom": 5, "maxzoom": 15}


def test_it_says_what_is_in_it(archive: TileArchive, tileset: Tileset) -> None:
    assert archive.metadata["name"] == "地块 / Plots"
    assert archive.metadata["format"] == "pbf"
    assert archive.metadata["attribution"] == "示例 &amp; sample"
    assert (archive.minzoom, archive.maxzoom) == (5, tileset.zooms.maxzoom)
    assert archive.bounds == pytest.approx(tileset.bounds, abs=1e-6)
    (layer,) = archive.layers
    assert layer["id"] == "parcels"
    fields = {"parcel_id": "String", "park_id": "String", "state": "String"}
    assert layer["fields"] == {**fields, "plots": "Number"}


def test_many_threads_read_at_once(archive: TileArchive, tiles: list[Tile]) -> None:
    def read(tile: Tile) -> bool:
        packed = archive.tile(tile.zoom, tile.x, tile.y)
        return packed is not None and gzip.decompress(packed) == tile.body

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, tiles * 20))
    assert len(archive._idle) <= 9


def test_nothing_is_written_beside_it(archive: TileArchive, tiles: list[Tile]) -> None:
    archive.tile(tiles[0].zoom, tiles[0].x, tiles[0].y)
    assert [path.name for path in archive.path.parent.iterdir()] == ["parcels.mbtiles"]


def test_it_needs_the_standard_library_alone() -> None:
    code = (
        "import sys, geo.tile_archive;"
        "assert not {'numpy', 'pandas', 'shapely', 'flask'} & set(sys.modules), sys.modules"
    )
    root = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], cwd=root, env={**os.environ}, check=True)
