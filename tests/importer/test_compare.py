"""Rows laid over a layer, and how the result differs from it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.catalog import read_catalog
from geo.crs import WGS84
from geo.importer.compare import MOST_LISTED, compare, list_changes
from geo.importer.merge import Incoming, fill_provenance, merge, withhold_names
from geo.model import KINDS
from geo.settings import BUNDLED_LAYERS
from geo.storage.values import typed_frame

PARCELS, FIRMS = KINDS["parcels"], KINDS["enterprises"]
ENTRIES = read_catalog(BUNDLED_LAYERS).entries()
A, B, C = box(80, 36, 80.1, 36.1), box(80.2, 36, 80.3, 36.1), box(80.4, 36, 80.5, 36.1)
DEFAULTS = {"nature": "reported", "source": "file", "as_of": "2026-11"}


def layer(kind, records, shapes):
    frame = typed_frame(kind, ENTRIES[kind.name], records)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=frame.index, crs=WGS84))


@pytest.fixture
def present():
    return layer(
        PARCELS,
        [
            {"parcel_id": "A", "supply_state": "approved", "far": 1.5, "net_land": True},
            {"parcel_id": "B", "supply_state": "supplied", "utilities": "power"},
            {"parcel_id": "C", "supply_state": "reserved"},
        ],
        [A, B, C],
    )


def incoming(records, shapes=None, kind=PARCELS):
    names = list(dict.fromkeys(name for record in records for name in record))
    frame = typed_frame(kind, ENTRIES[kind.name], records)[names]
    made = np.empty(len(records), dtype=object)
    made[:] = [None] * len(records) if shapes is None else shapes
    return Incoming(frame, made)


def differ(present, rows, merged, kind=PARCELS):
    skip = [name for name in DEFAULTS if name not in rows.frame]
    return compare(present, merged, kind, skip=skip)


def keys(merged):
    return merged.frame["parcel_id"].tolist()


# --- merging -----------------------------------------------------------------------------------


def test_merging_keeps_order_types_and_both_frames(present):
    before = present.copy(deep=True)
    rows = incoming([{"parcel_id": "N", "far": 2.0}, {"parcel_id": "B", "far": 1.0}], [C, None])
    merged = merge(present, rows, PARCELS, "merge")
    assert keys(merged) == ["A", "B", "C", "N"]
    assert merged.places.tolist() == [3, 1]
    assert merged.earlier.tolist() == [0, 1, 2, -1]
    assert merged.frame.dtypes.equals(present.dtypes)
    assert merged.frame["far"].tolist()[:2] == [1.5, 1.0]
    assert merged.frame["utilities"][1] == "power"
    assert merged.frame.crs == WGS84
    pd.testing.assert_frame_equal(present, before)


def test_replacing_leaves_only_the_file_and_what_is_kept(present):
    rows = incoming([{"parcel_id": "N", "far": 2.0}, {"parcel_id": "A", "far": 1.0}], [C, None])
    merged = merge(present, rows, PARCELS, "replace", kept=["C", "unknown"])
    assert keys(merged) == ["A", "C", "N"]
    assert merged.gone.tolist() == [1]
    first = merged.frame.iloc[0]
    assert (first["far"], pd.isna(first["supply_state"]), first.geometry) == (1.0, True, A)
    assert merged.frame["supply_state"][1] == "reserved"


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_records_that_go_leave_and_no_other(present, mode):
    rows = incoming([{"parcel_id": "C", "far": 2.0}, {"parcel_id": "A"}])
    merged = merge(present, rows, PARCELS, mode, gone=["B", "unknown"])
    assert keys(merged) == ["A", "C"]
    assert merged.gone.tolist() == [1]
    assert merged.places.tolist() == [1, 0]
    assert merged.frame["far"][1] == 2.0
    assert pd.isna(merged.frame["far"][0]) == (mode == "replace")


def test_a_file_may_do_nothing_but_let_records_go(present):
    rows = incoming([{"parcel_id": "B", "far": 2.0}]).only(np.array([False]))
    merged = merge(present, rows, PARCELS, "merge", gone=["B"])
    assert keys(merged) == ["A", "C"]
    assert merged.frame.dtypes.equals(present.dtypes)
    assert differ(present, rows, merged).counts == {
        "new": 0, "changed": 0, "unchanged": 0, "gone": 1,
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_an_empty_cell_leaves_the_value_or_empties_it(present, mode):
    rows = incoming([{"parcel_id": "A", "supply_state": "supplied", "far": None}])
    merged = merge(present, rows, PARCELS, mode)
    assert merged.frame["supply_state"][0] == "supplied"
    assert pd.isna(merged.frame["far"][0]) == (mode == "replace")


def test_an_empty_layer_takes_everything(present):
    rows = incoming([{"parcel_id": "N", "far": 2.0, "net_land": True}], [A])
    merged = merge(present.iloc[:0], rows, PARCELS, "merge")
    assert merged.frame.dtypes.equals(present.dtypes)
    assert (keys(merged), merged.frame.geometry.tolist()) == (["N"], [A])


def test_of_equal_keys_in_the_layer_the_first_is_changed():
    doubled = layer(PARCELS, [{"parcel_id": "A"}, {"parcel_id": "A"}], [A, B])
    merged = merge(doubled, incoming([{"parcel_id": "A", "far": 2.0}]), PARCELS, "merge")
    assert merged.frame["far"].isna().tolist() == [False, True]


def test_a_text_that_could_not_be_read_stays_until_a_row_says_better(present):
    present.attrs = {"unparsed": [(0, "far_min", "abt 1"), (2, "far_max", "?")],
                     "bad_geometry": []}  # fmt: skip
    rows = incoming([{"parcel_id": "A", "far_min": 1.0}])
    assert merge(present, rows, PARCELS, "merge").frame.attrs["unparsed"] == [(2, "far_max", "?")]
    rows = incoming([{"parcel_id": "A", "far_min": None}])
    merged = merge(present, rows, PARCELS, "merge")
    assert merged.frame.attrs["unparsed"] == [(0, "far_min", "abt 1"), (2, "far_max", "?")]
    merged = merge(present, rows, PARCELS, "replace", kept=["C"])
    assert merged.frame.attrs["unparsed"] == [(1, "far_max", "?")]


def test_a_firm_repeats_its_position_in_its_fields():
    firms = layer(
        FIRMS, [{"enterprise_id": "E", "lon": 80, "lat": 36, "datum": "cgcs2000"}], [Point(80, 36)]
    )
    rows = incoming([{"enterprise_id": "E", "name_zh": "x"}], [Point(81, 37)], FIRMS)
    frame = merge(firms, rows, FIRMS, "merge").frame
    assert frame[["lon", "lat", "datum"]].iloc[0].tolist() == [81.0, 37.0, "wgs84"]
    rows = incoming([{"enterprise_id": "E", "name_zh": "x"}], [None], FIRMS)
    frame = merge(firms, rows, FIRMS, "merge").frame
    assert frame[["lon", "lat", "datum"]].iloc[0].tolist() == [80.0, 36.0, "cgcs2000"]


@pytest.mark.parametrize(
    ("shape", "moved"),
    [
        (A, False),
        (Polygon(list(A.exterior.coords)[2:-1] + list(A.exterior.coords)[:3]), False),
        (A.reverse(), False),
        (box(80.00000001, 36, 80.1, 36.1), False),
        (box(80.000001, 36, 80.1, 36.1), True),
        (Polygon(A.exterior, [box(80.04, 36.04, 80.06, 36.06).exterior.coords]), True),
        (None, False),
    ],
)
def test_an_outline_within_a_centimetre_is_the_same(present, shape, moved):
    merged = merge(present, incoming([{"parcel_id": "A"}], [shape]), PARCELS, "merge")
    assert merged.moved.tolist() == [moved]
    assert merged.frame.geometry[0] == (shape if moved else A)


def test_a_multi_of_one_part_is_that_part():
    several = layer(PARCELS, [{"parcel_id": "A"}], [MultiPolygon([A])])
    merged = merge(several, incoming([{"parcel_id": "A"}], [A]), PARCELS, "merge")
    assert merged.moved.tolist() == [False]


# --- provenance --------------------------------------------------------------------------------


def test_an_outline_keeps_its_nature_as_long_as_it_stays(present):
    present["nature"] = "schematic"
    rows = incoming([{"parcel_id": "A"}, {"parcel_id": "B"}, {"parcel_id": "N"}], [None, C, A])
    merged = merge(present, rows, PARCELS, "merge")
    fill_provenance(merged, rows, np.array([0, 1, 2]), DEFAULTS, PARCELS, "merge")
    assert merged.frame["nature"].tolist() == ["schematic", "reported", "schematic", "reported"]
    assert merged.frame["source"].tolist()[:2] == ["file", "file"]
    assert merged.frame["source"][2] == present["source"][2]


@pytest.mark.parametrize(("mode", "nature"), [("merge", "sample"), ("replace", "reported")])
def test_a_sample_becomes_real_only_when_it_is_replaced(present, mode, nature):
    present["nature"] = "sample"
    rows = incoming([{"parcel_id": "A"}], [C])
    merged = merge(present, rows, PARCELS, mode)
    fill_provenance(merged, rows, np.array([0]), DEFAULTS, PARCELS, mode)
    assert merged.frame["nature"][0] == nature
    assert (merged.frame["source"][0] == "file") is (mode == "replace")


def test_what_the_file_says_of_its_source_stands(present):
    rows = incoming([{"parcel_id": "A", "source": "office"}, {"parcel_id": "N"}], [None, B])
    merged = merge(present, rows, PARCELS, "merge")
    rows.frame["source"] = pd.Series(["office", None], dtype="str")
    merged.frame["source"] = merged.frame["source"].where(merged.frame["parcel_id"] != "N")
    fill_provenance(merged, rows, np.array([0, 1]), DEFAULTS, PARCELS, "merge")
    assert merged.frame["source"].tolist()[0] == "office"
    assert merged.frame["source"].tolist()[-1] == "file"


def test_only_firms_that_change_and_say_nothing_are_withheld():
    firms = layer(
        FIRMS,
        [{"enterprise_id": "1"}, {"enterprise_id": "2", "publish_name": True},
         {"enterprise_id": "3"}],
        [None] * 3,
    )  # fmt: skip
    rows = incoming([{"enterprise_id": "1"}, {"enterprise_id": "2"}], None, FIRMS)
    merged = merge(firms, rows, FIRMS, "merge")
    withhold_names(merged, np.array([0, 1]))
    assert merged.frame["publish_name"].astype(object).tolist() == [False, True, pd.NA]


# --- comparing ---------------------------------------------------------------------------------


def test_rows_are_new_changed_or_unchanged_and_records_may_be_gone(present):
    rows = incoming(
        [{"parcel_id": "N", "far": 2.0}, {"parcel_id": "A", "far": 1.6}, {"parcel_id": "C"}],
        [B, None, C],
    )
    merged = merge(present, rows, PARCELS, "replace")
    merged.frame["supply_state"] = ["approved", "reserved", None]
    merged.frame["net_land"] = pd.array([True, None, None], dtype="boolean")
    difference = differ(present, rows, merged)
    assert difference.counts == {"new": 1, "changed": 1, "unchanged": 1, "gone": 1}
    assert {name: list(where) for name, where in difference.fields.items()} == {"far": [1]}


@pytest.mark.parametrize(
    ("field", "before", "after", "shown"),
    [
        ("far", 1.5, 1.6, ("1.5", "1.6")),
        ("far", None, 1.0, (None, "1")),
        ("supply_state", "approved", "supplied", ("approved", "supplied")),
        ("net_land", True, False, ("true", "false")),
        ("net_land", None, False, (None, "false")),
        ("term_years", 50, 40, ("50", "40")),
        ("started_on", "2020-01", "2020-01-02", ("2020-01", "2020-01-02")),
    ],
)
def test_a_changed_value_stands_beside_the_earlier_one_as_it_is_written(
    field, before, after, shown
):
    one = layer(PARCELS, [{"parcel_id": "A", field: before}], [A])
    rows = incoming([{"parcel_id": "A", field: after}])
    merged = merge(one, rows, PARCELS, "merge")
    (change,) = list_changes(one, merged, differ(one, rows, merged), PARCELS, rows=[7])
    assert (change["kind"], change["key"], change["row"]) == ("changed", "A", 7)
    assert change["fields"] == [{"field": field, "before": shown[0], "after": shown[1]}]


def test_provenance_counts_only_if_the_file_says_it(present):
    rows = incoming([{"parcel_id": "A"}])
    merged = merge(present, rows, PARCELS, "merge")
    merged.frame["source"] = "other"
    assert differ(present, rows, merged).counts["unchanged"] == 1
    rows = incoming([{"parcel_id": "A", "source": "other"}])
    merged = merge(present, rows, PARCELS, "merge")
    assert differ(present, rows, merged).counts["changed"] == 1


def test_what_changed_is_listed_first_with_its_outlines(present):
    rows = incoming([{"parcel_id": "N", "far": 2.0}, {"parcel_id": "A"}], [C, B])
    merged = merge(present, rows, PARCELS, "replace")
    changes = list_changes(present, merged, differ(present, rows, merged), PARCELS, rows=[2, 3])
    assert [(c["kind"], c["key"], c["row"]) for c in changes] == [
        ("changed", "A", 3), ("new", "N", 2), ("gone", "B", None), ("gone", "C", None),
    ]  # fmt: skip
    outlines = [(c["geometry"]["before"], c["geometry"]["after"]) for c in changes]
    assert [(b is None, a is None) for b, a in outlines] == [
        (False, False), (True, False), (False, True), (False, True),
    ]  # fmt: skip
    assert {"field": "far", "before": None, "after": "2"} in changes[1]["fields"]


def test_no_more_is_listed_than_a_person_reads(present):
    many = [{"parcel_id": f"N{n}"} for n in range(MOST_LISTED + 5)]
    rows = incoming(many, [A] * len(many))
    merged = merge(present, rows, PARCELS, "merge")
    difference = differ(present, rows, merged)
    listed = list_changes(present, merged, difference, PARCELS, rows=range(len(many)))
    assert (len(listed), difference.counts["new"]) == (MOST_LISTED, MOST_LISTED + 5)


def test_a_very_detailed_outline_is_drawn_simply(present):
    fine = Point(80, 36).buffer(0.01, quad_segs=2000)
    rows = incoming([{"parcel_id": "A"}], [fine])
    merged = merge(present, rows, PARCELS, "merge")
    (change,) = list_changes(present, merged, differ(present, rows, merged), PARCELS, rows=[2])
    assert len(change["geometry"]["after"]["coordinates"][0]) < 500
    assert len(merged.frame.geometry[0].exterior.coords) > 5000
