"""The picture that stands beside a link where somebody shares it: title, notice and map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geo.export.typeset import draw_png
from geo.render.naming import Feature
from geo.render.site_map import Area, overview
from geo.wording import Wording

WIDTH, HEIGHT = 1200, 630
"""Pixels; what those who show shared links ask for."""

_AREA = Area(108, 84, numbered=False)


def draw_share_card(
    site: Mapping[str, Any], layers: Mapping[str, Iterable[Feature]], lang: str
) -> bytes:
    """Return the picture as PNG; the same input gives the same bytes.

    Parameters
    ----------
    site
        ``site`` of ``site.json``.
    layers
        Features by kind: ``counties``, ``places``, ``logistics``, ``parks``.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    RunError
        ``PDF_FAILED``, ``PDF_BUSY``, ``LIBRARY_MISSING``.
    """
    wording = Wording(lang)
    content = {
        "lang": lang,
        "title": site["title"][lang],
        "subtitle": site["subtitle"][lang],
        "notice": " · ".join(remarks(site, wording)),
    }
    return draw_png("share", content, {"map": overview(layers, wording, _AREA)})


def remarks(site: Mapping[str, Any], wording: Wording) -> list[str]:
    """Return what must be said with a map: samples, and whether it was officially reviewed."""
    approval = site["map_approval"] or wording.t("ui.notice_boundary")
    return [*([wording.t("ui.notice_sample")] if site["demo"] else []), approval]
