"""The offline package as it lies on a stick: what is in it, and that nothing leads out of it."""

from __future__ import annotations

import base64
import json
import re
import shutil
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from fontTools.ttLib import TTFont

from geo.cli import main
from geo.errors import RunError
from geo.offline.markup import Element, parse
from geo.offline.package import build_files, export_offline
from geo.query import Library
from geo.settings import Settings
from tests.browser.site import copy_layers, publish
from tests.packed import Packed, thin_out, unpack
from tests.web.people import add_people, client_of

# The first of them makes the package, and one waits for a job.
pytestmark = pytest.mark.timeout(300)

KEY = "0123abcd"
"""Of an online base map."""

LOADS = {"src", "srcset", "poster", "data"}
"""Attributes whose address a browser asks for unasked."""


def pages(packed: Packed) -> Iterator[tuple[str, Element]]:
    for name in sorted(packed.names()):
        if name.endswith(".html"):
            yield name, parse(packed.text(name))


def document_of(packed: Packed, name: str) -> Any:
    """Return a document as the page gets it."""
    text = packed.text(f"{name}.js")
    start = f"PARKS_PACKAGE.keep({json.dumps(name)},{json.dumps(packed.done.version)},"
    assert text.startswith(start) and text.endswith(");\n")
    return json.loads(text[len(start) : -3])


def modules(packed: Packed) -> dict[str, str]:
    text = packed.text("assets/boot.js").split(" = ", 1)[1].split(";\n", 1)[0]
    imports: dict[str, str] = json.loads(json.loads(text))["imports"]
    return {n: base64.b64decode(a.split(",", 1)[1]).decode("utf-8") for n, a in imports.items()}


def test_everything_is_there_in_both_languages(packed: Packed) -> None:
    names = packed.names()
    stems = ("index", "present", "sites", "halls", "chains", "costs", "logistics", "figures")
    for stem in (*stems, "about", "preflight", "parks/CL-DIGI", "parcels/CL-AGRI-004"):
        assert {f"{stem}.html", f"{stem}.en.html"} <= names
        assert 'lang="zh-Hans"' in packed.text(f"{stem}.html")[:400]
        assert 'lang="en"' in packed.text(f"{stem}.en.html")[:400]
    assert {"先读我.txt", "README.txt", "licences/OFL.txt", "licences/NOTICES.txt"} <= names
    for name in Library(packed.out).current("public").manifest["files"]:
        if name.startswith("public/") and name.endswith("json"):
            assert f"data/{name.removeprefix('public/')}.js" in names
    plots = document_of(packed, "data/parcels.geojson")["features"]
    assert len(plots) > 50
    assert {f"parcels/{plot['id']}.html" for plot in plots} <= names
    assert "show-code" not in packed.text("present.html"), "nobody said where the map is"


def test_every_link_leads_to_something_in_the_package(packed: Packed) -> None:
    names = packed.names()
    anchors = {name: {one.get("id") for one in page.elements()} for name, page in pages(packed)}
    links = 0
    for name, page in pages(packed):
        for element in page.elements():
            for attribute in ("href", *LOADS):
                address = element.get(attribute)
                parts = urlsplit(address)
                if not address or parts.scheme in ("https", "http", "tel", "mailto"):
                    continue
                assert parts.scheme == parts.netloc == "", (name, address)
                file = normpath(join(dirname(name), unquote(parts.path))) if parts.path else name
                assert file in names, (name, address)
                if parts.fragment and file in anchors and not file.startswith(("index", "chains")):
                    assert unquote(parts.fragment) in anchors[file], (name, address)
                links += 1
    assert links > 3000


def test_no_page_asks_anybody_for_anything(packed: Packed) -> None:
    for name, page in pages(packed):
        for element in page.elements():
            loads = LOADS | ({"href"} if element.tag == "link" else set())
            for attribute in loads & element.attributes.keys():
                assert not re.match(r"(?:\w+:)?//|/", element.get(attribute)), name
            data = {n: v for n, v in element.attributes.items() if n.startswith("data-")}
            assert not [v for v in data.values() if v and v.startswith("/")], (name, data)
            assert element.tag != "form" or {"action", "method"}.isdisjoint(element.attributes)
            if element.tag == "a" and element.get("href").startswith("http"):
                assert "noopener" in element.get("rel"), (name, element.get("href"))
        policy = page.find(lambda one: one.get("http-equiv") == "Content-Security-Policy")
        assert policy and "connect-src 'none'" in policy.get("content")
        assert "unsafe" not in policy.get("content")
        assert "default-src 'none'" in policy.get("content")
    for name in packed.names():
        if name.endswith(".css"):
            found = re.findall(r"url\(\s*[\"']?([^)\"']+)", packed.text(name))
            assert {one.split(":")[0].split(",")[0] for one in found} <= {
                "data",
                "../fonts/package-sans.woff2",
                "#default#VML",
            }


