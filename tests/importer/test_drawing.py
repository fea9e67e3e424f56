import re

import pytest
from ezdxf.enums import TextEntityAlignment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

from geo.errors import ImportRefused
from geo.importer import drawing as drawings
from geo.importer import drawing_shapes
from geo.importer.drawing import read_drawing
from geo.importer.drawing_labels import land_use_code, land_use_name, plot_number
from tests.importer.spatial_files import drawing, rectangle, save

X, Y = 456_000.0, 4_098_000.0
PLOT = rectangle(X, Y)


def read(document, tmp_path, **options):
    return read_file(save(document, tmp_path / "upload", **options))


def read_file(path):
    (table,) = read_drawing(path, name="规划图.dxf")
    return table


def refusal(path):
    with pytest.raises(ImportRefused) as caught:
        read_file(path)
    return caught.value


def records(table):
    return [
        dict(zip(table.headings, cells, strict=True)) for cells in zip(*table.columns, strict=True)
    ]


def codes(table):
    return [remark.code for remark in table.remarks]


def add_hatch(space, *rings, layer="0"):
    hatch = space.add_hatch(dxfattribs={"layer": layer})
    for ring in rings:
        hatch.paths.add_polyline_path(ring, is_closed=True)
    return hatch


# --- shapes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2007", "R2010", "R2018"])
def test_closed_polylines_and_texts_of_every_version_are_plots(tmp_path, version):
    document, space = drawing(version)
    space.add_polyline2d(PLOT, close=True, dxfattribs={"layer": "二类工业用地"})
    space.add_text("策-01", dxfattribs={"insert": (X + 10, Y + 10)})
    table = read(document, tmp_path)
    assert records(table) == [
        {"图层": "二类工业用地", "地块编号": "策-01", "用地名称": "二类工业用地", "文字": "策-01"}
    ]
    assert table.geometries[0].equals(box(X, Y, X + 100, Y + 50))
    assert (table.name, table.rows, table.format) == ("规划图", [1], "dxf")
    assert (table.evidence.wkt, table.evidence.statements) == (None, {})
    assert (table.bad_geometry, table.remarks) == ([], [])


def test_a_binary_drawing_is_read(tmp_path):
    document, space = drawing("R2010")
    space.add_lwpolyline(PLOT, close=True, dxfattribs={"layer": "工业用地"})
    table = read(document, tmp_path, fmt="bin")
    assert records(table) == [{"图层": "工业用地", "用地名称": "工业用地"}]


@pytest.mark.parametrize(("stated", "written"), [(b"ANSI_1252", "gbk"), (b"ANSI_936", "utf-8")])
def test_a_wrong_code_page_is_noticed(tmp_path, stated, written):
    document, space = drawing("R2000")
    space.add_lwpolyline(PLOT, close=True, dxfattribs={"layer": "工业用地"})
    path = save(document, tmp_path / "upload")
    raw = path.read_bytes().replace(b"ANSI_936", stated)
    path.write_bytes(raw.decode("gbk").encode(written))
    assert records(read_file(path))[0]["图层"] == "工业用地"


def test_a_polyline_that_returns_to_its_start_is_closed_and_others_are_counted(tmp_path):
    document, space = drawing()
    space.add_lwpolyline([*PLOT, PLOT[0]])
    space.add_lwpolyline(PLOT)
    space.add_polyline2d(PLOT[:2])
    table = read(document, tmp_path)
    assert table.geometries[0].equals(box(X, Y, X + 100, Y + 50))
    assert [(r.code, r.params["count"]) for r in table.remarks] == [("DRAWING_OPEN_LINES", 2)]


def test_arcs_become_chords_within_the_tolerance(tmp_path):
    document, space = drawing()
    space.add_lwpolyline([(X, Y, 0, 0, 1), (X + 100, Y, 0, 0, 1)], close=True)
    (circle,) = read(document, tmp_path).geometries
    centre = box(X + 50, Y, X + 50, Y).centroid
    assert centre.buffer(50, quad_segs=500).symmetric_difference(circle).area < 314 * 0.05
    assert len(circle.exterior.coords) < 200


def test_circles_ellipses_and_closed_splines_are_shapes(tmp_path):
    document, space = drawing()
    space.add_circle((X, Y), 50)
    space.add_ellipse((X + 200, Y), (50, 0), 0.5)
    space.add_ellipse((X + 400, Y), (50, 0), 0.5, start_param=0, end_param=2)
    space.add_spline().set_closed([(X + 600, Y, 0), (X + 700, Y, 0), (X + 650, Y + 90, 0)])
    areas = [shape.area for shape in read(document, tmp_path).geometries]
    assert areas[:2] == pytest.approx([3.14159 * 2500, 3.14159 * 1250], rel=1e-3)
    assert len(areas) == 3


