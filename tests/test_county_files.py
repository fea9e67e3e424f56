"""County files of every kind from end to end: what was understood, row by row, and written.

The files are made by tests/data/make_county_files.py; what is expected was counted by hand.
"""

import csv
import io
import json

import pytest
from shapely.geometry import Point, shape

from geo.cli import main
from geo.settings import BUNDLED_LAYERS
from tests.data.county_maps import SHIFTED_FIRMS
from tests.data.make_county_files import make_county_files

CREDIT_CODE = "统一社会信用代码"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make_county_files(tmp_path_factory.mktemp("county"))


@pytest.fixture
def bring(tmp_path, capsys):
    """Import a file into an instance of its own and return the exit status and the report."""

    def run(layer, path, *options):
        common = ["--out", str(tmp_path), "--as-of", "2026-11-24", "--json"]
        status = main(["import", layer, str(path), *common, *options])
        return status, json.loads(capsys.readouterr().out)

    run.out = tmp_path
    return run


def faults(report):
    """Return row, column, rule and severity of every fault."""
    return {(f["row"], f["column"], f["rule"], f["severity"]) for f in report["faults"]}


def counts(report):
    return {name: n for name, n in report["rows"].items() if n}


def features(path):
    """Return the features of a GeoJSON layer by their key, which is their first property."""
    body = json.loads(path.read_text(encoding="utf-8"))
    return {next(iter(f["properties"].values())): f for f in body["features"]}


def layer(out, name):
    return features(out / "data" / f"{name}.geojson")


def firms(out):
    """Return the written firms by name."""
    text = (out / "data" / "enterprises.csv").read_text(encoding="utf-8-sig")
    return {row["name_zh"]: row for row in csv.DictReader(io.StringIO(text))}


def codes(remarks):
    return {remark["code"] for remark in remarks}


# --- registers ----------------------------------------------------------------------------------


def test_a_register_with_the_usual_mess_is_told_row_by_row_and_nothing_changes(files, bring):
    status, report = bring("enterprises", files["register"])
    assert (status, report["status"]) == (1, "rejected")
    understood = report["understood"]
    assert (understood["format"], understood["encoding"]) == ("csv", "gb18030")
    assert understood["columns"]["总投资（亿元）"] == "invest_planned_wan"
    assert understood["columns"]["备注"] is None
    assert understood["units"]["到位资金（万元）"] == "万元"
    assert report["rows"]["read"] == 9
    expected = {
        (4, CREDIT_CODE, "USCC_DUPLICATE", "error"),
        (11, CREDIT_CODE, "USCC_DUPLICATE", "error"),
        (6, CREDIT_CODE, "USCC_INVALID", "error"),
        (7, CREDIT_CODE, "USCC_INVALID", "error"),
        (7, "所在园区", "PARK_UNKNOWN", "error"),
        (8, "企业名称", "NAME_DUPLICATE", "warning"),
        (9, "企业名称", "NAME_DUPLICATE", "warning"),
        (12, "行业代码", "INDUSTRY_UNKNOWN", "warning"),
        (12, "项目阶段", "VALUE_RANGE", "error"),
        (12, "阶段日期", "VALUE_RANGE", "error"),
    }
    assert faults(report) == expected
    assert report["rows"]["faulty"] == 5
    assert not (bring.out / "data").exists()


def test_a_damaged_credit_code_is_told_as_that(files, bring):
    _, report = bring("enterprises", files["register"], "--dry-run")
    told = {f["row"]: f["message"]["zh"] for f in report["faults"] if f["rule"] == "USCC_INVALID"}
    assert "位数已丢失" in told[6]
    assert "校验位" in told[7]


def test_names_that_almost_match_are_told_and_never_applied(files, bring):
    _, report = bring("enterprises", files["register"])
    (suggestion,) = report["suggestions"]
    assert (suggestion["row"], suggestion["suggestion"]) == (7, "YT-SHOE")
    near = [f for f in report["faults"] if f["rule"] == "NAME_DUPLICATE"]
    assert [(f["row"], f["column"], f["severity"]) for f in near] == [
        (8, "企业名称", "warning"),
        (9, "企业名称", "warning"),
    ]


def test_the_mended_register_is_imported_and_a_second_time_changes_nothing(files, bring):
    status, report = bring("enterprises", files["mended"])
    assert (status, report["status"], report["faults"]) == (0, "imported", [])
    assert counts(report) == {"new": 3, "changed": 1, "read": 4}
    found = firms(bring.out)
    first = found["示例企业201（策勒）纺织有限公司"]
    assert float(first["invest_planned_wan"]) == 12_000
    assert float(first["invest_in_place_wan"]) == 8_500
    assert float(first["output_wan"]) == 3_200
    assert float(first["employees"]) == 120
    assert (first["stage"], first["stage_on"]) == ("operating", "2024-03-15")
    assert (first["park_id"], first["origin_province"]) == ("CL-TJ", "天津市")
    assert first["publish_name"] == "true"
    second = found["示例企业202食品有限公司"]
    assert (second["uscc"], second["invest_in_place_wan"], second["employees"]) == ("", "", "")
    assert (second["stage_on"], second["park_id"]) == ("2025-07-01", "CL-TJ")
    assert float(second["invest_planned_wan"]) == 3_500
    known = found["示例企业 001"]
    assert (known["enterprise_id"], known["stage"]) == ("E-001", "signed")
    assert float(known["invest_in_place_wan"]) == 900
    status, again = bring("enterprises", files["mended"])
    assert (status, counts(again)) == (0, {"unchanged": 4, "read": 4})


