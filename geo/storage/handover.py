"""Hand the records of a large layer over to other processes: an Arrow file that they map.

It has what the published files of the layer are made of, in the order of the key, so it
stands for them where a version is told from another before they are written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import geopandas as gpd
import pyarrow as pa

from geo.render.geojson import in_order
from geo.storage.feature_files import CHUNK, Columns

_COLUMNS = b"feature columns"
_DTYPES = b"pandas dtypes"


def hand_over(path: Path, frame: gpd.GeoDataFrame, *, key: str, kind: str) -> None:
    """Write the records of a frame in EPSG:4326, which must not be empty.

    Raises
    ------
    ValueError
        As :func:`geo.storage.feature_files.write_features`.
    """
    ordered = in_order(frame, key=key, kind=kind)
    columns = Columns.of(ordered, key=key, kind=kind)
    table = pa.table(ordered.to_arrow(index=False))
    dtypes = {n: str(d) for n, d in ordered.dtypes.items() if n != ordered.geometry.name}
    told = {_COLUMNS: json.dumps(asdict(columns)), _DTYPES: json.dumps(dtypes)}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **told})
    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table, max_chunksize=CHUNK)


def read_columns(path: Path) -> Columns:
    """Return what the records of a handed over layer have."""
    with pa.memory_map(str(path)) as source:
        return Columns(**json.loads(pa.ipc.open_file(source).schema.metadata[_COLUMNS]))


def read_parts(path: Path) -> Iterator[gpd.GeoDataFrame]:
    """Yield the records of a handed over layer, at most :data:`CHUNK` at a time."""
    with pa.memory_map(str(path)) as source:
        file = pa.ipc.open_file(source)
        for number in range(file.num_record_batches):
            yield gpd.GeoDataFrame.from_arrow(pa.Table.from_batches([file.get_batch(number)]))


def read_fields(path: Path, names: Sequence[str]) -> gpd.GeoDataFrame:
    """Return those of the named columns that a handed over layer has, with the geometry."""
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
        chosen = [name for name in table.schema.names if name in {*names, "geometry"}]
        return gpd.GeoDataFrame.from_arrow(table.select(chosen))


def read_layer(path: Path) -> gpd.GeoDataFrame:
    """Return all records of a handed over layer, its columns of the types that they had."""
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
        frame = gpd.GeoDataFrame.from_arrow(table)
        # Of whole numbers and truths some of which are missing, Arrow makes something else.
        dtypes = json.loads(table.schema.metadata[_DTYPES])
        return frame.astype({n: d for n, d in dtypes.items() if str(frame[n].dtype) != d})