def test_a_hatch_has_holes(tmp_path):
    document, space = drawing()
    add_hatch(space, PLOT, rectangle(X + 10, Y + 10, 10, 10), layer="M1")
    table = read(document, tmp_path)
    assert table.geometries[0].area == 5_000 - 100
    assert records(table) == [{"图层": "M1", "用地代码": "M1"}]


def test_a_hatch_of_edges_is_a_shape(tmp_path):
    document, space = drawing()
    edges = space.add_hatch().paths.add_edge_path()
    for start, end in zip(PLOT, [*PLOT[1:], PLOT[0]], strict=True):
        edges.add_line(start, end)
    assert read(document, tmp_path).geometries[0].area == 5_000


@pytest.mark.parametrize("order", [1, -1])
def test_a_hatch_and_the_polyline_around_it_are_one_plot(tmp_path, order):
    document, space = drawing()
    makers = [
        lambda: space.add_lwpolyline(PLOT[2:] + PLOT[:2], close=True, dxfattribs={"layer": "红线"}),
        lambda: add_hatch(space, PLOT, layer="100101工业用地"),
    ]
    for make in makers[::order]:
        make()
    add_hatch(space, rectangle(X + 100, Y), layer="0")
    table = read(document, tmp_path)
    assert [r["图层"] for r in records(table)] == ["100101工业用地", "0"]


def test_blocks_are_exploded_with_the_layer_of_their_place(tmp_path):
    document, space = drawing()
    inner = document.blocks.new("甲")
    inner.add_lwpolyline(rectangle(0, 0, 10, 10), close=True)
    outer = document.blocks.new("乙")
    outer.add_blockref("甲", (0, 0))
    outer.add_lwpolyline(rectangle(0, 20, 10, 10), close=True, dxfattribs={"layer": "自有"})
    space.add_blockref("乙", (X, Y), dxfattribs={"layer": "厂房", "xscale": 2, "yscale": 2})
    table = read(document, tmp_path)
    assert [r["图层"] for r in records(table)] == ["厂房", "自有"]
    assert table.geometries[0].bounds == (X, Y, X + 20, Y + 20)


