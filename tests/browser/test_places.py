"""From the map to the page of a park, plot or hall, and what a reader can do there."""

import pytest

from tests.browser.test_accessibility import assert_accessible

PAGES = ["parks/CL-TJ", "parks/LANDPORT", "parcels/CL-AGRI-003", "buildings/HALL-A-03"]


def open_place(open_map, path, **view):
    page = open_map(f"/{path}", ready=False, **view)
    page.page.wait_for_load_state("networkidle")
    return page


def overflow(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_page_breaks_no_rule_and_fits_its_window(open_map, view, path):
    page = open_place(open_map, path, **view)
    assert overflow(page) <= 0
    assert_accessible(page)


@pytest.mark.parametrize("path", PAGES[:1] + PAGES[2:])
def test_the_maps_are_drawn(open_map, device, path):
    page = open_place(open_map, path, **device)
    pictures = page.locator("img.place-map")
    assert pictures.count() == 2
    for i in range(2):
        pictures.nth(i).scroll_into_view_if_needed()
        page.until("(i) => document.querySelectorAll('img.place-map')[i].naturalWidth > 0", i)
        assert pictures.nth(i).get_attribute("alt")


@pytest.mark.parametrize("path", PAGES)
def test_at_four_times_the_size_nothing_is_cut_off(open_map, path):
    # 1280 px at 400 % are 320: what WCAG calls reflow.
    page = open_place(open_map, path, lang="en", viewport={"width": 320, "height": 640})
    assert overflow(page) <= 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_the_panel_to_the_page_and_back_to_the_map(open_map, lang):
    page = open_map("?sel=parcels/CL-AGRI-003", lang=lang)
    page.panel.get_by_role("link", name=page.text("ui.details")).click()
    page.page.wait_for_url("**/parcels/CL-AGRI-003*")
    assert page.locator("html").get_attribute("data-lang") == lang
    page.page.get_by_role("link", name=page.text("place.on_map")).click()
    page.wait()
    page.until("document.querySelector('#panel').dataset.kind === 'parcels'")
    assert "CL-AGRI-003" in page.panel.inner_text()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_from_the_list_to_the_page(open_map, size):
    page = open_map("?view=list", size=size)
    page.choose_tab("parcels")
    page.page.wait_for_selector("#list tbody tr")
    row = page.locator("#list tbody tr").first
    number = row.locator("th .link").inner_text()
    row.locator("th .details").click()
    page.page.wait_for_url(f"**/parcels/{number}*")
    assert number in page.locator("h1").inner_text()


def test_a_firm_has_no_page_of_its_own(open_map):
    firm = open_map().features("enterprises")[0]["id"]
    page = open_map(f"?sel=enterprises/{firm}")
    page.until("document.querySelector('#panel').dataset.kind === 'enterprises'")
    assert page.panel.get_by_role("link", name=page.text("ui.details")).count() == 0


def test_the_pages_work_without_javascript(open_map, device):
    page = open_map("/parks/CL-TJ", ready=False, **device, java_script_enabled=False)
    page.locator("details.more > summary").first.click()
    assert page.locator("details.more .table").first.is_visible()
    page.locator("section[aria-labelledby=plots] tbody th a").first.click()
    page.page.wait_for_url("**/parcels/**")
    assert page.locator("h1").inner_text()


def test_on_a_phone_all_ways_are_in_the_menu(open_map):
    page = open_place(open_map, "parks/CL-TJ", size="phone")
    about = page.locator("#nav-menu a[href^='/about']")
    assert not about.is_visible()
    page.locator(".nav-toggle").click()
    assert about.is_visible()
    page.page.keyboard.press("Escape")
    assert not about.is_visible()
    page.locator(".nav-toggle").focus()
    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#nav-menu') !== null")


def test_what_a_finger_presses_is_large_enough(open_map):
    page = open_place(open_map, "parks/CL-TJ", size="phone")
    low = page.evaluate(
        """() => [...document.querySelectorAll(".button, summary, .table th a, .nav > *")]
            .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44)
            .map((e) => e.outerHTML)"""
    )
    assert low == []


def test_paper_shows_what_the_screen_folds_away(open_map):
    page = open_place(open_map, "parks/CL-TJ")
    folded = page.locator("details.more tbody tr").last
    assert not folded.is_visible()
    page.page.emulate_media(media="print")
    assert folded.is_visible()
    assert not page.locator(".nav").is_visible()
    assert page.locator(".imprint .print-only").is_visible()


def test_an_unknown_number_leads_on(open_map, device):
    page = open_map(**device)
    page.expected.append("404")
    page.open("/parcels/CL-AGRI-3", ready=False)
    assert_accessible(page)
    page.locator(".is-missing .links a").first.click()
    page.page.wait_for_url("**/parcels/CL-AGRI-0*")
