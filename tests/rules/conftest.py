"""A small sound data set for the rules, to be broken one place at a time."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from geo.codes import Code, CodeList, Codes, IndustryList
from geo.model import KINDS, Catalog
from geo.rules import RulesConfig, check_frames

AS_OF = date(2026, 11, 22)
DTYPES = {"str": "str", "date": "str", "float": "float64", "int": "Int64", "bool": "boolean"}

CODES = Codes(
    land_use=CodeList({"1001": Code("工业用地", "Industrial")}),
    industry=IndustryList(
        {"C": Code("制造业", ""), "C39": Code("电子", "", "C"), "C391": Code("计算机", "", "C39")}
    ),
    county=CodeList({}),
    province=CodeList({}),
)

CONFIG = RulesConfig.model_validate(
    {
        "region": {"bbox": [73, 34, 97, 50]},
        "rules": {
            "AREA_MISMATCH": {"severity": "warning", "tolerance_share": 0.01},
            "STALE": {"severity": "info", "months": 24},
            "MAP_APPROVAL_MISSING": {"severity": "warning"},
            "NAME_DUPLICATE": {"severity": "warning"},
        },
    }
)

SQUARE = box(81, 37, 81.001, 37.001)

SOUND = {
    "parks": [
        {"park_id": "A", "name_zh": "甲园", "kind": "industrial", "geometry": SQUARE},
        {
            "park_id": "B",
            "name_zh": "乙园",
            "kind": "industrial",
            "parent_id": "A",
            "geometry": SQUARE,
        },
    ],
    "parcels": [
        {
            "parcel_id": "P1",
            "park_id": "A",
            "land_use_code": "1001",
            "supply_state": "supplied",
            "development_state": "built",
            "geometry": SQUARE,
        }
    ],
    "buildings": [{"building_id": "H1", "parcel_id": "P1", "geometry": SQUARE.centroid}],
    "enterprises": [
        {
            "enterprise_id": "E1",
            "name_zh": "一厂",
            "stage": "operating",
            "parcel_id": "P1",
            "building_id": "H1",
            "geometry": None,
        }
    ],
    "figures": [
        {
            "figure_id": "f1",
            "subject_zh": "企业",
            "value": 155.0,
            "unit": "家",
            "period": "2026",
        }
    ],
    "policies": [{"policy_id": "p1", "title_zh": "政策"}],
}


def make_frame(kind, records, **attrs):
    """Return a frame as storage makes it."""
    columns = {
        spec.name: pd.Series([r.get(spec.name) for r in records], dtype=DTYPES[spec.dtype])
        for spec in KINDS[kind].all_fields
    }
    frame = pd.DataFrame(columns)
    if KINDS[kind].is_layer:
        shapes = gpd.GeoSeries([r.get("geometry") for r in records], crs="EPSG:4326")
        frame = gpd.GeoDataFrame(frame, geometry=shapes)
    frame.attrs = attrs
    return frame


def make_catalog(names, **changes):
    def entry(kind):
        return {
            "title": {"zh": f"{kind}层", "en": kind},
            "kind": kind,
            "key": KINDS[kind].key,
            "file": f"{kind}.csv",
            "nature": "sample",
            "source": {"zh": "源", "en": "source"},
            "as_of": "2026",
            "licence": "CC0",
            "public_fields": [],
            "code_standard": "land_use_2023",
        } | changes.get(kind, {})

    site = {"title": {"zh": "图", "en": "map"}, "subtitle": {"zh": "", "en": ""}}
    return Catalog.model_validate(
        {
            "format": 1,
            "site": site | {"map_approval": "GS(2026)1"} | changes.get("site", {}),
            "layers": {k: entry(k) for k in names if KINDS[k].is_layer},
            "tables": {k: entry(k) for k in names if not KINDS[k].is_layer},
        }
    )


@pytest.fixture
def check():
    """Check the sound data with some layers replaced, and return the findings."""

    def run(
        *, attrs=None, config=CONFIG, drop=(), catalog=None, as_of=AS_OF, vacancy=False, **layers
    ):
        records = SOUND | layers
        frames = {
            kind: make_frame(kind, rows, **(attrs or {}).get(kind, {}))
            for kind, rows in records.items()
            if kind not in drop
        }
        made = make_catalog(records, **(catalog or {}))
        before = {kind: frame.copy() for kind, frame in frames.items()}
        findings = check_frames(frames, made, CODES, config, as_of)
        for kind, frame in frames.items():
            pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before[kind]))
        # Who changes the one firm leaves the one plot without: of that only its own tests speak.
        return [f for f in findings if vacancy or f.rule != "SUPPLIED_WITHOUT_ENTERPRISE"]

    return run


@pytest.fixture
def broken(check):
    """Check one layer whose first record is changed, and return what is found."""

    def run(kind, *, attrs=None, catalog=None, **changes):
        first, *others = SOUND.get(kind) or [{}]
        return check(
            attrs={kind: attrs} if attrs else None,
            catalog=catalog,
            **{kind: [first | changes, *others]},
        )

    return run


def brief(findings):
    """Return rule, layer and features of each finding."""
    return [(f.rule, f.layer, f.feature) for f in findings]
