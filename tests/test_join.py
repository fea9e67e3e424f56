"""The join against a naive loop, and aggregates that add up and give nothing away."""

from itertools import chain, combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.crs import WGS84, ellipsoidal_area_m2
from geo.families import Families
from geo.join import (
    PLACED_BY,
    aggregate_buildings,
    aggregate_parcels,
    aggregate_parks,
    join_enterprises,
)
from geo.model import DERIVED, KINDS, PLOT_STATES

DTYPES = {"str": "str", "date": "str", "float": "float64", "int": "Int64", "bool": "boolean"}
STEP = 0.01


def frame(kind, *records):
    columns = {
        spec.name: pd.Series([r.get(spec.name) for r in records], dtype=DTYPES[spec.dtype])
        for spec in KINDS[kind].all_fields
    }
    shapes = gpd.GeoSeries([r.get("geometry") for r in records], crs=WGS84)
    return gpd.GeoDataFrame(columns, geometry=shapes)


def cell(column, row, width=1, height=1):
    x, y = 81 + column * STEP, 37 + row * STEP
    return box(x, y, x + width * STEP, y + height * STEP)


def park(key, geometry=None, **more):
    return {"park_id": key, "geometry": geometry, **more}


def plot(key, geometry=None, **more):
    return {"parcel_id": key, "geometry": geometry, **more}


def hall(key, **more):
    return {"building_id": key, **more}


def firm(key, x=None, y=None, **more):
    point = None if x is None else Point(81 + x * STEP, 37 + y * STEP)
    return {"enterprise_id": key, "stage": "operating", "geometry": point, **more}


PARKS = (park("A", cell(0, 0, 4, 4)), park("B", cell(0, 0, 2, 2), parent_id="A"))
PLOTS = (
    plot("P1", cell(0, 0), park_id="B"),
    plot("P2", cell(1, 0), park_id="B"),
    plot("P3", cell(3, 3), park_id="A"),
)
HALLS = (hall("H1", parcel_id="P2", geometry=cell(1, 0).centroid), hall("H2", park_id="A"))


def join(*firms, parks=PARKS, plots=PLOTS, halls=HALLS):
    return join_enterprises(
        frame("enterprises", *firms),
        frame("parcels", *plots),
        frame("buildings", *halls),
        frame("parks", *parks),
    )


def place(one, **others):
    """Return hall, plot, park and how of a single firm; missing as ``None``."""
    row = join(one, **others)[0].iloc[0]
    values = (row["building_id"], row["parcel_id"], row["park_id"], row["placed_by"])
    return tuple(None if pd.isna(value) else value for value in values)


# --- placing one firm --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_firm", "expected"),
    [
        (firm("E", building_id="H1"), ("H1", "P2", "B", "building_id")),
        (firm("E", building_id="H2"), ("H2", None, "A", "building_id")),
        (firm("E", parcel_id="P3"), (None, "P3", "A", "parcel_id")),
        (firm("E", park_id="B"), (None, None, "B", "park_id")),
        (firm("E", 0.5, 0.5), (None, "P1", "B", "position")),
        (firm("E", 1.5, 1.5), (None, None, "B", "position")),  # innermost park, no plot
        (firm("E", 3.5, 0.5), (None, None, "A", "position")),
        (firm("E", 9, 9), (None, None, None, "none")),
        (firm("E"), (None, None, None, "none")),
        # An identifier comes before the position ...
        (firm("E", 0.5, 0.5, parcel_id="P3"), (None, "P3", "A", "parcel_id")),
        (firm("E", 0.5, 0.5, building_id="H1"), ("H1", "P2", "B", "building_id")),
        # ... which only fills in what is open, inside the park that the firm names.
        (firm("E", 0.5, 0.5, park_id="B"), (None, "P1", "B", "position")),
        (firm("E", 0.5, 0.5, park_id="A"), (None, "P1", "A", "position")),
        (firm("E", 3.5, 3.5, park_id="B"), (None, None, "B", "park_id")),
        # What leads nowhere stays as it was given and is not relied on.
        (firm("E", 0.5, 0.5, parcel_id="gone"), (None, "gone", "B", "position")),
        (firm("E", 0.5, 0.5, park_id="gone"), (None, "P1", "gone", "position")),
        (firm("E", building_id="gone", park_id="B"), ("gone", None, "B", "park_id")),
        (firm("E", building_id="gone"), ("gone", None, None, "none")),
        # Given identifiers that contradict each other all stay.
        (firm("E", building_id="H1", parcel_id="P3"), ("H1", "P3", "A", "building_id")),
        (firm("E", parcel_id="P1", park_id="A"), (None, "P1", "A", "parcel_id")),
    ],
)
def test_a_firm_is_placed_by_its_finest_sure_place(given_firm, expected):
    assert place(given_firm) == expected


