"""What is handed over to other processes: all of it, in the order of the key."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geo.render.geojson import in_order
from geo.storage.feature_files import Columns
from geo.storage.handover import hand_over, read_columns, read_fields, read_layer, read_parts

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


def test_records_come_over_in_the_order_of_the_key(tmp_path: Path) -> None:
    path = tmp_path / "第 1 层" / "firms.arrow"
    hand_over(path, firms(), **FIRMS)
    (found,) = read_parts(path)
    assert found["enterprise_id"].tolist() == ["E1", "E2", "E3"]
    assert found.geometry.tolist() == [None, shapely.Point(82, 36), shapely.Point(81.123457, 37)]
    assert found.crs == "EPSG:4326"
    assert found["employees"].tolist()[1:] == [2**40, 3]


def test_what_records_have_comes_over(tmp_path: Path) -> None:
    path = tmp_path / "firms.arrow"
    hand_over(path, firms(), **FIRMS)
    found = read_columns(path)
    assert found == Columns.of(firms(), **FIRMS)
    assert "name_en" in found.types
    assert "name_en" not in found.filled


def test_only_the_asked_fields_are_read(tmp_path: Path) -> None:
    path = tmp_path / "firms.arrow"
    hand_over(path, firms(), **FIRMS)
    found = read_fields(path, ["name_zh", "park_id", "enterprise_id"])
    assert sorted(found.columns) == ["enterprise_id", "geometry", "name_zh"]
    assert found["name_zh"].tolist()[1:] == ['a"b', "丙\U00020000"]


def test_equal_records_are_handed_over_as_equal_bytes(tmp_path: Path) -> None:
    for name, frame in (("a", firms()), ("b", firms().iloc[::-1]), ("c", firms().iloc[1:])):
        hand_over(tmp_path / name, frame, **FIRMS)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_a_column_of_the_stores_own_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="columns"):
        hand_over(tmp_path / "firms.arrow", firms().assign(row=1), **FIRMS)


def test_a_layer_comes_over_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "firms.arrow"
    hand_over(path, firms(), **FIRMS)
    expected = in_order(firms(), **FIRMS)
    assert_geodataframe_equal(read_layer(path), expected)
