"""The pages of parks, plots and halls, as a reader and a search engine get them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from geo.query import Library, Snapshot
from geo.settings import Settings
from geo.web import create_app
from tests.browser.site import copy_layers, publish

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def shown(published: Path) -> Snapshot:
    return Library(published).current("public")


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return create_app(Settings(out=published)).test_client()


def first(shown: Snapshot, kind: str, **wanted: object) -> str:
    return next(
        key
        for key, feature in shown.of_kind(kind).items()
        if all(feature["properties"].get(name) == value for name, value in wanted.items())
    )


def text_of(html: str) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def linked_data(html: str) -> list[dict[str, Any]]:
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return [json.loads(block) for block in blocks]


# --- every page ------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["parks", "buildings", "parcels"])
def test_everything_that_is_published_has_a_page(
    client: FlaskClient, shown: Snapshot, kind: str, lang: str
) -> None:
    keys = list(shown.of_kind(kind))
    for key in keys if kind != "parcels" else keys[::9]:
        answer = client.get(f"/{kind}/{key}?lang={lang}")
        assert answer.status_code == 200, key
        assert answer.text.count("<h1") == 1
        assert key in answer.text


def test_a_page_says_its_nature_source_and_age(client: FlaskClient, shown: Snapshot) -> None:
    said = text_of(client.get("/parks/CL-DIGI").text)
    assert "示意" in said
    assert "tjbh.com/c/2020-10-14/778792.shtml" in said
    assert "数据截至 2020-10，距今 6 年" in said
    assert "较旧" in said


def test_no_page_has_inline_script_or_style(client: FlaskClient, shown: Snapshot) -> None:
    plot, hall = first(shown, "parcels", on_offer=True), next(iter(shown.of_kind("buildings")))
    for path in ("parks/CL-TJ", f"parcels/{plot}", f"buildings/{hall}", "parks/NOWHERE"):
        text = client.get(f"/{path}").text
        assert not re.search(r"<script(?![^>]*\b(?:src=|type=\"application/ld\+json\"))", text)
        assert not re.search(r"<style|\sstyle=|\son\w+=", text)


def test_a_page_is_kept_for_its_address_and_language(client: FlaskClient) -> None:
    chinese, english = client.get("/parks/CL-TJ"), client.get("/parks/CL-TJ?lang=en")
    assert chinese.headers["ETag"] != english.headers["ETag"]
    assert chinese.headers["Cache-Control"] == "no-cache"
    again = client.get("/parks/CL-TJ", headers={"If-None-Match": chinese.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


# --- a plot ----------------------------------------------------------------------------------


def test_a_plot_says_all_that_is_known(client: FlaskClient, shown: Snapshot) -> None:
    key = next(
        key
        for key, f in shown.of_kind("parcels").items()
        if f["properties"].get("on_offer") and f["properties"].get("reference_price_wan_per_mu")
    )
    p = shown.of_kind("parcels")[key]["properties"]
    said = text_of(client.get(f"/parcels/{key}").text)
    for value in (
        p["supply_method"],
        f"{p['term_years']} 年",
        p["ready_on"],
        f"{p['reference_price_wan_per_mu']:g} 万元/亩",
        shown.site["codes"]["land_use"][p["land_use_code"]]["zh"],
        p["land_use_code"],
        "示例数据",
    ):
        assert value in said
    for code in p["permitted_industries"].split(";"):
        assert shown.site["codes"]["industry"][code]["zh"] in said


def test_what_is_not_known_of_a_plot_becomes_a_question(
    client: FlaskClient, shown: Snapshot
) -> None:
    key = next(
        key
        for key, f in shown.of_kind("parcels").items()
        if f["properties"].get("on_offer")
        and "reference_price_wan_per_mu" not in f["properties"]
        and "gas:none" in f["properties"].get("utilities", "")
    )
    said = text_of(client.get(f"/parcels/{key}").text)
    assert "参考地价是多少？" in said
    assert "出让或租赁公告在哪里查看？" in said
    # There is no gas: that is an answer, not a question.
    questions = said[said.index("待核实：请向园区问") :]
    assert "燃气" not in questions[: questions.index("没有登记不等于没有")]


def test_a_plot_that_cannot_be_had_asks_nothing(client: FlaskClient, shown: Snapshot) -> None:
    key = first(shown, "parcels", state="built")
    assert "待核实：请向园区问" not in client.get(f"/parcels/{key}").text


# --- a park ----------------------------------------------------------------------------------


def test_the_table_beside_the_chart_has_its_numbers(client: FlaskClient, shown: Snapshot) -> None:
    p = shown.of_kind("parks")["CL-TJ"]["properties"]
    html = client.get("/parks/CL-TJ").text
    chart = html[html.index('<div class="land-bar">') :]
    (drawing,) = re.findall(r"<svg.*?</svg>", chart[: chart.index("</div>")], re.DOTALL)
    title = ET.fromstring(drawing).findtext(f"{SVG}title") or ""
    for state in ("offer", "built", "reserved"):
        area = f"{round(p[f'land_{state}_mu']):,} 亩"
        assert area in text_of(chart)
        assert area in title


def test_a_park_lists_what_can_be_had_in_it_and_in_the_parks_inside(
    client: FlaskClient, shown: Snapshot
) -> None:
    html = client.get("/parks/CL-TJ").text
    family = {"CL-TJ", "CL-DIGI", "CL-AGRI"}
    offered = {
        key
        for key, f in shown.of_kind("parcels").items()
        if f["properties"].get("on_offer") and f["properties"]["park_id"] in family
    }
    assert offered <= set(re.findall(r'href="/parcels/([^"?]+)', html))
    assert {"CL-DIGI", "CL-AGRI"} <= set(re.findall(r'href="/parks/([^"?]+)', html))


def test_a_published_figure_has_its_period_source_and_aim(client: FlaskClient) -> None:
    said = text_of(client.get("/parks/CL-DIGI").text)
    assert "32 亿元" in said
    assert "数字电子第5年产值目标 目标" in said
    assert "2020-10" in said
    inconsistent = text_of(client.get("/parks/CL-TJ").text)
    assert "来源有出入" in inconsistent
    # The planned area is of the year of the page that says so, not of the newest source.
    assert "16,005 亩 未注明，约 2010–2012" in inconsistent


def test_written_and_computed_distances_are_told_apart(client: FlaskClient) -> None:
    said = text_of(client.get("/parks/CL-TJ").text)
    written, computed = said.split("沿示意路网推算", 1)
    assert "和田机场 120 km" in written
    assert "来源成文时的距离" in written
    assert "其中路网外" in computed
    assert "示意" in computed
    assert "南疆国际陆港的位置未公布，不给距离" in computed


def test_a_park_without_a_place_has_a_page_with_what_is_known(
    client: FlaskClient, shown: Snapshot
) -> None:
    for key in ("LANDPORT", "KNIT", "MF-PARK"):
        html = client.get(f"/parks/{key}").text
        said = text_of(html)
        assert "位置未公布" in said
        assert ".svg" not in html.replace("favicon.svg", "")
        assert "沿示意路网推算" not in said
        assert client.get(f"/parks/{key}/region.svg").status_code == 404


# --- what machines read ----------------------------------------------------------------------


def test_the_addresses_that_machines_read_are_full(client: FlaskClient) -> None:
    html = client.get("/parks/CL-TJ?lang=en", base_url="https://parks.example").text
    assert '<link rel="canonical" href="https://parks.example/parks/CL-TJ?lang=en">' in html
    links = dict(re.findall(r'rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', html))
    assert links == {
        "zh-Hans": "https://parks.example/parks/CL-TJ",
        "en": "https://parks.example/parks/CL-TJ?lang=en",
        "x-default": "https://parks.example/parks/CL-TJ",
    }
    assert 'property="og:title" content="Cele Tianjin Industrial Park' in html
    (description,) = re.findall(r'name="description" content="([^"]+)"', html)
    assert description.startswith("Cele Tianjin Industrial Park")


def test_the_page_of_one_host_is_not_given_to_another(client: FlaskClient) -> None:
    client.get("/parks/CL-TJ", base_url="https://evil.example")
    assert "evil" not in client.get("/parks/CL-TJ", base_url="https://parks.example").text


def test_the_trail_is_told_and_a_sample_is_no_offer(client: FlaskClient, shown: Snapshot) -> None:
    key = first(shown, "parcels", park_id="CL-AGRI", on_offer=True)
    (trail,) = linked_data(client.get(f"/parcels/{key}").text)
    assert trail["@type"] == "BreadcrumbList"
    items = trail["itemListElement"]
    assert [item["position"] for item in items] == [1, 2, 3, 4]
    assert items[1]["item"] == "http://localhost/parks/CL-TJ"
    assert items[-1]["item"] == f"http://localhost/parcels/{key}"


def test_a_drawn_position_is_not_told_as_a_fact(client: FlaskClient) -> None:
    _, place = linked_data(client.get("/parks/CL-DIGI").text)
    assert place["@type"] == "Place"
    assert place["name"] == "津和数字电子示范区"
    assert place["containedInPlace"]["name"] == "策勒县天津工业园区"
    assert "geo" not in place


# --- maps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("extent", ["near", "region", "regionlet"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_map_is_a_drawing_that_loads_nothing(
    client: FlaskClient, shown: Snapshot, extent: str, lang: str
) -> None:
    hall = next(iter(shown.of_kind("buildings")))
    for path in ("parks/CL-TJ", "parcels/CL-AGRI-003", f"buildings/{hall}"):
        answer = client.get(f"/{path}/{extent}.svg?lang={lang}")
        assert answer.content_type == "image/svg+xml"
        root = ET.fromstring(answer.text)
        assert root.tag == f"{SVG}svg"
        assert root.findtext(f"{SVG}title")
        attributes = {name for element in root.iter() for name in element.attrib}
        assert attributes & {"style", "href", "onload"} == set()


def test_the_map_of_the_region_names_the_park(client: FlaskClient) -> None:
    said = text_of(client.get("/parcels/CL-AGRI-003/region.svg").text)
    assert "策勒县健康农业科技产业园" in said
    assert "津和数字电子示范区" not in said


# --- what is not there -----------------------------------------------------------------------


def test_an_unknown_number_is_answered_with_the_nearest(client: FlaskClient) -> None:
    answer = client.get("/parcels/cl-agri-3")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.findall(r'href="(/parcels/[^"?]+)', answer.text)[0] == "/parcels/CL-AGRI-003"
    assert "canonical" not in answer.text
    english = client.get("/parks/Yutian Shoe Park?lang=en")
    assert 'href="/parks/YT-SHOE?lang=en"' in english.text


@pytest.mark.parametrize("key", ["<script>alert(1)</script>", "%00", "x" * 900, "../CL-TJ", "园"])
def test_a_hostile_number_gets_a_page_too(client: FlaskClient, key: str) -> None:
    answer = client.get(f"/parks/{key}")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert len(answer.text) < 20_000


def test_a_program_gets_a_problem_document(client: FlaskClient) -> None:
    answer = client.get("/parks/NOWHERE", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.get_json(force=True)["code"] == "PLACE_UNKNOWN"


# --- other data ------------------------------------------------------------------------------


def edit_layer(data: Path, name: str, key: str, value: str, **fields: object) -> None:
    path = data / f"{name}.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    for feature in document["features"]:
        if feature["properties"][key] == value:
            feature["properties"] |= fields
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A catalogue without samples, one real plot, and a park with an office."""
    folder = tmp_path_factory.mktemp("real")
    data = copy_layers(folder / "layers")
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(text.replace("demo = true", "demo = false"), encoding="utf-8")
    sure = {"nature": "surveyed", "source": "县自然资源局", "as_of": "2026-10"}
    edit_layer(data, "parcels", "parcel_id", "CL-AGRI-003", **sure)
    office = {"contact_post": "招商服务科", "contact_phone": "0903 671 2345"}
    edit_layer(data, "parks", "park_id", "CL-TJ", **office, contact_email="office@cele.example")
    publish(folder / "out", data=data)
    return create_app(Settings(out=folder / "out")).test_client()