def test_links_to_what_only_the_site_can_do_are_gone_or_told(packed: Packed) -> None:
    for name, page in pages(packed):
        text = page.write()
        for word in ("compare?", "shortlist", "enquire?", "login", "/data/", "staff/", "localhost"):
            assert not [
                one for one in page.elements() if one.tag == "a" and word in one.get("href")
            ], (name, word)
        assert "//localhost" not in text and "//package" not in text
    assert packed.text("parks/CL-DIGI.html").count("offline-foot") == 1


def test_every_module_finds_those_it_imports(packed: Packed) -> None:
    found = modules(packed)
    started = {
        name
        for _, page in pages(packed)
        for one in page.elements()
        for name in one.get("data-modules").split()
    }
    assert {"js/main.js", "js/show/main.js", "js/offline/sites.js"} <= started <= found.keys()
    for name, text in found.items():
        code = re.sub(r"^\s*(?:/\*\*|\*).*$", "", text, flags=re.MULTILINE)
        named = re.findall(r'(?:from |import |import\()"(js/[^"]+)"', code)
        assert set(named) <= found.keys(), name
        assert not re.findall(r"""(?:from|import)\s*\(?\s*["']\.""", code), name
        # A map with layers from tiles is refused, so that nothing asks for this one.
        if name != "js/tiles/source.js":
            assert "fetch(" not in re.sub(r"async function fetchJson[^}]+}", "", code), name
    assert not [name for name in found if name.startswith(("js/data/", "js/plan/", "js/drafts/"))]


def test_the_font_has_every_letter_that_the_pages_show(packed: Packed) -> None:
    font = TTFont(BytesIO((packed.folder / "fonts/package-sans.woff2").read_bytes()))
    assert font.flavor == "woff2"
    assert [axis.axisTag for axis in font["fvar"].axes] == ["wght"]
    letters = set(font.getBestCmap())
    names = ("index.html", "sites.html", "i18n/zh.json.js", "data/show.json.js")
    shown = {char for name in (*names, "data/parks.geojson.js") for char in packed.text(name)}
    chinese = {char for char in shown if "\u4e00" <= char <= "\u9fff"}
    assert len(chinese) > 500
    assert {char for char in chinese if ord(char) not in letters} == set()
    assert len(letters) < 4000


def test_the_manifest_has_every_file_with_its_size(packed: Packed) -> None:
    files = document_of(packed, "data/manifest.json")["files"]
    assert packed.names() - files.keys() == {"data/manifest.json.js"}
    for name, facts in files.items():
        assert (packed.folder / name).stat().st_size == facts["bytes"]
    assert packed.done.files == len(files) + 1
    assert packed.done.bytes == packed.done.path.stat().st_size < 20_000_000


def test_the_finder_has_every_offer_once(packed: Packed) -> None:
    for stem, what in (("sites", "plot"), ("halls", "hall")):
        offers = document_of(packed, f"data/offers.{what}.json")["offers"]
        for name in (f"{stem}.html", f"{stem}.en.html"):
            page = parse(packed.text(name))
            cards = [one.get("id") for one in page.elements() if "offer" in one.classes]
            assert sorted(cards) == sorted(offer["key"] for offer in offers)
            data = page.by_id("finder-data")
            assert data
            drawn = json.loads("".join(map(str, data.children)))["offers"]
            assert [one["key"] for one in drawn] == cards
            assert [one["rank"] for one in drawn] == list(range(1, len(cards) + 1))
            assert page.find(lambda one: "pager" in one.classes) is None
        assert len(offers) > (20 if what == "plot" else 5)


def test_the_papers_can_be_read_in_notepad(packed: Packed) -> None:
    for name, word in (("先读我.txt", "全部解压"), ("README.txt", "unpack all of it")):
        body = (packed.folder / name).read_bytes()
        assert body.startswith(b"\xef\xbb\xbf") and b"\r\n" in body
        text = body.decode("utf-8-sig")
        assert word in text and packed.done.version in text
    assert "SIL OPEN FONT LICENSE" in packed.text("licences/OFL.txt")


def test_the_archive_is_one_folder_in_order(packed: Packed) -> None:
    with zipfile.ZipFile(packed.done.path) as archive:
        names = archive.namelist()
    assert names == sorted(names)
    assert {name.split("/")[0] for name in names} == {f"parks-{packed.done.version}"}


# --- command line and job --------------------------------------------------------------------


