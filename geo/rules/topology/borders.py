"""The sides of plots that no neighbour answers: where the ground of a layer ends.

Sides that two plots share cancel out, also where a corner of one lies on the side of the
other. What is left bounds the ground without a plot, and the ground with two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.rules.topology.plots import Edges
from geo.rules.topology.tolerances import PRECISION_M


@dataclass(frozen=True)
class Borders:
    """Open edges, and the pairs of plots that come nearer than a strip is wide, untouching."""

    edges: Edges
    one: np.ndarray
    other: np.ndarray


def find_borders(edges: Edges, strip_width_m: float) -> Borders:
    """Return the edges that are left when sides with a plot on both hands are taken away."""
    single = _without_pairs(edges)
    corner, edge, distance = _near_corners(single, max(strip_width_m, PRECISION_M))
    on_it = distance < PRECISION_M
    facing = _offsets(single, corner, edge) > PRECISION_M
    pairs = _owners(single, single.tail[corner[facing]], single.plot[edge[facing]])
    cut = _split(single, corner[on_it], edge[on_it])
    return Borders(_without_pairs(cut), pairs[0], pairs[1])


def loops(edges: Edges) -> tuple[np.ndarray, np.ndarray]:
    """Return for each open edge the number of its loop, and for each loop its area in m².

    The ground without a plot is on the right hand of a loop, so that a loop around a void
    has a negative area and one around a block of plots a positive one.
    """
    step = _following(edges)
    label, least = np.arange(len(edges)), np.minimum(np.arange(len(edges)), step)
    while (least < label).any():  # each turn looks twice as far ahead
        step = step[step]
        label, least = least, np.minimum(least, least[step])
    loop = np.unique(label, return_inverse=True)[1]
    origin = edges.start.min(axis=0, initial=0)
    (x0, y0), (x1, y1) = (edges.start - origin).T, (edges.end - origin).T
    return loop, np.bincount(loop, weights=(x0 * y1 - x1 * y0) / 2)


def _without_pairs(edges: Edges) -> Edges:
    key, number, count = np.unique(edges.undirected, return_inverse=True, return_counts=True)
    forward = edges.tail < edges.head
    direction = np.where(forward, 1, -1)
    balance = np.bincount(number, weights=direction, minlength=len(key))[number]
    left = count[number] == 1
    # Of sides in one direction more than in the other, as many are left as are too many.
    rest = np.flatnonzero(~left & (balance != 0))
    rank = pd.Series(rest).groupby([number[rest], forward[rest]]).cumcount().to_numpy()
    left[rest] = rank < balance[rest] * direction[rest]
    return edges.take(left)


def _near_corners(edges: Edges, most: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pairs of edges and how near to the second, not at its ends, the first begins."""
    corner, first = np.unique(edges.tail, return_index=True)
    low = np.minimum(edges.start, edges.end) - most
    high = np.maximum(edges.start, edges.end) + most
    point, edge = _in_boxes(edges.start[first], low, high)
    beside = (edges.tail[edge] != corner[point]) & (edges.head[edge] != corner[point])
    point, edge = point[beside], edge[beside]
    distance = _distances(edges.start[first[point]], edges.start[edge], edges.end[edge])
    near = distance <= most
    return first[point[near]], edge[near], distance[near]