def test_a_point_on_a_shared_edge_goes_to_the_lowest_key_whatever_the_order():
    on_edge = firm("E", 1, 0.5)
    for plots in (PLOTS, PLOTS[::-1]):
        assert place(on_edge, plots=plots)[1] == "P1"


def test_of_equal_parks_the_lowest_key_counts():
    parks = (park("Z", cell(0, 0)), park("Y", cell(0, 0)))
    for given_parks in (parks, parks[::-1]):
        assert place(firm("E", 0.5, 0.5), parks=given_parks, plots=())[2] == "Y"


def test_a_park_symbol_holds_nothing():
    symbol = park("S", Point(81.005, 37.005))
    assert place(firm("E", 0.5, 0.5), parks=(symbol,), plots=()) == (None, None, None, "none")


def test_a_hole_is_not_inside():
    ring = Polygon(cell(0, 0, 3, 3).exterior, [cell(1, 1).exterior])
    parks = (park("A", MultiPolygon([ring])),)
    assert place(firm("E", 1.5, 1.5), parks=parks, plots=())[3] == "none"
    assert place(firm("E", 0.5, 1.5), parks=parks, plots=())[2] == "A"


def test_of_equal_keys_the_first_counts():
    plots = (plot("P", cell(0, 0), park_id="A"), plot("P", cell(3, 3), park_id="B"))
    joined, _ = join(firm("E", parcel_id="P"), plots=plots)
    assert joined["park_id"].tolist() == ["A"]
    assert cell(0, 0).contains(joined.geometry.iloc[0])


@pytest.mark.parametrize(
    ("given_firm", "expected", "conflicts"),
    [
        (firm("E"), (None, "P2", "B", "parcel_id"), []),
        (firm("E", 3.5, 3.5), (None, "P2", "B", "parcel_id"), []),  # before the position
        (firm("E", parcel_id="P3"), (None, "P3", "A", "parcel_id"), []),
        (firm("E", parcel_id="P1"), (None, "P1", "B", "parcel_id"), ["P2"]),
        (firm("E", building_id="H1"), ("H1", "P2", "B", "building_id"), []),
        (firm("E", building_id="H3"), ("H3", "P1", "B", "building_id"), ["P2"]),
        (firm("E", building_id="H1", parcel_id="P3"), ("H1", "P3", "A", "building_id"), ["P2"]),
        (firm("E", building_id="H1", parcel_id="P1"), ("H1", "P1", "B", "building_id"), ["P2"]),
        (firm("E", parcel_id="gone"), (None, "gone", "B", "parcel_id"), []),
        (firm("other"), (None, None, None, "none"), []),
        (firm(None), (None, None, None, "none"), []),
    ],
)
def test_a_plot_may_name_its_firm(given_firm, expected, conflicts):
    named = [row | {"enterprise_id": "E"} for row in (PLOTS[2], PLOTS[1])]
    world = {
        "plots": (*named, PLOTS[0], plot("P2", park_id="A", enterprise_id="other")),
        "halls": (*HALLS, hall("H3", parcel_id="P1")),
    }
    assert place(given_firm, **world) == expected
    _, report = join(given_firm, **world)
    assert report.conflicts == tuple(("E", "parcel_id", value) for value in conflicts)


# --- where a firm is drawn ---------------------------------------------------------------------


def test_a_firm_is_drawn_where_it_is_known_to_be():
    joined, _ = join(
        firm("own", 2.5, 2.5, parcel_id="P1"),
        firm("hall", building_id="H1"),
        firm("plot", parcel_id="P1"),
        firm("park", park_id="A"),
        firm("gone", parcel_id="gone"),
    )
    own, in_hall, in_plot, in_park, gone = joined.geometry
    assert own == Point(81.025, 37.025)
    assert in_hall == cell(1, 0).centroid
    assert cell(0, 0).contains(in_plot)
    assert in_park is None  # a park alone is no place
    assert gone is None
    assert joined.crs == WGS84


