"""The finder by its address: what it says without a browser."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.match.offers import read_offers
from geo.query import Library, Snapshot
from geo.settings import Settings
from geo.web import create_app
from tests.browser.site import copy_layers, publish


@pytest.fixture(scope="module")
def app(published: Path) -> Flask:
    return create_app(Settings(out=published))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def shown(published: Path) -> Snapshot:
    return Library(published).current("public")


def texts(body: str, tag: str, css: str) -> list[str]:
    """Return what elements of a class say, without their tags."""
    found = re.findall(rf'<{tag}[^>]*class="[^"]*\b{css}\b[^"]*"[^>]*>(.*?)</{tag}>', body, re.S)
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", text))).strip() for text in found]


def offers(body: str) -> dict[str, tuple[str, str]]:
    """Return of every offer listed its tone and its text, by its key."""
    found = re.findall(r'<li class="offer is-(\w+)" id="([^"]+)"(.*?)\n</li>', body, re.S)
    return {unescape(key): (tone, unescape(rest)) for tone, key, rest in found}


def found_on_map(body: str) -> dict[str, object]:
    data = re.search(r'id="finder-data">(.*?)</script>', body, re.S)
    assert data
    document: dict[str, object] = json.loads(data[1])
    return document


def test_everything_on_offer_is_listed_if_nothing_is_asked(client, shown):
    body = client.get("/sites").text
    count = len(read_offers(shown, "parcels"))
    assert f"在供 {count} 处" in body
    assert len(offers(body)) == 20
    last = client.get("/sites?page=999").text
    assert 0 < len(offers(last)) <= 20
    assert not offers(body).keys() & offers(last).keys()


def test_every_card_says_how_it_answers(client):
    body = client.get("/sites?what=hall&area_min=5000&load=0.8").text
    listed = offers(body)
    assert {tone for tone, _ in listed.values()} == {"met", "unknown", "not"}
    for tone, text in listed.values():
        answers = re.findall(r'class="answer is-(\w+)"', text)
        assert len(answers) == 2
        assert ("not" in answers) == (tone == "not")
        assert ("unknown" in answers and tone != "not") == (tone == "unknown")
    order = [tone for tone, _ in listed.values()]
    assert order == sorted(order, key=["met", "unknown", "not"].index)


def test_an_unknown_is_a_question_and_not_a_no(client):
    body = client.get("/sites?what=hall&load=0.8").text
    tone, text = offers(body)["HALL-A-05"]
    assert tone == "unknown"
    assert "荷载未登记，待核实" in text
    assert "楼面荷载是多少（荷载 ≥ 0.8 t/m²）？" in text


def test_a_no_says_why(client):
    _, text = offers(client.get("/sites?what=hall&load=0.8").text)["HALL-A-03"]
    assert "荷载 0.75 t/m² < 0.8 t/m²" in text


def test_of_a_hall_that_is_partly_let_the_free_area_is_a_question(client):
    tone, text = offers(client.get("/sites?what=hall&area_min=9000").text)["HALL-A-03"]
    assert tone == "unknown"
    assert "可租面积至多 9,760 m²，待核实" in text


def test_an_industry_whose_groups_plots_tell_apart_asks_back(client):
    body = client.get("/sites?industry=C19").text
    groups = re.search(r'<ul class="groups">(.*?)</ul>', body, re.S)
    assert groups
    # Also a group that nowhere is permitted: the tanner must get an answer.
    for code in ("C191", "C192", "C195"):
        assert f"industry={code}" in groups[1]
    assert all(tone != "met" for tone, _ in offers(body).values())
    exact = client.get("/sites?industry=C195").text
    assert '<ul class="groups">' not in exact
    assert "met" in {tone for tone, _ in offers(exact).values()}


def test_adjoining_plots_are_offered_as_one(client):
    body = client.get("/sites?area_min=120&industry=C195").text
    joined = {key: text for key, (_, text) in offers(body).items() if "+" in key}
    assert joined
    for key, text in joined.items():
        assert "相邻地块合并" in text
        for member in key.split("+"):
            assert f'href="/parcels/{member}"' in text


def test_the_same_area_in_another_unit_finds_the_same(client):
    found = [
        list(offers(client.get(f"/sites?area_min={amount}&unit={unit}").text))
        for amount, unit in (("60", "mu"), ("4", "ha"), ("40000", "m2"))
    ]
    assert found[0] == found[1] == found[2]


def test_each_condition_can_be_taken_away_by_a_link(client):
    body = client.get("/sites?area_min=60&industry=C195&util=gas&util=water").text
    chips = [unescape(c) for c in re.findall(r'class="filter-chip" href="([^"]+)"', body)]
    assert len(chips) == 4
    assert "?area_min=60&industry=C195&util=gas" in chips
    assert all(client.get(f"/sites{chip}").status_code == 200 for chip in chips)


def test_if_nothing_fits_the_page_says_what_to_leave_out(client):
    body = client.get("/sites?area_min=1000&industry=C195").text
    assert "没有一处全部符合" in body
    relax = re.search(r'<div class="relax">(.*?)</div>', body, re.S)
    assert relax
    assert "面积 ≥ 1,000 亩" in relax[1]
    without = client.get("/sites" + unescape(re.findall(r'href="([^"]+)"', relax[1])[0])).text
    assert "met" in {tone for tone, _ in offers(without).values()}


def test_list_and_map_show_the_same_offers_in_the_same_order(client):
    body = client.get("/sites?what=hall&area_min=5000").text
    on_map = found_on_map(body)
    assert [offer["key"] for offer in on_map["offers"]] == list(offers(body))
    fitting = [offer for offer in on_map["offers"] if offer["rank"]]
    assert [offer["rank"] for offer in fitting] == list(range(1, len(fitting) + 1))
    assert sum(park["count"] for park in on_map["parks"].values()) == len(fitting)


def test_what_is_chosen_stays_in_the_address_up_to_four(client):
    body = client.get("/sites?pick=parcels/CL-AGRI-003").text
    assert "已选 1 个" in body
    ids = ",".join(f"parcels/CL-AGRI-00{i}" for i in (3, 4, 5))
    more = client.get(f"/sites?pick={ids}").text
    links = {unquote(unescape(address)) for address in re.findall(r'href="([^"]+)"', more)}
    assert f"/compare?ids={ids}" in links
    full = client.get(f"/sites?pick={ids},parcels/CL-TJ-008").text
    assert "data-pick" in full
    assert "加入比较<" not in full


def test_plots_and_halls_are_not_chosen_together(client):
    body = client.get("/sites?area_min=10&industry=C13&pick=parcels/CL-AGRI-003").text
    switch = re.search(r'<nav class="segmented".*?</nav>', body, re.S)
    assert switch
    assert "?what=hall&amp;industry=C13" in switch[0]
    assert "pick" not in switch[0]


@pytest.mark.parametrize(
    "query, says",
    [
        ("area_min=many", "“面积不少于”要填一个不小于零的数。现在是“many”。"),
        ("area_min=20&area_max=10", "面积下限 20 大于上限 10"),
        ("industry=C99", "行业表里没有“C99”"),
        ("county=110000", "“县”里没有“110000”这一项"),
        ("ready=soon", "“最晚交付”要写成年、年月或日期"),
        ("page=0", "没有第“0”页"),
        ("pick=what", "what"),
        ("util=magic", "“公用设施”里没有“magic”这一项"),
    ],
)
def test_what_cannot_be_understood_is_said_beside_the_form(client, query, says):
    answer = client.get(f"/sites?{query}")
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert says in unescape(answer.text)
    assert 'id="ask"' in answer.text
    assert offers(answer.text) == {}


def test_hostile_values_stay_text(client):
    answer = client.get("/sites", query_string={"area_min": '"><script>alert(1)</script>'})
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


def test_an_address_may_be_in_english(client):
    body = client.get("/sites?what=hall&load=0.8&lang=en").text
    assert "Floor load not recorded, to be checked" in body
    assert 'hreflang="zh-Hans" href="http://localhost/sites?what=hall&amp;load=0.8"' in body


def test_nothing_of_the_page_runs_inline(client):
    body = client.get("/sites?area_min=60").text
    scripts = re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", body)
    assert scripts == []
    assert not re.search(r"<style|\sstyle=|\son\w+=", body)


def test_without_samples_there_is_nothing_to_find_and_the_page_says_so(tmp_path):
    data = copy_layers(tmp_path / "layers")
    catalog = (data / "catalog.toml").read_text(encoding="utf-8")
    (data / "catalog.toml").write_text(
        catalog.replace("demo = true", "demo = false"), encoding="utf-8"
    )
    publish(tmp_path / "out", data=data)
    client = create_app(Settings(out=tmp_path / "out")).test_client()
    for query, says in (("", "暂无已核实地块"), ("?what=hall&load=0.8", "暂无已核实厂房")):
        answer = client.get(f"/sites{query}")
        assert answer.status_code == 200
        assert says in answer.text
        assert "示例" not in answer.text
        assert found_on_map(answer.text)["offers"] == []
