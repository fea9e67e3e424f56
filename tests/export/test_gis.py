"""What is exported opens in GDAL, in LibreOffice and in the importer, with the same values."""

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo import crs, intake, jobs
from geo.cli import main
from geo.errors import BadRequest, NotFound
from geo.export.faulty_ground import findings_layer
from geo.export.gis import FORMATS, best_zone, export_layer, write_layer
from geo.export.legend import SHORTEST, field_label, short_names
from geo.export.published import PublishedLayer, read_published
from geo.importer.boundary_points import read_boundary_points
from geo.importer.drawing import read_drawing
from geo.importer.model import Options
from geo.intake import Intake
from geo.model import DERIVED, KINDS
from geo.publish import publish
from geo.query import Library, Snapshot
from geo.settings import BUNDLED_LAYERS, ROOT, Settings
from geo.state import jobs as rows
from geo.state import open_state
from tests.export.office import opened

LAYERS = ("parks", "parcels", "buildings", "enterprises", "logistics", "places", "counties")
FAULTY = ROOT / "tests" / "data" / "faulty"
ZONE_27 = "EPSG:4515"
MILLIMETRE = 0.001
HOSTILE = ["=1+1", "+86 1", "-5 度", "@x", "＝a", "a,b@c\nd", '"引号"', "策勒䶮𠮷"]


@pytest.fixture
def settings(published: Path) -> Settings:
    return Settings(out=published)


@pytest.fixture(scope="module")
def parcels(published: Path) -> PublishedLayer:
    return read_published(Settings(out=published), "parcels")


def plots(*shapes, **columns) -> PublishedLayer:
    """A layer of plots that the tests make up."""
    fields = {
        "parcel_id": [f"地块-{n}" for n in range(len(shapes))],
        "land_use_code": ["100101"] * len(shapes),
        **columns,
    }
    series = {
        n: pd.Series(v, dtype="str" if n != "net_land" else "boolean") for n, v in fields.items()
    }
    frame = gpd.GeoDataFrame(series, geometry=gpd.GeoSeries(list(shapes), crs=crs.WGS84))
    words = {"zh": "一类工业用地", "en": "Industry", "rgb": "187,150,116"}
    return PublishedLayer(
        "parcels", KINDS["parcels"], frame, {"zh": "地块", "en": "Plots"},
        {"zh": "测试", "en": "Test"}, "2026-11", "2026-11-22-0123456789", ("sample",),
        {"100101": words},
    )  # fmt: skip


def square(x=80.8, y=37.0, side=0.001):
    return box(x, y, x + side, y + side)


def unpacked(path: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.with_suffix(""))
    return path.with_suffix("")


def metres(layer: PublishedLayer) -> list:
    """The shapes in zone 27, as another program than ours computes them."""
    transform = Transformer.from_crs("EPSG:4490", ZONE_27, always_xy=True).transform
    shapes = layer.frame.geometry
    return [
        None if s is None else shapely.transform(s, transform, interleaved=False) for s in shapes
    ]


def apart(one, other) -> float:
    return shapely.hausdorff_distance(one, other)


def plain(value):
    """A value as a file without types of its own has it."""
    if pd.isna(value):
        return None
    return float(value) if isinstance(value, (bool, int, float, np.number, np.bool_)) else value


def values(frame: pd.DataFrame, names: list[str]) -> list[list]:
    return [[plain(value) for value in frame[name].tolist()] for name in names]


# --- what GDAL reads ---------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_a_geopackage_has_every_value_and_explains_its_fields(settings, tmp_path, layer):
    found = read_published(settings, layer)
    target = tmp_path / "导出.gpkg"
    done = export_layer(settings, layer, "gpkg", None, target)
    assert (done.written.records, done.written.left_out) == (len(found.frame), 0)
    frame = pyogrio.read_dataframe(target, layer=layer)
    names = [n for n in found.frame.columns if n != "geometry"]
    assert values(frame, names) == values(found.frame, names)
    assert frame.crs == crs.WGS84
    same = frame.geometry.geom_equals(found.frame.geometry) | found.frame.geometry.isna()
    assert same.all()
    legend = pyogrio.read_dataframe(target, layer="fields", read_geometry=False)
    assert legend.iloc[:, 0].tolist() == names


