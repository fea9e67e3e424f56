"""Layers of binary containers through GDAL, as tables.

GDAL chooses a driver by looking at the file, and some of its drivers fetch addresses or
run programs that a text file names. So it is only ever given a local copy under a name of
ours whose first bytes are those of the expected binary format, and never a text file.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyogrio import raw
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from geo.errors import ImportRefused
from geo.importer.cells import check_size, numbered, to_cell
from geo.importer.model import Cell, CrsEvidence, Table
from geo.storage.geojson import Faults

_FAILURES = (
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
    UnicodeDecodeError,
    RuntimeError,
    ValueError,
    pa.ArrowException,
)
_NUMBERING = ("", "fid", "objectid", "oid", "ogc_fid", "id_0")
"""Names of columns that only count the records of the container."""
_UNKNOWN_CRS = ("ENGCRS", "LOCAL_CS", "ENGINEERINGCRS")
_RING_FAULTS = (("closed", "not_closed"), ("number of points", "too_few_positions"))


@dataclass(frozen=True)
class Layer:
    """A layer of a container: its name, whether its records have geometries, how many it states."""

    name: str
    spatial: bool
    records: int


def list_layers(path: Path, *, driver: str, only: frozenset[str] | None = None) -> list[Layer]:
    """Return the layers of a container that the named GDAL driver reads.

    ``only`` names the layers that may be touched. Raises ``ImportRefused`` FILE_DAMAGED, or
    TOO_MANY_RECORDS or TOO_MANY_COLUMNS for all layers together.
    """
    with _guarded():
        named = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
        layers: list[Layer] = []
        for name, kind in named:
            if only is not None and name not in only:
                continue
            info = pyogrio.read_info(path, layer=name, force_feature_count=True)
            layers.append(Layer(name, kind is not None, info["features"]))
            check_size(records=sum(one.records for one in layers), columns=len(info["fields"]))
            if info["driver"] != driver:
                raise ImportRefused("FILE_DAMAGED")
    return layers


def read_layer(path: Path, layer: Layer, *, format: str, encoding: str | None = None) -> Table:
    """Return one layer as a table: cells with their types, geometries in the file's numbers.

    Curves are linearised by GDAL, heights dropped. Texts are decoded by GDAL unless
    ``encoding`` says otherwise. Raises ``ImportRefused`` FILE_DAMAGED.
    """
    with _guarded():
        headings, columns, count = _attributes(path, layer, encoding)
        table = Table(layer.name, format, headings, columns, numbered(range(count)))
        if layer.spatial:
            _add_geometries(table, path, layer)
    return table


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn whatever GDAL says of a broken file into one refusal."""
    try:
        with warnings.catch_warnings():
            # GDAL warns of trifles such as a geometry type that is stated too narrowly.
            warnings.simplefilter("ignore")
            yield
    except _FAILURES as error:
        raise ImportRefused("FILE_DAMAGED") from error
    except OSError as error:
        # Arrow's reader says a broken record so; the system's own refusals have a number.
        if error.errno is not None:
            raise
        raise ImportRefused("FILE_DAMAGED") from error


def _attributes(
    path: Path, layer: Layer, encoding: str | None
) -> tuple[list[str], list[list[Cell]], int]:
    meta, table = raw.read_arrow(
        path, layer=layer.name, encoding=encoding, read_geometry=False, return_fids=True
    )
    fields = list(meta["fields"])
    kept = [i for i, f in enumerate(table.schema) if _is_kept(f, meta["fid_column"], fields)]
    # By place, for a DBF may use one name twice.
    columns = [[to_cell(v) for v in table.column(i).to_pylist()] for i in kept]
    return [table.schema.names[i] for i in kept], columns, table.num_rows


def _is_kept(column: Any, fid_column: str, fields: list[str]) -> bool:
    """Return whether a column may mean something to a person."""
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return False
    counts_only = column.name.casefold() in _NUMBERING
    return not (column.name == fid_column and column.name not in fields and counts_only)


def _add_geometries(table: Table, path: Path, layer: Layer) -> None:
    meta, _, wkb, _ = raw.read(path, layer=layer.name, columns=[])
    if len(wkb) != len(table.rows):
        raise ImportRefused("FILE_DAMAGED")
    table.geometries, table.bad_geometry = from_wkb(wkb)
    table.evidence = CrsEvidence(wkt=known_crs(meta["crs"]))


def from_wkb(wkb: np.ndarray) -> tuple[list[shapely.Geometry | None], Faults]:
    """Return 2-D geometries, ``None`` where there is none, and which could not be built."""
    shapes = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    bad = [(int(i), _why_unbuilt(wkb[i])) for i in _unbuilt(wkb, shapes)]
    broken = np.flatnonzero(~_is_finite(shapes))
    bad += [(int(i), "not_finite") for i in broken]
    shapes[broken] = None
    shapes[shapely.is_empty(shapes)] = None
    return shapes.tolist(), sorted(bad)


def _unbuilt(wkb: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    present = np.array([w is not None for w in wkb], dtype=bool)
    return np.flatnonzero(present & shapely.is_missing(shapes))


def _why_unbuilt(wkb: bytes) -> str:
    try:
        shapely.from_wkb(wkb)
    except (shapely.GEOSException, TypeError, ValueError) as error:
        text = str(error)
        return next((reason for part, reason in _RING_FAULTS if part in text), "malformed")
    return "malformed"


def _is_finite(shapes: np.ndarray) -> np.ndarray:
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def known_crs(crs: str | None) -> str | None:
    """Return the coordinate system that a container states, ``None`` if it only says unknown."""
    if not crs or crs.upper().startswith(_UNKNOWN_CRS) or '"Undefined' in crs[:80]:
        return None
    return crs
