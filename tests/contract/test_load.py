"""``python -m geo load``: a data directory in PostGIS is checked and joined like its files."""

import json
import shutil
import tomllib
from datetime import date

import pytest
import tomlkit
from pandas.testing import assert_frame_equal

from geo.catalog import read_catalog
from geo.cli import main
from geo.data_in_use import read_present
from geo.errors import CatalogError, ImportRefused
from geo.examination import examine
from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.postgis import open_database

DAY = date(2026, 11, 29)


@pytest.fixture
def database(database_url, monkeypatch):
    """Return the address that the product finds in its environment; without our schema."""
    with open_database(database_url, reads_only=False) as opened:
        opened._connection.execute("DROP SCHEMA IF EXISTS parks CASCADE")
    monkeypatch.setenv("PARKS_DATABASE_URL", database_url)
    return database_url


@pytest.fixture
def kept_in_tables(tmp_path):
    """Return a data directory whose catalogue names tables only."""
    data = tmp_path / "data"
    shutil.copytree(BUNDLED_LAYERS, data)
    catalog = tomlkit.parse((data / "catalog.toml").read_text(encoding="utf-8"))
    for section in ("layers", "tables"):
        for name, entry in catalog[section].items():
            (data / entry["file"]).unlink(missing_ok=True)
            del entry["file"]
            entry["table"] = f"parks.{name}"
    (data / "catalog.toml").write_text(tomlkit.dumps(catalog), encoding="utf-8")
    return data


def load(capsys, *arguments):
    status = main(["load", "--data", str(BUNDLED_LAYERS), "--json", *arguments])
    return status, json.loads(capsys.readouterr().out)


def test_tables_give_the_same_frames_and_findings_as_files(database, kept_in_tables, capsys):
    status, loaded = load(capsys)
    entries = read_catalog(BUNDLED_LAYERS).entries()
    assert (status, [one["layer"] for one in loaded]) == (0, list(entries))
    files, tables = examine(BUNDLED_LAYERS, DAY), examine(kept_in_tables, DAY)
    assert tables.findings == files.findings
    for name, frame in files.frames.items():
        assert_frame_equal(tables.frames[name], frame)


def test_loading_twice_needs_a_word_and_gives_the_same(database, capsys):
    assert load(capsys)[0] == 0
    status, answer = load(capsys)
    assert (status, answer["error"]["code"]) == (2, "TABLE_FILLED")
    assert load(capsys, "--replace")[0] == 0


def test_a_schema_has_a_plain_name(database, capsys):
    status, answer = load(capsys, "--schema", 'x"; DROP SCHEMA public; --')
    assert (status, answer["error"]["code"]) == (2, "SCHEMA_NAME")


def test_without_a_database_the_sentence_names_the_setting(monkeypatch, capsys):
    monkeypatch.delenv("PARKS_DATABASE_URL", raising=False)
    status, answer = load(capsys)
    assert (status, answer["error"]["code"]) == (2, "DATABASE_UNSET")
    assert "PARKS_DATABASE_URL" in answer["error"]["message"]["en"]


def test_a_layer_in_a_table_is_not_imported_into(kept_in_tables, tmp_path):
    with pytest.raises(ImportRefused) as caught:
        read_present(Settings(data=kept_in_tables, out=tmp_path / "out"), "parcels", "merge", DAY)
    assert caught.value.code == "LAYER_IN_DATABASE"


@pytest.mark.parametrize("change", [{"table": "parks.parcels"}, {"file": ""}])
def test_an_entry_has_either_a_file_or_a_table(change, tmp_path):
    catalog = tomllib.loads((BUNDLED_LAYERS / "catalog.toml").read_text(encoding="utf-8"))
    catalog["layers"]["parcels"] |= change
    (tmp_path / "catalog.toml").write_text(tomlkit.dumps(catalog), encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        read_catalog(tmp_path)
    assert "parcels.file" in caught.value.params["faults"]["en"]
