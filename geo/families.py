"""Families of parks: which park lies inside which, and which sums over them may be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.runs import count_within


@dataclass(frozen=True)
class Families:
    """The forest of parks; ``lineage`` is each park followed by all parks around it.

    A park that is given as its own ancestor counts as having no parent, so that a fault in
    the data ends neither in a loop nor in doubled sums.
    """

    lineage: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, parks: pd.DataFrame) -> Families:
        """Return the families of a parks frame, by ``park_id`` and ``parent_id``."""
        rows = zip(parks["park_id"], parks["parent_id"], strict=True)
        given = {park: parent for park, parent in rows if isinstance(park, str)}
        known = {park: parent for park, parent in given.items() if parent in given}
        parents = {park: up for park, up in known.items() if park not in _climb(up, known)}
        return cls({park: (park, *_climb(parents.get(park), parents)) for park in given})

    def members(self, items: pd.DataFrame, parks: pd.Series[Any]) -> pd.DataFrame:
        """Return each item once for its park and once for every park around that.

        The column ``family`` names the park; items of an unknown park are absent.
        """
        park, names = pd.factorize(parks)
        # An item without a park has -1: the last line, which is empty.
        lines = [*(self.lineage.get(name, ()) for name in names), ()]
        lengths = np.array([len(line) for line in lines])
        counts = lengths[park]
        rows = np.repeat(np.arange(len(park)), counts)
        places = (np.cumsum(lengths) - lengths)[park[rows]] + count_within(counts)
        families = pd.Series([name for line in lines for name in line], dtype="str")
        found = pd.DataFrame(items).take(rows)
        return found.assign(family=families.take(places).array)

    def shown_sums(
        self, values: pd.Series[Any], parks: pd.Series[Any], *, fewest: int
    ) -> pd.Series:
        """Return the sum of the values of each park with all inside it, where it may be told.

        Withheld are sums over fewer than ``fewest`` values, and sums from which those shown
        further inside can be taken away to leave fewer, but more than none (complementary
        disclosure). Missing values count as no value.
        """
        given = pd.DataFrame({"value": values}).assign(park=parks).dropna()
        inside = self.members(given, given["park"]).groupby("family")["value"]
        counts = {str(park): int(count) for park, count in inside.size().items()}
        shown = self._tellable(counts, fewest)
        return inside.sum().loc[lambda sums: sums.index.isin(shown)]

    def _tellable(self, counts: Mapping[str, int], fewest: int) -> set[str]:
        shown: set[str] = set()
        covered = dict.fromkeys(self.lineage, 0)
        # Innermost first: what is shown there decides what a sum further out gives away.
        for park in sorted(self.lineage, key=lambda p: (-len(self.lineage[p]), p)):
            count = counts.get(park, 0)
            rest = count - covered[park]
            if count >= max(fewest, 1) and (rest == 0 or rest >= fewest):
                shown.add(park)
                covered[park] = count
            for parent in self.lineage[park][1:2]:
                covered[parent] += covered[park]
        return shown


def _climb(park: str | None, parents: Mapping[str, str]) -> Iterable[str]:
    """Return the park and those around it, nearest first, each once."""
    found: list[str] = []
    while park is not None and park not in found:
        found.append(park)
        park = parents.get(park)
    return found
