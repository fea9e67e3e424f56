"""Regenerate the sample data and the drawn geometry of the bundled data pack.

``python layers/build_pack.py [DIRECTORY]`` writes parks.geojson, parcels.geojson,
buildings.geojson, logistics.geojson and enterprises.csv, by default beside this file. The same
input gives the same bytes. Facts are read from the CSV files in ``layers/pack/``; nothing that
is written here as sample or schematic is a fact.
"""

from __future__ import annotations

import sys
from pathlib import Path

import shapely
from pack import files, firms, halls, lines, plots
from pack.plans import PLANS
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).resolve().parent
INPUT = HERE / "pack"

# Symbols for what has no outline; the land port stands near 和田市, its site is not published.
MARKS = {"LANDPORT": Point(79.963, 37.232), "YT-CULT": Point(81.47133, 36.84839)}
NUMBERS: dict[str, type[int] | type[float]] = {"opened_year": int, "planned_area_mu": float}


def build(target: Path) -> None:
    """Write all generated files of the pack into a directory."""
    plotted = [plot for plan, site in PLANS for plot in plots.make_plots(plan, site)]
    built = halls.make_halls(plotted)
    sample = firms.make_firms(plotted, [record for record, _ in built])
    outlines = park_outlines(plotted)
    files.write_geojson(target / "parks.geojson", park_features(outlines))
    files.write_geojson(target / "parcels.geojson", plots.features(plotted))
    files.write_geojson(target / "buildings.geojson", built)
    files.write_geojson(target / "logistics.geojson", logistics_features(outlines))
    reported = files.read_csv(INPUT / "enterprises_published.csv")
    files.write_csv(target / "enterprises.csv", firms.COLUMNS, [*reported, *sample])


def park_outlines(plotted: list[plots.Plot]) -> dict[str, BaseGeometry]:
    """Return each tiled park as the exact union of its plots, inner parks included."""
    shapes: dict[str, list[BaseGeometry]] = {}
    for plan, _ in PLANS:
        for plot in plotted:
            if plot.park_id == plan.park_id or plot.park_id in plan.zones:
                shapes.setdefault(plan.park_id, []).append(plot.shape)
            if plot.park_id in plan.zones:
                shapes.setdefault(plot.park_id, []).append(plot.shape)
    return {name: _outline(parts) for name, parts in shapes.items()}


def _outline(parts: list[BaseGeometry]) -> BaseGeometry:
    return shapely.coverage_union_all(parts).normalize().reverse()


def park_features(
    outlines: dict[str, BaseGeometry],
) -> list[tuple[files.Record, BaseGeometry | None]]:
    """Return the parks of ``pack/parks.csv`` with outline, symbol or no geometry at all."""
    features = []
    for row in files.read_csv(INPUT / "parks.csv"):
        numbers = {column: parse(row[column]) for column, parse in NUMBERS.items() if row[column]}
        record = row | numbers | {"place_known": row["place_known"] == "true"}
        name = row["park_id"]
        features.append((record, outlines.get(name, MARKS.get(name))))
    return features


def logistics_features(
    outlines: dict[str, BaseGeometry],
) -> list[tuple[files.Record, BaseGeometry | None]]:
    """Return the facilities of ``pack/logistics.csv`` with their schematic lines and points."""
    shapes = lines.facility_shapes(outlines["CL-TJ"])
    rows = files.read_csv(INPUT / "logistics.csv")
    return [(row, shapes[row["facility_id"]]) for row in rows]


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
