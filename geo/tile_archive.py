"""Read the vector tiles of one layer of one edition.

Publish writes ``tiles/LAYER.mbtiles`` (:mod:`geo.storage.tile_files`); it is read here with
nothing but the standard library. The file never changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from geo.database_file import DatabaseFile
from geo.errors import NotFound

_TILE = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"


class TileArchive(DatabaseFile):
    """The tiles of one layer of one edition. Thread-safe.

    Parameters
    ----------
    path
        The file of the layer.
    """

    @cached_property
    def metadata(self) -> Mapping[str, str]:
        """What the file says of itself, by the names of the format."""
        with self._reading() as connection:
            return MappingProxyType(dict(connection.execute("SELECT name, value FROM metadata")))

    @cached_property
    def minzoom(self) -> int:
        """The first zoom that has tiles."""
        return int(self.metadata["minzoom"])

    @cached_property
    def maxzoom(self) -> int:
        """The last zoom that has tiles."""
        return int(self.metadata["maxzoom"])

    @cached_property
    def bounds(self) -> tuple[float, ...] | None:
        """minx, miny, maxx, maxy in degrees; ``None`` if nothing in the layer has a place."""
        text = self.metadata.get("bounds")
        return None if text is None else tuple(float(edge) for edge in text.split(","))

    @cached_property
    def layers(self) -> list[dict[str, Any]]:
        """The layers that are in the tiles, as TileJSON describes them."""
        found: list[dict[str, Any]] = json.loads(self.metadata["json"])["vector_layers"]
        return found

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile compressed with gzip, ``None`` if there is nothing in it.

        ``y`` is counted from the north.

        Raises
        ------
        NotFound
            ``TILE_UNKNOWN`` for a zoom that has no tiles or a place outside the world.
        """
        side = 2 ** min(max(zoom, 0), 30)
        if not (self.minzoom <= zoom <= self.maxzoom and 0 <= x < side and 0 <= y < side):
            raise NotFound("TILE_UNKNOWN", minzoom=self.minzoom, maxzoom=self.maxzoom)
        with self._reading() as connection:
            found = connection.execute(_TILE, (zoom, x, side - 1 - y)).fetchone()
        return None if found is None else bytes(found[0])
