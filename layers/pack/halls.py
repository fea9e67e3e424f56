"""Sample factory halls for rent: rectangles inside a few built plots."""

from __future__ import annotations

from random import Random

from shapely import affinity
from shapely.geometry import Polygon, box

from .files import Record
from .ground import area_m2
from .plots import AS_OF, SOURCE, Plot

SEED = 20_261_122
SETBACK_M = 14
GAP_M = 16
SWAP = [0, 1, 1, 0, 0, 0]
# Series letter, park, number of halls on each of its plots.
SERIES = (
    ("A", "YT-SHOE", (3, 2)),
    ("B", "CL-DIGI", (3, 2)),
    ("C", "CL-AGRI", (2,)),
    ("D", "YT-TJ", (2,)),
)


def make_halls(plots: list[Plot]) -> list[tuple[Record, Polygon]]:
    """Return the halls with their records; some details stay unknown on purpose."""
    rng = Random(SEED)
    halls = []
    for letter, park_id, counts in SERIES:
        hosts = _hosts(plots, park_id, len(counts))
        number = 0
        for plot, count in zip(hosts, counts, strict=True):
            for local in _footprints(plot.local, count):
                number += 1
                shape = plot.site.to_degrees(local).normalize().reverse()
                halls.append((_record(f"{letter}-{number:02d}", plot, shape, rng), shape))
    return halls


def _hosts(plots: list[Plot], park_id: str, count: int) -> list[Plot]:
    """Return the largest built industrial plots of a park that are four-sided."""
    built = [
        plot
        for plot in plots
        if plot.park_id == park_id
        and plot.condition == "built"
        and plot.record["land_use_code"].startswith("10")
        and plot.local.area > 0.995 * plot.local.minimum_rotated_rectangle.area
    ]
    return sorted(built, key=lambda plot: (-plot.local.area, plot.key))[:count]


def _footprints(plot: Polygon, count: int) -> list[Polygon]:
    """Return that many equal rectangles side by side along the longer side of a plot."""
    left, top, right, bottom = plot.buffer(-SETBACK_M, join_style="mitre").bounds
    if bottom - top > right - left:
        turned = affinity.affine_transform(plot, [0, 1, 1, 0, 0, 0])
        return [
            affinity.affine_transform(f, [0, 1, 1, 0, 0, 0]) for f in _footprints(turned, count)
        ]
    depth = min(bottom - top, 72)
    width = (right - left - GAP_M * (count - 1)) / count
    starts = [left + n * (width + GAP_M) for n in range(count)]
    return [box(start, top, start + width, top + depth) for start in starts]


def _record(name: str, plot: Plot, shape: Polygon, rng: Random) -> Record:
    floors = rng.choice((1, 1, 2, 3))
    state = rng.choice(("vacant", "vacant", "partly_let", "let", "construction"))
    return {
        "building_id": f"HALL-{name}",
        "name_zh": f"示例厂房 {name}",
        "name_en": f"Sample hall {name}",
        "parcel_id": plot.key,
        "park_id": plot.park_id,
        "area_m2": round(area_m2(shape) * floors / 10) * 10,
        "floors": floors,
        "storey_height_m": rng.choice((8.1, 9.0)) if floors == 1 else 5.4,
        "floor_load_t_m2": rng.choice((None, None, 0.75, 1.5)),
        "goods_lifts": 0 if floors == 1 else rng.choice((2, 2, None)),
        "power_kva": rng.choice((630, 800, 1250, None)),
        "fire_class": rng.choice(("丙类", "丙类", "丁类", None)),
        "dormitory": rng.choice((True, False, None)),
        "rent_yuan_m2_month": rng.choice((4.0, 5.0, 6.0, None)),
        "ready_on": {"construction": "2027-06", "let": None}.get(state, "2026-12"),
        "state": state,
        "nature": "sample",
        "source": SOURCE,
        "as_of": AS_OF,
    }
