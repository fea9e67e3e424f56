import json
import sqlite3
from contextlib import closing
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from geo.errors import ImportRefused
from geo.importer import cells, kml
from geo.importer.vector import read_vector
from tests.importer.spatial_files import (
    NAMES,
    SQUARE,
    TWO,
    curved_geopackage,
    gbk_named_zip,
    plots,
    shapefile_parts,
    write_layer,
    zip_of_parts,
    zipped,
    zipped_geodatabase,
)

KML = """<?xml version="1.0" encoding="{encoding}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>"""
PLACEMARK = """<Placemark><name>地块一</name><ExtendedData>
<Data name="面积"><value>12.5</value></Data>
<SchemaData><SimpleData name="用途">工业</SimpleData></SchemaData></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>81,36,0 81.1,36,0 81.1,36.1,0 81,36,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"""


def read(path, format, name=None):
    return read_vector(path, format, name=name or path.name)


def read_one(path, format, name=None):
    (table,) = read(path, format, name)
    return table


def refusal(path, format):
    with pytest.raises(ImportRefused) as caught:
        read(path, format)
    return caught.value


def codes(table):
    return [remark.code for remark in table.remarks]


def column(table, heading):
    return table.columns[table.headings.index(heading)]


def write_text(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


# --- shapefiles ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_a_shapefile_is_read_whatever_its_encoding(tmp_path, encoding, with_cpg):
    parts = shapefile_parts(tmp_path / "f", plots(面积=[1.5, 2.0, None]), encoding=encoding)
    if not with_cpg:
        del parts[".cpg"]
    table = read_one(zip_of_parts(tmp_path / "a.zip", parts), "shapefile")
    assert table.headings == ["名称", "面积"]
    assert table.columns == [NAMES, [1.5, 2.0, None]]
    assert table.encoding == encoding.lower()
    assert (table.name, table.rows, table.evidence.wkt) == ("地块", [1, 2, 3], "EPSG:4490")
    assert table.geometries[0].equals(SQUARE)
    assert table.geometries[1].equals(TWO)
    assert table.geometries[2] is None
    assert (table.bad_geometry, table.remarks) == ([], [])


@pytest.mark.parametrize(
    ("written", "stated"), [("GB18030", b"UTF-8"), ("UTF-8", b"GBK"), ("GB18030", b"65001")]
)
def test_a_wrong_cpg_is_noticed(tmp_path, written, stated):
    names = ["策勒县工业园", "于田县产业园区", "民丰县园区一"]
    frame = plots().assign(名称=names)
    parts = shapefile_parts(tmp_path / "f", frame, encoding=written) | {".cpg": stated}
    table = read_one(zip_of_parts(tmp_path / "a.zip", parts), "shapefile")
    assert column(table, "名称") == names
    assert codes(table) == ["SHAPEFILE_CPG_WRONG"]


@pytest.mark.parametrize("stated", [b"ISO-8859-1", b"1252", b"", b"\xff\x00 nonsense"])
def test_a_cpg_that_cannot_hold_chinese_decides_nothing(tmp_path, stated):
    parts = shapefile_parts(tmp_path / "f", plots()) | {".cpg": stated}
    table = read_one(zip_of_parts(tmp_path / "a.zip", parts), "shapefile")
    assert (column(table, "名称"), table.remarks) == (NAMES, [])


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_text_that_the_field_cut_in_the_middle_of_a_character_keeps_the_rest(tmp_path, encoding):
    frame = plots().assign(名称=["策勒工业园区甲", "短", "长"])
    parts = shapefile_parts(tmp_path / "f", frame, encoding=encoding)
    dbf = parts[".dbf"]
    last = "甲".encode(encoding)
    parts[".dbf"] = dbf.replace(last, last[:-1] + b" ", 1).replace(b"\xe7\x94 ", b"\xe7\x94\x00")
    parts[".dbf"] = parts[".dbf"].replace(last[:1] + b" ", last[:1] + b"\x00")
    table = read_one(zip_of_parts(tmp_path / "a.zip", parts), "shapefile")
    assert column(table, "名称") == ["策勒工业园区", "短", "长"]
    assert codes(table) == ["SHAPEFILE_TEXT_CUT"]


def test_a_text_in_gbk_that_happens_to_be_utf8_is_chinese(tmp_path):
    # 模 in GBK is the letter ģ in UTF-8.
    frame = gpd.GeoDataFrame({"t": ["模"]}, geometry=[Point(81, 36)], crs=4490)
    parts = shapefile_parts(tmp_path / "f", frame)
    del parts[".cpg"]
    assert column(read_one(zip_of_parts(tmp_path / "a.zip", parts), "shapefile"), "t") == ["模"]


def test_texts_in_no_encoding_are_kept_as_far_as_they_go(tmp_path):
    parts = shapefile_parts(tmp_path / "f", plots().assign(名称=["aXXXb", "c", "d"]))
    parts[".dbf"] = parts[".dbf"].replace(b"XXX", b"\xff\xff\xff")
    table = read_one(zip_of_parts(tmp_path / "a.zip", parts), "shapefile")
    assert column(table, "名称")[1:] == ["c", "d"]
    assert "�" in column(table, "名称")[0]
    assert codes(table) == ["SHAPEFILE_TEXT_DAMAGED"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20)
    )
)
def test_every_chinese_text_survives_a_shapefile(tmp_path, texts):
    frame = gpd.GeoDataFrame({"t": [*texts, "策勒县"]}, geometry=[Point(81, 36)] * (len(texts) + 1))
    parts = shapefile_parts(tmp_path / "f", frame.set_crs(4490))
    table = read_one(zip_of_parts(tmp_path / "a.zip", parts), "shapefile")
    assert column(table, "t") == [*texts, "策勒县"]


