"""The page of the show: what it names, for the browser and for a copy without a server."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.i18n import message
from geo.settings import Settings
from geo.web import create_app
from geo.web.present import draw_code
from tests.browser.site import copy_layers, publish

SITE = "https://parks.example"


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return create_app(Settings(out=published)).test_client()


def get(client: FlaskClient, path: str, site: str = SITE) -> str:
    answer = client.get(path, base_url=site)
    assert answer.status_code == 200
    return answer.text


def attribute(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_address_that_the_page_names_is_answered(client: FlaskClient, lang: str) -> None:
    page = get(client, f"/present?lang={lang}")
    for name in ("i18n-zh", "i18n-en", "home-zh", "home-en"):
        assert client.get(attribute(page, name)).status_code == 200, name
    assert client.get(attribute(page, "layers") + "show.json").json["scenes"]
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        assert client.get(address).status_code == 200, address


def test_the_other_language_goes_back_to_its_own_map(client: FlaskClient) -> None:
    page = get(client, "/present")
    assert (attribute(page, "home-zh"), attribute(page, "home-en")) == ("/", "/?lang=en")


def test_it_works_below_a_mount_point(client: FlaskClient) -> None:
    page = client.get("/present", environ_overrides={"SCRIPT_NAME": "/county"}).text
    assert attribute(page, "layers").startswith("/county/layers/")
    assert attribute(page, "home-zh") == "/county/"


def test_no_style_and_no_script_is_in_the_page(client: FlaskClient) -> None:
    page = get(client, "/present")
    assert " style=" not in page
    assert "<style" not in page
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


def test_what_is_in_the_address_is_the_browsers_to_read(client: FlaskClient) -> None:
    assert get(client, "/present?scene=%3Cb%3E&kiosk=1") == get(client, "/present")


def test_the_header_leads_to_the_show(client: FlaskClient) -> None:
    for lang in ("zh", "en"):
        name = message("show.nav", lang)
        assert re.search(rf'href="/present[^"]*"[^>]*>{name}<', get(client, f"/about?lang={lang}"))


def test_the_style_sheet_of_the_show_is_its_own(client: FlaskClient) -> None:
    page = get(client, "/present")
    sheet = re.search(r'rel="stylesheet" href="([^"]+)"', page)
    assert sheet
    styles = client.get(sheet[1]).text
    assert "--night-land" in styles
    assert ".show-slide" in styles
    assert ".nav-menu" not in styles, "the pages' own styles weigh nothing here"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_scripts_the_page_lists_the_scenes(client: FlaskClient, lang: str) -> None:
    page = get(client, f"/present?lang={lang}")
    scenes = client.get(attribute(page, "layers") + "show.json").json["scenes"]
    listed = re.findall(r"<li>(.*?)</li>", page)
    assert [unescape(text) for text in listed] == [scene["headline"][lang] for scene in scenes]


def test_without_a_story_the_page_says_what_to_do(tmp_path: Path) -> None:
    data = copy_layers(tmp_path / "layers")
    (data / "story.toml").unlink()
    publish(tmp_path / "out", data=data)
    page = get(create_app(Settings(out=tmp_path / "out")).test_client(), "/present")
    assert "story.toml" in page
    assert "<script" not in page, "nothing is loaded that is not there"


def test_the_show_of_a_kept_version_says_so_and_leads_back_to_its_map(
    li: FlaskClient, anyone: FlaskClient, version: str
) -> None:
    path = f"/data/preview/{version}/present?edition=staff"
    assert anyone.get(path).status_code == 302
    page = li.get(path).text
    assert message("edition.preview", "zh") in page
    assert attribute(page, "home-zh") == f"/data/preview/{version}?edition=staff"
    assert li.get(attribute(page, "layers") + "show.json").json["scenes"]
    assert "canonical" not in page


# --- the code of the closing scene ----------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_code_leads_to_the_site_in_the_language_of_the_page(
    client: FlaskClient, lang: str
) -> None:
    page = get(client, f"/present?lang={lang}")
    address = f"{SITE}/" if lang == "zh" else f"{SITE}/?lang=en"
    assert f"<figcaption>{address}</figcaption>" in page
    assert draw_code(address)["path"] in page
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "site",
    ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://hall-pc"],
)
def test_an_address_of_this_machine_alone_is_no_code(client: FlaskClient, site: str) -> None:
    assert 'id="show-code"' not in get(client, "/present", site)


def test_an_address_in_the_house_is_one(client: FlaskClient) -> None:
    assert 'id="show-code"' in get(client, "/present", "http://192.168.1.20:8000")


def test_the_code_is_a_square_with_its_quiet_zone() -> None:
    code = draw_code("https://parks.example/")
    size = int(str(code["size"]))
    cells = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", str(code["path"]))}
    assert (size - 8 - 17) % 4 == 0, "a version of ISO/IEC 18004"
    assert {min(x for x, _ in cells), min(y for _, y in cells)} == {4}
    assert {max(x for x, _ in cells), max(y for _, y in cells)} == {size - 5}
    # The three finder patterns: seven dark modules along each side of their corner.
    for x, y in ((4, 4), (size - 11, 4), (4, size - 11)):
        assert {(x + n, y) for n in range(7)} | {(x, y + n) for n in range(7)} <= cells
