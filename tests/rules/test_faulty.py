"""Two small directories in which every rule fires, and nothing fires that was not planted.

The expectations are reckoned by hand. Lengths at 37° N on the ellipsoid of CGCS2000: 89,011.67 m
to a degree of longitude, 110,977.64 m to one of latitude (``tests/data/make_faulty.py`` says
how); plots reach 500 m north, where a degree of longitude is 0.006 % shorter, so areas are met
to 0.01 %.
"""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from geo.examination import examine
from geo.model import BLOCKING, MU_M2
from geo.publish import publish
from geo.query import Library
from geo.settings import BUNDLED_LAYERS, Settings
from tests.data import make_faulty

DATA = Path(__file__).resolve().parents[1] / "data"
FAULTY, UNREADABLE = DATA / "faulty", DATA / "unreadable"
AS_OF = date(2026, 11, 22)

EXPECTED = {
    # Shapes.
    ("GEOMETRY_INVALID", "parcels"): [("BOW-TIE-1",)],
    ("PARCEL_OVERLAP", "parcels"): [("OVERLAP-1", "OVERLAP-2")],
    ("PARCEL_GAP", "parcels"): [("GAP-1", "GAP-2")],
    ("PARCEL_SLIVER", "parcels"): [("SLIVER-1",)],
    ("PARCEL_DUPLICATE", "parcels"): [("COPY-1", "COPY-2")],
    ("PARCEL_OUTSIDE_PARK", "parcels"): [("SPILL-1",)],
    ("AREA_MISMATCH", "parcels"): [("AREA-1",)],
    # Red lines; TOUCH-1 meets one by 5 cm, ECO-1 is recorded as meeting it.
    ("BOUNDARY_CONFLICT", "parcels"): [("FARM-1",), ("LIMIT-1",)],
    ("BOUNDARY_UNRECORDED", "parcels"): [("UNCHECKED-1",)],
    # Values of plots.
    ("CODE_STANDARD_UNCLEAR", "parcels"): [()],
    ("LAND_USE_UNKNOWN", "parcels"): [("USE-1",)],
    ("PARK_UNKNOWN", "parcels"): [("PARK-1",)],
    ("VALUE_RANGE", "parcels"): [("RANGE-1",)],
    ("DATE_ORDER", "parcels"): [("DATE-1",)],
    ("INDICATOR_BELOW", "parcels"): [("LOW-1",)],
    ("INDICATOR_ABOVE", "parcels"): [("HIGH-1",)],
    # Firms against plots. F-TALKS only talks of SOUND-FREE; the tenants of the hall share HALL-1.
    ("ENTERPRISE_ON_UNSUPPLIED", "enterprises"): [("F-BUILDS",)],
    ("ENTERPRISE_OUTSIDE_PARCEL", "enterprises"): [("F-BESIDE",)],
    ("INDUSTRY_NOT_PERMITTED", "enterprises"): [("F-TRADE",)],
    ("PARCEL_DOUBLE_ALLOCATED", "parcels"): [("TWO-1",)],
    ("SUPPLIED_WITHOUT_ENTERPRISE", "parcels"): [("VACANT-1",)],
    # Idle land; BUSY-1 stopped less than a year ago, UNDATED-1 has no date to be due.
    ("LAND_IDLE", "parcels"): [("IDLE-1Y",), ("IDLE-2Y",), ("IDLE-LAND",), ("IDLE-MONEY",)],
    ("LAND_IDLE_UNJUDGED", "parks"): [("YARD",)],
    # Firms by themselves.
    ("ENTERPRISE_UNLOCATED", "enterprises"): [("F-NOWHERE",)],
    ("INDUSTRY_UNKNOWN", "enterprises"): [("F-TRADELESS",)],
    ("USCC_INVALID", "enterprises"): [("F-CODE",)],
    ("USCC_DUPLICATE", "enterprises"): [("F-SAME-A", "F-SAME-B")],
    ("NAME_DUPLICATE", "enterprises"): [("F-NAME-A", "F-NAME-B")],
    # Figures and the site.
    ("FIGURE_MISMATCH", "figures"): [("whole",)],
    ("STALE", "figures"): [("old",)],
    ("COLUMN_UNKNOWN", "figures"): [()],
    ("MAP_APPROVAL_MISSING", "site"): [()],
    # The show.
    ("STORY_REFERENCE", "story"): [("astray",), ("astray",), ("astray",)],
    ("STORY_DUPLICATE", "story"): [("twice",)],
    ("STORY_FIGURES", "story"): [("crowded",)],
    ("STORY_HEADLINE", "story"): [("long",)],
}