def test_a_shapefile_without_prj_says_nothing_of_its_coordinates(tmp_path):
    parts = shapefile_parts(tmp_path / "f", plots())
    del parts[".prj"]
    assert read_one(zip_of_parts(tmp_path / "a.zip", parts), "shapefile").evidence.wkt is None


def test_numbers_of_eighteen_digits_and_dates_keep_their_value(tmp_path):
    numbers = pd.array([123456789012345678, None, 3], dtype="Int64")
    path = write_layer(
        plots(号=numbers), tmp_path / "a.gpkg", "GPKG", layer="t", SPATIAL_INDEX="NO"
    )
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE t ADD COLUMN 日期 DATE")
        database.execute("UPDATE t SET 日期 = '2024-05-06' WHERE fid = 1")
        database.commit()
    table = read_one(path, "gpkg")
    assert column(table, "号") == [123456789012345678, None, 3]
    assert column(table, "日期") == [date(2024, 5, 6), None, None]


def test_several_shapefiles_are_several_tables(tmp_path):
    one = shapefile_parts(tmp_path / "f", plots())
    two = shapefile_parts(tmp_path / "g", plots().iloc[:1])
    members = {f"甲/地块{suffix.upper()}": data for suffix, data in one.items()}
    members |= {f"乙/道路{suffix}": data for suffix, data in two.items()}
    tables = read(gbk_named_zip(tmp_path / "a.zip", members), "shapefile")
    assert [(table.name, len(table.rows)) for table in tables] == [("地块", 3), ("道路", 1)]


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
def test_a_missing_part_is_named(tmp_path, part):
    parts = shapefile_parts(tmp_path / "f", plots())
    del parts[part]
    error = refusal(zip_of_parts(tmp_path / "a.zip", parts), "shapefile")
    assert (error.code, error.params) == ("SHAPEFILE_PART_MISSING", {"name": "地块", "part": part})


def test_a_bare_shp_is_told_what_it_lacks(tmp_path):
    path = tmp_path / "a.shp"
    path.write_bytes(shapefile_parts(tmp_path / "f", plots())[".shp"])
    assert refusal(path, "shapefile").code == "SHAPEFILE_BARE"


def test_a_zip_without_a_shapefile_says_so(tmp_path):
    assert (
        refusal(zipped(tmp_path / "a.zip", {"a.txt": b""}), "shapefile").code == "SHAPEFILE_MISSING"
    )
    nested = zipped(tmp_path / "b.zip", {"地块.zip": b"PK"})
    assert refusal(nested, "shapefile").params == {"name": "地块.zip"}


