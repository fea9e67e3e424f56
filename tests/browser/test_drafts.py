"""A planner tries out a changed layout through the real server, shows it, hands it on."""

import json
from itertools import pairwise

import pytest
from shapely import Point, Polygon

from geo.settings import BUNDLED_LAYERS
from tests.browser.mappage import texts
from tests.browser.people import add_user, open_signed_in
from tests.browser.site import publish, serving
from tests.browser.test_accessibility import assert_accessible

JOB_MS = 120_000
CHANGED, GONE = "CL-AGRI-001", "CL-AGRI-004"


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """A server with two planners (``li``, ``zhao``) and a viewer (``wang``)."""
    out = tmp_path_factory.mktemp("drafts") / "out"
    publish(out)
    for name, role in (("li", "staff"), ("zhao", "staff"), ("wang", "viewer")):
        add_user(out, name, role)
    with serving(out) as server:
        yield server


@pytest.fixture
def open_as(open_map, instance):
    def opener(name, path, **view):
        page = open_signed_in(open_map, instance, name, **view)
        page.open(path, ready=False)
        return page

    return opener


@pytest.fixture(scope="module")
def layout(tmp_path_factory):
    """The bundled plots, one with another land use, one moved, one left out."""
    collection = json.loads((BUNDLED_LAYERS / "parcels.geojson").read_text("utf-8"))
    plots = {f["properties"]["parcel_id"]: f for f in collection["features"]}
    plots[CHANGED]["properties"]["land_use_code"] = "110101"
    collection["features"].remove(plots[GONE])
    path = tmp_path_factory.mktemp("layout") / "西区方案.geojson"
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


# The whole way with processes of its own: a busy machine needs more than the usual limit.
@pytest.mark.timeout(600)
def test_a_planner_tries_a_layout_out_and_hands_it_to_import(open_as, instance, layout):
    page = open_as("li", "/plan/drafts")
    assert_accessible(page)
    page.page.set_input_files("#file", layout)
    page.page.fill("#title", "西区仓储")
    page.locator("input[value=replace]").check()
    page.locator("#upload [type=submit]").click()
    page.page.wait_for_selector("#balance-title", timeout=JOB_MS)

    balance = page.locator(".draft-balance").first
    row = balance.locator("tr", has_text="110101")
    assert "is-changed" in (row.get_attribute("class") or "")
    assert "+27.5" in row.inner_text()
    findings = page.locator("[aria-labelledby=findings-title]").inner_text()
    assert GONE in findings, "a firm's plot is gone"
    assert CHANGED in page.locator("table.changes").inner_text()
    page.page.wait_for_selector("#changes-map path")
    assert_accessible(page)

    # A colleague opens the link; a viewer cannot.
    shared = page.locator("#share").input_value()
    assert shared.startswith(instance.url)
    path = shared.removeprefix(instance.url)
    other = open_as("zhao", path)
    assert other.locator("h1").inner_text() == "西区仓储"
    viewer = open_as("wang", "/account")
    viewer.expected.append("403")
    viewer.open(path, ready=False)
    assert viewer.locator("#balance-title").count() == 0

    phone = open_as("li", path, size="phone", lang="en")
    assert phone.locator("#balance-title").is_visible()
    assert phone.page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
    assert_accessible(phone)

    # Handed to import it is a report like any other, and nothing is written yet.
    page.page.get_by_role("button", name=page.text("drafts.hand_over"), exact=True).click()
    page.page.wait_for_selector("#understood-title", timeout=JOB_MS)
    assert not (instance.out / "data").exists()

    # The colleague discards it, after a question.
    other.page.get_by_role("link", name=other.text("drafts.discard"), exact=True).click()
    other.page.get_by_role("button", name=other.text("drafts.discard"), exact=True).click()
    other.page.wait_for_selector("#upload")
    assert other.locator("table").count() == 0


# --- drawn -------------------------------------------------------------------------------------

SPLIT = """async ([ring, line]) => {
    const { splitRing } = await import(new URL("./split.js", document
        .querySelector("script[src$='drafts/draw.js']").src).href);
    const [corners, points] = [ring, line].map((one) => one.map(([lng, lat]) => ({ lng, lat })));
    const { parts, fault, count } = splitRing(corners, points);
    return { fault, count, parts: parts?.map((part) => part.map(({ lng, lat }) => [lng, lat])) };
}"""
E = 80.83
"""West edge of the outlines that are split, near the bundled parks."""


