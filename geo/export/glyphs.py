"""Letters that the font of the prints has: a tagged PDF may not hold one that cannot be seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

STAND_IN = "□"
"""What stands where the font has no letter, as for an emoji or a rare character."""

_FONT = "NotoSansSC[wght].ttf"


def known_letters(fonts: Path) -> Container[int]:
    """Return the code points that the font in a folder has."""
    with TTFont(fonts / _FONT, lazy=True) as font:
        found: dict[int, str] = font.getBestCmap()
    return found.keys()


def legible(value: Any, known: Container[int]) -> Any:
    """Return a JSON value whose texts have letters of the font only.

    >>> legible({"a": ["策勒 ☃"]}, {ord(letter) for letter in "策勒 □"})
    {'a': ['策勒 □']}
    """
    if isinstance(value, str):
        return "".join(_letter(letter, known) for letter in value)
    if isinstance(value, list):
        return [legible(one, known) for one in value]
    if isinstance(value, dict):
        return {key: legible(one, known) for key, one in value.items()}
    return value


def _letter(letter: str, known: Container[int]) -> str:
    if ord(letter) in known or letter in "\n\t":
        return letter
    category = unicodedata.category(letter)
    if category == "Cf":  # joins or parts letters, and is never seen
        return letter
    # Nor is what changes the letter before it, or controls a terminal.
    return "" if category in ("Mn", "Me", "Cc") else STAND_IN
