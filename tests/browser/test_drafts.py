"""A planner tries out a changed layout through the real server, shows it, hands it on."""

import json

import pytest

from geo.settings import BUNDLED_LAYERS
from tests.browser.people import add_user, sign_in
from tests.browser.site import publish, serving
from tests.browser.test_accessibility import assert_accessible

JOB_MS = 120_000
CHANGED, GONE = "CL-AGRI-001", "CL-AGRI-004"


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """A server with two planners (``li``, ``zhao``) and a viewer (``wang``)."""
    out = tmp_path_factory.mktemp("drafts") / "out"
    publish(out)
    for name, role in (("li", "staff"), ("zhao", "staff"), ("wang", "viewer")):
        add_user(out, name, role)
    with serving(out) as server:
        yield server


@pytest.fixture
def open_as(open_map, instance):
    def opener(name, path, **view):
        page = open_map("/login", on=instance, ready=False, **view)
        sign_in(page, name)
        page.open(path, ready=False)
        return page

    return opener


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    """The bundled plots, one with another land use, one moved, one left out."""
    collection = json.loads((BUNDLED_LAYERS / "parcels.geojson").read_text("utf-8"))
    plots = {f["properties"]["parcel_id"]: f for f in collection["features"]}
    plots[CHANGED]["properties"]["land_use_code"] = "110101"
    collection["features"].remove(plots[GONE])
    path = tmp_path_factory.mktemp("layout") / "西区方案.geojson"
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


# The whole way with processes of its own: a busy machine needs more than the usual limit.
@pytest.mark.timeout(600)
def test_a_planner_tries_a_layout_out_and_hands_it_to_import(open_as, instance, layout):
    page = open_as("li", "/plan/drafts")
    assert_accessible(page)
    page.page.set_input_files("#file", layout)
    page.page.fill("#title", "西区仓储")
    page.locator("input[value=replace]").check()
    page.locator("#upload [type=submit]").click()
    page.page.wait_for_selector("#balance-title", timeout=JOB_MS)

    balance = page.locator(".draft-balance").first
    row = balance.locator("tr", has_text="110101")
    assert "is-changed" in (row.get_attribute("class") or "")
    assert "+27.5" in row.inner_text()
    findings = page.locator("[aria-labelledby=findings-title]").inner_text()
    assert GONE in findings, "a firm's plot is gone"
    assert CHANGED in page.locator("table.changes").inner_text()
    page.page.wait_for_selector("#changes-map path")
    assert_accessible(page)

    # A colleague opens the link; a viewer cannot.
    shared = page.locator("#share").input_value()
    assert shared.startswith(instance.url)
    path = shared.removeprefix(instance.url)
    other = open_as("zhao", path)
    assert other.locator("h1").inner_text() == "西区仓储"
    viewer = open_as("wang", "/account")
    viewer.expected.append("403")
    viewer.open(path, ready=False)
    assert viewer.locator("#balance-title").count() == 0

    phone = open_as("li", path, size="phone", lang="en")
    assert phone.locator("#balance-title").is_visible()
    assert phone.page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
    assert_accessible(phone)

    # Handed to import it is a report like any other, and nothing is written yet.
    page.page.get_by_role("button", name=page.text("drafts.hand_over"), exact=True).click()
    page.page.wait_for_selector("#understood-title", timeout=JOB_MS)
    assert not (instance.out / "data").exists()

    # The colleague discards it, after a question.
    other.page.get_by_role("link", name=other.text("drafts.discard"), exact=True).click()
    other.page.get_by_role("button", name=other.text("drafts.discard"), exact=True).click()
    other.page.wait_for_selector("#upload")
    assert other.locator("table").count() == 0


def corners(page, *places):
    box = page.locator("#draw-map").bounding_box()
    for x, y in places:
        page.page.mouse.click(box["x"] + x, box["y"] + y)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("view", [("desktop", "zh"), ("phone", "en")], ids="-".join)
def test_a_layout_is_drawn_in_the_browser(open_as, view):
    size, lang = view
    page = open_as("li", f"/plan/drafts/draw?park=CL-AGRI&lang={lang}", size=size, lang=lang)
    page.page.wait_for_selector("#draw-map path.leaflet-interactive")
    assert page.locator("#draw-send").is_disabled()

    # Another use for a plot, and its first corner moved.
    page.locator("#draw-map path.leaflet-interactive").nth(3).click()
    page.page.select_option("#draw-use", "110101")
    area = page.locator("#draw-area").inner_text()
    corner = page.locator(".draw-corner").first.bounding_box()
    at = [corner["x"] + 8, corner["y"] + 8]
    page.page.mouse.move(*at)
    page.page.mouse.down()
    page.page.mouse.move(at[0] + 30, at[1] + 25, steps=5)
    page.page.mouse.up()
    assert page.locator("#draw-area").inner_text() != area
    # A new plot: fewer than three corners are none.
    page.locator("#draw-new").click()
    corners(page, (70, 60), (160, 60))
    assert page.locator("#draw-finish").is_disabled()
    corners(page, (160, 140))
    page.locator("#draw-finish").click()
    assert page.locator("#draw-name").inner_text() == "CL-AGRI-NEW-1"
    assert_accessible(page)
    if size == "phone":
        return
    page.page.fill("#title", "画的布局")
    page.locator("#draw-send").click()
    page.page.wait_for_selector("#balance-title", timeout=JOB_MS)
    changes = page.locator("table.changes").inner_text()
    assert "CL-AGRI-NEW-1" in changes
    assert "一类物流仓储用地" in changes
