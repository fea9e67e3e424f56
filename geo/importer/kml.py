"""KML and KMZ to tables, one per folder, without GDAL.

GDAL's drivers for text formats can be led to other files and addresses; and they add a
dozen columns that no person has written.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from shapely.geometry.base import BaseGeometry

from geo.errors import ImportRefused
from geo.importer.archive import open_archive
from geo.importer.cells import check_size, columns_of, numbered
from geo.importer.decode import decode_text
from geo.importer.geojson import GEOMETRY_TYPES
from geo.importer.model import CrsEvidence, Remark, Table
from geo.storage.geojson import Faults, GeoJSONFault, build_geometry

MAX_KML = 256 << 20
"""Bytes that the KML of a KMZ may have."""
MAX_FOLDERS = 200

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>")
_MULTI = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}
_SHAPES = (*_MULTI, "LinearRing", "MultiGeometry")
_DEEPEST = 50


@dataclass
class _Folder:
    """A folder with the placemarks that are directly in it."""

    name: str
    records: list[dict[str, Any]] = field(default_factory=list)
    geometries: list[BaseGeometry | None] = field(default_factory=list)
    bad: Faults = field(default_factory=list)


def read_kml(path: Path, *, name: str) -> list[Table]:
    """Return a table for every folder of a KML or KMZ file that has placemarks.

    The columns are ``name``, ``description`` and the extended data. The format fixes WGS84.
    What other files or addresses hold is not fetched; a remark says so. Raises
    ``ImportRefused`` FILE_DAMAGED, KML_UNREADABLE, ENCODING_UNKNOWN, TOO_MANY_RECORDS,
    TOO_MANY_COLUMNS, and what an archive is refused for.
    """
    data = _utf8(_bytes(path))
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ImportRefused("KML_UNREADABLE")
    try:
        document = _parse(data, Path(name).stem)
    except ParseError as error:
        raise ImportRefused("FILE_DAMAGED") from error
    remarks = [Remark("KML_LINK")] if document.linked else []
    return [_table(folder, remarks) for folder in document.folders if folder.records]


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        return data
    with open_archive(path) as archive:
        texts = [m for m in archive.members if m.suffix == ".kml"]
        if not texts:
            raise ImportRefused("KML_UNREADABLE")
        main = next((m for m in texts if m.name.lower() == "doc.kml"), texts[0])
        if main.size > MAX_KML:
            raise ImportRefused("ARCHIVE_TOO_LARGE")
        return archive.read(main)


def _utf8(data: bytes) -> bytes:
    """Return the document in UTF-8, without its declaration, which may be of another encoding."""
    text, encoding = decode_text(data)
    if encoding != "utf-8":
        data = text.encode()
    return _DECLARATION.sub(b"", data, count=1)


class _Document:
    """Collects the folders of a KML text while it is parsed, keeping no element longer."""

    def __init__(self, name: str) -> None:
        self.folders = [_Folder(name)]
        self.linked = False
        self._open = [self.folders[0]]
        self._depth = 0
        self._count = 0

    def start(self, tag: str) -> None:
        self._depth += 1
        if self._depth == 1 and tag != "kml":
            raise ImportRefused("KML_UNREADABLE")
        if self._depth > _DEEPEST:
            raise ImportRefused("FILE_DAMAGED")
        if tag == "Folder":
            self._open.append(_Folder(self.folders[0].name))
            self.folders.append(self._open[-1])
        if len(self.folders) > MAX_FOLDERS:
            raise ImportRefused("TOO_MANY_LAYERS", limit=MAX_FOLDERS)
        self.linked = self.linked or tag == "NetworkLink"

    def end(self, tag: str, element: Element) -> None:
        self._depth -= 1
        if tag == "Folder":
            folder = self._open.pop()
            folder.name = _child_text(element, "name") or folder.name
            element.clear()
        elif tag == "Placemark":
            self._count += 1
            check_size(records=self._count, columns=0)
            _add(self._open[-1], element)
            element.clear()


def _parse(data: bytes, name: str) -> _Document:
    document = _Document(name)
    for event, element in iterparse(io.BytesIO(data), ("start", "end")):
        if event == "start":
            document.start(_tag(element))
        else:
            document.end(_tag(element), element)
    return document


def _add(folder: _Folder, placemark: Element) -> None:
    folder.records.append(_properties(placemark))
    shapes = [child for child in placemark if _tag(child) in _SHAPES]
    try:
        geometry = _geometry(shapes[0]) if shapes else None
        folder.geometries.append(build_geometry(geometry, allowed=GEOMETRY_TYPES))
    except GeoJSONFault as fault:
        folder.bad.append((len(folder.geometries), str(fault)))
        folder.geometries.append(None)


def _properties(placemark: Element) -> dict[str, str | None]:
    values = {name: _child_text(placemark, name) for name in ("name", "description")}
    values = {name: text for name, text in values.items() if text}
    for element in placemark.iter():
        key = element.get("name")
        if key and _tag(element) == "Data":
            values[key] = _child_text(element, "value")
        elif key and _tag(element) == "SimpleData":
            values[key] = _text_of(element)
    return values


def _geometry(shape: Element) -> dict[str, Any]:
    """Return the GeoJSON of a KML geometry, as written."""
    if _tag(shape) == "MultiGeometry":
        return _multi([_geometry(part) for part in shape if _tag(part) in _SHAPES])
    if _tag(shape) == "Polygon":
        return {"type": "Polygon", "coordinates": [_positions(ring) for ring in _rings(shape)]}
    positions = _positions(shape)
    if _tag(shape) == "Point":
        if len(positions) != 1:
            raise GeoJSONFault("malformed")
        return {"type": "Point", "coordinates": positions[0]}
    if _tag(shape) == "LinearRing":
        return {"type": "Polygon", "coordinates": [positions]}
    return {"type": "LineString", "coordinates": positions}


def _multi(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the parts as one geometry; parts of several types make no place."""
    types = {part["type"] for part in parts}
    if len(types) != 1 or not types <= _MULTI.keys():
        raise GeoJSONFault("wrong_type" if parts else "malformed")
    return {"type": _MULTI[types.pop()], "coordinates": [part["coordinates"] for part in parts]}


def _rings(polygon: Element) -> Iterator[Element]:
    for boundary in ("outerBoundaryIs", "innerBoundaryIs"):
        for child in polygon:
            if _tag(child) == boundary:
                yield from (ring for ring in child if _tag(ring) == "LinearRing")


def _positions(shape: Element) -> list[list[float]]:
    text = " ".join((_child_text(shape, "coordinates") or "").split())
    together = text.replace(" ,", ",").replace(", ", ",")  # as people write them by hand
    try:
        return [[float(n) for n in position.split(",") if n] for position in together.split()]
    except ValueError as error:
        raise GeoJSONFault("malformed") from error


def _child_text(element: Element, name: str) -> str | None:
    return next((_text_of(child) for child in element if _tag(child) == name), None)


def _text_of(element: Element) -> str | None:
    return (element.text or "").strip() or None


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _table(folder: _Folder, remarks: list[Remark]) -> Table:
    headings, columns = columns_of(folder.records)
    return Table(
        name=folder.name,
        format="kml",
        headings=headings,
        columns=columns,
        rows=numbered(folder.records),
        geometries=folder.geometries,
        bad_geometry=folder.bad,
        evidence=CrsEvidence(wkt="EPSG:4326", fixed=True),
        remarks=list(remarks),
    )
