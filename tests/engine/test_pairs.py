"""Index pairs beside ``geopandas.sjoin``: the same, whatever the shapes and however divided."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.engine import pairs as engine
from geo.engine.pairs import Areas, index_pairs, stream_pairs

CORNERS = st.integers(0, 6)


def sjoin_pairs(points, areas):
    """Return what geopandas finds, sorted by point and then by area."""
    left = gpd.GeoDataFrame(geometry=gpd.GeoSeries(list(points), crs=4326))
    right = gpd.GeoDataFrame(geometry=gpd.GeoSeries(list(areas), crs=4326))
    joined = gpd.sjoin(left, right, predicate="intersects")
    return sorted(zip(joined.index, joined["index_right"], strict=True))


def as_list(pairs):
    assert (pairs.shape[0], pairs.dtype) == (2, np.int64)
    return list(zip(*pairs.tolist(), strict=True))


@st.composite
def boxes(draw):
    x, y = draw(CORNERS), draw(CORNERS)
    return box(x, y, x + draw(st.integers(1, 4)), y + draw(st.integers(1, 4)))


@st.composite
def rings(draw):
    """Return a box with a box cut out of it."""
    x, y = draw(CORNERS), draw(CORNERS)
    return box(x, y, x + 4, y + 4).difference(box(x + 1, y + 1, x + 3, y + 2))


@st.composite
def triangles(draw):
    """Return a triangle, which may be flat or have odd corners: edges that no grid has."""
    number = st.floats(0, 7, width=16)
    corner = st.tuples(number, number)
    return Polygon([draw(corner), draw(corner), draw(corner)])


@st.composite
def pieces(draw):
    x, y = draw(CORNERS), draw(CORNERS)
    return MultiPolygon([box(x, y, x + 1, y + 1), box(x + 2, y, x + 3, y + 3)])


AREAS = st.one_of(
    boxes(), rings(), triangles(), pieces(), st.sampled_from([None, Polygon(), Point(1, 1)])
)
# Halves lie in the middle and on the edges of the boxes, whole numbers on their corners.
STEPS = st.one_of(st.integers(-1, 20).map(lambda n: n / 2), st.floats(-1, 11, width=16))
POINTS = st.one_of(
    st.builds(Point, STEPS, STEPS),
    st.sampled_from([None, Point(), Point(float("nan"), 1), Point(float("inf"), 1)]),
)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(engine, "PART", 3)


@given(points=st.lists(POINTS, max_size=12), areas=st.lists(AREAS, max_size=8))
@settings(max_examples=300, deadline=None)
def test_the_pairs_are_those_of_sjoin(points, areas):
    assert as_list(index_pairs(points, areas)) == sjoin_pairs(points, areas)


@given(parts=st.lists(st.lists(POINTS, max_size=4), max_size=4), areas=st.lists(AREAS, max_size=8))
@settings(max_examples=50, deadline=None)
def test_a_stream_gives_the_same_pairs(parts, areas):
    streamed = [pair for pairs in stream_pairs(parts, areas) for pair in as_list(pairs)]
    assert streamed == as_list(index_pairs([p for part in parts for p in part], areas))


@pytest.mark.usefixtures("small_parts")
def test_parts_are_put_together_in_order():
    points = [Point(x, y) for x in range(9) for y in range(9)] * 2
    areas = [box(0, 0, 4, 4), box(4, 4, 8, 8), box(2, 2, 6, 6)]
    assert as_list(index_pairs(points, areas)) == sjoin_pairs(points, areas)


def test_a_point_on_a_shared_corner_is_in_every_area_there():
    areas = [box(x, y, x + 1, y + 1) for x in (1, 0) for y in (1, 0)]
    assert as_list(index_pairs([Point(1, 1), Point(1, 1)], areas)) == [
        (point, area) for point in range(2) for area in range(4)
    ]


def test_areas_without_extent_hold_nothing():
    for areas in ([], [None], [Polygon()]):
        assert as_list(index_pairs([Point(0, 0)], areas)) == []


def test_the_callers_series_need_no_index_of_ours():
    points = gpd.GeoSeries([Point(5, 5), Point(0, 0)], index=[7, 7])
    areas = gpd.GeoSeries([box(0, 0, 1, 1)], index=["a"])
    assert as_list(index_pairs(points, areas)) == [(1, 0)]


def test_a_stream_takes_no_more_than_it_needs():
    def parts():
        for number in range(1_000_000):
            taken.append(number)
            yield [Point(0.5, 0.5)]

    taken: list[int] = []
    stream = stream_pairs(parts(), [box(0, 0, 1, 1)])
    assert [as_list(next(stream)) for _ in range(3)] == [[(0, 0)], [(1, 0)], [(2, 0)]]
    assert len(taken) == 3


def test_asking_again_gives_the_same():
    areas = Areas([box(0, 0, 1, 1)])
    first, again = areas.pairs([Point(0, 0)]), areas.pairs([Point(0, 0)])
    assert as_list(first) == as_list(again) == [(0, 0)]


def test_only_points_are_looked_for():
    with pytest.raises(ValueError, match="points"):
        index_pairs([box(0, 0, 1, 1)], [box(0, 0, 1, 1)])


@pytest.mark.parametrize("bound", ["_RUNS", "_CANDIDATES"])
def test_work_in_small_pieces_gives_the_same(bound, monkeypatch):
    monkeypatch.setattr(engine, bound, 2)
    points = [Point(x / 2, y / 2) for x in range(18) for y in range(18)]
    areas = [box(x, y, x + 3, y + 3) for x in range(7) for y in range(7)]
    assert as_list(index_pairs(points, areas)) == sjoin_pairs(points, areas)


def test_the_callers_shapes_are_left_as_they_are():
    area = box(0, 0, 1, 1)
    index_pairs([Point(0, 0)], [area])
    assert not shapely.is_prepared(area)
