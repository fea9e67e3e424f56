"""Datums are refused or equal, and areas agree with independent ways to measure."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo import crs, gcj02, grids
from geo.errors import LayerError
from geo.grids import Grid

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


@pytest.mark.parametrize("latitude", [0.0, 37.0, 49.5])
def test_the_local_plane_is_true_to_scale_on_its_latitude(latitude):
    plane = crs.local_plane(latitude)
    geod = Geod(ellps="GRS80")
    east = geod.inv(81, latitude, 81.0001, latitude)[2] / 0.0001
    north = geod.inv(81, latitude - 0.0005, 81, latitude + 0.0005)[2] / 0.001
    assert plane.scale == pytest.approx([east, north], rel=1e-7)
    there = plane.to_metres(np.array([Point(81, latitude)]))
    assert plane.to_degrees(there)[0].distance(Point(81, latitude)) < 1e-12


def test_a_thin_piece_with_corners_on_one_side_has_no_bulge():
    # One kilometre along a parallel, a metre high, its upper side cut into fifty.
    top = np.linspace(81.0115, 81, 51)
    strip = Polygon([(81, 37), (81.0115, 37), *((x, 37.00001) for x in top)])
    shapes = gpd.GeoSeries([strip], crs="EPSG:4326")
    plane = crs.local_plane(37.000005).scale.prod() * strip.area
    assert crs.straight_area_m2(shapes)[0] == pytest.approx(plane, abs=0.05)
    assert abs(crs.ellipsoidal_area_m2(shapes)[0] - plane) > 5


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


# --- what a file says about its system ---------------------------------------------------------


def esri(name, datum, *, meridian=81.0, easting=500000.0, scale=1.0, spheroid=None, unit=1.0):
    """A .prj as ArcGIS writes it."""
    spheroid = spheroid or '"CGCS2000",6378137.0,298.257222101'
    return (
        f'PROJCS["{name}",GEOGCS["GCS_X",DATUM["{datum}",SPHEROID[{spheroid}]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        f'PARAMETER["False_Easting",{easting}],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",{scale}],'
        f'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",{unit}]]'
    )


KRASSOWSKY = '"Krasovsky_1940",6378245.0,298.3'
IAG75 = '"Xian_1980",6378140.0,298.257'
WGS = '"WGS_1984",6378137.0,298.257223563'


@pytest.mark.parametrize(
    ("wkt", "datum", "grid"),
    [
        (esri("CGCS2000_3_Degree_GK_CM_81E", "D_China_2000"), "cgcs2000", Grid("gauss", 81)),
        (
            esri("CGCS2000_3_Degree_GK_Zone_27", "D_China_2000", easting=27500000.0),
            "cgcs2000",
            Grid("gauss", 81, 27),
        ),
        (
            esri("CGCS2000_GK_Zone_14", "D_China_2000", easting=14500000.0),
            "cgcs2000",
            Grid("gauss", 81, 14),
        ),
        (esri("策勒县", "D_自定义", meridian=84.0), "cgcs2000", Grid("gauss", 84)),
        # A name that lies: the parameters count.
        (
            esri("CGCS2000_3_Degree_GK_CM_81E", "D_China_2000", meridian=84.0),
            "cgcs2000",
            Grid("gauss", 84),
        ),
        (
            esri("Xian_1980_3_Degree_GK_Zone_27", "D_Xian_1980", easting=27.5e6, spheroid=IAG75),
            "xian80",
            Grid("gauss", 81, 27),
        ),
        (
            esri("Beijing_1954_3_Degree_GK_CM_81E", "D_Beijing_1954", spheroid=KRASSOWSKY),
            "beijing54",
            Grid("gauss", 81),
        ),
        (esri("New", "D_New_Beijing", spheroid=KRASSOWSKY), "other", Grid("gauss", 81)),
        (esri("X", "D_unknown", spheroid=KRASSOWSKY), "beijing54", Grid("gauss", 81)),
        (esri("X", "D_unknown", spheroid=IAG75), "xian80", Grid("gauss", 81)),
        (
            esri("WGS_1984_UTM_Zone_44N", "D_WGS_1984", scale=0.9996, spheroid=WGS),
            "wgs84",
            Grid("utm", 81),
        ),
        # Local grids: another meridian, another origin, another unit.
        (esri("X", "D_China_2000", meridian=82.5), "cgcs2000", None),
        (esri("X", "D_China_2000", meridian=82.0), "cgcs2000", None),
        (esri("X", "D_China_2000", easting=50000.0), "cgcs2000", None),
        (esri("X", "D_China_2000", scale=1.0001), "cgcs2000", None),
        (esri("X", "D_China_2000", unit=1000.0), "cgcs2000", None),
        (esri("X", "D_China_2000", easting=28500000.0), "cgcs2000", None),
        ("EPSG:4480", "cgcs2000", Grid("degrees")),
        ("EPSG:3857", "wgs84", Grid("web")),
        ("EPSG:2154", "other", None),
    ],
)
def test_a_system_is_told_by_its_parameters(wkt, datum, grid):
    stated = crs.read_crs(wkt)
    assert (stated.datum, stated.grid) == (datum, grid)


@pytest.mark.parametrize("code", [4490, 4979, 4513, 4516, 4534, 4537, 4491, 4492, 32643, 3857])
def test_a_system_is_told_from_every_way_to_write_it(code):
    known = crs.read_crs(f"EPSG:{code}")
    for version in ("WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"):
        if code == 4979 and version != "WKT2_2019":
            continue  # the old ways have no heights there
        text = CRS.from_epsg(code).to_wkt(version)
        stated = crs.read_crs(text)
        assert (stated.datum, stated.grid) == (known.datum, known.grid)


def test_a_compound_system_is_read_for_its_plan():
    text = CRS.from_user_input("EPSG:4536+5737").to_wkt()
    assert crs.read_crs(text).grid == Grid("gauss", 81)


def test_a_shift_hidden_in_a_wkt_makes_another_datum_of_it():
    text = (
        CRS.from_epsg(4326)
        .to_wkt("WKT1_GDAL")
        .replace("298.257223563,", "298.257223563],TOWGS84[100,0,0,0,0,0,0],", 1)
    )
    text = text.replace(',AUTHORITY["EPSG","7030"]]', "", 1)
    assert crs.read_crs(text).datum == "other"
    assert crs.read_crs(text.replace("[100,", "[0,")).datum == "wgs84"


@pytest.mark.parametrize(
    "text",
    [
        'LOCAL_CS["Undefined Cartesian SRS",UNIT["metre",1]]',
        'ENGCRS["Undefined Cartesian SRS with unknown unit",EDATUM["Unknown engineering datum"],'
        'CS[Cartesian,2],AXIS["x",unspecified],AXIS["y",unspecified],LENGTHUNIT["unknown",0]]',
        'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,298.25]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
    ],
)
def test_an_undefined_system_says_nothing(text):
    assert crs.read_crs(text).blank


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GEOGCS[",
        'GEOGCS["x"]',
        "+proj=longlat +datum=WGS84",
        '{"type": "GeographicCRS"}',
        "/etc/passwd",
        "GEOGCS[" + '"' + "x" * 30_000,
        "GEOGCS[" * 2_000,
    ],
)
def test_what_is_no_system_is_refused(text):
    with pytest.raises(LayerError) as caught:
        crs.read_crs(text)
    assert caught.value.code == "CRS_UNKNOWN"


# --- numbers to places --------------------------------------------------------------------------

GAUSS = [grids.gauss_grid(m) for m in (75, 78, 81, 84, 87)]
GAUSS += [grids.gauss_grid(3 * z, z) for z in (25, 26, 27, 28, 29)]
GAUSS += [grids.gauss_grid(6 * z - 3, z) for z in (13, 14, 15)]
PLANE = [*GAUSS, *(grids.utm_grid(m) for m in (75, 81, 87)), Grid("web")]
REGION_LON, REGION_LAT = st.floats(80.0, 85.0), st.floats(35.2, 39.5)


def project(code: str, lon: float, lat: float) -> np.ndarray:
    """Easting and northing by pyproj, past our own code."""
    system = CRS.from_user_input(code)
    there = Transformer.from_crs(system.geodetic_crs, system, always_xy=True)
    return np.array([there.transform(lon, lat)])


def metres(lon, lat, found) -> float:
    return float(Geod(ellps="GRS80").inv(lon, lat, *found[0])[2])


def test_the_names_of_grids_are_those_of_epsg():
    for grid in PLANE:
        for datum in ("cgcs2000", "xian80", "beijing54") if grid.kind == "gauss" else ("wgs84",):
            stated = crs.read_crs(grids.crs_name(grid, datum))
            assert (stated.grid, stated.datum) == (grid, datum)


@pytest.mark.parametrize("grid", PLANE, ids=str)
@given(lon=REGION_LON, lat=REGION_LAT)
def test_every_grid_comes_back_within_a_centimetre(grid, lon, lat):
    code = grids.crs_name(grid, "cgcs2000")
    found = crs.to_lonlat(project(code, lon, lat), crs=code, datum="cgcs2000")
    assert metres(lon, lat, found) < 0.01


@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:3857", "EPSG:4515"])
@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@given(lon=REGION_LON, lat=REGION_LAT)
def test_encryptions_behind_any_grid_come_back_within_a_centimetre(code, datum, lon, lat):
    encrypt = {"gcj02": gcj02.wgs84_to_gcj02, "bd09": gcj02.wgs84_to_bd09}[datum]
    x, y = encrypt(np.array([lon]), np.array([lat]))
    numbers = project(code, x[0], y[0]) if code != "EPSG:4326" else np.column_stack([x, y])
    assert metres(lon, lat, crs.to_lonlat(numbers, crs=code, datum=datum)) < 0.01


SEVEN = "110.5,-62.25,-18,1.2,-0.7,2.1,3.5"


@pytest.mark.parametrize("shift", ["120,-40,-15", SEVEN])
@pytest.mark.parametrize(
    ("family", "code"),
    [
        ("xian80", "EPSG:4610"),
        ("xian80", "EPSG:2351"),
        ("xian80", "EPSG:2372"),
        ("beijing54", "EPSG:4214"),
        ("beijing54", "EPSG:2403"),
    ],
)
@given(lon=REGION_LON, lat=REGION_LAT)
def test_an_old_datum_with_parameters_comes_back_within_a_centimetre(family, code, shift, lon, lat):
    there = helmert_back(family, shift)
    x, y = there.transform(lon, lat)
    numbers = project(code, x, y) if code not in ("EPSG:4610", "EPSG:4214") else [[x, y]]
    found = crs.to_lonlat(np.array(numbers), crs=code, datum=f"{family}:{shift}")
    assert metres(lon, lat, found) < 0.01
    unshifted = crs.to_lonlat(np.array(numbers), crs=code, datum=f"{family}:0,0,0")
    assert metres(lon, lat, unshifted) > 10


def helmert_back(family: str, shift: str) -> Transformer:
    """CGCS2000 to the old datum: the same parameters, undone by PROJ."""
    ellipsoid = {"xian80": "+a=6378140 +rf=298.257", "beijing54": "+a=6378245 +rf=298.3"}[family]
    names = ("x", "y", "z", "rx", "ry", "rz", "s")
    values = " ".join(f"+{n}={v}" for n, v in zip(names, shift.split(","), strict=False))
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        " +step +proj=cart +ellps=GRS80"
        f" +step +inv +proj=helmert {values} +convention=position_vector"
        f" +step +inv +proj=cart {ellipsoid} +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )


def test_parameters_follow_the_formula_of_the_position_vector():
    # EPSG method 9606, written out: rotations in seconds, scale in parts per million.
    lon, lat = 81.0, 37.0
    a, f = 6378140.0, 1 / 298.257
    e2 = f * (2 - f)
    phi, lam = np.radians(lat), np.radians(lon)
    n = a / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    old = np.array(
        [n * np.cos(phi) * np.cos(lam), n * np.cos(phi) * np.sin(lam), n * (1 - e2) * np.sin(phi)]
    )
    dx, dy, dz, rx, ry, rz, ppm = (float(v) for v in SEVEN.split(","))
    rx, ry, rz = np.radians(np.array([rx, ry, rz]) / 3600)
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    new = np.array([dx, dy, dz]) + (1 + ppm * 1e-6) * turn @ old
    to_degrees = Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=cart +ellps=GRS80"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    expected = to_degrees.transform(*new)
    found = crs.to_lonlat(np.array([[lon, lat]]), crs="EPSG:4610", datum=f"xian80:{SEVEN}")
    assert metres(expected[0], expected[1], found) < 0.001


@pytest.mark.parametrize(
    ("name", "datum"),
    [
        ("EPSG:4515", "xian80:1,2,3"),
        ("EPSG:2351", "cgcs2000"),
        ("EPSG:2351", "beijing54:1,2,3"),
        ("EPSG:4555", "beijing54:1,2,3"),
        ("EPSG:4326", "xian80"),
        ("EPSG:4610", "xian80:1,2"),
        ("EPSG:4610", "xian80:1,2,x"),
        ("EPSG:4610", "xian80:1,2,nan"),
        ("EPSG:4610", "xian80:1,2,3 +proj=pipeline"),
        ("EPSG:4326", "wgs84:1,2,3"),
        ("EPSG:4326", "auto"),
    ],
)
def test_a_datum_that_does_not_go_with_the_numbers_is_refused(name, datum):
    with pytest.raises(LayerError) as caught:
        crs.to_lonlat(np.array([[81.0, 37.0]]), crs=name, datum=datum)
    assert caught.value.code == "DATUM_REFUSED"


def test_numbers_that_a_grid_cannot_place_are_missing():
    numbers = np.array(
        [[27_500_000.0, 4_096_000.0], [81.2, 37.1], [np.nan, 1.0], [np.inf, 1.0], [1e300, -1e300]]
    )
    found = crs.to_lonlat(numbers, crs="EPSG:4515", datum="cgcs2000")
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1:]).all()


def test_conversion_uses_no_grid_from_the_network():
    for grid in PLANE:
        transformer = crs._unprojector(grids.crs_name(grid, "cgcs2000"))
        assert "grids=" not in transformer.definition
        assert not transformer.is_network_enabled


def test_points_are_as_far_apart_as_the_line_between_them_is_long():
    begins, ends = np.array([[79.9, 37.1], [80.0, 37.0]]), np.array([[80.2, 36.8], [80.0, 37.0]])
    lines = series(*(LineString(pair) for pair in zip(begins, ends, strict=True)))
    lengths = crs.ellipsoidal_length_m(lines)
    assert crs.geodesic_m(begins, ends).tolist() == lengths.tolist()
    assert lengths[0] > 10_000