def test_the_description_of_a_geopackage_says_that_it_holds_samples(settings, tmp_path):
    target = tmp_path / "a.gpkg"
    export_layer(settings, "parcels", "gpkg", None, target)
    described = pyogrio.read_info(target, layer="parcels")["layer_metadata"]["DESCRIPTION"]
    assert "含示例数据" in described and "sample data" in described


@pytest.mark.parametrize("layer", LAYERS)
def test_a_shapefile_has_every_value_under_a_short_name(settings, tmp_path, layer):
    found = read_published(settings, layer)
    done = export_layer(settings, layer, "shp", None, tmp_path / "a.zip")
    folder = unpacked(tmp_path / "a.zip")
    parts = [pyogrio.read_dataframe(path) for path in sorted(folder.glob("*.shp"))]
    frame = pd.concat(parts)
    names = short_names(n for n in found.frame.columns if n != "geometry")
    key = found.kind.key
    assert max(map(len, names.values())) <= SHORTEST
    frame = frame.set_index(names[key]).loc[found.frame[key]].reset_index()
    for field, short in names.items():
        if field not in done.written.cut:
            assert values(frame, [short]) == values(found.frame, [field]), field
    assert {path.read_text() for path in folder.glob("*.cpg")} == {"UTF-8"}
    assert len(list(folder.glob("*.prj"))) == len(parts)
    with (folder / "fields.csv").open(encoding="utf-8-sig", newline="") as stream:
        legend = list(csv.DictReader(stream))
    assert [row["字段 / field"] for row in legend] == list(names)
    assert "含示例数据" in (folder / "README.txt").read_text("utf-8-sig") or layer not in (
        "parcels", "buildings", "enterprises",
    )  # fmt: skip


def test_a_mixed_layer_becomes_a_shapefile_for_each_kind_of_shape(settings, tmp_path):
    export_layer(settings, "parks", "shp", None, tmp_path / "a.zip")
    names = {path.name for path in unpacked(tmp_path / "a.zip").glob("*.shp")}
    assert names == {"parks_polygon.shp", "parks_point.shp"}


def test_a_long_text_of_a_shapefile_ends_between_characters_and_is_told(tmp_path):
    layer = plots(square(), square(81), utilities=["电" * 200, "电" * 84])
    done = write_layer(layer, "shp", None, tmp_path / "a.zip")
    assert done.written.cut == {"utilities": 1}
    folder = unpacked(tmp_path / "a.zip")
    texts = pyogrio.read_dataframe(folder / "parcels.shp")["utilities"].tolist()
    assert texts == ["电" * 83 + "…", "电" * 84]
    legend = (folder / "fields.csv").read_text("utf-8-sig")
    assert [line[-1] for line in legend.splitlines() if line.startswith('"utilities"')] == ["1"]


def test_a_layer_without_any_shape_is_exported_all_the_same(tmp_path):
    layer = plots(None, None)
    for name in ("gpkg", "shp", "csv", "geojson"):
        target = tmp_path / f"a.{FORMATS[name].suffix}"
        assert write_layer(layer, name, None, target).written.records == 2
    assert len(pyogrio.read_dataframe(unpacked(tmp_path / "a.zip") / "parcels.shp")) == 2


def test_geojson_is_what_was_published(settings, published, tmp_path):
    done = export_layer(settings, "parcels", "geojson", None, tmp_path / "a.geojson")
    before = published / "snapshots" / done.version / "staff" / "parcels.geojson"
    one, other = (json.loads(p.read_bytes()) for p in (before, tmp_path / "a.geojson"))
    by_key = {feature["id"]: feature for feature in one["features"]}
    assert {feature["id"]: feature for feature in other["features"]} == by_key
    assert "crs" not in other
    assert len(pyogrio.read_dataframe(tmp_path / "a.geojson")) == len(by_key)


