import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.importer.rings import MAX_RINGS, RingFault, polygon_of_rings


def square(x, y, side, *, clockwise=False):
    ring = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    return ring[::-1] if clockwise else ring


@given(st.permutations([(0, 20), (2, 10), (3, 2), (6, 3), (30, 5)]), st.booleans())
def test_neither_order_nor_direction_of_rings_matters(squares, clockwise):
    rings = [square(at, at, side, clockwise=clockwise) for at, side in squares]
    shape = polygon_of_rings(rings)
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == 20**2 - 10**2 + 2**2 + 3**2 + 5**2
    assert shape.is_valid


def test_a_hole_that_touches_the_boundary_is_a_hole():
    assert polygon_of_rings([square(0, 0, 10), square(0, 0, 5)]).area == 75


def test_a_ring_that_crosses_itself_is_passed_on():
    bow_tie = [(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)]
    assert not polygon_of_rings([bow_tie, square(10, 10, 1)]).is_valid


@pytest.mark.parametrize(
    ("ring", "reason"),
    [
        ([(0, 0), (1, 1), (0, 0)], "too_few_positions"),
        ([(0, 0), (1, 0), (1, 1), (0, 1)], "not_closed"),
        ([(0, 0), (1, 0), (1, float("inf")), (0, 0)], "not_finite"),
    ],
)
def test_a_ring_that_is_none_is_named(ring, reason):
    with pytest.raises(RingFault, match=reason):
        polygon_of_rings([ring])


def test_rings_without_end_are_refused():
    with pytest.raises(RingFault, match="too_many_rings"):
        polygon_of_rings([square(0, 0, 1)] * (MAX_RINGS + 1))
