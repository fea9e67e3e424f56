"""A planner waives a finding and sees the plot on offer, in a real browser."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from geo.publish import publish
from geo.query import Library
from geo.settings import ROOT, Settings
from geo.state import accounts, open_state
from geo.times import today
from tests.browser.mappage import texts
from tests.browser.people import PASSWORD
from tests.browser.people import sign_in as fill_in
from tests.browser.site import serving
from tests.browser.test_accessibility import assert_accessible

FAULTY = ROOT / "tests" / "data" / "faulty"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """An instance over faulty data. Read only."""
    out = tmp_path_factory.mktemp("faulty") / "out"
    publish(Settings(data=FAULTY, out=out), as_of=today(), by="test")
    state = open_state(Settings(out=out))
    for name, role in (("li", "staff"), ("wang", "viewer")):
        accounts.add_user(state, name, role=role, password=PASSWORD)
    return out


@pytest.fixture
def planning(faulty, tmp_path):
    """A server over a copy of it."""
    out = Path(shutil.copytree(faulty, tmp_path / "out"))
    with serving(out, PARKS_DATA=str(FAULTY)) as running:
        yield running


@pytest.fixture(scope="module")
def reading(faulty):
    """A server for those who only look."""
    with serving(faulty, PARKS_DATA=str(FAULTY)) as running:
        yield running


def sign_in(open_map, server, name="li", *, to="plan/findings", **view):
    page = open_map("/login", ready=False, on=server, **view)
    fill_in(page, name)
    page.open(f"/{to}", ready=False)
    return page


def assert_well(page):
    assert_accessible(page)
    assert page.page.evaluate(FITS)


def on_offer(server):
    plot = Library(server.out).current("public").of_kind("parcels")["USE-1"]
    return plot["properties"]["on_offer"]


def test_a_planner_waives_and_the_plot_is_on_offer_after_the_publish(open_map, planning):
    words = texts("zh")
    page = sign_in(open_map, planning)
    page.page.select_option("[name=rule]", "LAND_USE_UNKNOWN")
    page.page.click("main form button[type=submit]")
    assert page.page.locator(".finding").count() == 1
    assert "rule=LAND_USE_UNKNOWN" in page.page.url
    page.page.click(f".finding-ways >> text={words['plan_findings.waive']}")
    page.expected.append("400")
    page.page.click("main form.enquiry button")
    page.page.wait_for_selector("[role=alert]")
    assert page.page.inner_text("#reason-fault") == words["plan_findings.fault_reason_missing"]
    assert_well(page)
    page.page.fill("#reason", "规划局已确认用途")
    page.page.fill("#until", (today() + timedelta(days=60)).isoformat())
    page.page.click("main form.enquiry button")
    page.page.wait_for_selector(f"text={words['plan_findings.takes_effect']}")
    assert_well(page)
    assert not on_offer(planning)

    page.page.click(f"text={words['plan_findings.to_publish']}")
    page.page.click(f"main >> text={words['data.prepare']}")
    release = page.page.locator(f"main button >> text={words['data.release']}")
    release.wait_for(timeout=90_000)
    release.click()
    page.page.wait_for_selector(".alert.is-good")
    assert on_offer(planning)
    page.open("/parcels/USE-1", ready=False)
    assert page.page.locator("main >> text=规划局已确认用途").count() == 0
    page.open("/plan/findings?state=waived", ready=False)
    assert "规划局已确认用途" in page.page.inner_text(".finding-list")
    assert page.page.locator("main .alert").count() == 0


def test_the_list_and_a_finding_fit_and_read_well(open_map, reading, view):
    page = sign_in(open_map, reading, "wang", **view)
    assert page.page.locator(".finding").count() > 20
    assert_well(page)
    assert page.page.locator("a[href$='#waiver']").count() == 0
    page.page.click(".finding:first-child h2 a")
    assert page.page.locator("#reason").count() == 0
    assert_well(page)


def test_the_list_works_without_script_and_its_state_is_in_the_address(open_map, reading):
    page = sign_in(open_map, reading, java_script_enabled=False)
    page.page.select_option("[name=severity]", "error")
    page.page.click("main form button[type=submit]")
    page.page.wait_for_url("**severity=error**")
    count = page.page.locator(".finding").count()
    assert 0 < count < 20
    page.page.click("#language")
    page.page.wait_for_url("**severity=error**lang=en**")
    page.page.wait_for_selector(".finding")
    assert page.page.locator(".finding").count() == count
    page.page.click(f".segmented >> text={texts('en')['plan_findings.tab_all']}")
    page.page.wait_for_url("**severity=error**state=all**")
    with page.page.expect_download() as download:
        page.page.click("main >> text=CSV")
    assert download.value.suggested_filename.endswith(".csv")
