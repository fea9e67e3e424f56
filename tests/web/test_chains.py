"""The page of industry chains."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from tests.browser.site import copy_layers, publish


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return create_app(Settings(out=published)).test_client()


@pytest.fixture(scope="module")
def document(published: Path) -> dict[str, Any]:
    store = SnapshotStore(published)
    path = store.path(store.current() or "") / "public" / "chains.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def card(page: str, chain: str, name: str) -> str:
    """Return the card of a step."""
    section = page.split(f'aria-labelledby="{chain}"')[1].split("</details>\n</section>")[0]
    found = next(c for c in section.split('<li class="chain-node')[1:] if f"<h4>{name}</h4>" in c)
    return found


def publish_changed(folder: Path, change: dict[str, str]) -> FlaskClient:
    layers = copy_layers(folder / "layers")
    for name, text in change.items():
        if text:
            (layers / name).write_text(text, encoding="utf-8")
        else:
            (layers / name).unlink()
    publish(folder / "out", data=layers)
    return create_app(Settings(out=folder / "out")).test_client()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_step_of_every_chain_is_shown_and_is_in_a_table(
    client: FlaskClient, document: dict[str, Any], lang: str
) -> None:
    page = client.get(f"/chains?lang={lang}").text
    for chain in document["chains"]:
        assert f">{chain['title'][lang]}</h2>" in page
        for node in chain["nodes"]:
            assert f"<h4>{node['name'][lang]}</h4>" in page
            assert f'<th scope="row">{node["name"][lang]}</th>' in page


def test_a_gap_is_hatched_says_so_and_lists_what_is_on_offer(client: FlaskClient) -> None:
    gap = card(client.get("/chains").text, "shoes", "鞋面织物")
    assert gap.startswith(" is-gap")
    assert "缺口" in gap
    assert re.search(r"在供地块 \d+ 块 · [\d,.]+ 亩", gap)
    assert 'href="/parcels/YT-TJ-' in gap
    assert 'href="/buildings/HALL-D-02"' in gap
    assert 'href="/sites?industry=C176&amp;what=plot"' in gap
    assert "示例" in gap


def test_a_gap_for_which_nothing_is_on_offer_says_so(client: FlaskClient) -> None:
    gap = card(client.get("/chains").text, "shoes", "皮革鞣制")
    assert "目前没有写明允许该行业" in gap
    assert "/sites" not in gap


def test_a_step_with_firms_names_those_that_may_be_named(client: FlaskClient) -> None:
    step = card(client.get("/chains").text, "farm", "养殖与育种")
    assert 'href="/?sel=enterprises/R-004">津垦牧业肉羊研究院</a>' in step
    assert "示例" not in step


def test_unnamed_firms_are_counted(client: FlaskClient, document: dict[str, Any]) -> None:
    counts = [n["firms"]["unnamed"] for chain in document["chains"] for n in chain["nodes"]]
    assert sum(counts) > 0
    assert len(re.findall("家未公开名称", client.get("/chains").text)) == sum(c > 0 for c in counts)


def test_every_sum_of_samples_is_marked(client: FlaskClient, document: dict[str, Any]) -> None:
    page = client.get("/chains").text
    for chain in document["chains"]:
        for node in chain["nodes"]:
            if node["firms"]["samples"]:
                assert "示例</span>" in card(page, chain["id"], node["name"]["zh"])


def test_the_public_edition_names_no_firm_that_it_may_not(
    published: Path, document: dict[str, Any]
) -> None:
    store = SnapshotStore(published)
    path = store.path(store.current() or "") / "public" / "enterprises.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    named = {f["id"] for f in features if "name_zh" in f["properties"]}
    shown = {
        firm["enterprise_id"]
        for chain in document["chains"]
        for part in (*(n["firms"] for n in chain["nodes"]), chain["unplaced"])
        for firm in part["named"]
    }
    assert shown
    assert shown <= named


def test_without_samples_the_page_reads_well(tmp_path: Path) -> None:
    catalog = (BUNDLED_LAYERS / "catalog.toml").read_text(encoding="utf-8")
    client = publish_changed(
        tmp_path, {"catalog.toml": catalog.replace("demo = true", "demo = false")}
    )
    page = client.get("/chains").text
    assert "示例" not in page
    step = card(page, "knitwear", "针织服装")
    assert step.startswith(" is-unclear")
    assert "待核实" in step
    assert "目前没有写明允许该行业" in step
    assert "鸿星尔克" in page


def test_without_the_file_a_sentence_stands_there(tmp_path: Path) -> None:
    client = publish_changed(tmp_path, {"chains.toml": ""})
    for lang, words in (("zh", "尚未提供产业链资料"), ("en", "No industry chains")):
        answer = client.get(f"/chains?lang={lang}")
        assert answer.status_code == 200
        assert words in answer.text


def test_names_of_a_hostile_file_are_text(tmp_path: Path) -> None:
    text = (BUNDLED_LAYERS / "chains.toml").read_text(encoding="utf-8")
    client = publish_changed(
        tmp_path, {"chains.toml": text.replace("皮革鞣制", "<script>alert(1)</script>")}
    )
    page = client.get("/chains").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
