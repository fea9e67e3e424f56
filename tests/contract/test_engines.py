"""Every engine gives the index pairs of ``geopandas.sjoin``, whatever is to be joined."""

import os
import signal
import sys
import time
from threading import Timer

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.engine.dask import join_partitions, open_cluster
from geo.engine.pairs import index_pairs, stream_pairs
from geo.engine.partitions import (
    join_partition,
    partition_names,
    read_pairs,
    read_shapes,
    write_partitions,
)
from geo.errors import RunError


@pytest.fixture(scope="module")
def cluster():
    """Return a client of a cluster of two worker processes on this machine."""
    with open_cluster() as client:
        yield client


def halves(points):
    middle = len(points) // 2
    return [points[:middle], points[middle:]]


def by_local(points, areas, _folder, _client):
    return index_pairs(points, areas)


def by_stream(points, areas, folder, _client):
    path = folder / "points.parquet"
    gpd.GeoDataFrame(geometry=gpd.GeoSeries(list(points), crs=4326)).to_parquet(path)
    parts = list(stream_pairs(read_shapes(path, batch=7), areas))
    return np.concatenate([np.empty((2, 0), np.int64), *parts], axis=1)


def by_dask(points, areas, folder, client):
    write_partitions(folder, areas, halves(points), size=max(3, len(areas) // 8))
    count = join_partitions(folder, client)
    pairs = read_pairs(folder)
    assert count == pairs.shape[1]
    return pairs


@pytest.fixture(params=[by_local, by_stream, by_dask])
def join(request, tmp_path):
    """Return each engine as a function of points and areas to index pairs."""
    # Only the engine that needs a cluster waits for one.
    client = request.getfixturevalue("cluster") if request.param is by_dask else None

    def run(points, areas):
        pairs = request.param(points, areas, tmp_path, client)
        assert (pairs.shape[0], pairs.dtype) == (2, np.int64)
        return pairs

    return run


def expected(points, areas):
    left = gpd.GeoDataFrame(geometry=gpd.GeoSeries(list(points), crs=4326))
    right = gpd.GeoDataFrame(geometry=gpd.GeoSeries(list(areas), crs=4326))
    joined = gpd.sjoin(left, right, predicate="intersects")
    pairs = np.stack([joined.index, joined["index_right"]])
    return pairs[:, np.lexsort(pairs[::-1])]


def chequered(columns, rows):
    return [box(x, y, x + 1, y + 1) for x in range(columns) for y in range(rows)]


CASES = {
    "points on every edge and corner": (
        [Point(x / 2, y / 2) for x in range(-1, 12) for y in range(-1, 12)],
        chequered(5, 5),
    ),
    "holes, parts, overlaps and copies": (
        [Point(x / 3, y / 3) for x in range(20) for y in range(20)] * 2,
        [
            box(0, 0, 6, 6).difference(box(1, 1, 3, 3)),
            MultiPolygon([box(0, 0, 1, 1), box(4, 4, 5, 5)]),
            box(2, 2, 4, 4),
            box(2, 2, 4, 4),
            Polygon([(0, 0), (6, 1), (3, 6)]),
        ],
    ),
    "missing, empty and not a number": (
        [None, Point(), Point(float("nan"), 1), Point(0.5, 0.5), Point(float("inf"), 0)],
        [None, Polygon(), box(0, 0, 1, 1), Point(0.5, 0.5)],
    ),
    "no points": ([], chequered(2, 2)),
    "no areas": ([Point(0, 0)], []),
    "nothing": ([], []),
    "far apart": ([Point(179, 89), Point(-179, -89)], [box(0, 0, 1, 1), box(178, 88, 180, 90)]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_pairs_are_those_of_sjoin(case, join):
    points, areas = CASES[case]
    assert np.array_equal(join(points, areas), expected(points, areas))


def test_ten_thousand_points_in_uneven_plots(join):
    random = np.random.default_rng(7)
    seeds = shapely.multipoints(random.uniform(0, 10, (300, 2)))
    plots = shapely.get_parts(shapely.voronoi_polygons(seeds))
    corners = shapely.points(shapely.get_coordinates(plots))
    points = np.concatenate([shapely.points(random.uniform(0, 10, (10_000, 2))), corners])
    assert np.array_equal(join(points, plots), expected(points, plots))


# --- partitions and the cluster --------------------------------------------------------------


def test_a_partition_that_is_joined_twice_counts_once(tmp_path):
    points, areas = CASES["points on every edge and corner"]
    write_partitions(tmp_path, areas, halves(points), size=4)
    names = partition_names(tmp_path)
    assert len(names) == 7
    for name in [*names, *names]:
        join_partition(tmp_path, name)
    assert np.array_equal(read_pairs(tmp_path), expected(points, areas))


def test_partitions_go_into_a_folder_of_their_own(tmp_path):
    write_partitions(tmp_path, [], [])
    with pytest.raises(FileExistsError):
        write_partitions(tmp_path, [], [])


def test_partitions_are_geoparquet_that_others_read(tmp_path):
    write_partitions(tmp_path, chequered(2, 2), [[Point(0.5, 0.5)]], size=2)
    frames = [gpd.read_parquet(tmp_path / "areas" / name) for name in partition_names(tmp_path)]
    assert [len(frame) for frame in frames] == [2, 2]
    assert sorted(n for frame in frames for n in frame["number"]) == [0, 1, 2, 3]


def _die_in(seconds):
    """Kill the worker that this runs in, as an outage would, a little later."""
    Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return os.getpid()


def test_the_loss_of_a_worker_is_survived(cluster, tmp_path):
    random = np.random.default_rng(1)
    points = shapely.points(random.uniform(0, 50, (400_000, 2)))
    areas = chequered(50, 50)
    write_partitions(tmp_path, areas, halves(points), size=250)
    victim = next(iter(cluster.scheduler_info()["workers"]))
    cluster.submit(_die_in, 0.3, workers=[victim], pure=False).result()
    began = time.monotonic()
    join_partitions(tmp_path, cluster)
    assert time.monotonic() - began > 0.3, "it was over before the worker died"
    assert np.array_equal(read_pairs(tmp_path), index_pairs(points, areas))


def test_a_partition_that_cannot_be_read_is_an_error(cluster, tmp_path):
    write_partitions(tmp_path, chequered(1, 1), [[Point(0, 0)]])
    (tmp_path / "points" / "0000.parquet").write_bytes(b"cut off")
    with pytest.raises(Exception, match="Parquet"):
        join_partitions(tmp_path, cluster)


def test_without_dask_a_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match="CLUSTER_MISSING"), open_cluster():
        pass
