"""``python -m tests.benchmarks.package``: how soon the offline package shows something.

The bundle is published and packed, the archive unpacked, and each page opened from ``file://`` by
a Chromium that was started for it and can resolve no name. *Drawn* is the time from navigation to
the end of the frame after which the page said that it is ready. JSON comes on standard output, a
table on standard error. The aim for the show is two seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Playwright, sync_playwright

from geo.bench.chromium import CHROMIUM, FLAGS
from geo.offline.package import export_offline
from geo.settings import Settings
from tests.browser.site import publish
from tests.packed import unpack

PAGES = {"show": "present.html", "map": "index.html", "finder": "sites.html"}
SIZE = {"width": 1920, "height": 1080}

_WATCH = """new MutationObserver((_, watch) => {
    if (document.documentElement?.dataset.ready !== "true") return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => {
        document.documentElement.dataset.drawn = performance.now();
    }));
}).observe(document, { subtree: true, attributeFilter: ["data-ready"] });"""


@dataclass(frozen=True)
class Opened:
    """How long a page took, in milliseconds, over several rounds."""

    name: str
    rounds: int
    median_ms: float
    slowest_ms: float


def measure(folder: Path, *, rounds: int) -> Iterator[Opened]:
    """Open each page of an unpacked package in browsers of its own; yield what it took."""
    with sync_playwright() as playwright:
        for name, page in PAGES.items():
            times = [open_cold(playwright, folder / page) for _ in range(rounds)]
            yield Opened(name, rounds, round(median(times)), round(max(times)))


def open_cold(playwright: Playwright, page: Path) -> float:
    """Return the milliseconds until a page is drawn by a browser that was just started."""
    flags = [*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND"]
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    try:
        opened = chromium.new_page(viewport=SIZE)  # type: ignore[arg-type]
        opened.add_init_script(_WATCH)
        opened.goto(page.as_uri())
        drawn = opened.wait_for_selector("[data-drawn]", state="attached", timeout=60_000)
        assert drawn
        return float(drawn.get_attribute("data-drawn") or "nan")
    finally:
        chromium.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.package", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        publish(work / "out")
        started = time.perf_counter()
        done = export_offline(Settings(out=work / "out"), work / "show.zip")
        seconds = round(time.perf_counter() - started, 1)
        pages = list(measure(unpack(done.path, work / "u"), rounds=arguments.rounds))
    packed = {**done.as_dict(), "seconds": seconds}
    print(json.dumps({"package": packed, "pages": [asdict(page) for page in pages]}, indent=2))
    print(f"packed in {seconds} s, {done.bytes / 1e6:.1f} MB", file=sys.stderr)
    for page in pages:
        line = f"{page.name:8}{page.median_ms:>8} ms median{page.slowest_ms:>8} ms slowest"
        print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
