"""Which addresses of the application are in the package, and the files that answer them."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from geo.i18n import LANGUAGES
from geo.profiles.profile import KINDS
from geo.query import Feature, Snapshot

PAGES: Mapping[str, str] = {
    "/": "index",
    "/present": "present",
    "/sites": "sites",
    "/sites?what=hall": "halls",
    "/chains": "chains",
    "/costs": "costs",
    "/logistics": "logistics",
    "/figures": "figures",
    "/about": "about",
    "/preflight": "preflight",
}
"""The pages by their address, each with the name of its file without an ending."""

ROOT = "http://package"
"""A host of no meaning, so that addresses can be joined and told from those of the web."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Addresses:
    """The addresses of one package.

    Parameters
    ----------
    version, digest
        Of the snapshot and of its static tree, as they stand in addresses.
    stems
        The file without language and ending, by the address of its page.
    parks
        By the address of a plot's or hall's page that of its park, if the park has a place.
    """

    version: str
    digest: str
    stems: Mapping[str, str]
    parks: Mapping[str, str]

    def page_file(self, address: str, lang: str) -> str:
        """Return the file of a page in a language."""
        return file_name(self.stems[address], lang)

    def shared_drawing(self, address: str) -> str:
        """Return the address of a drawing; a region shows a plot where it shows its park.

        The two differ by less than a dot, and a package has hundreds of plots.
        """
        path, _, query = address.partition("?")
        record, _, name = unquote(path).rpartition("/")
        if not name.startswith("region") or record not in self.parks:
            return address
        return f"{quote(self.parks[record])}/{name}{'?' + query if query else ''}"

    def translate(self, here: str, address: str) -> str | None:
        """Return what leads from a page to an address, relative to the page's file.

        Parameters
        ----------
        here
            Address of the page, with its parameters.
        address
            As it stands in the page.

        Returns
        -------
        str or None
            The address as it is if it leads out into the web or within the page; ``None`` if
            what it leads to is not in the package.
        """
        if address.startswith("#"):
            return address
        target = urlsplit(urljoin(ROOT + here, address))
        if f"{target.scheme}://{target.netloc}" != ROOT:
            return address
        found = self._file_of(target)
        if found is None:
            return None
        file, query = found
        folder = posixpath.dirname(self._page_of(urlsplit(ROOT + here)))
        relative = quote(posixpath.relpath(file, folder or "."))
        asked = f"?{query}" if query else ""
        return f"{relative}{asked}{'#' + target.fragment if target.fragment else ''}"

    def _file_of(self, target: SplitResult) -> tuple[str, str] | None:
        """Return the file of an address and the parameters that its page reads itself."""
        path = unquote(target.path)
        assets, layers = f"/assets/{self.digest}/", f"/layers/{self.version}/"
        if path.startswith(assets):
            return f"assets/{path.removeprefix(assets)}", ""
        if path.startswith(layers):
            return f"data/{path.removeprefix(layers)}", ""
        if drawing_of(path):
            lang = _language(target)
            return f"maps{path.removesuffix('.svg')}.{lang}.svg", ""
        page = self._page_of(target)
        if not page:
            return None
        left_out = {"lang", "what"} if path == "/sites" else {"lang"}
        asked = [pair for pair in parse_qsl(target.query) if pair[0] not in left_out]
        return page, urlencode(asked, safe="/,")

    def _page_of(self, target: SplitResult) -> str:
        path = unquote(target.path)
        is_hall = ("what", "hall") in parse_qsl(target.query)
        address = f"{path}?what=hall" if path == "/sites" and is_hall else path
        return self.page_file(address, _language(target)) if address in self.stems else ""


def read_addresses(shown: Snapshot) -> Addresses:
    """Return the addresses of the package of a snapshot."""
    stems = dict(PAGES)
    parks = {}
    for kind in KINDS:
        for key, name in plain_names(shown.of_kind(kind)).items():
            stems[f"/{kind}/{key}"] = f"{kind}/{name}"
            park = _placed_park(shown, shown.of_kind(kind)[key])
            if park:
                parks[f"/{kind}/{key}"] = f"/parks/{park}"
    return Addresses(shown.version, str(shown.manifest["assets"]), stems, parks)


def _placed_park(shown: Snapshot, record: Feature) -> str | None:
    """Return the park of a plot or hall, if it has a place on the map."""
    key = record["properties"].get("park_id")
    park = shown.of_kind("parks").get(str(key))
    if key is None or park is None or not park["geometry"]:
        return None
    return None if park["properties"].get("place_known") is False else str(key)


def in_language(address: str, lang: str) -> str:
    """Return an address that asks for a language."""
    path, _, query = address.partition("?")
    asked = [query] if query else []
    asked += [] if lang == LANGUAGES[0] else [f"lang={lang}"]
    return f"{quote(path)}{'?' if asked else ''}{'&'.join(asked)}"


def file_name(stem: str, lang: str) -> str:
    """Return the name of a page's file: ``index.html``, ``index.en.html``."""
    return f"{stem}.html" if lang == LANGUAGES[0] else f"{stem}.{lang}.html"


def drawing_of(path: str) -> bool:
    """Whether an address is the map of a park, plot or hall as a drawing."""
    return path.endswith(".svg") and path.split("/")[1] in KINDS


def plain_names(keys: Iterable[str]) -> dict[str, str]:
    """Return a name for each key that every file system takes, also where case means nothing."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key in keys:
        is_plain = _PLAIN.fullmatch(key) and not _RESERVED.fullmatch(key)
        name = key if is_plain and key.lower() not in taken else _made_up(key)
        taken.add(name.lower())
        names[key] = name
    return names


def _made_up(key: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")[:40] or "record"
    return f"{plain}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def _language(target: SplitResult) -> str:
    asked = dict(parse_qsl(target.query)).get("lang", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]
