"""What is on the wall: readable, whole, nothing over anything else, on every screen."""

import itertools

import pytest

from tests.browser.showpage import SCALED, SIZES, ShowPage, open_show, viewport
from tests.browser.test_accessibility import assert_accessible

TEXTS = """
    .show-eyebrow, .show-headline, .show-lead, .show-figure dt, .show-number, .show-unit,
    .show-contact dt, .show-contact dd, .show-unknown, .show-code, .show-notices .chip,
    .show-sources, .show-legend li, .show-number-of, .show-dots
"""
LEAST = {"": 0.016, ".show-lead, .show-figure dt": 0.017, ".show-headline": 0.035}
"""Least size of type, as a share of the slide's height, by selector."""


HTML = "text/html; charset=utf-8"


def slides(show: ShowPage):
    """Go through all scenes, and yield each as it was published once it stands still."""
    for number, scene in enumerate(show.scenes(), start=1):
        assert show.at() == number
        show.settle()
        yield scene
        show.press("ArrowRight")


def boxes(show: ShowPage) -> list[dict]:
    found = [*show.map_page.dom_boxes(TEXTS), *show.names()]
    # A line of text has air above and below the letters: two lines may share a little of it.
    for box in found:
        air = 0.09 * (box["bottom"] - box["top"])
        box["top"], box["bottom"] = box["top"] + air, box["bottom"] - air
    return found


def assert_whole(show: ShowPage, scene: str) -> None:
    width, height = show.page.viewport_size.values()
    found = boxes(show)
    for box in found:
        inside = box["left"] >= 0 and box["top"] >= 0
        inside &= box["right"] <= width + 1 and box["bottom"] <= height + 1
        assert inside, (scene, "is cut off", box)
    for a, b in itertools.combinations(found, 2):
        apart = a["right"] <= b["left"] + 1 or b["right"] <= a["left"] + 1
        apart |= a["bottom"] <= b["top"] + 1 or b["bottom"] <= a["top"] + 1
        assert apart, (scene, "lie over each other", a, b)


