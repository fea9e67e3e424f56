"""Costs, policies, statistics, figures and facilities in words."""

from datetime import date
from typing import Any

import pytest

from geo.topics.costs import costs_of
from geo.topics.logistics import transport_of
from geo.topics.policies import policies_of, state_of
from geo.topics.results import PIPELINE, results_of
from geo.topics.statistics import find_disputed, statistics_of
from geo.wording import Wording
from tests.browser.site import ROOT

ZH, EN = Wording("zh"), Wording("en")
TODAY = date(2026, 11, 22)


class Edition:
    """What the topics ask of a snapshot."""

    def __init__(self, *, parks: dict[str, Any] | None = None, features=(), **tables: Any) -> None:
        self.tables = tables
        self.kinds = {"parks": parks or {}, "logistics": dict(features)}
        county = {
            "653225": {"zh": "策勒县", "en": "Cele"},
            "6532": {"zh": "和田地区", "en": "Hetian"},
        }
        self.site = {"as_of": "2026-11-22", "codes": {"county": county}}
        self.site["figures"] = tables.get("figures", [])

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [{"nature": "reported", **record} for record in self.tables.get(kind, [])]

    def of_kind(self, kind: str) -> dict[str, Any]:
        return self.kinds[kind]

    features = of_kind

    def layer_of(self, kind: str) -> str:
        return kind


def figure(key, value=1.0, unit="亿元", period="2020", **more):
    more = {"subject_zh": key, "source": "来源", **more}
    return {"figure_id": key, "value": value, "unit": unit, "period": period, **more}


# --- costs -----------------------------------------------------------------------------------


def cost(**more):
    return {"cost_id": "c", "kind": "power", "subject_zh": "电", "ask_zh": "供电企业", **more}


def test_a_cost_that_is_not_known_has_no_value_but_somebody_to_ask():
    (group,) = costs_of(Edition(costs=[cost(unit="元/千瓦时", unit_en="yuan/kWh")]), ZH)
    (found,) = group.costs
    assert (found.value, found.unit, found.period) == (None, "元/千瓦时", "")
    assert (group.known, group.asks) == (0, ["供电企业"])


def test_a_known_cost_has_its_period_unit_and_source():
    record = cost(value=0.391, unit="元/千瓦时", unit_en="yuan/kWh", period="2026", source="s")
    (group,) = costs_of(Edition(costs=[record | {"adcode": "653225"}]), EN)
    (found,) = group.costs
    assert str(found.value) == "0.391 yuan/kWh"
    assert (found.period, found.source, found.where, group.known) == ("2026", "s", "Cele", 1)


def test_costs_of_a_kind_stand_together_and_ask_each_office_once():
    records = [cost(kind="freight"), cost(), cost(kind="freight", note_zh="见政策")]
    groups = costs_of(Edition(costs=records), ZH)
    assert [(g.kind, len(g.costs), len(g.asks)) for g in groups] == [
        ("power", 1, 1),
        ("freight", 2, 1),
    ]
    assert groups[1].notes == ["见政策"]


@pytest.mark.parametrize("record", [{"cost_id": "c"}, cost(kind="稀奇"), cost(value=1.0)])
def test_a_faulty_cost_is_published_and_so_it_is_shown(record):
    assert len(costs_of(Edition(costs=[record]), ZH)) == 1


# --- policies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "end", "state"),
    [
        ("2021-01-01", "2030-12-31", "valid"),
        ("2021-01-01", "2026-11-22", "valid"),
        ("2021-01-01", "2026-11-21", "ended"),
        ("2021", "2026", "valid"),
        ("2021", "2026-10", "ended"),
        ("2027-01-01", "2030", "ahead"),
        ("2026-11", None, "unknown"),
        (None, None, "unknown"),
        (None, "2030", "valid"),
        ("2021", "长期", "unknown"),
    ],
)
def test_whether_a_policy_holds_goes_by_its_dates(begin, end, state):
    assert state_of(begin, end, TODAY) == state


