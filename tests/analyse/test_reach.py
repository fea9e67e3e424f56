"""How far it is along the roads, and what is said where nobody knows."""

import json

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point, Polygon, box

from geo.analyse.network import Network
from geo.analyse.reach import MOST_OFF_ROAD_KM, measure_reach, read_written
from geo.crs import geodesic_m

# A road from west to east along the parallel of 37°, and one to the north in its middle.
WEST, MIDDLE, EAST, NORTH = (80.0, 37.0), (80.5, 37.0), (81.0, 37.0), (80.5, 37.4)


def layer(key, rows):
    columns = [key, "kind", "name_zh", "name_en", "nature", "place_known", "on_offer"]
    frame = gpd.GeoDataFrame(
        [{c: row.get(c) for c in [*columns, *row]} for row in rows] or None,
        columns=None if rows else [*columns, "geometry"],
        geometry="geometry",
        crs="EPSG:4326",
    )
    return frame


def road(*points, key="ROAD"):
    line = LineString(points)
    named = {"facility_id": key, "name_zh": "路", "nature": "schematic"}
    return {**named, "kind": "road", "geometry": line}


def stop(key, position, kind="rail_station", nature="schematic"):
    named = {"facility_id": key, "name_zh": key, "kind": kind, "nature": nature}
    return {**named, "geometry": Point(position)}


def park(key, geometry, **fields):
    named = {"park_id": key, "name_zh": key, "kind": "industrial", "nature": "schematic"}
    return {**named, "geometry": geometry, **fields}


def reach(*, parks=(), plots=(), halls=(), facilities=(), places=()):
    return measure_reach(
        {
            "parks": layer("park_id", parks),
            "parcels": layer("parcel_id", plots),
            "buildings": layer("building_id", halls),
            "logistics": layer("facility_id", facilities),
            "places": layer("place_id", places),
        }
    )


def kilometres(*points):
    pairs = np.array(points)
    return geodesic_m(pairs[:-1], pairs[1:]).sum() / 1000


def around(position, half=0.001):
    lon, lat = position
    return box(lon - half, lat - half, lon + half, lat + half)


CROSS = [road(WEST, EAST, key="A"), road(MIDDLE, NORTH, key="B")]


def test_the_way_follows_the_roads_round_the_corner():
    found = reach(parks=[park("P", around(WEST))], facilities=[*CROSS, stop("S", NORTH)])
    (row,) = found["parks"]["P"]
    assert row["to"] == "logistics/S"
    assert row["km"] == pytest.approx(kilometres(WEST, MIDDLE, NORTH), abs=0.1)
    assert row["straight_km"] == pytest.approx(kilometres(WEST, NORTH), abs=0.1)
    assert row["off_km"] == 0


def test_roads_that_cross_are_one_network_though_no_vertex_says_so():
    crossing = [road(WEST, EAST, key="A"), road((80.5, 36.8), NORTH, key="B")]
    found = reach(parks=[park("P", around(WEST))], facilities=[*crossing, stop("S", NORTH)])
    assert found["parks"]["P"][0]["km"] == pytest.approx(kilometres(WEST, MIDDLE, NORTH), abs=0.2)


def test_what_lies_off_the_roads_is_told_apart():
    aside = (80.0, 37.05)
    found = reach(parks=[park("P", around(aside))], facilities=[*CROSS, stop("S", EAST)])
    (row,) = found["parks"]["P"]
    assert row["off_km"] == pytest.approx(kilometres(aside, WEST), abs=0.1)
    assert row["km"] == pytest.approx(kilometres(aside, WEST, EAST), abs=0.2)


def test_both_on_one_straight_piece():
    start, end = (80.2, 37.0), (80.3, 37.0)
    found = reach(parks=[park("P", around(start))], facilities=[road(WEST, EAST), stop("S", end)])
    assert found["parks"]["P"][0]["km"] == pytest.approx(kilometres(start, end), abs=0.1)


def test_far_from_every_road_there_is_only_the_straight_line():
    desert = (80.0, 37.0 + 1.5 * MOST_OFF_ROAD_KM / 111)
    found = reach(parks=[park("P", around(desert))], facilities=[*CROSS, stop("S", EAST)])
    assert found["parks"]["P"][0].keys() == {"to", "straight_km"}


