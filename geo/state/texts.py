"""What people type, before it is kept."""

from __future__ import annotations


def one_line(text: str) -> str:
    r"""Return a text on one line, without characters that steer a terminal or the direction.

    >>> one_line(" fine \u202e\n  by me ")
    'fine by me'
    """
    seen = (character for character in text if character.isprintable() or character.isspace())
    return " ".join("".join(seen).split())
