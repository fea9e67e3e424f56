"""Sample firms: named 示例企业 001 and so on, without credit codes, resembling no real firm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from shapely.geometry import Point

from .files import Record
from .plots import AS_OF, PRODUCTION, SOURCE, SUPPLIED, TODAY, Plot

SEED = 155_2043
COLUMNS = (
    "enterprise_id",
    "name_zh",
    "name_en",
    "industry_code",
    "stage",
    "stage_on",
    "chain",
    "chain_role",
    "adcode",
    "park_id",
    "parcel_id",
    "building_id",
    "origin_province",
    "product",
    "published_zh",
    "published_en",
    "landed_year",
    "invest_planned_wan",
    "invest_in_place_wan",
    "output_wan",
    "tax_wan",
    "energy_tce",
    "employees",
    "publish_name",
    "lon",
    "lat",
    "nature",
    "source",
    "as_of",
)
ADCODES = {"CL": "653225", "YT": "653226", "MF": "653227"}
PROVINCES = {
    "天津市": 22,
    "新疆维吾尔自治区": 17,
    "广东省": 14,
    "浙江省": 13,
    "福建省": 9,
    "江苏省": 7,
    "四川省": 6,
    "山东省": 6,
    "河北省": 4,
    "北京市": 2,
}
# GB/T 4754 group: chain, role in it.
TRADES: dict[str, tuple[str, str]] = {
    "C191": ("shoes", "upstream"),
    "C195": ("shoes", "core"),
    "C192": ("shoes", "downstream"),
    "C397": ("electronics", "upstream"),
    "C398": ("electronics", "upstream"),
    "C391": ("electronics", "core"),
    "C392": ("electronics", "core"),
    "C396": ("electronics", "core"),
    "C399": ("electronics", "downstream"),
    "C171": ("knitwear", "upstream"),
    "C176": ("knitwear", "core"),
    "C182": ("knitwear", "core"),
    "C183": ("knitwear", "downstream"),
    "C131": ("farm", "upstream"),
    "C135": ("farm", "core"),
    "C137": ("farm", "core"),
    "C143": ("farm", "downstream"),
    "C149": ("farm", "downstream"),
    "C30": ("", ""),
    "G543": ("", "service"),
    "G592": ("", "service"),
    "G593": ("farm", "service"),
}
PROSPECTS = (
    [("contact", "YT-SHOE", "C195")] * 3
    + [("contact", "CL-DIGI", "C398")] * 3
    + [("contact", "CL-TJ", "C137"), ("contact", "YT-TJ", "C176"), ("contact", "KNIT", "C176")]
    + [("contact", "TOY", "C245"), ("contact", "AGRI", "C137")]
    + [("intent", "CL-DIGI", "C396")] * 2
    + [("intent", "YT-SHOE", "C192"), ("intent", "CL-AGRI", "C143"), ("intent", "YT-TJ", "C182")]
    + [("contact", "", "C195"), ("intent", "", "C399")]
)
"""Firms without a plot: stage, park, group. The last two have no place at all, on purpose."""

INTENT_ON_APPROVED = 5
REACHED_BY: dict[str, tuple[str, ...]] = {
    "signed": (),
    "construction": ("started_on",),
    "operating": ("completed_on",),
    "closed": ("stopped_on", "completed_on"),
}
"""The date of a plot with which its firm reached a stage."""
TENANT_TRADES = {"YT-SHOE": "C195", "YT-TJ": "C182", "CL-DIGI": "C397", "CL-AGRI": "C137"}


def make_firms(plots: list[Plot], halls: list[Record]) -> list[Record]:
    """Return the sample firms; the plots of those with a plot receive their identifiers."""
    rng = Random(SEED)
    hall_plots = {hall["parcel_id"] for hall in halls}
    firms: list[Record] = []
    for draft, plot in _drafts(plots, halls, hall_plots, rng):
        number = len(firms) + 1
        firm = _identity(number, rng) | draft
        if plot is not None:
            _settle(firm, plot, number, rng)
        firms.append(firm)
    return firms


def _drafts(
    plots: list[Plot], halls: list[Record], hall_plots: set[str], rng: Random
) -> Iterator[tuple[Record, Plot | None]]:
    producing = [
        p for p in plots if p.record["land_use_code"] in PRODUCTION and p.key not in hall_plots
    ]
    for plot in producing:
        if plot.condition in SUPPLIED:
            yield _on_plot(plot, rng), plot
    offered = [p for p in producing if p.condition == "approved"]
    for plot in offered[:: len(offered) // INTENT_ON_APPROVED][:INTENT_ON_APPROVED]:
        yield (
            _prospect("intent", plot.park_id, _trade(plot, rng), rng) | {"parcel_id": plot.key},
            None,
        )
    for hall in halls:
        if hall["state"] in ("let", "partly_let"):
            yield _tenant(hall, rng), None
    for stage, park_id, group in PROSPECTS:
        yield _prospect(stage, park_id, group, rng), None


def _identity(number: int, rng: Random) -> Record:
    return {
        "enterprise_id": f"E-{number:03d}",
        "name_zh": f"示例企业 {number:03d}",
        "name_en": f"Sample firm {number:03d}",
        "origin_province": rng.choices(list(PROVINCES), list(PROVINCES.values()))[0],
        "publish_name": number % 19 != 0,
        "nature": "sample",
        "source": SOURCE,
        "as_of": AS_OF,
    }


def _trade(plot: Plot, rng: Random) -> str:
    """Return a group that the plot permits."""
    permitted = plot.record["permitted_industries"].split(";")
    return rng.choice([t for t in TRADES if any(t.startswith(code) for code in permitted)])


def _on_plot(plot: Plot, rng: Random) -> Record:
    stage = _stage(plot, rng)
    agreed = min(date.fromisoformat(plot.record["start_due_on"]) - timedelta(days=200), TODAY)
    on = next((plot.record[name] for name in REACHED_BY[stage] if name in plot.record), None)
    planned = plot.record["declared_area_mu"] * rng.uniform(60, 170)
    return {
        **_work(_trade(plot, rng), stage),
        **_sums(stage, planned, rng),
        "stage_on": on or agreed.isoformat(),
        "park_id": plot.park_id,
        "adcode": ADCODES[plot.key[:2]],
        "parcel_id": plot.key,
        "landed_year": agreed.year,
    }


def _stage(plot: Plot, rng: Random) -> str:
    if plot.condition in ("idle", "inefficient"):
        return rng.choice(("closed", "signed" if plot.condition == "idle" else "operating"))
    return {"built": "operating", "construction": "construction"}.get(plot.condition, "signed")


def _work(group: str, stage: str) -> Record:
    chain, role = TRADES.get(group, ("", ""))
    return {"industry_code": group, "stage": stage, "chain": chain, "chain_role": role}


def _sums(stage: str, planned: float, rng: Random) -> Record:
    share = {"operating": rng.uniform(0.75, 1.1), "construction": rng.uniform(0.3, 0.7)}
    sums: Record = {
        "invest_planned_wan": _tens(planned),
        "invest_in_place_wan": _tens(planned * share.get(stage, rng.uniform(0, 0.1))),
    }
    if stage != "operating" or rng.random() < 0.15:
        return sums
    output = planned * rng.uniform(0.5, 1.6)
    return sums | {
        "output_wan": _tens(output),
        "tax_wan": round(output * rng.uniform(0.01, 0.04)),
        "energy_tce": round(output * rng.uniform(0.02, 0.12)),
        "employees": round(planned / rng.uniform(18, 45)),
    }


def _tens(amount: float) -> int:
    """Return an amount to the nearest ten: sample sums must not look exact."""
    return round(amount / 10) * 10


def _settle(firm: Record, plot: Plot, number: int, rng: Random) -> None:
    """Give a third of the firms a position; some of these are known by position alone."""
    if number % 6 < 3:
        point = _inside(plot, rng)
        firm["lon"], firm["lat"] = point
    if number % 6 == 2:
        firm["park_id"] = firm["parcel_id"] = None
    elif number % 6 == 5 and number % 4 == 1:
        firm["parcel_id"] = None
        plot.record["enterprise_id"] = firm["enterprise_id"]
    else:
        plot.record["enterprise_id"] = firm["enterprise_id"]


def _inside(plot: Plot, rng: Random) -> tuple[float, float]:
    """Return a position near the middle of a plot, degrees."""
    left, top, right, bottom = plot.local.bounds
    centre = plot.local.representative_point()
    moved = Point(
        centre.x + rng.uniform(-0.15, 0.15) * (right - left),
        centre.y + rng.uniform(-0.15, 0.15) * (bottom - top),
    )
    inside = moved if plot.local.buffer(-12).contains(moved) else centre
    placed = plot.site.to_degrees(inside)
    return round(placed.x, 6), round(placed.y, 6)


def _tenant(hall: Record, rng: Random) -> Record:
    group = TENANT_TRADES[hall["park_id"]]
    return {
        **_work(group, "operating"),
        **_sums("operating", rng.uniform(800, 2_600), rng),
        "stage_on": f"{rng.randrange(2021, 2026)}-{rng.randrange(1, 13):02d}",
        "park_id": hall["park_id"],
        "adcode": ADCODES[hall["park_id"][:2]],
        "building_id": hall["building_id"],
    }


def _prospect(stage: str, park_id: str, group: str, rng: Random) -> Record:
    return {
        **_work(group, stage),
        "stage_on": f"2026-{rng.randrange(1, 11):02d}",
        "park_id": park_id,
        "adcode": ADCODES.get(park_id[:2], "") if "-" in park_id else "",
        "invest_planned_wan": _tens(rng.uniform(1_500, 12_000)) if stage == "intent" else None,
    }