MEASURED_M2 = {
    "PARCEL_OVERLAP": 10 * 100,
    "PARCEL_GAP": 0.6 * 100,
    "PARCEL_SLIVER": 1.5 * 100,
    "PARCEL_DUPLICATE": 100 * 100,
    # From x = 20 + 11 * 120 + 90 = 1430 m to 1530 m, where the park ends at 1500 m.
    "PARCEL_OUTSIDE_PARK": 30 * 100,
    # Two triangles of 100 m by 50 m; one of them is walked the wrong way round.
    "GEOMETRY_INVALID": 100 * 50 / 2,
    # 20 亩 declared, 100 m * 100 m = 15 亩 drawn.
    "AREA_MISMATCH": 5 * MU_M2,
}

TOLD = {
    # rule and feature: expected, actual
    ("AREA_MISMATCH", "AREA-1"): ("15.00", "20.00"),
    ("INDICATOR_BELOW", "LOW-1"): ("1", "0.4"),
    ("INDICATOR_ABOVE", "HIGH-1"): ("0.2", "0.35"),
    ("ENTERPRISE_ON_UNSUPPLIED", "F-BUILDS"): ("supplied", "approved"),
    # 40 m east of the east side, on the level of its middle.
    ("ENTERPRISE_OUTSIDE_PARCEL", "F-BESIDE"): ("≤ 20 m", "40 m"),
    ("INDUSTRY_NOT_PERMITTED", "F-TRADE"): ("C13", "C391"),
    ("PARCEL_DOUBLE_ALLOCATED", "TWO-1"): ("1", "2"),
    # Due 2025-03-01: a year is over since 2026-03-02, two are only in 2027.
    ("LAND_IDLE", "IDLE-1Y"): ("2025-03-01", None),
    # Due in March 2023, on the 31st at the latest: two years are over since 2025-04-01.
    ("LAND_IDLE", "IDLE-2Y"): ("2023-03", None),
    # 0.2 ha of 15 亩 = 1 ha, stopped on 2025-06-30, so a year since 2026-07-01.
    ("LAND_IDLE", "IDLE-LAND"): ("≥ 33.3 % / 25.0 %", "20.0 % / 50.0 %"),
    # 0.5 ha of 1 ha is enough land, a tenth of the money is not enough.
    ("LAND_IDLE", "IDLE-MONEY"): ("≥ 33.3 % / 25.0 %", "50.0 % / 10.0 %"),
    # Supplied and no street: SOUND-TAKEN, LOW-1, HIGH-1, VACANT-1, TWO-1, TRADE-1, BESIDE-1,
    # HALL-1, four that are idle, BUSY-1 and UNDATED-1.
    ("LAND_IDLE_UNJUDGED", "YARD"): ("14", "1"),
    ("FIGURE_MISMATCH", "whole"): ("9", "10"),  # 4 + 5
    ("STORY_FIGURES", "crowded"): ("≤ 3", "4"),
    ("STORY_HEADLINE", "long"): ("≤ 20", "22"),
}

BLOCKED = {
    "CATALOG_INVALID": [("chains", ())],
    "FILE_UNREADABLE": [("logistics", ())],
    "CRS_UNKNOWN": [("counties", ())],
    "KEY_MISSING": [("parcels", ())],
    "KEY_DUPLICATE": [("enterprises", ("TWICE",))],
    "GEOMETRY_EMPTY": [("parcels", ("EMPTY-1",))],
    "AXES_SWAPPED": [("parcels", ("SWAPPED-1",))],
    "DATUM_SUSPECT": [("parcels", ("AFAR-1",))],
}


def rules_of(data):
    return tomllib.loads((data / "rules.toml").read_text(encoding="utf-8"))["rules"]


@pytest.fixture(scope="module")
def faulty():
    return examine(FAULTY, AS_OF)


@pytest.fixture(scope="module")
def unreadable():
    return examine(UNREADABLE, AS_OF)


def told(findings, rule, feature):
    return next(f for f in findings if f.rule == rule and feature in f.feature)


def test_every_planted_fault_is_found_and_no_other(faulty):
    found = {}
    for finding in faulty.findings:
        found.setdefault((finding.rule, finding.layer), []).append(finding.feature)
    assert {place: sorted(features) for place, features in found.items()} == EXPECTED
    assert len({finding.id for finding in faulty.findings}) == len(faulty.findings)


