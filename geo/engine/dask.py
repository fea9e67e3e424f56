"""The join on a Dask cluster: the engine of one machine, per partition, on every worker.

Workers read and write a folder that all of them reach, so nothing large passes through the
scheduler, and a partition whose worker dies is simply joined by another. dask-geopandas does the
same with frames and is slower (docs/scaling.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geo.engine.partitions import join_partition, partition_names
from geo.errors import RunError

if TYPE_CHECKING:
    from distributed import Client

_TRIES = 3


@contextmanager
def open_cluster(scheduler: str | None = None) -> Iterator[Client]:
    """Connect to a scheduler, or run a cluster on this machine: one process for each core.

    Raises ``RunError`` CLUSTER_MISSING if Dask is not installed.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise RunError("CLUSTER_MISSING") from error
    if scheduler is not None:
        with Client(scheduler) as client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=os.cpu_count(),
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def join_partitions(folder: Path, client: Client) -> int:
    """Join every partition of a folder on the cluster, and return the number of pairs.

    :func:`geo.engine.partitions.read_pairs` reads them. A partition whose worker is lost, or
    that fails, is tried again on another; the third failure is raised.
    """
    (folder / "pairs").mkdir(exist_ok=True)
    tasks = client.map(
        _join, partition_names(folder), folder=str(folder), pure=False, retries=_TRIES - 1
    )
    return sum(client.gather(tasks))


def _join(name: str, folder: str) -> int:
    return join_partition(Path(folder), name, threads=1)