def at(x, y):
    """Return a position x and y thousandths of a degree from the corner of all outlines."""
    return [round(E + x / 1000, 6), round(36.98 + y / 1000, 6)]


SQUARE = [at(0, 0), at(4, 0), at(4, 4), at(0, 4)]
BAY = [at(0, 0), at(6, 0), at(6, 4), at(4, 4), at(4, 2), at(2, 2), at(2, 4), at(0, 4)]
"""An outline with a bay from the north."""


@pytest.fixture
def editor(open_as):
    def opener(park="CL-AGRI", **view):
        lang = view.get("lang", "zh")
        page = open_as("li", f"/plan/drafts/draw?park={park}&lang={lang}", **view)
        page.page.wait_for_selector("html[data-ready]")
        return page

    return opener


def full(page, key, **values):
    return texts(page.lang)[key].format(**values)


def said(page):
    return page.locator("#draw-said").inner_text()


def fault(page):
    return page.locator("#draw-fault").inner_text()


def counts(page):
    return page.locator("#draw-count").inner_text()


def choose(page, key):
    page.page.select_option("#draw-plots", key)


def keys(page):
    return page.locator("#draw-plots option").evaluate_all("all => all.map((one) => one.value)")


def ring_of(page):
    """Return the corners of the chosen plot as the list shows them."""
    rows = page.locator("#draw-corners button").all_inner_texts()
    numbers = [row.replace("，", " ").replace(",", " ").split() for row in rows]
    return [[float(part) for part in row if part.count(".") == 1] for row in numbers]


def type_place(page, lng, lat):
    page.page.fill("#draw-lng", f"{lng:.7f}")
    page.page.fill("#draw-lat", f"{lat:.7f}")
    page.page.press("#draw-lat", "Enter")


def across(ring, beyond=1.0):
    """Return two places on both sides of a plot of four corners, along its first side."""
    a, b = ring[:2]
    x, y = (sum(one[k] for one in ring) / len(ring) for k in (0, 1))
    dx, dy = (b[0] - a[0]) * beyond, (b[1] - a[1]) * beyond
    return (x - dx, y - dy), (x + dx, y + dy)


def split_in_two(page, key):
    choose(page, key)
    ring = ring_of(page)
    page.locator("#draw-split").click()
    for place in across(ring):
        type_place(page, *place)
    page.locator("#draw-finish").click()
    return ring


@pytest.mark.parametrize(
    ("ring", "line"),
    [
        (SQUARE, [at(-1, 1), at(5, 3)]),
        (SQUARE, [at(0, 0), at(4, 4)]),
        (SQUARE, [at(-1, 2), at(2, 1), at(3, 3), at(5, 2)]),
        (SQUARE, [at(0, 2), at(4, 2)]),
        (SQUARE[::-1], [at(1, -1), at(1, 1), at(4, 1)]),
        (BAY, [at(3, 5), at(3, -1)]),
        (BAY, [at(-1, 1), at(7, 1.5)]),
        (BAY, [at(2, 2), at(2, -1)]),
    ],
    ids=["across", "corners", "bent", "edges", "clockwise", "bay", "below", "inner corner"],
)
def test_a_line_cuts_an_outline_in_two(editor, ring, line):
    answer = editor().page.evaluate(SPLIT, [ring, line])
    assert answer["parts"], answer
    one, other = (Polygon(part) for part in answer["parts"])
    whole = Polygon(ring)
    assert one.is_valid
    assert other.is_valid
    assert one.area + other.area == pytest.approx(whole.area, rel=1e-6)
    assert one.intersection(other).area < 1e-15
    # The cut is the same numbers in both, backwards, and every corner is kept.
    parts = [[tuple(corner) for corner in part] for part in answer["parts"]]
    sides = [set(pairwise([*part, part[0]])) for part in parts]
    assert {(b, a) for a, b in sides[1]} & sides[0]
    assert {*parts[0], *parts[1]} >= {tuple(corner) for corner in ring}
    turns = {Polygon(part).exterior.is_ccw for part in answer["parts"]}
    assert turns == {whole.exterior.is_ccw}


