"""What a register of firms adds up to: firms by year, and by the province they come from.

Firms are counted, their sums are not: with the sums of the parks, those of a year could be
taken apart into single firms. A count of fewer than ``fewest`` firms is withheld.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.model import COUNTABLE_STAGES

FORMAT = 1
_SERIES = ("landed", "operating")
_YEARS = (1949, 2100)
"""A year beyond these is a slip of the keyboard, and counts as not known."""


def describe_register(enterprises: pd.DataFrame, *, fewest: int) -> dict[str, Any]:
    """Return the firms of a register by year and by province, as JSON values.

    Parameters
    ----------
    enterprises
        The firms of one edition, as it shows them: a date that the edition keeps back counts
        as not known. Only firms with a signed agreement count.
    fewest
        Least number of firms that may be told.

    Returns
    -------
    dict
        ``fewest``, ``growth`` (see :func:`count_years`) and ``origins`` (see
        :func:`count_origins`).
    """
    firms = enterprises.loc[enterprises["stage"].isin(COUNTABLE_STAGES)]
    return {
        "format": FORMAT,
        "fewest": fewest,
        "growth": {name: count_years(_years(firms, name), firms, fewest) for name in _SERIES},
        "origins": count_origins(firms, fewest),
    }


def count_years(years: pd.Series, firms: pd.DataFrame, fewest: int) -> dict[str, Any]:
    """Return how many firms there are of each year from the first to the last one.

    Parameters
    ----------
    years
        The year of each firm, missing where it is not known.
    firms
        The firms, with their ``nature``, in the same order.

    Returns
    -------
    dict
        ``years``, each with ``year``, ``firms`` (``None`` if it is withheld) and ``samples``,
        whether any of them is made up; and ``undated``, firms without a year.
    """
    known = years[years.between(*_YEARS).fillna(False)].astype(int)
    counts = known.value_counts()
    made_up = set(known[firms.loc[known.index, "nature"].eq("sample")].unique().tolist())
    span = range(known.min(), known.max() + 1) if len(known) else range(0)
    return {
        "years": [
            {
                "year": year,
                "firms": _tell(int(counts.get(year, 0)), fewest),
                "samples": year in made_up,
            }
            for year in span
        ],
        "undated": _tell(len(years) - len(known), fewest),
    }


def count_origins(firms: pd.DataFrame, fewest: int) -> dict[str, Any]:
    """Return how many firms come from each province, the most first.

    Returns
    -------
    dict
        ``provinces``, each with ``name``, ``firms`` and ``samples``; ``others``, the number of
        provinces that are not named since they have too few firms, with the ``firms`` of all
        of them (``None`` if these are too few as well); and ``unknown``, firms of which it is
        not known.
    """
    empty = pd.Series(pd.NA, index=firms.index, dtype="str")
    origin = firms["origin_province"] if "origin_province" in firms.columns else empty
    counts = {str(name): int(count) for name, count in origin.value_counts().items()}
    made_up = set(origin[firms["nature"].eq("sample")].dropna().unique())
    few = [count for count in counts.values() if count < fewest]
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return {
        "provinces": [
            {"name": name, "firms": counts[name], "samples": name in made_up}
            for name in order
            if counts[name] >= fewest
        ],
        "others": {"provinces": len(few), "firms": _tell(sum(few), fewest)},
        "unknown": _tell(int(origin.isna().sum()), fewest),
    }


def _tell(count: int, fewest: int) -> int | None:
    """Return a count, ``None`` if it is of too few firms, but more than none."""
    return count if count == 0 or count >= fewest else None


def _years(firms: pd.DataFrame, series: str) -> pd.Series:
    """Return the year of landing, or the one since which a firm has been in production."""
    column = {"landed": "landed_year", "operating": "stage_on"}[series]
    if column not in firms.columns:
        return pd.Series(pd.NA, index=firms.index, dtype="Int64")
    if series == "landed":
        return firms[column]
    running = firms.loc[firms["stage"].eq("operating"), column]
    # Many firms have few years: each is read once.
    row, texts = pd.factorize(running.str[:4], use_na_sentinel=False)
    numbers = pd.to_numeric(pd.Series(texts), errors="coerce").astype("Int64")
    return numbers.take(row).set_axis(running.index)
