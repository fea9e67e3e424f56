"""Write pieces as layers of vector tiles (Mapbox Vector Tile 2.1), many tiles at a time.

Keys, lengths and numbers of a feature are all varints of protocol buffers. So the features of
many tiles are laid out as one array of whole numbers, and turned into bytes in one go: the
usual encoders go feature by feature and take many times as long (docs/adr/0005-vector-tiles.md).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from geo.render.tiles.cut import POLYGON, Pieces
from geo.render.tiles.grid import EXTENT
from geo.runs import count_within

_AT_ONCE = 100_000
"""Pieces whose numbers are held at a time, a few hundred bytes each."""

_VERSION = 2
_MOVE_TO, _LINE_TO, _CLOSE = (1 << 3) | 1, 2, (1 << 3) | 7
"""Commands with their counts; that of LINE_TO is added."""

# Field number × 8 + wire type of what stands in a layer, a feature and a value.
_LAYER, _NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _OF_VERSION = 26, 10, 18, 26, 34, 40, 120
_ID, _TAGS, _TYPE, _GEOMETRY = 8, 18, 24, 34
_STRING, _DOUBLE, _UNSIGNED, _SIGNED, _BOOLEAN = 10, 25, 40, 48, 56


@dataclass(frozen=True)
class Attributes:
    """What features say of themselves, each different value written once.

    Parameters
    ----------
    names
        The fields.
    codes
        For each feature and field the row of its value in ``values``, -1 for none.
    values
        Values as messages of the format.
    """

    names: tuple[str, ...]
    codes: np.ndarray
    values: tuple[bytes, ...]

    def take(self, rows: np.ndarray) -> Attributes:
        """Return the attributes of other features: of these rows, of none for -1."""
        codes = np.where(rows[:, None] < 0, -1, self.codes[rows])
        return Attributes(self.names, codes, self.values)

    def joined(self, other: Attributes) -> Attributes:
        """Return the attributes with further fields of the same features."""
        codes = np.where(other.codes < 0, -1, other.codes + len(self.values))
        return Attributes(
            self.names + other.names,
            np.column_stack([self.codes, codes]),
            self.values + other.values,
        )


def attributes_of(columns: Mapping[str, np.ndarray], count: int) -> Attributes:
    """Return the attributes of so many features; columns are objects, ``None`` is missing."""
    codes = np.empty((count, len(columns)), dtype=np.int64)
    values: list[bytes] = []
    for place, column in enumerate(columns.values()):
        found, distinct = pd.factorize(column)
        codes[:, place] = np.where(found < 0, -1, found + len(values))
        values.extend(_value_messages(distinct))
    return Attributes(tuple(columns), codes, tuple(values))


def encode_layers(
    name: str, pieces: Pieces, attributes: Attributes, ids: np.ndarray
) -> Iterator[tuple[int, int, bytes]]:
    """Yield x, y and the layer of each tile, features in the order of the pieces.

    ``ids`` are the numbers of the features, of at most 32 bits.
    """
    start = np.r_[np.searchsorted(pieces.tile, np.arange(len(pieces.tiles))), len(pieces.tile)]
    head = _delimited(_NAME, name.encode())
    keys = b"".join(_delimited(_KEY, key.encode()) for key in attributes.names)
    tail = _varint(_EXTENT) + _varint(EXTENT) + _varint(_OF_VERSION) + _varint(_VERSION)
    for first, last in _parts(start):
        part = _slice(pieces, first, last, start)
        tags = _local_values(part, attributes.codes, len(attributes.values))
        bodies = _features(part, tags, ids)
        for tile, (body, used) in enumerate(zip(bodies, tags.values, strict=True), first):
            values = b"".join([attributes.values[value] for value in used])
            x, y = pieces.tiles[tile].tolist()
            yield x, y, _delimited(_LAYER, b"".join((head, body, keys, values, tail)))


def _parts(start: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the first tile of each part and the one after its last."""
    first = 0
    while first < len(start) - 1:
        last = int(np.searchsorted(start, start[first] + _AT_ONCE, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


def _slice(pieces: Pieces, first: int, last: int, start: np.ndarray) -> Pieces:
    """Return the pieces of some tiles, tiles and pieces counted anew."""
    low, high = int(start[first]), int(start[last])
    paths = slice(*np.searchsorted(pieces.piece, (low, high)))
    skipped = int(pieces.path[: paths.start].sum())
    corners = slice(skipped, skipped + int(pieces.path[paths].sum()))
    return Pieces(
        pieces.tiles[first:last],
        pieces.tile[low:high] - first,
        pieces.feature[low:high],
        pieces.kind[low:high],
        pieces.corners[corners],
        pieces.path[paths],
        pieces.piece[paths] - low,
    )


@dataclass(frozen=True)
class _Tags:
    """The tags of pieces, and for each tile the values that it needs, in order."""

    numbers: np.ndarray
    count: np.ndarray
    values: list[list[int]]


def _local_values(pieces: Pieces, codes: np.ndarray, values: int) -> _Tags:
    """Return the tags: pairs of a key and a value, both counted within the tile."""
    found = codes[pieces.feature]
    is_there = found >= 0
    wanted = (pieces.tile[:, None] * values + found)[is_there]
    distinct, place = np.unique(wanted, return_inverse=True)
    tile = distinct // max(values, 1)
    start = np.searchsorted(tile, np.arange(len(pieces.tiles) + 1))
    keys = np.broadcast_to(np.arange(codes.shape[1]), found.shape)[is_there]
    local = place - start[tile[place]]
    used = (distinct - tile * values).tolist()
    lists = [used[low:high] for low, high in pairwise(start.tolist())]
    return _Tags(np.column_stack([keys, local]).ravel(), 2 * is_there.sum(axis=1), lists)


def _features(pieces: Pieces, tags: _Tags, ids: np.ndarray) -> list[bytes]:
    """Return the features of each tile."""
    geometry, count = _commands(pieces)
    size = _grouped_sum(_sizes(geometry), count)
    tag_size = _grouped_sum(_sizes(tags.numbers), tags.count)
    number = ids[pieces.feature]
    length = 5 + _sizes(number) + _sizes(tag_size) + tag_size + _sizes(size) + size
    total = 10 + tags.count + count
    start = np.cumsum(total) - total
    numbers = np.empty(int(total.sum()), dtype=np.uint32)
    before: tuple[int | np.ndarray, ...] = (_FEATURE, length, _ID, number, _TAGS, tag_size)
    for place, value in enumerate(before):
        numbers[start + place] = value
    numbers[np.repeat(start + 6, tags.count) + count_within(tags.count)] = tags.numbers
    behind = start + 6 + tags.count
    after: tuple[int | np.ndarray, ...] = (_TYPE, pieces.kind, _GEOMETRY, size)
    for place, value in enumerate(after):
        numbers[behind + place] = value
    numbers[np.repeat(behind + 4, count) + count_within(count)] = geometry
    ends = np.cumsum(1 + _sizes(length) + length)
    return _split(_varints(numbers), ends, pieces)


def _split(body: bytes, ends: np.ndarray, pieces: Pieces) -> list[bytes]:
    """Return the bytes of each tile; ``ends`` are those of the pieces."""
    last = np.searchsorted(pieces.tile, np.arange(len(pieces.tiles)), side="right") - 1
    edges = [0, *ends[last].tolist()]
    return [body[low:high] for low, high in pairwise(edges)]


def _commands(pieces: Pieces) -> tuple[np.ndarray, np.ndarray]:
    """Return the commands and parameters of all pieces, and how many each piece has."""
    kind, corners = pieces.kind[pieces.piece], pieces.path
    goes_on, closes = corners > 1, kind == POLYGON
    count = 1 + 2 * corners + goes_on + closes
    start = np.cumsum(count) - count
    numbers = np.empty(int(count.sum()), dtype=np.uint32)
    numbers[start] = _MOVE_TO
    numbers[start[goes_on] + 3] = (corners[goes_on] - 1) << 3 | _LINE_TO
    numbers[(start + count - 1)[closes]] = _CLOSE
    within = count_within(corners)
    place = np.repeat(start, corners) + 1 + 2 * within + (within > 0)
    steps = _steps(pieces)
    zigzag = (steps << 1) ^ (steps >> 63)
    numbers[place], numbers[place + 1] = zigzag.T
    return numbers, _grouped_sum(count, np.bincount(pieces.piece, minlength=len(pieces.tile)))


def _steps(pieces: Pieces) -> np.ndarray:
    """Return how far each corner is from the one before; the first of a piece from the origin."""
    steps = pieces.corners.copy()
    steps[1:] -= pieces.corners[:-1]
    ends = np.cumsum(pieces.path)
    opens = np.r_[True, pieces.piece[1:] != pieces.piece[:-1]]
    first = (ends - pieces.path)[opens]
    steps[first] = pieces.corners[first]
    return steps


def _grouped_sum(numbers: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the sum of each group of so many numbers, also of empty groups."""
    sums = np.r_[0, np.cumsum(numbers)]
    ends = np.cumsum(count)
    return np.asarray(sums[ends] - sums[ends - count])


def _sizes(numbers: np.ndarray) -> np.ndarray:
    """Return how many bytes each number of at most 32 bits takes."""
    sizes = np.ones(len(numbers), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        sizes += numbers >= 1 << bits
    return sizes


def _varints(numbers: np.ndarray) -> bytes:
    """Return the numbers as varints: seven bits a byte, the low ones first."""
    sizes = _sizes(numbers)
    start = np.cumsum(sizes) - sizes
    body = np.empty(int(sizes.sum()), dtype=np.uint8)
    rows = np.arange(len(numbers))
    for place in range(5):
        rows = rows[sizes[rows] > place]
        more = (sizes[rows] > place + 1).astype(np.uint8) << 7
        body[start[rows] + place] = (numbers[rows] >> (7 * place) & 127) | more
    return body.tobytes()


def _varint(number: int) -> bytes:
    """Return one number of any size as a varint."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def _delimited(tag: int, body: bytes) -> bytes:
    return _varint(tag) + _varint(len(body)) + body


def _value_messages(values: np.ndarray) -> list[bytes]:
    """Return values as messages that stand in a layer; texts, of which there are most, fast."""
    if not all(isinstance(value, str) for value in values):
        return [_value_message(value) for value in values]
    texts = [value.encode() for value in values]
    return [_SHORT[len(text)] + text if len(text) < len(_SHORT) else _text(text) for text in texts]


def _value_message(value: Any) -> bytes:
    if isinstance(value, bool):
        return _delimited(_VALUE, _varint(_BOOLEAN) + _varint(value))
    if isinstance(value, int):
        # Below nought a number is written with its sign in the last bit.
        tag, number = (_UNSIGNED, value) if value >= 0 else (_SIGNED, -2 * value - 1)
        return _delimited(_VALUE, _varint(tag) + _varint(number))
    if isinstance(value, float):
        return _delimited(_VALUE, _varint(_DOUBLE) + struct.pack("<d", value))
    return _text(str(value).encode())


def _text(text: bytes) -> bytes:
    return _delimited(_VALUE, _delimited(_STRING, text))


_SHORT = [_text(b"x" * size)[:-size] if size else _text(b"") for size in range(120)]
"""What comes before a text of so many bytes."""
