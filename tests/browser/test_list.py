"""The list that twins the map."""

import pytest


def open_plots(open_map, **view):
    page = open_map("?view=list", **view)
    page.choose_tab("parcels")
    page.until("document.querySelectorAll('#list tbody tr').length > 50")
    return page


@pytest.fixture
def plots(open_map, view):
    return open_plots(open_map, **view)


def rows(page):
    return page.locator("#list tbody tr")


def test_lists_every_plot_and_filters(plots):
    total = len(plots.features("parcels"))
    assert str(total) in plots.locator("#list .list-count").inner_text()
    wanted = plots.features("parcels")[3]["id"]
    plots.locator("#list-filter").fill(wanted.lower())
    plots.until("document.querySelectorAll('#list tbody tr').length === 1")
    assert wanted in rows(plots).inner_text()
    plots.locator("#list-filter").fill("no such plot")
    plots.locator("#list .list-message").wait_for()
    assert rows(plots).count() == 0


def test_offers_only_what_is_on_offer(plots):
    offered = [f for f in plots.features("parcels") if f["properties"].get("on_offer")]
    plots.locator("#list .check input").check()
    plots.until(
        "(n) => document.querySelector('#list .list-count').textContent.includes(n)",
        str(len(offered)),
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sorts_by_area(open_map, lang):
    # Rows are cards without headings on a phone.
    plots = open_plots(open_map, lang=lang)
    heading = plots.locator("#list th", has=plots.page.locator("button")).filter(
        has_text=plots.text("field.area")
    )
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    largest = max(plots.features("parcels"), key=lambda f: f["properties"]["area_mu"])
    assert largest["id"] in rows(plots).first.inner_text()
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"


def test_a_row_opens_its_plot_on_the_map(plots):
    button = rows(plots).first.locator("button")
    plot = button.inner_text()
    button.click()
    plots.until("document.querySelector('#panel').dataset.kind === 'parcels'")
    assert plot in plots.panel.inner_text()
    assert "view=list" not in plots.page.url
    plots.page.go_back()
    plots.locator("#list").wait_for(state="visible")
