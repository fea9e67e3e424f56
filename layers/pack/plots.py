"""Sample plots: what each piece of a plan is used for, its state, dates and conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from shapely.geometry import Polygon

from .files import Record
from .ground import Site, area_mu
from .layout import Piece, Plan, lay_out

AS_OF = "2026-11"
TODAY = date(2026, 11, 15)
"""The day the sample is written for; all its dates are consistent with it."""

SOURCE = "示例数据 / sample data (layers/build_pack.py)"
PRODUCTION = ("100101", "100102", "100103", "110101")

# Shares of the conditions of plots, by how far their block has come.
MIX: dict[str, dict[str, int]] = {
    "core": {
        "built": 42,
        "construction": 9,
        "not_started": 5,
        "suspected_idle": 2,
        "idle": 3,
        "inefficient": 4,
        "approved": 17,
        "announced": 10,
        "pending": 8,
    },
    "growing": {
        "built": 14,
        "construction": 14,
        "not_started": 8,
        "suspected_idle": 3,
        "idle": 2,
        "approved": 30,
        "announced": 12,
        "pending": 9,
        "reserved": 8,
    },
    "new": {
        "construction": 5,
        "not_started": 4,
        "approved": 34,
        "announced": 12,
        "pending": 15,
        "unapproved": 18,
        "reserved": 12,
    },
    "fringe": {"unapproved": 62, "reserved": 38},
}
SUPPLIED = ("built", "construction", "not_started", "suspected_idle", "idle", "inefficient")


@dataclass
class Plot:
    """A sample plot: its record, its shape in the plan's metres and in degrees."""

    record: Record
    local: Polygon
    shape: Polygon
    site: Site
    condition: str

    @property
    def key(self) -> str:
        """The plot's identifier."""
        return str(self.record["parcel_id"])

    @property
    def park_id(self) -> str:
        """The innermost park of the plot."""
        return str(self.record["park_id"])


def make_plots(plan: Plan, site: Site) -> list[Plot]:
    """Return the sample plots of a plan, numbered within their park."""
    rng = Random(plan.seed + 1)
    pieces = lay_out(plan)
    conditions = _deal(pieces, rng)
    counts: dict[str, int] = defaultdict(int)
    plots = []
    for piece, condition in zip(pieces, conditions, strict=True):
        counts[piece.park_id] += 1
        shape = _oriented(site.to_degrees(piece.shape))
        record = {
            "parcel_id": f"{piece.park_id}-{counts[piece.park_id]:03d}",
            "park_id": piece.park_id,
            "land_use_code": piece.use,
            **_record(piece, condition, area_mu(shape), rng),
            "nature": "sample",
            "source": SOURCE,
            "as_of": AS_OF,
        }
        plots.append(Plot(record, piece.shape, shape, site, condition))
    return plots


def _oriented(shape: Polygon) -> Polygon:
    """Return the polygon with its outer ring counter-clockwise (RFC 7946)."""
    return shape.normalize().reverse()


def _deal(pieces: list[Piece], rng: Random) -> list[str]:
    """Return a condition for each piece: every phase gets its shares, in random order."""
    decks = {
        phase: _deck(mix, sum(p.phase == phase and _is_buildable(p.use) for p in pieces), rng)
        for phase, mix in MIX.items()
    }
    return [decks[p.phase].pop() if _is_buildable(p.use) else "works" for p in pieces]


def _deck(mix: dict[str, int], size: int, rng: Random) -> list[str]:
    cards = [name for name, share in mix.items() for _ in range(round(share * size / 100) or 1)]
    cards += [next(iter(mix))] * (size - len(cards))
    rng.shuffle(cards)
    return cards[:size]


def _is_buildable(use: str) -> bool:
    return use[:2] in ("09", "10", "11")


def _record(piece: Piece, condition: str, mu: float, rng: Random) -> Record:
    common: Record = {"declared_area_mu": mu}
    if condition == "works":
        return common | {
            "supply_state": "supplied",
            "development_state": "built",
            "supply_method": "划拨",
        }
    common |= _limits(piece.use) | {
        "permitted_industries": _permitted(piece),
        "utilities": _utilities(piece, condition, rng),
        "boundary_check": _boundary_check(condition),
    }
    if condition in SUPPLIED:
        return common | _supplied(condition, mu, rng)
    return common | _unsupplied(piece, condition, rng)


def _limits(use: str) -> Record:
    """Return planned limits; they are samples, not the standards of any county."""
    if use == "0901":
        return {"far_min": 0.8, "far_max": 2.0, "green_ratio_max": 0.3}
    low = 0.7 if use == "110101" else 1.0 if use == "100101" else 0.8
    return {
        "far_min": low,
        "far_max": 2.5 if use == "100101" else 2.0,
        "building_coefficient_min": 0.4,
        "green_ratio_max": 0.2,
    }


def _permitted(piece: Piece) -> str | None:
    """Return permitted GB/T 4754 codes; tanning (C191) only on class 3 industrial land."""
    if piece.use == "0901":
        return None
    if piece.use == "110101":
        return "G54;G58;G59"
    if piece.use == "100103":
        return "C191;C193;C195" if piece.park_id.startswith("YT") else "C30;C33"
    return {
        "CL-DIGI": "C391;C392;C396;C397;C398;C399",
        "CL-AGRI": "C13;C14",
        "YT-SHOE": "C195;C192",
        "YT-TJ": "C17;C18;C192;C195",
        "CL-TJ": "C13;C14;C30" if piece.use == "100102" else "C13;C14;C18",
    }[piece.park_id]


