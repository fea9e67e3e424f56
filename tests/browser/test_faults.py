"""What happens when something does not come."""

import base64
import re
import shutil

import pytest

from tests.browser.site import copy_layers, publish, serving

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4//8/AwAI/AL+p5qgoAAAAABJRU5ErkJggg=="
)


def test_a_layer_that_fails_can_be_tried_again(open_map):
    page = open_map("/healthz", ready=False)
    page.expected += [r"status 503: .*logistics", r"Failed to load resource.*503"]
    page.page.route("**/logistics.geojson", lambda route: route.fulfill(status=503, body=""))
    page.open()
    toast = page.locator("#toast")
    toast.wait_for(state="visible")
    assert page.evaluate("parkMap.layers.parks.getLayers().length") > 0
    page.page.unroute("**/logistics.geojson")
    toast.get_by_role("button").click()
    page.until("parkMap.layers.logistics.getLayers().length > 0")
    toast.wait_for(state="hidden")


def test_a_site_that_fails_says_so(open_map):
    page = open_map("/healthz", ready=False)
    page.expected += ["503", "Failed to load"]
    page.page.route("**/site.json", lambda route: route.fulfill(status=503, body=""))
    page.open(ready=False)
    page.locator("#toast button").wait_for()
    page.page.unroute("**/site.json")
    page.locator("#toast button").click()
    page.wait()


def test_a_tool_that_does_not_come_leaves_the_map_as_it_was(open_map):
    page = open_map()
    page.expected += ["503", "Failed to load", "Failed to fetch"]
    page.page.route("**/measure.js", lambda route: route.fulfill(status=503, body=""))
    page.locator("[data-tool=measure-distance]").click()
    page.locator("#toast button").wait_for()
    page.click("counties", "653227")
    page.until("location.search.includes('sel=')")
    page.page.unroute("**/measure.js")
    page.locator("#toast button").click()
    page.locator(".measure-box").wait_for()


def test_an_open_page_never_mixes_two_versions(open_map, tmp_path):
    data, out = copy_layers(tmp_path / "layers"), tmp_path / "out"
    first = publish(out, data=data)
    with serving(out) as server:
        page = open_map(on=server)
        figures = data / "figures.csv"
        lines = figures.read_text(encoding="utf-8").splitlines()
        figures.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
        second = publish(out, data=data)
        assert first != second
        # Layers that the open page loads later are still of its own version.
        plot = page.features("parcels")[0]["id"]
        page.fit("parcels", plot)
        page.locator("#layers input[value='enterprises']").set_checked(True)
        page.settle()
        asked = [r.url for r in page.requests if "/layers/" in r.url]
        assert asked
        assert [url for url in asked if f"/layers/{first}/" not in url] == []
        page.page.reload()
        page.wait()
        assert page.evaluate("document.documentElement.dataset.version") == second


@pytest.fixture(scope="module")
def with_tianditu(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tianditu")
    data = copy_layers(folder / "layers")
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    text = re.sub(r"^\[site\.basemap\]\n(?:[^\[]*\n)?", "", text, flags=re.MULTILINE)
    head, rest = re.split(r"^(?=\[(?:layers|tables)\.)", text, maxsplit=1, flags=re.MULTILINE)
    key = '[site.basemap]\ntianditu_key = "0123abc"\n\n'
    catalog.write_text(f"{head}{key}{rest}", encoding="utf-8")
    publish(folder / "out", data=data)
    with serving(folder / "out") as server:
        yield server
    shutil.rmtree(data)


def allow_tianditu(page):
    page.hosts |= {f"t{n}.tianditu.gov.cn" for n in range(8)}


def test_tianditu_is_drawn_when_the_operator_has_a_key(open_map, with_tianditu):
    page = open_map("/healthz", on=with_tianditu, ready=False)
    allow_tianditu(page)
    page.page.route(
        "https://*.tianditu.gov.cn/**",
        lambda route: route.fulfill(body=PIXEL, content_type="image/png"),
    )
    page.open()
    page.page.wait_for_selector("img.leaflet-tile-loaded")
    asked = [r.url for r in page.requests if "tianditu" in r.url]
    assert any("vec_w" in url for url in asked)
    assert any("cva_w" in url for url in asked)
    assert all("tk=0123abc" in url and "TILEMATRIXSET=w" in url for url in asked)
    assert page.locator(".leaflet-control-attribution").inner_text().count("天地图") >= 1


def test_the_own_base_comes_back_when_tianditu_fails(open_map, with_tianditu):
    page = open_map("/healthz", on=with_tianditu, ready=False)
    allow_tianditu(page)
    page.expected += [r"tianditu", r"Failed to load resource"]
    page.page.route("https://*.tianditu.gov.cn/**", lambda route: route.abort())
    page.open()
    page.locator("#toast").filter(has_text=page.text("map.tiles_failed")).wait_for()
    assert page.locator("img.leaflet-tile").count() == 0
    assert page.locator("#toast").is_visible()


def test_the_policy_names_the_hosts_of_tianditu_only_with_a_key(server, with_tianditu):
    policy = with_tianditu.get("/")[1]["content-security-policy"]
    hosts = re.findall(r"https?://[^\s;]+", policy)
    assert hosts == [f"https://t{n}.tianditu.gov.cn" for n in range(8)]
    assert "tianditu" not in server.get("/")[1]["content-security-policy"]
