"""Data that wants to run in the reader's browser: it is shown literally and runs never."""

import csv
import json
import re

import pytest

from tests.browser.site import copy_layers, publish, serving

PAYLOADS = [
    "<script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=2>",
    "${window.__pwned=3}",
    "`${window.__pwned=4}`",
    "\"'><svg onload=window.__pwned=5>",
    "javascript:window.__pwned=6",
    "{{ 7*7 }}{% raw %}",
    "\u202eفيلا\u202c 🏭👷‍♀️",
    "</script><script>window.__pwned=8</script>",
    "'-window.__pwned=9-'",
    "&lt;b&gt;&amp;",
]
_NAMES = ("name_zh", "name_en")
_TEXTS = ("note_zh", "note_en", "facts_zh", "facts_en", "functions", "contact_post", "product")


def spoil(record, number, fields=_NAMES + _TEXTS):
    payload = PAYLOADS[number % len(PAYLOADS)]
    for field in fields:
        if record.get(field):
            record[field] = payload


def spoil_geojson(path):
    collection = json.loads(path.read_text(encoding="utf-8"))
    for number, feature in enumerate(collection["features"]):
        spoil(feature["properties"], number)
        if "utilities" in feature["properties"]:
            feature["properties"]["announcement_url"] = "javascript:window.__pwned=6"
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


def spoil_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        names, rows = list(reader.fieldnames or ()), list(reader)
    fields = [*_NAMES, *_TEXTS, "subject_zh", "subject_en", "title_zh", "title_en", "unit_en"]
    for number, row in enumerate(rows):
        spoil(row, number, fields)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    data = copy_layers(folder / "layers")
    for path in sorted(data.glob("*.geojson")):
        spoil_geojson(path)
    for path in sorted(data.glob("*.csv")):
        spoil_csv(path)
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    title = json.dumps(PAYLOADS[0] + PAYLOADS[2])
    line = f"title = {{ zh = {title}, en = {title} }}"
    text = re.sub(r"^title = .*$", lambda _: line, text, count=1, flags=re.MULTILINE)
    catalog.write_text(text, encoding="utf-8")
    publish(folder / "out", data=data)
    with serving(folder / "out") as server:
        yield server


def assert_nothing_ran(page):
    assert page.evaluate("window.__pwned") is None
    assert page.evaluate("document.querySelectorAll('img[src=x], svg[onload]').length") == 0


def test_map_panels_and_tips_show_names_literally(open_map, hostile, device):
    page = open_map(on=hostile, **device)
    name = {"zh": "name_zh", "en": "name_en"}[device["lang"]]
    for layer in ("parks", "enterprises", "logistics", "places", "counties"):
        for feature in page.features(layer)[: len(PAYLOADS)]:
            title = feature["properties"].get(name) or ""
            # As the back button does, which is quicker than a page for each.
            page.evaluate(
                """(sel) => {
                    history.pushState(null, "", `${location.pathname}?sel=${sel}`);
                    dispatchEvent(new PopStateEvent("popstate"));
                }""",
                f"{layer}/{feature['id']}&lang={page.lang}",
            )
            page.until(
                "(text) => document.querySelector('.panel-title')?.textContent.includes(text)",
                title,
            )
            assert_nothing_ran(page)
    links = page.evaluate("[...document.querySelectorAll('a')].map((a) => a.protocol)")
    assert "javascript:" not in links


def test_tips_under_the_pointer(open_map, hostile):
    page = open_map(on=hostile)
    for park in [f for f in page.features("parks") if f["geometry"]]:
        page.fit("parks", park["id"], max_zoom=14)
        page.page.mouse.move(*page.point_of("parks", park["id"]))
        page.page.wait_for_timeout(50)
        assert_nothing_ran(page)


@pytest.mark.parametrize("tab", ["parks", "parcels", "enterprises", "logistics"])
def test_list(open_map, hostile, tab):
    page = open_map("?view=list", on=hostile)
    page.choose_tab(tab)
    page.page.wait_for_selector("#list tbody tr")
    assert_nothing_ran(page)


def test_figures_and_about(open_map, hostile):
    page = open_map(on=hostile)
    page.locator(".figures-all >> visible=true").first.click()
    assert PAYLOADS[0] in page.locator("dialog[open]").inner_text()
    assert_nothing_ran(page)
    assert PAYLOADS[0] in page.page.title()
    page.open("/about", ready=False)
    assert PAYLOADS[0] in page.locator("body").inner_text()
    assert_nothing_ran(page)
