"""Signing in, the account and the staff edition, in a real browser."""

import shutil
from pathlib import Path
from urllib.parse import quote

import pytest

from geo.settings import Settings
from geo.state import accounts, open_state
from tests.browser.mappage import texts
from tests.browser.people import PASSWORD
from tests.browser.people import sign_in as fill_in
from tests.browser.site import serving
from tests.browser.test_accessibility import assert_accessible


@pytest.fixture(scope="module")
def staffed(published, tmp_path_factory):
    """A server over an instance of its own, with ``li`` (staff) and ``wang`` (viewer)."""
    out = Path(shutil.copytree(published, tmp_path_factory.mktemp("staffed") / "out"))
    state = open_state(Settings(out=out))
    for name, role in (("li", "staff"), ("wang", "viewer")):
        accounts.add_user(state, name, role=role, password=PASSWORD)
    with serving(out) as running:
        yield running


@pytest.fixture
def sign_in(open_map, staffed):
    """Open the sign-in page and fill it in as somebody."""

    def sign_in(name, *, next="/account", **view):
        if view.get("lang") == "en":
            next += f"{'&' if '?' in next else '?'}lang=en"
        page = open_map(f"/login?next={quote(next)}", ready=False, on=staffed, **view)
        fill_in(page, name)
        return page

    return sign_in


def test_the_sign_in_page(open_map, staffed, view):
    page = open_map("/login", ready=False, on=staffed, **view)
    assert_accessible(page)
    assert page.page.evaluate("document.activeElement.name") == "name"
    page.expected.append("401")
    page.page.fill("[name=name]", "li")
    page.page.fill("[name=password]", "wrong")
    page.page.keyboard.press("Enter")
    page.page.wait_for_selector("[role=alert]")
    assert page.page.inner_text("[role=alert]") == texts(page.lang)["error.SIGN_IN_FAILED"]
    assert page.page.evaluate("document.activeElement.name") == "password"
    assert_accessible(page)


def test_the_account_and_the_log(sign_in, view):
    page = sign_in("li", **view)
    assert_accessible(page)
    page.open("/audit", ready=False)
    assert_accessible(page)
    assert page.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_the_other_language_keeps_what_was_asked_for(sign_in):
    page = sign_in("li", next="/audit?action=sign_in")
    page.page.click("#language")
    assert page.page.url.endswith("/audit?action=sign_in&lang=en")
    assert page.page.input_value("[name=action]") == "sign_in"


def test_the_staff_map_is_drawn_from_the_staff_edition_and_says_so(sign_in, device):
    page = sign_in("wang", next="/?edition=staff", **device)
    page.wait()
    mark = page.page.locator(".edition-mark")
    assert texts(page.lang)["edition.staff"] in mark.inner_text()
    files = [r.url for r in page.requests if r.url.endswith((".geojson", "/site.json"))]
    assert files and all("/staff/layers/" in url and "/staff/" in url for url in files)
    box, notice = mark.bounding_box(), page.page.locator("#notice").bounding_box()
    assert box and notice
    assert box["y"] >= notice["y"] + notice["height"] - 12 or box["x"] + box["width"] < notice["x"]
    assert_accessible(page)


def test_the_staff_map_stays_the_staff_map(sign_in):
    page = sign_in("wang", next="/?edition=staff")
    page.wait()
    page.page.click("a[data-view=list]")
    page.page.wait_for_selector("#list tbody tr")
    assert "edition=staff" in page.page.url
    page.page.click("#language")
    page.wait()
    assert "edition=staff" in page.page.url
    assert "view=list" in page.page.url
    assert page.page.locator(".edition-mark").is_visible()


def test_signing_out_leaves_the_public_map(sign_in):
    page = sign_in("wang")
    page.page.click(".sign-out button")
    page.wait()
    assert page.page.locator(".edition-mark").count() == 0
    page.open("/account", ready=False)
    assert "/login" in page.page.url


def test_a_preview_shows_either_edition(sign_in, staffed, device):
    version = (staffed.out / "snapshots" / "current").read_text()
    page = sign_in("li", next=f"/data/preview/{version}", **device)
    page.wait()
    page.page.click(f".edition-mark >> text={texts(page.lang)['edition.name_staff']}")
    page.wait()
    assert "edition=staff" in page.page.url
    current = page.page.locator(".edition-mark [aria-current]")
    assert current.inner_text() == texts(page.lang)["edition.name_staff"]
    assert_accessible(page)
