"""The letters of the package: as many of Noto Sans SC as its texts and data use."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from geo.errors import RunError

_PACKAGE = "justmytype_intl_cjk"
_FOLDER = "fonts/ofl/notosanssc"
_ALWAYS = "".join(map(chr, range(0x20, 0x7F)))


def characters(texts: Iterable[str]) -> str:
    """Return every character that texts show, each once and in order; ASCII always."""
    found = set(_ALWAYS)
    for text in texts:
        found.update(html.unescape(text))
    return "".join(sorted(char for char in found if char.isprintable()))


def subset_font(text: str) -> bytes:
    """Return the font with the letters of a text in all weights, as WOFF2.

    Raises
    ------
    RunError
        ``LIBRARY_MISSING`` without the package of the font.
    """
    from fontTools import subset  # takes half a second to load

    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "liga", "locl", "pwid"]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    body = io.BytesIO()
    with subset.load_font(_folder() / "NotoSansSC[wght].ttf", options) as font:
        subsetter.subset(font)
        subset.save_font(font, body, options)
    return body.getvalue()


def font_licence() -> bytes:
    """Return the licence of the font, which goes wherever the font goes."""
    return (_folder() / "OFL.txt").read_bytes()


def _folder() -> Path:
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise RunError("LIBRARY_MISSING", name=_PACKAGE)
    return Path(found.origin).parent / _FOLDER
