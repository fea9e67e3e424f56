"""The land-use balance sheet (用地平衡表) of every park, of each county and in all.

From the outlines of the plots, by classes of the guide of 2023 at all its levels. *Planned*
(规划) is the class of every plot. *Existing* (现状) is only known where works are finished:
the data have no field for the use of land before it is built on, so the table says how much
of the land that leaves out. Formulas and sources: docs/planning.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.analyse.land import (
    AREA_NOTE,
    CONSTRUCTION,
    HECTARE_M2,
    in_parks,
    measure_plots,
    names_by_park,
    natures_by,
    sums_by,
    unmeasured_by,
    within_bounds,
)
from geo.analyse.rounding import Path, round_tree
from geo.analyse.zones import measure_in_zones, zone_crs, zones_of_plots
from geo.codes import CodeList
from geo.families import Families
from geo.model import MU_M2

FORMAT = 1
LEVELS = (1, 2, 3)
"""Levels of the guide of 2023: two, four and six digits."""

GROUPS = ("construction", "other", "unknown")
"""Land above the 100 % line, land below it, and plots whose class the guide lacks."""

NOTES = (
    AREA_NOTE,
    "plan_note.existing_is_built",
    "plan_note.overlaps_counted",
    "plan_note.rounded",
)
"""What stands above the table."""

PLANE_NOTES = ("plan_note.area_plane", *NOTES[1:])
"""The same above the table of plane areas."""

Scope = tuple[dict[str, Any], pd.DataFrame]
"""What a sheet is about, as ``scope``, ``key`` and ``name``, and its plots."""

_HUNDREDTHS = 100
_ALL_PERCENT = 100 * _HUNDREDTHS
_UNITS = {"ha": HECTARE_M2, "mu": MU_M2}
_NO_AREAS = {unit: round_tree({}) for unit in _UNITS}


def describe_balance(
    parcels: gpd.GeoDataFrame,
    plots: pd.DataFrame,
    parks: pd.DataFrame,
    *,
    land_use: CodeList,
    counties: CodeList,
) -> dict[str, Any]:
    """Return the balance sheets in all, by county and by park, as JSON values.

    Parameters
    ----------
    parcels
        The plots in longitude and latitude. Plots that overlap count fully, each for itself.
    plots
        The same as :func:`geo.analyse.land.measure_plots` measures them on the ellipsoid.
    parks
        The parks; one includes the plots of all parks inside it.
    land_use, counties
        The guide of 2023, and the names of the counties.

    Returns
    -------
    dict
        ``notes`` (keys of texts for the heading), ``sheets`` (see :func:`balance_sheets`, each
        with ``scope``, ``key`` and ``name``), and ``empty``, the parks without a plot. ``plane``
        has ``notes`` and ``sheets`` of the plane areas, each with its ``zones``.
    """
    land = _classified(plots, land_use)
    zones = zones_of_plots(parcels, parks)
    measured = measure_plots(parcels.assign(zone=zones), partial(measure_in_zones, zones=zones))
    plane = _classified(measured, land_use)
    scopes = scopes_of(land, parks, counties)
    return {
        "format": FORMAT,
        "notes": list(NOTES),
        "sheets": _sheets(scopes, land_use),
        "empty": _without_plots(scopes, parks),
        "plane": {
            "notes": list(PLANE_NOTES),
            "sheets": _sheets(
                [
                    (head | {"zones": _zones(plots)}, plots)
                    for head, plots in scopes_of(plane, parks, counties)
                ],
                land_use,
            ),
        },
    }


def scopes_of(plots: pd.DataFrame, parks: pd.DataFrame, counties: CodeList) -> list[Scope]:
    """Return what has a sheet of its own, with its plots: all, counties, parks with a plot."""
    names = names_by_park(parks)
    found: list[Scope] = [({"scope": "all", "key": None, "name": None}, plots)]
    for adcode, land in _by_county(plots, parks):
        found.append(({"scope": "county", "key": adcode, "name": counties.label(adcode)}, land))
    for park, land in in_parks(plots, parks).items():
        if len(land):
            found.append(({"scope": "park", "key": park, "name": names[park]}, land))
    return found


def _zones(plots: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the zones that the measured plots lie in: number, meridian, coordinate system."""
    numbers = sorted(plots.loc[plots["m2"].notna(), "zone"].unique().tolist())
    return [{"zone": n, "meridian": 3 * n, "crs": zone_crs(n)} for n in numbers]


def _without_plots(scopes: list[Scope], parks: pd.DataFrame) -> list[str]:
    told = {head["key"] for head, _ in scopes if head["scope"] == "park"}
    return [park for park in Families.of(parks).lineage if park not in told]


