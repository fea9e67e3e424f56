"""Every key of the show, as keyboards and clickers send them."""

import pytest

from tests.browser.showpage import DRIVEN, SIZES, ShowPage, open_show

NEXT = ("ArrowRight", "ArrowDown", "PageDown", "Space", "Enter")
BACK = ("ArrowLeft", "ArrowUp", "PageUp", "Backspace")


@pytest.fixture
def show(open_map) -> ShowPage:
    return open_show(open_map)


@pytest.mark.parametrize("size", DRIVEN)
def test_next_and_back(open_map, size):
    show = open_show(open_map, size=size)
    for key in NEXT:
        before = show.at()
        show.press(key)
        assert show.at() == before + 1, key
    for key in BACK:
        before = show.at()
        show.press(key)
        assert show.at() == before - 1, key
    show.press("ArrowLeft", "ArrowLeft")
    assert show.at() == 1, "before the first there is none"


def test_a_click_turns_the_page(show):
    show.page.locator(".show-headline").click()
    assert show.at() == 2
    # The corner of the map, where nothing is.
    width, _ = show.page.viewport_size.values()
    show.page.mouse.click(width - 4, 4)
    assert show.at() == 3
    assert not show.has("is-exploring")


def test_home_and_end(show):
    show.press("End")
    assert show.at() == show.count()
    show.press("ArrowRight")
    assert show.at() == show.count(), "after the last there is none"
    show.press("Home")
    assert show.at() == 1


def test_a_number_and_enter(show):
    show.press("1", "2")
    assert show.page.locator("#show-message").inner_text() == "12"
    show.press("Enter")
    assert show.at() == 12
    assert show.page.locator("#show-message").is_hidden()
    show.press("9", "9", "Enter")
    assert show.at() == show.count()
    show.press("3", "Home")
    assert show.at() == 1
    show.press("Enter")
    assert show.at() == 2, "the number was forgotten"


@pytest.mark.parametrize("key", ["b", "B", "."])
def test_black(show, key):
    show.press("ArrowRight", key)
    assert show.cover() == "is-black"
    assert show.page.locator("#show-cover").is_visible()
    show.press(key)
    assert (show.cover(), show.at()) == ("", 2)
    show.press(key, "PageDown")
    assert (show.cover(), show.at()) == ("", 2), "the next key shows the slide again, the same"


def test_white(show):
    show.press("w")
    assert show.cover() == "is-white"
    show.press("b")
    assert show.cover() == ""
    show.press("w")
    show.page.locator("#show-cover").click()
    assert (show.cover(), show.at()) == ("", 1)


@pytest.mark.parametrize("key", ["f", "F5"])
def test_full_screen(show, key):
    show.page.evaluate("window.mark = true")
    show.press("ArrowRight", key)
    show.until(lambda: show.page.evaluate("Boolean(document.fullscreenElement)"))
    assert show.page.evaluate("window.mark"), "the page was loaded anew"
    show.press(key)
    show.until(lambda: not show.page.evaluate("Boolean(document.fullscreenElement)"))
    assert show.at() == 2


def test_play_and_pause(show):
    bar = show.page.locator(".show-progress-bar")
    assert bar.is_hidden()
    show.press("p")
    show.until(lambda: float(bar.evaluate("(e) => new DOMMatrix(e.style.transform).a")) > 0)
    assert show.page.locator("[data-action=play]").get_attribute("title") == "暂停"
    show.press("p")
    assert bar.is_hidden()


@pytest.mark.parametrize("size", DRIVEN)
def test_the_other_language_at_the_same_scene(open_map, size):
    show = open_show(open_map, "?scene=tier_two", size=size)
    before = show.at()
    headline = show.page.locator(".show-headline")
    chinese = headline.inner_text()
    show.page.evaluate("window.mark = true")
    show.press("l")
    show.until(lambda: headline.inner_text() != chinese)
    assert show.at() == before
    assert show.page.evaluate("window.mark"), "the page was loaded anew"
    assert show.page.evaluate("document.documentElement.lang") == "en"
    assert "lang=en" in show.page.url
    assert not any("\u4e00" <= c <= "\u9fff" for n in show.names() for c in n["text"])
    show.press("l")
    show.until(lambda: headline.inner_text() == chinese)
    assert "lang" not in show.page.url


def test_the_keys_are_told(show):
    show.press("?")
    help_ = show.page.locator("#show-help")
    assert help_.is_visible()
    assert {"PageDown", "Home", "Esc", "B", "N"} <= set(help_.locator("kbd").all_inner_texts())
    show.press("Escape")
    assert help_.is_hidden()
    assert show.at() == 1


