"""What the planners' map shows of the red lines, where the owner has a layer of them.

From a published staff snapshot alone, without geopandas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.boundary_check import NAMES
from geo.model import RED_LINES
from geo.query import Snapshot
from geo.wording import Wording


@dataclass(frozen=True)
class LineLook:
    """Colour and dashes of a line, and the strokes within it; ``texture`` may be ``plain``."""

    ink: str
    dash: str
    texture: str


LOOKS: Mapping[str, LineLook] = {
    "urban_development": LineLook("#a8452c", "12 4", "plain"),
    "basic_farmland": LineLook("#7d6608", "2 4", "dots"),
    "ecology": LineLook("#2e6b34", "8 3 2 3", "back"),
}
"""By kind of line; the twin of RED_LINES in ``static/js/styles.js``."""


@dataclass(frozen=True)
class LineClass:
    """One line in the legend: its kind and name, its look, number and natures of its outlines."""

    kind: str
    label: str
    look: LineLook
    outlines: int
    natures: tuple[str, ...]


def red_line_layer(shown: Snapshot) -> Mapping[str, Any] | None:
    """Return what the site says of the layer of red lines, ``None`` where there is none."""
    layers = (one for one in shown.site["layers"] if one["kind"] == RED_LINES.name)
    return next(layers, None)


def describe_lines(shown: Snapshot, w: Wording) -> tuple[LineClass, ...]:
    """Return the lines that a snapshot has outlines of, in the order of their kinds."""
    layer = red_line_layer(shown)
    if layer is None:
        return ()
    placed = [f["properties"] for f in shown.features(layer["id"]).values() if f["geometry"]]
    return tuple(
        LineClass(
            kind=kind,
            label=w.word("line_kind", kind),
            look=LOOKS[kind],
            outlines=len(own),
            natures=tuple(sorted({str(one["nature"]) for one in own})),
        )
        for kind in NAMES
        if (own := [one for one in placed if one["line_kind"] == kind])
    )
