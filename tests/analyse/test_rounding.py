"""Rounded parts that add up to their rounded whole."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analyse.rounding import apportion, round_half_up, round_tree

VALUES = st.lists(st.floats(min_value=0, max_value=1e9), max_size=30)
LEAVES = st.dictionaries(
    st.tuples(*[st.sampled_from("abc")] * 3), st.floats(min_value=0, max_value=1e9), max_size=20
)


@given(VALUES)
def test_rounded_parts_add_up_to_the_rounded_total(values):
    total = round_half_up(sum(map(Fraction, values)))
    parts = apportion(values, total)
    assert sum(parts) == total
    assert all(abs(part - Fraction(value)) < 1 for part, value in zip(parts, values, strict=True))


@given(VALUES)
def test_no_part_passes_one_with_a_larger_remainder(values):
    parts = apportion(values, round_half_up(sum(map(Fraction, values))))
    rest = [(Fraction(v) - floor(v), p > floor(v)) for v, p in zip(values, parts, strict=True)]
    raised = [r for r, up in rest if up]
    assert not raised or min(raised) >= max((r for r, up in rest if not up), default=0)


@given(LEAVES)
def test_every_node_of_a_hierarchy_is_the_sum_of_its_parts(leaves):
    rounded = round_tree(leaves)
    for node in rounded:
        parts = [v for path, v in rounded.items() if path[:-1] == node and path]
        assert not parts or sum(parts) == rounded[node]


@given(LEAVES)
def test_every_node_of_a_hierarchy_is_its_exact_value_rounded_up_or_down(leaves):
    for node, value in round_tree(leaves).items():
        exact = sum((Fraction(v) for path, v in leaves.items() if path[: len(node)] == node))
        assert value in (floor(exact), ceil(exact))


def test_units_go_to_the_largest_remainders_and_of_equal_ones_to_the_first():
    assert apportion([1.5, 1.25, 1.25], 4) == [2, 1, 1]
    assert apportion([0.5, 0.5, 0.5, 0.5], 2) == [1, 1, 0, 0]
    assert apportion([], 0) == []


def test_a_half_is_rounded_up_and_not_to_the_even_number():
    assert [round_half_up(v) for v in (0.5, 1.5, 2.5)] == [1, 2, 3]


def test_a_total_that_rounding_cannot_reach_is_refused():
    with pytest.raises(ValueError, match="rounded"):
        apportion([1.0, 1.0], 5)
