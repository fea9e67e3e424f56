"""Tiles that another process writes: the very same ones, of each edition."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.render.tiles import Tileset, choose_zooms
from geo.storage.beside import working_beside
from geo.storage.handover import hand_over
from geo.storage.tile_files import write_tiles
from geo.storage.tile_process import start_tiles

PLOTS = {"key": "parcel_id", "kind": "parcels"}
TOLD = {"title": "地块 / Plots", "attribution": "示例 &amp; sample"}


def plots(state: str = "built") -> gpd.GeoDataFrame:
    """Return twelve plots side by side, with a field that no tile has."""
    shapes = [shapely.box(81 + n / 1000, 37, 81.001 + n / 1000, 37.001) for n in range(12)]
    facts = {"parcel_id": [f"P{n:02}" for n in range(12)], "state": state, "remark": "x"}
    return gpd.GeoDataFrame(facts, geometry=shapes, crs="EPSG:4326")


def written_here(folder: Path, frame: gpd.GeoDataFrame) -> bytes:
    """Return the tiles that this process writes."""
    path = folder / "here.mbtiles"
    path.unlink(missing_ok=True)
    write_tiles(path, Tileset(frame, layer="parcels", **PLOTS), **TOLD)
    return path.read_bytes()


@pytest.mark.parametrize("state", ["built", "offer"])
def test_each_edition_has_its_own(tmp_path: Path, state: str) -> None:
    frames = {"public": plots(), "staff": plots(state)}
    with working_beside() as beside:
        for edition, frame in frames.items():
            handed_over = tmp_path / f"{edition}.arrow"
            hand_over(handed_over, frame, **PLOTS)
            path = tmp_path / edition / "parcels.mbtiles"
            told = {**PLOTS, **TOLD, "zooms": choose_zooms(frame)}
            start_tiles(beside, handed_over, path, layer="parcels", **told)
        beside.finish()
    for edition, frame in frames.items():
        found = (tmp_path / edition / "parcels.mbtiles").read_bytes()
        assert found == written_here(tmp_path, frame)


def test_zooms_are_those_of_the_tiles() -> None:
    assert choose_zooms(plots()) == Tileset(plots(), layer="parcels", **PLOTS).zooms
    nowhere = plots().set_geometry(gpd.GeoSeries([None] * 12, crs="EPSG:4326"))
    assert choose_zooms(nowhere) == Tileset(nowhere, layer="parcels", **PLOTS).zooms