def test_member_names_never_become_paths(tmp_path):
    parts = shapefile_parts(tmp_path / "f", plots())
    members = {f"../../地块{suffix}": data for suffix, data in parts.items()}
    assert refusal(zipped(tmp_path / "a.zip", members), "shapefile").code == "ARCHIVE_UNSAFE"


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("kept", [0, 3, 60, -1])
def test_a_shapefile_that_is_cut_off_is_refused_or_read_whole(tmp_path, part, kept):
    parts = shapefile_parts(tmp_path / "f", plots())
    parts[part] = parts[part][:kept]
    path = zip_of_parts(tmp_path / "a.zip", parts)
    try:
        table = read_one(path, "shapefile")
    except ImportRefused as error:
        assert error.code == "FILE_DAMAGED"
    else:
        assert len(table.rows) == 3


# --- containers ------------------------------------------------------------------------------


def test_every_layer_of_a_geopackage_is_a_table(tmp_path):
    path = write_layer(plots(), tmp_path / "a.gpkg", "GPKG", layer="地块")
    write_layer(plots("EPSG:4526").iloc[:2], path, "GPKG", layer="厂房", append=True)
    plain = pd.DataFrame({"企业": ["甲"]})
    write_layer(plain, path, "GPKG", layer="台账", append=True, geometry_type=None)
    tables = read(path, "gpkg")
    assert [t.name for t in tables] == ["地块", "厂房", "台账"]
    assert [t.evidence.wkt for t in tables] == ["EPSG:4490", "EPSG:4526", None]
    assert tables[0].headings == ["名称"]
    assert tables[2].geometries is None


def test_an_undefined_system_of_a_geopackage_is_no_evidence(tmp_path):
    frame = plots().set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="crs"):
        path = write_layer(frame, tmp_path / "a.gpkg", "GPKG")
    assert read_one(path, "gpkg").evidence.wkt is None


def test_curves_become_chords(tmp_path):
    (circle,) = read_one(curved_geopackage(tmp_path / "c.gpkg"), "gpkg").geometries
    assert circle.area == pytest.approx(3.1416, abs=0.01)


def test_heights_are_dropped(tmp_path):
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(81, 36, 1200)], crs=4490)
    path = write_layer(
        frame, tmp_path / "a.gpkg", "GPKG", geometry_type="Point Z", promote_to_multi=False
    )
    assert read_one(path, "gpkg").geometries == [Point(81, 36)]


def test_a_column_that_only_counts_is_left_out_but_a_key_is_kept(tmp_path):
    path = write_layer(plots(), tmp_path / "a.gpkg", "GPKG", FID="编号")
    assert read_one(path, "gpkg").headings == ["编号", "名称"]
    path = write_layer(plots(), tmp_path / "b.gpkg", "GPKG", FID="OBJECTID")
    assert read_one(path, "gpkg").headings == ["名称"]


def test_views_of_a_geopackage_are_not_computed(tmp_path):
    path = write_layer(plots(), tmp_path / "a.gpkg", "GPKG", layer="地块")
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE VIEW 永远 AS SELECT a.* FROM 地块 a, 地块 b, 地块 c")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
            " VALUES ('永远', 'attributes', 'v')"
        )
        database.commit()
    assert [t.name for t in read(path, "gpkg")] == ["地块"]


def test_a_geopackage_that_opens_other_files_is_refused(tmp_path):
    path = write_layer(plots(), tmp_path / "a.gpkg", "GPKG")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0,"
            " 'CREATE VIRTUAL TABLE v USING VirtualOGR(''/etc/passwd'')')"
        )
        database.commit()
    error = refusal(path, "gpkg")
    assert (error.code, error.params) == ("GEOPACKAGE_UNSAFE", {"name": "v"})


@pytest.mark.parametrize("kept", [10, 2_000, 50_000, 0.6, 0.9])
def test_a_geopackage_that_is_cut_off_is_damaged(tmp_path, kept):
    frame = gpd.GeoDataFrame({"a": range(2_000)}, geometry=[SQUARE] * 2_000, crs=4490)
    path = write_layer(frame, tmp_path / "a.gpkg", "GPKG")
    raw = path.read_bytes()
    path.write_bytes(raw[: int(kept if kept > 1 else kept * len(raw))])
    assert refusal(path, "gpkg").code == "FILE_DAMAGED"


def test_a_file_geodatabase_in_a_zip_is_read(tmp_path):
    path = zipped_geodatabase(tmp_path / "a.zip", tmp_path, {"地块": plots(), "厂房": plots()})
    tables = read(path, "filegdb")
    assert [(t.name, t.headings) for t in tables] == [("地块", ["名称"]), ("厂房", ["名称"])]
    assert column(tables[0], "名称") == NAMES
    assert tables[0].geometries[1].symmetric_difference(TWO).area < 1e-9
    assert tables[0].evidence.wkt == "EPSG:4490"