def test_a_real_plot_is_an_offer_with_its_position(real: FlaskClient) -> None:
    _, offer = linked_data(real.get("/parcels/CL-AGRI-003").text)
    assert offer["@type"] == "Offer"
    place = offer["itemOffered"]
    assert place["geo"]["latitude"] == pytest.approx(36.98, abs=0.01)
    assert place["additionalProperty"]["value"] == pytest.approx(22785, abs=5)
    assert "price" not in offer


def test_without_an_office_the_page_says_whom_to_ask_meanwhile(real: FlaskClient) -> None:
    assert "目前可先向于田县主管招商的部门询问" in real.get("/parks/YT-TJ").text


def test_the_office_of_the_park_around_answers_for_a_plot(real: FlaskClient) -> None:
    html = real.get("/parcels/CL-AGRI-003").text
    assert html.count('href="tel:09036712345"') == 2
    assert "由策勒县天津工业园区答复" in html
    assert 'href="mailto:office@cele.example?subject=' in html
    assert "待补充" not in html


def test_without_samples_every_page_still_reads_well(real: FlaskClient) -> None:
    for key in ("CL-TJ", "CL-DIGI", "YT-SHOE", "LANDPORT", "KNIT"):
        for lang, empty in (("zh", "暂无已核实"), ("en", "No verified")):
            answer = real.get(f"/parks/{key}?lang={lang}")
            assert answer.status_code == 200
            assert empty in answer.text
            said = text_of(answer.text)
            assert "示例" not in said
            assert "ample" not in said.replace("example", "")
    assert real.get("/parcels/CL-AGRI-004").status_code == 404
    assert real.get("/buildings/HALL-A-01").status_code == 404
