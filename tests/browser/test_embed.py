"""The embedded map in a page of another origin, which is another port of this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.test_accessibility import assert_accessible

FIND_PLOT = """() => {
    const { map, layers } = parkMap;
    const at = (one) => map.latLngToContainerPoint(one.getBounds().getCenter());
    for (const one of layers.parcels.getLayers()) {
        const { x, y } = at(one);
        const node = document.elementFromPoint(x, y);
        if (one.getElement() === node) return [one.feature.id, x, y];
    }
}"""
"""A plot that is drawn, and where nothing covers it."""


@contextmanager
def host_page(frame: str) -> Iterator[str]:
    """Serve a page of somebody else that has a frame in it; the address of the page."""
    body = f"<!doctype html><title>Host</title><body style='height:3000px'>{frame}".encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(body)

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_port}/"
        finally:
            served.shutdown()
            thread.join()


def framed(page, address, query=""):
    """Open the host's page and return the frame in it, once its map is drawn."""
    page.hosts.add(address.split("/")[2])
    page.page.goto(address)
    frame = page.page.frame(url=f"{page.server.url}/embed{query}")
    assert frame
    frame.wait_for_selector("[data-ready='true']", state="attached", timeout=20_000)
    return frame


def iframe(server, query="", size="width=600 height=400"):
    return (
        f"<iframe src='{server.url}/embed{query}' {size} title='Map' allow='fullscreen'></iframe>"
    )


@pytest.mark.parametrize("size", ["width=600 height=400", "width=340 height=420"])
def test_another_site_shows_the_map_without_a_complaint(open_map, server, size):
    page = open_map("/healthz", ready=False)
    with host_page(iframe(server, size=size)) as address:
        frame = framed(page, address)
        assert frame.locator(".map-label").count() > 2
        assert frame.locator(".embed-remarks").is_visible()
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.context.cookies() == []


def test_the_code_from_the_page_about_works_as_it_stands(open_map):
    page = open_map("/about?embed=1&park=YT-TJ&layers=parks&layers=parcels&size=small", ready=False)
    code = page.locator("#embed-code").inner_text()
    with host_page(code) as address:
        page.hosts.add(address.split("/")[2])
        page.page.goto(address)
        inside = page.page.frame_locator("iframe")
        inside.locator("html[data-ready='true']").wait_for(state="attached")
        assert inside.locator("#embed-card").is_visible()
        assert inside.locator(".leaflet-bar >> visible=true").count() == 0, "without buttons"


def test_a_click_names_the_thing_and_the_map_in_the_frame_stays_where_it_is(open_map, server):
    page = open_map("/healthz", ready=False)
    with host_page(iframe(server, "?park=YT-TJ")) as address:
        frame = framed(page, address, "?park=YT-TJ")
        card = frame.locator("#embed-card")
        way = card.locator("a")
        assert way.get_attribute("href") == "/parks/YT-TJ"
        assert way.get_attribute("target") == "_blank"
        plot, x, y = frame.evaluate(FIND_PLOT)
        frame.locator("#map").click(position={"x": x, "y": y})
        card.locator(f"a[href='/parcels/{plot}']").wait_for()
        card.locator("button").click()
        assert not card.is_visible()
        assert frame.url == f"{server.url}/embed?park=YT-TJ"
        assert "z=" in (frame.locator("#embed-open").get_attribute("href") or "")


def test_the_wheel_scrolls_the_host_until_the_map_is_clicked(open_map, server):
    page = open_map("/healthz", ready=False)
    with host_page(iframe(server)) as address:
        frame = framed(page, address)
        zoom = frame.evaluate("parkMap.map.getZoom()")
        page.page.mouse.move(300, 150)
        page.page.mouse.wheel(0, 200)
        page.page.wait_for_timeout(300)
        assert frame.evaluate("parkMap.map.getZoom()") == zoom
        assert page.evaluate("scrollY") > 0


@pytest.mark.parametrize("path", ["/", "/about", "/sites", "/parks/CL-TJ", "/login"])
def test_no_other_page_can_be_framed(open_map, server, path):
    page = open_map("/healthz", ready=False)
    page.expected.append("frame-ancestors|ERR_BLOCKED_BY_RESPONSE|chrome-error")
    with host_page(f"<iframe src='{server.url}{path}' title='Page'></iframe>") as address:
        page.hosts.add(address.split("/")[2])
        page.page.goto(address)
        page.page.wait_for_timeout(300)
        assert page.page.frame_locator("iframe").locator("main, form").count() == 0
        assert any("frame-ancestors" in said for said in page._complaints)


@pytest.mark.parametrize("query", ["", "?park=CL-TJ&controls=0"])
def test_the_embedded_map_has_no_violation_of_axe(open_map, view, query):
    assert_accessible(open_map(f"/embed{query}", **view))


def test_layers_and_legend_are_behind_a_button(open_map):
    page = open_map("/embed", size="desktop", viewport={"width": 600, "height": 400})
    assert not page.locator("#side").is_visible()
    page.locator("#side-toggle").click()
    assert page.locator("#layers input").count() >= 5
    assert_accessible(page)
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Escape")
    assert not page.locator("#side").is_visible()


def test_a_bad_flag_is_told_in_the_frame(open_map, server):
    page = open_map("/healthz", ready=False)
    page.expected.append("400")
    with host_page(iframe(server, "?layers=roads")) as address:
        page.hosts.add(address.split("/")[2])
        page.page.goto(address)
        inside = page.page.frame_locator("iframe")
        assert "counties" in inside.locator("main").inner_text()


def test_the_page_about_has_no_violation_and_nothing_runs_over(open_map, view):
    page = open_map("/about", ready=False, **view)
    assert_accessible(page)
    width = page.page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