def test_esc_leaves_one_thing_after_the_other(show):
    show.press("ArrowRight", "f")
    show.until(lambda: show.page.evaluate("Boolean(document.fullscreenElement)"))
    width, height = show.page.viewport_size.values()
    show.page.mouse.move(width * 0.7, height * 0.3)
    show.page.mouse.wheel(0, -200)
    show.until(lambda: show.has("is-exploring"))
    show.press("b")
    show.press("Escape")
    assert (show.cover(), show.has("is-exploring")) == ("", True)
    show.press("Escape")
    assert not show.has("is-exploring")
    assert show.page.evaluate("Boolean(document.fullscreenElement)")
    show.press("Escape")
    show.until(lambda: not show.page.evaluate("Boolean(document.fullscreenElement)"))
    assert show.at() == 2
    show.press("Escape")
    show.page.wait_for_url(lambda url: "/present" not in url)
    assert show.page.url == f"{show.map_page.server.url}/"


def test_esc_leaves_to_the_map_in_the_language_of_the_show(open_map):
    show = open_show(open_map)
    show.press("l")
    show.until(lambda: "lang=en" in show.page.url)
    show.press("Escape")
    show.page.wait_for_url(lambda url: url.endswith("/?lang=en"))


def test_a_key_with_control_belongs_to_the_browser(show):
    show.press("Control+l", "Control+b", "Alt+ArrowRight")
    assert (show.at(), show.cover(), show.map_page.lang) == (1, "", "zh")


def test_an_input_method_does_not_swallow_the_keys(show):
    show.page.evaluate(
        """() => document.dispatchEvent(new KeyboardEvent("keydown",
            { key: "Process", code: "KeyB", bubbles: true, cancelable: true }))"""
    )
    assert show.cover() == "is-black"


def test_a_held_key_turns_one_page(show):
    show.page.keyboard.down("PageDown")
    show.page.keyboard.down("PageDown")
    show.page.keyboard.down("PageDown")
    show.page.keyboard.up("PageDown")
    assert show.at() == 2


def test_space_turns_the_page_after_a_button_was_clicked(show):
    show.page.mouse.move(*(side / 2 for side in SIZES["4_3"]))
    button = show.page.locator("[data-action=next]")
    assert button.locator("svg").bounding_box()["width"] >= 16
    button.click()
    show.press("Space")
    assert show.at() == 3


def test_buttons_can_be_reached_by_keyboard(show):
    for _ in range(12):
        show.press("Tab")
        if show.page.evaluate("document.activeElement.dataset.action") == "help":
            break
    show.press("Enter")
    assert show.page.locator("#show-help").is_visible()


def test_the_address_comes_back_to_the_scene(show):
    show.press("4", "Enter")
    scene = show.scenes()[3]["id"]
    assert f"scene={scene}" in show.page.url
    show.page.reload()
    show.map_page.wait()
    assert show.at() == 4
    show.page.goto(f"{show.map_page.server.url}/present?scene=none-of-that-name")
    show.map_page.wait()
    assert show.at() == 1


# --- the speaker's notes --------------------------------------------------------------------


def test_notes_in_a_second_window(show):
    scenes = show.scenes()
    with show.page.expect_popup() as opened:
        show.press("n")
    notes = opened.value
    notes.locator("#notes-clock").wait_for()
    assert notes.title() == "讲稿"
    assert scenes[0]["headline"]["zh"] in notes.locator("main h1").inner_text()
    assert scenes[1]["headline"]["zh"] in notes.locator("aside").inner_text()
    show.press("ArrowRight")
    assert scenes[1]["headline"]["zh"] in notes.locator("main h1").inner_text()
    for line in scenes[1]["notes"]["zh"].split("\n"):
        assert line in notes.locator("main").inner_text()
    show.until(lambda: notes.locator("#notes-timer").inner_text() >= "00:01")
    # The keys and the buttons of the window drive the show.
    notes.keyboard.press("PageDown")
    assert show.at() == 3
    notes.locator("footer button").first.click()
    assert show.at() == 2
    notes.keyboard.press("l")
    show.until(lambda: notes.title() == "Speaker's notes")
    ground = notes.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(16, 37, 31)", "the window has no style"


def test_a_blocked_window_is_told(show):
    show.page.evaluate("window.open = () => null")
    show.press("n")
    assert "弹出窗口" in show.page.locator("#show-message").inner_text()
