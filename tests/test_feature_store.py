"""The store of features agrees with a plain filter, whatever is asked, by many at once."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import geo.feature_store
from geo.feature_store import FeatureStore, is_large, quoted
from geo.storage.feature_files import write_features

LONGITUDES = st.integers(8000, 8100).map(lambda n: n / 100)
LATITUDES = st.integers(3600, 3700).map(lambda n: n / 100)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
WORDS = st.none() | TEXTS.filter(bool)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    """A box inside the region; it may be a line or a point."""
    x, y = (
        sorted(draw(st.tuples(LONGITUDES, LONGITUDES))),
        sorted(draw(st.tuples(LATITUDES, LATITUDES))),
    )
    return x[0], y[0], x[1], y[1]


@st.composite
def frames(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Halls of any name, with or without a place."""
    keys = draw(st.lists(TEXTS.filter(bool), unique=True, max_size=12))
    rows = [
        (key, draw(WORDS), draw(st.none() | st.integers(1, 50)), draw(st.none() | boxes()))
        for key in keys
    ]
    names, floors, places = zip(*(row[1:] for row in rows), strict=True) if rows else ((), (), ())
    return gpd.GeoDataFrame(
        {
            "building_id": pd.Series(keys, dtype="str"),
            "name_zh": pd.Series(names, dtype="str"),
            "floors": pd.array(floors, dtype="Int64"),
        },
        geometry=gpd.GeoSeries([place and outline(*place) for place in places], crs="EPSG:4326"),
    )


def outline(minx: float, miny: float, maxx: float, maxy: float) -> Any:
    if (minx, miny) == (maxx, maxy):
        return shapely.Point(minx, miny)
    return shapely.box(minx, miny, maxx + 0.001, maxy + 0.001)


def touches(place: Any, bbox: tuple[float, float, float, float]) -> bool:
    if place is None:
        return False
    minx, miny, maxx, maxy = place.bounds
    return bool(maxx >= bbox[0] and maxy >= bbox[1] and minx <= bbox[2] and miny <= bbox[3])


def stored(folder: Path, frame: gpd.GeoDataFrame) -> FeatureStore:
    path = folder / "layer 100%?#.sqlite"
    write_features(path, frame, key="building_id", kind="buildings")
    return FeatureStore(path)


@given(frame=frames(), bbox=st.none() | boxes(), least=st.none() | st.integers(0, 51))
@settings(max_examples=60)
def test_it_agrees_with_a_plain_filter(
    frame: gpd.GeoDataFrame, bbox: tuple[float, float, float, float] | None, least: int | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = stored(Path(folder), frame)
        expected = [
            (key, name)
            for key, name, floors, place in sorted(
                frame.itertuples(index=False, name=None), key=lambda row: row[0]
            )
            if (bbox is None or touches(place, bbox))
            and (least is None or (not pd.isna(floors) and floors >= least))
        ]
        where = None if least is None else (f"{quoted('floors')} >= ?", [least])
        found = [json.loads(body) for _, body in store.select(bbox=bbox, where=where, limit=99)]
        assert [feature["id"] for feature in found] == [key for key, _ in expected]
        for feature, (_, name) in zip(found, expected, strict=True):
            assert feature["properties"].get("name_zh") == (None if pd.isna(name) else name)
            assert json.loads(store.get(feature["id"]) or b"") == feature
        assert store.matched(bbox=bbox, where=where) == len(expected)
        assert list(store.keys()) == sorted(frame["building_id"])
        close(store)


def close(store: FeatureStore) -> None:
    """Windows removes no file that is open."""
    for connection in store._idle:
        connection.close()


@pytest.fixture
def many(tmp_path: Path) -> FeatureStore:
    """A thousand points along a line, of two floors in turn."""
    count = 1000
    frame = gpd.GeoDataFrame(
        {
            "building_id": [f"B{number:04}" for number in range(count)],
            "floors": pd.array(np.arange(count) % 2 + 1, dtype="Int64"),
        },
        geometry=shapely.points(80 + np.arange(count) / 1000, 37),
        crs="EPSG:4326",
    )
    return stored(tmp_path, frame)


def test_pages_follow_one_another(many: FeatureStore) -> None:
    where = (f"{quoted('floors')} = ?", [2])
    found: list[str] = []
    after = 0
    while page := many.select(where=where, bbox=(80.1, 36, 80.3, 38), limit=7, after=after):
        found += [json.loads(body)["id"] for _, body in page]
        after = page[-1][0]
    assert found == [f"B{number:04}" for number in range(101, 301, 2)]


def test_a_box_around_much_is_answered_without_the_index(
    many: FeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = (80.1, 36, 80.3, 38)
    by_index = many.select(bbox=box, limit=2000)
    monkeypatch.setattr(geo.feature_store, "_MANY", 10)
    assert many.select(bbox=box, limit=2000) == by_index
    assert len(by_index) == many.matched(bbox=box) == 201


def test_a_missing_key_is_none(many: FeatureStore) -> None:
    assert many.get("B9999") is None


def test_it_cannot_be_written(many: FeatureStore) -> None:
    with pytest.raises(sqlite3.Error, match="one statement"):
        many.select(where=("1); DELETE FROM fields; --", []), limit=1)
    with many._reading() as connection, pytest.raises(sqlite3.Error, match="readonly"):
        connection.execute("DELETE FROM fields")


def test_many_threads_read_at_once(many: FeatureStore) -> None:
    def read(number: int) -> tuple[str, int]:
        key = f"B{number % 1000:04}"
        feature = json.loads(many.get(key) or b"")
        x = 80 + (number % 1000) / 1000
        return feature["id"], many.matched(bbox=(x, 37, x, 37))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(read, range(2000)))
    assert answers == [(f"B{number % 1000:04}", 1) for number in range(2000)]
    assert len(many._idle) <= 8


def test_a_layer_is_large_from_a_number_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geo.feature_store, "LARGE_FROM", 3)
    assert [is_large(count) for count in (2, 3, 4)] == [False, True, True]
