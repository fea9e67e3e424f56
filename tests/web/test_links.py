"""Every link of every public page leads somewhere, and every page says what it is."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from geo.settings import Settings
from geo.storage.snapshots import SnapshotStore
from geo.web import create_app
from tests.web.crawling import Seen, crawl, read_page, with_language
from tests.web.test_without_samples import STARTS, rows

_ENDLESS = ("pick",)
"""A choice leads to every other choice; one of each size is enough."""


def worth_following(path: str) -> bool:
    parts = urlsplit(path)
    asked = parse_qs(parts.query)
    several = [value for values in asked.values() for value in values if "," in value]
    return not (asked.keys() & set(_ENDLESS) or (several and parts.path == "/compare"))


@pytest.fixture(scope="module")
def client(published: Path):
    return create_app(Settings(out=published)).test_client()


@pytest.fixture(scope="module", params=["zh", "en"])
def crawled(request, client) -> tuple[str, list[Seen]]:
    """The language, and all that was seen in it."""
    lang = request.param
    starts = [*STARTS, "/sites?area_min=50&industry=C19", "/search?q=CL", "/search?q=nothing+here"]
    return lang, list(crawl(client, starts, lang=lang, follow=worth_following))


def test_every_link_answers(crawled) -> None:
    _, seen = crawled
    assert len(seen) > 300
    assert [
        (one.path, one.source, one.status) for one in seen if one.status not in (200, 302)
    ] == []
    kinds = Counter(urlsplit(one.path).path.split("/")[1] for one in seen)
    assert kinds["parcels"] > 90 and kinds["buildings"] > 10 and kinds["parks"] >= 12


def test_every_page_says_what_it_is_in_its_language(crawled) -> None:
    lang, seen = crawled
    for one in seen:
        if one.page:
            assert one.page.title.strip(), one.path
            assert one.page.lang == {"zh": "zh-Hans", "en": "en"}[lang], one.path
            assert len(one.page.headings) == 1 and one.page.headings[0].strip(), one.path
            assert one.page.inline == [], one.path
            # A frame is part of somebody else's page, which describes itself.
            assert one.page.description or one.path.startswith("/embed"), one.path


def test_no_id_occurs_twice(crawled) -> None:
    for one in crawled[1]:
        if one.page:
            double = [name for name, count in Counter(one.page.ids).items() if count > 1]
            assert double == [], (one.path, double)


def test_every_fragment_of_a_page_leads_to_a_part_of_it(crawled) -> None:
    _, seen = crawled
    for one in seen:
        if one.page:
            fragments = {link[1:] for link in one.page.links if link.startswith("#")}
            assert fragments <= {*one.page.ids, ""}, one.path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_published_figure_of_a_park_has_its_time_and_source(client, published, lang) -> None:
    store = SnapshotStore(published)
    folder = store.path(store.current() or "") / "public"
    listed = 0
    parks = {park["park_id"] for park in rows(folder / "parks.geojson")}
    figures = [f for f in published_figures(folder) if f.get("park_id") in parks]
    for figure in figures:
        main = read_page(client.get(with_language(f"/parks/{figure['park_id']}", lang)).text).main
        source = figure["source"]
        assert figure[f"subject_{lang}"] in main, figure
        assert re.search(figure["as_of"][:4], main), figure
        assert source.split(";")[0].split(" / ")[0].strip() in main, figure
        listed += 1
    assert listed >= 5


def published_figures(folder: Path) -> list[dict[str, str]]:
    return list(json.loads((folder / "figures.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_place_says_how_old_it_is_and_where_from(client, published, lang) -> None:
    store = SnapshotStore(published)
    folder = store.path(store.current() or "") / "public"
    for layer, key in (
        ("parks", "park_id"),
        ("parcels", "parcel_id"),
        ("buildings", "building_id"),
    ):
        for record in rows(folder / f"{layer}.geojson")[::5]:
            answer = client.get(with_language(f"/{layer}/{record[key]}", lang))
            main = read_page(answer.text).main
            assert record["as_of"] in main, record[key]
            assert 'id="source"' in answer.text
            told = [part for part in record["source"].split(" / ") if part.strip() in main]
            assert told or record["source"].split(";")[0].strip() in main, record[key]
