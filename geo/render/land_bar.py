"""One stacked bar: how the land of a park is used, by the state of its plots.

Its blocks are filled as the plots on the map are, with texture as well as colour.
"""

from __future__ import annotations

from collections.abc import Sequence

from geo.render import svg
from geo.render.looks import Look, plot_look

_WIDTH = 120.0
_HEIGHT = 5.0
_GAP = 0.4
_THINNEST = 1.2


def land_bar(shares: Sequence[tuple[str, float]], title: str, *, sample: bool) -> str:
    """Return the bar as SVG, to stand in a page.

    Parameters
    ----------
    shares
        States of plots with their shares of the land, from left to right.
    title
        What a screen reader says of it.
    sample
        Whether plots among them are made up.
    """
    looks = [_filled(plot_look(state, sample=sample)) for state, _ in shares]
    widths = _widths([share for _, share in shares])
    blocks, left = [], 0.0
    for look, width in zip(looks, widths, strict=True):
        corners = [(left, 0.0), (left + width, 0.0), (left + width, _HEIGHT), (left, _HEIGHT)]
        blocks.append(svg.path([corners], look, closed=True))
        left += width + _GAP
    return svg.document(_WIDTH, _HEIGHT, title, blocks, looks=looks)


def state_swatch(state: str, *, sample: bool) -> str:
    """Return the small drawing of a state for the table beside the bar.

    Its hatch is the one of the bar on the same page.
    """
    drawing = svg.swatch(plot_look(state, sample=sample), "area", 0.2, 0.0)
    return svg.element("svg", drawing, viewBox="0 0 6 4", aria_hidden="true")


def _filled(look: Look) -> Look:
    """Return the look without its outline: the gaps part the blocks."""
    return Look(fill=look.fill)


def _widths(shares: Sequence[float]) -> list[float]:
    """Return widths in proportion, none too thin to be seen."""
    room = _WIDTH - _GAP * (len(shares) - 1)
    raised = [max(share / sum(shares) * room, _THINNEST) for share in shares]
    return [width / sum(raised) * room for width in raised]
