"""The planners' tables at a browser: readable, on a phone too, and their files open elsewhere."""

import openpyxl
import pyogrio
import pytest

from tests.browser.people import add_user, open_signed_in
from tests.browser.site import publish, serving
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_data import JOB_MS, NARROW

PAGES = (
    "/plan",
    "/plan/balance?scope=park:CL-TJ&level=3",
    "/plan/balance?scope=park:TOY",
    "/plan/rates",
    "/plan/indicators?park=CL-DIGI",
    "/plan/indicators?by=parks",
    "/plan/ranking",
    "/plan/exports?format=dxf",
)


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    out = tmp_path_factory.mktemp("plan") / "out"
    publish(out)
    add_user(out, "wang", "viewer")
    with serving(out) as server:
        yield server


@pytest.fixture
def open_plan(open_map, instance):
    """Open a page as a viewer."""

    def opener(path, **view):
        page = open_signed_in(open_map, instance, "wang", **view)
        page.open(path, ready=False)
        return page

    return opener


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_every_page_is_accessible_and_fits(open_plan, size, lang):
    page = open_plan(PAGES[0], size=size, lang=lang)
    for path in PAGES:
        page.open(path, ready=False)
        assert page.evaluate(NARROW), path
        assert_accessible(page)
    here = page.locator(".plan-nav [aria-current]")
    assert here.inner_text() == page.text("plan.nav_exports")
    box = here.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= page.evaluate("innerWidth")


def test_the_sheet_moves_sideways_on_a_phone_and_keeps_its_names(open_plan):
    page = open_plan("/plan/balance", size="phone")
    frame = page.locator(".plan-scroll")
    frame.focus()
    page.page.keyboard.press("End")
    frame.evaluate("node => { node.scrollLeft = node.scrollWidth; }")
    name = page.locator(".plan-balance tbody th").first.bounding_box()
    assert name["x"] >= frame.bounding_box()["x"] - 1
    last = page.locator(".plan-balance tbody tr").first.locator("td").last.bounding_box()
    assert last["x"] + last["width"] <= 390


def test_the_pages_lead_to_one_another(open_plan):
    page = open_plan("/plan")
    page.page.click(".plan-places .is-county a")
    assert "scope=county:653225" in page.page.url or "scope=county%3A653225" in page.page.url
    page.page.select_option("[name=scope]", "park:YT-SHOE")
    page.page.select_option("[name=level]", "1")
    page.page.click(".plan-filter button")
    assert "于田鞋产业工业园区" in page.locator("h1").inner_text()
    assert page.locator(".plan-balance tbody .plan-code").first.inner_text() == "09"
    page.page.click(f".plan-nav >> text={page.text('plan.nav_indicators')}")
    page.page.select_option("[name=state]", "below")
    page.page.click(".plan-filter button")
    rows = page.locator(".plan-indicators tbody tr")
    assert rows.count() > 0
    assert rows.count() == page.locator(".plan-indicators tr:has(.is-below)").count()


def test_paper_shows_the_sheet_and_no_ways(open_plan):
    page = open_plan("/plan/balance")
    page.page.emulate_media(media="print")
    assert not page.locator(".plan-nav").is_visible()
    assert not page.locator(".plan-filter").is_visible()
    assert page.locator(".plan-balance").is_visible()


def download(page, form, path):
    page.locator(f"form:has([name=format]) >> text={page.text(form)}").click()
    page.page.wait_for_selector("a[download]", timeout=JOB_MS)
    with page.page.expect_download() as waiting:
        page.page.click("a[download]")
    target = path / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return target


# Three processes of their own, one after another, on a busy machine.
@pytest.mark.timeout(400)
def test_files_open_where_they_shall(open_plan, tmp_path):
    page = open_plan("/plan/exports")
    page.page.select_option("[name=format]:not([type=hidden])", "gpkg")
    page.page.select_option("[name=crs]", "EPSG:4515")
    plots = download(page, "plan.layer_button", tmp_path)
    assert plots.name.startswith("parcels-EPSG4515-") and plots.suffix == ".gpkg"
    known = pyogrio.read_info(plots, layer="parcels")
    assert (known["crs"], known["features"]) == ("EPSG:4515", 393)

    page.open("/plan/exports", ready=False)
    report = download(page, "plan.report_button", tmp_path)
    sheet = openpyxl.load_workbook(report)["用地平衡表一级"]
    assert any(isinstance(cell.value, float) for row in sheet.iter_rows() for cell in row)

    page.open("/plan/exports", ready=False)
    page.page.select_option("[name=park]", "CL-AGRI")
    drawn = download(page, "plan.map_button", tmp_path)
    assert drawn.name.startswith("map-CL-AGRI-")
    assert drawn.read_bytes().startswith(b"%PDF")
    page.open("/plan/exports", ready=False)
    assert page.locator(".rows .chip.is-jade").count() == 3
