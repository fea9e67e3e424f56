"""Layers and tables in PostGIS: the store for registers that outgrow one machine's files.

A table has one column per field of its kind and at most one geometry; other columns are remembered
like those of a file. Names of schemas and tables come from the catalogue, which allows small
letters, digits and underscores, and are quoted all the same; values are parameters. What the text
of PostgreSQL cannot hold, the character NUL, becomes U+FFFD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from geo.errors import LayerError, RunError
from geo.model import KINDS, Entry
from geo.storage.columns import UNPARSED, add_record, add_shapes, drawn_shapes, typed_columns
from geo.storage.geojson import Features

if TYPE_CHECKING:
    import psycopg

MAX_ROWS = 2_000_000
"""Most records of one layer: twice what the largest file holds."""

_PART = 10_000
_CONNECT_SECONDS = 10
_STATEMENT_MS = 600_000
_NUMBER, _GEOMETRY = "fid", "geom"
_TYPES = {
    "str": "text",
    "date": "text",
    "float": "double precision",
    "int": "bigint",
    "bool": "boolean",
}
_AS_THEY_ARE = ("bool", "int2", "int4", "int8", "float8", "text", "_text")
_AS_NUMBER = ("numeric", "float4")
_NO_FIELDS = ("geometry", "geography", "bytea", "raster")


class Database:
    """One transaction in a PostGIS database: what is read belongs together.

    Parameters
    ----------
    connection
        Is in a transaction, or begins one at its first statement.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def read(self, entry: Entry) -> Features:
        """Return the records of the entry's table, by ``fid`` or else by key, part by part.

        Raises ``LayerError`` FILE_MISSING (no such table), FILE_UNREADABLE too_large.
        """
        schema, table = _names(entry)
        columns = self._columns(schema, table)
        shape = next((name for name, kind in columns.items() if kind == "geometry"), None)
        kind = KINDS[entry.kind]
        drawn = shape if kind.is_layer and not entry.package else None
        features = Features(crs=self._crs(schema, table, drawn) if drawn else ...)
        with self._connection.cursor(name="layer") as cursor:
            cursor.itersize = _PART
            fields = [n for n, t in columns.items() if t not in _NO_FIELDS and n != _NUMBER]
            cursor.execute(_selection(entry, columns, fields, drawn))
            while rows := cursor.fetchmany(_PART):
                _take(features, fields, rows, kind.geometry)
                if len(features.records) > MAX_ROWS:
                    raise LayerError("FILE_UNREADABLE", reason="too_many_rows", count=MAX_ROWS)
        return features

    def write(self, frame: pd.DataFrame, entry: Entry, *, replace: bool) -> int:
        """Put a frame in EPSG:4326 into the entry's table, and return its number of records.

        The table, its columns and its index are made where they are missing; rights, views and
        further columns stay. Raises ``RunError`` TABLE_FILLED if it has records and they are not
        to be replaced.
        """
        columns = typed_columns(frame, entry)
        shapes = drawn_shapes(frame, entry)
        self._make(entry, with_geometry=shapes is not None)
        name = _table(entry)
        with self._connection.cursor() as cursor:
            if not replace and cursor.execute(_sql("SELECT 1 FROM {} LIMIT 1", name)).fetchone():
                raise RunError("TABLE_FILLED", table=entry.table)
            cursor.execute(_sql("DELETE FROM {}", name))
            bodies = [] if shapes is None else _ewkb(shapes)
            listed = [_NUMBER, *columns, *([] if shapes is None else [_GEOMETRY])]
            statement = _sql("COPY {} ({}) FROM STDIN", name, _identifiers(listed))
            with cursor.copy(statement) as copy:
                values = zip(*columns.values(), strict=True)
                for row, (fields, body) in enumerate(zip_longest(values, bodies), start=1):
                    tail = [] if shapes is None else [body]
                    copy.write_row([row, *map(_storable, fields), *tail])
            cursor.execute(_NEXT_NUMBER, {"table": entry.table, "next": len(frame) + 1})
        return len(frame)

    def _make(self, entry: Entry, *, with_geometry: bool) -> None:
        schema, table = _names(entry)
        types = {spec.name: _TYPES[spec.dtype] for spec in KINDS[entry.kind].all_fields}
        types[UNPARSED] = "text"
        if with_geometry:
            types[_GEOMETRY] = "geometry(Geometry, 4326)"
        name = _table(entry)
        statements = [
            _sql("CREATE SCHEMA IF NOT EXISTS {}", _identifiers([schema])),
            _sql(f"CREATE TABLE IF NOT EXISTS {{}} ({_NUMBER} {_IDENTITY})", name),
            *(
                _sql(f"ALTER TABLE {{}} ADD COLUMN IF NOT EXISTS {{}} {kind}", name, one)
                for one, kind in ((_identifiers([column]), kind) for column, kind in types.items())
            ),
        ]
        if with_geometry:
            index = _identifiers([f"{table}_{_GEOMETRY}"[:63]])
            made = f"CREATE INDEX IF NOT EXISTS {{}} ON {{}} USING gist ({_GEOMETRY})"
            statements.append(_sql(made, index, name))
        for statement in statements:
            self._connection.execute(statement)

    def _columns(self, schema: str, table: str) -> dict[str, str]:
        """Return the columns of a table that may be read, with their types, in order."""
        found = self._connection.execute(_COLUMNS, (schema, table)).fetchall()
        if not found:
            raise LayerError("FILE_MISSING")
        return dict(found)

    def _crs(self, schema: str, table: str, column: str) -> Any:
        """Return the coordinate system of a column in the form of GeoJSON's ``crs`` member."""
        found = self._connection.execute(_CRS, (schema, table, column)).fetchone()
        return {"properties": {"name": found[0]}} if found else ...