@pytest.mark.parametrize("rule", MEASURED_M2)
def test_the_ground_at_fault_is_measured(faulty, rule):
    (finding,) = (f for f in faulty.findings if f.rule == rule)
    assert finding.area_m2 == pytest.approx(MEASURED_M2[rule], rel=1e-4, abs=0.01)


@pytest.mark.parametrize(
    ("feature", "recorded", "m2"),
    # 20 m of 100 m from west to east, 30 m of 100 m from south to north.
    [("FARM-1", "不涉及", 20 * 100), ("LIMIT-1", "内", 30 * 100)],
)
def test_a_record_of_a_red_line_is_held_against_the_line(faulty, feature, recorded, m2):
    finding = told(faulty.findings, "BOUNDARY_CONFLICT", feature)
    assert finding.expected == recorded
    assert finding.area_m2 == pytest.approx(m2, rel=1e-4)
    assert finding.actual == f"{finding.area_m2:.2f}"
    assert "实测" in finding.message["zh"] and "surveyed" in finding.message["en"]


def test_a_plot_that_nobody_checked_is_told_what_it_meets(faulty):
    message = told(faulty.findings, "BOUNDARY_UNRECORDED", "UNCHECKED-1").message["zh"]
    area = float(re.search(r"有 ([\d.]+) 平方米在永久基本农田内", message)[1])
    assert area == pytest.approx(10 * 100, rel=1e-4)


@pytest.mark.parametrize(("rule", "feature"), TOLD)
def test_what_is_expected_and_what_is_there_is_told(faulty, rule, feature):
    finding = told(faulty.findings, rule, feature)
    assert (finding.expected, finding.actual) == TOLD[rule, feature]


def test_idle_land_is_told_by_its_class_and_its_cause(faulty):
    texts = {
        finding.feature[0]: finding.message["zh"]
        for finding in faulty.findings
        if finding.rule == "LAND_IDLE"
    }
    assert all(("疑似闲置" in text) is (key != "IDLE-MONEY") for key, text in texts.items())
    assert "12 个月" in texts["IDLE-1Y"] and "先查明" in texts["IDLE-1Y"]
    assert "24 个月" in texts["IDLE-2Y"] and "收回" in texts["IDLE-2Y"]
    assert "第十二条" in texts["IDLE-MONEY"]


def test_every_rule_is_planted_in_one_of_the_two():
    planted = {rule for rule, _ in EXPECTED} | set(BLOCKED)
    assert planted == set(rules_of(BUNDLED_LAYERS))
    assert set(BLOCKED) == set(BLOCKING)


@pytest.mark.parametrize("rule", sorted(rules_of(BUNDLED_LAYERS)))
def test_every_rule_of_the_bundle_fires(faulty, unreadable, rule):
    examined = unreadable if rule in BLOCKING else faulty
    findings = [f for f in examined.findings if f.rule == rule]
    assert findings
    assert {f.severity for f in findings} == {rules_of(BUNDLED_LAYERS)[rule]["severity"]}
    for finding in findings:
        assert finding.blocking is (rule in BLOCKING)
        assert all(finding.message[lang] for lang in ("zh", "en"))


@pytest.mark.parametrize("data", [FAULTY, UNREADABLE])
def test_both_name_every_rule_of_the_bundle(data):
    assert set(rules_of(data)) == set(rules_of(BUNDLED_LAYERS))


def test_what_cannot_be_read_or_placed_blocks(unreadable):
    blocking = [f for f in unreadable.findings if f.blocking]
    assert blocking == unreadable.blocking
    found = {rule: [] for rule in BLOCKED}
    for finding in blocking:
        found[finding.rule].append((finding.layer, finding.feature))
    assert found == BLOCKED


def test_plots_with_an_open_error_are_not_on_offer(tmp_path):
    settings = Settings(data=FAULTY, out=tmp_path)
    publish(settings, as_of=AS_OF, by="test")
    features = Library(tmp_path).current("public").document("parcels.geojson")["features"]
    offered = {f["properties"]["parcel_id"] for f in features if f["properties"]["on_offer"]}
    # Approved, net and not started, and only a warning against them, if any; BUILT-ON-1 is
    # off offer because a firm builds there, the others by their own faults.
    sound = {"SOUND-FREE", "TOUCH-1", "UNCHECKED-1"}
    assert offered == sound | {"GAP-1", "GAP-2", "SLIVER-1", "AREA-1"}


def test_the_layers_are_those_that_the_script_makes(tmp_path):
    make_faulty.write(tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made
    for name in made:
        assert (tmp_path / name).read_bytes() == (FAULTY / name).read_bytes(), name
