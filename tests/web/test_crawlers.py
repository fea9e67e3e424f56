"""What search engines get to see: robots.txt, the sitemap, and what every page says of itself."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from geo.settings import Settings
from geo.web import crawlers, create_app

SITE = "https://parks.example"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
PLACES = ("/parks/", "/parcels/", "/buildings/")


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return create_app(Settings(out=published)).test_client()


@pytest.fixture(scope="module")
def listed(client: FlaskClient) -> dict[str, dict[str, str]]:
    """The addresses of the sitemap with the same page in each language."""
    answer = client.get("/sitemap.xml", base_url=SITE)
    assert (answer.status_code, answer.content_type) == (200, "application/xml")
    return {
        url.findtext(f"{MAP}loc", ""): {
            link.attrib["hreflang"]: link.attrib["href"] for link in url.iter(LINK)
        }
        for url in ElementTree.fromstring(answer.data).iter(f"{MAP}url")
    }


@pytest.fixture(scope="module")
def robots(client: FlaskClient) -> RobotFileParser:
    answer = client.get("/robots.txt", base_url=SITE)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    return parser


def get(client: FlaskClient, address: str) -> str:
    answer = client.get(address.removeprefix(SITE) or "/", base_url=SITE)
    assert answer.status_code == 200, address
    return answer.text


def test_the_sitemap_lists_every_page_in_both_languages(listed):
    for path in ("/", "/sites", "/compare", "/costs", "/about", "/parks/CL-DIGI"):
        assert f"{SITE}{path}" in listed
        assert f"{SITE}{path}?lang=en" in listed
    for kind in PLACES:
        assert any(kind in address for address in listed)


def test_every_page_of_the_sitemap_answers(client, listed):
    for address in listed:
        get(client, address)


def test_every_public_page_tells_search_engines_what_and_where_it_is(client, listed):
    kinds = {next((kind for kind in PLACES if kind in a), a): a for a in listed if "lang=" not in a}
    shown = [a for page in kinds.values() for a in (page, listed[page]["en"])]
    assert len(shown) >= 2 * (8 + len(PLACES))
    titles = set()
    for address in shown:
        html = get(client, address)
        title = re.search(r"<title>([^<]+)</title>", html)
        description = re.search(r'<meta name="description" content="([^"]{10,300})">', html)
        assert title, address
        assert description, address
        titles.add(title[1])
        assert f'<link rel="canonical" href="{address}">' in html
        links = dict(re.findall(r'rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', html))
        assert links == listed[address]
        assert "noindex" not in html
    assert len(titles) == len(shown), "two pages bear the same title"


def test_crawlers_may_see_what_is_listed_and_are_told_where(client, listed, robots):
    assert robots.site_maps() == [f"{SITE}/sitemap.xml"]
    assert all(robots.can_fetch("*", address) for address in listed)


@pytest.mark.parametrize("path", ["/search?q=yt", "/search?lang=en&q=yt", "/shortlist.pdf?ids=A"])
def test_crawlers_are_kept_from_what_has_no_end(robots, path):
    assert not robots.can_fetch("*", SITE + path)


@pytest.mark.parametrize("path", ["/search?q=yt", "/sites?what=hall"])
def test_a_page_for_one_query_is_not_indexed(client, path):
    assert '<meta name="robots" content="noindex">' in get(client, path)


@pytest.mark.parametrize("path", ["/login", "/data", "/audit", "/?edition=staff"])
def test_pages_for_people_who_sign_in_are_not_indexed(anyone, li, path):
    assert anyone.get(path).headers["X-Robots-Tag"] == "noindex"
    assert li.get(path).headers["X-Robots-Tag"] == "noindex"


def test_addresses_keep_to_the_place_where_the_application_is_mounted(client):
    at = {"base_url": f"{SITE}/parks-map"}
    assert "Disallow: /parks-map/search?q=" in client.get("/robots.txt", **at).text
    assert f"Sitemap: {SITE}/parks-map/sitemap.xml" in client.get("/robots.txt", **at).text
    assert f"<loc>{SITE}/parks-map/sites</loc>" in client.get("/sitemap.xml", **at).text


def locations(answer) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(answer.data).iter(f"{MAP}loc")]


@pytest.fixture
def many(published: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The site as if a file held no more than a hundred addresses."""
    monkeypatch.setattr(crawlers, "MOST", 100)
    return create_app(Settings(out=published)).test_client()


def test_a_large_site_lists_its_pages_in_parts(many, listed):
    index = many.get("/sitemap.xml", base_url="https://large.example")
    assert ElementTree.fromstring(index.data).tag == f"{MAP}sitemapindex"
    found = []
    for address in locations(index):
        part = many.get(address.removeprefix("https://large.example"), base_url=SITE)
        assert (part.status_code, part.content_type) == (200, "application/xml")
        found.append(locations(part))
    assert [len(one) for one in found[:-1]] == [100] * (len(found) - 1)
    assert 0 < len(found[-1]) <= 100
    assert [address for one in found for address in one] == list(listed)


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", "9" * 30])
def test_a_part_that_is_none_is_not_found(many, number):
    assert many.get(f"/sitemap-{number}.xml").status_code == 404


def test_a_small_site_has_one_file_alone(client):
    assert client.get("/sitemap-1.xml").status_code == 404
