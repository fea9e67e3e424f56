"""The red lines as recorded of a plot against the lines as drawn."""

import pytest
from shapely.geometry import box

from geo.rules import RulesConfig
from tests.rules.conftest import CONFIG, SOUND, SQUARE

CLEAR = "城镇开发边界:内:2026-09:示例; 永久基本农田:不涉及; 生态保护红线:不涉及"
ALL_AROUND = box(80, 36, 82, 38)
EAST_HALF = box(81.0005, 36.9, 81.2, 37.2)
SQUARE_M2 = 9878.2
"""Area of the plot, 14.8173 亩; see test_areas."""

RULES = ("BOUNDARY_CONFLICT", "BOUNDARY_UNRECORDED")


def line(kind, shape, number=0, **changes):
    return {"line_id": f"{kind}-{number}", "line_kind": kind, "geometry": shape} | {
        "nature": "surveyed",
        **changes,
    }


@pytest.fixture
def found(check):
    """Return what the rules of this family find of the one plot."""

    def run(*lines, record=CLEAR, config=CONFIG, **changes):
        plot = SOUND["parcels"][0] | {"boundary_check": record} | changes
        catalog = {"red_lines": {"public": False}}
        layers = {"red_lines": list(lines)} if lines else {}
        every = check(parcels=[plot], catalog=catalog, config=config, **layers)
        return [f for f in every if f.rule in RULES]

    return run


def test_without_a_layer_of_lines_nothing_is_said(found):
    assert found(record="") == []


@pytest.mark.parametrize("kind", ["basic_farmland", "ecology"])
def test_land_within_a_line_that_is_recorded_as_clear_is_a_conflict(found, kind):
    (finding,) = found(line(kind, EAST_HALF))
    assert (finding.rule, finding.feature, finding.expected) == (RULES[0], ("P1",), "不涉及")
    assert finding.area_m2 == pytest.approx(SQUARE_M2 / 2, rel=1e-3)
    assert finding.field == "boundary_check"
    assert finding.geometry["type"] == "Polygon"


def test_land_beyond_the_boundary_for_building_is_a_conflict(found):
    (finding,) = found(line("urban_development", EAST_HALF))
    assert finding.expected == "内"
    assert finding.area_m2 == pytest.approx(SQUARE_M2 / 2, rel=1e-3)
    assert found(line("urban_development", ALL_AROUND)) == []


def test_land_that_no_part_of_the_boundary_meets_is_all_outside(found):
    (finding,) = found(line("urban_development", box(80, 36, 80.1, 36.1)))
    assert finding.area_m2 == pytest.approx(SQUARE_M2, rel=1e-3)


def test_parts_of_a_boundary_together_hold_a_plot(found):
    west = box(80.9, 36.9, 81.0005, 37.2)
    parts = [line("urban_development", west, 1), line("urban_development", EAST_HALF, 2)]
    assert found(*parts) == []


def test_each_line_is_one_fault_that_stays_the_same(found):
    lines = [line("basic_farmland", EAST_HALF), line("ecology", EAST_HALF)]
    both = found(*lines)
    assert len({finding.id for finding in both}) == 2
    smaller = [line(one["line_kind"], box(81.0008, 36.9, 81.2, 37.2)) for one in lines]
    assert {finding.id for finding in found(*smaller)} == {finding.id for finding in both}


@pytest.mark.parametrize("result", ["涉及", "占用", "部分在内", "内"])
def test_a_record_that_says_so_itself_is_no_conflict(found, result):
    record = CLEAR.replace("永久基本农田:不涉及", f"永久基本农田:{result}")
    assert found(line("basic_farmland", EAST_HALF), record=record) == []


def test_a_touch_within_the_tolerance_is_none(found):
    def touching(width):
        return line("basic_farmland", box(81.001 - width, 36.9, 81.2, 37.2))

    assert found(touching(5e-6)) == []  # 0.4 m, 49 m²
    assert len(found(touching(2e-5))) == 1  # 1.8 m
    strict = dict(CONFIG.rules) | {
        "BOUNDARY_CONFLICT": {"severity": "error", "min_area_m2": 1, "min_width_m": 0.1}
    }
    config = RulesConfig.model_validate({"region": CONFIG.region.model_dump(), "rules": strict})
    assert len(found(touching(5e-6), config=config)) == 1


@pytest.mark.parametrize("nature", ["schematic", "text-limits"])
def test_a_line_that_is_only_drawn_says_nothing(found, nature):
    assert found(line("basic_farmland", EAST_HALF, nature=nature)) == []
    assert found(line("basic_farmland", EAST_HALF, nature=nature), record="") == []


def test_a_plot_that_is_only_drawn_is_not_judged(found):
    assert found(line("basic_farmland", EAST_HALF), nature="schematic") == []


def test_where_part_of_the_boundary_is_broken_nothing_is_outside(found):
    bow = type(SQUARE)([(80, 36), (80.1, 36.1), (80.1, 36), (80, 36.1)])
    parts = [line("urban_development", EAST_HALF, 1), line("urban_development", bow, 2)]
    assert found(*parts) == []


def test_what_was_not_recorded_is_asked_for_with_what_the_lines_say(found):
    lines = [line("basic_farmland", EAST_HALF), line("ecology", box(80, 36, 80.1, 36.1))]
    (finding,) = found(*lines, record="城镇开发边界:内")
    assert (finding.rule, finding.feature) == (RULES[1], ("P1",))
    assert "永久基本农田、生态保护红线" in finding.message["zh"]
    assert "m² lie inside the permanent basic farmland" in finding.message["en"]
    (clear,) = found(lines[1], record="永久基本农田:不涉及")
    assert "no conflict is seen" in clear.message["en"]
    assert "生态保护红线" in clear.message["zh"] and "农田" not in clear.message["zh"]


def test_a_record_of_another_line_alone_is_still_missing(found):
    lines = [line("basic_farmland", EAST_HALF)]
    assert [f.rule for f in found(*lines, record=None)] == [RULES[1]]
    assert [f.rule for f in found(*lines, record="永久基本农田")] == [RULES[1]]
