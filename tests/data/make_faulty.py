"""Make the layers of the faulty data directory: ``python -m tests.data.make_faulty FOLDER``.

Every plot is named after the fault that is planted in it. Plots are 100 m squares, 15 亩, on a
grid of 120 m, except where the fault is in the shape; metres become degrees by the two lengths
below, so that areas can be reckoned by hand. What the rules must find is in
``tests/rules/test_faulty.py``; catalogue, rules, codes and tables are written by hand.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

EAST_M, NORTH_M = 89_011.67, 110_977.64
"""Metres in a degree of longitude and of latitude at 37° N on the ellipsoid of CGCS2000:
a cos φ / √(1 - e² sin² φ) and a (1 - e²) / (1 - e² sin² φ)^1.5, each times π / 180."""

ORIGIN = (81.0, 37.0)
PARK_M = (1500.0, 1000.0)

CLEAR = "城镇开发边界:内:2026-09:示例; 永久基本农田:不涉及:2026-09:示例; 生态保护红线:不涉及"
TOUCHED = CLEAR.replace("生态保护红线:不涉及", "生态保护红线:占用")
"""What is recorded of the red lines of every plot, if its record says nothing else."""

Box = tuple[float, float, float, float]
Record = dict[str, Any]

COMMON = {"park_id": "YARD", "boundary_check": CLEAR}
FREE = {
    "land_use_code": "100101",
    "supply_state": "approved",
    "development_state": "not_started",
    "net_land": True,
}
TAKEN = {
    "land_use_code": "100101",
    "supply_state": "supplied",
    "development_state": "built",
    "start_due_on": "2020-01-01",
    "started_on": "2020-02-01",
    "completed_on": "2021-02-01",
}
WAITING = {
    "land_use_code": "100101",
    "supply_state": "supplied",
    "development_state": "not_started",
    "declared_area_mu": 15,
}
STOPPED = {
    **WAITING,
    "development_state": "construction",
    "start_due_on": "2024-01-01",
    "started_on": "2024-01-01",
    "stopped_on": "2025-06-30",
}


def cell(number: int) -> Box:
    """Return the square of a place on the grid, twelve in a row, in metres."""
    row, column = divmod(number, 12)
    x, y = 20.0 + 120 * column, 20.0 + 120 * row
    return x, y, x + 100, y + 100


def at(number: int, *, dx: float = 0, dy: float = 0, width: float = 100) -> Box:
    """Return a rectangle of that width in the square of a place, moved."""
    x, y, _, top = cell(number)
    return x + dx, y + dy, x + dx + width, top + dy


PLOTS: list[tuple[str, Box, Record]] = [
    ("SOUND-FREE", cell(0), FREE | {"declared_area_mu": 15}),
    ("SOUND-TAKEN", cell(1), TAKEN | {"enterprise_id": "F-SOUND", "declared_area_mu": 15}),
    ("OVERLAP-1", at(2, width=110), FREE),
    ("OVERLAP-2", at(2, dx=100), FREE),
    ("GAP-1", at(4), FREE),
    ("GAP-2", at(4, dx=100.6), FREE),
    ("SLIVER-1", at(6, width=1.5), FREE),
    ("COPY-1", cell(7), FREE),
    ("COPY-2", cell(7), FREE),
    ("SPILL-1", at(11, dx=90), FREE),
    ("AREA-1", cell(12), FREE | {"declared_area_mu": 20}),
    ("USE-1", cell(13), FREE | {"land_use_code": "9999"}),
    ("PARK-1", cell(14), FREE | {"park_id": "NOWHERE"}),
    ("RANGE-1", cell(15), FREE | {"supply_state": "sold"}),
    ("DATE-1", cell(16), FREE | {"start_due_on": "2027-05", "completion_due_on": "2026"}),
    ("LOW-1", cell(17), TAKEN | {"enterprise_id": "F-LOW", "far_min": 1.0, "far": 0.4}),
    (
        "HIGH-1",
        cell(18),
        TAKEN | {"enterprise_id": "F-HIGH", "green_ratio_max": 0.2, "green_ratio": 0.35},
    ),
    ("VACANT-1", cell(24), TAKEN),
    ("BUILT-ON-1", cell(25), FREE),
    ("TWO-1", cell(26), TAKEN),
    ("TRADE-1", cell(27), TAKEN | {"permitted_industries": "C13"}),
    ("BESIDE-1", cell(28), TAKEN),
    ("HALL-1", cell(29), TAKEN),
    ("STREET-1", cell(30), TAKEN | {"land_use_code": "1207"}),
    ("IDLE-1Y", cell(36), WAITING | {"enterprise_id": "F-1Y", "start_due_on": "2025-03-01"}),
    (
        "IDLE-2Y",
        cell(37),
        WAITING
        | {"enterprise_id": "F-2Y", "start_due_on": "2023-03", "idle_cause": "企业资金不足"},
    ),
    (
        "IDLE-LAND",
        cell(38),
        STOPPED | {"enterprise_id": "F-LAND", "developed_ha": 0.2, "invested_share": 0.5},
    ),
    (
        "IDLE-MONEY",
        cell(39),
        STOPPED
        | {
            "enterprise_id": "F-MONEY",
            "developed_ha": 0.5,
            "invested_share": 0.1,
            "development_state": "idle",
            "idle_cause": "政府原因",
        },
    ),
    ("BUSY-1", cell(40), STOPPED | {"enterprise_id": "F-BUSY", "stopped_on": "2026-06-30"}),
    ("UNDATED-1", cell(41), WAITING | {"enterprise_id": "F-UNDATED"}),
    ("LIMIT-1", cell(48), FREE),
    ("FARM-1", cell(49), FREE),
    ("TOUCH-1", cell(50), FREE),
    ("ECO-1", cell(51), FREE | {"supply_state": "unapproved", "boundary_check": TOUCHED}),
    ("UNCHECKED-1", cell(52), FREE | {"boundary_check": ""}),
]
BOW_TIE = cell(42)

# The red lines. The boundary for building leaves out the upper 30 m of LIMIT-1.
LIMIT_M = ((-100, -100), (1600, -100), (1600, 700), (130, 700), (130, 570), (-100, 570))
_ROW_M = cell(48)[1], cell(48)[3]
LINES: list[tuple[str, str, Box]] = [
    ("FARM", "basic_farmland", (220, _ROW_M[0], 250, _ROW_M[1])),  # 20 m of FARM-1
    ("FARM-BESIDE", "basic_farmland", (252, _ROW_M[0], 260.05, _ROW_M[1])),  # 5 cm of TOUCH-1
    ("FARM-UNCHECKED", "basic_farmland", (490, _ROW_M[0], 510, _ROW_M[1])),  # 10 m of UNCHECKED-1
    ("ECO", "ecology", (380, _ROW_M[0], 480, _ROW_M[1])),  # all of ECO-1, as its record says
]

FIRMS: list[Record] = [
    {"enterprise_id": "F-SOUND", "industry_code": "C391"},
    {"enterprise_id": "F-LOW"},
    {"enterprise_id": "F-HIGH"},
    {"enterprise_id": "F-BUILDS", "parcel_id": "BUILT-ON-1", "stage": "construction"},
    {"enterprise_id": "F-TALKS", "parcel_id": "SOUND-FREE", "stage": "intent"},
    {"enterprise_id": "F-TWO-A", "parcel_id": "TWO-1"},
    {"enterprise_id": "F-TWO-B", "parcel_id": "TWO-1", "stage": "signed"},
    {"enterprise_id": "F-TRADE", "parcel_id": "TRADE-1", "industry_code": "C391"},
    {"enterprise_id": "F-BESIDE", "parcel_id": "BESIDE-1", "beside": 40.0},
    {"enterprise_id": "F-TENANT-A", "building_id": "HALL"},
    {"enterprise_id": "F-TENANT-B", "building_id": "HALL", "parcel_id": "HALL-1"},
    {"enterprise_id": "F-1Y"},
    {"enterprise_id": "F-2Y"},
    {"enterprise_id": "F-LAND"},
    {"enterprise_id": "F-MONEY"},
    {"enterprise_id": "F-BUSY"},
    {"enterprise_id": "F-UNDATED"},
    {"enterprise_id": "F-TRADELESS", "park_id": "YARD", "industry_code": "C99"},
    {"enterprise_id": "F-NOWHERE"},
    {"enterprise_id": "F-CODE", "park_id": "YARD", "uscc": "91653225MA0000001X"},
    {"enterprise_id": "F-SAME-A", "park_id": "YARD", "uscc": "91110000600037341L"},
    {"enterprise_id": "F-SAME-B", "park_id": "YARD", "uscc": "91110000600037341L"},
    {"enterprise_id": "F-NAME-A", "park_id": "YARD", "name_zh": "双名（和田）有限公司"},
    {"enterprise_id": "F-NAME-B", "park_id": "YARD", "name_zh": "双名(和田) 有限责任公司"},
]
FIRM_COLUMNS = (
    *("enterprise_id", "name_zh", "industry_code", "stage", "uscc"),
    *("park_id", "parcel_id", "building_id", "lon", "lat"),
)


def degrees(x: float, y: float) -> tuple[float, float]:
    """Return the longitude and latitude of metres east and north of the origin."""
    return round(ORIGIN[0] + x / EAST_M, 9), round(ORIGIN[1] + y / NORTH_M, 9)


def ring(box: Box) -> list[tuple[float, float]]:
    """Return the closed outline of a rectangle."""
    x, y, right, top = box
    return outline([(x, y), (right, y), (right, top), (x, top)])


def outline(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the closed outline with corners in metres."""
    return [degrees(*corner) for corner in (*corners, corners[0])]


