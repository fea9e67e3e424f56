"""The whole view state lives in the address."""

from urllib.parse import parse_qs, urlsplit

import pytest


def query(page):
    return parse_qs(urlsplit(page.page.url).query)


def test_an_address_gives_the_same_view_to_someone_else(open_map, device):
    page = open_map(**device)
    plot = page.features("parcels")[7]
    page.fit("parcels", plot["id"], max_zoom=15.5)
    page.click("parcels", plot["id"])
    page.until("document.querySelector('#panel').dataset.kind === 'parcels'")
    page.settle()
    page.evaluate("document.querySelector(\"#layers input[value='places']\").click()")
    page.until("location.search.includes('layers=')")
    page.settle()
    page.page.wait_for_timeout(400)
    before = page.state()

    other = open_map(page.page.url.removeprefix(page.server.url), **device)
    other.settle()
    after = other.state()
    assert after["zoom"] == pytest.approx(before["zoom"], abs=0.02)
    assert [after["lat"], after["lng"]] == pytest.approx([before["lat"], before["lng"]], abs=2e-4)
    assert after["layers"] == before["layers"]
    assert "places" not in after["layers"]
    other.until("document.querySelector('#panel').dataset.kind === 'parcels'")
    assert plot["id"] in other.panel.inner_text()
    assert other.evaluate("document.documentElement.lang").startswith(device["lang"])


def test_what_is_default_is_left_out(open_map):
    page = open_map()
    assert query(page).keys() <= {"lang"}


def test_back_undoes_one_step(open_map):
    page = open_map()
    panel = "document.querySelector('#panel').dataset.kind"
    page.locator("#panel .county").first.click()
    page.until(f"{panel} === 'counties'")
    page.settle()
    page.page.go_back()
    page.until(f"{panel} === 'overview'")
    page.page.go_forward()
    page.until(f"{panel} === 'counties'")


def test_switching_the_language_keeps_the_view(open_map):
    page = open_map("?z=12&c=36.95,80.85&sel=counties/653225&layers=counties,parks")
    before = page.state()
    with page.page.expect_navigation():
        page.locator("#language").click()
    page.wait()
    after = page.state()
    assert page.evaluate("document.documentElement.lang").startswith("en")
    assert after["zoom"] == pytest.approx(before["zoom"], abs=0.02)
    assert [after["lat"], after["lng"]] == pytest.approx([before["lat"], before["lng"]], abs=2e-4)
    assert after["layers"] == before["layers"]
    page.until("document.querySelector('#panel').dataset.kind === 'counties'")


@pytest.mark.parametrize(
    "bad",
    [
        "?z=abc&c=1,2,3",
        "?z=99&c=999,999",
        "?z=-5&c=NaN,NaN",
        "?layers=nothing,at,all",
        "?sel=../../etc/passwd",
        "?sel=parcels/%3Cscript%3Ewindow.__pwned=1%3C/script%3E",
        "?lang=xx&view=<b>&color=$%7B1%7D",
        "?z=1e3&c=%F0%9F%9A%80,%00",
        "?" + "x" * 4000 + "=1",
    ],
)
def test_a_bad_parameter_still_shows_the_map(open_map, bad):
    page = open_map(bad)
    state = page.state()
    assert 3 <= state["zoom"] <= 19
    assert state["layers"]
    assert page.locator("#map").is_visible()
    assert page.evaluate("window.__pwned") is None
