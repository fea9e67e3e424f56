"""The files of the layers of one edition: what the map draws, and what is asked of a layer.

A small layer is one GeoJSON; of a large one there are tiles instead. Both have a file of
features. Those of large layers are written by processes beside this one.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.feature_store import is_large
from geo.model import Catalog
from geo.render.geojson import layer_to_geojson
from geo.render.tiles import Zooms, choose_zooms
from geo.storage.beside import Beside
from geo.storage.feature_files import write_features
from geo.storage.feature_process import start_features
from geo.storage.handover import hand_over
from geo.storage.tile_process import start_tiles


@dataclass
class LayerFiles:
    """The files of the layers by their names in an edition.

    Parameters
    ----------
    drawn
        The GeoJSON of small layers.
    written
        Where files of features lie that are ready.
    coming
        Where files will lie that are being written.
    handed_over
        What those are made of, by layer: it stands for them until they are there.
    zooms
        Of the layers that have tiles, by layer.
    """

    drawn: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, Path] = field(default_factory=dict)
    coming: dict[str, Path] = field(default_factory=dict)
    handed_over: dict[str, Path] = field(default_factory=dict)
    zooms: dict[str, Zooms] = field(default_factory=dict)


def make_layer_files(
    frames: Mapping[str, pd.DataFrame], catalog: Catalog, folder: Path, beside: Beside
) -> LayerFiles:
    """Write the files of small layers into a folder and begin to write those of large ones."""
    files = LayerFiles()
    for layer in catalog.layers:
        frame = gpd.GeoDataFrame(frames[layer])
        if is_large(len(frame)):
            _begin_large(files, layer, frame, catalog, folder, beside)
        else:
            _write_small(files, layer, frame, catalog, folder)
    return files


def _write_small(
    files: LayerFiles, layer: str, frame: gpd.GeoDataFrame, catalog: Catalog, folder: Path
) -> None:
    entry = catalog.layers[layer]
    files.drawn[f"{layer}.geojson"] = layer_to_geojson(frame, key=entry.key, kind=entry.kind)
    path = folder / f"{layer}.sqlite"
    write_features(path, frame, key=entry.key, kind=entry.kind)
    files.written[f"features/{layer}.sqlite"] = path


def _begin_large(
    files: LayerFiles,
    layer: str,
    frame: gpd.GeoDataFrame,
    catalog: Catalog,
    folder: Path,
    beside: Beside,
) -> None:
    entry = catalog.layers[layer]
    handed_over = folder / f"{layer}.arrow"
    features, tiles = folder / f"{layer}.sqlite", folder / f"{layer}.mbtiles"
    hand_over(handed_over, frame, key=entry.key, kind=entry.kind)
    zooms = choose_zooms(frame)
    start_features(beside, handed_over, features)
    start_tiles(
        beside,
        handed_over,
        tiles,
        layer=layer,
        key=entry.key,
        kind=entry.kind,
        zooms=zooms,
        title=entry.title.joined,
        # Clients take an attribution for markup.
        attribution=html.escape(entry.source.joined),
    )
    files.coming[f"features/{layer}.sqlite"] = features
    files.coming[f"tiles/{layer}.mbtiles"] = tiles
    files.handed_over[layer] = handed_over
    files.zooms[layer] = zooms
