"""A region of one size: its data directory, and its snapshot once it is published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geo.bench.processes import Spent, run
from geo.feature_store import is_large
from geo.storage.snapshots import SnapshotStore

AS_OF = "2026-11-22"
FIRMS_PER_PLOT = 10


@dataclass(frozen=True)
class Region:
    """Where the data of a size lie, and where they are published.

    Parameters
    ----------
    plots
        How many there are; firms are ten times as many.
    data, out
        The data directory and the output directory.
    """

    plots: int
    data: Path
    out: Path

    @property
    def firms(self) -> int:
        """How many firms there are."""
        return self.plots * FIRMS_PER_PLOT

    @property
    def plots_file(self) -> Path:
        """The plots as GeoParquet."""
        return self.data / "parcels.parquet"

    def publish(self, out: Path | None = None) -> Spent:
        """Publish in a process of its own and return what it took."""
        where = ["--data", str(self.data), "--out", str(out or self.out), "--as-of", AS_OF]
        return run(["-m", "geo", "publish", "--json", *where])

    @property
    def version(self) -> str:
        """The version that is published."""
        version = SnapshotStore(self.out).current()
        assert version is not None, "not published yet"
        return version

    @property
    def has_tiles(self) -> bool:
        """Whether there are so many plots that the map draws them from tiles."""
        return is_large(self.plots)
