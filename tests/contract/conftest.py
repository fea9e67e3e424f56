"""The stores that keep layers and the engines that join them, each behind one face."""

import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pandas as pd
import pytest

from geo.bench import postgis
from geo.model import Entry
from geo.storage.postgis import open_database
from geo.storage.stores import Stores
from geo.storage.writers import layer_bytes

_SCHEMAS = count(1)


@pytest.fixture(scope="session")
def database_url():
    """Return the address of a running PostGIS; where there is none, CI fails."""
    if not postgis.is_installed():
        missing = "PostgreSQL with PostGIS is missing: run tests/contract/install"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with postgis.serving() as address:
        yield address


@dataclass
class Store:
    """One place to keep layers: put a frame there, and read it as the product does."""

    name: str
    folder: Path
    url: str | None = None
    schema: str = ""

    def locate(self, entry: Entry) -> Entry:
        """Return the entry as it stands in a catalogue that keeps the layer here."""
        if self.url:
            return entry.model_copy(update={"file": "", "table": f"{self.schema}.layer"})
        return entry.model_copy(update={"file": f"layer.{self.name}", "table": None})

    def put(self, frame: pd.DataFrame, entry: Entry) -> None:
        there = self.locate(entry)
        if self.url:
            with open_database(self.url, reads_only=False) as database:
                database.write(frame, there, replace=True)
        else:
            (self.folder / there.file).write_bytes(layer_bytes(frame, there))

    def get(self, entry: Entry) -> pd.DataFrame:
        with Stores(self.folder, self.url) as stores:
            return stores.read(self.locate(entry))


@pytest.fixture
def store_named(tmp_path, request):
    """Return a function from a name to an empty store."""

    def make(name):
        if name != "postgis":
            return Store(name, tmp_path)
        url = request.getfixturevalue("database_url")
        return Store(name, tmp_path, url, f"parks_{next(_SCHEMAS)}")

    return make


@pytest.fixture(params=["geojson", "csv", "parquet", "postgis"])
def store(request, store_named):
    """Return each store there is."""
    return store_named(request.param)


@pytest.fixture(params=["geojson", "parquet", "postgis"])
def shape_store(request, store_named):
    """Return each store that can keep outlines."""
    return store_named(request.param)