def test_a_workbook_is_read_below_its_merged_headings(files, bring):
    status, report = bring("enterprises", files["workbook"])
    assert (status, report["status"]) == (0, "imported")
    understood = report["understood"]
    assert (understood["format"], understood["sheet"]) == ("xlsx", "企业台账")
    assert understood["columns"]["投资情况（万元）/到位资金"] == "invest_in_place_wan"
    assert understood["columns"]["所在位置/园区"] == "park_id"
    assert counts(report) == {"new": 2, "changed": 1, "read": 3}
    found = firms(bring.out)
    assert float(found["示例企业 211"]["invest_in_place_wan"]) == 6_000  # a formula
    assert found["示例企业 211"]["stage_on"] == "2024-04-01"
    assert float(found["示例企业 212"]["employees"]) == 74  # in a hidden row
    assert found["示例企业 003"]["stage"] == "construction"
    assert "示例企业 999" not in found
    assert "合计" not in found


def test_an_old_workbook_updates_plots_and_leaves_their_shapes(files, bring):
    status, report = bring("parcels", files["xls"])
    assert (status, report["status"]) == (0, "imported")
    assert report["understood"]["format"] == "xls"
    assert counts(report) == {"changed": 1, "unchanged": 1, "read": 2}
    (change,) = report["changes"]
    assert {f["field"]: (f["before"], f["after"]) for f in change["fields"]} == {
        "supply_state": ("announced", "supplied"),
        "development_state": ("not_started", "construction"),
        "started_on": (None, "2026-10-08"),
    }
    before = features(BUNDLED_LAYERS / "parcels.geojson")
    after = layer(bring.out, "parcels")
    assert after.keys() == before.keys()
    assert after["CL-DIGI-003"]["geometry"] == before["CL-DIGI-003"]["geometry"]
    assert after["CL-DIGI-003"]["properties"]["net_land"] is True


def test_a_list_of_halls_in_utf_16_updates_what_it_says(files, bring):
    status, report = bring("buildings", files["halls_tsv"])
    assert (status, report["understood"]["encoding"]) == (0, "utf-16")
    assert counts(report) == {"changed": 1, "unchanged": 2, "read": 3}
    hall = layer(bring.out, "buildings")["HALL-A-05"]["properties"]
    assert (hall["state"], hall["rent_yuan_m2_month"], hall["area_m2"]) == ("let", 6.5, 7890)


def test_a_list_with_a_prison_brings_a_warning_and_is_taken_as_it_is(tmp_path, bring):
    path = tmp_path / "地块.csv"
    path.write_text("地块编号,地块名称\nCL-DIGI-003,一号\nCL-DIGI-004,示例看守所\n", "utf-8")
    status, report = bring("parcels", path)
    assert (status, report["status"]) == (0, "imported")
    (remark,) = [r for r in report["remarks"] if r["code"] == "SENSITIVE_SITES"]
    assert "第 3 行" in remark["message"]["zh"]


# --- surveys and maps ---------------------------------------------------------------------------


def test_a_shapefile_in_zone_27_without_its_encoding_becomes_two_plots(files, bring):
    status, report = bring("parcels", files["shapefile"])
    assert (status, report["status"]) == (0, "imported")
    understood = report["understood"]
    assert (understood["format"], understood["datum"]) == ("shapefile", "cgcs2000")
    assert (understood["crs"], understood["codes"]) == ("EPSG:4515", "land_use_2023")
    assert counts(report) == {"new": 2, "read": 2}
    plot = layer(bring.out, "parcels")["示例地块-01"]
    assert plot["properties"]["park_id"] == "YT-TJ"
    assert plot["properties"]["land_use_code"] == "100101"
    assert plot["properties"]["supply_state"] == "approved"
    assert plot["properties"]["net_land"] is True
    assert plot["properties"]["declared_area_mu"] == 30
    # (27553500, 4079000) in EPSG:4515, by PROJ
    corner = Point(81.59979270, 36.84069657)
    assert min(corner.distance(Point(c)) for c in plot["geometry"]["coordinates"][0]) < 2e-7


def test_boundary_points_renew_the_shapes_of_two_plots(files, bring):
    status, report = bring("parcels", files["boundary_points"])
    assert (status, report["status"]) == (0, "imported")
    understood = report["understood"]
    assert (understood["format"], understood["datum"]) == ("boundary_points", "cgcs2000")
    assert (understood["crs"], understood["northing_first"]) == ("EPSG:4515", True)
    assert counts(report) == {"changed": 2, "read": 2}
    after = layer(bring.out, "parcels")
    before = Point(80.8317496, 36.9834344)
    moved = min(
        before.distance(Point(c)) for c in after["CL-AGRI-001"]["geometry"]["coordinates"][0]
    )
    assert moved == pytest.approx(0.5 / 88_980, rel=0.05)  # half a metre east, in degrees
    assert len(after["CL-AGRI-002"]["geometry"]["coordinates"]) == 2
    resurveyed = after["CL-AGRI-002"]["properties"]
    assert (resurveyed["declared_area_mu"], resurveyed["supply_state"]) == (39.3195, "supplied")


