"""The land-use map of a park on a sheet of A3, to scale, as PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from geo.errors import NotFound
from geo.export.typeset import REGIONS, typeset
from geo.profiles.family import family
from geo.query import Feature, Library, Snapshot
from geo.render.lettering import Line
from geo.render.looks import INK, Look, land_hatches, look_of
from geo.render.plane import Bbox, bbox_of, join_bboxes
from geo.render.print_map import LegendEntry, Sheet, draw_map, map_plane
from geo.render.shapes import Drawing
from geo.settings import Settings
from geo.storage.durable import write_whole
from geo.wording import Wording

MAP_MM = (300.0, 269.0)
"""Width and height of the map with its legend, on a sheet of 420 by 297."""

_NAME_MM = 2.0


@dataclass(frozen=True)
class PlanMap:
    """The outcome of a map: the file, its park, its scale, and from which snapshot."""

    path: Path
    park: str
    scale: int
    version: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as the JSON object that the command line tells."""
        return {**vars(self), "path": str(self.path)}


def write_plan_map(settings: Settings, park: str, target: Path, lang: str = "zh") -> PlanMap:
    """Write the land-use map of a park of the published staff edition and return what it is.

    A file of that name is replaced in one step.

    Raises
    ------
    NotFound
        ``NOT_PUBLISHED``; ``PLACE_UNKNOWN`` if there is no such park; ``MAP_NO_PLOTS`` if it
        has no plots.
    RunError
        As :func:`geo.export.typeset.typeset`.
    """
    snapshot = Library(settings.out).current("staff")
    body, scale = draw_plan_map(snapshot, park, Wording(lang))
    write_whole(target, body)
    return PlanMap(target, park, scale, snapshot.version)


def draw_plan_map(snapshot: Snapshot, park: str, w: Wording) -> tuple[bytes, int]:
    """Return the PDF and the denominator of its scale; errors as :func:`write_plan_map`."""
    parks = snapshot.of_kind("parks")
    if park not in parks:
        raise NotFound("PLACE_UNKNOWN", number=park[:60])
    inside = family(parks, park)
    plots = [f for f in snapshot.having("parcels", "park_id", inside) if _is_in(f, inside)]
    if not plots:
        raise NotFound("MAP_NO_PLOTS", park=park)
    uses = snapshot.site["codes"]["land_use"]
    looks = plot_looks(plots, uses)
    picture, scale = _picture(parks[park], plots, looks, uses, w)
    content = _content(snapshot, parks[park], plots, scale, w)
    on = date.fromisoformat(snapshot.site["as_of"])
    return typeset("plan_map", content, {"map": picture}, on=on), scale


def _is_in(plot: Feature, parks: set[str]) -> bool:
    return plot["geometry"] is not None and plot["properties"].get("park_id") in parks


def plot_looks(
    plots: Iterable[Feature], uses: Mapping[str, Mapping[str, Any]]
) -> dict[tuple[str, bool], Look]:
    """Return how plots look by class and whether they are samples.

    The colour is that of the standard; classes of one colour differ by their hatches, and a
    sample has white hairlines on top.
    """
    kinds = sorted({(_code(plot), _is_sample(plot)) for plot in plots})
    hatches = land_hatches((code for code, _ in kinds), uses)
    looks = {}
    for code, sample in kinds:
        hatch = replace(hatches[code], sample=sample)
        plain = hatch.texture == "plain" and not sample
        looks[code, sample] = Look(INK, 0.15, fill=hatch.fill if plain else hatch)
    return looks


def _code(plot: Feature) -> str:
    return str(plot["properties"].get("land_use_code") or "")


def _is_sample(plot: Feature) -> bool:
    return bool(plot["properties"].get("nature") == "sample")


