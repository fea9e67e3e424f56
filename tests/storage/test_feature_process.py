"""Feature files that another process writes: the very same ones, or a clear end."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.storage.beside import working_beside
from geo.storage.feature_files import write_features
from geo.storage.feature_process import start_features
from geo.storage.handover import hand_over
from tests.storage.test_handover import FIRMS, firms


def write_beside(folder: Path, frame: gpd.GeoDataFrame, *, key: str, kind: str) -> bytes:
    """Return the feature file that another process writes of a frame."""
    handed_over, path = folder / "handed.arrow", folder / "那里" / "features.sqlite"
    hand_over(handed_over, frame, key=key, kind=kind)
    with working_beside() as beside:
        start_features(beside, handed_over, path)
        beside.finish()
    return path.read_bytes()


def test_the_file_is_the_one_that_is_written_here(tmp_path: Path) -> None:
    write_features(tmp_path / "here.sqlite", firms(), **FIRMS)
    assert write_beside(tmp_path, firms(), **FIRMS) == (tmp_path / "here.sqlite").read_bytes()


def test_shapes_come_over_whole(tmp_path: Path) -> None:
    square = shapely.box(81, 37, 81.5, 37.25)
    shapes = [square, None, shapely.MultiPolygon([square, shapely.box(82, 37, 82.5, 37.25)])]
    plots = gpd.GeoDataFrame({"parcel_id": ["A", "B", "C"]}, geometry=shapes, crs="EPSG:4326")
    write_features(tmp_path / "here.sqlite", plots, key="parcel_id", kind="parcels")
    found = write_beside(tmp_path, plots, key="parcel_id", kind="parcels")
    assert found == (tmp_path / "here.sqlite").read_bytes()


def test_what_goes_wrong_there_is_told_here(tmp_path: Path) -> None:
    twice = firms().assign(enterprise_id="E1")
    with pytest.raises(RuntimeError, match="UNIQUE constraint"):
        write_beside(tmp_path, twice, **FIRMS)
