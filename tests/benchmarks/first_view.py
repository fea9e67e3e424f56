"""The first view, cold: bytes over the wire, requests, and time until it is drawn.

Both pages are loaded by the same Chromium from this machine, in turns, each time into a
new browser context, so that nothing is cached. *Bytes* are what came over the wire,
headers included, as the DevTools protocol counts them; both sides send Brotli. *Drawn* is
the time from navigation to the end of the frame after which nothing in the document
changed any more: the same definition for both, without help from either page.
"""

import io
import json
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import geopandas as gpd
from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.peer import explore_page, peer_files, serving_peer
from tests.benchmarks.report import Row, compare
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.browser.site import Server, publish, serving

PEER = "GeoDataFrame.explore()"
_QUIET_MS = 700
_LIMIT_MS = 60_000

_WATCH = """
window.lastChange = 0;
new MutationObserver(() => {
    requestAnimationFrame(() => requestAnimationFrame(() => {
        window.lastChange = performance.now();
    }));
}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
"""


@dataclass(frozen=True)
class FirstView:
    """One cold load of a page."""

    bytes: int
    requests: int
    drawn_ms: float
    shapes: int


def load(browser: Browser, url: str, until: str) -> FirstView:
    """Load a page into a new context and return what it took.

    ``until`` is an expression that holds once the page has begun to show its data; the
    time is taken at the last change of the document.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(_WATCH)
    received: list[float] = []
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on(
        "Network.loadingFinished", lambda event: received.append(event["encodedDataLength"])
    )
    page.goto(url, wait_until="load", timeout=_LIMIT_MS)
    deadline = time.monotonic() + _LIMIT_MS / 1000
    still = f"window.lastChange > 0 && performance.now() - window.lastChange > {_QUIET_MS}"
    while not page.evaluate(f"Boolean(({until}) && {still})"):
        assert time.monotonic() < deadline, f"{url} was not drawn"
        page.wait_for_timeout(50)
    drawn = page.evaluate("window.lastChange")
    shapes = page.evaluate("document.querySelectorAll('.leaflet-pane path').length")
    context.close()
    return FirstView(int(sum(received)), len(received), drawn, shapes)


def public_layers(server: Server) -> list[gpd.GeoDataFrame]:
    """Return the public layers as the server gives them, without records of no place."""
    version = json.loads(server.get("/healthz")[2])["version"]
    site = json.loads(server.get(f"/layers/{version}/site.json")[2])
    layers = []
    for layer in site["layers"]:
        body = server.get(f"/layers/{version}/{layer['id']}.geojson")[2]
        frame = gpd.read_file(io.BytesIO(body))
        layers.append(frame.loc[~(frame.geometry.isna() | frame.geometry.is_empty)])
    return layers


def measure(work: Path, *, rounds: int) -> list[Row]:
    """Return bytes, requests and time to drawn of both pages, medians of all rounds."""
    publish(work / "out")
    with serving(work / "out") as server, sync_playwright() as playwright:
        layers = public_layers(server)
        n = sum(len(layer) for layer in layers)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving_peer(peer_files(explore_page(layers))) as peer_url:
            ours, peer = [], []
            for _ in range(rounds):
                ours.append(load(browser, server.url, "document.documentElement.dataset.ready"))
                peer.append(load(browser, peer_url, "document.querySelector('.leaflet-pane path')"))
        browser.close()
    assert all(view.shapes >= n for view in peer), "the peer has not drawn every feature"
    return [
        _row("first_view_bytes", n, [v.bytes for v in ours], [v.bytes for v in peer], "B"),
        _row("first_view_requests", n, [v.requests for v in ours], [v.requests for v in peer], ""),
        _row("first_view_drawn", n, [v.drawn_ms for v in ours], [v.drawn_ms for v in peer], "ms"),
    ]


def _row(name: str, n: int, ours: list[float], peer: list[float], unit: str) -> Row:
    return compare(
        name, n, median(ours), median(peer), peer_name=PEER, unit=unit, less_is_better=True
    )
