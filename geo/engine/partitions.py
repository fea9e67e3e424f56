"""Areas and points as GeoParquet partitions that lie together, so that each is joined alone.

A folder has ``areas/NNNN.parquet`` and ``points/NNNN.parquet`` of each partition and, once joined,
``pairs/NNNN.parquet``. An area is in one partition, a point in every partition whose bounds it
touches: so each pair is found once, and no partition needs to know of another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.engine.pairs import NO_PAIRS, Areas, Pairs, Shapes, near_order

AREAS = 25_000
"""Areas of one partition, unless told otherwise: with ten points in each some 100 MB to join."""

BATCH = 1 << 18
"""Records that are read at a time."""

_GEOMETRY = "geometry"
_NUMBER = "number"
_SCHEMA = pa.schema([(_NUMBER, pa.int64()), (_GEOMETRY, pa.binary())])
_PAIRS = pa.schema([("point", pa.int64()), ("area", pa.int64())])


def write_partitions(
    folder: Path, areas: Shapes, parts: Iterable[Shapes], *, size: int = AREAS
) -> int:
    """Write areas and a stream of points as partitions, and return how many there are.

    All areas are held at once, of the points one part. Both are numbered in their order, in the
    coordinate system that they share. The folder is new or empty, else ``FileExistsError``.
    """
    for name in ("areas", "points"):
        (folder / name).mkdir(parents=True)
    shapes = np.asarray(gpd.GeoSeries(areas))
    bounds = _write_areas(folder, shapes, size)
    _write_points(folder, STRtree(shapely.box(*bounds.T)), len(bounds), parts)
    return len(bounds)


def read_shapes(path: Path, *, batch: int = BATCH) -> Iterator[NDArray[np.object_]]:
    """Yield the geometries of a GeoParquet file in bounded parts, in the order of the file."""
    with pq.ParquetFile(path) as file:
        column = json.loads(file.schema_arrow.metadata[b"geo"])["primary_column"]
        for records in file.iter_batches(batch, columns=[column]):
            yield _from_wkb(records.column(column))


def partition_names(folder: Path) -> list[str]:
    """Return the names of the files that each partition has in every subfolder."""
    return sorted(path.name for path in (folder / "areas").glob("*.parquet"))


def join_partition(folder: Path, name: str, *, threads: int | None = None) -> int:
    """Join one partition, write its pairs, and return how many there are.

    The file of pairs appears whole or not at all, so a partition may be joined again, or twice.
    """
    areas = pq.read_table(folder / "areas" / name)
    numbers = areas.column(_NUMBER).to_numpy()
    within = Areas(_from_wkb(areas.column(_GEOMETRY)), threads=threads)
    found = [NO_PAIRS]
    with pq.ParquetFile(folder / "points" / name) as points:
        for records in points.iter_batches(BATCH):
            point, area = within.pairs(_from_wkb(records.column(_GEOMETRY)))
            found.append(np.stack([records.column(_NUMBER).to_numpy()[point], numbers[area]]))
    pairs = np.concatenate(found, axis=1)
    _write_pairs(folder / "pairs" / name, pairs)
    return int(pairs.shape[1])


def read_pairs(folder: Path) -> Pairs:
    """Return the index pairs of all partitions that are joined, sorted by point, then area."""
    files = sorted((folder / "pairs").glob("*.parquet"))
    tables = [pq.read_table(file) for file in files]
    columns = [np.stack([t.column("point"), t.column("area")]) for t in tables]
    pairs = np.concatenate([NO_PAIRS, *columns], axis=1)
    return pairs[:, np.lexsort(pairs[::-1])]


def _write_areas(folder: Path, shapes: NDArray[np.object_], size: int) -> NDArray[np.float64]:
    """Write the areas that lie together into one file each; return the bounds of each file."""
    numbers = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    ordered = numbers[near_order(shapes[numbers])]
    bounds = []
    for partition, start in enumerate(range(0, len(ordered), size)):
        part = np.sort(ordered[start : start + size])
        bounds.append(shapely.total_bounds(shapes[part]))
        with _writer(folder / "areas", partition, bounds[-1]) as writer:
            writer.write_table(_table(part, shapes[part]))
    return np.array(bounds).reshape(-1, 4)


def _write_points(folder: Path, boxes: STRtree, count: int, parts: Iterable[Shapes]) -> None:
    with ExitStack() as stack:
        writers = [
            stack.enter_context(_writer(folder / "points", partition, box.bounds))
            for partition, box in zip(range(count), boxes.geometries, strict=True)
        ]
        start = 0
        for part in parts:
            points = np.asarray(part, dtype=object)
            # Without a predicate bounds are compared: that is what a partition is known by.
            point, partition = boxes.query(points)
            for number in np.unique(partition):
                chosen = np.sort(point[partition == number])
                writers[number].write_table(_table(chosen + start, points[chosen]))
            start += len(points)


def _writer(folder: Path, partition: int, bounds: Iterable[float]) -> pq.ParquetWriter:
    # Neither datum nor projection matters here: what is joined is in the same numbers.
    described = {"encoding": "WKB", "geometry_types": [], "crs": None, "bbox": list(bounds)}
    geo = {"version": "1.1.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: described}}
    schema = _SCHEMA.with_metadata({"geo": json.dumps(geo)})
    return pq.ParquetWriter(folder / f"{partition:04}.parquet", schema, compression="zstd")


def _table(numbers: NDArray[np.int64], shapes: NDArray[np.object_]) -> pa.Table:
    arrays = [pa.array(numbers, pa.int64()), pa.array(shapely.to_wkb(shapes), pa.binary())]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def _write_pairs(path: Path, pairs: Pairs) -> None:
    path.parent.mkdir(exist_ok=True)
    aside = path.with_suffix(".part")
    pq.write_table(pa.Table.from_arrays(list(map(pa.array, pairs)), schema=_PAIRS), aside)
    aside.replace(path)


def _from_wkb(column: pa.ChunkedArray | pa.Array) -> NDArray[np.object_]:
    shapes: NDArray[np.object_] = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    return shapes
