"""The files of ``/downloads``: every public layer and table, with what is to be known inside.

They are made at publish, of the frames of the public edition, after everything else: so a
file can name the version of the snapshot that it lies in.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pandas.api import types

from geo.crs import WGS84
from geo.export.legend import field_label
from geo.export.parquet import write_parquet
from geo.export.published import PublishedLayer, Written
from geo.export.table import write_records, write_table
from geo.export.vector import write_flatgeobuf, write_geojson, write_geopackage
from geo.i18n import LANGUAGES
from geo.model import KINDS
from geo.render.geojson import in_order, to_json

INDEX = "index.json"
"""Name of the list of all files."""

ALL_FORMATS_TO = 100_000
"""Records up to which a layer comes in every format. A million firms take 47 s of one processor
and 1.1 GB in all five, which every version would pay for, and 9 s and 0.4 GB in the two that are
made for so many."""

_DECIMALS = 6
_SUFFIX_OF_SCHEMA = "-metadata.json"
"""Where a reader of CSV on the Web looks for the description of a file (W3C, 2015, 5.2)."""


@dataclass(frozen=True)
class _Format:
    suffix: str
    write: Callable[[PublishedLayer, str, Path], Written]
    for_many: bool = False


def write_downloads(
    folder: Path, site: Mapping[str, Any], frames: Mapping[str, pd.DataFrame], version: str
) -> dict[str, Path]:
    """Write the files of the public edition into a folder and return where each lies.

    Parameters
    ----------
    folder
        It must not exist.
    site
        The document of the edition (``site.json``).
    frames
        Its layers, in longitude and latitude of WGS84, and tables, by name.
    version
        Of the snapshot.

    Returns
    -------
    dict
        Paths by name, among them :data:`INDEX`, the list of the others with title, records,
        natures, source, licence, date, coordinate system, size and hash.
    """
    folder.mkdir(parents=True)
    entries = [
        *(_write_layer(folder, _layer(entry, frames, site, version)) for entry in site["layers"]),
        *(_write_records(folder, _layer(entry, frames, site, version)) for entry in site["tables"]),
    ]
    index = {
        "version": version,
        "as_of": site["as_of"],
        "precision_m": site["site"]["public_precision_m"],
        "entries": entries,
    }
    (folder / INDEX).write_bytes(to_json(index))
    return {path.name: path for path in sorted(folder.iterdir())}


def _layer(
    entry: Mapping[str, Any],
    frames: Mapping[str, pd.DataFrame],
    site: Mapping[str, Any],
    version: str,
) -> PublishedLayer:
    """Return a layer or table of the public edition with what its files tell."""
    kind = KINDS[entry["kind"]]
    frame = gpd.GeoDataFrame(frames[entry["id"]])
    if kind.is_layer:
        frame = in_order(frame, key=kind.key, kind=kind.name)
    numbers = {n: frame[n].round(_DECIMALS) for n in frame if types.is_float_dtype(frame[n])}
    return PublishedLayer(
        entry["id"],
        kind,
        frame.assign(**numbers),
        entry["title"],
        entry["source"],
        entry["as_of"],
        version,
        tuple(entry["natures"]),
        site["codes"]["land_use"],
        entry["licence"],
        entry["source_url"],
        site["site"]["public_precision_m"],
    )


def _write_layer(folder: Path, layer: PublishedLayer) -> dict[str, Any]:
    is_many = len(layer.frame) > ALL_FORMATS_TO
    files = []
    for name, format in FORMATS.items():
        if format.for_many or not is_many:
            path = folder / f"{layer.name}.{format.suffix}"
            format.write(layer, WGS84, path)
            files.append(_described(name, path))
    return {**_entry(layer), "crs": WGS84, "files": files}


def _write_records(folder: Path, layer: PublishedLayer) -> dict[str, Any]:
    path = folder / f"{layer.name}.csv"
    _write_csv(layer, None, path)
    return {**_entry(layer), "crs": None, "files": [_described("csv", path)]}


def _entry(layer: PublishedLayer) -> dict[str, Any]:
    return {
        "id": layer.name,
        "title": layer.title,
        "records": len(layer.frame),
        "natures": layer.natures,
        "source": layer.source,
        "source_url": layer.source_url,
        "licence": layer.licence,
        "as_of": layer.as_of,
    }


def _described(name: str, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"format": name, "name": path.name, "size": path.stat().st_size, "sha256": digest}


# --- CSV, which has no place for anything but records ----------------------------------------


def _write_csv(layer: PublishedLayer, crs: str | None, target: Path) -> Written:
    """Write a CSV whose records name licence and version, and its description beside it."""
    told = {n: t for n, t in layer.metadata.items() if n in ("source_url", "licence", "version")}
    frame = layer.frame.assign(**told)
    if crs is None:
        written = write_records(frame, target)
    else:
        written = write_table(replace(layer, frame=frame), crs, target)
    target.with_name(target.name + _SUFFIX_OF_SCHEMA).write_bytes(_schema(layer, target))
    return written


def _schema(layer: PublishedLayer, target: Path) -> bytes:
    """Return what a CSV holds, after "Metadata Vocabulary for Tabular Data" (W3C, 2015)."""
    with target.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file))
    return to_json(
        {
            "@context": "http://www.w3.org/ns/csvw",
            "url": target.name,
            **{f"dc:{name}": text for name, text in layer.metadata.items()},
            "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
            "tableSchema": {
                "primaryKey": layer.kind.key,
                "columns": [
                    {
                        "name": name,
                        "titles": {
                            lang: field_label(name, lang, layer.kind.name) for lang in LANGUAGES
                        },
                        "datatype": _datatype(layer.frame, name),
                    }
                    for name in names
                ],
            },
        }
    )


def _datatype(frame: pd.DataFrame, name: str) -> str:
    """Return what the values of a column are; places are numbers, what a CSV adds is text."""
    if name not in frame.columns:
        return "double" if name in ("lon", "lat") else "string"
    kinds = {
        "boolean": types.is_bool_dtype,
        "integer": types.is_integer_dtype,
        "double": types.is_float_dtype,
    }
    return next((kind for kind, fits in kinds.items() if fits(frame[name])), "string")


FORMATS: Mapping[str, _Format] = {
    "geojson": _Format("geojson", write_geojson),
    "gpkg": _Format("gpkg", write_geopackage),
    "geoparquet": _Format("parquet", write_parquet, for_many=True),
    "fgb": _Format("fgb", write_flatgeobuf, for_many=True),
    "csv": _Format("csv", _write_csv),
}
"""What a public layer can be downloaded as, by name; a table only as ``csv``."""
