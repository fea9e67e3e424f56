"""The parts of the offline package, each by itself."""

from __future__ import annotations

import base64
import json
import zipfile
from io import BytesIO

import pytest

from geo.i18n import message
from geo.offline.addresses import PAGES, Addresses, plain_names
from geo.offline.archive import pack
from geo.offline.font import characters
from geo.offline.markup import parse
from geo.offline.modules import boot_script, closure, hash_source, import_map
from geo.offline.rewrite import Rewriter, seal

ADDRESSES = Addresses(
    "2026-11-22-ab",
    "0123",
    {**PAGES, "/parks/A B": "parks/A-B-12", "/parcels/P%1": "parcels/P-1"},
    {"/parcels/P%1": "/parks/A B"},
)


@pytest.mark.parametrize(
    "page",
    [
        '<!doctype html><html><body class="a b" hidden>&lt;b&gt; &#8211; é</body></html>',
        '<p title="a &amp; &quot;b&quot;">x<br>y<img src="a?b&amp;c" alt=""></p>',
        '<svg viewbox="0 0 1 1"><path d="M0 0"></path></svg><!-- gone -->',
        '<script type="application/json">{"a": "<\\u002fscript>"}</script>',
    ],
)
def test_a_page_that_is_read_and_written_says_the_same(page: str) -> None:
    written = parse(page).write()
    assert parse(written).write() == written
    assert written == page.replace("<!-- gone -->", "")


@pytest.mark.parametrize("page", ["<p><b>a</p></b>", "<div><p>a</p>", "a</div>"])
def test_a_page_that_is_not_well_formed_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="<"):
        parse(page)


def test_what_matches_is_taken_out_with_all_that_is_in_it() -> None:
    document = parse('<ul><li id="a"><b>1</b></li><li>2<i id="a">3</i></li></ul>')
    document.remove(lambda one: one.get("id") == "a")
    assert document.write() == "<ul><li>2</li></ul>"


@pytest.mark.parametrize(
    ("here", "address", "found"),
    [
        ("/", "/sites", "sites.html"),
        ("/", "/sites?what=hall&lang=en&area_min=5", "halls.en.html?area_min=5"),
        ("/", "/?sel=parks/A&view=list#main", "index.html?sel=parks/A&view=list#main"),
        ("/sites?what=hall", "?lang=en", "sites.en.html"),
        ("/sites?what=hall", "?what=hall&lang=en", "halls.en.html"),
        ("/parks/A%20B", "/parcels/P%251?lang=en", "../parcels/P-1.en.html"),
        ("/parks/A%20B", "?lang=en", "A-B-12.en.html"),
        ("/parks/A%20B", "/assets/0123/app.css", "../assets/app.css"),
        ("/", "/layers/2026-11-22-ab/map.en.js", "data/map.en.js"),
        ("/parks/A%20B", "/parks/A%20B/near.svg?lang=en", "../maps/parks/A%20B/near.en.svg"),
        ("/", "#main", "#main"),
        ("/", "https://example.org/a", "https://example.org/a"),
        ("/", "tel:0903", "tel:0903"),
        ("/", "/compare?ids=A,B", None),
        ("/", "/login", None),
        ("/", "/parks/other", None),
        ("/", "/layers/2025-01-01-cd/map.en.js", None),
    ],
)
def test_an_address_leads_to_the_file_that_answers_it(
    here: str, address: str, found: str | None
) -> None:
    assert ADDRESSES.translate(here, address) == found


def test_a_plot_is_shown_in_the_region_where_its_park_is() -> None:
    shared = ADDRESSES.shared_drawing
    assert shared("/parcels/P%251/region.svg?lang=en") == "/parks/A%20B/region.svg?lang=en"
    assert shared("/parcels/P%251/near.svg") == "/parcels/P%251/near.svg"
    assert shared("/parks/A%20B/region.svg") == "/parks/A%20B/region.svg"


PAGE = """<!doctype html><html data-root="/" data-i18n="/assets/0123/i18n/zh.json"
data-layers="/layers/2026-11-22-ab/" data-home-en="/?lang=en"><head><meta charset="utf-8">
<link rel="canonical" href="http://localhost/"><link rel="stylesheet" href="/assets/0123/app.css">
<script type="module" src="/assets/0123/js/main.js"></script></head><body><nav id="nav-menu"></nav>
<a class="button" href="/compare?ids=A">Compare</a> <a class="link" href="/compare?ids=A">both</a>
<a href="https://example.org/">out</a><form action="/enquire" method="post"><input></form>
<form id="search" action="/search" method="get"><input name="lang"><input name="q"></form>
<img src="/parcels/P%251/region.svg" alt=""><footer class="imprint"></footer></body></html>"""


