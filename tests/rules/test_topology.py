"""How plots lie beside each other: every planted fault is found, and no other."""

import json

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, affinity, from_geojson
from shapely.geometry import box

from geo.crs import local_plane
from geo.rules import topology
from geo.rules.config import RulesConfig
from geo.rules.finding import Context
from tests.data.cadastre import ORIGIN, make_cadastre, with_twice_the_corners
from tests.rules.conftest import AS_OF, CODES, CONFIG, make_catalog, make_frame

PLANE = local_plane(ORIGIN[1])
PARK = box(-1000, -1000, 5000, 5000)


def at(shape):
    """Return a shape given in metres from the origin, in degrees."""
    return shapely.transform(shape, lambda xy: xy / PLANE.scale + np.array(ORIGIN))


def audit(plots, *, park=PARK, natures=None, config=CONFIG, order=None, **park_fields):
    """Return what is found in plots given by name, in metres."""
    rows = [
        {"parcel_id": name, "park_id": "A", "nature": (natures or {}).get(name), "geometry": shape}
        for name, shape in plots.items()
    ]
    rows = [rows[number] for number in order] if order is not None else rows
    for row in rows:
        row["geometry"] = at(row["geometry"])
    parks = [{"park_id": "A", "geometry": at(park), **park_fields}]
    frames = {"parks": make_frame("parks", parks), "parcels": make_frame("parcels", rows)}
    context = Context(frames, make_catalog(["parks", "parcels"]), CODES, config, AS_OF)
    return sorted(topology.check(context), key=lambda found: found.id)


def told(findings):
    return sorted((f.rule, *f.feature) for f in findings)


def ground(found):
    """Return the piece of a finding in metres."""
    piece = from_geojson(json.dumps(found.geometry))
    return shapely.transform(piece, lambda xy: (xy - np.array(ORIGIN)) * PLANE.scale)


def assert_ground(found, expected):
    assert ground(found).symmetric_difference(expected).area < 0.01 + 0.001 * expected.area
    assert found.area_m2 == pytest.approx(expected.area, rel=0.001, abs=0.006)


def boxes(*bounds):
    return {f"P{number}": box(*b) for number, b in enumerate(bounds, start=1)}


# Overlaps


@pytest.mark.parametrize(
    "common",
    [box(99, 20, 100, 20.51), box(99.94, 0, 100, 50), box(50, 0, 100, 50), box(98, 20, 100, 21)],
    ids=["half a square metre", "six centimetres along a side", "half a plot", "a tooth"],
)
def test_common_ground_of_two_plots_is_told_with_its_piece(common):
    left, right = box(0, 0, 100, 50), box(100, 0, 200, 50).union(common)
    (found,) = audit({"P1": left, "P2": right})
    assert (found.rule, found.feature) == ("PARCEL_OVERLAP", ("P1", "P2"))
    assert (found.severity, found.blocking) == ("error", False)
    assert_ground(found, common)
    assert f"{found.area_m2:.2f}" in found.message["zh"]


def test_less_than_the_least_area_is_no_overlap():
    tooth = box(99, 20, 100, 20.49)
    assert audit({"P1": box(0, 0, 100, 50), "P2": box(100, 0, 200, 50).union(tooth)}) == []


def test_a_thin_overlap_along_a_side_is_a_sliver():
    (found,) = audit(boxes((0, 0, 100, 50), (99.97, 0, 200, 50)))
    assert (found.rule, found.feature) == ("PARCEL_SLIVER", ("P1", "P2"))
    assert_ground(found, box(99.97, 0, 100, 50))


def test_what_is_thinner_than_the_seventh_decimal_is_no_fault():
    assert audit(boxes((0, 0, 100, 300), (99.985, 0, 200, 300))) == []
    assert audit(boxes((0, 0, 100, 300), (100.015, 0, 200, 300))) == []


def test_a_plot_inside_another_overlaps_it():
    (found,) = audit(boxes((0, 0, 100, 50), (20, 20, 40, 30)))
    assert told([found]) == [("PARCEL_OVERLAP", "P1", "P2")]
    assert_ground(found, box(20, 20, 40, 30))


