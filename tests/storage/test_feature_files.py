"""Files of features: equal bytes for equal input, types from the frame, hostile values whole."""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from adbc_driver_sqlite import dbapi
from hypothesis import given
from hypothesis import strategies as st

from geo.feature_store import FeatureStore, quoted
from geo.render.geojson import geometry_texts, layer_to_geojson
from geo.storage import feature_files
from geo.storage.feature_files import write_features

SQUARE = shapely.box(81.00000004, 37, 81.5, 37.25)


def firms(**columns: object) -> gpd.GeoDataFrame:
    found = {"enterprise_id": ["E2", "E10", "E1"], **columns}
    places = [shapely.Point(81, 37), None, shapely.Point(82.12345678, 36)]
    return gpd.GeoDataFrame(found, geometry=places, crs="EPSG:4326")


def stored(tmp_path: Path, frame: gpd.GeoDataFrame, kind: str = "enterprises") -> FeatureStore:
    path = tmp_path / "layer.sqlite"
    write_features(path, frame, key=str(frame.columns[0]), kind=kind)
    return FeatureStore(path)


def held(store: FeatureStore, column: str) -> list[tuple[object, str]]:
    """Return each value of a column as SQLite has it, and its type there."""
    name = quoted(column)
    with closing(sqlite3.connect(store.path)) as database:
        found = database.execute(f"SELECT {name}, typeof({name}) FROM fields ORDER BY row")
        return found.fetchall()


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        frame = firms(name_zh=["乙", "丙", None], employees=pd.array([3, None, 1], dtype="Int64"))
        write_features(tmp_path / name, frame, key="enterprise_id", kind="enterprises")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_order_of_the_frame_does_not_matter(tmp_path: Path) -> None:
    frame = firms(name_zh=["乙", "丙", None])
    for name, found in (("one", frame), ("two", frame.iloc[::-1])):
        write_features(tmp_path / name, found, key="enterprise_id", kind="enterprises")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_features_are_those_of_the_published_layer(tmp_path: Path) -> None:
    frame = firms(name_zh=["乙", "", None], output_wan=[1.0, 2.5, None])
    store = stored(tmp_path, frame)
    published = layer_to_geojson(frame, key="enterprise_id", kind="enterprises")
    bodies = b",".join(body for _, body in store.select(limit=10))
    assert b'{"type":"FeatureCollection","features":[' + bodies + b"]}" == published


def test_columns_are_typed(tmp_path: Path) -> None:
    store = stored(
        tmp_path,
        firms(
            stage_on=["2020", None, "2021-03"],
            employees=pd.array([3, None, 1], dtype="Int64"),
            output_wan=[1.0, np.nan, 2.5],
            publish_name=pd.array([True, None, False], dtype="boolean"),
            uscc=pd.Series([None, None, None], dtype=object),
            landed_year=pd.Series([2001, None, 2003], dtype=object),
        ),
    )
    assert dict(store.fields) == {
        "enterprise_id": "text",
        "stage_on": "date",
        "employees": "integer",
        "output_wan": "number",
        "publish_name": "boolean",
        "uscc": "text",
        "landed_year": "integer",
    }
    assert store.matched(where=('"publish_name" = ?', [True])) == 1
    assert store.matched(where=('"output_wan" > ?', [2])) == 1
    assert store.matched(where=('"employees" IS NULL', [])) == 1


NULL = (None, "null")
# Rows are in the order of the keys: E1, E10, E2.
VALUES = {
    "texts": (pd.Series(["乙", None, ""], dtype="str"), [("", "text"), NULL, ("乙", "text")]),
    "texts with a NUL": (["a\0b", "b", "c"], [("c", "text"), ("b", "text"), ("a\0b", "text")]),
    "nothing but empty texts": (["", "", ""], [("", "text")] * 3),
    "objects": (
        pd.Series([Decimal("1.50"), None, 2.0], dtype=object),
        [("2", "text"), NULL, ("1.50", "text")],
    ),
    "categories": (
        pd.Series(["b", None, "a"], dtype="category"),
        [("a", "text"), NULL, ("b", "text")],
    ),
    "times": (
        pd.Series([pd.Timestamp(2026, 11, 30), None, pd.Timestamp(2026, 11, 30, 8)]),
        [("2026-11-30 08:00:00", "text"), NULL, ("2026-11-30 00:00:00", "text")],
    ),
    "whole numbers": (
        pd.array([2**63 - 1, None, -(2**63)], dtype="Int64"),
        [(-(2**63), "integer"), NULL, (2**63 - 1, "integer")],
    ),
    "whole numbers as objects": (
        pd.Series([2**62 + 1, None, 0], dtype=object),
        [(0, "integer"), NULL, (2**62 + 1, "integer")],
    ),
    "numbers": (
        [0.12345678, math.nan, 3.0],
        [(3.0, "real"), NULL, (0.123457, "real")],
    ),
    "numbers as objects": (
        pd.Series([0.12345678, pd.NA, np.float32(0.5)], dtype=object),
        [(0.5, "real"), NULL, (0.123457, "real")],
    ),
    "short numbers": (
        pd.array([0.12345678, None, 1.0], dtype="Float64"),
        [(1.0, "real"), NULL, (0.123457, "real")],
    ),
    "endless numbers": (
        [math.inf, 1e300, -math.inf],
        [(-math.inf, "real"), (1e300, "real"), (math.inf, "real")],
    ),
    "truth values": (
        pd.array([True, None, False], dtype="boolean"),
        [(0, "integer"), NULL, (1, "integer")],
    ),
    "truth values as categories": (
        pd.Series([True, True, False], dtype="category"),
        [(0, "integer"), (1, "integer"), (1, "integer")],
    ),
    "truth values as objects": (
        pd.Series([True, None, False], dtype=object),
        [(0, "integer"), NULL, (1, "integer")],
    ),
}


