"""The application over the published bundle: pages, files, headers, errors."""

from __future__ import annotations

import gzip
import json
import logging
import re
import shutil
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.settings import Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from geo.web.logs import JsonFormatter
from geo.web.security import content_security_policy

BROTLI = {"Accept-Encoding": "gzip, br"}


@pytest.fixture(scope="module")
def app(published: Path) -> Flask:
    return create_app(Settings(out=published))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def version(published: Path) -> str:
    return SnapshotStore(published).current() or ""


@pytest.mark.parametrize("path", ["/", "/about"])
@pytest.mark.parametrize(("lang", "html_lang"), [("zh", "zh-Hans"), ("en", "en")])
def test_pages_answer_in_both_languages(
    client: FlaskClient, path: str, lang: str, html_lang: str
) -> None:
    answer = client.get(f"{path}?lang={lang}")
    assert answer.status_code == 200
    assert f'lang="{html_lang}"' in answer.text
    assert answer.content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize("lang", ["", "fr", "<script>", "zh;en"])
def test_an_unknown_language_is_chinese(client: FlaskClient, lang: str) -> None:
    answer = client.get("/", query_string={"lang": lang})
    assert 'lang="zh-Hans"' in answer.text
    assert "<script>" not in answer.text


def test_no_page_has_inline_script_or_style(client: FlaskClient) -> None:
    for path in ("/", "/about", "/nowhere"):
        text = client.get(path).text
        assert not re.search(r"<script(?![^>]*\b(?:src=|type=\"application/ld\+json\"))", text)
        assert not re.search(r"<style|\sstyle=|\son\w+=", text)


def test_a_page_is_revalidated_by_its_entity_tag(client: FlaskClient) -> None:
    first = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert first.headers["Cache-Control"] == "no-cache"
    assert gzip.decompress(first.data).startswith(b"<!doctype html>")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/", headers={**tag, "Accept-Encoding": "gzip"})
    assert (again.status_code, again.data) == (304, b"")
    plain = client.get("/", headers=tag)
    assert plain.status_code == 200


def test_layers_are_immutable_and_compressed(client: FlaskClient, version: str) -> None:
    address = f"/layers/{version}/parks.geojson"
    packed, plain = client.get(address, headers=BROTLI), client.get(address)
    assert packed.headers["Content-Encoding"] == "br"
    assert "immutable" in packed.headers["Cache-Control"]
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.content_type == "application/geo+json"
    assert brotli.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = client.get(address, headers={**BROTLI, "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("accept", ["br;q=0, gzip;q=0", "identity", "deflate", "", "*;q=0"])
def test_an_encoding_that_is_refused_is_not_sent(
    client: FlaskClient, version: str, accept: str
) -> None:
    answer = client.get(f"/layers/{version}/parks.geojson", headers={"Accept-Encoding": accept})
    assert "Content-Encoding" not in answer.headers
    assert answer.get_json(force=True)["type"] == "FeatureCollection"


def test_every_address_on_the_page_answers(client: FlaskClient) -> None:
    found = set(re.findall(r'(?:src|href)="(/(?:assets|layers)/[^"]+)"', client.get("/").text))
    assert len(found) > 5
    assert {client.get(address).status_code for address in found} == {200}


def test_head_is_answered_without_a_body(client: FlaskClient) -> None:
    answer = client.head("/")
    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/layers/VERSION/findings.json",
        "/layers/VERSION/..%2fstaff%2fparcels.geojson",
        "/layers/VERSION/manifest.json",
        "/layers/2020-01-01-0000000000/parks.geojson",
        "/layers/../current/x",
        "/assets/none/app.css",
    ],
)
def test_what_is_not_public_is_not_found(client: FlaskClient, version: str, path: str) -> None:
    answer = client.get(path.replace("VERSION", version))
    assert answer.status_code == 404
    assert answer.content_type in ("application/problem+json", "text/html; charset=utf-8")


def test_no_staff_field_is_in_any_public_file(published: Path, version: str) -> None:
    folder = SnapshotStore(published).path(version)
    staff = json.loads((folder / "staff" / "enterprises.geojson").read_text("utf-8"))
    secret = {
        f["properties"]["enterprise_id"]
        for f in staff["features"]
        if f["properties"]["stage"] in ("contact", "intent")
    }
    assert secret
    public = b"".join(p.read_bytes() for p in (folder / "public").rglob("*.*json"))
    assert not [e for e in secret if f'"{e}"'.encode() in public]
    for name in (b"invest_planned_wan", b"invested_share", b"contract_no", b"tax_wan", b"uscc"):
        assert b'"%s"' % name not in public