def assert_readable(show: ShowPage, scene: str) -> None:
    width, height = show.page.viewport_size.values()
    # On a screen that is nearly square the width is what is scarce.
    whole = min(height, width * 0.75)
    for selector, least in LEAST.items():
        sizes = show.page.evaluate(
            """(selector) => [...document.querySelectorAll(selector)]
                .map((e) => parseFloat(getComputedStyle(e).fontSize))""",
            selector or TEXTS.replace(".show-dots", ".show-number-of"),
        )
        assert all(size >= least * whole for size in sizes), (scene, selector, sizes, whole)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_every_scene_is_whole_and_readable(open_map, size, lang):
    show = open_show(open_map, size=size, lang=lang)
    for scene in slides(show):
        assert_whole(show, scene["id"])
        if size != "phone":
            assert_readable(show, scene["id"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_scene_at_150_percent(open_map, lang):
    show = open_show(open_map, lang=lang, **SCALED)
    for scene in slides(show):
        assert_whole(show, scene["id"])
        assert_readable(show, scene["id"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_slide_says_what_was_published(open_map, lang):
    show = open_show(open_map, lang=lang)
    for scene in slides(show):
        body = show.page.locator("#show-slide").inner_text()
        headline = show.page.locator(".show-headline")
        assert headline.inner_text().replace("\n", "") == scene["headline"][lang]
        assert headline.bounding_box()["height"] < 2.1 * float(
            headline.evaluate("(e) => parseFloat(getComputedStyle(e).lineHeight)")
        )
        assert len(scene["figures"]) <= 3
        for figure, node in zip(
            scene["figures"], show.page.locator(".show-figure").all(), strict=True
        ):
            assert node.locator(".show-number").inner_text() == figure["number"]
            assert node.locator(".show-unit").inner_text() == figure["unit"][lang]
            assert figure["period"][lang] in node.locator("dt").inner_text()
            target = show.map_page.text("show.target") in node.inner_text()
            assert target == figure["target"]
        for source in scene["sources"]:
            assert source[lang] in body
        assert (show.map_page.text("show.sample") in body) == ("sample" in scene["natures"])
        if scene["layers"]:
            loose = {"schematic", "text-limits"} & set(scene["natures"])
            notice = "show.schematic_all" if loose else "ui.notice_boundary"
            assert show.map_page.text(notice).lower() in body.lower()


def test_a_place_that_is_schematic_says_so_beside_its_name(open_map):
    show = open_show(open_map)
    for scene in slides(show):
        pointed = {f"{p['layer']}/{p['id']}" for p in scene["highlight"]}
        for name in show.names():
            if name["key"] in pointed and name["key"].startswith("parks/"):
                assert any(w in name["text"] for w in ("示意", "依文字绘制")), name


def test_the_legend_names_only_what_the_scene_shows(open_map):
    show = open_show(open_map)
    for scene in slides(show):
        signs = " ".join(show.page.locator(".show-legend li").all_inner_texts())
        layers = set(scene["layers"])
        assert ("地块" in signs) <= ("parcels" in layers), scene["id"]
        assert ("公路" in signs) <= ("logistics" in layers), scene["id"]
        assert ("园区" in signs) <= ("parks" in layers), scene["id"]
        assert ("县界" in signs) == ("counties" in layers), scene["id"]


def test_the_legend_says_what_is_a_sketch_and_what_a_sample(open_map):
    show = open_show(open_map)
    for scene in slides(show):
        signs = show.page.locator(".show-legend li").all_inner_texts()
        if "logistics" in scene["layers"]:
            assert "公路（示意）" in signs, scene["id"]
        if "parcels" in scene["layers"]:
            assert "可供地块、可租厂房（示例）" in signs, scene["id"]
            assert "其他地块、其他厂房（示例）" in signs, scene["id"]


def test_parks_under_one_mark_are_both_named(open_map):
    show = open_show(open_map)
    for scene in slides(show):
        if scene["id"] == "five_years":
            names = " ".join(name["text"] for name in show.names())
            assert "于田县天津工业园区" in names
            assert "库尔班·吐鲁木文旅产业园" in names


def test_the_closing_scene_says_how_to_reach_us(open_map):
    show = open_show(open_map)
    show.press("End")
    # The bundled data know no office, and this machine is no address for a telephone.
    assert "联系方式待园区提供" in show.page.locator(".show-contact").inner_text()
    assert show.page.locator(".show-contact svg").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["full_hd", "4_3", "led_wall", "phone"])
def test_the_code_of_the_closing_scene_leads_to_the_site(open_map, server, size, lang):
    path = f"/present?lang={lang}"
    body = server.get(path, Host="parks.example")[2]
    page = open_map("/healthz", ready=False, viewport=viewport(size), reduced_motion="reduce")
    page.page.route("**/present?*", lambda route: route.fulfill(body=body, content_type=HTML))
    page.open(path)
    show = ShowPage(page)
    show.press("End")
    show.settle()
    code = show.page.locator(".show-code")
    address = "http://parks.example/" if lang == "zh" else "http://parks.example/?lang=en"
    assert code.inner_text() == address
    height = code.locator("svg").bounding_box()["height"]
    # A telephone reads a code from ten times its width: here from the middle of the hall.
    assert height >= 0.12 * show.page.viewport_size["height"]
    assert_whole(show, "closing")


def test_figures_are_tabular(open_map):
    show = open_show(open_map)
    show.press("ArrowRight")
    numerals = "(e) => getComputedStyle(e).fontVariantNumeric"
    assert show.page.locator(".show-number").first.evaluate(numerals) == "tabular-nums"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["full_hd", "phone"])
def test_no_violation(open_map, size, lang):
    show = open_show(open_map, size=size, lang=lang)
    show.press("ArrowRight")
    assert_accessible(show.map_page)
    show.press("?")
    assert_accessible(show.map_page)
