"""Layer and table files of a data directory to typed frames.

GeoJSON and CSV in UTF-8, with or without a byte order mark, and GeoParquet. A fault of the whole
file is raised; a fault of one record is kept in ``frame.attrs`` for the rules: ``bad_geometry``
lists ``(row, reason)``, ``unparsed`` ``(row, column, text)``.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geo import crs
from geo.errors import LayerError
from geo.model import KINDS, Entry, Kind, PackageFile
from geo.storage.geojson import Faults, Features, GeoJSONFault, parse_features
from geo.storage.package import read_package_geometry
from geo.storage.parquet import parse_parquet
from geo.storage.values import as_text, typed_frame

MAX_BYTES = 256 * 1024 * 1024
"""Largest file that is read: about half a million plots or a million firms."""

_POSITION = ("lon", "lat")
_READ_AS_POSITION = (*_POSITION, "datum")


def read_layer(data_dir: Path, entry: Entry) -> gpd.GeoDataFrame:
    """Return a layer in EPSG:4326 with the columns of its kind and a RangeIndex.

    Raises ``LayerError`` FILE_MISSING, FILE_EMPTY, FILE_UNREADABLE, ENCODING, CRS_UNKNOWN,
    DATUM_REFUSED or PACKAGE_MISSING.
    """
    read = _csv_features if _is_csv(entry) else _geojson_features
    if _is_parquet(entry):
        read = _parquet_features
    try:
        return layer_frame(entry, read(data_dir, entry, KINDS[entry.kind]))
    except LayerError as error:
        error.params.setdefault("file", entry.file)
        raise


def read_table(data_dir: Path, entry: Entry) -> pd.DataFrame:
    """Return a CSV or Parquet table with the columns of its kind and a RangeIndex.

    Raises ``LayerError`` FILE_MISSING, FILE_EMPTY, FILE_UNREADABLE or ENCODING.
    """
    kind = KINDS[entry.kind]
    if _is_parquet(entry):
        found = _parquet_features(data_dir, entry, kind)
        return typed_frame(kind, entry, found.records, taken=found.columns)
    return typed_frame(kind, entry, _read_csv(data_dir, entry.file))


def layer_frame(entry: Entry, features: Features) -> gpd.GeoDataFrame:
    """Return the features of a layer, from whatever store, as a frame in EPSG:4326.

    Raises ``LayerError`` CRS_UNKNOWN, DATUM_REFUSED or PACKAGE_MISSING.
    """
    kind = KINDS[entry.kind]
    used = _READ_AS_POSITION if _is_csv(entry) else ()
    # Other kinds have no such field; a column of that name may mean the datum of heights.
    if not used and any(spec.name == "datum" for spec in kind.fields):
        _refuse_shifted(features)
    columns = typed_frame(kind, entry, features.records, used=used, taken=features.columns)
    attrs = columns.attrs
    if entry.package:
        shapes = _package_shapes(entry, entry.package, columns[kind.key])
        frame = gpd.GeoDataFrame(columns, geometry=shapes)
    else:
        shapes = gpd.GeoSeries(features.geometries, index=columns.index, crs=crs.WGS84)
        frame = gpd.GeoDataFrame(columns, geometry=shapes)
        frame = crs.to_wgs84(frame, crs=_declared(entry, features), datum=entry.datum)
        frame = frame.set_geometry(_without_infinite(frame.geometry, features.bad_geometry))
    frame.attrs = {**attrs, "bad_geometry": sorted(features.bad_geometry)}
    return frame


def _is_csv(entry: Entry) -> bool:
    return entry.file.lower().endswith(".csv")


def _is_parquet(entry: Entry) -> bool:
    return entry.file.lower().endswith(".parquet")


def _without_infinite(shapes: gpd.GeoSeries, faults: Faults) -> gpd.GeoSeries:
    # Numbers that lie outside a projection come back as infinity, without an error.
    bounds = shapes.bounds.to_numpy()
    lost = ~np.isfinite(bounds).all(axis=1) & shapes.notna().to_numpy()
    faults.extend((int(row), "outside_crs") for row in np.flatnonzero(lost))
    return shapes.where(~lost, None)


def _declared(entry: Entry, features: Features) -> str | None:
    """Return the name of the coordinate system that the entry and the file agree on."""
    named = _crs_member(features.crs)
    if entry.crs is None and entry.datum is None:
        return named
    if named is not None:
        declared = crs.declared_crs(crs=entry.crs, datum=entry.datum)
        if not crs.same_coordinates(crs.parse_crs(named), declared):
            raise LayerError("CRS_UNKNOWN", file=entry.file, crs=named)
    return entry.crs


def _crs_member(member: Any) -> str | None:
    """Return the name in the ``crs`` member of GeoJSON 2008, which old software still writes.

    Without one the standard of today holds: longitude and latitude of WGS84.
    """
    if member is ...:
        return None
    name = None
    if isinstance(member, dict) and isinstance(member.get("properties"), dict):
        name = member["properties"].get("name")
    if not isinstance(name, str):
        raise LayerError("CRS_UNKNOWN", crs=str(member)[:80])
    return name


def _geojson_features(data_dir: Path, entry: Entry, kind: Kind) -> Features:
    text = _read_text(data_dir, entry.file)
    try:
        features = parse_features(text, allowed=kind.geometry)
    except GeoJSONFault as fault:
        raise _unreadable(entry.file, str(fault)) from fault
    if features.crs is ... and entry.crs is None and entry.datum is None:
        features.crs = {"properties": {"name": crs.WGS84}}
    return features


def _parquet_features(data_dir: Path, entry: Entry, kind: Kind) -> Features:
    try:
        return parse_parquet(_read_bytes(data_dir, entry.file), entry)
    except GeoJSONFault as fault:
        raise _unreadable(entry.file, str(fault)) from fault


def _refuse_shifted(features: Features) -> None:
    """Take the geometry from the records whose own datum is refused, and name them."""
    refused = np.zeros(len(features.records), dtype=bool)
    if "datum" in features.columns:
        said = features.columns["datum"]
        shifted = [datum for datum in said.dropna().unique() if _is_shifted(datum)]
        refused = said.isin(shifted).to_numpy(dtype=bool)
    for row, (record, is_refused) in enumerate(zip(features.records, refused, strict=True)):
        if "datum" in record:
            is_refused = _is_shifted(record["datum"])
        if is_refused and features.geometries[row] is not None:
            features.geometries[row] = None
            features.bad_geometry.append((row, "datum_refused"))


def _is_shifted(datum: Any) -> bool:
    # GCJ-02 lies up to 292 m off here; a firm is shown nowhere rather than there.
    try:
        return as_text(datum) not in (None, *crs.DATUM_CRS)
    except ValueError:
        return True


def _csv_features(data_dir: Path, entry: Entry, kind: Kind) -> Features:
    features = Features(records=list(_read_csv(data_dir, entry.file)))
    undeclared = entry.crs is None and entry.datum is None
    for row, record in enumerate(features.records):
        shape = None
        try:
            shape = _record_position(record, kind)
        except GeoJSONFault as fault:
            features.bad_geometry.append((row, str(fault)))
        if shape is not None and undeclared and not as_text(record.get("datum")):
            raise LayerError("CRS_UNKNOWN", file=entry.file, crs="")
        features.geometries.append(shape)
    if undeclared:
        features.crs = {"properties": {"name": crs.WGS84}}
    elif not crs.declared_crs(crs=entry.crs, datum=entry.datum).is_geographic:
        raise LayerError("CRS_UNKNOWN", file=entry.file, crs=entry.crs)
    return features


def _record_position(record: dict[str, str], kind: Kind) -> BaseGeometry | None:
    texts = [(record.get(name) or "").strip() for name in _POSITION]
    if "Point" not in kind.geometry or not any(texts):
        return None
    if not all(texts):
        raise GeoJSONFault("half_position")
    if _is_shifted(record.get("datum")):
        raise GeoJSONFault("datum_refused")
    try:
        x, y = (float(text) for text in texts)
    except ValueError as error:
        raise GeoJSONFault("malformed") from error
    if not (math.isfinite(x) and math.isfinite(y)):
        raise GeoJSONFault("not_finite")
    return Point(x, y)


def _package_shapes(entry: Entry, package: PackageFile, keys: pd.Series[str]) -> gpd.GeoSeries:
    found = read_package_geometry(package, keys.dropna(), entry=entry.kind)
    return gpd.GeoSeries([found.get(key) for key in keys], index=keys.index, crs=crs.WGS84)


def _read_csv(data_dir: Path, file: str) -> list[dict[str, str]]:
    rows = csv.reader(io.StringIO(_read_text(data_dir, file), newline=""), strict=True)
    try:
        heading = [name.strip() for name in next(rows)]
        _check_heading(file, heading)
        return [_record(file, heading, row, rows.line_num) for row in rows if any(row)]
    except csv.Error as error:
        raise _unreadable(file, "not_csv", line=rows.line_num) from error


def _check_heading(file: str, heading: Sequence[str]) -> None:
    named = [name for name in heading if name]
    if len(set(named)) != len(named):
        raise _unreadable(file, "duplicate_column", line=1)


def _record(file: str, heading: Sequence[str], row: Sequence[str], line: int) -> dict[str, str]:
    # A missing quote or comma moves every later value into the wrong column.
    if len(row) != len(heading):
        raise _unreadable(file, "cells", line=line)
    return {name: cell for name, cell in zip(heading, row, strict=True) if name}


def _read_text(data_dir: Path, file: str) -> str:
    try:
        text = _read_bytes(data_dir, file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LayerError("ENCODING", file=file) from error
    if not text.strip():
        raise LayerError("FILE_EMPTY", file=file)
    return text


def _read_bytes(data_dir: Path, file: str) -> bytes:
    path = data_dir / file
    try:
        if not path.resolve().is_relative_to(data_dir.resolve()):
            raise _unreadable(file, "outside_directory")
        if path.exists() and not path.is_file():
            raise _unreadable(file, "not_a_file")
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(file, "too_large")
        body = path.read_bytes()
    except FileNotFoundError as error:
        raise LayerError("FILE_MISSING", file=file) from error
    except (OSError, ValueError, RuntimeError) as error:  # also NUL and a loop of links
        raise _unreadable(file, "not_a_file") from error
    if not body:
        raise LayerError("FILE_EMPTY", file=file)
    return body


def _unreadable(file: str, reason: str, **params: object) -> LayerError:
    return LayerError("FILE_UNREADABLE", file=file, reason=reason, **params)
