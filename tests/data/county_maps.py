"""Survey and GIS files as county offices send them. All places and firms are samples."""

import json
import math
import zipfile
from pathlib import Path

import ezdxf
import geopandas as gpd
import pyogrio
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, Point, Polygon, box

from geo.settings import BUNDLED_LAYERS

ZONE_27 = "EPSG:4515"
"""CGCS2000, 3-degree zone 27 with the zone before the easting."""
CENTRAL_81 = "EPSG:4536"
"""The same meridian, 81 E, without the zone."""

SHIFTED_FIRMS = {
    "E-001": "CL-AGRI-002",
    "E-003": "CL-AGRI-009",
    "E-004": "CL-AGRI-017",
    "E-006": "CL-DIGI-001",
    "E-007": "CL-DIGI-002",
    "E-009": "CL-DIGI-007",
    "E-010": "CL-DIGI-009",
    "E-011": "CL-DIGI-016",
    "E-012": "CL-DIGI-017",
    "E-013": "CL-DIGI-019",
    "E-015": "CL-DIGI-025",
    "E-016": "CL-DIGI-032",
}
"""Bundled firms and their plots."""


def plot_ring(key: str, crs: str) -> list[tuple[float, float]]:
    """Return the corners of a bundled plot as easting and northing, to the centimetre."""
    project = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform
    corners = [project(lon, lat) for lon, lat in _plot(key).exterior.coords]
    # CGCS2000 is taken as equal to WGS84: PROJ has no shift between them either.
    return [(round(x, 2), round(y, 2)) for x, y in corners]


def _plot(key: str) -> Polygon:
    layer = json.loads((BUNDLED_LAYERS / "parcels.geojson").read_text(encoding="utf-8"))
    plots = {f["properties"]["parcel_id"]: f["geometry"] for f in layer["features"]}
    return shapely.geometry.shape(plots[key])


def shapefile_zip(folder: Path) -> Path:
    """Write two new plots: a shapefile in GB18030, without .cpg, in zone 27 with a .prj."""
    squares = [box(27553500, 4079000, 27553600, 4079200), box(27553600, 4079000, 27553700, 4079200)]
    frame = gpd.GeoDataFrame(
        {
            "DKBH": ["示例地块-01", "示例地块-02"],
            "YQMC": ["于田县天津工业园区", "于田天津工业园"],
            "DLBM": ["100101", "1301"],
            "DLMC": ["一类工业用地", "供水用地"],
            "GYZT": ["批而未供", "已供"],
            "KFZT": ["未动工", "在建"],
            "SFJD": ["是", "否"],
            "MJ_MU": [30.0, 30.01],
        },
        geometry=squares,
        crs=ZONE_27,
    )
    inside = folder / "新增地块"
    inside.mkdir()
    pyogrio.write_dataframe(frame, inside / "新增地块.shp", encoding="GB18030")
    (inside / "新增地块.cpg").unlink()
    return _zip(folder / "新增地块.zip", inside)


def boundary_points(folder: Path) -> Path:
    """Write two resurveyed plots, one with a hole: a 界址点 file, X is north, GB18030."""
    first = [(x + 0.5, y) for x, y in plot_ring("CL-AGRI-001", ZONE_27)]
    second = plot_ring("CL-AGRI-002", ZONE_27)
    x, y = (round(sum(c) / (len(second) - 1), 2) for c in zip(*second[:-1], strict=True))
    hole = [(x, y), (x + 10, y), (x + 10, y + 10), (x, y + 10), (x, y)]
    text = "\r\n".join(
        [
            "[属性描述]",
            "格式版本号=1.01版本",
            "数据产生单位=示例单位",
            "数据产生日期=2026-11-18",
            "坐标系=2000国家大地坐标系",
            "几度分带=3",
            "投影类型=高斯克吕格",
            "计量单位=米",
            "带号=27",
            "精度=0.01",
            "转换参数=0,0,0,0,0,0,0",
            "[地块坐标]",
            f"{len(first)},1.8373,CL-AGRI-001,示例地块一,面,,,,@",
            *_points(first, 1),
            f"{len(second) + len(hole)},2.6213,CL-AGRI-002,示例地块二,面,,,,@",
            *_points(second, 1),
            *_points(hole, 2, start=len(second)),
            "",
        ]
    )
    path = folder / "界址点.txt"
    path.write_bytes(text.encode("gb18030"))
    return path


def _points(ring: list[tuple[float, float]], number: int, *, start: int = 1) -> list[str]:
    names = [f"J{start + i}" for i in range(len(ring) - 1)]
    return [
        f"{name},{number},{y:.3f},{x:.3f}"
        for name, (x, y) in zip([*names, names[0]], ring, strict=True)
    ]


