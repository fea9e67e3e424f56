"""A canary in everything that is not public, and a search of every address for it.

Each field that the catalogue keeps from the public gets a value that occurs nowhere else, and
so does what is secret about a record: the names and places of unnamed firms, unsigned deals,
investment of too few firms. Then everything that answers without an account is searched.
"""

from __future__ import annotations

import base64
import csv
import gzip
import html
import io
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont
from openpyxl import load_workbook
from pypdf import PdfReader
from werkzeug.routing import Rule

from geo.catalog import read_catalog
from geo.model import COUNTABLE_STAGES, KINDS, PROVENANCE, Entry, FieldSpec
from geo.offline.package import build_files
from geo.query import Library
from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from tests.browser.site import copy_layers, publish
from tests.packed import thin_out as leave_few_plots
from tests.web.people import add_people, client_of

OF_FEW_VALUES = {"development_state", "publish_name", "datum"}
BY_FIRM = {"lon", "lat", "invest_planned_wan", "invest_in_place_wan"}
"""What :func:`plant_in_firms` gives to each firm; those that may be named show their place."""

FEW = "CL-AGRI"
"""The park that is left with two firms."""

RED_LINES = "secret_lines"
"""Name of the layer that is for the staff alone."""

SECRET_OF_UNNAMED = ("name_zh", "name_en", "product", "published_zh", "published_en")
PUBLIC = {
    "pages.map_page",
    "pages.favicon",
    "about.about_page",
    "api.collection_page",
    "api.collections_page",
    "api.conformance_page",
    "api.item_page",
    "api.items_page",
    "api.landing_page",
    "api.openapi_document",
    "api.queryables_page",
    "api.tileset_document",
    "api.tilesets_document",
    "crawlers.robots",
    "crawlers.sitemap",
    "crawlers.sitemap_part",
    "downloads.current_file",
    "downloads.downloads_page",
    "downloads.file_of_version",
    "embed.embed_page",
    "enquiries.enquiry_page",
    "enquiries.sent_page",
    "search.search_candidates",
    "search.search_page",
    "chains.chains_page",
    "compare.compare_page",
    "compare.compare_workbook",
    "health.healthz",
    "layer_items.item",
    "layer_items.items",
    "login.sign_in_page",
    "places.place_map",
    "places.place_page",
    "present.present_page",
    "shortlist.shortlist_page",
    "shortlist.shortlist_pdf",
    "sites.sites_page",
    "tiles.tile",
    "tiles.tilejson",
    "topics.costs_page",
    "topics.figures_page",
    "topics.logistics_page",
}
"""What answers without an account; every other address must refuse."""

OPEN_FORMS = {"login.sign_in", "enquiries.send_enquiry"}
"""What anybody may send, with the token of its page."""

RECORDS = {"parks": "CL-DIGI", "parcels": "CL-AGRI-004", "buildings": "HALL-A-04"}
"""A record of every kind that has a page."""

OF_RECORDS = {"compare.compare_page", "compare.compare_workbook"}
OF_A_SHORTLIST = {"shortlist.shortlist_page", "shortlist.shortlist_pdf"}
OF_AN_ENQUIRY = {"enquiries.enquiry_page"}
NEEDS_RECORDS = OF_RECORDS | OF_A_SHORTLIST | OF_AN_ENQUIRY
OF_LARGE_SITES = {"crawlers.sitemap_part"}
"""A sitemap has parts where there is more than one file holds."""

NEEDS_A_LETTER = {"enquiries.sent_page"}
"""Only who has just sent one sees it; everybody else is told so."""

OF_FILES = {"downloads.current_file", "downloads.file_of_version"}
DOWNLOADED = ("geojson", "gpkg", "parquet", "fgb", "csv", "csv-metadata.json")
DATABASES = (".sqlite", ".mbtiles")
LEADING_ON = {"pages.favicon", "downloads.current_file"}

OF_LARGE_LAYERS = {"tiles.tile", "tiles.tilejson"}
TILES_OF_LAYERS = {"api.tileset_document", "api.tilesets_document"}
"""There is none in the bundle: tests/web/test_tiles.py looks for secrets in tiles."""

