"""The report for planners: what stands in its sheets, here and in LibreOffice."""

import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.cli import main
from geo.errors import BadRequest, NotFound
from geo.export.planning import balance_sheet, indicators_sheet
from geo.export.published import read_published
from geo.export.ranking import ranking_sheet
from geo.export.records import SUMMED, findings_sheet, record_sheet
from geo.export.sheets import HEADING_ROW, Column, Sheet, Sum, build_workbook
from geo.export.workbook import write_report
from geo.model import KINDS
from geo.query import Library
from geo.settings import Settings
from tests.export.office import opened

BALANCES = {"1": "用地平衡表一级", "2": "用地平衡表二级", "3": "用地平衡表三级"}
SHEETS = [
    *("说明", *BALANCES.values(), "土地利用率", "地块", "企业", "问题", "指标", "亩均评价"),
]
NOTICE = {"zh": "说明。", "en": "Notice."}
HOSTILE = ["=1+1", "+86", "-5", "@SUM(A1)", '=HYPERLINK("http://x")', "\x00坏", "𠮷", "a" * 40_000]


@pytest.fixture(scope="module")
def settings(published: Path) -> Settings:
    return Settings(out=published)


@pytest.fixture(scope="module")
def report(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "报表.xlsx"
    assert list(write_report(settings, path).sheets) == SHEETS
    return path


def document(settings: Settings, name: str):
    return Library(settings.out).current("staff").document(name)


def load(path, **options):
    return openpyxl.load_workbook(path, **options)


def cells(book: bytes, **options) -> list[list]:
    sheet = load(io.BytesIO(book), **options).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=HEADING_ROW + 1, values_only=True)]


def records(sheet) -> list[dict]:
    """The rows of a sheet by the Chinese half of their heading, without the sums."""
    head, *rows = list(sheet.iter_rows(min_row=HEADING_ROW, values_only=True))
    names = [str(text).split("\n")[0] for text in head]
    return [dict(zip(names, row, strict=True)) for row in rows]


# --- what a reader sees ------------------------------------------------------------------------


def test_every_sheet_has_frozen_headings_in_both_languages_and_says_that_it_holds_samples(report):
    book = load(report)
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet.freeze_panes is not None and sheet.freeze_panes.endswith(str(HEADING_ROW + 1))
        assert "含示例数据" in sheet["A1"].value and "sample data" in sheet["A1"].value
        assert "2026-11-22-" in sheet["A1"].value
        headings = [cell.value for cell in sheet[HEADING_ROW]]
        for text in headings:
            assert re.search(r"[\u4e00-\u9fff].*\n[A-Z][^\u4e00-\u9fff]*$", text, re.DOTALL), text
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[HEADING_ROW]]
        assert all(width >= 9 for width in widths)


def test_plots_and_firms_are_all_there_with_real_numbers(report, settings):
    book = load(report, data_only=True)
    for kind, name, key in (("parcels", "地块", "地块编号"), ("enterprises", "企业", "企业编号")):
        frame = read_published(settings, kind).frame
        rows = records(book[name])[:-1]
        assert [row[key] for row in rows] == frame[KINDS[kind].key].tolist()
    plots = records(book["地块"])
    frame = read_published(settings, "parcels").frame
    stated = [row["登记面积（亩）"] for row in plots[:-1]]
    assert stated == [float(value) for value in frame["declared_area_mu"]]
    assert all(isinstance(value, (int, float)) for value in stated)
    assert {row["供应状态"] for row in plots[:-1]} <= {"未批", "批而未供", "公告中", "已供", "预留"}
    assert {row["是否可供"] for row in plots[:-1]} == {"是", "否"}
    assert all(isinstance(row["用地代码"], str) for row in plots[:-1])