def test_two_pieces_of_common_ground_are_one_fault():
    comb = Polygon(
        [(100, 0), (200, 0), (200, 50), (99, 50), (99, 40), (100, 40), (100, 10), (98, 10), (98, 0)]
    )
    (found,) = audit({"P1": box(0, 0, 100, 50), "P2": comb})
    assert found.geometry["type"] == "MultiPolygon"
    assert found.area_m2 == pytest.approx(30, rel=0.001)


def test_plots_of_two_layers_laid_on_each_other_all_overlap():
    grid = {f"A{i}{j}": box(40 * i, 40 * j, 40 * i + 40, 40 * j + 40) for i, j in np.ndindex(4, 4)}
    moved = {f"B{name}": affinity.translate(shape, 15, 10) for name, shape in grid.items()}
    pairs = [
        ("PARCEL_OVERLAP", a, b)
        for a, one in grid.items()
        for b, other in moved.items()
        if one.intersection(other).area > 0
    ]
    assert told(audit(grid | moved)) == sorted(pairs)


# What is no fault


def test_a_corner_on_the_side_of_a_neighbour_is_no_fault():
    assert audit(boxes((0, 0, 1000, 50), (0, 50, 333, 90), (333, 50, 1000, 90))) == []


def test_a_pinwheel_of_corners_on_sides_is_no_fault():
    plots = boxes((0, 0, 60, 40), (60, 0, 100, 60), (40, 60, 100, 100), (0, 40, 40, 100))
    assert audit(plots | {"P5": box(40, 40, 60, 60)}) == []


def test_a_slanting_common_side_written_with_seven_decimals_is_no_fault():
    assert found_in(make_cadastre(6000, digits=7)) == []


def test_roads_and_yards_that_lead_out_are_no_gaps():
    around = box(0, 0, 100, 100).difference(box(20, 20, 80, 80)).difference(box(45, 0, 55, 30))
    assert audit({"P1": around, "P2": box(40, 40, 60, 60), "P3": box(112, 0, 200, 100)}) == []


def test_plots_that_meet_in_a_corner_only_leave_no_gap():
    assert audit(boxes((0, 0, 100, 50), (100, 50, 200, 100))) == []


# Gaps

RING = boxes((0, 0, 100, 40), (0, 60, 100, 100), (0, 40, 40, 60), (60, 40, 100, 60))


def test_ground_that_plots_enclose_is_a_gap():
    (found,) = audit(RING)
    assert told([found]) == [("PARCEL_GAP", "P1", "P2", "P3", "P4")]
    assert_ground(found, box(40, 40, 60, 60))


@pytest.mark.parametrize(
    "around",
    [
        ((0, 0, 60, 40), (60, 0, 100, 60), (40, 60, 100, 100), (0, 40, 40, 100)),
        ((0, 0, 60, 40), (60, -10, 100, 60), (40, 60, 110, 100), (-10, 40, 40, 110)),
        ((40, 20, 60, 40), (60, 40, 80, 60), (40, 60, 60, 80), (20, 40, 40, 60)),
    ],
    ids=["corners on sides", "not one common corner", "corners that only touch"],
)
def test_ground_is_enclosed_whatever_plots_have_in_common(around):
    (found,) = audit(boxes(*around))
    assert_ground(found, box(40, 40, 60, 60))


def test_of_enclosed_ground_with_a_plot_in_it_only_the_rest_is_a_gap():
    (found,) = audit(RING | {"P5": box(45, 45, 55, 55)})
    assert_ground(found, box(40, 40, 60, 60).difference(box(45, 45, 55, 55)))


@pytest.mark.parametrize("width", [0.06, 0.3, 0.9])
def test_a_narrow_strip_open_at_both_ends_is_a_gap(width):
    (found,) = audit(boxes((0, 0, 100, 50), (100 + width, 0, 200, 50)))
    assert told([found]) == [("PARCEL_GAP", "P1", "P2")]
    assert_ground(found, box(100, 0, 100 + width, 50))


def test_a_strip_open_to_a_path_is_told_without_the_path():
    plots = boxes((0, 0, 100, 50), (100.5, 0, 200, 50), (0, 53, 200, 90))
    (found,) = audit(plots)
    assert told([found]) == [("PARCEL_GAP", "P1", "P2")]
    assert_ground(found, box(100, 0, 100.5, 50))


