"""The form of a scene: its fields as they are typed, and the scene that they make.

What was typed stays as it is, so that a fault costs nobody a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from geo.faults import explain
from geo.i18n import LANGUAGES
from geo.story import MOST_FIGURES, Scene, Story, free_id

TEXTS = ("eyebrow", "headline", "text", "notes", "source")
"""Fields in both languages, in the order of the form."""

CORNERS = ("west", "south", "east", "north")
CENTRE = ("lon", "lat", "zoom")
"""Fields of a view, besides ``view`` itself: ``region``, ``highlight`` (bounds of what the scene
points out, reckoned when it is saved), ``bounds`` or ``centre``."""
_PLAIN = ("id", "kind", "duration_s", "highlight", "view", *CORNERS, *CENTRE)
_OWN_SENTENCES = {
    ("id", "string_pattern_mismatch"): "story.fault_id",
    ("highlight", "string_pattern_mismatch"): "story.fault_reference",
}

Faults = dict[str, dict[str, str]]
"""Sentences by language, by the field that they stand at."""

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class SceneForm:
    """A scene as its form has it.

    Parameters
    ----------
    values
        What stands in each field, as typed; a text of both languages as ``headline_zh``.
    figures, layers
        Those that are chosen.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()

    def differs(self, other: SceneForm) -> list[str]:
        """Return the names of the fields in which another form has something else."""
        names = [
            name
            for name in (*_names_of_texts(), *_PLAIN)
            if self.values.get(name, "") != other.values.get(name, "")
        ]
        lists = [name for name in ("figures", "layers") if vars(self)[name] != vars(other)[name]]
        return [*names, *lists]


def blank_form(story: Story | None) -> SceneForm:
    """Return the form of a new scene, with an identifier that is free and the usual layers."""
    scenes = story.scenes if story else ()
    values = {"id": free_id(scenes, "scene"), "kind": "scene", "duration_s": "20", "view": "region"}
    return SceneForm(values, (), scenes[-1].layers if scenes else ())


def form_of(scene: Scene) -> SceneForm:
    """Return the form of a scene that is kept."""
    texts = {
        f"{name}_{lang}": getattr(text, lang)
        for name in TEXTS
        if (text := getattr(scene, name))
        for lang in LANGUAGES
    }
    values = {
        **texts,
        "id": scene.id,
        "kind": scene.kind,
        "duration_s": str(scene.duration_s),
        "highlight": "\n".join(scene.highlight),
        **_view_values(scene),
    }
    return SceneForm(values, scene.figures, scene.layers)


def read_form(form: MultiDict[str, str]) -> SceneForm:
    """Return what was typed into a form, line ends and spaces around it apart."""
    values = {
        name: form.get(name, "").replace("\r\n", "\n").strip()
        for name in (*_names_of_texts(), *_PLAIN)
    }
    figures = tuple(name for name in form.getlist("figures")[:MOST_FIGURES] if name)
    return SceneForm(values, figures, tuple(form.getlist("layers")))


def make_scene(
    form: SceneForm,
    taken: set[str],
    bounds_of: Callable[[tuple[str, ...]], Bounds | None],
) -> tuple[Scene | None, Faults]:
    """Return the scene that a form makes, ``None`` with the faults by field if it makes none.

    Parameters
    ----------
    taken
        Identifiers of the other scenes.
    bounds_of
        What shows all of some references; ``None`` if none of them has a place.
    """
    highlight = tuple(form.values["highlight"].split())
    view, faults = _read_view(form, highlight, bounds_of)
    raw = {
        **{name: text for name in TEXTS if (text := _read_text(form, name))},
        **{name: form.values[name] for name in ("id", "kind", "duration_s")},
        "figures": form.figures,
        "layers": form.layers,
        "highlight": highlight,
        "view": view,
    }
    try:
        scene = Scene.model_validate(raw)
    except ValidationError as error:
        for details in error.errors():
            faults.setdefault(str(details["loc"][0]), _sentence(details))
        return None, faults
    if scene.id in taken:
        faults["id"] = explain("config.taken")
    if len(set(scene.figures)) < len(scene.figures):
        faults["figures"] = explain("story.fault_twice")
    return (None if faults else scene), faults


def _read_text(form: SceneForm, name: str) -> dict[str, str] | None:
    """Return a text of both languages; ``None`` if it is left out, which a headline cannot be."""
    text = {lang: form.values[f"{name}_{lang}"] for lang in LANGUAGES}
    return text if any(text.values()) or name == "headline" else None


def _read_view(
    form: SceneForm,
    highlight: tuple[str, ...],
    bounds_of: Callable[[tuple[str, ...]], Bounds | None],
) -> tuple[dict[str, Any] | None, Faults]:
    values = form.values
    if values["view"] == "bounds":
        return {"bounds": [values[name] for name in CORNERS]}, {}
    if values["view"] == "centre":
        return {"centre": [values["lon"], values["lat"]], "zoom": values["zoom"]}, {}
    if values["view"] == "highlight":
        bounds = bounds_of(highlight)
        return ({"bounds": bounds}, {}) if bounds else (None, {"view": explain("story.no_place")})
    return None, {}


def _view_values(scene: Scene) -> dict[str, str]:
    view = scene.view
    if view is None:
        return {"view": "region"}
    if view.bounds is not None:
        corners = dict(zip(CORNERS, map(_number, view.bounds), strict=True))
        return {"view": "bounds", **corners}
    lon, lat = view.centre or (0.0, 0.0)
    centre = dict(zip(CENTRE, map(_number, (lon, lat, view.zoom or 0.0)), strict=True))
    return {"view": "centre", **centre}


def _sentence(details: Mapping[str, Any]) -> dict[str, str]:
    kind = str(details["type"])
    own = _OWN_SENTENCES.get((str(details["loc"][0]), kind))
    said = {"reason": details["msg"], "value": str(details["input"])[:80]}
    return explain(own or kind, **{**said, **details.get("ctx", {})})


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _names_of_texts() -> list[str]:
    return [f"{name}_{lang}" for name in TEXTS for lang in LANGUAGES]
