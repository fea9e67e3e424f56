"""The show by itself: autoplay, kiosk, flights; and what goes wrong in a hall."""

import json

import pytest

from tests.browser.showpage import DRIVEN, FASTER, open_show, viewport

RUSH = 40
"""How many times faster the clock goes in these tests."""


def hurry(page):
    """Let the clock of the page run faster."""
    page.page.add_init_script(FASTER % RUSH)


def open_quick(open_map, query="", **more):
    page = open_map("/healthz", ready=False, reduced_motion="reduce", **more)
    hurry(page)
    page.open(f"/present{query}")
    return page


def number(page) -> int:
    return int(page.locator(".show-number-of").inner_text().split("/")[0])


def wait_for(page, wanted: int) -> None:
    page.until(
        "(n) => document.querySelector('.show-number-of').textContent.startsWith(`${n} /`)",
        wanted,
        seconds=20,
    )


@pytest.mark.parametrize("size", DRIVEN)
def test_it_plays_through_and_begins_anew(open_map, size):
    page = open_quick(open_map, viewport=viewport(size))
    page.page.keyboard.press("End")
    page.page.keyboard.press("p")
    wait_for(page, 1)
    wait_for(page, 2)
    wait_for(page, 3)
    page.page.keyboard.press("p")
    stopped = number(page)
    page.page.wait_for_timeout(1500)
    assert number(page) == stopped


def test_it_waits_while_the_slide_is_black_and_while_somebody_explores(open_map):
    page = open_quick(open_map)
    page.page.keyboard.press("p")
    page.page.keyboard.press("b")
    here = number(page)
    page.page.wait_for_timeout(1500)
    assert number(page) == here
    page.page.keyboard.press("b")
    page.page.mouse.move(1000, 300)
    page.page.mouse.wheel(0, -200)
    here = number(page)
    page.page.wait_for_timeout(1500)
    assert number(page) == here
    page.page.keyboard.press("PageDown")
    wait_for(page, here + 1)


def test_a_kiosk_plays_by_itself_and_shows_neither_pointer_nor_buttons(open_map):
    page = open_quick(open_map, "?kiosk=1")
    wait_for(page, 2)
    page.page.mouse.move(700, 300)
    page.page.mouse.move(720, 300)
    assert page.locator("#show-tools").is_hidden()
    for selector in ("#show", "#show-map"):
        cursor = page.locator(selector).evaluate("(e) => getComputedStyle(e).cursor")
        assert cursor == "none", selector
    assert "kiosk=1" in page.page.url


def test_a_kiosk_returns_to_the_start_when_it_is_left_alone(open_map):
    page = open_quick(open_map, "?kiosk=1")
    page.page.keyboard.press("End")
    page.page.keyboard.press("p")
    page.page.mouse.move(1000, 300)
    page.page.mouse.wheel(0, -200)
    page.until("document.querySelector('#show').matches('.is-exploring')")
    wait_for(page, 1)
    assert not page.locator("#show").evaluate("(e) => e.matches('.is-exploring')")
    wait_for(page, 2)


# --- flights --------------------------------------------------------------------------------


def frames(show, key: str) -> int:
    """Return how many different pictures of the map a change of scene shows."""
    code = """async (key) => {
        const canvas = document.getElementById("show-canvas");
        const seen = new Set();
        document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        for (let i = 0; i < 60; i += 1) {
            await new Promise((done) => requestAnimationFrame(done));
            const pen = canvas.getContext("2d");
            seen.add(pen.getImageData(canvas.width / 2, canvas.height / 2, 300, 100).data.join());
        }
        return seen.size;
    }"""
    show.map_page.expected.append("readback")
    count: int = show.page.evaluate(code, key)
    return count


def test_the_camera_flies_from_scene_to_scene(open_map):
    show = open_show(open_map, "?scene=tier_two", motion=True)
    assert frames(show, "ArrowRight") > 5


def test_it_does_not_fly_where_people_want_no_motion(open_map):
    show = open_show(open_map, "?scene=tier_two")
    assert frames(show, "ArrowRight") <= 3


def test_quick_presses_end_at_the_right_scene(open_map):
    show = open_show(open_map, motion=True)
    show.press(*["PageDown"] * 6)
    assert show.at() == 7
    there = show.picture()
    show.press("PageDown", "PageUp")
    assert show.picture() == there


# --- what goes wrong ------------------------------------------------------------------------


def test_a_layer_that_does_not_load_leaves_the_slide_without_it(open_map):
    page = open_map("/healthz", ready=False, reduced_motion="reduce")
    page.expected += ["failed", "ERR_FAILED"]
    page.page.route("**/parks.geojson", lambda route: route.abort())
    page.open("/present?scene=tier_two")
    assert page.locator(".show-number").count() == 2
    page.page.keyboard.press("PageDown")
    assert "津和数字" in page.locator(".show-headline").inner_text()
    # The network is back: the next scene that needs the layer asks for it again.
    page.page.unroute("**/parks.geojson")
    page.page.keyboard.press("PageDown")
    page.page.wait_for_selector(".show-name[data-key^='parks/']", state="attached")


def test_a_broken_scene_still_advances(open_map):
    def spoil(route):
        story = route.fetch().json()
        story["scenes"][1] |= {"view": None, "figures": None, "highlight": None}
        route.fulfill(body=json.dumps(story), content_type="application/json")

    page = open_map("/healthz", ready=False, reduced_motion="reduce")
    page.expected += ["TypeError"]
    page.page.route("**/show.json", spoil)
    page.open("/present")
    page.page.keyboard.press("PageDown")
    assert number(page) == 2
    page.page.keyboard.press("PageDown")
    assert number(page) == 3
    assert "劳动密集型" in page.locator(".show-headline").inner_text()
    assert page.complaints() == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_show_that_does_not_load_says_what_to_do(open_map, lang):
    page = open_map("/healthz", ready=False)
    page.lang = lang
    page.expected += ["404"]
    page.page.route("**/show.json", lambda route: route.fulfill(status=404))
    page.open("/present")
    assert page.text("show.failed") in page.locator("#show-slide").inner_text()
    page.locator("#show-slide a").click()
    page.page.wait_for_url(lambda url: "/present" not in url)


def test_a_window_that_changes_its_size_shows_the_same_scene_whole(open_map):
    show = open_show(open_map, "?scene=tier_two")
    show.page.set_viewport_size({"width": 1024, "height": 768})
    show.until(lambda: show.page.evaluate("document.getElementById('show-canvas').width") == 1024)
    resized = show.picture()
    fresh = open_show(open_map, "?scene=tier_two", size="4_3")
    assert resized == fresh.picture()
