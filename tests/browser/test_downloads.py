"""The page of the files, in a browser: readable, and a click keeps the file."""

import json
from pathlib import Path

from tests.browser.test_accessibility import assert_accessible


def test_no_violation_of_axe_and_nothing_runs_over(open_map, view):
    page = open_map("/downloads", ready=False, **view)
    page.locator("#file-parcels").wait_for()
    assert_accessible(page)
    width = page.page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_click_keeps_the_file(open_map):
    page = open_map("/downloads", ready=False)
    with page.page.expect_download() as waiting:
        page.locator("#file-parks a", has_text="GeoJSON").click()
    assert waiting.value.suggested_filename.startswith("parks-")
    document = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    assert document["title_zh"] == "园区"
    assert document["features"]


def test_hashes_open_and_stay_within_the_page(open_map):
    page = open_map("/downloads", ready=False, viewport={"width": 360, "height": 640})
    page.locator("#file-parks summary").click()
    page.locator("#file-parks .download-hashes .code").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_reads_without_scripts(open_map):
    page = open_map("/downloads", ready=False, java_script_enabled=False)
    assert page.locator(".download").count() >= 11
