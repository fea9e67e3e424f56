"""Makers of real files with geometry, as county offices send them."""

import io
import struct
import zipfile
from pathlib import Path

import ezdxf
import geopandas as gpd
import pyogrio
from shapely import MultiPolygon, box

SQUARE = box(81.0, 36.0, 81.1, 36.1)
TWO = MultiPolygon([box(81.2, 36.0, 81.3, 36.1), box(81.4, 36.0, 81.5, 36.1)])
NAMES = ["策勒工业园", "于田园区", None]


def plots(crs="EPSG:4490", **columns):
    """Three records: a square, two squares in one, and none at all."""
    return gpd.GeoDataFrame({"名称": NAMES, **columns}, geometry=[SQUARE, TWO, None], crs=crs)


def write_layer(frame, path, driver, *, layer=None, **options):
    options.setdefault("geometry_type", "MultiPolygon")
    options.setdefault("promote_to_multi", True)
    pyogrio.write_dataframe(frame, path, driver=driver, layer=layer, **options)
    return path


def zipped(path, members, *, flags=0, compression=zipfile.ZIP_DEFLATED):
    """A zip of named bytes; a member may come as a ZipInfo of its own."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def shapefile_parts(folder, frame, *, encoding="GB18030", stem="s"):
    """The parts of a shapefile by suffix, with a .cpg that GDAL writes."""
    folder.mkdir(exist_ok=True)
    target = folder / f"{stem}.shp"
    pyogrio.write_dataframe(frame, target, driver="ESRI Shapefile", encoding=encoding)
    return {part.suffix: part.read_bytes() for part in folder.glob(f"{stem}.*")}


def zip_of_parts(path, parts, *, stem="地块"):
    return zipped(path, {f"{stem}{suffix}": data for suffix, data in parts.items()})


def zipped_geodatabase(path, folder, layers):
    """A zip of a .gdb folder with one layer per name."""
    target = folder / "数据.gdb"
    for number, (name, frame) in enumerate(layers.items()):
        write_layer(frame, target, "OpenFileGDB", layer=name, append=number > 0)
    return zipped(path, {f"数据.gdb/{p.name}": p.read_bytes() for p in sorted(target.iterdir())})


def gbk_named_zip(path, members):
    """A zip as Windows in Chinese writes it: names in GBK, without the flag of UTF-8."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        for number, data in enumerate(members.values()):
            archive.writestr(f"{number:0{len(list(members)[number].encode('gbk'))}d}", data)
    raw = plain.getvalue()
    for number, name in enumerate(members):
        gbk = name.encode("gbk")
        raw = raw.replace(f"{number:0{len(gbk)}d}".encode(), gbk)
    path.write_bytes(raw)
    return path


def curved_geopackage(path):
    """A GeoPackage with a circle of radius 1 as a curve polygon."""
    import sqlite3

    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4490")
    pyogrio.write_dataframe(frame, path, driver="GPKG", layer="c", SPATIAL_INDEX="NO")
    arcs = ((0, 0, 1, 1, 2, 0), (2, 0, 1, -1, 0, 0))
    ring = struct.pack("<BII", 1, 9, 2)
    for arc in arcs:
        ring += struct.pack("<BII6d", 1, 8, 3, *arc)
    wkb = b"GP\x00\x01" + struct.pack("<i", 4490) + struct.pack("<BII", 1, 10, 1) + ring
    database = sqlite3.connect(path)
    database.execute("UPDATE c SET geom = ?", (wkb,))
    database.commit()
    database.close()
    return path


def drawing(version="R2000", *, units=6):
    """A new drawing in the encoding that Chinese offices have, and its model space."""
    document = ezdxf.new(version, units=units)
    if version in ("R12", "R2000"):
        document.encoding = "gbk"
    return document, document.modelspace()


def rectangle(x, y, width=100.0, height=50.0):
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def save(document, path, **options):
    document.saveas(path, **options)
    return Path(path)