def test_policies_that_hold_come_first_and_unknown_dates_say_so():
    records = [
        {"policy_id": "a", "title_zh": "旧", "valid_to": "2020"},
        {"policy_id": "b", "title_zh": "不知", "valid_from": "2023", "caution_zh": "文号未见"},
        {"policy_id": "c", "title_zh": "有效", "valid_from": "2021", "valid_to": "2030"},
        {"policy_id": "d", "title_zh": "无"},
    ]
    found = policies_of(Edition(policies=records), ZH)
    assert [p.title for p in found] == ["有效", "不知", "无", "旧"]
    assert [p.validity for p in found] == [
        "2021 至 2030",
        "2023 起，截止日期未见",
        "起止日期未见",
        "至 2020",
    ]
    assert [bool(p.caution) for p in found] == [False, True, False, False]


# --- statistics ------------------------------------------------------------------------------


def statistic(value=1.0, adcode="653225", subject="人口", **more):
    record = {"adcode": adcode, "subject_zh": subject, "value": value, "unit": "人"}
    return record | {"period": "2020", **more}


def test_statistics_stand_by_county_and_the_prefecture_comes_last():
    tables = statistics_of(
        Edition(statistics=[statistic(adcode="6532"), statistic(), statistic(adcode="999999")]), EN
    )
    assert [table.name for table in tables] == ["Cele", "999999", "Hetian"]


def test_two_numbers_for_the_same_thing_and_year_are_disputed():
    same = [statistic(1.0), statistic(2.0)]
    assert find_disputed(same) == {("653225", "人口", "2020")}
    assert find_disputed([statistic(1.0), statistic(1.0)]) == set()
    assert find_disputed([statistic(1.0), statistic(2.0, period="2021")]) == set()
    (table,) = statistics_of(Edition(statistics=[*same, statistic(subject="面积")]), ZH)
    assert [row.is_disputed for row in table.statistics] == [True, True, False]


def test_a_statistic_without_its_number_is_left_out_and_without_a_period_says_so():
    bare = {"statistic_id": "s", "adcode": "653225"}
    (table,) = statistics_of(Edition(statistics=[bare, statistic(period=None)]), EN)
    assert [row.period for row in table.statistics] == ["undated"]


# --- figures over time -----------------------------------------------------------------------

FIGURES = [
    figure("introduced_2016_2020", 155.0, "家", "2016–2020"),
    figure("landed_2016_2020", 20.43, period="2016–2020"),
    figure("contacted_2020", 140.0, "家", lower_bound=True),
    figure("new_projects_2020", 34.0, "家"),
    figure("new_planned_2020", 26.0),
    figure("new_in_place_2020", 6.142),
    figure("continued_2020", 11.0, "家"),
    figure("continued_in_place_2020", 6.76),
    figure("in_place_2020", 12.9, sum_of="new_in_place_2020;continued_in_place_2020"),
    figure("intent_2020", 22.0, "家"),
    figure("intent_planned_2020", 8.18),
    figure("signed_20200516", 15.15, period="2020-05-16"),
    figure("relief_2020", 2572.0, "万元"),
    figure("land", 80.0, "亩", park_id="P"),
]


def values(figures):
    return [f"{f.value}" for f in figures]


def test_each_figure_is_shown_once_and_where_it_belongs():
    found = results_of(Edition(figures=FIGURES), ZH)
    assert [(span, values(row)) for span, row in found.spans] == [
        ("2016–2020", ["155 家", "20.43 亿元"])
    ]
    (year,) = found.years
    assert [(name, values(row)) for name, row in year.groups] == [
        ("new", ["34 家", "26 亿元", "6.142 亿元"]),
        ("continued", ["11 家", "6.76 亿元"]),
    ]
    assert values(year.pipeline) == ["140+ 家", "22 家", "8.18 亿元", "15.15 亿元"]
    assert values(found.others) == ["2,572 万元"]
    assert [(park.key, values(park.figures)) for park in found.parks] == [("P", ["80 亩"])]


def test_the_sum_in_place_is_the_published_one_with_what_its_parts_add_up_to():
    (found,) = results_of(Edition(figures=FIGURES), ZH).years[0].sums
    assert str(found.total.value) == "12.9 亿元"
    assert found.added == "6.142 + 6.76 = 12.902 亿元"
    assert found.agrees
    assert [round(part.share, 4) for part in found.parts] == [0.4761, 0.5239]
    assert [round(part.offset, 4) for part in found.parts] == [0, 0.4761]