# --- coordinate systems ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpkg", "shp", "csv", "dxf", "txt"])
def test_coordinates_in_a_zone_are_right_to_a_millimetre(parcels, tmp_path, name):
    target = tmp_path / f"a.{FORMATS[name].suffix}"
    write_layer(parcels, name, ZONE_27, target)
    if name == "shp":
        frame = pyogrio.read_dataframe(unpacked(target) / "parcels.shp").set_index("parcel_id")
    elif name == "gpkg":
        frame = pyogrio.read_dataframe(target, layer="parcels").set_index("parcel_id")
    elif name == "csv":
        table = pd.read_csv(target, dtype=str).set_index("parcel_id")
        assert set(table["crs"]) == {ZONE_27}
        frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkt(table["WKT"]))
    elif name == "dxf":
        (read,) = read_drawing(target, name="a.dxf")
        frame = gpd.GeoDataFrame(
            geometry=gpd.GeoSeries(read.geometries, index=column(read, "地块编号"))
        )
    else:
        (read,) = read_boundary_points(target, name="a.txt")
        frame = gpd.GeoDataFrame(
            geometry=gpd.GeoSeries(read.geometries, index=column(read, "地块编号"))
        )
    keys = parcels.frame["parcel_id"]
    assert sorted(frame.index) == sorted(keys)
    for key, shape in zip(keys, metres(parcels), strict=True):
        assert apart(frame.geometry[key], shape) < MILLIMETRE, key


def column(table, heading):
    return table.columns[table.headings.index(heading)]


@pytest.mark.parametrize("code", [4513, 4516, 4534, 4537, 4491, 4492, 4502, 4503, 4490, 4326])
def test_each_system_is_named_in_the_file_so_that_it_can_be_read_back(tmp_path, code):
    name = f"EPSG:{code}"
    meridian = {4513: 75, 4534: 75, 4491: 75, 4502: 75, 4516: 84, 4537: 84}.get(code, 81)
    layer = plots(square(x=meridian + 0.3))
    write_layer(layer, "gpkg", name, tmp_path / "a.gpkg")
    write_layer(layer, "shp", name, tmp_path / "a.zip")
    prj = (unpacked(tmp_path / "a.zip") / "parcels.prj").read_text()
    assert crs.read_crs(prj).grid == crs.read_crs(name).grid
    frame = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="parcels")
    assert frame.crs == crs.parse_crs(name)
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    back = crs.to_lonlat(xy, crs=name, datum="cgcs2000")
    wanted = shapely.get_coordinates(layer.frame.geometry.to_numpy())
    assert np.abs(back - wanted).max() < 1e-8


@given(st.floats(73.5, 135), st.floats(18, 53))
def test_metres_are_in_the_nearest_zone_unless_another_is_asked_for(lon, lat):
    zone = crs.read_crs(best_zone(plots(square(lon, lat)))).grid
    assert abs(zone.meridian - lon) <= 1.51
    assert zone.zone == zone.meridian // 3


@pytest.mark.parametrize(
    "name", ["EPSG:3857", "EPSG:4214", "EPSG:32644", "EPSG:999999", "gcj02", "+proj=merc", ""]
)
def test_other_systems_are_refused(tmp_path, name):
    with pytest.raises(BadRequest, match="EXPORT_CRS"):
        write_layer(plots(square()), "gpkg", name, tmp_path / "a.gpkg")
    assert list(tmp_path.iterdir()) == []


def test_metres_refuse_degrees_and_geojson_refuses_all_but_wgs84(tmp_path):
    for name, system, code in (
        ("dxf", "EPSG:4326", "EXPORT_PLANE"),
        ("txt", "EPSG:4490", "EXPORT_PLANE"),
        ("geojson", ZONE_27, "EXPORT_DEGREES"),
        ("geojson", "EPSG:4490", "EXPORT_DEGREES"),
        ("kml", None, "EXPORT_FORMAT"),
    ):
        with pytest.raises(BadRequest, match=code):
            write_layer(plots(square()), name, system, tmp_path / "a")


# --- boundary points ---------------------------------------------------------------------------


def test_boundary_points_say_what_they_are_in_the_words_of_the_format(tmp_path):
    write_layer(plots(square()), "txt", None, tmp_path / "a.txt")
    (table,) = read_boundary_points(tmp_path / "a.txt", name="a.txt")
    said = table.evidence.statements
    assert said["坐标系"] == "2000国家大地坐标系"
    assert (said["几度分带"], said["带号"], said["计量单位"]) == ("3", "27", "米")
    assert "含示例数据" in said["备注"]
    assert (table.encoding, table.evidence.northing_first, table.remarks) == ("gb18030", True, [])
    assert column(table, "地块用途") == ["一类工业用地"]
    assert column(table, "地类编码") == ["100101"]


