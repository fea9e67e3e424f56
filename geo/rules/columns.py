"""COLUMN_UNKNOWN: columns of a file that nothing reads, most often a slip in a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from geo.i18n import LANGUAGES
from geo.model import KINDS, Finding
from geo.rules.finding import Context, clean

_LIKENESS = 0.75
_LONGEST_LIST = 1000


def check(context: Context) -> Iterator[Finding]:
    """Return the layers whose file has columns that their kind does not know, one for each."""
    for layer, frame in context.all_frames():
        unknown = frame.attrs.get("unknown_columns", ())
        if unknown:
            known = [spec.name for spec in KINDS[context.catalog.entries()[layer].kind].all_fields]
            listed = ", ".join(_with_nearest(name, known) for name in unknown)
            yield context.finding(
                "COLUMN_UNKNOWN",
                layer,
                detail=";".join(unknown),
                actual=", ".join(unknown),
                columns=dict.fromkeys(LANGUAGES, clean(listed, longest=_LONGEST_LIST)),
            )


def _with_nearest(name: str, known: Sequence[str]) -> str:
    """Return a column, with the field that it may stand for where one is spelt alike."""
    near = get_close_matches(name.lower(), known, n=1, cutoff=_LIKENESS)
    return f"{clean(name)} → {near[0]}?" if near else clean(name)
