"""The map in a browser: bytes and time of the first view, and how long a zoom takes to settle.

Ours is the map page with all plots of the region; the peer is the page of
``GeoDataFrame.explore()`` with at most 10,000 of them, for more take it minutes. Each is loaded
by the same Chromium into a new context, so nothing is cached. A view has *settled* when nothing
more came over the wire, no element changed and no frame was late; the time is that of the last
of these. Playwright and Chromium must be installed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import geopandas as gpd
from playwright.sync_api import Browser, Page, sync_playwright

from geo.bench.chromium import CHROMIUM, FLAGS
from geo.bench.explore import explore_page, peer_files, serving_peer
from geo.bench.region import Region
from geo.bench.report import Row, compare

PEER_PLOTS = 10_000
ZOOMS = (12, 13, 14, 13, 12, 11)
"""Zooms that are gone to one after the other, in and out, over the middle of the plots."""

_QUIET_MS = 600
_LIMIT_S = 300
_LATE_MS = 50
_WATCH = f"""
window.lastActivity = 0;
const note = (at) => {{ window.lastActivity = Math.max(window.lastActivity, at); }};
new MutationObserver(() => note(performance.now())).observe(document,
    {{subtree: true, childList: true, attributes: true, characterData: true}});
new PerformanceObserver((list) => {{
    for (const entry of list.getEntries()) note(entry.responseEnd);
}}).observe({{type: "resource", buffered: true}});
let before = performance.now();
const watch = (now) => {{
    if (now - before > {_LATE_MS}) note(now);
    before = now;
    requestAnimationFrame(watch);
}};
requestAnimationFrame(watch);
window.theMap = () => window.parkMap?.map
    ?? Object.entries(window).find(([name]) => /^map_[0-9a-f]+$/.test(name))?.[1];
"""
_GO = """([lat, lon, zoom]) => {
    window.began = performance.now();
    theMap().setView([lat, lon], zoom, {animate: false});
}"""


@dataclass(frozen=True)
class View:
    """One cold load of a page, and the zooms after it (ms)."""

    bytes: int
    drawn_ms: float
    zoom_ms: float


def measure(region: Region, host: str, *, rounds: int) -> list[Row]:
    """Return bytes, time to drawn and time of a zoom, medians; the region must be served."""
    plots = gpd.read_parquet(region.plots_file).iloc[:PEER_PLOTS]
    files = peer_files(explore_page([plots]))
    ours, peer = [], []
    with serving_peer(files) as peer_url, _chromium() as browser:
        for _ in range(rounds):
            ours.append(_look(browser, f"http://{host}/", _middle(plots)))
            peer.append(_look(browser, peer_url, _middle(plots)))
    return list(_rows(region.plots, len(plots), ours, peer))


def _rows(n: int, shown: int, ours: Sequence[View], peer: Sequence[View]) -> Iterator[Row]:
    name = f"GeoDataFrame.explore() with {shown} plots, compressed"
    for measured, attribute, unit in (
        ("first_view_bytes", "bytes", "B"),
        ("first_view_drawn", "drawn_ms", "ms"),
        ("zoom_settled", "zoom_ms", "ms"),
    ):
        mine, other = (median(getattr(v, attribute) for v in views) for views in (ours, peer))
        yield compare(measured, n, mine, other, peer_name=name, unit=unit, less_is_better=True)


def _middle(plots: gpd.GeoDataFrame) -> tuple[float, float]:
    minx, miny, maxx, maxy = plots.total_bounds
    return (miny + maxy) / 2, (minx + maxx) / 2


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def _look(browser: Browser, url: str, middle: tuple[float, float]) -> View:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(_WATCH)
    received: list[float] = []
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on(
        "Network.loadingFinished", lambda event: received.append(event["encodedDataLength"])
    )
    page.goto(url, wait_until="load", timeout=_LIMIT_S * 1000)
    drawn = _settled(page)
    size = int(sum(received))
    zooms = [_zoom(page, [*middle, zoom]) for zoom in ZOOMS]
    context.close()
    return View(size, drawn, median(zooms))


def _zoom(page: Page, place: Sequence[float]) -> float:
    page.evaluate(_GO, list(place))
    return _settled(page) - float(page.evaluate("began"))


def _settled(page: Page) -> float:
    """Wait until a page is quiet and return when it was last busy, in ms since it was opened."""
    deadline = time.monotonic() + _LIMIT_S
    quiet: Any = False
    while not quiet:
        if time.monotonic() > deadline:
            raise TimeoutError("the page never came to rest")
        page.wait_for_timeout(100)
        quiet = page.evaluate(f"theMap() && performance.now() - lastActivity > {_QUIET_MS}")
    return float(page.evaluate("lastActivity"))
