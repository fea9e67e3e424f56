"""How things look on paper: the twin of ``static/js/styles.js`` and of the style sheet's tokens.

Sizes are in millimetres on paper. What is schematic or a sample is dashed or hatched as on the
screen; tests compare the colours with their originals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geo.model import DRAWN_NATURES

SAND, PAPER, LINE, COUNTY = "#efe8da", "#fbf9f4", "#ddd5c5", "#b3a283"
INK, MUTE, CARD = "#23282b", "#5d6469", "#ffffff"
JADE, JADE_DEEP, JADE_TINT = "#0b6b57", "#085344", "#e3efea"
PORT, PORT_TINT, ROAD, RAIL = "#344a7a", "#e6eaf3", "#c8a964", "#6f6f6f"

STROKES = {
    "diagonal": "M-2 2L2-2M0 8L8 0M6 10L10 6",
    "back": "M-2 6L2 10M0 0L8 8M6-2L10 2",
    "horizontal": "M0 4H8",
    "vertical": "M4 0V8",
    "cross": "M-2 2L2-2M0 8L8 0M6 10L10 6M-2 6L2 10M0 0L8 8M6-2L10 2",
    "grid": "M0 4H8M4 0V8",
    "dots": "M2 2h.01M6 6h.01",
}
"""Strokes of the textures inside one tile of 8 by 8, drawn so that tiles join without a seam."""

STATES = {
    "offer": ("#e3efea", "#0b6b57", "diagonal"),
    "built": ("#b99273", "#8f6d50", "plain"),
    "construction": ("#dcc5ab", "#a98866", "dots"),
    "not_started": ("#eee2d0", "#c3ad90", "horizontal"),
    "idle": ("#d9cfc4", "#9c8e80", "cross"),
    "reserved": ("#dedede", "#b5b5b5", "vertical"),
    "unapproved": ("#f4f1ea", "#cfc7b8", "back"),
    "pending": ("#f1ead6", "#cdbf95", "grid"),
    "infrastructure": ("#e6e3dc", "#cdc8bd", "plain"),
}
"""Fill, ink and texture of a plot by its state."""

_TEXTURES = ("plain", *STROKES)
_NO_RGB = "222,222,222"
_HATCH_WIDTH = 0.8
_FREE = ("vacant", "partly_let")


@dataclass(frozen=True)
class Hatch:
    """A texture over a colour; ``width`` is that of its strokes in a tile of 8 by 8."""

    fill: str
    ink: str
    texture: str
    width: float
    sample: bool = False


@dataclass(frozen=True)
class Look:
    """How a shape is drawn.

    Parameters
    ----------
    stroke, width, dash
        Of the outline: colour, millimetres, and the lengths of dashes and gaps.
    fill
        A colour or a hatch.
    radius
        Of a point.
    core
        Radius of a dot in the middle of a point.
    """

    stroke: str = "none"
    width: float = 0.0
    dash: tuple[float, ...] = ()
    fill: str | Hatch = "none"
    opacity: float = 1.0
    radius: float = 0.0
    core: float = 0.0


_LOGISTICS = {
    "road": Look(ROAD, 0.65),
    "railway": Look(RAIL, 0.4, (1.5, 1.0)),
    "rail_station": Look(RAIL, 0.4, fill=PAPER, radius=0.95),
    "airport": Look(PORT, 0.5, fill=PAPER, radius=1.1),
    "land_port": Look(PORT, 0.4, (1.0, 0.75), fill=PORT_TINT, radius=1.9, core=0.65),
    "warehouse": Look(PORT, 0.35, fill=PAPER, radius=0.95),
}


def look_of(kind: str, properties: Mapping[str, Any]) -> Look:
    """Return how a feature of a kind is drawn.

    Parameters
    ----------
    kind
        ``counties``, ``places``, ``logistics``, ``parks``, ``parcels`` or ``buildings``.
    properties
        Those of the feature.
    """
    if kind == "counties":
        return Look(COUNTY, 0.35, fill=PAPER)
    if kind == "parks":
        return _park(properties)
    if kind == "parcels":
        return plot_look(str(properties.get("state")), sample=properties.get("nature") == "sample")
    if kind == "buildings":
        return _hall(properties)
    if kind == "logistics":
        return _LOGISTICS.get(str(properties.get("kind")), _LOGISTICS["warehouse"])
    return Look(PAPER, 0.25, fill=MUTE, radius=0.5 if properties.get("kind") == "town" else 0.85)


def mark_look(properties: Mapping[str, Any]) -> Look:
    """Return the mark that stands for a park where its outline would be too small."""
    return replace(_park(properties), dash=(1.0, 0.75), opacity=1.0, radius=1.9, core=0.65)


def plot_look(state: str, *, sample: bool) -> Look:
    """Return how a plot is drawn by its state; a sample has white hairlines on top."""
    fill, ink, texture = STATES.get(state, STATES["pending"])
    is_offer = state == "offer"
    hatch = Hatch(fill, ink, texture, 1.5 if is_offer else 0.8, sample and not is_offer)
    plain = texture == "plain" and not hatch.sample
    return Look(ink, 0.35 if is_offer else 0.2, fill=fill if plain else hatch)


def land_hatches(codes: Iterable[str], uses: Mapping[str, Mapping[str, Any]]) -> dict[str, Hatch]:
    """Return how land classes look on a plan: the colour of the standard, and a texture.

    Classes follow one another through the textures in the order of their codes, and no two of
    one colour share a texture while there are some left.

    Parameters
    ----------
    codes
        Of the plots that are drawn; all those of ``uses`` count as well, so that a class looks
        the same on every plan of a snapshot.
    uses
        ``rgb`` of each known code, as ``site.json`` has it; a class without one is grey.
    """
    taken: dict[str, set[str]] = {}
    found = {}
    for number, code in enumerate(sorted({*codes, *uses})):
        rgb = (uses.get(code) or {}).get("rgb") or _NO_RGB
        turned = _TEXTURES[number % len(_TEXTURES) :] + _TEXTURES[: number % len(_TEXTURES)]
        used = taken.setdefault(rgb, set())
        texture = next((one for one in turned if one not in used), turned[0])
        used.add(texture)
        found[code] = Hatch(_hex(rgb), _hex(rgb, darker=0.6), texture, _HATCH_WIDTH)
    return found


def _hex(rgb: str, darker: float = 1.0) -> str:
    return "#" + "".join(f"{round(int(part) * darker):02x}" for part in rgb.split(","))


def _park(properties: Mapping[str, Any]) -> Look:
    is_port = properties.get("kind") == "logistics"
    is_drawn = properties.get("nature") in (*DRAWN_NATURES, "sample")
    return Look(
        PORT if is_port else JADE,
        0.4,
        (1.3, 1.0) if is_drawn else (),
        fill=PORT_TINT if is_port else JADE_TINT,
        opacity=0.55,
    )


def _hall(properties: Mapping[str, Any]) -> Look:
    is_free = properties.get("state") in _FREE
    sample = properties.get("nature") == "sample"
    ink = JADE if is_free else MUTE
    if is_free:
        return Look(ink, 0.3, fill=Hatch(CARD, ink, "back", 0.9))
    return Look(ink, 0.3, fill=Hatch(LINE, ink, "plain", 0.9, sample) if sample else LINE)
