"""The planners' map at a browser: colour and hatch, findings, keys, phone, both languages."""

from __future__ import annotations

import json
import shutil

import pytest

from geo.storage.snapshots import SnapshotStore
from tests.browser.people import add_user, open_signed_in
from tests.browser.site import serving
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_data import NARROW

FILLS = """() => [...document.querySelectorAll(".leaflet-plots-pane path")]
    .map((path) => path.getAttribute("fill"))"""


@pytest.fixture(scope="module")
def instance(published, tmp_path_factory):
    out = tmp_path_factory.mktemp("planmap") / "out"
    shutil.copytree(published, out, ignore=shutil.ignore_patterns("state.db*"))
    add_user(out, "wang", "viewer")
    with serving(out) as server:
        yield server


@pytest.fixture
def open_plan(open_map, instance):
    """Open a page of the planners, signed in as one who may only look."""

    def opener(path, *, lang="zh", **view):
        page = open_signed_in(open_map, instance, "wang", lang=lang, **view)
        page.open(path)
        return page

    return opener


def findings(instance):
    path = SnapshotStore(instance.out).path(SnapshotStore(instance.out).current())
    return json.loads((path / "staff" / "findings.json").read_text(encoding="utf-8"))


def looks(page):
    return json.loads(page.locator("#plan-data").text_content())["classes"]


@pytest.mark.parametrize("by", ["land_use", "supply", "growth"])
def test_every_class_is_drawn_in_its_colour_and_hatch(open_plan, by):
    page = open_plan(f"/plan/map?by={by}&park=CL-TJ")
    known = looks(page)
    plots = json.loads(page.locator("#plan-data").text_content())["plots"]
    fills = page.evaluate(FILLS)
    assert len(fills) == len(plots)
    drawn = page.evaluate(
        """(fills) => fills.map((fill) => {
            const id = /^url\\((?:"|')?#(.+?)(?:"|')?\\)$/.exec(fill)?.[1];
            if (!id) return [fill, ""];
            const pattern = document.getElementById(id);
            return [pattern.querySelector("rect").getAttribute("fill"),
                pattern.querySelector("path").getAttribute("d")];
        })""",
        sorted(set(fills)),
    )
    wanted = {(one["fill"], one["texture"] != "plain") for one in known.values()}
    assert {(fill, bool(strokes)) for fill, strokes in drawn} == wanted
    assert len({tuple(one) for one in drawn}) == len(known), "two classes look the same"


def test_the_legend_repeats_the_hatches_of_the_map(open_plan):
    page = open_plan("/plan/map?by=supply")
    for key, look in looks(page).items():
        row = page.locator(f"tr[data-class='{key}']")
        assert row.locator("rect[fill^='#']").get_attribute("fill") == look["fill"]
        assert bool(row.locator("pattern path").count()) == (look["texture"] != "plain")


def test_the_view_is_in_the_address_and_works_without_javascript(open_plan):
    page = open_plan("/plan/map")
    page.page.get_by_role("link", name=page.text("plotmap.by_firm"), exact=True).click()
    page.wait()
    page.page.select_option("[name=park]", "CL-AGRI")
    page.page.get_by_role("button", name=page.text("plotmap.show"), exact=True).click()
    page.page.wait_for_url("**park=CL-AGRI**")
    page.wait()
    assert "by=firm" in page.page.url
    assert page.locator("tfoot td").first.inner_text() == "19"


def test_a_finding_is_in_sight_with_its_message_and_the_way_to_it(open_plan, instance):
    finding = next(one for one in findings(instance) if one["rule"] == "LAND_IDLE")
    page = open_plan(f"/plan/map?finding={finding['id']}")
    page.page.wait_for_selector(".leaflet-popup .planmap-popup")
    popup = page.locator(".leaflet-popup")
    assert finding["message"]["zh"] in popup.inner_text()
    assert popup.locator("a.link").get_attribute("href") == f"/plan/findings/{finding['id']}"
    shape = page.locator(".planmap-finding").bounding_box()
    frame = page.locator("#plan-map").bounding_box()
    assert frame["x"] <= shape["x"] and frame["y"] <= shape["y"]
    assert shape["x"] + shape["width"] <= frame["x"] + frame["width"]
    assert shape["y"] + shape["height"] <= frame["y"] + frame["height"]
    assert shape["width"] > 60, "the map goes near"


def test_the_list_of_findings_leads_around_the_map(open_plan, instance):
    page = open_plan("/plan/map?findings=1&rule=LAND_IDLE")
    count = sum(one["rule"] == "LAND_IDLE" for one in findings(instance))
    assert page.locator("[data-finding]:visible").count() == count
    button = page.locator("[data-finding]").nth(2)
    before = page.evaluate("planMap.getZoom()")
    button.focus()
    page.page.keyboard.press("Enter")
    page.page.wait_for_selector(".leaflet-popup")
    assert page.evaluate("planMap.getZoom()") > before


def test_a_plot_tells_its_class_and_area_and_leads_to_its_page(open_plan):
    page = open_plan("/plan/map?by=supply&park=CL-AGRI")
    box = page.locator(".leaflet-plots-pane path").first.bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.page.wait_for_selector(".planmap-popup a")
    assert page.locator(".planmap-popup a").get_attribute("href").startswith("/parcels/CL-AGRI-")


def test_marks_of_parks_answer_the_keyboard(open_plan):
    page = open_plan("/plan/map")
    mark = page.locator(".finder-mark").first
    mark.focus()
    before = page.evaluate("planMap.getZoom()")
    page.page.keyboard.press("Enter")
    page.until(f"planMap.getZoom() > {before} + 2")


@pytest.mark.parametrize("path", ["/plan/map", "/plan/map?findings=1&by=ecology&park=CL-TJ"])
def test_it_is_accessible_and_fits(open_plan, view, path):
    page = open_plan(path, **view)
    assert_accessible(page)
    assert page.evaluate(NARROW)


def test_the_public_map_loads_nothing_of_it(open_map):
    page = open_map()
    page.page.wait_for_load_state("networkidle")
    assert [r.url for r in page.requests if "/js/plan/" in r.url] == []