def test_only_reading_is_allowed_on_files(client: FlaskClient, version: str) -> None:
    answer = client.post(f"/layers/{version}/parks.geojson")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_file_whose_version_was_dropped_is_not_found(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(published, out)
    store = SnapshotStore(out)
    current = store.current() or ""
    big = store.path(current) / "public" / "parks.geojson"
    big.write_bytes(b" " * 1_000_001)
    client = create_app(Settings(out=out)).test_client()
    address = f"/layers/{current}/parks.geojson"
    with client.get(address) as answer:
        assert answer.status_code == 200
    shutil.rmtree(store.path(current))
    assert client.get(address).status_code == 404
    assert client.get("/healthz").status_code == 503


def test_security_headers_are_on_every_answer(client: FlaskClient, version: str) -> None:
    for path in ("/", "/nowhere", "/healthz", f"/layers/{version}/site.json"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        source = "'none'" if path.startswith("/layers/") else "'self'"
        assert f"default-src {source}" in policy
        assert "unsafe" not in policy and "http" not in policy and "*" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_configured_image_hosts_widen_images_only() -> None:
    policy = content_security_policy(["https://t0.tianditu.gov.cn"])
    assert policy.count("tianditu") == 1
    assert "img-src 'self' data: https://t0.tianditu.gov.cn;" in policy


def test_health_tells_the_version_and_its_age(client: FlaskClient, version: str) -> None:
    answer = client.get("/healthz")
    assert answer.json is not None
    assert answer.json["status"] == "ok"
    assert answer.json["version"] == version
    assert 0 <= answer.json["age_s"] < 3600
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/nowhere", "GET", 404), ("/", "POST", 405)]
)
def test_errors_are_readable_in_both_languages(
    client: FlaskClient, path: str, method: str, status: int
) -> None:
    for lang, word in (("zh", "首页" if status == 404 else "只能读取"), ("en", "address")):
        answer = client.open(path, method=method, query_string={"lang": lang})
        assert answer.status_code == status
        assert word in answer.text


def test_programs_get_problem_json(client: FlaskClient) -> None:
    answer = client.get("/layers/x/y")
    assert answer.content_type == "application/problem+json"
    assert answer.get_json(force=True)["status"] == 404


def test_a_crash_shows_no_detail_and_is_logged(
    published: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Settings(out=published))

    @app.get("/crash")
    def crash() -> str:
        raise RuntimeError("secret path")

    answer = app.test_client().get("/crash")
    assert answer.status_code == 500
    assert "secret" not in answer.text and "Traceback" not in answer.text
    assert "secret path" in caplog.text


def test_before_the_first_publish_the_page_says_so(tmp_path: Path) -> None:
    client = create_app(Settings(out=tmp_path)).test_client()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "python -m geo publish" in answer.text
    assert client.get("/healthz").status_code == 503


def test_it_works_under_a_prefix_behind_a_proxy(published: Path) -> None:
    client = create_app(Settings(out=published, proxies=1)).test_client()
    text = client.get("/", headers={"X-Forwarded-Prefix": "/parks"}).text
    addresses = re.findall(r'(?:src|href|data-root)="(/[^"]*)"', text)
    assert addresses
    assert all(address.startswith("/parks/") for address in addresses)


def test_a_prefix_is_not_believed_without_a_proxy(client: FlaskClient) -> None:
    assert "/evil" not in client.get("/", headers={"X-Forwarded-Prefix": "/evil"}).text


def test_a_new_snapshot_is_served_without_a_restart(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(published, out)
    store = SnapshotStore(out)
    client = create_app(Settings(out=out)).test_client()
    before = client.get("/healthz").get_json()["version"]
    after = "2026-11-22-00000000aa"
    shutil.copytree(store.path(before), store.root / after)
    manifest = store.root / after / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace(before, after), encoding="utf-8")
    (store.root / "current").write_text(after)
    assert client.get("/healthz").get_json()["version"] == after
    assert f"/layers/{after}/" in client.get("/").text
    assert client.get(f"/layers/{before}/site.json").status_code == 200


def test_a_request_is_logged_without_its_query(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "geo.web"):
        client.get("/about?secret=1")
    lines = [json.loads(JsonFormatter().format(r)) for r in caplog.records]
    assert lines[-1]["path"] == "/about"
    assert lines[-1]["status"] == 200
    assert "secret" not in json.dumps(lines)


# --- the frame of public pages ---------------------------------------------------------------


def test_every_way_of_the_header_leads_somewhere(client: FlaskClient) -> None:
    for lang in ("zh", "en"):
        html = client.get(f"/about?lang={lang}").text
        nav = html[html.index('<nav class="nav"') : html.index("</nav>")]
        ways = re.findall(r'<a href="([^"]+)"', nav)
        assert len(ways) >= 3
        assert {client.get(way.replace("&amp;", "&")).status_code for way in ways} == {200}
        assert nav.count('aria-current="page"') == 1


def test_a_public_page_names_its_full_addresses(client: FlaskClient) -> None:
    html = client.get("/about?lang=en", base_url="https://parks.example").text
    assert '<link rel="canonical" href="https://parks.example/about?lang=en">' in html
    assert 'hreflang="zh-Hans" href="https://parks.example/about"' in html
    assert 'property="og:url" content="https://parks.example/about?lang=en"' in html


def test_what_is_not_there_has_no_address_to_index(client: FlaskClient) -> None:
    assert "canonical" not in client.get("/nowhere").text


def test_the_page_of_one_host_is_kept_apart_from_that_of_another(client: FlaskClient) -> None:
    client.get("/about", base_url="https://other.example")
    assert "other.example" not in client.get("/about", base_url="https://parks.example").text
