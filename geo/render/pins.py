"""Numbers that point at positions; those at one place share a sign."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from geo.render import svg
from geo.render.lettering import BOLD, Box, Line, text_width
from geo.render.looks import CARD, JADE_DEEP, Look

_SIZE = 2.8
_HEIGHT = 4.4
_RISE = 4.0
_SIDE = 1.3
_BASELINE = 3.2
_SAME = 1.5


@dataclass(frozen=True)
class Pin:
    """A number and the position in degrees that it points at."""

    number: int
    lon: float
    lat: float


@dataclass(frozen=True)
class PinGroup:
    """Numbers at one place on the paper, in millimetres.

    Parameters
    ----------
    numbers
        Those of the place.
    x, y
        The place.
    across, down
        How far the middle of the sign is from it.
    """

    numbers: tuple[int, ...]
    x: float
    y: float
    across: float = 0.0
    down: float = -_RISE

    @property
    def text(self) -> str:
        """The numbers, a run of them from first to last.

        >>> PinGroup((1, 2, 3, 7), 0, 0).text, PinGroup((4, 5), 0, 0).text
        ('1–3, 7', '4, 5')
        """
        return ", ".join(_runs(sorted(self.numbers)))

    @property
    def half(self) -> float:
        """Half of the sign's width."""
        return max(text_width(self.text, _SIZE, BOLD) / 2 + _SIDE, _HEIGHT / 2)

    @property
    def box(self) -> Box:
        """What the sign covers."""
        x, y = self.x + self.across, self.y + self.down
        return Box(x - self.half, y - _HEIGHT / 2, x + self.half, y + _HEIGHT / 2)


def place_pins(places: Sequence[tuple[int, float, float]], frame: Box) -> list[PinGroup]:
    """Return pins of which none covers another, from numbers and places on the paper.

    Numbers at one place share a sign; so do those for which there is no room beside.
    """
    groups: list[PinGroup] = []
    for number, x, y in places:
        same = next((g for g in groups if math.hypot(g.x - x, g.y - y) < _SAME), None)
        if same:
            groups[groups.index(same)] = replace(same, numbers=(*same.numbers, number))
        else:
            groups.append(PinGroup((number,), x, y))
    placed: list[PinGroup] = []
    for group in groups:
        free = (g for g in _around(group) if g.box.lies_in(frame) and not _hits(g, placed))
        placed.append(next(free, group))
    return placed


def draw_pin(group: PinGroup) -> str:
    """Return a pin as SVG."""
    box, middle = group.box, group.x + group.across
    foot = [(middle - 1.1, group.y + group.down), (middle + 1.1, group.y + group.down)]
    sign = svg.element(
        "rect",
        x=box.left,
        y=box.top,
        width=box.right - box.left,
        height=_HEIGHT,
        rx=_HEIGHT / 2,
        fill=JADE_DEEP,
    )
    text = svg.letters(
        Line(group.text, _SIZE, CARD, BOLD), (middle, box.top + _BASELINE), anchor="middle"
    )
    return svg.path([[*foot, (group.x, group.y)]], Look(fill=JADE_DEEP), closed=True) + sign + text


def _around(group: PinGroup) -> Iterator[PinGroup]:
    """Return a pin above its place, aslant to the right and left, and below."""
    for down in (-_RISE, _RISE):
        for across in (0.0, group.half, -group.half):
            yield replace(group, across=across, down=down)


def _hits(group: PinGroup, others: Sequence[PinGroup]) -> bool:
    return any(group.box.meets(other.box) for other in others)


def _runs(numbers: list[int]) -> list[str]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
