"""Plane areas: each plot in the zone of its park, as the cadastre has it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import box

from geo.analyse.balance import LEVELS, describe_balance
from geo.analyse.land import measure_plots
from geo.analyse.zones import measure_in_zones, zones_of_plots
from geo.crs import ellipsoidal_area_m2
from tests.analyse.planned import BOW, COUNTIES, LAND_USE, PARKS, plots
from tests.rules.conftest import make_frame

PLANES = {27: "EPSG:4515", 28: "EPSG:4516"}


def rectangle(zone, east_m, width_m=100.0, height_m=50.0, north_m=4_080_000.0):
    """A rectangle of the plane of a zone, its west side so far east of the meridian, in degrees.

    Projected back by pyproj itself: its plane area is width times height.
    """
    undo = Transformer.from_crs(PLANES[zone], "EPSG:4490", always_xy=True).transform
    west = zone * 1_000_000 + 500_000 + east_m
    shape = box(west, north_m, west + width_m, north_m + height_m)
    return shapely.transform(shape, undo, interleaved=False)


def parks(**places):
    records = [
        park | {"geometry": places.get(park["park_id"]), "kind": "industrial"} for park in PARKS
    ]
    return make_frame("parks", records)


def land(*shapes, **changes):
    return plots(*({"geometry": shape, **changes} for shape in shapes))


def areas(parcels, places):
    zones = zones_of_plots(parcels, places)
    return zones.tolist(), measure_in_zones(parcels.geometry, zones).tolist()


@pytest.mark.parametrize(
    ("zone", "east_m"), [(27, -120_000), (27, 0), (27, 130_000), (28, -90_000)]
)
def test_a_rectangle_of_the_plane_has_the_area_that_it_was_given(zone, east_m):
    zones, found = areas(land(rectangle(zone, east_m)), parks())
    assert zones == [zone]
    assert found == pytest.approx([100 * 50], abs=0.01)


def test_the_plane_is_wider_than_the_ground_away_from_its_meridian():
    # Scale 1 + d² / 2R² at 130 km, squared: 1 + (130 / 6371)² = 1.000416.
    shape = rectangle(27, 130_000)
    ground = float(ellipsoidal_area_m2(gpd.GeoSeries([shape], crs="EPSG:4326"))[0])
    assert 100 * 50 / ground == pytest.approx(1 + (130.05 / 6371) ** 2, abs=1e-5)


def test_all_plots_of_a_park_are_measured_in_the_zone_of_the_park():
    # 82.5° E divides zone 27 from 28; the plot lies west of it, the middle of the park east.
    shape = rectangle(28, -135_000)  # about 82.49° E
    assert 82.4 < shape.centroid.x < 82.5
    park = box(82.4, 36.8, 82.8, 36.9)
    zones, found = areas(land(shape), parks(A=park))
    assert (zones, found) == ([28], pytest.approx([5000], abs=0.01))
    zones, found = areas(land(shape), parks())
    assert zones == [27]
    assert abs(found[0] - 5000) < 5


def test_a_plot_of_no_known_park_has_the_zone_in_which_it_lies():
    shapes = [rectangle(27, 0), rectangle(28, 0)]
    zones, found = areas(land(*shapes, park_id=None), parks())
    assert zones == [27, 28]
    assert found == pytest.approx([5000, 5000], abs=0.01)


def balance(parcels, places):
    land = measure_plots(parcels)
    return describe_balance(parcels, land, places, land_use=LAND_USE, counties=COUNTIES)


def test_the_sheet_of_plane_areas_names_its_zones_and_adds_up_as_printed():
    east = [{"geometry": rectangle(28, d * 100), "park_id": "C"} for d in range(3)]
    west = [{"geometry": rectangle(27, d * 100), "land_use_code": "1101"} for d in range(4)]
    found = balance(plots(*west, *east), parks())
    sheets = {(s["scope"], s["key"]): s for s in found["plane"]["sheets"]}
    zone_27 = {"zone": 27, "meridian": 81, "crs": "EPSG:4515"}
    zone_28 = {"zone": 28, "meridian": 84, "crs": "EPSG:4516"}
    assert sheets["all", None]["zones"] == [zone_27, zone_28]
    assert sheets["park", "A"]["zones"] == [zone_27]
    assert sheets["park", "C"]["zones"] == [zone_28]
    # 7 x 5000 m² = 3.5 ha = 52.5 亩
    assert sheets["all", None]["total"]["planned"] == {"ha": 3.5, "mu": 52.5, "share": None}
    # 4 and 3 of 7: 57.142…, 42.857… % together 100
    for level in map(str, LEVELS):
        (group,) = sheets["all", None]["levels"][level]
        assert [row["planned"]["share"] for row in group["rows"]] == [42.86, 57.14]
        for unit in ("ha", "mu", "share"):
            parts = [row["planned"][unit] for row in group["rows"]]
            assert round(sum(parts), 2) == group["planned"][unit]
    assert found["plane"]["notes"][0] == "plan_note.area_plane"
    assert found["notes"][0] == "plan_note.area_ellipsoidal"
    assert [s["key"] for s in found["sheets"]] == [s["key"] for s in found["plane"]["sheets"]]


def test_what_has_no_sure_outline_has_no_plane_area_either():
    found = balance(land(BOW, rectangle(27, 0), None), parks())
    sheet = found["plane"]["sheets"][0]
    assert sheet["unmeasured"] == found["sheets"][0]["unmeasured"]
    assert len(sheet["unmeasured"]) == 2
    assert sheet["total"]["planned"]["ha"] == 0.5
    assert np.isfinite(sheet["total"]["planned"]["mu"])
