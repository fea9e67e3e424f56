"""The audit of how plots lie beside each other, beside the overlay that people reach for.

``geopandas.overlay`` of the layer with itself only finds common ground; the audit also finds
gaps, slivers, copies and what leaves its park, and tells a shared corner from a fault.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from geo.bench.cadastre import make_cadastre, with_twice_the_corners
from geo.bench.report import Row, compare
from geo.catalog import read_catalog
from geo.codes import read_codes
from geo.rules import load_config, topology
from geo.rules.finding import Context
from geo.settings import BUNDLED_LAYERS


def measure(*, plots: int, rounds: int) -> list[Row]:
    """Return the rows of the audit: of plots as they are, and with twice the corners."""
    frame = make_cadastre(plots)
    frame["nature"] = pd.Series(["surveyed"] * plots, dtype="str")
    layers = {"topology": frame, "topology_corners": with_twice_the_corners(frame)}
    return [_compared(name, layer, rounds) for name, layer in layers.items()]


def _compared(name: str, frame: gpd.GeoDataFrame, rounds: int) -> Row:
    """Return the row of one layer; both sides must agree that it is sound."""
    context = _context(frame)
    ours, peer = [], []
    for _ in range(rounds):
        ours.append(_milliseconds(lambda: _must_be_sound(context)))
        peer.append(_milliseconds(lambda: gpd.overlay(frame, frame, how="intersection")))
    pair = statistics.median(ours), statistics.median(peer)
    peer_name = "geopandas.overlay of the layer with itself"
    return compare(name, len(frame), *pair, peer_name=peer_name, unit="ms", less_is_better=True)


def _context(frame: gpd.GeoDataFrame) -> Context:
    outline = box(*frame.total_bounds).buffer(0.001)
    park = {"park_id": ["A"], "nature": ["surveyed"], "place_known": [True]}
    parks = gpd.GeoDataFrame(pd.DataFrame(park), geometry=[outline], crs=frame.crs)
    return Context(
        {"parks": parks, "parcels": frame},
        read_catalog(BUNDLED_LAYERS),
        read_codes(BUNDLED_LAYERS),
        load_config(BUNDLED_LAYERS),
        date(2026, 11, 24),
    )


def _must_be_sound(context: Context) -> None:
    found = list(topology.check(context))
    assert not found, found[:3]


def _milliseconds(run: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000
