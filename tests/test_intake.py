"""Import from file to working copy: what changes, what stays, what is kept and refused."""

import csv
import io
import json
import shutil
from datetime import date

import openpyxl
import pytest
from shapely.geometry import shape

from geo import intake
from geo.cli import main
from geo.edition import visible_enterprises
from geo.errors import DataError, NotFound, RunError
from geo.examination import examine as examine_data
from geo.importer.model import Options
from geo.intake import Intake
from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.working_copy import WorkingCopy
from tests.importer.files import write_csv, write_xlsx
from tests.importer.spatial_files import write_layer

TODAY = date(2026, 11, 24)
HEADING = ["企业编号", "企业名称", "项目阶段", "所在园区", "年产值（万元）"]
PLOT = "CL-DIGI-003"
JADE = ["", "新疆玉龙食品", "投产", "", "5"]
GRAPE = ["", "新疆石榴物流", "投产", "", "5"]


@pytest.fixture
def settings(tmp_path):
    return Settings(out=tmp_path / "out")


@pytest.fixture
def firms_file(tmp_path):
    """Write a register and return its path."""

    def write(*rows, heading=HEADING, name="企业.csv"):
        return write_csv(tmp_path / name, [heading, *rows])

    return write


def examine(settings, layer, path, **options):
    wanted = Intake(layer, path, path.name, Options(**options))
    return intake.examine(settings, wanted, as_of=TODAY)


def carry_out(settings, layer, path, *, rows="clean", base=None, by="clerk", **options):
    wanted = Intake(layer, path, path.name, Options(**options))
    return intake.carry_out(settings, wanted, rows=rows, base=base, by=by, as_of=TODAY)


def firms(settings):
    text = (settings.out / "data" / "enterprises.csv").read_text(encoding="utf-8")
    return {row["enterprise_id"]: row for row in csv.DictReader(io.StringIO(text))}


def features(settings, layer="parcels"):
    body = json.loads((settings.data_dir / f"{layer}.geojson").read_text(encoding="utf-8"))
    return {next(iter(f["properties"].values())): f for f in body["features"]}


def counts(outcome):
    return {name: n for name, n in outcome.report["rows"].items() if n}


def rules(outcome, severity="error"):
    return [f["rule"] for f in outcome.report["faults"] if f["severity"] == severity]


def codes(outcome):
    return {remark["code"] for remark in outcome.report["remarks"]}


# --- looking changes nothing -------------------------------------------------------------------


def test_a_dry_run_leaves_no_trace(settings, firms_file):
    outcome = examine(settings, "enterprises", firms_file(JADE))
    assert outcome.report["status"] == "dry_run"
    assert outcome.report["can"] == {"all": True, "good": True}
    assert not settings.out.exists()


def test_the_report_has_the_promised_keys_and_is_json(settings, firms_file):
    outcome = examine(
        settings, "enterprises", firms_file(["E-001", "示例企业 001", "投产", "", "5"])
    )
    report = json.loads(json.dumps(outcome.report))
    assert list(report)[:5] == ["status", "understood", "rows", "faults", "faults_total"]
    assert report.keys() >= {
        "questions", "layer", "file", "mode", "base", "remarks", "changes", "changes_total",
        "placed", "suggestions", "can",
    }  # fmt: skip
    assert report["understood"].keys() == {
        "format", "encoding", "sheet", "sheets", "columns", "units", "datum", "crs",
        "northing_first", "codes", "confidence", "why", "headings",
    }  # fmt: skip


# --- merge and replace -------------------------------------------------------------------------


