"""Build ``site.json``: what every page knows of the site, its layers, figures and codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.codes import CodeList, Codes
from geo.model import FORMAT, Catalog, Entry
from geo.render.geojson import table_to_records
from geo.render.tianditu import image_hosts
from geo.render.tiles import Zooms

_LAND_USE_FIELDS = ("land_use_code",)
_INDUSTRY_FIELDS = ("industry_code", "industry_codes", "permitted_industries")
_PROVINCE_FIELDS = ("origin_province",)


def build_site(
    catalog: Catalog,
    frames: Mapping[str, pd.DataFrame],
    codes: Codes,
    *,
    as_of: str,
    tiles: Mapping[str, Zooms],
) -> dict[str, Any]:
    """Return the document; ``frames`` are those of one edition, its fields selected.

    ``tiles`` are the zooms of the layers that are drawn from vector tiles.
    """
    site = catalog.site.model_dump(exclude={"basemap"})
    return {
        "format": FORMAT,
        "as_of": as_of,
        "site": site,
        "image_hosts": image_hosts(catalog.site.basemap),
        "extent": _extent(catalog, frames),
        "layers": [
            {**_describe_layer(name, entry, frames[name]), **_tiles_of(name, tiles)}
            for name, entry in catalog.layers.items()
        ],
        "tables": [
            _describe_entry(name, entry, frames[name]) for name, entry in catalog.tables.items()
        ],
        "strip": _known_strip(catalog, frames),
        "figures": _records(catalog, frames, "figures"),
        "statistics": _records(catalog, frames, "statistics"),
        "codes": _used_codes(frames, codes),
    }


def _describe_entry(name: str, entry: Entry, frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "id": name,
        "kind": entry.kind,
        "title": entry.title.model_dump(),
        "count": len(frame),
        "natures": sorted(frame["nature"].dropna().unique()),
        "source": entry.source.model_dump(),
        "source_url": entry.source_url,
        "as_of": entry.as_of,
        "licence": entry.licence,
    }


def _describe_layer(name: str, entry: Entry, frame: pd.DataFrame) -> dict[str, Any]:
    return {
        **_describe_entry(name, entry, frame),
        "theme": entry.theme,
        "min_zoom": entry.min_zoom,
        "default_on": entry.default_on,
    }


def _tiles_of(name: str, tiles: Mapping[str, Zooms]) -> dict[str, Any]:
    return {"tiles": asdict(tiles[name])} if name in tiles else {}


def _extent(catalog: Catalog, frames: Mapping[str, pd.DataFrame]) -> list[float]:
    """Return (minx, miny, maxx, maxy) of the counties, else of all that has a place."""
    counties = [n for n, e in catalog.layers.items() if e.kind == "counties"]
    for names in (counties, list(catalog.layers)):
        bounds = [_bounds(frames[n]) for n in names]
        found = [b for b in bounds if b is not None]
        if found:
            columns = list(zip(*found, strict=True))
            return [min(columns[0]), min(columns[1]), max(columns[2]), max(columns[3])]
    return [-180.0, -85.0, 180.0, 85.0]


def _bounds(frame: pd.DataFrame) -> list[float] | None:
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geometry.notna().any():
        return None
    return [round(float(value), 4) for value in frame.total_bounds]


def _records(
    catalog: Catalog, frames: Mapping[str, pd.DataFrame], kind: str
) -> list[dict[str, Any]]:
    return [
        record
        for name, entry in catalog.tables.items()
        if entry.kind == kind
        for record in table_to_records(frames[name])
    ]


def _known_strip(catalog: Catalog, frames: Mapping[str, pd.DataFrame]) -> list[str]:
    known = {record["figure_id"] for record in _records(catalog, frames, "figures")}
    return [figure for figure in catalog.site.strip if figure in known]


def _used_codes(frames: Mapping[str, pd.DataFrame], codes: Codes) -> dict[str, Any]:
    """Return the labels of the codes that these frames use, and no others."""
    return {
        "land_use": {
            code: {**label, "rgb": codes.land_use.rgb(code)}
            for code, label in _labels(frames, _LAND_USE_FIELDS, codes.land_use).items()
        },
        "industry": _labels(frames, _INDUSTRY_FIELDS, codes.industry),
        "county": {code: codes.county.label(code) for code in codes.county},
        "province": _labels(frames, _PROVINCE_FIELDS, codes.province),
    }


def _labels(
    frames: Mapping[str, pd.DataFrame], fields: Iterable[str], known: CodeList
) -> dict[str, dict[str, str]]:
    labels = {code: known.label(code) for code in _values(frames, fields)}
    return {code: label for code, label in labels.items() if label is not None}


def _values(frames: Mapping[str, pd.DataFrame], fields: Iterable[str]) -> list[str]:
    found: set[str] = set()
    for frame in frames.values():
        for name in fields:
            if name in frame.columns:
                for text in frame[name].dropna().unique():
                    found.update(part.strip() for part in str(text).split(";"))
    return sorted(found - {""})
