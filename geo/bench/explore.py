"""The peer: the page that ``GeoDataFrame.explore()`` makes of the same public layers.

It is served in two ways, both from this machine, which spares it the look-ups of and
handshakes with four public hosts:

*compressed*: page and libraries compressed ahead with what publish uses for ours. The
wheel of libraries embeds fonts and pictures in the style sheets, which the public hosts
keep in files of their own that this page never asks for: they are left out.

*as saved*: one file with the libraries inside, as folium-offline writes it for use without
outside hosts, and uncompressed, as it lies on the disk.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import brotli
import folium
import geopandas as gpd
from offlinefolium.elements import _res
from waitress import create_server

_LIBRARY = re.compile(r'(?<=["\'])https://[^"\']+?\.(?:js|css)(?=["\'])')
_EMBEDDED = re.compile(r"url\((['\"]?)data:[^)]*\)")
_TYPES = {"js": "text/javascript", "css": "text/css", "html": "text/html; charset=utf-8"}

Files = dict[str, tuple[bytes, str, bool]]
"""Body, type and whether the body is compressed, by path."""


def explore_page(layers: list[gpd.GeoDataFrame]) -> str:
    """Return one page of all layers; without an online base map, as ours."""
    page: folium.Map | None = None
    for layer in layers:
        page = layer.explore(m=page, tiles=None)
    assert page is not None
    return str(page.get_root().render())


def save_page(file: str, target: str) -> None:
    """Read a layer and write the page of it, as one does by hand."""
    layer = gpd.read_parquet(file) if file.endswith(".parquet") else gpd.read_file(file)
    layer.explore(tiles=None).save(target)


def peer_files(html: str) -> Files:
    """Return the files of both ways: ``/`` with its libraries, and ``/saved``."""
    saved = saved_page(html).encode("utf-8")
    addresses = sorted(set(_LIBRARY.findall(html)))
    files: Files = {}
    for address in addresses:
        path = f"/lib/{address.removeprefix('https://')}"
        html = html.replace(address, path)
        library = _EMBEDDED.sub("url(data:,)", _res[address])
        files[path] = _packed(library, address.rsplit(".", 1)[1])
    files["/"] = _packed(html, "html")
    files["/saved"] = saved, _TYPES["html"], False
    return files


def saved_page(html: str) -> str:
    """Return the page with its libraries inside."""
    for address in set(_LIBRARY.findall(html)):
        name = re.escape(address)
        html = _put(rf'<script src="{name}"></script>', f"<script>{_res[address]}</script>", html)
        html = _put(rf'<link[^>]*href="{name}"[^>]*/?>', f"<style>{_res[address]}</style>", html)
    assert not _LIBRARY.search(re.sub(r"<(script|style)>.*?</\1>", "", html, flags=re.DOTALL))
    return html


def _put(pattern: str, text: str, html: str) -> str:
    """Return the page with a text, in which backslashes mean nothing, for what is found."""
    return re.sub(pattern, lambda _: text, html)


def _packed(text: str, kind: str) -> tuple[bytes, str, bool]:
    body = text.encode("utf-8")
    return brotli.compress(body, quality=11 if len(body) < 1_000_000 else 9), _TYPES[kind], True


@contextmanager
def serving_peer(files: Files) -> Iterator[str]:
    """Serve the files through the WSGI server that serves ours; yield the address."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body, content_type, is_packed = files.get(environ["PATH_INFO"], (b"", "", False))
        if not content_type:
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        assert "br" in environ["HTTP_ACCEPT_ENCODING"]
        encoding = [("Content-Encoding", "br")] if is_packed else []
        headers = [("Content-Type", content_type), *encoding]
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    server = create_server(application, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/"
    finally:
        server.close()
        thread.join(5)