def test_merging_overwrites_what_the_file_says_and_keeps_the_rest(settings, firms_file):
    before = firms_of_the_bundle()
    path = firms_file(
        ["E-002", "示例企业 002", "投产", "", "9000"], ["", "新疆玉龙食品", "投产", "", ""]
    )
    outcome = carry_out(settings, "enterprises", path)
    assert (outcome.report["status"], counts(outcome)) == (
        "imported", {"new": 1, "changed": 1, "read": 2},
    )  # fmt: skip
    after = firms(settings)
    assert len(after) == len(before) + 1
    assert after["E-002"]["output_wan"] == "9000"
    assert after["E-002"]["industry_code"] == before["E-002"]["industry_code"]
    assert {k: after[k]["product"] for k in before} == {k: before[k]["product"] for k in before}


def firms_of_the_bundle():
    text = (BUNDLED_LAYERS / "enterprises.csv").read_text(encoding="utf-8")
    return {row["enterprise_id"]: row for row in csv.DictReader(io.StringIO(text))}


def test_an_empty_cell_leaves_the_earlier_value(settings, firms_file):
    carry_out(settings, "enterprises", firms_file(["E-002", "示例企业 002", "投产", "", ""]))
    outcome = examine(
        settings, "enterprises", firms_file(["E-002", "示例企业 002", "投产", "", ""])
    )
    assert counts(outcome) == {"unchanged": 1, "read": 1}


def test_replacing_makes_records_anew_and_drops_the_others(settings, firms_file):
    path = firms_file(["E-002", "示例企业 002", "投产", "CL-TJ", ""])
    outcome = examine(settings, "enterprises", path, mode="replace")
    assert outcome.report["rows"]["gone"] == len(firms_of_the_bundle()) - 1
    gone = [c for c in outcome.report["changes"] if c["kind"] == "gone"]
    assert gone[0]["row"] is None
    # Plots name firms that would be gone: that is a fault of the file as a whole.
    outcome = carry_out(settings, "enterprises", path, mode="replace", rows="all")
    after = firms(settings)
    assert list(after) == ["E-002"]
    assert (after["E-002"]["output_wan"], after["E-002"]["industry_code"]) == ("", "")


def test_dropping_what_another_layer_refers_to_is_told(settings, tmp_path):
    data = json.loads((BUNDLED_LAYERS / "parcels.geojson").read_text(encoding="utf-8"))
    heading = ["园区编号", "园区名称", "类别", "位置是否公布"]
    kept = write_csv(
        tmp_path / "园区.csv", [heading, ["CL-TJ", "策勒县天津工业园区", "工业园区", "是"]]
    )
    outcome = examine(settings, "parks", kept, mode="replace")
    broken = [f for f in outcome.report["faults"] if f["rule"] == "PARK_UNKNOWN"]
    assert {f["row"] for f in broken} == {0}
    assert len(broken) >= len({f["properties"]["park_id"] for f in data["features"]}) - 3
    assert outcome.report["status"] == "rejected"


def test_a_table_without_shapes_updates_plots_and_leaves_outline_and_nature(settings, tmp_path):
    path = write_csv(tmp_path / "地块.csv", [["地块编号", "供应状态"], [PLOT, "已供"]])
    before = features(settings)[PLOT]
    outcome = carry_out(settings, "parcels", path, rows="all")
    after = features(settings)[PLOT]
    assert counts(outcome)["changed"] == 1
    assert after["geometry"] == before["geometry"]
    assert after["properties"]["supply_state"] == "supplied"
    for name in ("nature", "source", "as_of"):  # what is still invented stays a sample
        assert after["properties"][name] == before["properties"][name]


def test_shapes_alone_renew_outlines_and_leave_the_fields(settings, tmp_path):
    import geopandas as gpd
    from shapely.affinity import translate

    before = features(settings)[PLOT]
    moved = translate(shape(before["geometry"]), 0.00001, 0)
    frame = gpd.GeoDataFrame({"DKBH": [PLOT]}, geometry=[moved], crs="EPSG:4490")
    path = write_layer(frame, tmp_path / "地块.gpkg", "GPKG", layer="d")
    outcome = carry_out(settings, "parcels", path, rows="all", nature="surveyed")
    after = features(settings)[PLOT]
    (change,) = outcome.report["changes"]
    assert change["geometry"]["before"]["type"] == "Polygon"
    assert shape(after["geometry"]).equals_exact(moved, 1e-8, normalize=True)
    assert before["properties"].items() <= after["properties"].items()
    assert after["properties"]["nature"] == "sample"
    again = carry_out(settings, "parcels", path, rows="all", nature="surveyed")
    assert counts(again) == {"unchanged": 1, "read": 1}


