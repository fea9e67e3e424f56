"""What lies at a plot, as read from its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.utilities import UTILITY_KINDS, Utility, is_utility, read_utilities


def test_all_parts_are_read():
    power, water, gas = read_utilities("gas:none；water:DN200::200 m; power:10 kV:2000 kVA:on site")
    assert power == Utility("power", "10 kV", "2000 kVA", "on site")
    assert water == Utility("water", "DN200", "", "200 m")
    assert gas == Utility("gas", is_there=False)


@pytest.mark.parametrize("text", [None, "", ";;", "电:10 kV", "power:10 kV:1:near", float("nan")])
def test_what_cannot_be_read_is_not_known(text):
    assert read_utilities(text) == []


def test_of_two_of_a_kind_the_first_counts():
    assert read_utilities("gas:none; gas:DN100") == [Utility("gas", is_there=False)]


@pytest.mark.parametrize(
    ("distance", "metres"),
    [("on site", 0), ("200 m", 200), ("1.5 km", 1500), ("30m", 30), ("", None)],
)
def test_a_distance_in_metres(distance, metres):
    assert Utility("water", distance=distance).distance_m == metres


@pytest.mark.parametrize(
    ("capacity", "kva"),
    [("2000 kVA", 2000), ("1.6 MVA", 1600), ("630kVA", 630), ("", None), ("2000 kW", None)],
)
def test_a_capacity_in_kva_and_no_guess_at_other_units(capacity, kva):
    assert Utility("power", capacity=capacity).capacity_kva == kva


@given(
    st.lists(
        st.tuples(
            st.sampled_from(UTILITY_KINDS),
            st.sampled_from(["", "10 kV", "DN200", "none"]),
            st.sampled_from(["", "2000 kVA"]),
            st.sampled_from(["", "on site", "200 m", "near"]),
        )
    )
)
def test_what_is_read_is_what_the_check_lets_pass(items):
    texts = [":".join(item) for item in items]
    passed = {text.split(":")[0] for text in texts if is_utility(text)}
    assert {utility.kind for utility in read_utilities(";".join(texts))} == passed
