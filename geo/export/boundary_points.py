"""A layer as a boundary point file (国土 TXT, 界址点坐标交换格式).

The twin of :mod:`geo.importer.boundary_points`, which says what the format is.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import read_crs
from geo.errors import BadRequest
from geo.export.published import PublishedLayer, Written

ENCODING = "gb18030"
"""What programs for this format expect on a Chinese system."""

_SEPARATORS = str.maketrans({",": "，", "@": "＠", "\r": " ", "\n": " "})
_WIDE_ZONES = range(13, 24)
_UNSEEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff\u2028\u2029]")


def write_boundary_points(layer: PublishedLayer, crs: str, target: Path) -> Written:
    """Write the plots of a layer with their corners in metres, northing first.

    Rings begin anew with another number; each ends with its first point. Areas are plane ones
    of the zone, in hectares. Records without an area are left out. Raises ``BadRequest``
    EXPORT_NO_AREAS if none is left.
    """
    shapes = layer.frame.geometry
    areal = shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    if not areal.any():
        raise BadRequest("EXPORT_NO_AREAS", layer=layer.name)
    lines = [*_head(layer, crs)]
    records = layer.frame.drop(columns=shapes.name)[areal].to_dict("records")
    for record, shape in zip(records, shapes[areal], strict=True):
        lines += _plot(layer, record, shape)
    target.write_bytes("".join(f"{line}\r\n" for line in lines).encode(ENCODING))
    return Written(int(areal.sum()), left_out=int((~areal).sum()))


def _head(layer: PublishedLayer, crs: str) -> Iterator[str]:
    grid = read_crs(crs).grid
    assert grid is not None  # the caller offers only national grids
    yield "[属性描述]"
    yield "格式版本号=1.01版本"
    yield f"数据产生单位={_plain(layer.source['zh'])}"
    yield f"数据产生日期={layer.version[:10]}"
    yield "坐标系=2000国家大地坐标系"
    yield f"几度分带={6 if grid.zone in _WIDE_ZONES else 3}"
    yield "投影类型=高斯克吕格"
    yield "计量单位=米"
    yield f"带号={grid.zone or ''}"
    yield f"中央子午线={grid.meridian}"
    yield "精度=0.001"
    yield "转换参数=,,,,,,"
    yield f"备注={_plain(layer.notice['zh'])}"
    yield "[地块坐标]"


def _plot(
    layer: PublishedLayer, record: Mapping[Hashable, Any], shape: BaseGeometry
) -> Iterator[str]:
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(shape)))
    code = record.get("land_use_code")
    use = layer.land_use.get(code, {}).get("zh") if isinstance(code, str) else None
    attributes = (
        str(sum(len(ring.coords) for ring in rings)),
        f"{shape.area / 10_000:.4f}",
        record[layer.kind.key],
        record.get("name_zh"),
        "面",
        None,
        use,
        code,
    )
    yield ",".join([*(_plain(value) for value in attributes), "@"])
    number = 0
    for ring, line in enumerate(rings, start=1):
        corners = list(line.coords)[:-1]
        named = [(number + i, corner) for i, corner in enumerate(corners, start=1)]
        for label, (easting, northing) in [*named, named[0]]:
            yield f"J{label},{ring},{northing:.3f},{easting:.3f}"
        number += len(corners)


def _plain(value: Any) -> str:
    """Return a text that cannot be taken for the end of a cell, a line or the attributes."""
    text = "" if value is None or pd.isna(value) else str(value)
    return _UNSEEN.sub(" ", text.translate(_SEPARATORS)).strip()
