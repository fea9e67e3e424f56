"""A large layer as a mapping of its features, read one by one from its store.

Pages go on asking for features by their key; what needs all of them asks the store instead
(:meth:`geo.query.Snapshot.having`).
"""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from functools import lru_cache
from typing import Any

from geo.feature_store import FeatureStore

_KEPT = 2_000
"""Features that are kept at hand."""

_PAGE = 1_000

Feature = Mapping[str, Any]


class LargeLayer(Mapping[str, Feature]):
    """The features of a store by their key, in its order.

    Parameters
    ----------
    store
        The store of the layer.
    """

    def __init__(self, store: FeatureStore) -> None:
        self._store = store
        self._get = lru_cache(maxsize=_KEPT)(self._read)

    def __getitem__(self, key: str) -> Feature:
        """Return a feature; ``KeyError`` for an unknown key."""
        found = self._get(key) if isinstance(key, str) else None
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        """Return whether there is a feature of that key."""
        return isinstance(key, str) and self._get(key) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield all keys."""
        return self._store.keys()

    def __len__(self) -> int:
        """Return how many features there are."""
        return self._store.count

    def items(self) -> ItemsView[str, Feature]:
        """Return keys and features, read page by page."""
        return _Items(self)

    def values(self) -> ValuesView[Feature]:
        """Return the features, read page by page."""
        return _Values(self)

    def stream(self) -> Iterator[Feature]:
        """Yield every feature, a page of them in memory at a time."""
        after = 0
        while page := self._store.select(limit=_PAGE, after=after):
            yield from (json.loads(body) for _, body in page)
            after = page[-1][0]

    def _read(self, key: str) -> Feature | None:
        body = self._store.get(key)
        return None if body is None else json.loads(body)


class _Values(ValuesView[Feature]):
    def __init__(self, layer: LargeLayer) -> None:
        super().__init__(layer)
        self._layer = layer

    def __iter__(self) -> Iterator[Feature]:
        return self._layer.stream()


class _Items(ItemsView[str, Feature]):
    def __init__(self, layer: LargeLayer) -> None:
        super().__init__(layer)
        self._layer = layer

    def __iter__(self) -> Iterator[tuple[str, Feature]]:
        return ((str(feature["id"]), feature) for feature in self._layer.stream())
