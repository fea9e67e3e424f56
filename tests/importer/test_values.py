"""Cells of county tables: what is understood, what is told, and what is asked."""

import math
from datetime import date, datetime, time
from unicodedata import category

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.importer import values as values_module
from geo.importer.dates import parse_date
from geo.importer.model import ColumnMatch, Table
from geo.importer.numbers import parse_number
from geo.importer.reading import is_missing, shown, tidy
from geo.importer.values import clean_values
from geo.model import KINDS, parse_partial_date


def clean(kind, field, *cells, unit=None, heading="某列", **more):
    """Clean one column, or several given as ``field=[cells]``."""
    columns = {field: list(cells), **more}
    matches = [
        ColumnMatch(
            heading if name == field else name, name, "alias", unit if name == field else None
        )
        for name in columns
    ]
    table = Table(
        name="表",
        format="xlsx",
        headings=[m.heading for m in matches],
        columns=list(columns.values()),
        rows=list(range(2, 2 + len(cells))),
    )
    return clean_values(table, KINDS[kind], matches)


def value(kind, field, cell, **kwargs):
    """Return what one cell becomes, after seeing that nothing is wrong with it."""
    cleaned = clean(kind, field, cell, **kwargs)
    assert [f.message["zh"] for f in cleaned.faults] == []
    assert cleaned.questions == []
    (found,) = cleaned.frame[field].astype(object)
    return None if pd.isna(found) else found


def fault(kind, field, cell, **kwargs):
    """Return the only fault of a cell, after seeing that it has no value."""
    cleaned = clean(kind, field, cell, **kwargs)
    assert cleaned.frame[field].isna().all()
    (found,) = cleaned.faults
    return found


# --- numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (1234.5, 1234.5),
        (12, 12),
        ("1,234.5", 1234.5),
        ("1，234，567", 1234567),
        ("１２３４．５", 1234.5),
        (" 12 345 ", 12345),
        ("1.2E+3", 1200),
        ("¥300", 300),
        ("人民币 300", 300),
        (".5", 0.5),
        ("0", 0),
    ],
    ids=repr,
)
def test_numbers_are_read_in_every_usual_form(cell, expected):
    assert value("enterprises", "invest_planned_wan", cell, unit="万元") == expected


@pytest.mark.parametrize(
    "cell",
    [
        "1,23",
        "12 34",
        "1.2.3",
        "10-20",
        "十二",
        "元",
        "$300",
        "1e400",
        1e16,
        True,
        "12x",
        date(2020, 1, 1),
    ],
    ids=repr,
)
def test_what_is_not_one_number_is_told(cell):
    found = fault("enterprises", "invest_planned_wan", cell, unit="万元", heading="总投资")
    assert (found.rule, found.severity, found.fatal) == ("VALUE_RANGE", "error", True)
    assert (found.row, found.column) == (2, "总投资")
    assert found.value and found.value in found.message["zh"]


@pytest.mark.parametrize(
    ("field", "cell", "unit", "expected"),
    [
        ("declared_area_mu", "12.5亩", None, 12.5),
        ("declared_area_mu", "2公顷", None, 30),
        ("declared_area_mu", "2公顷", "亩", 30),
        ("declared_area_mu", "3", "公顷", 45),
        ("declared_area_mu", "2,000㎡", "亩", 3),
        ("declared_area_mu", "1.2万", "亩", 12000),
        ("reference_price_wan_per_mu", "150元/㎡", None, 10),
        ("invested_share", "35%", None, 0.35),
        ("invested_share", "３５％", "小数", 0.35),
        ("invested_share", 35, "%", 0.35),
        ("invested_share", 0.35, None, 0.35),
        ("term_years", "50年", None, 50),
    ],
)
def test_a_unit_in_the_cell_counts_before_that_of_the_column(field, cell, unit, expected):
    assert value("parcels", field, cell, unit=unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("field", "cell", "unit", "expected"),
    [
        ("invest_planned_wan", "2亿元", None, 20000),
        ("invest_planned_wan", "2亿", "万元", 20000),
        ("invest_planned_wan", "5000000元", "万元", 500),
        ("energy_tce", "1.5万吨标煤", None, 15000),
        ("employees", "120人", None, 120),
        ("employees", "1.2万人", None, 12000),
    ],
)
def test_amounts_of_firms_are_converted(field, cell, unit, expected):
    assert value("enterprises", field, cell, unit=unit) == expected


