"""Enterprise against parcel: firms off their plots, on land not supplied, twice, or not at all."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry import Point, Polygon, box

from geo.codes import Code, IndustryList
from geo.examination import Examination
from geo.join import join_enterprises
from geo.rules import allocation
from geo.rules.claims import find_claims
from geo.rules.finding import Context
from tests.rules.conftest import AS_OF, CODES, CONFIG, SOUND, SQUARE, make_catalog, make_frame

PLOT = SOUND["parcels"][0] | {"permitted_industries": "C39"}
FIRM = SOUND["enterprises"][0] | {"building_id": None, "industry_code": "C391"}
METRES_EAST = math.cos(math.radians(37)) * 6_386_000 * math.pi / 180
"""Metres in a degree of longitude at 37° N: the radius there is a / sqrt(1 - e² sin²φ)."""

INDUSTRIES = replace(
    CODES,
    industry=IndustryList(
        {
            **CODES.industry.entries,
            "C392": Code("通信设备", "", "C39"),
            "C13": Code("农副食品", "", "C"),
            "C14": Code("食品", "", "C"),
        }
    ),
)
POSITIONS = st.builds(
    lambda x, y: Point(81 + x / 1000, 37 + y / 1000), st.floats(-2, 3), st.floats(-2, 3)
)


def found(findings, rule):
    return [f for f in findings if f.rule == rule]


def east_of_the_plot(metres):
    return Point(81.001 + metres / METRES_EAST, 37.0005)


# --- ENTERPRISE_OUTSIDE_PARCEL --------------------------------------------------------------


def test_a_firm_beside_its_plot_is_found_with_the_distance(check):
    firm = FIRM | {"geometry": east_of_the_plot(60)}
    (one,) = check(enterprises=[firm], parcels=[PLOT])
    assert (one.rule, one.layer, one.feature) == (
        "ENTERPRISE_OUTSIDE_PARCEL",
        "enterprises",
        ("E1",),
    )
    assert (one.expected, one.actual, one.field) == ("≤ 20 m", "60 m", "parcel_id")
    assert one.geometry["type"] == "Point"
    assert "P1" in one.message["zh"]


@pytest.mark.parametrize(("metres", "wrong"), [(-5, False), (0, False), (19, False), (21, True)])
def test_the_tolerance_is_that_of_the_rules(check, metres, wrong):
    firm = FIRM | {"geometry": east_of_the_plot(metres)}
    assert bool(check(enterprises=[firm], parcels=[PLOT])) is wrong
    rules = {name: dict(rule) for name, rule in CONFIG.rules.items()}
    rules["ENTERPRISE_OUTSIDE_PARCEL"] = {"severity": "warning", "tolerance_m": 100}
    wide = CONFIG.model_validate({"region": {"bbox": [73, 34, 97, 50]}, "rules": rules})
    assert check(enterprises=[firm], parcels=[PLOT], config=wide) == []


@pytest.mark.parametrize("way", ["parcel_id", "building_id", "enterprise_id"])
def test_the_plot_may_be_named_by_firm_hall_or_plot(check, way):
    firm = FIRM | {"geometry": east_of_the_plot(60), "parcel_id": None}
    plot = dict(PLOT)
    if way == "enterprise_id":
        plot["enterprise_id"] = "E1"
    else:
        firm[way] = {"parcel_id": "P1", "building_id": "H1"}[way]
    assert [f.rule for f in check(enterprises=[firm], parcels=[plot])] == [
        "ENTERPRISE_OUTSIDE_PARCEL"
    ]


def test_a_firm_of_two_plots_may_stand_on_either(check):
    plots = [
        PLOT | {"enterprise_id": "E1"},
        PLOT | {"parcel_id": "P2", "enterprise_id": "E1", "geometry": translate(SQUARE, 0.01)},
    ]
    for x in (81.0005, 81.0105):
        firm = FIRM | {"parcel_id": None, "geometry": Point(x, 37.0005)}
        findings = check(enterprises=[firm], parcels=plots)
        assert not found(findings, "ENTERPRISE_OUTSIDE_PARCEL")
    between = FIRM | {"parcel_id": None, "geometry": Point(81.009, 37.0005)}
    (one,) = found(check(enterprises=[between], parcels=plots), "ENTERPRISE_OUTSIDE_PARCEL")
    assert "P2" in one.message["en"], "the nearer of the two"


@pytest.mark.parametrize("nature", ["schematic", "text-limits"])
def test_a_drawn_outline_says_nothing_of_positions(check, nature):
    firm = FIRM | {"geometry": east_of_the_plot(60)}
    assert check(enterprises=[firm], parcels=[PLOT | {"nature": nature}]) == []


def test_a_plot_that_crosses_itself_or_has_no_shape_is_no_place_to_be_outside_of(check):
    bow = Polygon([(81, 37), (81.001, 37.001), (81.001, 37), (81, 37.001)])
    firm = FIRM | {"geometry": east_of_the_plot(60)}
    for shape in (bow, None):
        rules = {f.rule for f in check(enterprises=[firm], parcels=[PLOT | {"geometry": shape}])}
        assert "ENTERPRISE_OUTSIDE_PARCEL" not in rules


def test_the_distance_is_that_to_the_nearest_place_in_metres_not_in_degrees():
    # The legs measure 89.01 m and 110.98 m, so the far corner of the rectangle is
    # 89.01 * 110.98 / hypot(89.01, 110.98) = 69.4 m off the long side; 71 m off its middle.
    triangle = Polygon([(81, 37), (81.001, 37), (81, 37.001)])
    firm = FIRM | {"geometry": Point(81.001, 37.001)}
    (one,) = run(enterprises=[firm], parcels=[PLOT | {"geometry": triangle}])
    assert one.actual == "69 m"


@given(x=st.floats(0, 1), y=st.floats(0, 1))
def test_a_firm_in_its_plot_is_never_outside(x, y):
    firm = FIRM | {"geometry": Point(81 + x / 1000, 37 + y / 1000)}
    assert not found(run(enterprises=[firm], parcels=[PLOT]), "ENTERPRISE_OUTSIDE_PARCEL")


# --- ENTERPRISE_ON_UNSUPPLIED ---------------------------------------------------------------


@pytest.mark.parametrize("state", ["unapproved", "approved", "announced", "reserved"])
@pytest.mark.parametrize(
    ("stage", "wrong"),
    [
        ("contact", False),
        ("intent", False),
        ("signed", False),
        ("construction", True),
        ("operating", True),
        ("closed", False),
    ],
)
def test_only_who_builds_or_works_needs_land_that_is_supplied(check, state, stage, wrong):
    plot = PLOT | {"supply_state": state, "development_state": "not_started"}
    findings = check(enterprises=[FIRM | {"stage": stage}], parcels=[plot])
    assert [f.rule for f in findings] == (["ENTERPRISE_ON_UNSUPPLIED"] if wrong else [])
    if wrong:
        (one,) = findings
        assert (one.severity, one.layer, one.feature) == ("error", "enterprises", ("E1",))
        assert (one.expected, one.actual, one.plots) == ("supplied", state, ("P1",))


def test_a_plot_that_a_firm_builds_on_is_not_on_offer(check):
    plot = PLOT | {"supply_state": "approved", "development_state": "not_started"}
    findings = check(enterprises=[FIRM], parcels=[plot])
    assert Examination(findings, make_catalog(SOUND)).blocked_parcels == {"P1"}
    assert Examination(findings).blocked_parcels == {"P1"}


@pytest.mark.parametrize(("metres", "wrong"), [(-40, True), (-25, True), (-15, False), (5, False)])
def test_a_position_alone_counts_where_it_is_well_inside(check, metres, wrong):
    firm = FIRM | {"parcel_id": None, "geometry": east_of_the_plot(metres)}
    plot = PLOT | {"supply_state": "reserved", "permitted_industries": "C"}
    rules = [f.rule for f in check(enterprises=[firm], parcels=[plot])]
    assert rules == (["ENTERPRISE_ON_UNSUPPLIED"] if wrong else [])
    assert check(enterprises=[firm], parcels=[plot | {"nature": "schematic"}]) == []


# --- PARCEL_DOUBLE_ALLOCATED ----------------------------------------------------------------


def two_firms(**second):
    return [FIRM, FIRM | {"enterprise_id": "E2", "name_zh": "二厂"} | second]


def test_a_plot_of_two_firms_is_found_once_and_names_both(check):
    (one,) = check(enterprises=two_firms(), parcels=[PLOT])
    assert (one.rule, one.severity) == ("PARCEL_DOUBLE_ALLOCATED", "error")
    assert (one.layer, one.feature) == ("parcels", ("P1",))
    assert (one.expected, one.actual) == ("1", "2")
    assert "E1 一厂、E2 二厂" in one.message["zh"]


def test_a_plot_that_names_another_firm_than_the_one_that_names_it_is_of_two(check):
    firms = two_firms(parcel_id=None)
    plot = PLOT | {"enterprise_id": "E2"}
    assert [f.rule for f in check(enterprises=firms, parcels=[plot])] == ["PARCEL_DOUBLE_ALLOCATED"]


@pytest.mark.parametrize(
    "second",
    [
        {"building_id": "H1"},  # a tenant, also where the plot of the hall is filled in
        {"building_id": "H1", "parcel_id": None},
        {"stage": "intent"},
        {"stage": "contact"},
        {"stage": "closed"},
        {"parcel_id": None, "geometry": Point(81.0005, 37.0005)},  # only seen there
    ],
)
def test_tenants_talks_and_bystanders_hold_no_plot(check, second):
    assert check(enterprises=two_firms(**second), parcels=[PLOT]) == []


# --- SUPPLIED_WITHOUT_ENTERPRISE ------------------------------------------------------------

ELSEWHERE = FIRM | {"parcel_id": None, "park_id": "A"}


def test_a_supplied_plot_without_any_firm_is_found(check):
    (one,) = check(enterprises=[ELSEWHERE], parcels=[PLOT], vacancy=True)
    assert (one.rule, one.feature) == ("SUPPLIED_WITHOUT_ENTERPRISE", ("P1",))


@pytest.mark.parametrize(
    ("firm", "plot"),
    [
        ({"parcel_id": "P1"}, {}),
        ({"building_id": "H1"}, {}),
        ({"geometry": Point(81.0005, 37.0005)}, {}),
        ({"parcel_id": "P1", "stage": "closed"}, {}),
        ({}, {"enterprise_id": "E1"}),
        ({}, {"supply_state": "approved", "development_state": "not_started"}),
        ({}, {"land_use_code": "1207"}),
        ({}, {"land_use_code": "1301"}),
        ({}, {"land_use_code": "1402"}),
    ],
)
def test_a_firm_of_any_kind_of_reference_or_a_street_is_enough(check, firm, plot):
    rules = {f.rule for f in check(enterprises=[ELSEWHERE | firm], parcels=[PLOT | plot])}
    assert "SUPPLIED_WITHOUT_ENTERPRISE" not in rules
    findings = check(enterprises=[ELSEWHERE | firm], parcels=[PLOT | plot], vacancy=True)
    assert not found(findings, "SUPPLIED_WITHOUT_ENTERPRISE")


def test_talks_do_not_fill_a_plot(check):
    firm = FIRM | {"stage": "intent"}
    assert found(
        check(enterprises=[firm], parcels=[PLOT], vacancy=True), "SUPPLIED_WITHOUT_ENTERPRISE"
    )


def test_where_no_firm_is_entered_at_all_or_none_can_be_read_nothing_is_said(check):
    assert check(enterprises=[], parcels=[PLOT], vacancy=True) == []
    assert check(parcels=[PLOT], drop=("enterprises",), vacancy=True) == []
    assert check(parcels=[PLOT], drop=("buildings",), vacancy=True) == []


# --- INDUSTRY_NOT_PERMITTED -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("permitted", "code", "wrong"),
    [
        ("C39", "C391", False),  # a group of the division
        ("C", "C391", False),
        ("39", "C391", False),
        ("C391", "C39", False),  # the firm may be of that group
        ("C13;C391", "C391", False),
        ("C13", "C391", True),
        ("C391", "C392", True),
        ("C13；C14", "C391", True),
        ("C13", None, False),
        (None, "C391", False),
        ("C13;Z99", "C391", False),  # what Z99 was meant to be is not known
        ("C13", "Z99", False),
    ],
)
def test_an_industry_is_held_against_the_list_of_the_plot(permitted, code, wrong):
    firm, plot = FIRM | {"industry_code": code}, PLOT | {"permitted_industries": permitted}
    one = found(run(enterprises=[firm], parcels=[plot]), "INDUSTRY_NOT_PERMITTED")
    assert [(f.feature, f.actual, f.field) for f in one] == (
        [(("E1",), code, "industry_code")] if wrong else []
    )


def test_a_firm_in_talks_is_told_as_well_but_no_closed_one():
    for stage, count in (("intent", 1), ("closed", 0)):
        firm = FIRM | {"stage": stage, "industry_code": "C391"}
        findings = run(enterprises=[firm], parcels=[PLOT | {"permitted_industries": "C13"}])
        assert len(found(findings, "INDUSTRY_NOT_PERMITTED")) == count


# --- claims and the join --------------------------------------------------------------------

KEYS = st.none() | st.sampled_from(["P1", "P2", "gone"])
FIRMS = st.lists(
    st.fixed_dictionaries(
        {
            "parcel_id": KEYS,
            "building_id": st.none() | st.sampled_from(["H1", "H2", "gone"]),
            "park_id": st.none() | st.sampled_from(["A", "B", "gone"]),
            "geometry": st.none() | POSITIONS,
        }
    ),
    max_size=4,
)


@given(firms=FIRMS, owners=st.lists(st.none() | st.sampled_from("012"), min_size=2, max_size=2))
def test_the_plot_of_the_join_is_always_among_the_claims(firms, owners):
    rows = [FIRM | firm | {"enterprise_id": str(n)} for n, firm in enumerate(firms)]
    plots = make_frame(
        "parcels",
        [
            PLOT | {"enterprise_id": owners[0]},
            PLOT
            | {
                "parcel_id": "P2",
                "park_id": "B",
                "enterprise_id": owners[1],
                "geometry": box(81.0005, 37, 81.002, 37.001),
            },
        ],
    )
    halls = make_frame(
        "buildings", [{"building_id": "H1", "parcel_id": "P1"}, {"building_id": "H2"}]
    )
    frame, parks = make_frame("enterprises", rows), make_frame("parks", SOUND["parks"])
    joined, _ = join_enterprises(frame, plots, halls, parks)
    claims = find_claims(frame, plots, halls, parks)
    for row, plot in enumerate(joined["parcel_id"].tolist()):
        claimed = plots["parcel_id"].iloc[claims["plot"][claims["firm"] == row]].tolist()
        if plot in ("P1", "P2"):
            assert plot in claimed
        elif plot != "gone":
            assert claimed == []


def test_where_plots_overlap_the_lowest_key_has_the_firm_as_in_the_join():
    plots = make_frame("parcels", [PLOT | {"parcel_id": key} for key in ("P3", "P1", "P2")])
    firm = FIRM | {"parcel_id": None, "geometry": Point(81.0005, 37.0005)}
    frame, parks = make_frame("enterprises", [firm]), make_frame("parks", SOUND["parks"])
    halls = make_frame("buildings", [])
    claims = find_claims(frame, plots, halls, parks)
    assert claims.to_dict("records") == [{"firm": 0, "plot": 1, "way": "position"}]
    assert join_enterprises(frame, plots, halls, parks)[0]["parcel_id"].tolist() == ["P1"]


def run(**layers):
    """Return what these rules alone say of the sound data with some layers replaced."""
    records = SOUND | layers
    frames = {kind: make_frame(kind, rows) for kind, rows in records.items()}
    return list(allocation.check(Context(frames, make_catalog(records), INDUSTRIES, CONFIG, AS_OF)))