def test_holes_parts_and_the_plane_area_survive_boundary_points(tmp_path):
    hole = Polygon(square().exterior, [square(80.8002, 37.0002, 0.0003).exterior])
    layer = plots(MultiPolygon([hole, square(80.81)]), square(80.82))
    write_layer(layer, "txt", ZONE_27, tmp_path / "a.txt")
    (table,) = read_boundary_points(tmp_path / "a.txt", name="a.txt")
    assert (table.bad_geometry, table.remarks) == ([], [])
    for stated, found, shape in zip(
        column(table, "地块面积(公顷)"), table.geometries, metres(layer), strict=True
    ):
        assert apart(found, shape) < MILLIMETRE
        assert len(shapely.get_rings(found)) == len(shapely.get_rings(shape))
        assert float(stated) == pytest.approx(shape.area / 10_000, abs=6e-5)


def test_the_importer_reads_boundary_points_as_the_plots_they_are(parcels, tmp_path, published):
    write_layer(parcels, "txt", None, tmp_path / "a.txt")
    settings = Settings(data=BUNDLED_LAYERS, out=tmp_path / "out")
    wanted = Intake("parcels", tmp_path / "a.txt", "a.txt", Options())
    report = intake.examine(settings, wanted, as_of=date(2026, 11, 24)).report
    assert report["understood"]["crs"] == ZONE_27
    assert (report["rows"]["new"], report["rows"]["read"]) == (0, len(parcels.frame))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_the_lines_of_boundary_points(tmp_path, text):
    layer = plots(square(), parcel_id=[text])
    write_layer(layer, "txt", None, tmp_path / "a.txt")
    (table,) = read_boundary_points(tmp_path / "a.txt", name="a.txt")
    wide = text.replace(",", "，").replace("@", "＠").replace("\n", " ")
    # The reader takes full-width separators for plain ones, but none for the end of a cell.
    assert len(table.rows) == 1
    assert apart(table.geometries[0], metres(layer)[0]) < MILLIMETRE
    body = (tmp_path / "a.txt").read_bytes().decode("gb18030")
    assert f",{wide.strip()},,面,," in body


def test_what_has_no_area_is_counted_and_refused_if_nothing_is_left(tmp_path):
    done = write_layer(plots(square(), None, Point(80, 37)), "txt", None, tmp_path / "a.txt")
    assert (done.written.records, done.written.left_out) == (1, 2)
    with pytest.raises(BadRequest, match="EXPORT_NO_AREAS"):
        write_layer(plots(None), "dxf", None, tmp_path / "a.dxf")


# --- drawings ----------------------------------------------------------------------------------


def test_a_drawing_has_a_layer_for_each_land_use_class_that_gdal_reads_in_chinese(
    parcels, tmp_path
):
    write_layer(parcels, "dxf", None, tmp_path / "a.dxf")
    frame = pyogrio.read_dataframe(tmp_path / "a.dxf")
    outlines = frame[frame.geometry.geom_type == "LineString"]
    counted = outlines["Layer"].value_counts().to_dict()
    uses = parcels.frame["land_use_code"]
    names = {code: f"{code} {parcels.land_use[code]['zh']}" for code in uses.unique()}
    assert counted == uses.map(names).value_counts().to_dict()
    assert "100101 一类工业用地" in counted
    texts = frame[frame["Text"].notna()]
    assert set(parcels.frame["parcel_id"]) < set(texts["Text"])
    notes = " ".join(texts.loc[texts["Layer"] == "说明", "Text"])
    assert "含示例数据" in notes and "sample data" in notes


def test_the_importer_reads_class_and_number_of_a_drawing(parcels, tmp_path):
    write_layer(parcels, "dxf", None, tmp_path / "a.dxf")
    (table,) = read_drawing(tmp_path / "a.dxf", name="a.dxf")
    found = dict(zip(column(table, "地块编号"), column(table, "用地代码"), strict=True))
    assert found == dict(
        zip(parcels.frame["parcel_id"], parcels.frame["land_use_code"], strict=True)
    )


