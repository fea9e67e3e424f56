"""Read ``story.toml``: the scenes of the show for promotion events.

The file is optional: a county without one has no show, and ``/present`` says what to do. A
scene names figures, layers and places by their identifiers. Whether these exist is a matter of
the data: :mod:`geo.rules.story` checks it.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from geo.errors import CatalogError
from geo.faults import validation_faults
from geo.i18n import LANGUAGES
from geo.model import FORMAT, Identifier, Text

FILE = "story.toml"

SceneKind = Literal["title", "scene", "closing"]
SCENE_KINDS: tuple[SceneKind, ...] = get_args(SceneKind)
"""How a scene is laid out: the first, one of the show, the one that says how to reach us."""

OfferFigure = Literal["offer.plots", "offer.land", "offer.halls"]
OFFER_FIGURES: tuple[OfferFigure, ...] = get_args(OfferFigure)
"""Figures that are counted at publish: plots on offer, their area, halls to let."""

MOST_FIGURES = 3
"""Most figures that a scene shows; from the last row more cannot be read."""

MOST_EM = 20.0
"""Widest headline that two lines hold, in widths of a Chinese character; ``rules.toml`` may give
another."""

MOST_SCENES = 60
"""Most scenes of a show, so that a file that ran wild is refused and not rendered."""

LONGEST = 2_000
"""Most characters of one text."""


def _filled(text: Text) -> Text:
    if any(not getattr(text, lang).strip() for lang in LANGUAGES):
        raise PydanticCustomError("config.filled", "filled")
    return text


def _short(text: Text) -> Text:
    if any(len(getattr(text, lang)) > LONGEST for lang in LANGUAGES):
        raise PydanticCustomError("config.longest", "longest", {"most": LONGEST})
    return text


Words = Annotated[Text, AfterValidator(_filled), AfterValidator(_short)]
"""A text that is there in both languages."""

Reference = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}/[^/\s]{1,80}$")]
"""A thing on the map, as ``layer/key``."""

FigureId = Annotated[str, StringConstraints(pattern=r"^[^\s/]{1,80}$")]
"""A key of the table of figures, or one of :data:`OFFER_FIGURES`."""

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class View(_Strict):
    """What a scene looks at, in degrees of WGS84: bounds, or a centre with a zoom.

    ``bounds`` is minx, miny, maxx, maxy; ``centre`` is longitude, latitude.
    """

    bounds: tuple[Longitude, Latitude, Longitude, Latitude] | None = None
    centre: tuple[Longitude, Latitude] | None = None
    zoom: float | None = Field(default=None, ge=0, le=22, allow_inf_nan=False)

    @field_validator("bounds")
    @classmethod
    def _ordered(cls, bounds: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if bounds is not None and not (bounds[0] < bounds[2] and bounds[1] < bounds[3]):
            raise PydanticCustomError("config.box", "bounds")
        return bounds

    @model_validator(mode="after")
    def _one(self) -> View:
        has_centre = self.centre is not None and self.zoom is not None
        is_bare = self.centre is None and self.zoom is None
        if not (is_bare if self.bounds is not None else has_centre):
            raise PydanticCustomError("config.view", "view")
        return self


class Scene(_Strict):
    """One scene: what stands on the wall, what the map shows, what the speaker says.

    Parameters
    ----------
    figures
        Identifiers; their values, periods and sources come from the data.
    view
        ``None`` for the whole region.
    highlight
        What the map points out, as ``layer/key``.
    duration_s
        Seconds that the scene stays when the show plays by itself.
    source
        Of what headline and text state, with its date.
    """

    id: Identifier
    kind: SceneKind = "scene"
    eyebrow: Words | None = None
    headline: Words
    text: Words | None = None
    figures: tuple[FigureId, ...] = ()
    view: View | None = None
    layers: tuple[Identifier, ...] = ()
    highlight: tuple[Reference, ...] = ()
    duration_s: int = Field(default=20, ge=3, le=600)
    notes: Words | None = None
    source: Words | None = None


class Story(_Strict):
    """``story.toml``: the title of the show, its scenes in their order.

    ``idle_s`` is how many seconds a kiosk is left alone before it returns to the start.
    """

    format: Literal[1] = 1
    title: Words
    idle_s: int = Field(default=180, ge=10, le=3600)
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=MOST_SCENES)


def read_story(data_dir: Path) -> Story | None:
    """Return the show of a data directory, ``None`` if it has no such file.

    Raises
    ------
    CatalogError
        As :func:`parse_story`, or ``STORY_UNREADABLE`` with the system's reason.
    """
    try:
        body = (data_dir / FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CatalogError("STORY_UNREADABLE", reason=error.strerror) from error
    return parse_story(body)


def parse_story(body: bytes) -> Story:
    """Return the show that a file holds.

    Raises
    ------
    CatalogError
        ``STORY_UNREADABLE`` (with the parser's reason), ``FORMAT_NEWER``, or
        ``STORY_INVALID`` with ``faults`` by language, every one at once.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # TOML syntax and text that is not UTF-8
        raise CatalogError("STORY_UNREADABLE", reason=str(error)) from error
    found = raw.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise CatalogError("FORMAT_NEWER", found=found, known=FORMAT)
    try:
        return Story.model_validate(raw)
    except ValidationError as error:
        raise CatalogError("STORY_INVALID", faults=validation_faults(error)) from error


def split_reference(reference: str) -> tuple[str, str]:
    """Return layer and key of a reference.

    >>> split_reference("parks/CL-DIGI")
    ('parks', 'CL-DIGI')
    """
    layer, _, key = reference.partition("/")
    return layer, key


def repeated_ids(scenes: Sequence[Scene]) -> list[str]:
    """Return the identifiers that more than one scene has, in the order of the show."""
    names = [scene.id for scene in scenes]
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def free_id(scenes: Sequence[Scene], like: str) -> str:
    """Return an identifier that none of the scenes has, made from another one.

    >>> free_id((), "offer")
    'offer_1'
    """
    taken, stem = {scene.id for scene in scenes}, like[:34]
    return next(name for n in count(1) if (name := f"{stem}_{n}") not in taken)


def headline_em(text: str) -> float:
    """Return about how wide a text runs, in widths of a Chinese character.

    >>> headline_em("两个园区"), headline_em("Two parks")
    (4.0, 4.5)
    """
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.5 for c in text)
