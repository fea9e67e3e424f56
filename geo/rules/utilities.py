"""VALUE_RANGE of ``utilities``: what lies at a plot, in the grammar that the page reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geo.model import Finding
from geo.rules.codes import split_list
from geo.rules.finding import Context, phrase

UTILITY_KINDS = ("power", "water", "sewage", "gas", "heat", "steam", "telecom", "road")
"""Kinds that the page has a word for."""

_PARTS = 4
_DISTANCE = re.compile(r"|on site|\d+(?:\.\d+)? ?k?m", re.ASCII)


def check(context: Context) -> Iterator[Finding]:
    """Return the plots with a utility that cannot be read, each such utility once."""
    for layer, frame in context.of_kind("parcels"):
        texts = frame["utilities"]
        faulty = {text: _faulty_items(text) for text in texts.dropna().unique()}
        suspects = [text for text, items in faulty.items() if items]
        for record in context.records(layer, texts.isin(suspects)):
            for item in faulty[texts.iloc[record.row]]:
                yield context.finding(
                    "VALUE_RANGE",
                    layer,
                    record,
                    detail=f"utilities {item}",
                    field="utilities",
                    expected="kind:grade:capacity:distance",
                    actual=item,
                    problem=phrase("reason.utility", value=item, kinds=", ".join(UTILITY_KINDS)),
                )


def _faulty_items(text: str) -> list[str]:
    return [item for item in dict.fromkeys(split_list(text)) if not is_utility(item)]


def is_utility(item: str) -> bool:
    """Return whether one utility is ``kind:grade:capacity:distance``, as far as it is given.

    >>> is_utility("power:10 kV:2000 kVA:on site"), is_utility("gas:none"), is_utility("电")
    (True, True, False)
    """
    kind, *parts = (part.strip() for part in item.split(":"))
    if kind not in UTILITY_KINDS or len(parts) >= _PARTS:
        return False
    if "none" in parts[:1]:
        return not any(parts[1:])
    return len(parts) < _PARTS - 1 or _DISTANCE.fullmatch(parts[-1]) is not None