def test_a_new_plot_without_an_outline_cannot_be_stored(settings, tmp_path):
    heading = ["地块编号", "园区", "用地代码", "供应状态", "开发状态"]
    path = write_csv(tmp_path / "地块.csv", [heading, ["新-1", "CL-TJ", "100101", "已供", "建成"]])
    outcome = examine(settings, "parcels", path, codes="land_use_2023")
    assert [(f["rule"], f["fatal"]) for f in outcome.report["faults"] if f["fatal"]] == [
        ("GEOMETRY_EMPTY", True)
    ]
    assert outcome.report["can"] == {"all": False, "good": False}


def test_a_second_import_of_one_file_changes_no_byte(settings, firms_file):
    path = firms_file(["", "新疆玉龙食品", "投产", "策勒天津园区", "5"])
    carry_out(settings, "enterprises", path)
    body = (settings.out / "data" / "enterprises.csv").read_bytes()
    later = intake.carry_out(
        settings, Intake("enterprises", path, path.name), rows="clean", base=None, by="other",
        as_of=date(2027, 1, 1),
    )  # fmt: skip
    assert counts(later) == {"unchanged": 1, "read": 1}
    assert (settings.out / "data" / "enterprises.csv").read_bytes() == body
    assert len(intake.history(settings, "enterprises")) == 2


# --- where data come from ----------------------------------------------------------------------


def test_nature_source_and_date_are_those_of_the_file_then_the_persons_then_ours(
    settings, firms_file
):
    path = firms_file([*JADE, "发改委"], [*GRAPE, ""], heading=[*HEADING, "数据来源"])
    outcome = carry_out(settings, "enterprises", path, source="招商局", as_of="2026-10")
    first, second = list(firms(settings).values())[-2:]
    assert (first["source"], second["source"]) == ("发改委", "招商局")
    assert {first["nature"], second["nature"]} == {"reported"}
    assert {first["as_of"], second["as_of"]} == {"2026-10"}
    assert "PROVENANCE" in codes(outcome)


def test_a_county_register_names_no_firm_to_the_public(settings, firms_file):
    outcome = carry_out(settings, "enterprises", firms_file(JADE))
    assert "NAMES_WITHHELD" in codes(outcome)
    examined = examine_data(settings.data_dir, TODAY)
    entry = examined.catalog.layers["enterprises"]
    shown = visible_enterprises(
        examined.frames["enterprises"].assign(placed_by="none"), entry, "public"
    )
    assert "新疆玉龙食品" not in set(shown["name_zh"].dropna())


def test_firms_that_agree_are_named(settings, firms_file):
    path = firms_file(
        ["", "新疆玉龙食品", "投产", "", "", "是"], heading=[*HEADING, "是否同意公开名称"]
    )
    outcome = carry_out(settings, "enterprises", path)
    assert "NAMES_WITHHELD" not in codes(outcome)
    assert list(firms(settings).values())[-1]["publish_name"] == "true"


# --- all, the good ones, or nothing ------------------------------------------------------------

ONE_BAD = (
    ["", "新疆玉龙食品", "投产", "策勒天津园区", "5"],
    ["E-002", "示例企业 002", "投产", "不存在的园区", "6"],
    ["E-003", "示例企业 003", "投产", "", "很多"],
)


def test_all_or_nothing(settings, firms_file):
    outcome = carry_out(settings, "enterprises", firms_file(*ONE_BAD))
    assert outcome.report["status"] == "rejected"
    assert outcome.report["rows"]["faulty"] == 2
    assert not settings.out.exists()


