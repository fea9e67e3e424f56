"""Where a layer or table is kept: a file of the data directory, or a table in PostGIS.

The seam of storage: whatever the store, the same frame comes back (``tests/contract``).
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import pandas as pd

from geo.errors import LayerError
from geo.model import KINDS, Entry
from geo.storage.files import layer_frame, read_layer, read_table
from geo.storage.geojson import Features
from geo.storage.postgis import Database, open_database
from geo.storage.values import typed_frame


class Stores:
    """The stores of one data directory; the database is opened when a layer asks for it.

    Parameters
    ----------
    data_dir
        Holds the files.
    database_url
        Where tables are; ``None`` if no database is set.
    """

    def __init__(self, data_dir: Path, database_url: str | None) -> None:
        self._data_dir = data_dir
        self._url = database_url
        self._stack = ExitStack()
        self._database: Database | None = None

    def __enter__(self) -> Self:
        """Return the stores; what they open is closed at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what was opened."""
        self._stack.__exit__(kind, error, trace)

    def read(self, entry: Entry) -> pd.DataFrame:
        """Return a layer in EPSG:4326, or a table, with the columns of its kind.

        Raises ``LayerError`` as :func:`geo.storage.files.read_layer`, and ``RunError``
        DATABASE_UNSET, DATABASE_DRIVER, DATABASE_FAILED.
        """
        if entry.table is None:
            return self._read_file(entry)
        try:
            return _frame(entry, self._opened().read(entry))
        except LayerError as error:
            error.params.setdefault("file", entry.table)
            raise

    def _read_file(self, entry: Entry) -> pd.DataFrame:
        if KINDS[entry.kind].is_layer:
            layer: pd.DataFrame = read_layer(self._data_dir, entry)
            return layer
        return read_table(self._data_dir, entry)

    def _opened(self) -> Database:
        if self._database is None:
            self._database = self._stack.enter_context(open_database(self._url))
        return self._database


def _frame(entry: Entry, features: Features) -> pd.DataFrame:
    kind = KINDS[entry.kind]
    if kind.is_layer:
        layer: pd.DataFrame = layer_frame(entry, features)
        return layer
    return typed_frame(kind, entry, features.records)
