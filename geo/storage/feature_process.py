"""Write the feature files of large layers in a process of its own (:mod:`geo.storage.beside`)."""

from __future__ import annotations

from pathlib import Path

from geo.storage.beside import Beside, Work, serve
from geo.storage.feature_files import write_parts
from geo.storage.handover import read_columns, read_parts


def start_features(beside: Beside, handed_over: Path, path: Path) -> None:
    """Begin to write the feature file of a layer that was handed over."""
    beside.start(__name__, {"from": str(handed_over), "to": str(path)})


def _write(work: Work) -> None:
    handed_over = Path(work["from"])
    # Records come part by part, so the process stays small.
    write_parts(Path(work["to"]), read_parts(handed_over), read_columns(handed_over))


if __name__ == "__main__":
    serve(_write)
