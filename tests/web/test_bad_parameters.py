"""Whatever an address says, the answer is a page that helps: never blank, never a crash."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geo.settings import Settings
from geo.web import create_app
from tests.web.crawling import read_page

SCRIPT = '"><script>window.__pwned=1</script><img src=x onerror=alert(1)>'
TEMPLATE = "{{7*191}}${7*191}%(x)s{x}"
TRAVERSAL = "../../../etc/passwd"
SQL = "' OR 1=1; DROP TABLE users;--"
BIDI = "\u202eabc\u2066\u200f"
CONTROL = "a\x00b\x1b[31m\r\nSet-Cookie: x=1"
LONE = "\ud800"
HOSTILE = {
    "script": SCRIPT,
    "template": TEMPLATE,
    "traversal": TRAVERSAL,
    "sql": SQL,
    "bidi": BIDI,
    "control": CONTROL,
    "long": "长" * 3000,
    "emoji": "👩‍👩‍👧‍👦" * 20,
    "nan": "nan",
    "inf": "-inf",
    "huge": "9" * 400,
    "power": "1e999",
    "negative": "-5",
    "commas": "," * 500,
    "slashes": "/" * 200,
    "percent": "%00%ff%",
    "digits": "١٢٣²½",
}

SITES = (
    *("what", "unit", "area_min", "area_max", "industry", "use", "tenure", "load", "power"),
    *("price", "util", "county", "park", "rail", "air", "ready", "pick", "page"),
)
PARAMETERS = {
    "/": ("sel", "view", "layers", "z", "edition"),
    "/sites": SITES,
    "/compare": ("ids", "show"),
    "/compare.xlsx": ("ids",),
    "/costs": ("year", "county"),
    "/figures": ("year",),
    "/logistics": ("from",),
    "/chains": ("chain",),
    "/search": ("q",),
    "/shortlist": ("ids",),
    "/shortlist.pdf": ("ids",),
    "/about": ("park", "layers", "size"),
    "/embed": ("park", "layers", "controls"),
    "/enquire": ("for",),
    "/parks/CL-DIGI": ("x",),
}
MUST_REFUSE = {"/compare.xlsx", "/shortlist.pdf", "/enquire"}
"""Without something to show there is no such document."""

EXACT = [
    ("/sites?area_min=60&area_max=50", 400, "面积下限 60 大于上限 50"),
    ("/sites?area_min=60&area_max=50&lang=en", 400, "60"),
    ("/sites?unit=acre", 400, "acre"),
    ("/sites?what=castle", 400, "castle"),
    ("/sites?county=110000", 400, "110000"),
    ("/sites?park=NOWHERE", 400, "NOWHERE"),
    ("/sites?industry=Z99", 400, "Z99"),
    ("/sites?ready=2027-13", 400, "2027-13"),
    ("/sites?ready=2027-02-30", 400, "2027-02-30"),
    ("/sites?util=gold", 400, "gold"),
    ("/sites?tenure=steal", 400, "steal"),
    ("/sites?area_min=nan", 400, "nan"),
    ("/sites?area_min=1e999", 400, "1e999"),
    ("/sites?area_min=-5", 400, "-5"),
    ("/sites?page=0", 400, "第一页"),
    ("/sites?page=abc", 400, "第一页"),
    ("/sites?page=999", 200, "没有第 999 页，这里是最后一页"),
    ("/sites?pick=castles/1", 400, "castles/1"),
    ("/sites?area_min=50&area_min=60", 400, "请只留一个"),
    ("/sites?ready=" + "9" * 50, 400, "2027-06"),
    ("/compare?ids=parcels/NOWHERE,parcels/CL-AGRI-004", 400, "NOWHERE"),
    ("/compare?ids=parks/CL-TJ,parcels/CL-AGRI-004", 400, "不能混在一起"),
    ("/compare.xlsx?ids=parks/CL-TJ", 400, "至少要选 2 个"),
    ("/compare.xlsx?ids=parks/NOWHERE,parks/CL-TJ&lang=en", 400, "NOWHERE"),
    ("/shortlist?ids=parks/NOWHERE", 404, "NOWHERE"),
    ("/shortlist?ids=castles/1&lang=en", 400, "castles/1"),
    ("/shortlist.pdf", 400, "清单是空的"),
    ("/search?q=" + "a" * 51, 400, "50"),
    ("/search?q=...&lang=en", 400, "50"),
    ("/embed?park=NOWHERE", 400, "NOWHERE"),
    ("/about?embed=1&size=vast", 400, "vast"),
    ("/parks/NOWHERE", 404, "NOWHERE"),
    ("/parcels/CL-AGRI-0004", 404, "CL-AGRI-004"),
    ("/buildings/HALL-Z&lang=en", 404, "HALL-Z"),
    ("/castles/1", 404, "网址"),
    ("/enquire?for=parks/NOWHERE", 404, "NOWHERE"),
]


@pytest.fixture(scope="module")
def client(published):
    return create_app(Settings(out=published)).test_client()


def assert_helps(answer, lang: str, where: str, *, status: set[int]) -> None:
    assert answer.status_code in status, (where, answer.status_code)
    assert answer.headers["X-Content-Type-Options"] == "nosniff", where
    assert "default-src" in answer.headers["Content-Security-Policy"], where
    assert "Set-Cookie" not in answer.headers or "x=1" not in answer.headers["Set-Cookie"], where
    assert "__pwned" not in str(answer.headers), where
    if answer.status_code == 200 and not answer.content_type.startswith("text/html"):
        return
    assert answer.content_type == "text/html; charset=utf-8", where
    page = read_page(answer.text)
    assert page.lang == {"zh": "zh-Hans", "en": "en"}[lang], where
    assert len(page.headings) == 1 and page.headings[0].strip(), where
    assert len("".join(page.main.split())) > 12 or where.startswith(("/?", "/embed")), where
    if answer.status_code >= 400:
        assert answer.headers["Cache-Control"] == "no-store", where
        assert [link for link in page.links if link.startswith(("/", "?"))], f"{where}: no way on"
    assert_harmless(answer.text, where)


def assert_harmless(text: str, where: str) -> None:
    assert "<script>window" not in text, where
    assert "<img src=x" not in text, where
    assert read_page(text).inline == [], where
    assert "1337" not in text, f"{where}: a template was run"
    assert "root:" not in text and "Traceback" not in text, where


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PARAMETERS)
def test_hostile_values_get_a_page_that_helps(client, path: str, lang: str) -> None:
    for name in PARAMETERS[path]:
        for kind, value in HOSTILE.items():
            query = urlencode({name: value, **({"lang": "en"} if lang == "en" else {})})
            where = f"{path}?{name}={kind}"
            status = {400, 404} if path in MUST_REFUSE else {200, 400, 404}
            assert_helps(client.get(f"{path}?{query}"), lang, where, status=status)


@pytest.mark.parametrize("path", PARAMETERS)
def test_many_of_one_parameter_and_unknown_ones_do_no_harm(client, path: str) -> None:
    name = PARAMETERS[path][0]
    many = urlencode([(name, f"v{i}") for i in range(300)])
    assert_helps(client.get(f"{path}?{many}"), "zh", f"{path} many", status={200, 400, 404})
    odd = urlencode([(SCRIPT, SCRIPT), ("__proto__", "x"), ("lang[]", "en"), ("lang", SCRIPT)])
    # The frame says that it has no such language, too.
    refused = {400, 404} if path in MUST_REFUSE or path == "/embed" else {200}
    assert_helps(client.get(f"{path}?{odd}"), "zh", f"{path} odd", status=refused)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_keys_of_pages_and_maps_are_not_found(client, kind: str, lang: str) -> None:
    value = HOSTILE[kind]
    for path in (f"/parks/x{value}", f"/parcels/x{value}", f"/buildings/x{value}/near.svg"):
        # A path of several slashes leads to the one without them.
        answer = client.get(path, query_string={"lang": lang}, follow_redirects=True)
        assert_helps(answer, lang, f"{path[:20]} {kind}", status={404})


@pytest.mark.parametrize(("path", "status", "says"), EXACT)
def test_a_bad_parameter_is_named_with_what_to_do(client, path, status, says) -> None:
    answer = client.get(path)
    lang = "en" if "lang=en" in path and "?" in path else "zh"
    assert_helps(answer, lang, path, status={status})
    assert says in read_page(answer.text).main, path


WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from([*HOSTILE.values(), "C195", "C19", "50", "mu", "ha", "hall", "plot", "2027"]),
    st.integers().map(str),
    st.floats().map(str),
)
PAIRS = st.lists(st.tuples(st.sampled_from((*SITES, "lang", "odd")), WORDS), max_size=8)


@hypothesis_settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pairs=PAIRS)
def test_no_address_of_the_finder_crashes(client, pairs: list[tuple[str, str]]) -> None:
    query = urlencode(pairs, errors="surrogatepass")
    answer = client.get(f"/sites?{query}")
    assert answer.status_code in (200, 400), query
    assert len(read_page(answer.text).headings) == 1
    assert_harmless(answer.text, query)


@pytest.mark.parametrize(
    "path", ["/sites?area_min=%ff%fe", "/search?q=%ed%a0%80", "/%ff", "/?lang=%"]
)
def test_broken_bytes_do_no_harm(client, path: str) -> None:
    assert_helps(client.get(path), "zh", path, status={200, 400, 404})
