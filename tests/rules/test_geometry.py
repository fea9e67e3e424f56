"""Missing, broken and misplaced geometries."""

import json

import geopandas as gpd
import pytest
from shapely import affinity, from_geojson
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo.crs import straight_area_m2
from tests.rules.conftest import SOUND, SQUARE, brief

BOW = Polygon([(81, 37), (82, 38), (82, 37), (81, 38)])

OUTSIDE = "PARCEL_OUTSIDE_PARK"


def rule_of(findings):
    return [f.rule for f in findings]


def test_an_empty_geometry_blocks(broken):
    for shape in (None, Polygon()):
        (found,) = broken("parcels", geometry=shape)
        assert (found.rule, found.blocking, found.feature) == ("GEOMETRY_EMPTY", True, ("P1",))


@pytest.mark.parametrize(("place_known", "found"), [(False, 0), (True, 1), (None, 1)])
def test_only_a_park_of_unknown_place_may_have_none(broken, place_known, found):
    assert len(broken("parks", geometry=None, place_known=place_known)) == found


def test_a_firm_may_have_no_geometry_but_not_a_broken_one(broken):
    assert broken("enterprises", geometry=None) == []
    (found,) = broken("enterprises", attrs={"bad_geometry": [(0, "half_position")]})
    assert found.rule == "GEOMETRY_EMPTY"
    assert "longitude" in found.message["en"]


def test_a_bad_geometry_is_one_finding_with_its_reason(broken):
    (found,) = broken("parcels", geometry=None, attrs={"bad_geometry": [(0, "not_finite")]})
    assert found.rule == "GEOMETRY_EMPTY"
    assert "NaN" in found.message["zh"]


def test_a_shifted_datum_of_one_record_is_a_suspect_datum(broken):
    (found,) = broken("enterprises", attrs={"bad_geometry": [(0, "datum_refused")]})
    assert (found.rule, found.blocking) == ("DATUM_SUSPECT", True)
    assert "GCJ-02" in found.message["en"]


@pytest.mark.parametrize(
    ("shape", "word", "ground"),
    [
        (BOW, "crosses itself", Polygon([(82, 37), (82, 38), (81.5, 37.5)])),
        (
            Polygon(SQUARE.exterior, [box(81.5, 37.5, 81.6, 37.6).exterior]),
            "hole lies outside",
            box(81.5, 37.5, 81.6, 37.6),
        ),
        (
            MultiPolygon([box(81, 37, 82, 38), box(81.4, 37.4, 81.6, 37.6)]),
            "inside each other",
            box(81.4, 37.4, 81.6, 37.6),
        ),
    ],
    ids=["bow", "hole", "nested"],
)
def test_an_invalid_geometry_says_what_and_where(broken, shape, word, ground):
    (found,) = broken("parcels", geometry=shape)
    assert (found.rule, found.blocking) == ("GEOMETRY_INVALID", False)
    assert word in found.message["en"]
    assert "81." in found.message["en"]
    piece = from_geojson(json.dumps(found.geometry))
    assert piece.equals(ground) or piece.equals(affinity.scale(ground, -1, origin=(81.5, 37.5)))
    measured = straight_area_m2(gpd.GeoSeries([piece], crs=4326))
    assert found.area_m2 == pytest.approx(measured[0], abs=0.01)


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(81, 37), (81.001, 37), (81.001, 37.001), (81.002, 37.001), (81.001, 37.001)]),
        Polygon([(81, 37), (81, 37), (81, 37), (81, 37)]),
    ],
    ids=["spike", "a point for an area"],
)
def test_a_fault_without_ground_is_shown_as_a_point(broken, shape):
    (found,) = broken("parcels", geometry=shape)
    assert (found.rule, found.geometry["type"], found.area_m2) == (
        "GEOMETRY_INVALID",
        "Point",
        None,
    )


def test_a_curl_at_a_corner_is_told_without_the_rest_of_the_plot(broken):
    ring = [
        (81, 37),
        (81.001, 37),
        (81.001, 37.001),
        (81, 37.001),
        (81, 36.9999),
        (81.0001, 37.0001),
    ]
    (found,) = broken("parcels", geometry=Polygon(ring))
    assert 0 < found.area_m2 < 200


def test_a_scribble_of_thousands_of_crossings_is_told_as_a_point(broken):
    zigzag = [(81 + (i % 2) / 1000, 37 + i / 1e6) for i in range(1200)]
    (found,) = broken("parcels", geometry=Polygon([*zigzag, (81.0005, 37), (81.0005, 37.002)]))
    assert found.geometry["type"] == "Point"


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        (affinity.translate(SQUARE, 10), None),  # 91 E, still in the region
        (affinity.translate(SQUARE, 30), "DATUM_SUSPECT"),
        (Polygon([(y, x) for x, y in SQUARE.exterior.coords]), "AXES_SWAPPED"),
        (box(27_500_000, 4_096_000, 27_500_100, 4_096_100), "DATUM_SUSPECT"),
        (box(0, 0, 0.001, 0.001), "DATUM_SUSPECT"),
        (Polygon([(81, 37), (81.001, 37), (120, 37.001)]), "DATUM_SUSPECT"),  # a stray vertex
    ],
)
def test_a_plot_must_lie_in_the_region(broken, shape, rule):
    found = [name for name in rule_of(broken("parcels", geometry=shape)) if name != OUTSIDE]
    assert found == ([rule] if rule else [])


def test_metres_are_called_metres(broken):
    (found,) = broken("parcels", geometry=box(500_000, 4_096_000, 500_100, 4_096_100))
    assert "metres" in found.message["en"]
    (found,) = broken("parcels", geometry=box(120, 37, 121, 38))
    assert "metres" not in found.message["en"]
    assert found.expected == "73, 34, 97, 50"
    assert found.actual == "120, 37, 121, 38"


def test_a_line_may_leave_the_region(check):
    def logistics(shape):
        return check(
            logistics=[
                {"facility_id": "r", "name_zh": "铁路", "kind": "railway", "geometry": shape}
            ]
        )

    assert logistics(LineString([(82, 37), (110, 37)])) == []
    assert rule_of(logistics(LineString([(105, 37), (110, 37)]))) == ["DATUM_SUSPECT"]
    assert rule_of(logistics(LineString([(82, 37), (500_000, 37)]))) == ["DATUM_SUSPECT"]


def test_swapped_points_of_firms_are_found(broken):
    assert brief(broken("enterprises", geometry=Point(37, 81))) == [
        ("AXES_SWAPPED", "enterprises", ("E1",))
    ]


def test_tables_have_no_geometry(check):
    assert check(figures=SOUND["figures"]) == []
