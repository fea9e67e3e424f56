"""The encryptions agree with published pairs, move by what they should, and come back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo import gcj02

GEOD = Geod(ellps="GRS80")
LON = st.floats(80.0, 85.0)
LAT = st.floats(35.2, 39.5)
ROUND_TRIPS = [
    (gcj02.wgs84_to_gcj02, gcj02.gcj02_to_wgs84),
    (gcj02.gcj02_to_bd09, gcj02.bd09_to_gcj02),
    (gcj02.wgs84_to_bd09, gcj02.bd09_to_wgs84),
]


def metres(lon, lat, to_lon, to_lat):
    return np.asarray(GEOD.inv(lon, lat, to_lon, to_lat)[2])


def grid_of_the_region():
    lon, lat = np.meshgrid(np.linspace(80, 85, 101), np.linspace(35.2, 39.5, 87))
    return lon.ravel(), lat.ravel()


def test_agrees_with_the_pairs_that_other_converters_are_tested_with():
    # The examples of coordtransform and its ports, to the digits that they give.
    lon, lat = gcj02.wgs84_to_gcj02(np.array([116.404]), np.array([39.915]))
    assert (lon[0], lat[0]) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-12)
    lon, lat = gcj02.gcj02_to_bd09(np.array([116.404]), np.array([39.915]))
    assert (lon[0], lat[0]) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-12)


def test_gcj02_lies_170_to_300_m_off_in_the_region_and_bd09_a_kilometre():
    lon, lat = grid_of_the_region()
    off = metres(lon, lat, *gcj02.wgs84_to_gcj02(lon, lat))
    assert 168 < off.min() < 170
    assert 290 < off.max() < 297
    off = metres(lon, lat, *gcj02.wgs84_to_bd09(lon, lat))
    assert 900 < off.min() < off.max() < 1150


@pytest.mark.parametrize(("there", "back"), ROUND_TRIPS)
def test_the_whole_region_comes_back_within_a_tenth_of_a_millimetre(there, back):
    lon, lat = grid_of_the_region()
    assert metres(lon, lat, *back(*there(lon, lat))).max() < 1e-4


@pytest.mark.parametrize(("there", "back"), ROUND_TRIPS)
@given(lon=LON, lat=LAT)
def test_any_point_comes_back_either_way(there, back, lon, lat):
    x, y = np.array([lon]), np.array([lat])
    for first, second in ((there, back), (back, there)):
        assert metres(x, y, *second(*first(x, y)))[0] < 1e-4


def test_what_is_outside_china_stays_where_it_is():
    lon, lat = np.array([2.35, 81.0]), np.array([48.85, -37.0])
    moved = gcj02.wgs84_to_gcj02(lon, lat)
    assert np.array_equal(moved[0], lon)
    assert np.array_equal(moved[1], lat)


def test_missing_and_absurd_values_neither_hang_nor_spread():
    lon, lat = np.array([81.0, np.nan, 1e300, 81.0]), np.array([37.0, 37.0, 37.0, np.nan])
    back = gcj02.bd09_to_wgs84(lon, lat)
    alone = gcj02.bd09_to_wgs84(lon[:1], lat[:1])
    assert (back[0][0], back[1][0]) == pytest.approx((alone[0][0], alone[1][0]), abs=1e-11)
    assert np.isnan(back[0][1])
    assert np.isnan(back[1][3])


@pytest.mark.parametrize("function", [f for pair in ROUND_TRIPS for f in pair])
def test_nothing_in_nothing_out(function):
    lon, lat = function(np.array([]), np.array([]))
    assert len(lon) == len(lat) == 0
