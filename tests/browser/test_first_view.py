"""The first view: what it is, and where to click."""

import re
from itertools import combinations

import pytest

SEATS = {"zh": ["策勒", "于田", "民丰"], "en": ["Cele", "Yutian", "Minfeng"]}


HALO_PX = 3.5
"""A label's box includes the halo around its letters, which may touch the next one's."""


def overlap(a, b):
    width = min(a["right"], b["right"]) - max(a["left"], b["left"])
    height = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
    return width > HALO_PX and height > HALO_PX


def overlapping(boxes):
    return [(a["text"], b["text"]) for a, b in combinations(boxes, 2) if overlap(a, b)]


def test_shows_seats_and_parks_by_name(open_map, view):
    page = open_map(**view)
    labels = " ".join(box["text"] for box in page.labels())
    for seat in SEATS[view["lang"]]:
        assert seat in labels
    name = {"zh": "name_zh", "en": "name_en"}[view["lang"]]
    parks = [f["properties"] for f in page.features("parks") if f["geometry"]]
    top = [p[name] for p in parks if not p.get("parent_id")]
    assert [park for park in top if park not in labels] == []


def test_fits_the_three_counties_beside_what_covers_the_map(open_map, view):
    page = open_map(**view)
    inside = page.evaluate(
        """async () => {
            const { root, version } = document.documentElement.dataset;
            const site = await (await fetch(`${root}layers/${version}/site.json`)).json();
            const [w, s, e, n] = site.extent;
            const box = parkMap.map.getContainer().getBoundingClientRect();
            return [[s, w], [n, e]].every((at) => {
                const p = parkMap.map.latLngToContainerPoint(at);
                return p.x >= 0 && p.y >= 0 && p.x <= box.width && p.y <= box.height;
            });
        }"""
    )
    assert inside


@pytest.mark.parametrize("zoom", [None, 9, 11.5, 13, 15, 16.5])
def test_names_never_collide(open_map, view, zoom):
    page = open_map(**view)
    if zoom:
        drawn = [f for f in page.features("parks") if f["geometry"]]
        park = next(f["id"] for f in drawn if not f["properties"].get("parent_id"))
        page.fit("parks", park, max_zoom=zoom)
        page.wait()
        page.settle()
    assert overlapping(page.labels()) == []


def test_says_what_the_data_are(open_map, view):
    page = open_map(**view)
    notice = page.locator("#notice")
    assert notice.is_visible()
    assert {"zh": "示例", "en": "ample"}[view["lang"]] in notice.inner_text()
    approval = {"zh": "未经审图", "en": "not "}[view["lang"]]
    assert approval in page.locator("body").inner_text()


def test_speaks_one_language(open_map, view):
    page = open_map(**view)
    html = page.evaluate("document.documentElement.lang")
    assert html.startswith(view["lang"])
    assert page.page.title().strip()


def test_the_map_is_not_covered_by_more_than_a_third(open_map):
    page = open_map()
    share = page.evaluate(
        """() => {
            const covers = ["#panel", "#layers", "#legend", "#tools", "#strip", "#notice"];
            const boxes = covers.flatMap((s) => [...document.querySelectorAll(s)])
                .filter((e) => e.checkVisibility())
                .map((e) => e.getBoundingClientRect());
            const step = 8;
            let hit = 0, all = 0;
            for (let x = 0; x < innerWidth; x += step) {
                for (let y = 0; y < innerHeight; y += step, all += 1) {
                    hit += boxes.some((b) =>
                        x >= b.left && x <= b.right && y >= b.top && y <= b.bottom);
                }
            }
            return hit / all;
        }"""
    )
    assert share <= 1 / 3


def test_reads_out_the_coordinates_under_the_pointer(open_map):
    page = open_map()
    page.page.mouse.move(800, 400)
    page.page.mouse.move(805, 402)
    shown = page.locator(".leaflet-control-mouseposition").inner_text()
    lng, lat = (float(number) for number in re.findall(r"\d+\.\d+", shown))
    expected = page.evaluate(
        """() => {
            const box = parkMap.map.getContainer().getBoundingClientRect();
            const at = parkMap.map.containerPointToLatLng([805 - box.left, 402 - box.top]);
            return [at.lng, at.lat];
        }"""
    )
    assert [lng, lat] == pytest.approx(expected, abs=0.02)


def test_goes_full_screen_and_back(open_map):
    page = open_map()
    button = page.locator(".leaflet-control-zoom-fullscreen, .fullscreen-icon").first
    button.click()
    page.until("document.fullscreenElement !== null")
    page.page.keyboard.press("Escape")
    page.evaluate("document.fullscreenElement && document.exitFullscreen()")
    page.until("document.fullscreenElement === null")
    page.settle()
    assert page.panel.is_visible()


def test_still_stands_with_text_twice_as_large(open_map):
    page = open_map(ready=False)
    page.page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " document.documentElement.style.fontSize = '200%'; });"
    )
    page.page.reload()
    page.wait()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for selector in ("#panel", "#layers"):
        assert page.locator(selector).is_visible()
    assert overlapping(page.dom_boxes("#panel, #layers, #tools")) == []


def test_does_not_move_for_those_who_asked_for_stillness(open_map):
    page = open_map(reduced_motion="reduce")
    page.locator(".park-card").first.click()
    page.until("document.querySelector('#panel').dataset.kind === 'parks'")
    assert page.evaluate("parkMap.map._flyToFrame") is None
    running = page.evaluate(
        "document.getAnimations().filter((a) => a.effect.getTiming().duration > 50).length"
    )
    assert running == 0
