"""A page of a large layer's features holds what the words and places of a reader mean."""

import json

import pytest

from geo.errors import NotFound
from geo.layer_items import MOST, Asked, find_items
from geo.query import Library


@pytest.fixture(scope="module")
def shown(published):
    return Library(published).current("public")


def found(shown, layer, *, after=0, limit=MOST, **asked):
    return json.loads(find_items(shown, layer, Asked(**asked), after=after, limit=limit))


def keys(page):
    return [feature["id"] for feature in page["features"]]


def every(shown, layer, **asked):
    """Return the keys of all pages, and what the first says of their number."""
    page = found(shown, layer, **asked)
    matched, listed = page["matched"], keys(page)
    while page["next"] is not None:
        page = found(shown, layer, after=page["next"], **asked)
        assert page["matched"] is None
        listed += keys(page)
    return listed, matched


def test_pages_follow_one_another_in_the_order_of_the_key(shown):
    plots = shown.of_kind("parcels")
    first = found(shown, "parcels", limit=10)
    second = found(shown, "parcels", limit=10, after=first["next"])
    assert keys(first) + keys(second) == list(plots)[:20]
    listed, matched = every(shown, "parcels")
    assert listed == list(plots)
    assert matched == len(plots)


def test_a_page_has_a_limit(shown):
    assert len(found(shown, "parcels", limit=10_000)["features"]) == MOST
    assert len(found(shown, "parcels", limit=0)["features"]) == 1


def test_features_are_those_of_the_layer(shown):
    feature = found(shown, "parcels", limit=1)["features"][0]
    assert feature == shown.of_kind("parcels")[feature["id"]]


def test_a_park_stands_for_its_plots_and_those_of_the_parks_in_it(shown):
    name = shown.of_kind("parks")["CL-TJ"]["properties"]["name_zh"]
    listed, _ = every(shown, "parcels", words=(name,))
    plots = shown.of_kind("parcels")
    inside = {"CL-TJ"} | {
        key
        for key, park in shown.of_kind("parks").items()
        if park["properties"].get("parent_id") == "CL-TJ"
    }
    assert listed == [k for k, p in plots.items() if p["properties"]["park_id"] in inside]
    assert listed


def test_every_word_must_be_met(shown):
    listed, _ = every(shown, "parcels", words=("CL-", "道路"))
    assert listed
    codes = shown.site["codes"]["land_use"]
    for key in listed:
        plot = shown.of_kind("parcels")[key]["properties"]
        assert key.startswith("CL-")
        assert "道路" in codes[plot["land_use_code"]]["zh"]


@pytest.mark.parametrize("word", ["%", "_", "\\", "' OR 1=1 --", '"', "纽约"])
def test_signs_of_sql_are_only_signs(shown, word):
    assert every(shown, "parcels", words=(word,)) == (
        [k for k in shown.of_kind("parcels") if word in k],
        sum(word in k for k in shown.of_kind("parcels")),
    )


def test_only_plots_on_offer(shown):
    listed, _ = every(shown, "parcels", on_offer=True)
    plots = shown.of_kind("parcels")
    assert listed == [k for k, p in plots.items() if p["properties"]["on_offer"]]


def test_what_belongs_to_places(shown):
    firms = shown.of_kind("enterprises")
    plot = next(
        f["properties"]["parcel_id"] for f in firms.values() if f["properties"].get("parcel_id")
    )
    listed, _ = every(shown, "enterprises", places=(plot,))
    assert listed == [k for k, f in firms.items() if f["properties"].get("parcel_id") == plot]
    assert every(shown, "enterprises", places=("NOWHERE",)) == ([], 0)


def test_no_such_layer(shown):
    with pytest.raises(NotFound, match="STORE_MISSING"):
        found(shown, "nothing")