@pytest.mark.parametrize(
    ("ring", "line", "expected"),
    [
        (SQUARE, [at(1, 1), at(5, 1)], ("crossings", 1)),
        (SQUARE, [at(-1, 5), at(5, 5)], ("crossings", 0)),
        (BAY, [at(-1, 3), at(7, 3)], ("crossings", 4)),
        (SQUARE, [at(-1, 0), at(5, 0)], ("along", 0)),
        (SQUARE, [at(0, 4), at(4, 4), at(5, 2)], ("along", 0)),
        (BAY, [at(2, 4), at(4, 4)], ("outside", 0)),
        (SQUARE, [at(-1, 2), at(3, 2), at(3, 3), at(2, 3), at(2, 1), at(2, -1)], ("itself", 0)),
        (SQUARE, [at(-0.01, 0.015), at(0.015, -0.01)], ("small", 0)),
    ],
)
def test_a_line_that_does_not_cut_cleanly_is_refused(editor, ring, line, expected):
    answer = editor().page.evaluate(SPLIT, [ring, line])
    assert (answer.get("fault"), answer.get("count")) == expected


FILE = """async (fields) => {
    const shapes = await import(new URL("./shapes.js", document
        .querySelector("script[src$='drafts/draw.js']").src).href);
    const ring = [[80, 37], [80.01, 37], [80.01, 37.01], [80, 37]];
    const geometry = { type: "Polygon", coordinates: [ring] };
    const one = (id) => shapes.publishedPlot({ id, geometry, properties: fields });
    const bent = { ...one("bent"), isMoved: true };
    const plots = [bent, { ...one("used"), landUse: "0901" }, { ...one("gone"), isGone: true },
        shapes.partOf(one("whole"), "part", bent.ring), one("left alone")];
    const about = { park: "P", inherited: ["far_max"], source: "drawn", today: "2026-12" };
    const { features } = shapes.toCollection(new Map(plots.map((plot) => [plot.id, plot])), about);
    return Object.fromEntries(features.map((one) => [one.properties.parcel_id, one.properties]));
}"""


def test_what_is_drawn_says_where_it_comes_from(editor):
    page = editor().page
    plot = {"land_use_code": "100101", "far_max": 2, "far": 1.5, "declared_area_mu": 30}
    said = {"nature": "surveyed", "source": "survey 7", "as_of": "2025-01"}
    sent = page.evaluate(FILE, {**plot, **said})
    assert set(sent) == {"bent", "used", "gone", "part"}
    drawn = {"source": "drawn", "as_of": "2026-12"}
    assert sent["bent"].items() >= {"nature": "reported", **drawn}.items()
    assert sent["used"].items() >= {"nature": "surveyed", "land_use_code": "0901", **drawn}.items()
    assert sent["gone"].items() >= said.items()
    # A part has what the plot has, where it has it, and nothing that is the whole plot's.
    fields = {"parcel_id": "part", "land_use_code": "100101", "far_max": 2}
    assert sent["part"] == {**fields, "nature": "reported", **drawn}
    # What is made of a sample stays one.
    sample = {"nature": "sample", "source": "invented", "as_of": "2026-11"}
    for one in page.evaluate(FILE, {**plot, **sample}).values():
        assert one.items() >= sample.items()