def test_only_the_good_rows(settings, firms_file):
    before = firms_of_the_bundle()
    outcome = carry_out(settings, "enterprises", firms_file(*ONE_BAD), rows="good")
    assert outcome.report["status"] == "imported"
    assert counts(outcome) == {"new": 1, "read": 3, "faulty": 2}
    after = firms(settings)
    assert len(after) == len(before) + 1
    assert after["E-002"]["output_wan"] == before["E-002"]["output_wan"]


def test_replacing_by_the_good_rows_keeps_what_is_at_fault_as_it_was(settings, firms_file):
    carry_out(settings, "enterprises", firms_file(*ONE_BAD), rows="good", mode="replace")
    after = firms(settings)
    assert {"E-002", "E-003"} <= after.keys()
    assert after["E-002"]["output_wan"] == firms_of_the_bundle()["E-002"]["output_wan"]
    assert len(after) == 3


def test_a_value_that_would_be_lost_keeps_all_from_being_a_choice(settings, firms_file):
    path = firms_file(*ONE_BAD)
    assert examine(settings, "enterprises", path).report["can"] == {"all": False, "good": True}
    assert carry_out(settings, "enterprises", path, rows="all").report["status"] == "rejected"
    mended = firms_file(*ONE_BAD[:2])
    assert carry_out(settings, "enterprises", mended, rows="all").report["status"] == "imported"
    assert firms(settings)["E-002"]["park_id"] == "不存在的园区"


def test_a_row_that_needs_a_bad_row_is_bad_too(settings, tmp_path):
    heading = ["园区编号", "园区名称", "类别", "上级园区", "位置是否公布", "开园年份"]
    rows = [
        ["N-1", "民丰新城", "工业园区", "", "否", "很早"],
        ["N-2", "民丰鞋城", "工业园区", "N-1", "否", "2020"],
        ["N-3", "民丰果园", "工业园区", "", "否", "2020"],
    ]
    path = write_csv(tmp_path / "园区.csv", [heading, *rows])
    outcome = carry_out(settings, "parks", path, rows="good")
    assert counts(outcome)["new"] == 1
    assert features(settings, "parks").keys() >= {"N-3"}
    assert not {"N-1", "N-2"} & features(settings, "parks").keys()


def test_the_faulty_rows_come_back_mended(settings, firms_file, tmp_path):
    outcome = carry_out(settings, "enterprises", firms_file(*ONE_BAD), rows="good")
    book = tmp_path / "问题.xlsx"
    book.write_bytes(outcome.faults_workbook())
    workbook = openpyxl.load_workbook(book)
    sheet = workbook.active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [3, 4]
    park, output = rows[0].index("所在园区") + 1, rows[0].index("年产值（万元）") + 1
    sheet.cell(2, park).value = "于田天津园区"
    sheet.cell(3, output).value = "7"
    workbook.save(book)
    mended = carry_out(settings, "enterprises", book)
    assert (mended.report["status"], counts(mended)) == ("imported", {"changed": 2, "read": 2})
    assert firms(settings)["E-003"]["output_wan"] == "7"


def test_a_fault_that_was_there_before_is_no_fault_of_a_file_that_does_not_say_it(
    settings, tmp_path
):
    plot = json.loads((BUNDLED_LAYERS / "parcels.geojson").read_text(encoding="utf-8"))
    data = shutil.copytree(BUNDLED_LAYERS, tmp_path / "data")
    plot["features"][0]["properties"]["land_use_code"] = "9999"
    (data / "parcels.geojson").write_text(json.dumps(plot), encoding="utf-8")
    key = plot["features"][0]["properties"]["parcel_id"]
    path = write_csv(tmp_path / "价.csv", [["地块编号", "参考价（万元/亩）"], [key, "9.5"]])
    wanted = Intake("parcels", path, path.name)
    outcome = intake.examine(Settings(data=data, out=settings.out), wanted, as_of=TODAY)
    assert "LAND_USE_UNKNOWN" not in rules(outcome)
    said = [["地块编号", "用地代码"], [key, "9999"]]
    path = write_csv(tmp_path / "码.csv", said)
    wanted = Intake("parcels", path, path.name, Options(codes="land_use_2023"))
    outcome = intake.examine(Settings(data=data, out=settings.out), wanted, as_of=TODAY)
    assert outcome.report["status"] == "rejected"


