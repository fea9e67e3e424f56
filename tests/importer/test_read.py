import json

import pytest

from geo.errors import ImportRefused
from geo.importer.read import read_tables
from tests.importer.files import write_csv, write_xls, write_xlsx
from tests.importer.spatial_files import plots, shapefile_parts, zip_of_parts

FIRMS = [["企业名称", "面积"], ["甲厂", 1], ["乙厂", 2]]
POINTS = (
    "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=27\n[地块坐标]\n"
    "4,1,A-1,一号地,面,,工业,,@\n"
    "J1,1,4000000,27500000\nJ2,1,4000000,27500100\nJ3,1,4000100,27500100\nJ1,1,4000000,27500000\n"
)


def test_a_workbook_renamed_to_csv_is_read_and_told_for_what_it_is(tmp_path):
    path = write_xlsx(tmp_path / "企业.csv", FIRMS)
    (table,) = read_tables(path, name="企业.csv")
    assert table.columns == [["甲厂", "乙厂"], [1, 2]]
    (remark,) = table.remarks
    assert remark.as_dict()["message"] == {
        "zh": "文件名以 .csv 结尾，内容其实是 xlsx 格式，已按 xlsx 读取。",
        "en": "The file is named .csv but its content is xlsx; it was read as xlsx.",
    }


def test_a_text_table_renamed_to_xls_is_read_and_told(tmp_path):
    path = write_csv(tmp_path / "a", FIRMS, delimiter="\t", encoding="gb18030")
    (table,) = read_tables(path, name="导出.xls")
    assert (table.format, table.name, table.rows) == ("csv", "导出", [2, 3])
    assert [remark.code for remark in table.remarks] == ["WRONG_SUFFIX"]


@pytest.mark.parametrize("name", ["a.csv", "A.TXT", "a.tsv", "no suffix"])
def test_a_usual_name_brings_no_remark(tmp_path, name):
    (table,) = read_tables(write_csv(tmp_path / "a", FIRMS), name=name)
    assert table.remarks == []


def test_every_format_finds_its_reader(tmp_path):
    geojson = tmp_path / "a.geojson"
    feature = {
        "type": "Feature",
        "properties": {"名称": "甲"},
        "geometry": {"type": "Point", "coordinates": [81, 36]},
    }
    geojson.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    points = tmp_path / "a.txt"
    points.write_text(POINTS, encoding="gb18030")
    parts = shapefile_parts(tmp_path / "parts", plots().dropna())
    paths = [
        write_xls(tmp_path / "a.xls", {"表": FIRMS}),
        write_xlsx(tmp_path / "a.xlsx", FIRMS),
        write_csv(tmp_path / "a.csv", FIRMS),
        geojson,
        points,
        zip_of_parts(tmp_path / "a.zip", parts),
    ]
    formats = [read_tables(path, name=path.name)[0].format for path in paths]
    assert formats == ["xls", "xlsx", "csv", "geojson", "boundary_points", "shapefile"]


def test_the_name_of_a_file_is_never_used_as_a_path(tmp_path):
    path = write_csv(tmp_path / "a", FIRMS)
    (table,) = read_tables(path, name="../../etc/passwd.csv")
    assert table.name == "passwd"


def test_what_is_no_data_is_refused(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(ImportRefused, match="FORMAT_REFUSED_DOCUMENT"):
        read_tables(path, name="名册.xlsx")
