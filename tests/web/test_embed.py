"""The map for a frame in another page, and the code that puts it there."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from geo.settings import Settings
from geo.web import create_app
from tests.browser.site import copy_layers, publish


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return create_app(Settings(out=published)).test_client()


def policy(client: FlaskClient, address: str) -> str:
    return client.get(address).headers["Content-Security-Policy"]


def code_of(text: str) -> dict[str, str]:
    """Return the attributes of the frame whose code a page shows as text."""
    shown = re.search(r'<pre class="embed-code"[^>]*>(.*?)</pre>', text, re.DOTALL)
    assert shown, text
    code = unescape(shown[1])
    assert code.startswith("<iframe ")
    assert code.endswith("></iframe>")
    return {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', code)}


# --- the frame ------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/embed", "/embed?layers=roads", "/embed?lang=fr"])
def test_every_site_may_frame_the_embedded_map_and_its_errors(client, address):
    assert "frame-ancestors *" in policy(client, address)
    assert "default-src 'self'" in policy(client, address)


@pytest.mark.parametrize(
    "address",
    ["/", "/about", "/sites", "/compare", "/shortlist", "/login", "/healthz", "/embed/", "/none"],
)
def test_no_other_page_may_be_framed_by_others(client, address):
    assert "frame-ancestors 'self'" in policy(client, address)


def test_a_published_file_may_not_be_framed(client):
    version = client.get("/healthz").json["version"]
    address = f"/layers/{version}/site.json"
    assert "frame-ancestors 'none'" in policy(client, address)


def test_the_embedded_map_has_no_header_but_notice_sources_and_a_way_out(client):
    text = client.get("/embed").text
    assert "<header" not in text
    assert "<nav" not in text
    assert "含示例数据" in text
    assert "GeoNames" in text
    assert "CC BY 4.0" in text
    ways = re.findall(r"<a [^>]*>", text)
    assert any('href="/"' in way for way in ways)
    assert all('target="_blank"' in way and 'rel="noopener"' in way for way in ways)


def test_the_embedded_map_sets_no_cookie_and_is_not_for_search_engines(client):
    answer = client.get("/embed")
    assert "Set-Cookie" not in answer.headers
    assert '<meta name="robots" content="noindex">' in answer.text


def test_the_flags_choose_layers_park_language_and_buttons(client):
    text = client.get("/embed?layers=parks,counties&park=CL-TJ&lang=en&controls=0").text
    assert 'lang="en"' in text
    assert 'data-sel="parks/CL-TJ"' in text
    assert "GeoNames" not in text, "the layer of places is off"
    assert 'id="side-toggle"' not in text
    assert 'href="/?lang=en&amp;layers=counties,parks&amp;sel=parks/CL-TJ"' in text


def test_no_layer_at_all_is_a_wish(client):
    assert client.get("/embed?layers=").status_code == 200


@pytest.mark.parametrize(
    ("query", "flag", "offered"),
    [
        ("layers=parks,roads", "layers", "counties, places"),
        ("park=NOWHERE", "park", "CL-TJ"),
        ("lang=fr", "lang", "zh, en"),
        ("controls=yes", "controls", "1, 0"),
    ],
)
def test_a_bad_flag_is_told_with_what_it_can_be(client, query, flag, offered):
    answer = client.get(f"/embed?{query}")
    assert answer.status_code == 400
    assert f"参数 {flag} 不能是" in answer.text
    assert offered in answer.text
    assert 'href="/about#embed"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_bad_flag_is_never_markup(client):
    answer = client.get("/embed", query_string={"park": "<script>alert(1)</script>"})
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


def test_a_program_gets_a_problem_document(client):
    answer = client.get("/embed?park=X", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert json.loads(answer.text)["code"] == "EMBED_FLAG"


def test_before_the_first_publish_there_is_a_sentence(tmp_path):
    answer = create_app(Settings(out=tmp_path)).test_client().get("/embed")
    assert answer.status_code == 503


def test_under_a_prefix_all_addresses_have_it(client):
    answer = client.get("/embed", environ_overrides={"SCRIPT_NAME": "/parks"})
    assert not re.findall(r'(?:href|src)="/(?!parks/)', answer.text)


# --- the code -------------------------------------------------------------------------------


def test_the_code_is_there_at_once_and_works_on_another_site(client):
    frame = code_of(client.get("/about").text)
    assert frame["src"] == "http://localhost/embed"
    assert (frame["width"], frame["height"]) == ("600", "400")
    assert frame["allow"] == "fullscreen"
    assert frame["title"] == "和田东三县园区地图"


def test_the_form_makes_the_code_without_scripts(client):
    form = {
        "embed": "1",
        "park": "YT-TJ",
        "layers": ["parks", "parcels"],
        "map_lang": "en",
        "size": "wide",
    }
    text = client.get("/about", query_string=form).text
    frame = code_of(text)
    asked = parse_qs(urlsplit(frame["src"]).query)
    assert asked == {
        "layers": ["parks,parcels"],
        "park": ["YT-TJ"],
        "lang": ["en"],
        "controls": ["0"],
    }
    assert frame["width"] == "100%"
    assert frame["title"] == "Yutian Tianjin Industrial Park"
    assert client.get("/embed?" + urlsplit(frame["src"]).query).status_code == 200
    assert '<option value="YT-TJ" selected>' in text
    preview = re.search(r'<iframe class="embed-preview" src="([^"]*)"', text)
    assert preview
    assert frame["src"].endswith(unescape(preview[1]))


def test_the_page_in_the_other_language_keeps_the_form(client):
    text = client.get("/about?embed=1&park=YT-TJ&map_lang=zh&size=small").text
    other = unescape(re.search(r'id="language" href="([^"]*)"', text)[1])
    frame = code_of(client.get(f"/about{other}").text)
    assert parse_qs(urlsplit(frame["src"]).query, keep_blank_values=True)["layers"] == [""]
    assert frame["width"] == "400"


def test_all_boxes_ticked_stay_ticked_in_the_other_language(client):
    text = client.get("/about").text
    names = re.findall(r'name="layers" value="(\w+)" checked', text)
    assert len(names) > 5
    form = {"embed": "1", "layers": names, "controls": "1", "size": "small"}
    text = client.get("/about", query_string=form).text
    assert code_of(text)["src"] == "http://localhost/embed", "all of it is the default"
    other = unescape(re.search(r'id="language" href="([^"]*)"', text)[1])
    again = client.get(f"/about{other}").text
    assert re.findall(r'name="layers" value="(\w+)" checked', again) == names
    assert 'lang="en"' in again


@pytest.mark.parametrize(("lang", "other"), [("zh", "?lang=en"), ("en", "?lang=zh")])
def test_without_a_form_the_address_stays_short(client, lang, other):
    assert f'id="language" href="{other}"' in client.get(f"/about?lang={lang}").text


def test_only_parks_with_a_place_are_offered(client):
    text = client.get("/about").text
    offered = re.findall(r'<option value="([A-Z-]+)"', text)
    assert "CL-TJ" in offered
    assert "TOY" not in offered, "its place is not published"


@pytest.mark.parametrize("query", ["park=NONE", "layers=roads", "size=huge", "map_lang=fr"])
def test_a_form_with_what_it_does_not_offer_is_refused(client, query):
    answer = client.get(f"/about?embed=1&{query}")
    assert answer.status_code == 400
    assert "不能是" in answer.text


# --- about ----------------------------------------------------------------------------------


def test_what_is_missing_is_said(client):
    text = client.get("/about").text
    for said in ("主办单位尚未登记", "没有审图号", "尚未提供勘误联系方式"):
        assert said in text
    assert text.count("尚未登记") >= 3


def test_what_is_known_is_shown(tmp_path):
    data = copy_layers(tmp_path / "layers")
    catalog = data / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    for name, value in (
        ("map_approval", "新S(2026)001号"),
        ("icp", "新ICP备2026000001号-1"),
        ("police", "新公网安备 65322502000001号"),
    ):
        text = text.replace(f'{name} = ""', f'{name} = "{value}"')
    more = '[site]\norganiser = { zh = "某某办公室", en = "Some Office" }\n'
    more += 'corrections = { zh = "电话 0903-1", en = "phone 0903-1" }\n'
    catalog.write_text(text.replace("[site]\n", more, 1), encoding="utf-8")
    out = tmp_path / "out"
    publish(out, data=data)
    page = create_app(Settings(out=out)).test_client().get("/about").text
    assert "某某办公室" in page
    assert "电话 0903-1" in page
    assert "新S(2026)001号" in page
    assert "尚未登记" not in page
    assert 'href="https://beian.miit.gov.cn/"' in page
    assert "code=65322502000001" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_layer_has_its_source_and_licence(client, published, lang):
    text = unescape(client.get(f"/about?lang={lang}").text)
    version = client.get("/healthz").json["version"]
    site = client.get(f"/layers/{version}/site.json").json
    for entry in site["layers"] + site["tables"]:
        assert entry["source"][lang] in text
        assert entry["licence"] in text


def test_the_notices_of_the_software_are_shown_whole(client):
    text = unescape(client.get("/about").text)
    for name in ("Leaflet.markercluster", "BSD-2-Clause (Leaflet)", "SQLAlchemy", "MIT"):
        assert name in text


# --- a shared link --------------------------------------------------------------------------


def meta(text: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "path", ["/", "/parks/CL-TJ", "/parcels/CL-AGRI-003", "/buildings/{hall}", "/about"]
)
def test_a_shared_link_has_a_card_with_a_picture(client, path, lang):
    version = client.get("/healthz").json["version"]
    halls = client.get(f"/layers/{version}/buildings.geojson").json["features"]
    card = meta(client.get(f"{path.format(hall=halls[0]['id'])}?lang={lang}").text)
    assert card["og:title"]
    assert card["og:description"]
    assert card["twitter:card"] == "summary_large_image"
    assert card["og:image"] == f"http://localhost/layers/{version}/share.{lang}.png"
    picture = client.get(urlsplit(card["og:image"]).path)
    assert picture.content_type == "image/png"
    width, height = (int.from_bytes(picture.data[at : at + 4], "big") for at in (16, 20))
    assert (str(width), str(height)) == (card["og:image:width"], card["og:image:height"])
    assert (width, height) == (1200, 630)


def test_the_picture_has_the_prefix_of_a_mount(client):
    answer = client.get("/", environ_overrides={"SCRIPT_NAME": "/parks"})
    assert "/parks/layers/" in meta(answer.text)["og:image"]


def test_an_error_has_no_card(client):
    assert "og:image" not in meta(client.get("/none").text)