def test_a_sum_that_its_parts_contradict_says_so():
    changed = [f | {"value": 14.0} if f["figure_id"] == "in_place_2020" else f for f in FIGURES]
    (found,) = results_of(Edition(figures=changed), ZH).years[0].sums
    assert not found.agrees


@pytest.mark.parametrize(
    "change", [{"unit": "万元"}, {"figure_id": "other"}, {"value": -1.0}, {"park_id": "P"}]
)
def test_a_sum_whose_parts_cannot_be_added_is_told_without_a_chart(change):
    changed = [f | change if f["figure_id"] == "continued_in_place_2020" else f for f in FIGURES]
    found = results_of(Edition(figures=changed), ZH)
    assert found.years[0].sums == []
    assert "12.9 亿元" in values(found.others)


def test_a_remark_that_only_repeats_the_sum_is_not_told_twice():
    noted = figure("in_place_2020", 12.9, sum_of="a_2020;b_2020", note_zh="一致：6 + 6.9 = 12.9")
    parts = [figure("a_2020", 6.0), figure("b_2020", 6.9)]
    project = figure("new_projects_2020", 1.0, "家")
    (found,) = results_of(Edition(figures=[project, *parts, noted]), ZH).years[0].sums
    assert found.note == ""


def test_figures_of_another_year_find_their_place_as_well():
    more = [
        figure("new_projects_2021", 40.0, "家", "2021"),
        figure("intent_2021", 5.0, "家", "2021"),
    ]
    years = results_of(Edition(figures=[*FIGURES, *more]), ZH).years
    assert [year.year for year in years] == ["2021", "2020"]
    assert values(years[0].pipeline) == ["5 家"]


def test_a_figure_without_its_number_is_left_out():
    assert results_of(Edition(figures=[{"figure_id": "new_projects_2020"}]), ZH).years == []


def test_page_and_strip_draw_the_same_line_between_projects_and_pipeline():
    script = (ROOT / "static" / "js" / "strip.js").read_text(encoding="utf-8")
    assert f"/{PIPELINE.pattern}/" in script


# --- logistics -------------------------------------------------------------------------------


def facility(key, kind, geometry=None, **more):
    properties = {"facility_id": key, "name_zh": key, "kind": kind, "nature": "schematic", **more}
    return key, {"id": key, "geometry": geometry, "properties": properties}


def point(lon):
    return {"type": "Point", "coordinates": [lon, 37.0]}


def test_stops_of_a_line_say_where_there_is_a_station():
    features = [
        facility("线", "railway", through="和田→洛浦→策勒 / Hetian→Luopu→Cele"),
        facility("和田站", "rail_station", point(79.9)),
        facility("策勒站", "rail_station", point(80.8)),
    ]
    for w, names in ((ZH, ["和田", "洛浦", "策勒"]), (EN, ["Hetian", "Luopu", "Cele"])):
        (line,) = transport_of(Edition(features=features), w).railways
        assert [stop.name for stop in line.stops] == names
        assert [stop.has_station for stop in line.stops] == [True, False, True]


@pytest.mark.parametrize("through", [None, "", "和若铁路", "甲→乙 / One"])
def test_a_line_that_names_no_places_has_no_stops(through):
    (line,) = transport_of(
        Edition(features=[facility("线", "railway", through=through)]), EN
    ).railways
    assert line.stops == []


def test_stations_stand_from_west_to_east():
    features = [facility(k, "rail_station", point(x)) for k, x in (("b", 82.7), ("a", 79.9))]
    assert [s.link.key for s in transport_of(Edition(features=features), ZH).stations] == ["a", "b"]


def test_a_land_port_whose_site_is_not_published_says_so():
    park = {
        "park_id": "L",
        "name_zh": "陆港",
        "kind": "logistics",
        "place_known": False,
        "functions": "运输;保税",
        "facts_zh": "甲；乙",
        "nature": "schematic",
    }
    parks = {"L": {"id": "L", "geometry": point(80), "properties": park}}
    (port,) = transport_of(Edition(parks=parks), ZH).ports
    assert not port.is_placed
    assert (port.functions, port.facts) == (["运输", "保税"], ["甲", "乙"])
