"""Distances and areas on the ellipsoid, beside PROJ's geodesics."""

import re

import pytest
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
SPOTS = {
    "distance": [(620, 300), (900, 520), (1010, 420)],
    "area": [(620, 300), (980, 330), (840, 560)],
}
TOLERANCE = 0.005


def measure(page, kind, spots):
    """Measure by hand and return the points that were clicked and what the page says."""
    page.locator(f"[data-tool='measure-{kind}']").click()
    page.locator(".measure-box").wait_for()
    for x, y in spots:
        page.page.mouse.click(x, y)
    page.page.mouse.dblclick(*spots[-1])
    points = page.evaluate(
        """(spots) => {
            const box = parkMap.map.getContainer().getBoundingClientRect();
            return spots.map(([x, y]) => {
                const at = parkMap.map.containerPointToLatLng([x - box.left, y - box.top]);
                return [at.lng, at.lat];
            });
        }""",
        [list(spot) for spot in spots],
    )
    return points, page.locator(".measure-value").inner_text().replace(",", "")


def amount(text, unit):
    return float(re.search(rf"([\d.]+)\s*{re.escape(unit)}", text)[1])


def test_a_distance(open_map):
    page = open_map()
    points, text = measure(page, "distance", SPOTS["distance"])
    lons, lats = zip(*points, strict=True)
    assert amount(text, "km") * 1000 == pytest.approx(GEOD.line_length(lons, lats), rel=TOLERANCE)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_area(open_map, lang):
    page = open_map(lang=lang)
    points, text = measure(page, "area", SPOTS["area"])
    lons, lats = zip(*points, strict=True)
    area = abs(GEOD.polygon_area_perimeter(lons, lats)[0])
    assert amount(text, "km²") * 1e6 == pytest.approx(area, rel=TOLERANCE)
    assert amount(text, page.text("map.unit_mu")) * 10_000 / 15 == pytest.approx(
        area, rel=TOLERANCE
    )


def test_clicks_measure_and_select_nothing_until_escape(open_map):
    page = open_map()
    measure(page, "distance", SPOTS["distance"])
    assert page.panel.get_attribute("data-kind") == "overview"
    page.page.keyboard.press("Escape")
    page.locator(".measure-box").wait_for(state="hidden")
    assert page.locator("[data-tool='measure-distance']").get_attribute("aria-pressed") == "false"
