"""tipg over PostGIS: tiles and features of the same plots, as the peer answers them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import psycopg
from shapely import MultiPolygon, set_srid, to_wkb

from geo.bench import postgis
from geo.bench.processes import free_port, serving

TABLE = "parcels"
_COLUMNS = ("parcel_id", "park_id", "land_use_code", "supply_state", "development_state", "nature")
_SERVE = """
import os, sys
os.environ["DATABASE_URL"] = sys.argv[1]
import uvicorn
uvicorn.run("tipg.main:app", host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


def is_installed() -> bool:
    """Return whether tipg, its server and a PostGIS are there."""
    modules = all(importlib.util.find_spec(name) for name in ("tipg", "uvicorn"))
    return modules and postgis.is_installed()


@contextmanager
def serving_plots(file: Path) -> Iterator[str]:
    """Serve the plots of a GeoParquet file by tipg from an indexed table; yield host and port."""
    with postgis.serving() as url:
        _load(gpd.read_parquet(file), url)
        port = free_port()
        with serving([sys.executable, "-c", _SERVE, url, str(port)], port, "/healthz") as host:
            yield host


def tile_path(z: int, x: int, y: int) -> str:
    """Return the address of a tile."""
    return f"/collections/public.{TABLE}/tiles/WebMercatorQuad/{z}/{x}/{y}"


def items_path(bbox: str, limit: int) -> str:
    """Return the address of the features in a box of degrees."""
    return f"/collections/public.{TABLE}/items?f=geojson&limit={limit}&bbox={bbox}"


def _load(plots: gpd.GeoDataFrame, url: str) -> None:
    fields = ", ".join(f"{name} text" for name in _COLUMNS)
    copied = ", ".join((*_COLUMNS, "geom"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {TABLE} ({fields}, geom geometry(MultiPolygon, 4326))")
        with connection.cursor().copy(f"COPY {TABLE} ({copied}) FROM STDIN") as copy:
            for row in _rows(plots):
                copy.write_row(row)
        connection.execute(f"CREATE INDEX ON {TABLE} USING gist (geom)")
        connection.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (parcel_id)")
        connection.execute(f"VACUUM ANALYZE {TABLE}")


def _rows(plots: gpd.GeoDataFrame) -> Iterator[tuple[str | None, ...]]:
    shapes = [s if s.geom_type == "MultiPolygon" else MultiPolygon([s]) for s in plots.geometry]
    places = to_wkb(set_srid(shapes, 4326), hex=True, include_srid=True)
    columns = [plots[name].astype(object).where(plots[name].notna(), None) for name in _COLUMNS]
    yield from zip(*columns, places, strict=True)
