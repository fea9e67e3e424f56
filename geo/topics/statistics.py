"""The statistics of the counties, each with its period and source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geo.query import Snapshot
from geo.wording import Quantity, Wording

_COUNTY_DIGITS = 6


@dataclass(frozen=True)
class Statistic:
    """One number, in words.

    Parameters
    ----------
    is_disputed
        Whether another record gives another number for the same thing and period.
    """

    subject: str
    value: Quantity
    period: str
    certainty: str
    note: str
    source: str
    is_disputed: bool
    is_sample: bool


@dataclass(frozen=True)
class CountyTable:
    """The statistics of one county, or of the prefecture around them."""

    adcode: str
    name: str
    statistics: list[Statistic]


def statistics_of(shown: Snapshot, w: Wording) -> list[CountyTable]:
    """Return the statistics by county, what is around the counties at the end."""
    # A record may lack what it needs: that is told to its owner and does not stop a publish.
    records = [record for record in shown.records("statistics") if "value" in record]
    disputed = find_disputed(records)
    tables: dict[str, list[Statistic]] = defaultdict(list)
    for record in records:
        tables[str(record.get("adcode") or "")].append(
            _describe(record, _key(record) in disputed, w)
        )
    names = shown.site["codes"]["county"]
    order = sorted(tables, key=lambda code: (len(code) < _COUNTY_DIGITS, code))
    return [CountyTable(code, w.pick(names.get(code)) or code, tables[code]) for code in order]


def find_disputed(records: Iterable[Mapping[str, Any]]) -> set[tuple[str, str, str]]:
    """Return county, subject and period of what is given with more than one number."""
    given: dict[tuple[str, str, str], set[tuple[float, str]]] = defaultdict(set)
    for record in records:
        given[_key(record)].add((float(record["value"]), str(record.get("unit"))))
    return {key for key, values in given.items() if len(values) > 1}


def _key(record: Mapping[str, Any]) -> tuple[str, str, str]:
    adcode, subject, period = (str(record.get(n) or "") for n in ("adcode", "subject_zh", "period"))
    return adcode, subject, period


def _describe(record: Mapping[str, Any], is_disputed: bool, w: Wording) -> Statistic:
    return Statistic(
        w.pick(record, "subject"),
        Quantity(w.number(record["value"]), w.unit(record.get("unit"), record.get("unit_en"))),
        w.half(w.period(record.get("period"))),
        w.word("certainty", record.get("certainty")),
        w.pick(record, "note"),
        str(record.get("source") or ""),
        is_disputed,
        record["nature"] == "sample",
    )
