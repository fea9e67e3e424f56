"""Which records the rows of a file are, and what their names of places mean."""

import pandas as pd
import pytest

from geo.importer.identify import ask_for_key, identify
from geo.importer.model import ColumnMatch
from geo.importer.names import near_pairs, same_key, same_name, same_place
from geo.model import KINDS

PARKS = pd.DataFrame(
    {
        "park_id": ["CL-TJ", "YT-TJ", "YT-SHOE"],
        "name_zh": ["策勒县天津工业园区", "于田县天津工业园区", "于田鞋服产业园"],
        "name_en": ["Cele Tianjin Industrial Park", "Yutian Tianjin Industrial Park", None],
        "parent_id": [None, None, "YT-TJ"],
    }
)
PARCELS = pd.DataFrame({"parcel_id": ["CL-AGRI-001", "CL-AGRI-002"]})
FIRMS = pd.DataFrame(
    {
        "enterprise_id": ["R-001", "E-001", "E-007"],
        "name_zh": ["新疆鸿荣轻工有限公司", "新疆昆仑食品有限公司", "示例企业 007"],
        "uscc": ["91653226MA77777771", None, None],
    }
)
LISTS = {
    "counties": pd.DataFrame({"adcode": ["653225", "653226"], "name_zh": ["策勒县", "于田县"]}),
    "provinces": pd.DataFrame({"name_zh": ["天津市", "新疆维吾尔自治区", "内蒙古自治区"]}),
}


def found(kind, rows, **references):
    frame = pd.DataFrame(rows).astype("str").where(lambda f: f != "None")
    headings = {name: f"“{name}”" for name in frame.columns}
    present = {"parks": PARKS, "parcels": PARCELS, "enterprises": FIRMS, **LISTS, **references}
    numbers = range(5, 5 + len(frame))
    return identify(frame, KINDS[kind], present, rows=numbers, headings=headings)


def keys(kind, rows, **references):
    frame = found(kind, rows, **references).frame
    return [None if pd.isna(key) else key for key in frame[KINDS[kind].key]]


def told(identified):
    return [(f.row, f.column, f.rule, f.severity, f.fatal) for f in identified.faults]


# --- which record ------------------------------------------------------------------------------


@pytest.mark.parametrize("spelt", ["CL-AGRI-001", " cl-agri-001 ", "ＣＬ－ＡＧＲＩ—００１"])
def test_a_key_is_known_in_any_width_case_and_dash(spelt):
    assert keys("parcels", {"parcel_id": [spelt]}) == ["CL-AGRI-001"]


def test_a_key_that_is_not_there_is_a_new_record():
    assert keys("parcels", {"parcel_id": ["新-1"]}) == ["新-1"]


def test_a_firm_is_known_by_its_credit_code_before_its_name():
    rows = {"name_zh": ["新疆昆仑食品有限公司"], "uscc": ["91653226ma7777777 1"]}
    assert keys("enterprises", rows) == ["R-001"]


def test_a_firm_is_known_by_its_name_whatever_brackets_and_spaces():
    present = FIRMS.assign(name_zh=["新疆(和田)鸿荣", "新疆昆仑食品有限公司", "示例企业 007"])
    rows = {"name_zh": ["新疆（和田） 鸿荣", "示例企业007"]}
    assert keys("enterprises", rows, enterprises=present) == ["R-001", "E-007"]


def test_two_firms_of_one_name_are_told_apart_by_their_credit_codes():
    rows = {"name_zh": ["新疆鸿荣轻工有限公司"], "uscc": ["91653226MA00000000"]}
    assert keys("enterprises", rows) == ["E-008"]


def test_new_firms_are_numbered_after_the_greatest_in_the_layers_own_pattern():
    identified = found("enterprises", {"name_zh": ["甲公司纺织", "乙公司纺织"]})
    assert identified.frame["enterprise_id"].tolist() == ["E-008", "E-009"]
    assert [r.code for r in identified.remarks] == ["NUMBERED"]
    assert keys("enterprises", {"name_zh": ["甲"]}, enterprises=FIRMS.iloc[:0]) == ["E-0001"]


def test_a_number_that_the_file_gives_itself_is_not_given_out():
    rows = {"enterprise_id": ["E-008", None], "name_zh": ["甲", "乙"]}
    assert keys("enterprises", rows) == ["E-008", "E-009"]


def test_numbering_depends_on_the_content_only():
    rows = {"name_zh": ["丙", "甲", "乙"]}
    assert keys("enterprises", rows) == keys("enterprises", rows) == ["E-008", "E-009", "E-010"]


@pytest.mark.parametrize("kind", ["parcels", "figures", "policies"])
def test_nobody_invents_the_number_of_a_plot_a_figure_or_a_policy(kind):
    key = KINDS[kind].key
    identified = found(kind, {key: ["A", None]})
    assert told(identified) == [(6, f"“{key}”", "KEY_MISSING", "error", True)]


def test_a_file_without_a_column_of_keys_is_told_once():
    identified = found("parcels", {"land_use_code": ["1001", "1001"]})
    assert told(identified) == [(0, "", "KEY_MISSING", "error", True)]


def test_a_likely_column_is_asked_for_where_the_key_is_missing():
    likely = ColumnMatch("地块", None, "unknown", suggestions=("parcel_id",))
    (question,) = ask_for_key([likely], KINDS["parcels"])
    assert question.id == "column:地块"
    assert [answer.value for answer in question.answers] == ["parcel_id", ""]
    assert ask_for_key([ColumnMatch("编号", "parcel_id", "alias")], KINDS["parcels"]) == []
    assert ask_for_key([likely], KINDS["enterprises"]) == []


# --- rows that are one record ------------------------------------------------------------------


