"""Land-use codes: which standard they follow, what they become, and what is asked."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.codes import read_codes
from geo.errors import ImportRefused
from geo.importer.land_codes import to_guide_2023
from geo.settings import BUNDLED_LAYERS

LISTS = read_codes(BUNDLED_LAYERS)
GUIDE, SURVEY, PLAN = "land_use_2023", "gbt21010_2017", "gb50137_2011"


def convert(*codes, names=None, declared=None):
    return to_guide_2023(
        pd.Series(codes, dtype="str"),
        names=None if names is None else pd.Series(names, dtype="str"),
        declared=declared,
        heading="用地代码",
        rows=range(2, 2 + len(codes)),
        lists=LISTS,
    )


def one(code, name=None, declared=None):
    """Return what a single cell becomes, after seeing that nothing is wrong with it."""
    found = convert(code, names=[name], declared=declared)
    assert [f.message["zh"] for f in found.faults] == []
    return found.codes.iloc[0]


# --- the standard ----------------------------------------------------------------------------


def test_the_same_digits_are_what_the_declared_standard_says():
    assert one("0601", declared=SURVEY) == "1001"
    assert one("0601", declared=GUIDE) == "0601"
    assert one("1001", declared=SURVEY) == "1201"


def test_names_beside_the_codes_tell_the_standard():
    found = convert("0601", "1001", names=["工业用地", "铁路用地"])
    assert (found.standard, found.codes.tolist()) == (SURVEY, ["1001", "1201"])
    assert "GB/T 21010-2017" in found.why["zh"] and "名称" in found.why["zh"]
    found = convert("1001", "1101", names=["工业用地", "物流仓储用地"])
    assert (found.standard, found.codes.tolist()) == (GUIDE, ["1001", "1101"])


def test_names_in_the_cells_tell_it_too():
    assert convert("0601 工业用地", "1001铁路用地").codes.tolist() == ["1001", "1201"]


def test_names_that_fit_both_tell_nothing():
    found = convert("0102", "0601", names=["水浇地", None])
    assert found.standard is None
    assert [q.id for q in found.questions] == ["codes"]


def test_a_slip_of_the_pen_does_not_change_the_standard():
    found = convert(*["1001"] * 19, "1201", names=[*["工业用地"] * 19, "空闲地"])
    assert found.standard == GUIDE
    assert found.codes.iloc[-1] == "1201"
    (fault,) = found.faults
    assert (fault.row, fault.severity, fault.fatal) == (21, "warning", False)
    assert "铁路用地" in fault.message["zh"] and "空闲地" in fault.message["zh"]


def test_names_that_contradict_each_other_are_no_evidence():
    found = convert("0601", "1001", names=["工业用地", "工业用地"])
    assert found.standard is None and found.questions


def test_letters_are_the_standard_of_urban_plans():
    found = convert("M1", "w2", "Ｒ2", "G2")
    assert found.standard == PLAN
    assert found.codes.tolist() == ["100101", "110102", "070102", "1402"]


def test_six_digits_are_the_guide_and_marked_codes_are_the_survey():
    assert convert("100101", "1001").standard == GUIDE
    found = convert("05H1", "0601", "0508")
    assert (found.standard, found.codes.tolist()) == (SURVEY, ["09", "1001", "11"])


def test_codes_that_exist_in_one_standard_only_tell_it():
    assert convert("0604", "0810").standard == SURVEY
    assert convert("1301", "1401", "2301").standard == GUIDE


def test_one_code_that_does_not_exist_decides_nothing():
    # 0604 may be a slip for 0601: that would turn industry (1001) into railways.
    found = convert(*["1001"] * 9, "0604")
    assert found.standard is None and found.questions


def test_codes_that_mean_the_same_need_no_question():
    found = convert("0101", "0102")
    assert (found.codes.tolist(), found.questions) == (["0101", "0102"], [])


def test_the_question_shows_a_code_that_differs_though_others_are_commoner():
    (question,) = convert("0701", "0701", "0601").questions
    assert all(text in question.message["zh"] for text in ("0601", "农村道路", "工业用地"))


def test_codes_that_no_standard_has_are_faults_and_no_question():
    found = convert("9999")
    assert found.questions == []
    assert [f.rule for f in found.faults] == ["LAND_USE_UNKNOWN"]


def test_an_unclear_standard_is_asked_with_what_depends_on_it():
    found = convert("0601", "0601", "1001")
    (question,) = found.questions
    assert question.id == "codes"
    assert all(text in question.message["zh"] for text in ("0601", "农村道路", "工业用地"))
    assert [a.value for a in question.answers] == [GUIDE, SURVEY]
    assert found.codes.isna().all()
    (fault,) = found.faults
    assert (fault.rule, fault.row, fault.fatal) == ("CODE_STANDARD_UNCLEAR", 0, True)


@pytest.mark.parametrize("answer", [GUIDE, SURVEY])
def test_the_answer_settles_the_question(answer):
    found = convert("0601", "1001", declared=answer)
    assert (found.standard, found.questions, found.faults) == (answer, [], [])


def test_a_standard_that_is_none_is_refused():
    with pytest.raises(ImportRefused) as caught:
        convert("0601", declared="gbj137")
    assert caught.value.code == "CODES_NOT_SUPPORTED"


# --- what a code becomes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("工业用地", "1001"),
        ("工业", "1001"),
        ("一类工业用地", "100101"),
        ("1类工业用地", "100101"),
        ("物流仓储用地", "1101"),
        ("仓储用地", "11"),
        ("商服用地", "09"),
        ("行政办公用地", "0801"),
        ("二类居住用地", "070102"),
        ("道路用地", "1207"),
        ("M1 一类工业用地", "100101"),
        ("M1一类工业用地", "100101"),
        ("M1-工业", "100101"),
        ("一类工业用地（M1）", "100101"),
        ("(M2)", "100102"),
    ],
)
def test_names_and_codes_with_names_are_understood(cell, code):
    assert one(cell) == code


def test_names_alone_need_no_standard():
    found = convert("工业用地", "绿地")
    assert found.standard is None
    assert found.questions == []
    assert "名称" in found.why["zh"]


def test_a_code_with_several_counterparts_names_them():
    found = convert("06", declared=SURVEY)
    assert found.codes.isna().all()
    (fault,) = found.faults
    assert (fault.rule, fault.fatal, fault.column) == ("LAND_USE_UNKNOWN", True, "用地代码")
    assert "10 工矿用地" in fault.message["zh"] and "11 仓储用地" in fault.message["zh"]


def test_the_own_name_of_an_old_class_says_no_more_than_its_code():
    # Retail of GB/T 21010 includes filling stations, which are 090105 in the guide.
    found = convert("0501", names=["零售商业用地"], declared=SURVEY)
    assert "090101 零售商业用地、090105" in found.faults[0].message["zh"]


def test_the_name_beside_it_chooses_among_counterparts():
    assert one("07", "城镇住宅用地", declared=SURVEY) == "0701"
    assert one("0604", "物流仓储用地", declared=SURVEY) == "1101"
    assert one("0601", "一类工业用地", declared=SURVEY) == "100101"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("M1/W1", "几个用地代码"),
        ("1001、1101", "几个用地代码"),
        ("M4", "不是所用标准中的用地代码"),
        ("H11", "没有对应的类"),
        ("住宅用地", "0701 城镇住宅用地、0703 农村宅基地"),
        ("火星用地", "不是用地分类中的名称"),
        ("地" + " " * 20_000 + "(", "不是用地分类中的名称"),
    ],
)
def test_what_cannot_be_converted_is_told_and_left_empty(cell, said):
    found = convert(cell)
    assert found.codes.isna().all()
    (fault,) = found.faults
    assert said in fault.message["zh"]
    assert (fault.rule, fault.severity, fault.fatal) == ("LAND_USE_UNKNOWN", "error", True)


def test_zeros_that_a_spreadsheet_took_are_put_back_and_that_is_said():
    found = convert(
        "601", "601", "801", "1001", names=["工业用地"] * 2 + ["机关团体用地", "铁路用地"]
    )
    assert found.codes.tolist() == ["1001", "1001", "0801", "1201"]
    (remark,) = found.remarks
    assert remark.code == "LAND_CODE_ZERO" and remark.params["count"] == 3
    assert "601 → 0601" in remark.as_dict()["message"]["zh"]


def test_three_digits_with_a_zero_lost_nothing():
    # 061 is industry in the survey standard of 2007, which is not converted.
    found = convert("061", declared=SURVEY)
    assert found.remarks == [] and found.codes.isna().all()


def test_missing_cells_stay_missing_without_a_fault():
    found = convert(None, "待定", "M1")
    assert found.codes.isna().tolist() == [True, True, False]
    assert found.faults == []
    assert convert().codes.tolist() == []


def test_letters_among_digits_are_still_those_of_urban_plans():
    found = convert("M1", "0601", declared=SURVEY)
    assert found.codes.tolist() == ["100101", "1001"]


def test_the_input_stays_and_the_index_is_kept():
    codes = pd.Series(["M1", "W1"], index=[7, 3], dtype="str", name="land_use_code")
    found = to_guide_2023(
        codes, names=None, declared=None, heading="x", rows=[2, 3], lists=LISTS
    ).codes
    assert codes.tolist() == ["M1", "W1"]
    assert (found.index.tolist(), found.name, str(found.dtype)) == ([7, 3], "land_use_code", "str")


# --- the crosswalks --------------------------------------------------------------------------

ENTRIES = [(s, code) for s, codes in LISTS.older.items() for code in codes]


@pytest.mark.parametrize("standard", [SURVEY, PLAN])
def test_a_crosswalk_leads_to_classes_of_the_guide_only(standard):
    for code, entry in LISTS.older[standard].entries.items():
        assert all(LISTS.land_use.known(target) for target in entry.to_2023), code
        assert not entry.parent or LISTS.older[standard].known(entry.parent)


def test_the_standard_of_2017_is_complete():
    codes = [code for code in LISTS.older[SURVEY] if code.isdigit() and code != "0508"]
    assert len([code for code in codes if len(code) == 2]) == 12
    assert len([code for code in codes if len(code) == 4]) == 73


def test_equal_names_are_equal_classes():
    names = {entry.zh: code for code, entry in LISTS.land_use.entries.items()}
    # These have the name of a class of the guide but hold more than that class.
    wider = {(SURVEY, "03"), (SURVEY, "04"), (SURVEY, "08"), (SURVEY, "10"), (SURVEY, "12")}
    wider |= {(SURVEY, "0204"), (SURVEY, "0501"), (SURVEY, "0508"), (PLAN, "A"), (PLAN, "A51")}
    wider |= {(PLAN, "U15"), (PLAN, "H4"), (PLAN, "H5")}
    for standard, code in ENTRIES:
        entry = LISTS.older[standard].entries[code]
        if entry.zh in names and (standard, code) not in wider:
            assert entry.to_2023 == (names[entry.zh],), (standard, code)


@given(st.sampled_from(ENTRIES))
def test_a_listed_code_is_converted_or_its_counterparts_are_named(entry):
    standard, code = entry
    found = convert(code, declared=standard)
    targets = LISTS.older[standard].entries[code].to_2023
    if len(targets) == 1:
        assert found.codes.tolist() == list(targets) and not found.faults
    else:
        assert found.codes.isna().all()
        assert all(target in found.faults[0].message["zh"] for target in targets)


@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=12), st.from_regex(r"[0-9A-Z]{1,6}")), max_size=6
    ),
    st.sampled_from([None, GUIDE, SURVEY, PLAN]),
)
def test_whatever_comes_only_codes_of_the_guide_come_out(cells, declared):
    found = convert(
        *[c and c.encode("utf-8", "replace").decode() for c in cells], declared=declared
    )
    assert set(found.codes.dropna()) <= set(LISTS.land_use)
    assert {f.row for f in found.faults} <= {0, *range(2, 2 + len(cells))}
