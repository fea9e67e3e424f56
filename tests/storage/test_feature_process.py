"""Feature files that another process writes: the very same ones, or a clear end."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.storage.feature_files import write_features
from geo.storage.feature_process import hand_over, writing_beside

FIRMS = {"key": "enterprise_id", "kind": "enterprises"}


def firms() -> gpd.GeoDataFrame:
    """Return firms with every type of column, with and without values."""
    return gpd.GeoDataFrame(
        {
            "enterprise_id": ["E3", "E1", "E2"],
            "name_zh": ["丙\U00020000", None, 'a"b'],
            "name_en": pd.Series([None, None, None], dtype="str"),
            "stage_on": ["2020", None, "2021-03"],
            "employees": pd.array([3, None, 2**40], dtype="Int64"),
            "landed_year": pd.array([2001, 2002, 2003], dtype="Int64"),
            "output_wan": [1.0, None, 0.1234567],
            "publish_name": pd.array([True, None, False], dtype="boolean"),
            "hidden": [True, False, True],
        },
        geometry=[shapely.Point(81.12345678, 37), None, shapely.Point(82, 36)],
        crs="EPSG:4326",
    )


def test_the_file_is_the_one_that_is_written_here(tmp_path: Path) -> None:
    write_features(tmp_path / "here.sqlite", firms(), **FIRMS)
    with writing_beside() as start:
        start(hand_over(tmp_path / "there" / "firms.sqlite", firms(), **FIRMS))
    there = tmp_path / "there"
    assert [path.name for path in there.iterdir()] == ["firms.sqlite"]
    assert (there / "firms.sqlite").read_bytes() == (tmp_path / "here.sqlite").read_bytes()


def test_one_after_the_other(tmp_path: Path) -> None:
    names = [f"第 {number} 层.sqlite" for number in range(3)]
    with writing_beside() as start:
        for name in names:
            start(hand_over(tmp_path / name, firms(), **FIRMS))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_shapes_come_over_whole(tmp_path: Path) -> None:
    square = shapely.box(81, 37, 81.5, 37.25)
    shapes = [square, None, shapely.MultiPolygon([square, shapely.box(82, 37, 82.5, 37.25)])]
    plots = gpd.GeoDataFrame({"parcel_id": ["A", "B", "C"]}, geometry=shapes, crs="EPSG:4326")
    write_features(tmp_path / "here.sqlite", plots, key="parcel_id", kind="parcels")
    with writing_beside() as start:
        start(hand_over(tmp_path / "plots.sqlite", plots, key="parcel_id", kind="parcels"))
    assert (tmp_path / "plots.sqlite").read_bytes() == (tmp_path / "here.sqlite").read_bytes()


def test_what_goes_wrong_there_is_told_here(tmp_path: Path) -> None:
    twice = firms().assign(enterprise_id="E1")
    with pytest.raises(RuntimeError, match="UNIQUE constraint"), writing_beside() as start:
        start(hand_over(tmp_path / "firms.sqlite", twice, **FIRMS))


def test_a_column_of_the_stores_own_is_refused_before(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="columns"):
        hand_over(tmp_path / "firms.sqlite", firms().assign(row=1), **FIRMS)


def test_it_is_ended_when_the_publish_fails(tmp_path: Path) -> None:
    handed_over = hand_over(tmp_path / "firms.sqlite", firms(), **FIRMS)
    with pytest.raises(KeyError), writing_beside() as start:
        start(handed_over)
        raise KeyError
    # It had no time to begin: what was handed over still lies there.
    assert handed_over.exists()
