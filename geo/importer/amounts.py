"""Amounts to the unit of their field: the unit in the cell, else that of the column."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from geo.importer.model import Cell
from geo.importer.numbers import Mark, Number, parse_number
from geo.importer.reading import LARGEST, Problem, Reader, Reading, is_missing
from geo.importer.units import factor, fits, own_unit, quantity_of, unit_of
from geo.model import FieldSpec

_COUNTED = frozenset("人名个台部层家座条年项户套栋幢间辆期件")
_SCALES = {
    "十": 10,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
}
_HIGHEST_STOREY_M = 50
_ACTIVE_POWER = ("kW", "MW")


def column_unit(spec: FieldSpec, cells: Iterable[Cell]) -> str | None:
    """Return the unit that the numbers of a column without one can only be in.

    Shares that are all over 1 are percent; heights are metres where metres are possible.
    """
    quantity = quantity_of(spec.name)
    if quantity not in ("share", "length"):
        return None
    sizes = [size for size in _bare_numbers(cells) if size]
    if quantity == "length":
        return "米" if all(size <= _HIGHEST_STOREY_M for size in sizes) else None
    if all(size <= 1 for size in sizes):
        return "小数"
    return "%" if all(1 < size <= 100 for size in sizes) else None


def _bare_numbers(cells: Iterable[Cell]) -> Iterator[float]:
    """Return the numbers of a column that have no unit in their cell."""
    for cell in cells:
        number = None if is_missing(cell) else _number(cell)
        if number is not None and not number.unit:
            yield abs(number.value)


def amount_reader(spec: FieldSpec, *, unit: str | None) -> Reader:
    """Return a reader of numbers for a field, in the column's ``unit`` unless the cell has one.

    Where the field has a unit and neither column nor cell says one, the reading is
    ``unitless``.
    """
    convert = _converter(spec.name, unit)

    def read(cell: Cell) -> Reading:
        number = _number(cell)
        if number is None:
            return Reading(problem=Problem("NUMBER"))
        size = convert(number.unit)
        if size is None:
            known = not number.unit or number.unit in _SCALES
            return Reading(unitless=True) if known else _wrong_unit(spec, number.unit)
        # 2.6213 hectares are 39.3195 亩, not 39.319500000000005.
        value = float(f"{number.value * size.numerator / size.denominator:.12g}")
        reading = _marked(value, number.mark, spec)
        active = (unit_of(number.unit) if number.unit else unit) in _ACTIVE_POWER
        return reading._replace(remark="POWER_FACTOR") if active else reading

    return read


def whole_reader(spec: FieldSpec) -> Reader:
    """Return a reader of whole numbers, with a counting word or without."""
    read_amount = amount_reader(spec, unit=None)

    def read(cell: Cell) -> Reading:
        reading = read_amount(cell)
        if reading.value is None:
            return reading
        if not float(reading.value).is_integer():
            return Reading(problem=Problem("INTEGER"))
        return reading._replace(value=int(reading.value))

    return read


def _number(cell: Cell) -> Number | None:
    """Return the number of a cell, ``None`` for none and for one beyond all sense."""
    if isinstance(cell, bool) or cell is None:
        return None
    number = Number(float(cell)) if isinstance(cell, int | float) else _text_number(cell)
    return (
        number if number and math.isfinite(number.value) and abs(number.value) <= LARGEST else None
    )


def _text_number(cell: Cell) -> Number | None:
    return parse_number(cell.strip()) if isinstance(cell, str) else None


def _converter(field: str, unit: str | None) -> Callable[[str], Fraction | None]:
    """Return what gives for the unit of a cell the factor to the field's own unit."""
    own = own_unit(field)
    column = Fraction(1) if own is None else factor(field, unit) if unit else None
    known: dict[str, Fraction | None] = {"": column}

    def convert(written: str) -> Fraction | None:
        if written not in known:
            known[written] = _factor(field, written, column)
        return known[written]

    return convert


def _factor(field: str, written: str, column: Fraction | None) -> Fraction | None:
    usual = unit_of(written)
    if usual and fits(field, usual):
        return factor(field, usual)
    scale = written.rstrip("".join(_COUNTED))
    if scale == "" and own_unit(field) is None:
        return Fraction(1)
    return column * _SCALES[scale] if column is not None and scale in _SCALES else None


def _wrong_unit(spec: FieldSpec, written: str) -> Reading:
    own = own_unit(spec.name)
    if own is None:
        return Reading(problem=Problem("NUMBER"))
    return Reading(problem=Problem("UNIT", {"unit": written, "expected": own}))


def _marked(value: float, mark: Mark, spec: FieldSpec) -> Reading:
    """Return a value with a warning where the cell says that it is not exact."""
    if mark == "":
        return Reading(value)
    if mark == "at_least" and spec.name == "value":
        return Reading(value, at_least=True)
    if (mark, spec.name[-4:]) in (("at_least", "_min"), ("at_most", "_max")):
        return Reading(value)
    return Reading(value, Problem("NOT_EXACT", severity="warning", fatal=False))