def _in_boxes(places: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return pairs of a place and a box that it lies in.

    Places are sorted along rows that are twice as high as boxes are on average: what lies in
    a box is a run of places in each of the few rows that it spans. A tree gives the same in
    thrice the time, for an object has to be made of each place and each box first.
    """
    if not len(places):
        return np.array([], dtype=int), np.array([], dtype=int)
    origin = np.minimum(places.min(axis=0), low.min(axis=0))
    height, width = 2 * (high - low)[:, 1].mean(), high[:, 0].max() - origin[0] + 1
    row, bottom, top = (
        np.floor((y - origin[1]) / height) for y in (places[:, 1], low[:, 1], high[:, 1])
    )
    along = row * width + places[:, 0] - origin[0]
    order = np.argsort(along)
    along = along[order]
    box, step = _runs((top - bottom).astype(int) + 1)
    start = (bottom[box] + step) * width - origin[0]
    first = np.searchsorted(along, start + low[box, 0])
    last = np.searchsorted(along, start + high[box, 0], side="right")
    run, step = _runs(last - first)
    place, box = order[first[run] + step], box[run]
    inside = (places[place, 1] >= low[box, 1]) & (places[place, 1] <= high[box, 1])
    return place[inside], box[inside]


def _runs(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each member of runs of such lengths which run it is in, and its place there."""
    run = np.repeat(np.arange(len(lengths)), lengths)
    return run, np.arange(len(run)) - (np.cumsum(lengths) - lengths)[run]


def _owners(edges: Edges, corner: np.ndarray, plot: np.ndarray) -> np.ndarray:
    """Return the pairs of each plot with those others that have a corner there, in two rows."""
    ends = pd.DataFrame(
        {
            "corner": np.concatenate([edges.tail, edges.head]),
            "one": np.concatenate([edges.plot, edges.plot]),
        }
    )
    near = pd.DataFrame({"corner": corner, "other": plot})
    both = near.merge(ends[ends["corner"].isin(corner)], on="corner")
    pairs = np.sort(both[["one", "other"]].to_numpy().T, axis=0)
    return np.unique(pairs[:, pairs[0] != pairs[1]], axis=1)


def _distances(place: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    way, off = end - start, place - start
    share = np.clip((off * way).sum(axis=1) / (way * way).sum(axis=1), 0, 1)
    return np.asarray(np.hypot(*(off - share[:, None] * way).T))


def _offsets(edges: Edges, corner: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Return how far to the right of an edge the beginning of another lies, in metres."""
    (dx, dy), (x, y) = (
        (edges.end[edge] - edges.start[edge]).T,
        (edges.start[corner] - edges.start[edge]).T,
    )
    return np.asarray((x * dy - y * dx) / np.hypot(dx, dy))


def _split(edges: Edges, corner: np.ndarray, edge: np.ndarray) -> Edges:
    """Return the edges cut where a corner of another plot lies on them."""
    along = ((edges.start[corner] - edges.start[edge]) ** 2).sum(axis=1)
    order = np.argsort(along, kind="stable")
    corner, edge = corner[order], edge[order]
    # The pieces of an edge start at its own start and at each corner on it.
    every = np.arange(len(edges))
    owner, first = np.concatenate([every, edge]), np.concatenate([every, corner])
    order = np.argsort(owner, kind="stable")
    owner, first = owner[order], first[order]
    start, tail = edges.start[first], edges.tail[first]
    last = np.append(owner[1:] != owner[:-1], True)[: len(owner)]
    end = np.where(last[:, None], edges.end[owner], np.roll(start, -1, axis=0))
    head = np.where(last, edges.head[owner], np.roll(tail, -1))
    return Edges(start, end, edges.plot[owner], tail, head).take(tail != head)


def _following(edges: Edges) -> np.ndarray:
    """Return the edge that goes on from each, around the ground on the right hand."""
    every = np.arange(len(edges))
    leaving = np.bincount(edges.tail, minlength=edges.head.max(initial=-1) + 1)
    leads_to = np.zeros(len(leaving), dtype=int)
    leads_to[edges.tail] = every
    result = np.where(leaving[edges.head] == 1, leads_to[edges.head], every)
    edge, following = _turns(edges, np.flatnonzero(leaving[edges.head] > 1))
    result[edge] = following
    return result


def _turns(edges: Edges, arriving: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return edges that lead to a fork, and of those that go on the one most to the right."""
    incoming = pd.DataFrame({"corner": edges.head[arriving], "edge": arriving})
    outgoing = pd.DataFrame({"corner": edges.tail, "next": np.arange(len(edges))})
    outgoing = outgoing[np.isin(edges.tail, edges.head[arriving])]
    pairs = incoming.merge(outgoing, on="corner")
    edge, following = pairs["edge"].to_numpy(), pairs["next"].to_numpy()
    way = edges.end - edges.start
    back = np.arctan2(-way[:, 1], -way[:, 0])[edge]
    turn = (np.arctan2(way[:, 1], way[:, 0])[following] - back) % (2 * np.pi)
    order = np.lexsort((turn, edge))
    edge, following = edge[order], following[order]
    leads = np.append(True, edge[1:] != edge[:-1])[: len(edge)]
    return edge[leads], following[leads]
