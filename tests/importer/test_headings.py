"""Headings of county registers: what each column is taken for, and what is only suggested."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from geo.errors import ImportRefused
from geo.importer.aliases import alias_index, noise, normalise
from geo.importer.axes import northing_is_first
from geo.importer.headings import fingerprint, match_headings
from geo.importer.model import Table
from geo.model import KINDS

ALIASES = tomllib.loads(
    (Path(__file__).parents[2] / "geo/importer/aliases.toml").read_text(encoding="utf-8")
)


def match(kind, *headings, columns=None, format="xlsx", notes=(), geometries=None, **said):
    cells = columns or [["值"] for _ in headings]
    table = Table(
        name="表",
        format=format,
        headings=list(headings),
        columns=cells,
        rows=list(range(2, 2 + len(cells[0]))),
        geometries=geometries,
        notes=list(notes),
    )
    said = {"given": {}, "units": {}, "remembered": {}, **said}
    return match_headings(table, KINDS[kind], **said)


def fields(*args, **kwargs):
    return [m.field for m in match(*args, **kwargs)]


# --- the aliases themselves ------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_has_aliases_and_no_alias_is_unknown(kind):
    shared = ALIASES["all"] | (ALIASES["layers"] if KINDS[kind].is_layer else {})
    names = {spec.name for spec in KINDS[kind].all_fields}
    assert names <= ALIASES[kind].keys() | shared.keys()
    assert ALIASES[kind].keys() - names <= {"land_use_name"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_alias_means_one_field_of_a_kind(kind):
    owners = {}
    for field, headings in ALIASES[kind].items():
        for heading in headings:
            owners.setdefault(normalise(heading), set()).add(field)
    assert {name: owner for name, owner in owners.items() if len(owner) > 1} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_alias_hides_the_name_of_another_field(kind):
    names = {normalise(spec.name): spec.name for spec in KINDS[kind].all_fields}
    index = alias_index(KINDS[kind])
    assert [n for n, field in names.items() if n in index and index[n].field != field] == []


# --- matching --------------------------------------------------------------------------------


def test_a_register_of_firms_is_understood():
    headings = [
        *(
            "序号",
            "企业名称",
            "统一社会\n信用代码",
            "所属行业",
            "总投资（万元）",
            "用工人数",
            "项目进展",
        ),
        *("所属园区", "所在县", "落户时间", "联系人"),
    ]
    assert fields("enterprises", *headings) == [
        *(None, "name_zh", "uscc", "industry_code", "invest_planned_wan", "employees", "stage"),
        *("park_id", "adcode", "landed_year", None),
    ]


def test_an_english_register_is_understood():
    headings = [
        "Company name",
        "Credit code",
        "Industry",
        "Status",
        "Jobs",
        "Longitude",
        "Latitude",
    ]
    assert fields("enterprises", *headings) == [
        *("name_zh", "uscc", "industry_code", "stage", "employees", "lon", "lat")
    ]


def test_exact_names_are_matched_whatever_the_case_and_spaces():
    assert fields("parcels", " Parcel_ID ", "park id", "ＦＡＲ") == ["parcel_id", "park_id", "far"]
    assert match("parcels", "parcel_id")[0].how == "exact"


def test_pinyin_initials_of_survey_databases_are_matched():
    headings = ["BSM", "DKBH", "YQMC", "DLBM", "DLMC", "DKMJ", "GDFS"]
    assert fields("parcels", *headings, format="shapefile") == [
        *(None, "parcel_id", "park_id", "land_use_code", "land_use_name", "declared_area_mu"),
        "supply_method",
    ]


def test_columns_of_no_interest_are_left_out_not_unknown():
    how = {
        m.heading: m.how for m in match("enterprises", "序号", "企业名称", "OBJECTID", "", "怪列")
    }
    assert how == {
        "序号": "left_out",
        "企业名称": "alias",
        "OBJECTID": "left_out",
        "": "left_out",
        "怪列": "unknown",
    }


def test_remarks_are_noise_unless_the_kind_has_a_field_for_them():
    assert fields("enterprises", "备注") == [None]
    assert fields("parks", "备注") == ["note_zh"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("用地/面积（亩）", "declared_area_mu"),
        ("出让合同/约定开工时间", "start_due_on"),
        ("2024年台账/地块编号", "parcel_id"),
        ("容积率/下限", "far_min"),
        ("容积率/上限", "far_max"),
        ("3、地块编号（必填）", "parcel_id"),
    ],
)
def test_headings_of_several_rows_match_as_a_whole_or_by_their_last_part(heading, field):
    assert fields("parcels", heading) == [field]


def test_a_whole_heading_wins_over_its_last_part():
    assert fields("enterprises", "园区/名称", "企业/名称") == ["park_id", "name_zh"]


def test_names_cut_off_by_dbf_are_matched_where_only_one_field_begins_so():
    cut = ["declared_a", "invested_s", "building_c", "统一社会信"]
    assert fields("parcels", *cut[:3], format="shapefile") == [
        "declared_area_mu",
        "invested_share",
        None,
    ]
    assert fields("enterprises", cut[3], format="shapefile") == ["uscc"]
    assert fields("parcels", "declared_a", format="csv") == [None]
    ambiguous = match("parcels", "building_c", format="shapefile")[0].suggestions
    assert set(ambiguous[:2]) == {"building_coefficient", "building_coefficient_min"}


def test_a_field_name_cut_off_by_dbf_wins_over_an_alias():
    assert fields("parcels", "MJ", "declared_a", format="shapefile") == [None, "declared_area_mu"]


def test_what_is_only_alike_is_suggested_and_not_applied():
    found = match("enterprises", "企业的名称", "从业人员数量")
    assert [m.field for m in found] == [None, None]
    assert found[0].suggestions[0] == "name_zh"
    assert "employees" in found[1].suggestions


def test_of_two_columns_for_a_field_the_better_wins_and_the_other_is_suggested():
    worse, better = match("parcels", "面积（㎡）", "用地面积（亩）")
    assert (better.field, worse.field) == ("declared_area_mu", None)
    assert worse.suggestions == ("declared_area_mu",)
    assert worse.how == "unknown"


def test_of_two_equal_columns_the_fuller_wins():
    columns = [[None, None], ["A", "B"]]
    assert fields("parcels", "地块编号", "地块编号 ", columns=columns) == [None, "parcel_id"]


# --- what the person says --------------------------------------------------------------------


def test_what_the_person_says_wins_over_memory_and_memory_over_names():
    found = match(
        "enterprises",
        *("企业名称", "全称", "旧名"),
        given={"全称": "name_zh"},
        remembered={"旧名": "name_zh", "企业名称": "product"},
    )
    assert [(m.field, m.how) for m in found] == [
        ("product", "remembered"),
        ("name_zh", "given"),
        (None, "unknown"),
    ]


def test_a_column_can_be_left_out():
    found = match(
        "enterprises", "企业名称", "行业", given={"行业": ""}, remembered={"企业名称": ""}
    )
    assert [(m.field, m.how) for m in found][1] == (None, "left_out")
    assert found[0].field is None


def test_a_memory_of_a_field_that_is_gone_is_passed_over():
    assert fields("enterprises", "企业名称", remembered={"企业名称": "gone"}) == ["name_zh"]


@pytest.mark.parametrize(
    "given",
    [{"没有这列": "name_zh"}, {"企业名称": "no_field"}, {"企业名称": "uscc", "行业": "uscc"}],
)
def test_a_mapping_that_cannot_be_is_refused_and_named(given):
    with pytest.raises(ImportRefused) as caught:
        match("enterprises", "企业名称", "行业", given=given)
    assert caught.value.code == "MAPPING_INVALID"
    assert caught.value.params["heading"] in given
    assert caught.value.params["field"] in given.values()


# --- units -----------------------------------------------------------------------------------


def units(*args, **kwargs):
    return [m.unit for m in match(*args, **kwargs)]


def test_units_come_from_the_person_then_the_heading_then_a_note():
    headings = ("地块编号", "面积（公顷）", "参考价")
    assert units("parcels", *headings) == [None, "公顷", None]
    assert units("parcels", *headings, units={"面积（公顷）": "㎡"}) == [None, "平方米", None]
    assert units("enterprises", "总投资", "年税收(元)", notes=["单位：万元、亩"]) == ["万元", "元"]


def test_notes_that_contradict_each_other_decide_nothing():
    assert units("enterprises", "总投资", notes=["单位：万元", "单位：亿元"]) == [None]


def test_the_name_of_a_field_says_its_unit_also_when_cut_off():
    assert units("parcels", "declared_area_mu") == ["亩"]
    assert units("parcels", "declared_a", format="shapefile") == ["亩"]
    assert units("parcels", "area_ha") == ["公顷"]


def test_a_unit_that_does_not_fit_the_column_is_no_unit():
    assert units("enterprises", "总投资（亩）", notes=["单位：万元"]) == [None]


@pytest.mark.parametrize("said", [{"总投资": "亩"}, {"没有": "万元"}, {"总投资": "箱"}])
def test_a_declared_unit_that_cannot_be_is_refused(said):
    with pytest.raises(ImportRefused) as caught:
        match("enterprises", "总投资", "企业名称", units=said)
    assert caught.value.code == "UNIT_INVALID"


# --- coordinates -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "fields_"),
    [
        (4098000.5, 584000.2, ["lat", "lon"]),
        (584000.2, 4098000.5, ["lon", "lat"]),
        ("4098000.5", "27584000.2", ["lat", "lon"]),
        (80.8, 37.0, ["lon", "lat"]),
        (37.0, 80.8, ["lat", "lon"]),
        (1200.0, 3400.0, [None, None]),
        (None, 3400.0, [None, None]),
    ],
)
def test_numbers_tell_whether_x_is_the_northing(x, y, fields_):
    assert fields("parcels", "X坐标", "Y坐标", columns=[[x, x], [y, y]]) == fields_


def test_undecided_axes_are_suggested():
    found = match("enterprises", "X", "Y", columns=[[12.0], [13.0]])
    assert [set(m.suggestions) for m in found] == [{"lon", "lat"}, {"lon", "lat"}]


def test_worded_axes_are_matched_by_their_words():
    assert fields("enterprises", "东坐标", "北坐标") == ["lon", "lat"]
    assert fields("figures", "经度") == [None]


def test_coordinate_columns_beside_shapes_are_not_read_unless_asked_for():
    from shapely import Point

    shapes = [Point(80, 37)]
    assert fields("enterprises", "经度", "纬度", geometries=shapes) == [None, None]
    asked = {"经度": "lon", "纬度": "lat"}
    assert fields("enterprises", "经度", "纬度", geometries=shapes, given=asked) == ["lon", "lat"]


def test_a_column_of_names_stands_for_the_codes_where_there_are_none():
    assert fields("parcels", "用地性质") == ["land_use_code"]
    assert fields("parcels", "用地性质", "用地代码") == ["land_use_name", "land_use_code"]


# --- properties ------------------------------------------------------------------------------


@for_all(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.sampled_from(sorted(KINDS)))
def test_any_headings_give_one_match_each_and_no_field_twice(headings, kind):
    found = match(kind, *headings)
    assert [m.heading for m in found] == headings
    taken = [m.field for m in found if m.field]
    assert len(taken) == len(set(taken))
    assert all(not m.suggestions or m.field is None for m in found)


@for_all(st.lists(st.text(max_size=20), max_size=8), st.randoms())
def test_a_fingerprint_does_not_depend_on_the_order(headings, random):
    shuffled = random.sample(headings, len(headings))
    assert fingerprint(shuffled) == fingerprint(headings)
    assert fingerprint([*headings, "另一列"]) != fingerprint(headings)


@for_all(st.sampled_from(sorted(noise())))
def test_noise_is_never_asked_about(name):
    assert match("policies", name)[0].how in ("left_out", "alias", "exact")


@for_all(
    st.lists(st.floats(1.9e6, 6.1e6), min_size=1, max_size=5),
    st.lists(st.floats(1e5, 9e5), min_size=1, max_size=5),
)
def test_axes_are_told_apart_in_either_order(northings, eastings):
    assert northing_is_first(northings, eastings) is True
    assert northing_is_first(eastings, northings) is False
