"""Sums over many groups of plots at once are those of each group alone."""

import numpy as np
import pandas as pd

from geo.analyse.land import sums_by


def test_the_sum_of_each_group_is_to_the_last_bit_that_of_the_group_alone():
    random = np.random.default_rng(7)
    groups = pd.Series(random.choice(["A", "B", "C"], 100_000))
    values = pd.Series(random.random(100_000) * 10.0 ** random.integers(0, 9, 100_000))
    alone = {group: float(values[groups == group].sum()) for group in ("A", "B", "C")}
    assert sums_by(groups, values) == alone


def test_no_values_have_no_sums():
    nothing = pd.Series([], dtype="float64")
    assert sums_by(pd.Series([], dtype="object"), nothing) == {}
