"""The search box: what it finds, by keyboard, by finger, and where that leads."""

import json
from itertools import pairwise

import pytest

from tests.browser.site import ROOT, copy_layers, publish, serving
from tests.browser.test_accessibility import assert_accessible

SHARED = json.loads((ROOT / "tests" / "data" / "search.json").read_text(encoding="utf-8"))
MATCH = """async ([document, queries]) => {
    const root = new URL("./search-match.js", globalThis.document
        .querySelector("script[src$='search-box.js']").src);
    const { Index } = await import(root.href);
    const index = new Index(document);
    return queries.map((query) => {
        const { hits, isClose } = index.find(query);
        const [best] = hits;
        const marks = best ? [...best.spans].flatMap(([place, spans]) =>
            spans.map(([start, end]) => best.record.texts[place].raw.slice(start, end))) : [];
        return { found: hits.map((hit) => hit.record.id), close: isClose, marks };
    });
}"""


def box(page):
    return page.locator("#search-box")


def options(page):
    return page.locator("#search-list [role=option]")


def find(page, query):
    """Type a query and wait for what it finds."""
    if page.size == "phone":
        box(page).tap()
    else:
        box(page).click()
    page.page.keyboard.type(query)
    page.page.locator(".search-pop").wait_for()


def active(page):
    """Return the text of the option that the box points to."""
    return page.evaluate(
        """() => {
            const box = document.getElementById("search-box");
            const active = box.getAttribute("aria-activedescendant");
            return active && document.getElementById(active).textContent;
        }"""
    )


# --- what is found ----------------------------------------------------------------------------


def test_the_browser_finds_what_the_server_finds(open_map):
    page = open_map("/about", ready=False)
    cases = SHARED["cases"]
    answers = page.evaluate(MATCH, [SHARED["document"], [case["query"] for case in cases]])
    for case, answer in zip(cases, answers, strict=True):
        assert (answer["found"], answer["close"]) == (case["found"], case["close"]), case
    marks = {case["query"]: answer["marks"] for case, answer in zip(cases, answers, strict=True)}
    assert marks["yt鞋"] == ["于田鞋"]
    assert marks["cltj"] == ["CL-TJ"]
    assert marks["yutain"] == ["Yutian"]


def test_letters_that_fold_to_more_or_to_fewer_keep_their_places(open_map):
    page = open_map("/about", ready=False)
    cut = page.evaluate(
        """async (text) => {
            const box = document.querySelector("script[src$='search-box.js']").src;
            const { cut } = await import(new URL("./search-match.js", box).href);
            return cut(text, { "策": ["ce"], "勒": ["le"] })
                .map(({ start, end }) => text.slice(start, end));
        }""",
        "㈱ Ｃèlè 策勒",
    )
    assert cut == ["㈱", "Ｃèlè", "策", "勒"]


def test_one_slip_is_one_slip(open_map):
    page = open_map("/about", ready=False)
    pairs = [
        ["tian", "tain", True],
        ["tian", "tan", True],
        ["tian", "tiann", True],
        ["tian", "tiam", True],
        ["tian", "tian", False],
        ["tian", "tnia", False],
        ["tian", "ta", False],
        ["ab", "ba", True],
        ["aab", "aba", True],
    ]
    for a, b, answer in pairs:
        script = """async ([a, b]) => {
            const box = document.querySelector("script[src$='search-box.js']").src;
            const { isOneOff } = await import(new URL("./search-match.js", box).href);
            return isOneOff(a, b);
        }"""
        assert page.evaluate(script, [a, b]) == answer, (a, b)


# --- on the map -------------------------------------------------------------------------------


def test_a_choice_shows_on_the_map_without_a_reload(open_map, device):
    page = open_map(**device)
    page.evaluate("() => { window.stayed = true; }")
    find(page, "yt鞋")
    option = options(page).first
    if device["size"] == "phone":
        option.tap()
    else:
        option.click()
    page.until("location.search.includes('sel=parks/YT-SHOE')")
    page.until("document.querySelector('#panel').dataset.kind === 'parks'")
    assert page.evaluate("window.stayed")
    assert not page.locator(".search-pop").is_visible()


