"""Write the downloads of large layers in a process of its own (:mod:`geo.storage.beside`)."""

from __future__ import annotations

from pathlib import Path

from geo.export.downloads import Entry, Site, write_layer
from geo.storage.beside import Beside, Work, serve
from geo.storage.handover import read_layer


def start_downloads(
    beside: Beside, handed_over: Path, folder: Path, entry: Entry, site: Site, version: str
) -> None:
    """Begin to write the files of a layer that was handed over.

    Parameters as for :func:`geo.export.downloads.write_layer`.
    """
    about = {"entry": entry, "site": {name: site[name] for name in ("codes", "site")}}
    files = {"from": str(handed_over), "to": str(folder), "version": version}
    beside.start(__name__, {**files, **about})


def _write(work: Work) -> None:
    frame = read_layer(Path(work["from"]))
    write_layer(Path(work["to"]), work["entry"], frame, work["site"], work["version"])


if __name__ == "__main__":
    serve(_write)
