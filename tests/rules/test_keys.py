"""Keys and references."""

import pytest

from tests.rules.conftest import SOUND, SQUARE, brief

PARK = SOUND["parks"][0]


def test_a_missing_key_is_named_by_its_place_in_the_file(check):
    rows = [*SOUND["parks"], PARK | {"park_id": None}, PARK | {"park_id": None}]
    first, second = check(parks=rows)
    assert {first.rule, second.rule} == {"KEY_MISSING"}
    assert first.feature == ()
    assert first.id != second.id
    assert first.blocking
    assert {3, 4} == {int(f.message["en"].split("record ")[1][0]) for f in (first, second)}


def test_a_key_given_more_than_once_is_one_finding_with_its_rows(check):
    (found,) = check(parks=[*SOUND["parks"], PARK, PARK])
    assert (found.rule, found.feature, found.blocking) == ("KEY_DUPLICATE", ("A",), True)
    assert "1, 3, 4" in found.message["zh"]


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("parks", "parent_id"),
        ("parcels", "park_id"),
        ("parcels", "enterprise_id"),
        ("buildings", "park_id"),
        ("buildings", "parcel_id"),
        ("enterprises", "park_id"),
        ("enterprises", "parcel_id"),
        ("enterprises", "building_id"),
        ("figures", "park_id"),
    ],
)
def test_a_reference_to_nothing_is_found(broken, kind, column):
    (found,) = broken(kind, **{column: "gone"})
    assert (found.rule, found.layer, found.actual) == ("PARK_UNKNOWN", kind, "gone")
    assert column in found.message["en"]
    assert "gone" in found.message["zh"]


def test_two_bad_references_of_one_record_are_two_findings(broken):
    found = broken("enterprises", park_id="gone", parcel_id="gone", building_id="gone")
    assert len({f.id for f in found}) == 3


def test_what_could_not_be_read_is_not_missed_again_in_every_reference(check):
    assert check(drop=("parks",)) == []


@pytest.mark.parametrize(
    ("links", "inside"),
    [
        ({"A": "A"}, ["A"]),
        ({"A": "B", "B": "A"}, ["A", "B"]),
        ({"A": "B", "B": "C", "C": "A", "D": "A"}, ["A", "B", "C"]),
        ({"A": None, "B": "A", "C": "B"}, []),
    ],
)
def test_a_park_inside_itself_is_found(check, links, inside):
    rows = [PARK | {"park_id": park, "parent_id": up} for park, up in links.items()]
    findings = check(parks=rows)
    assert brief(findings) == [("PARK_UNKNOWN", "parks", (park,)) for park in inside]
    assert all("parent_id" in f.message["en"] for f in findings)


def test_references_are_compared_as_text(check):
    rows = [PARK | {"park_id": "1"}]
    parcels = [SOUND["parcels"][0] | {"park_id": "1.0", "geometry": SQUARE}]
    assert brief(check(parks=rows, parcels=parcels)) == [("PARK_UNKNOWN", "parcels", ("P1",))]