# --- somebody else was quicker -----------------------------------------------------------------


def test_a_report_of_yesterday_imports_nothing(settings, firms_file):
    path = firms_file(JADE)
    seen = examine(settings, "enterprises", path)
    carry_out(settings, "enterprises", firms_file(GRAPE, name="b.csv"))
    body = (settings.out / "data" / "enterprises.csv").read_bytes()
    with pytest.raises(RunError) as told:
        carry_out(settings, "enterprises", path, base=seen.base)
    assert told.value.code == "LAYER_CHANGED"
    assert (settings.out / "data" / "enterprises.csv").read_bytes() == body
    fresh = examine(settings, "enterprises", path)
    assert carry_out(settings, "enterprises", path, base=fresh.base).report["status"] == "imported"


def test_a_change_while_the_file_is_checked_is_noticed(settings, firms_file, monkeypatch):
    path = firms_file(JADE)
    other = firms_file(GRAPE, name="b.csv")
    write = intake.layer_bytes

    def write_late(*args):
        monkeypatch.setattr(intake, "layer_bytes", write)
        carry_out(settings, "enterprises", other)
        return write(*args)

    monkeypatch.setattr(intake, "layer_bytes", write_late)
    with pytest.raises(RunError) as told:
        carry_out(settings, "enterprises", path)
    assert told.value.code == "LAYER_CHANGED"
    assert "新疆石榴物流" in {row["name_zh"] for row in firms(settings).values()}


def test_another_layer_may_change_meanwhile(settings, firms_file, tmp_path):
    path = firms_file(JADE)
    seen = examine(settings, "enterprises", path)
    plots = write_csv(tmp_path / "地块.csv", [["地块编号", "供应状态"], [PLOT, "已供"]])
    carry_out(settings, "parcels", plots, rows="all")
    assert carry_out(settings, "enterprises", path, base=seen.base).report["status"] == "imported"


# --- versions ----------------------------------------------------------------------------------


def test_every_import_is_kept_and_one_goes_back(settings, firms_file):
    carry_out(settings, "enterprises", firms_file(JADE), by="阿依古丽")
    newest, seed = intake.history(settings, "enterprises")
    assert (newest["by"], newest["file"], newest["current"]) == ("阿依古丽", "企业.csv", True)
    assert newest["rows"] == {"new": 1, "changed": 0, "unchanged": 0, "gone": 0}
    assert (seed["action"], seed["current"]) == ("seed", False)
    intake.restore(settings, "enterprises", seed["id"], by="boss")
    assert "新疆玉龙食品" not in {row["name_zh"] for row in firms(settings).values()}
    assert (settings.out / "data" / "enterprises.csv").read_bytes() == (
        BUNDLED_LAYERS / "enterprises.csv"
    ).read_bytes()
    assert [(e["action"], e["current"]) for e in intake.history(settings, "enterprises")] == [
        ("restore", True), ("import", False), ("seed", False),
    ]  # fmt: skip


def test_without_an_import_there_is_no_history(settings):
    assert intake.history(settings, "parcels") == []
    with pytest.raises(NotFound):
        intake.restore(settings, "parcels", "000001", by="boss")
    assert not (settings.out / "data").exists()


def test_an_unknown_layer_is_told(settings, firms_file):
    for act in (
        lambda: intake.history(settings, "nix"),
        lambda: examine(settings, "../parcels", firms_file(["", "甲", "投产", "", ""])),
    ):
        with pytest.raises(NotFound) as told:
            act()
        assert told.value.code == "LAYER_UNKNOWN"


