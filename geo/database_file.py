"""A database file of a snapshot, read by any number of threads with the standard library alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


class DatabaseFile:
    """An SQLite file that never changes. Thread-safe.

    Parameters
    ----------
    path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # A connection serves one thread at a time; there are as many as readers at once.
        self._idle: list[sqlite3.Connection] = []

    @property
    def identity(self) -> Path:
        """What tells it from others, for what is kept longer than it is (:mod:`geo.kept`)."""
        return self.path

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to one thread."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        finally:
            self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        # `immutable`: no locks and no look for a journal, so the folder may be read-only.
        address = f"file:{quote(self.path.absolute().as_posix())}?mode=ro&immutable=1"
        return sqlite3.connect(address, uri=True, check_same_thread=False)