def test_rows_with_one_key_are_named_to_each_other():
    identified = found("parcels", {"parcel_id": ["A", "B", "a"]})
    assert told(identified) == []  # new keys are as written
    identified = found("parcels", {"parcel_id": ["A", "B", "A"]})
    assert [f[:3] for f in told(identified)] == [
        (5, "“parcel_id”", "KEY_DUPLICATE"),
        (7, "“parcel_id”", "KEY_DUPLICATE"),
    ]
    assert "7" in identified.faults[0].message["zh"]


def test_firms_with_one_credit_code_or_one_name_are_one_record():
    rows = {
        "name_zh": ["甲纺织", "乙纺织", "丙纺织", "丙 纺织"],
        "uscc": ["91653226MA0000000X", "91653226MA0000000X", None, None],
    }
    identified = found("enterprises", rows)
    assert [f[:3] for f in told(identified)] == [
        (5, "“uscc”", "USCC_DUPLICATE"),
        (6, "“uscc”", "USCC_DUPLICATE"),
        (7, "“name_zh”", "KEY_DUPLICATE"),
        (8, "“name_zh”", "KEY_DUPLICATE"),
    ]


# --- names of firms that are almost the same ---------------------------------------------------


def test_firms_of_almost_one_name_are_told_as_a_warning():
    identified = found("enterprises", {"name_zh": ["新疆昆伦食品有限公司", "新疆玉龙物流有限公司"]})
    assert told(identified) == [(5, "“name_zh”", "NAME_DUPLICATE", "warning", False)]
    assert "E-001" in identified.faults[0].message["en"]
    assert identified.frame["enterprise_id"].tolist() == ["E-008", "E-009"]


def test_different_credit_codes_settle_that_the_firms_are_different():
    present = FIRMS.assign(uscc=["1", "91653226MA0000000X", None])
    rows = {"name_zh": ["新疆昆伦食品有限公司"], "uscc": ["91653226MA00000011"]}
    assert told(found("enterprises", rows, enterprises=present)) == []


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("新疆昆仑食品有限公司", "新疆昆伦食品有限公司", True),
        ("新疆昆仑食品有限公司", "新疆昆仑食品有限责任公司", True),
        ("于田县昆仑鞋业服装有限公司", "于田昆仑鞋业服装有限公司", True),
        ("示例企业 001", "示例企业 002", False),
        ("于田第一鞋业服装厂", "于田第二鞋业服装厂", False),
        ("新疆昆仑食品有限公司", "新疆玉龙物流有限公司", False),
        ("甲公司", "乙公司", False),
        ("", "", False),
    ],
)
def test_names_are_near_if_they_differ_in_hardly_more_than_a_character(one, other, near):
    assert near_pairs(["别的名字无关紧要", one, other]) == ([(1, 2)] if near else [])


def test_many_equal_names_do_not_make_their_square_of_pairs():
    assert len(near_pairs(["新疆昆仑食品有限公司"] * 2000)) < 2000 * 5


# --- names of places ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "策勒县天津工业园区",
        "策勒天津产业园",
        "策勒县天津园区",
        "Cele Tianjin industrial park",
        "cl-tj",
    ],
)
def test_a_park_is_known_with_and_without_county_and_suffix(name):
    identified = found("enterprises", {"name_zh": ["甲"], "park_id": [name]})
    assert identified.frame["park_id"].tolist() == ["CL-TJ"]
    assert "NAMES_RESOLVED" in [r.code for r in identified.remarks]


def test_a_name_that_fits_two_parks_stands_for_neither():
    parks = PARKS.assign(name_zh=["策勒天津园区", "策勒县天津产业园", "于田鞋服产业园"])
    identified = found("enterprises", {"name_zh": ["甲"], "park_id": ["策勒天津"]}, parks=parks)
    assert identified.frame["park_id"].tolist() == ["策勒天津"]


def test_what_is_almost_a_name_is_suggested_and_never_applied():
    rows = {"name_zh": ["甲", "乙", "丙"], "park_id": ["于田天津工业圆", "毫不相干的地方", None]}
    identified = found("enterprises", rows)
    assert identified.frame["park_id"].tolist()[:2] == rows["park_id"][:2]
    (suggestion,) = identified.suggestions
    assert suggestion.as_dict() == {
        "row": 5,
        "field": "park_id",
        "value": "于田天津工业圆",
        "suggestion": "YT-TJ",
        "title": "于田县天津工业园区",
    }


def test_counties_and_provinces_are_known_by_name():
    rows = {"name_zh": ["甲"], "adcode": ["于田"], "origin_province": ["内蒙古"]}
    frame = found("enterprises", rows).frame
    assert (frame["adcode"][0], frame["origin_province"][0]) == ("653226", "内蒙古自治区")
    assert keys("counties", {"adcode": ["策勒县"]}, counties=LISTS["counties"]) == ["653225"]


def test_a_park_may_lie_in_a_park_of_the_same_file():
    rows = {
        "park_id": ["N-1", "N-2"],
        "name_zh": ["民丰新园区", "民丰鞋城"],
        "parent_id": [None, "民丰新"],
    }
    assert found("parks", rows).frame["parent_id"].tolist()[1] == "N-1"


def test_the_given_frame_stays_as_it_is():
    frame = pd.DataFrame({"name_zh": ["甲"], "park_id": ["策勒天津产业园"]}, dtype="str")
    before = frame.copy()
    identify(frame, KINDS["enterprises"], {"parks": PARKS}, rows=[2], headings={})
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("same", [same_key, same_name, same_place])
def test_a_spelling_is_its_own_spelling(same):
    for text in ("策勒县天津工业园区", "Ａ－1", " x ", "园区", "县"):
        assert same(same(text)) == same(text)
