import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo.errors import ImportRefused
from geo.importer.boundary_points import read_boundary_points

X, Y = 4_098_000, 27_456_000
"""Northing and easting with zone 27, as surveys write them."""

HEAD = """[属性描述]
格式版本号=1.01版本
数据产生单位=策勒县自然资源局
数据产生日期=2024-5-6
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=27
精度=0.001
转换参数=0,0,0,0,0,0,0
[地块坐标]
"""


def ring(north, east, side, *, number=1, closed=True, first=1):
    corners = [(0, 0), (0, side), (side, side), (side, 0)]
    points = [(first + i, X + north + n, Y + east + e) for i, (n, e) in enumerate(corners)]
    points += points[:1] if closed else []
    return "".join(f"J{j},{number},{x:.3f},{y:.3f}\n" for j, x, y in points)


def read(tmp_path, text, *, encoding="gb18030", name="红线.txt"):
    path = tmp_path / "upload"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    (table,) = read_boundary_points(path, name=name)
    return table


def record(table, index=0):
    return {h: c[index] for h, c in zip(table.headings, table.columns, strict=True) if c[index]}


def codes(table):
    return [remark.code for remark in table.remarks]


def square(north, east, side):
    return box(Y + east, X + north, Y + east + side, X + north + side)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_file_of_the_ministry_is_read(tmp_path, encoding):
    plot = "5,12.5,001,示例地块,面,I44G012,工业用地,100101,@\n"
    table = read(tmp_path, HEAD + plot + ring(0, 0, 100), encoding=encoding)
    assert record(table) == {
        "地块面积(公顷)": "12.5",
        "地块编号": "001",
        "地块名称": "示例地块",
        "图幅号": "I44G012",
        "地块用途": "工业用地",
        "地类编码": "100101",
    }
    assert table.geometries[0].equals(square(0, 0, 100))
    assert table.evidence.statements["坐标系"] == "2000国家大地坐标系"
    assert table.evidence.statements["带号"] == "27"
    assert table.evidence.northing_first is True
    assert (table.name, table.rows, table.encoding) == ("红线", [13], encoding)
    assert (table.bad_geometry, table.remarks) == ([], [])


def test_later_rings_are_holes_or_parts_by_where_they_lie(tmp_path):
    rings = ring(0, 0, 100) + ring(20, 20, 10, number=2) + ring(500, 0, 50, number=3)
    table = read(tmp_path, HEAD + "15,1,1,地块,面,,,,@\n" + rings)
    (shape,) = table.geometries
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == 100**2 - 10**2 + 50**2


@pytest.mark.parametrize("closed", [True, False])
def test_rings_need_not_be_closed(tmp_path, closed):
    rings = ring(0, 0, 100, closed=closed) + ring(20, 20, 10, number=2, closed=closed, first=5)
    table = read(tmp_path, HEAD + "8,1,1,地块,面,,,,@\n" + rings)
    assert table.geometries[0].area == 100**2 - 10**2
    assert table.remarks == []


def test_rings_that_share_one_number_are_told_apart_by_their_closing(tmp_path):
    table = read(tmp_path, HEAD + "0,0,1,地块,面,,,,@\n" + ring(0, 0, 100) + ring(20, 20, 10))
    assert table.geometries[0].area == 100**2 - 10**2


def test_several_plots_have_the_lines_of_their_attributes_as_numbers(tmp_path):
    text = HEAD + "4,1,A,甲,面,,,,@\n" + ring(0, 0, 9) + "\n4,1,B,乙,面,,,,@\n" + ring(50, 0, 9)
    table = read(tmp_path, text)
    assert table.rows == [13, 20]
    assert table.columns[table.headings.index("地块编号")] == ["A", "B"]
    assert table.geometries[1].equals(square(50, 0, 9))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("4,0.7655公顷,,地块1,面,,,,@", {"地块面积(公顷)": "0.7655公顷", "地块名称": "地块1"}),
        ("0.7655公顷,,地块1,面,,,,@", {"地块面积(公顷)": "0.7655公顷", "地块名称": "地块1"}),
        ("0,0,D8-003,地块4,面,,,,@", {"地块编号": "D8-003", "地块名称": "地块4"}),
        (
            "4, 1 , FID_A ,甲,面, , , ,@",
            {"地块面积(公顷)": "1", "地块编号": "FID_A", "地块名称": "甲"},
        ),
        (
            "4，1，2，甲，面，-，无，—，＠",
            {"地块面积(公顷)": "1", "地块编号": "2", "地块名称": "甲"},
        ),
        (
            "4,1,2,甲,乙地块,面,,,,@",
            {"地块面积(公顷)": "1", "地块编号": "2", "地块名称": "甲,乙地块"},
        ),
        (
            "0,0,653225,横桥村,D8,地块4,面,,,,@",
            {"行政区代码": "653225", "行政区名称": "横桥村", "地块编号": "D8", "地块名称": "地块4"},
        ),
        (
            "4,1,2,甲,面,T,工业,0601,,1,B,C,备注,@",
            {
                "地块面积(公顷)": "1",
                "地块编号": "2",
                "地块名称": "甲",
                "图幅号": "T",
                "地块用途": "工业",
                "地类编码": "0601",
                "其他属性2": "1",
                "其他属性3": "B",
                "其他属性4": "C",
                "其他属性5": "备注",
            },
        ),
        (
            "4,1,2,甲,面,,工业,",
            {"地块面积(公顷)": "1", "地块编号": "2", "地块名称": "甲", "地块用途": "工业"},
        ),
    ],
)
def test_attributes_are_named_in_every_form_of_the_line(tmp_path, line, expected):
    table = read(tmp_path, f"{HEAD}{line}\n{ring(0, 0, 100)}")
    assert record(table) == expected
    assert table.geometries[0].area == 100**2


