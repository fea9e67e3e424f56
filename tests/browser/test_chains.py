"""The page of industry chains in a browser."""

import pytest

from tests.browser.test_accessibility import assert_accessible


def open_chains(open_map, view):
    return open_map("/chains", ready=False, **view)


def test_no_violation_of_axe(open_map, view):
    page = open_chains(open_map, view)
    page.evaluate("() => { for (const d of document.querySelectorAll('details')) d.open = true; }")
    assert_accessible(page)


def test_the_flow_runs_across_and_on_a_phone_down(open_map, device):
    page = open_chains(open_map, device)
    boxes = page.evaluate(
        """() => [...document.querySelector(".chain-flow").children].map((part) => {
            const { left, top, width } = part.getBoundingClientRect();
            return { left, top, width };
        })"""
    )
    upstream, core, downstream, service = boxes
    if device["size"] == "phone":
        assert upstream["top"] < core["top"] < downstream["top"] < service["top"]
        assert {round(box["left"]) for box in boxes} == {round(upstream["left"])}
    else:
        assert upstream["left"] < core["left"] < downstream["left"]
        assert len({round(box["top"]) for box in boxes[:3]}) == 1
        assert service["width"] > 2 * core["width"]
    width = page.page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_gap_differs_from_a_step_with_firms_not_by_colour_alone(open_map):
    page = open_map("/chains", ready=False)
    looks = page.evaluate(
        """() => ["is-gap", "is-present"].map((state) => {
            const style = getComputedStyle(document.querySelector(`.chain-node.${state}`));
            return [style.backgroundImage !== "none", style.borderTopStyle];
        })"""
    )
    assert looks == [[True, "dashed"], [False, "solid"]]


@pytest.mark.parametrize("key", ["Enter", " "])
def test_what_is_on_offer_opens_by_keyboard(open_map, key):
    page = open_map("/chains", ready=False)
    summary = page.locator(".chain-offer > summary").first
    summary.focus()
    page.page.keyboard.press(key)
    link = page.locator(".chain-offer[open] .chain-ids a").first
    link.wait_for()
    assert "/parcels/" in link.get_attribute("href")


def test_a_firm_opens_on_the_map(open_map):
    page = open_map("/chains", ready=False)
    page.page.get_by_role("link", name="津垦牧业肉羊研究院").click()
    page.wait()
    page.until("document.querySelector('#panel').dataset.kind === 'enterprises'")


def test_a_chain_has_an_address_of_its_own(open_map):
    page = open_map("/chains", ready=False)
    page.locator(".chain-jump a").nth(2).click()
    page.until("location.hash === '#knitwear'")
    page.until("document.getElementById('knitwear').getBoundingClientRect().top < 200")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_targets_on_a_phone_are_large_enough(open_map, lang):
    page = open_map("/chains", ready=False, size="phone", lang=lang)
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a, main summary")]
            .filter((node) => node.checkVisibility() && node.getClientRects().length)
            .filter((node) => !node.closest("p.remark, .trail"))
            .filter((node) => node.getBoundingClientRect().height < 44)
            .map((node) => node.outerHTML.slice(0, 100))"""
    )
    assert small == []
