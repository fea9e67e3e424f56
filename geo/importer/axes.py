"""Which of two coordinate columns runs north, told by the numbers of places in China."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from geo.importer.model import Cell

_LOOKED_AT = 1_000
_LATITUDES = (3.0, 55.0)
_LONGITUDES = (73.0, 136.0)
_NORTHINGS = (1_900_000.0, 6_100_000.0)
_EASTINGS = (100_000.0, 900_000.0)
_ZONE_EASTINGS = (13_000_000.0, 46_000_000.0)
"""Eastings with the number of a 6-degree (13 to 23) or 3-degree (25 to 45) zone before them."""


def northing_is_first(first: Sequence[Cell], second: Sequence[Cell]) -> bool | None:
    """Return whether the first column is the northing or latitude, ``None`` if unclear.

    The ranges of eastings and northings in China do not overlap, in degrees nor in metres.
    Surveys call the northing X, most software calls the easting X: the name says nothing.

    >>> northing_is_first([4098000.5], [27584000.1]), northing_is_first([80.8], ["37.0"])
    (True, False)
    """
    a, b = _middle(first), _middle(second)
    if a is None or b is None:
        return None
    if _within(a, _LATITUDES, _NORTHINGS) and _within(b, *_EAST):
        return True
    return False if _within(a, *_EAST) and _within(b, _LATITUDES, _NORTHINGS) else None


_EAST = (_LONGITUDES, _EASTINGS, _ZONE_EASTINGS)


def _middle(cells: Sequence[Cell]) -> float | None:
    numbers = [number for cell in cells[:_LOOKED_AT] if (number := _number(cell)) is not None]
    return median(numbers) if numbers else None


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def _within(number: float, *ranges: tuple[float, float]) -> bool:
    return any(low <= number <= high for low, high in ranges)