def _utilities(piece: Piece, condition: str, rng: Random) -> str | None:
    """Return what lies at the plot; a utility that is not listed is unknown."""
    if condition in ("unapproved", "reserved"):
        return rng.choice((None, None, f"power:10 kV::{rng.randrange(6, 20) * 100} m"))
    near = condition in SUPPLIED or piece.phase in ("core", "growing")
    parts = [
        f"power:10 kV:{rng.choice((800, 1250, 1600, 2000))} kVA:on site"
        if near
        else f"power:10 kV::{rng.randrange(2, 9) * 100} m",
        f"water:{rng.choice(('DN150', 'DN200', 'DN300'))}::"
        + ("on site" if near else f"{rng.randrange(1, 7) * 100} m"),
    ]
    if rng.random() < 0.75:
        parts.append(f"sewage:{rng.choice(('DN300', 'DN400'))}::{rng.randrange(0, 5) * 50 or 20} m")
    if rng.random() < 0.5:
        parts.append(rng.choice(("gas:none", "gas:none", f"gas:::{rng.randrange(3, 12) * 100} m")))
    if rng.random() < 0.3:
        parts.append("telecom:::on site")
    return "; ".join(parts)


def _boundary_check(condition: str) -> str | None:
    if condition in ("unapproved", "reserved"):
        return None
    lines = {"城镇开发边界": "内", "永久基本农田": "不涉及", "生态保护红线": "不涉及"}
    return "; ".join(f"{line}:{result}:2026-09:示例" for line, result in lines.items())


def _unsupplied(piece: Piece, condition: str, rng: Random) -> Record:
    state = "approved" if condition == "pending" else condition
    record: Record = {
        "supply_state": state,
        "development_state": "not_started",
        "net_land": condition in ("approved", "announced"),
    }
    if condition in ("unapproved", "reserved"):
        return record
    record["approval_no"] = f"示例批〔2026〕{rng.randrange(1, 90)}号"
    record["ready_on"] = _ready_on(condition, rng)
    record["term_years"] = 40 if piece.use == "0901" else 50
    record["supply_method"] = "挂牌出让" if piece.use == "0901" else rng.choice(METHODS)
    if condition != "pending" and rng.random() < 0.6:
        price = rng.uniform(18, 26) if piece.use == "0901" else rng.uniform(6.4, 9.6)
        record["reference_price_wan_per_mu"] = round(price, 1)
    return record


METHODS = ("挂牌出让", "挂牌出让", "弹性年期出让", "先租后让")


def _ready_on(condition: str, rng: Random) -> str:
    """Return when the plot can be handed over: now-ish if net, later if not."""
    months = rng.randrange(8, 20) if condition == "pending" else rng.randrange(-4, 6)
    return _iso(TODAY + timedelta(days=30 * months))


def _supplied(condition: str, mu: float, rng: Random) -> Record:
    record: Record = {
        "supply_state": "supplied",
        "development_state": condition,
        "supply_method": rng.choice(METHODS),
        "term_years": rng.choice((50, 50, 30)),
        "approval_no": f"示例批〔2026〕{rng.randrange(1, 90)}号",
        "contract_no": f"示例合同-{rng.randrange(1000, 9999)}",
        "cadastral_code": f"示例宗地-{rng.randrange(10000, 99999)}",
    }
    due = _start_due(condition, rng)
    record["start_due_on"] = _iso(due)
    record["completion_due_on"] = _iso(due + timedelta(days=730))
    return record | _progress(condition, due, mu, rng)


def _start_due(condition: str, rng: Random) -> date:
    first, last = {
        "built": (date(2017, 3, 1), date(2023, 9, 1)),
        "inefficient": (date(2014, 3, 1), date(2018, 9, 1)),
        "construction": (date(2025, 2, 1), date(2026, 5, 1)),
        "not_started": (date(2026, 12, 15), date(2027, 8, 1)),
        "suspected_idle": (date(2025, 4, 1), date(2025, 10, 1)),
        "idle": (date(2021, 4, 1), date(2023, 10, 1)),
    }[condition]
    return first + timedelta(days=rng.randrange((last - first).days))


def _progress(condition: str, due: date, mu: float, rng: Random) -> Record:
    hectares = mu / 15
    started = due + timedelta(days=rng.randrange(-60, 90))
    if condition in ("built", "inefficient"):
        far = rng.uniform(0.25, 0.5) if condition == "inefficient" else rng.uniform(0.82, 1.6)
        return {
            "started_on": _iso(started),
            "completed_on": _iso(started + timedelta(days=rng.randrange(300, 900))),
            "developed_ha": round(hectares, 2),
            "invested_share": 1,
            "far": round(far, 2),
            "building_coefficient": round(min(far, rng.uniform(0.38, 0.6)), 2),
            "green_ratio": round(rng.uniform(0.06, 0.2), 2),
            "office_ratio": round(rng.uniform(0.02, 0.07), 3),
        }
    if condition == "construction":
        return {
            "started_on": _iso(started),
            "developed_ha": round(hectares * rng.uniform(0.4, 0.9), 2),
            "invested_share": round(rng.uniform(0.3, 0.8), 2),
        }
    if condition == "idle":
        return {
            "started_on": _iso(started),
            "stopped_on": _iso(started + timedelta(days=rng.randrange(120, 300))),
            "developed_ha": round(hectares * rng.uniform(0.05, 0.3), 2),
            "invested_share": round(rng.uniform(0.03, 0.22), 2),
            "idle_cause": rng.choice(("企业原因（示例）", "政府原因（示例）")),
        }
    return {}


def _iso(day: date) -> str:
    return day.isoformat()


def features(plots: Iterable[Plot]) -> list[tuple[Record, Polygon]]:
    """Return the plots as records with their shapes in degrees."""
    return [(plot.record, plot.shape) for plot in plots]