@pytest.mark.timeout(600)
def test_a_plot_is_split_and_another_removed(editor, instance):
    page = editor()
    assert page.locator("#draw-send").is_disabled()
    before = split_in_two(page, GONE)
    parts = {"one": f"{GONE}-1", "other": f"{GONE}-2"}
    assert said(page) == full(page, "drafts.draw_was_split", plot=GONE, **parts)
    order = keys(page)
    assert order.index(f"{GONE}-1") == order.index(GONE) + 1
    choose(page, CHANGED)
    page.locator("#draw-remove").click()
    assert counts(page) == full(page, "drafts.draw_count", changed=0, new=2, gone=2)
    assert_accessible(page)

    page.page.fill("#title", "一分为二")
    page.locator("#draw-send").click()
    page.page.wait_for_selector("#balance-title", timeout=JOB_MS)
    number = page.page.url.split("?")[0].rsplit("/", 1)[1]
    sent = json.loads((instance.out / "drafts" / number / "file").read_text("utf-8"))
    parts = [f for f in sent["features"] if f["properties"]["parcel_id"].startswith(f"{GONE}-")]
    one, other = (Polygon(f["geometry"]["coordinates"][0]) for f in parts)
    assert one.union(other).symmetric_difference(Polygon(before)).area < 1e-12
    source = json.loads((BUNDLED_LAYERS / "parcels.geojson").read_text("utf-8"))
    parent = next(
        f["properties"] for f in source["features"] if f["properties"]["parcel_id"] == GONE
    )
    for part in parts:
        for name in ("park_id", "supply_state", "permitted_industries", "far_max", "nature"):
            assert part["properties"][name] == parent[name]
        assert "declared_area_mu" not in part["properties"], "nobody declared it"
        assert "cadastral_code" not in part["properties"]

    # The draft knows both as gone, the parts as new, and no fault between the parts.
    changes = page.locator("table.changes").inner_text()
    assert f"{GONE}-1" in changes
    assert f"{GONE}-2" in changes
    result = json.loads((instance.out / "drafts" / number / "result.json").read_text("utf-8"))
    assert result["summary"]["plots"] == {"changed": 0, "new": 2, "gone": 2}
    faults = [f for f in result["findings"]["new"] if f"{GONE}-1" in f["feature"]]
    assert faults == []


