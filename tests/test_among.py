"""Which values are among many others: what ``Series.isin`` says, for texts and missing ones."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.among import is_among, places_among

TEXTS = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "c", "", "甲", "A"])))


@given(TEXTS, TEXTS)
def test_it_says_what_isin_does_but_a_missing_value_is_never_among(column, values):
    texts = pd.Series(column, dtype="str")
    given_ones = [value for value in values if value is not None]
    expected = texts.isin(given_ones).tolist()
    assert is_among(texts, values).tolist() == expected
    assert is_among(texts, pd.Series(values, dtype="str")).tolist() == expected


def test_values_may_stand_there_twice():
    assert is_among(pd.Series(["a", "b", "a"]), ["a", "a"]).tolist() == [True, False, True]


def test_the_place_is_that_of_the_first_of_equal_values_and_a_missing_one_has_none():
    column = pd.Series(["b", None, "c", "a"], dtype="str")
    assert places_among(column, pd.Series(["a", None, "b", "b"], dtype="str")).tolist() == [
        2,
        -1,
        -1,
        0,
    ]
    assert places_among(column, []).tolist() == [-1] * 4
