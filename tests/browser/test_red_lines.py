"""The red lines in a browser: dashes and hatches over the plots, for the staff alone."""

from __future__ import annotations

import pytest

from geo.red_lines import LOOKS
from geo.settings import ROOT
from tests.browser.people import add_user, open_signed_in
from tests.browser.site import publish, serving

FAULTY = ROOT / "tests" / "data" / "faulty"
DRAWN = """() => [...document.querySelectorAll(".leaflet-redlines-pane path")].map((path) =>
    [path.getAttribute("stroke"), path.getAttribute("stroke-dasharray")])"""


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    out = tmp_path_factory.mktemp("redlines") / "out"
    publish(out, data=FAULTY)
    add_user(out, "wang", "viewer")
    with serving(out, PARKS_DATA=str(FAULTY)) as server:
        yield server


@pytest.fixture
def open_plan(open_map, instance):
    def opener(path):
        page = open_signed_in(open_map, instance, "wang", lang="zh")
        page.open(path)
        return page

    return opener


def test_each_line_is_drawn_in_its_dashes_and_lets_plots_be_chosen(open_plan):
    page = open_plan("/plan/map?by=ecology")
    drawn = [tuple(one) for one in page.evaluate(DRAWN)]
    assert set(drawn) == {(look.ink, look.dash) for look in LOOKS.values()}
    assert len(drawn) == 5
    # ECO-1 lies under a line all over.
    page.evaluate("window.planMap.setView([37.004956, 81.004831], 17, {animate: false})")
    box = page.locator("#plan-map").bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.locator(".planmap-popup strong").text_content() == "ECO-1"


def test_hidden_lines_are_not_drawn(open_plan):
    assert open_plan("/plan/map?by=ecology&lines=0").evaluate(DRAWN) == []


def test_the_staff_map_shows_them_and_says_what_one_is(open_plan):
    page = open_plan("/?edition=staff&layers=parcels,red_lines&sel=red_lines/ECO&z=15")
    page.panel.get_by_text("生态保护红线").first.wait_for()
    dashes = page.evaluate(
        """() => [...document.querySelectorAll(".leaflet-halls-pane path")].map((path) =>
            path.getAttribute("stroke-dasharray"))"""
    )
    assert set(dashes) >= {look.dash for look in LOOKS.values()}
    assert "永久基本农田" in page.locator("#legend").text_content()
