"""Texts in Chinese and English, from the catalogues in ``static/i18n``.

A catalogue is a flat JSON object from key to text with ``{name}`` placeholders. The file
name says who needs it: those of ``_SERVER_ONLY`` stay on the server, the others go to
the browser as one file per language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from geo.settings import ROOT

LANGUAGES = ("zh", "en")
CATALOGUES = ROOT / "static" / "i18n"
_SERVER_ONLY = (
    "accounts",
    "api",
    "bench",
    "chains",
    "compare",
    "data",
    "downloads",
    "drafts",
    "enquiry",
    "embed",
    "export",
    "findings",
    "import",
    "offline",
    "place",
    "plan",
    "planmap",
    "search",
    "server",
    "sheet",
    "shortlist",
    "slides",
    "story",
    "topics",
    "waivers",
)


@cache
def _catalogue(lang: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob(f"*.{lang}.json")):
        texts.update(json.loads(path.read_text(encoding="utf-8")))
    return texts


def message(key: str, lang: str, /, **params: object) -> str:
    """Return the text of ``key`` in ``lang``, with its placeholders filled in.

    A parameter that is a mapping by language is filled in in that language.

    Raises
    ------
    KeyError
        If the catalogue lacks the key or ``params`` lack a placeholder: a fault of the
        software, which the tests find.
    """
    values = {n: v[lang] if isinstance(v, Mapping) else v for n, v in params.items()}
    return _catalogue(lang)[key].format(**values)


def has_message(key: str) -> bool:
    """Whether there is a text of that key, such as a word for a value of a closed list."""
    return key in _catalogue(LANGUAGES[0])


def field_key(kind: str, field: str) -> str:
    """Return the key of what a field of a kind of layer is called.

    The area and the state of a plot are others than those of a hall, which came first.
    """
    own = f"data_field_of.{kind}.{field}"
    return own if has_message(own) else f"data_field.{field}"


def both(key: str, /, **params: object) -> dict[str, str]:
    """Return the text of ``key`` in every language, as ``{"zh": ..., "en": ...}``."""
    return {lang: message(key, lang, **params) for lang in LANGUAGES}


def browser_catalogue(lang: str, *more: str) -> dict[str, str]:
    """Return the texts that the browser needs in ``lang``, sorted by key.

    ``more`` names catalogues of the server that are wanted as well.
    """
    texts: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob(f"*.{lang}.json")):
        name = path.name.split(".")[0]
        if name not in _SERVER_ONLY or name in more:
            texts.update(json.loads(path.read_text(encoding="utf-8")))
    return dict(sorted(texts.items()))
