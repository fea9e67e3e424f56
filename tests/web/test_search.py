"""The page of results: with the same index as the box, for readers without JavaScript."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.settings import Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from tests.browser.site import copy_layers, publish


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return create_app(Settings(out=published)).test_client()


def ask(client: FlaskClient, query: str, **more: str) -> str:
    answer = client.get("/search", query_string={"q": query, **more})
    assert answer.status_code == 200
    return answer.text


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_what_is_found_leads_to_the_map_and_to_its_profile(client: FlaskClient) -> None:
    page = ask(client, "yt鞋")
    assert 'href="/?sel=parks/YT-SHOE"' in page
    assert 'href="/parks/YT-SHOE"' in page
    assert "<mark>于田鞋</mark>产业工业园区" in page


def test_the_page_speaks_both_languages(client: FlaskClient) -> None:
    page = ask(client, "yt鞋", lang="en")
    assert "Yutian Shoe Industry Park" in page
    assert 'href="/?lang=en&amp;sel=parks/YT-SHOE"' in page
    assert '<input type="hidden" name="lang" value="en">' in page


def test_the_language_changes_and_the_query_stays(client: FlaskClient) -> None:
    assert 'href="?q=cele&amp;lang=en"' in ask(client, "cele")


def test_what_comes_close_says_so(client: FlaskClient) -> None:
    assert "没有完全一致的" in ask(client, "celie")
    assert "没有完全一致的" not in plain(ask(client, "cele")).split("策勒县天津")[1]


def test_many_results_are_cut_with_a_word(client: FlaskClient) -> None:
    page = ask(client, "cl")
    assert len(re.findall(r"sel=parcels", page)) < 100
    assert "只列出前 100 条" in page


def test_no_result_says_what_can_be_searched(client: FlaskClient) -> None:
    page = ask(client, "zzzz")
    assert "没有找到“zzzz”" in plain(page).split("zzzz：0 条结果")[1]
    assert "于田厂房" in page


@pytest.mark.parametrize("query", ["", "   "])
def test_without_a_query_the_page_says_how_to_search(client: FlaskClient, query: str) -> None:
    assert "拼音" in plain(ask(client, query)).split("地块、企业")[-1]


@pytest.mark.parametrize(
    "query",
    ["x" * 51, "企" * 51, "？！", "---", "\x00"],
    ids=["long", "long Chinese", "signs", "hyphens", "control"],
)
@pytest.mark.parametrize(("lang", "words"), [("zh", "搜索词应为"), ("en", "A search is 1 to 50")])
def test_a_bad_query_is_answered_by_a_helpful_page(
    client: FlaskClient, query: str, lang: str, words: str
) -> None:
    answer = client.get("/search", query_string={"q": query, "lang": lang})
    assert answer.status_code == 400
    assert words in answer.text


def test_a_query_is_never_markup(client: FlaskClient) -> None:
    page = ask(client, '<img src=x onerror="a()">')
    assert "<img" not in page


def test_the_longest_query_is_answered(client: FlaskClient) -> None:
    ask(client, "示例企业园区" * 8)


@pytest.mark.parametrize("path", ["/", "/about", "/chains", "/search", "/nowhere", "/login"])
def test_every_page_has_the_box(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert '<form class="search-form" id="search" role="search" action="/search"' in page
    assert 'name="q"' in page


def test_without_samples_no_sample_is_found(tmp_path: Path) -> None:
    layers = copy_layers(tmp_path / "layers")
    catalog = layers / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(text.replace("demo = true", "demo = false"), encoding="utf-8")
    publish(tmp_path / "out", data=layers)
    client = create_app(Settings(out=tmp_path / "out")).test_client()
    assert "没有找到" in ask(client, "示例")
    assert "没有找到" in ask(client, "CL-TJ-001")
    assert "CL-TJ-001" not in ask(client, "")
    assert "策勒县天津工业园区" in ask(client, "cele")


def test_a_snapshot_from_before_the_search_says_that_it_has_none(
    published: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(published, out)
    store = SnapshotStore(out)
    manifest = store.path(store.current() or "") / "manifest.json"
    document = json.loads(manifest.read_text(encoding="utf-8"))
    del document["files"]["public/search.json"]
    manifest.write_text(json.dumps(document), encoding="utf-8")
    answer = create_app(Settings(out=out)).test_client().get("/search?q=cele")
    assert answer.status_code == 404
