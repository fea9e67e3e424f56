"""The show as the person meets it who holds the clicker."""

import hashlib
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.mappage import MapPage

SIZES = {
    "hd": (1280, 720),
    "full_hd": (1920, 1080),
    "4k": (3840, 2160),
    "4_3": (1024, 768),
    "led_wall": (3840, 1080),
    "phone": (390, 844),
}
"""The screens of halls, and of a telephone that somebody shows it on."""

DRIVEN = ("full_hd", "4_3")
"""The sizes at which every key is tried."""

FASTER = """
(() => {
    const rush = %d;
    const { now } = performance;
    const wait = window.setInterval;
    performance.now = () => now.call(performance) * rush;
    window.setInterval = (run, ms, ...more) => wait(run, ms / rush, ...more);
})();
"""
"""Lets the clock of a page run so many times faster."""

SCALED = {"viewport": {"width": 1280, "height": 720}, "device_scale_factor": 1.5}
"""A screen of 1920 by 1080 under Windows at 150 %."""


class ShowPage:
    """The show in a page that fails its test when anything goes wrong in it."""

    def __init__(self, page: MapPage):
        self.map_page = page
        self.page: Page = page.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def at(self) -> int:
        """Return the number of the scene, as it stands on the slide."""
        return int(self.page.locator(".show-number-of").inner_text().split("/")[0])

    def count(self) -> int:
        return int(self.page.locator(".show-number-of").inner_text().split("/")[1])

    def has(self, name: str) -> bool:
        """Return whether the show is in a state: ``is-exploring``, ``is-awake``."""
        classes: str = self.page.locator("#show").get_attribute("class") or ""
        return name in classes.split()

    def cover(self) -> str:
        classes: str = self.page.locator("#show-cover").get_attribute("class") or ""
        return classes.removeprefix("show-cover").strip()

    def scenes(self) -> list[dict[str, Any]]:
        """Return the scenes as they were published."""
        code = """async () => {
            const { layers } = document.documentElement.dataset;
            return (await (await fetch(`${layers}show.json`)).json()).scenes;
        }"""
        found: list[dict[str, Any]] = self.page.evaluate(code)
        return found

    def picture(self) -> str:
        """Return a hash of what the map shows, once it has come to rest."""
        self.settle()
        data: str = self.page.evaluate("document.getElementById('show-canvas').toDataURL()")
        return hashlib.sha256(data.encode()).hexdigest()

    def settle(self) -> None:
        """Wait until nothing on the canvas changes any more and the names are there."""
        self.page.evaluate(
            """async () => {
                const frame = () => new Promise((done) => requestAnimationFrame(done));
                const canvas = document.getElementById("show-canvas");
                const names = document.getElementById("show-names");
                for (let still = 0, last = ""; still < 3; ) {
                    for (let i = 0; i < 3; i += 1) await frame();
                    const now = canvas.toDataURL() + names.innerHTML;
                    still = now === last && !names.matches(".is-away") ? still + 1 : 0;
                    last = now;
                }
            }"""
        )

    def names(self) -> list[dict[str, Any]]:
        """Return the names on the map: key, text and box."""
        names: list[dict[str, Any]] = self.page.evaluate(
            """() => [...document.querySelectorAll(".show-name")].map((name) => {
                const lines = [...name.querySelectorAll("text")];
                const boxes = lines.map((line) => line.getBoundingClientRect());
                return {
                    key: name.dataset.key,
                    text: name.textContent,
                    left: Math.min(...boxes.map((b) => b.left)),
                    top: Math.min(...boxes.map((b) => b.top)),
                    right: Math.max(...boxes.map((b) => b.right)),
                    bottom: Math.max(...boxes.map((b) => b.bottom)),
                };
            })"""
        )
        return names

    def middle_of(self, layer: str) -> tuple[float, float]:
        """Return where a thing of a layer is named."""
        name = next(name for name in self.names() if name["key"].startswith(f"{layer}/"))
        return (name["left"] + name["right"]) / 2, (name["top"] + name["bottom"]) / 2

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds."""
        for _ in range(300):
            if condition():
                return
            self.page.wait_for_timeout(40)
        raise AssertionError("never came true")


def viewport(size: str) -> dict[str, int]:
    """Return one of :data:`SIZES` as Playwright has it."""
    width, height = SIZES[size]
    return {"width": width, "height": height}


def open_show(
    open_map: Callable[..., MapPage],
    query: str = "",
    *,
    size: str = "full_hd",
    lang: str = "zh",
    motion: bool = False,
    **more: Any,
) -> ShowPage:
    """Open the show; without flights, unless a test is about them."""
    context = {"viewport": viewport(size)} | more
    context |= {} if motion else {"reduced_motion": "reduce"}
    page = ShowPage(open_map(f"/present{query}", lang=lang, **context))
    page.settle()
    return page