def test_ends_of_rows_in_one_line_with_a_path_between_enclose_nothing():
    rows = boxes((0, 0, 100, 50), (101.2, 0, 200, 50), (0, 50, 100, 90), (101.2, 50, 200, 90))
    assert audit(rows) == []


def test_a_strip_along_several_plots_is_one_gap():
    row = boxes((0, 0, 100, 50), (100, 0, 200, 50), (0, 50.4, 120, 90), (120, 50.4, 200, 90))
    (found,) = audit(row)
    assert told([found]) == [("PARCEL_GAP", "P1", "P2", "P3", "P4")]
    assert_ground(found, box(0, 50, 200, 50.4))


def test_a_strip_that_runs_to_a_point_is_a_gap():
    wedge = Polygon([(100, 0), (100.8, 0), (100, 50)])
    (found,) = audit({"P1": box(0, 0, 100, 50), "P2": box(100, 0, 200, 50).difference(wedge)})
    assert_ground(found, wedge)


def test_what_is_wider_than_a_strip_is_a_path():
    assert audit(boxes((0, 0, 100, 50), (101.1, 0, 200, 50))) == []


def test_a_thin_gap_is_a_sliver():
    (found,) = audit(boxes((0, 0, 100, 50), (100.03, 0, 200, 50)))
    assert told([found]) == [("PARCEL_SLIVER", "P1", "P2")]
    assert "gap" in found.message["en"]


def test_two_gaps_between_the_same_plots_are_one_fault():
    lens = box(10, 50, 20, 52).union(box(60, 50, 70, 52))
    (found,) = audit({"P1": box(0, 0, 100, 50), "P2": box(0, 50, 100, 90).difference(lens)})
    assert told([found]) == [("PARCEL_GAP", "P1", "P2")]
    assert_ground(found, lens)


def test_a_plot_pushed_aside_leaves_an_overlap_and_a_gap():
    found = audit(boxes((0, 0, 100, 50), (100.6, 0, 200.6, 50), (200, 0, 300, 50)))
    assert told(found) == [("PARCEL_GAP", "P1", "P2"), ("PARCEL_OVERLAP", "P2", "P3")]


# Slivers, duplicates, spills


@pytest.mark.parametrize(("width", "rules"), [(1.5, ["PARCEL_SLIVER"]), (2.5, [])])
def test_a_plot_too_narrow_to_be_used_is_a_sliver(width, rules):
    bent = Polygon([(0, 0), (60, 0), (60, width), (width, width), (width, 60), (0, 60)])
    assert [f.rule for f in audit({"P1": bent})] == rules


def test_the_same_outline_begun_elsewhere_and_turned_is_a_duplicate():
    ring = [(0, 0), (100, 0), (120, 50), (0, 50)]
    plots = {
        "P3": Polygon(ring),
        "P1": Polygon([*ring[2:], *ring[:2]][::-1]),
        "P2": Polygon([*ring[1:], ring[0]]),
        "P9": box(-50, 0, 0, 50),
    }
    (found,) = audit(plots)
    assert told([found]) == [("PARCEL_DUPLICATE", "P1", "P2", "P3")]
    assert_ground(found, Polygon(ring))


def test_of_copies_it_is_the_first_by_name_that_overlaps_others():
    plots = boxes((0, 0, 100, 50), (0, 0, 100, 50), (90, 0, 200, 50))
    expected = [("PARCEL_DUPLICATE", "P1", "P2"), ("PARCEL_OVERLAP", "P1", "P3")]
    assert told(audit(plots)) == told(audit(plots, order=[2, 1, 0])) == expected


def test_a_duplicate_with_a_corner_more_is_one_all_the_same():
    more = Polygon([(0, 0), (50, 0), (100, 0), (100, 50), (0, 50)])
    assert told(audit({"P1": box(0, 0, 100, 50), "P2": more})) == [("PARCEL_DUPLICATE", "P1", "P2")]


def test_what_leaves_the_park_is_told_with_its_piece():
    park = box(0, 0, 300, 50)
    (found,) = audit(boxes((0, 0, 100, 52), (100, 0, 200, 50)), park=park)
    assert told([found]) == [("PARCEL_OUTSIDE_PARK", "P1")]
    assert "A" in found.message["en"]
    assert_ground(found, box(0, 50, 100, 52))