_IDENTITY = "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
_COLUMNS = """
    SELECT column_name, udt_name FROM information_schema.columns
    WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"""
_CRS = """
    SELECT auth_name || ':' || auth_srid FROM geometry_columns JOIN spatial_ref_sys USING (srid)
    WHERE f_table_schema = %s AND f_table_name = %s AND f_geometry_column = %s"""
_NEXT_NUMBER = f"SELECT setval(pg_get_serial_sequence(%(table)s, '{_NUMBER}'), %(next)s, false)"


@contextmanager
def open_database(url: str | None, *, reads_only: bool = True) -> Iterator[Database]:
    """Open a database for one transaction: committed at the end, undone by an error.

    Raises ``RunError`` DATABASE_UNSET, DATABASE_DRIVER (the driver is not installed),
    DATABASE_FAILED.
    """
    if not url:
        raise RunError("DATABASE_UNSET")
    try:
        import psycopg
    except ImportError as error:
        raise RunError("DATABASE_DRIVER") from error
    try:
        options = f"-c statement_timeout={_STATEMENT_MS}"
        with psycopg.connect(url, connect_timeout=_CONNECT_SECONDS, options=options) as connection:
            # All layers are read as they were at one moment.
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = reads_only
            yield Database(connection)
    except psycopg.Error as error:
        # Its message may name host and user: the operator gets the kind of fault.
        raise RunError("DATABASE_FAILED", reason=error.sqlstate or type(error).__name__) from error


def _selection(
    entry: Entry, columns: Mapping[str, str], fields: Sequence[str], shape: str | None
) -> Any:
    parts = [_sql(_reading(columns[name]), _identifiers([name])) for name in fields]
    parts.append(_sql("ST_AsBinary({})", _identifiers([shape])) if shape else _sql("NULL"))
    order = _NUMBER if _NUMBER in columns else entry.key
    ranked = "{}" if order == _NUMBER else '{}::text COLLATE "C"'
    by = _sql(ranked, _identifiers([order])) if order in columns else _sql("1")
    return _sql("SELECT {} FROM {} ORDER BY {}", _joined(parts), _table(entry), by)


def _reading(kind: str) -> str:
    """Return how a column of a type is read, so that a value looks as in a file."""
    if kind in _AS_THEY_ARE:
        return "{}"
    return "{}::float8" if kind in _AS_NUMBER else "{}::text"


def _take(
    features: Features, fields: Sequence[str], rows: Sequence[Any], allowed: Sequence[str]
) -> None:
    for row in rows:
        add_record(features, dict(zip(fields, row[:-1], strict=True)))
    add_shapes(features, [row[-1] for row in rows], allowed=allowed)


def _ewkb(shapes: Any) -> list[str | None]:
    located = shapely.set_srid(shapes, 4326)
    texts: list[str | None] = shapely.to_wkb(located, hex=True, include_srid=True).tolist()
    return texts


def _storable(value: Any) -> Any:
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value


def _names(entry: Entry) -> tuple[str, str]:
    schema, _, table = (entry.table or "").partition(".")
    return schema, table


def _table(entry: Entry) -> Any:
    from psycopg import sql

    return sql.Identifier(*_names(entry))


def _identifiers(names: Sequence[str]) -> Any:
    from psycopg import sql

    return _joined([sql.Identifier(name) for name in names])


def _joined(parts: Sequence[Any]) -> Any:
    from psycopg import sql

    return sql.SQL(", ").join(parts)


def _sql(text: str, *parts: Any) -> Any:
    from psycopg import sql

    return sql.SQL(text).format(*parts)
