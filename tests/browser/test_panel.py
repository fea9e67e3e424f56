"""From the prefecture to one thing, and what the panel says of it."""

import pytest


def kind_shown(page):
    return page.panel.get_attribute("data-kind")


def wait_for_panel(page, layer):
    page.until("(kind) => document.querySelector('#panel').dataset.kind === kind", layer)
    page.until("document.querySelector('#panel h2')?.textContent.trim()")


def first(page, layer, test=lambda properties: True):
    return next(f for f in page.features(layer) if f["geometry"] and test(f["properties"]))


def assert_provenance(page, feature):
    """Every panel says of what nature a thing is, where that comes from and of when it is."""
    shown = page.panel.inner_text()
    properties = feature["properties"]
    assert page.text(f"nature.{properties['nature']}") in shown
    assert page.text("ui.source") in shown
    assert str(properties["as_of"])[:4] in shown


def test_a_plot(open_map, view):
    page = open_map(**view)
    plot = first(page, "parcels", lambda p: p.get("on_offer"))
    page.fit("parcels", plot["id"])
    page.click("parcels", plot["id"])
    wait_for_panel(page, "parcels")
    assert plot["id"] in page.panel.inner_text()
    assert_provenance(page, plot)
    assert f"sel=parcels/{plot['id']}" in page.page.url


def test_a_hall(open_map, device):
    # Without the firms' own marks, which stand on the halls.
    page = open_map("?layers=counties,parks,parcels,buildings", **device)
    hall = first(page, "buildings")
    page.fit("buildings", hall["id"], max_zoom=18)
    page.click("buildings", hall["id"])
    wait_for_panel(page, "buildings")
    assert_provenance(page, hall)


@pytest.mark.parametrize("kind", ["rail_station", "airport", "road", "railway"])
def test_logistics(open_map, kind):
    page = open_map()
    facility = next(f for f in page.features("logistics") if f["properties"]["kind"] == kind)
    page.open(f"?sel=logistics/{facility['id']}")
    wait_for_panel(page, "logistics")
    assert_provenance(page, facility)
    assert facility["properties"]["name_zh"] in page.panel.inner_text()


def test_the_land_port_says_that_its_place_is_not_published(open_map, view):
    page = open_map(**view)
    port = next(
        (layer, f)
        for layer in ("parks", "logistics")
        for f in page.features(layer)
        if f["properties"].get("functions") and "陆港" in f["properties"]["name_zh"]
    )
    page.open(f"?sel={port[0]}/{port[1]['id']}")
    wait_for_panel(page, port[0])
    shown = page.panel.inner_text()
    functions = port[1]["properties"]["functions"].split(";")
    assert len(functions) == 9
    if view["lang"] == "zh":
        assert "位置未公布" in shown
        assert [name for name in functions if name.strip() not in shown] == []


@pytest.mark.parametrize("adcode", ["653225", "653226", "653227"])
def test_a_county(open_map, adcode):
    page = open_map()
    county = next(f for f in page.features("counties") if f["properties"]["adcode"] == adcode)
    page.locator("#panel .county", has_text=county["properties"]["name_zh"]).click()
    wait_for_panel(page, "counties")
    assert_provenance(page, county)


def test_every_park_has_a_card_and_a_panel(open_map):
    page = open_map()
    for park in page.features("parks"):
        page.open(f"?sel=parks/{park['id']}")
        wait_for_panel(page, "parks")
        assert park["properties"]["name_zh"] in page.panel.inner_text()
        assert_provenance(page, park)


def test_firms_cluster_and_a_cluster_opens(open_map):
    page = open_map("?layers=counties,parks,parcels,enterprises")
    firm = first(page, "enterprises", lambda p: p.get("parcel_id"))
    page.fit("enterprises", firm["id"], max_zoom=14)
    page.page.wait_for_selector(".map-cluster")
    count = page.locator(".map-cluster").count()
    page.locator(".map-cluster").first.click()
    page.settle()
    assert page.state()["zoom"] > 14 or page.locator(".map-cluster").count() != count
    page.fit("enterprises", firm["id"], max_zoom=18)
    page.click("enterprises", firm["id"])
    wait_for_panel(page, "enterprises")
    assert_provenance(page, firm)


def test_closing_the_panel_goes_back_to_the_overview(open_map, device):
    page = open_map(f"?sel=counties/{653225}", **device)
    wait_for_panel(page, "counties")
    page.locator("#panel .panel-close").click()
    page.until("document.querySelector('#panel').dataset.kind === 'overview'")
    assert "sel=" not in page.page.url


def test_what_is_unknown_is_said_to_be(open_map):
    page = open_map("?sel=parcels/NO-SUCH-PLOT")
    page.panel.get_by_text(page.text("ui.not_found"), exact=True).wait_for()