def test_steps_are_undone_and_done_again(editor):
    page = editor()
    split_in_two(page, GONE)
    choose(page, f"{GONE}-2")
    page.page.press("#draw-plots", "Delete")
    gone = keys(page)
    assert f"{GONE}-2" not in gone, "a part that nobody published is not kept as gone"
    page.page.keyboard.press("Control+z")
    assert f"{GONE}-2" in keys(page)
    page.page.keyboard.press("Control+z")
    assert counts(page) == full(page, "drafts.draw_count", changed=0, new=0, gone=0)
    assert page.locator("#draw-undo").is_disabled()
    page.locator("#draw-redo").click()
    page.page.keyboard.press("Control+y")
    assert keys(page) == gone
    assert page.locator("#draw-redo").is_disabled()
    # A published plot that goes stays in the list, and comes back from there.
    choose(page, CHANGED)
    page.locator("#draw-remove").click()
    assert said(page) == full(page, "drafts.draw_removed", plot=CHANGED)
    choose(page, CHANGED)
    assert page.locator("#draw-split").is_disabled()
    page.page.get_by_role("button", name=page.text("drafts.draw_restore"), exact=True).click()
    assert counts(page) == full(page, "drafts.draw_count", changed=0, new=1, gone=1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_of_it_works_by_keyboard(editor, lang):
    page = editor(lang=lang)
    keyboard = page.page.keyboard
    page.page.focus("#draw-plots")
    keyboard.press("Home")
    keyboard.press("ArrowDown")
    assert page.locator("#draw-name").inner_text() == "CL-AGRI-002"
    # From the map to the list no plot holds the key up; then land use and corners.
    page.page.focus("#draw-map")
    for _ in range(3):
        keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "draw-plots"
    keyboard.press("Tab")
    keyboard.press("Tab")
    before = ring_of(page)
    keyboard.press("Shift+ArrowRight")
    keyboard.press("ArrowUp")
    after = ring_of(page)
    moved = [after[0][k] - before[0][k] for k in (0, 1)]
    assert moved[1] * 111_000 == pytest.approx(1, rel=0.02)
    assert moved[0] * 111_000 * 0.799 == pytest.approx(10, rel=0.02)
    assert after[1:] == before[1:]
    assert f"{after[0][0]:.7f}" in said(page)
    assert page.evaluate("document.activeElement.dataset.corner") == "0"
    # Steps of one corner in a row are undone together.
    keyboard.press("Control+z")
    assert ring_of(page) == before
    page.page.focus("#draw-corners button >> nth=1")
    keyboard.press("Delete")
    assert ring_of(page) == [before[0], *before[2:]]
    while len(ring_of(page)) > 3:
        keyboard.press("Delete")
    keyboard.press("Delete")
    assert fault(page) == page.text("drafts.draw_fewest")
    # A typed place is taken as it is; a swapped one is refused.
    type_place(page, *reversed(before[1]))
    assert fault(page) == page.text("drafts.draw_far")
    type_place(page, before[1][0] + 1e-4, before[1][1])
    assert page.locator("#draw-fault").is_hidden()
    assert ring_of(page)[1] == [pytest.approx(before[1][0] + 1e-4, abs=1e-7), before[1][1]]
    page.page.fill("#draw-lng", "east")
    page.page.press("#draw-lng", "Enter")
    assert fault(page) == page.text("drafts.draw_bad_place")

    # A new plot by typed places, and one that is given up.
    page.page.focus("#draw-new")
    keyboard.press("Enter")
    type_place(page, *before[0])
    assert said(page).startswith(page.text("drafts.draw_point") + "1")
    keyboard.press("Escape")
    assert said(page) == page.text("drafts.draw_cancelled")
    page.page.focus("#draw-new")
    keyboard.press("Enter")
    for place in before[:3]:
        type_place(page, *place)
    page.page.focus("#draw-finish")
    keyboard.press("Enter")
    assert page.locator("#draw-name").inner_text() == "CL-AGRI-NEW-1"
    assert Point(ring_of(page)[0]).distance(Point(before[0])) < 1e-7
    assert page.evaluate("document.activeElement.id") == "draw-plots"


def test_a_split_that_fails_says_why_and_can_be_mended(editor):
    page = editor()
    choose(page, GONE)
    ring = ring_of(page)
    page.locator("#draw-split").click()
    start, end = across(ring)
    middle = [(start[k] + end[k]) / 2 for k in (0, 1)]
    for place in (start, middle):
        type_place(page, *place)
    page.locator("#draw-finish").click()
    assert fault(page) == full(page, "drafts.draw_cut_crossings", count=1)
    page.locator("#draw-undo").click()
    type_place(page, *end)
    page.locator("#draw-finish").click()
    assert page.locator("#draw-fault").is_hidden()
    assert f"{GONE}-1" in keys(page)
    # Corners of the list are points of the line as well.
    choose(page, f"{GONE}-1")
    page.locator("#draw-split").click()
    page.locator("#draw-corners button").nth(0).click()
    page.locator("#draw-corners button").nth(2).click()
    page.locator("#draw-finish").click()
    assert f"{GONE}-1-2" in keys(page)


def test_work_is_not_lost_without_a_question(editor):
    page = editor()
    choose(page, GONE)
    page.locator("#draw-remove").click()
    asked = []
    page.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.page.get_by_role("link", name=page.text("drafts.title"), exact=True).first.click()
    page.page.wait_for_selector("#upload")
    assert asked == ["beforeunload"]


def corners(page, *places):
    page.locator("#draw-map").scroll_into_view_if_needed()
    box = page.locator("#draw-map").bounding_box()
    for x, y in places:
        page.page.mouse.click(box["x"] + x, box["y"] + y)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("view", [("desktop", "zh"), ("phone", "en")], ids="-".join)
def test_a_layout_is_drawn_in_the_browser(open_as, view):
    size, lang = view
    page = open_as("li", f"/plan/drafts/draw?park=CL-AGRI&lang={lang}", size=size, lang=lang)
    page.page.wait_for_selector("#draw-map path.leaflet-interactive")
    assert page.locator("#draw-send").is_disabled()

    # Another use for a plot, and its first corner moved.
    page.locator("#draw-map path.leaflet-interactive").nth(3).click()
    page.page.select_option("#draw-use", "110101")
    area = page.locator("#draw-area").inner_text()
    corner = page.locator(".draw-corner").first.bounding_box()
    at = [corner["x"] + 8, corner["y"] + 8]
    page.page.mouse.move(*at)
    page.page.mouse.down()
    page.page.mouse.move(at[0] + 30, at[1] + 25, steps=5)
    page.page.mouse.up()
    assert page.locator("#draw-area").inner_text() != area
    # A new plot: fewer than three corners are none.
    page.locator("#draw-new").click()
    corners(page, (70, 60), (160, 60))
    assert page.locator("#draw-finish").is_disabled()
    corners(page, (160, 140))
    page.locator("#draw-finish").click()
    assert page.locator("#draw-name").inner_text() == "CL-AGRI-NEW-1"
    assert_accessible(page)
    if size == "phone":
        return
    page.page.fill("#title", "画的布局")
    page.locator("#draw-send").click()
    page.page.wait_for_selector("#balance-title", timeout=JOB_MS)
    changes = page.locator("table.changes").inner_text()
    assert "CL-AGRI-NEW-1" in changes
    assert "一类物流仓储用地" in changes
