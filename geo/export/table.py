"""A layer as CSV, its shapes as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
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
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows(_rows(layer.frame, crs))
    target.write_bytes(stream.getvalue().encode("utf-8-sig"))
    return Written(len(layer.frame))


def _rows(frame: gpd.GeoDataFrame, crs: str) -> Iterator[list[Any]]:
    is_degrees = frame.crs is None or frame.crs.is_geographic
    digits = _DECIMALS["degrees" if is_degrees else "metres"]
    shapes = frame.geometry
    texts = shapely.to_wkt(shapes.to_numpy(), rounding_precision=digits, trim=True)
    columns = {n: frame[n].tolist() for n in frame.columns if n != shapes.name}
    if "lon" not in columns and set(shapes.geom_type.dropna()) == {"Point"}:
        names = ("lon", "lat") if is_degrees else ("easting", "northing")
        columns |= dict(zip(names, (shapes.x.round(digits), shapes.y.round(digits)), strict=True))
    columns |= {"WKT": list(texts), "crs": [crs] * len(frame)}
    yield list(columns)
    for values in zip(*columns.values(), strict=True):
        yield [_cell(value) for value in values]


def _cell(value: Any) -> Any:
    """Return a value that is written as itself, a missing one as nothing."""
    if isinstance(value, str):
        return plain_text(value)
    if pd.isna(value):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return int(value) if float(value).is_integer() else float(value)