def drawing_dxf(folder: Path) -> Path:
    """Write a plan: outlines on layers named by land use, numbers as texts, no zone."""
    drawing = ezdxf.new("R2010")
    drawing.header["$INSUNITS"] = 6
    space = drawing.modelspace()
    for layer, key in (("一类工业用地", "CL-DIGI-003"), ("一类工业用地", "CL-DIGI-004")):
        ring = [(x + 0.6, y) for x, y in plot_ring(key, CENTRAL_81)]
        space.add_lwpolyline(ring[:-1], close=True, dxfattribs={"layer": layer})
        middle = Polygon(ring).representative_point()
        space.add_text(key, height=3, dxfattribs={"layer": "标注"}).set_placement(
            (middle.x, middle.y)
        )
    space.add_lwpolyline([(480000, 4092000), (480900, 4092500)], dxfattribs={"layer": "道路中线"})
    path = folder / "规划图.dxf"
    drawing.saveas(path)
    return path


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>仓储</name>
<Placemark><name>示例冷库 1</name><ExtendedData><Data name="类别"><value>冷库</value></Data>
<Data name="功能"><value>冷链;分拨</value></Data></ExtendedData>
<Point><coordinates>80.8300,36.9800,0</coordinates></Point></Placemark>
<Placemark><name>示例仓库 2</name><ExtendedData><Data name="类别"><value>仓库</value></Data>
</ExtendedData><Point><coordinates>81.6100,36.8450,0</coordinates></Point></Placemark>
</Folder></Document></kml>
"""


def warehouses_kml(folder: Path) -> Path:
    """Write two warehouses as placemarks."""
    path = folder / "仓储.kml"
    path.write_text(KML, encoding="utf-8")
    return path


def shifted_geojson(folder: Path) -> Path:
    """Write a dozen firms on their plots as a map of GCJ-02 shows them; nothing says so."""
    features = []
    for number, plot in SHIFTED_FIRMS.items():
        middle = _plot(plot).representative_point()
        place = Point([round(v, 6) for v in to_gcj02(middle.x, middle.y)])
        features.append(
            {
                "type": "Feature",
                "properties": {"企业编号": number, "地块编号": plot},
                "geometry": shapely.geometry.mapping(place),
            }
        )
    path = folder / "企业位置.geojson"
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return a position as GCJ-02 shows it, by the published formula."""
    x, y = lon - 105, lat - 35
    common = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + common
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + common
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    phi = math.radians(lat)
    magic = 1 - ee * math.sin(phi) ** 2
    return (
        lon + math.degrees(east / (a / math.sqrt(magic) * math.cos(phi))),
        lat + math.degrees(north / (a * (1 - ee) / (magic * math.sqrt(magic)))),
    )


def shifted_csv(folder: Path) -> Path:
    """Write the same positions as a table of two columns, with names instead of numbers."""
    lines = ["企业名称,地块编号,经度,纬度"]
    for number, plot in SHIFTED_FIRMS.items():
        middle = _plot(plot).representative_point()
        lon, lat = to_gcj02(middle.x, middle.y)
        lines.append(f"示例企业 {number[2:]},{plot},{lon:.6f},{lat:.6f}")
    path = folder / "企业位置.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def plots_gpkg(folder: Path) -> Path:
    """Write a GeoPackage of two layers: plots for supply, and labels beside them."""
    path = folder / "可供地块.gpkg"
    plots = gpd.GeoDataFrame(
        {
            "地块编号": ["示例地块-11", "示例地块-12"],
            "所属园区": ["CL-TJ", "CL-TJ"],
            "用地代码": ["100102", "100102"],
            "用地名称": ["二类工业用地", "二类工业用地"],
            "供应状态": ["公告中", "批而未供"],
            "开发状态": ["空地", "空地"],
            "面积（平方米）": [17770.0, 17770.0],
        },
        # 0.002 by 0.0009 degrees at 36.97 N: 178.0 m by 99.9 m
        geometry=[box(80.812, 36.97, 80.814, 36.9709), box(80.815, 36.97, 80.817, 36.9709)],
        crs="EPSG:4490",
    )
    labels = gpd.GeoDataFrame(
        {"文字": ["示例"]}, geometry=[Point(80.813, 36.9705)], crs="EPSG:4490"
    )
    pyogrio.write_dataframe(plots, path, layer="可供地块")
    pyogrio.write_dataframe(labels, path, layer="注记", append=True)
    return path


def parks_fgb(folder: Path) -> Path:
    """Write one new park as FlatGeobuf; its planned area is in hectares."""
    frame = gpd.GeoDataFrame(
        {
            "园区名称": ["示例产业园"],
            "园区类别": ["工业园区"],
            "所在县": ["民丰"],
            "规划面积（公顷）": [98.9],
            "主导产业": ["C13;C17"],
        },
        # 0.01 by 0.01 degrees at 37.06 N: 889.5 m by 1109.8 m = 98.7 ha
        geometry=[box(82.69, 37.055, 82.70, 37.065)],
        crs="EPSG:4490",
    )
    path = folder / "新园区.fgb"
    pyogrio.write_dataframe(frame, path)
    return path


def halls_parquet(folder: Path) -> Path:
    """Write two new halls as GeoParquet."""
    frame = gpd.GeoDataFrame(
        {
            "厂房编号": ["HALL-示例-01", "HALL-示例-02"],
            "厂房名称": ["示例厂房 01", "示例厂房 02"],
            "园区": ["于田县天津工业园区", "于田县天津工业园区"],
            "建筑面积（㎡）": [5200.0, 4800.0],
            "层数": [2, 1],
            "状态": ["空置", "部分出租"],
        },
        geometry=[
            box(81.605, 36.8430, 81.6056, 36.8434),
            box(81.607, 36.8430, 81.6076, 36.8434),
        ],
        crs="EPSG:4326",
    )
    path = folder / "厂房.parquet"
    frame.to_parquet(path)
    return path


def roads_gdb(folder: Path) -> Path:
    """Write one road as a zipped FileGDB in zone 27."""
    frame = gpd.GeoDataFrame(
        {"名称": ["示例园区路"], "类别": ["公路"]},
        geometry=[LineString([(27553500, 4079000), (27554500, 4079300)])],
        crs=ZONE_27,
    )
    path = folder / "道路.gdb"
    pyogrio.write_dataframe(frame, path, driver="OpenFileGDB", layer="道路")
    return _zip(folder / "道路.gdb.zip", path, inside=path.name)


def _zip(path: Path, folder: Path, *, inside: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in sorted(folder.iterdir()):
            archive.write(member, f"{inside}/{member.name}" if inside else member.name)
    return path