@pytest.mark.parametrize("code", [*HOSTILE, "a/b|c", "", "  ", "长" * 300])
def test_any_class_makes_a_layer_that_a_drawing_may_have(tmp_path, code):
    write_layer(plots(square(), land_use_code=[code]), "dxf", None, tmp_path / "a.dxf")
    frame = pyogrio.read_dataframe(tmp_path / "a.dxf")
    names = set(frame["Layer"]) - {"说明"}
    assert len(names) == 1
    assert not set("<>/\\\":;?*|=,'`\n") & set(names.pop())


# --- CSV ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_a_csv_opens_in_libreoffice_with_the_same_values(settings, tmp_path, layer):
    target = tmp_path / f"{layer}.csv"
    export_layer(settings, layer, "csv", None, target)
    body = target.read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    written = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    (sheet,) = opened(target, tmp_path).values()
    assert sheet[0] == written[0]
    for row, cells in zip(written[1:], sheet[1:], strict=True):
        for text, cell in zip(row, cells, strict=True):
            assert cell == text or float(cell) == float(text)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_csv_has_every_value_and_its_shapes(settings, tmp_path, layer):
    found = read_published(settings, layer)
    export_layer(settings, layer, "csv", None, tmp_path / "a.csv")
    table = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False)
    for name in (n for n in found.frame.columns if n != "geometry"):
        for value, text in zip(found.frame[name].tolist(), table[name], strict=True):
            if pd.isna(value):
                assert text == ""
            elif isinstance(value, bool):
                assert text == str(value).lower()
            elif isinstance(value, (int, float)):
                assert float(text) == value
            else:
                assert text == value
    shapes = gpd.GeoSeries.from_wkt(table["WKT"].replace("", None), on_invalid="raise")
    assert (shapes.isna() == found.frame.geometry.isna()).all()
    assert pyogrio.read_dataframe(tmp_path / "a.csv").geometry.notna().any()


def test_points_have_their_numbers_beside_the_text(settings, tmp_path):
    export_layer(settings, "places", "csv", None, tmp_path / "a.csv")
    export_layer(settings, "places", "csv", ZONE_27, tmp_path / "b.csv")
    degrees, plane = (pd.read_csv(tmp_path / name) for name in ("a.csv", "b.csv"))
    xy = crs.to_lonlat(plane[["easting", "northing"]].to_numpy(), crs=ZONE_27, datum="cgcs2000")
    assert np.abs(xy - degrees[["lon", "lat"]].to_numpy()).max() < 1e-8


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_csv_is_a_formula_in_libreoffice(tmp_path, text):
    write_layer(plots(square(), parcel_id=[text]), "csv", None, tmp_path / "a.csv")
    (sheet,) = opened(tmp_path / "a.csv", tmp_path).values()
    wanted = f"'{text}" if text[0] in "=+-@＝" else text
    assert sheet[1][0] == wanted


def test_a_long_number_of_a_csv_stays_a_text(tmp_path):
    layer = plots(
        square(), cadastral_code=["653225001001GB00001"], contract_no=["0012345678901234567"]
    )
    write_layer(layer, "csv", None, tmp_path / "a.csv")
    (sheet,) = opened(tmp_path / "a.csv", tmp_path).values()
    found = dict(zip(*sheet, strict=True))
    assert found["cadastral_code"] == "653225001001GB00001"
    assert found["contract_no"] == "0012345678901234567"


# --- texts, names, files -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpkg", "shp", "geojson"])
@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_a_gis_file_are_kept_to_the_letter(tmp_path, name, text):
    layer = plots(square(), contract_no=[text])
    write_layer(layer, name, None, tmp_path / f"a.{FORMATS[name].suffix}")
    path = unpacked(tmp_path / "a.zip") / "parcels.shp" if name == "shp" else tmp_path / f"a.{name}"
    frame = pyogrio.read_dataframe(path, **({"layer": "parcels"} if name == "gpkg" else {}))
    assert (
        frame[short_names(["contract_no"])["contract_no"] if name == "shp" else "contract_no"][0]
        == text
    )


@given(st.lists(st.text("abc_", min_size=1, max_size=30), unique=True, max_size=40))
def test_short_names_are_short_and_each_another(fields):
    found = short_names(fields)
    assert list(found) == fields
    assert len(set(found.values())) == len(fields)
    assert all(0 < len(name) <= SHORTEST for name in found.values())