def test_a_drawing_without_zone_is_placed_where_it_is_said_to_be(files, bring):
    status, report = bring("parcels", files["drawing"], "--crs", "EPSG:4536")
    assert (status, report["status"]) == (0, "imported")
    assert report["understood"]["format"] == "dxf"
    assert counts(report) == {"changed": 2, "read": 2}
    after = layer(bring.out, "parcels")["CL-DIGI-003"]
    assert after["properties"]["land_use_code"] == "100101"
    assert shape(after["geometry"]).distance(Point(80.8172, 36.9852)) == 0
    assert "DRAWING_OPEN_LINES" in codes(report["remarks"])


def test_placemarks_become_warehouses(files, bring):
    status, report = bring("logistics", files["kml"])
    assert (status, report["status"]) == (0, "imported")
    assert (report["understood"]["format"], report["understood"]["datum"]) == ("kml", "wgs84")
    assert counts(report) == {"new": 2, "read": 2}
    written = layer(bring.out, "logistics")
    made = [written["F-0001"], written["F-0002"]]  # not G316: G315 is a national road
    assert {f["properties"]["kind"] for f in made} == {"warehouse"}
    assert [80.83, 36.98] in [f["geometry"]["coordinates"][:2] for f in made]


def test_firms_on_a_shifted_map_are_moved_back_onto_their_plots(files, bring):
    status, report = bring("enterprises", files["shifted_csv"])
    assert (status, report["status"]) == (0, "imported")
    assert report["understood"]["datum"] == "gcj02"
    assert report["understood"]["confidence"] > 0.8
    assert "12/12" in report["understood"]["why"]["zh"]
    assert counts(report) == {"changed": 12, "read": 12}
    assert_on_their_plots(bring.out)


def test_a_shifted_geojson_is_moved_back_although_its_format_means_wgs84(files, bring):
    status, report = bring("enterprises", files["shifted"])
    assert (status, report["status"]) == (0, "imported")
    assert report["understood"]["datum"] == "gcj02"
    assert "12/12" in report["understood"]["why"]["zh"]
    assert "FORMAT_SHIFTED" in [remark["code"] for remark in report["remarks"]]
    assert_on_their_plots(bring.out)


def assert_on_their_plots(out):
    plots = features(BUNDLED_LAYERS / "parcels.geojson")
    rows = {row["enterprise_id"]: row for row in firms(out).values()}
    for firm, plot in SHIFTED_FIRMS.items():
        place = Point(float(rows[firm]["lon"]), float(rows[firm]["lat"]))
        assert place.distance(shape(plots[plot]["geometry"]).representative_point()) < 2e-6  # 0.2 m


def test_one_layer_of_a_geopackage_becomes_plots(files, bring):
    status, report = bring("parcels", files["gpkg"], "--sheet", "可供地块")
    assert (status, report["status"]) == (0, "imported")
    assert report["understood"]["format"] == "gpkg"
    assert report["understood"]["datum"] == "cgcs2000"
    assert counts(report) == {"new": 2, "read": 2}
    plot = layer(bring.out, "parcels")["示例地块-11"]["properties"]
    assert plot["declared_area_mu"] == pytest.approx(26.655)
    assert plot["development_state"] == "not_started"


def test_a_flatgeobuf_becomes_a_park(files, bring):
    status, report = bring("parks", files["fgb"])
    assert (status, report["status"]) == (0, "imported")
    assert report["understood"]["format"] == "flatgeobuf"
    assert counts(report) == {"new": 1, "read": 1}
    made = [f["properties"] for f in layer(bring.out, "parks").values()]
    (park,) = [p for p in made if p["name_zh"] == "示例产业园"]
    assert (park["adcode"], park["kind"]) == ("653227", "industrial")
    assert park["planned_area_mu"] == pytest.approx(1483.5)


def test_a_geoparquet_becomes_halls(files, bring):
    status, report = bring("buildings", files["parquet"])
    assert (status, report["status"]) == (0, "imported")
    assert report["understood"]["format"] == "geoparquet"
    assert counts(report) == {"new": 2, "read": 2}
    hall = layer(bring.out, "buildings")["HALL-示例-02"]["properties"]
    assert (hall["state"], hall["park_id"], hall["floors"]) == ("partly_let", "YT-TJ", 1)


def test_a_zipped_filegdb_becomes_a_road(files, bring):
    status, report = bring("logistics", files["gdb"])
    assert (status, report["status"]) == (0, "imported")
    assert (report["understood"]["format"], report["understood"]["crs"]) == ("filegdb", "EPSG:4515")
    assert counts(report) == {"new": 1, "read": 1}