def test_sums_are_formulas_whose_kept_value_is_the_sum_of_the_printed_numbers(report):
    formulas, shown = load(report), load(report, data_only=True)
    for name in ("地块", "企业"):
        sheet, last = formulas[name], formulas[name].max_row
        sums = [cell for cell in sheet[last] if cell.data_type == "f"]
        assert len(sums) == len(SUMMED["parcels" if name == "地块" else "enterprises"])
        for cell in sums:
            column = cell.column_letter
            assert cell.value == f"=SUM({column}{HEADING_ROW + 1}:{column}{last - 1})"
            above = [shown[name][f"{column}{row}"].value for row in range(HEADING_ROW + 1, last)]
            total = sum(round(value, 2) for value in above if value is not None)
            assert shown[name][cell.coordinate].value == pytest.approx(total, abs=0.005)


def test_findings_are_those_of_the_snapshot_in_their_order(report, settings):
    found = document(settings, "findings.json")
    rows = records(load(report)["问题"])
    assert [row["编号"] for row in rows] == [one["id"] for one in found]
    assert {row["程度"] for row in rows} <= {"错误", "提醒", "提示"}
    for row, one in zip(rows, found, strict=True):
        assert row["说明"] == f"{one['message']['zh']}\n{one['message']['en']}"
        assert row["面积（平方米）"] == one["area_m2"]


def test_a_waived_finding_says_who_answers_for_it_and_until_when():
    waived = {"by": "王", "reason": "=已复核", "until": "2027-01-01"}
    finding = {
        "id": "X-1", "rule": "PARCEL_OVERLAP", "severity": "error", "layer": "parcels",
        "feature": ["甲", "乙"], "message": {"zh": "重叠", "en": "overlap"}, "expected": None,
        "actual": None, "area_m2": 12.5, "waived": waived, "parks": ["P1"],
    }  # fmt: skip
    (row,) = findings_sheet([finding], {"parcels": "地块"}, NOTICE).rows
    assert "王：=已复核（至 2027-01-01）" in row
    assert "甲；乙" in row and "地块" in row and 12.5 in row


def test_the_sources_name_every_layer_and_table_with_its_date(report, settings):
    site = Library(settings.out).current("staff").site
    rows = records(load(report)["说明"])
    assert len(rows) == len(site["layers"]) + len(site["tables"])
    assert all(row["来源"] and row["数据日期"] and row["性质"] for row in rows)


# --- balance sheet, rates, indicators ----------------------------------------------------------