def test_every_field_has_a_short_name_made_by_hand_and_a_label_in_both_languages():
    for kind in KINDS.values():
        fields = [*(f.name for f in kind.all_fields), *DERIVED.get(kind.name, ())]
        if kind.is_layer:
            names = short_names(fields)
            cut = [n for n in fields if len(n) > SHORTEST and names[n] == n[:SHORTEST]]
            assert cut == []
            assert len(set(names.values())) == len(set(fields))
        for lang in ("zh", "en"):
            assert [n for n in fields if field_label(n, lang, kind.name) == n] == [], kind.name


def test_the_area_of_a_plot_is_not_called_floor_area():
    assert field_label("area_m2", "en", "parcels") == "Area on the map (m²)"
    assert field_label("area_m2", "en", "buildings") == "Floor area (m²)"
    assert field_label("state", "zh", "parcels") == "地块状态"


# --- findings ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def faulty(tmp_path_factory) -> Settings:
    """Faults of many rules: overlaps, slivers, gaps, a bow-tie, and such as have no piece."""
    settings = Settings(data=FAULTY, out=tmp_path_factory.mktemp("faulty") / "out")
    publish(settings, as_of=date(2026, 11, 22), by="li")
    return settings


@pytest.mark.parametrize("name", ["gpkg", "geojson"])
def test_gdal_reads_the_faulty_pieces_with_their_rule_and_area(faulty, tmp_path, name):
    found = Library(faulty.out).current("staff").document("findings.json")
    target = tmp_path / f"问题.{name}"
    done = export_layer(faulty, "findings", name, None, target)
    assert (done.written.records, done.written.left_out) == (len(found), 0)
    frame = pyogrio.read_dataframe(target, **({"layer": "findings"} if name == "gpkg" else {}))
    frame = frame.set_index("finding_id")
    assert set(frame.index) == {one["id"] for one in found}
    assert sum(one["geometry"] is not None for one in found) > 5
    for one in found:
        row = frame.loc[one["id"]]
        assert (row["rule"], row["severity"]) == (one["rule"], one["severity"])
        assert row["message_zh"] == one["message"]["zh"]
        assert row["feature"] == "; ".join(one["feature"])
        assert plain(row["piece_m2"]) == one["area_m2"]
        if one["geometry"] is None:
            assert row.geometry is None
        else:
            # Far below the 5 cm of the thinnest fault.
            assert apart(row.geometry, shapely.geometry.shape(one["geometry"])) < 2e-9


def test_a_piece_lies_where_the_zone_has_it(faulty, tmp_path):
    export_layer(faulty, "findings", "gpkg", ZONE_27, tmp_path / "a.gpkg")
    frame = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="findings")
    assert frame.crs.to_epsg() == 4515
    (overlap,) = frame[frame["rule"] == "PARCEL_OVERLAP"].itertuples()
    # 10 m by 100 m of ground, on the meridian of the zone.
    assert overlap.geometry.area == pytest.approx(10 * 100, rel=2e-4)
    (gap,) = frame[frame["rule"] == "PARCEL_GAP"].itertuples()
    assert gap.geometry.area == pytest.approx(0.6 * 100, rel=2e-3)


def test_findings_without_a_single_piece_are_a_file_all_the_same(faulty, tmp_path, monkeypatch):
    found = Library(faulty.out).current("staff").document("findings.json")
    none = [one for one in found if one["geometry"] is None]
    for some in (none, []):
        monkeypatch.setattr(Snapshot, "document", lambda *_, some=some: some)
        snapshot = Library(faulty.out).current("staff")
        vars(snapshot)["site"] = {"layers": [], "as_of": "2026-11-22"}
        for name in ("gpkg", "geojson"):
            done = write_layer(findings_layer(snapshot), name, None, tmp_path / f"a.{name}")
            assert done.written.records == len(some)


