"""Heights, full topography and closed sites: a warning, and nothing is left out."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from geo.importer.model import Remark, Table
from geo.importer.sensitive import covered_km2, sensitive_remarks
from geo.model import KINDS

TOPOGRAPHY = ["DLSS", "水系设施", "JMD", "植被", "GXYZ"]


def table(columns=None, *, rows=None, remarks=()):
    columns = columns or {"地块编号": ["A", "B", "C"]}
    length = len(next(iter(columns.values())))
    return Table(
        name="地块",
        format="shapefile",
        headings=list(columns),
        columns=list(columns.values()),
        rows=rows or list(range(1, length + 1)),
        remarks=list(remarks),
    )


def frame(codes=("100101", "1201", None)):
    return pd.DataFrame({"land_use_code": pd.Series(codes, dtype="str")})


def cells(columns, rows):
    """Return a point in each of so many cells of about a square kilometre."""
    places = [
        Point(81 + x * 0.01 + 0.005, 37 + y * 0.01 + 0.005)
        for x in range(columns)
        for y in range(rows)
    ]
    return gpd.GeoSeries(places, crs="EPSG:4326")


def codes(remarks):
    return [remark.code for remark in remarks]


def find(kind="parcels", *, geometry=None, layers=(), values=None, **options):
    made = table(**options)
    return sensitive_remarks(
        made, KINDS[kind], frame() if values is None else values, geometry, layers=layers
    )


def test_ordinary_plots_bring_no_warning():
    assert find(geometry=cells(10, 10)) == []


# --- contours ---------------------------------------------------------------------------------


def test_contours_in_another_layer_of_the_file_are_told():
    (remark,) = find(layers=["地块", "DGX"])
    assert remark.code == "SENSITIVE_CONTOURS"
    assert "DGX" in remark.as_dict()["message"]["zh"]


def test_contours_that_the_reader_told_are_not_told_again():
    told = Remark("SENSITIVE_CONTOURS", {"layers": "DGX"})
    assert find(layers=["地块", "DGX"], remarks=[told]) == []


# --- topography -------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "warned"), [((5, 5), False), ((6, 6), True)])
def test_topography_is_told_from_25_square_kilometres_on(size, warned):
    found = find(geometry=cells(*size), layers=TOPOGRAPHY)
    assert codes(found) == (["SENSITIVE_TOPOGRAPHY"] if warned else [])


def test_topography_may_be_one_layer_with_a_column_of_classes():
    columns = {"图层": TOPOGRAPHY * 8}
    (remark,) = find(columns=columns, geometry=cells(8, 5), values=frame([None] * 40))
    assert remark.code == "SENSITIVE_TOPOGRAPHY"
    assert "25" in remark.as_dict()["message"]["en"]


def test_a_plan_with_few_kinds_of_features_is_no_topography():
    assert find(geometry=cells(10, 10), layers=["道路", "水系", "绿化", "地块"]) == []


def test_a_register_has_no_extent():
    assert find(layers=TOPOGRAPHY) == []


def test_cover_is_measured_in_cells_or_by_the_shapes_themselves():
    assert covered_km2(cells(5, 4)) == pytest.approx(20 * 1.1132**2 * 0.798, rel=0.01)
    # 0.1 by 0.1 degrees at 37 N, on the ellipsoid: 11.10 km by 8.90 km
    large = gpd.GeoSeries([box(81, 37, 81.1, 37.1), None, Point()], crs="EPSG:4326")
    assert covered_km2(large) == pytest.approx(98.7, rel=0.005)
    assert covered_km2(gpd.GeoSeries([None], crs="EPSG:4326")) == 0


# --- closed sites -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["1501", "1505", "150101"])
def test_military_and_penal_classes_are_told_with_their_rows(code):
    (remark,) = find(values=frame([None, code, "1201"]), rows=[4, 7, 9])
    assert remark.code == "SENSITIVE_SITES"
    assert "第 7 行" in remark.as_dict()["message"]["zh"]


@pytest.mark.parametrize("code", ["1503", "15", "0901"])
def test_other_special_land_is_not(code):
    assert find(values=frame([None, code, "1201"])) == []


@pytest.mark.parametrize("name", ["军事设施用地", "县看守所", "示例监狱", "武警训练场"])
def test_names_of_closed_sites_are_told(name):
    columns = {"地块编号": ["A", "B", "C"], "权利人": [None, name, 5]}
    (remark,) = find(columns=columns, rows=[3, 4, 5])
    assert remark.params == {"count": 1, "rows": "4"}


def test_a_firm_beside_a_barracks_is_a_firm():
    columns = {"企业名称": ["示例企业 001"] * 3, "地址": ["武警支队东侧"] * 3}
    assert find("enterprises", columns=columns) == []


def test_of_many_rows_the_first_are_named():
    columns = {"名称": ["看守所"] * 12}
    (remark,) = find(columns=columns, values=pd.DataFrame(index=range(12)))
    assert remark.params == {"count": 12, "rows": "1、2、3、4、5、6、7、8、9、10……"}