def test_a_hall_without_geometry_is_drawn_in_its_plot_and_a_crossed_plot_nowhere():
    bow = Polygon([(81, 37), (82, 38), (82, 37), (81, 38)])
    joined, _ = join(
        firm("E1", building_id="H"),
        firm("E2", parcel_id="X"),
        plots=(*PLOTS, plot("X", bow), plot("Y", None)),
        halls=(hall("H", parcel_id="P1"),),
    )
    assert cell(0, 0).contains(joined.geometry.iloc[0])
    assert joined.geometry.iloc[1] is None


# --- the report --------------------------------------------------------------------------------


def test_the_report_names_what_is_unplaced_unknown_and_contradictory():
    _, report = join(
        firm("E1"),
        firm("E2", building_id="x", parcel_id="y", park_id="z"),
        firm("E3", building_id="H1", parcel_id="P3", park_id="B"),
        firm("E4", 3.5, 3.5, park_id="B"),
        firm("E5", parcel_id="P1", park_id="A"),  # A holds B, the plot's park: no contradiction
    )
    assert report.unplaced == ("E1", "E2")
    assert report.unknown == (
        ("E2", "building_id", "x"),
        ("E2", "parcel_id", "y"),
        ("E2", "park_id", "z"),
    )
    assert report.conflicts == (
        ("E3", "parcel_id", "P2"),
        ("E3", "park_id", "A"),
        ("E4", "parcel_id", "P3"),
    )
    assert report.counts == {
        "building_id": 1,
        "parcel_id": 1,
        "park_id": 1,
        "position": 0,
        "none": 2,
    }
    assert report.as_dict()["conflicts"][0] == ["E3", "parcel_id", "P2"]


def test_nothing_joins_to_nothing():
    joined, report = join(parks=(), plots=(), halls=())
    assert len(joined) == 0
    assert sum(report.counts.values()) == 0
    joined, report = join(firm("E", 1, 1), parks=(), plots=(), halls=())
    assert report.unplaced == ("E",)


def test_frames_must_be_in_degrees_of_wgs84():
    frames = [
        frame("enterprises", firm("E")),
        frame("parcels"),
        frame("buildings"),
        frame("parks"),
    ]
    for position in range(4):
        wrong = list(frames)
        wrong[position] = wrong[position].to_crs("EPSG:3857")
        with pytest.raises(ValueError, match="EPSG:4326"):
            join_enterprises(*wrong)


def test_the_callers_frames_and_index_are_kept():
    firms = frame("enterprises", firm("E1", 0.5, 0.5), firm("E2"))
    firms.index = [7, 3]
    plots, halls, parks = (
        frame("parcels", *PLOTS),
        frame("buildings", *HALLS),
        frame("parks", *PARKS),
    )
    before = [f.copy() for f in (firms, plots, halls, parks)]
    joined, _ = join_enterprises(firms, plots, halls, parks)
    measured = aggregate_parcels(plots, joined, blocked=["P1"])
    aggregate_buildings(halls)
    aggregate_parks(parks, measured, halls, joined, stages=("operating",), min_firms=3)
    for now, then in zip((firms, plots, halls, parks), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(now), pd.DataFrame(then))
    assert joined.index.tolist() == [7, 3]
    assert joined.loc[7, "parcel_id"] == "P1"


# --- against a naive loop ----------------------------------------------------------------------

CELLS = [(column, row) for column in range(4) for row in range(3)]
COORDINATE = st.integers(-1, 10).map(lambda half: half / 2)  # edges and corners included


@st.composite
def registers(draw):
    """Plots on a grid, two nested parks and a neighbour, and firms with and without words."""
    used = draw(st.lists(st.sampled_from(CELLS), unique=True, max_size=12))
    plots = [
        plot(f"P{n}", cell(*where), park_id=draw(st.sampled_from(["A", "B", "C", None])))
        for n, where in enumerate(used)
    ]
    parks = [
        park("A", cell(0, 0, 3, 3)),
        park("B", cell(1, 1), parent_id="A"),
        park("C", cell(3, 0, 2, 3)),
    ]
    keys = [p["parcel_id"] for p in plots]
    firms = [
        firm(
            f"E{n}",
            *draw(st.one_of(st.tuples(COORDINATE, COORDINATE), st.just((None, None)))),
            parcel_id=draw(st.sampled_from([None, None, None, "gone", *keys])),
            park_id=draw(st.sampled_from([None, None, None, "A", "B", "gone"])),
        )
        for n in range(draw(st.integers(0, 8)))
    ]
    return firms, plots, parks