def test_a_place_far_from_every_road_is_not_reached_by_one():
    desert = (81.0, 37.0 + 1.5 * MOST_OFF_ROAD_KM / 111)
    found = reach(parks=[park("P", around(WEST))], facilities=[*CROSS, stop("S", desert)])
    assert "km" not in found["parks"]["P"][0]


def test_roads_without_a_junction_do_not_lead_to_one_another():
    apart = [road(WEST, MIDDLE, key="A"), road((80.5, 37.3), (81.0, 37.3), key="B")]
    found = reach(parks=[park("P", around(WEST))], facilities=[*apart, stop("S", (81.0, 37.3))])
    assert "km" not in found["parks"]["P"][0]


def test_the_road_beside_the_nearest_one_is_a_way_too():
    # Drawn side by side: the nearest leads nowhere, the other to the station.
    beside = [road((80.0, 37.001), (80.4, 37.001), key="A"), road((80.0, 37.03), (81.0, 37.03))]
    found = reach(parks=[park("P", around(WEST))], facilities=[*beside, stop("S", (81.0, 37.03))])
    assert found["parks"]["P"][0]["km"] == pytest.approx(92, abs=1)


def test_a_line_in_several_parts_is_read_whole():
    parts = MultiLineString([(WEST, MIDDLE), (MIDDLE, EAST)])
    whole = {"facility_id": "A", "name_zh": "路", "kind": "road", "geometry": parts}
    found = reach(parks=[park("P", around(WEST))], facilities=[whole, stop("S", EAST)])
    assert found["parks"]["P"][0]["km"] == pytest.approx(kilometres(WEST, EAST), abs=0.1)


def test_without_roads_distances_are_straight():
    found = reach(parks=[park("P", around(WEST))], facilities=[stop("S", EAST)])
    assert found["roads"] == []
    assert found["parks"]["P"] == [
        {"to": "logistics/S", "straight_km": pytest.approx(kilometres(WEST, EAST), abs=0.1)}
    ]


def test_nothing_at_all_gives_nothing():
    assert reach() == {
        "targets": {},
        "roads": [],
        "parks": {},
        "parcels": {},
        "buildings": {},
        "written": {},
    }


def test_the_nearest_comes_first():
    stops = [stop("FAR", EAST), stop("NEAR", MIDDLE)]
    found = reach(parks=[park("P", around(WEST))], facilities=[*CROSS, *stops])
    assert [row["to"] for row in found["parks"]["P"]] == ["logistics/NEAR", "logistics/FAR"]


def test_towns_are_no_goals_but_seats_cities_and_airports_are():
    def place(key, kind):
        return {"place_id": key, "name_zh": key, "kind": kind, "geometry": Point(EAST)}

    places = [place("a", "county seat"), place("b", "city"), place("c", "town")]
    found = reach(facilities=[*CROSS, stop("H", EAST, "airport")], places=places)
    assert set(found["targets"]) == {"places/a", "places/b", "logistics/H"}


# --- what nobody knows -----------------------------------------------------------------------


def test_a_symbol_for_what_is_nowhere_is_neither_a_start_nor_a_goal():
    port = park("PORT", Point(MIDDLE), kind="logistics", place_known=False)
    found = reach(
        parks=[port, park("P", around(WEST))],
        facilities=[*CROSS, stop("X", MIDDLE, "land_port"), stop("S", EAST)],
    )
    assert set(found["parks"]) == {"P"}
    assert set(found["targets"]) == {"logistics/S"}


def test_a_land_port_is_a_goal_once_its_place_is_known():
    port = park("PORT", around(EAST), kind="logistics", place_known=True)
    facility = stop("X", MIDDLE, "land_port", nature="reported")
    found = reach(parks=[port, park("P", around(WEST))], facilities=[*CROSS, facility])
    assert [row["to"] for row in found["parks"]["P"]] == ["logistics/X", "parks/PORT"]
    assert found["targets"]["parks/PORT"]["kind"] == "land_port"


