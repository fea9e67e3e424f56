"""A clerk brings in a county file through the real server, and nobody else can."""

import csv
import io
import json
import re
import time
from http.client import HTTPConnection
from pathlib import Path

import openpyxl
import pytest

from geo import jobs
from geo.settings import Settings
from geo.state import open_state
from tests.browser.people import add_user, open_signed_in
from tests.browser.site import publish, serving
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_hostile import PAYLOADS, assert_nothing_ran

HEADINGS = [
    "企业名称",
    "信用代码",
    "阶段",
    "计划投资（亿元）",
    "园区",
    "经度",
    "纬度",
    "是否同意公开名称",
]
GOOD = "策勒红枣食品有限公司"
REGISTER = [
    [GOOD, "", "签约", "1.2", "策勒天津工业园区", "80.8421", "36.9821", "是"],
    [
        "于田玉石加工厂",
        "9.16532E+17",
        "在建",
        "0.3",
        "于田天津工业园区",
        "81.6642",
        "36.8545",
        "否",
    ],
    ["民丰大芸药业有限公司", "", "不知道", "0.5", "", "82.6804", "37.0654", "是"],
]
JOB_MS = 60_000
NARROW = "document.documentElement.scrollWidth <= innerWidth"


def register(rows=REGISTER):
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    return text.getvalue().encode("gb18030")


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """A server with a clerk (``li``) and a viewer (``wang``), which takes 1 MB at most."""
    out = tmp_path_factory.mktemp("data") / "out"
    publish(out)
    add_user(out, "li", "staff")
    add_user(out, "wang", "viewer")
    with serving(out, PARKS_UPLOAD_MB="1") as server:
        yield server


@pytest.fixture
def open_as(open_map, instance):
    """Open a page as somebody who is signed in."""

    def opener(name, path, **view):
        page = open_signed_in(open_map, instance, name, **view)
        page.open(path, ready=False)
        return page

    return opener


def choose(page, path, *, nature="reported"):
    page.page.set_input_files("#file", path)
    page.page.select_option("#nature", nature)


def send(page):
    page.locator("#upload [type=submit]").click()
    page.page.wait_for_selector("#understood-title, main > .card > p.alert", timeout=JOB_MS)
    assert page.locator("#understood-title").count(), page.locator("main").inner_text()


def button(page, key):
    return page.page.get_by_role("button", name=page.text(key), exact=True)


def written(tmp_path, name="策勒县企业台账.csv", body=None):
    path = tmp_path / name
    path.write_bytes(register() if body is None else body)
    return path


# --- the way of a file -------------------------------------------------------------------------


