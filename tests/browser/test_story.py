"""Staff arrange the show in a browser: by keyboard, on the map, to the wall."""

from itertools import pairwise

import pytest

from tests.browser.mappage import texts
from tests.browser.people import add_user, open_signed_in
from tests.browser.site import publish, serving
from tests.browser.test_accessibility import assert_accessible

JOB_MS = 120_000
DIGITAL = 5
"""Place of the scene of the digital-electronics zone in the bundled show."""


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """A server with ``li`` of the staff."""
    out = tmp_path_factory.mktemp("story") / "out"
    publish(out)
    add_user(out, "li", "staff")
    with serving(out) as server:
        yield server


@pytest.fixture
def open_as_li(open_map, instance):
    def opener(path, **view):
        page = open_signed_in(open_map, instance, "li", **view)
        page.open(path, ready=False)
        return page

    return opener


def headlines(page):
    return page.locator(".story-headline").all_inner_texts()


def test_scenes_are_moved_by_keyboard_and_the_focus_goes_along(open_as_li):
    page = open_as_li("/story")
    before = headlines(page)
    down = texts("zh")["story.down_named"].format(headline=before[1])
    page.page.get_by_role("button", name=down, exact=True).focus()
    for place in (2, 3):
        with page.page.expect_navigation():
            page.page.keyboard.press("Enter")
        assert headlines(page)[place] == before[1]
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused == down
    page.page.keyboard.press("Shift+Tab")
    for _ in range(2):
        with page.page.expect_navigation():
            page.page.keyboard.press("Enter")
    assert headlines(page) == before


def test_figures_places_and_view_are_picked_and_not_typed(open_as_li):
    page = open_as_li(f"/story/scenes/{DIGITAL}")
    page.wait()
    page.page.select_option("#figure-3", "signed_20200516")
    assert "中国新闻网 2020-05-19" in page.locator("#figure-3-source").inner_text()

    # A plot is found by part of its number, with the keyboard alone.
    page.locator("#find").fill("cl-digi-00")
    assert page.locator(".story-found li").count() > 1
    page.locator("#find").press("Enter")
    assert "parcels/CL-DIGI-001" in page.locator(".story-chosen").inner_text()
    page.locator("#find").fill("没有这个")
    assert page.locator(".story-found").inner_text() == page.text("story.find_none")
    page.locator("#find").fill("")
    take_out = texts("zh")["story.take_out"].format(name="津和数字电子示范区")
    page.page.get_by_role("button", name=take_out, exact=True).click()
    assert page.locator("#highlight").input_value() == "parcels/CL-DIGI-001"

    # The map is dragged, and its view taken.
    west = float(page.locator("#west").input_value())
    page.locator("#story-map").scroll_into_view_if_needed()
    box = page.locator("#story-map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(*middle)
    page.page.mouse.down()
    page.page.mouse.move(middle[0] + 150, middle[1], steps=5)
    page.page.mouse.up()
    page.locator("#take-view").click()
    assert float(page.locator("#west").input_value()) < west
    assert_accessible(page)

    page.page.get_by_role("button", name=page.text("story.save_stay"), exact=True).click()
    page.page.wait_for_selector(".alert.is-good")
    page.wait()
    assert page.locator("#figure-3").input_value() == "signed_20200516"
    assert page.locator("#highlight").input_value() == "parcels/CL-DIGI-001"
    assert float(page.locator("#west").input_value()) < west


def test_leaving_with_unsaved_words_asks_first(open_as_li):
    page = open_as_li("/story/scenes/2")
    page.wait()
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.page.on("dialog", answer)
    leave = page.page.get_by_role("link", name=page.text("story.leave"), exact=True)
    leave.click()
    page.page.wait_for_selector(".story-scenes")
    assert asked == []
    page.open("/story/scenes/2", ready=False)
    page.locator("#headline_zh").fill("写了一半")
    leave.click()
    page.page.wait_for_selector(".story-scenes")
    assert asked == ["beforeunload"]


def test_without_script_all_can_be_typed(open_as_li):
    page = open_as_li("/story/scenes/6", java_script_enabled=False)
    page.locator("#highlight").fill("parks/YT-SHOE\nparks/YT-TJ")
    page.locator("#headline_zh").fill("不用脚本")
    page.page.get_by_role("button", name=page.text("story.save_back"), exact=True).click()
    assert headlines(page)[5] == "不用脚本"


# The way to the wall has processes of its own: a busy machine needs more than the usual limit.
@pytest.mark.timeout(400)
def test_a_changed_scene_is_previewed_published_and_on_the_wall(open_as_li, open_map, instance):
    page = open_as_li(f"/story/scenes/{DIGITAL}")
    page.locator("#headline_zh").fill("预览里的标题")
    page.page.get_by_role("button", name=page.text("story.save_back"), exact=True).click()
    page.page.get_by_role("button", name=page.text("data.prepare"), exact=True).click()
    page.page.wait_for_selector("#release-title", timeout=JOB_MS)
    with page.context.expect_page() as opened:
        page.page.get_by_role("link", name=page.text("story.preview")).click()
    show = opened.value
    show.goto(show.url + "?scene=cele_digital")
    show.get_by_text("预览里的标题").first.wait_for()

    public = open_map("/present?scene=cele_digital", on=instance, ready=False)
    public.page.get_by_text("津和数字电子示范区").first.wait_for()
    assert public.page.get_by_text("预览里的标题").count() == 0
    page.page.get_by_role("button", name=page.text("data.release"), exact=True).click()
    page.page.wait_for_selector(".alert.is-good")
    public.open("/present?scene=cele_digital", ready=False)
    public.page.get_by_text("预览里的标题").first.wait_for()


@pytest.mark.parametrize("path", ["/story", "/story/scenes/2", "/story/scenes/new"])
def test_a_page_is_accessible_and_fits(open_as_li, view, path):
    page = open_as_li(path, **view)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    nav = page.locator(".nav a")
    boxes = [nav.nth(i).bounding_box() for i in range(nav.count())]
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] <= right["x"] + 1 or right["y"] > left["y"] + 10
