"""GeoJSON to a table, with exact faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geo.errors import ImportRefused
from geo.importer.cells import columns_of, numbered
from geo.importer.decode import decode_text
from geo.importer.model import CrsEvidence, Remark, Table
from geo.storage.geojson import Features, GeoJSONFault, parse_features

GEOMETRY_TYPES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
)
"""Types of geometry that a layer may have; a collection of mixed ones is no place."""


def read_geojson(path: Path, *, name: str) -> list[Table]:
    """Return the one table of a GeoJSON file.

    A feature whose geometry breaks the standard keeps its properties and is listed in
    ``bad_geometry``. The old ``crs`` member is evidence; without it the standard fixes
    WGS84. Raises ``ImportRefused`` FILE_DAMAGED (no JSON, cut off), GEOJSON_UNREADABLE
    (no feature collection), ENCODING_UNKNOWN, TOO_MANY_RECORDS or TOO_MANY_COLUMNS.
    """
    text, encoding = decode_text(path.read_bytes())
    features = _parse(text)
    headings, columns = columns_of(features.records)
    return [
        Table(
            name=Path(name).stem,
            format="geojson",
            headings=headings,
            columns=columns,
            rows=numbered(features.records),
            geometries=features.geometries,
            bad_geometry=features.bad_geometry,
            evidence=_evidence(features.crs),
            encoding=encoding,
            remarks=[] if encoding.startswith("utf-8") else [Remark("GEOJSON_ENCODING")],
        )
    ]


def _parse(text: str) -> Features:
    try:
        return parse_features(text, allowed=GEOMETRY_TYPES)
    except GeoJSONFault as fault:
        if str(fault) == "not_json":
            raise ImportRefused("FILE_DAMAGED") from fault
        raise ImportRefused("GEOJSON_UNREADABLE") from fault


def _evidence(crs: Any) -> CrsEvidence:
    if crs is ...:
        return CrsEvidence(wkt="EPSG:4326", fixed=True)
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return CrsEvidence(wkt=name if isinstance(name, str) and name else None)
