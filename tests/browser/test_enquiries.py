"""From the page of a plot to the inbox, as an investor and the staff walk it."""

import shutil
from pathlib import Path

import pytest

from geo.query import Library
from geo.settings import Settings
from geo.state import accounts, open_state
from tests.browser.mappage import texts
from tests.browser.people import PASSWORD, sign_in
from tests.browser.site import serving
from tests.browser.test_accessibility import assert_accessible

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def staffed(published, tmp_path_factory):
    """A server over an instance of its own, with ``li``, who reads what is sent."""
    out = Path(shutil.copytree(published, tmp_path_factory.mktemp("asked") / "out"))
    accounts.add_user(open_state(Settings(out=out)), "li", role="staff", password=PASSWORD)
    with serving(out) as running:
        yield running


def assert_well(page):
    assert_accessible(page)
    assert page.evaluate(FITS)


def test_from_the_page_of_a_plot_to_the_inbox(open_map, staffed, device):
    plot = next(iter(Library(staffed.out).current("public").of_kind("parcels")))
    page = open_map(f"/parcels/{plot}", ready=False, on=staffed, **device)
    words = texts(page.lang)
    page.page.click(f"text={words['enquiry.send_one']}")
    assert_well(page)
    page.page.fill("#name", "李娜")
    page.page.fill("#phone", "12")
    page.page.fill("#message", f"能否分期供地？ {page.lang} {page.size}")
    page.page.check("[name=consent]")
    # As long as a person takes at least.
    page.page.wait_for_timeout(3200)
    page.expected.append("400")
    page.page.click("main form button[type=submit]")
    page.page.wait_for_selector("[role=alert]")
    assert page.page.inner_text("#phone-fault") == words["enquiry.fault_phone_wrong"]
    assert page.page.input_value("#message").startswith("能否分期供地？")
    assert_well(page)
    page.page.fill("#phone", "0903 123 4567")
    page.page.click("main form button[type=submit]")
    page.page.wait_for_url("**/enquire/sent*")
    assert page.page.inner_text("h1") == words["enquiry.thanks"]
    assert_well(page)
    read_in_the_inbox(page, words)


def read_in_the_inbox(page, words):
    page.open("/login?next=/inbox" + ("%3Flang%3Den" if page.lang == "en" else ""), ready=False)
    sign_in(page, "li")
    page.page.wait_for_url("**/inbox*")
    assert_well(page)
    page.page.click("tbody tr:first-child a")
    assert f"{page.lang} {page.size}" in page.page.inner_text(".message")
    assert_well(page)
    page.page.click(f"text={words['enquiry.mark_read']}")
    assert page.page.inner_text("main .chip") == words["enquiry.status_read"]
    page.page.click("main a[href*=delete]")
    assert_well(page)
    page.page.click("main button[type=submit]")
    page.page.wait_for_url(lambda url: "delete" not in url)
    assert page.page.inner_text("main .empty") == words["enquiry.none"]


def test_the_form_works_without_script(open_map, staffed):
    park = next(iter(Library(staffed.out).current("public").of_kind("parks")))
    page = open_map(
        f"/enquire?for=parks/{park}", ready=False, on=staffed, java_script_enabled=False
    )
    page.page.fill("#name", "Li")
    page.page.fill("#email", "li@example.com")
    page.page.fill("#message", "?")
    page.page.check("[name=consent]")
    page.page.wait_for_timeout(3200)
    page.page.click("main form button[type=submit]")
    page.page.wait_for_url("**/enquire/sent*")


def test_without_accounts_there_is_only_whom_to_call(open_map, server, device):
    park = next(iter(Library(server.out).current("public").of_kind("parks")))
    page = open_map(f"/parks/{park}", ready=False, **device)
    assert page.locator("a[href*='/enquire']").count() == 0
    page.expected.append("404")
    page.open(f"/enquire?for=parks/{park}", ready=False)
    assert page.locator("#contact").count() == 1
    assert_well(page)