def test_a_choice_from_the_list_shows_the_map(open_map):
    page = open_map("?view=list")
    find(page, "cele")
    page.page.keyboard.press("Enter")
    page.until("location.search.includes('sel=parks/CL-TJ') && !location.search.includes('view')")


def test_a_plot_is_flown_to(open_map):
    page = open_map()
    find(page, "yt-shoe-14")
    page.page.keyboard.press("Enter")
    page.until("location.search.includes('sel=parcels/YT-SHOE-014')")
    page.until("parkMap.map.getZoom() >= 13")


def test_a_firm_without_a_place_opens_its_panel(open_map):
    page = open_map()
    find(page, "erke")
    page.page.keyboard.press("Enter")
    page.until("document.querySelector('#panel').dataset.kind === 'enterprises'")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_another_page_a_choice_leads_to_the_map(open_map, lang):
    page = open_map("/about", ready=False, lang=lang)
    find(page, "yt鞋")
    page.page.keyboard.press("Enter")
    page.wait()
    assert "sel=parks/YT-SHOE" in page.page.url
    assert ("lang=en" in page.page.url) == (lang == "en")


# --- keyboard and screen reader ---------------------------------------------------------------


def test_slash_leads_to_the_box_and_is_not_typed(open_map):
    page = open_map("/about", ready=False)
    page.page.keyboard.press("/")
    page.until("document.activeElement.id === 'search-box'")
    assert box(page).input_value() == ""
    page.page.keyboard.type("a/b")
    assert box(page).input_value() == "a/b"


def test_slash_selects_what_stood_in_the_box(open_map):
    page = open_map("/about", ready=False)
    page.page.keyboard.press("/")
    page.page.keyboard.type("yt")
    box(page).blur()
    page.page.keyboard.press("/")
    page.page.keyboard.type("cl")
    assert box(page).input_value() == "cl"


def test_arrows_walk_over_all_kinds_and_around(open_map):
    page = open_map()
    find(page, "cele")
    count = options(page).count()
    assert count > 3
    first = active(page)
    assert first == options(page).nth(0).inner_text().replace("\n", "") or first
    page.page.keyboard.press("ArrowDown")
    assert active(page) != first
    assert page.locator("[role=option][aria-selected=true]").count() == 1
    page.page.keyboard.press("ArrowUp")
    page.page.keyboard.press("ArrowUp")
    assert active(page) == options(page).nth(count - 1).evaluate("node => node.textContent")
    page.page.keyboard.press("ArrowDown")
    assert active(page) == first


def test_escape_closes_then_empties(open_map):
    page = open_map()
    find(page, "cele")
    page.page.keyboard.press("Escape")
    assert box(page).get_attribute("aria-expanded") == "false"
    assert not page.locator(".search-pop").is_visible()
    assert box(page).input_value() == "cele"
    page.page.keyboard.press("ArrowDown")
    page.page.locator(".search-pop").wait_for()
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("Escape")
    assert box(page).input_value() == ""


def test_leaving_the_box_closes_the_list(open_map):
    page = open_map()
    find(page, "cele")
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Tab")
    page.page.locator(".search-pop").wait_for(state="hidden")


def test_the_number_of_results_is_read_out(open_map):
    page = open_map()
    find(page, "cele")
    assert page.locator("#search [role=status]").inner_text().strip() == "5 条结果。"


