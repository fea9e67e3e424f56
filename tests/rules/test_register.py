"""Firms without a place, and firms given twice."""

import re

import pandas as pd
import pytest
from shapely.geometry import Point

from geo.rules import register
from geo.rules.register import firm_key
from tests.rules.conftest import SOUND, brief

FIRM = SOUND["enterprises"][0]
CODES = ("91110000600037341L", "91110000600037341l", "91653225MA00000019")
NOWHERE = {"parcel_id": None, "building_id": None, "park_id": None, "geometry": None}


def test_a_firm_without_any_place_is_named(broken):
    (found,) = broken("enterprises", **NOWHERE)
    assert (found.rule, found.feature) == ("ENTERPRISE_UNLOCATED", ("E1",))


@pytest.mark.parametrize(
    "place",
    [{"parcel_id": "P1"}, {"building_id": "H1"}, {"park_id": "A"}, {"geometry": Point(81, 37)}],
)
def test_any_place_is_enough(broken, place):
    assert broken("enterprises", **NOWHERE | place) == []


def test_a_firm_that_a_plot_names_has_a_place(check):
    firms = [FIRM | NOWHERE | {"enterprise_id": key, "name_zh": key} for key in ("E1", "E2")]
    plots = [SOUND["parcels"][0] | {"enterprise_id": "E1"}]
    assert [f.feature for f in check(enterprises=firms, parcels=plots)] == [("E2",)]


def test_a_plot_without_a_firm_names_no_firm_without_a_key(check):
    firms = [SOUND["enterprises"][0] | NOWHERE | {"enterprise_id": None}]
    assert {f.rule for f in check(enterprises=firms)} == {"KEY_MISSING", "ENTERPRISE_UNLOCATED"}


def test_each_firm_is_named(check):
    rows = [FIRM | NOWHERE | {"enterprise_id": key, "name_zh": key} for key in "ab"]
    assert [f.feature for f in check(enterprises=rows)] == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("示例（和田）纺织有限公司", "示例(和田)纺织有限责任公司", True),
        ("示例 和田 纺织公司", "示例和田纺织", True),
        ("示例企业０１", "示例企业01", True),
        ("Sample Textile", "SAMPLE  TEXTILE", True),
        ("示例企业 001", "示例企业 002", False),
        ("示例纺织有限公司", "示例纺织股份有限公司", False),
        ("公司", "有限公司", False),
    ],
)
def test_names_are_compared_without_what_people_write_differently(one, other, same):
    assert (firm_key(one) == firm_key(other)) is same


def named_alike(*codes):
    names = ("示例（和田）纺织有限公司", "示例(和田)纺织有限责任公司", "示例和田纺织")
    rows = zip("abc", names, codes, strict=False)
    return [FIRM | {"enterprise_id": k, "name_zh": name, "uscc": code} for k, name, code in rows]


def test_firms_of_almost_the_same_name_are_named_together(check):
    (found,) = check(enterprises=named_alike(None, None, None))
    assert (found.rule, found.severity, found.blocking) == ("NAME_DUPLICATE", "warning", False)
    assert found.feature == ("a", "b", "c")
    assert found.field == "name_zh"
    assert "示例(和田)纺织有限责任公司" in found.message["zh"]


@pytest.mark.parametrize(
    ("codes", "rules"),
    [
        ((CODES[0], None), ["NAME_DUPLICATE"]),
        ((CODES[0], CODES[1]), ["USCC_DUPLICATE"]),
        ((CODES[0], CODES[2]), []),  # two firms for certain
        ((CODES[0], CODES[1], CODES[2]), ["USCC_DUPLICATE", "NAME_DUPLICATE"]),
    ],
)
def test_credit_codes_say_whether_firms_of_one_name_are_one(check, codes, rules):
    found = [f.rule for f in check(enterprises=named_alike(*codes)) if f.rule != "USCC_INVALID"]
    assert found == rules


def test_firms_without_a_name_are_not_of_one_name(check):
    rows = [FIRM | {"enterprise_id": key, "name_zh": None} for key in "ab"]
    assert {f.rule for f in check(enterprises=rows)} == {"VALUE_RANGE"}


def test_one_firm_alone_is_no_duplicate(check):
    assert brief(check(enterprises=named_alike(None))) == []


def test_a_plain_name_that_is_compared_at_once_has_the_key_that_it_has_alone():
    plain = [chr(code) for code in range(0x20, 0x10000) if re.fullmatch(register._PLAIN, chr(code))]
    names = [*plain, "示例（和田）ABC·纺织 有限责任公司", "公司", "", "ＡＢＣ示例\u3000公司"]
    keys = register._firm_keys(pd.Series(names, dtype="str"))
    assert len(plain) > 20_000
    assert keys.tolist() == [firm_key(name) for name in names]
