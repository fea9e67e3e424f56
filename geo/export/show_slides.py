"""The slides of a published show in one language: what each says, its map, and its notes."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.errors import NotFound
from geo.export.scene_words import (
    Told,
    clean,
    other_sources,
    scene_figures,
    scene_notes,
    scene_notices,
    scene_words,
)
from geo.export.slide import HEIGHT, MAP_DARK, MAP_LEFT, WIDTH, Block, Words, lay_out
from geo.query import Snapshot
from geo.render.naming import Feature, name_of
from geo.render.plane import Bbox
from geo.render.scene_map import Room, draw_scene_map
from geo.wording import Wording

MM_PER_POINT = 25.4 / 72
ROOM = Room(
    (WIDTH - MAP_LEFT) * MM_PER_POINT,
    HEIGHT * MM_PER_POINT,
    dark_mm=MAP_DARK * MM_PER_POINT,
    corner_mm=24.0,
)
"""The picture of the map on the slide."""

_FILE = "show.json"
_TILE, _SCREEN = 256, 1920
"""Pixels of the world at zoom 0, and of the wall that a zoom is meant for."""


@dataclass(frozen=True)
class Slide:
    """One slide.

    Parameters
    ----------
    number
        From 1.
    title
        The headline in full.
    blocks
        What stands where.
    picture, alt
        The map as SVG, and what a screen reader says of it.
    address
        What the QR code leads to; empty without one.
    notes
        What the speaker says, paragraph by paragraph.
    figures, sources, notices
        What the notes tell of the figures, where the rest is from, and what is not real.
    """

    number: int
    title: str
    blocks: Sequence[Block]
    picture: str
    alt: str
    address: str
    notes: Sequence[str]
    figures: Sequence[Told]
    sources: Sequence[str]
    notices: Sequence[str]


@dataclass(frozen=True)
class Deck:
    """The slides of a show, with what goes for all of them.

    ``as_of`` is the day, ISO 8601, from which ages were counted at publish.
    """

    lang: str
    title: str
    subject: str
    author: str
    footer: str
    version: str
    as_of: str
    slides: Sequence[Slide]


def build_deck(snapshot: Snapshot, w: Wording, address: str = "") -> Deck:
    """Return the slides of the show of a snapshot.

    Parameters
    ----------
    snapshot
        A public edition.
    w
        The language.
    address
        Of the map, for the QR code of the closing slide; empty if nobody knows it.

    Raises
    ------
    NotFound
        ``SHOW_MISSING`` if the snapshot has no show.
    """
    show = _read_show(snapshot)
    site, title = clean(w.pick(snapshot.site["site"]["title"])), clean(w.pick(show["title"]))
    slides = [
        _slide(snapshot, show, number, scene, address, w)
        for number, scene in enumerate(show["scenes"], start=1)
    ]
    return Deck(
        lang=w.lang,
        title=title,
        subject=site,
        author=clean(w.pick(show["contact"]["organiser"])) or site,
        footer=w.t("brief.footer", site=site, as_of=show["as_of"], version=snapshot.version),
        version=snapshot.version,
        as_of=show["as_of"],
        slides=slides,
    )


def _read_show(snapshot: Snapshot) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = snapshot.document(_FILE)
    except NotFound as error:
        raise NotFound("SHOW_MISSING", version=snapshot.version) from error
    return found


def _slide(
    snapshot: Snapshot,
    show: Mapping[str, Any],
    number: int,
    scene: Mapping[str, Any],
    address: str,
    w: Wording,
) -> Slide:
    words = scene_words(show, scene, address, w)
    blocks = lay_out(words)
    return Slide(
        number=number,
        title=words.headline,
        blocks=blocks,
        picture=_picture(snapshot, show, scene, w),
        alt=_alt(snapshot, scene, w),
        address=address if words.has_code else "",
        notes=[*scene_notes(scene, w), *_cut_texts(words, blocks)],
        figures=scene_figures(scene, w),
        sources=other_sources(scene, w),
        notices=scene_notices(scene, w),
    )


def _cut_texts(words: Words, blocks: Sequence[Block]) -> list[str]:
    """Return the texts that the slide has no room for as a whole."""
    runs = [run.text for block in blocks for p in block.paragraphs for run in p.runs]
    return [text for text in words.texts if text not in runs]


# --- the map --------------------------------------------------------------------------------


def _picture(
    snapshot: Snapshot, show: Mapping[str, Any], scene: Mapping[str, Any], w: Wording
) -> str:
    kinds = _kinds(snapshot)
    layers: dict[str, list[Feature]] = {}
    for name in scene["layers"]:
        layers.setdefault(kinds[name], []).extend(_drawn(snapshot, show, scene, name))
    chosen = {(kinds[one["layer"]], str(one["id"])) for one in scene["highlight"]}
    return draw_scene_map(layers, w, ROOM, view=view_box(scene["view"]), chosen=chosen)


def _drawn(
    snapshot: Snapshot, show: Mapping[str, Any], scene: Mapping[str, Any], layer: str
) -> Collection[Feature]:
    """Return the features of a layer that a scene draws: of a large one, those it points out."""
    if not snapshot.is_large(layer):
        return snapshot.features(layer).values()
    # So many marks would be one blot. Earlier software wrote no parts.
    keys = set(scene.get("parts", {}).get(layer, {}).get("drawn", ()))
    return [one for one in show.get("features", {}).get(layer, ()) if one["id"] in keys]


def view_box(view: Mapping[str, Any]) -> Bbox:
    """Return what a view shows in degrees; that of a zoom is as wide as on a wall of 1920 pixels.

    >>> [round(edge, 2) for edge in view_box({"centre": [81, 37], "zoom": 9})]
    [79.54, 36.35, 82.46, 37.65]
    """
    if "bounds" in view:
        west, south, east, north = view["bounds"]
        return west, south, east, north
    lon, lat = view["centre"]
    across = 360 * (WIDTH - MAP_LEFT - MAP_DARK) / WIDTH * _SCREEN / (_TILE * 2 ** view["zoom"]) / 2
    down = across * HEIGHT / WIDTH * math.cos(math.radians(lat))
    return lon - across, lat - down, lon + across, lat + down


def _alt(snapshot: Snapshot, scene: Mapping[str, Any], w: Wording) -> str:
    """Return what the map shows in words: what is pointed out, else its layers."""
    titles = {layer["id"]: w.pick(layer["title"]) for layer in snapshot.site["layers"]}
    named = [
        name_of(snapshot.features(one["layer"])[str(one["id"])], w) for one in scene["highlight"]
    ]
    shown = w.enumerate([clean(name) for name in named or map(titles.get, scene["layers"])])
    return w.t("slides.map_alt", shown=shown) if shown else w.t("slides.map")


def _kinds(snapshot: Snapshot) -> dict[str, str]:
    return {layer["id"]: layer["kind"] for layer in snapshot.site["layers"]}