def test_enter_while_an_input_method_composes_chooses_nothing(open_map):
    page = open_map()
    find(page, "cele")
    page.evaluate(
        """() => document.getElementById("search-box").dispatchEvent(new KeyboardEvent(
            "keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    assert page.locator(".search-pop").is_visible()
    assert "sel=" not in page.page.url


def test_nothing_found_says_what_can_be_searched(open_map, device):
    page = open_map(**device)
    find(page, "zzzz")
    assert "zzzz" in page.locator(".search-note").inner_text()
    assert box(page).get_attribute("aria-expanded") == "false"
    assert options(page).count() == 0


def test_what_comes_close_says_so(open_map):
    page = open_map()
    find(page, "celie")
    assert page.locator(".search-note").inner_text() == page.text("search.close")


@pytest.mark.parametrize("query", ["cele", "cltj", "zzzz", "celie"])
def test_no_violation_of_axe(open_map, view, query):
    page = open_map(**view)
    find(page, query)
    assert_accessible(page)


# --- all results ------------------------------------------------------------------------------


def test_more_than_fit_lead_to_the_page_of_results(open_map, device):
    page = open_map(**device)
    find(page, "cltj")
    last = options(page).last
    assert "161" in last.inner_text()
    last.click()
    page.page.wait_for_url("**/search?*")
    assert page.locator("h1").inner_text().startswith("cltj")
    assert_accessible(page)


def test_without_javascript_the_box_is_a_form(open_map, device):
    page = open_map("/about", ready=False, java_script_enabled=False, **device)
    box(page).focus()
    page.page.keyboard.type("yt鞋")
    page.page.keyboard.press("Enter")
    page.page.wait_for_url("**/search?*")
    assert "YT-SHOE" in page.page.content()
    assert page.locator("html").get_attribute("data-lang") == device["lang"]


def test_an_index_that_does_not_come_leaves_the_form(open_map):
    page = open_map("/about", ready=False)
    page.expected += ["search.json", "503", "console error"]
    page.page.route("**/search.json", lambda route: route.fulfill(status=503))
    box(page).click()
    page.page.keyboard.type("cele")
    page.page.keyboard.press("Enter")
    page.page.wait_for_url("**/search?*")
    assert "策勒县天津工业园区" in page.page.content()


# --- what it costs and where it lies ----------------------------------------------------------


def test_nothing_is_fetched_before_the_box_is_used(open_map):
    page = open_map()
    page.page.wait_for_load_state("networkidle")
    asked = [request.url for request in page.requests]
    assert not [url for url in asked if url.endswith(("search.json", "search.js", "match.js"))]
    find(page, "cele")
    asked = [request.url for request in page.requests]
    assert len([url for url in asked if url.endswith("search.json")]) == 1


@pytest.mark.parametrize("width", [1440, 1100, 1000, 800, 390])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/about"])
def test_the_header_is_one_calm_line(open_map, width, lang, path):
    page = open_map(path, ready=path == "/", lang=lang, viewport={"width": width, "height": 844})
    parts = page.evaluate(
        """() => [".header-card", ".search-form", ".language"].map((selector) => {
            const { left, right, top, bottom } = document.querySelector(selector)
                .getBoundingClientRect();
            return { left, right, top, bottom };
        })"""
    )
    for left, right in pairwise(parts):
        assert left["right"] <= right["left"] + 1
    assert {round((part["top"] + part["bottom"]) / 2) for part in parts} == {
        round((parts[0]["top"] + parts[0]["bottom"]) / 2)
    }
    assert parts[1]["right"] - parts[1]["left"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_public_index_names_only_firms_that_the_map_names(open_map):
    page = open_map()
    public = page.evaluate(
        """async () => (await fetch(document.getElementById("search").dataset.index)).text()"""
    )
    assert "示例企业" in public
    named = {f["id"] for f in page.features("enterprises") if "name_zh" in f["properties"]}
    firms = json.loads(public)["records"]
    kinds = [group["kind"] for group in json.loads(public)["groups"]]
    assert {r[1] for r in firms if kinds[r[0]] == "enterprises"} == named


def test_a_hostile_name_is_text(open_map, tmp_path):
    layers = copy_layers(tmp_path / "layers")
    firms = layers / "enterprises.csv"
    text = firms.read_text(encoding="utf-8").replace(
        "津垦牧业肉羊研究院", "津垦<img src=x onerror=alert(1)>"
    )
    firms.write_text(text, encoding="utf-8")
    publish(tmp_path / "out", data=layers)
    with serving(tmp_path / "out") as server:
        page = open_map(on=server)
        find(page, "jinken")
        assert page.locator(".search-pop img").count() == 0
        assert "<img src=x" in options(page).first.inner_text()
        page.context.close()
