"""Letters on a printed map: how wide a text is, where its lines break, where a name stands.

Widths are those of Noto Sans SC, which the prints embed, so that no font has to be opened to
place a name. Another font only makes the places a little less exact.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

LINE_HEIGHT = 1.32
"""Of a line of text, in ems."""

BOLD = 600
"""The one weight besides 400: every further one would be a font of its own in a print."""

# Thousandths of an em of the characters from space to tilde at weight 400.
_ASCII = (
    "224 323 474 555 555 921 680 278 338 338 467 555 278 347 278 392 555 555 555 555 555 555 555 "
    "555 555 555 278 278 555 555 555 474 946 608 657 638 688 589 552 689 728 293 535 646 543 812 "
    "723 742 633 742 635 596 599 721 575 878 573 531 603 338 392 338 555 559 606 563 618 510 620 "
    "554 325 564 607 275 275 552 284 926 610 606 620 620 388 468 377 607 521 802 498 521 475 338 "
    "270 338 555"
)
_WIDTHS = {chr(32 + i): int(width) / 1000 for i, width in enumerate(_ASCII.split())}
_WIDTHS |= {"–": 0.54, "—": 0.9, "°": 0.37, "′": 0.28, "″": 0.48, "²": 0.41}
_FULL = 1.0
_OTHER = 0.6
_BOLD_FACTOR = 1.05

# What a line does not break apart: a word, or one Chinese character, with what must not begin a
# line and the spaces after it.
_PIECES = re.compile(r"(?:[!-~–—°′″²]+|\S)[，。；：、）》〕！？·]*\s*")

_GAP_MM = 0.8
# Steps of the anchor's half size and of the text's half size: right, left, above, below, ...
_AROUND = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
_INSIDE = ((0, 0),)

_SQUARE = 10.0
"""Millimetres: about the size of a name."""


@dataclass(frozen=True)
class Line:
    """One line of lettering; ``size`` is the height of an em in millimetres."""

    text: str
    size: float
    fill: str
    weight: int = 400

    @property
    def width(self) -> float:
        """How wide it is, in millimetres."""
        return text_width(self.text, self.size, self.weight)


class Box(NamedTuple):
    """A rectangle on the paper, in millimetres."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def joined(self, others: Iterable[Box]) -> Box:
        """Return the box around it and others."""
        lefts, tops, rights, bottoms = zip(self, *others, strict=True)
        return Box(min(lefts), min(tops), max(rights), max(bottoms))

    def lies_in(self, other: Box) -> bool:
        """Whether it is wholly inside another."""
        return (
            self.left >= other.left
            and self.top >= other.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True)
class Name:
    """A name that looks for a place.

    Parameters
    ----------
    variants
        Lines of the name, the best first; a shorter one is taken where there is no room.
    anchors
        What it may stand beside, or inside.
    rank
        Names of a low rank are placed first.
    inside
        Whether it stands on its anchor.
    """

    variants: tuple[tuple[Line, ...], ...]
    anchors: tuple[Box, ...]
    rank: int
    inside: bool = False


@dataclass(frozen=True)
class Placed:
    """A name that has found its place; ``align`` is ``start``, ``middle`` or ``end``."""

    lines: tuple[Line, ...]
    box: Box
    align: str


def text_width(text: str, size: float, weight: int = 400) -> float:
    """Return how wide a text is, in the unit of ``size``.

    >>> text_width("策勒县", 4.0)
    12.0
    """
    factor = _BOLD_FACTOR if weight >= BOLD else 1.0
    return sum(_em(letter, factor) for letter in text) * size


def wrap(text: str, size: float, width: float) -> list[str]:
    """Return the lines of a text that are no wider than ``width``, in the unit of ``size``.

    A line breaks at a space or beside a Chinese character.
    """
    lines: list[str] = []
    line = ""
    for piece in _PIECES.findall(text):
        if line and text_width(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def arrange(names: Sequence[Name], obstacles: Sequence[Box], frame: Box) -> list[Placed]:
    """Return the names that found room in a frame; none meets another or an obstacle.

    A name for which there is no room is left out: its thing stands in the legend or list.
    """
    taken = _Taken(obstacles)
    placed: list[Placed] = []
    for name in sorted(names, key=lambda name: name.rank):
        found = next(
            (
                place
                for place in _places(name)
                if place.box.lies_in(frame) and not taken.meets(place.box)
            ),
            None,
        )
        if found:
            placed.append(found)
            taken.add(found.box)
    return placed


class _Taken:
    """Boxes that have their place, by the squares of the paper that they touch.

    Hundreds of names try a dozen places each, and most boxes are far from all of them.
    """

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._by_square: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        for square in _squares(box):
            self._by_square[square].append(box)

    def meets(self, box: Box) -> bool:
        return any(
            box.meets(other)
            for square in _squares(box)
            for other in self._by_square.get(square, ())
        )


def _squares(box: Box) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (math.floor(edge / _SQUARE) for edge in box)
    return product(range(left, right + 1), range(top, bottom + 1))


def _em(letter: str, factor: float) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter] * factor
    return _OTHER if unicodedata.east_asian_width(letter) in "NHNa" else _FULL


def _places(name: Name) -> Iterator[Placed]:
    for lines in name.variants:
        width = max(line.width for line in lines)
        height = sum(line.size for line in lines) * LINE_HEIGHT
        for anchor in name.anchors:
            for across, down in _INSIDE if name.inside else _AROUND:
                left = _beside(anchor.left, anchor.right, width, across)
                top = _beside(anchor.top, anchor.bottom, height, down)
                box = Box(left, top, left + width, top + height)
                if not name.inside or box.lies_in(anchor):
                    yield Placed(lines, box, ("end", "middle", "start")[across + 1])


def _beside(low: float, high: float, length: float, side: int) -> float:
    """Return where a length begins that stands before, on or after a stretch."""
    if side == 0:
        return (low + high - length) / 2
    return high + _GAP_MM if side > 0 else low - _GAP_MM - length
