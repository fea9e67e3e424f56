"""What the register of firms adds up to, as charts show it: by year, and by origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.errors import NotFound
from geo.query import Snapshot
from geo.wording import Wording


@dataclass(frozen=True)
class Bar:
    """One bar of a chart.

    Parameters
    ----------
    label
        A year or a province.
    count
        Firms; ``None`` if there are too few to be told.
    share
        Of the longest bar.
    samples
        Whether any of the firms is made up.
    """

    label: str
    count: int | None
    share: float
    samples: bool


@dataclass(frozen=True)
class Growth:
    """Firms by year, of those that landed or those that began to produce.

    Parameters
    ----------
    undated
        Firms without a year; ``None`` if there are too few to be told.
    """

    name: str
    bars: list[Bar]
    undated: int | None

    @property
    def samples(self) -> bool:
        """Whether any of the firms is made up."""
        return any(bar.samples for bar in self.bars)

    @property
    def withheld(self) -> bool:
        """Whether any count is withheld."""
        return any(bar.count is None for bar in self.bars)


@dataclass(frozen=True)
class Origins:
    """Firms by the province that they come from.

    Parameters
    ----------
    others
        Provinces that are not named since too few firms come from each of them.
    others_firms, unknown
        Firms from those, and firms of which it is not known; ``None`` if there are too few.
    has_map
        Whether a map of them was published.
    """

    bars: list[Bar]
    others: int
    others_firms: int | None
    unknown: int | None
    has_map: bool

    @property
    def samples(self) -> bool:
        """Whether any of the firms is made up."""
        return any(bar.samples for bar in self.bars)


def fewest(shown: Snapshot) -> int:
    """Return the least number of firms that the edition tells."""
    return int(shown.site["site"]["public_min_firms"])


def growth_of(shown: Snapshot) -> list[Growth]:
    """Return the firms by year; a series without any year is absent."""
    found = _register(shown).get("growth", {})
    return [
        Growth(
            name,
            _bars([str(one["year"]) for one in series["years"]], series["years"]),
            series["undated"],
        )
        for name, series in sorted(found.items())
        if series["years"]
    ]


def origins_of(shown: Snapshot, w: Wording) -> Origins:
    """Return where the firms come from."""
    nothing = {"provinces": [], "others": {"provinces": 0, "firms": 0}, "unknown": 0}
    found = _register(shown).get("origins", nothing)
    names = shown.site["codes"]["province"]
    labels = [w.pick(names.get(one["name"])) or one["name"] for one in found["provinces"]]
    return Origins(
        _bars(labels, found["provinces"]),
        found["others"]["provinces"],
        found["others"]["firms"],
        found["unknown"],
        _has_file(shown, f"origins.{w.lang}.svg"),
    )


def _register(shown: Snapshot) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = shown.document("register.json")
    except NotFound:  # a snapshot of an earlier version of the software
        return {}
    return found


def _bars(labels: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Bar]:
    most = max((row["firms"] or 0 for row in rows), default=0) or 1
    return [
        Bar(label, row["firms"], (row["firms"] or 0) / most, row["samples"])
        for label, row in zip(labels, rows, strict=True)
    ]


def _has_file(shown: Snapshot, name: str) -> bool:
    try:
        shown.file(name)
    except NotFound:
        return False
    return True
