"""Which plots on offer lie side by side."""

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from geo.analyse.adjacency import LEAST_SHARED_M, find_adjacent

LON, LAT = 81.6, 36.85
METRE_LAT = 1 / 110_990  # degrees of latitude at 36.85° N
METRE_LON = 1 / 89_190


def rect(left, bottom, right, top):
    """A rectangle given in metres from a corner in Yutian."""
    return box(
        LON + left * METRE_LON,
        LAT + bottom * METRE_LAT,
        LON + right * METRE_LON,
        LAT + top * METRE_LAT,
    )


def plots(shapes, **columns):
    keys = list(shapes)
    table = {"parcel_id": keys, "park_id": ["P"] * len(keys), "on_offer": [True] * len(keys)}
    return gpd.GeoDataFrame(table | columns, geometry=list(shapes.values()), crs="EPSG:4326")


def neighbours(frame):
    return find_adjacent(frame)["neighbours"]


def test_plots_with_a_common_edge_are_neighbours_of_each_other():
    frame = plots({"B": rect(100, 0, 200, 80), "A": rect(0, 0, 100, 80)})
    assert neighbours(frame) == {"A": ["B"], "B": ["A"]}


def test_a_street_between_two_plots_keeps_them_apart():
    assert neighbours(plots({"A": rect(0, 0, 100, 80), "B": rect(108, 0, 200, 80)})) == {}


def test_plots_that_meet_at_a_corner_are_no_neighbours():
    assert neighbours(plots({"A": rect(0, 0, 100, 80), "B": rect(100, 80, 200, 160)})) == {}


@pytest.mark.parametrize("overlap, expected", [(LEAST_SHARED_M - 2, 0), (LEAST_SHARED_M + 2, 2)])
def test_a_common_edge_must_be_long_enough_to_build_across(overlap, expected):
    shifted = rect(100, 80 - overlap, 200, 160)
    assert len(neighbours(plots({"A": rect(0, 0, 100, 80), "B": shifted}))) == expected


@pytest.mark.parametrize("gap", [-0.3, 0.3])
def test_an_edge_that_two_surveys_drew_twice_is_still_the_same(gap):
    frame = plots({"A": rect(0, 0, 100, 80), "B": rect(100 + gap, 0, 200, 80)})
    assert neighbours(frame) == {"A": ["B"], "B": ["A"]}


def test_only_plots_on_offer_count():
    shapes = {"A": rect(0, 0, 100, 80), "B": rect(100, 0, 200, 80)}
    assert neighbours(plots(shapes, on_offer=[True, False])) == {}


def test_plots_of_different_parks_are_not_offered_as_one():
    shapes = {"A": rect(0, 0, 100, 80), "B": rect(100, 0, 200, 80)}
    assert neighbours(plots(shapes, park_id=["P", "Q"])) == {}
    assert neighbours(plots(shapes, park_id=["P", None])) == {}


def test_a_plot_in_the_notch_of_another_is_its_neighbour():
    notched = Polygon(
        [
            *((LON, LAT), (LON + 90 * METRE_LON, LAT)),
            *((LON + 90 * METRE_LON, LAT + 40 * METRE_LAT),),
            *((LON + 45 * METRE_LON, LAT + 40 * METRE_LAT),),
            *((LON + 45 * METRE_LON, LAT + 80 * METRE_LAT), (LON, LAT + 80 * METRE_LAT)),
        ]
    )
    frame = plots({"A": notched, "B": rect(45, 40, 90, 80)})
    assert neighbours(frame) == {"A": ["B"], "B": ["A"]}


def test_a_plot_without_a_shape_has_no_neighbours():
    frame = plots({"A": rect(0, 0, 100, 80), "B": None, "C": Polygon()})
    assert neighbours(frame) == {}


def test_an_edition_that_does_not_say_what_is_on_offer_has_no_neighbours():
    frame = plots({"A": rect(0, 0, 100, 80), "B": rect(100, 0, 200, 80)})
    assert neighbours(frame.drop(columns="on_offer")) == {}
    assert neighbours(frame.iloc[:0]) == {}


def test_the_order_of_the_plots_changes_nothing():
    shapes = {"A": rect(0, 0, 50, 80), "B": rect(50, 0, 100, 80), "C": rect(100, 0, 200, 80)}
    forward = find_adjacent(plots(shapes))
    backward = find_adjacent(plots(dict(reversed(shapes.items()))))
    assert forward == backward
    assert forward["neighbours"]["B"] == ["A", "C"]
