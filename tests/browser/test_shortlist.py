"""The shortlist as a reader keeps, sends and prints it."""

import re

import pytest

from tests.browser.test_accessibility import assert_accessible

IDS = "parks/CL-TJ,parcels/CL-AGRI-003,parcels/GONE-1"


def stored(page):
    return page.evaluate("JSON.parse(localStorage.getItem('parks.shortlist') ?? '[]')")


def offers(page, count):
    """Return references of plots on offer."""
    page.open()
    plots = [f["id"] for f in page.features("parcels") if f["properties"].get("on_offer")]
    return [f"parcels/{key}" for key in plots[:count]]


def open_plot(page, ref):
    page.open(f"/{ref}", ready=False)
    return page.locator(f'[data-shortlist="{ref}"]')


@pytest.fixture
def page(open_map, view):
    return open_map("/about", ready=False, **view)


def test_a_plot_is_kept_and_taken_off_again(page):
    ref = offers(page, 1)[0]
    button = open_plot(page, ref)
    button.click()
    assert stored(page) == [ref]
    assert button.inner_text() == page.text("shortlist.remove")
    note = page.locator("#shortlist-note")
    assert page.text("shortlist.added") in note.inner_text()
    button.click()
    assert stored(page) == []
    assert button.inner_text() == page.text("shortlist.add")


def test_the_note_leads_to_the_list(page):
    ref = offers(page, 1)[0]
    open_plot(page, ref).click()
    page.locator("#shortlist-note a").click()
    page.page.wait_for_url(re.compile(r"/shortlist\?"))
    assert f"ids={ref}" in page.page.url
    assert page.locator(".shortlist-entry").count() == 1
    assert page.locator("#shortlist-shared").is_hidden()


def test_the_map_keeps_things_too(page):
    ref = offers(page, 1)[0]
    page.open(f"?sel={ref}")
    page.locator(f'#panel [data-shortlist="{ref}"]').click()
    assert stored(page) == [ref]
    count = page.locator('[data-way="shortlist"] .shortlist-count').first
    assert count.text_content() == "1"
    page.open()
    page.until("document.querySelector('.shortlist-count')?.textContent === '1'")


def test_the_bare_page_shows_the_own_list(page):
    refs = offers(page, 2)
    page.evaluate("refs => localStorage.setItem('parks.shortlist', JSON.stringify(refs))", refs)
    page.open("/shortlist", ready=False)
    page.page.wait_for_url(re.compile(r"ids="))
    names = page.locator(".shortlist-name a")
    assert [a.get_attribute("href").split("?")[0] for a in names.all()] == [f"/{r}" for r in refs]


def test_taking_off_an_entry_changes_the_own_list(page):
    refs = offers(page, 2)
    page.evaluate("refs => localStorage.setItem('parks.shortlist', JSON.stringify(refs))", refs)
    page.open(f"/shortlist?ids={','.join(refs)}", ready=False)
    page.locator(f'[data-drop="{refs[0]}"]').click()
    page.page.wait_for_url(re.compile(rf"ids={refs[1]}(&|$)"))
    assert stored(page) == refs[1:]
    page.locator(f'[data-drop="{refs[1]}"]').click()
    page.page.wait_for_url(re.compile(r"/shortlist(\?lang=en)?$"))
    assert stored(page) == []


def test_a_list_that_somebody_sent_leaves_the_own_one_alone(page):
    own, sent = offers(page, 2)
    page.evaluate("ref => localStorage.setItem('parks.shortlist', JSON.stringify([ref]))", own)
    page.open(f"/shortlist?ids={sent},parks/CL-TJ", ready=False)
    shared = page.locator("#shortlist-shared")
    assert shared.is_visible()
    page.locator('[data-drop="parks/CL-TJ"]').click()
    page.page.wait_for_url(re.compile(rf"ids={sent}(&|$)"))
    assert stored(page) == [own]
    page.locator("#shortlist-keep").click()
    assert stored(page) == [sent]
    assert shared.is_hidden()


def test_an_eleventh_entry_is_refused_in_words(page):
    refs = offers(page, 11)
    page.evaluate(
        "refs => localStorage.setItem('parks.shortlist', JSON.stringify(refs))", refs[:10]
    )
    open_plot(page, refs[10]).click()
    assert stored(page) == refs[:10]
    said = page.locator("#shortlist-note").inner_text()
    assert page.text("shortlist.full") in said
    assert "10" in said


def test_a_spoilt_store_is_an_empty_list(page):
    ref = offers(page, 1)[0]
    for spoilt in ("{", '"x"', "[1, null, 'parks/A']", '["javascript:alert(1)"]'):
        page.evaluate("text => localStorage.setItem('parks.shortlist', text)", spoilt)
        button = open_plot(page, ref)
        assert button.inner_text() == page.text("shortlist.add")
    button.click()
    assert stored(page) == [ref]


def test_the_address_can_be_copied(open_map, device):
    page = open_map(
        f"/shortlist?ids={IDS}",
        ready=False,
        permissions=["clipboard-read", "clipboard-write"],
        **device,
    )
    page.locator("#shortlist-copy").click()
    page.until(
        "document.querySelector('#shortlist-copy').textContent === "
        "document.querySelector('#shortlist-copy').dataset.done"
    )
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#shortlist-address").input_value()
    assert f"ids={IDS}" in copied


def test_works_without_javascript(open_map, device):
    page = open_map("/parcels/CL-AGRI-003", ready=False, java_script_enabled=False, **device)
    page.locator("[data-shortlist]").click()
    page.page.wait_for_url(re.compile(r"/shortlist\?"))
    assert page.locator(".shortlist-entry").count() == 1
    assert page.locator(".shortlist-name").inner_text().endswith("CL-AGRI-003")
    page.locator("[data-drop]").click()
    page.page.wait_for_url(re.compile(r"/shortlist(\?lang=en)?$"))


@pytest.mark.parametrize("query", ["", f"?ids={IDS}"])
def test_no_rule_of_axe_is_broken(open_map, view, query):
    page = open_map(f"/shortlist{query}", ready=False, **view)
    assert_accessible(page)


def test_nothing_runs_over_the_edge_with_text_twice_as_large(open_map):
    page = open_map(f"/shortlist?ids={IDS}", ready=False, size="phone")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_can_be_hit_by_a_finger(open_map):
    page = open_map(f"/shortlist?ids={IDS}", ready=False, size="phone")
    boxes = page.dom_boxes(".shortlist-more a, .page-head .button, .shortlist-address .button")
    assert boxes
    assert [b["text"] for b in boxes if b["bottom"] - b["top"] < 43.5] == []
