"""VALUE_RANGE: values that cannot be, or that contradict another of their record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from geo.model import KINDS, FieldSpec, Finding
from geo.rules.codes import split_list
from geo.rules.dates import date_ordinals
from geo.rules.finding import Context, field_words, phrase

ORDERED = (
    ("parcels", "far_min", "far_max"),
    ("parks", "supply_ready_mu", "developable_mu"),
    ("parks", "developable_mu", "planned_area_mu"),
)
"""Fields of which the first is part of the second, or its lower bound."""

NEEDED_BESIDE = (("costs", "value", "unit"), ("costs", "value", "period"))
"""Fields of which the second must be given where the first is: a bare number says nothing."""

YEARS = (1949, 2100)
"""First and last year that a date can be in: one beyond them is a slip of the keyboard."""


def check(context: Context) -> Iterator[Finding]:
    """Return the values that cannot be."""
    for layer, frame in context.all_frames():
        kind = KINDS[context.catalog.entries()[layer].kind]
        yield from _check_unparsed(context, layer, frame)
        for spec in kind.all_fields:
            if spec.name != kind.key:
                yield from _check_required(context, layer, frame, spec)
            yield from _check_bounds(context, layer, frame, spec)
            yield from _check_years(context, layer, frame, spec)
            yield from _check_allowed(context, layer, frame, spec)
    yield from _check_ordered(context)
    yield from _check_needed_beside(context)


def _check_unparsed(context: Context, layer: str, frame: pd.DataFrame) -> Iterator[Finding]:
    kind = KINDS[context.catalog.entries()[layer].kind]
    for row, column, text in frame.attrs.get("unparsed", ()):
        expected = phrase(f"dtype.{kind.spec(column).dtype}")
        yield context.finding(
            "VALUE_RANGE",
            layer,
            context.record(layer, row),
            detail=f"{column} unparsed",
            actual=text,
            field=column,
            problem=phrase("reason.unparsed", value=text, dtype=expected),
        )


def _check_required(
    context: Context, layer: str, frame: pd.DataFrame, spec: FieldSpec
) -> Iterator[Finding]:
    if not spec.required:
        return
    empty = frame[spec.name].isna().to_numpy(copy=True)
    # A value that was there but could not be understood has its own finding.
    empty[[row for row, column, _ in frame.attrs.get("unparsed", ()) if column == spec.name]] = (
        False
    )
    for record in context.records(layer, empty):
        yield context.finding(
            "VALUE_RANGE",
            layer,
            record,
            detail=f"{spec.name} empty",
            field=spec.name,
            problem=phrase("reason.required"),
        )


def _check_needed_beside(context: Context) -> Iterator[Finding]:
    for kind, given, needed in NEEDED_BESIDE:
        for layer, frame in context.of_kind(kind):
            bare = frame[given].notna() & frame[needed].isna()
            for record in context.records(layer, bare):
                yield context.finding(
                    "VALUE_RANGE",
                    layer,
                    record,
                    detail=f"{needed} empty",
                    field=needed,
                    problem=phrase("reason.required"),
                )


def _check_bounds(
    context: Context, layer: str, frame: pd.DataFrame, spec: FieldSpec
) -> Iterator[Finding]:
    low = -np.inf if spec.minimum is None else spec.minimum
    high = np.inf if spec.maximum is None else spec.maximum
    if spec.dtype not in ("float", "int") or (np.isinf(low) and np.isinf(high)):
        return
    values = frame[spec.name]
    for record in context.records(layer, (values < low) | (values > high)):
        actual, expected = f"{values.iloc[record.row]:.12g}", _written_bounds(low, high)
        yield context.finding(
            "VALUE_RANGE",
            layer,
            record,
            detail=f"{spec.name} bounds",
            expected=expected,
            actual=actual,
            field=spec.name,
            problem=phrase("reason.bounds", value=actual, expected=expected),
        )


def _written_bounds(low: float, high: float) -> str:
    if np.isinf(high):
        return f"≥ {low:.12g}"
    return f"≤ {high:.12g}" if np.isinf(low) else f"{low:.15g} – {high:.15g}"


def _check_years(
    context: Context, layer: str, frame: pd.DataFrame, spec: FieldSpec
) -> Iterator[Finding]:
    if spec.dtype != "date":
        return
    texts, expected = frame[spec.name], _written_bounds(*YEARS)
    first, last = date_ordinals(texts)
    beyond = (first < date(YEARS[0], 1, 1).toordinal()) | (
        last > date(YEARS[1], 12, 31).toordinal()
    )
    for record in context.records(layer, beyond):
        value = str(texts.iloc[record.row])
        yield context.finding(
            "VALUE_RANGE",
            layer,
            record,
            detail=f"{spec.name} years",
            field=spec.name,
            expected=expected,
            actual=value,
            problem=phrase("reason.bounds", value=value, expected=expected),
        )


def _check_ordered(context: Context) -> Iterator[Finding]:
    for kind, small, large in ORDERED:
        for layer, frame in context.of_kind(kind):
            for record in context.records(layer, frame[small] > frame[large]):
                value, most = (f"{frame[name].iloc[record.row]:.12g}" for name in (small, large))
                yield context.finding(
                    "VALUE_RANGE",
                    layer,
                    record,
                    detail=f"{small} {large}",
                    field=small,
                    expected=f"≤ {most}",
                    actual=value,
                    problem=phrase(
                        "reason.more_than", value=value, other=field_words(large), most=most
                    ),
                )


def _check_allowed(
    context: Context, layer: str, frame: pd.DataFrame, spec: FieldSpec
) -> Iterator[Finding]:
    if not spec.values:
        return
    values, expected = frame[spec.name], ", ".join(spec.values)
    wrong = {text for text in values.dropna().unique() if not _is_allowed(text, spec)}
    for record in context.records(layer, values.isin(wrong)):
        value = str(values.iloc[record.row])
        yield context.finding(
            "VALUE_RANGE",
            layer,
            record,
            detail=f"{spec.name} allowed",
            expected=expected,
            actual=value,
            field=spec.name,
            problem=phrase("reason.allowed", value=value, expected=expected),
        )


def _is_allowed(text: str, spec: FieldSpec) -> bool:
    return set(split_list(text) if spec.many else [text]) <= set(spec.values)
