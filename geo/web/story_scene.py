"""The form of a scene: filled in, saved, and given back with every word where it is at fault."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from geo.errors import BadRequest, RunError
from geo.i18n import message
from geo.story import MOST_FIGURES, SCENE_KINDS, Scene, Story
from geo.story_file import KeptStory, kept_story, story_history
from geo.times import shown_time
from geo.web import publishing
from geo.web.current import language, link, settings
from geo.web.pages import staff_page
from geo.web.session import requires
from geo.web.story_choices import Choices, problems_of
from geo.web.story_form import (
    CENTRE,
    CORNERS,
    TEXTS,
    Faults,
    SceneForm,
    blank_form,
    form_of,
    make_scene,
    read_form,
)
from geo.web.story_saving import (
    asked_base,
    current_choices,
    present_story,
    save_scenes,
    scene_of,
    told_changed,
)
from geo.wording import Wording

blueprint = Blueprint("story_scene", __name__)


@dataclass(frozen=True)
class _Page:
    """What the page of a scene shows.

    Parameters
    ----------
    kept
        The show that the form changes.
    form
        What stands in it.
    number
        Place of the scene in the show, ``None`` for a new one.
    known_as
        Identifier under which it is kept; empty for a new one.
    failure
        A sentence above the form; ``faults`` stand at its fields.
    theirs
        What a colleague has saved meanwhile, by the label of the field; ``last`` is who and when.
    problems
        What the scene lacks, as it is kept.
    """

    kept: KeptStory
    form: SceneForm
    number: int | None = None
    known_as: str = ""
    failure: str = ""
    faults: Faults = field(default_factory=dict)
    theirs: Sequence[tuple[str, str]] = ()
    last: str = ""
    problems: Sequence[str] = ()

    def answer(self, status: int = 200) -> Response:
        """Return the page."""
        lang, choices = language(), current_choices()
        faults = {name: said[lang] for name, said in self.faults.items()}
        return staff_page(
            "story_scene.html",
            status=status,
            **{**vars(self), "base": self.kept.base, "faults": faults},
            values=self.form.values,
            choices=choices,
            figures=_figure_fields(self.form, choices),
            layers=_layer_fields(self.form, choices),
            kinds=SCENE_KINDS,
            texts=TEXTS,
            corners=CORNERS,
            centre=CENTRE,
            map_data=_map_data(choices),
            saved="saved" in request.args,
        )


@blueprint.get("/story/scenes/<int:number>")
@requires("staff")
def scene_page(number: int) -> Response:
    """Answer the form of a scene."""
    kept, story = present_story()
    scene = scene_of(story, number)
    problems = list(problems_of(scene, current_choices(), Wording(language())))
    return _Page(kept, form_of(scene), number, scene.id, problems=problems).answer()


@blueprint.get("/story/scenes/new")
@requires("staff")
def new_scene_page() -> Response:
    """Answer the form of a new scene."""
    kept = kept_story(settings())
    return _Page(kept, blank_form(kept.read())).answer()


@blueprint.post("/story/scenes/<int:number>")
@requires("staff")
def save_scene(number: int) -> Response:
    """Save a scene, or say at its fields what is wrong with it."""
    kept, story = present_story()
    form, known_as = read_form(request.form), request.form.get("known_as", "")
    if asked_base() != kept.base:
        return _conflict(form, known_as)
    scene_of(story, number)
    others = [scene.id for n, scene in enumerate(story.scenes, 1) if n != number]
    scene, faults = make_scene(form, set(others), current_choices().bounds)
    if scene is None:
        return _faulty(_Page(kept, form, number, known_as, faults=faults))
    scenes = [scene if n == number else one for n, one in enumerate(story.scenes, 1)]
    return _save(story, scenes, number, form, change="changed")


@blueprint.post("/story/scenes/new")
@requires("staff")
def add_scene() -> Response:
    """Add a scene at the end, but before a closing one; the first begins a show."""
    kept, form = kept_story(settings()), read_form(request.form)
    story = kept.read()
    if asked_base() != kept.base:
        return _conflict(form, "")
    old = story.scenes if story else ()
    scene, faults = make_scene(form, {one.id for one in old}, current_choices().bounds)
    if scene is None:
        return _faulty(_Page(kept, form, faults=faults))
    is_last = not old or old[-1].kind != "closing" or scene.kind == "closing"
    place = len(old) if is_last else len(old) - 1
    scenes = [*old[:place], scene, *old[place:]]
    begun = story or Story(title=publishing.catalog().site.title, scenes=(scene,))
    return _save(begun, scenes, place + 1, form, change="added")


def _save(
    story: Story, scenes: Sequence[Scene], number: int, form: SceneForm, *, change: str
) -> Response:
    try:
        save_scenes(story, scenes, change=change, scene=scenes[number - 1].id)
    except BadRequest as error:
        full = message(f"error.{error.code}", language(), **error.params)
        return _Page(kept_story(settings()), form, failure=full).answer(400)
    except RunError as error:
        told_changed(error)
        return _conflict(form, request.form.get("known_as", ""))
    if request.form.get("then") == "stay":
        return make_response(redirect(link(f"story/scenes/{number}", saved=1), 303))
    return make_response(redirect(link("story", at=number), 303))


def _faulty(page: _Page) -> Response:
    said = {**vars(page), "failure": message("story.faulty", language())}
    return _Page(**said).answer(400)


def _conflict(form: SceneForm, known_as: str) -> Response:
    """Return the form with what was written, and beside it what a colleague has saved meanwhile.

    Saved once more, it takes the place of the colleague's; of a scene that is gone it becomes a
    new one.
    """
    kept = kept_story(settings())
    story, lang = kept.read(), language()
    changes = story_history(settings())
    last = f"{changes[0]['by']} · {shown_time(changes[0]['at'])}" if changes else ""
    ids = [scene.id for scene in story.scenes] if story else []
    if story is None or known_as not in ids:
        failure = message("story.conflict_gone" if known_as else "story.conflict_new", lang)
        return _Page(kept, form, failure=failure, last=last).answer(409)
    number = ids.index(known_as) + 1
    saved = form_of(story.scenes[number - 1])
    theirs = [(_label(name), _value(saved, name)) for name in form.differs(saved)]
    failure = message("story.conflict", lang)
    return _Page(kept, form, number, known_as, failure, theirs=theirs, last=last).answer(409)


def _label(name: str) -> str:
    stem, _, lang = name.rpartition("_")
    if stem not in TEXTS:
        return message(f"story.field_{name}", language())
    words = message(f"language.{lang}", language())
    return message("story.in_language", language(), field=_label(stem), language=words)


def _value(form: SceneForm, name: str) -> str:
    found = vars(form).get(name, form.values.get(name, ""))
    return found if isinstance(found, str) else ", ".join(found)


def _figure_fields(form: SceneForm, choices: Choices) -> list[Mapping[str, Any]]:
    """Return what each field for a figure has chosen; it may be one that is gone."""
    known = choices.figures or {}
    chosen = [*form.figures[:MOST_FIGURES], *[""] * MOST_FIGURES][:MOST_FIGURES]
    return [{"id": name, "figure": known.get(name)} for name in chosen]


def _layer_fields(form: SceneForm, choices: Choices) -> list[dict[str, Any]]:
    """Return the layers to tick, also those that are ticked and gone."""
    gone = {name: name for name in form.layers if name not in choices.layers}
    return [
        {"name": name, "title": title, "on": name in form.layers}
        for name, title in {**choices.layers, **gone}.items()
    ]


def _map_data(choices: Choices) -> str | None:
    """Return where the map finds its data, as JSON; ``None`` before the first publish."""
    if choices.shown is None:
        return None
    layers = [
        {"name": layer["id"], "kind": layer["kind"], "title": layer["title"][language()]}
        for layer in choices.shown.site["layers"]
        # Too many to pick from by sight; their keys can be written into the form.
        if "tiles" not in layer
    ]
    base = link(f"staff/layers/{choices.shown.version}/staff/").partition("?")[0]
    return json.dumps({"base": base, "layers": layers, "extent": choices.shown.site["extent"]})