@pytest.mark.parametrize("bounds", [(0, 0, 100, 50.04), (0, 0, 10, 50.04)])
def test_a_park_may_be_left_by_what_surveys_differ(bounds):
    assert audit(boxes(bounds), park=box(0, 0, 300, 50)) == []


@pytest.mark.parametrize(
    "park", [{"nature": "schematic"}, {"nature": "text-limits"}, {"place_known": False}]
)
def test_an_outline_that_says_nothing_is_not_left(park):
    assert audit(boxes((0, 0, 100, 52)), park=box(0, 0, 300, 50), **park) == []


def test_a_park_that_is_a_point_is_not_left():
    assert audit(boxes((0, 0, 100, 52)), park=Point(0, 0)) == []


def test_drawn_plots_say_nothing():
    plots = boxes((0, 0, 100, 50), (50, 0, 200, 50))
    assert audit(plots, natures={"P2": "schematic"}) == []
    assert audit(RING | {"P5": box(41, 41, 59, 59)}, natures={"P5": "text-limits"}) == []


# Invalid outlines, numbers, identifiers


def test_the_audit_goes_on_beside_an_invalid_outline():
    bow = Polygon([(100, 0), (200, 50), (200, 0), (100, 50)])
    plots = {"P1": box(0, 0, 100, 50), "BOW": bow, "P2": box(200, 0, 300, 50)}
    around = {"P3": box(0, 50, 300, 90), "P4": box(0, -40, 300, 0), "P5": box(290, 0, 400, 50)}
    assert told(audit(plots | around)) == [("PARCEL_OVERLAP", "P2", "P5")]


def test_plots_without_a_key_are_named_by_their_row():
    found = audit({None: box(0, 0, 100, 50), "P2": box(0, 0, 100, 50)})
    assert told(found) == [("PARCEL_DUPLICATE", "#1", "P2")]


def test_an_identifier_lasts_while_the_fault_does():
    (first,) = audit(boxes((0, 0, 100, 50), (99, 0, 200, 50)))
    (later,) = audit(boxes((0, 0, 100, 50), (97, 0, 200, 50)))
    assert (first.id, first.area_m2) != (later.id, later.area_m2)
    assert first.id == later.id


def test_tolerances_are_those_of_the_directory():
    rules = {"PARCEL_OVERLAP": {"severity": "info", "min_area_m2": 60}}
    given = CONFIG.model_dump()
    given["rules"] = given["rules"] | rules
    config = RulesConfig.model_validate(given)
    assert audit(boxes((0, 0, 100, 50), (99, 0, 200, 50)), config=config) == []
    (found,) = audit(boxes((0, 0, 100, 50), (98, 0, 200, 50)), config=config)
    assert found.severity == "info"


def test_a_layer_of_odd_shapes_is_no_reason_to_stop():
    assert audit({}) == []
    tiny = {"P1": Point(0, 0), "P2": Polygon(), "P3": box(0, 0, 0.005, 0.005)}
    assert told(audit(tiny)) == [("PARCEL_SLIVER", "P3")]


# A whole cadastre


def found_in(frame):
    records = frame.to_dict("records")
    frames = {"parcels": make_frame("parcels", records)}
    context = Context(frames, make_catalog(["parcels"]), CODES, CONFIG, AS_OF)
    return sorted(topology.check(context), key=lambda found: found.id)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), plots=st.integers(1, 120), digits=st.sampled_from([7, 9, 12]))
def test_a_sound_cadastre_has_no_faults(seed, plots, digits):
    frame = make_cadastre(plots, seed=seed, digits=digits)
    assert frame.geometry.is_valid.all()
    assert found_in(frame) == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), digits=st.sampled_from([7, 9, 12]), clockwise=st.booleans())
def test_many_corners_in_either_direction_are_no_faults(seed, digits, clockwise):
    frame = make_cadastre(66, seed=seed, digits=digits)
    for _ in range(seed % 5):
        frame = with_twice_the_corners(frame, digits=12)
    # Rounded once, as a file is written: every turn of it might move a corner once more.
    written = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, digits))
    shapes = shapely.orient_polygons(written, exterior_cw=clockwise)
    assert found_in(frame.set_geometry(shapes, crs=frame.crs)) == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), halved=st.integers(1, 4), clockwise=st.booleans())
