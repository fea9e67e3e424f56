"""The grammar of what lies at a plot: ``power:10 kV:2000 kVA:on site; gas:none``.

Each utility is ``kind:grade:capacity:distance``. A part that is left empty is not known;
``none`` in place of the grade says that the utility is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from geo.wording import parts

UTILITY_KINDS = ("power", "water", "sewage", "gas", "heat", "steam", "telecom", "road")
"""Kinds that the pages have a word for, in the order in which they show them."""

ON_SITE = "on site"

_PARTS = 4
_DISTANCE = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>k?m)", re.ASCII)
_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>[kM]VA)", re.ASCII)
_METRES = {"m": 1.0, "km": 1000.0}
_KVA = {"kVA": 1.0, "MVA": 1000.0}


@dataclass(frozen=True)
class Utility:
    """One utility at a plot, as far as it is known.

    Parameters
    ----------
    kind
        One of :data:`UTILITY_KINDS`.
    grade
        Voltage, diameter and the like; empty if it is not known.
    capacity
        As written; empty if it is not known.
    distance
        ``on site``, or a length as written; empty if it is not known.
    is_there
        ``False`` if the source says that there is none.
    """

    kind: str
    grade: str = ""
    capacity: str = ""
    distance: str = ""
    is_there: bool = True

    @property
    def distance_m(self) -> float | None:
        """The distance in metres, 0 on site, ``None`` if it is not known."""
        if self.distance == ON_SITE:
            return 0.0
        found = _DISTANCE.fullmatch(self.distance)
        return float(found["number"]) * _METRES[found["unit"]] if found else None

    @property
    def capacity_kva(self) -> float | None:
        """The capacity of a power supply in kVA, ``None`` if it is not known."""
        found = _AMOUNT.fullmatch(self.capacity)
        return float(found["number"]) * _KVA[found["unit"]] if found else None


def is_utility(item: str) -> bool:
    """Return whether one utility is ``kind:grade:capacity:distance``, as far as it is given.

    >>> is_utility("power:10 kV:2000 kVA:on site"), is_utility("gas:none"), is_utility("电")
    (True, True, False)
    """
    kind, *given = (part.strip() for part in item.split(":"))
    if kind not in UTILITY_KINDS or len(given) >= _PARTS:
        return False
    if "none" in given[:1]:
        return not any(given[1:])
    return len(given) < _PARTS - 1 or _is_distance(given[-1])


def read_utilities(text: object) -> list[Utility]:
    """Return the utilities of a plot, each kind once, in the order of :data:`UTILITY_KINDS`.

    What does not follow the grammar is left out: a check reports it, and to the reader it
    is as unknown as what is not given.

    >>> [(u.kind, u.grade, u.distance_m) for u in read_utilities("gas:none; water:DN200::1.5 km")]
    [('water', 'DN200', 1500.0), ('gas', '', None)]
    """
    found: dict[str, Utility] = {}
    for item in filter(is_utility, parts(text)):
        utility = _read(item)
        found.setdefault(utility.kind, utility)
    return [found[kind] for kind in UTILITY_KINDS if kind in found]


def _read(item: str) -> Utility:
    kind, *given = (part.strip() for part in item.split(":"))
    if "none" in given[:1]:
        return Utility(kind, is_there=False)
    grade, capacity, distance = (*given, "", "", "")[:3]
    return Utility(kind, grade, capacity, distance)


def _is_distance(text: str) -> bool:
    return text in ("", ON_SITE) or _DISTANCE.fullmatch(text) is not None
