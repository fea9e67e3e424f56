"""The data as they are before an import: what rows are matched to and checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.catalog import read_catalog
from geo.codes import CodeList, Codes
from geo.crs import WGS84, declared_crs
from geo.errors import ImportRefused, LayerError
from geo.examination import examine
from geo.history import entry_of
from geo.importer.model import Mode, Remark
from geo.model import KINDS, Catalog, Entry, Kind
from geo.rules import RulesConfig, load_config
from geo.settings import Settings
from geo.storage.values import typed_frame
from geo.storage.working_copy import WorkingCopy, layer_digest


@dataclass(frozen=True)
class Present:
    """The data in use, and the layer that an import goes into.

    Parameters
    ----------
    layer, entry, kind
        The layer, what the catalogue says of it, and its fields.
    data_dir
        The working copy if there is one, else the data that it would be made from.
    frames
        Every layer and table that can be read; this one always, empty if it has no file.
    before
        Identifiers of the findings that the data have as they are.
    base
        Hash of the layer's file and the catalogue.
    """

    layer: str
    entry: Entry
    kind: Kind
    data_dir: Path
    catalog: Catalog
    codes: Codes
    config: RulesConfig
    frames: Mapping[str, pd.DataFrame]
    before: frozenset[str]
    base: str

    @property
    def frame(self) -> pd.DataFrame:
        """The layer as it is."""
        return self.frames[self.layer]

    def of_kind(self, kind: str) -> pd.DataFrame | None:
        """Return the layer of a kind, ``None`` if it cannot be read."""
        entries = self.catalog.entries().items()
        names = (name for name, entry in entries if entry.kind == kind and name in self.frames)
        return next((self.frames[name] for name in names), None)

    def layers(self) -> dict[str, pd.DataFrame]:
        """Return the layers and tables that can be read, by kind."""
        found = {kind: self.of_kind(kind) for kind in KINDS}
        return {kind: frame for kind, frame in found.items() if frame is not None}

    def references(self) -> dict[str, pd.DataFrame]:
        """Return what rows may name: the layers by kind, and the lists of codes by name."""
        lists = {
            "counties": _listed(self.codes.county, "adcode"),
            "provinces": _listed(self.codes.province, "name_zh"),
        }
        return self.layers() | lists | {self.kind.name: self.frame}

    def not_kept(self) -> list[Remark]:
        """Return the remark that parts of the layer's file cannot be written again."""
        lost = len(self.frame.attrs.get("bad_geometry", ()))
        columns = self.frame.attrs.get("unknown_columns", ())
        if not lost and not columns:
            return []
        return [Remark("NOT_KEPT", {"count": lost, "columns": "、".join(columns[:20]) or "-"})]


def data_in_use(settings: Settings) -> Path:
    """Return the directory that import reads: the working copy, else what it is made from."""
    copy = WorkingCopy(settings.out)
    return copy.root if copy.exists else settings.data_dir


def read_present(settings: Settings, layer: str, mode: Mode, as_of: date) -> Present:
    """Return the data in use.

    Raises
    ------
    NotFound
        ``LAYER_UNKNOWN``.
    DataError
        As reading the catalogue does; ``CODES_UNREADABLE``; ``LAYER_UNREADABLE`` if rows
        shall be merged into a file that cannot be read; ``LAYER_PROJECTED``;
        ``LAYER_IN_DATABASE`` if it is no file.
    """
    entry = entry_of(settings, layer)
    if entry.table:
        raise ImportRefused("LAYER_IN_DATABASE", layer=layer, table=entry.table)
    _require_degrees(entry)
    data_dir = data_in_use(settings)
    base = layer_digest(data_dir, entry.file)
    examined = examine(data_dir, as_of)
    if examined.codes is None:
        raise ImportRefused("CODES_UNREADABLE")
    frames = dict(examined.frames)
    if layer not in frames:
        if mode == "merge" and _has_content(data_dir / entry.file):
            raise ImportRefused("LAYER_UNREADABLE", layer=layer)
        frames[layer] = _empty(entry)
    return Present(
        layer=layer,
        entry=entry,
        kind=KINDS[entry.kind],
        data_dir=data_dir,
        catalog=read_catalog(data_dir),
        codes=examined.codes,
        config=load_config(data_dir),
        frames=frames,
        before=frozenset(finding.id for finding in examined.findings),
        base=base,
    )


def _require_degrees(entry: Entry) -> None:
    try:
        is_projected = entry.crs and declared_crs(crs=entry.crs, datum=entry.datum).is_projected
    except LayerError:
        return  # the layer cannot be read either, which is told
    if is_projected:
        raise ImportRefused("LAYER_PROJECTED", file=entry.file, crs=entry.crs)


def _has_content(path: Path) -> bool:
    return path.is_file() and bool(path.read_bytes().strip())


def _empty(entry: Entry) -> pd.DataFrame:
    kind = KINDS[entry.kind]
    frame = typed_frame(kind, entry, [])
    if not kind.is_layer:
        return frame
    layer: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=WGS84))
    return layer


def _listed(codes: CodeList, key: str) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"name_zh": entry.zh, "name_en": entry.en or None, key: code}
        for code, entry in codes.entries.items()
    ]
    return pd.DataFrame(rows)