# The whole way with five processes of its own: a busy machine needs more than the usual limit.
@pytest.mark.timeout(400)
def test_a_clerk_brings_in_a_register_and_publishes_it(open_as, open_map, instance, tmp_path):
    page = open_as("li", "/data")
    choose(page, written(tmp_path))
    assert page.locator("#layer").input_value() == "enterprises", "guessed by the file's name"
    send(page)

    # The numbers fit several datums: the clerk is asked, and nothing can be imported yet.
    assert page.locator("legend").filter(has_text="WGS84").is_visible()
    assert button(page, "data.import_good").count() == 0
    page.locator("input[value=wgs84]").check()
    button(page, "data.answer").click()
    page.page.wait_for_selector("#numbers-title", timeout=JOB_MS)
    page.wait()

    # What is wrong is told by row, and can be taken along.
    faults = page.locator("#faults").inner_text()
    assert "9.16532E+17" in faults and "不知道" in faults
    page.locator("#faults-filter").fill("不知道")
    assert page.locator("#faults tbody tr:visible").count() == 1
    with page.page.expect_download() as download:
        page.page.get_by_role("link", name=page.text("data.faults_download")).click()
    download.value.save_as(tmp_path / "faults.xlsx")
    cells = [
        str(cell.value)
        for sheet in openpyxl.load_workbook(tmp_path / "faults.xlsx")
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert "民丰大芸药业有限公司" in cells
    assert GOOD not in cells

    # Where it changes something is on a small map.
    assert page.evaluate("document.querySelectorAll('#changes-map path').length") > 3
    page.locator("[data-show]").filter(has_text=GOOD).click()

    button(page, "data.import_good").click()
    page.page.wait_for_selector(".tiles", timeout=JOB_MS)
    assert page.locator(".tile.is-new dd").inner_text() == "1"
    button(page, "data.prepare").click()
    page.page.wait_for_selector("#release-title", timeout=JOB_MS)
    public = open_map(on=instance)
    assert GOOD not in names(public)
    assert "+1" in page.locator(".is-different").inner_text()
    button(page, "data.release").click()
    page.page.wait_for_selector(".alert.is-good")

    public.open()
    assert GOOD in names(public)
    assert "于田玉石加工厂" not in names(public)
    page.open("/audit", ready=False)
    log = page.locator("table").inner_text()
    assert page.text("action.import") in log
    assert page.text("action.publish") in log


def names(page):
    return [f["properties"].get("name_zh") for f in page.features("enterprises")]


def test_the_way_works_without_script(open_as, tmp_path):
    page = open_as("li", "/data", java_script_enabled=False)
    choose(page, written(tmp_path))
    page.page.select_option("#layer", "enterprises")
    send(page)  # the page of the job loads itself anew
    assert page.locator("input[value=gcj02]").is_visible()


def test_a_file_that_is_none_is_refused_in_a_sentence(open_as, tmp_path):
    page = open_as("li", "/data")
    drawing = written(tmp_path, "地块.dwg", b"AC1027" + b"\0" * 500)
    choose(page, drawing, nature="surveyed")
    assert page.locator("#layer").input_value() == "parcels"
    page.locator("#upload [type=submit]").click()
    page.page.wait_for_selector("p.alert:not([hidden])", timeout=JOB_MS)
    assert "dxf" in page.locator("p.alert").first.inner_text()


def test_too_large_a_file_is_told_before_it_is_sent(open_as, tmp_path):
    page = open_as("li", "/data")
    choose(page, written(tmp_path, "企业.csv", b"0" * 1_100_000))
    alert = page.locator("#upload-error")
    assert "1 MB" in alert.inner_text()
    page.locator("#upload [type=submit]").click()
    page.page.wait_for_timeout(300)
    assert page.page.url.endswith("/data")
    assert not [r for r in page.requests if r.method == "POST" and "upload" in r.url]


def test_the_server_refuses_too_large_a_body_before_it_comes(instance):
    connection = HTTPConnection(instance.host, timeout=10)
    connection.putrequest("POST", "/data/upload")
    connection.putheader("Content-Length", "50000000")
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 413
    assert "1 MB" in text
    assert "拆成几个文件" in text and "split it" in text
    assert "waitress" not in text


def test_a_viewer_sees_the_staff_map_but_no_data_page(open_as):
    page = open_as("wang", "/")
    page.expected.append("403")
    page.open("/data", ready=False)
    assert page.text("error.ROLE_REQUIRED") in page.locator("h1").inner_text()
    assert page.locator("a[href^='/data']").count() == 0


def test_the_form_can_be_filled_in_by_keyboard(open_as):
    page = open_as("li", "/data")
    page.locator("#file").focus()
    reached = []
    for _ in range(8):
        page.page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.type"))
    assert reached[:6] == ["layer", "mode", "nature", "source", "as_of", "submit"]


# --- data that want to run -----------------------------------------------------------------------


def test_a_hostile_workbook_stays_text(open_as, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "企业<img src=x>"[:31]
    sheet.append([*HEADINGS, "<script>window.__pwned=10</script>"])
    for payload in PAYLOADS:
        sheet.append(
            [payload, payload, payload, payload, payload, "80.8", "37.0", payload, payload]
        )
    sheet.append(["x", '=HYPERLINK("http://example.com","x")', "投产", "1", "", "", "", "", ""])
    book.save(tmp_path / "企业.xlsx")
    page = open_as("li", "/data")
    choose(page, tmp_path / "企业.xlsx")
    send(page)
    page.wait()
    for details in page.locator("details").all():
        details.evaluate("(node) => { node.open = true; }")
    assert PAYLOADS[0] in page.locator("main").inner_text()
    assert_nothing_ran(page)
    assert page.locator("a[href*='example.com']").count() == 0
    page.open("/data", ready=False)
    assert_nothing_ran(page)


# --- how the pages are ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(instance):
    """Addresses of pages in the states that they can be in."""
    settings = Settings(out=instance.out, upload_mb=1)
    state = open_state(settings)
    token = "register-of-cele"
    (instance.out / "uploads").mkdir(exist_ok=True)
    (instance.out / "uploads" / token).write_bytes(register())

    def run(kind, **params):
        job = jobs.submit(settings, state, kind=kind, by="li", params=params)
        deadline = time.monotonic() + JOB_MS / 1000
        while jobs.look_up(settings, state, job.id).state in jobs.OPEN:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return job.id

    def examine(name="策勒县企业台账.csv", **options):
        given = {"mode": "merge", "nature": "reported", **options}
        return run("examine", upload=token, name=name, layer="enterprises", options=given)

    report = examine(datum="wgs84")
    base = json.loads(jobs.read_result(settings, report, "report.json"))["base"]
    replaced = examine("很长的文件名" * 15 + ".csv", datum="wgs84", mode="replace")
    given = {"mode": "merge", "nature": "reported", "datum": "wgs84"}
    imported = {
        **{"upload": token, "name": "企业.csv", "layer": "enterprises", "options": given},
        **{"rows": "good", "base": base, "examined": report},
    }
    (instance.out / "uploads" / "a-picture-file").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    picture = {"upload": "a-picture-file", "name": "图.png", "layer": "parcels", "options": given}
    return {
        "overview": "/data",
        "question": f"/data/jobs/{examine()}",
        "report": f"/data/jobs/{report}",
        "replace": f"/data/jobs/{replaced}",
        "imported": f"/data/jobs/{run('import', **imported)}",
        "failed": f"/data/jobs/{run('examine', **picture)}",
        "versions": "/data/layers/enterprises",
        "restore": "/data/layers/enterprises/000001/restore",
        "preview": f"/data/jobs/{run('prepare')}",
    }


def assert_good(page):
    page.page.wait_for_load_state("networkidle")
    assert page.evaluate(NARROW), "the page is wider than the window"
    for details in page.locator("details").all():
        details.evaluate("(node) => { node.open = true; }")
    assert page.evaluate(NARROW), "what was opened is wider than the window"
    assert_accessible(page)


@pytest.mark.parametrize("name", ["overview", "question", "report", "preview"])
def test_a_page_is_accessible_and_fits(open_as, pages, view, name):
    assert_good(open_as("li", pages[name], **view))


@pytest.mark.parametrize("name", ["replace", "imported", "failed", "versions", "restore"])
@pytest.mark.parametrize(("size", "lang"), [("desktop", "zh"), ("phone", "en")])
def test_a_page_off_the_way_is_accessible_and_fits(open_as, pages, size, lang, name):
    assert_good(open_as("li", pages[name], size=size, lang=lang))


def test_a_restored_version_is_the_current_one(open_as, pages):
    page = open_as("li", pages["restore"])
    button(page, "data.restore").click()
    page.page.wait_for_url(re.compile(r"/data/layers/enterprises$"))
    first = page.locator("tbody tr").first
    assert page.text("data.action_restore") in first.inner_text()
    assert page.text("data.current") in first.inner_text()


def test_a_job_can_be_stopped_while_it_waits(open_as, instance, tmp_path):
    settings = Settings(out=instance.out)
    page = open_as("li", "/data")
    choose(page, written(tmp_path))
    with jobs.turn(settings):
        page.locator("#upload [type=submit]").click()
        page.page.wait_for_selector("#job")
        assert page.locator("#job-stage").inner_text() == page.text("data.queued")
        button(page, "data.cancel_job").click()
        page.page.wait_for_selector("p.empty")
    assert page.text("data.cancelled") in page.locator("main").inner_text()
    assert Path(instance.log).read_text().count('"status": 500') == 0
