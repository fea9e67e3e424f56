"""Plots side by side that together have the area that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from geo.match.criteria import Area, total_area
from geo.match.offers import Offer
from geo.match.span import Outcome

MOST_PLOTS = 4
"""More plots than these are a project of land assembly, not one site."""

MOST_TRIED = 50_000
"""Groups of plots that a search looks at before it is content with what it has found."""


def find_adjoining(
    plots: Mapping[str, Offer],
    neighbours: Mapping[str, Sequence[str]],
    area: Area,
    unknown: Mapping[str, int],
) -> list[tuple[Offer, ...]]:
    """Return groups of two to four connected plots that have the area; no plot is in two.

    Parameters
    ----------
    plots
        Those that may be taken, each too small by itself.
    neighbours
        By plot those beside it.
    area
        What is asked; ``least_m2`` is given.
    unknown
        By plot how many criteria are unknown: groups with fewer come first, then those of
        fewer plots, then those nearest to the area.
    """
    found = [group for group in _grow(plots, neighbours, area) if _is_enough(group, area)]
    found.sort(key=lambda group: _order(group, area, unknown))
    chosen: list[tuple[Offer, ...]] = []
    taken: set[str] = set()
    for group in found:
        keys = {plot.key for plot in group}
        if not keys & taken:
            chosen.append(group)
            taken |= keys
    return chosen


def _is_enough(group: tuple[Offer, ...], area: Area) -> bool:
    return area.judge_span(total_area(group)) is Outcome.MET


def _order(
    group: tuple[Offer, ...], area: Area, unknown: Mapping[str, int]
) -> tuple[int, int, float, list[str]]:
    keys = [plot.key for plot in group]
    return max(unknown[k] for k in keys), len(group), area.distance(total_area(group)), keys


def _grow(
    plots: Mapping[str, Offer], neighbours: Mapping[str, Sequence[str]], area: Area
) -> Iterator[tuple[Offer, ...]]:
    """Return connected groups, the small ones first, none larger than need be."""
    waiting: list[tuple[str, ...]] = [(key,) for key in sorted(plots)]
    tried = 0
    seen: set[tuple[str, ...]] = set()
    for keys in waiting:  # grows while it is read
        group = tuple(plots[key] for key in keys)
        if len(keys) > 1:
            yield group
        if len(keys) == MOST_PLOTS or total_area(group).low >= (area.least_m2 or 0):
            continue
        for key in _beside(keys, plots, neighbours):
            larger = tuple(sorted((*keys, key)))
            if larger not in seen and tried < MOST_TRIED:
                tried += 1
                seen.add(larger)
                waiting.append(larger)


def _beside(
    keys: tuple[str, ...], plots: Mapping[str, Offer], neighbours: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for key in keys:
        yield from (k for k in neighbours.get(key, ()) if k in plots and k not in keys)
