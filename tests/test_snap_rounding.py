"""Rounding to whole numbers keeps coverages without a gap, whatever they look like."""

import time

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from geo.snap_rounding import snap_round
from tests.data.cadastre import make_cadastre

SEEDS = st.integers(0, 2**32 - 1)
SCALES = st.floats(0.02, 20)


def rounded(*shapes, tolerance=1e-6) -> list:
    return list(snap_round(np.array(shapes, dtype=object), tolerance=tolerance))


def coverage(seed: int, scale: float) -> np.ndarray:
    """Areas that fill a square: cells around random places, some of them made one."""
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 50))
    places = shapely.multipoints(random.uniform(0, 10 * scale, (count, 2)))
    square = box(-0.3 * scale, -0.7 * scale, 10.1 * scale, 10.2 * scale)
    cells = shapely.get_parts(shapely.voronoi_polygons(places, extend_to=square))
    cells = shapely.intersection(cells, square)
    owner = random.integers(0, max(2, count // 2), len(cells))
    merged = [shapely.union_all(cells[owner == number]) for number in np.unique(owner)]
    return np.array(merged, dtype=object)


def staggered(seed: int, scale: float) -> np.ndarray:
    """Rows of plots whose corners stand on the straight sides of the next row (T-junctions)."""
    plots = make_cadastre(44, seed=seed % 1000).geometry.to_numpy()
    return shapely.transform(plots, lambda xy: (xy - 81) * np.array([89_000, 110_960]) * scale / 60)


def check_coverage(found: list) -> list:
    left = [shape for shape in found if shape is not None]
    assert shapely.is_valid(left).all()
    assert not shapely.is_empty(shapely.get_parts(left)).any()
    xy = shapely.get_coordinates(left)
    assert (xy == np.floor(xy)).all()
    assert shapely.coverage_is_valid(left)
    assert sum(shape.area for shape in left) == pytest.approx(shapely.union_all(left).area)
    return left


@given(SEEDS, SCALES, st.sampled_from([coverage, staggered]))
def test_a_coverage_stays_one_and_fills_its_own_outline(seed, scale, make) -> None:
    shapes = make(seed, scale)
    *found, outline = rounded(*shapes, shapely.union_all(shapes, grid_size=1e-9))
    left = check_coverage(found)
    whole = Polygon() if outline is None else outline
    assert shapely.equals(shapely.union_all(left), whole)


@given(SEEDS, SCALES)
def test_no_corner_moves_farther_than_to_the_middle_of_its_cell(seed, scale) -> None:
    shapes = coverage(seed, scale)
    for one, other in zip(shapes, rounded(*shapes), strict=True):
        if other is not None:
            corners = shapely.points(shapely.get_coordinates(other))
            assert (shapely.distance(corners, one.boundary) <= np.sqrt(0.5) + 1e-6).all()


@given(SEEDS, SCALES)
def test_the_order_of_the_shapes_means_nothing(seed, scale) -> None:
    shapes = coverage(seed, scale)
    back = rounded(*shapes[::-1])[::-1]
    for one, other in zip(rounded(*shapes), back, strict=True):
        assert (one is None) == (other is None)
        assert one is None or shapely.equals(one, other)


def test_a_corner_on_a_straight_side_stays_on_it() -> None:
    # One long side against two short ones, the corner between them written beside the line.
    left = Polygon([(0, 0), (10, 0), (13.3, 20), (3, 20)])
    middle = (11.65 + 1e-9, 10)
    below = Polygon([(10, 0), (25, 0), (25, 10), middle])
    above = Polygon([middle, (25, 10), (25, 20), (13.3, 20)])
    found = check_coverage(rounded(left, below, above))
    assert not shapely.union_all(found).interiors


def test_a_corner_beside_the_side_it_stands_on_takes_the_side_along() -> None:
    # The corner is of the next cell, which the side itself never enters.
    west = Polygon([(-9, 0), (0.4999, 0), (0.4999, 20), (-9, 20)])
    below = Polygon([(0.4999, 0), (9, 0), (9, 10), (0.5001, 10)])
    above = Polygon([(0.5001, 10), (9, 10), (9, 20), (0.4999, 20)])
    found = check_coverage(rounded(west, below, above, tolerance=0.01))
    assert shapely.equals(shapely.union_all(found), box(-9, 0, 9, 20))


def test_two_neighbours_who_wrote_their_corner_twice_get_one() -> None:
    # 0.4999 and 0.5001 are of two cells; a hundredth of a cell is one corner.
    west = box(-5, 0, 0.4999, 7)
    east = box(0.5001, 0, 6, 7)
    one, other = check_coverage(rounded(west, east, tolerance=0.01))
    assert one.intersection(other).length == pytest.approx(7)


def test_a_corner_near_a_side_of_another_never_lands_behind_it() -> None:
    # The tip comes within half a cell of a long slope; rounded alone the two would cross.
    slope = Polygon([(0, 0), (100, 31), (100, -50), (0, -50)])
    tip = Polygon([(40, 60), (50.4, 15.75), (60, 60)])
    one, other = rounded(slope, tip)
    assert one.intersection(other).area == 0


def test_holes_and_several_parts_stay() -> None:
    ring = Polygon(box(0.2, 0.2, 9.7, 9.7).exterior, [box(3.1, 3.1, 6.2, 6.2).exterior])
    inner = box(3.1, 3.1, 6.2, 6.2)
    several = MultiPolygon([box(20.1, 0, 22.2, 3), box(30.3, 0, 33, 3.2)])
    one, other, parts = check_coverage(rounded(ring, inner, several))
    assert len(one.interiors) == 1
    assert one.interiors[0].equals(other.exterior)
    assert len(parts.geoms) == 2


def test_what_shrinks_to_nothing_is_told() -> None:
    assert rounded(box(0.1, 0.1, 0.3, 0.3), LineString([(0.1, 0.1), (0.2, 0.2)])) == [None, None]


def test_lines_keep_their_junctions() -> None:
    road = LineString([(0, 0.3), (100, 20.7)])
    branch = LineString([road.interpolate(37.7), (40, 50)])
    one, other = rounded(road, branch)
    assert one.intersects(other)
    assert one.distance(shapely.Point(other.coords[0])) == 0


def test_an_outline_that_crosses_itself_comes_out_valid() -> None:
    (found,) = rounded(Polygon([(0, 0), (10.2, 11.1), (10.2, 0), (0, 11.1)]))
    assert found.is_valid
    assert (shapely.get_coordinates(found) % 1 == 0).all()


def test_ten_times_the_plots_take_about_ten_times_as_long() -> None:
    def seconds(count: int) -> float:
        shapes = shapely.transform(make_cadastre(count).geometry.to_numpy(), lambda xy: xy * 9e3)
        begun = time.process_time()
        snap_round(shapes, tolerance=0.002)
        return time.process_time() - begun

    seconds(100)
    assert seconds(20_000) < 40 * max(seconds(2_000), 0.02)
