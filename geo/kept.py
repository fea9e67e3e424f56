"""Keep what a function returned, and let those who ask at the same time wait for one of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Condition
from typing import ParamSpec, TypeVar

from cachetools import LRUCache, cached
from cachetools.keys import hashkey

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kept(most: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Return a decorator that keeps the results for the ``most`` arguments asked for last.

    Unlike :func:`functools.lru_cache` it calls the function once for those who ask for the same
    at once: after a publish all readers want what nobody has made yet. If it raises, each tries
    in turn. An argument that has an ``identity`` is told by that and not held in memory.

    >>> double = kept(2)(lambda n: print("made") or 2 * n)
    >>> double(4), double(4)
    made
    (8, 8)
    """

    def keep(function: Callable[_P, _R]) -> Callable[_P, _R]:
        found: LRUCache[Hashable, _R] = LRUCache(most)
        return cached(found, key=_key, condition=Condition())(function)

    return keep


def _key(*arguments: Hashable) -> Hashable:
    return hashkey(*(getattr(argument, "identity", argument) for argument in arguments))