def naive(one, plots, parks):
    """Return plot, park and how, by comparing everything with everything."""
    point = one["geometry"]
    known = {p["parcel_id"]: p for p in plots}
    family = {"A": {"A", "B"}, "B": {"B"}, "C": {"C"}}
    here = [p for p in plots if point is not None and p["geometry"].intersects(point)]
    here.sort(key=lambda p: p["parcel_id"])
    areas = {p["park_id"]: p["geometry"].area for p in parks}
    around = [p["park_id"] for p in parks if point is not None and p["geometry"].intersects(point)]
    around.sort(key=lambda key: (areas[key], key))
    if one["parcel_id"] in known:
        found, how = known[one["parcel_id"]], "parcel_id"
    elif here and (
        one["park_id"] not in family
        or here[0]["park_id"] is None
        or here[0]["park_id"] in family[one["park_id"]]
    ):
        found, how = here[0], "position"
    else:
        found = None
        how = "park_id" if one["park_id"] in family else "position" if around else "none"
    implied = found["park_id"] if found else None
    return (
        one["parcel_id"] or (found["parcel_id"] if found else None),
        one["park_id"] or implied or (around[0] if around else None),
        how,
    )


@settings(max_examples=80)
@given(registers())
def test_the_join_does_what_a_naive_loop_does(register):
    firms, plots, parks = register
    joined, report = join(*firms, plots=plots, parks=parks, halls=())
    columns = joined[["parcel_id", "park_id", "placed_by"]].astype(object)
    found = [tuple(row) for row in columns.where(columns.notna(), None).to_numpy()]
    assert found == [naive(one, plots, parks) for one in firms]
    assert sum(report.counts.values()) == len(firms)
    assert set(report.counts) == set(PLACED_BY)
    assert len(report.unplaced) == report.counts["none"]


@settings(max_examples=40)
@given(registers(), st.randoms(use_true_random=False))
def test_the_join_does_not_depend_on_the_order_of_rows(register, random):
    firms, plots, parks = register
    first, _ = join(*firms, plots=plots, parks=parks)
    for records in (firms, plots, parks):
        random.shuffle(records)
    second, _ = join(*firms, plots=plots, parks=parks)
    columns = ["enterprise_id", "parcel_id", "park_id", "placed_by"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(first[columns]).sort_values("enterprise_id", ignore_index=True),
        pd.DataFrame(second[columns]).sort_values("enterprise_id", ignore_index=True),
    )


# --- plots and halls ---------------------------------------------------------------------------

READY = {
    "supply_state": "approved",
    "development_state": "not_started",
    "net_land": True,
    "land_use_code": "100101",
}


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "offer"),
        ({"supply_state": "announced"}, "offer"),
        ({"net_land": False}, "pending"),
        ({"net_land": None}, "pending"),
        ({"parcel_id": "blocked"}, "pending"),
        ({"supply_state": "supplied"}, "not_started"),
        ({"supply_state": "unapproved"}, "unapproved"),
        ({"supply_state": "reserved"}, "reserved"),
        ({"supply_state": "reserved", "development_state": "built"}, "built"),
        ({"development_state": "built"}, "built"),
        ({"development_state": "construction"}, "construction"),
        ({"development_state": "suspected_idle"}, "idle"),
        ({"development_state": "idle", "supply_state": "supplied"}, "idle"),
        ({"development_state": "inefficient"}, "idle"),
        ({"land_use_code": "1207"}, "infrastructure"),
        ({"land_use_code": "1402", "development_state": "idle"}, "infrastructure"),
        ({"land_use_code": "13"}, "infrastructure"),
        ({"land_use_code": None}, "offer"),
        ({"supply_state": None}, "pending"),
        ({"supply_state": None, "development_state": None}, "pending"),
    ],
)
def test_each_plot_has_one_state_and_is_on_offer_only_then(change, state):
    plots = frame("parcels", plot("P", cell(0, 0), **READY) | change)
    found = aggregate_parcels(plots, frame("enterprises"), blocked={"blocked"}).iloc[0]
    assert found["state"] == state
    assert found["on_offer"] == (state == "offer")


