"""The package: one archive with the public edition, that opens by a double click."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from flask.testing import FlaskClient

from geo.errors import RunError
from geo.i18n import LANGUAGES, browser_catalogue, message
from geo.match.asking import WHATS
from geo.model import Edition
from geo.offline import preflight
from geo.offline.addresses import Addresses, in_language, read_addresses
from geo.offline.archive import pack
from geo.offline.finder import has_more, join_sheets, offers_document
from geo.offline.font import characters, font_licence, subset_font
from geo.offline.markup import Element
from geo.offline.modules import boot_script, closure, import_map
from geo.offline.rewrite import BOOT, START, Rewriter, seal
from geo.query import Folder, Library, Snapshot
from geo.settings import ROOT, Settings
from geo.storage.durable import write_whole
from geo.web import create_app

FORMAT = "offline"
"""Name of the package among the formats of an export."""

FONT = "fonts/package-sans.woff2"
MANIFEST = "data/manifest.json"

_START_MODULE = "js/offline/start.js"
_FINDERS = ("/sites", "/sites?what=hall")
_TEXTS = {".html", ".js", ".json", ".svg", ".txt"}


@dataclass(frozen=True)
class Package:
    """The outcome of an export.

    Parameters
    ----------
    path
        The archive.
    version, as_of
        Of the snapshot that is in it.
    files
        How many files it unpacks to.
    bytes, unpacked
        Size of the archive and of what it unpacks to.
    """

    path: Path
    version: str
    as_of: str
    files: int
    bytes: int
    unpacked: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as the JSON object that command line and jobs tell."""
        return {**vars(self), "path": str(self.path)}


def export_offline(settings: Settings, target: Path, address: str = "") -> Package:
    """Write the package of the current public snapshot and return what it is.

    A file of that name is replaced in one step, when the new one is whole.

    Parameters
    ----------
    address
        Of the map on the web, for the QR code of the closing slide; without it, or if a
        telephone could not open it, there is none.

    Raises
    ------
    NotFound
        ``NOT_PUBLISHED``.
    RunError
        ``OFFLINE_TILES`` if the snapshot has online tiles and no map without them,
        ``OFFLINE_LAYER_LARGE`` if a layer is drawn from vector tiles, which need the server,
        ``LIBRARY_MISSING``.
    """
    shown = Library(settings.out).current("public")
    files = build_files(settings, shown, address)
    body = pack(f"parks-{shown.version}", files)
    write_whole(target, body)
    size = sum(map(len, files.values()))
    return Package(target, shown.version, str(shown.manifest["as_of"]), len(files), len(body), size)


def export_as_file(settings: Settings, folder: Path, params: Mapping[str, Any]) -> dict[str, Any]:
    """Write the package into the folder of a job; as :func:`geo.export.files.export_file`."""
    stored = f"{FORMAT}.zip"
    address = str(params.get("address") or "")
    done = export_offline(settings, folder / stored, address).as_dict()
    del done["path"]
    return {**done, "stored": stored, "file": f"parks-{done['version']}.zip"}


def build_files(settings: Settings, shown: Snapshot, address: str = "") -> dict[str, bytes]:
    """Return the files of the package of a public snapshot by their names.

    Raises
    ------
    RunError
        As :func:`export_offline`.
    """
    _refuse_large_layers(shown)
    addresses = read_addresses(shown)
    static = Library(settings.out).assets(addresses.digest)
    unchanged = _unchanged(shown, static)
    modules = {name: _read(static, name) for name in static.manifest["files"] if name[-3:] == ".js"}
    rewriter = Rewriter(addresses)
    client = _client(settings, shown, address)
    pages = _pages(client, rewriter)
    imports = import_map(modules, closure(modules, rewriter.modules))
    documents = _documents(shown)
    files = {
        **{name: seal(page, imports).encode("utf-8") for name, page in pages.items()},
        **_drawings(client, rewriter),
        **unchanged,
        BOOT: boot_script(imports),
        START: _start_script(modules[_START_MODULE], shown, addresses, documents),
        **_papers(shown),
        **{f"{name}.js": _kept(name, shown.version, document) for name, document in documents},
    }
    shown_texts = (body.decode("utf-8") for name, body in files.items() if _is_text(name))
    files[FONT] = subset_font(characters(shown_texts))
    files[f"{MANIFEST}.js"] = _kept(MANIFEST, shown.version, _manifest(files))
    return files


class _OneSnapshot(Library):
    """A library whose public snapshot stays the same, whatever is published meanwhile."""

    def __init__(self, out: Path, shown: Snapshot) -> None:
        super().__init__(out)
        self._shown = shown

    def current(self, edition: Edition) -> Snapshot:
        return self._shown if edition == "public" else super().current(edition)


def _client(settings: Settings, shown: Snapshot, address: str) -> FlaskClient:
    app = create_app(settings)
    app.extensions["library"] = _OneSnapshot(settings.out, shown)
    app.extensions["address"] = address
    app.register_blueprint(preflight.blueprint)
    return app.test_client()


