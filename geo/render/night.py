"""How things look on a slide: the map at night, in millimetres on a slide 339 mm wide.

What the scene points out is gold, all else keeps quiet. What is schematic is dashed and what is
a sample hatched, as by day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from geo.model import DRAWN_NATURES
from geo.render.looks import Hatch, Look

# The tokens of the style sheet that begin with "night".
GROUND, LAND, BORDER, ROAD = "#10251f", "#1b3a32", "#7fb0a0", "#dfb051"
TEXT, QUIET, GOLD = "#f6f3ea", "#cfdcd6", "#f0c45d"
_GLOW, _PLOT = "#41523a", "#2b5045"
"""Gold and border, thin over the land."""

_DASH = (1.6, 1.1)
_LOGISTICS = {
    "road": Look(ROAD, 0.9),
    "railway": Look(QUIET, 0.7, (2.4, 1.5)),
    "airport": Look(GROUND, 0.4, fill=QUIET, radius=1.8),
}
_STOP = Look(QUIET, 0.6, fill=GROUND, radius=1.4)
_SEAT = Look(GROUND, 0.4, fill=QUIET, radius=1.2)
_FIRM = Look(GROUND, 0.3, fill=QUIET, radius=0.9)


def night_look(kind: str, properties: Mapping[str, Any], *, chosen: bool = False) -> Look:
    """Return how a feature of a kind is drawn.

    Parameters
    ----------
    kind
        ``counties``, ``places``, ``logistics``, ``parks``, ``parcels``, ``buildings`` or
        ``enterprises``.
    properties
        Those of the feature.
    chosen
        Whether the scene points it out.
    """
    if kind == "logistics":
        quiet = _LOGISTICS.get(str(properties.get("kind")), _STOP)
    elif kind in ("parcels", "buildings"):
        quiet = night_plot(
            is_free=is_on_offer(kind, properties), sample=properties.get("nature") == "sample"
        )
    elif kind == "parks":
        quiet = Look(BORDER, 0.5, _dash(properties), fill=_PLOT, opacity=0.55)
    else:
        quiet = {"counties": Look(BORDER, 0.45, fill=LAND), "places": _SEAT}.get(kind, _FIRM)
    return _lit(quiet) if chosen else quiet


def night_mark(properties: Mapping[str, Any], *, chosen: bool = False) -> Look:
    """Return the mark that stands for a shape too small to see."""
    dash = _dash(properties)
    if chosen:
        return Look(GOLD, 0.7, dash, fill=_GLOW, radius=3.2, core=1.2)
    return Look(QUIET, 0.5, dash, fill=LAND, radius=2.1, core=0.8)


def night_plot(*, is_free: bool, sample: bool) -> Look:
    """Return how a plot or hall is drawn: hatched in gold if it is on offer.

    A sample that is not has fine hairlines, as by day.
    """
    if is_free:
        return Look(GOLD, 0.4, fill=Hatch(_GLOW, GOLD, "diagonal", 1.0))
    return Look(BORDER, 0.3, fill=Hatch(_PLOT, BORDER, "back", 0.5) if sample else _PLOT)


def is_on_offer(kind: str, properties: Mapping[str, Any]) -> bool:
    """Whether a plot is on offer, or a hall to let."""
    if kind == "parcels":
        return properties.get("state") == "offer"
    return properties.get("state") in ("vacant", "partly_let")


def _lit(look: Look) -> Look:
    """Return a look as what the scene points out has it."""
    if look.radius:
        return replace(look, stroke=GROUND, fill=GOLD, radius=look.radius * 1.4)
    return replace(look, stroke=GOLD, width=max(look.width * 1.6, 0.9))


def _dash(properties: Mapping[str, Any]) -> tuple[float, ...]:
    drawn = properties.get("nature") in (*DRAWN_NATURES, "sample")
    return _DASH if drawn or properties.get("kind") == "land_port" else ()