# --- the data that are there -------------------------------------------------------------------


def test_data_given_by_name_are_what_the_copy_is_made_from_and_stay_as_they_are(
    settings, firms_file, tmp_path
):
    data = shutil.copytree(BUNDLED_LAYERS, tmp_path / "mine")
    (data / "policies.csv").write_text("policy_id,title_zh\nP,甲\n", encoding="utf-8")
    mine = Settings(data=data, out=settings.out)
    outcome = carry_out(mine, "enterprises", firms_file(JADE))
    assert (settings.out / "data" / "policies.csv").read_bytes() == (
        data / "policies.csv"
    ).read_bytes()
    assert (data / "enterprises.csv").read_bytes() == (
        BUNDLED_LAYERS / "enterprises.csv"
    ).read_bytes()
    assert "DATA_ELSEWHERE" not in codes(outcome)
    assert "DATA_ELSEWHERE" in codes(examine(mine, "enterprises", firms_file(GRAPE)))


@pytest.fixture
def broken(settings, firms_file):
    """An instance whose enterprises cannot be read."""
    carry_out(settings, "enterprises", firms_file(JADE))
    (settings.out / "data" / "enterprises.csv").write_bytes(b'a,"b\n\xff\n')
    return settings


def test_nothing_is_merged_into_a_file_that_cannot_be_read(broken, firms_file):
    path = firms_file(["A-1", "新疆石榴物流", "投产", "", "5"], name="b.csv")
    with pytest.raises(DataError) as told:
        examine(broken, "enterprises", path)
    assert told.value.code == "LAYER_UNREADABLE"
    outcome = carry_out(broken, "enterprises", path, mode="replace", rows="all")
    assert outcome.report["status"] == "imported"
    assert list(firms(broken)) == ["A-1"]


def test_an_empty_layer_can_be_filled(broken, firms_file):
    (broken.out / "data" / "enterprises.csv").write_bytes(b"")
    path = firms_file(["A-1", "新疆石榴物流", "投产", "", "5"], name="b.csv")
    assert counts(carry_out(broken, "enterprises", path, rows="all"))["new"] == 1


def test_what_the_layer_cannot_keep_is_told(settings, tmp_path):
    data = shutil.copytree(BUNDLED_LAYERS, tmp_path / "data")
    body = json.loads((data / "parcels.geojson").read_text(encoding="utf-8"))
    body["features"][0]["geometry"]["coordinates"] = [[[0, 0]]]
    body["features"][1]["properties"]["旧列"] = "x"
    body["features"][2]["properties"]["far"] = "约一"
    (data / "parcels.geojson").write_text(json.dumps(body), encoding="utf-8")
    path = write_csv(tmp_path / "地块.csv", [["地块编号", "供应状态"], [PLOT, "已供"]])
    outcome = carry_out(Settings(data=data, out=settings.out), "parcels", path, rows="all")
    (remark,) = [r for r in outcome.report["remarks"] if r["code"] == "NOT_KEPT"]
    assert "旧列" in remark["message"]["zh"]
    assert (
        features(settings)[body["features"][2]["properties"]["parcel_id"]]["properties"]["far"]
        == "约一"
    )


def test_a_layer_kept_in_metres_is_refused(settings, firms_file, tmp_path):
    data = shutil.copytree(BUNDLED_LAYERS, tmp_path / "data")
    text = (data / "catalog.toml").read_text(encoding="utf-8")
    head, tail = text.split("[layers.parcels]")
    tail = tail.replace('datum = "wgs84"', 'crs = "EPSG:4514"', 1)
    (data / "catalog.toml").write_text(f"{head}[layers.parcels]{tail}", encoding="utf-8")
    path = write_csv(tmp_path / "地块.csv", [["地块编号", "供应状态"], [PLOT, "已供"]])
    with pytest.raises(DataError) as told:
        examine(Settings(data=data, out=settings.out), "parcels", path)
    assert told.value.code == "LAYER_PROJECTED"


