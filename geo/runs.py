"""Numbers that lie in runs, one run after the other in one array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def count_within(counts: NDArray[Any]) -> NDArray[np.int64]:
    """Return 0, 1, 2 … for each run of so many.

    >>> count_within(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    ends = np.cumsum(counts)
    return np.asarray(np.arange(int(counts.sum())) - np.repeat(ends - counts, counts))
