"""Write the features of one layer of one edition as a file that is read without loading it.

An SQLite database (:class:`geo.feature_store.FeatureStore` reads it): ``fields`` with a typed
column for each property and the shape as GeoJSON, ``boxes`` as an R*Tree, ``columns`` and
``about``. Rows are numbered in the order of the key; equal input gives equal bytes.

A million firms have 40 million values. They go over as Arrow data, column by column, to the
SQLite driver of ADBC; everything else is done by Python's own ``sqlite3``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from adbc_driver_sqlite import dbapi
from pandas.api import types

from geo.feature_store import quoted
from geo.model import KINDS
from geo.render.geojson import geometry_texts, in_order, plain_values, rounded_numbers
from geo.storage.rtree import fill_rtree

CHUNK = 20_000
"""Records that are held at a time."""

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
_ARROW_TYPES = {"integer": pa.int64(), "boolean": pa.bool_()}
_POINT, _NO_SHAPE = int(shapely.GeometryType.POINT), int(shapely.GeometryType.MISSING)
_EXPONENT_BELOW = 0.001
_FAST = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -65536",
)
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
    # Two libraries of SQLite do not see each other's locks: one is closed before the other opens.
    with _writing(path) as database:
        _create(database, columns)
    with _loading(path) as cursor:
        boxes = _fill(cursor, parts, columns)
    with _writing(path) as database:
        _describe(database, boxes, columns)
        _index(database, columns)
        has_place = np.flatnonzero(~np.isnan(boxes[:, 0]))
        fill_rtree(database, "boxes", has_place + 1, boxes[has_place][:, [0, 2, 1, 3]])


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection for one transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in _FAST:
            database.execute(pragma)
        database.execute("BEGIN")
        yield database
        database.execute("COMMIT")


@contextmanager
def _loading(path: Path) -> Iterator[dbapi.Cursor]:
    """Lend, for one transaction, what appends Arrow data to tables that there are."""
    # SQLite takes what begins with ``file:`` for a URI, which a whole path never does.
    address = str(path.absolute())
    with dbapi.connect(address, autocommit=True) as database, database.cursor() as cursor:
        for pragma in _FAST:
            cursor.execute(pragma)
        cursor.execute("BEGIN")
        yield cursor
        cursor.execute("COMMIT")


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


def _fill(cursor: dbapi.Cursor, parts: Iterable[gpd.GeoDataFrame], columns: Columns) -> np.ndarray:
    """Append the records and return their boxes, NaN for those without a place."""
    boxes = [np.empty((0, len(_BOX)))]
    first = 1
    for part in parts:
        boxes.append(part.geometry.bounds.to_numpy())
        rows = np.arange(first, first + len(part))
        cursor.adbc_ingest("fields", _field_rows(rows, part, boxes[-1], columns), mode="append")
        first += len(part)
    return np.concatenate(boxes)


def _field_rows(
    rows: np.ndarray, part: gpd.GeoDataFrame, boxes: np.ndarray, columns: Columns
) -> pa.Table:
    """Return records of ``fields``; a column without any value is not among theirs: NULL."""
    edges = {name: _numbers(edge) for name, edge in zip(_BOX, boxes.T, strict=True)}
    typed = {name: _sql_values(part[name], columns.types[name]) for name in columns.filled}
    shapes = _shape_texts(part.geometry.to_numpy())
    key = _sql_values(part[columns.key], "text")
    return pa.table({"row": rows, "id": key, **edges, **typed, "geometry": shapes})


def _sql_values(column: pd.Series[Any], kind: str) -> pa.Array | pa.ChunkedArray:
    """Return the values of :func:`plain_values` in the type of their column, missing ones null."""
    if kind == "number":
        return _numbers(rounded_numbers(column.to_numpy(dtype=float, na_value=np.nan)))
    if kind in _ARROW_TYPES:
        return pa.array(column, _ARROW_TYPES[kind], from_pandas=True)
    if isinstance(column.dtype, pd.StringDtype):
        return pa.array(column, from_pandas=True)
    values = plain_values(column)
    return _texts([None if value is None else str(value) for value in values])


def _shape_texts(shapes: np.ndarray) -> pa.Array:
    """Return the GeoJSON text of every shape, ``null`` for none."""
    if not np.isin(shapely.get_type_id(shapes), (_NO_SHAPE, _POINT)).all():
        return _texts(geometry_texts(shapes))
    has_place = ~shapely.is_missing(shapes)
    x, y = (_number_texts(values) for values in shapely.get_coordinates(shapes).T)
    points = pc.binary_join_element_wise('{"type":"Point","coordinates":[', x, ",", y, "]}", "")
    return pc.replace_with_mask(pa.array(["null"] * len(shapes)), pa.array(has_place), points)


def _number_texts(values: np.ndarray) -> pa.Array:
    """Return numbers as Python and JSON write them, a million in a quarter of a second."""
    if not np.isfinite(values).all():
        raise ValueError("a coordinate that JSON does not know")
    texts = pa.array(values).cast(pa.string())
    # Of a whole number Arrow leaves out the ".0", and it changes to exponents elsewhere.
    other = (np.floor(values) == values) | (np.abs(values) < _EXPONENT_BELOW)
    said = pa.array([repr(value) for value in values[other].tolist()], pa.string())
    return pc.replace_with_mask(texts, pa.array(other), said)


def _texts(values: Sequence[str | None]) -> pa.Array:
    # Of wide addresses: the texts of a part may be longer than two gigabytes.
    return pa.array(values, pa.large_string())


def _numbers(values: np.ndarray) -> pa.Array:
    return pa.array(values, from_pandas=True)


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