@pytest.mark.parametrize(("column", "expected"), VALUES.values(), ids=VALUES)
def test_values_are_held_in_the_type_of_their_column(
    tmp_path: Path, column: object, expected: list[tuple[object, str]]
) -> None:
    assert held(stored(tmp_path, firms(found=column)), "found") == expected


def test_a_date_is_text_whatever_it_was(tmp_path: Path) -> None:
    store = stored(tmp_path, firms(stage_on=[2020.0, None, 2021.0]))
    assert held(store, "stage_on") == [("2021", "text"), NULL, ("2020", "text")]


def test_a_key_of_numbers_is_text_without_a_point(tmp_path: Path) -> None:
    store = stored(tmp_path, firms().assign(enterprise_id=[10.0, 2.0, 1.5]))
    assert list(store.keys()) == ["1.5", "2", "10"]


def test_whole_numbers_that_sqlite_does_not_have_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OverflowError):
        stored(tmp_path, firms(found=pd.Series([2**64, 1, 2], dtype=object)))


def test_a_record_without_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(dbapi.Error, match=r"NOT NULL constraint failed: fields\.id"):
        stored(tmp_path, firms().assign(enterprise_id=["E1", None, "E2"]))


@pytest.mark.parametrize("name", ['x "y"', "面积 (亩)", "", "a?b%", "select"])
def test_a_column_may_have_any_name(tmp_path: Path, name: str) -> None:
    assert held(stored(tmp_path, firms(**{name: [1, 2, 3]})), name) == [
        (3, "integer"),
        (2, "integer"),
        (1, "integer"),
    ]


@pytest.mark.parametrize("name", ["策勒 县", "a%20b", "a?mode=ro", "a#b", "a'b"])
def test_the_file_may_lie_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name) / f"{name}.sqlite"
    write_features(path, firms(), key="enterprise_id", kind="enterprises")
    assert [found.relative_to(tmp_path) for found in tmp_path.rglob("*.sqlite")] == [path]
    assert FeatureStore(path).count == 3


HOSTILE = ["'; DROP TABLE fields; --", '"quoted"\\', "</script>\n\u2028${x}", "示例\U00020000"]


def test_hostile_values_come_back_as_they_were(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"enterprise_id": HOSTILE, "name_zh": HOSTILE},
        geometry=[shapely.Point(81, 37)] * len(HOSTILE),
        crs="EPSG:4326",
    )
    store = stored(tmp_path, frame)
    for text in HOSTILE:
        feature = json.loads(store.get(text) or b"")
        assert (feature["id"], feature["properties"]["name_zh"]) == (text, text)
        assert store.matched(where=('"name_zh" = ?', [text])) == 1
    assert list(store.keys()) == sorted(HOSTILE)


@pytest.mark.parametrize("name", ["row", "ID", "MinX", "Name_zh"])
def test_a_column_of_the_stores_own_is_refused(tmp_path: Path, name: str) -> None:
    frame = firms(name_zh=["a", "b", "c"], **{name: ["a", "b", "c"]})
    with pytest.raises(ValueError, match="columns"):
        stored(tmp_path, frame)


def test_two_records_of_one_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        stored(tmp_path, firms().assign(enterprise_id="E1"))


def test_boxes_are_those_of_the_rounded_shapes(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"parcel_id": ["A"]}, geometry=[SQUARE], crs="EPSG:4326")
    assert stored(tmp_path, frame, "parcels").extent == (81.0, 37.0, 81.5, 37.25)


def test_an_empty_layer_has_a_file_too(tmp_path: Path) -> None:
    store = stored(tmp_path, firms(name_zh=["a", "b", "c"]).iloc[:0])
    assert (store.count, store.extent, list(store.keys())) == (0, None, [])
    assert store.select(limit=5, bbox=(80, 30, 90, 40)) == []


def test_many_records_are_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = firms(name_zh=["乙", "丙", None])
    write_features(tmp_path / "whole", frame, key="enterprise_id", kind="enterprises")
    monkeypatch.setattr("geo.storage.feature_files.CHUNK", 2)
    store = stored(tmp_path, frame)
    assert [row for row, _ in store.select(limit=9)] == [1, 2, 3]
    assert store.path.read_bytes() == (tmp_path / "whole").read_bytes()


def test_the_file_needs_no_journal(tmp_path: Path) -> None:
    store = stored(tmp_path, firms())
    assert [path.name for path in tmp_path.iterdir()] == ["layer.sqlite"]
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@given(
    st.lists(
        st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=20
    )
)
def test_places_are_written_as_json_has_them(places: list[tuple[float, float] | None]) -> None:
    points = np.array([place and shapely.Point(place) for place in places], dtype=object)
    assert feature_files._shape_texts(points).to_pylist() == geometry_texts(points)


def test_a_place_without_end_is_refused() -> None:
    points = np.array([shapely.Point(81.0, math.inf)], dtype=object)
    with pytest.raises(ValueError, match="JSON"):
        feature_files._shape_texts(points)
