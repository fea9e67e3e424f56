"""Write the features of one layer of one edition as a file that is read without loading it.

An SQLite database (:class:`geo.feature_store.FeatureStore` reads it): ``fields`` with a typed
column for each property and the shape as GeoJSON, ``boxes`` as an R*Tree, ``columns`` and
``about``. Rows are numbered in the order of the key; equal input gives equal bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.api import types

from geo.feature_store import quoted
from geo.model import KINDS
from geo.render.geojson import geometry_texts, in_order, plain_values
from geo.storage.rtree import fill_rtree

CHUNK = 20_000
"""Records whose texts are held at a time."""

_BOX = ("minx", "miny", "maxx", "maxy")
_RESERVED = frozenset(("row", "id", "geometry", *_BOX))
_SELECTED = ("on_offer",)
_SEARCHED = ("name_zh", "name_en")
_SQL_TYPES = {
    "text": "TEXT",
    "date": "TEXT",
    "integer": "INTEGER",
    "boolean": "INTEGER",
    "number": "REAL",
}
_FAST = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
"""
"""Nobody reads the file before it is whole; one that was left behind is written anew."""

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE columns (place INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL);
CREATE VIRTUAL TABLE boxes USING rtree(row, minx, maxx, miny, maxy);
"""


@dataclass(frozen=True)
class Columns:
    """What the records of a layer have: the key, and the type of each property.

    A property is *filled* if any record has a value of it.
    """

    key: str
    types: Mapping[str, str]
    filled: Sequence[str]

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, *, key: str, kind: str) -> Columns:
        """Return those of a frame.

        Raises
        ------
        ValueError
            If a column bears a name of the store's own, such as ``row``.
        """
        types = _column_types(frame, kind)
        return cls(key, types, [name for name in types if frame[name].notna().any()])


def write_features(path: Path, frame: gpd.GeoDataFrame, *, key: str, kind: str) -> None:
    """Write the records of a frame in EPSG:4326; the file must not exist.

    Raises
    ------
    ValueError
        If a column bears a name of the store's own, such as ``row``.
    """
    ordered = in_order(frame, key=key, kind=kind)
    parts = (ordered.iloc[n : n + CHUNK] for n in range(0, len(ordered), CHUNK))
    write_parts(path, parts, Columns.of(ordered, key=key, kind=kind))


def write_parts(path: Path, parts: Iterable[gpd.GeoDataFrame], columns: Columns) -> None:
    """Write records that come part by part, as :func:`geo.render.geojson.in_order` has them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(_FAST)
        database.execute("BEGIN")
        _create(database, columns)
        boxes = _fill(database, parts, columns)
        _describe(database, boxes, columns)
        _index(database, columns)
        has_place = np.flatnonzero(~np.isnan(boxes[:, 0]))
        fill_rtree(database, "boxes", has_place + 1, boxes[has_place][:, [0, 2, 1, 3]])
        database.execute("COMMIT")


def _column_types(frame: gpd.GeoDataFrame, kind: str) -> dict[str, str]:
    """Return the type of each property by its name."""
    names = [name for name in frame.columns if name != frame.geometry.name]
    # Names of columns differ by more than case in SQL.
    folded = [name.lower() for name in names]
    if _RESERVED & set(folded) or len(set(folded)) < len(folded):
        raise ValueError(f"columns that a feature file cannot have: {names}")
    dates = {spec.name for spec in KINDS[kind].all_fields if spec.dtype == "date"}
    return {name: "date" if name in dates else _type_of(frame[name]) for name in names}


def _type_of(column: pd.Series[Any]) -> str:
    if types.is_bool_dtype(column.dtype):
        return "boolean"
    if types.is_integer_dtype(column.dtype):
        return "integer"
    if types.is_float_dtype(column.dtype):
        return "number"
    return _TYPES_OF_OBJECTS.get(pd.api.types.infer_dtype(column, skipna=True), "text")


_TYPES_OF_OBJECTS = {"boolean": "boolean", "integer": "integer", "floating": "number"}


def _create(database: sqlite3.Connection, columns: Columns) -> None:
    for statement in _TABLES.split(";"):
        database.execute(statement)
    typed = [f"{quoted(name)} {_SQL_TYPES[kind]}" for name, kind in columns.types.items()]
    box = [f"{name} REAL" for name in _BOX]
    # The shape last: what looks through the other columns does not read it.
    declared = ", ".join(
        ["row INTEGER PRIMARY KEY", "id TEXT NOT NULL", *box, *typed, "geometry TEXT"]
    )
    database.execute(f"CREATE TABLE fields ({declared})")


def _fill(
    database: sqlite3.Connection, parts: Iterable[gpd.GeoDataFrame], columns: Columns
) -> np.ndarray:
    """Write the records and return their boxes, NaN for those without a place."""
    # A column without any value is not named, and so is NULL.
    names = ["row", "id", *_BOX, *map(quoted, columns.filled), "geometry"]
    insert = f"INSERT INTO fields ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    boxes = [np.empty((0, len(_BOX)))]
    first = 1
    for part in parts:
        boxes.append(part.geometry.bounds.to_numpy())
        rows = range(first, first + len(part))
        database.executemany(insert, _field_rows(rows, part, boxes[-1], columns))
        first = rows.stop
    return np.concatenate(boxes)


def _field_rows(
    rows: range, part: gpd.GeoDataFrame, boxes: np.ndarray, columns: Columns
) -> Iterator[tuple[Any, ...]]:
    typed = {name: _sql_values(part[name], columns.types[name]) for name in columns.filled}
    edges = boxes.astype(object)
    edges[np.isnan(boxes)] = None
    shapes = geometry_texts(part.geometry.to_numpy())
    return zip(rows, typed[columns.key], *edges.T.tolist(), *typed.values(), shapes, strict=True)


def _sql_values(column: pd.Series[Any], kind: str) -> list[Any]:
    values = plain_values(column)
    if kind not in ("text", "date") or isinstance(column.dtype, pd.StringDtype):
        return values
    return [value if value is None or isinstance(value, str) else str(value) for value in values]


def _index(database: sqlite3.Connection, columns: Columns) -> None:
    """Index the key, the names, and what refers to other records or is often chosen by."""
    database.execute("CREATE UNIQUE INDEX by_id ON fields (id)")
    for name in columns.types:
        if name != columns.key and (name.endswith("_id") or name in _SELECTED):
            database.execute(f"CREATE INDEX {quoted(f'by_{name}')} ON fields ({quoted(name)})")
    # Also holds the texts that a search looks through.
    names = [name for name in _SEARCHED if name in columns.types]
    for name in names:
        first, *others = (name, *(other for other in names if other != name))
        listed = ", ".join([f"{quoted(first)} COLLATE NOCASE", *map(quoted, others)])
        database.execute(f"CREATE INDEX {quoted(f'by_{name}')} ON fields ({listed})")


def _describe(database: sqlite3.Connection, boxes: np.ndarray, columns: Columns) -> None:
    placed = boxes[~np.isnan(boxes[:, 0])]
    edges = [*placed[:, :2].min(axis=0), *placed[:, 2:].max(axis=0)] if len(placed) else []
    extent = " ".join(repr(float(edge)) for edge in edges)
    about = (("count", str(len(boxes))), ("extent", extent), ("key", columns.key))
    database.executemany("INSERT INTO about VALUES (?, ?)", about)
    named = ((place, *found) for place, found in enumerate(columns.types.items()))
    database.executemany("INSERT INTO columns VALUES (?, ?, ?)", named)
