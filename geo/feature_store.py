"""Read the features of one layer of one edition, without holding them in memory.

Publish writes ``features/LAYER.sqlite`` (:mod:`geo.storage.feature_files`); pages, tiles and
the API read it here, with nothing but the standard library. The file never changes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType
from typing import Any

from geo.database_file import DatabaseFile
from geo.time_limit import limited

LARGE_FROM = 5_000
"""Features from which a layer is *large*: drawn from tiles and read from its store alone."""

BBox = tuple[float, float, float, float]
"""minx, miny, maxx, maxy in degrees of WGS84."""

BEYOND = "\U0010ffff"
"""Sorts after every letter: the end of a range of texts that begin alike."""

Where = tuple[str, Sequence[object]]
"""An SQL condition over the queryable columns, and the values of its ``?``."""

_MANY = 20_000
"""Boxes from which reading on in the order of the key finds a page sooner than the index."""

_STEPS = 50_000
"""Instructions of SQLite between two looks at the clock: about a millisecond."""

_TOUCHES = "maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
_BOXES_TOUCH = f"SELECT row FROM boxes WHERE {_TOUCHES}"


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "text": str,
    "date": str,
    "integer": int,
    "boolean": bool,
    "number": lambda value: int(value) if value.is_integer() else value,
}


def is_large(count: int) -> bool:
    """Return whether a layer of so many features is drawn from tiles."""
    return count >= LARGE_FROM


def quoted(column: str) -> str:
    """Return the name of a column for a condition; it must be one of ``fields``."""
    return '"' + column.replace('"', '""') + '"'


class FeatureStore(DatabaseFile):
    """The features of one layer of one edition, in the order of the key. Thread-safe.

    Parameters
    ----------
    path
        The file of the layer.
    """

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Queryable columns: text, integer, number, boolean or date, by name."""
        with self._reading() as connection:
            rows = connection.execute("SELECT name, type FROM columns ORDER BY place")
            return MappingProxyType(dict(rows))

    @cached_property
    def count(self) -> int:
        """How many features there are."""
        return int(self._about["count"])

    @cached_property
    def extent(self) -> BBox | None:
        """The box around all features, ``None`` if none has a place."""
        texts = self._about["extent"].split()
        return (
            (float(texts[0]), float(texts[1]), float(texts[2]), float(texts[3])) if texts else None
        )

    def get(self, key: str) -> bytes | None:
        """Return a feature as GeoJSON text in UTF-8, ``None`` if there is none of that key."""
        with self._reading() as connection:
            asked = f"SELECT {self._listed} FROM fields WHERE id = ?"
            found = connection.execute(asked, (key,)).fetchone()
        return None if found is None else self._text(found)

    def keys(self, after: int = 0) -> Iterator[str]:
        """Yield the keys of the features in their order, of those beyond a row: its number."""
        asked = "SELECT row, id FROM fields WHERE row > ? ORDER BY row LIMIT 10000"
        while True:
            with self._reading() as connection:
                page = connection.execute(asked, (after,)).fetchall()
            if not page:
                return
            yield from (key for _, key in page)
            after = page[-1][0]

    def values_of(self, column: str) -> list[str]:
        """Return the different values of a column, in their order; none of an unknown one."""
        if column not in self.fields:
            return []
        name = quoted(column)
        asked = f"SELECT DISTINCT {name} FROM fields WHERE {name} IS NOT NULL ORDER BY {name}"
        with self._reading() as connection:
            return [str(value) for (value,) in connection.execute(asked)]

    def letters_after(self, column: str, begin: str) -> list[str]:
        """Return the letters that follow a begin in the texts of an indexed column, in order.

        Each is one look into the index, however many texts have it.
        """
        name = f"{quoted(column)} COLLATE NOCASE"
        first = (
            f"SELECT {quoted(column)} FROM fields WHERE {name} > {{begin}}"
            f" AND {name} < :end ORDER BY {name} LIMIT 1"
        )
        following = first.format(begin="substr(text, 1, length(:begin) + 1) || :last")
        asked = (
            f"WITH RECURSIVE found(text) AS (SELECT * FROM ({first.format(begin=':begin')})"
            f" UNION ALL SELECT ({following}) FROM found WHERE text IS NOT NULL)"
            " SELECT substr(text, length(:begin) + 1, 1) FROM found WHERE text IS NOT NULL"
        )
        told = {"begin": begin, "end": begin + BEYOND, "last": BEYOND}
        with self._reading() as connection:
            return [letter for (letter,) in connection.execute(asked, told)]

    def select(
        self, *, bbox: BBox | None = None, where: Where | None = None, limit: int, after: int = 0
    ) -> list[tuple[int, bytes]]:
        """Return row number and GeoJSON text of features in the order of the key.

        Parameters
        ----------
        bbox
            Only features whose own box touches it.
        where
            Only features that meet the condition; built from :func:`quoted` names.
        limit
            How many at most.
        after
            Only rows beyond this one: the last of the page before.

        Raises
        ------
        BadRequest
            ``API_QUERY_COSTLY`` if it takes too long, ``API_BUSY`` if many do.
        """
        condition, values = self._condition(bbox, where)
        asked = (
            f"SELECT {self._listed} FROM fields WHERE row > ? AND {condition} ORDER BY row LIMIT ?"
        )
        with self._reading() as connection:
            found = connection.execute(asked, (after, *values, limit)).fetchall()
        return [(row[0], self._text(row)) for row in found]

    def start_before(
        self, *, bbox: BBox | None = None, where: Where | None = None, limit: int, after: int
    ) -> int | None:
        """Return the row after which the page before a page begins, ``None`` if it is the first.

        Parameters as for :meth:`select`, those of the page itself.

        Raises
        ------
        BadRequest
            As :meth:`select`.
        """
        condition, values = self._condition(bbox, where)
        asked = f"SELECT row FROM fields WHERE row <= ? AND {condition} ORDER BY row DESC LIMIT ?"
        with self._reading() as connection:
            rows = connection.execute(asked, (after, *values, limit + 1)).fetchall()
        if not rows:
            return None
        return int(rows[limit][0]) if len(rows) > limit else 0

    def matched(self, *, bbox: BBox | None = None, where: Where | None = None) -> int:
        """Return how many features :meth:`select` finds in all."""
        if bbox is None and where is None:
            return self.count
        condition, values = self._condition(bbox, where)
        asked = f"SELECT count(*) FROM fields WHERE {condition}"
        with self._reading() as connection:
            return int(connection.execute(asked, values).fetchone()[0])

    @cached_property
    def _listed(self) -> str:
        return ", ".join(["row", "id", "geometry", *map(quoted, self.fields)])

    def _text(self, row: Sequence[Any]) -> bytes:
        """Return a feature as GeoJSON, to the letter as :mod:`geo.render.geojson` writes it."""
        _, key, geometry, *values = row
        properties = {
            name: _PLAIN[kind](value)
            for (name, kind), value in zip(self.fields.items(), values, strict=True)
            if value is not None
        }
        encode = _ENCODER.encode
        text = f'{{"type":"Feature","id":{encode(key)},"geometry":{geometry or "null"}'
        return f'{text},"properties":{encode(properties)}}}'.encode()

    @cached_property
    def _about(self) -> dict[str, str]:
        with self._reading() as connection:
            return dict(connection.execute("SELECT name, value FROM about"))

    def _condition(self, bbox: BBox | None, where: Where | None) -> tuple[str, tuple[object, ...]]:
        parts = ["1"]
        values: list[object] = []
        if where is not None:
            parts.append(f"({where[0]})")
            values.extend(where[1])
        if bbox is not None:
            minx, miny, maxx, maxy = bbox
            edges = (minx, maxx, miny, maxy)
            # Boxes are kept with less than full precision, rounded outwards.
            parts.append(f"({_TOUCHES})")
            values.extend(edges)
            if self._is_selective(edges):
                parts.append(f"row IN ({_BOXES_TOUCH})")
                values.extend(edges)
        return " AND ".join(parts), tuple(values)

    def _is_selective(self, edges: Sequence[float]) -> bool:
        asked = f"SELECT count(*) FROM ({_BOXES_TOUCH} LIMIT {_MANY})"
        with self._reading() as connection:
            return bool(connection.execute(asked, edges).fetchone()[0] < _MANY)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to one thread, for as long as a request may take."""
        with limited() as limit, super()._reading() as connection:
            connection.set_progress_handler(limit.is_over, _STEPS)
            try:
                yield connection
            except sqlite3.OperationalError:
                limit.check()
                raise
