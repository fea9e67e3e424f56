"""The offline package as somebody opens it from a stick, in a browser without any network."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from geo.bench.chromium import CHROMIUM, FLAGS
from geo.i18n import message
from geo.match.asking import Choices, read_ask
from geo.match.offers import industry_list, read_offers
from geo.match.ranking import Match, rank
from geo.match.span import Outcome
from geo.query import Library, Snapshot
from geo.web.sites import FEW_OTHERS
from tests.browser.site import free_port
from tests.packed import Packed

# The first of them makes the package.
pytestmark = pytest.mark.timeout(300)

CUT = "--host-resolver-rules=MAP * ~NOTFOUND"
LOCAL = ("file:", "data:", "blob:", "about:")
CHECKED_MS = 100_000


@dataclass
class Visit:
    """A page of the package, and what its browser complained of."""

    page: Page
    folder: Path
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Patterns of complaints that the test provokes on purpose."""
    hosts: tuple[str, ...] = ()

    def open(self, name: str, query: str = "", *, ready: bool = True) -> Page:
        self.page.goto((self.folder / name).as_uri() + query)
        if ready:
            self.page.wait_for_selector("[data-ready=true]", state="attached")
        return self.page

    def listen(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.context.on("request", self._on_request)
        self.page.context.on("requestfailed", self._on_failure)

    def _on_console(self, said: object) -> None:
        if said.type in ("error", "warning"):  # type: ignore[attr-defined]
            self.complaints.append(f"console: {said.text}")  # type: ignore[attr-defined]

    def _on_request(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((*LOCAL, *self.hosts)):
            self.complaints.append(f"outside: {url}")

    def _on_failure(self, request: object) -> None:
        # A frame that has said what was asked is closed, whatever it still loads.
        if request.failure != "net::ERR_ABORTED":  # type: ignore[attr-defined]
            self.complaints.append(f"failed: {unquote(request.url)}")  # type: ignore[attr-defined]

    def unexpected(self) -> list[str]:
        return [c for c in self.complaints if not any(re.search(p, c) for p in self.expected)]


Visitor = Callable[..., Visit]


def until(page: Page, expression: str) -> None:
    """Wait until an expression is true: Playwright's own way needs ``eval``, which is forbidden."""
    for _ in range(300):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {expression}")


@pytest.fixture(scope="module")
def cut_off(browser: Browser) -> Iterator[Browser]:
    """Chromium that can resolve no name."""
    cut = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, CUT])
    yield cut
    cut.close()


@pytest.fixture
def visit(cut_off: Browser, packed: Packed) -> Iterator[Visitor]:
    """Open pages of the package; at the end none may have complained or asked outside."""
    visits: list[Visit] = []

    def visitor(folder: Path | None = None, **context: object) -> Visit:
        size = {"width": 1440, "height": 900}
        opened = cut_off.new_context(**({"viewport": size} | context)).new_page()  # type: ignore[arg-type]
        opened.set_default_timeout(15_000)
        found = Visit(opened, folder or packed.folder)
        found.listen()
        visits.append(found)
        return found

    yield visitor
    complaints = [complaint for one in visits for complaint in one.unexpected()]
    for one in visits:
        one.page.context.close()
    assert complaints == []


@pytest.fixture
def copied(packed: Packed, tmp_path: Path) -> Path:
    """A copy of the folder that a test may break."""
    return Path(shutil.copytree(packed.folder, tmp_path / "坏 #2 50%"))


# --- map, search, pages ----------------------------------------------------------------------


def test_the_map_opens_and_leads_to_a_park_and_back(visit: Visitor) -> None:
    page = visit().open("index.html")
    assert page.locator(".map-label").count() > 2
    page.locator("#panel").get_by_text("津和数字电子示范区").first.click()
    expect(page.locator("#panel h2").first).to_have_text("津和数字电子示范区")
    assert "sel=parks/CL-DIGI" in page.url
    page.locator("#panel").get_by_role("link", name=message("ui.details", "zh")).first.click()
    expect(page.locator("h1")).to_have_text("津和数字电子示范区")
    assert urlsplit(page.url).path.endswith("/parks/CL-DIGI.html")
    images = page.locator("img.place-map")
    images.first.scroll_into_view_if_needed()
    until(page, "[...document.images].every((i) => i.loading == 'lazy' || i.naturalWidth)")
    page.get_by_role("link", name=message("place.on_map", "zh")).click()
    page.wait_for_selector("[data-ready=true]", state="attached")
    assert "index.html?sel=parks/CL-DIGI" in page.url


