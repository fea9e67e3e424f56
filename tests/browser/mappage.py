"""The map page as a person at a browser meets it."""

import json
import re
import time
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, Request, Response

from tests.browser.site import ROOT, Server

SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
}
_READY_MS = 20_000

_FIND_LAYER = """
const findLayer = (layer, id) => {
    let found;
    parkMap.layers[layer].eachLayer((one) => {
        if (String(one.feature?.id) === id) found = one;
    });
    return found;
};
"""


def context_options(size: str, lang: str) -> dict[str, Any]:
    """Return what makes a context one of this size and language."""
    return {"locale": {"zh": "zh-CN", "en": "en-GB"}[lang], **SIZES[size]}


@cache
def texts(lang: str) -> dict[str, str]:
    """Return what the page says in a language, by key."""
    found: dict[str, str] = {}
    for path in (ROOT / "static" / "i18n").glob(f"*.{lang}.json"):
        found |= json.loads(path.read_text(encoding="utf-8"))
    return found


class MapPage:
    """One page of the map in a browser context that is its own while it is open."""

    def __init__(self, context: BrowserContext, server: Server, *, size: str, lang: str):
        self.server = server
        self.lang = lang
        self.size = size
        self.context = context
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(8_000)
        self.requests: list[Request] = []
        self.expected: list[str] = []
        """Patterns of complaints that the test provokes on purpose."""
        self.hosts = {server.host}
        self._complaints: list[str] = []
        self._listen()

    def _listen(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._complain(f"error: {error}"))
        self.context.on("request", self._on_request)
        self.context.on("requestfailed", self._on_failure)
        self.context.on("response", self._on_response)

    def stop_listening(self) -> None:
        """Leave the context to another page."""
        self.context.remove_listener("request", self._on_request)
        self.context.remove_listener("requestfailed", self._on_failure)
        self.context.remove_listener("response", self._on_response)

    def _complain(self, text: str) -> None:
        self._complaints.append(text)

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self._complain(f"console {message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in self.hosts:
            self._complain(f"outside request: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # Leaving a page ends what it was loading; that is no fault of the page.
        if request.failure != "net::ERR_ABORTED":
            self._complain(f"failed: {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._complain(f"status {response.status}: {response.url}")

    def complaints(self) -> list[str]:
        """Return what went wrong so far, without what the test expects."""
        return [c for c in self._complaints if not any(re.search(e, c) for e in self.expected)]

    # --- going somewhere --------------------------------------------------------------

    def open(self, query: str = "", *, ready: bool = True) -> None:
        """Open an address below the server: a query of the map, or a path with a slash."""
        path = query if query.startswith("/") else f"/{query}"
        if self.lang != "zh" and "lang=" not in path:
            path += ("&" if "?" in path else "?") + urlencode({"lang": self.lang})
        self.page.goto(self.server.url + path)
        if ready:
            self.wait()

    def wait(self) -> None:
        """Wait until the page says that everything it shows is drawn."""
        self.page.wait_for_selector("[data-ready='true']", state="attached", timeout=_READY_MS)

    def settle(self) -> None:
        """Wait until the map has stopped moving and two frames were painted."""
        self.page.evaluate(
            """async () => {
                const frame = () => new Promise((done) => requestAnimationFrame(done));
                for (let still = 0, last = ""; still < 12; ) {
                    await frame();
                    const { lat, lng } = parkMap.map.getCenter();
                    const now = [lat, lng, parkMap.map.getZoom()].join();
                    still = now === last && !parkMap.map._animatingZoom ? still + 1 : 0;
                    last = now;
                }
            }"""
        )

    def evaluate(self, code: str, argument: object = None) -> Any:
        return self.page.evaluate(code, argument)

    def until(self, code: str, argument: object = None, *, seconds: float = 8) -> None:
        """Wait until an expression, or a function of the argument, holds in the page.

        Playwright's own ``wait_for_function`` calls ``eval`` in the page, which the content
        security policy rightly refuses.
        """
        deadline = time.monotonic() + seconds
        while not self.evaluate(code, argument):
            assert time.monotonic() < deadline, f"never came true: {code}"
            self.page.wait_for_timeout(40)

    def locator(self, selector: str, **narrower: Any) -> Locator:
        return self.page.locator(selector, **narrower)

    def text(self, key: str) -> str:
        """Return what the page says for a key, up to its first placeholder."""
        return texts(self.lang)[key].split("{")[0]

    def choose_tab(self, kind: str) -> None:
        """Open a tab of the list."""
        tabs = self.locator("#list .list-bar .segmented")
        tabs.get_by_role("button", name=self.text(f"tab.{kind}"), exact=True).click()

    # --- the map ----------------------------------------------------------------------

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    def state(self) -> dict[str, Any]:
        """Return centre, zoom and the layers that are on, as Leaflet has them."""
        state: dict[str, Any] = self.evaluate(
            """() => ({
                lat: parkMap.map.getCenter().lat,
                lng: parkMap.map.getCenter().lng,
                zoom: parkMap.map.getZoom(),
                layers: Object.keys(parkMap.layers)
                    .filter((id) => parkMap.map.hasLayer(parkMap.layers[id])),
            })"""
        )
        return state

    def features(self, layer: str) -> list[dict[str, Any]]:
        """Return the features of a published layer, as the server has them."""
        collection: dict[str, Any] = self.evaluate(
            """async (layer) => {
                const { root, version } = document.documentElement.dataset;
                return (await fetch(`${root}layers/${version}/${layer}.geojson`)).json();
            }""",
            layer,
        )
        return list(collection["features"])

    def fly_to(self, lat: float, lng: float, zoom: float) -> None:
        """Put the map there at once, as a pan and zoom by hand would in the end."""
        self.evaluate(
            "([lat, lng, z]) => { parkMap.map.setView([lat, lng], z, {animate: false}); }",
            [lat, lng, zoom],
        )
        self.settle()

    def fit(self, layer: str, feature: str, max_zoom: float = 17) -> None:
        """Let the map show a feature, and wait until it is drawn."""
        shape = next(f for f in self.features(layer) if f["id"] == feature)
        self.evaluate(
            """([shape, maxZoom, isPhone]) => {
                const bounds = L.geoJSON(shape).getBounds();
                parkMap.map.fitBounds(bounds, { maxZoom, animate: false });
                // The sheet of a phone covers the lower half.
                if (isPhone) parkMap.map.panBy([0, innerHeight / 4], { animate: false });
            }""",
            [shape, max_zoom, self.size == "phone"],
        )
        self.until(
            f"([layer, id]) => {{ {_FIND_LAYER} return Boolean(findLayer(layer, id)); }}",
            [layer, feature],
        )
        self.settle()

    def point_of(self, layer: str, feature: str) -> tuple[float, float]:
        """Return where on the screen a feature is, or the cluster that stands for it."""
        x, y = self.evaluate(
            f"""([layer, id]) => {{ {_FIND_LAYER}
                const found = findLayer(layer, id);
                const group = parkMap.layers[layer];
                const shown = group.getVisibleParent?.(found) ?? found;
                const at = shown.getLatLng?.() ?? shown.getCenter?.()
                    ?? shown.getBounds().getCenter();
                const point = parkMap.map.latLngToContainerPoint(at);
                const box = parkMap.map.getContainer().getBoundingClientRect();
                return [point.x + box.left, point.y + box.top];
            }}""",
            [layer, feature],
        )
        return x, y

    def click(self, layer: str, feature: str) -> None:
        """Click (on a phone: tap) a feature where it is drawn."""
        self.press(*self.point_of(layer, feature))

    def press(self, x: float, y: float) -> None:
        if self.size == "phone":
            self.page.touchscreen.tap(x, y)
        else:
            self.page.mouse.click(x, y)

    def labels(self) -> list[dict[str, Any]]:
        """Return the names on the map: text and box of the letters, without leader lines."""
        labels: list[dict[str, Any]] = self.evaluate(
            """() => [...document.querySelectorAll(".map-label")].map((label) => {
                const lines = [...label.querySelectorAll("text")];
                const boxes = lines.map((line) => line.getBoundingClientRect());
                return {
                    text: lines.map((line) => line.textContent).join(" "),
                    left: Math.min(...boxes.map((b) => b.left)),
                    top: Math.min(...boxes.map((b) => b.top)),
                    right: Math.max(...boxes.map((b) => b.right)),
                    bottom: Math.max(...boxes.map((b) => b.bottom)),
                };
            })"""
        )
        return labels

    def dom_boxes(self, selector: str) -> list[dict[str, Any]]:
        """Return text and box of everything that a selector finds and that is visible."""
        boxes: list[dict[str, Any]] = self.evaluate(
            """(selector) => [...document.querySelectorAll(selector)]
                .filter((e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true}))
                .map((e) => {
                    const {left, top, right, bottom} = e.getBoundingClientRect();
                    return {text: e.textContent.trim(), left, top, right, bottom};
                })
                .filter((b) => b.right > b.left && b.bottom > b.top)""",
            selector,
        )
        return boxes
