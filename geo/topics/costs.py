"""What a firm pays: known costs with their period, unknown ones with whom to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.model import COST_KINDS
from geo.query import Snapshot
from geo.wording import Quantity, Wording


@dataclass(frozen=True)
class Cost:
    """One cost, in words.

    Parameters
    ----------
    subject, unit
        What is paid, and in which unit.
    value
        ``None`` if no source was found.
    period
        Of when the value is; empty without one.
    where
        The county that it holds for; empty for all of them.
    ask
        The office that knows, by its function.
    note, source, as_of
        What is remarked, where the value stands, and when it was looked up.
    is_sample
        Whether it is made up.
    """

    subject: str
    unit: str
    value: Quantity | None
    period: str
    where: str
    ask: str
    note: str
    source: str
    as_of: str
    is_sample: bool


@dataclass(frozen=True)
class CostGroup:
    """The costs of one kind."""

    kind: str
    title: str
    costs: list[Cost]

    @property
    def known(self) -> int:
        """How many of them have a value."""
        return sum(cost.value is not None for cost in self.costs)

    @property
    def asks(self) -> list[str]:
        """Whom to ask, each office once."""
        return list(dict.fromkeys(cost.ask for cost in self.costs if cost.ask))

    @property
    def notes(self) -> list[str]:
        """What is remarked, each remark once."""
        return list(dict.fromkeys(cost.note for cost in self.costs if cost.note))


def costs_of(shown: Snapshot, w: Wording) -> list[CostGroup]:
    """Return the costs by kind, in the order of the vocabulary; kinds without any are absent."""
    by_kind: dict[str, list[Cost]] = {kind: [] for kind in COST_KINDS}
    for record in shown.records("costs"):
        by_kind.setdefault(str(record.get("kind") or ""), []).append(_describe(shown, record, w))
    return [
        CostGroup(kind, w.word("cost_kind", kind), costs)
        for kind, costs in by_kind.items()
        if costs
    ]


def _describe(shown: Snapshot, record: Mapping[str, Any], w: Wording) -> Cost:
    unit = w.unit(record.get("unit"), record.get("unit_en"))
    amount = w.number(record.get("value"))
    return Cost(
        w.pick(record, "subject"),
        unit,
        Quantity(amount, unit) if amount else None,
        w.period(record.get("period")) if amount else "",
        w.pick(shown.site["codes"]["county"].get(record.get("adcode"))),
        w.pick(record, "ask"),
        w.pick(record, "note"),
        str(record.get("source") or ""),
        str(record.get("as_of") or ""),
        record["nature"] == "sample",
    )
