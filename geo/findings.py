"""What becomes of findings from one run to the next: waived, new, still open, fixed.

A finding is known by its ``id``, which stays the same for as long as the fault does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from types import MappingProxyType
from typing import Any, Literal

from geo.model import Finding

FindingRecord = Mapping[str, Any]
"""A finding as JSON; one of a snapshot also says ``waived`` and ``parks``."""


LEAST_GROWTH_M2 = 0.5
"""By how much the ground of a fault must have grown: what is less is no fault by itself."""


@dataclass(frozen=True)
class Waiver:
    """Somebody's word that a finding may stand, up to and including a day.

    ``seen`` is what the finding said then: ``actual`` and ``area_m2``. No version has it.
    """

    reason: str
    by: str
    until: date
    seen: FindingRecord = field(default_factory=dict, compare=False)

    def as_dict(self) -> dict[str, str]:
        """Return the waiver as JSON."""
        return {"reason": self.reason, "by": self.by, "until": self.until.isoformat()}


Waivers = Mapping[str, Waiver]
"""Waivers by the identifier of their finding."""

NO_WAIVERS: Waivers = MappingProxyType({})

State = Literal["open", "new", "waived", "fixed"]
STATES: tuple[State, ...] = ("open", "new", "waived", "fixed")
"""What one may ask for; the new findings are among the open ones."""


@dataclass(frozen=True)
class Course:
    """What happened to the findings between two runs, each in the order of its run."""

    new: tuple[FindingRecord, ...]
    open: tuple[FindingRecord, ...]
    fixed: tuple[FindingRecord, ...]


def compare_findings(before: Iterable[FindingRecord], after: Iterable[FindingRecord]) -> Course:
    """Return which findings are new, which are still open and which are fixed.

    >>> course = compare_findings([{"id": "A"}, {"id": "B"}], [{"id": "B"}, {"id": "C"}])
    >>> [[one["id"] for one in part] for part in (course.new, course.open, course.fixed)]
    [['C'], ['B'], ['A']]
    """
    earlier = {str(one["id"]): one for one in before}
    later = {str(one["id"]): one for one in after}
    return Course(
        new=tuple(one for key, one in later.items() if key not in earlier),
        open=tuple(one for key, one in later.items() if key in earlier),
        fixed=tuple(one for key, one in earlier.items() if key not in later),
    )


@dataclass(frozen=True)
class Change:
    """What a finding says now, and said when it was waived: its area in m², or its ``actual``."""

    name: Literal["area_m2", "actual"]
    then: Any
    now: Any


@dataclass(frozen=True)
class Listed:
    """A finding in the list of a version: how it stands, and the waiver that stands today."""

    record: FindingRecord
    state: State
    waiver: Waiver | None = None

    @property
    def takes_effect(self) -> bool:
        """Whether the next publish will see it waived, or not waived, other than this one."""
        present = self.waiver.as_dict() if self.waiver else None
        return self.state != "fixed" and present != self.record.get("waived")

    @property
    def change(self) -> Change | None:
        """Whether more ground is at fault than was waived, or another value than that."""
        return _change(self.waiver.seen, self.record) if self.waiver and self.waiver.seen else None


@dataclass(frozen=True)
class Choice:
    """Which findings are asked for; empty is any."""

    rule: str = ""
    severity: str = ""
    park: str = ""

    def takes(self, record: FindingRecord) -> bool:
        """Whether a finding is among them.

        >>> Choice(rule="STALE").takes({"rule": "STALE", "severity": "info", "parks": []})
        True
        """
        return (
            self.rule in ("", record["rule"])
            and self.severity in ("", record["severity"])
            and (not self.park or self.park in record.get("parks", ()))
        )


def list_findings(
    before: Iterable[FindingRecord] | None, after: Iterable[FindingRecord], waivers: Waivers
) -> list[Listed]:
    """Return the findings of a version in their order, and after them those that are fixed.

    Parameters
    ----------
    before
        The findings of the version before; ``None`` if there was none, and so none is new.
    after
        Those of the version.
    waivers
        Those that stand today.
    """
    present = list(after)
    course = compare_findings(present if before is None else before, present)
    new = {one["id"] for one in course.new}
    found = [_list_one(one, waivers.get(one["id"]), is_new=one["id"] in new) for one in present]
    return [*found, *(Listed(one, "fixed") for one in course.fixed)]


def _list_one(record: FindingRecord, waiver: Waiver | None, *, is_new: bool) -> Listed:
    state: State = "waived" if waiver else "new" if is_new else "open"
    return Listed(record, state, waiver)


def _change(seen: FindingRecord, record: FindingRecord) -> Change | None:
    then, now = seen.get("area_m2"), record.get("area_m2")
    if then is not None and now is not None and now - then >= LEAST_GROWTH_M2:
        return Change("area_m2", then, now)
    if now is not None and record["actual"] == f"{now:.2f}":
        return None  # the value is the area once more, which has not grown
    then, now = seen.get("actual"), record["actual"]
    return Change("actual", then, now) if then != now else None


def in_state(findings: Iterable[Listed], state: State | None) -> list[Listed]:
    """Return the findings of a state; all for ``None``."""
    wanted = ("open", "new") if state == "open" else (state,)
    return [one for one in findings if state is None or one.state in wanted]


def unbroken_runs(finding: str, runs: Iterable[frozenset[str]]) -> int:
    """Return in how many runs up to the newest a finding has been without a break.

    Parameters
    ----------
    finding
        Its identifier.
    runs
        The identifiers that each run found, the newest first.

    >>> unbroken_runs("A", [frozenset("A"), frozenset("AB"), frozenset("B"), frozenset("A")])
    2
    """
    return sum(1 for _ in takewhile(lambda found: finding in found, runs))


def applicable(findings: Iterable[Finding], waivers: Waivers, on: date) -> dict[str, Waiver]:
    """Return the waivers that count on a day: of findings that are there and block nothing."""
    return {
        finding.id: waivers[finding.id]
        for finding in findings
        if finding.id in waivers and not finding.blocking and waivers[finding.id].until >= on
    }


def findings_document(
    findings: Sequence[Finding],
    waivers: Waivers,
    parks: Mapping[str, Mapping[str, str]],
) -> list[dict[str, Any]]:
    """Return the findings of a snapshot as JSON, for the staff.

    Parameters
    ----------
    findings
        In their order.
    waivers
        Those that count.
    parks
        Which park a feature is in, by layer and key.
    """
    return [
        {
            **finding.as_dict(),
            "waived": waivers[finding.id].as_dict() if finding.id in waivers else None,
            "parks": _parks_of(finding, parks.get(finding.layer, {})),
        }
        for finding in findings
    ]


def _parks_of(finding: Finding, parks: Mapping[str, str]) -> list[str]:
    return sorted({parks[feature] for feature in finding.feature if feature in parks})