SEARCHES = ("企业", "于田", "鞋", "CL-", "HALL", "Cele", "canary", "签约")
FINDERS = (
    {},
    {"what": "hall"},
    {"page": "2"},
    {"area_min": "50", "industry": "C195"},
    {"what": "hall", "load": "1", "power": "100", "rail": "300"},
    {"price": "1", "util": "gas", "ready": "2026"},
)
"""Queries after which the finder writes as much as it can about as many as it can."""

ENCODINGS = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@dataclass
class Canaries:
    """Values that may be seen by the staff only, as they stand in an answer."""

    texts: list[str] = field(default_factory=list)

    def text(self) -> str:
        self.texts.append(f"CANARY-{len(self.texts):04d}-x")
        return self.texts[-1]

    def number(self, *, whole: bool, maximum: float) -> float:
        mark = f"{len(self.texts):04d}"
        if whole or maximum > 1e8:
            self.texts.append(f"73{mark}" if maximum < 1e8 else f"7391{mark}")
        else:
            self.texts.append(f"0.7{mark}7" if maximum <= 1 else f"7.{mark}7")
        return float(self.texts[-1])

    def date(self) -> str:
        self.texts.append(f"{1901 + len(self.texts) % 40}-03-{1 + len(self.texts) // 40:02d}")
        return self.texts[-1]

    def value_of(self, spec: FieldSpec) -> object:
        """Return a canary that the field can hold; ``None`` for one of few allowed values."""
        if spec.name in OF_FEW_VALUES | BY_FIRM:
            return None
        if spec.dtype in ("float", "int"):
            maximum = 1e12 if spec.maximum is None else spec.maximum
            return self.number(whole=spec.dtype == "int", maximum=maximum)
        return self.date() if spec.dtype == "date" else self.text()

    def found_in(self, body: str) -> set[str]:
        """Return those that a text contains, numbers as whole numbers only."""
        return {t for t in re.findall(r"CANARY-\d{4}-x|[\d.-]*\d", body) if t in self._known}

    @property
    def _known(self) -> set[str]:
        return set(self.texts)


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [feature["properties"] for feature in features]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    if path.suffix == ".csv":
        names = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        return
    document = json.loads(path.read_text(encoding="utf-8"))
    for feature, row in zip(document["features"], rows, strict=True):
        feature["properties"] = row
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def staff_only(entry: Entry) -> list[FieldSpec]:
    public = {entry.key, *entry.public_fields, *(spec.name for spec in PROVENANCE)}
    return [spec for spec in KINDS[entry.kind].fields if spec.name not in public]


def plant(data: Path) -> Canaries:
    """Put a canary into everything secret of a data directory and return them."""
    canaries = Canaries()
    for entry in read_catalog(data).entries().values():
        rows = read(data / entry.file)
        for spec in staff_only(entry):
            value = canaries.value_of(spec)
            if value is not None:
                for row in rows:
                    row[spec.name] = value
        if entry.kind == "enterprises":
            thin_out(rows)
            plant_in_firms(canaries, rows)
        write(data / entry.file, rows)
    return canaries


