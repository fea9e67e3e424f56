"""The exact test of two geometries agrees with GEOS."""

from __future__ import annotations

import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPoint, mapping

from geo.api.shapes import bounds, box_shape, intersects, shape_of

GRID = st.integers(0, 6)
POSITIONS = st.tuples(GRID, GRID)


def of_points(points: list[tuple[int, int]], kind: str):
    """Return a valid geometry made of some positions."""
    if kind == "point":
        return MultiPoint(points)
    if kind == "line":
        return shapely.LineString(points)
    hull = shapely.convex_hull(MultiPoint(points))
    if kind == "ring":
        return shapely.buffer(hull, 1.5, quad_segs=1).difference(hull.buffer(0.5, quad_segs=1))
    return hull


GEOMETRIES = st.builds(
    of_points,
    st.lists(POSITIONS, min_size=2, max_size=6, unique=True),
    st.sampled_from(["point", "line", "area", "ring"]),
)


@given(GEOMETRIES, GEOMETRIES)
def test_two_geometries_intersect_as_geos_says(one, other) -> None:
    # Whole numbers: there both are exact, touching corners and shared sides included.
    got = intersects(shape_of(mapping(one)), shape_of(mapping(other)))
    if shapely.distance(one, other) == 0 or shapely.distance(one, other) > 1e-9:
        assert got is bool(shapely.intersects(one, other))


@given(GEOMETRIES, POSITIONS, POSITIONS)
def test_a_box_is_met_as_geos_says(one, low, high) -> None:
    minx, maxx = sorted((low[0], high[0]))
    miny, maxy = sorted((low[1], high[1]))
    asked = box_shape((minx, miny, maxx, maxy))
    corners = shapely.MultiPoint([(minx, miny), (maxx, miny), (maxx, maxy), (minx, maxy)])
    # The hull of the corners of a box without width is a line, as it must be.
    expected = shapely.intersects(one, corners.convex_hull)
    assert intersects(shape_of(mapping(one)), asked) is bool(expected)


def test_a_collection_has_the_parts_of_all() -> None:
    whole = shapely.from_wkt("GEOMETRYCOLLECTION (POINT (9 9), MULTILINESTRING ((0 0, 1 1)))")
    shape = shape_of(mapping(whole))
    assert bounds(shape) == (0, 0, 9, 9)
    assert intersects(shape, shape_of(mapping(shapely.Point(9, 9))))
    assert not intersects(shape, shape_of(mapping(shapely.Point(5, 5))))


def test_what_lies_in_a_hole_does_not_meet_the_area() -> None:
    outer = shapely.box(0, 0, 6, 6).difference(shapely.box(1, 1, 5, 5))
    inner = shapely.box(2, 2, 3, 3)
    assert not intersects(shape_of(mapping(outer)), shape_of(mapping(inner)))
    assert not intersects(shape_of(mapping(inner)), shape_of(mapping(outer)))
    assert intersects(shape_of(mapping(outer)), shape_of(mapping(shapely.box(2, 2, 5, 3))))