def _picture(
    park: Feature,
    plots: Sequence[Feature],
    looks: Mapping[tuple[str, bool], Look],
    uses: Mapping[str, Mapping[str, Any]],
    w: Wording,
) -> tuple[str, int]:
    name = w.pick(park["properties"], "name")
    legend = [
        LegendEntry(_legend_text(code, sample, uses, w), look, "area")
        for (code, sample), look in looks.items()
    ]
    title = w.t("planmap.title", name=name)
    sheet = Sheet(*MAP_MM, title=title, north=w.t("sheet.north"), legend=legend)
    extent = _extent(plots)
    drawings = [
        *(
            [Drawing(park["geometry"], look_of("parks", park["properties"]))]
            if _is_area(park)
            else ()
        ),
        *(_plot(plot, looks[_code(plot), _is_sample(plot)]) for plot in plots),
    ]
    return draw_map(drawings, sheet, extent=extent), map_plane(sheet, extent).scale


def _is_area(park: Feature) -> bool:
    geometry = park["geometry"]
    return geometry is not None and geometry["type"] in ("Polygon", "MultiPolygon")


def _plot(plot: Feature, look: Look) -> Drawing:
    name = ((Line(str(plot["id"]), _NAME_MM, INK),),)
    return Drawing(plot["geometry"], look, names=name, inside=True)


def _extent(plots: Iterable[Feature]) -> Bbox:
    boxes = [bbox_of(plot["geometry"]) for plot in plots]
    return join_bboxes(boxes)


def _legend_text(code: str, sample: bool, uses: Mapping[str, Mapping[str, Any]], w: Wording) -> str:
    text = f"{code} {w.pick(uses.get(code))}".strip()
    return w.t("sheet.remarked", text=text, remark=w.word("nature", "sample")) if sample else text


def _content(
    snapshot: Snapshot,
    park: Feature,
    plots: Sequence[Feature],
    scale: int,
    w: Wording,
) -> dict[str, Any]:
    site = snapshot.site["site"]
    layer = snapshot.layer_of("parcels")
    entry = next(one for one in snapshot.site["layers"] if one["id"] == layer)
    name = w.pick(park["properties"], "name")
    natures = {plot["properties"].get("nature") for plot in plots}
    notices = [w.t(f"export.has_{n}") for n in ("sample", "schematic") if n in natures]
    facts = {
        "scale": f"1:{scale:,}",
        "system": w.t("planmap.system_value"),
        "source": w.pick(entry["source"]),
        "as_of": entry["as_of"],
        "version": snapshot.version,
        "organiser": w.pick(site["organiser"]) or w.t("planmap.none"),
        "approval": site["map_approval"] or w.t("planmap.none"),
        "sheet": "A3",
    }
    title = w.t("planmap.title", name=name)
    return {
        "lang": w.lang,
        "region": REGIONS[w.lang],
        "title": title,
        "map_mm": MAP_MM,
        "author": w.pick(site["title"]),
        "notice": " ".join(notices),
        "area": w.t("planmap.area"),
        "headings": [w.t(f"planmap.column_{column}") for column in ("use", "plots", "ha", "mu")],
        "rows": _areas(snapshot, str(park["id"]), w),
        "facts": [[w.t(f"planmap.fact_{key}"), value] for key, value in facts.items()],
    }


def _areas(snapshot: Snapshot, park: str, w: Wording) -> list[list[str]]:
    """Return number and area of the plots by class, and in all, as the balance sheet has them.

    Empty for a snapshot without one: rounded for themselves, the rows would not add up.
    """
    try:
        sheets = snapshot.document("balance.json")["sheets"]
    except NotFound:
        return []
    found = next((s for s in sheets if s["scope"] == "park" and s["key"] == park), None)
    if found is None:
        return []
    classes = [row for group in found["levels"]["3"] for row in group["rows"]]
    rows = [(f"{row['code']} {w.pick(row['name'])}".strip(), row) for row in classes]
    return [_area(text, row) for text, row in [*rows, (w.t("report.total"), found["total"])]]


def _area(text: str, row: Mapping[str, Any]) -> list[str]:
    area = row["planned"]
    return [text, str(row["plots"]), f"{area['ha']:,.2f}", f"{area['mu']:,.2f}"]