def test_outlines_from_a_package_stay_where_they_are(settings, tmp_path):
    import geopandas as gpd
    from shapely.geometry import box

    frame = gpd.GeoDataFrame(
        {"行政区划代码": ["653225"], "公布面积（平方公里）": [31591.0]},
        geometry=[box(80, 36, 81, 37)],
        crs="EPSG:4490",
    )
    path = write_layer(frame, tmp_path / "县.gpkg", "GPKG", layer="c")
    outcome = carry_out(settings, "counties", path, rows="all")
    assert "OUTLINES_FROM_PACKAGE" in codes(outcome)
    assert counts(outcome)["changed"] == 1


# --- which table, which columns ----------------------------------------------------------------


def test_of_several_sheets_the_one_that_is_understood_is_taken(settings, tmp_path):
    sheets = {
        "说明": [["填表说明"], ["请如实填写"]],
        "企业": [HEADING, ["", "新疆玉龙食品", "投产", "", 5]],
    }
    outcome = examine(settings, "enterprises", write_xlsx(tmp_path / "a.xlsx", sheets))
    assert outcome.report["understood"]["sheet"] == "企业"
    assert "OTHER_SHEETS" in codes(outcome)


def test_sheets_that_are_alike_are_asked_about(settings, tmp_path):
    sheets = {name: [HEADING, ["", f"新疆{name}食品", "投产", "", 5]] for name in ("一月", "二月")}
    path = write_xlsx(tmp_path / "a.xlsx", sheets)
    outcome = examine(settings, "enterprises", path)
    assert outcome.report["status"] == "needs_answer"
    (question,) = outcome.report["questions"]
    assert [a["value"] for a in question["answers"]] == ["一月", "二月"]
    assert carry_out(settings, "enterprises", path).report["status"] == "needs_answer"
    outcome = examine(settings, "enterprises", path, sheet="二月")
    assert outcome.report["changes"][0]["title"] == "新疆二月食品"
    with pytest.raises(DataError) as told:
        examine(settings, "enterprises", path, sheet="三月")
    assert told.value.code == "SHEET_UNKNOWN"


def test_a_file_without_rows_is_told(settings, tmp_path):
    with pytest.raises(DataError):
        examine(settings, "enterprises", write_csv(tmp_path / "a.csv", [HEADING]))


def test_columns_that_a_person_explained_are_recalled_for_the_next_file(settings, firms_file):
    path = firms_file(["新疆玉龙食品", "投产"], heading=["贵司宝号", "项目阶段"])
    first = examine(settings, "enterprises", path, columns={"贵司宝号": "name_zh"})
    assert dict(first.columns) == {"贵司宝号": "name_zh"}
    memory = {first.fingerprint: first.columns}
    wanted = Intake("enterprises", path, path.name)
    second = intake.examine(
        settings, wanted, as_of=TODAY, remembered=lambda found: memory.get(found, {})
    )
    (heading,) = [h for h in second.report["understood"]["headings"] if h["heading"] == "贵司宝号"]
    assert (heading["field"], heading["how"]) == ("name_zh", "remembered")
    assert dict(second.columns) == {"贵司宝号": "name_zh"}


def test_how_every_firm_was_placed(settings, firms_file):
    heading = [*HEADING, "地块编号"]
    path = firms_file(
        ["", "新疆玉龙食品", "投产", "策勒天津园区", "", ""],
        ["", "新疆石榴物流", "投产", "", "", PLOT],
        ["", "新疆红枣加工", "投产", "", "", ""],
        heading=heading,
    )
    placed = examine(settings, "enterprises", path).report["placed"]
    assert placed["counts"] == {
        "building_id": 0, "parcel_id": 1, "park_id": 1, "position": 0, "none": 1,
    }  # fmt: skip
    assert [(f["row"], f["by"], f["place"]) for f in placed["firms"]] == [
        (2, "park_id", "CL-TJ"), (3, "parcel_id", PLOT), (4, "none", None),
    ]  # fmt: skip