@pytest.mark.parametrize(
    ("field", "cell", "unit", "expected"),
    [
        ("rent_yuan_m2_month", "180元/平方米/年", None, 15),
        ("rent_yuan_m2_month", "15元/㎡·月", None, 15),
        ("floor_load_t_m2", "9.80665kN/m²", None, 1),
        ("floor_load_t_m2", "500kg/m2", "t/m²", 0.5),
        ("storey_height_m", "8.1", None, 8.1),
        ("storey_height_m", "8100mm", None, 8.1),
        ("power_kva", "1.6MVA", "kVA", 1600),
        ("area_m2", "3000㎡", "平方米", 3000),
        ("goods_lifts", "2部", None, 2),
    ],
)
def test_amounts_of_halls_are_converted(field, cell, unit, expected):
    assert value("buildings", field, cell, unit=unit) == pytest.approx(expected, rel=1e-12)


def test_a_unit_that_does_not_fit_is_told_with_the_one_expected():
    found = fault("parcels", "declared_area_mu", "12万元", unit="亩")
    assert "万元" in found.message["zh"] and "亩" in found.message["zh"]


def test_kilowatts_are_read_as_kilovolt_amperes_and_that_is_said():
    cleaned = clean("buildings", "power_kva", 500, "500kW", unit="kW")
    assert cleaned.frame["power_kva"].tolist() == [500, 500]
    assert [r.code for r in cleaned.remarks] == ["POWER_FACTOR"]


def test_an_amount_without_any_unit_is_asked_for_and_not_guessed():
    cleaned = clean("parcels", "declared_area_mu", "100", "2亩", None, heading="面积")
    assert cleaned.frame["declared_area_mu"].isna().tolist() == [True, False, True]
    (question,) = cleaned.questions
    assert question.id == "unit:面积"
    assert [a.value for a in question.answers][:3] == ["亩", "平方米", "公顷"]
    assert cleaned.faults == []


def test_nothing_is_asked_where_every_cell_says_its_unit():
    assert clean("parcels", "declared_area_mu", "100亩", "2公顷", None).questions == []


@pytest.mark.parametrize(
    ("cells", "expected"),
    [([35, 50, 0], [0.35, 0.5, 0]), ([0.35, 1, 0], [0.35, 1, 0]), ([0.35, "50%"], [0.35, 0.5])],
)
def test_shares_are_percent_or_fractions_by_their_numbers(cells, expected):
    assert clean("parcels", "green_ratio", *cells).frame["green_ratio"].tolist() == expected


@pytest.mark.parametrize("cells", [[0.5, 35], [350, 20]])
def test_shares_that_may_be_either_are_asked_for(cells):
    (question,) = clean("parcels", "green_ratio", *cells, heading="绿地率").questions
    assert question.id == "unit:绿地率"


def test_heights_beyond_all_halls_are_asked_for():
    (question,) = clean("buildings", "storey_height_m", 8100, 9000, heading="层高").questions
    assert [a.value for a in question.answers] == ["米", "厘米", "毫米"]


@pytest.mark.parametrize("cell", ["约120", "120余人", "120人左右", "近120", "120多", "120+"])
def test_a_number_that_is_not_exact_is_taken_with_a_warning(cell):
    cleaned = clean("enterprises", "employees", cell)
    assert cleaned.frame["employees"].tolist() == [120]
    (found,) = cleaned.faults
    assert (found.severity, found.fatal) == ("warning", False)


def test_a_figure_that_is_a_lower_bound_becomes_one():
    cleaned = clean("figures", "value", "140余家", "12", figure_id=["F1", "F2"])
    assert cleaned.faults == []
    assert cleaned.frame["value"].tolist() == [140, 12]
    assert cleaned.frame["lower_bound"].isna().tolist() == [False, True]


def test_a_column_of_lower_bounds_wins_over_the_wording():
    cleaned = clean("figures", "value", "140余家", lower_bound=["否"])
    assert cleaned.frame["lower_bound"].tolist() == [False]


