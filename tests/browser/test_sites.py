"""The finder and the comparison as people meet them: list and map, keyboard, phone, print."""

import pytest

from tests.browser.test_accessibility import assert_accessible

FINDER = "/sites?area_min=60&industry=C195&price=8"
HALLS = "/sites?what=hall&load=0.8&area_min=5000"
JOINED = "/sites?area_min=120&industry=C195"
COMPARED = "/compare?ids=parcels/CL-TJ-037,parcels/YT-TJ-053,parcels/CL-AGRI-003"


def open_page(open_map, path, *, ready=True, **view):
    page = open_map("/healthz", ready=False, **view)
    page.open(path, ready=ready)
    return page


def overflow(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("path", ["/sites", FINDER, HALLS, JOINED, "/sites?industry=C19"])
def test_the_finder_breaks_no_rule_and_fits_its_window(open_map, view, path):
    page = open_page(open_map, path, **view)
    assert overflow(page) <= 0
    assert_accessible(page)


@pytest.mark.parametrize("path", [COMPARED, "/compare?ids=YT-SHOE,CL-TJ", "/compare"])
def test_a_comparison_breaks_no_rule_and_fits_its_window(open_map, view, path):
    page = open_page(open_map, path, ready=False, **view)
    assert overflow(page) <= 0
    assert_accessible(page)


@pytest.mark.parametrize("path", ["/sites?area_min=many", "/compare?ids=HALL-A-05,CL-TJ"])
def test_what_cannot_be_understood_breaks_no_rule_either(open_map, view, path):
    page = open_page(open_map, "/about", ready=False, **view)
    page.expected.append("400")
    page.open(path, ready=False)
    assert page.page.get_by_role("alert").is_visible()
    assert overflow(page) <= 0
    assert_accessible(page)


@pytest.mark.parametrize("path", [FINDER, COMPARED])
def test_at_four_times_the_size_nothing_is_cut_off(open_map, path):
    page = open_page(open_map, path, ready=False, lang="en", viewport={"width": 320, "height": 640})
    assert overflow(page) <= 0


def test_the_form_asks_with_a_short_address(open_map):
    page = open_page(open_map, "/sites")
    page.locator("#area_min").fill("60")
    page.locator("#industry").select_option("C195")
    page.page.get_by_role("button", name=page.text("sites.submit")).click()
    page.page.wait_for_url("**/sites?area_min=60&unit=mu&industry=C195")
    assert page.locator(".filter-chip").count() == 2
    assert page.locator("#area_min").input_value() == "60"
    # Going back leads to what was asked before.
    page.page.go_back()
    page.wait()
    assert page.locator(".filter-chip").count() == 0


def test_without_javascript_the_form_works_and_no_map_is_missed(open_map):
    page = open_map("/healthz", ready=False, java_script_enabled=False)
    # What the page would have loaded counts as refused.
    page.expected.append("csp$")
    page.open("/sites", ready=False)
    assert not page.locator(".finder-map").is_visible()
    page.locator("#area_min").fill("60")
    page.page.get_by_role("button", name=page.text("sites.submit")).click()
    page.page.wait_for_url("**area_min=60**")
    assert page.locator(".offer").count() > 0


def test_a_card_shows_its_plot_on_the_map_and_the_address_keeps_it(open_map):
    page = open_page(open_map, FINDER)
    card = page.locator(".offer").first
    key = card.get_attribute("data-key")
    card.locator("[data-show]").click()
    page.until("document.querySelector('#finder-map').classList.contains('is-near')")
    assert page.evaluate("decodeURIComponent(location.hash.slice(1))") == key
    page.page.reload()
    page.wait()
    assert "is-active" in (page.locator(".offer").first.get_attribute("class") or "")
    assert page.evaluate("document.querySelector('#finder-map').classList.contains('is-near')")


def test_a_plot_on_the_map_leads_to_its_card(open_map):
    page = open_page(open_map, FINDER)
    page.locator(".offer [data-show]").first.click()
    page.until("document.querySelector('#finder-map').classList.contains('is-near')")
    page.page.wait_for_timeout(1000)
    key = page.locator(".offer").first.get_attribute("data-key")
    page.locator(".finder-lead").hover()
    # The outline of the plot that was shown is the darkest: click in its middle.
    x, y = page.evaluate(
        """() => {
            const paths = [...document.querySelectorAll("#finder-map .leaflet-offers-pane path")];
            const box = paths.find((path) => path.getAttribute("stroke-width") === "3.5")
                .getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2];
        }"""
    )
    page.press(x, y)
    focused = "document.activeElement?.closest('.offer')?.dataset.key"
    page.until(f"{focused} === {key!r}")


def test_the_mark_of_a_park_opens_with_the_keyboard(open_map):
    page = open_page(open_map, HALLS)
    mark = page.locator(".finder-mark").first
    assert mark.get_attribute("title")
    mark.focus()
    page.page.keyboard.press("Enter")
    page.until("document.querySelector('#finder-map').classList.contains('is-near')")
    assert page.locator(".offer.is-active").count() == 1


def test_pointing_at_a_card_marks_its_park(open_map):
    page = open_page(open_map, HALLS)
    page.locator(".offer").first.hover()
    assert page.locator(".finder-mark.is-active").count() == 1


def test_plots_are_chosen_compared_and_taken_out_again(open_map):
    page = open_page(open_map, "/sites")
    for _ in range(2):
        page.page.get_by_role("link", name=page.text("sites.add")).first.click()
        page.wait()
    page.locator("#compare-bar a").click()
    page.page.wait_for_url("**/compare?ids=**")
    assert page.locator(".compare thead th").count() == 2
    page.page.get_by_role("link", name=page.text("compare.remove")).first.click()
    page.page.wait_for_load_state()
    assert page.locator(".compare thead th").count() == 1


def test_on_a_phone_conditions_open_over_the_list_and_close_with_escape(open_map):
    page = open_page(open_map, HALLS, size="phone")
    assert not page.locator("#ask").is_visible()
    page.locator(".ask-toggle").click()
    assert page.locator("#area_min").is_visible()
    assert page.locator("#area_min").input_value() == "5000"
    page.page.keyboard.press("Escape")
    assert not page.locator("#ask").is_visible()


def test_on_a_phone_map_and_first_card_share_the_screen(open_map):
    page = open_page(open_map, HALLS, size="phone")
    assert page.dom_boxes("#finder-map")[0]["top"] < 100
    assert page.dom_boxes(".offer-title")[0]["bottom"] < 844


@pytest.mark.parametrize("path", [HALLS, COMPARED])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_finger_meets_on_a_phone_is_large_enough(open_map, path, lang):
    page = open_page(open_map, path, ready=path is HALLS, size="phone", lang=lang)
    small = [
        box["text"]
        for box in page.dom_boxes(
            ".button, .filter-chip, .segmented a, .compare-actions a, .offer summary"
        )
        if box["bottom"] - box["top"] < 43.5
    ]
    assert small == []


def test_the_workbook_is_downloaded(open_map):
    page = open_page(open_map, COMPARED, ready=False)
    with page.page.expect_download() as download:
        page.page.get_by_role("link", name=page.text("compare.to_xlsx")).click()
    assert download.value.suggested_filename.endswith("-zh.xlsx")


@pytest.mark.parametrize("path", [FINDER, COMPARED])
def test_on_paper_nothing_asks_to_be_pressed(open_map, path):
    page = open_page(open_map, path, ready=path is FINDER)
    page.page.emulate_media(media="print")
    for selector in ("#finder-map", ".ask-actions", ".compare-switch", ".offer-actions"):
        assert not page.locator(selector).first.is_visible()
    assert page.locator(".offer-title, .compare-title").first.is_visible()
