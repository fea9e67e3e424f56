"""A shortlist: parks, plots and halls in the order in which somebody chose them.

It is written in one parameter of an address, ``parks/A,parcels/B``, so that a list can be sent
to somebody else and needs no account. In a key, ``%`` is written ``%25`` and a comma ``%2C``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from geo.errors import BadRequest
from geo.query import Feature, Snapshot

KINDS = ("parks", "parcels", "buildings")
"""What a list may hold, by kind of layer."""

MOST = 10
"""Entries of a list."""

_LONGEST_KEY = 80


@dataclass(frozen=True)
class Ref:
    """What an entry names: a kind and a key.

    Examples
    --------
    >>> str(Ref("parcels", "A,1"))
    'parcels/A%2C1'
    """

    kind: str
    key: str

    def __str__(self) -> str:
        """Return it as it stands in a list."""
        return f"{self.kind}/{self.key.replace('%', '%25').replace(',', '%2C')}"


@dataclass(frozen=True)
class Entry:
    """An entry that the snapshot knows."""

    ref: Ref
    feature: Feature


@dataclass(frozen=True)
class Shortlist:
    """The entries that a snapshot knows, in their order, and what it does not know."""

    entries: tuple[Entry, ...]
    unknown: tuple[Ref, ...]


def read_ids(text: str) -> tuple[Ref, ...]:
    """Return what a list names, each thing once, in its order.

    Raises
    ------
    BadRequest
        ``SHORTLIST_INVALID`` for what is no ``kind/key``, ``SHORTLIST_TOO_LONG``.

    Examples
    --------
    >>> [str(ref) for ref in read_ids("parks/A, parcels/B,parks/A")]
    ['parks/A', 'parcels/B']
    """
    found = dict.fromkeys(_read(part.strip()) for part in text.split(",") if part.strip())
    if len(found) > MOST:
        raise BadRequest("SHORTLIST_TOO_LONG", count=len(found), most=MOST)
    return tuple(found)


def write_ids(refs: Iterable[Ref]) -> str:
    """Return a list as one parameter; :func:`read_ids` reads it."""
    return ",".join(map(str, refs))


def look_up(shown: Snapshot, refs: Iterable[Ref]) -> Shortlist:
    """Return the entries of a list as a snapshot has them."""
    entries, unknown = [], []
    for ref in refs:
        feature = shown.of_kind(ref.kind).get(ref.key)
        if feature is None:
            unknown.append(ref)
        else:
            entries.append(Entry(ref, feature))
    return Shortlist(tuple(entries), tuple(unknown))


def _read(part: str) -> Ref:
    kind, _, key = part.partition("/")
    key = unquote(key)
    if kind not in KINDS or not key or len(key) > _LONGEST_KEY or not key.isprintable():
        raise BadRequest("SHORTLIST_INVALID", part=part[:60])
    return Ref(kind, key)
