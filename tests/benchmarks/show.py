"""``python -m tests.benchmarks.show``: how smoothly the show changes its scenes.

The real server shows the bundled story to Chromium without a GPU at 1920 by 1080. Every change of
scene is watched for as long as a flight and its names take: *frames a second* are the callbacks of
``requestAnimationFrame`` in that time, *longest* the longest wait between two of them, in
milliseconds. JSON comes on standard output, a table on standard error.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from geo.bench.chromium import CHROMIUM, FLAGS
from tests.browser.site import publish, serving

SIZE = {"width": 1920, "height": 1080}
WATCHED_MS = 1_400
"""A flight of 1.2 s, and the names that appear after it."""

_WATCH = """async (wanted) => {
    const times = [];
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown", bubbles: true }));
    const start = performance.now();
    while (performance.now() - start < wanted) {
        await new Promise((done) => requestAnimationFrame(done));
        times.push(performance.now());
    }
    const waits = times.map((time, i) => time - (i ? times[i - 1] : start));
    const seconds = (times.at(-1) - start) / 1000;
    return { frames: times.length, seconds, longest: Math.max(...waits) };
}"""
_SCENE = "new URLSearchParams(location.search).get('scene')"


@dataclass(frozen=True)
class Change:
    """What the change to a scene took: medians of all rounds."""

    scene: str
    frames_per_second: float
    longest_ms: float


def measure(work: Path, *, rounds: int, most: int | None = None) -> list[Change]:
    """Return the changes to each scene after the first, at most ``most`` of them."""
    publish(work / "out")
    with serving(work / "out") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport=SIZE)
        found: dict[str, list[dict[str, float]]] = {}
        for _ in range(rounds):
            page.goto(f"{server.url}/present")
            page.wait_for_selector("[data-ready=true]", state="attached")
            page.wait_for_timeout(500)
            for scene, seen in _changes(page, most):
                found.setdefault(scene, []).append(seen)
        browser.close()
    return [
        Change(
            scene,
            round(median(one["frames"] / one["seconds"] for one in seen), 1),
            round(median(one["longest"] for one in seen), 1),
        )
        for scene, seen in found.items()
    ]


def _changes(page: Page, most: int | None) -> Iterator[tuple[str, dict[str, float]]]:
    count = int(page.locator(".show-number-of").inner_text().split("/")[1])
    for _ in range(min(count - 1, most or count)):
        seen = page.evaluate(_WATCH, WATCHED_MS)
        yield page.evaluate(_SCENE), seen


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.show", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="rounds through all scenes")
    parser.add_argument("--most", type=int, help="most changes of a round")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        changes = measure(Path(folder), rounds=arguments.rounds, most=arguments.most)
    print(json.dumps([asdict(change) for change in changes], indent=2))
    for change in changes:
        rate = f"{change.frames_per_second:6.1f} frames/s"
        print(f"{change.scene:20}{rate}, longest {change.longest_ms:6.1f} ms", file=sys.stderr)
    least = min(change.frames_per_second for change in changes)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"least {least:.1f} frames/s; load of the machine {load}", file=sys.stderr)


if __name__ == "__main__":
    main()