# --- the command -------------------------------------------------------------------------------


@pytest.fixture
def command(settings, capsys):
    def run(*arguments):
        status = main(["import", *map(str, arguments), "--out", str(settings.out)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_the_command_remembers_columns_and_is_in_the_audit_log(
    command, settings, firms_file, tmp_path
):
    from geo.state import audit, open_state

    path = firms_file(["新疆玉龙食品", "投产"], heading=["贵司宝号", "项目阶段"])
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"columns": {"贵司宝号": "name_zh"}}), encoding="utf-8")
    assert command("enterprises", path, "--map", mapping)[0] == 0
    entry = audit.entries(open_state(settings), limit=1)[0]
    assert (entry.action, entry.detail["layer"], entry.detail["rows"]["new"]) == (
        "import", "enterprises", 1,
    )  # fmt: skip
    status, out, _ = command("enterprises", path, "--dry-run", "--json")
    report = json.loads(out)
    assert (status, report["status"]) == (0, "dry_run")
    assert report["understood"]["columns"]["贵司宝号"] == "name_zh"


@pytest.mark.parametrize(
    ("rows", "options", "status"),
    [
        ([JADE], ["--dry-run"], 0),
        ([JADE], [], 0),
        ([["", "新疆玉龙食品", "投产", "没有的园区", "5"]], [], 1),
        ([["", "新疆玉龙食品", "投产", "没有的园区", "5"]], ["--dry-run"], 1),
    ],
)
def test_the_exit_status_says_how_it_went_in_both_languages(
    command, firms_file, rows, options, status
):
    found, out, err = command("enterprises", firms_file(*rows), *options)
    assert found == status
    assert "1 rows read" in out and "读取 1 行" in out
    assert "正在检查" in err


def test_a_question_exits_3_and_names_the_option(command, tmp_path):
    sheets = {name: [HEADING, ["", f"新疆{name}食品", "投产", "", 5]] for name in ("一月", "二月")}
    status, out, _ = command("enterprises", write_xlsx(tmp_path / "a.xlsx", sheets))
    assert status == 3
    assert "--sheet 一月" in out


def test_what_cannot_run_exits_2(command, firms_file, tmp_path):
    path = firms_file(JADE)
    status, out, _ = command("enterprises", tmp_path / "none.csv", "--json")
    assert (status, json.loads(out)["error"]["code"]) == (2, "IMPORT_FILE_MISSING")
    assert command("nix", path, "--json")[0] == 2
    for text in ("[", '{"columns": []}', "[1]", '{"a": {"b": "c"}}'):
        (tmp_path / "map.json").write_text(text, encoding="utf-8")
        status, out, _ = command("enterprises", path, "--map", tmp_path / "map.json", "--json")
        assert (status, json.loads(out)["error"]["code"]) == (2, "MAP_UNREADABLE")


def test_a_file_that_is_no_data_exits_1_with_what_to_do(command, tmp_path):
    drawing = tmp_path / "a.dwg"
    drawing.write_bytes(b"AC1032" + bytes(100))
    status, out, _ = command("parcels", drawing, "--json")
    assert status == 1
    assert "dxf" in json.loads(out)["error"]["message"]["zh"].lower()


def test_a_busy_lock_is_told(settings, firms_file, monkeypatch):
    path = firms_file(JADE)
    held = WorkingCopy(settings.out).lock(timeout=0)
    monkeypatch.setattr(WorkingCopy.lock.__wrapped__, "__defaults__", (0,))
    with held, pytest.raises(RunError) as told:
        carry_out(settings, "enterprises", path)
    assert told.value.code == "DATA_LOCKED"
    assert not (settings.out / "data").exists()
