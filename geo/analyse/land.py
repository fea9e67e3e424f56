"""What balance sheet, rates and indicators have in common: plots as measured land."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import ellipsoidal_area_m2
from geo.families import Families
from geo.model import BUILT_STATES, KINDS, MU_M2

HECTARE_M2 = 10_000
CONSTRUCTION = frozenset(f"{number:02}" for number in range(7, 17))
"""Top classes that are construction land; 06 (农业设施建设用地) is farm land by law."""

AREA_NOTE = "plan_note.area_ellipsoidal"
"""Which area is meant: it stands in the heading of every table."""

Measure = Callable[[gpd.GeoSeries], "pd.Series[float]"]
"""What measures outlines in longitude and latitude, in square metres."""


def measure_plots(
    parcels: gpd.GeoDataFrame, measure: Measure = ellipsoidal_area_m2
) -> pd.DataFrame:
    """Return the plots without geometry, with ``m2`` and ``is_built``, sorted by key.

    ``m2`` is the area, by default that on the ellipsoid of CGCS2000, NaN where the outline is
    missing or crosses itself: such a plot has no sure area. Input is longitude and latitude.
    """
    shapes = parcels.geometry.to_numpy()
    usable = shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)
    areas = np.full(len(parcels), np.nan)
    areas[usable] = measure(parcels.geometry[usable])
    plots = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    built = plots["development_state"].isin(BUILT_STATES)
    return plots.assign(m2=areas, is_built=built).sort_values("parcel_id", ignore_index=True)


def in_parks(plots: pd.DataFrame, parks: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the plots of each park with those of all parks inside it.

    In the order of the parks; one without a plot has an empty frame.
    """
    families = Families.of(parks)
    groups = dict(list(families.members(plots, plots["park_id"]).groupby("family")))
    empty = plots.iloc[:0]
    return {park: groups.get(park, empty) for park in families.lineage}


def within_bounds(frame: pd.DataFrame, kind: str, field: str) -> pd.Series[float]:
    """Return a field's numbers, NaN for those that its kind does not allow.

    VALUE_RANGE tells of them; a slip of the keyboard must not decide a sum.
    """
    spec = KINDS[kind].spec(field)
    values = pd.to_numeric(frame[field], errors="coerce").astype("float64")
    least = -np.inf if spec.minimum is None else spec.minimum
    most = np.inf if spec.maximum is None else spec.maximum
    return values.where(values.between(least, most) & np.isfinite(values))


def areas_of(square_metres: float) -> dict[str, float]:
    """Return an area in hectares and 亩, with four and two places."""
    return {
        "ha": round(square_metres / HECTARE_M2, 4),
        "mu": round(square_metres / MU_M2, 2),
    }


def sums_by(groups: pd.Series[Any], values: pd.Series[float]) -> dict[Any, float]:
    """Return the sum of the values of each group, which none of them lacks, in one pass.

    Each is added up as a column of its own, so it is to the last bit what ``values.sum()``
    of the group alone is; the sums of a ``groupby`` are added up in another way.
    """
    codes, names = pd.factorize(groups)
    counts = np.bincount(codes, minlength=len(names))
    ends = np.cumsum(counts)
    ordered = values.to_numpy()[np.argsort(codes, kind="stable")]
    spans = zip(names, ends - counts, ends, strict=True)
    return {name: float(ordered[start:end].sum()) for name, start, end in spans}


def counts_by(groups: pd.Series[Any]) -> dict[Any, int]:
    """Return how many rows each group has."""
    return {name: int(count) for name, count in groups.value_counts().items()}


def natures_by(groups: pd.Series[Any], plots: pd.DataFrame) -> dict[Any, dict[str, float]]:
    """Return the area in m² of each group of plots by nature, in the order of their names."""
    natures = plots["nature"].fillna("").astype(str)
    areas: dict[Any, dict[str, float]] = {}
    sums = plots["m2"].groupby([groups, natures]).sum()
    for (group, nature), area in zip(sums.index, sums.tolist(), strict=True):
        areas.setdefault(group, {})[str(nature)] = area
    return areas


def unmeasured_by(groups: pd.Series[Any], plots: pd.DataFrame) -> dict[Any, list[str]]:
    """Return the keys of the plots of each group that have no sure area, if they have a key."""
    open_ = plots["m2"].isna()
    keys: dict[Any, list[str]] = {}
    for group, key in zip(groups[open_], plots.loc[open_, "parcel_id"], strict=True):
        if isinstance(key, str):
            keys.setdefault(group, []).append(key)
    return keys


def named(row: Any, fields: Sequence[str] = ("name_zh", "name_en")) -> dict[str, str]:
    """Return the name of a record in both languages, Chinese where English is missing."""
    zh, en = (row[name] if isinstance(row[name], str) else "" for name in fields)
    return {"zh": zh, "en": en or zh}


def names_by_park(parks: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the name of each park in both languages, by its key."""
    records = records_of(parks[["park_id", "name_zh", "name_en"]].dropna(subset="park_id"))
    # Of records with one key the first counts, so it is put in last.
    return {record["park_id"]: named(record) for record in reversed(records)}


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by column name."""
    columns = [frame[name].astype("object").tolist() for name in frame.columns]
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def number_of(row: Mapping[str, Any] | None, name: str | None) -> float | None:
    """Return a number of a record, ``None`` if it is missing."""
    value = row[name] if row is not None and name else None
    return None if value is None or pd.isna(value) else float(value)


def text_of(value: object) -> str | None:
    """Return a text, ``None`` for what stands for a missing one."""
    return value if isinstance(value, str) else None
