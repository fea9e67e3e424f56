"""Datums are refused or equal, and areas agree with independent ways to measure."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo import crs
from geo.errors import LayerError

SHIFT_DEGREES = st.floats(min_value=1e-4, max_value=5e-3)


def series(*shapes, index=None):
    return gpd.GeoSeries(list(shapes), index=index, crs=crs.WGS84)


def area(shape) -> float:
    return float(crs.ellipsoidal_area_m2(series(shape)).iloc[0])


@st.composite
def plots(draw):
    """A convex plot of 10 m to 2 km somewhere in the region."""
    x = draw(st.floats(80.1, 84.9))
    y = draw(st.floats(35.4, 39.4))
    width, height, skew = draw(SHIFT_DEGREES), draw(SHIFT_DEGREES), draw(SHIFT_DEGREES)
    return Polygon([(x, y), (x + width, y), (x + width + skew, y + height), (x + skew, y + height)])


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:4326",
        "EPSG:4490",
        "EPSG:3857",
        "EPSG:32644",
        *(f"EPSG:{n}" for n in (4513, 4514, 4515, 4516, 4534, 4535, 4536, 4537)),
        *(f"EPSG:{n}" for n in (4491, 4492, 4502, 4503)),
        "urn:ogc:def:crs:EPSG::4490",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    ],
)
def test_accepts_systems_on_wgs84_and_cgcs2000(name):
    there = gpd.GeoSeries([Point(81.0, 37.0)], crs=crs.WGS84).to_crs(crs.parse_crs(name))
    frame = gpd.GeoDataFrame(geometry=there.set_crs(None, allow_override=True))
    back = crs.to_wgs84(frame, crs=name)
    assert back.crs == crs.WGS84
    assert back.geometry.iloc[0].distance(Point(81.0, 37.0)) < 1e-8


def test_zone_with_prefix_reads_easting_first():
    # Central meridian 81 E of the 3-degree zone 27 lies at easting 27 500 000.
    frame = gpd.GeoDataFrame(geometry=[Point(27_500_000, 4_096_000)])
    found = crs.to_wgs84(frame, crs="EPSG:4515").geometry.iloc[0]
    assert found.x == pytest.approx(81.0, abs=1e-9)
    assert 36.9 < found.y < 37.1


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000"])
def test_accepts_a_datum_instead_of_a_system(datum):
    frame = gpd.GeoDataFrame(geometry=[Point(81.5, 36.5)])
    assert crs.to_wgs84(frame, crs=None, datum=datum).geometry.iloc[0] == Point(81.5, 36.5)


@pytest.mark.parametrize(
    ("name", "datum", "code"),
    [
        (None, "gcj02", "DATUM_REFUSED"),
        ("EPSG:4326", "bd09", "DATUM_REFUSED"),
        ("EPSG:4214", None, "DATUM_REFUSED"),  # Beijing 1954
        ("EPSG:4610", None, "DATUM_REFUSED"),  # Xi'an 1980
        ("EPSG:2333", None, "DATUM_REFUSED"),  # Xi'an 1980, projected
        ("EPSG:4555", None, "DATUM_REFUSED"),  # New Beijing
        ("EPSG:4479", None, "CRS_UNKNOWN"),  # CGCS2000, geocentric
        ("EPSG:999999", None, "CRS_UNKNOWN"),
        ("EPSG:٤٣٢٦", None, "CRS_UNKNOWN"),
        ("WGS84", None, "CRS_UNKNOWN"),
        ("+proj=longlat +datum=WGS84", None, "CRS_UNKNOWN"),
        ("", None, "CRS_UNKNOWN"),
        (None, None, "CRS_UNKNOWN"),
    ],
)
def test_refuses_what_it_cannot_be_sure_of(name, datum, code):
    frame = gpd.GeoDataFrame(geometry=[Point(81, 37)])
    with pytest.raises(LayerError) as caught:
        crs.to_wgs84(frame, crs=name, datum=datum)
    assert caught.value.code == code


def test_to_wgs84_leaves_the_callers_frame_alone():
    frame = gpd.GeoDataFrame(geometry=[Point(27_500_000, 4_096_000)])
    crs.to_wgs84(frame, crs="EPSG:4515")
    assert frame.crs is None
    assert frame.geometry.iloc[0] == Point(27_500_000, 4_096_000)


@given(plots())
def test_round_trip_through_a_zone(plot):
    there = gpd.GeoDataFrame(geometry=series(plot).to_crs("EPSG:4515"))
    back = crs.to_wgs84(there, crs="EPSG:4515").geometry.iloc[0]
    # 1e-9 degrees are a tenth of a millimetre.
    assert back.equals_exact(plot, 1e-9)


@given(plots(), st.integers(0, 3))
def test_area_depends_neither_on_direction_nor_on_start(plot, start):
    ring = list(plot.exterior.coords)[:-1]
    turned = Polygon(ring[start:] + ring[:start])
    assert area(turned) == pytest.approx(area(plot), rel=1e-9)
    assert area(Polygon(ring[::-1])) == pytest.approx(area(plot), rel=1e-9)


@given(plots())
def test_area_is_the_plane_area_within_the_scale_factor(plot):
    # At most 1.5 degrees from the meridian of the zone: lengths grow by 2.3e-4 at 36 N.
    zone = 4534 + round(plot.centroid.x / 3) - 25
    plane = series(plot).to_crs(f"EPSG:{zone}").area.iloc[0]
    assert area(plot) == pytest.approx(plane, rel=5e-4)


def test_area_in_the_zone_at_its_central_meridian_is_nearly_exact():
    plot = box(80.995, 36.995, 81.005, 37.005)
    assert area(plot) == pytest.approx(series(plot).to_crs("EPSG:4515").area.iloc[0], rel=1e-6)


def test_area_subtracts_holes_and_adds_parts():
    outer, hole, other = (
        box(81, 37, 81.1, 37.1),
        box(81.02, 37.02, 81.03, 37.03),
        box(82, 37, 82.1, 37.1),
    )
    shape = MultiPolygon([Polygon(outer.exterior, [hole.exterior]), other])
    assert area(shape) == pytest.approx(area(outer) - area(hole) + area(other), rel=1e-12)


def test_area_agrees_with_geographiclib_one_by_one():
    rng = np.random.default_rng(2)
    corners = rng.uniform((80, 35), (84, 39), (50, 2))
    shapes = [affinity.rotate(box(x, y, x + 0.01, y + 0.02), 30) for x, y in corners]
    expected = [abs(Geod(ellps="GRS80").geometry_area_perimeter(s)[0]) for s in shapes]
    assert crs.ellipsoidal_area_m2(series(*shapes)).to_numpy() == pytest.approx(expected)


def test_area_keeps_the_index_and_what_has_no_area():
    found = crs.ellipsoidal_area_m2(
        series(box(81, 37, 81.1, 37.1), Point(81, 37), None, Polygon(), index=[7, 3, 5, 1])
    )
    assert found.index.tolist() == [7, 3, 5, 1]
    assert found.loc[7] > 0
    assert found.loc[3] == found.loc[1] == 0
    assert np.isnan(found.loc[5])


def test_area_of_nothing_is_nothing():
    assert crs.ellipsoidal_area_m2(series()).empty


def test_measuring_needs_degrees():
    metres = gpd.GeoSeries([box(0, 0, 1, 1)], crs="EPSG:4515")
    for measure in (crs.ellipsoidal_area_m2, crs.ellipsoidal_length_m):
        with pytest.raises(ValueError, match="longitude"):
            measure(metres)
        with pytest.raises(ValueError, match="longitude"):
            measure(metres.set_crs(None, allow_override=True))


def test_length_follows_the_ellipsoid():
    # One degree of the meridian at 37 N is 110 978 m (GRS80).
    line = LineString([(81, 36.5), (81, 37.5)])
    found = crs.ellipsoidal_length_m(series(line, None, Point(1, 1)))
    assert found.iloc[0] == pytest.approx(110_978, abs=1)
    assert np.isnan(found.iloc[1])
    assert found.iloc[2] == 0


def test_fifteen_mu_are_a_hectare():
    hectare = crs.ellipsoidal_area_m2(series(box(81, 37, 81.1, 37.1))) * 0 + 10_000
    assert crs.to_mu(hectare).iloc[0] == pytest.approx(15)