def test_a_page_keeps_what_works_without_a_server() -> None:
    rewriter = Rewriter(ADDRESSES)
    page = rewriter.rewrite(PAGE, "/parcels/P%1", "zh")
    text = page.write()
    assert next(page.elements()).attributes == {
        "data-root": "../",
        "data-i18n": "i18n/zh.json",
        "data-layers": "data/",
        "data-home-en": "../index.en.html",
    }
    assert "Compare" not in text and "/enquire" not in text and "canonical" not in text
    assert '<span class="link is-online">both</span>' in text
    assert '<a href="https://example.org/">out</a>' in text
    assert '<form id="search"><input name="q"></form>' in text
    assert 'src="../maps/parks/A%20B/region.zh.svg"' in text
    assert rewriter.drawings == {"/parks/A%20B/region.svg"}
    assert rewriter.modules == {"js/main.js", "js/offline/page.js"}
    assert 'data-modules="js/main.js js/offline/page.js"' in text
    assert '<a href="../preflight.html">' in text
    assert message("offline.foot", "zh") in text
    assert message("offline.unpack_title", "en") in text


def test_the_policy_allows_what_stands_in_the_page_and_no_more() -> None:
    page = Rewriter(ADDRESSES).rewrite(PAGE, "/parcels/P%1", "zh")
    sealed = parse(seal(page, "the map"))
    policy = next(one for one in sealed.elements() if one.get("http-equiv")).get("content")
    style = next(one for one in sealed.elements() if one.tag == "style")
    assert hash_source("".join(map(str, style.children))) in policy
    assert hash_source("the map") in policy
    assert "'unsafe" not in policy and "http" not in policy
    assert [one.tag for one in sealed.elements()][:4] == ["html", "head", "meta", "meta"]


def test_every_key_has_a_file_name_that_every_system_takes() -> None:
    keys = ["CL-1", "cl-1", "con", "地块 一", "../x", "a/b", "a" * 300, "P%1", "P#1", "LPT1.x", ""]
    names = plain_names(keys)
    assert names["CL-1"] == "CL-1"
    lower = [name.lower() for name in names.values()]
    assert len(set(lower)) == len(keys)
    assert all(name.isascii() and name.replace("-", "").isalnum() for name in names.values())
    assert "con" not in lower
    assert max(map(len, lower)) <= 61


MODULES = {
    "js/main.js": b'/** @type {import("./types.js").T} */\nimport { a } from "./a.js";\n'
    b'const later = () => import("./sub/b.js");\n',
    "js/a.js": b'export { c as a } from "./sub/c.js";',
    "js/sub/b.js": b'import "../a.js";\nimport * as c from "./c.js";',
    "js/sub/c.js": b"export const c = '\xe5\x9b\xad';",
    "js/types.js": b"",
    "js/staff.js": b"",
}


def test_only_what_the_pages_need_is_packed() -> None:
    expected = ["js/a.js", "js/main.js", "js/sub/b.js", "js/sub/c.js"]
    assert closure(MODULES, ["js/main.js"]) == expected


def test_modules_call_each_other_by_bare_names() -> None:
    names = closure(MODULES, ["js/main.js"])
    imports = json.loads(import_map(MODULES, names))["imports"]
    texts = {n: base64.b64decode(a.split(",", 1)[1]).decode() for n, a in imports.items()}
    assert 'from "js/a.js"' in texts["js/main.js"]
    assert 'import("js/sub/b.js")' in texts["js/main.js"]
    assert texts["js/a.js"] == 'export { c as a } from "js/sub/c.js";'
    assert texts["js/sub/b.js"] == 'import "js/a.js";\nimport * as c from "js/sub/c.js";'
    assert "园" in texts["js/sub/c.js"]


def test_the_boot_script_carries_the_import_map_whole() -> None:
    script = boot_script('{"imports": {"a": "data:,</script>"}}').decode()
    literal = script.split(" = ", 1)[1].split(";\n", 1)[0]
    assert json.loads(literal) == '{"imports": {"a": "data:,</script>"}}'


def test_a_policy_names_a_script_as_browsers_do() -> None:
    # The example of the CSP specification, level 2, section 7.17.
    expected = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert hash_source("alert('Hello, world.');") == expected


def test_the_font_gets_what_can_be_seen() -> None:
    found = characters(["园区 &amp; \n\t地块&#8211;"])
    assert {"园", "区", "地", "块", "–", "A", "~", "&"} <= set(found)
    assert not {"\n", "\t"} & set(found)
    assert list(found) == sorted(set(found))


def test_the_same_files_make_the_same_archive() -> None:
    files = {"b.txt": b"b" * 99, "先读我.txt": b"c", "a/a.woff2": b"d" * 99}
    body = pack("x", files)
    assert body == pack("x", dict(reversed(files.items())))
    with zipfile.ZipFile(BytesIO(body)) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == ["x/a/a.woff2", "x/b.txt", "x/先读我.txt"]
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert entries[2].flag_bits & 0x800, "the name is marked as UTF-8"
        assert entries[0].compress_size == entries[0].file_size
        assert entries[1].compress_size < entries[1].file_size
        assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
        assert archive.testzip() is None
