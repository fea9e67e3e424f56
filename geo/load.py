"""Copy the layer files of a data directory into PostGIS, all or none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from geo.catalog import read_catalog
from geo.errors import BadRequest
from geo.settings import Settings
from geo.storage.postgis import open_database
from geo.storage.stores import Stores

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Loaded:
    """One layer or table that was copied.

    Parameters
    ----------
    layer
        Its name in the catalogue.
    table
        Where it is now, as ``table`` of its entry names it.
    rows
        How many records it has.
    """

    layer: str
    table: str
    rows: int


def load_layers(settings: Settings, *, schema: str, replace: bool) -> list[Loaded]:
    """Copy every file that the catalogue names into a table of its name, and tell which.

    In one transaction: after a fault the database is as it was. Entries that are tables already
    are left alone.

    Raises
    ------
    DataError
        A file cannot be read.
    BadRequest
        ``SCHEMA_NAME``.
    RunError
        ``TABLE_FILLED`` if a table has records and they are not to be replaced; as
        :func:`geo.storage.postgis.open_database`.
    """
    if not _SCHEMA.fullmatch(schema):
        raise BadRequest("SCHEMA_NAME", name=schema[:80])
    entries = read_catalog(settings.data_dir).entries()
    loaded = []
    with (
        Stores(settings.data_dir, settings.database_url) as stores,
        open_database(settings.database_url, reads_only=False) as database,
    ):
        for name, entry in entries.items():
            if entry.table is None:
                there = entry.model_copy(update={"file": "", "table": f"{schema}.{name}"})
                rows = database.write(stores.read(entry), there, replace=replace)
                loaded.append(Loaded(name, f"{schema}.{name}", rows))
    return loaded
