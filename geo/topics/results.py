"""Published figures over time: what was agreed, built and paid, and what is still talked about.

Figures are found by the beginning of their ``figure_id`` and the years at its end, so that the
figures of another year find their place as well. What is still talked about is a pipeline of its
own: it stands beside the projects and is never added to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from geo.profiles.figures import Figure, describe_figure, is_whole
from geo.query import Snapshot
from geo.wording import Quantity, Wording, parts

TOTALS = ("introduced", "landed")
"""Figures over several years: ``introduced_2016_2020``."""

PROJECTS = (
    ("new", ("new_projects", "new_planned", "new_in_place")),
    ("continued", ("continued", "continued_in_place")),
)
"""Figures of projects in one year, by the group that they stand in: ``new_projects_2020``."""

PIPELINE = re.compile(r"^(trips|contacted|intent|signed)_")
"""Twin of the one in ``static/js/strip.js``."""

SUM_TOLERANCE = 0.005
"""A published sum may be rounded; beyond this share it contradicts its parts."""

_SPAN = re.compile(r"^(?P<stem>[a-z_]+)_(?P<first>\d{4})_(?P<last>\d{4})$", re.ASCII)
_YEAR = re.compile(r"^(?P<stem>[a-z_]+)_(?P<year>\d{4})(?:\d{4})?$", re.ASCII)

_Record = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A part of a sum, with its share of what the parts add up to."""

    figure: Figure
    share: float
    offset: float


@dataclass(frozen=True)
class Sum:
    """A published sum and its parts, all in one unit.

    Parameters
    ----------
    total
        As it was published.
    added
        What the parts add up to: ``6.142 + 6.76 = 12.902``.
    agrees
        Whether that is the same but for rounding.
    """

    total: Figure
    parts: list[Part]
    added: str
    agrees: bool

    @property
    def note(self) -> str:
        """What is remarked on the sum, unless it only says the same as ``added``."""
        return "" if self.added.split(" = ")[0] in self.total.note else self.total.note


@dataclass(frozen=True)
class Year:
    """The figures of one year.

    Parameters
    ----------
    groups
        Figures of projects: name of the group, and its figures.
    sums
        Sums of these, for a chart each.
    pipeline
        What was still talked about.
    """

    year: str
    groups: list[tuple[str, list[Figure]]]
    sums: list[Sum]
    pipeline: list[Figure]


@dataclass(frozen=True)
class ParkFigures:
    """The figures of one park."""

    key: str
    name: str
    figures: list[Figure]


@dataclass(frozen=True)
class Results:
    """All published figures, each exactly once.

    Parameters
    ----------
    spans
        Figures over several years: the years, and the figures.
    years
        The newest first.
    others
        Those that belong to neither, nor to a park.
    parks
        Those of parks.
    """

    spans: list[tuple[str, list[Figure]]]
    years: list[Year]
    others: list[Figure]
    parks: list[ParkFigures]


def results_of(shown: Snapshot, w: Wording) -> Results:
    """Return the published figures, arranged."""
    figures = [record for record in shown.records("figures") if is_whole(record)]
    free = {str(record["figure_id"]): record for record in figures if not record.get("park_id")}
    words = {key: describe_figure(shown, record, w) for key, record in free.items()}
    spans = _spans(free, words)
    years = [_year(year, free, words, w) for year in _years(free)]
    used = {figure for _, row in spans for figure in row}
    for year in years:
        used |= {f for _, row in year.groups for f in row} | {s.total for s in year.sums}
        used |= {*year.pipeline, *(part.figure for s in year.sums for part in s.parts)}
    others = [figure for figure in words.values() if figure not in used]
    return Results(spans, years, others, _of_parks(shown, figures, w))


def _spans(
    records: Mapping[str, _Record], words: Mapping[str, Figure]
) -> list[tuple[str, list[Figure]]]:
    found: dict[tuple[str, str], list[Figure]] = {}
    for key in records:
        match = _SPAN.match(key)
        if match and match["stem"] in TOTALS:
            found.setdefault((match["first"], match["last"]), []).append(words[key])
    return [(f"{a}–{b}", found[a, b]) for a, b in sorted(found, reverse=True)]


def _years(records: Mapping[str, _Record]) -> list[str]:
    """Return the years that have figures of projects or of the pipeline, the newest first."""
    stems = {stem for _, group in PROJECTS for stem in group}
    matches = [match for key in records if (match := _YEAR.match(key))]
    return sorted(
        {m["year"] for m in matches if m["stem"] in stems or PIPELINE.match(m[0])}, reverse=True
    )


def _year(
    year: str, records: Mapping[str, _Record], words: Mapping[str, Figure], w: Wording
) -> Year:
    groups = [
        (name, [words[key] for stem in stems if (key := f"{stem}_{year}") in words])
        for name, stems in PROJECTS
    ]
    own = [key for key in records if (match := _YEAR.match(key)) and match["year"] == year]
    sums = (_sum(records[key], records, words, w) for key in own if records[key].get("sum_of"))
    return Year(
        year,
        [(name, figures) for name, figures in groups if figures],
        [found for found in sums if found],
        [words[key] for key in own if PIPELINE.match(key)],
    )


def _sum(
    total: _Record, records: Mapping[str, _Record], words: Mapping[str, Figure], w: Wording
) -> Sum | None:
    """Return a sum with its parts; ``None`` unless all are known and in its unit."""
    keys = parts(total.get("sum_of"))
    found = [records[key] for key in keys if key in records]
    if len(found) != len(keys) or any(one["unit"] != total["unit"] for one in found):
        return None
    amounts = [Decimal(str(one["value"])) for one in found]
    whole = sum(amounts, Decimal())
    if whole <= 0 or min(amounts) < 0:
        return None
    published = Decimal(str(total["value"]))
    written = " + ".join(w.number(amount) for amount in amounts)
    return Sum(
        words[str(total["figure_id"])],
        _shares([words[key] for key in keys], amounts, whole),
        f"{written} = {Quantity(w.number(whole), words[keys[0]].value.unit)}",
        float(abs(whole - published) / whole) <= SUM_TOLERANCE,
    )


def _shares(figures: Iterable[Figure], amounts: Iterable[Decimal], whole: Decimal) -> list[Part]:
    found, offset = [], Decimal()
    for figure, amount in zip(figures, amounts, strict=True):
        found.append(Part(figure, float(amount / whole), float(offset / whole)))
        offset += amount
    return found


def _of_parks(shown: Snapshot, figures: Iterable[_Record], w: Wording) -> list[ParkFigures]:
    found: dict[str, list[Figure]] = {}
    for record in figures:
        if record.get("park_id"):
            found.setdefault(str(record["park_id"]), []).append(describe_figure(shown, record, w))
    parks = shown.of_kind("parks")
    names = {key: w.pick(parks[key]["properties"], "name") for key in found if key in parks}
    return [ParkFigures(key, names.get(key, ""), row) for key, row in found.items()]
