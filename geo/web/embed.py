"""The map for a frame in somebody else's page, and the code that puts it there.

``/embed`` shows the map alone, with its notice and sources; it is the only address that other
sites may frame (:mod:`geo.web.security`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from geo.errors import BadRequest
from geo.export.share_card import remarks
from geo.i18n import LANGUAGES, message
from geo.profiles.profile import title_of
from geo.query import Snapshot
from geo.web.current import language, snapshot, wants_page, write_query
from geo.web.pages import Query, public_page
from geo.wording import Wording

blueprint = Blueprint("embed", __name__)

SIZES = {"small": ("400", "320"), "medium": ("600", "400"), "wide": ("100%", "480")}
"""Width and height of the frame by the name of the size."""

_LONGEST_VALUE = 40
_MOST_NAMED = 20
_MARK = "embed"
"""The form sends it, so that no box ticked can be told from no form sent."""


@dataclass(frozen=True)
class Flags:
    """What an embedded map shows.

    Parameters
    ----------
    layers
        Those that are on; ``None`` for the layers that are on at first.
    park
        Key of the park that it opens at; empty for the whole region.
    lang
        ``zh`` or ``en``.
    controls
        Whether there are buttons.
    """

    layers: tuple[str, ...] | None = None
    park: str = ""
    lang: str = LANGUAGES[0]
    controls: bool = True

    @property
    def query(self) -> Query:
        """The parameters of the address, without those at their default."""
        layers = () if self.layers is None else (("layers", ",".join(self.layers)),)
        park = (("park", self.park),) if self.park else ()
        lang = () if self.lang == LANGUAGES[0] else (("lang", self.lang),)
        return (*layers, *park, *lang, *(() if self.controls else (("controls", "0"),)))


@dataclass(frozen=True)
class Snippet:
    """What the form on ``/about`` asks for.

    Parameters
    ----------
    flags
        Of the embedded map.
    ticked
        The layers whose boxes are ticked.
    size
        A name of :data:`SIZES`.
    sent
        Whether the form was sent at all.
    """

    flags: Flags
    ticked: tuple[str, ...]
    size: str = "medium"
    sent: bool = True

    @property
    def query(self) -> Query:
        """The parameters of the form, for the address of the page in the other language."""
        if not self.sent:
            return ()
        flags = self.flags
        return (
            (_MARK, "1"),
            ("park", flags.park),
            *(("layers", name) for name in self.ticked),
            ("map_lang", flags.lang),
            ("size", self.size),
            *((("controls", "1"),) if flags.controls else ()),
        )


@blueprint.get("/embed")
def embed_page() -> Response:
    """Answer the map for a frame; a flag that cannot be understood is told in the frame.

    Raises
    ------
    BadRequest
        ``EMBED_FLAG`` to a program.
    """
    try:
        flags = read_flags(snapshot(), request.args)
    except BadRequest as error:
        if not wants_page():
            raise
        sentence = message(f"error.{error.code}", language(), **error.params)
        return public_page("embed.html", _fault_contents, sentence, status=400)
    return public_page("embed.html", _contents, flags, query=flags.query)


def read_flags(shown: Snapshot, args: Mapping[str, str]) -> Flags:
    """Return the flags of an address.

    Raises
    ------
    BadRequest
        ``EMBED_FLAG`` with the flag, its value, and what it can be.
    """
    layers = args.get("layers")
    names = None if layers is None else [name for name in layers.split(",") if name]
    return Flags(
        layers=None if names is None else _known_layers(shown, names),
        park=_one_of("park", args.get("park", ""), ("", *shown.of_kind("parks"))),
        lang=_one_of("lang", args.get("lang", LANGUAGES[0]), LANGUAGES),
        controls=_one_of("controls", args.get("controls", "1"), ("1", "0")) == "1",
    )


def read_snippet(shown: Snapshot, args: MultiDict[str, str]) -> Snippet:
    """Return what the form asks for; without a form what it offers at first.

    Raises
    ------
    BadRequest
        ``EMBED_FLAG``, as :func:`read_flags`.
    """
    first = _first_layers(shown)
    if _MARK not in args:
        return Snippet(Flags(lang=language()), first, sent=False)
    layers = _known_layers(shown, args.getlist("layers"))
    flags = Flags(
        layers=None if layers == first else layers,
        park=_one_of("park", args.get("park", ""), ("", *shown.of_kind("parks"))),
        lang=_one_of("map_lang", args.get("map_lang", language()), LANGUAGES),
        controls=_one_of("controls", args.get("controls", "0"), ("1", "0")) == "1",
    )
    return Snippet(flags, layers, _one_of("size", args.get("size", "medium"), tuple(SIZES)))


def _first_layers(shown: Snapshot) -> tuple[str, ...]:
    return tuple(layer["id"] for layer in shown.site["layers"] if layer["default_on"])


def _known_layers(shown: Snapshot, names: Iterable[str]) -> tuple[str, ...]:
    """Return the layers in the order of the catalogue, each once."""
    known = tuple(layer["id"] for layer in shown.site["layers"])
    asked = {_one_of("layers", name, known) for name in names}
    return tuple(name for name in known if name in asked)


def _one_of(flag: str, value: str, allowed: tuple[str, ...]) -> str:
    if value in allowed:
        return value
    named = [name for name in allowed if name]
    listed = ", ".join(named[:_MOST_NAMED]) + (" …" if len(named) > _MOST_NAMED else "")
    raise BadRequest("EMBED_FLAG", flag=flag, value=value[:_LONGEST_VALUE], allowed=listed)


# --- what the pages show --------------------------------------------------------------------


def _contents(shown: Snapshot, w: Wording, flags: Flags) -> Mapping[str, object]:
    on = _first_layers(shown) if flags.layers is None else flags.layers
    return {
        "fault": None,
        "flags": flags,
        "heading": w.t("embed.title", title=_title(shown, w, flags)),
        "remarks": remarks(shown.site["site"], w),
        "sources": [
            layer for layer in shown.site["layers"] if layer["id"] in on and layer["count"]
        ],
        "layer_names": None if flags.layers is None else ",".join(flags.layers),
        "selection": f"{shown.layer_of('parks')}/{flags.park}" if flags.park else None,
    }


def _fault_contents(shown: Snapshot, w: Wording, sentence: str) -> Mapping[str, object]:
    return {"fault": sentence, "flags": Flags(), "heading": w.t("embed.fault_title")}


def about_contents(shown: Snapshot, w: Wording, snippet: Snippet) -> Mapping[str, object]:
    """Return what the form for the code shows, and the code itself."""
    flags = snippet.flags
    return {
        "snippet": snippet,
        "embed_path": f"embed?{write_query(flags.query)}" if flags.query else "embed",
        "code": _code_writer(shown, snippet),
        "parks": [
            (key, title_of("parks", park, w))
            for key, park in shown.of_kind("parks").items()
            if park["geometry"] and park["properties"].get("place_known") is not False
        ],
        "embed_layers": [
            {
                "id": layer["id"],
                "title": w.pick(layer["title"]),
                "on": layer["id"] in snippet.ticked,
            }
            for layer in shown.site["layers"]
        ],
        "sizes": SIZES,
    }


def _code_writer(shown: Snapshot, snippet: Snippet) -> Callable[[str], str]:
    title = _title(shown, Wording(snippet.flags.lang), snippet.flags)
    return partial(write_code, title=title, size=snippet.size)


def write_code(address: str, *, title: str, size: str) -> str:
    """Return the code of a frame, as text that one copies.

    Parameters
    ----------
    address
        Full address of the embedded map.
    title
        What a screen reader says of the frame.
    size
        A name of :data:`SIZES`.

    Examples
    --------
    >>> print(write_code("embed?a=1&b=2", title="T", size="small"))
    <iframe src="embed?a=1&amp;b=2" width="400" height="320" title="T" loading="lazy" \
allow="fullscreen"></iframe>
    """
    width, height = SIZES[size]
    return (
        f'<iframe src="{escape(address)}" width="{width}" height="{height}" '
        f'title="{escape(title)}" loading="lazy" allow="fullscreen"></iframe>'
    )


def _title(shown: Snapshot, w: Wording, flags: Flags) -> str:
    park = shown.of_kind("parks").get(flags.park)
    return title_of("parks", park, w) if park else w.pick(shown.site["site"]["title"])