@pytest.mark.parametrize("level", BALANCES)
def test_each_sum_of_the_balance_sheet_is_that_of_its_printed_parts(report, level):
    formulas, shown = (load(report, data_only=flag)[BALANCES[level]] for flag in (False, True))
    sums = [cell for row in formulas.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(sums) > 50
    for cell in sums:
        parts = re.findall(r"([A-Z]+)(\d+)(?::[A-Z]+(\d+))?", cell.value.removeprefix("=SUM"))
        summed = [
            shown[f"{column}{row}"].value
            for column, first, last in parts
            for row in range(int(first), int(last or first) + 1)
        ]
        total = sum(value for value in summed if value is not None)
        assert shown[cell.coordinate].value == pytest.approx(total, abs=1e-9), cell.coordinate


@pytest.mark.parametrize("level", BALANCES)
def test_the_balance_sheet_has_the_numbers_of_the_snapshot(report, settings, level):
    published = document(settings, "balance.json")
    rows = records(load(report, data_only=True)[BALANCES[level]])
    whole = published["sheets"][0]
    first = whole["levels"][level][0]["rows"]
    assert max(len(wanted["code"]) for wanted in first) == 2 * int(level)
    for row, wanted in zip(rows, first, strict=False):
        assert (row["范围"], row["代码"]) == ("全部", wanted["code"])
        assert row["规划（公顷）"] == wanted["planned"]["ha"]
        assert row["规划（亩）"] == wanted["planned"]["mu"]
        assert row["规划占建设用地"] == pytest.approx(wanted["planned"]["share"] / 100)
    totals = [row for row in rows if row["用地类别"] == "合计"]
    assert len(totals) == len(published["sheets"])
    assert totals[0]["规划（公顷）"] == whole["total"]["planned"]["ha"]
    assert "椭球面积，CGCS2000" in load(report)[BALANCES[level]]["A1"].value


def test_the_balance_sheet_of_plane_areas_says_so_with_its_zone(settings, tmp_path):
    path = tmp_path / "平面.xlsx"
    write_report(settings, path, "plane")
    plane = document(settings, "balance.json")["plane"]
    book = load(path, data_only=True)
    for level, name in BALANCES.items():
        heading = book[name]["A1"].value
        assert "平面面积，CGCS2000 3 度带第 27 带（中央经线 81°E，EPSG:4515）" in heading
        assert "椭球面积，CGCS2000" not in heading
        rows = records(book[name])
        assert {row["范围"].rpartition("（")[2] for row in rows} == {"27 带）"}
        first = plane["sheets"][0]["levels"][level][0]["rows"]
        for row, wanted in zip(rows, first, strict=False):
            assert row["规划（亩）"] == wanted["planned"]["mu"]
        totals = [row["规划（公顷）"] for row in rows if row["用地类别"] == "合计"]
        assert totals == [s["total"]["planned"]["ha"] for s in plane["sheets"]]
    assert_opened_alike(path, tmp_path, list(BALANCES.values()))


def test_another_area_is_refused(settings, tmp_path):
    with pytest.raises(BadRequest, match="PLAN_OPTION"):
        write_report(settings, tmp_path / "a.xlsx", "web")
    assert list(tmp_path.iterdir()) == []


def test_land_below_the_line_has_no_share_and_its_own_subtotal():
    def values(ha, share):
        return {
            "plots": 1,
            "planned": {"ha": ha, "mu": ha * 15, "share": share},
            "existing": None,
            "declared": {"mu": None, "measured_mu": None, "difference_mu": None},
        }

    def row(code, ha, share):
        return {"code": code, "name": None} | values(ha, share)

    groups = [
        {"group": "construction", "rows": [row("1001", 1.25, 40.0), row("1207", 2.0, 60.0)]}
        | values(3.25, 100.0),
        {"group": "other", "rows": [row("0101", 4.0, None)]} | values(4.0, None),
    ]
    part = {"scope": "all", "key": None, "name": None, "levels": {"2": groups},
            "total": values(7.25, None)}  # fmt: skip
    sheet = balance_sheet({"notes": [], "sheets": [part]}, "2", NOTICE)
    body = build_workbook([sheet])
    shown, formulas = cells(body, data_only=True), cells(body)
    assert [r[2] for r in shown] == [None, None, "建设用地小计", None, "非建设用地小计", "合计"]
    assert [r[4] for r in shown] == [1.25, 2, 3.25, 4, 4, 7.25]
    assert [r[6] for r in shown] == [0.4, 0.6, 1, None, None, None]
    assert [r[7] for r in shown] == [None] * 6
    assert formulas[2][4] == "=SUM(E3:E4)"
    assert formulas[5][4] == "=SUM(E5,E7)"


def test_a_rate_that_cannot_be_computed_says_why(report, settings):
    rows = records(load(report)["土地利用率"])
    published = [
        rate
        for park in document(settings, "rates.json")["parks"]
        for rate in park["rates"].values()
    ]
    assert len(rows) == len(published)
    for row, rate in zip(rows, published, strict=True):
        assert row["比率"] == rate["value"]
        assert bool(row["不能计算的原因、提示"]) == bool(rate["because"] or rate["note"])
        assert "plan_" not in " ".join(str(value) for value in row.values())


def test_indicators_have_value_limit_and_verdict_or_the_reason_why_not(report, settings):
    published = document(settings, "indicators.json")
    rows = records(load(report)["指标"])
    count = sum(len(published[part]) for part in ("plots", "firms", "parks"))
    assert len(rows) == count * len(published["indicators"])
    assert all((row["数值"] is None) == bool(row["没有数值的原因"]) for row in rows)
    assert {row["结论"] for row in rows} <= {None, "低于下限", "高于上限", "符合"}
    judged = [row for row in rows if row["结论"]]
    assert judged and all(row["下限"] is not None or row["上限"] is not None for row in judged)


def test_an_unverified_limit_asks_to_be_checked():
    limits = {"far": {"least": 0.8, "most": None, "from": "threshold", "verified": False}}
    one = {"key": "甲", "values": {"far": 0.5}, "missing": {}, "limits": limits,
           "verdicts": {"far": "below"}}  # fmt: skip
    known = {"far": {"name": "plan_indicator.far", "unit": "plan_unit.ratio"}}
    table = {"notes": [], "indicators": known, "plots": [one], "firms": [], "parks": []}
    (row,) = indicators_sheet(table, NOTICE).rows
    assert "行业标准（请核对）" in row and "低于下限" in row


def test_the_ranking_has_the_published_classes_and_says_who_is_not_ranked_and_why(report, settings):
    published = document(settings, "indicators.json")
    ranking = published["ranking"]
    sheet = load(report)["亩均评价"]
    rows = records(sheet)
    ranked = [firm for group in ranking["groups"] for firm in group["firms"]]
    assert len(ranked) > 5 and len(ranking["unranked"]) > 5
    assert len(rows) == len(ranked) + len(ranking["unranked"])
    weights = [one["indicator"] for one in ranking["rule"]["weights"]]
    for row, firm in zip(rows, ranked, strict=False):
        assert (row["企业编号"], row["类别"], row["总分"]) == (
            firm["key"],
            firm["class"],
            firm["points"],
        )
        parts = [value for name, value in row.items() if name.endswith("得分")]
        assert parts == [firm["parts"][name] for name in weights]
        assert row["未评的原因"] is None
    for row, firm in zip(rows[len(ranked) :], ranking["unranked"], strict=True):
        assert (row["组别"], row["企业编号"], row["类别"]) == ("未评", firm["key"], None)
        assert row["未评的原因"] and "plan_" not in row["未评的原因"]
    assert "请核对" in sheet["A1"].value, "that the weights are not verified is told"


def test_equal_points_share_a_place_and_without_a_rule_nobody_is_ranked():
    def firm(key, points):
        return {"key": key, "points": points, "class": "A", "parts": {"tax": points}}

    weights = {"weights": [{"indicator": "tax", "points": 100}], "verified": True,
               "source": {"zh": "县办法", "en": "county"}, "as_of": "2026"}  # fmt: skip
    group = {"group": "real", "name": "plan_ranked.real", "because": None, "benchmarks": {},
             "firms": [firm("甲", 9.0), firm("乙", 9.0), firm("丙", 1.0)]}  # fmt: skip
    table = {
        "indicators": {"tax": {"name": "plan_indicator.tax", "unit": "plan_unit.ratio"}},
        "firms": [{"key": "甲", "name": {"zh": "=甲厂", "en": "A"}}],
        "ranking": {"rule": weights, "because": None, "groups": [group], "unranked": []},
    }
    rows = ranking_sheet(table, NOTICE).rows
    assert [row[1:3] for row in rows] == [[1, "甲"], [1, "乙"], [3, "丙"]]
    none = {"rule": None, "because": "plan_because.no_ranking", "groups": [], "unranked": []}
    sheet = ranking_sheet({**table, "ranking": none}, NOTICE)
    assert list(sheet.rows) == []
    assert "没有评价规则" in sheet.notice


def test_a_snapshot_of_an_earlier_software_has_no_sheet_of_what_that_did_not_compute(
    published, tmp_path
):
    shutil.copytree(published / "snapshots", tmp_path / "snapshots")
    for manifest in (tmp_path / "snapshots").glob("*/manifest.json"):
        found = json.loads(manifest.read_text())
        for name in ("balance", "rates", "indicators"):
            del found["files"][f"staff/{name}.json"]
        manifest.write_text(json.dumps(found))
    done = write_report(Settings(out=tmp_path), tmp_path / "a.xlsx")
    assert list(done.sheets) == ["说明", "地块", "企业", "问题"]


# --- LibreOffice -------------------------------------------------------------------------------


def number(text: str) -> float:
    return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)


