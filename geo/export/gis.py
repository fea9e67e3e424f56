"""Published layers as files for GIS, CAD and spreadsheets."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geo.crs import WGS84, from_wgs84, read_crs
from geo.errors import BadRequest, LayerError
from geo.export.boundary_points import write_boundary_points
from geo.export.drawing import write_drawing
from geo.export.faulty_ground import FINDINGS, findings_layer
from geo.export.faulty_ground import FORMATS as OF_FINDINGS
from geo.export.published import PublishedLayer, Written, published_layer
from geo.export.table import write_table
from geo.export.vector import write_geojson, write_geopackage, write_shapefile
from geo.grids import crs_name, nearest_zone
from geo.query import Library
from geo.settings import Settings
from geo.storage.durable import replace_durably

_USUAL_DEGREES = 81.0
"""Where the counties lie: for a layer without any place."""


@dataclass(frozen=True)
class Format:
    """A format of files.

    Parameters
    ----------
    suffix
        Ending of a file's name.
    write
        Writes a layer, whose frame is in the given system, into a file that is not there yet.
    systems
        ``any``; ``plane`` for what is measured in metres; ``degrees`` for WGS84 only.
    """

    suffix: str
    write: Callable[[PublishedLayer, str, Path], Written]
    systems: str = "any"


FORMATS: Mapping[str, Format] = {
    "gpkg": Format("gpkg", write_geopackage),
    "shp": Format("zip", write_shapefile),
    "dxf": Format("dxf", write_drawing, "plane"),
    "txt": Format("txt", write_boundary_points, "plane"),
    "geojson": Format("geojson", write_geojson, "degrees"),
    "csv": Format("csv", write_table),
}
"""What a layer can be exported as, by name."""


@dataclass(frozen=True)
class Exported:
    """The outcome of an export: the file, what is in it, and from which snapshot."""

    path: Path
    layer: str
    format: str
    crs: str
    version: str
    written: Written

    def as_dict(self) -> dict[str, Any]:
        """Return it as the JSON object that command line and jobs tell."""
        return {
            "path": str(self.path),
            "layer": self.layer,
            "format": self.format,
            "crs": self.crs,
            "version": self.version,
            "records": self.written.records,
            "left_out": self.written.left_out,
            "cut": dict(self.written.cut),
        }


def export_layer(
    settings: Settings, layer: str, format: str, crs: str | None, target: Path
) -> Exported:
    """Write a published layer of the staff edition into a file and return what was written.

    A file of that name is replaced in one step, when the new one is whole.

    Parameters
    ----------
    layer
        Its name in the catalogue, or ``findings``.
    format
        One of :data:`FORMATS`; of findings ``gpkg`` or ``geojson``.
    crs
        ``EPSG:4326``, ``EPSG:4490`` or a zone of CGCS2000; ``None`` for WGS84 or, in a format
        of metres, the 3-degree zone, with its number, in whose middle the layer lies best.

    Raises
    ------
    NotFound
        ``NOT_PUBLISHED``, ``LAYER_UNKNOWN``.
    BadRequest
        ``EXPORT_FORMAT``, ``EXPORT_CRS``, ``EXPORT_PLANE``, ``EXPORT_DEGREES``,
        ``EXPORT_NO_AREAS``.
    """
    check_format(format, layer)
    snapshot = Library(settings.out).current("staff")
    is_findings = layer == FINDINGS
    found = findings_layer(snapshot) if is_findings else published_layer(snapshot, layer)
    return write_layer(found, format, crs, target)


def check_format(format: str, layer: str) -> None:
    """Raise ``BadRequest`` EXPORT_FORMAT for a format that there is not, or not of that layer."""
    known = OF_FINDINGS if layer == FINDINGS else tuple(FORMATS)
    if format not in known:
        raise BadRequest("EXPORT_FORMAT", format=format[:40], known=", ".join(known))


def write_layer(layer: PublishedLayer, format: str, crs: str | None, target: Path) -> Exported:
    """Write a layer into a file; all as :func:`export_layer` does."""
    check_format(format, layer.name)
    system = _system(layer, format, crs)
    located = replace(layer, frame=from_wgs84(layer.frame, crs=system))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
        aside = Path(folder) / f"{layer.name}.{FORMATS[format].suffix}"
        written = FORMATS[format].write(located, system, aside)
        replace_durably(aside, target)
    return Exported(target, layer.name, format, system, layer.version, written)


def _system(layer: PublishedLayer, format: str, asked: str | None) -> str:
    """Return the coordinate system to write, checked against what the format can hold."""
    systems = FORMATS[format].systems
    if asked is None:
        return best_zone(layer) if systems == "plane" else WGS84
    name = _known(asked)
    is_plane = name not in (WGS84, "EPSG:4490")
    if systems == "plane" and not is_plane:
        raise BadRequest("EXPORT_PLANE", format=format, crs=name, zone=best_zone(layer))
    if systems == "degrees" and name != WGS84:
        raise BadRequest("EXPORT_DEGREES", format=format, crs=name)
    return name


def _known(asked: str) -> str:
    """Return the name of a system that files are exchanged in."""
    try:
        stated = read_crs(asked.strip().upper())
    except LayerError as error:
        raise BadRequest("EXPORT_CRS", crs=asked[:40]) from error
    grid = stated.grid
    if grid is not None and grid.kind == "degrees" and stated.datum in ("wgs84", "cgcs2000"):
        return crs_name(grid, stated.datum)
    if grid is not None and grid.kind == "gauss" and stated.datum == "cgcs2000":
        return asked.strip().upper()  # the same grid has two names where zones coincide
    raise BadRequest("EXPORT_CRS", crs=asked[:40])


def best_zone(layer: PublishedLayer) -> str:
    """Return the numbered 3-degree zone of CGCS2000 whose meridian is nearest to a layer.

    ``frame`` is in degrees. Without any place it is the zone of 81° E, where the counties lie.
    """
    minx, _, maxx, _ = layer.frame.total_bounds
    middle = (minx + maxx) / 2
    return crs_name(nearest_zone(_USUAL_DEGREES if middle != middle else middle), "cgcs2000")