def test_bounds_are_usual_in_fields_that_are_bounds():
    assert value("parcels", "far_min", "≥1.0") == 1
    assert value("parcels", "far_max", "不大于2.0") == 2
    assert clean("parcels", "far_max", "≥2.0").faults[0].severity == "warning"


def test_whole_numbers_are_whole():
    assert value("enterprises", "employees", "12.0") == 12
    assert "整数" in fault("enterprises", "employees", 12.5).message["zh"]


# --- missing values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "  ",
        "空",
        "无",
        "—",
        "-",
        "——",
        "－",
        "/",
        "待定",
        "暂无",
        "N/A",
        "#N/A",
        "#REF!",
        "null",
        "0000-00-00",
        "……",
    ],
)
@pytest.mark.parametrize(
    "field", ["invest_planned_wan", "stage", "stage_on", "product", "uscc", "lon"]
)
def test_a_missing_value_is_missing_in_every_field(cell, field):
    assert value("enterprises", field, cell) is None


def test_no_is_an_answer_where_yes_is_one():
    assert value("buildings", "dormitory", "无") is False
    assert value("buildings", "dormitory", "/") is None


# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "field", "word", "expected"),
    [
        ("parcels", "supply_state", "已供", "supplied"),
        ("parcels", "supply_state", "批而未供", "approved"),
        ("parcels", "supply_state", "公告中（2024）", "announced"),
        ("parcels", "supply_state", "未批", "unapproved"),
        ("parcels", "supply_state", " Reserved ", "reserved"),
        ("parcels", "development_state", "建设中", "construction"),
        ("parcels", "development_state", "疑似闲置", "suspected_idle"),
        ("enterprises", "stage", "已投产", "operating"),
        ("enterprises", "stage", "建设中", "construction"),
        ("enterprises", "stage", "已签约", "signed"),
        ("enterprises", "stage", "停产", "closed"),
        ("enterprises", "stage", "洽谈", "contact"),
        ("enterprises", "datum", "百度坐标", "bd09"),
        ("enterprises", "chain_role", "上游", "upstream"),
        ("enterprises", "nature", "示例", "sample"),
        ("buildings", "state", "空置", "vacant"),
        ("parks", "kind", "产业园区", "industrial"),
        ("parks", "kind", "物流园", "logistics"),
        ("logistics", "kind", "火车站", "rail_station"),
        ("places", "kind", "县城", "county seat"),
    ],
)
def test_states_and_kinds_are_understood_in_chinese(kind, field, word, expected):
    assert value(kind, field, word) == expected


def test_the_same_word_means_what_the_kind_says():
    assert value("buildings", "state", "闲置") == "vacant"
    assert "已认定闲置" in fault("parcels", "development_state", "闲置").message["zh"]


@pytest.mark.parametrize(
    ("kind", "spec"), [(k, s) for k in KINDS.values() for s in k.all_fields if s.values]
)
def test_every_value_of_the_model_has_a_chinese_word(kind, spec):
    from geo.importer.aliases import usual_words, words

    assert set(words(kind, spec.name).values()) == set(spec.values)
    for word in usual_words(kind, spec.name):
        assert value(kind.name, spec.name, word) in spec.values
    for own in spec.values:
        assert value(kind.name, spec.name, own) == own


def test_an_unknown_word_is_told_with_those_that_are_known():
    found = fault("enterprises", "stage", "火星", heading="阶段")
    assert "接触、意向、签约、在建、投产、关停" in found.message["zh"]
    assert "火星" in found.message["en"]


@pytest.mark.parametrize(
    "cell", ["是", "有", "√", "Y", "yes", "TRUE", 1, 1.0, True, "净地"], ids=repr
)
def test_yes_in_every_form(cell):
    assert value("parcels", "net_land", cell) is True


@pytest.mark.parametrize("cell", ["否", "无", "×", "N", "no", "False", 0, False, "毛地"], ids=repr)
def test_no_in_every_form(cell):
    assert value("parcels", "net_land", cell) is False


def test_maybe_is_neither_yes_nor_no():
    assert "是" in fault("parcels", "net_land", "也许").message["zh"]