def assert_same(sheet, other: list[list[str]]) -> None:
    """Compare what a workbook keeps with what LibreOffice has, cell by cell."""
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == len(other), sheet.title
    for row, found in zip(rows, other, strict=True):
        for value, text in zip(row, found, strict=True):
            if value is None:
                assert text == ""
            elif isinstance(value, str):
                assert text == value.replace("\r", "")
            else:
                assert number(text) == pytest.approx(value, abs=1e-9), (sheet.title, row[0])


def assert_opened_alike(path: Path, folder: Path, names: list[str]) -> None:
    """Compare some sheets of a workbook with what LibreOffice has of them."""
    found, book = opened(path, folder), load(path, data_only=True)
    for name in names:
        assert_same(book[name], found[name])


def test_libreoffice_opens_the_report_with_the_same_values(report, tmp_path):
    assert set(load(report).sheetnames) == set(SHEETS)
    assert_opened_alike(report, tmp_path, SHEETS)


def test_libreoffice_reckons_the_sums_to_what_is_kept_beside_them(report, tmp_path):
    without = tmp_path / "报表.xlsx"
    with zipfile.ZipFile(report) as source, zipfile.ZipFile(without, "w") as target:
        for item in source.infolist():
            body = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", source.read(item))
            target.writestr(item, body)
    blank = load(without, data_only=True)["地块"]
    assert not [cell.value for cell in blank[blank.max_row] if isinstance(cell.value, float)]
    found = opened(without, tmp_path)
    for sheet in load(report, data_only=True):
        assert_same(sheet, found[sheet.title])


