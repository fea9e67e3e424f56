"""Write the show of the published public edition as slides: PPTX to edit, PDF to hand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import BadRequest
from geo.export.show_slides import Deck, build_deck
from geo.export.slide import HEIGHT, MAP_DARK, MAP_LEFT, WIDTH
from geo.export.typeset import draw_pages
from geo.query import Library
from geo.render.night import GROUND
from geo.settings import Settings
from geo.storage.durable import write_whole
from geo.wording import Wording

SUFFIXES = (".pptx", ".pdf")
_SHADE = {"width": WIDTH - MAP_LEFT, "height": HEIGHT, "shade": MAP_DARK * 1.2, "ground": GROUND}
_PIXELS_PER_POINT, _AT_ONCE = 3, 8


@dataclass(frozen=True)
class Written:
    """The outcome: the file, its language, how many slides, and from which snapshot."""

    path: Path
    lang: str
    slides: int
    version: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as the JSON object that the command line tells."""
        return {**vars(self), "path": str(self.path)}


def write_slides(settings: Settings, target: Path, lang: str = "zh", address: str = "") -> Written:
    """Write the slides of the show that is published now and return what the file is.

    A file of that name is replaced in one step.

    Parameters
    ----------
    target
        Ends in ``.pptx`` or ``.pdf``.
    address
        Of the map, for the QR code of the closing slide.

    Raises
    ------
    BadRequest
        ``SLIDES_FORMAT`` for another ending.
    NotFound
        ``NOT_PUBLISHED``; ``SHOW_MISSING`` if the snapshot has no show.
    RunError
        As :func:`geo.export.typeset.typeset`.
    """
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise BadRequest("SLIDES_FORMAT", name=target.name[:60])
    w = Wording(lang)
    deck = build_deck(Library(settings.out).current("public"), w, address)
    body = _pptx(deck, w) if suffix == ".pptx" else _pdf(deck, w)
    write_whole(target, body)
    return Written(target, lang, len(deck.slides), deck.version)


def _pptx(deck: Deck, w: Wording) -> bytes:
    from geo.export.slides_pptx import write_pptx

    return write_pptx(deck, _draw_maps([slide.picture for slide in deck.slides]), w)


def _pdf(deck: Deck, w: Wording) -> bytes:
    from geo.export.handout import write_handout

    return write_handout(deck, w)


def _draw_maps(pictures: Sequence[str]) -> list[bytes]:
    """Return maps as PNG, a few at a time: a process has its limits."""
    found: list[bytes] = []
    for first in range(0, len(pictures), _AT_ONCE):
        some = pictures[first : first + _AT_ONCE]
        named = {f"map-{number}": picture for number, picture in enumerate(some)}
        content = {**_SHADE, "maps": list(named)}
        found += draw_pages("scene_map", content, named, per_point=_PIXELS_PER_POINT)
    return found