def test_symbols_are_left_out_and_counted(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(PLOT, close=True)
    for x, y in PLOT:
        space.add_circle((x, y), 0.5)
    table = read(document, tmp_path)
    assert len(table.rows) == 1
    assert [(r.code, dict(r.params)) for r in table.remarks] == [
        ("DRAWING_SMALL", {"count": 4, "limit": "1"})
    ]


def test_a_layer_that_is_off_is_read_and_told(tmp_path):
    document, space = drawing()
    document.layers.add("旧红线").off()
    document.layers.add("废").freeze()
    space.add_lwpolyline(PLOT, close=True, dxfattribs={"layer": "旧红线"})
    space.add_lwpolyline(rectangle(X + 500, Y), close=True, dxfattribs={"layer": "废"})
    (remark,) = read(document, tmp_path).remarks
    assert (remark.code, remark.params["layers"]) == ("DRAWING_HIDDEN_LAYERS", "废、旧红线")


# --- texts -----------------------------------------------------------------------------------


def test_a_text_belongs_to_the_smallest_polygon_around_it(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(rectangle(X - 500, Y - 500, 2_000, 2_000), close=True)
    space.add_lwpolyline(PLOT, close=True)
    space.add_mtext("A-02\\P面积 12.5亩\\P2.0", dxfattribs={"insert": (X + 20, Y + 20)})
    space.add_text("外-1", dxfattribs={"insert": (X + 900, Y + 900)})
    space.add_text("远", dxfattribs={"insert": (X + 9_000, Y)})
    table = read(document, tmp_path)
    assert [(r["地块编号"], r["文字"]) for r in records(table)] == [
        ("外-1", "外-1"),
        ("A-02", "A-02；面积 12.5亩；2.0"),
    ]


def test_an_aligned_text_stands_where_it_is_aligned_to(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(PLOT, close=True)
    text = space.add_text("A-1")
    text.set_placement((X + 50, Y + 25), align=TextEntityAlignment.MIDDLE_CENTER)
    text.dxf.insert = (X - 5, Y)
    assert records(read(document, tmp_path))[0]["地块编号"] == "A-1"


def test_the_attribute_of_a_block_is_a_text(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(PLOT, close=True)
    document.blocks.new("牌")
    space.add_blockref("牌", (X, Y)).add_attrib("NO", "B-7", (X + 5, Y + 5))
    assert records(read(document, tmp_path))[0]["地块编号"] == "B-7"


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        (["工业用地"], None),
        (["12"], "12"),
        (["12", "CL-01-03", "3.5"], "CL-01-03"),
        (["面积1200", "容积率1.5", "2024年", "甲3"], "甲3"),
        ([], None),
    ],
)
def test_the_number_of_a_plot_is_the_text_that_looks_like_one(texts, number):
    assert plot_number(texts) == number


@pytest.mark.parametrize(
    ("layer", "code", "name"),
    [
        ("100101", "100101", None),
        ("0601-工业用地", "0601", "工业用地"),
        ("M2_规划二类工业用地", "M2", "二类工业用地"),
        ("2024年红线", None, None),
        ("现状水浇地", None, None),
        ("JZD", None, None),
        ("G1公园绿地", "G1", "公园绿地"),
    ],
)
def test_land_use_is_taken_from_the_name_of_a_layer(layer, code, name):
    assert (land_use_code(layer), land_use_name(layer)) == (code, name)


# --- coordinates -----------------------------------------------------------------------------


def test_metres_that_are_stated_as_millimetres_stay_metres(tmp_path):
    document, space = drawing(units=4)
    space.add_lwpolyline(PLOT, close=True)
    table = read(document, tmp_path)
    assert table.geometries[0].bounds == (X, Y, X + 100, Y + 50)
    assert codes(table) == ["DRAWING_UNITS_IGNORED"]


def test_millimetres_become_metres(tmp_path):
    document, space = drawing(units=4)
    corners = [(1_000 * x, 1_000 * y) for x, y in PLOT]
    space.add_lwpolyline(corners, close=True)
    space.add_circle(corners[0], 500)
    table = read(document, tmp_path)
    assert table.geometries[0].bounds == pytest.approx((X, Y, X + 100, Y + 50))
    assert table.evidence.statements == {"计量单位": "米"}
    assert codes(table) == ["DRAWING_UNITS_CONVERTED", "DRAWING_SMALL"]


def test_a_local_drawing_keeps_its_numbers_and_states_its_unit(tmp_path):
    document, space = drawing(units=4)
    space.add_lwpolyline(rectangle(0, 0, 90_000, 50_000), close=True)
    table = read(document, tmp_path)
    assert table.geometries[0].bounds == (0, 0, 90_000, 50_000)
    assert table.evidence.statements == {"计量单位": "毫米"}


def test_a_drawing_in_degrees_keeps_its_small_shapes(tmp_path):
    document, space = drawing(units=0)
    space.add_lwpolyline(rectangle(81.0, 36.5, 0.001, 0.001), close=True)
    assert read(document, tmp_path).geometries[0].area == pytest.approx(1e-6)


def test_the_system_of_geodata_is_evidence(tmp_path):
    document, space = drawing("R2010")
    space.add_lwpolyline(PLOT, close=True)
    geodata = space.new_geodata()
    geodata.setup_local_grid(design_point=(0, 0), reference_point=(0, 0))
    geodata.coordinate_system_definition = GEODATA
    assert read(document, tmp_path).evidence.wkt == "EPSG:4526"


GEODATA = """<?xml version="1.0" encoding="UTF-16" standalone="no" ?>
<Dictionary version="1.0" xmlns="http://www.osgeo.org/mapguide/coordinatesystem">
<ProjectedCoordinateSystem id="CGCS2000"><Axis uom="METER"><CoordinateSystemAxis>
<AxisOrder>1</AxisOrder><AxisName>Easting</AxisName><AxisAbbreviation>E</AxisAbbreviation>
<AxisDirection>east</AxisDirection></CoordinateSystemAxis><CoordinateSystemAxis>
<AxisOrder>2</AxisOrder><AxisName>Northing</AxisName><AxisAbbreviation>N</AxisAbbreviation>
<AxisDirection>north</AxisDirection></CoordinateSystemAxis></Axis></ProjectedCoordinateSystem>
<Alias id="4526" type="CoordinateSystem"><ObjectId>CGCS2000</ObjectId>
<Namespace>EPSG Code</Namespace></Alias></Dictionary>"""


# --- what must not be published, and what is no drawing --------------------------------------


def add_contours(space, layer, heights):
    for height in heights:
        ring = rectangle(X + height, Y)
        line = space.add_lwpolyline(ring, close=True, dxfattribs={"layer": layer})
        line.dxf.elevation = height


def test_contours_are_told_by_their_heights_and_are_no_plots(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(PLOT, close=True)
    add_contours(space, "L8", [1_200 + i % 6 for i in range(30)])
    table = read(document, tmp_path)
    assert len(table.rows) == 1
    assert dict(table.remarks[0].params) == {"layers": "L8"}
    assert codes(table) == ["SENSITIVE_CONTOURS"]


def test_contours_are_told_by_the_name_of_their_layer(tmp_path):
    document, space = drawing()
    space.add_lwpolyline(PLOT, close=True)
    add_contours(space, "DGX", [900])
    table = read(document, tmp_path)
    assert (codes(table), len(table.rows)) == (["SENSITIVE_CONTOURS"], 1)


def test_plots_drawn_at_one_height_are_no_contours(tmp_path):
    document, space = drawing()
    add_contours(space, "红线", [1_350] * 30)
    assert codes(read(document, tmp_path)) == []


def test_a_drawing_without_areas_says_so(tmp_path):
    document, space = drawing()
    space.add_line((X, Y), (X + 1, Y))
    assert refusal(save(document, tmp_path / "a.dxf")).code == "DRAWING_NO_AREAS"


def test_a_block_that_contains_itself_ends(tmp_path):
    document, space = drawing()
    block = document.blocks.new("环")
    block.add_lwpolyline(rectangle(0, 0, 9, 9), close=True)
    block.add_blockref("环", (20, 0))
    space.add_blockref("环", (X, Y))
    assert 1 <= len(read(document, tmp_path).rows) <= 10


def test_blocks_that_multiply_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(drawing_shapes, "MAX_ENTITIES", 2_000)
    document, space = drawing()
    document.blocks.new("0层").add_lwpolyline(rectangle(0, 0, 9, 9), close=True)
    for level in range(6):
        block = document.blocks.new(f"{level + 1}层")
        for number in range(10):
            block.add_blockref(f"{level}层", (number, 0))
    space.add_blockref("6层", (X, Y))
    assert refusal(save(document, tmp_path / "a.dxf")).code == "DRAWING_TOO_LARGE"


def test_an_array_of_blocks_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(drawing_shapes, "MAX_ENTITIES", 2_000)
    document, space = drawing()
    document.blocks.new("甲").add_lwpolyline(rectangle(0, 0, 9, 9), close=True)
    many = {"row_count": 30_000, "column_count": 30_000, "row_spacing": 9, "column_spacing": 9}
    space.add_blockref("甲", (X, Y), dxfattribs=many)
    assert refusal(save(document, tmp_path / "a.dxf")).code == "DRAWING_TOO_LARGE"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (1e15, "out_of_drawing"),
        (1e300, "malformed"),
        (float("inf"), "malformed"),
        (float("nan"), "malformed"),
    ],
)
def test_numbers_without_end_do_not_stop_the_rest(tmp_path, number, reason):
    document, space = drawing()
    space.add_lwpolyline(PLOT, close=True)
    space.add_lwpolyline([(X, Y, 0, 0, 1), (number, Y, 0, 0, 1), (X, Y + 9, 0, 0, 1)], close=True)
    table = read(document, tmp_path)
    assert table.geometries[0].area == 5_000
    assert table.geometries[1] is None
    assert table.bad_geometry == [(1, reason)]


def test_a_drawing_too_large_to_load_is_refused_unread(tmp_path, monkeypatch):
    document, space = drawing()
    space.add_lwpolyline(PLOT, close=True)
    path = save(document, tmp_path / "a.dxf")
    monkeypatch.setattr(drawings, "MAX_BYTES", 1_000)
    assert refusal(path).code == "DRAWING_TOO_LARGE"


@pytest.mark.parametrize("kept", [0, 20, 0.2, 0.7])
@pytest.mark.parametrize("fmt", ["asc", "bin"])
def test_a_drawing_that_is_cut_off_is_refused(tmp_path, kept, fmt):
    document, space = drawing("R2010")
    space.add_lwpolyline(PLOT, close=True)
    path = save(document, tmp_path / "a.dxf", fmt=fmt)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(kept if kept >= 1 else kept * len(raw))])
    assert refusal(path).code == "DRAWING_UNREADABLE"


@pytest.mark.parametrize("fmt", ["asc", "bin"])
def test_a_drawing_without_its_end_is_refused_though_its_plots_are_there(tmp_path, fmt):
    document, space = drawing("R2010")
    space.add_lwpolyline(PLOT, close=True)
    path = save(document, tmp_path / "a.dxf", fmt=fmt)
    path.write_bytes(path.read_bytes().rstrip(b"\0\r\n").removesuffix(b"EOF"))
    assert refusal(path).code == "DRAWING_UNREADABLE"


@pytest.mark.parametrize("head", [b"  0\nSECTION\n  2\n", b"AutoCAD Binary DXF\r\n\x1a\x00", b""])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=300))
def test_noise_behind_any_beginning_is_refused(tmp_path, head, noise):
    path = tmp_path / "a.dxf"
    path.write_bytes(head + noise)
    assert re.match("DRAWING_", refusal(path).code)
