"""Layers drawn from vector tiles look and answer as those that come as one file do."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.browser.people import add_user, open_signed_in
from tests.browser.showpage import open_show
from tests.browser.site import AS_OF, ROOT, Server, copy_layers, environment, serving

LARGE_FROM = 100
"""So low that the plots and firms of the bundled data are drawn from tiles."""

_PUBLISH = """
import sys, geo.feature_store
geo.feature_store.LARGE_FROM = int(sys.argv.pop(1))
from geo.cli import main
sys.exit(main(sys.argv[1:]))
"""
NEAR = "c=36.985,80.84"
"""Among the plots of a park."""

_NO_FIRMS = "layers=counties,places,logistics,parks,parcels"
"""Without the marks that stand on plots."""

_ALIKE = 2.5
"""Mean difference of colours, of 255: two painters soften the hairs of a hatch each in its way."""

_NO_SEAM = 24
"""Difference of one colour, of 255, that the edge of a path may have when painted anew."""

_PAINTED = """() => {
    const canvas = document.querySelector(".tile-canvas canvas");
    if (!canvas) return false;
    const blank = document.createElement("canvas");
    Object.assign(blank, { width: canvas.width, height: canvas.height });
    return canvas.toDataURL() !== blank.toDataURL();
}"""

_COUNT_WIPES = """() => {
    window.wiped = 0;
    const { prototype } = CanvasRenderingContext2D;
    const wipe = prototype.clearRect;
    prototype.clearRect = function (...box) {
        window.wiped += 1;
        wipe.apply(this, box);
    };
}"""
"""Each part of a canvas that is painted is wiped before."""

_NAMES_HIDDEN = """window.hidden = () =>
    getComputedStyle(document.querySelector(".map-labels")).visibility === "hidden"
"""


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The bundled layers, plots and firms of them as tiles."""
    folder = tmp_path_factory.mktemp("tiled")
    data, out = copy_layers(folder / "layers"), folder / "out"
    where = ["--data", str(data), "--out", str(out), "--as-of", AS_OF]
    command = [sys.executable, "-c", _PUBLISH, str(LARGE_FROM), "publish", "--json", *where]
    run = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    add_user(out, "viewer", "viewer")
    with serving(out, PARKS_DATA=str(data)) as running:
        yield running


@pytest.fixture(scope="module")
def plots(server: Server) -> dict[str, dict]:
    """The plots of the bundled data by key."""
    version = json.loads(server.get("/healthz")[2])["version"]
    body = server.get(f"/layers/{version}/parcels.geojson")[2]
    return {feature["id"]: feature for feature in json.loads(body)["features"]}


def has_four_corners(plot):
    rings = plot["geometry"]["coordinates"]
    return len(rings) == 1 and len(rings[0]) == 5


def middle(plot):
    """Return the middle of a plot with four corners: longitude and latitude."""
    ring = plot["geometry"]["coordinates"][0][:-1]
    return [sum(axis) / len(ring) for axis in zip(*ring, strict=True)]


def large_plots(plots, key, values):
    """Return for each value of a property a large plot of one park that has it."""
    of_park = [p for p in plots.values() if p["properties"]["park_id"] == "CL-TJ"]
    by_size = sorted(of_park, key=lambda p: p["properties"]["area_mu"])
    found = {p["properties"].get(key): p for p in by_size if has_four_corners(p)}
    return {value: found[value] for value in values}


def go_to(page, plot, zoom):
    lng, lat = middle(plot)
    under_way = set()
    page.page.on("request", lambda request: under_way.add(request))
    page.page.on("requestfinished", lambda request: under_way.discard(request))
    page.page.on("requestfailed", lambda request: under_way.discard(request))
    page.fly_to(lat, lng, zoom)
    page.until(
        "document.querySelector('.tile-canvas') || parkMap.layers.parcels.getLayers().length"
    )
    # Names take the pointer, and only the ground is to be seen.
    page.evaluate("document.querySelector('.map-labels').style.display = 'none'")
    # Tiles that the new place needs are fetched and painted: a page is never idle twice.
    page.settle()
    while under_way:
        page.page.wait_for_timeout(50)
    page.settle()


def screen_point(page, plot):
    lng, lat = middle(plot)
    return page.evaluate(
        """([lat, lng]) => {
            const { x, y } = parkMap.map.latLngToContainerPoint([lat, lng]);
            const { left, top } = parkMap.map.getContainer().getBoundingClientRect();
            return [x + left, y + top];
        }""",
        [lat, lng],
    )