def feature(properties: Record, ring: list[tuple[float, float]]) -> Record:
    """Return a GeoJSON feature of one ring."""
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def bow_tie() -> Record:
    """Return a plot whose sides cross in the middle of its square."""
    one, two, three, four, _ = ring(BOW_TIE)
    return feature({"parcel_id": "BOW-TIE-1", **COMMON, **FREE}, [one, three, two, four, one])


def red_lines() -> list[Record]:
    """Return the three lines, the boundary for building first."""
    limit = {"line_id": "LIMIT", "line_kind": "urban_development"}
    others = [feature({"line_id": key, "line_kind": k}, ring(box)) for key, k, box in LINES]
    return [feature(limit, outline(LIMIT_M)), *others]


def firm(record: Record) -> Record:
    """Return a firm as its row, its position reckoned."""
    row = {"stage": "operating", "name_zh": f"企业 {record['enterprise_id'][2:]}", **record}
    if "beside" in row:
        _, y, right, _ = cell(28)
        row["lon"], row["lat"] = degrees(right + row.pop("beside"), y + 50)
    return row


def write(target: Path) -> None:
    """Write the layers into a folder."""
    plots = [feature({"parcel_id": key, **COMMON, **r}, ring(b)) for key, b, r in PLOTS]
    yard = {"park_id": "YARD", "name_zh": "试验园", "kind": "industrial", "planned_area_mu": 2250}
    hall = {"building_id": "HALL", "parcel_id": "HALL-1", "state": "let"}
    county = {"adcode": "653226", "name_zh": "于田县"}
    layers = {
        "parcels": [*plots, bow_tie()],
        "parks": [feature(yard, ring((0, 0, *PARK_M)))],
        "buildings": [feature(hall, ring(at(29, dx=20, dy=0, width=40)))],
        "counties": [feature(county, ring((-5000, -5000, 5000, 5000)))],
        "red_lines": red_lines(),
    }
    for name, features in layers.items():
        lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in features)
        text = f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'
        (target / f"{name}.geojson").write_text(text, encoding="utf-8", newline="\n")
    with (target / "enterprises.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.DictWriter(stream, FIRM_COLUMNS, lineterminator="\n")
        rows.writeheader()
        rows.writerows(firm(record) for record in FIRMS)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
