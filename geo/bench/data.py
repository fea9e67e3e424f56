"""A region of any size as a data directory: sample plots, firms and parks, the rest as bundled.

The same size and seed give the same bytes. Nothing here is real or sounds so: firms are called
示例企业 0000001, every record is of the nature ``sample``.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.bench.cadastre import BLOCK_M, ROAD_M, make_cadastre, to_degrees, to_metres
from geo.settings import BUNDLED_LAYERS

_BLOCKS_A_SIDE = 4
"""A park is a square of so many blocks: about 180 plots."""

_DIGITS = 7
_COPIED = ("*.csv", "*.toml", "logistics.geojson", "codes/*.csv")
_LEFT_OUT = ("enterprises.csv", "story.toml")
_MADE = ("parks", "parcels", "enterprises")
_COUNTY = "653225"
_SOURCE = "示例数据 / Sample data (geo/bench/data.py)"
_NO_HALLS = '{"type":"FeatureCollection","features":[]}\n'
_INDUSTRIES = ("C13", "C137", "C149", "C182", "C195", "G592")
_ORIGINS = ("北京市", "天津市", "江苏省", "浙江省", "广东省")
_STAGES = ("operating", "construction", "signed", "intent")
_BY_POSITION, _BY_PLOT = 0.8, 0.05


def write_region(directory: Path, *, plots: int, firms: int, seed: int = 0) -> None:
    """Write a data directory with so many plots and firms; it must not exist yet.

    Four of five firms have a position inside a plot, one of twenty names its plot (each plot
    at most once), the others only their park. Parks, plots and firms are GeoParquet files,
    as of a large register; there are no halls.
    """
    random = np.random.default_rng(seed)
    directory.mkdir(parents=True)
    _copy_bundled(directory)
    land = _make_plots(plots, random, seed)
    made = {
        "parks": _make_parks(land),
        "parcels": land.drop(columns=["column", "row"]),
        "enterprises": _make_firms(land, firms, random),
    }
    for name, frame in made.items():
        frame.assign(nature="sample", source=_SOURCE, as_of="2026-11").to_parquet(
            directory / f"{name}.parquet", index=False, compression="zstd"
        )


def _copy_bundled(directory: Path) -> None:
    """Copy what does not depend on the size, and name the files of what does."""
    for pattern in _COPIED:
        for path in sorted(BUNDLED_LAYERS.glob(pattern)):
            if path.name not in _LEFT_OUT:
                target = directory / path.relative_to(BUNDLED_LAYERS)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(path, target)
    (directory / "buildings.geojson").write_text(_NO_HALLS, encoding="utf-8")
    catalog = directory / "catalog.toml"
    text = catalog.read_text(encoding="utf-8")
    for name in _MADE:
        for ending in ("geojson", "csv"):
            text = text.replace(f'file = "{name}.{ending}"', f'file = "{name}.parquet"')
    catalog.write_text(text, encoding="utf-8")


def _make_plots(count: int, random: np.random.Generator, seed: int) -> gpd.GeoDataFrame:
    """Return the plots, each with the ``column`` and ``row`` of its park, in order of the key."""
    shapes = make_cadastre(count, seed=seed, digits=_DIGITS).geometry
    places = to_metres(shapely.get_coordinates(shapely.centroid(shapes.to_numpy())))
    column, row = (places / _park_size() + 1e-9).astype(int).T
    park = pd.Series([f"P{y:03}{x:03}" for x, y in zip(column, row, strict=True)])
    number = park.groupby(park).cumcount() + 1
    supplied = random.random(count) < 0.8
    progress = random.choice(["built", "construction"], count, p=[0.8, 0.2])
    offered = ~supplied & (random.random(count) < 0.5)
    land = {
        "parcel_id": park + number.map("-{:03}".format),
        "park_id": park,
        "land_use_code": random.choice(["100101", "100102", "1101"], count),
        "supply_state": np.select([supplied, offered], ["supplied", "approved"], "reserved"),
        "development_state": np.where(supplied, progress, "not_started"),
        "net_land": ~supplied,
        "far_min": random.choice([0.8, 1.0, 1.2], count),
        "far_max": 2.5,
        "permitted_industries": pd.Series("C13;C14;C18", index=park.index).where(offered),
        "utilities": "power:10 kV:1600 kVA:on site; water:DN200::on site; gas:none",
        "reference_price_wan_per_mu": np.where(offered, random.integers(6, 20, count), np.nan),
        **{"column": column, "row": row},
    }
    frame = gpd.GeoDataFrame(land, geometry=shapes, crs="EPSG:4326")
    return frame.sort_values("parcel_id", ignore_index=True)


def _make_parks(land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the squares around the plots, up to a third of the road that parts them."""
    parks = land[["park_id", "column", "row"]].drop_duplicates("park_id", ignore_index=True)
    corner = parks[["column", "row"]].to_numpy() * _park_size()
    unit = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
    margin = ROAD_M / 3
    rings = corner[:, None, :] - margin + unit * (_park_size() - ROAD_M + 2 * margin)
    outlines = shapely.polygons(to_degrees(rings, digits=_DIGITS))
    facts = {
        "park_id": parks["park_id"],
        "name_zh": "示例园区 " + parks["park_id"],
        "name_en": "Sample park " + parks["park_id"],
        "adcode": _COUNTY,
        "kind": "industrial",
        "opened_year": 2016,
    }
    return gpd.GeoDataFrame(facts, geometry=outlines, crs="EPSG:4326")


