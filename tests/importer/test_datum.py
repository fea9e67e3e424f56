"""Where numbers lie: decided from evidence, told in sentences, asked or refused when weak."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo import gcj02
from geo.errors import ImportRefused
from geo.i18n import both
from geo.importer.anchors import Anchor
from geo.importer.candidates import Place
from geo.importer.claims import _REFUSALS
from geo.importer.datum import apply, apply_to_columns, decide
from geo.importer.model import CrsEvidence, Options

REGION = (73.0, 34.0, 97.0, 50.0)
HOME = [(79.9, 35.2, 81.6, 39.4), (81.0, 35.2, 82.4, 39.5), (82.2, 35.2, 85.0, 39.4)]
CELE = Place({"zh": "策勒县城", "en": "Cele"}, 80.78957, 36.99996)
MINFENG = Place({"zh": "民丰县城", "en": "Minfeng"}, 82.68041, 37.06543)
GEOD = Geod(ellps="GRS80")
NO_EVIDENCE = CrsEvidence()
AUTO = Options()
HEADER = {
    "坐标系": "2000国家大地坐标系",
    "几度分带": "3",
    "投影类型": "高斯克吕格",
    "计量单位": "米",
    "带号": "27",
}

_rng = np.random.default_rng(11)
LON = _rng.uniform(80.75, 80.95, 43)
LAT = _rng.uniform(36.92, 37.08, 43)
PLOTS = [box(x - 0.0008, y - 0.0006, x + 0.0008, y + 0.0006) for x, y in zip(LON, LAT, strict=True)]
WGS84 = np.column_stack([LON, LAT])
GCJ02 = np.column_stack(gcj02.wgs84_to_gcj02(LON, LAT))
BD09 = np.column_stack(gcj02.wgs84_to_bd09(LON, LAT))
AT_PLOTS = [Anchor(i, plot) for i, plot in enumerate(PLOTS)]


def take(numbers, *, evidence=NO_EVIDENCE, options=AUTO, anchors=(), home=HOME, places=()):
    return decide(
        numbers, evidence, options, region=REGION, anchors=anchors, home=home, places=places
    )


def refusal(numbers, **said):
    with pytest.raises(ImportRefused) as caught:
        take(numbers, **said)
    error = caught.value
    assert all(both(f"error.{error.code}", **error.params).values())
    return error


def in_grid(code, shapes=PLOTS):
    """The shapes in the numbers of a grid, easting first, as a file would have them."""
    return list(
        gpd.GeoSeries(shapes, crs="EPSG:4326").to_crs(code).set_crs(None, allow_override=True)
    )


def columns(code, *, turned=False):
    points = in_grid(code, shapely.points(LON, LAT))
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    return xy[:, ::-1] if turned else xy


def codes(decision):
    for remark in decision.remarks:
        assert all(remark.as_dict()["message"].values())
    return [remark.code for remark in decision.remarks]


def off_by_m(decision, numbers) -> float:
    lon, lat = apply_to_columns(decision, numbers[:, 0], numbers[:, 1])
    return float(np.max(GEOD.inv(LON, LAT, lon, lat)[2]))


# --- degrees: the datum ------------------------------------------------------------------------


@pytest.mark.parametrize(("numbers", "datum"), [(WGS84, "wgs84"), (GCJ02, "gcj02"), (BD09, "bd09")])
@pytest.mark.parametrize("lat_first", [False, True])
def test_firms_in_their_plots_tell_the_datum(numbers, datum, lat_first):
    numbers = numbers[:, ::-1] if lat_first else numbers
    decision = take(numbers, anchors=AT_PLOTS)
    assert (decision.datum, decision.crs, decision.question) == (datum, "EPSG:4326", None)
    assert decision.northing_first is lat_first
    assert codes(decision) == (["AXES_SWAPPED"] if lat_first else [])
    assert 0.9 < decision.confidence < 1
    assert "43/43" in decision.why["zh"]
    assert "0/43" in decision.why["en"]
    assert off_by_m(decision, numbers) < 0.01


def test_some_firms_in_the_wrong_plot_do_not_matter():
    numbers = GCJ02.copy()
    numbers[:5] += 0.02
    decision = take(numbers, anchors=AT_PLOTS)
    assert decision.datum == "gcj02"
    assert "38/43" in decision.why["zh"]
    assert decision.confidence < 0.9


@pytest.mark.parametrize(
    "anchors",
    [
        [],
        AT_PLOTS[:2],
        [Anchor(i, box(80.0, 36.0, 80.1, 36.1)) for i in range(43)],
        # Whole parks hold the firms under every datum.
        [Anchor(i, box(80.7, 36.9, 81.0, 37.1), "park") for i in range(43)],
        # An outline that nobody surveyed proves nothing, however well it fits.
        [Anchor(i, plot, "park", "schematic") for i, plot in enumerate(PLOTS)],
    ],
    ids=["none", "two", "all elsewhere", "parks", "schematic"],
)
def test_degrees_without_evidence_are_asked_about(anchors):
    decision = take(GCJ02, anchors=anchors)
    assert (decision.datum, decision.confidence) == (None, 0.0)
    assert decision.question is not None
    asked = decision.question.as_dict()
    assert asked["id"] == "datum"
    assert [a["value"] for a in asked["answers"]] == ["wgs84", "cgcs2000", "gcj02", "bd09"]
    assert "高德" in asked["answers"][2]["label"]["zh"]
    with pytest.raises(ValueError, match="answer"):
        apply_to_columns(decision, GCJ02[:, 0], GCJ02[:, 1])


def test_an_answer_ends_the_question():
    for numbers, datum in ((WGS84, "wgs84"), (WGS84, "cgcs2000"), (GCJ02, "gcj02"), (BD09, "bd09")):
        decision = take(numbers, options=Options(datum=datum))
        assert (decision.datum, decision.question, decision.confidence) == (datum, None, 1.0)
        assert off_by_m(decision, numbers) < 0.01


def test_places_that_speak_for_two_datums_speak_for_none():
    mixed = np.vstack([GCJ02[:23], WGS84[23:]])
    decision = take(mixed, anchors=AT_PLOTS)
    assert decision.question is not None
    assert "20/43" in decision.question.message["zh"]
    assert "23/43" in decision.question.message["zh"]


def test_surveyed_parks_tell_the_datum_when_there_are_enough():
    parks = [Anchor(i, plot, "park", "surveyed") for i, plot in enumerate(PLOTS)]
    assert take(GCJ02, anchors=parks).datum == "gcj02"
    assert take(GCJ02, anchors=parks[:5]).question is not None


def test_a_choice_that_the_plots_contradict_is_followed_and_told():
    decision = take(GCJ02, options=Options(datum="wgs84"), anchors=AT_PLOTS)
    assert (decision.datum, decision.question) == ("wgs84", None)
    assert codes(decision) == ["PLACES_DISAGREE"]
    assert decision.remarks[0].params["share"] == "0/43"


def test_a_format_that_means_wgs84_is_overruled_by_the_plots():
    decision = take(GCJ02, evidence=CrsEvidence(wkt="EPSG:4326", fixed=True), anchors=AT_PLOTS)
    assert (decision.datum, decision.question) == ("gcj02", None)
    assert [remark.code for remark in decision.remarks] == ["FORMAT_SHIFTED"]


@pytest.mark.parametrize("evidence", [CrsEvidence(wkt="EPSG:4326"), CrsEvidence(wkt="EPSG:4490")])
def test_a_file_that_says_wgs84_and_has_gcj02_is_asked_about(evidence):
    decision = take(GCJ02, evidence=evidence, anchors=AT_PLOTS)
    assert decision.question is not None
    assert decision.question.id == "datum"
    assert "43/43" in decision.question.message["zh"]
    answered = take(GCJ02, evidence=evidence, anchors=AT_PLOTS, options=Options(datum="gcj02"))
    assert off_by_m(answered, GCJ02) < 0.01


def test_what_the_file_says_is_believed_and_confirmed_by_the_plots():
    alone = take(WGS84, evidence=CrsEvidence(fixed=True))
    assert (alone.datum, alone.question, alone.confidence) == ("wgs84", None, 0.8)
    named = take(WGS84, evidence=CrsEvidence(wkt="EPSG:4490"), anchors=AT_PLOTS)
    assert (named.datum, named.crs, named.confidence) == ("cgcs2000", "EPSG:4490", 0.95)
    assert codes(named) == []
    assert named.why["zh"].count("EPSG:4490") == 1


def test_web_mercator_is_told_from_the_numbers_but_its_datum_is_not():
    assert take(columns("EPSG:3857")).question is not None
    decision = take(columns("EPSG:3857"), anchors=AT_PLOTS)
    assert (decision.datum, decision.crs) == ("wgs84", "EPSG:3857")
    assert off_by_m(decision, columns("EPSG:3857")) < 0.01


# --- metres: the grid --------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("code", ["EPSG:4514", "EPSG:4515", "EPSG:4516", "EPSG:4492"])
def test_a_zone_number_tells_the_grid(code, turned):
    numbers = columns(code, turned=turned)
    decision = take(numbers)
    assert (decision.datum, decision.crs) == ("cgcs2000", code)
    assert decision.northing_first is turned
    assert codes(decision) == ["DATUM_ASSUMED", *(["NORTHING_FIRST"] if turned else [])]
    assert 0.5 < decision.confidence < 0.9
    assert off_by_m(decision, numbers) < 0.01


def test_plots_in_place_confirm_the_datum_of_a_zone():
    decision = take(in_grid("EPSG:4515"), anchors=AT_PLOTS)
    assert codes(decision) == []
    assert decision.confidence > 0.9


def test_plots_out_of_place_are_told():
    moved = [shapely.transform(s, lambda xy: xy + 500) for s in in_grid("EPSG:4515")]
    assert "PLACES_DISAGREE" in codes(take(moved, anchors=AT_PLOTS))


def test_eastings_without_number_are_asked_about_with_the_places():
    decision = take(in_grid("EPSG:4536"), places=[CELE, MINFENG])
    assert decision.question is not None
    assert (decision.question.id, decision.crs) == ("crs", None)
    answers = {a.value: a.label for a in decision.question.answers}
    assert list(answers) == ["EPSG:4536", "EPSG:4537"]
    assert "策勒县城" in answers["EPSG:4536"]["zh"]
    assert "81°E" in answers["EPSG:4536"]["zh"]
    assert "km east of Minfeng" in answers["EPSG:4537"]["en"]
    answered = take(in_grid("EPSG:4536"), options=Options(crs="EPSG:4536"))
    assert apply(answered, in_grid("EPSG:4536")).iloc[0].equals_exact(PLOTS[0], 1e-8)


def test_without_places_the_answers_name_longitude_and_latitude():
    decision = take(in_grid("EPSG:4536"), home=())
    assert decision.question is not None
    labels = {a.value: a.label["zh"] for a in decision.question.answers}
    assert len(labels) > 2
    assert "落在东经 80.8" in labels["EPSG:4536"]
    assert "落在东经 83.8" in labels["EPSG:4537"]


def test_one_zone_that_reaches_the_counties_is_taken_with_little_confidence():
    decision = take(in_grid("EPSG:4536"), home=HOME[:1])
    assert (decision.crs, decision.datum) == ("EPSG:4536", "cgcs2000")
    assert decision.confidence == 0.6
    assert "DATUM_ASSUMED" in codes(decision)


@pytest.mark.parametrize(("code", "datum"), [("EPSG:4536", "cgcs2000"), ("EPSG:32644", "wgs84")])
def test_known_plots_tell_the_zone_and_gauss_from_utm(code, datum):
    decision = take(in_grid(code), anchors=AT_PLOTS)
    assert (decision.crs, decision.datum) == (code, datum)
    assert decision.confidence >= 0.9


def test_even_a_schematic_park_tells_the_zone():
    parks = [Anchor(i, box(80.6, 36.9, 80.7, 37.0), "park", "schematic") for i in range(43)]
    assert take(in_grid("EPSG:4536"), anchors=parks).crs == "EPSG:4536"


@pytest.mark.parametrize("code", ["EPSG:4515", "EPSG:4536"])
def test_a_header_tells_the_meridian_and_the_numbers_the_zone_number(code):
    decision = take(in_grid(code), evidence=CrsEvidence(statements=HEADER, northing_first=True))
    assert (decision.datum, decision.crs, decision.confidence) == ("cgcs2000", code, 0.95)
    assert codes(decision) == []
    assert "带号=27" in decision.why["zh"]


@pytest.mark.parametrize(
    ("change", "crs"),
    [
        ({"带号": "14", "几度分带": "6"}, "EPSG:4536"),
        ({"带号": "２７带", "几度分带": "３度分带"}, "EPSG:4536"),
        ({"带号": "27", "几度分带": ""}, "EPSG:4536"),
        ({"带号": "81", "几度分带": "三度带"}, "EPSG:4536"),
        ({"坐标系": "CGCS2000"}, "EPSG:4536"),
        ({"坐标系": "WGS-84"}, "EPSG:4536"),
    ],
)
def test_headers_are_written_in_many_ways(change, crs):
    decision = take(in_grid("EPSG:4536"), evidence=CrsEvidence(statements=HEADER | change))
    assert (decision.crs, decision.question) == (crs, None)


def test_a_header_in_degrees():
    said = {"坐标系": "2000国家大地坐标系", "几度分带": "", "计量单位": "度", "投影类型": ""}
    decision = take(PLOTS, evidence=CrsEvidence(statements=said))
    assert (decision.datum, decision.crs, decision.confidence) == ("cgcs2000", "EPSG:4490", 0.95)


def test_only_what_a_header_says_of_the_coordinates_is_repeated():
    said = HEADER | {"格式版本号": "1.01", "转换参数": ",,,,,,", "数据产生单位": "某测绘院"}
    decision = take(in_grid("EPSG:4515"), evidence=CrsEvidence(statements=said))
    assert "带号=27" in decision.why["zh"]
    assert not any(text in decision.why["zh"] for text in ("1.01", ",,,", "某测绘院"))
    with pytest.raises(ImportRefused) as raised:
        take(PLOTS, evidence=CrsEvidence(statements=said | {"坐标系": "西安80"}))
    assert ",,," not in raised.value.params["said"]


def test_a_header_without_content_says_nothing():
    empty = CrsEvidence(statements=dict.fromkeys(HEADER, ""))
    assert take(WGS84, evidence=empty).question is not None
    assert take(in_grid("EPSG:4515"), evidence=empty).confidence == 0.7


@pytest.mark.parametrize("said", ["EPSG:4536", "EPSG:4515"])
@pytest.mark.parametrize("numbers", ["EPSG:4536", "EPSG:4515"])
def test_a_file_may_differ_in_the_zone_number_only(said, numbers):
    decision = take(in_grid(numbers), evidence=CrsEvidence(wkt=said))
    assert decision.crs == numbers
    assert codes(decision) == ([] if said == numbers else ["ZONE_NUMBER_DIFFERS"])


@pytest.mark.parametrize(
    ("numbers", "evidence"),
    [
        (in_grid("EPSG:4515"), CrsEvidence(wkt="EPSG:4490")),
        (in_grid("EPSG:4515"), CrsEvidence(fixed=True)),
        (in_grid("EPSG:4516"), CrsEvidence(statements=HEADER)),
        (in_grid("EPSG:4492"), CrsEvidence(statements=HEADER)),
        (in_grid("EPSG:4515"), CrsEvidence(wkt="EPSG:4514")),
        (PLOTS, CrsEvidence(statements=HEADER)),
        (PLOTS, CrsEvidence(wkt="EPSG:4536")),
        (in_grid("EPSG:3857"), CrsEvidence(wkt="EPSG:4326")),
    ],
)
def test_a_file_that_contradicts_its_numbers_is_asked_about(numbers, evidence):
    decision = take(numbers, evidence=evidence)
    assert decision.question is not None
    assert decision.question.id == "crs"
    answer = decision.question.answers[0].value
    answered = take(numbers, evidence=evidence, options=Options(crs=answer))
    assert answered.question is None
    assert apply(answered, numbers).iloc[0].equals_exact(PLOTS[0], 1e-8)


def test_a_choice_that_contradicts_the_numbers_is_refused():
    for chosen in ("EPSG:4490", "EPSG:4514", "EPSG:3857"):
        assert refusal(in_grid("EPSG:4515"), options=Options(crs=chosen)).code == "CRS_CONTRADICTED"


def test_a_county_drawn_in_a_distant_zone_is_read_when_it_is_said():
    # 4 degrees and more from the meridian, eastings run into the numbers of the next zone.
    far = [Point(84.5, 37.0), Point(82.5, 36.9)]
    for code in ("EPSG:4513", "EPSG:4534", "EPSG:4491"):
        numbers = in_grid(code, far)
        decision = take(numbers, options=Options(crs=code))
        assert decision.crs == code
        found = apply(decision, numbers)
        assert found.iloc[0].equals_exact(far[0], 1e-8)


def test_data_of_another_province_are_refused():
    henan = [Point(113.6, 34.7), Point(113.7, 34.8)]
    assert refusal(henan).code == "OUTSIDE_REGION"
    assert refusal(in_grid("EPSG:4526", henan)).code == "OUTSIDE_REGION"
    said = CrsEvidence(wkt="EPSG:4547")
    error = refusal(in_grid("EPSG:4547", henan), evidence=said)
    assert (error.code, error.params["lon"][:3]) == ("OUTSIDE_REGION", "113")


def test_data_elsewhere_in_xinjiang_are_told():
    urumqi = [Point(87.6, 43.8)]
    assert "FAR_FROM_HOME" in codes(take(urumqi, options=Options(datum="wgs84")))


@pytest.mark.parametrize(
    "numbers",
    [
        [Point(5000.0, 3000.0), Point(5100.0, 3100.0)],
        [Point(95_123.4, 12_345.6)],  # leading digits cut off
        [Point(4_098.123, 512.345)],  # kilometres
        [Point(803045.1, 365012.2)],  # degrees, minutes, seconds in a row
        [Point(1e300, -1e300)],
        [Point(0.0, 0.0)],
    ],
)
def test_numbers_that_are_no_coordinates_of_here_are_refused(numbers):
    assert refusal(numbers).code in ("NUMBERS_NOT_COORDINATES", "OUTSIDE_REGION")


# --- old datums and local grids ----------------------------------------------------------------

XIAN_PRJ = (
    'PROJCS["Xian_1980_3_Degree_GK_Zone_27",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",'
    'SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",27500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",81.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
BEIJING_PRJ = (
    XIAN_PRJ.replace("Xian_1980_3_Degree_GK_Zone_27", "Beijing_1954_3_Degree_GK_Zone_27")
    .replace("GCS_Xian_1980", "GCS_Beijing_1954")
    .replace("D_Xian_1980", "D_Beijing_1954")
    .replace('"Xian_1980",6378140.0,298.257', '"Krasovsky_1940",6378245.0,298.3')
)


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        (CrsEvidence(wkt=XIAN_PRJ), "DATUM_XIAN80"),
        (CrsEvidence(wkt=BEIJING_PRJ), "DATUM_BEIJING54"),
        (CrsEvidence(wkt="EPSG:4555"), "DATUM_UNKNOWN"),
        (CrsEvidence(wkt="not a system"), "DATUM_UNKNOWN"),
        (CrsEvidence(wkt="EPSG:4479"), "PROJECTION_UNKNOWN"),
        (CrsEvidence(wkt=XIAN_PRJ.replace("81.0", "82.5")), "DATUM_XIAN80"),
        (CrsEvidence(statements=HEADER | {"坐标系": "1980西安坐标系"}), "DATUM_XIAN80"),
        (CrsEvidence(statements=HEADER | {"坐标系": "80国家大地坐标系"}), "DATUM_XIAN80"),
        (CrsEvidence(statements=HEADER | {"坐标系": "1954年北京坐标系"}), "DATUM_BEIJING54"),
        (CrsEvidence(statements=HEADER | {"坐标系": "策勒县独立坐标系"}), "GRID_LOCAL"),
    ],
)
def test_old_and_local_systems_are_refused_in_a_sentence(evidence, code):
    error = refusal(in_grid("EPSG:4515"), evidence=evidence)
    assert error.code == code
    assert "CGCS2000" in both(f"error.{error.code}", **error.params)["zh"]


def test_every_refusal_has_a_sentence():
    for code in _REFUSALS.values():
        assert all(both(f"error.{code}", said="x").values())


def test_a_projection_of_its_own_is_refused():
    local = XIAN_PRJ.replace("Xian_1980", "China_2000").replace("81.0", "82.5")
    local = local.replace('"China_2000",6378140.0,298.257', '"CGCS2000",6378137.0,298.257222101')
    assert refusal(PLOTS, evidence=CrsEvidence(wkt=local)).code == "PROJECTION_UNKNOWN"


def test_parameters_bring_an_old_datum_along():
    options = Options(datum="xian80:110,-62,-18,1,-1,2,3")
    decision = take(in_grid("EPSG:4515"), evidence=CrsEvidence(wkt=XIAN_PRJ), options=options)
    assert (decision.datum, decision.crs) == (options.datum, "EPSG:2351")
    assert codes(decision) == ["PARAMETERS_USED"]
    assert "西安 80" in decision.why["zh"]
    moved = apply(decision, in_grid("EPSG:4515")).iloc[0].centroid
    there = PLOTS[0].centroid
    assert 20 < GEOD.inv(moved.x, moved.y, there.x, there.y)[2] < 500


def test_parameters_go_with_degrees_too_and_with_a_named_system():
    options = Options(datum="beijing54:10,20,30", crs="EPSG:4214")
    assert take(PLOTS, options=options).crs == "EPSG:4214"
    assert take(PLOTS, options=Options(datum="beijing54:10,20,30")).crs == "EPSG:4214"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (Options(crs="EPSG:2351"), "DATUM_XIAN80"),
        (Options(crs="EPSG:2403"), "DATUM_BEIJING54"),
        (Options(crs="EPSG:2351", datum="cgcs2000"), "CRS_NOT_OF_DATUM"),
        (Options(crs="EPSG:4515", datum="xian80:1,2,3"), "CRS_NOT_OF_DATUM"),
        (Options(datum="xian80"), "DATUM_NOT_SUPPORTED"),
        (Options(datum="xian80:1,2"), "DATUM_NOT_SUPPORTED"),
        (Options(datum="wgs72"), "DATUM_NOT_SUPPORTED"),
        (Options(crs="+proj=longlat"), "CRS_NOT_SUPPORTED"),
        (Options(crs="EPSG:1"), "CRS_NOT_SUPPORTED"),
        (Options(crs="EPSG:2154"), "DATUM_UNKNOWN"),
    ],
)
def test_options_that_cannot_be_followed_are_refused(options, code):
    assert refusal(in_grid("EPSG:4515"), options=options).code == code


def test_an_old_datum_in_utm_or_web_mercator_is_refused():
    options = Options(datum="xian80:1,2,3")
    assert refusal(in_grid("EPSG:3857"), options=options).code == "CRS_NOT_OF_DATUM"


def test_a_choice_against_the_file_is_told():
    decision = take(
        in_grid("EPSG:4515"),
        evidence=CrsEvidence(wkt=XIAN_PRJ),
        options=Options(datum="cgcs2000"),
    )
    assert (decision.datum, decision.crs) == ("cgcs2000", "EPSG:4515")
    assert codes(decision) == ["FILE_SAYS_OTHERWISE"]


# --- odd input ---------------------------------------------------------------------------------


def test_a_few_strays_do_not_change_the_reading():
    numbers = columns("EPSG:4515")
    numbers[3] = (80.8, 37.0)
    numbers[5] = (np.nan, np.nan)
    numbers[7] = (0.0, 0.0)
    decision = take(numbers)
    assert decision.crs == "EPSG:4515"
    lon, lat = apply_to_columns(decision, numbers[:, 0], numbers[:, 1])
    assert np.isnan(lon[[3, 5, 7]]).all()
    assert np.isnan(lat[[3, 5, 7]]).all()
    assert np.delete(lon, [3, 5, 7]) == pytest.approx(np.delete(LON, [3, 5, 7]))


@pytest.mark.parametrize("numbers", [[], [None], np.empty((0, 2)), np.full((3, 2), np.nan)])
def test_nothing_to_place_needs_no_question(numbers):
    decision = take(numbers, anchors=[Anchor(0, PLOTS[0])] if len(numbers) else [])
    assert decision.question is None
    if isinstance(numbers, list):
        assert apply(decision, numbers).isna().all()


def test_geometries_keep_order_gaps_kinds_and_holes():
    shapes = [
        PLOTS[0],
        None,
        Polygon(PLOTS[1].exterior, [PLOTS[1].buffer(-0.0001).exterior]),
        MultiPolygon(PLOTS[2:4]),
        LineString([(80.8, 37.0), (80.9, 37.1)]),
        Point(80.8, 37.0),
        Polygon(),
    ]
    numbers = in_grid("EPSG:4515", shapes)
    decision = take(numbers)
    found = apply(decision, numbers)
    assert found.crs == "EPSG:4326"
    for shape, back in zip(shapes, found, strict=True):
        assert (shape is None and back is None) or back.equals_exact(shape, 1e-8)


def test_northing_first_is_turned_in_geometries_and_the_callers_stay_as_they_are():
    numbers = [shapely.transform(s, lambda xy: xy[:, ::-1]) for s in in_grid("EPSG:4515")]
    before = shapely.to_wkb(numbers[0])
    decision = take(numbers, anchors=AT_PLOTS)
    assert decision.northing_first
    assert apply(decision, numbers).iloc[0].equals_exact(PLOTS[0], 1e-8)
    assert shapely.to_wkb(numbers[0]) == before


def test_a_geometry_that_cannot_be_placed_is_missing_and_the_others_are_not():
    numbers = [*in_grid("EPSG:4515"), Point(80.8, 37.0)]
    found = apply(take(numbers), numbers)
    assert found.isna().tolist() == [False] * 43 + [True]


def test_heights_are_dropped():
    numbers = [shapely.force_3d(s, 1400.0) for s in in_grid("EPSG:4515")]
    assert not apply(take(numbers), numbers).has_z.any()


def test_hostile_words_of_a_file_stay_short_and_on_one_line():
    said = HEADER | {"坐标系": "2000\u202e\n" + "x" * 5_000}
    decision = take(in_grid("EPSG:4515"), evidence=CrsEvidence(statements=said))
    assert len(decision.why["zh"]) < 300
    assert "\n" not in decision.why["zh"]
    assert "\u202e" not in decision.why["zh"]


def test_a_decision_is_json():
    decided = take(GCJ02, anchors=AT_PLOTS).as_dict()
    assert json.loads(json.dumps(decided)) == decided
    assert set(decided) == {"datum", "crs", "northing_first", "confidence", "why"}


@settings(max_examples=60)
@given(
    lon=st.floats(80.0, 85.0),
    lat=st.floats(35.2, 39.5),
    code=st.sampled_from(["EPSG:4515", "EPSG:4516", "EPSG:4492", "EPSG:3857", "EPSG:4490"]),
    turned=st.booleans(),
)
def test_any_place_of_the_region_comes_back_in_any_order(lon, lat, code, turned):
    point = Point(lon, lat)
    [there] = in_grid(code, [point])
    numbers = np.array([[there.y, there.x] if turned else [there.x, there.y]])
    decision = take(numbers, options=Options(crs=code))
    assert decision.northing_first is turned
    back = apply_to_columns(decision, numbers[:, 0], numbers[:, 1])
    assert GEOD.inv(lon, lat, back[0][0], back[1][0])[2] < 0.01
