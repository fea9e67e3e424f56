"""The pages of the data interface and of its tokens, as a person meets them."""

import pytest

from tests.browser.test_accessibility import assert_accessible

PAGES = (
    "/api",
    "/api/collections/parcels",
    "/api/collections/parcels/items?limit=5",
    "/api/collections/parks/items/CL-DIGI",
    "/api/collections/parks/queryables",
    "/api/conformance",
)

_TWO_LINES = 32
"""Pixels that a cell with more than one line is high."""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_fits(open_map, view, path):
    page = open_map(path, ready=False, **view)
    page.locator("main h1").wait_for()
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)


def test_from_about_to_a_filtered_table(open_map):
    page = open_map("/about", ready=False)
    page.locator("#to-api a").click()
    page.locator("main h1").wait_for()
    page.locator("table a[href$='/parcels/items']").click()
    page.locator("input[name=filter]").fill("park_id = 'CL-DIGI' AND area_mu > 20")
    page.locator(".api-filter button").click()
    page.page.wait_for_url("**filter=**")
    page.locator("tbody tr").first.wait_for()
    assert set(page.locator("tbody td:nth-child(2)").all_text_contents()) == {"CL-DIGI"}


def test_dates_and_ways_stay_on_one_line(open_map):
    page = open_map("/api", ready=False, lang="en")
    page.locator("main h1").wait_for()
    heights = """(selector) => [...document.querySelectorAll(selector)].map((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect().height;
    })"""
    assert max(page.evaluate(heights, "main tbody td:nth-child(n + 5)")) < _TWO_LINES


def test_a_finger_hits_what_a_phone_shows(open_map):
    page = open_map("/api/collections/parcels/items?limit=2", ready=False, size="phone")
    page.locator(".api-filter button").wait_for()
    heights = [
        box["bottom"] - box["top"]
        for box in page.dom_boxes(".api-filter :is(button, input), main .actions a")
    ]
    assert heights and min(heights) >= 44
