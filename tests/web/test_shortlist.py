"""The shortlist by its address, and the brief as PDF."""

from __future__ import annotations

import re
import threading
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from geo.errors import RunError
from geo.export import typeset as typesetting
from geo.query import Library, Snapshot
from geo.settings import Settings
from geo.web import create_app, shortlist
from tests.browser.site import copy_layers, publish

PARK = "CL-TJ"


@pytest.fixture(scope="module")
def app(published: Path) -> Flask:
    return create_app(Settings(out=published))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def shown(published: Path) -> Snapshot:
    return Library(published).current("public")


@pytest.fixture(scope="module")
def plot(shown: Snapshot) -> str:
    """A plot on offer without a published price."""
    plots = shown.of_kind("parcels").items()
    return next(
        key
        for key, f in plots
        if f["properties"].get("on_offer") and not f["properties"].get("reference_price_wan_per_mu")
    )


@pytest.fixture(scope="module")
def hall(shown: Snapshot) -> str:
    halls = shown.of_kind("buildings").items()
    return next(key for key, f in halls if f["properties"]["state"] == "vacant")


@pytest.fixture(scope="module")
def ids(plot: str, hall: str) -> str:
    return f"parks/{PARK},parcels/{plot},buildings/{hall}"


def read_pdf(body: bytes) -> PdfReader:
    return PdfReader(BytesIO(body))


def text_of(reader: PdfReader) -> str:
    """Return the text of all pages without spaces and line breaks."""
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


@pytest.fixture(scope="module", params=["zh", "en"])
def brief(request: pytest.FixtureRequest, app: Flask, ids: str) -> tuple[str, PdfReader, bytes]:
    """The brief in a language."""
    answer = app.test_client().get(f"/shortlist.pdf?ids={ids}&lang={request.param}")
    assert answer.status_code == 200, answer.text[:400]
    assert answer.content_type == "application/pdf"
    return request.param, read_pdf(answer.data), answer.data


# --- the page ---------------------------------------------------------------------------------


def test_shows_the_entries_in_the_order_of_the_address(
    client: FlaskClient, plot: str, hall: str
) -> None:
    text = client.get(f"/shortlist?ids=buildings/{hall},parks/{PARK},parcels/{plot}").text
    shown = re.findall(r'<h2 class="shortlist-name"><a href="/([^"]+)"', text)
    assert shown == [f"buildings/{hall}", f"parks/{PARK}", f"parcels/{plot}"]


def test_every_entry_can_be_taken_off_by_a_link(client: FlaskClient, ids: str) -> None:
    text = client.get(f"/shortlist?ids={ids}&lang=en").text
    targets = re.findall(r'data-drop="([^"]+)" href="([^"]+)"', text)
    assert [ref for ref, _ in targets] == ids.split(",")
    for ref, href in targets:
        assert client.get(href.replace("&amp;", "&")).status_code == 200
        assert ref not in href
        assert "lang=en" in href


def test_the_last_entry_leaves_an_empty_list(client: FlaskClient) -> None:
    text = client.get(f"/shortlist?ids=parks/{PARK}").text
    assert re.search(rf'data-drop="parks/{PARK}" href="/shortlist"', text)


def test_what_is_not_known_is_said_to_be_unchecked(client: FlaskClient, plot: str) -> None:
    assert "待核实" in client.get(f"/shortlist?ids=parcels/{plot}").text


def test_samples_are_marked(client: FlaskClient, plot: str) -> None:
    assert re.search(r'chip is-amber">示例<', client.get(f"/shortlist?ids=parcels/{plot}").text)


def test_unknown_entries_are_told(client: FlaskClient) -> None:
    answer = client.get(f"/shortlist?ids=parks/{PARK},parcels/GONE-1")
    assert answer.status_code == 200
    assert "parcels/GONE-1" in answer.text
    assert "shortlist-missing" in answer.text


def test_things_of_one_kind_can_be_compared(client: FlaskClient, shown: Snapshot) -> None:
    plots = [f"parcels/{key}" for key in shown.of_kind("parcels")][:5]
    for count, linked in ((1, False), (2, True), (4, True), (5, False)):
        chosen = ",".join(plots[:count])
        text = client.get(f"/shortlist?ids=parks/{PARK},{chosen}").text
        assert (f"/compare?ids={chosen}" in text) is linked


def test_an_empty_list_says_how_to_fill_it(client: FlaskClient) -> None:
    answer = client.get("/shortlist")
    assert answer.status_code == 200
    assert 'data-ids=""' in answer.text
    assert "shortlist.pdf" not in answer.text


