"""Build ``show.json``: the show with its figures, natures and sources filled in.

It is made from the frames of one edition, so that it is as public as the edition. What a scene
names and the edition lacks is left out of the scene and listed in ``missing``: a show never
fails because of a record that is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.i18n import LANGUAGES, both
from geo.model import FORMAT, Catalog
from geo.render.geojson import table_to_records
from geo.render.show_figures import SAID_NATURES, describe_figures
from geo.render.show_parts import Part, describe_part, large_layers, part_features
from geo.story import MOST_FIGURES, OFFER_FIGURES, Scene, Story, View, split_reference
from geo.wording import Wording

_Document = dict[str, Any]
_DescribePart = Callable[[str, Sequence[Mapping[str, str]]], Part | None]
_CONTACT = ("post", "phone", "email")
_OFFICE_FIELDS = ("park_id", "name_zh", "name_en", *(f"contact_{part}" for part in _CONTACT))


@dataclass(frozen=True)
class _Edition:
    """What an edition holds that scenes may name.

    Parameters
    ----------
    figures
        By identifier, as the show has them.
    features
        The nature of every feature, by layer and key.
    extent
        Bounds of the region: minx, miny, maxx, maxy in degrees.
    """

    figures: Mapping[str, _Document]
    features: Mapping[str, Mapping[str, str]]
    extent: Sequence[float]

    def find(self, reference: str) -> dict[str, str] | None:
        """Return a feature that a scene points out, ``None`` if there is none of that name."""
        layer, key = split_reference(reference)
        return {"layer": layer, "id": key} if key in self.features.get(layer, ()) else None

    def of(self, layer: str) -> Iterable[str]:
        """Return the natures of the features of a layer."""
        return self.features[layer].values()

    def natures(
        self,
        figures: Sequence[_Document],
        layers: Sequence[str],
        highlight: Sequence[Mapping[str, str]],
        parts: Mapping[str, Part],
    ) -> list[str]:
        """Return what a slide must say of what it shows."""
        said = {
            *(figure["nature"] for figure in figures),
            *(self.features[place["layer"]][place["id"]] for place in highlight),
            *(nature for layer in layers if layer not in parts for nature in self.of(layer)),
            *(self.features[name][key] for name, part in parts.items() for key in part["drawn"]),
        }
        return [nature for nature in SAID_NATURES if nature in said]


def build_show(
    story: Story, catalog: Catalog, frames: Mapping[str, pd.DataFrame], site: Mapping[str, Any]
) -> _Document:
    """Return the show as JSON values; ``docs/story.md`` says what each means.

    Parameters
    ----------
    frames
        Those of one edition, by layer and table, their fields selected.
    site
        The ``site.json`` of the same edition: when it was made, and where the region is.
    """
    features = {
        name: dict(zip(frames[name][entry.key], frames[name]["nature"], strict=True))
        for name, entry in catalog.layers.items()
    }
    figures = describe_figures(catalog, frames, as_of=site["as_of"])
    edition = _Edition(figures, features, site["extent"])
    large = large_layers(catalog, frames)

    def part(layer: str, highlight: Sequence[Mapping[str, str]]) -> Part | None:
        return describe_part(layer, highlight, catalog, frames) if layer in large else None

    scenes = [_describe_scene(scene, edition, part) for scene in story.scenes]
    return {
        "format": FORMAT,
        "title": story.title.model_dump(),
        "idle_s": story.idle_s,
        "as_of": site["as_of"],
        "demo": catalog.site.demo,
        "map_approval": catalog.site.map_approval,
        "contact": _describe_contact(catalog, frames),
        "scenes": scenes,
        "features": part_features([scene["parts"] for scene in scenes], catalog, frames),
    }


def _describe_contact(catalog: Catalog, frames: Mapping[str, pd.DataFrame]) -> _Document:
    """Return who answers: the organiser, where errors go, and the offices of the parks."""
    parks = frames[catalog.layer_of("parks")]
    columns = [name for name in parks.columns if name in _OFFICE_FIELDS]
    offices = [_describe_office(record) for record in table_to_records(parks[columns])]
    return {
        **catalog.site.model_dump(include={"organiser", "corrections"}),
        "offices": [office for office in offices if any(office[part] for part in _CONTACT)],
    }


def _describe_office(park: Mapping[str, Any]) -> _Document:
    name = {lang: Wording(lang).pick(park, "name") for lang in LANGUAGES}
    given = {part: park.get(f"contact_{part}") for part in _CONTACT}
    return {"park": park["park_id"], "name": name, **given}


def _describe_scene(scene: Scene, edition: _Edition, describe: _DescribePart) -> _Document:
    found = [edition.figures[name] for name in scene.figures if name in edition.figures]
    # A count of nothing is no figure for a wall: the scene says so in words.
    figures = [figure for figure in found if not _counts_nothing(figure)][:MOST_FIGURES]
    layers = [layer for layer in scene.layers if layer in edition.features]
    highlight = [place for ref in scene.highlight if (place := edition.find(ref))]
    parts = {layer: part for layer in layers if (part := describe(layer, highlight))}
    shown = scene.model_dump()
    return {
        "id": scene.id,
        "kind": scene.kind,
        "eyebrow": shown["eyebrow"],
        "headline": shown["headline"],
        "text": both("story.no_offer") if found and not figures else shown["text"],
        "notes": shown["notes"],
        "figures": figures,
        "view": _describe_view(scene.view, edition.extent),
        "layers": layers,
        "highlight": highlight,
        "parts": parts,
        "natures": edition.natures(figures, layers, highlight, parts),
        "sources": _collect_sources(shown["source"], figures),
        "duration_s": scene.duration_s,
        "missing": list(_missing(scene, edition)),
    }


def _counts_nothing(figure: Mapping[str, Any]) -> bool:
    return figure["id"] in OFFER_FIGURES and figure["number"] == "0"


def _describe_view(view: View | None, extent: Sequence[float]) -> _Document:
    return {"bounds": list(extent)} if view is None else view.model_dump(exclude_none=True)


def _collect_sources(own: _Document | None, figures: Sequence[_Document]) -> list[_Document]:
    """Return the sources of a scene, each once and with its date."""
    dated = [_with_date(figure["source"], figure["as_of"]) for figure in figures]
    found = [source for source in (own, *dated) if source and any(source.values())]
    return [source for n, source in enumerate(found) if source not in found[:n]]


def _with_date(source: Mapping[str, str], as_of: str) -> _Document:
    return {lang: text if as_of in text else f"{text}, {as_of}" for lang, text in source.items()}


def _missing(scene: Scene, edition: _Edition) -> Iterator[dict[str, str]]:
    for name in scene.figures:
        if name not in edition.figures:
            yield {"what": "figure", "id": name}
    for layer in scene.layers:
        if layer not in edition.features:
            yield {"what": "layer", "id": layer}
    for reference in scene.highlight:
        if not edition.find(reference):
            yield {"what": "feature", "id": reference}