# --- hostile texts -----------------------------------------------------------------------------


def test_no_text_of_a_stranger_becomes_a_formula(tmp_path):
    columns = [Column("甲"), Column("乙")]
    sheet = Sheet("=名", "=1+1", columns, [[text, 1] for text in HOSTILE])
    path = tmp_path / "a.xlsx"
    path.write_bytes(build_workbook([sheet]))
    found = load(path).worksheets[0]
    for row, text in zip(found.iter_rows(min_row=HEADING_ROW + 1), HOSTILE, strict=True):
        assert row[0].data_type == "s"
        assert row[0].value == text.replace("\x00", " ")[:32_000]
    assert found["A1"].data_type == "s"
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    (rows,) = opened(path, tmp_path).values()
    assert [row[0] for row in rows[HEADING_ROW:]] == [
        t.replace("\x00", " ")[:32_000] for t in HOSTILE
    ]


@given(st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=30))
def test_a_sum_keeps_its_value_whatever_the_texts_around_look_like(hundredths):
    rows = [["<f>1</f><v></v>", value / 100] for value in hundredths]
    total = sum(hundredths) / 100
    rows.append(["=SUM(B3)", Sum(((0, len(hundredths) - 1),), total)])
    sheet = Sheet("表", "说明", [Column("甲"), Column("乙")], rows)
    shown, formulas = (cells(build_workbook([sheet]), data_only=flag) for flag in (True, False))
    assert shown[-1] == ["=SUM(B3)", total]
    assert formulas[-1][1].startswith("=SUM(B3")
    assert [row[0] for row in shown[:-1]] == ["<f>1</f><v></v>"] * len(hundredths)


def test_a_layer_without_records_makes_a_sheet_without_sums(settings):
    layer = read_published(settings, "parcels")
    empty = replace(layer, frame=layer.frame.iloc[:0])
    assert list(record_sheet(empty, {}, "地块").rows) == []


# --- command line ------------------------------------------------------------------------------


def test_the_command_writes_the_report_over_an_earlier_one(published, tmp_path, capsys):
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"earlier")
    assert main(["report", str(target), "--out", str(published), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sheets"] == SHEETS
    assert load(target).sheetnames == SHEETS
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
    assert main(["report", str(target), "--out", str(published), "--area", "plane"]) == 0
    assert "已生成报表" in capsys.readouterr().out
    assert "平面面积" in load(target)[BALANCES["1"]]["A1"].value


def test_without_a_publish_there_is_no_report(tmp_path):
    with pytest.raises(NotFound, match="NOT_PUBLISHED"):
        write_report(Settings(out=tmp_path), tmp_path / "a.xlsx")
