"""What a file may hold that must not be published: heights, full topography, closed sites.

Nothing is left out for it: whoever brings the file is told, and decides with the office in
charge. The measure is the list of state secrets in surveying (自然资发〔2020〕95号, item 18) and
what public maps may show (自然资规〔2023〕2号).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.crs import ellipsoidal_area_m2
from geo.importer.contours import contour_remark, names_contours
from geo.importer.model import Remark, Table
from geo.model import Kind

MOST_KM2 = 25.0
"""Continuous cover beyond which full-feature topography of a large scale is a secret."""

FEATURE_CLASSES = 5
"""From so many of its nine classes on, data count as topography with all features."""

CLOSED_CODES = ("1501", "1505")
"""Military land, and prisons and places of detention, in the guide of 2023."""

_CLASSES = {
    "control": r"控制点|定位基础|(?<![A-Z])KZD|CPT[APLN]?(?![A-Z])",
    "water": r"水系|河流|SXSS|HYD[APLN](?![A-Z])",
    "settlement": r"居民地|房屋|(?<![A-Z])JM[DX]|RES[APLN](?![A-Z])",
    "transport": r"交通|道路|公路|DLSS|LR[RD][APLN](?![A-Z])",
    "pipelines": r"管线|GXYZ|PIP[APLN](?![A-Z])",
    "boundaries": r"境界|政区|BOU[APLN](?![A-Z])",
    "relief": r"地貌|等高线|高程点|DMTZ|(?<![A-Z])(?:DGX|GCD)|TER[APLN](?![A-Z])",
    "plants": r"植被|土质|ZBTZ|VEG[APLN](?![A-Z])",
    "landmarks": r"独立地物|DLDW",
}
"""Classes of GB/T 13923 by their Chinese names and the usual names of layers."""

_CLASS_HEADING = re.compile(r"图层|层名|要素|(?<![a-z])(?:layer|fcname)(?![a-z])", re.IGNORECASE)
_CLOSED = re.compile(
    r"军事|军用|军营|营房|武警|靶场|弹药|雷达站|监狱|看守所|拘留所|戒毒所|监教|安保用地"
)
_LAND_KINDS = ("parks", "parcels", "buildings", "places", "logistics")
_CELL_DEGREES = 0.01
_KM_PER_DEGREE = 111.32
_NAMED_ROWS = 10


def sensitive_remarks(
    table: Table,
    kind: Kind,
    frame: pd.DataFrame,
    geometry: gpd.GeoSeries | None,
    *,
    layers: Sequence[str] = (),
) -> list[Remark]:
    """Return the warnings that the data, or some of them, must not be published.

    Parameters
    ----------
    table
        The table as read.
    kind
        What it is imported as.
    frame
        Its cleaned values, one row per record, land-use codes in the guide of 2023.
    geometry
        Its shapes in EPSG:4326, if it has any.
    layers
        Names of all tables of the file: contours next to the chosen layer count too.
    """
    return [
        *_contours(table, layers),
        *_topography(table, geometry, layers),
        *_closed_sites(table, kind, frame),
    ]


def _contours(table: Table, layers: Sequence[str]) -> list[Remark]:
    """Return the warning for other layers; the reader gave that for the table itself."""
    found = [layer for layer in layers if names_contours(layer)]
    told = any(remark.code == "SENSITIVE_CONTOURS" for remark in table.remarks)
    return [contour_remark(found)] if found and not told else []


def _topography(
    table: Table, geometry: gpd.GeoSeries | None, layers: Sequence[str]
) -> list[Remark]:
    names = {table.name, *layers, *_layer_values(table)}
    classes = feature_classes(names)
    if geometry is None or len(classes) < FEATURE_CLASSES:
        return []
    area = covered_km2(geometry)
    if area <= MOST_KM2:
        return []
    return [Remark("SENSITIVE_TOPOGRAPHY", {"area": round(area), "limit": round(MOST_KM2)})]


def feature_classes(names: Iterable[str]) -> set[str]:
    """Return which classes of topographic features the names of layers speak of.

    >>> sorted(feature_classes(["DLSS", "水系", "地块"]))
    ['transport', 'water']
    """
    text = "\n".join(names).upper()
    return {name for name, pattern in _CLASSES.items() if re.search(pattern, text)}


def covered_km2(geometry: gpd.GeoSeries) -> float:
    """Return about how many square kilometres hold something, from EPSG:4326.

    Cells of a hundredth of a degree that hold the middle of a shape count whole; where the
    shapes are larger than that, their own area counts.
    """
    bounds = geometry.bounds.to_numpy()
    bounds = bounds[np.isfinite(bounds).all(axis=1)]  # not those of empty shapes
    middles = np.column_stack([bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)])
    cells = np.unique(np.floor(middles / _CELL_DEGREES), axis=0)
    side = _CELL_DEGREES * _KM_PER_DEGREE
    latitudes = np.deg2rad((cells[:, 1] + 0.5) * _CELL_DEGREES)
    return max(
        float((side * side * np.cos(latitudes)).sum()),
        float(np.nansum(ellipsoidal_area_m2(geometry)) / 1e6),
    )


def _layer_values(table: Table) -> Iterator[str]:
    for heading, cells in zip(table.headings, table.columns, strict=True):
        if _CLASS_HEADING.search(heading):
            yield from {cell for cell in cells if isinstance(cell, str)}


def _closed_sites(table: Table, kind: Kind, frame: pd.DataFrame) -> list[Remark]:
    # A firm's address may lie beside a barracks; only what is drawn as land counts.
    if kind.name not in _LAND_KINDS:
        return []
    places = _closed_by_code(frame) | _closed_by_name(table)
    if not places:
        return []
    rows = sorted(table.rows[place] for place in places)
    listed = "、".join(map(str, rows[:_NAMED_ROWS])) + ("……" if len(rows) > _NAMED_ROWS else "")
    return [Remark("SENSITIVE_SITES", {"count": len(rows), "rows": listed})]


def _closed_by_code(frame: pd.DataFrame) -> set[int]:
    if "land_use_code" not in frame:
        return set()
    codes = frame["land_use_code"].astype("str").str.startswith(CLOSED_CODES, na=False)
    return set(np.flatnonzero(codes.to_numpy(dtype=bool)).tolist())


def _closed_by_name(table: Table) -> set[int]:
    found: set[int] = set()
    for cells in table.columns:
        closed = {c for c in cells if isinstance(c, str) and _CLOSED.search(c)}
        if closed:
            found.update(place for place, cell in enumerate(cells) if cell in closed)
    return found
