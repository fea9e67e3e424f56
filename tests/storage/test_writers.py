"""Frames to layer files and back: nothing is lost, and the same frame gives the same bytes."""

import math

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo.catalog import read_catalog
from geo.crs import WGS84
from geo.model import KINDS
from geo.settings import BUNDLED_LAYERS
from geo.storage.files import read_layer, read_table
from geo.storage.values import typed_frame
from geo.storage.writers import layer_bytes, value_text

CATALOG = read_catalog(BUNDLED_LAYERS)
ENTRIES = CATALOG.entries()
HALF_OPEN = {"allow_nan": False, "allow_infinity": False}


def entry_of(name, **changes):
    return ENTRIES[name].model_copy(update=changes)


def read(folder, entry):
    return (read_layer if KINDS[entry.kind].is_layer else read_table)(folder, entry)


def there_and_back(folder, frame, entry):
    (folder / entry.file).write_bytes(layer_bytes(frame, entry))
    return read(folder, entry)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_bundled_layer_is_the_same_after_writing_and_reading(name, tmp_path):
    frame = read(BUNDLED_LAYERS, ENTRIES[name])
    again = there_and_back(tmp_path, frame, ENTRIES[name])
    assert_frame_equal(again, frame)
    assert again.attrs == frame.attrs
    assert layer_bytes(again, ENTRIES[name]) == layer_bytes(frame, ENTRIES[name])


def firms(records, shapes, entry):
    frame = typed_frame(KINDS["enterprises"], entry, records)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=frame.index, crs=WGS84))


TEXTS = st.text(min_size=1, max_size=30).filter(lambda t: t.strip())
RECORDS = st.fixed_dictionaries(
    {"enterprise_id": TEXTS},
    optional={
        "name_zh": TEXTS,
        "stage": TEXTS,
        "stage_on": st.sampled_from(["2020", "2020-02", "2020-02-29"]),
        "landed_year": st.integers(-(10**15), 10**15),
        "output_wan": st.floats(-1e15, 1e15, **HALF_OPEN),
        "publish_name": st.booleans(),
        "source": TEXTS,
    },
)
PLACES = st.one_of(
    st.none(), st.builds(Point, st.floats(-180, 180, **HALF_OPEN), st.floats(-90, 90, **HALF_OPEN))
)


@pytest.mark.parametrize("file", ["f.csv", "f.geojson"])
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_a_frame_holds_comes_back(file, data, tmp_path_factory):
    entry = entry_of("enterprises", file=file)
    records = data.draw(st.lists(RECORDS, min_size=1, max_size=5))
    shapes = data.draw(st.lists(PLACES, min_size=len(records), max_size=len(records)))
    frame = firms(records, shapes, entry)
    again = there_and_back(tmp_path_factory.mktemp("layer"), frame, entry)
    repeated = ["lon", "lat"] if file == "f.csv" else []  # a CSV keeps positions in them
    expected = frame.drop(columns=repeated)
    for name in expected.columns.drop("geometry"):
        line_ends = expected[name].replace("\r\n?", "\n", regex=True)
        pd.testing.assert_series_equal(again[name], line_ends)
    assert again.geometry.geom_equals(frame.geometry).where(frame.geometry.notna(), True).all()
    assert again.geometry.isna().equals(frame.geometry.isna())
    assert again.attrs["unparsed"] == []


def test_what_could_not_be_understood_is_written_as_it_stood(tmp_path):
    for file in ("f.csv", "f.geojson"):
        entry = entry_of("enterprises", file=file)
        frame = firms([{"enterprise_id": "A", "output_wan": "about 5"}], [None], entry)
        again = there_and_back(tmp_path, frame, entry)
        assert again.attrs["unparsed"] == [(0, "output_wan", "about 5")]


def test_every_type_of_geometry_is_written_in_full_precision(tmp_path):
    entry = entry_of("logistics", file="f.geojson")
    shapes = [
        Point(80.123456789, 37.1),
        LineString([(80, 36), (80.1, 36.2)]),
        Polygon([(80, 36), (81, 36), (81, 37)], [[(80.5, 36.1), (80.6, 36.1), (80.6, 36.2)]]),
        MultiPolygon([box(80, 36, 80.1, 36.1), box(81, 36, 81.1, 36.1)]),
        None,
    ]
    frame = typed_frame(KINDS["logistics"], entry, [{"facility_id": str(n)} for n in range(5)])
    layer = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=WGS84))
    again = there_and_back(tmp_path, layer, entry)
    assert again.geometry.tolist() == shapes


def test_positions_without_a_declared_datum_get_one(tmp_path):
    entry = entry_of("enterprises", file="f.csv", datum=None, crs=None)
    frame = firms(
        [
            {"enterprise_id": "A", "datum": "cgcs2000"},
            {"enterprise_id": "B"},
            {"enterprise_id": "C"},
        ],
        [Point(80, 37), Point(81, 37), None],
        entry,
    )
    again = there_and_back(tmp_path, frame, entry)
    assert again["datum"].tolist()[:2] == ["cgcs2000", "wgs84"]
    assert again["datum"].isna().tolist() == [False, False, True]
    assert again.geometry.tolist() == [Point(80, 37), Point(81, 37), None]


def test_outlines_of_a_package_are_not_written():
    body = layer_bytes(read_layer(BUNDLED_LAYERS, ENTRIES["counties"]), ENTRIES["counties"])
    assert body.startswith(b"adcode,name_zh,")
    assert b"lon" not in body.splitlines()[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (3.0, "3"), (0.1, "0.1"), (12, "12"), ("园区", "园区"), (1e300, "1e+300")],
)
def test_a_value_is_shown_as_the_file_has_it(value, text):
    assert value_text(value) == text
    assert not isinstance(value, float) or math.isclose(float(text), value)
