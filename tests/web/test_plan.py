"""The planners' tables: who sees them, that they say what was published, what they refuse."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from geo import jobs
from geo.export.files import export_file
from geo.export.gis import FORMATS
from geo.i18n import message
from geo.planning import overview
from geo.planning.documents import fixed
from geo.query import Library, Snapshot
from geo.settings import Settings
from geo.state import audit, open_state, waivers
from geo.state import jobs as rows
from geo.storage.snapshots import SnapshotStore
from geo.times import today
from geo.web import exports
from geo.wording import Wording
from tests.browser.mappage import texts
from tests.web.crawling import read_page
from tests.web.people import client_of, token_of

PAGES = (
    "/plan",
    "/plan/balance",
    "/plan/rates",
    "/plan/indicators",
    "/plan/ranking",
    "/plan/exports",
)
PARK = "CL-AGRI"


@pytest.fixture(scope="module")
def shown(published: Path) -> Snapshot:
    return Library(published).current("staff")


@pytest.fixture
def no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are recorded, and done by the test itself instead of a process of their own."""
    monkeypatch.setattr(jobs, "_start", lambda *_: None)


def sheet_of(shown: Snapshot, park: str) -> dict:
    sheets = shown.document("balance.json")["sheets"]
    return next(one for one in sheets if one["scope"] == "park" and one["key"] == park)


