"""FIGURE_MISMATCH: published figures against each other, within the rounding of their digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from geo.model import Finding
from geo.rules.codes import split_list
from geo.rules.finding import Context, Record, phrase

_SCALES = {"亿": Decimal(10**8), "万": Decimal(10**4)}


@dataclass(frozen=True)
class Figure:
    """One published figure: its value, its unit without 万 or 亿, and how that scales it."""

    value: Decimal
    unit: str
    scale: Decimal
    lower_bound: bool

    @property
    def is_whole(self) -> bool:
        """Whether the figure is printed without decimals, as a count is."""
        return self.value == self.value.to_integral_value()

    def range(self, *, exact: bool) -> tuple[Decimal, Decimal]:
        """Return the least and greatest value that would be printed like this, unscaled unit."""
        half = Decimal(0) if exact else half_unit(self.value)
        return (self.value - half) * self.scale, (self.value + half) * self.scale


def half_unit(value: Decimal) -> Decimal:
    """Return half a unit of the last printed digit: 0.05 for 12.9, 0.5 for 26."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # the value is finite
    return Decimal(5).scaleb(min(exponent, 0) - 1)


def check(context: Context) -> Iterator[Finding]:
    """Return the sums and shares that do not follow from the figures they name."""
    for layer, frame in context.of_kind("figures"):
        figures = _read_figures(frame)
        for row, raw in enumerate(frame.to_dict("records")):
            record = context.record(layer, row)
            if record.key in figures:
                yield from _check_sum(context, layer, record, raw, figures)
                yield from _check_share(context, layer, record, raw, figures)


def _read_figures(frame: pd.DataFrame) -> dict[str, Figure]:
    columns = [frame[name] for name in ("figure_id", "value", "unit")]
    columns.append(frame["lower_bound"].fillna(False).astype(bool))
    return {
        key: _figure(value, unit, lower)
        for key, value, unit, lower in zip(*columns, strict=True)
        if isinstance(key, str) and not pd.isna(value)
    }


def _figure(value: float, unit: object, lower_bound: bool) -> Figure:
    text = unit if isinstance(unit, str) else ""
    scale = _SCALES.get(text[:1], Decimal(1))
    # repr gives the shortest digits: what was printed, but for zeros at the end.
    number = Decimal(repr(float(value)))
    return Figure(number, text[1:] if scale != 1 else text, scale, lower_bound)


def _check_sum(
    context: Context,
    layer: str,
    record: Record,
    raw: Mapping[Any, Any],
    figures: Mapping[str, Figure],
) -> Iterator[Finding]:
    parts = split_list(raw["sum_of"])
    total = figures[str(record.key)]
    fault = _reference_fault(parts, total, figures) if parts else None
    if fault:
        yield _mismatch(context, layer, record, "sum", fault)
        return
    terms = [figures[part] for part in parts]
    if terms and not _sum_holds(total, terms):
        found = sum((term.value * term.scale for term in terms), Decimal(0)) / total.scale
        problem = phrase(
            "reason.sum",
            parts=", ".join(parts),
            value=_plain(found),
            stated=_plain(total.value),
        )
        yield _mismatch(
            context,
            layer,
            record,
            "sum",
            problem,
            expected=_plain(found),
            actual=_plain(total.value),
        )


def _reference_fault(
    parts: Sequence[str], total: Figure, figures: Mapping[str, Figure]
) -> dict[str, str] | None:
    unknown = [part for part in parts if part not in figures]
    if unknown:
        return phrase("reason.figure_unknown", value=", ".join(unknown))
    if any(figures[part].unit != total.unit for part in parts):
        return phrase("reason.figure_units", value=", ".join(parts))
    return None


def _sum_holds(total: Figure, terms: Sequence[Figure]) -> bool:
    exact = all(figure.is_whole for figure in (total, *terms))
    low, high = total.range(exact=exact)
    ranges = [term.range(exact=exact) for term in terms]
    least = sum((r[0] for r in ranges), Decimal(0))
    most = sum((r[1] for r in ranges), Decimal(0))
    # "More than 140" may be any amount more: a lower bound opens its side of the comparison.
    too_small = high < least and not total.lower_bound
    too_large = low > most and not any(term.lower_bound for term in terms)
    return not (too_small or too_large)


def _check_share(
    context: Context,
    layer: str,
    record: Record,
    raw: Mapping[Any, Any],
    figures: Mapping[str, Figure],
) -> Iterator[Finding]:
    whole_id, stated = raw["share_of"], raw["stated_share"]
    if not isinstance(whole_id, str) or pd.isna(stated):
        return
    part = figures[str(record.key)]
    fault = _reference_fault([whole_id], part, figures)
    if fault:
        yield _mismatch(context, layer, record, "share", fault)
    elif not _share_holds(part, figures[whole_id], Decimal(repr(float(stated)))):
        whole = figures[whole_id]
        problem = phrase(
            "reason.share", parts=whole_id, value=_ratio(part, whole), stated=f"{stated:g}"
        )
        yield _mismatch(
            context,
            layer,
            record,
            "share",
            problem,
            expected=_ratio(part, whole),
            actual=f"{stated:g}",
        )


def _share_holds(part: Figure, whole: Figure, stated: Decimal) -> bool:
    exact = part.is_whole and whole.is_whole
    (low, high), (least, most) = part.range(exact=exact), whole.range(exact=exact)
    half = half_unit(stated)
    if least <= 0:
        return False
    return low / most <= stated + half and stated - half <= high / least


def _ratio(part: Figure, whole: Figure) -> str:
    amount = whole.value * whole.scale
    return f"{part.value * part.scale / amount:.4f}" if amount else "?"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _mismatch(
    context: Context,
    layer: str,
    record: Record,
    detail: str,
    problem: Mapping[str, str],
    **values: str,
) -> Finding:
    return context.finding(
        "FIGURE_MISMATCH",
        layer,
        record,
        detail=detail,
        field="stated_share" if detail == "share" else "value",
        expected=values.get("expected"),
        actual=values.get("actual"),
        problem=problem,
    )
