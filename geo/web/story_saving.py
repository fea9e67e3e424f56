"""What the pages of the show share: the show as it is kept, and how a change of it is saved."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from geo.errors import BadRequest, GeoError, NotFound, RunError
from geo.i18n import message
from geo.state import audit
from geo.storage.working_copy import Action
from geo.story import MOST_SCENES, Scene, Story
from geo.story_file import KeptStory, kept_story, save_story, write_story
from geo.web import publishing
from geo.web.current import language, library, settings, state
from geo.web.session import user_name
from geo.web.story_choices import Choices, read_choices

CHANGES = (
    "added",
    "begun",
    "changed",
    "copied",
    "moved",
    "removed",
    "restored",
    "settings",
    "uploaded",
)
"""What can be done to the show; each has a text ``story.change_<name>``."""


def present_story() -> tuple[KeptStory, Story]:
    """Return the show as it is kept.

    Raises
    ------
    CatalogError
        As :func:`geo.story.parse_story`.
    NotFound
        ``STORY_MISSING`` if there is none.
    """
    kept = kept_story(settings())
    story = kept.read()
    if story is None:
        raise NotFound("STORY_MISSING")
    return kept, story


def scene_of(story: Story, number: int) -> Scene:
    """Return a scene by its place in the show, from 1.

    Raises
    ------
    NotFound
        ``SCENE_UNKNOWN``.
    """
    if not 0 < number <= len(story.scenes):
        raise NotFound("SCENE_UNKNOWN")
    return story.scenes[number - 1]


def current_choices() -> Choices:
    """Return what scenes may name."""
    try:
        shown = library().current("staff")
    except GeoError:
        shown = None
    return read_choices(shown, publishing.catalog(), language())


def asked_base() -> str:
    """Return which state of the show the person who sends a form has seen."""
    return request.values.get("base", "")


def save(body: bytes, *, change: str, scene: str | None = None) -> None:
    """Save a show, and record who changed what.

    Parameters
    ----------
    change
        What was done: ``story.change_<name>``.
    scene
        Identifier of the scene that it was done to.

    Raises
    ------
    RunError
        As :func:`geo.story_file.save_story`.
    """
    action: Action = "restore" if change == "restored" else "edit"
    save_story(settings(), body, base=asked_base(), by=user_name(), action=action)
    detail = {"change": change, "scene": scene}
    audit.record(state(), by=user_name(), action="story_saved", detail=detail)


def save_scenes(story: Story, scenes: Sequence[Scene], *, change: str, scene: str) -> None:
    """Save a show with other scenes; as :func:`save`.

    Raises
    ------
    BadRequest
        ``STORY_FULL`` if they are too many.
    """
    if len(scenes) > MOST_SCENES:
        raise BadRequest("STORY_FULL", most=MOST_SCENES)
    changed = story.model_copy(update={"scenes": tuple(scenes)})
    save(write_story(changed), change=change, scene=scene)


def told_changed(error: RunError) -> str:
    """Return the sentence that somebody else saved meanwhile.

    Any other error is raised again.
    """
    if error.code != "STORY_CHANGED":
        raise error
    return message("error.STORY_CHANGED", language())
