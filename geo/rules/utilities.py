"""VALUE_RANGE of ``utilities``: what lies at a plot, in the grammar that the page reads."""

from __future__ import annotations

from collections.abc import Iterator

from geo.model import Finding
from geo.rules.codes import split_list
from geo.rules.finding import Context, phrase
from geo.utilities import UTILITY_KINDS, is_utility


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