def test_corners_on_straight_sides_change_nothing_of_what_is_found(seed, halved, clockwise):
    frame = make_cadastre(44, seed=seed)
    rng = np.random.default_rng(seed)
    shapes = frame.geometry.to_numpy()
    for row in rng.choice(44, 6, replace=False):
        shapes[row] = affinity.translate(shapes[row], *rng.uniform(-5e-5, 5e-5, 2))
    frame["geometry"] = shapely.orient_polygons(shapes, exterior_cw=clockwise)
    richer = frame
    for _ in range(halved):
        richer = with_twice_the_corners(richer, digits=12)
    found, again = found_in(frame), found_in(richer)
    assert found
    assert told(found) == told(again)
    assert [one.area_m2 for one in found] == pytest.approx(
        [one.area_m2 for one in again], rel=1e-3, abs=0.05
    )


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_the_order_of_rows_makes_no_difference(seed, data):
    frame = make_cadastre(44, seed=seed)
    rng = np.random.default_rng(seed)
    shapes = frame.geometry.to_numpy()
    for row in rng.choice(44, 6, replace=False):
        shapes[row] = affinity.translate(shapes[row], *rng.uniform(-5e-5, 5e-5, 2))
    frame["geometry"] = shapes
    order = data.draw(st.permutations(range(44)))
    found = found_in(frame)
    assert found
    assert found == found_in(frame.iloc[order].reset_index(drop=True))


@settings(max_examples=100, deadline=None)
@example(across=1.0, along=10.5078125, turn=10.512581877380965, wide=False)
@example(across=1.0, along=158.359375, turn=0.609375, wide=False)
@given(
    across=st.floats(0.06, 20), along=st.floats(10, 200), turn=st.floats(0, 90), wide=st.booleans()
)
def test_the_area_of_an_overlap_or_a_gap_is_that_which_was_planted(across, along, turn, wide):
    sign = -1 if wide else 1
    width = across if wide else min(across, 0.99)
    plots = {
        name: affinity.rotate(shape, turn, origin=(0, 0))
        for name, shape in boxes(
            (0, 0, 50, along), (50 + sign * width, 0, 120 + sign * width, along)
        ).items()
    }
    (found,) = audit(plots)
    assert found.rule == ("PARCEL_OVERLAP" if wide else "PARCEL_GAP")
    assert found.area_m2 == pytest.approx(width * along, rel=0.002, abs=0.006)
    assert ground(found).length == pytest.approx(2 * (width + along), rel=0.01)


def test_all_faults_of_a_large_cadastre_are_found_and_no_other():
    frame, planted = plant(make_cadastre(6000, seed=3))
    assert told(found_in(frame)) == sorted(planted)


def plant(frame):
    """Return the cadastre with faults of each kind in blocks far from each other."""
    shapes = frame.geometry.to_numpy().copy()
    keys = list(frame["parcel_id"])
    planted = []
    metre = 1 / np.array(PLANE.scale)
    for number, row in enumerate(range(40, 2400, 60)):
        kind = ("overlap", "gap", "copy", "bow")[number % 4]
        ring = shapely.get_coordinates(shapes[row])[:-1]
        inner = ring.mean(axis=0)
        if kind == "overlap":
            tooth = box(*(inner - 0.4 * metre), *(inner + 0.4 * metre))
            keys.append(f"X{row}")
            shapes = np.append(shapes, tooth)
            planted += [("PARCEL_OVERLAP", keys[row], f"X{row}"), ("PARCEL_SLIVER", f"X{row}")]
        elif kind == "gap":
            hole = box(*(inner - 2 * metre), *(inner + 2 * metre))
            shapes[row] = shapes[row].difference(hole)
            planted.append(("PARCEL_GAP", keys[row]))
        elif kind == "copy":
            keys.append(f"X{row}")
            shapes = np.append(shapes, Polygon(np.roll(ring, 1, axis=0)[::-1]))
            planted.append(("PARCEL_DUPLICATE", keys[row], f"X{row}"))
        else:
            shapes[row] = Polygon(ring[[0, 2, 1, 3]])
    records = {"parcel_id": keys, "park_id": "A", "geometry": shapes}
    return pd.DataFrame(records), planted
