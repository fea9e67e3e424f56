"""How cost grows with the data: the exponent of a power law through the sizes measured."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from geo.bench.report import Row, compare

GROWING = ("publish_time", "publish_memory", "join", "topology")
_FROM = {"publish_time": 10_000, "publish_memory": 10_000, "topology": 10_000, "join": 100_000}
"""Features from which a measure counts; below, what is the same for any data outweighs it."""


def exponents(rows: Iterable[Row]) -> list[Row]:
    """Return a row for each measure of at least two sizes; 1 is linear, less is better."""
    sizes: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in rows:
        if row.name in GROWING and row.n >= _FROM[row.name]:
            sizes[row.name].append((row.n, row.ours))
    return [
        compare(
            f"{name}_exponent",
            max(n for n, _ in points),
            fitted(points),
            1.0,
            peer_name="linear",
            unit="exponent",
            less_is_better=True,
        )
        for name, points in sizes.items()
        if len(points) > 1
    ]


def fitted(points: Sequence[tuple[int, float]]) -> float:
    """Return the least-squares slope of log cost over log size.

    >>> fitted([(10, 5.0), (100, 50.0), (1000, 500.0)])
    1.0
    """
    xs = [math.log(n) for n, _ in points]
    ys = [math.log(cost) for _, cost in points]
    mid_x, mid_y = sum(xs) / len(xs), sum(ys) / len(ys)
    rise = sum((x - mid_x) * (y - mid_y) for x, y in zip(xs, ys, strict=True))
    return round(rise / sum((x - mid_x) ** 2 for x in xs), 3)