# --- dates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (datetime.fromisoformat("2020-10-14T08:30"), "2020-10-14"),
        (date(2020, 10, 14), "2020-10-14"),
        (44118, "2020-10-14"),
        (44118.0, "2020-10-14"),
        ("44118", "2020-10-14"),
        ("2020-10-14", "2020-10-14"),
        ("2020/1/5", "2020-01-05"),
        ("2020.10.14", "2020-10-14"),
        ("2020.10", "2020-10"),
        ("2020年10月14日", "2020-10-14"),
        ("2020 年 5 月 3 号", "2020-05-03"),
        ("２０２０年５月", "2020-05"),
        ("二〇二〇年十月", "2020-10"),
        ("二零二零年十二月三十一日", "2020-12-31"),
        ("202010", "2020-10"),
        (20201014, "2020-10-14"),
        (2020, "2020"),
        ("2020年", "2020"),
        (2020.05, "2020-05"),
        ("2020-10-14 12:00:00", "2020-10-14"),
        ("2020-10-14T00:00:00Z", "2020-10-14"),
        ("2020—10—14", "2020-10-14"),
    ],
    ids=repr,
)
def test_dates_are_read_in_every_usual_form(cell, expected):
    assert value("parcels", "started_on", cell) == expected


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("20年10月", "四位"),
        ("20.10.14", "四位"),
        ("20年", "四位"),
        ("2020年底", "确定的日期"),
        ("2020年10月中旬", "确定的日期"),
        ("2020年第三季度", "确定的日期"),
        (2020.1, "1 月"),
        ("2020-02-30", "不是日期"),
        ("2020-13", "不是日期"),
        ("2020-2023", "不是日期"),
        (99999, "不是日期"),
        (True, "不是日期"),
        ("明年", "不是日期"),
    ],
    ids=repr,
)
def test_a_date_that_is_not_certain_is_told_and_not_guessed(cell, said):
    assert said in fault("parcels", "started_on", cell).message["zh"]


def test_years_are_read_from_years_and_from_dates():
    assert value("parks", "opened_year", "2009年") == 2009
    assert value("enterprises", "landed_year", date(2020, 5, 1)) == 2020
    assert fault("enterprises", "landed_year", "09年").fatal


def test_dates_in_fields_of_text_become_iso_and_other_texts_stay():
    assert value("enterprises", "as_of", datetime.fromisoformat("2024-06-30")) == "2024-06-30"
    assert value("figures", "period", "2020年") == "2020"
    assert value("logistics", "opened", "2007 或 2008") == "2007 或 2008"


# --- identifiers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("91653225MA7777777Y", "91653225MA7777777Y"),
        (" 91653225 ma77 77777y ", "91653225MA7777777Y"),
        ("'91653225MA7777777Y", "91653225MA7777777Y"),
        ("９１６５３２２５ＭＡ７７７７７７７Ｙ", "91653225MA7777777Y"),
        ("916532200000003000", "916532200000003000"),  # ends in zeros and is well formed
        ("91653225MA7777777X", "91653225MA7777777X"),  # a wrong check character: the rules say so
    ],
)
def test_credit_codes_are_written_in_one_way(cell, expected):
    assert value("enterprises", "uscc", cell) == expected


@pytest.mark.parametrize(
    "cell",
    [9.16532e17, 916532260000000000, "916532260000000000", "9.16E+17", "9.16532E17"],
    ids=repr,
)
def test_a_credit_code_that_a_spreadsheet_rounded_is_told_as_that(cell):
    found = fault("enterprises", "uscc", cell)
    assert found.rule == "USCC_INVALID"
    assert "位数已丢失" in found.message["zh"] and "设为文本" in found.message["zh"]


def test_identifiers_keep_their_zeros_and_lose_what_spreadsheets_add():
    assert value("parcels", "parcel_id", "0601") == "0601"
    assert value("parcels", "parcel_id", 601.0) == "601"
    assert value("parcels", "parcel_id", " ’ＣＬ－０１ ") == "CL-01"
    assert value("enterprises", "adcode", 653225) == "653225"


