"""VALUE_RANGE, DATE_ORDER, AREA_MISMATCH, STALE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import ellipsoidal_area_m2, to_mu
from geo.model import KINDS, MU_M2, FieldSpec, Finding, parse_partial_date
from geo.rules.codes import split_list
from geo.rules.finding import Context, phrase

DATE_PAIRS = (
    ("parcels", "start_due_on", "completion_due_on"),
    ("parcels", "started_on", "completed_on"),
    ("policies", "valid_from", "valid_to"),
)
"""Fields of which the first cannot be later than the second."""

_DATE = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:-\d{2}(?:-\d{2})?)?(?!\d)", re.ASCII)
_OPEN_END = re.compile(r"[-–—~至起]\s*$")


def check(context: Context) -> Iterator[Finding]:
    """Return the values that cannot be, contradict each other, or are old."""
    for layer, frame in context.all_frames():
        kind = KINDS[context.catalog.entries()[layer].kind]
        yield from _check_unparsed(context, layer, frame)
        for spec in kind.all_fields:
            if spec.name != kind.key:
                yield from _check_required(context, layer, frame, spec)
            yield from _check_bounds(context, layer, frame, spec)
            yield from _check_allowed(context, layer, frame, spec)
    yield from _check_dates(context)
    yield from _check_areas(context)
    yield from _check_age(context)


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


def _check_dates(context: Context) -> Iterator[Finding]:
    for kind, first, last in DATE_PAIRS:
        for layer, frame in context.of_kind(kind):
            late = [_is_after(*pair) for pair in zip(frame[first], frame[last], strict=True)]
            for record in context.records(layer, late):
                start, end = frame[first].iloc[record.row], frame[last].iloc[record.row]
                yield context.finding(
                    "DATE_ORDER",
                    layer,
                    record,
                    detail=f"{first} {last}",
                    actual=f"{start} > {end}",
                    first=first,
                    last=last,
                    start=start,
                    end=end,
                )


def _is_after(first: object, last: object) -> bool:
    """Return whether the first is later for certain, whatever days a partial date means."""
    if not (isinstance(first, str) and isinstance(last, str)):
        return False
    one, other = parse_partial_date(first), parse_partial_date(last)
    return one is not None and other is not None and one[0] > other[1]


def _check_areas(context: Context) -> Iterator[Finding]:
    tolerance = context.config.rule("AREA_MISMATCH")
    for layer, frame in context.of_kind("parcels"):
        if not isinstance(frame, gpd.GeoDataFrame) or frame["declared_area_mu"].isna().all():
            continue
        declared = frame["declared_area_mu"]
        measured = to_mu(ellipsoidal_area_m2(frame.geometry))
        apart_m2 = (declared - measured).abs() * MU_M2
        usable = shapely.is_valid(frame.geometry.to_numpy()) & np.isfinite(apart_m2)
        allowed = tolerance.threshold("tolerance_share") * declared
        off = usable & ((declared - measured).abs() > allowed)
        for record in context.records(layer, off):
            given, found = float(declared.iloc[record.row]), float(measured.iloc[record.row])
            yield context.finding(
                "AREA_MISMATCH",
                layer,
                record,
                expected=f"{found:.2f}",
                actual=f"{given:.2f}",
                area_m2=round(float(apart_m2.iloc[record.row]), 1),
            )


def _check_age(context: Context) -> Iterator[Finding]:
    for kind in ("figures", "statistics"):
        for layer, frame in context.of_kind(kind):
            limit = _months_before(context.as_of, context.config.rule("STALE").threshold("months"))
            for record in context.records(layer, np.full(len(frame), True)):
                period, as_of = frame["period"].iloc[record.row], frame["as_of"].iloc[record.row]
                last = last_day(period) or last_day(as_of)
                if last is not None and last < limit:
                    shown = as_of if last_day(period) is None else period
                    yield context.finding("STALE", layer, record, actual=str(shown))


def last_day(text: object) -> date | None:
    """Return the last day that the years or dates in a text name.

    ``2016–2020`` ends with 2020; ``2016–`` has no end, and neither has a text without dates.
    """
    if not isinstance(text, str) or _OPEN_END.search(text):
        return None
    named = (parse_partial_date(match) for match in _DATE.findall(text))
    return max((days[1] for days in named if days), default=None)


def _months_before(day: date, months: float) -> date:
    count = max(12, day.year * 12 + day.month - 1 - int(months))
    year, month = divmod(count, 12)
    # The 31st of a shorter month is its 28th: a threshold of two years is no matter of days.
    return date(year, month + 1, min(day.day, 28))
