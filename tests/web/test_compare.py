"""Things side by side by their address, and as a workbook."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from geo.comparison import Cell, Line, amount_of
from geo.query import Library
from geo.settings import Settings
from geo.web import create_app
from geo.wording import Quantity
from tests.browser.site import copy_layers, publish

PLOTS = "parcels/CL-TJ-037,parcels/YT-TJ-053,parcels/CL-AGRI-003"


@pytest.fixture(scope="module")
def app(published: Path) -> Flask:
    return create_app(Settings(out=published))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def lines(body: str) -> dict[str, tuple[bool, list[str]]]:
    """Return of every line whether it is marked as different, and its cells."""
    found = {}
    for attributes, head, rest in re.findall(
        r'<tr([^>]*)>\s*<th scope="row">(.*?)</th>(.*?)</tr>', body, re.S
    ):
        cells = re.findall(r"<td>(.*?)</td>", rest, re.S)
        label = re.split(r"<span", head)[0].strip()
        found[unescape(label)] = ("has-difference" in attributes, [plain(cell) for cell in cells])
        assert ("≠" in head) == ("has-difference" in attributes)
    return found


def addresses(body: str) -> set[str]:
    """Return where the links of a page lead, in plain characters."""
    return {unquote(unescape(address)) for address in re.findall(r'href="([^"]+)"', body)}


def plain(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def test_the_same_fact_of_each_stands_in_one_line(client):
    body = client.get(f"/compare?ids={PLOTS}").text
    found = lines(body)
    assert all(len(cells) == 3 for _, cells in found.values())
    assert found["登记面积"] == (True, ["144.72 亩", "34.6 亩", "34.18 亩"])
    assert found["年限"] == (False, ["50 年", "50 年", "50 年"])
    assert found["参考地价"][1][1:] == ["待核实", "待核实"]


def test_what_is_not_known_differs_from_nothing():
    amount = Cell(Quantity("8", "万元/亩"))
    assert not Line("price", (amount, Cell(), amount)).differs
    assert Line("price", (amount, Cell(Quantity("9", "万元/亩")))).differs


def test_differences_alone_leave_out_the_rest(client):
    whole = lines(client.get(f"/compare?ids={PLOTS}").text)
    short = lines(client.get(f"/compare?ids={PLOTS}&show=differences").text)
    assert short == {label: line for label, line in whole.items() if line[0]}
    assert 0 < len(short) < len(whole)


def test_keys_alone_are_understood(client):
    answer = client.get("/compare?ids=YT-SHOE,CL-TJ")
    assert answer.status_code == 200
    assert "于田鞋产业工业园区" in answer.text
    assert "示例地块" in answer.text


def test_every_park_plot_and_hall_can_be_compared(client, published):
    shown = Library(published).current("public")
    for kind in ("parks", "parcels", "buildings"):
        keys = list(shown.of_kind(kind))[:40]
        for start in range(0, len(keys) - 1, 4):
            ids = ",".join(f"{kind}/{key}" for key in keys[start : start + 4])
            assert client.get(f"/compare?ids={ids}").status_code == 200, ids


@pytest.mark.parametrize(
    "ids, says",
    [
        ("HALL-A-05,CL-TJ", "不能混在一起比较"),
        ("CL-TJ,nowhere", "没有编号为“nowhere”"),
        ("parcels/nowhere,CL-AGRI-003", "没有编号为“nowhere”"),
        ("castles/A", "castles/A"),
        ("CL-AGRI-003,CL-AGRI-004,CL-AGRI-005,CL-TJ-008,CL-TJ-009", "最多并排 4 个"),
    ],
)
def test_what_cannot_stand_side_by_side_is_refused_with_a_way_on(client, ids, says):
    answer = client.get(f"/compare?ids={ids}")
    assert answer.status_code == 400
    assert says in unescape(answer.text)
    first, *others = ids.split(",")
    assert first in answer.text
    assert f"/compare?ids={','.join(others)}" in addresses(answer.text)
    workbook = client.get(f"/compare.xlsx?ids={ids}")
    assert workbook.status_code == 400
    assert says in unescape(workbook.text)


def test_without_a_choice_the_page_says_how_to_make_one(client):
    answer = client.get("/compare")
    assert answer.status_code == 200
    assert "还没有选" in answer.text
    assert 'href="/sites"' in answer.text


def test_one_alone_leads_back_to_the_finder_with_it_chosen(client):
    body = client.get("/compare?ids=HALL-A-05").text
    assert "已选 1 个" in body
    assert "/sites?what=hall&pick=buildings/HALL-A-05" in addresses(body)
    assert "compare.xlsx" not in body
    assert client.get("/compare.xlsx?ids=HALL-A-05").status_code == 400


def sheet_of(answer) -> list[tuple[object, ...]]:
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    book = load_workbook(io.BytesIO(answer.data))
    return list(book.active.iter_rows(values_only=True))


@pytest.mark.parametrize(
    "lang, heading, fact, unit",
    [("zh", "项目", "登记面积", "亩"), ("en", "Fact", "Registered area", "mu")],
)
def test_the_workbook_holds_real_numbers_and_headings_in_the_language(
    client, lang, heading, fact, unit
):
    answer = client.get(f"/compare.xlsx?ids={PLOTS}&lang={lang}")
    head, *rows = sheet_of(answer)
    assert head[1] == heading
    by_fact = {row[1]: row for row in rows if row[1]}
    found = next((row for label, row in by_fact.items() if label == fact), None)
    assert found is not None, list(by_fact)
    assert (found[2], found[3], found[5], found[7]) == (unit, 144.72, 34.6, 34.18)
    assert f"-{lang}.xlsx" in answer.headers["Content-Disposition"]


def test_the_workbook_says_what_is_not_known_and_where_each_thing_is(client):
    _, *rows = sheet_of(client.get(f"/compare.xlsx?ids={PLOTS}"))
    price = next(row for row in rows if row[1] == "参考地价")
    assert (price[3], price[5]) == (6.9, "待核实")
    page = next(row for row in rows if row[1] == "页面")
    assert page[3] == "http://localhost/parcels/CL-TJ-037"


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path):
    data = copy_layers(tmp_path / "layers")
    path = data / "buildings.geojson"
    text = path.read_text(encoding="utf-8").replace("示例厂房 A-05", "=1+1")
    path.write_text(text, encoding="utf-8")
    publish(tmp_path / "out", data=data)
    client = create_app(Settings(out=tmp_path / "out")).test_client()
    answer = client.get("/compare.xlsx?ids=HALL-A-05,HALL-B-02")
    cell = load_workbook(io.BytesIO(answer.data)).active["D1"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("value", ["DN200", "", "1–2"])
def test_only_amounts_become_numbers(value):
    assert amount_of(value) is None
    assert amount_of(Quantity("1,234.5", "m²")) == 1234.5


def test_search_engines_are_led_from_a_comparison_to_the_page_that_makes_them(client):
    body = client.get(f"/compare?ids={PLOTS}&lang=en").text
    assert '<link rel="canonical" href="http://localhost/compare?lang=en">' in body
    answer = client.get(f"/compare.xlsx?ids={PLOTS}")
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_page_of_a_thing_leads_to_comparing_it(client):
    body = client.get("/parcels/CL-AGRI-003").text
    assert "/compare?ids=parcels/CL-AGRI-003" in addresses(body)
