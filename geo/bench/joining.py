"""Find the plot of every firm, beside ``geopandas.sjoin`` of the same points and plots."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np

from geo.bench.cadastre import make_cadastre
from geo.bench.report import Row, compare
from geo.engine.pairs import Areas
from geo.errors import RunError

PEER = "geopandas.sjoin"
_OUTSIDE = 0.05
"""Share of the extent by which points lie beyond the plots, so that some are in none."""


def measure(plots: int, firms: int, *, rounds: int) -> list[Row]:
    """Return the time of both in ms, medians of the rounds; the pairs must be the same.

    Raises
    ------
    RunError
        ``BENCH_FAILED`` if they are not.
    """
    areas = make_cadastre(plots)
    points = scattered(areas, firms)
    ours, peer = [], []
    for _ in range(rounds):
        seconds, pairs = timed(lambda: Areas(areas.geometry).pairs(points.geometry))
        ours.append(seconds)
        seconds, joined = timed(lambda: gpd.sjoin(points, areas, predicate="intersects"))
        peer.append(seconds)
        if not np.array_equal(_sorted(pairs), _sorted(_of_frame(joined))):
            raise RunError("BENCH_FAILED", what="join", reason="other pairs than geopandas.sjoin")
    row = compare(
        "join",
        firms,
        median(ours) * 1000,
        median(peer) * 1000,
        peer_name=PEER,
        unit="ms",
        less_is_better=True,
    )
    return [row]


def scattered(areas: gpd.GeoDataFrame, count: int, *, seed: int = 0) -> gpd.GeoDataFrame:
    """Return points all over the extent of the areas and a little beyond, in their CRS."""
    minx, miny, maxx, maxy = areas.total_bounds
    random = np.random.default_rng(seed)
    margin_x, margin_y = (maxx - minx) * _OUTSIDE, (maxy - miny) * _OUTSIDE
    x = random.uniform(minx - margin_x, maxx + margin_x, count)
    y = random.uniform(miny - margin_y, maxy + margin_y, count)
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=areas.crs)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call takes, and what it returns."""
    gc.collect()
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def _of_frame(joined: gpd.GeoDataFrame) -> np.ndarray:
    return np.stack([joined.index.to_numpy(), joined["index_right"].to_numpy()])


def _sorted(pairs: np.ndarray) -> np.ndarray:
    """Return pairs of shape (2, n) in the order of the point, then of the area."""
    ordered: np.ndarray = pairs[:, np.lexsort(pairs[::-1])]
    return ordered