def test_a_number_too_long_for_a_spreadsheet_has_lost_its_end():
    assert "位数已丢失" in fault("parcels", "contract_no", 6.53225202400012e17).message["zh"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("C391", "C391"),
        (391, "C391"),
        ("391.", "C391"),
        ("c391 计算机制造", "C391"),
        ("C391计算机制造", "C391"),
        ("计算机制造（C391）", "C391"),
        ("Ｃ３９", "C39"),
        ("农产品加工", "农产品加工"),
        ("C999", "C999"),
    ],
    ids=repr,
)
def test_industries_are_read_as_codes_and_the_rest_is_left_to_the_rules(cell, expected):
    cleaned = clean("enterprises", "industry_code", cell)
    assert cleaned.frame["industry_code"].tolist() == [expected]
    assert cleaned.faults == cleaned.remarks == []


@pytest.mark.parametrize(
    ("cell", "code"),
    [("制鞋业", "C195"), ("制鞋", "C195"), ("酒、饮料和精制茶制造业", "C15"), ("纺织业", "C17")],
)
def test_an_industry_is_found_by_its_exact_name_and_that_is_said(cell, code):
    cleaned = clean("enterprises", "industry_code", cell, cell, heading="行业")
    assert cleaned.frame["industry_code"].tolist() == [code, code]
    (remark,) = cleaned.remarks
    assert remark.code == "INDUSTRY_NAMES"
    assert (remark.params["column"], remark.params["count"]) == ("行业", 2)


def test_several_industries_are_told_where_there_can_be_one():
    assert fault("enterprises", "industry_code", "C13、C14").rule == "INDUSTRY_UNKNOWN"


@pytest.mark.parametrize(
    "cell",
    [
        "C13;C30;G59",
        "C13；C30；G59",
        "13、30，59",
        "C13/C30/G59",
        "C13 食品、C30 建材、G59",
        "C13\nC30\nG59",
    ],
)
def test_lists_of_industries_are_parted_by_every_usual_mark(cell):
    assert value("parks", "industry_codes", cell) == "C13;C30;G59"


def test_names_with_commas_are_not_parted():
    cleaned = clean("parks", "industry_codes", "酒、饮料和精制茶制造业；制鞋业")
    assert cleaned.frame["industry_codes"].tolist() == ["C15;C195"]


def test_lists_of_texts_are_parted_by_semicolons():
    assert value("parks", "functions", "仓储、加工，\n展销") == "仓储;加工;展销"


# --- coordinates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (80.806, 80.806),
        ("80.806", 80.806),
        ("４０９８０００．５", 4098000.5),
        ("27,584,000.2", 27584000.2),
        ("80°48′36″", 80.81),
        ("E80°48'36\"", 80.81),
        ("东经80.81°", 80.81),
        ("80度48分36秒", 80.81),
    ],
    ids=repr,
)
def test_coordinates_are_numbers_of_any_system(cell, expected):
    cleaned = clean("parcels", "lon", cell)
    assert cleaned.faults == []
    assert cleaned.frame["lon"].tolist() == [pytest.approx(expected, abs=1e-9)]
    assert cleaned.frame["lon"].dtype == "float64"


@pytest.mark.parametrize("cell", ["80,37 N E", "x", "80°75'", "1_000", "inf", True], ids=repr)
def test_what_is_no_coordinate_is_told(cell):
    assert "不是坐标" in fault("enterprises", "lat", cell).message["zh"]


# --- the frame -------------------------------------------------------------------------------


def test_the_frame_has_the_matched_fields_typed_as_they_are_stored():
    table = Table(
        "表",
        "csv",
        ["开", "名", "不要", "层", "号", "面"],
        [["是"], ["甲厂\n房"], ["x"], ["3层"], ["H1"], ["1万㎡"]],
        [7],
    )
    fields = ["dormitory", "name_zh", None, "floors", "building_id", "area_m2"]
    matches = [
        ColumnMatch(h, f, "alias" if f else "unknown")
        for h, f in zip(table.headings, fields, strict=True)
    ]
    seen = []
    cleaned = clean_values(table, KINDS["buildings"], matches, progress=lambda *a: seen.append(a))
    assert list(cleaned.frame) == ["building_id", "name_zh", "area_m2", "floors", "dormitory"]
    assert [str(t) for t in cleaned.frame.dtypes] == ["str", "str", "float64", "Int64", "boolean"]
    assert cleaned.frame.iloc[0].tolist() == ["H1", "甲厂 房", 10000.0, 3, True]
    assert isinstance(cleaned.frame.index, pd.RangeIndex)
    assert seen[0][0] == "stage.cleaning" and seen[-1][1:] == (5, 5)


