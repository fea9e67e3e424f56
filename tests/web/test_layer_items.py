"""Features by key and by page, of the public edition for all and of the staff's for staff."""

import json

import pytest


def test_one_feature(anyone, version):
    answer = anyone.get(f"/layers/{version}/parcels/items/CL-TJ-001")
    assert answer.status_code == 200
    assert answer.content_type == "application/geo+json"
    assert json.loads(answer.data)["id"] == "CL-TJ-001"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["parcels/items/NONE", "nothing/items", "nothing/items/CL-TJ-001", "parcels/items/a/b"]
)
def test_what_is_not_there(anyone, version, path):
    assert anyone.get(f"/layers/{version}/{path}").status_code == 404
    assert anyone.get(f"/layers/0/{path}").status_code == 404


def test_a_page_of_features(anyone, version):
    first = anyone.get(f"/layers/{version}/parcels/items?limit=3").json
    assert len(first["features"]) == 3
    second = anyone.get(f"/layers/{version}/parcels/items?limit=3&after={first['next']}").json
    assert not {f["id"] for f in first["features"]} & {f["id"] for f in second["features"]}
    some = anyone.get(f"/layers/{version}/parcels/items?q=CL-TJ&offer=1&at=CL-TJ").json
    assert some["matched"]
    assert all(f["properties"]["on_offer"] for f in some["features"])


@pytest.mark.parametrize("query", ["limit=x", "after=-5", "after=x", "q=" + "a " * 500, "at=,,,"])
def test_odd_questions_get_an_answer(anyone, version, query):
    assert anyone.get(f"/layers/{version}/parcels/items?{query}").status_code == 200


def test_the_staff_edition_is_for_those_who_are_signed_in(anyone, wang, version):
    path = f"/staff/layers/{version}/staff/parcels/items"
    for address in (path, f"{path}/CL-TJ-001"):
        refused = anyone.get(address)
        assert refused.status_code in (302, 401)
        answer = wang.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert wang.get("/staff/layers/0/staff/parcels/items").status_code in (403, 404)
