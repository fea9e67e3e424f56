"""Codes and credit codes."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from geo.rules.codes import compact_uscc, is_surely_uscc
from tests.rules.conftest import SOUND, brief

# Published example of the algorithm (GB 32100-2015); no firm of the map.
VALID = "91110000600037341L"
FIRM = SOUND["enterprises"][0]


def test_land_use_must_be_listed(broken):
    (found,) = broken("parcels", land_use_code="0601a")
    assert (found.rule, found.actual) == ("LAND_USE_UNKNOWN", "0601a")


def test_codes_without_the_name_of_their_standard_are_unclear(broken):
    for standard in (None, ""):
        (found,) = broken("parcels", catalog={"parcels": {"code_standard": standard}})
        assert (found.rule, found.feature) == ("CODE_STANDARD_UNCLEAR", ())


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("parks", "industry_codes"),
        ("parcels", "permitted_industries"),
        ("enterprises", "industry_code"),
    ],
)
def test_industries_must_be_listed(broken, kind, column):
    (found,) = broken(kind, **{column: "C99"})
    assert (found.rule, found.layer, found.actual) == ("INDUSTRY_UNKNOWN", kind, "C99")
    assert column in found.message["en"]
    assert broken(kind, **{column: "C3911"}) == []


def test_each_unknown_industry_of_a_list_is_named_once(broken):
    findings = broken("parks", industry_codes="C39; C98；C99;C98;;")
    assert sorted(f.actual for f in findings) == ["C98", "C99"]
    assert len({f.id for f in findings}) == 2


@pytest.mark.parametrize("number", [VALID, VALID.lower(), f" {VALID[:8]} {VALID[8:]}"])
def test_a_valid_credit_code_is_silent(broken, number):
    assert broken("enterprises", uscc=number) == []


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (VALID[:-1], "18"),
        (VALID[:-1] + "1", "check digit"),
        ("A" + VALID[1:], "not allowed"),
        (VALID[:10] + "O" + VALID[11:], "not allowed"),
        ("<script>", "18"),
        ("", "18"),
    ],
)
def test_an_impossible_credit_code_says_why(broken, number, word):
    (found,) = broken("enterprises", uscc=number)
    assert found.rule == "USCC_INVALID"
    assert word in found.message["en"]


def test_a_shared_credit_code_names_all_who_share_it(check):
    rows = [
        FIRM | {"enterprise_id": "E1", "name_zh": "一", "uscc": VALID},
        FIRM | {"enterprise_id": "E2", "name_zh": "二", "uscc": None},
        FIRM | {"enterprise_id": "E3", "name_zh": "三", "uscc": VALID.lower()},
        FIRM | {"enterprise_id": "E4", "name_zh": "四", "uscc": None},
    ]
    assert brief(check(enterprises=rows)) == [("USCC_DUPLICATE", "enterprises", ("E1", "E3"))]


# 916532250123456789 as a number: as a spreadsheet shows it, stores it, and hands it on.
@pytest.mark.parametrize(
    "number",
    [
        "9.16532E+17",
        "9.16532250123456e+17",
        "916532250123456000",
        "916532250123456000.0",
        str(int(916532250123456789.0)),
    ],
)
def test_a_code_that_a_spreadsheet_damaged_is_told_as_that(broken, number):
    (found,) = broken("enterprises", uscc=number)
    assert (found.rule, found.field) == ("USCC_INVALID", "uscc")
    assert "位数已丢失" in found.message["zh"]
    assert "check digit" not in found.message["en"]


def test_a_right_code_of_digits_alone_is_not_taken_for_a_damaged_one(broken):
    assert uscc.is_valid("911100006000008000")
    assert broken("enterprises", uscc="911100006000008000") == []


def test_codes_that_lost_their_digits_are_not_told_as_one(check):
    rows = [
        FIRM | {"enterprise_id": key, "name_zh": key, "uscc": "916532250123456000"} for key in "ab"
    ]
    assert {f.rule for f in check(enterprises=rows)} == {"USCC_INVALID"}


@given(
    st.from_regex(r"[0-9]{8}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True), st.sampled_from("0123L9XY")
)
def test_all_codes_at_once_are_judged_as_one_alone_is(body, last):
    number = body + last
    codes = compact_uscc(pd.Series([number, None, number.lower(), "x"], dtype="str"))
    valid = uscc.is_valid(number)
    assert is_surely_uscc(codes).tolist() == [valid, False, valid, False]
