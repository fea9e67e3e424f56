"""What is wrong with a text and a last day that somebody gave, for a waiver or a token."""

from __future__ import annotations

from datetime import date


def faults_of_term(
    field: str, text: str, until: date | None, *, longest: int, on: date, last: date
) -> dict[str, str]:
    """Return the faults by field: what the key of the sentence ends in.

    Parameters
    ----------
    field
        Name of the field of the text.
    text, until
        What was given; ``None`` for a day that is missing or none.
    longest
        Characters that the text may have.
    on, last
        Today, and the latest day that may be given.
    """
    faults = {}
    if not text:
        faults[field] = f"{field}_missing"
    elif len(text) > longest:
        faults[field] = f"{field}_long"
    if until is None:
        faults["until"] = "until_missing"
    elif until < on:
        faults["until"] = "until_past"
    elif until > last:
        faults["until"] = "until_far"
    return faults
