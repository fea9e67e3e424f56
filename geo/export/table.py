"""A layer as CSV, its shapes as text, or a table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.export.cells import plain_text
from geo.export.published import PublishedLayer, Written

_DECIMALS = {"degrees": 9, "metres": 4}
"""Both a tenth of a millimetre."""


def write_table(layer: PublishedLayer, crs: str, target: Path) -> Written:
    """Write a CSV in UTF-8 with a mark: texts in quotation marks, numbers without.

    The last columns are ``WKT`` (easting or longitude first) and ``crs``; a layer that has
    only points, and no coordinates of its own, has them as numbers as well. A text that a
    spreadsheet would run as a formula follows an apostrophe.
    """
    _write(_columns(layer.frame, crs), target)
    return Written(len(layer.frame))


def write_records(frame: pd.DataFrame, target: Path) -> Written:
    """Write the records of a table as :func:`write_table` does those of a layer."""
    _write({str(name): frame[name].tolist() for name in frame.columns}, target)
    return Written(len(frame))


def _write(columns: Mapping[str, Iterable[Any]], target: Path) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(columns)
        writer.writerows(zip(*map(_cells, columns.values()), strict=True))


def _columns(frame: gpd.GeoDataFrame, crs: str) -> dict[str, Iterable[Any]]:
    is_degrees = frame.crs is None or frame.crs.is_geographic
    digits = _DECIMALS["degrees" if is_degrees else "metres"]
    shapes = frame.geometry
    texts = shapely.to_wkt(shapes.to_numpy(), rounding_precision=digits, trim=True)
    columns: dict[str, Iterable[Any]] = {
        str(n): frame[n].tolist() for n in frame.columns if n != shapes.name
    }
    if "lon" not in columns and set(shapes.geom_type.dropna()) == {"Point"}:
        names = ("lon", "lat") if is_degrees else ("easting", "northing")
        columns |= dict(zip(names, (shapes.x.round(digits), shapes.y.round(digits)), strict=True))
    return columns | {"WKT": list(texts), "crs": [crs] * len(frame)}


def _cells(values: Iterable[Any]) -> Iterator[Any]:
    """Yield how each value is written; of a hundred thousand most share theirs."""
    known: dict[tuple[type, Any], Any] = {}
    for value in values:
        asked = type(value), value
        if asked not in known:
            known[asked] = _cell(value)
        yield known[asked]


def _cell(value: Any) -> Any:
    """Return a value that is written as itself, a missing one as nothing."""
    if isinstance(value, str):
        return plain_text(value)
    if pd.isna(value):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return int(value) if float(value).is_integer() else float(value)