def test_an_edition_that_hides_whether_a_place_is_known_takes_no_point_for_one():
    frames = {
        "parks": layer("park_id", [park("POINT", Point(WEST)), park("SHAPE", around(WEST))]).drop(
            columns="place_known"
        ),
        "parcels": layer("parcel_id", []).drop(columns="on_offer"),
        "buildings": layer("building_id", []),
        "logistics": layer("facility_id", [*CROSS, stop("S", EAST)]),
        "places": layer("place_id", []),
    }
    assert set(measure_reach(frames)["parks"]) == {"SHAPE"}


def test_only_plots_on_offer_are_measured():
    plots = [
        {"parcel_id": key, "on_offer": offered, "geometry": around(WEST)}
        for key, offered in (("YES", True), ("NO", False), ("UNKNOWN", None))
    ]
    found = reach(plots=plots, facilities=[*CROSS, stop("S", EAST)])
    assert set(found["parcels"]) == {"YES"}


def test_a_hall_without_a_place_has_no_distances():
    halls = [{"building_id": "H", "geometry": None}]
    assert reach(halls=halls, facilities=[*CROSS, stop("S", EAST)])["buildings"] == {}


# --- what a source states --------------------------------------------------------------------


def test_written_distances_are_read_in_both_languages():
    chinese = "始建于 2009 年；来源成文时的距离：县城 3、和田机场 120、乌鲁木齐 1400 公里"
    english = "Began in 2009; distances when the source was written: seat 3, Urumqi 1,400 km"
    assert read_written(chinese) == {
        "remark": "来源成文时的距离",
        "items": [
            {"place": "县城", "km": 3.0},
            {"place": "和田机场", "km": 120.0},
            {"place": "乌鲁木齐", "km": 1400.0},
        ],
    }
    assert read_written(english)["items"][-1] == {"place": "Urumqi", "km": 1400.0}


@pytest.mark.parametrize("text", [None, "", "位于县城东南约 3 公里", "距离不详", "距离："])
def test_a_text_without_a_list_of_distances_states_none(text):
    assert read_written(text) is None


def test_the_written_ones_of_a_park_are_kept_apart_from_the_computed_ones():
    found = reach(parks=[park("P", None, facts_zh="距离：县城 3 公里")])
    assert found["parks"] == {}
    assert found["written"]["P"]["zh"]["items"] == [{"place": "县城", "km": 3.0}]
    assert found["written"]["P"]["en"] is None


# --- any input -------------------------------------------------------------------------------

POSITIONS = st.tuples(st.floats(79.9, 81.1), st.floats(36.9, 37.5))


@given(start=POSITIONS, end=POSITIONS)
def test_no_way_is_shorter_than_the_straight_line(start, end):
    network = Network(gpd.GeoSeries([r["geometry"] for r in CROSS], crs="EPSG:4326"))
    feet = [network.feet(np.array([position])) for position in (start, end)]
    ways = network.ways(*feet, most_off_m=1e6)
    straight = geodesic_m(np.array([start]), np.array([end]))[0]
    assert ways.whole_m[0] >= straight - 1
    assert ways.off_m[0] <= ways.whole_m[0] + 1e-6
    back = network.ways(*reversed(feet), most_off_m=1e6)
    assert back.whole_m[0] == pytest.approx(ways.whole_m[0], abs=0.01)


def test_the_order_of_the_records_does_not_matter():
    parks = [park(key, around(at)) for key, at in (("A", WEST), ("B", MIDDLE), ("C", NORTH))]
    facilities = [*CROSS, stop("S", EAST), stop("T", NORTH)]
    one = reach(parks=parks, facilities=facilities)
    other = reach(parks=parks[::-1], facilities=facilities[::-1])
    # Written as bytes, so the order of the keys counts too.
    assert json.dumps(one) == json.dumps(other)


def test_the_middle_of_a_bent_shape_is_inside_it():
    bent = Polygon([WEST, MIDDLE, EAST, (81.0, 37.3), (80.99, 37.01), (80.0, 37.01)])
    found = reach(parks=[park("P", bent)], facilities=[*CROSS, stop("S", EAST)])
    assert found["parks"]["P"][0]["km"] < kilometres(WEST, EAST)