def add_red_lines(data: Path, canaries: Canaries) -> None:
    """Add a layer for the staff alone, of which everything is secret: entry, records, outlines."""
    text = {n: canaries.text() for n in ("title", "source", "licence", "own", "name", "key")}
    west = f"81.6{len(canaries.texts):04d}3"
    canaries.texts.append(west)
    entry = f"""
[layers.{RED_LINES}]
title = {{ zh = "{text["title"]}", en = "{text["title"]}" }}
kind = "red_lines"
key = "line_id"
file = "{RED_LINES}.geojson"
datum = "cgcs2000"
nature = "sample"
source = {{ zh = "{text["source"]}", en = "{text["source"]}" }}
as_of = "2026-11"
licence = "{text["licence"]}"
public = false
public_fields = []
"""
    with (data / "catalog.toml").open("a", encoding="utf-8") as catalog:
        catalog.write(entry)
    ring = [[float(west), 36.8], [81.9, 36.8], [81.9, 36.9], [float(west), 36.8]]
    properties = {"line_id": text["key"], "line_kind": "ecology", "name_zh": text["name"]}
    feature = {
        "type": "Feature",
        "properties": properties | {"source": text["own"]},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    document = {"type": "FeatureCollection", "features": [feature]}
    (data / f"{RED_LINES}.geojson").write_text(json.dumps(document), encoding="utf-8")


def thin_out(rows: list[dict[str, Any]]) -> None:
    """Leave one firm in a park beside the one that is there by its position.

    What the two invest may not be added up for the public.
    """
    signed = [r for r in rows if r["park_id"] == FEW and r["stage"] in COUNTABLE_STAGES]
    rows[:] = [r for r in rows if r["park_id"] != FEW or r in signed[:1]]


def plant_in_firms(canaries: Canaries, rows: list[dict[str, Any]]) -> None:
    """Give unnamed firms and unsigned deals canaries, and every firm an amount of its own."""
    unsigned = [row for row in rows if row["stage"] not in COUNTABLE_STAGES]
    samples = [row for row in rows if row["nature"] == "sample" and row not in unsigned]
    unnamed = [row for row in samples if row["publish_name"] != "true"]
    assert len(unnamed) > 3 and len(unsigned) > 3, "the bundle has firms of both sorts"
    for row in unnamed:
        row["publish_name"] = "false"
        row |= {name: canaries.text() for name in SECRET_OF_UNNAMED}
        longitude = f"81.6{len(canaries.texts):04d}7"
        canaries.texts.append(longitude)
        row |= {"lon": longitude, "lat": "36.8441", "parcel_id": "", "building_id": ""}
    for row in unsigned:
        row |= {name: canaries.text() for name in (*SECRET_OF_UNNAMED, "enterprise_id")}
    for place, row in enumerate(rows):
        for name, base in (("invest_planned_wan", 41_000_000), ("invest_in_place_wan", 52_000_000)):
            row[name] = base + 1009 * place
            canaries.texts.append(str(row[name]))


@dataclass(frozen=True)
class Instance:
    """A published data directory full of canaries."""

    out: Path
    version: str
    canaries: Canaries

    def names(self, edition: str) -> list[str]:
        path = SnapshotStore(self.out).path(self.version) / "manifest.json"
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return [name.split("/", 1)[1] for name in files if name.startswith(f"{edition}/")]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    folder = tmp_path_factory.mktemp("canaries")
    data, out = copy_layers(folder / "data"), folder / "out"
    canaries = plant(data)
    add_red_lines(data, canaries)
    version = publish(out, data=data)
    add_people(out)
    instance = Instance(out, version, canaries)
    sums = list(withheld_sums(instance))
    assert sums, "there is a park with too few firms"
    canaries.texts += sums
    return instance


def withheld_sums(instance: Instance) -> Iterator[str]:
    """Yield the sums over fewer than three firms, which the staff edition has."""
    path = SnapshotStore(instance.out).path(instance.version) / "staff" / "parks.geojson"
    for park in json.loads(path.read_text(encoding="utf-8"))["features"]:
        facts = park["properties"]
        if 0 < sum(facts[f"firms_{stage}"] for stage in COUNTABLE_STAGES) < 3:
            yield from (str(facts[n]) for n in facts if n.startswith("invest_"))


def addresses(instance: Instance) -> Iterator[tuple[str, str]]:
    """Yield every address of the application that can be read, with its endpoint."""
    names = {edition: instance.names(edition) for edition in ("public", "staff")}
    assert "site.json" in names["public"] and "findings.json" in names["staff"]
    for rule in create_app(Settings(out=instance.out)).url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        for edition, files in names.items():
            for name in files if {"edition", "name"} <= rule.arguments else files[:1]:
                path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
                given = dict.fromkeys(rule.arguments, "parks") | {"number": "1"}
                given["version"] = instance.version
                for more in arguments_of(rule):
                    given |= {"edition": edition, "name": name} | more
                    yield path.format(**given), rule.endpoint


def arguments_of(rule: Rule) -> list[dict[str, str]]:
    """Return the arguments with which an address leads to records of every kind."""
    if rule.endpoint == "layer_items.item":
        return [{"layer": kind, "key": key} for kind, key in RECORDS.items()]
    if rule.endpoint == "api.item_page":
        return [{"collection_id": kind, "feature_id": key} for kind, key in RECORDS.items()]
    if rule.endpoint in OF_FILES:
        return [{"name": f"{kind}.{suffix}"} for kind in RECORDS for suffix in DOWNLOADED]
    if not rule.endpoint.startswith("places."):
        return [{}]
    extents = ("near", "region", "regionlet") if "extent" in rule.arguments else ("",)
    return [
        {"kind": kind, "key": key, "extent": extent}
        for kind, key in RECORDS.items()
        for extent in extents
    ]


def query_of(endpoint: str, kind: str) -> dict[str, str]:
    """Return the query with which a page shows records of a kind."""
    if endpoint in OF_A_SHORTLIST:
        return {"ids": ",".join(f"{kind}/{key}" for kind, key in RECORDS.items())}
    if endpoint in OF_RECORDS:
        with_page = {"parks": "CL-TJ", "parcels": "CL-AGRI-005", "buildings": "HALL-A-05"}
        return {"ids": f"{kind}/{RECORDS[kind]},{kind}/{with_page[kind]}"}
    if endpoint in OF_AN_ENQUIRY:
        return {"for": f"{kind}/{RECORDS[kind]}"}
    return {}


def records(instance: Instance) -> Iterator[tuple[str, str]]:
    """Yield kind and key of every record that has a page."""
    folder = SnapshotStore(instance.out).path(instance.version) / "public"
    catalog = read_catalog(BUNDLED_LAYERS)
    for name, entry in catalog.entries().items():
        if entry.kind in RECORDS:
            for row in read(folder / f"{name}.geojson"):
                yield entry.kind, row[entry.key]


def public_files(instance: Instance) -> Iterator[str]:
    assets = json.loads(
        (SnapshotStore(instance.out).path(instance.version) / "manifest.json").read_text("utf-8")
    )["assets"]
    listed = json.loads((instance.out / "assets" / assets / "manifest.json").read_text("utf-8"))
    yield from (f"/assets/{assets}/{name}" for name in listed["files"])
    for edition in ("public", "staff"):
        yield from (f"/layers/{instance.version}/{name}" for name in instance.names(edition))


def answer(client: FlaskClient, path: str, encoding: str = "", **more: Any) -> tuple[int, str]:
    """Return status and, unpacked, everything that an answer says, its headers too."""
    got = client.get(path, headers={"Accept-Encoding": encoding}, buffered=True, **more)
    body = got.data
    if got.headers.get("Content-Encoding"):
        body = ENCODINGS[got.headers["Content-Encoding"]](body)
    return got.status_code, f"{got.headers}\n{text_of(body)}"


def text_of(body: bytes) -> str:
    """Return all that a reader of the answer could find, in a PDF, workbook or database too."""
    if body.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(body))
        return "\n".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [archive.read(name).decode("utf-8") for name in archive.namelist()]
        return "\n".join([*parts, *cells_of(body)])
    if body.startswith(b"\x89PNG"):
        return body.decode("latin-1")  # the remarks in it; its letters are drawn
    if body.startswith(b"SQLite format 3"):
        return "\n".join(rows_of(body))
    if body.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(body))
        return f"{table.schema.metadata}\n{table.to_pylist()}"
    if body.startswith(b"fgb"):
        return body.decode("utf-8", "replace")
    return body.decode("utf-8")


