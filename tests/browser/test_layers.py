"""Switching layers, and a legend that says only what is there."""

import pytest


def switch(page, layer):
    return page.locator(f"#layers input[value='{layer}']")


@pytest.mark.parametrize("layer", ["counties", "places", "parks", "logistics"])
def test_a_switch_takes_a_layer_off_the_map_and_puts_it_back(open_map, layer):
    page = open_map()
    assert layer in page.state()["layers"]
    switch(page, layer).uncheck()
    page.until("(id) => !parkMap.map.hasLayer(parkMap.layers[id])", layer)
    assert layer not in page.page.url.split("layers=")[1].split("&")[0].split(",")
    switch(page, layer).check()
    page.until("(id) => parkMap.map.hasLayer(parkMap.layers[id])", layer)
    assert "layers=" not in page.page.url


def test_the_legend_lists_only_what_is_on(open_map, device):
    page = open_map(**device)
    if device["size"] == "phone":
        page.locator("#side-toggle").click()
    before = page.locator("#legend li").all_inner_texts()
    assert before and len(before) == len(set(before))
    switch(page, "parks").uncheck()
    page.until("() => !parkMap.map.hasLayer(parkMap.layers.parks)")
    page.until("(n) => document.querySelectorAll('#legend li').length < n", len(before))
    after = page.locator("#legend li").all_inner_texts()
    assert page.text("map.park") in before
    assert page.text("map.park") not in after
    for layer in ("counties", "places", "logistics"):
        switch(page, layer).uncheck()
    page.until("document.querySelectorAll('#legend li').length === 0")


def test_plots_can_be_coloured_by_land_use(open_map):
    page = open_map()
    plot = page.features("parcels")[0]
    page.fit("parcels", plot["id"], max_zoom=15)
    by_state = page.locator("#legend li").all_inner_texts()
    page.locator("#layers").get_by_role("button", name=page.text("map.color.use")).click()
    page.until(
        "(old) => [...document.querySelectorAll('#legend li')]"
        ".map((e) => e.innerText).join() !== old.join()",
        by_state,
    )
    assert "color=use" in page.page.url
