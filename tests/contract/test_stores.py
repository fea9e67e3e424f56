"""Every store gives back the frame that was put there: the same values, types and faults."""

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pydantic import ValidationError
from shapely.geometry import LineString, Point, box

from geo.catalog import read_catalog
from geo.crs import WGS84, to_wgs84
from geo.errors import LayerError, RunError
from geo.model import KINDS, Entry
from geo.settings import BUNDLED_LAYERS
from geo.storage import postgis as postgis_store
from geo.storage.postgis import open_database
from geo.storage.stores import Stores
from geo.storage.values import typed_frame

ENTRIES = read_catalog(BUNDLED_LAYERS).entries()
FIRMS = ENTRIES["enterprises"]
PLOTS = ENTRIES["parcels"]
HOSTILE = [
    "'; DROP TABLE parks.layer; --",
    '"quoted", and "again"',
    "\\N",
    "NULL",
    "tab\tand\nline",
    "%s {} $1 \\x00 ${x}",
    "<script>alert(1)</script>",
    "=cmd|'/C calc'!A0",
    "策勒县 · ئۇيغۇر · \u202egnp.exe · 🏭",
    "长" * 5000,
]


def layer(entry, records, shapes):
    frame = typed_frame(KINDS[entry.kind], entry, records)
    located = gpd.GeoSeries(shapes, index=frame.index, crs=WGS84)
    made = gpd.GeoDataFrame(frame, geometry=located)
    made.attrs = {**frame.attrs, "bad_geometry": []}
    return made


def assert_kept(store, frame, entry):
    store.put(frame, entry)
    again = store.get(entry)
    # A CSV keeps positions in columns that the kind has as well.
    repeated = ["lon", "lat"] if store.name == "csv" and "lon" in frame else []
    assert_frame_equal(again.drop(columns=repeated), frame.drop(columns=repeated))
    assert again.attrs == frame.attrs
    assert getattr(again, "crs", None) == getattr(frame, "crs", None)


# --- the same frames -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("kept", ["parquet", "postgis"])
def test_every_bundled_layer_is_the_same_in_every_store(name, kept, store_named):
    entry = ENTRIES[name]
    with Stores(BUNDLED_LAYERS, None) as bundle:
        assert_kept(store_named(kept), bundle.read(entry), entry)


def test_hostile_names_are_only_names(store):
    records = [{"enterprise_id": f"E{n}", "name_zh": text} for n, text in enumerate(HOSTILE)]
    assert_kept(store, layer(FIRMS, records, [Point(80, 36)] * len(records)), FIRMS)


def test_values_of_every_type_and_missing_ones_are_kept(store):
    records = [
        {
            "enterprise_id": "A",
            "landed_year": 10**15,
            "output_wan": 0.1 + 0.2,
            "publish_name": True,
        },
        {"enterprise_id": "B", "landed_year": -1, "output_wan": -1e-300, "publish_name": False},
        {"enterprise_id": "C", "stage_on": "2020-02", "nature": "reported", "source": "报"},
        {"enterprise_id": None},
    ]
    shapes = [Point(80.12345678901234, 36.1), Point(-180, -90), None, Point(0, 0)]
    assert_kept(store, layer(FIRMS, records, shapes), FIRMS)


def test_what_does_not_fit_its_type_is_remembered(store):
    records = [{"enterprise_id": "A", "output_wan": "约 5", "publish_name": "perhaps"}]
    frame = layer(FIRMS, records, [Point(80, 36)])
    assert frame.attrs["unparsed"] == [(0, "output_wan", "约 5"), (0, "publish_name", "perhaps")]
    assert_kept(store, frame, FIRMS)


def test_a_layer_without_records_is_an_empty_frame(store):
    assert_kept(store, layer(FIRMS, [], []), FIRMS)


