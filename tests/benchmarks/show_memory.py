"""``python -m tests.benchmarks.show_memory``: whether a show that loops all day grows.

The real server shows the bundled story to Chromium without a GPU; it plays by itself with a clock
that runs faster, so that a scene lasts a fraction of a second and most flights are broken off by
the next. After the first and after the last count of loops it is halted, the garbage is collected
by force and the heap is measured. JSON comes on standard output; the exit status is 1 when the
heap has grown by a tenth or more.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

from geo.bench.chromium import CHROMIUM, FLAGS
from tests.browser.showpage import FASTER
from tests.browser.site import publish, serving

SIZE = {"width": 1920, "height": 1080}
MOST_GROWTH = 0.1
_REST_MS = 2_000

_COUNTING = """
(() => {
    let loops = -1;
    let before = "";
    let tell = () => {};
    window.afterLoops = (count) => new Promise((done) => {
        tell = () => loops >= count && done();
        tell();
    });
    new MutationObserver(() => {
        const at = document.querySelector(".show-number-of")?.textContent ?? "";
        if (at !== before && at.startsWith("1 /")) loops += 1;
        before = at;
        tell();
    }).observe(document, { subtree: true, childList: true, characterData: true });
})();
"""


@dataclass(frozen=True)
class Memory:
    """What the page holds after so many loops: bytes of the heap, nodes, listeners."""

    loops: int
    heap: int
    nodes: int
    listeners: int


def measure(work: Path, *, loops: tuple[int, int], rush: int) -> list[Memory]:
    """Return what the page holds after each count of loops."""
    publish(work / "out")
    with serving(work / "out") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport=SIZE)
        page.add_init_script(FASTER % rush)
        page.add_init_script(_COUNTING)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable")
        devtools.send("HeapProfiler.enable")
        page.goto(f"{server.url}/present?kiosk=1")
        page.wait_for_selector("[data-ready=true]", state="attached")
        found = [_after(page, devtools, count) for count in loops]
        browser.close()
    return found


def _after(page: Page, devtools: CDPSession, count: int) -> Memory:
    # Asked once: every question from outside is a script that the browser's tools keep.
    page.evaluate("(count) => window.afterLoops(count)", count)
    # A black slide stands still: else what a flight has just made would be measured.
    page.keyboard.press("b")
    page.wait_for_timeout(_REST_MS)
    # Twice: what the first collection lets go of may hold more.
    for _ in range(2):
        devtools.send("HeapProfiler.collectGarbage")
    answer = devtools.send("Performance.getMetrics")
    metrics = {one["name"]: one["value"] for one in answer["metrics"]}
    heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
    page.keyboard.press("b")
    return Memory(count, int(heap), int(metrics["Nodes"]), int(metrics["JSEventListeners"]))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.show_memory", description=__doc__
    )
    parser.add_argument("--loops", type=int, nargs=2, default=(20, 200), help="first and last")
    parser.add_argument("--rush", type=int, default=300, help="how many times faster the clock is")
    arguments = parser.parse_args()
    first, last = arguments.loops
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), loops=(first, last), rush=arguments.rush)
    growth = found[1].heap / found[0].heap - 1
    rows = [asdict(memory) for memory in found]
    print(json.dumps({"memory": rows, "growth": round(growth, 4)}, indent=2))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"growth {growth:.1%}; load of the machine {load}", file=sys.stderr)
    return int(growth >= MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
