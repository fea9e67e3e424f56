"""The page's modules as one classic script: from ``file://`` a browser loads no module by address.

Each module becomes a ``data:`` address under a bare name, which an import map in the page
resolves; static and dynamic imports then work as they do on the server.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from collections.abc import Iterable, Mapping

_IMPORT = re.compile(
    r"""(?P<before>\bfrom\s+|\bimport\s+|\bimport\s*\(\s*)(?P<quote>["'])(?P<target>\.{1,2}/[\w./-]+\.js)(?P=quote)"""
)
_COMMENT_LINE = re.compile(r"^\s*(?:/\*\*|\*).*$", re.MULTILINE)

_START = """
const map = document.createElement("script");
map.type = "importmap";
map.textContent = PARKS_MODULES;
document.head.append(map);
for (const name of document.currentScript.dataset.modules.split(" ")) import(name);
"""


def closure(files: Mapping[str, bytes], entries: Iterable[str]) -> list[str]:
    """Return the modules that some modules need, with themselves: names as ``js/main.js``."""
    found: set[str] = set()
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            # What only a comment imports is a type.
            text = _COMMENT_LINE.sub("", files[name].decode("utf-8"))
            waiting += [_resolve(name, match["target"]) for match in _IMPORT.finditer(text)]
    return sorted(found)


def import_map(files: Mapping[str, bytes], names: Iterable[str]) -> str:
    """Return the import map of modules as JSON."""
    imports = {name: _data_address(_with_bare_names(name, files[name])) for name in names}
    return json.dumps({"imports": imports}, sort_keys=True)


def boot_script(text: str) -> bytes:
    """Return the script that puts an import map into the page and starts the page's modules."""
    return f"const PARKS_MODULES = {json.dumps(text)};{_START}".encode()


def hash_source(text: str) -> str:
    """Return how a content security policy names an inline script or style."""
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _with_bare_names(name: str, body: bytes) -> bytes:
    def replace(match: re.Match[str]) -> str:
        return f'{match["before"]}"{_resolve(name, match["target"])}"'

    return _IMPORT.sub(replace, body.decode("utf-8")).encode("utf-8")


def _resolve(name: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), target))


def _data_address(body: bytes) -> str:
    return f"data:text/javascript;charset=utf-8;base64,{base64.b64encode(body).decode('ascii')}"
