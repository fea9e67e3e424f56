"""Write the tiles of large layers in a process of its own (:mod:`geo.storage.beside`)."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from geo.render.tiles import Drawn, Tileset, Zooms, drawn_fields
from geo.render.tiles.places import Shapes
from geo.storage.beside import Beside, Work, serve
from geo.storage.handover import read_fields
from geo.storage.tile_files import write_tiles


@dataclass(frozen=True)
class _Tiled:
    """What the tiles of a layer were made of, and their file."""

    drawn: Drawn
    path: Path


def start_tiles(
    beside: Beside,
    handed_over: Path,
    path: Path,
    *,
    layer: str,
    key: str,
    kind: str,
    zooms: Zooms,
    title: str,
    attribution: str,
) -> None:
    """Begin to write the tiles of a layer that was handed over.

    ``zooms`` are those of the frame that was handed over, ``title`` and ``attribution`` as for
    :func:`geo.storage.tile_files.write_tiles`. The tiles of a layer in one edition are those
    of the one before where they are the same.
    """
    work = {"layer": layer, "key": key, "kind": kind, "title": title, "attribution": attribution}
    files = {"from": str(handed_over), "to": str(path)}
    beside.start(__name__, {**files, **work, "zooms": asdict(zooms)})


def _write(work: Work, tiled: dict[str, _Tiled]) -> None:
    """Write tiles; ``tiled`` are those of the edition before and become those of this one."""
    layer, key, kind, path = work["layer"], work["key"], work["kind"], Path(work["to"])
    before = tiled.pop(layer, None)
    known = before.drawn if before else None
    fields = drawn_fields(key, kind)
    # Nothing else holds on to the frame, whose shapes need not stay.
    tileset = Tileset(
        read_fields(Path(work["from"]), fields),
        layer=layer,
        key=key,
        kind=kind,
        known=known,
        zooms=Zooms(**work["zooms"]),
    )
    if before and tileset.drawn.equals(before.drawn):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(before.path, path)
    else:
        write_tiles(path, tileset, title=work["title"], attribution=work["attribution"])
    # Points, of which there may be millions, are placed anew as fast as they are compared.
    if isinstance(tileset.drawn.places, Shapes):
        tiled[layer] = _Tiled(tileset.drawn, path)


if __name__ == "__main__":
    editions: dict[str, _Tiled] = {}
    serve(lambda work: _write(work, editions))
