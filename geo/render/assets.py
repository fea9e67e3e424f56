"""Build the static tree: our modules and styles, and the browser libraries from their wheel.

The libraries come as Python packages, so that Python alone runs the product and nothing
is fetched from outside; none of their code is committed here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from geo.errors import RunError
from geo.i18n import LANGUAGES, browser_catalogue
from geo.render.geojson import to_json
from geo.settings import ROOT

STATIC = ROOT / "static"
STYLE_ORDER = (
    "tokens",
    "base",
    "page",
    "search",
    "map",
    "panel",
    "list",
    "staff",
    "data",
    "drafts",
    "investor",
    "place",
    "chains",
    "topics",
    "downloads",
    "shortlist",
    "sites",
    "compare",
    "enquiry",
    "findings",
    "story",
    "planmap",
    "plan",
    "embed",
    "api",
    "print",
)
"""Order in which the style sheets follow one another; later rules win."""

MAP_STYLES = frozenset(
    {"tokens", "base", "page", "search", "map", "panel", "list", "staff", "shortlist", "print"}
)
"""Those that the map itself needs; nothing is painted before its style sheet is there."""

SHOW_STYLES = ("tokens", "show")
"""Those of the show, which has nothing in common with the pages."""

OFFLINE_STYLES = ("offline",)
"""Those that only the offline package has."""

_STATIC_IMPORT = re.compile(
    r"""^(?:import|export)\b[^;()]*?["']\./([\w/-]+\.js)["'];""", re.MULTILINE
)
_COMMENT_OR_INDENT = re.compile(r"/\*.*?\*/|^\s+", re.MULTILINE | re.DOTALL)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$|/\*# sourceMappingURL=.*?\*/", re.MULTILINE)


def build_assets(scripts: Iterable[str], styles: Iterable[str]) -> dict[str, bytes]:
    """Return the files of the static tree by name.

    Parameters
    ----------
    scripts, styles
        Addresses of the browser libraries, as the map's elements name them.

    Raises
    ------
    RunError
        ``LIBRARY_MISSING`` if the installed wheel lacks one of them.
    """
    library = _installed_libraries()
    library_styles = _concatenate(library, styles, "\n")
    files = {
        "vendor.js": _concatenate(library, scripts, ";\n"),
        "app.css": library_styles + _own_styles(STYLE_ORDER),
        "map.css": library_styles + _own_styles(n for n in STYLE_ORDER if n in MAP_STYLES),
        "show.css": library_styles + _own_styles(SHOW_STYLES),
        "offline.css": _own_styles(OFFLINE_STYLES),
        "favicon.svg": (STATIC / "favicon.svg").read_bytes(),
    }
    for path in sorted((STATIC / "js").rglob("*.js")):
        files[path.relative_to(STATIC).as_posix()] = path.read_bytes()
    for lang in LANGUAGES:
        files[f"i18n/{lang}.json"] = to_json(browser_catalogue(lang))
    return files


def first_modules(files: Mapping[str, bytes]) -> list[str]:
    """Return the modules that the page needs at once: what ``main.js`` imports, and so on.

    What is imported on use (``import()``) is not among them, so that a first view stays
    small; the page asks for the others side by side instead of one after another.
    """
    found: list[str] = []
    waiting = ["js/main.js"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            folder = PurePosixPath(name).parent
            targets = _STATIC_IMPORT.findall(files[name].decode("utf-8"))
            waiting += [(folder / target).as_posix() for target in targets]
    return sorted(found)


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the one hash under which the whole tree is served."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\0".encode())
    return digest.hexdigest()[:12]


def _installed_libraries() -> Mapping[str, str]:
    """Return the wheel's table from address to contents; importing it takes a second."""
    try:
        from offlinefolium.elements import _res
    except ImportError as error:
        raise RunError("LIBRARY_MISSING", name="folium-offline") from error
    table: Mapping[str, str] = _res
    return table


def _concatenate(library: Mapping[str, str], addresses: Iterable[str], separator: str) -> bytes:
    parts = []
    for address in addresses:
        if address not in library:
            raise RunError("LIBRARY_MISSING", name=address)
        parts.append(_SOURCE_MAP.sub("", library[address]).strip())
    return (separator.join(parts) + separator).encode("utf-8")


def _own_styles(names: Iterable[str]) -> bytes:
    paths = [STATIC / "css" / f"{name}.css" for name in names]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return _COMMENT_OR_INDENT.sub("", text).encode("utf-8")
