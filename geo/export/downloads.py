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


Site = Mapping[str, Any]
"""The document of an edition, ``site.json``; of it ``codes`` and ``site`` are in every file."""

Entry = Mapping[str, Any]
"""A layer or table as ``site.json`` has it."""


@dataclass(frozen=True)
class _Format:
    suffix: str
    write: Callable[[PublishedLayer, str, Path], Written]
    for_many: bool = False


def write_downloads(
    folder: Path,
    site: Site,
    frames: Mapping[str, pd.DataFrame],
    version: str,
) -> None:
    """Write the files of the public edition into a folder, but for their list.

    Parameters
    ----------
    folder
        It is there, and empty.
    site
        The document of the edition (``site.json``).
    frames
        Its layers, in longitude and latitude of WGS84, and tables, by name. The files of one
        that is not among them are not written.
    version
        Of the snapshot.
    """
    for entry in site["layers"]:
        if entry["id"] in frames:
            kind, frame = KINDS[entry["kind"]], gpd.GeoDataFrame(frames[entry["id"]])
            ordered = in_order(frame, key=kind.key, kind=kind.name)
            write_layer(folder, entry, ordered, site, version)
    for entry in site["tables"]:
        table = _layer(entry, gpd.GeoDataFrame(frames[entry["id"]]), site, version)
        _write_csv(table, None, folder / f"{table.name}.csv")


def is_many(records: int) -> bool:
    """Return whether a layer of so many records comes only in the formats made for them."""
    return records > ALL_FORMATS_TO


def write_layer(
    folder: Path, entry: Entry, frame: gpd.GeoDataFrame, site: Site, version: str
) -> None:
    """Write the files of a layer.

    ``entry`` is the layer's in ``site``, ``frame`` has its records as
    :func:`geo.render.geojson.in_order` gives them; the others as for :func:`write_downloads`.
    """
    layer = _layer(entry, frame, site, version)
    for format in FORMATS.values():
        if format.for_many or not is_many(len(frame)):
            format.write(layer, WGS84, folder / f"{layer.name}.{format.suffix}")


def list_downloads(folder: Path, site: Site, version: str) -> dict[str, Path]:
    """Write the list of all files, which must be whole, and return where each lies.

    Parameters as for :func:`write_downloads`.

    Returns
    -------
    dict
        Paths by name, among them :data:`INDEX`, the list of the others with title, records,
        natures, source, licence, date, coordinate system, size and hash.
    """
    listed: list[tuple[Entry, str | None]] = [(entry, WGS84) for entry in site["layers"]]
    listed += [(entry, None) for entry in site["tables"]]
    index = {
        "version": version,
        "as_of": site["as_of"],
        "precision_m": site["site"]["public_precision_m"],
        "entries": [_listed(folder, entry, crs) for entry, crs in listed],
    }
    (folder / INDEX).write_bytes(to_json(index))
    return {path.name: path for path in sorted(folder.iterdir())}


def _layer(entry: Entry, frame: gpd.GeoDataFrame, site: Site, version: str) -> PublishedLayer:
    """Return a layer or table of the public edition with what its files tell."""
    numbers = {n: frame[n].round(_DECIMALS) for n in frame if types.is_float_dtype(frame[n])}
    return PublishedLayer(
        entry["id"],
        KINDS[entry["kind"]],
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


def _listed(folder: Path, entry: Entry, crs: str | None) -> dict[str, Any]:
    told = ("id", "title", "natures", "source", "source_url", "licence", "as_of")
    paths = {name: folder / f"{entry['id']}.{format.suffix}" for name, format in FORMATS.items()}
    return {
        **{name: entry[name] for name in told},
        "records": entry["count"],
        "crs": crs,
        "files": [_described(name, path) for name, path in paths.items() if path.is_file()],
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