def test_a_click_on_the_map_selects_and_the_other_language_keeps_the_view(visit: Visitor) -> None:
    page = visit().open("index.html", "?z=15&c=36.99,80.81&sel=parks/CL-DIGI")
    page.locator("#language").click()
    page.wait_for_selector("html[data-lang=en][data-ready=true]", state="attached")
    assert urlsplit(page.url).path.endswith("/index.en.html")
    assert parse_qs(urlsplit(page.url).query)["sel"] == ["parks/CL-DIGI"]
    assert page.locator("#panel h2").first.inner_text() != "津和数字电子示范区"
    page.locator("#language").click()
    page.wait_for_selector("html[data-lang=zh][data-ready=true]", state="attached")
    assert page.locator("#panel h2").first.inner_text() == "津和数字电子示范区"


def test_the_list_opens_and_a_plot_has_its_page(visit: Visitor, packed: Packed) -> None:
    page = visit().open("index.html")
    page.locator("header").get_by_role("link", name=message("ui.nav_list", "zh")).click()
    page.locator("#list table").first.wait_for()
    assert "view=list" in page.url
    plot = visit().open("parcels/CL-AGRI-004.en.html", ready=False)
    assert "CL-AGRI-004" in plot.locator("h1").inner_text()
    plot.locator("nav.trail a").first.click()
    plot.wait_for_selector("html[data-lang=en][data-ready=true]", state="attached")


def test_the_search_box_finds_from_any_page(visit: Visitor) -> None:
    page = visit().open("parks/CL-DIGI.html", ready=False)
    page.locator("#search-box").fill("yutian xie")
    page.locator("#search-box").fill("鞋产业")
    page.locator(".search-option").first.wait_for()
    page.locator("#search-box").press("Enter")
    page.wait_for_selector("[data-ready=true]", state="attached")
    assert re.search(r"/index\.html\?sel=\w+/", page.url)
    assert "鞋产业" in page.locator("#panel h2").first.inner_text()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_in_its_own_letters(visit: Visitor, lang: str) -> None:
    end = "" if lang == "zh" else ".en"
    for stem in ("chains", "costs", "logistics", "figures", "about", "buildings/HALL-A-04"):
        page = visit().open(f"{stem}{end}.html", ready=False)
        assert page.locator(".unpack").is_hidden()
        assert page.locator("h1").is_visible()
        used = page.evaluate(
            "document.fonts.load('16px \"Package Sans\"', '园').then((f) => f.length)"
        )
        assert used == 1
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith(
            '"Package Sans"'
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), stem


def test_a_phone_opens_it_too(visit: Visitor) -> None:
    page = visit(viewport={"width": 390, "height": 844}).open("index.html")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_can_connect_even_if_it_tried(visit: Visitor) -> None:
    opened = visit()
    opened.expected += ["Content Security Policy", r"example\.org"]
    page = opened.open("index.html")
    refused = page.evaluate("""async () => {
        const refused = [];
        document.addEventListener("securitypolicyviolation", (event) =>
            refused.push(event.effectiveDirective));
        await fetch("https://example.org/").catch(() => 0);
        const image = new Image();
        image.src = "https://example.org/a.png";
        await new Promise((done) => (image.onload = image.onerror = done));
        return refused;
    }""")
    assert refused == ["connect-src", "img-src"]


# --- finder ----------------------------------------------------------------------------------


QUERIES = [
    {"area_min": "20"},
    {"area_min": "20", "area_max": "40", "power": "1000"},
    {"area_max": "2", "unit": "ha"},
    {"industry": "C13"},
    {"industry": "C39", "use": "1001"},
    {"use": "100101", "tenure": "lease"},
    {"tenure": "buy", "price": "8"},
    {"county": "653225", "util": "gas"},
    {"park": "CL-TJ", "rail": "30"},
    {"air": "50", "ready": "2027"},
    {"ready": "2026-12", "price": "7.5", "util": "water"},
    {"area_min": "1,000", "unit": "m2", "power": "２０００"},
    {"what": "hall", "area_min": "3000"},
    {"what": "hall", "load": "0.8", "power": "500"},
    {"what": "hall", "price": "10", "county": "653226"},
    {"what": "hall", "ready": "2027-06", "industry": "C39"},
]


def server_rank(shown: Snapshot, query: dict[str, str]) -> tuple[list[Match], list[Match]]:
    """Return what the server finds, but for plots put together."""
    choices = Choices(
        list(shown.document("codes.json")["land_use"]),
        list(shown.site["codes"]["county"]),
        list(shown.of_kind("parks")),
        industry_list(shown),
    )
    ask = read_ask({name: [value] for name, value in query.items()}, choices)
    assert not ask.faults
    ranking = rank(read_offers(shown, ask.kind), ask.criteria)
    return ranking.fitting, ranking.others


