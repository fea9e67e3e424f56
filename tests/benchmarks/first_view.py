"""The first view, cold: bytes over the wire, requests, and time until it is drawn.

The pages are loaded by the same Chromium from this machine, in turns, each time into a
new browser context, so that nothing is cached. *Bytes* are what came over the wire,
headers included, as the DevTools protocol counts them. *Drawn* is the time from navigation
to the end of the frame from which on the page had all its elements (shapes, names, panels):
the same definition for all, without help from any page. ``_10mbit`` is the same over a line
of 10 Mbit/s with a delay of 40 ms, as DevTools emulates it.
"""

import io
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import geopandas as gpd
from playwright.sync_api import Browser, sync_playwright

from geo.bench.chromium import CHROMIUM, FLAGS
from geo.bench.explore import explore_page, peer_files, serving_peer
from geo.bench.report import Row, compare
from tests.browser.site import Server, publish, serving

PEERS = {
    "": "GeoDataFrame.explore(), compressed like ours",
    "saved": "GeoDataFrame.explore(), as saved with its libraries",
}
"""The ways in which the peer's page is served, by path."""

_QUIET_MS = 700
_LIMIT_MS = 60_000
_LINE = {
    "offline": False,
    "latency": 40,
    "downloadThroughput": 10e6 / 8,
    "uploadThroughput": 10e6 / 8,
}

_OUR_DATA = "document.documentElement.dataset.ready"
_PEER_DATA = "document.querySelector('.leaflet-pane path')"
_MEASURES = (
    ("first_view_bytes", "bytes", "B", False),
    ("first_view_requests", "requests", "", False),
    ("first_view_drawn", "drawn_ms", "ms", False),
    ("first_view_drawn_10mbit", "drawn_ms", "ms", True),
)

_WATCH = """
window.changes = [];
let waiting = false;
new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => requestAnimationFrame(() => {
        waiting = false;
        window.changes.push([performance.now(), document.getElementsByTagName("*").length]);
    }));
}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
window.lastChange = () => window.changes.at(-1)?.[0] ?? Infinity;
window.drawnAt = () => {
    const final = window.changes.at(-1)[1];
    const unlike = window.changes.findLastIndex(([, other]) => other !== final);
    return window.changes[unlike + 1][0];
};
"""


@dataclass(frozen=True)
class FirstView:
    """One cold load of a page."""

    bytes: int
    requests: int
    drawn_ms: float
    shapes: int


def load(browser: Browser, url: str, until: str, *, line: bool = False) -> FirstView:
    """Load a page into a new context and return what it took.

    ``until`` is an expression that holds once the page has begun to show its data;
    ``line`` says whether to emulate a line.
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
    if line:
        devtools.send("Network.emulateNetworkConditions", _LINE)
    page.goto(url, wait_until="load", timeout=_LIMIT_MS)
    deadline = time.monotonic() + _LIMIT_MS / 1000
    still = f"performance.now() - lastChange() > {_QUIET_MS}"
    while not page.evaluate(f"Boolean(({until}) && {still})"):
        assert time.monotonic() < deadline, f"{url} was not drawn"
        page.wait_for_timeout(50)
    drawn = page.evaluate("drawnAt()")
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
    """Return bytes, requests and times to drawn of all pages, medians of all rounds."""
    publish(work / "out")
    views: dict[tuple[str | None, bool], list[FirstView]] = defaultdict(list)
    with serving(work / "out") as server, sync_playwright() as playwright:
        layers = public_layers(server)
        n = sum(len(layer) for layer in layers)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with serving_peer(peer_files(explore_page(layers))) as peer_url:
            for _, line in itertools.product(range(rounds), (False, True)):
                ours = load(browser, server.url, _OUR_DATA, line=line)
                views[None, line].append(ours)
                for path in PEERS:
                    peer = load(browser, peer_url + path, _PEER_DATA, line=line)
                    assert peer.shapes >= n, "the peer has not drawn every feature"
                    views[path, line].append(peer)
        browser.close()
    return [row for path in PEERS for row in _rows(n, views, path)]


def _rows(
    n: int, views: Mapping[tuple[str | None, bool], list[FirstView]], path: str
) -> Iterator[Row]:
    for name, attribute, unit, line in _MEASURES:
        ours, peer = (
            median(getattr(view, attribute) for view in views[whose, line])
            for whose in (None, path)
        )
        yield compare(name, n, ours, peer, peer_name=PEERS[path], unit=unit, less_is_better=True)
