"""Columns taken over whole mean the same as values read one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import geo.storage.parquet
from geo.model import KINDS, Entry
from geo.storage.arrow import take_columns
from geo.storage.parquet import parse_parquet
from geo.storage.values import typed_frame

KIND = KINDS["enterprises"]
ENTRY = Entry.model_validate(
    {
        **{name: {"zh": "示例", "en": "Sample"} for name in ("title", "source")},
        "licence": "CC0",
        **{"kind": "enterprises", "key": "enterprise_id", "file": "firms.parquet"},
        **{"nature": "sample", "as_of": "2026", "public_fields": ()},
    }
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
COLUMNS = {
    "name_zh": st.lists(
        st.none() | TEXTS | st.sampled_from([" a ", "\u3000甲", "\x1c"]), min_size=3, max_size=3
    ),
    "stage_on": st.lists(
        st.sampled_from([None, "2020", "2020-02", " 2020-02-30", ""]), min_size=3, max_size=3
    ),
    "landed_year": st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3),
    "output_wan": st.lists(st.none() | st.floats(), min_size=3, max_size=3),
    "employees": st.lists(st.none() | st.floats(-5, 5) | st.just(2.0), min_size=3, max_size=3),
    "adcode": st.lists(st.none() | st.integers(0, 9), min_size=3, max_size=3),
    "publish_name": st.lists(st.none() | st.booleans(), min_size=3, max_size=3),
    "odd": st.lists(TEXTS, min_size=3, max_size=3),
}


@given(columns=st.fixed_dictionaries({}, optional=COLUMNS))
@settings(max_examples=150)
def test_whole_columns_are_read_like_single_values(columns: dict[str, list[Any]]) -> None:
    table = pa.table({"enterprise_id": ["E1", "E2", "E3"], **columns})
    taken = take_columns(table, KIND)
    rest = table.select([name for name in table.schema.names if name not in taken]).to_pylist()
    whole = typed_frame(KIND, ENTRY, rest or [{}] * 3, taken=taken)
    single = typed_frame(KIND, ENTRY, table.to_pylist())
    assert_frame_equal(whole, single)
    # A column of nothing but unknown names is unknown in both.
    assert whole.attrs == single.attrs


def test_columns_that_fit_are_taken() -> None:
    table = pa.table(
        {
            "enterprise_id": pa.array(["E1", "E1"]).dictionary_encode(),
            "stage_on": pa.array(["2020", None], pa.large_string()),
            "output_wan": pa.array([1.5, None], pa.float32()),
            "landed_year": pa.array([2001, None], pa.int16()),
            "publish_name": [True, None],
            "employees": [1.0, 2.0],
        }
    )
    found = take_columns(table, KIND)
    assert {name: str(column.dtype) for name, column in found.items()} == {
        "enterprise_id": "str",
        "stage_on": "str",
        "landed_year": "Int64",
        "output_wan": "float64",
        "publish_name": "boolean",
    }


def written(path: Path, frame: gpd.GeoDataFrame) -> bytes:
    frame.to_parquet(path)
    return path.read_bytes()


def test_a_file_of_another_program_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = gpd.GeoDataFrame(
        {
            "enterprise_id": ["E1", "E2", "E3"],
            "landed_year": pd.array([2001, None, 3], dtype="Int64"),
            "output_wan": [1.0, np.nan, 1e16],
        },
        geometry=gpd.points_from_xy([81, 82, np.inf], [37, 38, 39]),
        crs="EPSG:4326",
    )
    found = parse_parquet(written(tmp_path / "a.parquet", frame), ENTRY)
    assert list(found.columns) == ["enterprise_id", "landed_year"]
    assert found.bad_geometry == [(2, "not_finite")]
    assert [shape and shape.wkt for shape in found.geometries] == [
        "POINT (81 37)",
        "POINT (82 38)",
        None,
    ]
    monkeypatch.setattr(geo.storage.parquet, "take_columns", lambda table, kind: {})
    single = parse_parquet(written(tmp_path / "a.parquet", frame), ENTRY)
    assert_frame_equal(
        typed_frame(KIND, ENTRY, found.records, taken=found.columns),
        typed_frame(KIND, ENTRY, single.records),
    )


def test_what_a_record_says_comes_before_a_column() -> None:
    taken = {"landed_year": pd.Series([2001, None], dtype="Int64")}
    frame = typed_frame(KIND, ENTRY, [{}, {"landed_year": "in spring"}], taken=taken)
    assert frame["landed_year"].tolist() == [2001, pd.NA]
    assert frame.attrs["unparsed"] == [(1, "landed_year", "in spring")]
