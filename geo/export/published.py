"""A published layer of the staff edition as a frame, with what a reader of the file must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import shape

from geo.crs import WGS84
from geo.errors import NotFound
from geo.i18n import LANGUAGES, both
from geo.model import DERIVED, KINDS, PROVENANCE, FieldSpec, Kind
from geo.query import Library, Snapshot
from geo.settings import Settings

_DTYPES = {"float": "float64", "int": "Int64", "bool": "boolean"}


@dataclass(frozen=True)
class PublishedLayer:
    """One layer as it was published.

    Parameters
    ----------
    name, kind
        Its name in the catalogue and what its records are.
    frame
        All its records in longitude and latitude of WGS84, the key first, provenance last.
    title, source
        In both languages.
    as_of
        Date of the data.
    version
        Of the snapshot; it begins with the date that ages are counted from.
    natures
        Natures of its records.
    land_use
        Names (``zh``, ``en``) and colour (``rgb``) of the land-use classes, by code.
    licence, source_url
        As the catalogue has them.
    precision_m
        Size of the cells that its places are rounded to; 0 if they are exact.
    """

    name: str
    kind: Kind
    frame: gpd.GeoDataFrame
    title: Mapping[str, str]
    source: Mapping[str, str]
    as_of: str
    version: str
    natures: tuple[str, ...]
    land_use: Mapping[str, Mapping[str, str | None]]
    licence: str = ""
    source_url: str = ""
    precision_m: float = 0

    @property
    def notice(self) -> dict[str, str]:
        """What the file says of itself in both languages: source, dates, and if it is a sample."""
        said = both("export.notice", title=self.title, source=self.source,
                    as_of=self.as_of, version=self.version)  # fmt: skip
        marks = [both(f"export.has_{nature}") for nature in ("sample", "schematic")
                 if nature in self.natures]  # fmt: skip
        more = [both("export.coarse", metres=f"{self.precision_m:g}")] if self.precision_m else []
        more += [both("export.licence", licence=self.licence)] if self.licence else []
        return {
            lang: " ".join([*(m[lang] for m in marks), text, *(m[lang] for m in more)])
            for lang, text in said.items()
        }

    @property
    def metadata(self) -> dict[str, str]:
        """What is written into a file beside its records, by name; nothing that is empty."""
        texts = {"title": self.title, "source": self.source, "notice": self.notice}
        told = {
            **{f"{n}_{lang}": text[lang] for n, text in texts.items() for lang in LANGUAGES},
            "source_url": self.source_url,
            "licence": self.licence,
            "as_of": self.as_of,
            "natures": ", ".join(self.natures),
            "version": self.version,
            "precision_m": f"{self.precision_m:g}" if self.precision_m else "",
        }
        return {name: text for name, text in told.items() if text}


def read_published(settings: Settings, layer: str) -> PublishedLayer:
    """Return a layer of the staff edition that is published now.

    Raises
    ------
    NotFound
        ``NOT_PUBLISHED`` before the first publish, ``LAYER_UNKNOWN`` if there is no such layer.
    """
    return published_layer(Library(settings.out).current("staff"), layer)


def published_layer(snapshot: Snapshot, layer: str) -> PublishedLayer:
    """Return a layer of a snapshot; raises ``NotFound`` LAYER_UNKNOWN if there is none."""
    entries = {str(entry["id"]): entry for entry in snapshot.site["layers"]}
    if layer not in entries:
        raise NotFound("LAYER_UNKNOWN", layer=layer[:60], known="、".join(entries))
    entry = entries[layer]
    kind = KINDS[entry["kind"]]
    return PublishedLayer(
        layer,
        kind,
        _frame(list(snapshot.features(layer).values()), kind),
        entry["title"],
        entry["source"],
        entry["as_of"],
        snapshot.version,
        tuple(entry["natures"]),
        snapshot.site["codes"]["land_use"],
        entry["licence"],
        entry["source_url"],
    )


def _frame(features: Sequence[Mapping[str, Any]], kind: Kind) -> gpd.GeoDataFrame:
    records = [feature["properties"] for feature in features]
    shapes = [shape(f["geometry"]) if f["geometry"] else None for f in features]
    columns = {spec.name: _column(records, spec.name, spec) for spec in kind.fields}
    derived = {name: _column(records, name, None) for name in DERIVED.get(kind.name, ())}
    # What an earlier software did not derive, and nobody knows, is no column.
    columns |= {name: column for name, column in derived.items() if column.notna().any()}
    columns |= {spec.name: _column(records, spec.name, spec) for spec in PROVENANCE}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=WGS84))


def _column(
    records: Sequence[Mapping[str, Any]], name: str, spec: FieldSpec | None
) -> pd.Series[Any]:
    values = [record.get(name) for record in records]
    dtype = _DTYPES.get(spec.dtype, "str") if spec else _derived_dtype(name, values)
    texts = dtype == "str"
    cells = [None if v is None else str(v) if texts else v for v in values]
    return pd.Series(cells, dtype=dtype)


def _derived_dtype(name: str, values: Sequence[Any]) -> str:
    """Return the type of a field that no kind declares; an area stays one without decimals."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in known):
        return "boolean"
    if all(isinstance(value, int | float) for value in known):
        is_count = all(isinstance(value, int) for value in known) and not name.endswith(_MEASURES)
        return "Int64" if is_count else "float64"
    return "str"


_MEASURES = ("_mu", "_m2", "_km2", "_ha", "_wan")


@dataclass(frozen=True)
class Written:
    """What became of the records of a layer in a file.

    Parameters
    ----------
    records
        Number of them in the file.
    left_out
        Number of those that the format has no place for, as a plot without an outline in a
        drawing.
    cut
        Number of texts that were too long for the format, by field.
    """

    records: int
    left_out: int = 0
    cut: Mapping[str, int] = field(default_factory=dict)


def objects(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of a frame with its texts as Python objects, ``None`` for a missing one."""
    texts = [name for name in frame.columns if frame[name].dtype == "str"]
    plain = {n: frame[n].astype(object).where(frame[n].notna(), None) for n in texts}
    return frame.assign(**plain)
