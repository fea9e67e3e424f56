"""GeoParquet to a table, in bounded batches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import ImportRefused
from geo.importer.cells import check_size, numbered, to_cell
from geo.importer.gdal import from_wkb
from geo.importer.model import Cell, CrsEvidence, Table

MAX_BYTES = 1 << 30
"""Bytes that the values of a file may have unpacked (1 GiB)."""

_BATCH = 1_000  # few enough that even a bomb's next batch is not ruinous


def read_geoparquet(path: Path, *, name: str) -> list[Table]:
    """Return the one table of a GeoParquet file.

    Raises ``ImportRefused`` FILE_DAMAGED, GEOPARQUET_UNREADABLE (a Parquet file without
    geometry as WKB), ARCHIVE_TOO_LARGE, TOO_MANY_RECORDS or TOO_MANY_COLUMNS.
    """
    try:
        return [_read(path, name)]
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise ImportRefused("FILE_DAMAGED") from error


def _read(path: Path, name: str) -> Table:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        primary, stated = _geometry_column(schema)
        check_size(records=file.metadata.num_rows, columns=file.metadata.num_columns)
        places = [i for i, f in enumerate(schema) if f.name != primary and _is_plain(f.type)]
        cells, wkb = _cells(file, places, schema.names.index(primary))
    geometries, bad = from_wkb(wkb)
    return Table(
        name=Path(name).stem,
        format="geoparquet",
        headings=[schema.names[i] for i in places],
        columns=cells,
        rows=numbered(geometries),
        geometries=geometries,
        bad_geometry=bad,
        evidence=CrsEvidence(wkt=_crs(stated)),
    )


def _is_plain(kind: Any) -> bool:
    """Return whether a column is no second geometry and no bounding box."""
    types = pa.types
    return not (types.is_struct(kind) or types.is_binary(kind) or types.is_large_binary(kind))


def _geometry_column(schema: Any) -> tuple[str, dict[str, Any]]:
    """Return the column with the geometries and what the file says of it."""
    stated = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    primary = stated.get("primary_column") if isinstance(stated, dict) else None
    columns = stated.get("columns") if isinstance(stated, dict) else None
    column = columns.get(primary) if isinstance(columns, dict) else None
    if not isinstance(column, dict) or schema.names.count(primary) != 1:
        raise ImportRefused("GEOPARQUET_UNREADABLE")
    if str(column.get("encoding")).upper() != "WKB":
        raise ImportRefused("GEOPARQUET_UNREADABLE")
    return str(primary), column


def _cells(file: Any, places: list[int], primary: int) -> tuple[list[list[Cell]], np.ndarray]:
    cells: list[list[Cell]] = [[] for _ in places]
    shapes: list[bytes | None] = []
    size = 0
    for batch in file.iter_batches(batch_size=_BATCH):
        size += batch.nbytes
        if size > MAX_BYTES:
            raise ImportRefused("ARCHIVE_TOO_LARGE")
        shapes += batch.column(primary).to_pylist()
        for column, place in zip(cells, places, strict=True):
            column += [to_cell(value) for value in batch.column(place).to_pylist()]
    return cells, np.array(shapes, dtype=object)


def _crs(stated: dict[str, Any]) -> str | None:
    """Return the stated coordinate system; the format defines WGS84 where none is."""
    if "crs" not in stated:
        return "EPSG:4326"
    crs = stated["crs"]
    if not isinstance(crs, dict):
        return None
    identity = crs.get("id")
    if isinstance(identity, dict) and identity.get("authority") == "EPSG":
        return f"EPSG:{identity.get('code')}"
    if isinstance(identity, dict) and identity.get("code") == "CRS84":
        return "EPSG:4326"
    return str(gpd.GeoSeries([], crs=crs).crs.to_wkt())
