"""``/story``: staff arrange the show for promotion events.

Every change is saved into the working copy at once, if nobody else saved meanwhile; the public
sees it when the data are published, as any other change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request
from pydantic import ValidationError

from geo import jobs
from geo.errors import CatalogError, RunError
from geo.faults import explain
from geo.i18n import message
from geo.settings import BUNDLED_LAYERS
from geo.story import FILE, Story, free_id, parse_story, repeated_ids
from geo.story_file import KeptStory, earlier_story, kept_story, story_history, write_story
from geo.times import shown_time
from geo.web import publishing
from geo.web.current import language, link, settings, state
from geo.web.pages import staff_page
from geo.web.session import requires
from geo.web.story_choices import Choices, problems_of
from geo.web.story_saving import (
    current_choices,
    present_story,
    save,
    save_scenes,
    scene_of,
    told_changed,
)
from geo.wording import Wording

blueprint = Blueprint("story", __name__)

_SHOWN_CHANGES = 10
_RECENT_JOBS = 8
_STEPS = {"up": -1, "down": 1}


@blueprint.get("/story")
@requires("staff")
def overview() -> Response:
    """Answer the scenes in their order, and what can be done with them."""
    return _overview()


def _overview(failure: str = "", status: int = 200, **more: object) -> Response:
    kept = kept_story(settings())
    story, unreadable = _read_or_say(kept)
    choices, w = current_choices(), Wording(language())
    return staff_page(
        "story.html",
        status=status,
        story=story,
        base=kept.base,
        failure=failure,
        unreadable=unreadable,
        scenes=[_describe(n, story, choices, w) for n in range(len(story.scenes))] if story else (),
        changes=[
            {**change, "at": shown_time(change["at"])}
            for change in story_history(settings())[:_SHOWN_CHANGES]
        ],
        pending=any(change["path"] == "story" for change in publishing.pending_changes()),
        preparing=publishing.waiting_preview(jobs.recent(settings(), state(), _RECENT_JOBS)),
        is_elsewhere=settings().data is not None,
        at=request.args.get("at", type=int),
        to=request.args.get("to"),
        **{"faults": {}, "typed": {}, **more},
    )


def _read_or_say(kept: KeptStory) -> tuple[Story | None, str]:
    """Return the show, or in words why it cannot be read."""
    try:
        return kept.read(), ""
    except CatalogError as error:
        return None, message(f"error.{error.code}", language(), **error.params)


def _describe(place: int, story: Story, choices: Choices, w: Wording) -> dict[str, Any]:
    scene = story.scenes[place]
    problems = list(problems_of(scene, choices, w))
    if scene.id in repeated_ids(story.scenes):
        problems.append(w.t("story.repeated", name=scene.id))
    known = choices.figures or {}
    figures = [known[name] for name in scene.figures if name in known]
    return {"number": place + 1, "scene": scene, "figures": figures, "problems": problems}


def _saved(work: Callable[[], None], **query: object) -> Response:
    """Do what saves, and lead back to the list; where a colleague was first, say so there."""
    try:
        work()
    except RunError as error:
        return _overview(told_changed(error), 409)
    return make_response(redirect(link("story", **query), 303))


# --- the order -----------------------------------------------------------------------------------


@blueprint.post("/story/scenes/<int:number>/move")
@requires("staff")
def move(number: int) -> Response:
    """Move a scene a place up or down; the first and the last stay where they are."""
    _, story = present_story()
    scene = scene_of(story, number)
    to = request.form.get("to", "")
    place = number + _STEPS.get(to, 0)
    if not 0 < place <= len(story.scenes):
        place = number
    scenes = [one for n, one in enumerate(story.scenes, 1) if n != number]
    scenes.insert(place - 1, scene)
    return _saved(
        lambda: save_scenes(story, scenes, change="moved", scene=scene.id), at=place, to=to
    )


@blueprint.post("/story/scenes/<int:number>/copy")
@requires("staff")
def copy(number: int) -> Response:
    """Put a copy of a scene behind it."""
    _, story = present_story()
    scene = scene_of(story, number)
    twin = scene.model_copy(update={"id": free_id(story.scenes, scene.id)})
    scenes = [*story.scenes[:number], twin, *story.scenes[number:]]
    return _saved(
        lambda: save_scenes(story, scenes, change="copied", scene=scene.id), at=number + 1
    )


@blueprint.get("/story/scenes/<int:number>/remove")
@requires("staff")
def confirm_removal(number: int) -> Response:
    """Ask whether to remove a scene."""
    kept, story = present_story()
    scene, lang = scene_of(story, number), language()
    headline = scene.headline.model_dump()[lang]
    return _ask(
        message("story.remove_title", lang, headline=headline),
        message("story.remove_means", lang),
        message("story.remove", lang),
        link(f"story/scenes/{number}/remove", base=kept.base),
    )


@blueprint.post("/story/scenes/<int:number>/remove")
@requires("staff")
def remove(number: int) -> Response:
    """Remove a scene; a show keeps its last one."""
    _, story = present_story()
    scene = scene_of(story, number)
    if len(story.scenes) == 1:
        return _overview(message("story.last_scene", language()), 400)
    scenes = [one for n, one in enumerate(story.scenes, 1) if n != number]
    return _saved(lambda: save_scenes(story, scenes, change="removed", scene=scene.id))


def _ask(heading: str, sentence: str, label: str, address: str) -> Response:
    return staff_page(
        "data_confirm.html",
        heading=heading,
        sentence=sentence,
        label=label,
        address=address,
        back=link("story"),
    )


# --- the show as a whole -------------------------------------------------------------------------


@blueprint.post("/story/settings")
@requires("staff")
def save_settings() -> Response:
    """Save the title of the show, and when a kiosk returns to the start."""
    _, story = present_story()
    typed = {name: request.form.get(name, "").strip() for name in ("zh", "en", "idle_s")}
    raw = story.model_dump() | {
        "title": {"zh": typed["zh"], "en": typed["en"]},
        "idle_s": typed["idle_s"],
    }
    try:
        changed = Story.model_validate(raw)
    except ValidationError as error:
        faults = {str(d["loc"][0]): explain(d["type"], **d.get("ctx", {})) for d in error.errors()}
        return _overview(message("story.faulty", language()), 400, faults=faults, typed=typed)
    return _saved(lambda: save(write_story(changed), change="settings"))


@blueprint.get("/story/story.toml")
@requires("staff")
def download() -> Response:
    """Answer the file, for those who like text."""
    response = Response(kept_story(settings()).body, content_type="application/toml")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response


@blueprint.post("/story/upload")
@requires("staff")
def upload() -> Response:
    """Put an uploaded file in place of the show, or say every fault in it."""
    file = request.files.get("file")
    body = file.read() if file else b""
    if not body:
        return _overview(message("error.UPLOAD_MISSING", language()), 400)
    return _replace(body, change="uploaded")


@blueprint.post("/story/begin")
@requires("staff")
def begin() -> Response:
    """Begin with the show that comes with the software."""
    return _replace((BUNDLED_LAYERS / FILE).read_bytes(), change="begun")


@blueprint.get("/story/versions/<change_id>/restore")
@requires("staff")
def confirm_restore(change_id: str) -> Response:
    """Ask whether to go back to an earlier version of the show."""
    lang = language()
    earlier_story(settings(), change_id)
    at = next(change["at"] for change in story_history(settings()) if change["id"] == change_id)
    return _ask(
        message("story.restore_title", lang),
        message("story.restore_means", lang, at=shown_time(at)),
        message("data.restore", lang),
        link(f"story/versions/{change_id}/restore", base=kept_story(settings()).base),
    )


@blueprint.post("/story/versions/<change_id>/restore")
@requires("staff")
def restore(change_id: str) -> Response:
    """Put an earlier version of the show in place."""
    return _replace(earlier_story(settings(), change_id), change="restored")


def _replace(body: bytes, *, change: str) -> Response:
    try:
        parse_story(body)
    except CatalogError as error:
        return _overview(message(f"error.{error.code}", language(), **error.params), 400)
    return _saved(lambda: save(body, change=change))
