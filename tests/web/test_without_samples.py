"""With ``demo = false`` nothing of a sample is anywhere, and every page still reads well."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from geo.catalog import read_catalog
from geo.settings import BUNDLED_LAYERS, Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from tests.browser.site import copy_layers, publish
from tests.web.crawling import Read, Seen, crawl, read_page, with_language

STARTS = [
    *("/", "/sites", "/sites?what=hall", "/compare", "/costs", "/figures", "/logistics"),
    *("/chains", "/search", "/shortlist", "/about", "/embed"),
]
SAID = ("示例企业", "示例项目", "Sample enterprise", "Sample firm", "示意样本")
PARKS = "parks/CL-TJ,parks/YT-TJ"


def real_layers(target: Path) -> Path:
    """Return a copy of the bundled layers that shows no samples."""
    data = copy_layers(target)
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(text.replace("demo = true", "demo = false"), encoding="utf-8")
    return data


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output directory of the bundled layers without samples."""
    folder = tmp_path_factory.mktemp("real")
    publish(folder / "out", data=real_layers(folder / "layers"))
    return folder / "out"


@pytest.fixture
def client(real: Path):
    return create_app(Settings(out=real)).test_client()


def rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    return [f["properties"] for f in json.loads(path.read_text(encoding="utf-8"))["features"]]


def names_of_samples() -> set[str]:
    """Return keys and names of the sample records, but not names that real ones bear too."""
    samples: set[str] = set()
    others: set[str] = set()
    for entry in read_catalog(BUNDLED_LAYERS).entries().values():
        for row in rows(BUNDLED_LAYERS / entry.file):
            nature = row.get("nature") or entry.nature
            told = {str(row.get(n) or "") for n in (entry.key, "name_zh", "name_en")}
            (samples if nature == "sample" else others).update(told)
    return {name for name in samples - others if len(name) > 3}


SAMPLES = names_of_samples()
_MENTIONED = re.compile("|".join(map(re.escape, sorted({*SAMPLES, *SAID}, key=len, reverse=True))))


def samples_in(text: str) -> set[str]:
    return set(_MENTIONED.findall(text))


def everything(client, lang: str) -> Iterator[Seen]:
    return crawl(client, STARTS, lang=lang, follow=lambda path: "/assets/" not in path)