TONES = {Outcome.MET: "is-met", Outcome.UNKNOWN: "is-unknown", Outcome.NOT_MET: "is-not"}
READ_CARDS = """(cards) => cards.map((card) => [card.id, [...card.querySelectorAll(".answer")]
    .map((answer) => answer.classList[1])])"""


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: urlencode(query))
def test_the_finder_answers_as_the_server_does(
    visit: Visitor, packed: Packed, query: dict[str, str]
) -> None:
    asked = {name: value for name, value in query.items() if name != "what"}
    name = "halls.html" if query.get("what") == "hall" else "sites.html"
    page = visit().open(name, f"?{urlencode(asked)}")
    fitting, others = server_rank(Library(packed.out).current("public"), query)

    def expected(matches: list[Match]) -> list[list[object]]:
        return [[m.key, [TONES[one] for one in m.outcomes]] for m in matches]

    first = page.locator(".results:not(.is-others) .offer").evaluate_all(READ_CARDS)
    assert first == expected(fitting)
    rest = page.locator(".results.is-others .offer").evaluate_all(READ_CARDS)
    assert rest == expected(others[:FEW_OTHERS])
    count = message("sites.count_fit", "zh", count=len(fitting))
    assert page.locator("#results [role=status]").inner_text() == count


def test_the_queries_try_every_answer(packed: Packed) -> None:
    """Else the contract above would say little."""
    shown = Library(packed.out).current("public")
    seen = {
        (criterion, outcome)
        for query in QUERIES
        for matches in server_rank(shown, query)
        for match in matches
        for criterion, outcome in zip(
            [name for name in query if name not in ("what", "unit")], match.outcomes, strict=False
        )
    }
    assert {outcome for _, outcome in seen} == set(Outcome)
    assert len(seen) > 20


def test_a_form_that_is_sent_asks_and_a_chip_takes_it_back(visit: Visitor) -> None:
    page = visit().open("sites.html")
    all_cards = page.locator(".offer").count()
    page.locator("#area_min").fill("30")
    page.locator("form#ask button[type=submit]").click()
    page.wait_for_selector(".filter-chip")
    assert parse_qs(urlsplit(page.url).query) == {"area_min": ["30"], "unit": ["mu"]}
    assert page.locator("#area_min").input_value() == "30"
    assert 0 < page.locator(".results:not(.is-others) .offer").count() < all_cards
    assert page.get_by_text(message("offline.adjoining", "zh")).is_visible()
    page.locator(".finder-bar .segmented a").nth(1).click()
    page.wait_for_url("**/halls.html*")
    page.go_back()
    page.locator(".filter-chip").first.click()
    expect(page.locator(".filter-chip")).to_have_count(0)
    assert page.locator(".offer").count() == all_cards


def test_what_is_not_known_is_a_question_to_the_park(visit: Visitor) -> None:
    page = visit().open("sites.en.html", "?util=heat&lang=en")
    card = page.locator(".offer.is-unknown").first
    assert "to check" in card.locator(".score").inner_text()
    card.locator("summary").click()
    assert card.locator(".questions li").count() == 1


@pytest.mark.parametrize(
    "query", ["area_min=many", "area_min=9&area_max=3", "ready=soon", "ready=2027-13", "use=xyz"]
)
def test_what_is_not_understood_is_told(visit: Visitor, query: str) -> None:
    page = visit().open("sites.html", f"?{query}")
    expect(page.locator("#faults li")).to_have_count(1)
    assert page.locator(".offer").count() == 0
    assert page.locator("#ask [aria-invalid]").count() == 1


# --- the show --------------------------------------------------------------------------------


def test_the_show_runs_by_its_keys(visit: Visitor) -> None:
    page = visit(viewport={"width": 1920, "height": 1080}).open("present.html")
    first = page.locator("#show-slide").inner_text()
    page.keyboard.press("ArrowRight")
    until(page, f"document.querySelector('#show-slide').innerText != {first!r}")
    second = page.locator("#show-slide").inner_text()
    page.keyboard.press("l")
    page.wait_for_selector("html[lang=en]", state="attached")
    assert page.locator("#show-slide").inner_text() != second
    page.keyboard.press("l")
    page.keyboard.press("PageUp")
    until(page, f"document.querySelector('#show-slide').innerText == {first!r}")
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    page.wait_for_url("**/index.html*")


# --- pre-flight ------------------------------------------------------------------------------


def verdict(page: Page) -> str:
    page.wait_for_selector("[data-verdict]", state="attached", timeout=CHECKED_MS)
    found: str = page.evaluate("document.documentElement.dataset.verdict")
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pre_flight_is_green(visit: Visitor, lang: str) -> None:
    page = visit().open("preflight.html" if lang == "zh" else "preflight.en.html", ready=False)
    assert verdict(page) == "green"
    assert (
        page.locator("#verdict-word").inner_text().startswith(message("offline.result_green", lang))
    )
    assert page.locator(".check-done.is-fault").count() == 0
    text = page.locator("#checks").inner_text()
    for part in ("laptop", "files", "scenes", "figures"):
        assert message(f"offline.{part}", lang) in text
    assert page.locator(".check-done").count() > 25
    assert page.locator("iframe").count() == 0


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-900])