def test_a_zip_without_a_geodatabase_says_so(tmp_path):
    assert (
        refusal(zipped(tmp_path / "a.zip", {"a.gdb/x": b""}), "filegdb").code == "FILEGDB_MISSING"
    )


def test_a_broken_geodatabase_is_damaged(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.gdb/a00000001.gdbtable": b"\x03\0\0\0" * 20})
    assert refusal(path, "filegdb").code == "FILE_DAMAGED"


def test_a_flatgeobuf_is_read_under_the_name_of_the_file(tmp_path):
    path = write_layer(plots(), tmp_path / "x.fgb", "FlatGeobuf", SPATIAL_INDEX="NO")
    table = read_one(path, "flatgeobuf", "地块.fgb")
    assert (table.name, column(table, "名称")) == ("地块", NAMES)
    assert table.geometries[2] is None


@pytest.mark.parametrize("index", ["YES", "NO"])
@pytest.mark.parametrize("kept", [0.5, 0.7, 0.9, 0.99])
def test_a_flatgeobuf_that_is_cut_off_loses_no_plot_unseen(tmp_path, index, kept):
    frame = plots().dropna(subset="geometry")
    path = write_layer(frame, tmp_path / "x.fgb", "FlatGeobuf", SPATIAL_INDEX=index)
    body = path.read_bytes()
    path.write_bytes(body[: int(len(body) * kept)])
    assert refusal(path, "flatgeobuf").code == "FILE_DAMAGED"


def test_geoparquet_is_read_with_its_system(tmp_path):
    path = tmp_path / "a.parquet"
    for crs, wkt in (("EPSG:4526", "EPSG:4526"), ("OGC:CRS84", "EPSG:4326"), (None, None)):
        plots(crs, 数=[1, None, 3]).to_parquet(path, write_covering_bbox=True)
        table = read_one(path, "geoparquet")
        assert (table.headings, table.evidence.wkt) == (["名称", "数"], wkt)
        assert column(table, "名称") == NAMES
        assert table.geometries[1].equals(TWO)


def test_a_parquet_file_without_geometry_says_so(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    assert refusal(path, "geoparquet").code == "GEOPARQUET_UNREADABLE"


def test_too_many_records_are_refused_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(cells, "MAX_RECORDS", 2)
    geopackage = write_layer(plots(), tmp_path / "a.gpkg", "GPKG")
    assert refusal(geopackage, "gpkg").params == {"count": 3, "limit": 2}
    plots().to_parquet(tmp_path / "a.parquet")
    assert refusal(tmp_path / "a.parquet", "geoparquet").code == "TOO_MANY_RECORDS"


# --- text formats ----------------------------------------------------------------------------


def collection(*features, **members):
    return json.dumps(
        {"type": "FeatureCollection", "features": features, **members}, ensure_ascii=False
    )


def feature(coordinates, **properties):
    shape = {"type": "Polygon", "coordinates": [coordinates]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


RING = [[81, 36], [81.1, 36], [81.1, 36.1], [81, 36]]


def test_geojson_keeps_a_record_whose_geometry_is_broken(tmp_path):
    text = collection(feature(RING, 名称="甲", 表={"a": 1}), feature(RING[:3], 名称="乙", 亩=2))
    table = read_one(write_text(tmp_path / "a.geojson", text), "geojson")
    assert table.headings == ["名称", "表", "亩"]
    assert table.columns == [["甲", "乙"], ['{"a": 1}', None], [None, 2]]
    assert table.bad_geometry == [(1, "too_few_positions")]
    assert (table.evidence.wkt, table.evidence.fixed) == ("EPSG:4326", True)


@pytest.mark.parametrize(
    ("crs", "wkt"),
    [
        (
            {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4526"}},
            "urn:ogc:def:crs:EPSG::4526",
        ),
        (None, None),
        ({"type": "link"}, None),
    ],
)
def test_the_old_crs_member_of_geojson_is_evidence(tmp_path, crs, wkt):
    path = write_text(tmp_path / "a.geojson", collection(feature(RING), crs=crs))
    evidence = read_one(path, "geojson").evidence
    assert (evidence.wkt, evidence.fixed) == (wkt, False)


def test_geojson_in_gbk_is_read_and_told(tmp_path):
    path = write_text(tmp_path / "a.geojson", collection(feature(RING, 名称="策勒")), "gbk")
    table = read_one(path, "geojson")
    assert (column(table, "名称"), table.encoding) == (["策勒"], "gb18030")
    assert codes(table) == ["GEOJSON_ENCODING"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (collection(feature(RING))[:-5], "FILE_DAMAGED"),
        ("[" * 200_000, "GEOJSON_UNREADABLE"),
        ('{"type": "Point"}', "GEOJSON_UNREADABLE"),
        ('{"type": "FeatureCollection", "type": 1, "features": []}', "GEOJSON_UNREADABLE"),
    ],
)
def test_what_is_no_feature_collection_says_so(tmp_path, text, code):
    assert refusal(write_text(tmp_path / "a.geojson", text), "geojson").code == code


def test_properties_without_end_are_refused(tmp_path):
    text = collection(*({"type": "Feature", "properties": {f"p{i}": 1}} for i in range(600)))
    assert refusal(write_text(tmp_path / "a.geojson", text), "geojson").code == "TOO_MANY_COLUMNS"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
def test_kml_is_read_with_its_extended_data(tmp_path, encoding):
    text = KML.format(encoding=encoding, body=PLACEMARK)
    table = read_one(write_text(tmp_path / "x", text, encoding), "kml", "园区.kml")
    assert table.headings == ["name", "面积", "用途"]
    assert table.columns == [["地块一"], ["12.5"], ["工业"]]
    assert table.geometries[0].equals(Polygon([(81, 36), (81.1, 36), (81.1, 36.1)]))
    assert (table.name, table.evidence.wkt, table.evidence.fixed) == ("园区", "EPSG:4326", True)


def test_every_folder_of_a_kmz_is_a_table(tmp_path):
    inner = f"<Folder><name>乙</name>{PLACEMARK * 2}</Folder>"
    folders = f"<Folder><name>甲</name>{PLACEMARK}{inner}</Folder>"
    text = KML.format(encoding="UTF-8", body=folders + "<NetworkLink/>")
    path = zipped(tmp_path / "a.kmz", {"别.kml": b"", "doc.kml": text.encode()})
    tables = read(path, "kml")
    assert [(t.name, t.rows) for t in tables] == [("甲", [1]), ("乙", [1, 2])]
    assert codes(tables[0]) == ["KML_LINK"]


def placemark(shape):
    return f"<Placemark>{shape}</Placemark>"


@pytest.mark.parametrize(
    ("shape", "geometry", "reason"),
    [
        ("<Point><coordinates> 81, 36 ,5 </coordinates></Point>", Point(81, 36), None),
        (
            "<LineString><coordinates>81,36 82,37</coordinates></LineString>",
            LineString([(81, 36), (82, 37)]),
            None,
        ),
        ("", None, None),
        ("<Point><coordinates>81;36</coordinates></Point>", None, "malformed"),
        ("<Point><coordinates>nan,36</coordinates></Point>", None, "not_finite"),
        ("<LinearRing><coordinates>0,0 1,0 1,1 0,1</coordinates></LinearRing>", None, "not_closed"),
        ("<Polygon/>", None, "malformed"),
        ("<MultiGeometry/>", None, "malformed"),
        (
            "<MultiGeometry><Point><coordinates>1,1</coordinates></Point><Polygon/></MultiGeometry>",
            None,
            "wrong_type",
        ),
    ],
)
def test_shapes_of_kml_are_read_or_named(tmp_path, shape, geometry, reason):
    text = KML.format(encoding="UTF-8", body=placemark(shape))
    table = read_one(write_text(tmp_path / "a.kml", text), "kml")
    assert table.geometries == [geometry]
    assert table.bad_geometry == ([(0, reason)] if reason else [])


def test_several_shapes_of_one_kind_are_one_geometry(tmp_path):
    ring = "<LinearRing><coordinates>{0},0 {1},0 {1},1 {0},0</coordinates></LinearRing>"
    polygon = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    shape = f"<MultiGeometry>{polygon.format(0, 1)}{polygon.format(2, 3)}</MultiGeometry>"
    text = KML.format(encoding="UTF-8", body=placemark(shape))
    (geometry,) = read_one(write_text(tmp_path / "a.kml", text), "kml").geometries
    assert (geometry.geom_type, geometry.area) == ("MultiPolygon", 1.0)


BOMB = '<!DOCTYPE k [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><kml><name>&b;</name></kml>'
SOURCE = "<OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>"
VRT = f"<OGRVRTDataSource>{SOURCE}</OGRVRTDataSource>"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "KML_UNREADABLE"),
        (VRT, "KML_UNREADABLE"),
        (f"<!-- <OGRVRTDataSource> -->{VRT}", "KML_UNREADABLE"),
        (KML.format(encoding="UTF-8", body=PLACEMARK)[:-40], "FILE_DAMAGED"),
        ("<kml>" + "<a>" * 60 + "</a>" * 60 + "</kml>", "FILE_DAMAGED"),
        ("<kml/>", "NO_LAYERS"),
    ],
)
def test_xml_that_leads_elsewhere_or_breaks_off_is_refused(tmp_path, text, code):
    assert refusal(write_text(tmp_path / "a.kml", text), "kml").code == code


