"""Typed frames to the bytes of layer and table files, in the form that is read again.

The inverse of :mod:`geo.storage.files`: the same frame gives the same bytes, and reading
them gives the same frame. Records keep their order; nature, source and date stand in each.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import DATUM_CRS
from geo.model import KINDS, Entry, FieldSpec
from geo.storage.parquet import parquet_bytes

_POSITION = ("lon", "lat")
_LARGEST_EXACT = 2**53


def layer_bytes(frame: pd.DataFrame, entry: Entry) -> bytes:
    """Return a frame as the file of its catalogue entry: GeoJSON, CSV or Parquet by its name.

    Geometry is in EPSG:4326; of a layer whose outlines come from a package, and of a table,
    only the fields are written. Values that could not be understood
    (``attrs["unparsed"]``) are written as they stood.
    """
    if entry.file.lower().endswith(".parquet"):
        return parquet_bytes(frame, entry)
    columns = _text_columns(frame, entry)
    if entry.file.lower().endswith(".csv"):
        return _csv_bytes(columns | _position_columns(frame, entry))
    return _geojson_bytes(frame, entry, columns)


def value_text(value: Any) -> str:
    """Return one value of a field as a layer file has it, and as people are shown it."""
    if isinstance(value, bool | np.bool_):
        return _WRITERS["bool"](value)
    is_number = isinstance(value, int | float | np.number)
    return _float_text(float(value)) if is_number else str(value)


def _text_columns(frame: pd.DataFrame, entry: Entry) -> dict[str, list[str]]:
    """Return every field of the kind as text (``""`` for missing), by name."""
    specs = KINDS[entry.kind].all_fields
    columns = {spec.name: _texts(frame[spec.name], spec) for spec in specs}
    for row, name, text in frame.attrs.get("unparsed", ()):
        columns[name][row] = _line_feeds(text)
    return columns


def _texts(values: pd.Series[Any], spec: FieldSpec) -> list[str]:
    write = _WRITERS[spec.dtype]
    missing = values.isna().to_numpy()
    return ["" if lost else write(v) for v, lost in zip(values.tolist(), missing, strict=True)]


def _float_text(value: float) -> str:
    number = float(value)
    whole = number.is_integer() and abs(number) < _LARGEST_EXACT
    return str(int(number)) if whole else repr(number)


def _line_feeds(text: str) -> str:
    # A bare carriage return would end the row for the CSV readers of Python 3.11 and 3.12.
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "str": _line_feeds,
    "date": str,
    "float": _float_text,
    "int": lambda value: str(int(value)),
    "bool": lambda value: "true" if value else "false",
}
_BARE = ("float", "int", "bool")
"""Types whose text is a JSON value as it is."""


def _position_columns(frame: pd.DataFrame, entry: Entry) -> dict[str, list[str]]:
    """Return ``lon`` and ``lat`` of a layer of points, and their datum where none is declared."""
    if not isinstance(frame, gpd.GeoDataFrame) or entry.package:
        return {}
    shapes = frame.geometry.to_numpy()
    pairs = zip(_POSITION, (shapely.get_x(shapes), shapely.get_y(shapes)), strict=True)
    columns = {name: _number_texts(values) for name, values in pairs}
    if entry.crs is None and entry.datum is None:
        columns["datum"] = _datums(frame, columns["lon"])
    return columns


def _number_texts(values: np.ndarray) -> list[str]:
    return ["" if math.isnan(value) else _float_text(value) for value in values.tolist()]


def _datums(frame: pd.DataFrame, positions: Iterable[str]) -> list[str]:
    said = frame["datum"].tolist() if "datum" in frame else [None] * len(frame)
    pairs = zip(said, positions, strict=True)
    return [("wgs84" if datum not in DATUM_CRS else datum) if x else "" for datum, x in pairs]


def _csv_bytes(columns: Mapping[str, list[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue().encode("utf-8", "replace")


def _geojson_bytes(frame: pd.DataFrame, entry: Entry, columns: Mapping[str, list[str]]) -> bytes:
    bare = {spec.name for spec in KINDS[entry.kind].all_fields if spec.dtype in _BARE}
    odd = {(row, name) for row, name, _ in frame.attrs.get("unparsed", ())}
    for name, texts in columns.items():
        for row, text in enumerate(texts):
            if text and (name not in bare or (row, name) in odd):
                texts[row] = json.dumps(text, ensure_ascii=False)
    shapes = _geometry_texts(frame, entry)
    rows = zip(*columns.values(), strict=True)
    names = [json.dumps(name) for name in columns]
    features = (_feature(names, row, shape) for row, shape in zip(rows, shapes, strict=True))
    text = ",\n".join(features)
    return f'{{"type":"FeatureCollection","features":[\n{text}\n]}}\n'.encode("utf-8", "replace")


def _feature(names: Iterable[str], row: Iterable[str], shape: str) -> str:
    properties = ",".join(f"{name}:{text}" for name, text in zip(names, row, strict=True) if text)
    return f'{{"type":"Feature","properties":{{{properties}}},"geometry":{shape}}}'


def _geometry_texts(frame: pd.DataFrame, entry: Entry) -> list[str]:
    if not isinstance(frame, gpd.GeoDataFrame) or entry.package:
        return ["null"] * len(frame)
    shapes = frame.geometry.to_numpy()
    written = shapely.to_geojson(shapes).tolist()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return ["null" if lost else text for text, lost in zip(written, empty, strict=True)]
