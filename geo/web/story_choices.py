"""What the scenes of a show can be made of, from the published data, and what they lack of it.

The full check of the data (:mod:`geo.rules.story`) needs the libraries that the web process
leaves alone; here the names in a scene are held against the snapshot that is served.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from geo.errors import GeoError
from geo.i18n import LANGUAGES
from geo.model import Catalog
from geo.query import Feature, Snapshot
from geo.story import (
    MOST_EM,
    MOST_FIGURES,
    Scene,
    headline_em,
    split_reference,
)
from geo.wording import Wording

_PADDING = 0.25
_LEAST_DEGREES = 0.01
"""So that a single point is not looked at from so near that nothing is around it."""


@dataclass(frozen=True)
class Choices:
    """What a scene may name.

    Parameters
    ----------
    figures
        By identifier, as ``show_figures.json`` has them; ``None`` if nothing is published.
    layers
        Titles of the layers of the catalogue, by name.
    shown
        The staff edition that is served, ``None`` before the first publish.
    """

    figures: Mapping[str, Mapping[str, Any]] | None
    layers: Mapping[str, str]
    shown: Snapshot | None

    def feature(self, reference: str) -> Feature | None:
        """Return what a reference means, ``None`` if the served version has no such thing."""
        layer, key = split_reference(reference)
        if self.shown is None or layer not in self.layers:
            return None
        try:
            return self.shown.features(layer).get(key)
        except GeoError:  # a layer that was added since
            return None

    def bounds(self, references: tuple[str, ...]) -> tuple[float, float, float, float] | None:
        """Return what shows all of these with room around, in degrees; ``None`` without places."""
        features = [feature for each in references if (feature := self.feature(each))]
        points = [p for feature in features for p in _points(feature["geometry"])]
        if not points:
            return None
        west, east = _widen([x for x, _ in points])
        south, north = _widen([y for _, y in points])
        return west, south, east, north


def read_choices(shown: Snapshot | None, catalog: Catalog, lang: str) -> Choices:
    """Return what scenes may name, by the catalogue in use and the edition that is served."""
    titles = {name: layer.title.model_dump()[lang] for name, layer in catalog.layers.items()}
    try:
        found = shown.document("show_figures.json")["figures"] if shown else None
    except GeoError:  # a snapshot of an earlier software
        found = None
    figures = None if found is None else {figure["id"]: figure for figure in found}
    return Choices(figures, titles, shown)


def problems_of(scene: Scene, choices: Choices, w: Wording) -> Iterator[str]:
    """Return what a scene lacks or has too much of, in sentences."""
    for name in scene.figures:
        if choices.figures is not None and name not in choices.figures:
            yield w.t("story.no_figure", name=name)
    for layer in scene.layers:
        if layer not in choices.layers:
            yield w.t("story.no_layer", name=layer)
    for reference in scene.highlight:
        layer, key = split_reference(reference)
        if layer not in choices.layers:
            yield w.t("story.no_layer", name=layer)
        elif choices.shown is not None and choices.feature(reference) is None:
            yield w.t("story.no_feature", layer=choices.layers[layer], name=key)
    if len(scene.figures) > MOST_FIGURES:
        yield w.t("story.many_figures", most=MOST_FIGURES)
    for lang in LANGUAGES:
        if headline_em(getattr(scene.headline, lang)) > MOST_EM:
            yield w.t("story.long_headline", language=w.t(f"language.{lang}"), most=f"{MOST_EM:g}")


def _points(geometry: Mapping[str, Any] | None) -> Iterator[tuple[float, float]]:
    waiting = [geometry["coordinates"]] if geometry else []
    while waiting:
        found = waiting.pop()
        if found and isinstance(found[0], int | float):
            yield float(found[0]), float(found[1])
        else:
            waiting.extend(found)


def _widen(numbers: list[float]) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    room = max((high - low) * _PADDING, _LEAST_DEGREES)
    return round(low - room, 4), round(high + room, 4)