def test_a_kmz_without_kml_or_too_large_is_refused(tmp_path, monkeypatch):
    assert refusal(zipped(tmp_path / "a.kmz", {"a.png": b""}), "kml").code == "KML_UNREADABLE"
    monkeypatch.setattr(kml, "MAX_KML", 3)
    assert (
        refusal(zipped(tmp_path / "b.kmz", {"doc.kml": b"<kml/>"}), "kml").code
        == "ARCHIVE_TOO_LARGE"
    )


def test_too_many_folders_are_refused(tmp_path):
    path = write_text(tmp_path / "a.kml", "<kml>" + "<Folder/>" * 300 + "</kml>")
    assert refusal(path, "kml").code == "TOO_MANY_LAYERS"


# --- what must not be published, and what is no data -----------------------------------------


def test_contours_bring_a_warning(tmp_path):
    lines = gpd.GeoDataFrame(
        {"高程": [1_200]}, geometry=[LineString([(81, 36), (82, 36)])], crs=4490
    )
    path = write_layer(
        lines,
        tmp_path / "a.gpkg",
        "GPKG",
        layer="线",
        geometry_type="LineString",
        promote_to_multi=False,
    )
    write_layer(plots(高程=[1, 2, 3]), path, "GPKG", layer="地块", append=True)
    write_layer(plots(), path, "GPKG", layer="等高线2024", append=True)
    assert [codes(t) for t in read(path, "gpkg")] == [
        ["SENSITIVE_CONTOURS"],
        [],
        ["SENSITIVE_CONTOURS"],
    ]