def test_plots_get_their_area_and_their_firms():
    plots = frame("parcels", *PLOTS, plot("none", None))
    firms = frame(
        "enterprises",
        *(firm(k, parcel_id=p) for k, p in zip("abc", ["P1", "P1", None], strict=True)),
    )
    found = aggregate_parcels(plots, firms, blocked=())
    assert found["firms"].tolist() == [2, 0, 0, 0]
    expected = ellipsoidal_area_m2(plots.geometry)
    pd.testing.assert_series_equal(found["area_m2"], expected)
    assert found["area_mu"].iloc[0] == pytest.approx(expected.iloc[0] * 15 / 10_000)
    assert np.isnan(found["area_mu"].iloc[3])
    assert set(DERIVED["parcels"]) <= set(found.columns)


def test_a_hall_known_as_a_point_has_no_footprint():
    halls = frame(
        "buildings", hall("a", geometry=cell(0, 0)), hall("b", geometry=Point(81, 37)), hall("c")
    )
    found = aggregate_buildings(halls)["footprint_m2"]
    assert found.notna().tolist() == [True, False, False]


# --- parks -------------------------------------------------------------------------------------


def parks_of(parks=PARKS, plots=(), halls=(), firms=(), *, stages=(), min_firms=None):
    measured = aggregate_parcels(frame("parcels", *plots), frame("enterprises", *firms), blocked=())
    return aggregate_parks(
        frame("parks", *parks),
        measured,
        frame("buildings", *halls),
        frame("enterprises", *firms),
        stages=stages,
        min_firms=min_firms,
    ).set_index("park_id")


def test_a_parent_has_what_its_children_have():
    plots = [
        plot("1", cell(0, 0), park_id="B", **READY),
        plot("2", cell(1, 0), park_id="B", **READY | {"land_use_code": "1207"}),
        plot("3", cell(3, 3), park_id="A", **READY | {"supply_state": "supplied"}),
        plot("4", cell(3, 2), park_id="gone", **READY),
    ]
    halls = [
        hall("a", park_id="A", area_m2=100.0, state="vacant"),
        hall("b", parcel_id="1", area_m2=20.0, state="vacant"),
        hall("c", park_id="B", area_m2=3.0, state="let"),
        hall("d", area_m2=5.0, state="vacant"),
    ]
    firms = [
        firm("a", park_id="A", stage="signed"),
        firm("b", park_id="B", stage="signed"),
        firm("c", park_id="B", stage="operating"),
        firm("d"),
    ]
    found = parks_of(PARKS, plots, halls, firms, stages=("signed", "closed"))
    expected = {
        "plots": [2, 1],
        "plots_on_offer": [1, 1],
        "halls": [3, 2],
        "halls_vacant_m2": [120.0, 20.0],
        "firms": [3, 2],
        "firms_signed": [2, 1],
        "firms_closed": [0, 0],
    }
    assert {name: found.loc[["A", "B"], name].tolist() for name in expected} == expected
    assert "firms_operating" not in found
    areas = ellipsoidal_area_m2(gpd.GeoSeries([p["geometry"] for p in plots], crs=WGS84)) * 0.0015
    assert found.loc["B", "land_offer_mu"] == pytest.approx(areas[0])
    assert found.loc["A", "land_infrastructure_mu"] == pytest.approx(areas[1])
    assert found.loc["A", "land_not_started_mu"] == pytest.approx(areas[2])
    assert found.loc["B", "land_not_started_mu"] == 0
    assert found["halls"].dtype == found["plots_on_offer"].dtype == "int64"


def test_areas_by_state_add_up_to_all_plots_of_the_park():
    states = [("approved", "not_started"), ("supplied", "built"), ("reserved", "idle")]
    plots = [
        plot(str(n), cell(n, 0), park_id="A", **READY | {"supply_state": s, "development_state": d})
        for n, (s, d) in enumerate(states)
    ]
    found = parks_of(PARKS, plots).loc["A"]
    total = sum(found[f"land_{state}_mu"] for state in PLOT_STATES)
    shapes = gpd.GeoSeries([p["geometry"] for p in plots], crs=WGS84)
    assert total == pytest.approx(ellipsoidal_area_m2(shapes).sum() * 0.0015)


