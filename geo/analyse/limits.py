"""What a figure is held against: the plan of its plot, else the threshold of its industry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from geo.analyse.land import number_of
from geo.codes import IndustryList
from geo.indicators import Threshold

PLAN: Mapping[str, tuple[str | None, str | None]] = {
    "far": ("far_min", "far_max"),
    "building_coefficient": ("building_coefficient_min", None),
    "green_ratio": (None, "green_ratio_max"),
}
"""Fields of a plot that hold the planned least and most."""


class Limits:
    """What a figure is held against: the plan of the plot, else the threshold of the industry."""

    def __init__(self, thresholds: Iterable[Threshold], industry: IndustryList) -> None:
        self.thresholds = tuple(thresholds)
        self.industry = industry

    def of(self, name: str, plot: Mapping[str, Any] | None, code: str | None) -> Any:
        """Return least, most and where they are from, ``None`` if nothing is known."""
        low, high = PLAN.get(name, (None, None)) if plot else (None, None)
        planned = (number_of(plot, low), number_of(plot, high))
        if planned != (None, None):
            return {"least": planned[0], "most": planned[1], "from": "plan", "verified": None}
        found = self._threshold(name, code)
        if found is None:
            return None
        least, most = found.bounds()
        return {"least": least, "most": most, "from": "threshold", "verified": found.verified}

    def _threshold(self, name: str, code: str | None) -> Threshold | None:
        """Return the threshold of the narrowest industry that covers this one."""
        if code is None:
            return None
        fitting = [
            (len(broad), threshold)
            for threshold in self.thresholds
            if threshold.indicator == name
            for broad in threshold.industries
            if self.industry.covers(broad, code)
        ]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

    def judge(
        self,
        values: Mapping[str, float],
        plot: Mapping[str, Any] | None,
        code: str | None,
        *,
        unfinished: Collection[str],
    ) -> dict[str, Any]:
        """Return the limits of the figures that are known, and whether they are kept.

        What is ``unfinished`` may still rise: while it is below its least, that is open.
        """
        limits = {name: self.of(name, plot, code) for name in values}
        known = {name: limit for name, limit in limits.items() if limit}
        return {
            "limits": known,
            "verdicts": {
                name: _verdict(values[name], limit, unfinished=name in unfinished)
                for name, limit in known.items()
            },
        }


def _verdict(value: float, limit: Mapping[str, Any], *, unfinished: bool) -> str:
    if limit["least"] is not None and value < limit["least"]:
        return "open" if unfinished else "below"
    return "above" if limit["most"] is not None and value > limit["most"] else "meets"
