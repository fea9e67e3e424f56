"""The plane of a print: true to scale, and the ticks where degrees really are."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from geo.render.plane import (
    bbox_of,
    degrees_text,
    fit_plane,
    join_bboxes,
    middle_of,
    round_scale,
    to_metres,
)

COUNTIES = (80.0557, 35.2346, 84.9876, 39.4841)


@settings(deadline=None)  # PROJ builds a projection anew each time
@given(st.floats(73, 97), st.floats(30, 50), st.floats(-4, 4))
def test_agrees_with_proj(meridian, lat, turn):
    definition = f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +ellps=GRS80 +units=m"
    proj = Transformer.from_crs("EPSG:4490", definition, always_xy=True)
    expected = proj.transform(meridian + turn, lat)
    assert to_metres(meridian + turn, lat, meridian) == pytest.approx(expected, abs=0.01)


@given(st.floats(0, 178), st.floats(0, 120))
def test_a_place_on_paper_is_found_again(x, y):
    plane = fit_plane(COUNTIES, 178, 120)
    assert plane.place(*plane.locate(x, y)) == pytest.approx((x, y), abs=1e-6)


@pytest.mark.parametrize("bbox", [COUNTIES, (80.83, 36.98, 80.84, 36.985)])
def test_a_ruler_on_the_paper_measures_metres(bbox):
    plane = fit_plane(bbox, 178, 120)
    west, south, east, north = bbox
    geod = Geod(ellps="GRS80")
    corners = [((west, south), (east, south)), ((west, south), (west, north))]
    for start, end in corners:
        _, _, metres = geod.inv(*start, *end)
        on_paper = math.dist(plane.place(*start), plane.place(*end))
        # A degree of latitude curves away from the straight ruler by less than that.
        assert on_paper * plane.scale / 1000 == pytest.approx(metres, rel=0.001)


@given(
    st.floats(75, 95),
    st.floats(35, 48),
    st.floats(0, 4),
    st.floats(0, 3),
)
def test_an_extent_is_shown_whole_at_the_largest_round_scale(west, south, width, height):
    bbox = (west, south, west + width, south + height)
    plane = fit_plane(bbox, 100, 80)
    places = [
        plane.place(lon, lat) for lon in (west, west + width) for lat in (south, south + height)
    ]
    assert all(-0.01 <= x <= 100.01 and -0.01 <= y <= 80.01 for x, y in places)
    assert plane.scale == round_scale(plane.scale)


def test_a_scale_is_no_larger_than_asked():
    assert fit_plane((80, 37, 80, 37), 50, 50, finest=2000).scale == 2000


@pytest.mark.parametrize(
    ("least", "scale"), [(500, 500), (501, 600), (1999, 2000), (2_000_001, 2_500_000), (9e6, 10**7)]
)
def test_scales_are_round(least, scale):
    assert round_scale(least) == scale


@pytest.mark.parametrize("bbox", [COUNTIES, (80.83, 36.98, 80.84, 36.985)])
def test_ticks_stand_where_the_degrees_are(bbox):
    plane = fit_plane(bbox, 178, 120)
    below, left = plane.ticks_below(), plane.ticks_left()
    assert 2 <= len(below) <= 8
    for tick in below:
        assert degrees_text(plane.locate(tick.at, plane.height_mm)[0], "EW") == tick.text
    for tick in left:
        assert degrees_text(plane.locate(0, tick.at)[1], "NS") == tick.text
    assert sorted(tick.at for tick in below) == [tick.at for tick in below]


def test_the_scale_bar_is_round_and_fits():
    plane = fit_plane(COUNTIES, 178, 120)
    metres = plane.scale_bar_m(50)
    assert str(metres).rstrip("0") in {"1", "2", "5"}
    assert 20 <= plane.length_mm(metres) <= 50


def test_degrees_are_written_as_on_maps():
    assert degrees_text(80 + 50 / 60 + 20 / 3600, "EW") == "80°50′20″E"
    assert degrees_text(-0.5, "NS") == "0°30′S"


def test_extents_hold_all_parts_of_a_geometry():
    shape = {
        "type": "MultiPolygon",
        "coordinates": [[[[80, 36], [81, 36], [81, 37]]], [[[82, 35]]]],
    }
    assert bbox_of(shape) == (80, 35, 82, 37)
    assert middle_of(shape) == (81, 36)
    assert join_bboxes([(1, 2, 3, 4), (0, 3, 2, 9)]) == (0, 2, 3, 9)