def _sheets(scopes: list[Scope], land_use: CodeList) -> list[dict[str, Any]]:
    """Return the sheet of each scope, with what it is about."""
    sheets = balance_sheets([plots for _, plots in scopes], land_use)
    return [head | sheet for (head, _), sheet in zip(scopes, sheets, strict=True)]


def balance_sheets(parts: list[pd.DataFrame], land_use: CodeList) -> list[dict[str, Any]]:
    """Return the sheet of each part: its table at each level, and what its area is made of.

    Areas are in hectares and 亩 with two places, shares in percent of the construction land
    with two places. Every printed sum is the sum of its printed parts, at every level.

    Returns
    -------
    list of dict
        ``plots``; ``unmeasured``, plots without a sure outline, which are left out;
        ``natures``; ``existing``, ``None`` where nothing is built, else what is built and what
        is ``unrecorded``; ``levels``, for each a list of ``groups`` with ``rows``; ``total``.
    """
    sizes = [len(plots) for plots in parts]
    # All parts are added up in one pass: one for each of many parks costs by their number.
    plots = pd.concat(parts, ignore_index=True).assign(part=np.repeat(range(len(parts)), sizes))
    # Paths are numbered: to group by them as they are takes as long as all else.
    number, paths = pd.factorize(plots["path"], sort=True)
    land = plots.assign(path=number)[plots["m2"].notna()]
    found = _columns(land, list(paths), len(parts))
    unmeasured, natures = unmeasured_by(plots["part"], plots), natures_by(land["part"], land)
    return [
        {
            "plots": size,
            "unmeasured": unmeasured.get(part, []),
            "natures": _natures(natures.get(part, {})),
            "existing": columns.existing_summary(),
            "total": columns.values(()),
            "levels": {str(level): _table(columns, level, land_use) for level in LEVELS},
        }
        for part, (size, columns) in enumerate(zip(sizes, found, strict=True))
    ]


_COLUMNS = ("parcel_id", "park_id", "nature", "declared_area_mu", "zone", "m2", "is_built")

Areas = Mapping[str, dict[Path, int]]
"""Rounded hundredths by column (``ha``, ``mu``, ``share``) and place in the hierarchy."""


@dataclass(frozen=True)
class _Columns:
    """The rounded columns of one sheet, by place in the hierarchy of classes."""

    planned: Areas
    existing: Areas | None
    declared: dict[Path, int]
    compared: dict[Path, int]
    plots: dict[Path, int]
    with_declared: dict[Path, int]

    def values(self, node: Path) -> dict[str, Any]:
        """Return the columns of a class, a group (its first part) or of all (``()``)."""
        declared, compared = self.declared.get(node, 0), self.compared.get(node, 0)
        known = self.with_declared.get(node, 0)
        return {
            "plots": self.plots.get(node, 0),
            "planned": _printed(self.planned, node),
            "existing": None if self.existing is None else _printed(self.existing, node),
            "declared": {
                "plots": known,
                "without": self.plots.get(node, 0) - known,
                "mu": declared / _HUNDREDTHS if known else None,
                "measured_mu": compared / _HUNDREDTHS if known else None,
                "difference_mu": (declared - compared) / _HUNDREDTHS if known else None,
            },
        }

    def existing_summary(self) -> dict[str, float] | None:
        """Return the area that is built and the one whose present use nobody recorded."""
        if self.existing is None:
            return None
        summary = {}
        for unit in _UNITS:
            built = self.existing[unit].get((), 0)
            summary[f"built_{unit}"] = built / _HUNDREDTHS
            summary[f"unrecorded_{unit}"] = (self.planned[unit][()] - built) / _HUNDREDTHS
        return summary


def _classified(plots: pd.DataFrame, land_use: CodeList) -> pd.DataFrame:
    """Return the plots with ``path``: group and class at each level, a coarse class repeated."""
    codes = plots["land_use_code"].fillna("").astype(str)
    paths = {code: _path_of(code, land_use) for code in codes.unique()}
    # The plots are cut up by park, and each is told again in every sheet: costs by columns.
    needed = [name for name in _COLUMNS if name in plots.columns]
    return plots[needed].assign(path=codes.map(paths))


def _path_of(code: str, land_use: CodeList) -> Path:
    if not land_use.known(code):
        return ("unknown", *([code] * len(LEVELS)))
    group = "construction" if code[:2] in CONSTRUCTION else "other"
    return (group, *(code[: 2 * level] for level in LEVELS))