def test_a_park_symbol_has_no_area():
    found = parks_of((park("A", Point(81, 37)), park("B", None), park("C", cell(0, 0))))
    assert found["area_mu"].notna().tolist() == [False, False, True]


def test_parks_without_anything_have_nought_and_no_sums():
    found = parks_of(stages=("signed",))
    assert found["firms"].tolist() == [0, 0]
    assert found["firms_signed"].tolist() == [0, 0]
    assert found["invest_planned_sum_wan"].isna().all()
    assert set(DERIVED["parks"]) - set(found.columns) == {
        f"firms_{stage}" for stage in ("contact", "intent", "construction", "operating", "closed")
    }


def test_parks_inside_themselves_neither_hang_nor_count_double():
    parks = (park("A", parent_id="B"), park("B", parent_id="A"), park("C", parent_id="A"))
    found = parks_of(parks, firms=[firm(str(n), park_id=p) for n, p in enumerate("ABBC")])
    assert found["firms"].to_dict() == {"A": 2, "B": 2, "C": 1}


def sums(*firms, min_firms, parks=PARKS):
    records = [
        firm(str(n), park_id=where, invest_planned_wan=value)
        for n, (where, value) in enumerate(firms)
    ]
    column = parks_of(parks, firms=records, min_firms=min_firms)["invest_planned_sum_wan"]
    return {key: None if np.isnan(value) else value for key, value in column.items()}


def test_a_sum_over_few_firms_is_withheld():
    firms = [("B", 1.0), ("B", 2.0), ("B", 4.0), ("B", None)]
    assert sums(*firms, min_firms=3) == {"A": 7.0, "B": 7.0}
    assert sums(*firms, min_firms=4) == {"A": None, "B": None}
    assert sums(("B", None), min_firms=None) == {"A": None, "B": None}


def test_a_parents_sum_is_withheld_where_it_would_give_away_the_rest():
    three = [("B", 1.0), ("B", 2.0), ("B", 4.0)]
    assert sums(*three, ("A", 8.0), min_firms=3) == {"A": None, "B": 7.0}
    assert sums(*three, *[("A", 8.0)] * 3, min_firms=3) == {"A": 31.0, "B": 7.0}
    # A withheld child gives nothing away.
    assert sums(("B", 1.0), ("A", 2.0), ("A", 4.0), min_firms=3) == {"A": 7.0, "B": None}
    assert sums(*three, ("A", 8.0), min_firms=None) == {"A": 15.0, "B": 7.0}


@st.composite
def forests(draw):
    """Parks with parents among those before them, and how many firms each has itself."""
    size = draw(st.integers(1, 7))
    parents = [draw(st.integers(-1, number - 1)) for number in range(size)]
    own = [draw(st.integers(0, 5)) for _ in range(size)]
    return parents, own


def subsets(items):
    return chain.from_iterable(combinations(items, n) for n in range(len(items) + 1))


@settings(max_examples=150)
@given(forests(), st.integers(2, 4))
def test_no_difference_of_shown_sums_tells_of_fewer_firms_than_allowed(forest, fewest):
    parents, own = forest
    keys = [f"K{n}" for n in range(len(parents))]
    parks = frame(
        "parks",
        *(
            park(key, parent_id=None if up < 0 else keys[up])
            for key, up in zip(keys, parents, strict=True)
        ),
    )
    families = Families.of(parks)
    located = pd.Series(
        [k for k, count in zip(keys, own, strict=True) for _ in range(count)], dtype="str"
    )
    values = pd.Series(np.arange(len(located), dtype=float) + 1)
    shown = families.shown_sums(values, located, fewest=fewest)
    members = {
        key: {i for i, where in enumerate(located) if key in families.lineage[where]}
        for key in keys
    }
    for key in shown.index:
        assert shown[key] == sum(values[i] for i in members[key])
        assert len(members[key]) >= fewest
        inner = [k for k in shown.index if k != key and members[k] <= members[key]]
        for taken in subsets(inner):
            pairs = combinations(taken, 2)
            if all(not (members[a] & members[b]) for a, b in pairs):
                rest = members[key].difference(*(members[k] for k in taken))
                assert not 0 < len(rest) < fewest
    # Not by silence alone: a park without children is told whenever it has enough firms.
    leaves = [k for n, k in enumerate(keys) if n not in parents]
    assert {k for k in leaves if len(members[k]) >= fewest} <= set(shown.index)
