"""Units: their spellings, what a number is multiplied by, and where they are written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.importer.units import (
    factor,
    fits,
    label,
    likely_units,
    own_unit,
    split_heading,
    unit_of,
    units_of_note,
)
from geo.model import KINDS

MEASURED = sorted(
    {spec.name for kind in KINDS.values() for spec in kind.all_fields if own_unit(spec.name)}
)


@pytest.mark.parametrize(
    ("field", "unit", "expected"),
    [
        ("declared_area_mu", "亩", 1),
        ("declared_area_mu", "公顷", 15),
        ("declared_area_mu", "平方米", Fraction(3, 2000)),
        ("declared_area_mu", "平方公里", 1500),
        ("declared_area_mu", "万平方米", 15),
        ("declared_area_mu", "万亩", 10_000),
        ("developed_ha", "亩", Fraction(1, 15)),
        ("area_m2", "万平方米", 10_000),
        ("area_km2_reported", "公顷", Fraction(1, 100)),
        ("invest_planned_wan", "亿元", 10_000),
        ("invest_planned_wan", "元", Fraction(1, 10_000)),
        ("invest_planned_wan", "千元", Fraction(1, 10)),
        ("reference_price_wan_per_mu", "元/平方米", Fraction(1, 15)),
        ("reference_price_wan_per_mu", "元/亩", Fraction(1, 10_000)),
        ("rent_yuan_m2_month", "元/平方米/年", Fraction(1, 12)),
        ("rent_yuan_m2_month", "元/平方米/天", Fraction(365, 12)),
        ("energy_tce", "万吨标煤", 10_000),
        ("power_kva", "MVA", 1_000),
        ("storey_height_m", "毫米", Fraction(1, 1_000)),
        ("floor_load_t_m2", "kg/m²", Fraction(1, 1_000)),
        ("invested_share", "%", Fraction(1, 100)),
    ],
)
def test_a_number_is_turned_into_the_unit_of_its_field(field, unit, expected):
    assert factor(field, unit) == expected


def test_a_tonne_on_a_square_metre_weighs_9_80665_kilonewtons():
    assert float(9.80665 * factor("floor_load_t_m2", "kN/m²")) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("ha", "公顷"),
        ("hm²", "公顷"),
        ("HM2", "公顷"),
        ("㎡", "平方米"),
        ("m2", "平方米"),
        ("平米", "平方米"),
        ("km²", "平方公里"),
        ("万㎡", "万平方米"),
        ("吨标准煤", "吨标煤"),
        ("元/㎡·月", "元/平方米/月"),
        ("元/平方米/年", "元/平方米/年"),
        ("元每平方米每月", "元/平方米/月"),
        ("元/月/㎡", "元/平方米/月"),
        ("KVA", "kVA"),
        ("吨/平方米", "t/m²"),
        ("％", "%"),
        ("顷", None),
        ("$", None),
        ("", None),
    ],
)
def test_spellings_are_known(written, unit):
    assert unit_of(written) == unit


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("面积(亩)", ("面积", "亩")),
        ("投资（含设备）（万元）", ("投资(含设备)", "万元")),
        ("面积【单位：公顷】", ("面积", "公顷")),
        ("面积:公顷", ("面积", "公顷")),
        ("投资额，单位：万元", ("投资额", "万元")),
        ("用地/面积/亩", ("用地/面积", "亩")),
        ("面积亩", ("面积", "亩")),
        ("产值万元", ("产值", "万元")),
        ("Area_ha", ("Area", "公顷")),
        ("租金（元/㎡·月）", ("租金", "元/平方米/月")),
        ("荷载[kN/m²]", ("荷载", "kN/m²")),
        ("单元", ("单元", None)),
        ("企业（全称）", ("企业(全称)", None)),
        ("公司", ("公司", None)),
        ("亩", ("亩", None)),
        ("：" + " " * 20_000 + "：", (":", None)),
    ],
)
def test_a_heading_is_parted_from_its_unit(heading, expected):
    assert split_heading(heading) == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("单位：万元、亩", ("万元", "亩")),
        ("（计量单位: 平方米）", ("平方米",)),
        ("填报单位：策勒县商务局", ()),
        ("2024 年", ()),
    ],
)
def test_a_note_declares_units(note, expected):
    assert units_of_note(note) == expected


def test_a_unit_of_another_quantity_has_no_factor():
    with pytest.raises(ValueError, match="does not measure"):
        factor("declared_area_mu", "万元")
    with pytest.raises(ValueError, match="does not measure"):
        factor("far", "%")


@pytest.mark.parametrize("field", MEASURED)
def test_every_measured_field_offers_its_own_unit_first(field):
    units = likely_units(field)
    assert units[0] == own_unit(field)
    assert factor(field, units[0]) == 1
    assert all(fits(field, unit) and label(unit)["en"].isprintable() for unit in units)
    assert all(char < "一" or char > "鿿" for unit in units for char in label(unit)["en"])


def test_a_field_without_a_unit_offers_none():
    assert likely_units("far") == ()


@given(st.sampled_from(MEASURED), st.data())
def test_factors_of_two_units_are_inverse(field, data):
    units = st.sampled_from(likely_units(field))
    one, other = data.draw(units), data.draw(units)
    assert factor(field, one) / factor(field, other) * factor(field, other) == factor(field, one)


@given(st.text(max_size=40))
def test_any_heading_can_be_parted(heading):
    bare, unit = split_heading(heading)
    assert unit is None or unit_of(unit) == unit
    assert len(bare) <= len(heading) * 18  # NFKC expands a character to at most 18
