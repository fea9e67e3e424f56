"""R*Trees filled at once: sound by SQLite's own check, and they find what rows one by one do."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.storage.rtree import fill_rtree

CREATE = "CREATE VIRTUAL TABLE boxes USING rtree(row, minx, maxx, miny, maxy)"
DEGREES = st.floats(-180, 180, allow_nan=False)


def boxes_of(corners: np.ndarray) -> np.ndarray:
    """Return minx, maxx, miny, maxy of pairs of corners, each x, y, x, y."""
    x, y = np.sort(corners[:, ::2], axis=1), np.sort(corners[:, 1::2], axis=1)
    return np.column_stack([x, y])


def random_boxes(count: int) -> np.ndarray:
    rng = np.random.default_rng(count)
    corner = rng.uniform((80, 36), (84, 39), (count, 2))
    return boxes_of(np.column_stack([corner, corner + rng.uniform(0, 0.01, (count, 2))]))


def found(database: sqlite3.Connection, table: str, window: tuple[float, ...]) -> list[int]:
    query = f"SELECT row FROM {table} WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
    return sorted(row for (row,) in database.execute(query, window))


@pytest.mark.parametrize("count", [0, 1, 51, 52, 51 * 51, 51 * 51 + 1, 140_000])
def test_a_tree_of_any_size_is_sound(count: int) -> None:
    boxes = random_boxes(count)
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(CREATE)
        fill_rtree(database, "boxes", np.arange(1, count + 1), boxes)
        assert database.execute("SELECT rtreecheck('boxes')").fetchone() == ("ok",)
        rows = database.execute("SELECT row FROM boxes ORDER BY row").fetchall()
    assert rows == [(row,) for row in range(1, count + 1)]


@settings(max_examples=60, deadline=None)
@given(
    arrays(float, st.tuples(st.integers(1, 200), st.just(4)), elements=DEGREES),
    arrays(float, (1, 4), elements=DEGREES),
)
def test_it_finds_what_touches_a_window_and_next_to_nothing_else(
    corners: np.ndarray, window: np.ndarray
) -> None:
    boxes, rows = boxes_of(corners), 3 * np.arange(len(corners)) + 5
    asked = boxes_of(window)[0]
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(CREATE)
        fill_rtree(database, "boxes", rows, boxes)
        assert database.execute("SELECT rtreecheck('boxes')").fetchone() == ("ok",)
        got = set(found(database, "boxes", tuple(asked.tolist())))
    # Short numbers are rounded outward, here by 15 millionths of a degree at most.
    assert touching(rows, boxes, asked) <= got
    assert got <= touching(rows, boxes, np.add(asked, (-2e-5, 2e-5, -2e-5, 2e-5)))


def touching(rows: np.ndarray, boxes: np.ndarray, asked: np.ndarray) -> set[int]:
    """Return the rows of the boxes that a box touches, edges included."""
    across = (boxes[:, 1] >= asked[0]) & (boxes[:, 0] <= asked[1])
    along = (boxes[:, 3] >= asked[2]) & (boxes[:, 2] <= asked[3])
    return set(rows[across & along].tolist())


def test_a_tree_can_be_changed_afterwards() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(CREATE)
        fill_rtree(database, "boxes", np.arange(1, 5001), random_boxes(5000))
        database.execute("DELETE FROM boxes WHERE row % 2")
        database.execute("INSERT INTO boxes VALUES (9999, 81, 82, 37, 38)")
        assert database.execute("SELECT rtreecheck('boxes')").fetchone() == ("ok",)
        assert 9999 in found(database, "boxes", (81.5, 81.5, 37.5, 37.5))
