"""Read published snapshots: what pages and addresses ask for, without geopandas.

The newest snapshot is found by a look at the pointer file at each request, so that a
publish needs no restart; a snapshot never changes, so what was read of it is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geo.errors import NotFound, RunError
from geo.feature_store import BBox, FeatureStore, quoted
from geo.large_layer import LargeLayer
from geo.model import FORMAT, Edition
from geo.storage.snapshots import SnapshotStore
from geo.tile_archive import TileArchive

Feature = Mapping[str, Any]
"""A GeoJSON feature: ``id``, ``geometry`` (or ``None``) and ``properties``."""

_OPEN = 4
"""Editions of versions whose documents are kept in memory, those asked for last."""

_SUFFIX_OF_ENCODING = {"br": "br", "gzip": "gz"}
_DATABASES = (".sqlite", ".mbtiles")
MOST_WITHIN = 2_000
"""Features of a large layer that a map of one place draws at most."""


@dataclass(frozen=True)
class StoredFile:
    """One published file with its compressed twins."""

    path: Path
    sha256: str
    encodings: tuple[str, ...]

    def choose(self, accepted: tuple[str, ...]) -> tuple[Path, str | None]:
        """Return the path of the best encoding that the reader accepts, and its name."""
        for encoding, suffix in _SUFFIX_OF_ENCODING.items():
            if encoding in accepted and suffix in self.encodings:
                return self.path.with_name(f"{self.path.name}.{suffix}"), encoding
        return self.path, None


class Folder:
    """A published folder: its manifest is the only list of what can be asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest: Mapping[str, Any] = json.loads(
            (path / "manifest.json").read_text(encoding="utf-8")
        )
        if self.manifest["format"] > FORMAT:
            raise RunError("FORMAT_NEWER", found=self.manifest["format"], known=FORMAT)

    def file(self, name: str) -> StoredFile:
        """Return the file of that name.

        Raises
        ------
        NotFound
            ``FILE_UNKNOWN`` if the manifest does not list it.
        """
        entry = self.manifest["files"].get(name)
        if entry is None:
            # Without the folder: where a file lies in a snapshot is nobody's business.
            raise NotFound("FILE_UNKNOWN", name=name.rpartition("/")[2][:120])
        return StoredFile(self.path / name, entry["sha256"], tuple(entry["encodings"]))


class Snapshot(Folder):
    """One published version, seen as one edition."""

    def __init__(self, path: Path, edition: Edition) -> None:
        super().__init__(path)
        self.edition = edition
        self._documents: dict[str, Any] = {}
        self._features: dict[str, Mapping[str, Feature]] = {}
        self._stores: dict[str, FeatureStore] = {}
        self._archives: dict[str, TileArchive] = {}

    @property
    def identity(self) -> tuple[Path, Edition]:
        """What tells it from others, for what is kept longer than it is (:mod:`geo.kept`)."""
        return self.path, self.edition

    @property
    def version(self) -> str:
        """The version number."""
        return str(self.manifest["version"])

    def file(self, name: str) -> StoredFile:
        """Return the edition's file of that name; see :meth:`Folder.file`."""
        return super().file(f"{self.edition}/{name}")

    def served_file(self, name: str) -> StoredFile:
        """Return the edition's file of that name for a browser: none that only we read.

        Raises
        ------
        NotFound
            ``FILE_UNKNOWN``, also for the databases of features and tiles.
        """
        if name.endswith(_DATABASES):
            raise NotFound("FILE_UNKNOWN", name=name[:120])
        return self.file(name)

    def has(self, name: str) -> bool:
        """Return whether the edition has a file of that name; earlier software wrote fewer."""
        return f"{self.edition}/{name}" in self.manifest["files"]

    def read_text(self, name: str) -> str:
        """Return the text of the edition's file of that name."""
        return self.file(name).path.read_text(encoding="utf-8")

    @cached_property
    def site(self) -> dict[str, Any]:
        """What pages know of site, layers, figures and codes (``site.json``)."""
        found: dict[str, Any] = self.document("site.json")
        return found

    def document(self, name: str) -> Any:
        """Return the edition's JSON file of that name, read once; it must not be changed.

        Raises
        ------
        NotFound
            ``FILE_UNKNOWN`` if there is none: a snapshot keeps the files of its own time.
        """
        if name not in self._documents:
            self._documents[name] = json.loads(self.read_text(name))
        return self._documents[name]

    def features(self, layer: str) -> Mapping[str, Feature]:
        """Return the features of a layer by their key, in the order of the key.

        Those of a large layer are read one by one: ask :meth:`having` for some of them.

        Parameters
        ----------
        layer
            Its name in the catalogue; :meth:`layer_of` finds that of a kind.

        Raises
        ------
        NotFound
            ``FILE_UNKNOWN`` if the edition has no such layer.
        """
        if layer not in self._features and self.is_large(layer):
            self._features[layer] = LargeLayer(self.store(layer))
        elif layer not in self._features:
            collection = self.document(f"{layer}.geojson")
            found = {str(feature["id"]): feature for feature in collection["features"]}
            self._features[layer] = MappingProxyType(found)
        return self._features[layer]

    def store(self, layer: str) -> FeatureStore:
        """Return the store of a layer's features, to ask for some of them.

        Raises
        ------
        NotFound
            ``STORE_MISSING`` if the edition has none: no such layer, or a version that
            earlier software published.
        """
        if layer not in self._stores:
            name = f"features/{layer}.sqlite"
            if not self.has(name):
                raise NotFound("STORE_MISSING", layer=layer[:120], version=self.version)
            self._stores[layer] = FeatureStore(self.file(name).path)
        return self._stores[layer]

    def tiles(self, layer: str) -> TileArchive:
        """Return the vector tiles of a layer.

        Raises
        ------
        NotFound
            ``TILES_MISSING`` if the edition has none: no such layer, or a small one.
        """
        if layer not in self._archives:
            name = f"tiles/{layer}.mbtiles"
            if not self.has(name):
                raise NotFound("TILES_MISSING", layer=layer[:60])
            self._archives[layer] = TileArchive(self.file(name).path)
        return self._archives[layer]

    def is_large(self, layer: str) -> bool:
        """Return whether a layer has too many features for one GeoJSON file."""
        return not self.has(f"{layer}.geojson") and self.has(f"features/{layer}.sqlite")

    def having(self, kind: str, field: str, values: Collection[object]) -> list[Feature]:
        """Return the features of a kind in which a field has one of some values.

        In the order of the key. The edition may lack the field; then there are none.
        """
        layer = self.layer_of(kind)
        if not self.is_large(layer):
            found = self.features(layer).values()
            return [feature for feature in found if feature["properties"].get(field) in values]
        store = self.store(layer)
        if field not in store.fields:
            return []
        listed = json.dumps([value for value in values if value is not None])
        condition = f"{quoted(field)} IN (SELECT value FROM json_each(?))"
        page = store.select(where=(condition, [listed]), limit=store.count)
        return [json.loads(body) for _, body in page]

    def values_of(self, kind: str, field: str) -> set[str]:
        """Return the texts that a field has in the features of a kind."""
        layer = self.layer_of(kind)
        if self.is_large(layer):
            return set(self.store(layer).values_of(field))
        found = (feature["properties"].get(field) for feature in self.features(layer).values())
        return {str(value) for value in found if value is not None}

    def within(self, kind: str, bbox: BBox) -> list[Feature]:
        """Return the features of a kind whose box touches one in degrees of WGS84.

        Of a small layer all of them: what draws them leaves out the others.
        """
        layer = self.layer_of(kind)
        if not self.is_large(layer):
            return list(self.features(layer).values())
        page = self.store(layer).select(bbox=bbox, limit=MOST_WITHIN)
        return [json.loads(body) for _, body in page]

    def keys_from(self, kind: str, start: int) -> Iterator[str]:
        """Return the keys of a kind in their order, without the first ``start``."""
        layer = self.layer_of(kind)
        if self.is_large(layer):
            return self.store(layer).keys(start)
        return islice(self.features(layer), start, None)

    def layer_of(self, kind: str) -> str:
        """Return the name of the first layer of a kind; every catalogue has one."""
        names = (layer["id"] for layer in self.site["layers"] if layer["kind"] == kind)
        return str(next(names))

    def records(self, kind: str) -> list[Mapping[str, Any]]:
        """Return the records of all tables of a kind; none if the catalogue has no such table."""
        names = (table["id"] for table in self.site["tables"] if table["kind"] == kind)
        return [record for name in names for record in self.document(f"{name}.json")]

    def of_kind(self, kind: str) -> Mapping[str, Feature]:
        """Return the features of the first layer of a kind by their key."""
        return self.features(self.layer_of(kind))


