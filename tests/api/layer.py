"""A small layer with gaps in its data, as a store and as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.feature_store import FeatureStore
from geo.storage.feature_files import write_features

STATES = ("offer", "built", "Built", "50% [a]_x", "于田", "", None)
DATES = ("2020", "2026-02", "2026-11-22", None)


@dataclass(frozen=True)
class Layer:
    """A store, its records by key, and their places."""

    store: FeatureStore
    records: dict[str, dict[str, Any]]
    places: dict[str, shapely.Geometry | None]


def make_layer(folder: Path, count: int = 120) -> Layer:
    """Return a layer of small squares, diamonds and points in a grid; some have no place."""
    rows = [_record(number) for number in range(count)]
    places = [_place(number) for number in range(count)]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=places, crs="EPSG:4326")
    frame["floors"] = frame["floors"].astype("Int64")
    frame["net"] = frame["net"].astype("boolean")
    path = folder / "layer.sqlite"
    write_features(path, frame, key="key", kind="parcels")
    keys = [row["key"] for row in rows]
    return Layer(
        FeatureStore(path),
        dict(zip(keys, rows, strict=True)),
        dict(zip(keys, places, strict=True)),
    )


def _record(number: int) -> dict[str, Any]:
    return {
        "key": f"K-{number:03}",
        "state": STATES[number % len(STATES)],
        "area": None if number % 5 == 0 else (number % 11) * 1.5,
        "floors": None if number % 4 == 0 else number % 3,
        "net": None if number % 3 == 0 else number % 2 == 0,
        "as_of": DATES[number % len(DATES)],
    }


def _place(number: int) -> shapely.Geometry | None:
    x, y = 81.0 + (number % 10) / 8, 36.5 + (number // 10) / 8
    if number % 7 == 0:
        return None
    if number % 7 == 1:
        return shapely.Point(x, y)
    if number % 2:
        return shapely.box(x, y, x + 0.1, y + 0.1)
    # A diamond: its box has corners that are not of it.
    corners = [(x + 0.05, y), (x + 0.1, y + 0.05), (x + 0.05, y + 0.1), (x, y + 0.05)]
    return shapely.Polygon(corners)
