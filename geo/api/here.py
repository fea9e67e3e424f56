"""Where an answer of the API stands: its addresses, and the language it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from geo.i18n import message

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/problem+json"

Link = dict[str, Any]


@dataclass(frozen=True)
class Here:
    """The addresses of one request.

    Parameters
    ----------
    root
        Where the application is, with its host and a slash at its end.
    lang
        The language of titles: ``zh`` or ``en``.
    named
        Whether the address names the language, so that the links must name it too.
    """

    root: str
    lang: str
    named: bool = False

    def t(self, key: str, **params: object) -> str:
        """Return the text of a key in the language."""
        return message(key, self.lang, **params)

    def pick(self, text: Mapping[str, str]) -> str:
        """Return a text of the catalogue in the language."""
        return text[self.lang]

    def address(self, *parts: str, **query: object) -> str:
        """Return the address of a part of the API: ``address("collections", "parks")``."""
        return self.page("/".join(["api", *(quote(part, safe="") for part in parts)]), **query)

    def page(self, path: str, **query: object) -> str:
        """Return the address of a page of ours in the language."""
        asked = [(name, value) for name, value in query.items() if value is not None]
        if self.named:
            asked.append(("lang", self.lang))
        text = urlencode(asked, safe="/,:")
        return f"{self.root}{path}{'?' if text else ''}{text}"

    def both_forms(
        self, rel: str, *parts: str, title: str, kind: str = JSON, **query: object
    ) -> list[Link]:
        """Return the links to a document and to its page."""
        return [
            link(self.address(*parts, **query, f="json"), rel, kind, title),
            link(self.address(*parts, **query, f="html"), rel, HTML, title),
        ]

    def itself(self, *parts: str, title: str, kind: str = JSON, **query: object) -> list[Link]:
        """Return the links of a document to itself and to its page."""
        return [
            link(self.address(*parts, **query), "self", kind, title),
            link(self.address(*parts, **query, f="html"), "alternate", HTML, title),
        ]


def link(href: str, rel: str, kind: str, title: str, **more: object) -> Link:
    """Return a link as the documents have it; the title in the reader's language."""
    return {"href": href, "rel": rel, "type": kind, "title": title, **more}
