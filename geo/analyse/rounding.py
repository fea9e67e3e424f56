"""Rounded numbers that add up as printed: the largest-remainder method, also for a hierarchy.

Everything is reckoned in exact fractions, so that neither the order of the summands nor the
last bit of a float decides where a unit goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor, lcm

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
    return _apportion(*_as_parts(values), total)


def _as_parts(values: Iterable[Number]) -> tuple[list[int], int]:
    """Return the values as whole numbers of one part, and how many parts are one.

    As exact as fractions, but adding up whole numbers takes a small part of the time.
    """
    exact = [Fraction(value) for value in values]
    unit = lcm(*(value.denominator for value in exact))
    return [value.numerator * (unit // value.denominator) for value in exact], unit


def _apportion(parts: Sequence[int], unit: int, total: int) -> list[int]:
    whole = [part // unit for part in parts]
    missing = total - sum(whole)
    if not 0 <= missing <= len(parts):
        msg = f"{total} is not {[part / unit for part in parts]} rounded"
        raise ValueError(msg)
    order = sorted(range(len(parts)), key=lambda i: (-(parts[i] % unit), i))
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
    paths = sorted(leaves)
    parts, unit = _as_parts(leaves[path] for path in paths)
    sums: dict[Path, int] = {(): 0}
    children: dict[Path, list[Path]] = {}
    for path, part in zip(paths, parts, strict=True):
        for length in range(len(path) + 1):
            node = path[:length]
            if node and node not in sums:
                children.setdefault(node[:-1], []).append(node)
            sums[node] = sums.get(node, 0) + part
    root = round_half_up(Fraction(sums[()], unit)) if total is None else total
    rounded: dict[Path, int] = {(): root}
    for parent in sorted(children, key=len):
        nodes = children[parent]
        shares = _apportion([sums[node] for node in nodes], unit, rounded[parent])
        rounded.update(zip(nodes, shares, strict=True))
    return rounded