@pytest.mark.parametrize("name", ["shp", "dxf", "txt", "csv"])
def test_findings_have_no_other_format(faulty, tmp_path, name):
    with pytest.raises(BadRequest, match="EXPORT_FORMAT"):
        export_layer(faulty, "findings", name, None, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_every_field_of_the_findings_has_a_label(faulty):
    layer = findings_layer(Library(faulty.out).current("staff"))
    for lang in ("zh", "en"):
        assert [f.name for f in layer.kind.fields if field_label(f.name, lang) == f.name] == []


def test_an_imported_export_changes_nothing(settings, tmp_path):
    for name in ("gpkg", "geojson"):
        target = tmp_path / f"a.{name}"
        export_layer(settings, "parcels", name, None, target)
        wanted = Intake("parcels", target, target.name, Options())
        instance = Settings(data=BUNDLED_LAYERS, out=tmp_path / "out")
        report = intake.examine(instance, wanted, as_of=date(2026, 11, 24)).report
        told = report["rows"]
        assert (told["new"], told["changed"]) == (0, 0), name
        assert told["unchanged"] == told["read"] > 300


def test_a_failed_export_leaves_the_earlier_file(settings, tmp_path, monkeypatch):
    target = tmp_path / "a.gpkg"
    target.write_bytes(b"earlier")

    def fail(_layer, _crs, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(FORMATS, "gpkg", replace(FORMATS["gpkg"], write=fail))
    with pytest.raises(OSError, match="No space"):
        export_layer(settings, "parcels", "gpkg", None, target)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.gpkg", b"earlier")]


def test_what_is_not_there_is_told(settings, tmp_path):
    with pytest.raises(NotFound, match="LAYER_UNKNOWN"):
        export_layer(settings, "../parcels", "gpkg", None, tmp_path / "a.gpkg")
    with pytest.raises(NotFound, match="NOT_PUBLISHED"):
        export_layer(Settings(out=tmp_path), "parcels", "gpkg", None, tmp_path / "a.gpkg")


# --- command line and jobs ---------------------------------------------------------------------


def test_the_command_writes_a_file_and_tells_what_is_in_it(published, tmp_path, capsys):
    target = tmp_path / "厂房.zip"
    command = ["export", "shp", str(target), "--layer", "parks", "--out", str(published)]
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["layer"], told["format"], told["crs"]) == ("parks", "shp", "EPSG:4326")
    assert (told["records"], told["left_out"], set(told["cut"])) == (
        12,
        0,
        {"facts_zh", "facts_en"},
    )
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "已导出 12 条记录" in out and "Exported 12 records" in out and "已截短" in out
    assert main(["export", "dxf", str(target), "--layer", "parks", "--out", str(published)]) == 0
    assert "未导出" in capsys.readouterr().out


def test_the_command_says_in_both_languages_what_is_wrong(published, tmp_path, capsys):
    command = ["export", "dxf", str(tmp_path / "a.dxf"), "--crs", "EPSG:4326"]
    assert main([*command, "--out", str(published)]) == 2
    told = capsys.readouterr().err
    assert "EPSG:4515" in told and "分带" in told and "zone" in told


@pytest.mark.parametrize(
    ("params", "stored"),
    [
        ({"format": "gpkg", "layer": "parks", "crs": ZONE_27}, "export.gpkg"),
        ({"format": "xlsx"}, "export.xlsx"),
    ],
)
def test_a_job_leaves_the_file_in_its_folder(published, tmp_path, params, stored):
    settings = Settings(out=tmp_path)
    shutil.copytree(published / "snapshots", tmp_path / "snapshots")
    state = open_state(settings)
    job = rows.create(state, kind="export", by="li", params=params)
    jobs.folder_of(settings, job.id).mkdir(parents=True)
    assert run_job(settings, job.id) == 0
    report = jobs.read_report(settings, job.id)
    assert report["stored"] == stored
    assert report["version"] in report["file"]
    assert str(tmp_path) not in json.dumps(report)
    assert jobs.read_result(settings, job.id, stored)


def test_a_job_that_asks_for_nonsense_says_so(published, tmp_path):
    settings = Settings(out=tmp_path)
    shutil.copytree(published / "snapshots", tmp_path / "snapshots")
    state = open_state(settings)
    job = rows.create(state, kind="export", by="li", params={"format": "../x", "layer": "parks"})
    jobs.folder_of(settings, job.id).mkdir(parents=True)
    assert run_job(settings, job.id) == 1
    assert rows.get(state, job.id).error["code"] == "EXPORT_FORMAT"


def run_job(settings: Settings, job_id: str) -> int:
    """Run a job as the server starts it: in a process of its own, which has limits."""
    command = [sys.executable, "-m", "geo", "job", "--out", str(settings.out), "--", job_id]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, check=False, timeout=100
    ).returncode
