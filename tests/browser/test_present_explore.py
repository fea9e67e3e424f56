"""Explore and return: the map is for those who ask, and one key leads back."""

import pytest

from tests.browser.showpage import DRIVEN, open_show

BACK_KEYS = ("ArrowRight", "ArrowLeft", "PageDown", "Escape")
PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def drag(show, dx=-180, dy=60):
    width, height = show.page.viewport_size.values()
    x, y = width * 0.75, height * 0.3
    show.page.mouse.move(x, y)
    show.page.mouse.down()
    show.page.mouse.move(x + dx / 2, y + dy / 2, steps=4)
    show.page.mouse.move(x + dx, y + dy, steps=4)
    show.page.mouse.up()
    show.until(lambda: show.has("is-exploring"))


@pytest.mark.parametrize("size", DRIVEN)
@pytest.mark.parametrize("key", BACK_KEYS)
def test_one_key_leads_back_to_where_the_scene_was(open_map, size, key):
    show = open_show(open_map, "?scene=tier_two", size=size)
    scene, before, names = show.at(), show.picture(), show.names()
    drag(show)
    show.page.mouse.wheel(0, -300)
    assert show.picture() != before
    assert show.page.locator(".show-headline").is_hidden(), "the whole screen is for the map"
    assert str(scene) in show.page.locator("#show-return").inner_text()
    show.press(key)
    assert show.at() == scene
    assert show.picture() == before
    assert show.names() == names
    assert show.page.locator(".show-headline").is_visible()
    show.press("ArrowRight")
    assert show.at() == scene + 1


def test_back_in_a_flight(open_map):
    show = open_show(open_map, "?scene=tier_two", motion=True)
    before = show.picture()
    drag(show)
    show.press("ArrowRight")
    assert show.picture() == before


def test_the_button_leads_back(open_map):
    show = open_show(open_map)
    before = show.picture()
    drag(show)
    show.page.locator("#show-return").click()
    assert not show.has("is-exploring")
    assert show.picture() == before


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_click_on_a_park_tells_of_it(open_map, lang):
    show = open_show(open_map, "?scene=tier_two", lang=lang)
    scene = show.at()
    show.page.mouse.click(*show.middle_of("parks"))
    card = show.page.locator("#show-card")
    card.wait_for()
    assert show.has("is-exploring")
    name = next(name for name in show.names() if name["key"].startswith("parks/"))
    assert card.locator("h2").inner_text() in name["text"]
    assert 2 <= card.locator("dt").count() <= 3
    assert show.map_page.text("show.source") in card.inner_text()
    assert card.locator(".chip.is-amber").count() == 1, "its place is schematic"
    show.press("ArrowRight")
    assert card.is_hidden()
    assert show.at() == scene


def test_a_click_on_a_plot_tells_of_it(open_map):
    show = open_show(open_map, "?scene=offer")
    box = show.page.locator("#show-free").bounding_box()
    show.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = show.page.locator("#show-card")
    card.wait_for()
    assert {"状态", "面积", "用途"} == set(card.locator("dt").all_inner_texts())
    assert "示例" in card.inner_text()
    card.locator(".show-close").click()
    assert card.is_hidden()
    assert show.has("is-exploring")


def test_the_card_covers_no_name(open_map):
    show = open_show(open_map, "?scene=tier_two")
    show.page.mouse.click(*show.middle_of("parks"))
    show.page.locator("#show-card").wait_for()
    show.settle()
    box = show.page.locator("#show-card").bounding_box()
    for name in show.names():
        apart = name["left"] >= box["x"] + box["width"] or name["top"] >= box["y"] + box["height"]
        assert apart or name["bottom"] <= box["y"], name


def test_a_finger_turns_pages_with_a_flick_and_explores_with_a_drag(open_map):
    show = open_show(open_map, size="phone", **PHONE)
    touch = show.map_page.context.new_cdp_session(show.page)

    def move(points, pause):
        for kind, at in zip(
            ["touchStart", *["touchMove"] * (len(points) - 1), "touchEnd"],
            [*points, None],
            strict=True,
        ):
            touch.send(
                "Input.dispatchTouchEvent",
                {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}] if at else []},
            )
            show.page.wait_for_timeout(pause)

    left = [(300, 150), (240, 150), (170, 152), (120, 152)]
    move(left, 0)
    show.until(lambda: show.at() == 2)
    move([(x, 700) for x, _ in left], 0)
    show.until(lambda: show.at() == 3)
    move(left[::-1], 0)
    show.until(lambda: show.at() == 2)
    show.page.touchscreen.tap(150, 560)
    show.until(lambda: show.at() == 3)
    assert not show.has("is-exploring")
    move(left, 250)
    show.until(lambda: show.has("is-exploring"))
    assert show.at() == 3
