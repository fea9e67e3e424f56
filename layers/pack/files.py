"""Reading and writing of the pack's files, always with the same bytes for the same content."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

Record = dict[str, Any]


def read_csv(path: Path) -> list[Record]:
    """Return the rows of a UTF-8 CSV file as dictionaries of text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [dict(row) for row in csv.DictReader(stream)]


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as UTF-8 CSV with line feeds; a missing value is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_cell(row.get(name)) for name in columns] for row in rows])


def write_geojson(path: Path, features: Iterable[tuple[Record, BaseGeometry | None]]) -> None:
    """Write GeoJSON (RFC 7946, WGS84) compactly, one feature a line, without empty properties.

    Coordinates are written as they come; whoever makes them rounds them.
    """
    lines = ",\n".join(_feature(*feature) for feature in features)
    text = f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'
    path.write_text(text, encoding="utf-8", newline="\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _feature(properties: Record, geometry: BaseGeometry | None) -> str:
    kept = {name: value for name, value in properties.items() if value not in (None, "")}
    shape = None if geometry is None else json.loads(shapely.to_geojson(geometry))
    feature = {"type": "Feature", "properties": kept, "geometry": shape}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