def test_an_empty_table_has_an_empty_frame():
    cleaned = clean("parcels", "declared_area_mu")
    assert len(cleaned.frame) == 0 and cleaned.questions == []


def test_one_and_true_are_not_one_cell():
    cleaned = clean("parcels", "parcel_id", 1, True, 1.0, "1")
    assert cleaned.frame["parcel_id"].tolist() == ["1", "true", "1", "1"]


def test_faults_come_row_by_row_with_the_numbers_a_person_sees():
    cleaned = clean("parcels", "term_years", "x", "50", "y", started_on=["2020", "a", "b"])
    assert [(f.row, f.column) for f in cleaned.faults] == [
        (2, "某列"),
        (3, "started_on"),
        (4, "某列"),
        (4, "started_on"),
    ]


def test_hostile_text_is_shown_short_and_on_one_line():
    found = fault("enterprises", "employees", "\u202e<b>{x}\n" + "长" * 500)
    assert len(found.value) == 80
    assert found.value.startswith("<b>{x} 长") and found.value.endswith("…")
    assert found.value in found.message["zh"]


def test_many_faults_are_kept_in_part_but_every_faulty_row_is_known(monkeypatch):
    monkeypatch.setattr(values_module, "FAULTS_IN_FULL", 3)
    wrong = [f"x{i}" for i in range(10)]
    cleaned = clean("parcels", "term_years", *wrong, started_on=wrong, far=wrong)
    assert len(cleaned.faults) == 10
    assert {f.row for f in cleaned.faults if f.fatal} == set(range(2, 12))


# --- properties ------------------------------------------------------------------------------

UNSEEN = {"Cc", "Cs"}

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=40),
    st.dates(),
    st.datetimes(),
)


@given(st.lists(cells, min_size=1, max_size=8), st.data())
def test_any_cells_give_a_value_or_a_fault_or_a_question(column, data):
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    spec = data.draw(st.sampled_from(KINDS[kind].all_fields))
    cleaned = clean(kind, spec.name, *column)
    assert len(cleaned.frame) == len(column)
    assert {f.row for f in cleaned.faults} <= set(range(2, 2 + len(column)))
    texts = [v for v in cleaned.frame[spec.name] if isinstance(v, str)]
    assert all(text == text.strip() and not UNSEEN & set(map(category, text)) for text in texts)
    if spec.values:
        assert set(texts) <= set(spec.values)
    if spec.dtype == "date":
        assert all(parse_partial_date(text) for text in texts)


@given(st.floats(-1e12, 1e12), st.sampled_from(["", "亩", "公顷", "m2"]))
def test_a_written_number_is_read_back(number, unit):
    found = parse_number(f"{number:,.4f}{unit}")
    assert found is not None and found.unit == unit
    assert found.value == pytest.approx(number, abs=1e-4)


@given(st.text(max_size=70))
def test_any_text_is_a_finite_number_or_none(text):
    found = parse_number(text)
    assert found is None or not math.isnan(found.value)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_is_read_back_in_every_form(day):
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(d)] for d in str(day.year))
    forms = [
        day,
        datetime.combine(day, time(23, 59)),
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{year}年{day.month}月{day.day}日",
        day.strftime("%Y%m%d"),
    ]
    assert {parse_date(form).iso for form in forms} == {day.isoformat()}


@given(st.dates(date(1954, 10, 4), date(2064, 4, 8)))
def test_a_spreadsheet_day_is_read_back(day):
    assert parse_date((day - date(1899, 12, 30)).days).iso == day.isoformat()


@given(cells)
def test_a_date_is_certain_or_told(cell):
    found = parse_date(cell)
    assert (found.iso is None) != (found.problem is None)
    assert found.iso is None or parse_partial_date(found.iso)


@given(st.text())
def test_tidy_texts_stay_as_they_are(text):
    once = tidy(text)
    assert tidy(once) == once
    assert len(shown(text)) <= 80


@given(st.text(alphabet="空无—-－/.、 　待定", min_size=1, max_size=3))
def test_what_is_missing_never_becomes_a_value(text):
    assume(is_missing(text))
    assert value("enterprises", "product", text) is None