def test_ten_thousand_records_keep_their_order_and_their_doubles(store):
    numbers = [(n * 7919) % 10_000 // 2 for n in range(10_000)]
    records = [{"enterprise_id": f"E{n}", "output_wan": n / 7} for n in numbers]
    shapes = [Point(75 + n % 100 / 7, 35 + n / 3000) for n in numbers]
    assert_kept(store, layer(FIRMS, records, shapes), FIRMS)


def test_outlines_with_holes_and_parts_are_kept_to_the_last_digit(shape_store):
    ring = box(80, 36, 80.3, 36.3).difference(box(80.1, 36.1, 80.2, 36.2))
    pieces = shapely.multipolygons([box(81.1, 37, 81.2, 37.1), box(81.3, 37, 81.4, 37.1)])
    records = [{"parcel_id": key} for key in "ABC"]
    assert_kept(shape_store, layer(PLOTS, records, [ring, pieces, None]), PLOTS)


TEXTS = st.text(st.characters(exclude_characters="\0\r", codec="utf-8"), min_size=1, max_size=20)
RECORDS = st.fixed_dictionaries(
    {"enterprise_id": TEXTS.filter(str.strip)},
    optional={
        "name_zh": TEXTS,
        "landed_year": st.integers(-(10**15), 10**15),
        "output_wan": st.one_of(st.floats(-1e15, 1e15), TEXTS),
        "publish_name": st.booleans(),
    },
)


@given(records=st.lists(RECORDS, min_size=1, max_size=4))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_record_holds_comes_back(store, records):
    assert_kept(store, layer(FIRMS, records, [Point(80, 36)] * len(records)), FIRMS)


# --- the same faults -------------------------------------------------------------------------


def test_what_is_not_there_is_missing(store):
    with pytest.raises(LayerError) as caught:
        store.get(FIRMS)
    there = store.locate(FIRMS)
    assert caught.value.code == "FILE_MISSING"
    assert caught.value.params["file"] == (there.table or there.file)


def test_a_geometry_of_another_type_is_named(shape_store):
    roads = ENTRIES["logistics"].model_copy(update={"key": "facility_id"})
    shapes = [LineString([(80, 36), (81, 36)]), box(80, 36, 81, 37), Point(1, 1)]
    records = [{"facility_id": str(n)} for n in range(3)]
    shape_store.put(layer(roads, records, shapes), roads)
    frame = shape_store.get(PLOTS)
    assert frame.attrs["bad_geometry"] == [(0, "wrong_type"), (2, "wrong_type")]
    assert frame.geometry.isna().tolist() == [True, False, True]
    assert "facility_id" in frame.attrs["unknown_columns"]


def test_a_firm_in_a_shifted_datum_is_placed_nowhere(shape_store):
    records = [{"enterprise_id": "A", "datum": "gcj02"}, {"enterprise_id": "B"}]
    shape_store.put(layer(FIRMS, records, [Point(80, 36)] * 2), FIRMS)
    frame = shape_store.get(FIRMS)
    assert frame.attrs["bad_geometry"] == [(0, "datum_refused")]
    assert frame.geometry.isna().tolist() == [True, False]


@pytest.mark.parametrize("kept", ["parquet", "postgis"])
def test_a_store_that_contradicts_the_catalogue_is_refused(kept, store_named):
    store = store_named(kept)
    store.put(layer(PLOTS, [{"parcel_id": "A"}], [box(80, 36, 81, 37)]), PLOTS)
    with pytest.raises(LayerError) as caught:
        store.get(PLOTS.model_copy(update={"crs": "EPSG:4514", "datum": None}))
    assert caught.value.code == "CRS_UNKNOWN"


@pytest.mark.parametrize("body", [b"not a parquet file", b"PAR1" * 9])
def test_a_broken_parquet_file_is_refused(body, store_named):
    store = store_named("parquet")
    (store.folder / "layer.parquet").write_bytes(body)
    with pytest.raises(LayerError) as caught:
        store.get(PLOTS)
    assert (caught.value.code, caught.value.params["reason"]) == ("FILE_UNREADABLE", "not_parquet")


def test_a_parquet_file_without_geometry_is_no_layer(store_named):
    store = store_named("parquet")
    pd.DataFrame({"parcel_id": ["A"]}).to_parquet(store.folder / "layer.parquet")
    with pytest.raises(LayerError) as caught:
        store.get(PLOTS)
    assert caught.value.params["reason"] == "not_geoparquet"


# --- what only PostGIS has -------------------------------------------------------------------


@pytest.fixture
def postgis(store_named):
    return store_named("postgis")


def run_sql(store, *statements):
    with psycopg.connect(store.url) as connection:
        return [connection.execute(s.format(s=store.schema)) for s in statements]


def test_a_table_of_an_offices_own_is_read_like_a_file(postgis):
    outline = box(26_500_000, 4_100_000, 26_500_100, 4_100_100)
    run_sql(
        postgis,
        "CREATE SCHEMA {s}",
        "CREATE TABLE {s}.layer (parcel_id varchar(9), declared_area_mu numeric(9,2), "
        "started_on date, net_land bool, permitted_industries text[], owner text, "
        "shape geometry(PolygonZ, 4514), raw bytea)",
        "INSERT INTO {s}.layer VALUES ('B', 12.50, '2020-02-29', true, ARRAY['C13','C14'], 'x', "
        f"ST_SetSRID(ST_Force3D(ST_GeomFromText('{outline.wkt}')), 4514), '\\x00'), "
        "('A', NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    entry = PLOTS.model_copy(update={"datum": None})
    frame = postgis.get(entry)
    assert frame["parcel_id"].tolist() == ["A", "B"]  # by key: a table has no order of its own
    assert frame.attrs["bad_geometry"] == []
    second = frame.iloc[1]
    assert (second["declared_area_mu"], second["started_on"]) == (12.5, "2020-02-29")
    assert second["permitted_industries"] == "C13;C14"
    assert frame.attrs["unknown_columns"] == ["owner"]
    expected = to_wgs84(gpd.GeoDataFrame(geometry=[outline]), crs="EPSG:4514").geometry.iloc[0]
    assert frame.geometry.iloc[1].equals_exact(expected, 1e-12)


def test_a_table_without_a_reference_system_needs_one_in_the_catalogue(postgis):
    run_sql(
        postgis,
        "CREATE SCHEMA {s}",
        "CREATE TABLE {s}.layer (parcel_id text, geom geometry)",
        "INSERT INTO {s}.layer VALUES ('A', ST_MakeEnvelope(80, 36, 81, 37))",
    )
    with pytest.raises(LayerError) as caught:
        postgis.get(PLOTS.model_copy(update={"datum": None}))
    assert caught.value.code == "CRS_UNKNOWN"
    declared = postgis.get(PLOTS.model_copy(update={"datum": "cgcs2000"}))
    assert declared.geometry.iloc[0].equals(box(80, 36, 81, 37))


def test_writing_again_keeps_rights_views_and_further_columns(postgis):
    frame = layer(PLOTS, [{"parcel_id": "A"}], [box(80, 36, 81, 37)])
    postgis.put(frame, PLOTS)
    run_sql(
        postgis,
        "ALTER TABLE {s}.layer ADD COLUMN remark text",
        "CREATE VIEW {s}.seen AS SELECT parcel_id FROM {s}.layer",
    )
    postgis.put(frame, PLOTS)
    postgis.put(frame, PLOTS)
    (seen,) = run_sql(postgis, "SELECT parcel_id FROM {s}.seen")
    assert seen.fetchall() == [("A",)]
    assert postgis.get(PLOTS).attrs["unknown_columns"] == ["remark"]
    # Whoever draws a plot in QGIS needs no number: the next one is free.
    run_sql(postgis, "INSERT INTO {s}.layer (parcel_id) VALUES ('B')")
    assert postgis.get(PLOTS)["parcel_id"].tolist() == ["A", "B"]


def test_records_are_not_replaced_unasked_and_a_fault_changes_nothing(postgis):
    frame = layer(PLOTS, [{"parcel_id": "A"}], [box(80, 36, 81, 37)])
    postgis.put(frame, PLOTS)
    with pytest.raises(RunError) as caught, open_database(postgis.url, reads_only=False) as opened:
        opened.write(frame.iloc[:0], postgis.locate(PLOTS), replace=True)
        opened.write(frame, postgis.locate(PLOTS), replace=True)
        opened.write(frame, postgis.locate(PLOTS), replace=False)
    assert caught.value.code == "TABLE_FILLED"
    assert len(postgis.get(PLOTS)) == 1


def test_reading_cannot_write(postgis):
    frame = layer(PLOTS, [{"parcel_id": "A"}], [None])
    with pytest.raises(RunError) as caught, open_database(postgis.url) as opened:
        opened.write(frame, postgis.locate(PLOTS), replace=True)
    assert (caught.value.code, caught.value.params["reason"]) == ("DATABASE_FAILED", "25006")


def test_a_table_beyond_the_bound_is_refused(postgis, monkeypatch):
    monkeypatch.setattr(postgis_store, "MAX_ROWS", 1)
    postgis.put(layer(PLOTS, [{"parcel_id": "A"}, {"parcel_id": "B"}], [None] * 2), PLOTS)
    with pytest.raises(LayerError) as caught:
        postgis.get(PLOTS)
    assert caught.value.params["reason"] == "too_many_rows"


def test_the_layers_of_one_reading_are_of_one_moment(postgis):
    postgis.put(layer(PLOTS, [{"parcel_id": "A"}], [None]), PLOTS)
    there = postgis.locate(PLOTS)
    with Stores(postgis.folder, postgis.url) as stores:
        before = stores.read(there)
        run_sql(postgis, "DELETE FROM {s}.layer")
        assert_frame_equal(stores.read(there), before)
    assert postgis.get(PLOTS).empty


def test_a_database_that_does_not_answer_says_so_without_its_password(tmp_path):
    url = f"postgresql://somebody:geheim@/postgres?host={tmp_path}"
    with pytest.raises(RunError) as caught, Stores(tmp_path, url) as stores:
        stores.read(PLOTS.model_copy(update={"file": "", "table": "parks.parcels"}))
    assert caught.value.code == "DATABASE_FAILED"
    assert "geheim" not in str(caught.value)


def test_a_table_needs_a_database_and_a_driver(tmp_path, monkeypatch):
    there = PLOTS.model_copy(update={"file": "", "table": "parks.parcels"})
    with pytest.raises(RunError, match="DATABASE_UNSET"), Stores(tmp_path, None) as stores:
        stores.read(there)
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(RunError, match="DATABASE_DRIVER"), Stores(tmp_path, "x") as stores:
        stores.read(there)


@pytest.mark.parametrize("table", ['a."b', "a.b; DROP", "A.b", "a.b.c", "parcels", "a.", "a.b\n"])
def test_only_plain_names_are_tables(table):
    with pytest.raises(ValidationError):
        Entry.model_validate({**PLOTS.model_dump(), "file": "", "table": table})


def test_a_database_that_fails_while_it_is_read_says_so(postgis):
    run_sql(
        postgis,
        "CREATE SCHEMA {s}",
        "CREATE VIEW {s}.layer AS SELECT 'A' AS parcel_id, 1 / length('') AS far",
    )
    with pytest.raises(RunError) as caught:
        postgis.get(PLOTS)
    assert (caught.value.code, caught.value.params["reason"]) == ("DATABASE_FAILED", "22012")
