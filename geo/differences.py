"""What differs between the plots of two published snapshots, from their features alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.query import Feature

_DERIVED = frozenset(("area_m2", "area_mu", "source", "as_of"))
"""Areas are told as a difference; source and date change with every survey."""


@dataclass(frozen=True)
class FieldChange:
    """A field of a plot with its value in the earlier and in the later version."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class PlotChange:
    """What happened to a plot.

    Parameters
    ----------
    key
        Its number.
    kind
        ``new``, ``gone`` or ``changed``.
    fields
        What changed, in the order of the names; empty unless ``kind`` is ``changed``.
    moved
        Whether its outline is another one.
    before_mu, after_mu
        Its area; nought where it is not there.
    """

    key: str
    kind: str
    fields: tuple[FieldChange, ...]
    moved: bool
    before_mu: float
    after_mu: float

    @property
    def difference_mu(self) -> float:
        """What the plot gained; negative if it lost land."""
        return self.after_mu - self.before_mu


def compare_plots(
    before: Mapping[str, Feature], after: Mapping[str, Feature]
) -> tuple[PlotChange, ...]:
    """Return the plots that are new, gone or changed, in this order and then by their keys.

    >>> plot = {"geometry": None, "properties": {"area_mu": 15.0, "supply_state": "approved"}}
    >>> later = {"geometry": None, "properties": {"area_mu": 16.0, "supply_state": "supplied"}}
    >>> [(c.key, c.kind, c.difference_mu) for c in compare_plots({"A": plot, "B": plot},
    ...                                                          {"B": later, "C": plot})]
    [('C', 'new', 15.0), ('A', 'gone', -15.0), ('B', 'changed', 1.0)]
    """
    new = [_alone(key, "new", after[key]) for key in sorted(after.keys() - before.keys())]
    gone = [_alone(key, "gone", before[key]) for key in sorted(before.keys() - after.keys())]
    both = sorted(before.keys() & after.keys())
    changed = [_compare(key, before[key], after[key]) for key in both if before[key] != after[key]]
    return (*new, *gone, *(c for c in changed if c.fields or c.moved or c.difference_mu))


def _alone(key: str, kind: str, plot: Feature) -> PlotChange:
    area = _area(plot)
    is_new = kind == "new"
    return PlotChange(key, kind, (), False, 0.0 if is_new else area, area if is_new else 0.0)


def _compare(key: str, before: Feature, after: Feature) -> PlotChange:
    old, new = before["properties"], after["properties"]
    fields = tuple(
        FieldChange(name, old.get(name), new.get(name))
        for name in sorted({*old, *new} - _DERIVED)
        if old.get(name) != new.get(name)
    )
    moved = before["geometry"] != after["geometry"]
    return PlotChange(key, "changed", fields, moved, _area(before), _area(after))


def _area(plot: Feature) -> float:
    return float(plot["properties"].get("area_mu") or 0)
