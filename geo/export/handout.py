"""The slides as a handout: a page of A4 for each, the slide above, notes and sources below."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import Any

from geo.export.brief import draw_qr
from geo.export.show_slides import Deck, Slide
from geo.export.slide import HEIGHT, MAP_DARK, MAP_LEFT, WIDTH, Block
from geo.export.typeset import REGIONS, typeset
from geo.render.night import GOLD, GROUND, QUIET, TEXT
from geo.wording import Wording

_WORDS = {
    "figures": "slides.figures",
    "notes": "slides.notes",
    "sources": "slides.sources",
    "qr_alt": "slides.qr_alt",
}
_LONG_WORD = re.compile(r"[!-~]{25,}")
_JOINT = re.compile(r"(?<=[/?&=_.-])(?=[^/?&=_.-])")
_BREAK = "\u200b"
"""Takes no room and lets a line end."""


def write_handout(deck: Deck, w: Wording) -> bytes:
    """Return the handout as a tagged PDF (PDF/UA-1); the same input gives the same bytes.

    Raises
    ------
    RunError
        As :func:`geo.export.typeset.typeset`.
    """
    pictures = {f"map-{slide.number}": slide.picture for slide in deck.slides}
    pictures |= {
        f"qr-{slide.number}": draw_qr(slide.address) for slide in deck.slides if slide.address
    }
    content = {
        "lang": deck.lang,
        "region": REGIONS[deck.lang],
        "title": deck.title,
        "subject": deck.subject,
        "author": deck.author,
        "footer": deck.footer,
        "words": {name: w.t(key) for name, key in _WORDS.items()},
        "inks": {"ground": GROUND, "text": TEXT, "quiet": QUIET, "gold": GOLD},
        "size": {"width": WIDTH, "height": HEIGHT, "map": MAP_LEFT, "shade": MAP_DARK * 1.2},
        "slides": [_describe(slide, len(deck.slides)) for slide in deck.slides],
    }
    return typeset("handout", content, pictures, on=date.fromisoformat(deck.as_of))


def _describe(slide: Slide, count: int) -> dict[str, Any]:
    return {
        "number": slide.number,
        "page": f"{slide.number} / {count}",
        "title": slide.title,
        "alt": slide.alt,
        "has_code": bool(slide.address),
        "blocks": [_block(block) for block in slide.blocks],
        "notes": [_breakable(text) for text in slide.notes],
        "figures": [
            {name: _breakable(text) for name, text in asdict(told).items()}
            for told in slide.figures
        ],
        "sources": [_breakable(text) for text in slide.sources],
        "notices": list(slide.notices),
    }


def _block(block: Block) -> dict[str, Any]:
    found = asdict(block)
    for paragraph in found["paragraphs"]:
        for run in paragraph["runs"]:
            run["text"] = _breakable(run["text"])
    return found


def _breakable(text: str) -> str:
    """Return a text whose long words may end a line: an address at its joints, others anywhere."""
    jointed = _LONG_WORD.sub(lambda found: _JOINT.sub(_BREAK, found[0]), text)
    return _LONG_WORD.sub(lambda found: _BREAK.join(found[0]), jointed)