def test_the_command_writes_the_same_bytes_again_and_tells_of_them(
    packed: Packed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "活动 1.zip"
    target.write_bytes(b"an older one")
    assert main(["export-offline", str(target), "--out", str(packed.out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {**packed.done.as_dict(), "path": str(target)}
    assert target.read_bytes() == packed.done.path.read_bytes()
    assert list(tmp_path.iterdir()) == [target]


def test_without_a_snapshot_the_command_says_so_and_leaves_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "show.zip"
    target.write_bytes(b"an older one")
    status = main(["export-offline", str(target), "--out", str(tmp_path / "out"), "--json"])
    assert status == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "NOT_PUBLISHED"
    assert target.read_bytes() == b"an older one"


def test_staff_make_the_package_by_a_button(packed: Packed, tmp_path: Path) -> None:
    out = Path(shutil.copytree(packed.out, tmp_path / "out"))
    add_people(out)
    client = client_of(out, "wang")
    form = client.get("/plan/exports").text
    assert 'name="format" value="offline"' in form
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form)[0]
    sent = client.post("/plan/exports", data={"csrf_token": token, "format": "offline"})
    assert sent.status_code == 303
    page = wait_for_file(client, sent.headers["Location"])
    assert f"parks-{packed.done.version}.zip" in page
    with client.get(f"{urlsplit(sent.headers['Location']).path}/file") as file:
        assert file.headers["Cache-Control"] == "private, no-store"
        assert file.data == packed.done.path.read_bytes()


def wait_for_file(client: Any, address: str) -> str:
    for _ in range(600):
        state = client.get(f"{urlsplit(address).path}.json").json["state"]
        if state not in ("queued", "running"):
            break
        time.sleep(0.2)
    assert state == "done"
    return str(client.get(address).text)


# --- online base maps ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance whose operator has a key for an online base map."""
    folder = tmp_path_factory.mktemp("tiles")
    data = copy_layers(folder / "data")
    thin_out(data)
    catalog = data / "catalog.toml"
    text = re.sub(r"^\[site\.basemap\]\n(?:[^\[]*\n)?", "", catalog.read_text("utf-8"), flags=re.M)
    head, rest = re.split(r"^(?=\[(?:layers|tables)\.)", text, maxsplit=1, flags=re.M)
    key = f'[site.basemap]\ntianditu_key = "{KEY}"\n\n'
    catalog.write_text(f"{head}{key}{rest}", encoding="utf-8")
    publish(folder / "out", data=data)
    return folder / "out"


def test_online_base_maps_are_never_in_it(with_tiles: Path, tmp_path: Path) -> None:
    shown = Library(with_tiles).current("public")
    assert KEY in shown.read_text("map.zh.js"), "else there is nothing to leave out"
    site = "https://parks.example.gov.cn/map/"
    done = export_offline(Settings(out=with_tiles), tmp_path / "show.zip", site)
    folder = unpack(done.path, tmp_path / "u")
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in (".woff2", ".txt"):
            text = path.read_text(encoding="utf-8")
            assert KEY not in text, path.name
            assert "tianditu.gov" not in text, path.name
    # The same package was told where the map is on the web, which a telephone in the hall reads.
    show = (folder / "present.html").read_text("utf-8")
    assert f"<figcaption>{site}</figcaption>" in show and 'id="show-code"' in show
    assert "window.parkMap" in (folder / "data/map.zh.js").read_text("utf-8")


def test_a_snapshot_with_tiles_alone_is_refused(with_tiles: Path) -> None:
    shown = Library(with_tiles).current("public")
    for lang in ("zh", "en"):
        del shown.manifest["files"][f"public/map.offline.{lang}.js"]
    with pytest.raises(RunError, match="OFFLINE_TILES"):
        build_files(Settings(out=with_tiles), shown)


def test_a_layer_that_needs_the_server_is_refused(packed: Packed) -> None:
    shown = Library(packed.out).current("public")
    shown.site["layers"][0]["tiles"] = {"minzoom": 5, "maxzoom": 15, "detail": 13}
    with pytest.raises(RunError, match="OFFLINE_LAYER_LARGE"):
        build_files(Settings(out=packed.out), shown)


def test_a_publish_in_the_meantime_changes_nothing(packed: Packed, tmp_path: Path) -> None:
    """The pages are those of the snapshot that was asked for, not of the one that is current."""
    out = Path(shutil.copytree(packed.out, tmp_path / "out"))
    shown = Library(out).current("public")
    pointer = out / "snapshots" / "current"
    pointer.unlink()
    files = build_files(Settings(out=out), shown)
    assert files["index.html"].decode("utf-8") == packed.text("index.html")
    assert set(files) == packed.names()
