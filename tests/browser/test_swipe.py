"""Two versions under one divider: keys, pointer, phone, and the list that says the same."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from tests.browser.people import add_user, open_signed_in
from tests.browser.site import copy_layers, publish, serving
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_data import NARROW

GONE, CHANGED = "CL-AGRI-006", "CL-AGRI-002"
CLIPS = "() => ['before', 'after'].map((name) => planMap.getPane(name).style.clipPath)"


@pytest.fixture(scope="module")
def instance(published, tmp_path_factory):
    """A server with two versions: in the later one a plot is gone and one is reserved."""
    folder = tmp_path_factory.mktemp("swipe")
    out, data = folder / "out", copy_layers(folder / "layers")
    shutil.copytree(published, out, ignore=shutil.ignore_patterns("state.db*"))
    path = data / "parcels.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    kept = [f for f in collection["features"] if f["properties"]["parcel_id"] != GONE]
    for feature in kept:
        if feature["properties"]["parcel_id"] == CHANGED:
            feature["properties"]["supply_state"] = "reserved"
    path.write_text(json.dumps({**collection, "features": kept}), encoding="utf-8")
    publish(out, data=data)
    add_user(out, "wang", "viewer")
    with serving(out, PARKS_DATA=str(data)) as server:
        yield server


@pytest.fixture
def open_swipe(open_map, instance):
    def opener(path="/plan/swipe", *, lang="zh", **view):
        page = open_signed_in(open_map, instance, "wang", lang=lang, **view)
        page.open(path)
        return page

    return opener


def edges(page):
    """Return left and right edge of both sides on the screen, relative to the map."""
    start = page.evaluate("planMap.containerPointToLayerPoint([0, 0]).x")
    found = []
    for clip in page.evaluate(CLIPS):
        xs = [float(x) for x in re.findall(r"(-?[\d.]+)px -?[\d.]+px", clip)]
        found.append((round(min(xs) - start), round(max(xs) - start)))
    return found


def test_the_divider_moves_by_keys_and_says_where_it_is(open_swipe):
    page = open_swipe()
    width = page.evaluate("planMap.getSize().x")
    half = round(width / 2)
    assert edges(page) == [(0, half), (half, width)]
    page.locator("#swipe").focus()
    for _ in range(10):
        page.page.keyboard.press("ArrowRight")
    assert edges(page)[0][1] == pytest.approx(width * 0.6, abs=1)
    assert "60" in page.locator("#swipe").get_attribute("aria-valuetext")
    page.page.keyboard.press("Home")
    assert edges(page) == [(0, 0), (0, width)]
    page.page.keyboard.press("End")
    assert edges(page) == [(0, width), (width, width)]


def test_the_cut_stays_where_it_is_when_the_map_moves(open_swipe):
    page = open_swipe()
    before = edges(page)
    page.evaluate("() => { planMap.panBy([130, 40], { animate: false }); }")
    assert edges(page) == before
    page.evaluate("() => { planMap.setZoom(planMap.getZoom() - 1, { animate: false }); }")
    assert edges(page) == before


def test_the_line_can_be_dragged(open_swipe):
    page = open_swipe()
    box = page.locator("#swipe-line").bounding_box()
    frame = page.locator("#plan-map").bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 200)
    page.page.mouse.down()
    page.page.mouse.move(frame["x"] + frame["width"] * 0.25, box["y"] + 220, steps=5)
    page.page.mouse.up()
    assert page.locator("#swipe").input_value() == "25"
    assert edges(page)[0][1] == pytest.approx(frame["width"] / 4, abs=4)


def test_each_side_has_its_own_plots_with_colour_and_hatch(open_swipe):
    page = open_swipe("/plan/swipe?by=supply&park=CL-AGRI")
    counts = page.evaluate(
        """() => ["before", "after"].map((name) =>
            document.querySelectorAll(`.leaflet-${name}-pane path:not([fill=none])`).length)"""
    )
    assert counts == [19, 18]
    hatched = page.evaluate(
        """() => ["before", "after"].map((name) =>
            document.querySelectorAll(`.leaflet-${name}-pane path[fill^="url("]`).length)"""
    )
    assert all(hatched)


def test_the_list_says_what_differs_and_leads_there(open_swipe):
    page = open_swipe()
    listed = page.locator(".planmap-list").inner_text()
    assert GONE in listed and CHANGED in listed and "预留" in listed
    page.locator(f"[data-plot='{GONE}']").click()
    outline = page.evaluate(
        """() => [...document.querySelectorAll('.leaflet-before-pane path[fill=none]')]
            .map((path) => path.getAttribute("stroke-dasharray"))"""
    )
    assert sorted(outline) == ["2 4", "6 4"], "gone and changed differ without colour"
    assert page.evaluate("planMap.getZoom()") > 15


def test_without_motion_nothing_is_animated(open_swipe):
    page = open_swipe(reduced_motion="reduce")
    assert page.evaluate("planMap.options.zoomAnimation") is False


def test_it_is_accessible_and_fits(open_swipe, view):
    page = open_swipe(**view)
    assert_accessible(page)
    assert page.evaluate(NARROW)
