"""Fill an R*Tree of SQLite with all its boxes at once.

Row by row, SQLite looks for the best place of each box and splits full nodes: 15 to 20 µs a box
of a million on two cores, against 2 to 3 here. Boxes are laid side by side into full nodes
(sort-tile-recursive packing, Leutenegger and others, 1997), and these are written as the module
itself stores them: the tables behind a virtual table and the format of a node are described in
SQLite's ``ext/rtree/rtree.c``.
"""

from __future__ import annotations

import sqlite3

import numpy as np

_ROOT = 1
"""Number of the node that a search begins with."""

_HEAD = 4
"""Bytes of a node before its cells: depth of the tree, in the root alone, and cells."""

_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
"""A record's row, or the number of a node below, and the box around it."""


def fill_rtree(
    database: sqlite3.Connection, table: str, rows: np.ndarray, boxes: np.ndarray
) -> None:
    """Fill an empty table ``USING rtree(row, minx, maxx, miny, maxy)``.

    Parameters
    ----------
    rows
        Whole numbers, rising.
    boxes
        For each row minx, maxx, miny, maxy; none of them missing.
    """
    if not len(rows):
        return
    size = database.execute(f"SELECT length(data) FROM {table}_node").fetchone()[0]
    most = (size - _HEAD) // _CELL.itemsize
    cells = np.empty(len(rows), dtype=_CELL)
    cells["id"], cells["box"] = rows, _outward(boxes)
    first, depth, owners = _ROOT + 1, 0, f"{table}_rowid"
    while len(cells) > most:
        cells = cells[_side_by_side(cells["box"], most)]
        numbers = first + np.arange(-(-len(cells) // most))
        _write_owners(database, owners, cells["id"], np.repeat(numbers, most)[: len(cells)])
        _write_nodes(database, table, numbers, _full_nodes(cells, size))
        cells = _around(cells, numbers, most)
        first, depth, owners = first + len(numbers), depth + 1, f"{table}_parent"
    root = _full_nodes(cells, size)
    root["depth"] = depth
    _write_owners(database, owners, cells["id"], np.full(len(cells), _ROOT))
    _write_nodes(database, table, np.array([_ROOT]), root)


def _outward(boxes: np.ndarray) -> np.ndarray:
    """Return boxes in short numbers that none of the given ones reaches out of."""
    short = np.asarray(boxes, dtype=np.float32).copy()
    low, high = short[:, ::2], short[:, 1::2]
    low[:] = np.where(low > boxes[:, ::2], np.nextafter(low, np.float32(-np.inf)), low)
    high[:] = np.where(high < boxes[:, 1::2], np.nextafter(high, np.float32(np.inf)), high)
    return short


def _side_by_side(boxes: np.ndarray, most: int) -> np.ndarray:
    """Return the order in which each run of so many boxes lies together."""
    x, y = boxes[:, 0] + boxes[:, 1], boxes[:, 2] + boxes[:, 3]
    nodes = -(-len(boxes) // most)
    across = int(np.ceil(np.sqrt(nodes)))
    rank = np.empty(len(boxes), dtype=np.int64)
    rank[np.argsort(x, kind="stable")] = np.arange(len(boxes))
    strip = rank // (most * -(-nodes // across))
    return np.lexsort((y, strip))


def _around(cells: np.ndarray, numbers: np.ndarray, most: int) -> np.ndarray:
    """Return the cells of the nodes that hold the given ones, by runs of so many."""
    starts = np.arange(0, len(cells), most)
    found = np.empty(len(numbers), dtype=_CELL)
    found["id"] = numbers
    for edge, smallest in enumerate((np.minimum, np.maximum, np.minimum, np.maximum)):
        found["box"][:, edge] = smallest.reduceat(cells["box"][:, edge], starts)
    return found


def _full_nodes(cells: np.ndarray, size: int) -> np.ndarray:
    """Return nodes of so many bytes with the cells, all but the last of them full."""
    most = (size - _HEAD) // _CELL.itemsize
    padded = np.zeros(-(-len(cells) // most) * most, dtype=_CELL)
    padded[: len(cells)] = cells
    counts = np.full(len(padded) // most, most)
    counts[-1] -= len(padded) - len(cells)
    nodes: np.ndarray = np.zeros(len(counts), dtype=_layout(most, size))
    nodes["count"], nodes["cells"] = counts, padded.reshape(len(counts), most)
    return nodes


def _layout(most: int, size: int) -> np.dtype[np.void]:
    cells = np.dtype((_CELL, most))
    rest = np.dtype((np.void, size - _HEAD - cells.itemsize))
    return np.dtype([("depth", ">u2"), ("count", ">u2"), ("cells", cells), ("rest", rest)])


def _write_owners(
    database: sqlite3.Connection, table: str, ids: np.ndarray, nodes: np.ndarray
) -> None:
    """Write in which node each row, or each node below, is found."""
    order = np.argsort(ids)
    pairs = zip(ids[order].tolist(), nodes[order].tolist(), strict=True)
    database.executemany(f"INSERT INTO {table} VALUES (?, ?)", pairs)


def _write_nodes(
    database: sqlite3.Connection, table: str, numbers: np.ndarray, nodes: np.ndarray
) -> None:
    bodies = zip(numbers.tolist(), (node.tobytes() for node in nodes), strict=True)
    # The module has made an empty root.
    database.executemany(f"INSERT OR REPLACE INTO {table}_node VALUES (?, ?)", bodies)