def rows_of(body: bytes) -> Iterator[str]:
    """Yield what the tables of a database hold."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(body)
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in tables:
            for row in database.execute(f'SELECT * FROM "{name}"'):
                for value in row:
                    yield (
                        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    )


def cells_of(body: bytes) -> Iterator[str]:
    """Yield what the cells of a workbook hold, and what is noted at them."""
    for sheet in load_workbook(io.BytesIO(body)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                yield f"{cell.value} {cell.comment.text if cell.comment else ''}"


def test_every_secret_is_in_the_staff_edition(instance: Instance) -> None:
    """So that the searches below look for something that is there."""
    client = client_of(instance.out, "wang")
    seen: set[str] = set()
    for name in instance.names("staff"):
        if name.endswith(DATABASES):
            continue  # only the server reads them
        status, text = answer(client, f"/staff/layers/{instance.version}/staff/{name}")
        assert status == 200
        seen |= instance.canaries.found_in(text)
    assert set(instance.canaries.texts) - seen == set()
    assert len(seen) > 100


def test_of_a_layer_for_the_staff_the_public_edition_has_not_even_the_name(
    instance: Instance,
) -> None:
    assert f"{RED_LINES}.geojson" in instance.names("staff")
    assert f"{RED_LINES}.geojson" not in instance.names("public")
    folder = SnapshotStore(instance.out).path(instance.version)
    for edition, has_it in (("staff", True), ("public", False)):
        named = {
            path.name
            for path in (folder / edition).rglob("*")
            if path.is_file() and path.suffix not in (".gz", ".br")
            if RED_LINES.encode() in path.read_bytes()
        }
        assert bool(named) is has_it, named
    client = client_of(instance.out)
    assert client.get(f"/layers/{instance.version}/{RED_LINES}.geojson").status_code == 404
    assert RED_LINES not in client.get("/about").text


def test_every_field_that_is_not_public_has_a_canary() -> None:
    secret = [f for e in read_catalog(BUNDLED_LAYERS).entries().values() for f in staff_only(e)]
    without = {spec.name for spec in secret if Canaries().value_of(spec) is None}
    assert without == OF_FEW_VALUES | BY_FIRM
    assert len(secret) > 25


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_public_file_has_a_secret(instance: Instance, encoding: str) -> None:
    client = client_of(instance.out)
    statuses = []
    for path in public_files(instance):
        status, text = answer(client, path, encoding)
        assert instance.canaries.found_in(text) == set(), path
        statuses.append(status)
    assert statuses.count(200) > 50
    assert statuses.count(404) >= 2, "findings.json and join.json are for the staff"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_address_tells_a_secret_without_an_account(instance: Instance, lang: str) -> None:
    client = client_of(instance.out)
    seen = set()
    for path, endpoint in addresses(instance):
        for query in ({}, {"edition": "staff"}, *(query_of(endpoint, kind) for kind in RECORDS)):
            status, text = answer(client, path, query_string={"lang": lang, **query})
            assert instance.canaries.found_in(text) == set(), path
            if endpoint not in PUBLIC:
                assert status in (302, 401), (endpoint, path, status)
            elif endpoint in NEEDS_A_LETTER | OF_LARGE_SITES:
                assert status == 404
            elif endpoint in TILES_OF_LAYERS:
                assert status == (400 if query else 404), "edition is no parameter of the API"
            elif endpoint in OF_LARGE_LAYERS:
                assert status == (401 if "edition" in query else 404)
            elif {"ids", "for"} & query.keys() or not (query or endpoint in NEEDS_RECORDS):
                assert status == (302 if endpoint in LEADING_ON else 200), (endpoint, query)
        seen.add(endpoint)
    assert seen >= PUBLIC
    assert {"staff.staff_file", "pages.preview", "audit.audit_page"} <= seen
    assert {"plan.overview_page", "plan.indicators_page", "exports.download"} <= seen


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_of_any_record_tells_a_secret(instance: Instance, lang: str) -> None:
    client = client_of(instance.out)
    found = list(records(instance))
    assert {kind for kind, _ in found} == set(RECORDS)
    assert len(found) > 100
    for kind, key in found:
        status, text = answer(client, f"/{kind}/{key}", query_string={"lang": lang})
        assert status == 200
        assert instance.canaries.found_in(text) == set(), key


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_finder_or_search_tells_a_secret(instance: Instance, lang: str) -> None:
    client = client_of(instance.out)
    asked = [("/sites", query) for query in FINDERS]
    asked += [("/search", {"q": text}) for text in SEARCHES]
    for path, query in asked:
        status, text = answer(client, path, query_string={"lang": lang, **query})
        assert status == 200, query
        assert instance.canaries.found_in(text) == set(), query


@pytest.mark.parametrize("accept", ["application/geo+json", "text/html"])
def test_no_feature_of_the_api_tells_a_secret(instance: Instance, accept: str) -> None:
    client = client_of(instance.out)
    for name in read_catalog(BUNDLED_LAYERS).layers:
        path = f"/api/collections/{name}/items"
        got = client.get(path, query_string={"limit": "1000"}, headers={"Accept": accept})
        assert got.status_code == 200 and name in got.text
        assert instance.canaries.found_in(html.unescape(got.text)) == set(), name
    # Nor can one be found out by asking whether there is a feature with it.
    for name, value in (("enterprise_id", "E-1"), ("invest_planned_wan", "41000000")):
        answered = client.get("/api/collections/parcels/items", query_string={name: value})
        assert answered.status_code == 400
        filtered = {"filter": f"{name} = '{value}'"}
        assert (
            client.get("/api/collections/parcels/items", query_string=filtered).status_code == 400
        )


def test_a_search_for_a_secret_finds_nothing(instance: Instance) -> None:
    client = client_of(instance.out)
    secrets = [text for text in instance.canaries.texts if text.startswith("CANARY")][:200:20]
    assert secrets
    for secret in secrets:
        page = client.get("/search", query_string={"q": secret}).text
        assert 'class="search-hit"' not in page
        assert "sel=enterprises/" not in page


def test_nothing_can_be_sent_without_an_account(instance: Instance) -> None:
    """Without the token of a form nothing is read; the two open forms say so themselves."""
    app = create_app(Settings(out=instance.out))
    sent = set()
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", "1", rule.rule)
            answered = app.test_client().post(path)
            assert answered.status_code in (302, 303, 400, 401, 403), (rule.rule, rule.endpoint)
            assert instance.canaries.found_in(answered.text) == set()
            sent.add(rule.endpoint)
    assert sent > OPEN_FORMS


@pytest.mark.parametrize(
    "path", ["/nowhere", "/layers/{v}/../staff/parks.geojson", "/layers/{v}/staff/parks.geojson"]
)
def test_no_error_tells_a_secret(instance: Instance, path: str) -> None:
    client = client_of(instance.out)
    for query in ("", "?lang=en", "?edition=staff"):
        status, text = answer(client, path.format(v=instance.version) + query)
        assert status == 404
        assert instance.canaries.found_in(text) == set()


def test_nothing_in_the_public_folder_has_a_secret(instance: Instance) -> None:
    folder = SnapshotStore(instance.out).path(instance.version) / "public"
    unpack = {".gz": gzip.decompress, ".br": brotli.decompress}
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 30
    for path in files:
        text = text_of(unpack.get(path.suffix, bytes)(path.read_bytes()))
        assert instance.canaries.found_in(text) == set(), path.name


@pytest.mark.timeout(300)
def test_no_file_of_the_offline_package_has_a_secret(tmp_path: Path) -> None:
    data, out = copy_layers(tmp_path / "data"), tmp_path / "out"
    canaries = plant(data)
    leave_few_plots(data)
    publish(out, data=data)
    files = build_files(Settings(out=out), Library(out).current("public"))
    assert len(files) > 400
    for name, body in files.items():
        assert canaries.found_in(all_of(name, body)) == set(), name


def all_of(name: str, body: bytes) -> str:
    """Return all that can be read of a file of the package, in its letters and modules too."""
    if name.endswith(".woff2"):
        with TTFont(io.BytesIO(body)) as font:
            names = [str(record) for record in font["name"].names]
            return "\n".join([*names, *font.getGlyphOrder()])
    text = body.decode("utf-8")
    packed = re.findall(r";base64,([A-Za-z0-9+/=]+)", text)
    parts = [base64.b64decode(part).decode("utf-8", "replace") for part in packed]
    # Also what stands there only in the spelling of JSON or HTML.
    return "\n".join([name, text, html.unescape(text), *parts])


def test_a_prepared_version_tells_nothing_either(instance: Instance, tmp_path: Path) -> None:
    out = Path(shutil.copytree(instance.out, tmp_path / "out"))
    (out / "snapshots" / "current").unlink()
    (out / "snapshots" / "log.jsonl").unlink()
    client = client_of(out)
    for path in public_files(instance):
        if path.startswith("/layers/"):
            assert answer(client, path)[0] == 404
