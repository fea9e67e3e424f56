"""Which features of a layer meet a box or a shape, exactly.

The boxes around the features decide most: what lies within a box that was asked meets it. Only
those that reach over its edge are read and looked at (:mod:`geo.api.shapes`). What was found is
kept for the next pages: the features of a snapshot never change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from geo.api.shapes import Shape, bounds, box_shape, intersects, shape_of
from geo.errors import BadRequest
from geo.feature_store import BBox, FeatureStore, Where
from geo.kept import kept_by_each
from geo.time_limit import limited

_MOST_PAIRS = 2_000_000
"""Pairs of segments that are compared for one shape: a second or two."""

_PAIRS_OF_A_FEATURE = 50
"""What reading one feature costs, in such pairs."""

_PAGE = 1_000
_REACHES_OUT = "NOT (minx >= ? AND maxx <= ? AND miny >= ? AND maxy <= ?)"


def meets_box(store: FeatureStore, box: BBox) -> Where:
    """Return the condition under which a feature of a layer meets a box.

    One whose first longitude is the larger one goes over the 180th meridian.

    Raises
    ------
    BadRequest
        ``API_QUERY_COSTLY`` if too much lies over its edge.
    """
    west, south, east, north = box
    if west <= east:
        return meets_shape(store, box_shape(box))
    halves = ((west, south, 180.0, north), (-180.0, south, east, north))
    parts = [meets_shape(store, box_shape(half)) for half in halves]
    return " OR ".join(f"({sql})" for sql, _ in parts), tuple(v for _, part in parts for v in part)


def meets_shape(store: FeatureStore, shape: Shape) -> Where:
    """Return the condition under which a feature of a layer meets a shape.

    It is unknown, as CQL2 has it, for a feature without a place.

    Raises
    ------
    BadRequest
        ``API_QUERY_COSTLY`` if too much lies around it.
    """
    minx, miny, maxx, maxy = bounds(shape)
    touches = "maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
    sql = f"{touches} AND row NOT IN (SELECT value FROM json_each(?))"
    return sql, (minx, maxx, miny, maxy, _failing(store, shape))


@kept_by_each(256)
def _failing(store: FeatureStore, shape: Shape) -> str:
    """Return the rows that the box around a shape lets through and the shape does not, as JSON."""
    box = bounds(shape)
    is_box = shape == box_shape(box)
    budget = _MOST_PAIRS
    failing = []
    with limited() as limit:
        for row, feature in _doubtful(store, box, within_is_sure=is_box):
            limit.check()
            other = shape_of(json.loads(feature)["geometry"])
            budget -= _PAIRS_OF_A_FEATURE + _size(shape) * _size(other)
            if budget < 0:
                raise BadRequest("API_QUERY_COSTLY")
            if not intersects(shape, other):
                failing.append(row)
    return json.dumps(failing)


def _doubtful(
    store: FeatureStore, box: BBox, *, within_is_sure: bool
) -> Iterator[tuple[int, bytes]]:
    """Yield the features that touch a box; with ``within_is_sure`` only those not within it."""
    minx, miny, maxx, maxy = box
    where: Where | None = (_REACHES_OUT, (minx, maxx, miny, maxy)) if within_is_sure else None
    after = 0
    while True:
        page = store.select(bbox=box, where=where, limit=_PAGE, after=after)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1][0]


def _size(shape: Shape) -> int:
    return len(shape.points) + len(shape.segments)
