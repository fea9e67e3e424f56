"""STORY_*: scenes of ``story.toml`` that name what is not there, or hold more than a wall does.

None of them keeps data from being published: the show leaves out what is gone, and its
pre-flight says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from geo.edition import drop_samples
from geo.i18n import LANGUAGES, both
from geo.model import Catalog, Finding
from geo.rules.config import RulesConfig
from geo.rules.finding import make_finding, phrase
from geo.story import (
    MOST_EM,
    MOST_FIGURES,
    OFFER_FIGURES,
    Scene,
    Story,
    headline_em,
    repeated_ids,
    split_reference,
)

LAYER = "story"
"""What a finding about ``story.toml`` names as its layer."""


def check_story(
    story: Story,
    frames: Mapping[str, pd.DataFrame],
    catalog: Catalog,
    config: RulesConfig,
) -> list[Finding]:
    """Return what is wrong with the scenes of a show, in their order.

    Parameters
    ----------
    frames
        The layers and tables that could be read; what a scene names of another is not judged.
        With ``demo = false`` a sample record is not there.
    """
    shown = frames if catalog.site.demo else drop_samples(frames, catalog)
    known = {
        name: set(frame[catalog.entries()[name].key].dropna().astype(str))
        for name, frame in shown.items()
    }
    findings = [_finding(config, "STORY_DUPLICATE", name) for name in repeated_ids(story.scenes)]
    for scene in story.scenes:
        findings += [
            _finding(config, "STORY_REFERENCE", scene.id, detail=name, actual=name, problem=problem)
            for name, problem in _missing(scene, known, catalog)
        ]
        findings += _too_much(scene, config)
    return findings


def _missing(
    scene: Scene, known: Mapping[str, set[str]], catalog: Catalog
) -> Iterator[tuple[str, dict[str, str]]]:
    """Return what a scene names and nobody has, each with the sentence that says so."""
    tables = [name for name, entry in catalog.tables.items() if entry.kind == "figures"]
    if all(name in known for name in tables):
        figures = {*OFFER_FIGURES, *(key for name in tables for key in known[name])}
        for name in scene.figures:
            if name not in figures:
                yield name, phrase("story.no_figure", name=name)
    for layer in scene.layers:
        if layer not in catalog.layers:
            yield layer, phrase("story.no_layer", name=layer)
    for reference in scene.highlight:
        layer, key = split_reference(reference)
        if layer not in catalog.layers:
            yield reference, phrase("story.no_layer", name=layer)
        elif layer in known and key not in known[layer]:
            title = catalog.layers[layer].title.model_dump()
            yield reference, phrase("story.no_feature", layer=title, name=key)


def _too_much(scene: Scene, config: RulesConfig) -> Iterator[Finding]:
    count = len(scene.figures)
    if count > MOST_FIGURES:
        yield _finding(
            config, "STORY_FIGURES", scene.id, actual=str(count), expected=f"≤ {MOST_FIGURES}"
        )
    most = config.rule("STORY_HEADLINE").limit("most_em", MOST_EM)
    widths = {lang: headline_em(getattr(scene.headline, lang)) for lang in LANGUAGES}
    for lang, width in widths.items():
        if width > most:
            yield _finding(
                config,
                "STORY_HEADLINE",
                scene.id,
                detail=lang,
                actual=f"{width:g}",
                expected=f"≤ {most:g}",
                language=both(f"language.{lang}"),
            )


def _finding(
    config: RulesConfig,
    rule: str,
    scene: str,
    *,
    detail: str = "",
    expected: str | None = None,
    actual: str | None = None,
    **params: object,
) -> Finding:
    named = {"layer": both("story.title"), "feature": scene, "expected": expected}
    return make_finding(
        config,
        rule,
        LAYER,
        feature=(scene,),
        detail=detail,
        expected=expected,
        actual=actual,
        params={**named, "actual": actual, **params},
    )
