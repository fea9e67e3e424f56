"""Answers a second: page, file, tile and features, beside tipg, an empty reply and nginx.

The empty reply is what the WSGI server that serves ours can give at most, nginx what the machine
can; tipg answers tiles and features of the same plots from PostGIS. All are asked by the same
clients in turns. A peer that is not installed leaves out its rows.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

import geopandas as gpd

from geo.bench import nginx, tipg
from geo.bench.processes import free_port, serving
from geo.bench.rates import empty_reply, fetch, rate, seconds_of
from geo.bench.region import Region
from geo.bench.report import Row, compare

EMPTY = "an empty reply under waitress"
STATIC = "nginx, the same bytes as a file"
TIPG = "tipg on PostGIS"
_TILE_ZOOMS = (10, 12)
_SLOW = 40
"""Times fewer requests for a peer that is known to take tens of milliseconds for each."""


@dataclass(frozen=True)
class Peers:
    """Where the peers answer; ``None`` for one that is not installed."""

    empty: str
    nginx: str | None
    tipg: str | None


@contextmanager
def serving_region(region: Region) -> Iterator[str]:
    """Serve the region as ``python server.py`` does; yield host and port."""
    port = free_port()
    paths = [str(region.data), str(region.out)]
    command = [sys.executable, "-m", "geo.bench.server", *paths, str(port)]
    with serving(command, port, "/healthz") as host:
        yield host


def measure(region: Region, host: str, *, rounds: int, requests: int) -> list[Row]:
    """Return the rates of all kinds of answers, and the time of a tile that is asked for first."""
    with _peers(region) as peers:
        rows = [*_first_tiles(region, peers, rounds=rounds)]
        for path, name in _ready(region).items():
            limits = {EMPTY: (peers.empty, "/"), STATIC: (peers.nginx, f"/{name}")}
            rows += _rates(name, region.plots, (host, [path]), limits, rounds, requests)
        for name, (mine, other) in _asked_of_tipg(region).items():
            beside = {TIPG: (peers.tipg, other)}
            rows += _rates(name, region.plots, (host, [mine]), beside, rounds, requests)
    return rows


@contextmanager
def _peers(region: Region) -> Iterator[Peers]:
    with ExitStack() as stack:
        port = free_port()
        nothing = stack.enter_context(serving([sys.executable, *empty_reply(port)], port))
        static = tiled = None
        if nginx.is_installed():
            static = stack.enter_context(nginx.serving_files(_bodies(region)))
        if tipg.is_installed():
            tiled = stack.enter_context(tipg.serving_plots(region.plots_file))
        yield Peers(nothing, static, tiled)


def _ready(region: Region) -> dict[str, str]:
    """Return the addresses of answers that lie ready, and what their rows are called."""
    return {f"/layers/{region.version}/parks.geojson": "layer", "/": "page", "/healthz": "health"}


def _bodies(region: Region) -> Mapping[str, bytes]:
    """Return what nginx gives instead: as many bytes as our answer has over the wire."""
    with serving_region(region) as host:
        return {name: b"x" * fetch(host, [path]) for path, name in _ready(region).items()}


def _rates(
    name: str,
    n: int,
    ours: tuple[str, Sequence[str]],
    peers: Mapping[str, tuple[str | None, str]],
    rounds: int,
    requests: int,
) -> Iterator[Row]:
    fetch(*ours)
    for peer_name, (host, path) in peers.items():
        if host is None:
            continue
        few = max(8, requests // _SLOW) if peer_name == TIPG else requests
        mine, other = [], []
        for _ in range(rounds):
            mine.append(rate(*ours, requests))
            other.append(rate(host, [path], few))
        yield compare(
            f"{name}_rate",
            n,
            median(mine),
            median(other),
            peer_name=peer_name,
            unit="answers/s",
            less_is_better=False,
        )


def _asked_of_tipg(region: Region) -> dict[str, tuple[str, str]]:
    """Return our address and that of tipg for the same tile or features."""
    box = _box(region)
    tiles = {
        f"tile_z{z}": (_tile_path(region, z), tipg.tile_path(*_tile(region, z)))
        for z in _TILE_ZOOMS
        if region.has_tiles
    }
    features = f"/api/collections/parcels/items?f=json&limit=10&bbox={box}"
    return {**tiles, "features_in_box": (features, tipg.items_path(box, 10))}


def _first_tiles(region: Region, peers: Peers, *, rounds: int) -> Iterator[Row]:
    """Ask a server that has just started for tiles that it never gave, each once."""
    if peers.tipg is None or not region.has_tiles:
        return
    for z in _TILE_ZOOMS:
        mine, other = [], []
        for _ in range(rounds):
            with serving_region(region) as host:
                mine.append(seconds_of(host, _tile_path(region, z)) * 1000)
            other.append(seconds_of(peers.tipg, tipg.tile_path(*_tile(region, z))) * 1000)
        yield compare(
            f"tile_z{z}_first",
            region.plots,
            median(mine),
            median(other),
            peer_name=TIPG,
            unit="ms",
            less_is_better=True,
        )


def _tile_path(region: Region, z: int) -> str:
    z, x, y = _tile(region, z)
    return f"/tiles/parcels/{z}/{x}/{y}.mvt"


def _tile(region: Region, z: int) -> tuple[int, int, int]:
    """Return the tile in the middle of the plots."""
    lon, lat = _middle(region)
    across = 1 << z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * across), int(y * across)


def _box(region: Region) -> str:
    lon, lat = _middle(region)
    return f"{lon},{lat},{lon + 0.01},{lat + 0.01}"


def _middle(region: Region) -> tuple[float, float]:
    minx, miny, maxx, maxy = gpd.read_parquet(region.plots_file).total_bounds
    return (minx + maxx) / 2, (miny + maxy) / 2