def _pages(client: FlaskClient, rewriter: Rewriter) -> dict[str, Element]:
    """Return the pages in both languages by the names of their files."""
    found = {}
    for lang in LANGUAGES:
        for address in rewriter.addresses.stems:
            name = rewriter.addresses.page_file(address, lang)
            sheets = _sheets(client, rewriter, address, lang)
            found[name] = next(sheets)
            if address in _FINDERS:
                join_sheets(found[name], list(sheets))
    return found


def _sheets(client: FlaskClient, rewriter: Rewriter, address: str, lang: str) -> Iterator[Element]:
    """Yield a page, and of a long list the sheets that come after it."""
    asked = in_language(address, lang)
    mark = "&" if "?" in asked else "?"
    for number in itertools.count(1):
        more = f"{mark}page={number}" if number > 1 else ""
        text = _answer(client, asked + more).decode("utf-8")
        sheet = rewriter.rewrite(text, address, lang)
        is_last = not has_more(sheet)
        yield sheet
        if is_last:
            return


def _answer(client: FlaskClient, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, f"{answer.status_code} {address}"
    return bytes(answer.data)


def _drawings(client: FlaskClient, rewriter: Rewriter) -> dict[str, bytes]:
    found = {}
    for address in sorted(rewriter.drawings):
        file = rewriter.addresses.translate("/", address)
        assert file is not None
        found[file] = _answer(client, address)
    return found


def _refuse_large_layers(shown: Snapshot) -> None:
    """Refuse layers that the browser asks the server for, piece by piece."""
    for layer in shown.site["layers"]:
        if "tiles" in layer:
            raise RunError("OFFLINE_LAYER_LARGE", layer=layer["title"], count=layer["count"])


def _read(folder: Folder, name: str) -> bytes:
    return folder.file(name).path.read_bytes()


def _names(shown: Snapshot, *suffixes: str) -> list[str]:
    """Return the public files of a snapshot with one of the endings."""
    start = f"{shown.edition}/"
    names = (name.removeprefix(start) for name in shown.manifest["files"] if name.startswith(start))
    return sorted(name for name in names if PurePosixPath(name).suffix in suffixes)


def _scripts_of_map(shown: Snapshot) -> dict[str, bytes]:
    """Return the scripts of the map, without the tiles of a server."""
    bare = "offline." if shown.site["image_hosts"] else ""
    sources = {lang: f"map.{bare}{lang}.js" for lang in LANGUAGES}
    if not set(sources.values()) <= set(_names(shown, ".js")):
        raise RunError("OFFLINE_TILES", version=shown.version)
    return {f"data/map.{lang}.js": _read(shown, source) for lang, source in sources.items()}


def _documents(shown: Snapshot) -> list[tuple[str, Any]]:
    """Return what the modules ask for as JSON, by the name under which they do."""
    found = {f"data/{name}": shown.document(name) for name in _names(shown, ".json", ".geojson")}
    found["data/site.json"] = {**shown.site, "image_hosts": []}
    for what in WHATS:
        found[f"data/offers.{what}.json"] = offers_document(shown, what)
    for lang in LANGUAGES:
        found[f"i18n/{lang}.json"] = browser_catalogue(lang, "offline")
    return sorted(found.items())


def _kept(name: str, version: str, document: Any) -> bytes:
    """Return a script that leaves a document in memory."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return f"PARKS_PACKAGE.keep({json.dumps(name)},{json.dumps(version)},{text});\n".encode()


def _start_script(
    script: bytes,
    shown: Snapshot,
    addresses: Addresses,
    documents: Iterable[tuple[str, Any]],
) -> bytes:
    facts = {
        "version": shown.version,
        "as_of": shown.manifest["as_of"],
        "data": [*(name for name, _ in documents), MANIFEST],
        "pages": {a[1:]: addresses.page_file(a, LANGUAGES[0]) for a in addresses.stems},
    }
    return f"var PARKS_PACKAGE = {json.dumps(facts, ensure_ascii=False)};\n".encode() + script


def _papers(shown: Snapshot) -> dict[str, bytes]:
    """Return what a person reads first, and the licences."""
    return {
        "先读我.txt": _for_notepad(message("offline.readme", "zh", **_facts(shown))),
        "README.txt": _for_notepad(message("offline.readme", "en", **_facts(shown))),
        "licences/LICENSE.txt": (ROOT / "LICENSE").read_bytes(),
        "licences/NOTICES.txt": (ROOT / "NOTICES.md").read_bytes(),
        "licences/OFL.txt": font_licence(),
    }


def _facts(shown: Snapshot) -> dict[str, str]:
    return {"version": shown.version, "as_of": str(shown.manifest["as_of"])}


def _for_notepad(text: str) -> bytes:
    """Return a text as the editors of all Windows read it."""
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def _unchanged(shown: Snapshot, static: Folder) -> dict[str, bytes]:
    """Return what is in the package as it was published: styles, libraries, map, drawings."""
    # Modules and catalogues, which have folders, get another form.
    plain = (name for name in static.manifest["files"] if "/" not in name)
    return {
        **{f"assets/{name}": _read(static, name) for name in plain},
        **{f"data/{name}": _read(shown, name) for name in _names(shown, ".svg")},
        **_scripts_of_map(shown),
    }


def _is_text(name: str) -> bool:
    return PurePosixPath(name).suffix in _TEXTS


def _manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "files": {
            name: {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in sorted(files.items())
        }
    }