def test_shapes_that_cannot_be_built_are_listed_with_the_reason(tmp_path):
    path = write_layer(plots(), tmp_path / "a.gpkg", "GPKG", layer="t", SPATIAL_INDEX="NO")
    ring = shapely.to_wkb(box(0, 0, 1, 1), output_dimension=2)
    short = ring[:9] + (2).to_bytes(4, "little") + 2 * ring[13:29]
    unclosed = ring[:-16] + shapely.to_wkb(Point(5, 5))[-16:]
    endless = shapely.to_wkb(Polygon([(0, 0), (float("inf"), 0), (1, 1)]))
    head = b"GP\x00\x01" + (4490).to_bytes(4, "little")
    with closing(sqlite3.connect(path)) as database:
        for fid, shape in enumerate((short, unclosed, endless), start=1):
            database.execute("UPDATE t SET geom = ? WHERE fid = ?", (head + shape, fid))
        database.commit()
    table = read_one(path, "gpkg")
    assert table.geometries == [None, None, None]
    assert table.bad_geometry == [(0, "too_few_positions"), (1, "not_closed"), (2, "not_finite")]


MAGIC = {
    "shapefile": b"PK\x03\x04",
    "gpkg": b"SQLite format 3\0",
    "filegdb": b"PK\x03\x04",
    "kml": b"<kml>",
    "flatgeobuf": b"fgb\x03fgb\x01\x40\x00\x00\x00",
    "geoparquet": b"PAR1",
    "geojson": b'{"type": "FeatureCollection", ',
}


@pytest.mark.parametrize("format", MAGIC)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=600))
def test_noise_behind_any_beginning_is_refused(tmp_path, format, noise):
    path = tmp_path / "a"
    path.write_bytes(MAGIC[format] + noise + (b"PAR1" if format == "geoparquet" else b""))
    with pytest.raises(ImportRefused):
        read(path, format)
