"""Rounded numbers that add up as printed: the largest-remainder method, also for a hierarchy.

Everything is reckoned in exact fractions, so that neither the order of the summands nor the
last bit of a float decides where a unit goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor

Number = int | float | Fraction
Path = tuple[str, ...]
"""Where a value stands in a hierarchy: the names from the root down; ``()`` is the root."""


def round_half_up(value: Number) -> int:
    """Return the nearest whole number, a half away from zero towards the larger one.

    >>> [round_half_up(v) for v in (0.5, 1.5, 2.4)]
    [1, 2, 2]
    """
    return floor(Fraction(value) + Fraction(1, 2))


def apportion(values: Sequence[Number], total: int) -> list[int]:
    """Return the values as whole numbers that add up to ``total``.

    Each is rounded down; the units that are then missing go to the largest remainders, of
    equal ones to the first. With a ``total`` that is the sum of the values rounded up or
    down, each result differs from its value by less than one.

    Raises
    ------
    ValueError
        If the total cannot be reached by rounding each value up or down.

    >>> apportion([1.4, 1.4, 1.2], 4)
    [2, 1, 1]
    """
    exact = [Fraction(value) for value in values]
    whole = [floor(value) for value in exact]
    missing = total - sum(whole)
    if not 0 <= missing <= len(exact):
        msg = f"{total} is not {list(values)} rounded"
        raise ValueError(msg)
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for position in order[:missing]:
        whole[position] += 1
    return whole


def round_tree(leaves: Mapping[Path, Number], *, total: int | None = None) -> dict[Path, int]:
    """Return every node of a hierarchy as a whole number, parts adding up to their whole.

    Parameters
    ----------
    leaves
        Values by path; all paths have the same length.
    total
        What the root is; without it the sum of the leaves, rounded.

    Returns
    -------
    dict
        The leaves and all nodes above them. Each is its exact value rounded up or down.

    >>> round_tree({("a", "x"): 1.5, ("a", "y"): 1.5, ("b", "z"): 0.4})[("a",)]
    3
    """
    sums: dict[Path, Fraction] = {(): Fraction(0)}
    children: dict[Path, list[Path]] = {}
    for path, value in sorted(leaves.items()):
        for length in range(len(path) + 1):
            node = path[:length]
            if node and node not in sums:
                children.setdefault(node[:-1], []).append(node)
            sums[node] = sums.get(node, Fraction(0)) + Fraction(value)
    rounded: dict[Path, int] = {(): round_half_up(sums[()]) if total is None else total}
    for parent in sorted(children, key=len):
        parts = children[parent]
        shares = apportion([sums[part] for part in parts], rounded[parent])
        rounded.update(zip(parts, shares, strict=True))
    return rounded