def make_older(path: Path) -> None:
    """As if a script of another package had been copied in."""
    path.write_text(path.read_text("utf-8").replace('"20', '"19', 1), "utf-8")


Damage = dict[str, Callable[[Path], object]]
DAMAGES: list[tuple[Damage, list[str]]] = [
    (
        {
            "data/codes.json.js": make_older,
            "assets/app.css": Path.unlink,
            "parcels/CL-AGRI-004.html": Path.unlink,
            "maps/parks/CL-DIGI/near.zh.svg": Path.unlink,
        },
        [
            "data/codes.json.js",
            "assets/app.css",
            "parcels/CL-AGRI-004.html",
            "maps/parks/CL-DIGI/near.zh.svg",
        ],
    ),
    (
        {
            "data/show.json.js": cut_short,
            "data/map.en.js": Path.unlink,
            "fonts/package-sans.woff2": cut_short,
        },
        [
            message("offline.no_show", "zh"),
            "data/show.json.js",
            "index.en.html",
            message("offline.font_bad", "zh"),
        ],
    ),
    ({"data/parks.geojson.js": Path.unlink}, [message("offline.what_layer", "zh", id="parks")]),
    ({"data/manifest.json.js": Path.unlink}, ["data/manifest.json.js"]),
]
"""What is done to files, and what the page says then."""


@pytest.mark.parametrize(("damage", "told"), DAMAGES, ids=lambda value: next(iter(value)))
def test_a_damaged_package_is_red_and_says_what_is_wrong(
    visit: Visitor, copied: Path, damage: Damage, told: list[str]
) -> None:
    for name, harm in damage.items():
        harm(copied / name)
    opened = visit(copied)
    opened.expected += [".*"]
    page = opened.open("preflight.html", ready=False)
    assert verdict(page) == "red"
    assert page.locator("#verdict-word").inner_text() == message("offline.result_red", "zh")
    said = page.locator(".check-done.is-fault").all_inner_texts()
    for text in told:
        assert any(text in line for line in said), (text, said)


@pytest.mark.parametrize(
    ("now", "key"),
    [("2020-01-01", "clock_early"), ("2027-06-01", "data_old"), ("2031-01-01", "clock_late")],
)
def test_a_clock_or_data_of_another_time_is_told(visit: Visitor, now: str, key: str) -> None:
    opened = visit()
    opened.page.clock.set_fixed_time(f"{now}T08:00:00Z")
    page = opened.open("preflight.html", ready=False)
    line = page.locator(".check-done", has_text=message("offline.data_age", "zh"))
    expect(line).to_have_class(re.compile("is-remark"))
    said = message(f"offline.{key}", "zh", today=now, as_of="2026-11-22", days="191", years="4")
    assert said in line.inner_text()


# --- how it is carried -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["index.html", "present.en.html", "preflight.html", "sites.html"])
def test_opened_inside_the_archive_it_says_unpack_first(
    visit: Visitor, packed: Packed, tmp_path: Path, name: str
) -> None:
    """The archive viewer of Windows unpacks the one file that is opened, and nothing beside it."""
    shutil.copy(packed.folder / name, tmp_path / name)
    opened = visit(tmp_path)
    opened.expected += [r"ERR_FILE_NOT_FOUND", r"failed:"]
    page = opened.open(name, ready=False)
    large = page.get_by_text(message("offline.unpack_title", "zh"), exact=True)
    assert large.is_visible()
    assert large.bounding_box()["height"] > 60  # type: ignore[index]
    assert page.get_by_text(message("offline.unpack_how", "en")).is_visible()
    assert page.locator("body > :visible").count() == 1


def test_the_same_folder_is_a_site_of_its_own(browser: Browser, packed: Packed) -> None:
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=packed.folder, stdout=quiet, stderr=quiet) as served:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address)
            opened = Visit(browser.new_page(), packed.folder, hosts=(address,))
            opened.page.set_default_timeout(15_000)
            opened.listen()
            for name in ("", "present.en.html", "sites.html?area_min=20"):
                opened.page.goto(f"{address}/{name}")
                opened.page.wait_for_selector("[data-ready=true]", state="attached")
            opened.page.goto(f"{address}/preflight.html")
            assert verdict(opened.page) == "green"
            opened.page.context.close()
        finally:
            served.terminate()
    assert opened.complaints == []


def wait_for(address: str) -> None:
    for _ in range(200):
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail("the folder is not served")
