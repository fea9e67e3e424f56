"""Write the features of one layer of one edition as a file that is read without loading it.

An SQLite database (:class:`geo.feature_store.FeatureStore` reads it): ``fields`` with a typed
column for each property and the shape as GeoJSON, ``boxes`` as an R*Tree, ``columns`` and
``about``. Rows are numbered in the order of the key; equal input gives equal bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pandas.api import types

from geo.feature_store import quoted
from geo.model import KINDS
from geo.render.geojson import geometry_texts, in_order, plain_values

_CHUNK = 20_000
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


def write_features(path: Path, frame: gpd.GeoDataFrame, *, key: str, kind: str) -> None:
    """Write the records of a frame in EPSG:4326; the file must not exist.

    Raises
    ------
    ValueError
        If a column bears a name of the store's own, such as ``row``.
    """
    fill_features(path, frame, key=key, kind=kind)
    index_features(path)


def fill_features(path: Path, frame: gpd.GeoDataFrame, *, key: str, kind: str) -> None:
    """Write the records alone; :func:`index_features` makes the file whole."""
    ordered = in_order(frame, key=key, kind=kind)
    columns = _column_types(ordered, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(_FAST)
        database.execute("BEGIN")
        _create(database, columns)
        _fill(database, ordered, key, columns)
        _describe(database, ordered, key, columns)
        database.execute("COMMIT")


def index_features(path: Path) -> None:
    """Index the key, the names, what refers to other records, and the boxes.

    Nearly all of it is SQLite's own work, during which another thread can go on.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(_FAST)
        database.execute("BEGIN")
        key = str(database.execute("SELECT value FROM about WHERE name = 'key'").fetchone()[0])
        names = [name for (name,) in database.execute("SELECT name FROM columns ORDER BY place")]
        _index(database, names, key)
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


def _create(database: sqlite3.Connection, columns: Mapping[str, str]) -> None:
    for statement in _TABLES.split(";"):
        database.execute(statement)
    typed = [f"{quoted(name)} {_SQL_TYPES[kind]}" for name, kind in columns.items()]
    box = [f"{name} REAL" for name in _BOX]
    # The shape last: what looks through the other columns does not read it.
    declared = ", ".join(
        ["row INTEGER PRIMARY KEY", "id TEXT NOT NULL", *box, *typed, "geometry TEXT"]
    )
    database.execute(f"CREATE TABLE fields ({declared})")


def _fill(
    database: sqlite3.Connection, ordered: gpd.GeoDataFrame, key: str, columns: Mapping[str, str]
) -> None:
    # A column without any value is not named, and so is NULL.
    filled = {name: kind for name, kind in columns.items() if ordered[name].notna().any()}
    names = ["row", "id", *_BOX, *map(quoted, filled), "geometry"]
    insert = f"INSERT INTO fields ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    for start in range(0, len(ordered), _CHUNK):
        part = ordered.iloc[start : start + _CHUNK]
        rows = range(start + 1, start + 1 + len(part))
        database.executemany(insert, _field_rows(rows, part, key, filled))


def _field_rows(
    rows: range, part: gpd.GeoDataFrame, key: str, columns: Mapping[str, str]
) -> Iterator[tuple[Any, ...]]:
    typed = {name: _sql_values(part[name], kind) for name, kind in columns.items()}
    edges = part.geometry.bounds.astype(object)
    boxes = edges.where(edges.notna(), None).to_numpy().T.tolist()
    shapes = geometry_texts(part.geometry.to_numpy())
    return zip(rows, typed[key], *boxes, *typed.values(), shapes, strict=True)


def _sql_values(column: pd.Series[Any], kind: str) -> list[Any]:
    values = plain_values(column)
    if kind not in ("text", "date") or isinstance(column.dtype, pd.StringDtype):
        return values
    return [value if value is None or isinstance(value, str) else str(value) for value in values]


def _index(database: sqlite3.Connection, columns: Sequence[str], key: str) -> None:
    database.execute("CREATE UNIQUE INDEX by_id ON fields (id)")
    for name in columns:
        if name != key and (name.endswith("_id") or name in _SELECTED):
            database.execute(f"CREATE INDEX {quoted(f'by_{name}')} ON fields ({quoted(name)})")
    # Also holds the texts that a search looks through.
    names = [name for name in _SEARCHED if name in columns]
    for name in names:
        first, *others = (name, *(other for other in names if other != name))
        listed = ", ".join([f"{quoted(first)} COLLATE NOCASE", *map(quoted, others)])
        database.execute(f"CREATE INDEX {quoted(f'by_{name}')} ON fields ({listed})")
    database.execute(
        "INSERT INTO boxes SELECT row, minx, maxx, miny, maxy FROM fields"
        " WHERE minx IS NOT NULL ORDER BY row"
    )


def _describe(
    database: sqlite3.Connection, ordered: gpd.GeoDataFrame, key: str, columns: Mapping[str, str]
) -> None:
    has_place = ordered.geometry.notna().any()
    extent = " ".join(repr(float(edge)) for edge in ordered.total_bounds) if has_place else ""
    about = (("count", str(len(ordered))), ("extent", extent), ("key", key))
    database.executemany("INSERT INTO about VALUES (?, ?)", about)
    named = ((place, *found) for place, found in enumerate(columns.items()))
    database.executemany("INSERT INTO columns VALUES (?, ?, ?)", named)
