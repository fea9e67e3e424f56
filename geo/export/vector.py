"""A layer as GeoPackage, FlatGeobuf, zipped Shapefile or GeoJSON, through GDAL."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.export.legend import field_rows, legend_csv, short_names
from geo.export.published import PublishedLayer, Written, objects
from geo.i18n import LANGUAGES
from geo.render.geojson import in_order, to_features, to_json

_LONGEST_TEXT = 254
"""Bytes of a text in a Shapefile (dBASE)."""

_GROUPS = {
    "Polygon": "polygon",
    "MultiPolygon": "polygon",
    "LineString": "line",
    "MultiLineString": "line",
    "Point": "point",
    "MultiPoint": "point",
}
_TYPES = {"polygon": "MultiPolygon", "line": "MultiLineString", "point": "Point"}


def write_geopackage(layer: PublishedLayer, _crs: str, target: Path) -> Written:
    """Write a GeoPackage with the layer, and a table ``fields`` that explains its fields."""
    frame = objects(layer.frame)
    with _dated(layer):
        pyogrio.write_dataframe(
            frame, target, driver="GPKG", layer=layer.name, layer_metadata=layer.metadata,
            geometry_type=None if len(frame) else "Unknown",
            IDENTIFIER=layer.title["zh"], DESCRIPTION=_notice(layer),
        )  # fmt: skip
        head, *rows = field_rows(layer.kind, _fields(frame), {n: n for n in _fields(frame)}, {})
        legend = pd.DataFrame(rows, columns=head).drop(columns=[head[0], head[-1]])
        pyogrio.write_dataframe(legend, target, driver="GPKG", layer="fields")
    return Written(len(frame))


def write_flatgeobuf(layer: PublishedLayer, _crs: str, target: Path) -> Written:
    """Write a FlatGeobuf with a spatial index, which has no entry for a missing shape.

    So a layer with one has no index, and its records are in the order of the key.
    """
    frame = layer.frame
    is_whole = len(frame) > 0 and not frame.geometry.isna().any()
    pyogrio.write_dataframe(
        frame, target, driver="FlatGeobuf", layer=layer.name, layer_metadata=layer.metadata,
        use_arrow=True, geometry_type=None if len(frame) else "Unknown",
        TITLE=layer.title["zh"], DESCRIPTION=_notice(layer), SPATIAL_INDEX=is_whole,
    )  # fmt: skip
    return Written(len(frame))


def write_geojson(layer: PublishedLayer, _crs: str, target: Path) -> Written:
    """Write the layer after RFC 7946: WGS84, every member as it is published.

    What is to be known of the layer stands before the features, as foreign members.
    """
    key, about = layer.kind.key, to_json(layer.metadata)
    ordered = in_order(layer.frame, key=key, kind=layer.kind.name)
    with target.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","name":' + to_json(layer.name) + b",")
        file.write(about[1:-1] + b',"features":[')
        file.write(b",\n".join(to_features(ordered, key)))
        file.write(b"]}\n")
    return Written(len(layer.frame))


def _notice(layer: PublishedLayer) -> str:
    return " / ".join(layer.notice[lang] for lang in LANGUAGES)


@contextmanager
def _dated(layer: PublishedLayer) -> Iterator[None]:
    """Let GDAL write the date of a version, not of the moment: equal data, equal bytes."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{layer.version[:10]}T00:00:00Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_shapefile(layer: PublishedLayer, _crs: str, target: Path) -> Written:
    """Write a zip of Shapefiles in UTF-8, one for each kind of shape, with a list of fields.

    Names of fields have at most ten letters, texts at most 254 bytes: longer ones are cut
    between characters and end in ``…``. A record without a shape has an empty one.
    """
    fields = _fields(layer.frame)
    names = short_names(fields)
    frame, cut = _cut_texts(objects(layer.frame))
    frame = frame.rename(columns=names)
    folder = target.parent / "shapefile"
    folder.mkdir()
    for name, group, rows in _by_shape(layer, frame):
        pyogrio.write_dataframe(
            rows, folder / f"{name}.shp", driver="ESRI Shapefile", encoding="UTF-8",
            geometry_type=_TYPES[group], promote_to_multi=group != "point",
        )  # fmt: skip
    (folder / "fields.csv").write_bytes(legend_csv(field_rows(layer.kind, fields, names, cut)))
    notice = "\r\n".join(layer.notice[lang] for lang in LANGUAGES)
    (folder / "README.txt").write_text(notice, encoding="utf-8-sig", newline="")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return Written(len(frame), cut=cut)


def _fields(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name != frame.geometry.name]


def _by_shape(
    layer: PublishedLayer, frame: gpd.GeoDataFrame
) -> Iterator[tuple[str, str, gpd.GeoDataFrame]]:
    """Give the records by kind of shape; those without one go with the first kind there is."""
    groups = frame.geometry.geom_type.map(_GROUPS)
    present = list(groups.dropna().unique())
    usual = _GROUPS[layer.kind.geometry[0]]
    first = usual if usual in present or not present else present[0]
    groups = groups.where(groups.notna(), first)
    for group in sorted(groups.unique()) or [usual]:
        name = layer.name if groups.nunique() < 2 else f"{layer.name}_{group}"
        yield name, group, frame[groups == group]


def _cut_texts(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return the frame with texts that a Shapefile holds, and how many were cut, by field."""
    cut: dict[str, int] = {}
    shorter: dict[str, pd.Series[str]] = {}
    for name in _fields(frame):
        if frame[name].dtype == object:
            shorter[name] = frame[name].map(_short, na_action="ignore")
            count = int((shorter[name].notna() & (shorter[name] != frame[name])).sum())
            cut |= {name: count} if count else {}
    return frame.assign(**shorter), cut


def _short(text: str) -> str:
    body = text.encode()
    if len(body) <= _LONGEST_TEXT:
        return text
    return body[: _LONGEST_TEXT - len("…".encode())].decode(errors="ignore") + "…"
