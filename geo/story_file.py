"""Keep ``story.toml``: write a show as TOML, put it into the working copy, go back.

Apart from :mod:`geo.intake`, so that the web can edit the show without the geometry libraries.
A change is one step under the lock of the data, with an entry of its own in the history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.catalog import read_catalog
from geo.errors import CatalogError, RunError
from geo.history import list_changes
from geo.settings import Settings
from geo.storage.working_copy import Action, Deed, WorkingCopy
from geo.story import FILE, Story, parse_story

HISTORY = FILE
"""Name of the show in the history; no layer can have it, for a layer's has no dot."""

_HEADING = "The show for promotion events, written at /story; docs/story.md says what each means."


@dataclass(frozen=True)
class KeptStory:
    """The show as it is kept.

    Parameters
    ----------
    body
        The file; empty if there is none.
    """

    body: bytes

    @property
    def base(self) -> str:
        """What changes with every change of the file: a form carries it, and saving asks for it."""
        return hashlib.sha256(self.body).hexdigest()

    def read(self) -> Story | None:
        """Return the show, ``None`` without a file.

        Raises
        ------
        CatalogError
            As :func:`geo.story.parse_story`.
        """
        return parse_story(self.body) if self.body else None


def kept_story(settings: Settings) -> KeptStory:
    """Return the show of the working copy, or of the data in use before there is one.

    Raises
    ------
    CatalogError
        ``STORY_UNREADABLE`` if the system refuses to read it.
    """
    try:
        return KeptStory((_data_dir(settings) / FILE).read_bytes())
    except FileNotFoundError:
        return KeptStory(b"")
    except OSError as error:
        raise CatalogError("STORY_UNREADABLE", reason=error.strerror) from error


def save_story(
    settings: Settings, body: bytes, *, base: str, by: str, action: Action = "edit"
) -> KeptStory:
    """Make a body the show of the working copy and return it.

    Parameters
    ----------
    body
        As :func:`write_story` or :func:`geo.story.parse_story` knows it to be sound.
    base
        :attr:`KeptStory.base` of the show that the person has changed.

    Raises
    ------
    RunError
        ``STORY_CHANGED`` if somebody else saved meanwhile, ``DATA_LOCKED``, ``DISK_FULL``;
        the show stays as it is.
    """
    copy = WorkingCopy(settings.out)
    with copy.lock():
        if kept_story(settings).base != base:
            raise RunError("STORY_CHANGED")
        source = _data_dir(settings)
        copy.seed(source, read_catalog(source).files())
        copy.write(HISTORY, FILE, body, Deed(by=by, action=action, file="", rows={}))
    return KeptStory(body)


def story_history(settings: Settings) -> list[dict[str, Any]]:
    """Return the versions of the show, the newest first, as :func:`geo.history.history` does."""
    return list_changes(settings, HISTORY, FILE)


def earlier_story(settings: Settings, entry_id: str) -> bytes:
    """Return an earlier version of the show.

    Raises
    ------
    NotFound
        ``CHANGE_UNKNOWN``.
    """
    return WorkingCopy(settings.out).body(HISTORY, entry_id)


def write_story(story: Story) -> bytes:
    """Return a show as the bytes of a ``story.toml``, laid out as the bundled one.

    :func:`geo.story.parse_story` reads the same show from it. Comments of an earlier file are
    not kept.
    """
    import tomlkit  # a tenth of a second of the start that no other page needs

    document = tomlkit.document()
    document.add(tomlkit.comment(_HEADING))
    given = story.model_dump(exclude_defaults=True, exclude={"scenes"})
    for name, value in ({"format": story.format} | given).items():
        document.add(name, _item(value))
    scenes = tomlkit.aot()
    for scene in story.scenes:
        table = tomlkit.table()
        for name, value in scene.model_dump(exclude_defaults=True).items():
            table.add(name, _item(value))
        scenes.append(table)
    document.add("scenes", scenes)
    return tomlkit.dumps(document).encode("utf-8")


def _item(value: Any) -> Any:
    """Return a value of the model as TOML: a text in both languages, a view, on one line."""
    import tomlkit

    if not isinstance(value, Mapping):
        return tomlkit.item(list(value) if isinstance(value, tuple) else value)
    table = tomlkit.inline_table()
    for name, one in value.items():
        if one is not None:
            table.append(name, _item(one))
    return table


def _data_dir(settings: Settings) -> Path:
    copy = WorkingCopy(settings.out)
    return copy.root if copy.exists else settings.data_dir
