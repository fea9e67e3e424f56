"""Published figures as a page shows them: never without their period, never converted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.query import Snapshot
from geo.wording import Quantity, Wording

SHARE_TOLERANCE = 0.005
"""Twin of the one in ``static/js/strip.js``."""


@dataclass(frozen=True)
class Figure:
    """One published figure, in words.

    Parameters
    ----------
    subject, value, period
        What, how much, when.
    note, source
        What is remarked on it, and where it stands.
    is_target
        Whether it is aimed at and not reached.
    is_inconsistent
        Whether its source contradicts itself.
    """

    subject: str
    value: Quantity
    period: str
    note: str
    source: str
    is_target: bool
    is_inconsistent: bool


def figures_of(shown: Snapshot, park: str, w: Wording) -> list[Figure]:
    """Return the figures of a park, the newest first, undated ones at the end."""
    figures = [f for f in shown.records("figures") if f.get("park_id") == park and is_whole(f)]
    newest = sorted(figures, key=lambda f: _rank(str(f.get("period") or "")), reverse=True)
    return [describe_figure(shown, figure, w) for figure in newest]


def is_whole(record: Mapping[str, Any]) -> bool:
    """Whether a record has its number and unit; one that lacks them is published all the same."""
    return {"value", "unit"} <= record.keys()


def describe_figure(shown: Snapshot, figure: Mapping[str, Any], w: Wording) -> Figure:
    """Return a record of the figures in words."""
    amount = w.number(figure["value"]) + ("+" if figure.get("lower_bound") else "")
    return Figure(
        w.pick(figure, "subject"),
        Quantity(amount, w.unit(figure["unit"], figure.get("unit_en"))),
        w.period(figure.get("period")),
        w.pick(figure, "note"),
        str(figure.get("source") or ""),
        figure.get("target") is True,
        _is_inconsistent(shown, figure),
    )


def _rank(period: str) -> str:
    return period if re.match(r"\d", period) else ""


def _is_inconsistent(shown: Snapshot, figure: Mapping[str, Any]) -> bool:
    figures = shown.site["figures"]
    whole = next((f for f in figures if f["figure_id"] == figure.get("share_of")), None)
    stated = figure.get("stated_share")
    if not whole or not whole.get("value") or not stated:
        return False
    return bool(abs(figure["value"] / whole["value"] - stated) > SHARE_TOLERANCE)
