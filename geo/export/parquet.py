"""A layer as GeoParquet."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq

from geo.export.published import PublishedLayer, Written


def write_parquet(layer: PublishedLayer, _crs: str, target: Path) -> Written:
    """Write a GeoParquet 1.1 with a box for each record, so that a reader can skip rows.

    What is to be known of the layer stands in the key-value metadata of the file.
    """
    buffer = io.BytesIO()
    layer.frame.to_parquet(
        buffer, schema_version="1.1.0", write_covering_bbox=True, index=False, compression="zstd"
    )
    table = pq.read_table(buffer)
    told = {name.encode(): text.encode() for name, text in layer.metadata.items()}
    pq.write_table(
        table.replace_schema_metadata({**(table.schema.metadata or {}), **told}),
        target,
        compression="zstd",
    )
    return Written(len(layer.frame))
