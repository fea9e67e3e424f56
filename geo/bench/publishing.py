"""Publish a region: time and memory of all its processes, beside ``explore()`` saved as a page.

The peer draws the plots alone, without a firm, a check, a second edition or a figure; nothing
else makes of the same data something that a browser shows.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from geo.bench.processes import run
from geo.bench.region import Region
from geo.bench.report import Row, compare

PEER = "GeoDataFrame.explore() saved as a page, the plots alone"
_SAVE = """
import sys
from geo.bench.explore import save_page
save_page(*sys.argv[1:])
"""


def measure(region: Region) -> list[Row]:
    """Return seconds and peak memory (MB) of one publish into an empty directory."""
    ours = region.publish()
    with tempfile.TemporaryDirectory() as folder:
        plots = str(region.plots_file)
        peer = run(["-c", _SAVE, plots, str(Path(folder) / "explore.html")])
    pairs = {
        "publish_time": (ours.seconds, peer.seconds, "s"),
        "publish_memory": (ours.peak_mb, peer.peak_mb, "MB"),
    }
    return [
        compare(name, region.plots, mine, other, peer_name=PEER, unit=unit, less_is_better=True)
        for name, (mine, other, unit) in pairs.items()
    ]