def _make_firms(
    land: gpd.GeoDataFrame, count: int, random: np.random.Generator
) -> gpd.GeoDataFrame:
    """Return firms of supplied plots only: a firm elsewhere would be an error of the data."""
    supplied = land[land["supply_state"] == "supplied"].reset_index(drop=True)
    plot = random.integers(0, len(supplied), count)
    way = random.random(count)
    number = pd.Series(np.arange(1, count + 1))
    by_plot = (way >= _BY_POSITION) & (way < _BY_POSITION + _BY_PLOT)
    # A plot that two firms name is an error, too: the first of them keeps it.
    by_plot &= ~pd.Series(np.where(by_plot, plot, -1 - number)).duplicated().to_numpy()
    stage = random.choice(_STAGES, count, p=[0.75, 0.1, 0.1, 0.05])
    landed = random.integers(2012, 2026, count)
    facts: dict[str, Any] = {
        "enterprise_id": number.map("E{:07}".format),
        "name_zh": number.map("示例企业 {:07}".format),
        "name_en": number.map("Sample firm {:07}".format),
        "industry_code": random.choice(_INDUSTRIES, count),
        "stage": stage,
        "stage_on": pd.Series(landed).map(str),
        "adcode": _COUNTY,
        "park_id": supplied["park_id"].to_numpy()[plot],
        "parcel_id": supplied["parcel_id"].iloc[plot].reset_index(drop=True).where(by_plot),
        "origin_province": random.choice(_ORIGINS, count),
        "landed_year": landed,
        "invest_planned_wan": random.integers(100, 20_000, count).astype(float),
        "employees": random.integers(5, 500, count),
        "publish_name": random.random(count) < 0.95,
    }
    places = gpd.GeoSeries(_inside(supplied, plot, random), crs="EPSG:4326")
    return gpd.GeoDataFrame(facts, geometry=places.where(way < _BY_POSITION, None))


def _inside(land: gpd.GeoDataFrame, plot: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a point well inside each plot that is named by its row."""
    corners = shapely.get_coordinates(land.geometry.to_numpy()).reshape(len(land), -1, 2)
    middle = corners[:, :4].mean(axis=1)[plot]
    corner = corners[plot, random.integers(0, 4, len(plot))]
    share = random.uniform(0, 0.8, (len(plot), 1))
    return np.asarray(shapely.points(np.round(middle + share * (corner - middle), _DIGITS)))


def _park_size() -> np.ndarray:
    """Return the metres from one park to the next, east and north."""
    return (np.array(BLOCK_M) + ROAD_M) * _BLOCKS_A_SIDE