def test_full_width_signs_and_spaces_are_understood(tmp_path):
    text = HEAD.replace("=", "＝").replace("[", "【").replace("]", "】")
    points = ring(0, 0, 100).replace(",", "，").replace("J1", " Ｊ１ ").replace("1", "１")
    table = read(tmp_path, text + "4,1,1,甲,面,,,,@\n" + points)
    assert table.geometries[0].equals(square(0, 0, 100))
    assert table.evidence.statements["几度分带"] == "3"


def test_points_alone_are_one_plot(tmp_path):
    table = read(tmp_path, "[地块坐标]\n" + ring(0, 0, 100))
    assert (table.rows, table.evidence.statements) == ([2], {})
    assert table.geometries[0].equals(square(0, 0, 100))


def test_the_usual_other_names_of_statements_are_known(tmp_path):
    text = "[属性描述]\n坐标系统：WGS84\n分带=3度带\n[地块坐标]\n" + ring(0, 0, 100)
    assert read(tmp_path, text).evidence.statements == {"坐标系": "WGS84", "几度分带": "3度带"}


def test_eastings_written_first_are_noticed_by_their_size(tmp_path):
    text = f"[地块坐标]\nJ1,1,{Y},{X}\nJ2,1,{Y + 9},{X}\nJ3,1,{Y + 9},{X + 9}\n"
    table = read(tmp_path, text)
    assert table.geometries[0].bounds == (Y, X, Y + 9, X + 9)
    assert table.evidence.northing_first is False
    assert codes(table) == ["BOUNDARY_POINTS_EASTING_FIRST"]


def test_eastings_without_the_zone_number_are_northing_first_as_well(tmp_path):
    text = f"[地块坐标]\nJ1,1,{X},456000\nJ2,1,{X},456009\nJ3,1,{X + 9},456009\n"
    table = read(tmp_path, text)
    assert table.geometries[0].bounds == (456000, X, 456009, X + 9)
    assert table.evidence.northing_first is True


def test_degrees_are_left_as_they_are(tmp_path):
    table = read(tmp_path, "[地块坐标]\nJ1,1,81.1,36.5\nJ2,1,81.2,36.5\nJ3,1,81.2,36.6\n")
    assert table.geometries[0].bounds == (81.1, 36.5, 81.2, 36.6)
    assert table.evidence.northing_first is None


def test_lines_and_points_are_no_areas(tmp_path):
    text = (
        HEAD + f"2,0,1,路,线,,,,@\nJ1,1,{X},{Y}\nJ2,1,{X},{Y + 9}\n1,0,2,井,点,,,,@\nJ1,1,{X},{Y}\n"
    )
    table = read(tmp_path, text)
    assert table.geometries == [LineString([(Y, X), (Y + 9, X)]), Point(Y, X)]


@pytest.mark.parametrize(
    "line", ["J2,1,4098000,x", "J2,1,4098000", "J2,1,1,2,3", "J2,1,nan,1", "？"]
)
def test_a_line_that_is_no_point_spoils_only_its_plot(tmp_path, line):
    text = HEAD + f"4,1,A,甲,面,,,,@\n{ring(0, 0, 9)}{line}\n4,1,B,乙,面,,,,@\n{ring(50, 0, 9)}"
    table = read(tmp_path, text)
    assert table.geometries[0] is None
    assert table.geometries[1].equals(square(50, 0, 9))
    assert table.bad_geometry == [(0, "boundary_point_line")]
    assert dict(table.remarks[0].params) == {"lines": "19"}


def test_two_points_are_no_area(tmp_path):
    table = read(tmp_path, f"[地块坐标]\n2,1,A,甲,面,,,,@\nJ1,1,{X},{Y}\nJ2,1,{X},{Y + 9}\n")
    assert table.bad_geometry == [(0, "too_few_positions")]


def test_missing_lines_show_in_the_number_of_points(tmp_path):
    table = read(tmp_path, HEAD + "40,1,A,甲,面,,,,@\n" + ring(0, 0, 9))
    assert [(r.code, dict(r.params)) for r in table.remarks] == [
        ("BOUNDARY_POINTS_COUNT", {"lines": "13"})
    ]


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        (HEAD, "BOUNDARY_POINTS_MISSING", {}),
        ("", "BOUNDARY_POINTS_MISSING", {}),
        (HEAD + "4,1,A,甲,面,,,,@\nJ1;1;2;3\n", "BOUNDARY_POINTS_UNREADABLE", {"line": 14}),
    ],
)
def test_a_file_without_points_is_refused(tmp_path, text, code, params):
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path, text)
    assert (caught.value.code, caught.value.params) == (code, params)


def test_bytes_in_no_encoding_are_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"[\xff\xff]\xff\n")
    with pytest.raises(ImportRefused, match="ENCODING_UNKNOWN"):
        read_boundary_points(path, name="a.txt")


corner = st.tuples(
    st.integers(3_900_000_000, 4_200_000_000), st.integers(27_400_000_000, 27_600_000_000)
)


@given(st.lists(corner, min_size=3, max_size=30, unique=True))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_point_is_read_to_the_millimetre(tmp_path, corners):
    lines = "".join(f"{i},1,{x / 1000:.3f},{y / 1000:.3f}\n" for i, (x, y) in enumerate(corners))
    table = read(tmp_path, HEAD + "0,0,1,甲,面,,,,@\n" + lines)
    read_back = list(table.geometries[0].exterior.coords)[:-1]
    assert read_back == [(y / 1000, x / 1000) for x, y in corners]


@given(st.text(max_size=300))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_refused(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text("[地块坐标]\n" + text, encoding="utf-8", errors="replace")
    with contextlib.suppress(ImportRefused):
        read_boundary_points(path, name="a.txt")