def picture(page, plot, side=8):
    """Return the picture of the middle of a plot."""
    x, y = screen_point(page, plot)
    clip = {"x": round(x) - side // 2, "y": round(y) - side // 2, "width": side, "height": side}
    return Image.open(io.BytesIO(page.page.screenshot(clip=clip))).convert("RGB")


def difference(one, other):
    """Return how far apart the colours of two pictures are in the mean, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def whole_picture(page):
    """Return the picture of the map between the cards."""
    page.page.mouse.move(1250, 300)
    clip = {"x": 300, "y": 120, "width": 600, "height": 620}
    return Image.open(io.BytesIO(page.page.screenshot(clip=clip))).convert("RGB")


def legend(page):
    return sorted(page.locator("#legend li").all_inner_texts())


@pytest.mark.parametrize(
    ("mode", "key", "values"),
    [
        ("status", "state", ["offer", "built", "reserved", "infrastructure"]),
        ("use", "land_use_code", ["100102", "1207"]),
    ],
)
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_colours_and_hatches_are_those_of_a_layer_in_one_file(
    open_map, tiled, plots, mode, key, values, size
):
    query = f"?{NEAR}&z=14.5&{_NO_FIRMS}&color={mode}"
    whole, tiles = open_map(query, size=size), open_map(query, on=tiled, size=size)
    for value, plot in large_plots(plots, key, values).items():
        for page in (whole, tiles):
            go_to(page, plot, 17)
        assert difference(picture(tiles, plot), picture(whole, plot)) < _ALIKE, value
    assert tiles.evaluate("document.querySelectorAll('.leaflet-plots-pane path').length") == 0
    assert not [r.url for r in tiles.requests if "parcels.geojson" in r.url]
    assert [r.url for r in tiles.requests if "/tiles/parcels/" in r.url]
    assert not [r.url for r in whole.requests if "/tiles" in r.url]


def test_a_plot_is_chosen_where_it_is_drawn(open_map, tiled, plots, device):
    plot = large_plots(plots, "state", ["offer"])["offer"]
    texts = []
    for on in (None, tiled):
        page = open_map(f"?{NEAR}&z=14.5&{_NO_FIRMS}", on=on, **device)
        go_to(page, plot, 16)
        if page.size == "phone":
            # The sheet covers the middle of the screen.
            page.evaluate("parkMap.map.panBy([0, innerHeight / 4], { animate: false })")
            page.settle()
        page.press(*screen_point(page, plot))
        page.until("location.search.includes('sel=parcels/')")
        page.until("document.querySelector('#panel').dataset.kind === 'parcels'")
        assert f"sel=parcels/{plot['id']}" in page.page.url
        page.until("document.querySelectorAll('.leaflet-selection-pane path').length > 0")
        texts.append(page.panel.inner_text())
    assert texts[0] == texts[1]
    assert plot["id"] in texts[1]


def test_an_address_selects_a_plot_and_goes_there(open_map, tiled, plots):
    plot = large_plots(plots, "state", ["offer"])["offer"]
    page = open_map(f"?sel=parcels/{plot['id']}", on=tiled)
    page.until("document.querySelector('#panel').dataset.kind === 'parcels'")
    assert plot["id"] in page.panel.inner_text()
    page.until("parkMap.map.getZoom() >= 13")
    page.until("document.querySelectorAll('.leaflet-selection-pane path').length > 0")


def test_an_address_of_no_plot_says_so(open_map, tiled):
    page = open_map("/healthz", on=tiled, ready=False)
    page.expected += ["404"]
    page.open("?sel=parcels/NONE-1")
    page.until("document.querySelector('#panel h2')?.textContent.trim()")
    assert page.text("ui.not_found") in page.panel.inner_text()


def test_the_pointer_is_told_what_it_is_on(open_map, tiled, plots):
    page = open_map(f"?{NEAR}&z=14.5&{_NO_FIRMS}", on=tiled)
    plot = large_plots(plots, "state", ["offer"])["offer"]
    go_to(page, plot, 16)
    page.page.mouse.move(*screen_point(page, plot))
    tip = page.locator(".map-tip")
    tip.wait_for()
    assert plot["id"] in tip.inner_text()
    assert page.text("plot_state.offer") in tip.inner_text()
    assert page.evaluate("parkMap.map.getContainer().matches('.is-on-tile')")


def test_the_legend_is_the_same(open_map, tiled, device):
    query = f"?{NEAR}&z=14&{_NO_FIRMS}"
    whole, tiles = open_map(query, **device), open_map(query, on=tiled, **device)
    plots_in_view = legend(tiles)
    assert page_has(tiles, "plot_state.offer", plots_in_view)
    # One file has all plots of the site at once, tiles those in view.
    assert set(plots_in_view) <= set(legend(whole))


def page_has(page, key, texts):
    return any(page.text(key).lower() in text.lower() for text in texts)


def test_colour_by_land_use(open_map, tiled, plots):
    page = open_map(f"?{NEAR}&z=14.5&{_NO_FIRMS}", on=tiled)
    plot = large_plots(plots, "land_use_code", ["100102"])["100102"]
    go_to(page, plot, 16)
    before, signs = picture(page, plot), legend(page)
    page.locator("#layers").get_by_role("button", name=page.text("map.color.use")).click()
    page.until(
        "(old) => [...document.querySelectorAll('#legend li')]"
        ".map((e) => e.innerText).sort().join() !== old.join()",
        signs,
    )
    assert difference(picture(page, plot), before) > _ALIKE


def test_what_comes_into_view_is_painted_as_all_at_once(open_map, tiled):
    page = open_map(f"?{NEAR}&z=15&{_NO_FIRMS}", on=tiled)
    page.page.wait_for_load_state("networkidle")
    page.evaluate("parkMap.map.panBy([-420, 230], { animate: false })")
    page.page.wait_for_load_state("networkidle")
    page.settle()
    moved = whole_picture(page)
    for color in ("use", "status"):
        page.locator("#layers").get_by_role("button", name=page.text(f"map.color.{color}")).click()
        page.until(
            "(color) => (location.search.includes('color=use')) === (color === 'use')", color
        )
        page.settle()
    extremes = ImageChops.difference(whole_picture(page), moved).getextrema()
    assert max(high for _, high in extremes) < _NO_SEAM


def go(page, zoom):
    """Jump to another zoom without waiting."""
    page.evaluate(
        "(zoom) => parkMap.map.setView(parkMap.map.getCenter(), zoom, { animate: false })", zoom
    )


def test_a_view_needs_few_tiles_and_each_is_painted_once(open_map, tiled):
    page = open_map(f"?{NEAR}&z=14&{_NO_FIRMS}", on=tiled)
    page.page.wait_for_load_state("networkidle")
    asked = [r.url for r in page.requests if "/tiles/parcels/" in r.url]
    assert asked and all("/tiles/parcels/13/" in url for url in asked)
    # 1,440 by 900 pixels and what lies a tenth beyond them.
    assert len(asked) <= 20
    go(page, 15)
    page.page.wait_for_load_state("networkidle")
    page.settle()
    page.evaluate(_COUNT_WIPES)
    go(page, 14)
    page.settle()
    assert page.evaluate("wiped") == 1


def test_layers_are_painted_when_the_tiles_of_all_have_come(open_map, tiled):
    page = open_map(f"?{NEAR}&z=14", on=tiled)
    page.page.wait_for_load_state("networkidle")
    page.until(_PAINTED)
    page.evaluate(_COUNT_WIPES)
    # Those of the firms come 200 ms after those of the plots, and nobody loses patience, which
    # on a busy machine is soon.
    page.evaluate(
        """() => {
            window.setInterval = () => 0;
            window.early = [];
            const answer = window.fetch;
            window.fetch = async (address) => {
                const tile = await answer(address);
                if (!String(address).includes("/tiles/enterprises/")) return tile;
                await new Promise((resolve) => setTimeout(resolve, 200));
                early.push(wiped);
                return tile;
            };
        }"""
    )
    go(page, 13)
    page.until("wiped > 0")
    assert set(page.evaluate("early")) == {0}
    page.settle()


def test_names_wait_for_a_new_zoom_but_not_long(open_map, tiled):
    page = open_map(f"?{NEAR}&z=14&{_NO_FIRMS}", on=tiled)
    page.page.wait_for_load_state("networkidle")
    page.settle()
    waiting = []
    page.page.route("**/tiles/parcels/**", lambda route: waiting.append(route))
    page.evaluate(_NAMES_HIDDEN)
    assert page.evaluate(
        """() => {
            parkMap.map.setView(parkMap.map.getCenter(), 15, { animate: false });
            return hidden();
        }"""
    )
    page.until("!hidden()")
    assert waiting
    page.page.unroute("**/tiles/parcels/**")
    page.page.wait_for_load_state("networkidle")


def test_the_picture_before_stands_in_for_tiles_on_their_way(open_map, tiled):
    page = open_map(f"?{NEAR}&z=14&{_NO_FIRMS}", on=tiled)
    page.until(_PAINTED)
    waiting = []
    page.page.route("**/tiles/parcels/**", lambda route: waiting.append(route))
    go(page, 15)
    page.until(_PAINTED)
    before = whole_picture(page)
    # What was held goes on when nobody holds it any more.
    page.page.unroute("**/tiles/parcels/**")
    page.page.wait_for_load_state("networkidle")
    page.settle()
    assert waiting
    assert difference(whole_picture(page), before) > _ALIKE


def test_shapes_with_the_same_values_share_a_look(open_map, tiled):
    page = open_map(f"?{NEAR}&z=15&{_NO_FIRMS}", on=tiled)
    page.page.wait_for_load_state("networkidle")
    addresses = [r.url for r in page.requests if "/tiles/parcels/14/" in r.url]
    looks = page.evaluate(
        """async (addresses) => {
            const main = document.querySelector("script[type=module]").src;
            const { LOOKS, readTile } = await import(new URL("tiles/read.js", main));
            const answers = await Promise.all(addresses.map((address) => fetch(address)));
            const bodies = answers.filter(({ status }) => status === 200);
            const tiles = await Promise.all(bodies.map((body) => body.arrayBuffer()));
            const layers = tiles.map((tile) => readTile(tile).get("parcels").shapes);
            const numbers = new Map();
            return layers.sort((a, b) => b.length - a.length)[0].map((shape) => {
                if (!numbers.has(shape.look)) numbers.set(shape.look, numbers.size);
                const { properties } = shape;
                const values = LOOKS.map((name) => properties[name] ?? null);
                const asked = LOOKS.map((name) => shape.value(name) ?? null);
                return [numbers.get(shape.look), JSON.stringify(values), JSON.stringify(asked)];
            });
        }""",
        addresses,
    )
    assert all(values == asked for _, values, asked in looks)
    pairs = {(look, values) for look, values, _ in looks}
    assert len(pairs) > 2
    assert len(pairs) == len({look for look, _ in pairs}) == len({values for _, values in pairs})


def test_the_legend_stays_while_its_signs_do(open_map, tiled):
    page = open_map(f"?{NEAR}&z=15&{_NO_FIRMS}", on=tiled)
    page.page.wait_for_load_state("networkidle")
    page.evaluate("window.sign = document.querySelector('#legend li')")
    page.evaluate("parkMap.map.panBy([3, 0], { animate: false })")
    page.settle()
    assert page.evaluate("sign.isConnected")
    page.locator("#layers input[value='parcels']").uncheck()
    page.until("!sign.isConnected")


def test_a_layer_is_switched_off_and_on(open_map, tiled):
    page = open_map(f"?{NEAR}&z=14&{_NO_FIRMS}", on=tiled)
    page.until(_PAINTED)
    box = page.locator("#layers input[value='parcels']")
    box.uncheck()
    page.until("!document.querySelector('.tile-canvas')")
    page.until(
        "(said) => !document.querySelector('#legend').innerText.includes(said)",
        page.text("plot_state.offer"),
    )
    box.check()
    page.until(_PAINTED)


@pytest.mark.parametrize("zoom", [7, 9.25, 11, 12.5, 13, 15.75, 18])
def test_plots_are_drawn_at_every_scale(open_map, tiled, zoom):
    page = open_map(f"?{NEAR}&z={zoom}&{_NO_FIRMS}", on=tiled)
    page.until(_PAINTED)


def test_firms_are_discs_from_afar_that_lead_nearer(open_map, tiled):
    page = open_map(f"?{NEAR}&z=12.5&layers=counties,places,logistics,parks,enterprises", on=tiled)
    page.until("document.querySelector('.tile-canvas')")
    disc = page.evaluate(
        """async () => {
            const canvas = document.querySelector(".tile-canvas canvas");
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const jade = [11, 107, 87];
            for (let i = 0; i < data.data.length; i += 4) {
                if (jade.every((part, k) => Math.abs(data.data[i + k] - part) < 4)) {
                    const box = canvas.getBoundingClientRect();
                    const at = i / 4;
                    const left = box.left + (at % canvas.width) / devicePixelRatio;
                    return [left, box.top + Math.floor(at / canvas.width) / devicePixelRatio + 10];
                }
            }
            return null;
        }"""
    )
    assert disc, "no disc is drawn"
    page.press(*disc)
    page.until("parkMap.map.getZoom() > 12.5")
    assert "sel=" not in page.page.url


def test_the_keys_walk_over_plots_in_view(open_map, tiled):
    page = open_map(f"?{NEAR}&z=15&{_NO_FIRMS}", on=tiled)
    page.locator("#map").focus()
    page.page.wait_for_load_state("networkidle")
    page.settle()
    page.page.keyboard.press("n")
    page.locator(".map-tip").wait_for()
    page.page.keyboard.press("Enter")
    page.until("location.search.includes('sel=parcels/')")


def test_names_of_plots(open_map, tiled):
    page = open_map(f"?{NEAR}&z=16&{_NO_FIRMS}", on=tiled)
    page.until("document.querySelectorAll('.map-label-parcels').length > 5")


def test_the_list_is_turned_by_the_server(open_map, tiled, plots, device):
    page = open_map("?view=list", on=tiled, **device)
    page.choose_tab("parcels")
    page.locator(".pager").wait_for()
    assert str(len(plots)) in page.locator(".list-count").inner_text()
    rows = page.locator("#list tbody tr")
    first = rows.first.inner_text()
    page.page.get_by_role("button", name=page.text("ui.page_next")).click()
    page.until("(old) => document.querySelector('#list tbody tr').innerText !== old", first)
    page.locator("#list-filter").fill(sorted(plots)[0])
    page.until("document.querySelectorAll('#list tbody tr').length === 1")
    rows.first.get_by_role("button").click()
    page.until("location.search.includes('sel=parcels/')")


def test_a_tile_that_fails_says_so_and_comes_at_the_next_try(open_map, tiled):
    page = open_map("/healthz", on=tiled, ready=False)
    page.expected += ["503", "Failed to load"]
    page.page.route("**/tiles/parcels/**", lambda route: route.fulfill(status=503, body=""))
    page.open(f"?{NEAR}&z=14&{_NO_FIRMS}")
    toast = page.locator("#toast")
    toast.wait_for(state="visible")
    page.page.unroute("**/tiles/parcels/**")
    toast.get_by_role("button").click()
    page.until(_PAINTED)
    toast.wait_for(state="hidden")


def test_the_staff_map_and_the_planners_map(open_map, tiled):
    page = open_signed_in(open_map, tiled, "viewer")
    page.open(f"?edition=staff&{NEAR}&z=14")
    asked = [r.url for r in page.requests if "/tiles/parcels/" in r.url]
    assert asked
    assert all("edition=staff" in url for url in asked)
    page.open("/plan/map")
    page.until("planMap.getPane('plots').querySelectorAll('path').length > 10")
    assert page.text("plotmap.one_park") in page.locator("main").inner_text()


def test_a_frame_in_another_page(open_map, tiled, plots):
    page = open_map("/embed?park=CL-TJ&layers=parks,parcels", on=tiled)
    page.until("document.querySelector('.tile-canvas')")
    plot = large_plots(plots, "state", ["built"])["built"]
    go_to(page, plot, 16)
    page.press(*screen_point(page, plot))
    page.until("document.querySelector('#embed-card')?.innerText.trim()")
    assert plot["id"] in page.locator("#embed-card").inner_text()


def test_the_search_box_asks_the_server_for_what_it_does_not_have(open_map, tiled):
    """Plots of a large layer are not in the index that the browser loads."""
    page = open_map("?lang=en", on=tiled)
    page.page.locator("#search-box").click()
    page.page.keyboard.type("CL-TJ-001")
    option = page.page.locator("#search-list [role=option]", has_text="CL-TJ-001")
    option.wait_for()
    option.click()
    page.until("location.search.includes('sel=parcels/CL-TJ-001')")


def test_the_show_draws_what_it_points_out_and_says_so(tiled, open_map):
    show = open_show(open_map, "?scene=offer", on=tiled)
    asked = []
    show.page.on("request", lambda request: asked.append(request.url))
    scene = next(one for one in show.scenes() if one["id"] == "offer")
    part, whole = scene["parts"]["parcels"], show.picture()
    assert 0 < len(part["drawn"]) < part["count"]
    with show.page.expect_popup() as opened:
        show.press("n")
    notes = opened.value.locator("main").inner_text()
    assert f"有 {part['count']} 个要素，本页只画出所指的 {len(part['drawn'])} 个" in notes

    def without_parts(route):
        story = route.fetch().json()
        route.fulfill(json=story | {"features": {}})

    show.page.route("**/show.json", without_parts)
    show.page.reload()
    show.settle()
    assert show.picture() != whole, "the plots of the park were on the map"
    assert not any("/items" in address for address in asked), "the show has them itself"
