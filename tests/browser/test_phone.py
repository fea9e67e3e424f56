"""A phone: the panel is a sheet with three heights."""

import pytest

HEIGHTS = {"peek": (40, 260), "half": (260, 560), "full": (600, 844)}


@pytest.fixture
def phone(open_map):
    return open_map(size="phone")


def height(page):
    page.page.wait_for_timeout(350)  # the sheet's own motion
    return page.evaluate(
        "innerHeight - document.querySelector('#panel').getBoundingClientRect().top"
    )


def test_three_heights_by_keyboard(phone):
    handle = phone.locator(".sheet-handle")
    handle.focus()
    phone.page.keyboard.press("Home")
    for name in ("peek", "half", "full"):
        low, high = HEIGHTS[name]
        assert phone.panel.get_attribute("data-height") == name
        assert low <= height(phone) <= high
        phone.page.keyboard.press("ArrowUp")


def test_three_heights_by_dragging(phone):
    box = phone.locator(".sheet-handle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = phone.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, 300, steps=12)
    mouse.move(x, 60, steps=12)
    mouse.up()
    assert phone.panel.get_attribute("data-height") == "full"


def test_the_finder_is_one_touch_from_the_map(open_map):
    page = open_map(size="phone", lang="en")
    page.locator("#panel .overview-finder a").click()
    page.page.wait_for_url("**/sites?lang=en")


def test_nothing_is_wider_than_the_phone(phone):
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_targets_are_large_enough_for_a_finger(phone):
    small = phone.evaluate(
        """() => [...document.querySelectorAll("button, a[href], input, summary, [role=slider]")]
            .filter((e) => e.checkVisibility({visibilityProperty: true}))
            .filter((e) => !e.closest("p, li p, .leaflet-control-attribution, .note, svg"))
            .map((e) => [e, (e.closest("label") ?? e).getBoundingClientRect()])
            .filter(([, b]) => b.width > 1 && b.height > 1)
            .filter(([, b]) => b.height < 43.5 || b.width < 43.5)
            .map(([e, b]) => `${e.outerHTML.slice(0, 90)} ${b.width}x${b.height}`)"""
    )
    assert small == []


def test_a_turned_phone_fits_the_counties_again(phone):
    phone.page.set_viewport_size({"width": 844, "height": 390})
    phone.until("document.querySelector('#panel').getBoundingClientRect().left > 300")
    phone.until(
        """(() => {
            const extent = parkMap.layers.counties.getBounds();
            return parkMap.map.getBounds().pad(0.02).contains(extent);
        })()"""
    )
    assert "z=" not in phone.page.url


def test_no_tap_is_lost_while_the_tool_is_on_its_way(open_map):
    phone = open_map(size="phone", has_touch=True)
    phone.page.tap("[data-tool=measure-distance]")
    phone.page.touchscreen.tap(150, 300)
    phone.page.wait_for_timeout(500)  # else the second is a double tap
    phone.page.touchscreen.tap(220, 330)
    phone.until("/km/.test(document.querySelector('.measure-value').textContent)")
    assert "sel=" not in phone.page.url
