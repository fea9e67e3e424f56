"""GeoJSON as written: RFC 7946, stable, without what is missing."""

from __future__ import annotations

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, shape

from geo.render.geojson import (
    layer_to_geojson,
    plain_values,
    rounded_numbers,
    table_to_records,
    to_json,
)

CLOCKWISE = Polygon([(80, 36), (80, 37), (81, 37), (81, 36)])


def frame(**columns: list[object]) -> gpd.GeoDataFrame:
    rows = len(next(iter(columns.values())))
    geometry = columns.pop("geometry", [Point(80.123456789, 36)] * rows)
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def write(layer: gpd.GeoDataFrame, kind: str = "places") -> dict[str, object]:
    return json.loads(layer_to_geojson(layer, key="id", kind=kind))


def test_features_are_in_the_order_of_their_key() -> None:
    document = write(frame(id=["b", "a"]))
    assert [f["id"] for f in document["features"]] == ["a", "b"]


def test_missing_values_are_left_out_and_types_stay() -> None:
    layer = frame(
        id=["a"], n=[3.0], share=[1 / 3], yes=[True], none=[None], na=[pd.NA], nan=[np.nan]
    )
    properties = write(layer)["features"][0]["properties"]
    assert properties == {"id": "a", "n": 3, "share": 0.333333, "yes": True}
    assert isinstance(properties["n"], int)


def test_a_record_without_a_place_has_a_null_geometry() -> None:
    features = write(frame(id=["a", "b"], geometry=[None, Point()]))["features"]
    assert [f["geometry"] for f in features] == [None, None]


def test_outer_rings_run_counter_clockwise() -> None:
    geometry = write(frame(id=["a"], geometry=[CLOCKWISE]))["features"][0]["geometry"]
    assert shape(geometry).exterior.is_ccw


@pytest.mark.parametrize(("kind", "expected"), [("places", 80.123457), ("parcels", 80.1234568)])
def test_coordinates_are_rounded_by_kind(kind: str, expected: float) -> None:
    document = write(frame(id=["a"]), kind)
    assert document["features"][0]["geometry"]["coordinates"][0] == expected


def test_the_callers_frame_is_not_changed() -> None:
    layer = frame(id=["b", "a"], geometry=[CLOCKWISE, CLOCKWISE])
    before = layer.copy()
    layer_to_geojson(layer, key="id", kind="parcels")
    pd.testing.assert_frame_equal(pd.DataFrame(layer), pd.DataFrame(before))


def test_numbers_that_json_does_not_know_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"x": math.inf})


@given(st.lists(st.text(), min_size=1, max_size=5, unique=True))
def test_any_text_comes_back_as_it_went_in(texts: list[str]) -> None:
    texts = [t.encode("utf-8", "ignore").decode() for t in texts]
    table = pd.DataFrame({"id": texts})
    assert json.loads(to_json(table_to_records(table))) == [{"id": t} for t in texts]


NUMBERS = st.lists(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(10**16), 10**16).map(lambda n: n / 1e6)
    | st.integers(-(10**12), 10**12).map(lambda n: n / 1e7)
    | st.sampled_from([-0.0, 0.5e-6, 1.5e-6, 2.675, 1e9, 1e22])
)


@given(NUMBERS)
def test_numbers_of_a_column_are_those_that_python_rounds_one_by_one(numbers: list[float]) -> None:
    rounded = [round(number, 6) for number in numbers]
    expected = [int(number) if number.is_integer() else number for number in rounded]
    found = plain_values(pd.Series([*numbers, math.nan], dtype=float))
    assert [(type(n), n) for n in found] == [(type(n), n) for n in [*expected, None]]


@given(NUMBERS)
def test_rounded_numbers_are_those_that_python_rounds_one_by_one(numbers: list[float]) -> None:
    values = np.array([*numbers, math.inf, math.nan])
    found = rounded_numbers(values)
    assert found[:-1].tolist() == [*(round(number, 6) for number in numbers), math.inf]
    assert math.isnan(found[-1])
    assert values[:-1].tolist() == [*numbers, math.inf]