class Library:
    """The snapshots that a server reads.

    Parameters
    ----------
    out
        The output directory (``PARKS_OUT``).
    """

    def __init__(self, out: Path) -> None:
        self._store = SnapshotStore(out)
        self._open = lru_cache(maxsize=_OPEN)(Snapshot)
        self._open_assets = lru_cache(maxsize=8)(Folder)

    def current(self, edition: Edition) -> Snapshot:
        """Return the snapshot that is published now.

        Raises
        ------
        NotFound
            ``NOT_PUBLISHED`` before the first publish.
        """
        version = self._store.current()
        if version is None:
            raise NotFound("NOT_PUBLISHED")
        try:
            return self.version(version, edition)
        except NotFound as error:  # the pointer names a folder that is gone
            raise NotFound("NOT_PUBLISHED") from error

    def version(self, version: str, edition: Edition) -> Snapshot:
        """Return a kept snapshot, also one that is only prepared.

        Raises
        ------
        NotFound
            ``VERSION_UNKNOWN``.
        """
        return self._open(self._store.path(version), edition)

    def published(self, version: str, edition: Edition) -> Snapshot:
        """Return a kept snapshot that is or was the current one.

        Raises
        ------
        NotFound
            ``VERSION_UNKNOWN``, also for one that is only prepared, and for a public edition
            that shows places more exactly than the one that is published now.
        """
        self._store.check_published(version)
        found = self.version(version, edition)
        if edition == "public" and _precision_m(found) < _precision_m(self.current(edition)):
            raise NotFound("VERSION_UNKNOWN", version=version[:60])
        return found

    def was_published(self, version: str) -> bool:
        """Whether a version is or was the current one, and not only prepared."""
        try:
            self._store.check_published(version)
        except NotFound:
            return False
        return True

    def published_at(self, version: str) -> str | None:
        """Return when a version last became current, ISO 8601 in UTC."""
        found = (p for p in self._store.kept() if p.version == version)
        return next((p.published_at.isoformat() for p in found), None)

    def assets(self, digest: str) -> Folder:
        """Return the static tree of that digest.

        Raises
        ------
        NotFound
            ``FILE_UNKNOWN``.
        """
        path = self._store.assets / digest
        if not digest.isalnum() or not (path / "manifest.json").is_file():
            raise NotFound("FILE_UNKNOWN", name=digest[:40])
        return self._open_assets(path)


def _precision_m(shown: Snapshot) -> float:
    """Return the size of the cells that places are rounded to; 0 if they are exact."""
    return float(shown.site["site"].get("public_precision_m", 0))
