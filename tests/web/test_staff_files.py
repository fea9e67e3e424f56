"""The staff edition and the previews: for people who are signed in, and nobody else."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.storage.snapshots import SnapshotStore
from tests.web.people import client_of

PREPARED = "2026-11-22-00000000aa"


@pytest.fixture
def prepared(out: Path, version: str) -> str:
    """A version that lies ready and was never published."""
    store = SnapshotStore(out)
    shutil.copytree(store.path(version), store.root / PREPARED)
    manifest = store.root / PREPARED / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace(version, PREPARED), encoding="utf-8")
    return PREPARED


def firms(client: FlaskClient, version: str, edition: str = "staff") -> list[dict[str, object]]:
    answer = client.get(f"/staff/layers/{version}/{edition}/enterprises.geojson")
    assert answer.status_code == 200
    return [f["properties"] for f in answer.get_json(force=True)["features"]]


@pytest.mark.parametrize("who", ["li", "wang"])
def test_the_staff_edition_has_what_the_public_one_lacks(
    request: pytest.FixtureRequest, who: str, version: str
) -> None:
    client = request.getfixturevalue(who)
    staff, public = firms(client, version), firms(client, version, "public")
    assert len(staff) > len(public)
    assert any("invest_planned_wan" in firm for firm in staff)
    assert not any("invest_planned_wan" in firm for firm in public)


def test_a_staff_file_is_for_its_reader_alone(li: FlaskClient, version: str) -> None:
    address = f"/staff/layers/{version}/staff/parcels.geojson"
    plain = li.get(address)
    assert plain.headers["Cache-Control"] == "private, no-store"
    assert {"Accept-Encoding", "Cookie"} == set(plain.headers["Vary"].split(", "))
    assert plain.content_type == "application/geo+json"
    assert "default-src 'none'" in plain.headers["Content-Security-Policy"]
    packed = li.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = li.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "staff/parcels.geojson",
        "public/parcels.geojson",
        "staff/findings.json",
        "staff/join.json",
        "staff/map.zh.js",
        "staff/no-such-file",
    ],
)
def test_without_a_sign_in_there_is_no_file(anyone: FlaskClient, version: str, path: str) -> None:
    answer = anyone.get(f"/staff/layers/{version}/{path}")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "{}/staff/../../{}/manifest.json",
        "{}/staff/..%2f..%2fmanifest.json",
        "{}/staff/manifest.json",
        "{}/secret/site.json",
        "{}/staff/",
        "../secret/staff/x",
        "current/staff/site.json",
    ],
)
def test_only_files_of_the_manifest_are_answered(li: FlaskClient, version: str, path: str) -> None:
    answer = li.get("/staff/layers/" + path.format(version, version))
    assert answer.status_code in (308, 404)


def test_the_staff_map_takes_its_data_from_the_staff_files(wang: FlaskClient, version: str) -> None:
    text = wang.get("/?edition=staff").text
    assert f'data-layers="/staff/layers/{version}/staff/"' in text
    assert f'"/layers/{version}/' not in text
    assert "内部版，含不公开的内容" in text
    assert 'href="?edition=staff&amp;lang=en"' in text
    english = wang.get("/?edition=staff&lang=en").text
    assert "Staff edition, not for the public" in english
    assert 'href="/?lang=en&amp;edition=staff&amp;view=list"' in english


@pytest.mark.parametrize("query", ["", "?edition=", "?edition=public", "?edition=x", "?staff=1"])
def test_any_other_edition_is_the_public_map(li: FlaskClient, version: str, query: str) -> None:
    answer = li.get(f"/{query}")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert f'data-layers="/layers/{version}/"' in answer.text
    assert "内部版" not in answer.text


def test_a_prepared_version_is_reached_by_the_staff_alone(out: Path, prepared: str) -> None:
    anyone, wang, li = client_of(out), client_of(out, "wang"), client_of(out, "li")
    public = f"/layers/{prepared}/parks.geojson"
    staff = f"/staff/layers/{prepared}/public/parks.geojson"
    page = f"/data/preview/{prepared}"
    got = [
        [client.get(path).status_code for path in (public, staff, page)]
        for client in (anyone, wang, li)
    ]
    assert got == [[404, 401, 302], [404, 403, 403], [404, 200, 200]]


def test_a_version_is_public_from_its_publication_on(
    out: Path, prepared: str, version: str
) -> None:
    client = client_of(out)
    address = f"/layers/{prepared}/parks.geojson"
    assert client.get(address).status_code == 404
    (out / "snapshots" / "current").write_text(prepared)
    assert client.get(address).status_code == 200
    assert client.get(f"/layers/{version}/parks.geojson").status_code == 200


@pytest.mark.parametrize("edition", ["public", "staff"])
def test_a_preview_shows_either_edition_and_says_that_it_is_one(
    li: FlaskClient, prepared: str, version: str, edition: str
) -> None:
    text = li.get(f"/data/preview/{prepared}?edition={edition}").text
    assert f'data-layers="/staff/layers/{prepared}/{edition}/"' in text
    assert "预览，尚未发布" in text
    current = re.findall(r'<a href="([^"]+)" aria-current="true"', text)
    assert current == [f"/data/preview/{prepared}?edition={edition}"]
    assert "预览，曾发布的版本" in li.get(f"/data/preview/{version}").text


@pytest.mark.parametrize("path", ["nowhere", "../secret", "2026-11-22-0000000000"])
def test_a_preview_of_nothing_is_not_found(li: FlaskClient, path: str) -> None:
    assert li.get(f"/data/preview/{path}").status_code == 404


def test_a_strange_edition_is_not_found(li: FlaskClient, version: str) -> None:
    assert li.get(f"/data/preview/{version}?edition=secret").status_code == 404
