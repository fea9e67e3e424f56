"""INDICATOR_BELOW, INDICATOR_ABOVE: what was built against what was planned for the plot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.model import BUILT_STATES, KINDS, Finding
from geo.rules.finding import Context

_LEAST = {"far": "far_min", "building_coefficient": "building_coefficient_min"}
_MOST = {"far": "far_max", "green_ratio": "green_ratio_max"}
_OFFICE = "office_ratio"
_OFFICE_MOST = "office_ratio_max"
_INDUSTRIAL = "1001"
"""工业用地: the control of offices and living is about industrial projects."""


def check(context: Context) -> Iterator[Finding]:
    """Return the figures of plots that fall short of the plan, or exceed it.

    Until works are finished a figure may still rise, so only finished ones fall short.
    """
    for layer, plots in context.of_kind("parcels"):
        finished = plots["development_state"].isin(BUILT_STATES)
        for name, limit in _LEAST.items():
            yield from _compare(context, layer, "INDICATOR_BELOW", name, plots[limit], finished)
        for name, limit in _MOST.items():
            yield from _compare(context, layer, "INDICATOR_ABOVE", name, plots[limit])
        yield from _check_offices(context, layer, plots)


def _check_offices(context: Context, layer: str, plots: pd.DataFrame) -> Iterator[Finding]:
    """Return the industrial plots with more offices and living than ``rules.toml`` allows."""
    rule = context.config.rule("INDICATOR_ABOVE")
    if rule.has_threshold(_OFFICE_MOST, 1):
        most = pd.Series(rule.threshold(_OFFICE_MOST), index=plots.index)
        industrial = plots["land_use_code"].fillna("").str.startswith(_INDUSTRIAL)
        yield from _compare(context, layer, "INDICATOR_ABOVE", _OFFICE, most, industrial)


def _compare(
    context: Context,
    layer: str,
    rule: str,
    name: str,
    limit: pd.Series[float],
    among: pd.Series[bool] | None = None,
) -> Iterator[Finding]:
    value = context.frames[layer][name]
    wrong: Any = value < limit if rule == "INDICATOR_BELOW" else value > limit
    # A value out of all bounds is told by VALUE_RANGE; to say it again would be noise.
    most = KINDS["parcels"].spec(name).maximum or 0
    wrong &= value.between(0, most) & limit.between(0, most)
    for record in context.records(layer, wrong if among is None else wrong & among):
        yield context.finding(
            rule,
            layer,
            record,
            detail=name,
            field=name,
            expected=_written(limit.iloc[record.row]),
            actual=_written(value.iloc[record.row]),
        )


def _written(value: float) -> str:
    """Return a figure with as many places as it has, at most six.

    >>> _written(0.1 + 0.2), _written(1.0)
    ('0.3', '1')
    """
    return f"{value:.6g}"