def _columns(land: pd.DataFrame, paths: Sequence[Path], parts: int) -> list[_Columns]:
    """Return the columns of each part of the land, which is numbered by ``part``.

    ``path`` is the number of one of the paths.
    """
    built = land[land["is_built"]]
    given = within_bounds(land, "parcels", "declared_area_mu")
    declared = land.assign(declared_area_mu=given)[given.notna()]
    planned, existing = _rounded_areas(land, paths), _rounded_areas(built, paths)
    stated = _hundredths(declared, paths, declared["declared_area_mu"])
    compared = _hundredths(declared, paths, declared["m2"] / MU_M2)
    counts, with_declared = _counts(land, paths), _counts(declared, paths)
    return [
        _Columns(
            planned=planned.get(part, _NO_AREAS),
            existing=existing.get(part),
            declared=round_tree(stated.get(part, {})),
            compared=round_tree(compared.get(part, {})),
            plots=counts.get(part, {}),
            with_declared=with_declared.get(part, {}),
        )
        for part in range(parts)
    ]


def _rounded_areas(land: pd.DataFrame, paths: Sequence[Path]) -> dict[int, Areas]:
    """Return the areas in hundredths of ha and 亩, and the share of construction land, by part."""
    areas: dict[int, dict[str, dict[Path, int]]] = {}
    for unit, m2 in _UNITS.items():
        for part, leaves in _hundredths(land, paths, land["m2"] / m2).items():
            areas.setdefault(part, {})[unit] = round_tree(leaves)
    is_above = np.array([path[0] == "construction" for path in paths], dtype=bool)
    above = land[is_above[land["path"]]]
    whole = above["part"].map(sums_by(above["part"], above["m2"])).astype("float64")
    above, whole = above[whole > 0], whole[whole > 0]
    for part, shares in _hundredths(above, paths, above["m2"] / whole * 100).items():
        areas[part]["share"] = round_tree(shares, total=_ALL_PERCENT)
    return dict(areas)


def _hundredths(
    land: pd.DataFrame, paths: Sequence[Path], values: pd.Series[float]
) -> dict[int, dict[Path, float]]:
    sums = (values * _HUNDREDTHS).groupby([land["part"], land["path"]]).sum()
    leaves: dict[int, dict[Path, float]] = {}
    for (part, path), value in zip(sums.index, sums.tolist(), strict=True):
        leaves.setdefault(part, {})[paths[path]] = value
    return leaves


def _counts(land: pd.DataFrame, paths: Sequence[Path]) -> dict[int, dict[Path, int]]:
    """Return how many plots every node of the hierarchy has, by part."""
    counts: dict[int, dict[Path, int]] = {}
    sizes = land.groupby(["part", "path"]).size()
    for (part, number), count in zip(sizes.index, sizes.tolist(), strict=True):
        own, path = counts.setdefault(part, {}), paths[number]
        for length in range(len(path) + 1):
            own[path[:length]] = own.get(path[:length], 0) + count
    return counts


def _printed(trees: Mapping[str, Mapping[Path, int]], node: Path) -> dict[str, float | None]:
    """Return area and share as they are printed; land below the line has no share."""
    above = node[:1] == ("construction",)
    shares = trees.get("share", {})
    return {
        "ha": trees["ha"].get(node, 0) / _HUNDREDTHS,
        "mu": trees["mu"].get(node, 0) / _HUNDREDTHS,
        "share": shares.get(node, 0) / _HUNDREDTHS if above and shares else None,
    }


def _table(columns: _Columns, level: int, land_use: CodeList) -> list[dict[str, Any]]:
    nodes = sorted((n for n in columns.plots if len(n) == level + 1), key=lambda n: n[1:])
    return [
        {
            "group": group,
            **columns.values((group,)),
            "rows": [
                {"code": node[-1], "name": land_use.label(node[-1])} | columns.values(node)
                for node in nodes
                if node[0] == group
            ],
        }
        for group in GROUPS
        if any(node[0] == group for node in nodes)
    ]


def _natures(areas: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return how much of the area is surveyed, schematic, a sample, largest first."""
    trees = {
        unit: round_tree({(nature,): area / m2 * _HUNDREDTHS for nature, area in areas.items()})
        for unit, m2 in _UNITS.items()
    }
    return [
        {"nature": nature, **{unit: trees[unit][(nature,)] / _HUNDREDTHS for unit in _UNITS}}
        for nature in sorted(areas, key=lambda n: (-areas[n], n))
    ]


def _by_county(plots: pd.DataFrame, parks: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Return the plots of each county: that of their park, else of the park around it."""
    own = parks.dropna(subset=["park_id", "adcode"]).drop_duplicates("park_id")
    codes = dict(zip(own["park_id"], own["adcode"], strict=True))
    lineage = Families.of(parks).lineage
    county = {
        park: next((codes[p] for p in line if p in codes), None) for park, line in lineage.items()
    }
    for adcode, land in plots.groupby(plots["park_id"].map(county)):
        yield str(adcode), land