def test_the_bundle_has_samples_of_which_nothing_may_be_left(published: Path) -> None:
    assert len(SAMPLES) > 400
    with_samples = create_app(Settings(out=published)).test_client()
    assert samples_in(with_samples.get("/sites").text)
    assert samples_in(with_samples.get("/chains").text) or "示例" in (
        with_samples.get("/chains").text
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_that_links_lead_to_reads_well(client, lang: str) -> None:
    seen = list(everything(client, lang))
    pages = [(one, one.page) for one in seen if one.page]
    assert len(pages) > 40
    assert sum(one.path.startswith("/parks/") for one in seen) >= 12
    for one, page in pages:
        where = f"{one.path} (from {one.source})"
        assert one.status == 200, where
        assert samples_in(one.text) == set(), where
        assert_reads_well(page, where, frame=one.path.startswith("/embed"))
    assert not any(one.path.startswith(("/parcels/", "/buildings/")) for one in seen)
    assert [one.path for one in seen if one.status != 200 and not one.page] == []


def assert_reads_well(page: Read, where: str, *, frame: bool = False) -> None:
    assert page.title.strip() and page.lang, where
    assert [h.strip() for h in page.headings if h.strip()] and len(page.headings) == 1, where
    # The map is drawn by its script; a frame holds nothing else.
    is_map = frame or where.startswith(("/?", "/ "))
    assert is_map or len(page.main.split()) > 10 or len("".join(page.main.split())) > 30, where
    # The notices of other software may say what they like.
    assert "/about" in where or re.search(r"\b(None|nan|undefined)\b", page.text) is None, where
    assert "{" not in page.main, where


@pytest.mark.parametrize("path", ["/about?lang=", "/embed?lang="])
def test_sources_do_not_tell_of_samples_that_are_not_shown(client, path: str) -> None:
    assert "示例" not in client.get(f"{path}zh").text
    assert "Sample data" not in client.get(f"{path}en").text


def test_what_is_not_linked_says_that_it_does_not_exist(client) -> None:
    for key in ("parcels/CL-AGRI-004", "buildings/HALL-A-04", "parks/NOWHERE"):
        answer = client.get(f"/{key}")
        assert answer.status_code == 404
        # The number that was asked for is repeated; none that is like it is offered.
        assert samples_in(answer.text) <= {key.split("/")[1]}
        assert_reads_well(read_page(answer.text), key)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "query",
    ["示例", "示例企业", "HALL", "CL-AGRI-0", "sample", "于田厂房", "kjkf", "制鞋", "地块"],
)
def test_no_search_finds_a_sample(client, query: str, lang: str) -> None:
    answer = client.get("/search", query_string={"q": query, "lang": lang})
    assert answer.status_code == 200
    assert samples_in(answer.text) <= {query}
    links = [link for link in read_page(answer.text).links if "sel=" in link]
    assert not [link for link in links if "parcels/" in link or "buildings/" in link]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    [
        *("/sites?area_min=50&industry=C195", "/sites?what=hall&load=0.8&util=gas&ready=2027"),
        *("/sites?park=CL-AGRI&use=1001&price=20&rail=100", f"/compare?ids={PARKS}"),
        f"/shortlist?ids={PARKS}",
    ],
)
def test_pages_that_are_asked_for_more_read_well(client, path: str, lang: str) -> None:
    answer = client.get(with_language(path, lang))
    assert answer.status_code == 200
    assert samples_in(answer.text) == set()
    assert_reads_well(read_page(answer.text), path)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_workbook_and_brief_hold_no_sample(client, lang: str) -> None:
    book = client.get(with_language(f"/compare.xlsx?ids={PARKS}", lang))
    assert book.status_code == 200
    cells = [
        str(cell.value)
        for sheet in load_workbook(io.BytesIO(book.data)).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert len(cells) > 50
    assert samples_in("\n".join(cells)) == set()
    brief = client.get(with_language(f"/shortlist.pdf?ids={PARKS}", lang))
    assert brief.status_code == 200
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(brief.data)).pages)
    assert len(text) > 200
    assert samples_in(text) == set()


def test_no_published_file_holds_a_sample(real: Path) -> None:
    store = SnapshotStore(real)
    folder = store.path(store.current() or "") / "public"
    files = [p for p in folder.iterdir() if p.suffix in (".json", ".geojson", ".js", ".html")]
    assert len(files) > 15
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert samples_in(text) == set(), path.name
        assert not re.search(r'"nature": ?"sample"', text), path.name


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/sites", "暂无已核实地块"),
        ("/sites?what=hall", "暂无已核实厂房"),
        ("/sites?lang=en", "No verified plots"),
        ("/shortlist", "清单"),
        ("/compare", "比较"),
        ("/parks/CL-AGRI", "暂无"),
    ],
)
def test_where_nothing_is_known_the_page_says_so(client, path: str, says: str) -> None:
    page = read_page(client.get(path).text)
    assert says in page.main
    assert "示例" not in page.main


def test_no_plots_recorded_is_not_the_same_as_none_on_offer(client) -> None:
    page = client.get(f"/compare?ids={PARKS}").text
    lines = {
        name: re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
        for name in ("可供地块", "可租厂房")
        if name in row
    }
    assert set(lines) == {"可供地块", "可租厂房"}
    for cells in lines.values():
        assert all("待核实" in cell for cell in cells), cells
    assert not re.search(r"<th[^>]*>\s*公用设施", page), "a heading without a line below it"
