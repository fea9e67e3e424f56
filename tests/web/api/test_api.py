"""``/api``: documents, pages of features, negotiation, caching, errors."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pytest
from flask.testing import FlaskClient

from geo.settings import Settings
from geo.state import open_state, tokens
from geo.storage.snapshots import SnapshotStore
from geo.times import today
from geo.web import create_app
from tests.browser.site import copy_layers, publish
from tests.web.crawling import read_page
from tests.web.people import client_of, sign_in

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ITEMS = "/api/collections/parcels/items"
EPSG_4490 = "http://www.opengis.net/def/crs/EPSG/0/4490"


@pytest.fixture(scope="module")
def client(published: Path) -> FlaskClient:
    return create_app(Settings(out=published)).test_client()


def links(document: dict, rel: str) -> list[dict]:
    return [link for link in document["links"] if link["rel"] == rel]


def get(client: FlaskClient, path: str, **headers: str) -> dict:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


# --- documents --------------------------------------------------------------------------------


def test_the_landing_page_leads_to_everything(client: FlaskClient) -> None:
    landing = get(client, "/api")
    assert landing["title"].startswith("和田东三县园区地图")
    for rel in ("self", "service-desc", "service-doc", "conformance", "data", "license"):
        for link in links(landing, rel):
            answer = client.get(link["href"].split("#")[0])
            assert answer.status_code == 200 and answer.mimetype == link["type"].split(";")[0], link
    assert client.get("/api/").get_json(force=True)["title"] == landing["title"]


def test_titles_are_in_the_readers_language(client: FlaskClient) -> None:
    for headers, query, title in (
        ({}, "", "园区"),
        ({"Accept-Language": "en-GB,en;q=0.9"}, "", "Parks"),
        ({"Accept-Language": "en"}, "?lang=zh", "园区"),
        ({}, "?lang=en", "Parks"),
        ({"Accept-Language": "fr"}, "", "园区"),
    ):
        assert get(client, f"/api/collections/parks{query}", **headers)["title"] == title
    # Who named the language finds it in the links as well.
    named = get(client, "/api?lang=en")
    assert all("lang=en" in link["href"] for link in named["links"] if link["rel"] != "license")


def test_a_collection_says_what_it_is(client: FlaskClient) -> None:
    parks = get(client, "/api/collections/parks?lang=en")
    assert parks["licence"].startswith("CC0") and parks["as_of"] == "2020"
    assert "schematic" in parks["description"] and "outlines drawn" in parks["attribution"]
    assert parks["storageCrs"] == parks["crs"][0] and EPSG_4490 in parks["crs"]
    (box,) = parks["extent"]["spatial"]["bbox"]
    assert 79 < box[0] < box[2] < 85 and 36 < box[1] < box[3] < 40
    assert links(parks, "license")[0]["href"].endswith("/about?lang=en#sources")
    listed = get(client, "/api/collections?lang=en")["collections"]
    assert parks in listed and listed[0]["id"] == "counties"


def test_the_extent_in_time_is_that_of_the_features(client: FlaskClient) -> None:
    for collection in get(client, "/api/collections")["collections"]:
        page = f"/api/collections/{collection['id']}/items?limit=1"
        (begin, end), *others = collection["extent"]["temporal"]["interval"]
        assert not others and begin < end
        every = get(client, page)["numberMatched"]
        assert get(client, f"{page}&datetime={begin}/{end}")["numberMatched"] == every
        assert get(client, f"{page}&datetime={begin}")["numberMatched"] > 0
        assert get(client, f"{page}&datetime={end}")["numberMatched"] > 0
        before = f"../{int(begin[:4]) - 1}-06"
        assert get(client, f"{page}&datetime={before}")["numberMatched"] == 0
    parks = get(client, "/api/collections/parks")["extent"]["temporal"]
    assert parks["interval"] == [["2014-12-24T16:00:00Z", "2026-11-30T15:59:59Z"]]
    assert "2014-12-25/2026-11-30" in client.get("/api/collections/parks?f=html").text


def test_a_layer_without_an_archive_has_no_tiles(client: FlaskClient) -> None:
    assert not [
        one for one in get(client, "/api/collections/parks")["links"] if "tiles" in one["rel"]
    ]
    assert client.get("/api/collections/parks/tiles").status_code == 404
    assert not any("tiles" in uri for uri in get(client, "/api/conformance")["conformsTo"])


def test_queryables_are_the_published_properties_with_types(client: FlaskClient) -> None:
    found = get(client, "/api/collections/parcels/queryables?lang=en")
    properties = found["properties"]
    assert properties["geometry"]["format"] == "geometry-any"
    assert properties["area_mu"]["type"] == "number" and properties["net_land"]["type"] == "boolean"
    assert "enterprise_id" not in properties and found["additionalProperties"] is False


@pytest.mark.parametrize(
    ("layer", "field", "title"),
    [
        ("parcels", "area_m2", "Area on the map (m²)"),
        ("parcels", "state", "State of the plot"),
        ("buildings", "area_m2", "Floor area (m²)"),
        ("buildings", "state", "State of the hall"),
    ],
)
def test_a_property_is_called_what_it_is_in_its_layer(client, layer, field, title) -> None:
    found = get(client, f"/api/collections/{layer}/queryables?lang=en")
    assert found["properties"][field]["title"] == title
    page = client.get(f"/api/collections/{layer}/queryables?lang=en&f=html").get_data(as_text=True)
    assert title in page


# --- features ---------------------------------------------------------------------------------


def test_a_page_of_features(client: FlaskClient) -> None:
    answer = client.get(f"{ITEMS}?limit=3")
    page = answer.get_json(force=True)
    assert answer.content_type == "application/geo+json"
    assert answer.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert (page["type"], page["numberReturned"], len(page["features"])) == (
        "FeatureCollection",
        3,
        3,
    )
    assert page["numberMatched"] == 393
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", page["timeStamp"])
    assert {"self", "alternate", "next", "collection", "license"} <= {
        one["rel"] for one in page["links"]
    }


def test_the_pages_are_all_features_once(client: FlaskClient) -> None:
    path, seen = f"{ITEMS}?limit=50&park_id=CL-DIGI&lang=en", []
    while path:
        page = get(client, path)
        seen += [feature["id"] for feature in page["features"]]
        (path, *_) = [one["href"] for one in links(page, "next")] or [""]
    assert len(seen) == len(set(seen)) == page["numberMatched"] == 69


@pytest.mark.parametrize("more", ["", "park_id=CL-DIGI", "bbox=80.8,36.8,81.7,36.95"])
def test_the_pages_lead_back_as_they_lead_on(client: FlaskClient, more: str) -> None:
    page, on = get(client, f"{ITEMS}?limit=20&{more}"), []
    assert not links(page, "prev")
    while links(page, "next"):
        on.append([feature["id"] for feature in page["features"]])
        page = get(client, links(page, "next")[0]["href"])
    back = []
    while links(page, "prev"):
        assert "snapshot=" in links(page, "first")[0]["href"]
        page = get(client, links(page, "prev")[0]["href"])
        back.append([feature["id"] for feature in page["features"]])
    assert back[::-1] == on and len(on) > 1


def test_a_page_for_people_leads_back(client: FlaskClient) -> None:
    first = client.get(f"{ITEMS}?f=html&limit=20")
    second = client.get(f"{ITEMS}?f=html&limit=20&after=20")
    assert 'rel="prev"' not in first.text
    (address,) = re.findall(r'rel="prev" href="([^"]+)"', second.text)
    assert "snapshot=" in address and "after=" not in address
    again = client.get(address.replace("&amp;", "&"))
    table = re.compile(r"<table.*</table>", re.DOTALL)
    assert table.findall(again.text) == table.findall(first.text) != []


@pytest.mark.parametrize(("limit", "count"), [("1", 1), ("1000", 393), ("100000", 393), ("", None)])
def test_a_limit_beyond_the_most_is_the_most(
    client: FlaskClient, limit: str, count: int | None
) -> None:
    answer = client.get(f"{ITEMS}?limit={limit}")
    if count is None:
        assert answer.status_code == 400
    else:
        assert answer.get_json(force=True)["numberReturned"] == count


def test_a_feature_by_its_key(client: FlaskClient) -> None:
    feature = get(client, f"{ITEMS}/CL-DIGI-001?lang=en")
    assert feature["id"] == feature["properties"]["parcel_id"] == "CL-DIGI-001"
    assert links(feature, "collection") and links(feature, "self")
    listed = get(client, f"{ITEMS}?parcel_id=CL-DIGI-001")["features"]
    assert listed == [{name: feature[name] for name in ("type", "id", "geometry", "properties")}]
    assert client.get(f"{ITEMS}/NOWHERE").status_code == 404


def test_cgcs2000_has_latitude_first(client: FlaskClient) -> None:
    for path in (f"{ITEMS}/CL-DIGI-001", f"{ITEMS}?parcel_id=CL-DIGI-001"):
        plain = client.get(path)
        asked = client.get(f"{path}{'&' if '?' in path else '?'}crs={EPSG_4490}")
        assert asked.headers["Content-Crs"] == f"<{EPSG_4490}>"
        first, second = (answer.get_json(force=True) for answer in (plain, asked))
        first, second = (one.get("features", [one])[0]["geometry"] for one in (first, second))
        assert [[y, x] for x, y in first["coordinates"][0]] == second["coordinates"][0]


def test_a_feature_without_a_place_has_none_in_either_system(client: FlaskClient) -> None:
    page = get(client, f"/api/collections/parks/items?filter=geometry IS NULL&crs={EPSG_4490}")
    assert page["features"] and all(one["geometry"] is None for one in page["features"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("nothing=1", "API_PARAMETER_UNKNOWN"),
        ("limit=1&limit=2", "API_PARAMETER_TWICE"),
        ("limit=0", "API_LIMIT_INVALID"),
        ("limit=x", "API_LIMIT_INVALID"),
        ("limit=-5", "API_LIMIT_INVALID"),
        ("after=x", "API_AFTER_INVALID"),
        ("bbox=1,2,3", "API_BBOX_INVALID"),
        ("bbox=1,2,3,x", "API_BBOX_INVALID"),
        ("bbox=1,9,3,2", "API_BBOX_INVALID"),
        ("bbox=1,2,nan,4", "API_BBOX_INVALID"),
        ("bbox=1,2,1e999,4", "API_BBOX_INVALID"),
        ("bbox=1,2,3,4&bbox-crs=EPSG:4326", "API_CRS_UNKNOWN"),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/3857", "API_CRS_UNKNOWN"),
        ("filter-crs=x", "API_CRS_UNKNOWN"),
        ("filter=x", "API_QUERYABLE_UNKNOWN"),
        ("filter-lang=cql2-json", "API_FILTER_LANGUAGE"),
        ("datetime=yesterday", "API_DATETIME_INVALID"),
        ("area_mu=large", "API_VALUE_INVALID"),
        ("net_land=yes", "API_VALUE_INVALID"),
        ("enterprise_id=E-1", "API_PARAMETER_UNKNOWN"),
        ("f=xml", "API_FORMAT_UNKNOWN"),
        ("lang=fr", "API_LANGUAGE_UNKNOWN"),
    ],
)
def test_what_cannot_be_understood_is_a_problem(client: FlaskClient, query: str, code: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    problem = answer.get_json(force=True)
    assert (problem["code"], problem["status"], problem["title"]) == (code, 400, "Bad Request")
    assert problem["type"] == "about:blank" and re.search(r"[\u4e00-\u9fff]", problem["detail"])
    english = client.get(f"{ITEMS}?{query}", headers={"Accept-Language": "en"})
    assert not re.search(r"[\u4e00-\u9fff]", english.get_json(force=True)["detail"])
    page = client.get(f"{ITEMS}?{query}", headers=BROWSER)
    if "f=" not in query:
        assert page.status_code == 400 and page.mimetype == "text/html"


@pytest.mark.parametrize(
    "path", ["/api/none", "/api/collections/none", "/api/collections/none/items"]
)
def test_what_is_not_there_is_a_problem(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("path", "leads"), [("/api/collections/none", True), ("/none", False)])
def test_a_page_about_what_is_not_there_leads_back_to_the_interface(client, path, leads) -> None:
    page = client.get(f"{path}?lang=en", headers={"Accept": "text/html"})
    assert page.status_code == 404 and page.mimetype == "text/html"
    assert ('href="/api?lang=en"' in page.get_data(as_text=True)) == leads


# --- who may keep and read it -----------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api", "/api/collections", "/api/openapi.json", ITEMS])
def test_what_the_reader_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert (
        client.get(path, headers={"If-None-Match": tag, "Accept-Language": "en"}).status_code == 200
    )
    assert first.headers["Cache-Control"] == "no-cache"
    assert {"Accept", "Accept-Language", "Authorization"} <= set(first.vary.as_set(True))


def test_a_large_answer_is_packed(client: FlaskClient) -> None:
    answer = client.get(ITEMS, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data))["numberReturned"] == 100


def test_programs_of_any_site_may_read_the_public_edition(client: FlaskClient) -> None:
    assert (
        client.get("/api", headers={"Origin": "https://a.example"}).headers[
            "Access-Control-Allow-Origin"
        ]
        == "*"
    )
    asked = client.options(ITEMS)
    assert asked.status_code == 200 and set(asked.allow) == {"GET", "HEAD", "OPTIONS"}
    assert "POST" not in asked.headers["Access-Control-Allow-Methods"]
    head = client.head(ITEMS)
    assert (
        head.status_code == 200
        and head.data == b""
        and int(head.headers["Content-Length"]) > 10_000
    )
    refused = client.post(ITEMS)
    assert refused.status_code == 405 and "GET" in refused.headers["Allow"]
    assert "Access-Control-Allow-Origin" not in client.get("/about").headers


# --- pages ------------------------------------------------------------------------------------

PAGES = (
    "/api",
    "/api/conformance",
    "/api/collections",
    "/api/collections/enterprises",
    "/api/collections/enterprises/queryables",
    "/api/collections/parks/items",
    f"{ITEMS}?limit=5&filter=park_id+%3D+%27CL-DIGI%27",
    "/api/collections/parks/items/CL-DIGI",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_browser_gets_a_page(client: FlaskClient, path: str, lang: str) -> None:
    query = "" if lang == "zh" else f"{'&' if '?' in path else '?'}lang=en"
    answer = client.get(path + query, headers=BROWSER)
    page = read_page(answer.text)
    assert answer.status_code == 200 and len(page.headings) == 1 and page.inline == []
    assert bool(re.search(r"[\u4e00-\u9fff]", page.headings[0])) is (lang == "zh")
    named = client.get(f"{path}{'&' if '?' in path else '?'}f=html")
    assert named.mimetype == "text/html"
    assert not client.get(path + query).mimetype.startswith("text/html")


def test_a_page_of_features_leads_to_the_map_and_on(client: FlaskClient) -> None:
    page = read_page(client.get(f"{ITEMS}?limit=5", headers=BROWSER).text)
    assert "/?sel=parcels/CL-AGRI-001" in page.links
    (following,) = [one for one in page.links if "after=5" in one]
    assert "limit=5" in following and "snapshot=" in following
    again = read_page(client.get(following, headers=BROWSER).text)
    assert any("after=10" in one for one in again.links)
    assert read_page(client.get(f"{ITEMS}?park_id=NONE", headers=BROWSER).text).empty


def test_a_hostile_filter_is_shown_as_text(client: FlaskClient) -> None:
    text = "state = '\"><script>alert(1)</script>'"
    answer = client.get(ITEMS, query_string={"filter": text}, headers=BROWSER)
    assert answer.status_code == 200 and "<script>alert" not in answer.text


# --- publishing goes on -----------------------------------------------------------------------


def test_pages_hold_to_one_version_while_another_is_published(
    published: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(published, tmp_path / "out"))
    before = SnapshotStore(out).current()
    client = create_app(Settings(out=out)).test_client()
    page = get(client, f"{ITEMS}?limit=150")
    seen = [feature["id"] for feature in page["features"]]
    expected = {f["id"] for f in get(client, f"{ITEMS}?limit=1000")["features"]}

    # A third of the plots goes, so the rows of all others change.
    data = copy_layers(tmp_path / "data")
    plots = json.loads((data / "parcels.geojson").read_text(encoding="utf-8"))
    plots["features"] = plots["features"][::3] + plots["features"][1::3]
    (data / "parcels.geojson").write_text(json.dumps(plots, ensure_ascii=False), encoding="utf-8")
    assert publish(out, data=data) != before
    assert get(client, f"{ITEMS}?limit=1")["numberMatched"] < len(expected)

    while links(page, "next"):
        page = get(client, links(page, "next")[0]["href"])
        assert page["numberMatched"] == len(expected)
        seen += [feature["id"] for feature in page["features"]]
    assert max(Counter(seen).values()) == 1 and set(seen) == expected

    while links(page, "prev"):
        page = get(client, links(page, "prev")[0]["href"])
        assert {feature["id"] for feature in page["features"]} <= expected
    assert [feature["id"] for feature in page["features"]] == seen[:150]

    shutil.rmtree(SnapshotStore(out).path(before or ""))
    gone = create_app(Settings(out=out)).test_client().get(f"{ITEMS}?snapshot={before}&after=150")
    assert (gone.status_code, gone.get_json(force=True)["code"]) == (410, "API_SNAPSHOT_GONE")


@pytest.mark.parametrize("version", ["x", "../../etc", "2020-01-01-0123456789", "", "%00"])
def test_a_version_that_is_none_is_refused(client: FlaskClient, version: str) -> None:
    status = client.get(f"{ITEMS}?snapshot={version}").status_code
    assert status == (410 if version.startswith("2020") else 400)


def test_a_version_that_is_only_prepared_is_not_served(published: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(published, tmp_path / "out"))
    version = SnapshotStore(out).current()
    (out / "snapshots" / "log.jsonl").unlink()
    (out / "snapshots" / "current").unlink()
    client = create_app(Settings(out=out)).test_client()
    assert client.get(f"{ITEMS}?snapshot={version}").status_code == 410
    assert client.get(ITEMS).status_code == 503


# --- the staff edition ------------------------------------------------------------------------


@pytest.fixture
def token(out: Path) -> str:
    state = open_state(Settings(out=out))
    return tokens.make(state, name="QGIS", until=today(), by="li", on=today())


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_opens_the_staff_edition(anyone: FlaskClient, token: str) -> None:
    public = anyone.get("/api/collections/parcels/queryables").get_json(force=True)["properties"]
    answer = anyone.get("/api/collections/parcels/queryables", headers=bearer(token))
    assert "enterprise_id" not in public
    assert "enterprise_id" in answer.get_json(force=True)["properties"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Authorization" in answer.vary and "Access-Control-Allow-Origin" not in answer.headers
    found = anyone.get("/api/collections/enterprises/items?stage=contact", headers=bearer(token))
    assert found.get_json(force=True)["numberMatched"] > 0
    assert (
        anyone.get("/api/collections/enterprises/items?stage=contact").get_json(force=True)[
            "numberMatched"
        ]
        == 0
    )
    # The public answer has another tag, so neither is taken for the other.
    again = anyone.get(
        "/api", headers=bearer(token) | {"If-None-Match": anyone.get("/api").headers["ETag"]}
    )
    assert again.status_code == 200


def test_pages_of_the_staff_edition_hold_to_a_version_too(anyone: FlaskClient, token: str) -> None:
    page = anyone.get(f"{ITEMS}?limit=2", headers=bearer(token)).get_json(force=True)
    following = links(page, "next")[0]["href"]
    assert "snapshot=" in following
    assert anyone.get(following, headers=bearer(token)).get_json(force=True)["numberReturned"] == 2


def test_with_a_token_there_is_no_page(anyone: FlaskClient, token: str) -> None:
    assert anyone.get("/api", headers=bearer(token) | BROWSER).mimetype == "application/json"
    assert anyone.get("/api?f=html", headers=bearer(token)).status_code == 400


@pytest.mark.parametrize(
    "header",
    [
        "Bearer parks_" + "a" * 43,
        "Bearer x",
        "Bearer",
        "",
        "Basic bGk6eA==",
        "Bearer " + "x" * 9000,
        "Bearer é",
    ],
)
def test_a_wrong_token_is_refused(anyone: FlaskClient, header: str) -> None:
    answer = anyone.get("/api/collections", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.get_json(force=True)["code"] == "TOKEN_INVALID"


def test_many_wrong_tokens_must_wait_and_a_right_one_passes(
    anyone: FlaskClient, token: str
) -> None:
    for _ in range(20):
        assert anyone.get("/api", headers=bearer("x")).status_code == 401
    waits = anyone.get("/api", headers=bearer("x"))
    assert waits.status_code == 429 and int(waits.headers["Retry-After"]) > 0
    assert anyone.get("/api", headers=bearer(token)).status_code == 200


def test_a_session_of_a_browser_opens_the_public_edition_alone(li: FlaskClient) -> None:
    answer = li.get("/api/collections/parcels/queryables")
    assert "enterprise_id" not in answer.get_json(force=True)["properties"]
    assert "Cookie" not in answer.vary


def test_the_public_api_needs_no_state_database(out: Path) -> None:
    (out / "state.db").write_bytes(b"no database" * 100)
    client = client_of(out)
    assert client.get(ITEMS).status_code == 200
    assert client.get(ITEMS, headers=bearer("x")).status_code == 503


def test_a_revoked_token_is_refused_at_once(out: Path, anyone: FlaskClient, token: str) -> None:
    state = open_state(Settings(out=out))
    tokens.revoke(state, tokens.listed(state)[0].id, by="li")
    assert anyone.get("/api", headers=bearer(token)).status_code == 401
    assert sign_in(anyone, "li").status_code == 303


def test_every_public_file_agrees_with_the_api(client: FlaskClient, published: Path) -> None:
    store = SnapshotStore(published)
    folder = store.path(store.current() or "") / "public"
    for one in get(client, "/api/collections")["collections"]:
        page = get(client, f"/api/collections/{one['id']}/items?limit=1000")
        file = json.loads((folder / f"{one['id']}.geojson").read_text(encoding="utf-8"))
        assert page["features"] == file["features"], one["id"]
        assert len(gpd.GeoDataFrame.from_features(page["features"])) == page["numberMatched"]
