"""Which values of a column are among many others, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd


def is_among(column: pd.Series[Any], values: Sequence[Any] | pd.Series[Any]) -> np.ndarray:
    """Return which values of a column are among the given ones; a missing one is not.

    ``Series.isin`` makes an Arrow scalar of every single text that it is given, which takes ten
    times as long where these are as many as the rows.
    """
    return places_among(column, values) >= 0


def places_among(column: pd.Series[Any], values: Sequence[Any] | pd.Series[Any]) -> np.ndarray:
    """Return the place of each value of a column among the given ones, of equal ones the first.

    A missing value, or one that is not among them, has -1.
    """
    known = pd.Index(values)
    places = np.arange(len(known))
    if not known.is_unique:
        first = ~known.duplicated()
        known, places = known[first], places[first]
    found = known.get_indexer(pd.Index(column))
    # A missing value is found at a missing one.
    found[column.isna().to_numpy()] = -1
    return np.asarray(np.append(places, -1)[found])
