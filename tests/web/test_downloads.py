"""``/downloads``: the page, the files behind it, and what an older version has to say."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.export.downloads import FORMATS as WRITTEN
from geo.export.downloads import INDEX as WRITTEN_INDEX
from geo.query import Library, Snapshot
from geo.settings import Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from geo.web.downloads import FORMATS, INDEX, size_text
from tests.browser.site import copy_layers, publish


class Client(FlaskClient):
    """A client that reads an answer to its end and closes the file behind it."""

    def open(self, *args, **kwargs):
        return super().open(*args, **{"buffered": True, **kwargs})


def client_of(out: Path) -> FlaskClient:
    app = create_app(Settings(out=out))
    app.test_client_class = Client
    return app.test_client()


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return client_of(published)


@pytest.fixture(scope="module")
def shown(published: Path) -> Snapshot:
    return Library(published).current("public")


def text_of(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_page_and_writer_know_the_same_formats() -> None:
    assert tuple(WRITTEN) == FORMATS
    assert WRITTEN_INDEX == INDEX


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_leads_to_every_file_and_says_what_it_is(client, shown, lang) -> None:
    page = client.get(f"/downloads?lang={lang}").get_data(as_text=True)
    text = text_of(page)
    index = shown.document("downloads/index.json")
    for entry in index["entries"]:
        assert entry["title"][lang] in text
        assert entry["licence"] in text
        for file in entry["files"]:
            assert f'href="/downloads/{shown.version}/{file["name"]}"' in page
            assert file["sha256"] in text
            assert size_text(file["size"]) in text
    assert "EPSG:4326" in text
    assert shown.version in text
    assert 'id="precision"' not in page


def test_every_link_of_the_page_is_answered_with_the_bytes_it_promises(client, shown) -> None:
    page = client.get("/downloads").get_data(as_text=True)
    addresses = re.findall(r'href="(/downloads/[^"]+)"', page)
    hashes = {
        file["name"]: file["sha256"]
        for entry in shown.document("downloads/index.json")["entries"]
        for file in entry["files"]
    }
    assert len(addresses) > 35
    for address in addresses:
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code == 200
        name = address.rsplit("/", 1)[1]
        if name in hashes:
            assert hashlib.sha256(answer.data).hexdigest() == hashes[name]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("parcels.geojson", "application/geo+json"),
        ("parcels.gpkg", "application/geopackage+sqlite3"),
        ("parcels.parquet", "application/vnd.apache.parquet"),
        ("parcels.fgb", "application/flatgeobuf"),
        ("figures.csv", "text/csv; charset=utf-8"),
    ],
)
def test_a_file_is_kept_under_a_good_name_for_ever(client, shown, name, kind) -> None:
    answer = client.get(f"/downloads/{shown.version}/{name}")
    stem, suffix = name.split(".")
    assert answer.content_type == kind
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename={stem}-{shown.version}.{suffix}"
    )
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(
        f"/downloads/{shown.version}/{name}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_a_part_of_a_file_can_be_asked_for(client, shown) -> None:
    whole = client.get(f"/downloads/{shown.version}/parcels.fgb").data
    part = client.get(f"/downloads/{shown.version}/parcels.fgb", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.data == whole[100:200]


def test_an_address_without_a_version_leads_to_the_present_one(client, shown) -> None:
    answer = client.get("/downloads/parcels.gpkg")
    assert answer.status_code == 302
    assert answer.location == f"/downloads/{shown.version}/parcels.gpkg"
    assert answer.headers["Cache-Control"] == "no-cache"
    mounted = client.get("/downloads/parcels.gpkg", environ_overrides={"SCRIPT_NAME": "/map"})
    assert mounted.location == f"/map/downloads/{shown.version}/parcels.gpkg"


def test_the_list_of_files_is_shown_not_kept(client, shown) -> None:
    answer = client.get(f"/downloads/{shown.version}/index.json")
    assert json.loads(answer.data)["version"] == shown.version
    assert "attachment" not in answer.headers.get("Content-Disposition", "")


@pytest.mark.parametrize(
    "path",
    [
        "parcels.exe",
        "{version}/parcels.exe",
        "{version}/..%2Fsite.json",
        "{version}/../../staff/site.json",
        "2020-01-01-0123456789/parcels.csv",
        "..%2F..%2Fmanifest.json",
        "staff/parcels.csv",
    ],
)
def test_what_is_no_file_is_not_found(client, shown, path) -> None:
    answer = client.get(f"/downloads/{path.format(version=shown.version)}")
    assert answer.status_code == 404
    # Where a file would lie in the snapshot is not told.
    assert "public/" not in answer.get_data(as_text=True)


def test_a_version_that_is_only_prepared_gives_nothing_away(published, tmp_path) -> None:
    out = tmp_path / "out"
    shutil.copytree(published, out)
    store = SnapshotStore(out)
    version = store.current()
    other = version[:-1] + ("0" if version[-1] != "0" else "1")
    shutil.copytree(store.path(version), store.root / other)
    client = client_of(out)
    assert client.get(f"/downloads/{version}/parcels.csv").status_code == 200
    assert client.get(f"/downloads/{other}/parcels.csv").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_version_of_earlier_software_says_that_it_has_no_files(published, tmp_path, lang) -> None:
    out = tmp_path / "out"
    shutil.copytree(published, out)
    store = SnapshotStore(out)
    manifest = store.path(store.current()) / "manifest.json"
    document = json.loads(manifest.read_text(encoding="utf-8"))
    document["files"] = {n: f for n, f in document["files"].items() if "/downloads/" not in n}
    manifest.write_text(json.dumps(document), encoding="utf-8")
    client = client_of(out)
    answer = client.get(f"/downloads?lang={lang}")
    assert answer.status_code == 200
    assert 'id="no-downloads"' in answer.get_data(as_text=True)
    assert client.get("/downloads/parcels.csv").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reader_and_program_are_told_how_far_places_are_rounded(tmp_path, lang) -> None:
    data = copy_layers(tmp_path / "data")
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(
        text.replace("public_precision_m = 0", "public_precision_m = 25"), encoding="utf-8"
    )
    publish(tmp_path / "out", data=data)
    client = client_of(tmp_path / "out")
    said = {"zh": "约 25 米的网格", "en": "a grid of about 25 m"}[lang]
    for path in ("downloads", "about"):
        assert said in text_of(client.get(f"/{path}?lang={lang}").get_data(as_text=True))
    index = client.get("/downloads/index.json", follow_redirects=True).get_json()
    assert index["precision_m"] == 25


def test_the_page_is_found_from_about_every_page_for_investors_and_the_sitemap(client) -> None:
    assert 'href="/downloads"' in client.get("/about").get_data(as_text=True)
    assert 'href="/downloads"' in client.get("/costs").get_data(as_text=True)
    assert "/downloads</loc>" in client.get("/sitemap.xml").get_data(as_text=True)
    assert "Disallow: /downloads/" in client.get("/robots.txt").get_data(as_text=True)