@pytest.mark.parametrize(
    ("ids", "status"),
    [
        ("nonsense", 400),
        ("parks/", 400),
        ("/X", 400),
        ("enterprises/E-0001", 400),
        ("parks/" + "x" * 200, 400),
        ("parks/a%00b", 400),
        (",".join(f"parks/P{i}" for i in range(11)), 400),
        ("parks/NO-SUCH-PARK", 404),
    ],
)
@pytest.mark.parametrize("path", ["/shortlist", "/shortlist.pdf"])
def test_a_bad_list_gets_a_page_that_helps(
    client: FlaskClient, path: str, ids: str, status: int
) -> None:
    answer = client.get(path, query_string={"ids": ids})
    assert answer.status_code == status
    assert answer.content_type == "text/html; charset=utf-8"
    assert "<h1>" in answer.text


def test_hostile_ids_stay_text(client: FlaskClient) -> None:
    answer = client.get("/shortlist", query_string={"ids": 'parks/"><script>alert(1)</script>'})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_a_list_is_not_for_search_engines(client: FlaskClient, ids: str) -> None:
    assert "noindex" in client.get(f"/shortlist?ids={ids}").text
    assert "noindex" not in client.get("/shortlist").text


# --- the brief --------------------------------------------------------------------------------


def test_has_title_language_and_tags(brief: tuple[str, PdfReader, bytes]) -> None:
    lang, reader, _ = brief
    root = reader.root_object
    assert reader.metadata is not None
    assert reader.metadata.title == {"zh": "选址清单", "en": "Site shortlist"}[lang]
    assert str(reader.metadata.creation_date)[:10] == "2026-11-22", "that of the data, no clock"
    assert str(root["/Lang"]).startswith(lang)
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_carries_its_fonts(brief: tuple[str, PdfReader, bytes]) -> None:
    _, reader, _ = brief
    fonts = [
        font.get_object()
        for page in reader.pages
        for font in page["/Resources"].get_object()["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & described.keys()
        assert re.match(r"/[A-Z]{6}\+NotoSansSC", font["/BaseFont"]), "a subset of Noto Sans SC"


def test_its_text_can_be_read_and_searched(
    brief: tuple[str, PdfReader, bytes], shown: Snapshot, plot: str
) -> None:
    lang, reader, _ = brief
    text = text_of(reader)
    park = shown.of_kind("parks")[PARK]["properties"][f"name_{lang}"].replace(" ", "")
    words = {
        "zh": ["待核实", "示例", "边界示意，未经审图", "联系", "政策", "清单序号", "县界"],
        "en": ["tobechecked", "sample", "notreviewed", "Contact", "Policies", "Countyoutline"],
    }[lang]
    assert [word for word in [park, plot, shown.version, *words] if word not in text] == []
    assert re.search(r"1:\d{1,3}(,\d{3})+", text), "the scale of the map"


def test_every_page_is_numbered_and_dated(brief: tuple[str, PdfReader, bytes]) -> None:
    _, reader, _ = brief
    pages = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"{number} / {pages}" in text
        assert "2026-11-22" in text


def test_is_a4(brief: tuple[str, PdfReader, bytes]) -> None:
    _, reader, _ = brief
    for page in reader.pages:
        assert [round(float(n)) for n in page.mediabox[2:]] == [595, 842]


def test_leads_back_to_the_address_of_the_list(brief: tuple[str, PdfReader, bytes]) -> None:
    lang, reader, _ = brief
    addresses = {
        annotation.get_object()["/A"]["/URI"]
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/URI" in annotation.get_object().get("/A", {})
    }
    own = {address for address in addresses if "/shortlist?" in address}
    (address,) = own
    assert address.startswith(f"http://localhost/shortlist?{'lang=en&' * (lang == 'en')}ids=parks/")


def test_asks_nothing_of_any_other_program(brief: tuple[str, PdfReader, bytes]) -> None:
    _, _, body = brief
    assert b"/JavaScript" not in body
    assert b"/Launch" not in body
    assert b"/EmbeddedFile" not in body


def test_the_same_list_gives_the_same_bytes(client: FlaskClient, ids: str) -> None:
    first = client.get(f"/shortlist.pdf?ids={ids}")
    shortlist._brief.cache_clear()
    second = client.get(f"/shortlist.pdf?ids={ids}")
    assert first.data == second.data


def test_is_revalidated_and_shown_in_the_browser(client: FlaskClient, ids: str) -> None:
    first = client.get(f"/shortlist.pdf?ids={ids}")
    assert first.headers["Content-Disposition"].startswith("inline; filename=shortlist-")
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["X-Robots-Tag"] == "noindex"
    again = client.get(
        f"/shortlist.pdf?ids={ids}", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_is_made_once_for_all_who_ask(
    client: FlaskClient, ids: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(f"/shortlist.pdf?ids={ids}")
    monkeypatch.setattr(shortlist, "make_brief", None)
    assert client.get(f"/shortlist.pdf?ids={ids}").status_code == 200


def test_ten_entries_in_either_language(app: Flask, shown: Snapshot) -> None:
    plots = [f"parcels/{key}" for key in shown.of_kind("parcels")][:10]
    answer = app.test_client().get(f"/shortlist.pdf?ids={','.join(plots)}&lang=en")
    assert len(read_pdf(answer.data).pages) >= 5


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_single_plot_or_hall_is_a_brief_of_one_page(
    client: FlaskClient, plot: str, hall: str, lang: str
) -> None:
    for ref in (f"parcels/{plot}", f"buildings/{hall}"):
        answer = client.get(f"/shortlist.pdf?ids={ref}&lang={lang}")
        (page,) = read_pdf(answer.data).pages
        text = page.extract_text()
        assert re.search(r"1:\d{1,3}(,\d{3})+", text), "the scale of the map"
        assert ("财税" in text) and ("待核实" if lang == "zh" else "to be checked") in text


def test_a_park_without_a_place_has_a_profile_without_a_map(
    client: FlaskClient, shown: Snapshot
) -> None:
    park = next(key for key, f in shown.of_kind("parks").items() if not f["geometry"])
    answer = client.get(f"/shortlist.pdf?ids=parks/{park}")
    assert answer.status_code == 200
    assert "位置未公布" in text_of(read_pdf(answer.data))


def test_an_empty_brief_is_refused_in_a_sentence(client: FlaskClient) -> None:
    answer = client.get("/shortlist.pdf")
    assert answer.status_code == 400
    assert "清单是空的" in answer.text


def test_when_too_many_ask_the_next_is_told_when_to_come_back(
    client: FlaskClient, ids: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "_ADMITTED", threading.BoundedSemaphore(1))
    shortlist._brief.cache_clear()
    with typesetting._turn():
        answer = client.get(f"/shortlist.pdf?ids={ids}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(f"/shortlist.pdf?ids={ids}").status_code == 200


def test_one_that_takes_too_long_gives_its_place_back(
    client: FlaskClient, ids: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shortlist._brief.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(typesetting, "_MOST_SECONDS", 0.001)
        for _ in range(5):
            answer = client.get(f"/shortlist.pdf?ids={ids}")
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "5"
    assert client.get(f"/shortlist.pdf?ids={ids}").status_code == 200


def test_a_missing_library_is_named(ids: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    with pytest.raises(RunError) as raised:
        typesetting.typeset("brief", {}, {}, on=typesetting.date(2026, 1, 1))
    assert raised.value.code == "LIBRARY_MISSING"


# --- data that somebody meant badly, and no samples -------------------------------------------


def test_markup_in_the_data_is_set_as_it_stands(tmp_path: Path) -> None:
    data = copy_layers(tmp_path / "layers")
    evil = '#panic("x") $x$ *b* _i_ @a <l> `c` \\ [z] </text><script> & #import "/etc/passwd": *'
    parks = data / "parks.geojson"
    text = parks.read_text(encoding="utf-8")
    name = evil.replace("\\", "\\\\").replace('"', '\\"')
    parks.write_text(
        text.replace('"name_zh":"策勒县天津工业园区"', f'"name_zh":"{name}"'), encoding="utf-8"
    )
    out = tmp_path / "out"
    publish(out, data=data)
    client = create_app(Settings(out=out)).test_client()
    answer = client.get(f"/shortlist.pdf?ids=parks/{PARK}")
    assert answer.status_code == 200
    assert evil.replace(" ", "")[:40] in text_of(read_pdf(answer.data))


def test_without_samples_no_sample_is_in_the_brief(tmp_path: Path, ids: str) -> None:
    data = copy_layers(tmp_path / "layers")
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(text.replace("demo = true", "demo = false"), encoding="utf-8")
    out = tmp_path / "out"
    publish(out, data=data)
    client = create_app(Settings(out=out)).test_client()
    page = client.get(f"/shortlist?ids={ids}")
    assert page.status_code == 200
    assert page.text.count('class="card shortlist-entry"') == 1
    reader = read_pdf(client.get(f"/shortlist.pdf?ids={ids}").data)
    assert "示例" not in text_of(reader)
    parcel = ids.split(",")[1]
    assert client.get(f"/shortlist?ids={parcel}").status_code == 404
    assert client.get("/shortlist").status_code == 200