def plain(text: str) -> str:
    """Return what a page says, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def sentence(code: str, lang: str = "zh") -> str:
    """Return the longest part of an error's sentence that is always the same."""
    return max(re.split(r"\{\w+\}", texts(lang)[f"error.{code}"]), key=len)


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of a page."""
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", text, re.DOTALL)
    return [[plain(c).strip() for c in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", r, re.DOTALL)]
            for r in found]  # fmt: skip


# --- who sees them ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_table_without_an_account(anyone: FlaskClient, path: str) -> None:
    assert anyone.get(path).status_code == 302
    as_program = anyone.get(path, headers={"Accept": "application/json"})
    assert as_program.status_code == 401


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_viewer_reads_every_table_privately(wang: FlaskClient, path: str, lang: str) -> None:
    answer = wang.get(path, query_string={"lang": lang})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    page = read_page(answer.text)
    assert len(page.headings) == 1
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids))
    assert "plan_" not in page.main, "a key in place of its text"
    assert f'href="/plan{"?lang=en" if lang == "en" else ""}"' in answer.text


def test_the_ways_lead_to_every_page_and_drafts_are_for_the_staff(
    li: FlaskClient, wang: FlaskClient
) -> None:
    for path in PAGES:
        page = li.get(path).text
        for other in (*PAGES, "/plan/findings", "/plan/map", "/plan/swipe", "/plan/drafts"):
            assert f'href="{other}"' in page, (path, other)
        assert page.count('aria-current="page"') == 2, path
        assert 'href="/plan/drafts"' not in wang.get(path).text


@pytest.mark.parametrize("path", ["/", "/about", "/parks/CL-TJ", "/sitemap.xml"])
def test_no_public_page_names_the_tables(anyone: FlaskClient, path: str) -> None:
    assert "/plan" not in anyone.get(path).text


def test_before_the_first_publish_the_pages_say_so(tmp_path: Path) -> None:
    from tests.web.people import add_people

    add_people(tmp_path / "out")
    client = client_of(tmp_path / "out", "wang")
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 503
        assert sentence("NOT_PUBLISHED") in html.unescape(answer.text)


# --- the overview ----------------------------------------------------------------------------


def test_the_overview_measures_the_land_as_the_tables_do(shown: Snapshot) -> None:
    page = overview.describe_overview(shown, [], Wording("zh"))
    sheets = shown.document("balance.json")["sheets"]
    rates = {one["key"]: one["rates"] for one in shown.document("rates.json")["parks"]}
    assert [one["scope"] for one in page["scopes"]][:2] == ["all", "county:653225"]
    for one, sheet in zip(page["scopes"], sheets, strict=True):
        planned, supplied, built, _ = one["amounts"]
        assert planned["ha"] == fixed(sheet["total"]["planned"]["ha"])
        assert built["ha"] == fixed(sheet["existing"]["built_ha"])
        assert one["plots"] == sheet["plots"]
        if sheet["scope"] == "park":  # the bundle has construction land alone
            part = rates[sheet["key"]]["supply"]["numerator"]
            assert supplied["ha"] == fixed(part["area"]["ha"])


def test_land_on_offer_is_that_of_the_plots_on_offer(shown: Snapshot) -> None:
    plots = [one["properties"] for one in shown.of_kind("parcels").values()]
    offered = [p["area_mu"] for p in plots if p["on_offer"] and p["park_id"] == PARK]
    page = overview.describe_overview(shown, [], Wording("zh"))
    park = next(one for one in page["scopes"] if one["key"] == PARK)
    offer = next(one for one in park["amounts"] if one["name"] == "offer")
    assert offered
    assert offer["plots"] == len(offered)
    assert offer["mu"] == fixed(sum(offered), 1)


def test_the_overview_counts_what_is_open_by_rule(li: FlaskClient, shown: Snapshot) -> None:
    found = shown.document("findings.json")
    page = plain(li.get("/plan").text)
    for rule in {one["rule"] for one in found if one["severity"] in ("error", "warning")}:
        count = sum(one["rule"] == rule for one in found)
        assert re.search(rf"{message(f'data_rule.{rule}', 'zh')} 提醒 {count}\b", page), rule
    assert "STALE" not in page and message("data_rule.STALE", "zh") not in page


def test_a_waived_finding_is_not_open(out: Path, li: FlaskClient, shown: Snapshot) -> None:
    idle = [one for one in shown.document("findings.json") if one["rule"] == "LAND_IDLE"]
    state = open_state(Settings(out=out))
    until = waivers.last_day(today())
    waivers.grant(state, idle[0], reason="已与企业约定", until=until, by="li", on=today())
    page = li.get("/plan").text
    assert f"{len(idle) - 1} 宗。" in page
    assert idle[0]["id"] not in page and idle[1]["id"] in page


# --- the balance sheet -----------------------------------------------------------------------


@pytest.mark.parametrize("level", ["1", "2", "3"])
def test_the_sheet_has_the_published_numbers_and_they_add_up(
    li: FlaskClient, shown: Snapshot, level: str
) -> None:
    sheet = sheet_of(shown, PARK)
    text = li.get(f"/plan/balance?scope=park:{PARK}&level={level}").text
    cells = table_rows(text)
    rows_ = [row for row in cells if re.fullmatch(r"\d{2,6}", row[0])]
    wanted = [row for group in sheet["levels"][level] for row in group["rows"]]
    assert [row[0] for row in rows_] == [row["code"] for row in wanted]
    for row, known in zip(rows_, wanted, strict=True):
        assert row[2] == str(known["plots"])
        assert row[6:9] == [fixed(known["planned"][n]) for n in ("ha", "mu", "share")]
    numbers = [float(row[6].replace(",", "")) for row in rows_]
    total = next(row for row in cells if row[1] == "总计")
    assert round(sum(numbers), 2) == float(total[6].replace(",", "")) == 51.64
    share = next(row for row in cells if row[1] == "建设用地合计")
    assert share[8] == "100.00"


def test_the_sheet_says_which_area_is_meant_and_how_it_is_known(li: FlaskClient) -> None:
    page = plain(li.get(f"/plan/balance?scope=park:{PARK}").text)
    assert "策勒县健康农业科技产业园用地平衡表" in page
    assert "椭球面积，CGCS2000" in page
    assert "示例 51.64 公顷（100.0 %）" in page
    assert "有现状记录 12.78 公顷，未记录现状用途 38.86 公顷" in page


def test_the_sheet_can_be_of_plane_areas_and_names_the_zone(
    li: FlaskClient, shown: Snapshot
) -> None:
    plane = shown.document("balance.json")["plane"]["sheets"]
    sheet = next(one for one in plane if one["key"] == PARK)
    text = li.get(f"/plan/balance?scope=park:{PARK}&area=plane").text
    page = plain(text)
    assert "平面面积，CGCS2000 3 度带第 27 带（中央经线 81°E，EPSG:4515）" in page
    assert "椭球面积，CGCS2000" not in page
    total = next(row for row in table_rows(text) if row[1] == "总计")
    assert total[7] == fixed(sheet["total"]["planned"]["mu"])
    assert sheet["total"]["planned"]["mu"] != sheet_of(shown, PARK)["total"]["planned"]["mu"]
    assert "area=plane" in text, "the way to the workbook keeps the choice"
    english = li.get(f"/plan/balance?scope=park:{PARK}&area=plane&lang=en").text
    assert "plane area, CGCS2000, 3-degree zone 27 (meridian 81° E, EPSG:4515)" in english


def test_a_snapshot_without_plane_areas_asks_for_a_publish(out: Path, li: FlaskClient) -> None:
    path = folder_of(out) / "balance.json"
    document = json.loads(path.read_text("utf-8"))
    del document["plane"]
    path.write_text(json.dumps(document), "utf-8")
    assert li.get("/plan/balance").status_code == 200
    answer = li.get("/plan/balance?area=plane")
    assert answer.status_code == 404
    assert sentence("PLAN_TABLES_MISSING", "zh") in html.unescape(answer.text)


def test_land_that_is_not_for_building_stands_below_the_hundred_percent(
    out: Path, li: FlaskClient
) -> None:
    path = folder_of(out) / "balance.json"
    document = json.loads(path.read_text("utf-8"))
    sheet = document["sheets"][0]
    group = sheet["levels"]["1"][0]
    other = {**group, "group": "other", "rows": [{**group["rows"][0], "code": "17"}]}
    other["planned"] = other["rows"][0]["planned"] = {"ha": 1.5, "mu": 22.5, "share": None}
    sheet["levels"]["1"].append(other)
    path.write_text(json.dumps(document), "utf-8")
    text = li.get("/plan/balance?level=1").text
    assert text.index("建设用地合计") < text.index(">17<") < text.index("非建设用地合计")
    row = next(row for row in table_rows(text) if row[0] == "17")
    assert row[6:9] == ["1.50", "22.50", "—"]


def test_a_park_without_plots_has_a_page_that_says_so(li: FlaskClient, shown: Snapshot) -> None:
    empty = shown.document("balance.json")["empty"]
    assert empty
    answer = li.get(f"/plan/balance?scope=park:{empty[0]}")
    assert answer.status_code == 200
    assert "没有地块资料，编不出平衡表" in answer.text


# --- the rates -------------------------------------------------------------------------------


def test_a_rate_has_its_parts_or_the_reason(li: FlaskClient, shown: Snapshot) -> None:
    parks = {one["key"]: one for one in shown.document("rates.json")["parks"]}
    built = parks[PARK]["rates"]["building"]
    value = built["numerator"]["area"]["mu"] / built["denominator"]["area"]["mu"]
    assert built["value"] == pytest.approx(value, abs=1e-4)
    assert round(191.68 / 352.88, 4) == 0.5432, "as the next line has it"
    page = plain(li.get("/plan/rates").text)
    assert "土地建成率 54.32 % 已建成城镇建设用地 12.78 公顷（191.68 亩） 示例" in page
    assert "不能计算 因为园区没有填已达到供地条件的面积（supply_ready_mu）" in page
    names = [parks[key]["name"]["zh"] for key in shown.document("balance.json")["empty"]]
    assert all(name in page for name in names)


# --- indicators ------------------------------------------------------------------------------


def test_an_indicator_stands_against_its_limit_with_sign_and_word(li: FlaskClient) -> None:
    page = table_rows(li.get("/plan/indicators?park=CL-DIGI&state=below").text)
    row = next(row for row in page if row[0].startswith("CL-DIGI-002"))
    assert row[1] == "0.34 限 1–2.5 · 规划条件 ▼ 低于下限"
    assert row[3] == "0.17 限 ≤ 0.2 · 规划条件 ✓ 符合"
    assert row[4] == "0.025 限 ≤ 0.07 · 行业标准 ✓ 符合 请核对"


def test_every_indicator_is_the_published_one(li: FlaskClient, shown: Snapshot) -> None:
    document = shown.document("indicators.json")
    w = Wording("zh")
    for by in ("plots", "firms", "parks"):
        known = {one["key"]: one for one in document[by]}
        text = li.get(f"/plan/indicators?by={by}&park={PARK}").text
        rows_ = [row for row in table_rows(text) if len(row) == 1 + len(document["indicators"])][1:]
        assert rows_
        for row in rows_:
            one = next(one for key, one in known.items() if re.search(rf"\b{key}\b", row[0])
                       or one.get("name", {}).get("zh") == row[0])  # fmt: skip
            for cell, name in zip(row[1:], document["indicators"], strict=True):
                assert cell.split(" ")[0] == (w.number(one["values"].get(name), 3) or "—")


def test_the_state_chooses_and_a_page_has_a_hundred(li: FlaskClient, shown: Snapshot) -> None:
    plots = shown.document("indicators.json")["plots"]
    below = [one["key"] for one in plots if "below" in one["verdicts"].values()]
    text = li.get("/plan/indicators?state=below").text
    assert re.findall(r"sel=parcels/([\w-]+)", text) == below
    first = re.findall(r"sel=parcels/([\w-]+)", li.get("/plan/indicators").text)
    second = re.findall(r"sel=parcels/([\w-]+)", li.get("/plan/indicators?page=2").text)
    assert (len(first), first + second) == (100, [one["key"] for one in plots])
    assert li.get("/plan/indicators?page=99").text.count("sel=parcels/") == len(second)
    assert li.get("/plan/indicators?page=x").status_code == 200


def test_a_park_without_plots_has_no_indicators(li: FlaskClient) -> None:
    assert "没有符合条件的记录" in li.get("/plan/indicators?park=TOY").text


def test_the_ranking_tells_its_weights_and_keeps_samples_apart(
    li: FlaskClient, shown: Snapshot
) -> None:
    ranking = shown.document("indicators.json")["ranking"]
    text = li.get("/plan/ranking").text
    page = plain(text)
    for one in ranking["rule"]["weights"]:
        name = message(f"plan_indicator.{one['indicator']}", "zh")
        assert re.search(rf"{re.escape(name)} \S+ {one['points']:g} ", page), name
    assert page.index("实际企业") < page.index("资料齐全的企业太少") < page.index("示例企业 045")
    firms = ranking["groups"][1]["firms"]
    ranked = [row for row in table_rows(text) if re.search(r"\bE-\d+$", row[0])]
    assert [row[2] for row in ranked] == [one["class"] for one in firms]
    assert [float(row[3]) for row in ranked] == [one["points"] for one in firms]
    assert "请核对" in page and "未评价的企业" in page


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/plan/balance?level=4", 400, "PLAN_OPTION"),
        ("/plan/balance?area=web", 400, "PLAN_OPTION"),
        ("/plan/balance?scope=park:NOWHERE", 404, "PLAN_SCOPE_UNKNOWN"),
        ("/plan/balance?scope=county:TOY", 404, "PLAN_SCOPE_UNKNOWN"),
        ("/plan/balance?scope=%3Cscript%3E", 404, "PLAN_SCOPE_UNKNOWN"),
        ("/plan/indicators?by=halls", 400, "PLAN_OPTION"),
        ("/plan/indicators?state=good", 400, "PLAN_OPTION"),
        ("/plan/indicators?park=NOWHERE", 404, "PLAN_SCOPE_UNKNOWN"),
        ("/plan/exports/nowhere-at-all", 404, "JOB_UNKNOWN"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_bad_parameter_gets_a_page_that_helps(
    li: FlaskClient, path: str, status: int, code: str, lang: str
) -> None:
    answer = li.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    assert answer.status_code == status
    assert sentence(code, lang) in html.unescape(answer.text)
    assert "<script>" not in answer.text


def test_a_snapshot_without_the_sums_of_the_overview_asks_for_a_publish(out: Path) -> None:
    manifest = folder_of(out).parent / "manifest.json"
    document = json.loads(manifest.read_text("utf-8"))
    del document["files"]["staff/overview.json"]
    manifest.write_text(json.dumps(document), "utf-8")
    client = client_of(out, "li")
    answer = client.get("/plan")
    assert answer.status_code == 404
    assert sentence("PLAN_TABLES_MISSING") in html.unescape(answer.text)
    assert client.get("/plan/balance").status_code == 200


@pytest.mark.parametrize("path", ["/plan", "/plan/balance", "/plan/rates", "/plan/indicators"])
def test_a_snapshot_without_tables_asks_for_a_publish(out: Path, path: str) -> None:
    manifest = folder_of(out).parent / "manifest.json"
    document = json.loads(manifest.read_text("utf-8"))
    for name in ("balance", "rates", "indicators"):
        del document["files"][f"staff/{name}.json"]
    manifest.write_text(json.dumps(document), "utf-8")
    answer = client_of(out, "li").get(path)
    assert answer.status_code == 404
    assert sentence("PLAN_TABLES_MISSING") in html.unescape(answer.text)


def folder_of(out: Path) -> Path:
    store = SnapshotStore(out)
    return store.path(store.current() or "") / "staff"


# --- exports ---------------------------------------------------------------------------------


def ask(client: FlaskClient, **fields: str) -> object:
    fields["csrf_token"] = token_of(client.get("/plan/exports"))
    return client.post("/plan/exports", data=fields)


def finish(out: Path, job_id: str) -> None:
    """Do the work of a job, as its process would."""
    settings, state = Settings(out=out), open_state(Settings(out=out))
    job = rows.get(state, job_id)
    document = export_file(settings, jobs.folder_of(settings, job_id), job.params)
    jobs.write_result(settings, job_id, "report.json", json.dumps(document).encode())
    rows.update(state, job_id, state="done")


def test_the_form_offers_what_can_be_written(li: FlaskClient, shown: Snapshot) -> None:
    assert {name: one.systems for name, one in FORMATS.items()} == exports.SYSTEMS
    assert exports.suggest_zone(shown) == "EPSG:4515"
    text = li.get("/plan/exports?format=dxf&crs=EPSG:4536&park=YT-TJ").text
    assert re.search(r'value="EPSG:4515">[^<]*第 27 带[^<]*建议', text)
    for value in ("dxf", "EPSG:4536", "YT-TJ"):
        assert f'value="{value}" selected' in text
    assert 'value="TOY"' not in text, "a park without plots has no map"
    for path in ("4513", "4514", "4515", "4516", "4534", "4537", "4491", "4492"):
        assert f'value="EPSG:{path}"' in text


def test_a_viewer_gets_a_file_that_nobody_keeps(
    out: Path, wang: FlaskClient, no_start: None
) -> None:
    answer = ask(wang, format="xlsx")
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert "data-address" in wang.get(place).text
    assert wang.get(f"{place}.json").json["state"] == "queued"
    assert wang.get(f"{place}/file").status_code == 404
    finish(out, place.rpartition("/")[2])
    assert f'href="{place}/file"' in wang.get(place).text
    file = wang.get(f"{place}/file", buffered=True)
    assert file.status_code == 200
    assert file.headers["Cache-Control"] == "private, no-store"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    version = SnapshotStore(out).current()
    assert file.headers["Content-Disposition"] == f"attachment; filename=report-{version}.xlsx"
    assert "用地平衡表二级" in load_workbook(io.BytesIO(file.data)).sheetnames


def test_a_second_click_leads_to_the_file_that_is_under_way(
    out: Path, li: FlaskClient, no_start: None
) -> None:
    asked = {"format": "shp", "layer": "parcels", "crs": ""}
    first = ask(li, **asked).headers["Location"]
    assert ask(li, **asked).headers["Location"] == first
    assert ask(li, **{**asked, "format": "gpkg"}).headers["Location"] != first
    assert ask(client_of(out, "wang"), **asked).headers["Location"] != first, "of another person"
    logged = [e.detail.get("id") for e in audit.entries(open_state(Settings(out=out)), limit=9)]
    assert logged.count(first.rpartition("/")[2]) == 1
    finish(out, first.rpartition("/")[2])
    assert ask(li, **asked).headers["Location"] != first, "what is done is made anew"


def test_a_file_of_another_version_is_another_file(
    out: Path, li: FlaskClient, no_start: None
) -> None:
    asked = {"format": "shp", "layer": "parcels", "crs": ""}
    first = ask(li, **asked).headers["Location"]
    job = jobs.look_up(Settings(out=out), open_state(Settings(out=out)), first.rpartition("/")[2])
    rows.update(open_state(Settings(out=out)), job.id, params={**job.params, "version": "old"})
    assert ask(li, **asked).headers["Location"] != first


def test_the_workbook_can_have_plane_areas(out: Path, li: FlaskClient, no_start: None) -> None:
    place = ask(li, format="xlsx", area="plane").headers["Location"]
    finish(out, place.rpartition("/")[2])
    file = li.get(f"{place}/file", buffered=True)
    assert "report-plane-" in file.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(file.data))
    assert "平面面积，CGCS2000" in book["用地平衡表一级"]["A1"].value
    assert "规划工作簿 · 平面面积" in plain(li.get("/plan/exports").text)


def test_the_findings_are_a_layer_among_the_others(
    out: Path, li: FlaskClient, no_start: None
) -> None:
    assert '<option value="findings">' in li.get("/plan/exports").text
    place = ask(li, format="geojson", layer="findings", crs="").headers["Location"]
    finish(out, place.rpartition("/")[2])
    file = json.loads(li.get(f"{place}/file", buffered=True).data)
    assert len(file["features"]) == len(json.loads((folder_of(out) / "findings.json").read_text()))


def test_the_page_of_jobs_leads_to_the_file(out: Path, li: FlaskClient, no_start: None) -> None:
    place = ask(li, format="shp", layer="parcels", crs="EPSG:4515").headers["Location"]
    job = place.rpartition("/")[2]
    assert li.get(f"/data/jobs/{job}").headers["Location"] == place
    finish(out, job)
    assert li.get(f"/data/jobs/{job}").headers["Location"] == place
    page = plain(li.get(place).text)
    assert "393 条记录 · EPSG:4515" in page
    body = li.get(f"{place}/file", buffered=True).data
    assert "parcels.shp" in zipfile.ZipFile(io.BytesIO(body)).namelist()
    assert place in li.get("/plan/exports").text


def test_an_export_is_in_the_log(out: Path, li: FlaskClient, no_start: None) -> None:
    ask(li, format="map", park=PARK)
    entry = audit.entries(open_state(Settings(out=out)), limit=1)[0]
    assert (entry.by, entry.action, entry.detail["park"]) == ("li", "export", PARK)
    page = plain(li.get("/audit?action=export").text)
    version = SnapshotStore(out).current()
    told = f"li 导出文件 格式 map 园区 {PARK} 版本 {version} 编号 {entry.detail['id']}"
    assert told in page


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"format": "doc"}, 400, "EXPORT_FORMAT"),
        ({"format": "shp", "layer": "nothing"}, 404, "LAYER_UNKNOWN"),
        ({"format": "shp", "crs": "EPSG:3857"}, 400, "EXPORT_CRS"),
        ({"format": "dxf", "crs": "EPSG:4326"}, 400, "EXPORT_PLANE"),
        ({"format": "geojson", "crs": "EPSG:4515"}, 400, "EXPORT_DEGREES"),
        ({"format": "map", "park": "../../etc"}, 404, "PLAN_SCOPE_UNKNOWN"),
        ({"format": "map", "park": "TOY"}, 404, "MAP_NO_PLOTS"),
        ({"format": "dxf", "layer": "findings"}, 400, "EXPORT_FORMAT"),
        ({"format": "xlsx", "area": "web"}, 400, "PLAN_OPTION"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(
    out: Path, li: FlaskClient, no_start: None, fields: dict[str, str], status: int, code: str
) -> None:
    answer = ask(li, **fields)
    assert answer.status_code == status
    assert sentence(code) in html.unescape(answer.text)
    assert rows.recent(open_state(Settings(out=out)), 5) == []


def test_a_form_without_a_token_starts_nothing(out: Path, li: FlaskClient, no_start: None) -> None:
    assert li.post("/plan/exports", data={"format": "xlsx"}).status_code == 400
    assert rows.recent(open_state(Settings(out=out)), 5) == []


def test_a_viewer_stops_only_what_is_their_own(
    out: Path, li: FlaskClient, wang: FlaskClient, no_start: None
) -> None:
    hers = ask(li, format="xlsx").headers["Location"]
    his = ask(wang, format="xlsx").headers["Location"]
    assert "/cancel" not in wang.get(hers).text
    token = token_of(wang.get(his))
    assert wang.post(f"{hers}/cancel", data={"csrf_token": token}).status_code == 404
    assert wang.post(f"{his}/cancel", data={"csrf_token": token}).status_code == 303
    state = open_state(Settings(out=out))
    assert rows.get(state, hers.rpartition("/")[2]).state == "queued"
    assert rows.get(state, his.rpartition("/")[2]).state == "cancelled"
    assert audit.entries(state, limit=1)[0].action == "job_cancelled"


def test_a_file_that_is_gone_says_what_to_do(out: Path, li: FlaskClient, no_start: None) -> None:
    place = ask(li, format="csv", layer="parks").headers["Location"]
    finish(out, place.rpartition("/")[2])
    folder = jobs.folder_of(Settings(out=out), place.rpartition("/")[2])
    (folder / "export.csv").unlink()
    for path in (place, f"{place}/file"):
        answer = li.get(path)
        assert answer.status_code == 404
        assert "请到“规划 · 导出”重新生成" in html.unescape(answer.text)


def test_another_kind_of_job_is_no_export(out: Path, li: FlaskClient) -> None:
    job = rows.create(open_state(Settings(out=out)), kind="prepare", by="li", params={})
    for path in ("", ".json", "/file"):
        assert li.get(f"/plan/exports/{job.id}{path}").status_code == 404


def test_the_map_is_a_job_too(out: Path) -> None:
    target = out / "maps"
    target.mkdir()
    done = export_file(Settings(out=out), target, {"format": "map", "park": PARK, "lang": "en"})
    assert done["stored"] == "map.pdf" and done["file"].startswith(f"map-{PARK}-")
    assert (target / "map.pdf").read_bytes().startswith(b"%PDF")
    assert "path" not in done
