"""No violation of the rules of axe-core, wherever a person can be."""

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


# A colour half way of a change is nobody's colour; what goes round for ever is not waited for.
SETTLED = """Promise.allSettled(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
  .map((one) => one.finished))"""


def assert_accessible(page):
    page.page.evaluate(SETTLED)
    found = Axe().run(page.page, options=RULES).response["violations"]
    said = [
        f"{v['id']}: {v['help']}: {node['html'][:160]} | {node.get('failureSummary', '')[:300]}"
        for v in found
        for node in v["nodes"]
    ]
    assert said == []


def test_map(open_map, view):
    assert_accessible(open_map(**view))


def test_map_with_a_plot(open_map, view):
    page = open_map(**view)
    plot = page.features("parcels")[0]["id"]
    page.open(f"?sel=parcels/{plot}")
    page.until("document.querySelector('#panel').dataset.kind === 'parcels'")
    page.settle()
    assert_accessible(page)


@pytest.mark.parametrize("tab", ["parks", "parcels", "enterprises"])
def test_list(open_map, view, tab):
    page = open_map("?view=list", **view)
    page.choose_tab(tab)
    page.page.wait_for_selector("#list tbody tr")
    assert_accessible(page)


def test_all_figures(open_map, view):
    page = open_map(**view)
    page.locator(".figures-all >> visible=true").first.click()
    page.locator("dialog[open]").wait_for()
    assert_accessible(page)


def test_about(open_map, view):
    assert_accessible(open_map("/about", ready=False, **view))


def test_error_page(open_map, view):
    page = open_map(ready=True, **view)
    page.expected.append("404")
    page.open("/no/such/page", ready=False)
    assert_accessible(page)
