"""Parks by the hundred: the first view joins their marks, and every park can still be reached."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.mappage import texts
from tests.browser.site import Server, copy_layers, publish, serving
from tests.browser.test_keyboard import tab_to

COUNT = 300
"""More than the map gives a mark each."""

_SIDE = 0.004
"""Degrees of a park's side: some pixels at the scale of the prefecture's first view."""

_MARKS = """() => {
    const layers = parkMap.layers.parks.getLayers();
    const rings = layers.find((layer) => layer.getVisibleParent).getLayers();
    const bounds = parkMap.map.getBounds();
    const isSeen = (ring) => bounds.contains(ring.getLatLng());
    return {
        all: rings.filter(isSeen).length,
        alone: rings.filter((ring) => isSeen(ring) && parkMap.map.hasLayer(ring)).length,
    };
}"""
"""How many parks in view have a mark, and how many of them one of their own."""

_DISCS = ".map-cluster circle:last-of-type"


def add_parks(layers: Path, count: int) -> None:
    """Scatter sample parks along the road through the three counties."""
    path = layers / "parks.geojson"
    parks = json.loads(path.read_text(encoding="utf-8"))
    chance = random.Random(7)
    for number in range(1, count + 1):
        west, south = chance.uniform(80.4, 83.4), chance.uniform(36.6, 37.4)
        east, north = west + _SIDE, south + _SIDE
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        properties = {
            "park_id": f"X{number:03}",
            "name_zh": f"示例园区 {number:03}",
            "name_en": f"Sample park {number:03}",
            "adcode": "653226",
            "kind": "industrial",
            "nature": "sample",
            "source": "示例 / sample",
            "as_of": "2026-11",
        }
        geometry = {"type": "Polygon", "coordinates": [ring]}
        parks["features"].append(
            {"type": "Feature", "properties": properties, "geometry": geometry}
        )
    path.write_text(json.dumps(parks, ensure_ascii=False), encoding="utf-8")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The bundled layers with some hundred parks more."""
    folder = tmp_path_factory.mktemp("crowded")
    layers, out = copy_layers(folder / "layers"), folder / "out"
    add_parks(layers, COUNT)
    publish(out, data=layers)
    with serving(out, PARKS_DATA=str(layers)) as running:
        yield running


def go_to(page, park, zoom):
    """Show the middle of a park, which has no drawing of its own while it is joined."""
    shape = next(f for f in page.features("parks") if f["id"] == park)
    west, south = shape["geometry"]["coordinates"][0][0]
    page.fly_to(south + _SIDE / 2, west + _SIDE / 2, zoom)


def overlap(one, other):
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 1 and down > 1


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", ["desktop", "phone", "projector"])
def test_the_first_view_joins_the_marks(open_map, crowded, size, lang):
    wide = {"viewport": {"width": 1920, "height": 1080}} if size == "projector" else {}
    page = open_map(on=crowded, size="desktop" if size == "projector" else size, lang=lang, **wide)
    page.settle()
    marks, counts = page.evaluate(_MARKS), page.locator(".map-cluster").all_inner_texts()
    assert 2 <= len(counts) <= 20
    assert marks["all"] > COUNT
    # Each park is counted once.
    assert sum(map(int, counts)) + marks["alone"] == marks["all"]
    discs, names = page.dom_boxes(_DISCS), page.labels()
    apart = [*discs, *names]
    assert [
        (one["text"], other["text"])
        for index, one in enumerate(apart)
        for other in apart[index + 1 :]
        if overlap(one, other)
    ] == []
    assert any("于田县" in one["text"] or "Yutian" in one["text"] for one in names)


def test_a_ring_opens_on_its_parks(open_map, crowded, device):
    page = open_map(on=crowded, **device)
    zoom = page.state()["zoom"]
    ring = page.locator(".map-cluster").first
    assert ring.get_attribute("aria-label") == texts(page.lang)["map.cluster_parks"].format(
        count=ring.inner_text()
    )
    ring.click()
    page.until("(zoom) => parkMap.map.getZoom() >= zoom + 1", zoom)
    page.settle()
    assert page.evaluate(_MARKS)["all"] > 0
    assert "sel=" not in page.page.url


def test_a_park_among_many_is_an_outline_once_it_is_large_enough(open_map, crowded):
    page = open_map(on=crowded)
    go_to(page, "X001", 12)
    outlines = "() => document.querySelectorAll('.leaflet-areas-pane path').length"
    assert page.evaluate(outlines) < 12
    go_to(page, "X001", 15)
    page.until("document.querySelectorAll('.leaflet-areas-pane path').length >= 300")
    page.click("parks", "X001")
    page.until("document.querySelector('#panel').dataset.kind === 'parks'")
    assert "001" in page.panel.inner_text()


def test_an_address_shows_a_park_among_many(open_map, crowded):
    page = open_map("?sel=parks/X002", on=crowded)
    page.until("parkMap.map.getZoom() >= 13")
    page.until("document.querySelectorAll('.leaflet-selection-pane path').length > 0")
    assert "002" in page.panel.inner_text()


def test_the_keys_lead_through_a_ring_to_a_park(open_map, crowded):
    page = open_map(on=crowded)
    zoom = page.state()["zoom"]
    tab_to(page, ".map-cluster")
    page.page.keyboard.press("Enter")
    page.until("(zoom) => parkMap.map.getZoom() >= zoom + 1", zoom)
    page.settle()
    assert page.evaluate("document.activeElement === parkMap.map.getContainer()")
    go_to(page, "X003", 14)
    status = "document.querySelector('#map + [role=status]').textContent"
    for _ in range(20):
        page.page.keyboard.press("n")
        if "示例园区" in page.evaluate(status):
            break
    assert "示例园区" in page.evaluate(status)
    page.page.keyboard.press("Enter")
    page.until("document.querySelector('#panel').dataset.kind === 'parks'")


def test_a_dozen_parks_keep_a_mark_each(open_map):
    page = open_map()
    page.settle()
    assert page.locator(".map-cluster").count() == 0
    assert not [request.url for request in page.requests if "/crowd.js" in request.url]


def test_without_the_module_every_park_has_its_mark(open_map, crowded):
    page = open_map("/healthz", on=crowded, ready=False)
    page.expected += ["503", "crowd.js"]
    page.page.route("**/crowd.js", lambda route: route.fulfill(status=503, body=""))
    page.open()
    assert page.evaluate("parkMap.layers.parks.getLayers().length") > COUNT
