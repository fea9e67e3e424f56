"""GeoParquet 1.1 to features and back: a layer file for registers that outgrow text."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geo.model import KINDS, Entry
from geo.storage.arrow import take_columns
from geo.storage.columns import UNPARSED, add_record, add_shapes, drawn_shapes, typed_columns
from geo.storage.geojson import Features, GeoJSONFault

_BATCH = 10_000
_MAX_UNPACKED = 2 << 30
_GEOMETRY = "geometry"
_TYPES = {
    "str": pa.string(),
    "date": pa.string(),
    "float": pa.float64(),
    "int": pa.int64(),
    "bool": pa.bool_(),
}


def parse_parquet(body: bytes, entry: Entry) -> Features:
    """Return the records of a Parquet file, and its geometries if the entry is a layer.

    Raises ``GeoJSONFault`` with a reason if it is no Parquet file, has no geometry as WKB
    that GeoParquet describes, or would grow beyond 2 GiB.
    """
    try:
        with pq.ParquetFile(io.BytesIO(body)) as file:
            return _parse(file, entry)
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        if isinstance(error, GeoJSONFault):
            raise
        raise GeoJSONFault("not_parquet") from error


def parquet_bytes(frame: pd.DataFrame, entry: Entry) -> bytes:
    """Return a frame in EPSG:4326 as a GeoParquet file; a table as plain Parquet."""
    types = {spec.name: _TYPES[spec.dtype] for spec in KINDS[entry.kind].all_fields}
    types[UNPARSED] = pa.string()
    columns = typed_columns(frame, entry)
    arrays = {name: pa.array(values, types[name]) for name, values in columns.items()}
    shapes = drawn_shapes(frame, entry)
    metadata = None
    if shapes is not None:
        arrays[_GEOMETRY] = pa.array(shapely.to_wkb(shapes), pa.binary())
        metadata = {"geo": json.dumps(geo_metadata(_GEOMETRY))}
    stream = io.BytesIO()
    pq.write_table(pa.table(arrays, metadata=metadata), stream, compression="zstd")
    return stream.getvalue()


def geo_metadata(column: str) -> dict[str, Any]:
    """Return what GeoParquet says of one column in longitude and latitude of WGS84."""
    # Without ``crs`` the standard means OGC:CRS84.
    described = {"encoding": "WKB", "geometry_types": []}
    return {"version": "1.1.0", "primary_column": column, "columns": {column: described}}


def _parse(file: pq.ParquetFile, entry: Entry) -> Features:
    kind = KINDS[entry.kind]
    column = _geometry_column(file.schema_arrow) if kind.is_layer and not entry.package else None
    features = Features(crs=_crs(file.schema_arrow, column) if column else ...)
    names = [f.name for f in file.schema_arrow if f.name != column and not _is_nested(f.type)]
    table = _unpacked(file, [*names, *([column] if column else [])])
    features.columns = take_columns(table, kind)
    rest = table.select(
        [n for n in names if n not in features.columns and not _says_nothing(n, table)]
    )
    if rest.num_columns:
        for record in rest.to_pylist():
            add_record(features, record)
    else:
        features.records = [{} for _ in range(len(table))]
    bodies = table.column(column).to_pylist() if column else [None] * len(table)
    add_shapes(features, bodies, allowed=kind.geometry)
    return features


def _unpacked(file: pq.ParquetFile, names: list[str]) -> pa.Table:
    batches = []
    size = 0
    for batch in file.iter_batches(_BATCH, columns=names):
        size += batch.nbytes
        if size > _MAX_UNPACKED:
            raise GeoJSONFault("too_large")
        batches.append(batch)
    schema = pa.schema([file.schema_arrow.field(name) for name in names])
    return pa.Table.from_batches(batches, schema) if batches else schema.empty_table()


def _says_nothing(name: str, table: pa.Table) -> bool:
    return name == UNPARSED and bool(table.column(name).null_count == len(table))


def _is_nested(kind: pa.DataType) -> bool:
    """Return whether a column is a bounding box or a second geometry, no field."""
    return bool(pa.types.is_struct(kind) or pa.types.is_binary(kind))


def _described(schema: pa.Schema) -> dict[str, Any]:
    described = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    return described if isinstance(described, dict) else {}


def _geometry_column(schema: pa.Schema) -> str:
    described = _described(schema)
    name = described.get("primary_column")
    columns = described.get("columns")
    about = columns.get(name) if isinstance(columns, dict) and isinstance(name, str) else None
    if not isinstance(about, dict) or about.get("encoding") != "WKB" or name not in schema.names:
        raise GeoJSONFault("not_geoparquet")
    return str(name)


def _crs(schema: pa.Schema, column: str) -> Any:
    """Return the coordinate system in the form of GeoJSON's old ``crs`` member."""
    about = _described(schema)["columns"][column]
    if "crs" not in about:
        return {"properties": {"name": "EPSG:4326"}}
    identity = about["crs"].get("id") if isinstance(about["crs"], dict) else None
    if not isinstance(identity, dict):
        return ...  # not stated: the catalogue has to
    return {"properties": {"name": f"{identity.get('authority')}:{identity.get('code')}"}}
