"""Keep what a function returned, in a server whose versions come and go.

An argument that has an ``identity`` is told by that: to keep a page or a count must not keep the
documents and the open files of a version that nobody reads any more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Condition, Lock
from typing import ParamSpec, TypeVar

from cachetools import LRUCache, cached
from cachetools.keys import hashkey

_P = ParamSpec("_P")
_R = TypeVar("_R")


def kept(most: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Return a decorator that keeps the results for the ``most`` arguments asked for last.

    Those who ask for the same at once wait for one of them: after a publish all readers want what
    nobody has made yet. If it fails, each tries in turn; for what may be refused after a while
    there is :func:`kept_by_each`.

    >>> double = kept(2)(lambda n: print("made") or 2 * n)
    >>> double(4), double(4)
    made
    (8, 8)
    """
    return cached(LRUCache(most), key=_key, condition=Condition())


def kept_by_each(most: int) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Return a decorator like :func:`kept`, under which nobody waits for another."""
    return cached(LRUCache(most), key=_key, lock=Lock())


def _key(*arguments: Hashable) -> Hashable:
    return hashkey(*(getattr(argument, "identity", argument) for argument in arguments))
