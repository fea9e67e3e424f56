"""A page of the application as a page of the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from geo.i18n import LANGUAGES, both, message
from geo.offline.addresses import Addresses, in_language
from geo.offline.markup import Element, parse
from geo.offline.modules import hash_source

START, BOOT = "assets/package.js", "assets/boot.js"
STYLES = "assets/offline.css"

_PREFLIGHT = "/preflight"

_ADDRESSES = ("href", "src", "srcset")
_KEPT_FORMS = ("search", "ask")
_DROPPED_IDS = ("shortlist-note", "embed", "compare-bar", "to-downloads", "to-api")
_DROPPED_RELATIONS = {"canonical", "alternate", "preload", "modulepreload"}
_MODULES_INSTEAD: Mapping[str, str] = {"js/sites/page.js": "js/offline/sites.js"}
_MODULE_OF_ALL = "js/offline/page.js"

_UNPACK_STYLE = (
    ".unpack{background:#fff;color:#000;font:700 5vmin/1.5 sans-serif;padding:6vmin}"
    ".unpack strong{display:block;font-size:14vmin;line-height:1.2}"
    "html:not(.is-unpacked) body>:not(.unpack){display:none!important}"
    ".is-unpacked .unpack{display:none}"
)
"""Within the page: opened inside an archive, no other file of the package is beside it."""


@dataclass
class Rewriter:
    """Turns pages of one package into files.

    Parameters
    ----------
    addresses
        What is in the package.
    """

    addresses: Addresses
    drawings: set[str] = field(default_factory=set)
    """Addresses of the drawings that the pages show, collected on the way."""
    modules: set[str] = field(default_factory=set)
    """The modules that the pages start, as names of the static tree."""

    def rewrite(self, page: str, address: str, lang: str) -> Element:
        """Return a page of the package but for its policy; see :func:`seal`.

        Parameters
        ----------
        page
            As the application answers it.
        address
            Of the page, without language.
        """
        return _Page(self, parse(page), address, lang).rewrite()


def seal(document: Element, import_map: str) -> str:
    """Return the page with the policy that forbids every connection.

    Parameters
    ----------
    document
        A page as :meth:`Rewriter.rewrite` returns it.
    import_map
        The only script that stands within the page when it runs.
    """
    rules = (
        "default-src 'none'",
        f"script-src 'self' data: {hash_source(import_map)}",
        f"style-src 'self' {hash_source(_UNPACK_STYLE)}",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "frame-src 'self'",
        "connect-src 'none'",
        "form-action 'none'",
        "base-uri 'none'",
    )
    policy: dict[str, str | None] = {
        "http-equiv": "Content-Security-Policy",
        "content": "; ".join(rules),
    }
    head = document.find(lambda one: one.tag == "head")
    assert head is not None
    head.children[0:0] = [Element("meta", {"charset": "utf-8"}), Element("meta", policy)]
    return document.write()


class _Page:
    def __init__(self, rewriter: Rewriter, document: Element, address: str, lang: str) -> None:
        self._rewriter = rewriter
        self._addresses = rewriter.addresses
        self._document = document
        self._here = in_language(address, lang)
        self._lang = lang
        self._file = rewriter.addresses.page_file(address, lang)

    def rewrite(self) -> Element:
        self._document.remove(_is_for_the_web)
        self._translate_links()
        self._document.remove(lambda one: "actions" in one.classes and not any(one.elements()))
        self._translate_root()
        entries = self._take_modules()
        self._add_way()
        self._tell()
        self._frame(entries)
        return self._document

    @cached_property
    def _up(self) -> str:
        return "../" * self._file.count("/")

    def _part(self, tag: str) -> Element:
        found = self._document.find(lambda one: one.tag == tag)
        assert found is not None
        return found

    def _translate_links(self) -> None:
        for element in self._document.elements():
            for name in _ADDRESSES:
                if element.get(name):
                    self._translate(element, name)
            for name, value in element.attributes.items():
                if name.startswith("data-") and value and value.startswith("/"):
                    element.attributes[name] = self._name_for_modules(value)
        self._document.remove(lambda one: "data-gone" in one.attributes)

    def _translate(self, element: Element, name: str) -> None:
        address = element.get(name)
        if element.tag in ("img", "source"):
            address = self._addresses.shared_drawing(address)
        found = self._addresses.translate(self._here, address)
        if found is not None:
            element.attributes[name] = found
            if element.tag in ("img", "source") and found.startswith(f"{self._up}maps/"):
                self._rewriter.drawings.add(address)
        elif {"button", "filter-chip"} & set(element.classes) or element.get("data-way"):
            element.attributes["data-gone"] = None
        else:
            # What it names stays; where it led to is not here.
            element.tag = "span"
            element.attributes = {"class": f"{element.get('class')} is-online".strip()}

    def _name_for_modules(self, address: str) -> str:
        """Return what a module takes an address from an attribute for.

        Of published data that is a name, the same on every page; else the way to a page.
        """
        version, digest = self._addresses.version, self._addresses.digest
        for start, folder in ((f"/layers/{version}/", "data/"), (f"/assets/{digest}/", "")):
            if address.startswith(start):
                return folder + address.removeprefix(start)
        return self._addresses.translate(self._here, address) or ""

    def _translate_root(self) -> None:
        self._part("html").attributes["data-root"] = self._up
        for form in filter(None, map(self._document.by_id, _KEPT_FORMS)):
            # No server answers; the module of the page does.
            for name in ("action", "method", "data-all"):
                form.attributes.pop(name, None)
            form.remove(lambda one: one.get("name") == "lang")

    def _take_modules(self) -> list[str]:
        """Take out the scripts that are modules and return their names."""
        scripts = [one for one in self._document.elements() if one.get("type") == "module"]
        start = f"{self._up}assets/"
        names = [script.get("src").removeprefix(start) for script in scripts]
        self._document.remove(lambda one: one in scripts)
        entries = [_MODULES_INSTEAD.get(name, name) for name in (*names, _MODULE_OF_ALL)]
        self._rewriter.modules.update(entries)
        return entries

    def _add_way(self) -> None:
        """Name the pre-flight among the ways of the header; the site has none."""
        menu = self._document.by_id("nav-menu")
        if menu is None:
            return
        file = self._addresses.page_file(_PREFLIGHT, self._lang)
        way = Element("a", {"href": self._up + file}, [message("offline.nav_check", self._lang)])
        if self._file == file:
            way.attributes["aria-current"] = "page"
        menu.children.append(way)

    def _tell(self) -> None:
        """Say at the foot of the page what only the site can do."""
        foot = self._document.find(lambda one: "imprint" in one.classes)
        if foot:
            text = message("offline.foot", self._lang)
            foot.children.append(Element("p", {"class": "offline-foot"}, [text]))

    def _frame(self, entries: list[str]) -> None:
        head, body = self._part("head"), self._part("body")
        head.children = [
            one for one in head.children if isinstance(one, str) or "charset" not in one.attributes
        ]
        head.children[0:0] = [
            Element("style", {}, [_UNPACK_STYLE]),
            Element("script", {"src": self._up + START, "data-file": self._file}),
        ]
        head.children.append(Element("link", {"rel": "stylesheet", "href": self._up + STYLES}))
        body.children.insert(0, unpack_notice())
        boot = {"defer": None, "src": self._up + BOOT, "data-modules": " ".join(entries)}
        body.children.append(Element("script", boot))


def unpack_notice() -> Element:
    """Return what a page says that was opened without the files beside it."""
    title, how = both("offline.unpack_title"), both("offline.unpack_how")
    parts: list[Element | str] = [
        Element("p", {"lang": lang}, [Element("strong", {}, [title[lang]]), how[lang]])
        for lang in LANGUAGES
    ]
    return Element("div", {"class": "unpack"}, parts)


def _is_for_the_web(one: Element) -> bool:
    """Whether an element is of no use here: for search engines, or answered by the server."""
    if one.tag == "link":
        return bool(_DROPPED_RELATIONS & set(one.get("rel").split()))
    if one.tag == "meta":
        return one.get("property").startswith("og:") or one.get("name").startswith("twitter:")
    if one.tag == "form":
        return one.get("id") not in _KEPT_FORMS
    if one.tag == "script":
        return one.get("type") == "application/ld+json"
    marks = {"print-only"} & set(one.classes) or {"data-pick"} & one.attributes.keys()
    return one.get("id") in _DROPPED_IDS or bool(marks)
