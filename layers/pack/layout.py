"""A master plan in metres: bands of blocks between streets, cut into one clean coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import shapely
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

STREET, BELT = "1207", "1402"
GRID_M = 0.001
"""Shapes are cut to a millimetre."""
NODE_M = 0.05
"""Points closer than this become one, so that oblique cuts leave no sliver."""
STEP_M = 260.0
"""Longest straight piece; shorter pieces let the streets bend together."""
SMALLEST_M2 = 5_000.0
"""A plot that an oblique edge leaves smaller than this joins its neighbour."""
SMALLEST_WORKS_M2 = 600.0
"""The same for streets, belts and utilities."""


@dataclass(frozen=True)
class Block:
    """What stands between two streets.

    Parameters
    ----------
    use
        Land-use code of its plots.
    rows
        Number of plots in each row; rows lie back to back.
    phase
        How far the block has come: ``core``, ``growing``, ``new`` or ``fringe``.
    special
        Other land-use codes by (row, number); utilities become narrow plots.
    """

    use: str
    rows: tuple[int, ...]
    phase: str
    special: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Band:
    """A strip between two streets that run along ``u``, with its own cross streets.

    Parameters
    ----------
    top, bottom
        Its extent along ``v``.
    streets
        (first, last) extent along ``u`` of each cross street.
    blocks
        One per interval between them, first to last.
    """

    top: float
    bottom: float
    streets: tuple[tuple[float, float], ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Plan:
    """A top park: outline, trunk roads with green belts, bands of blocks, parks inside it."""

    park_id: str
    outline: Polygon
    margin: float
    trunks: tuple[Polygon, ...]
    belts: tuple[Polygon, ...]
    bands: tuple[Band, ...]
    zones: dict[str, Polygon]
    seed: int


@dataclass(frozen=True)
class Piece:
    """One future plot: shape in the plan's metres, land use, block, phase and park."""

    shape: Polygon
    use: str
    block: str
    phase: str
    park_id: str


def lay_out(plan: Plan) -> list[Piece]:
    """Return the pieces of a plan: a clean coverage of its outline, in reading order."""
    pieces = _node(list(_zoned(plan, _clipped(plan))))
    pieces = _absorb(pieces)
    return sorted(pieces, key=lambda p: (p.park_id, *_reading_order(p.shape)))


def _reading_order(shape: Polygon) -> tuple[float, float]:
    centre = shape.centroid
    return round(centre.y / 120), round(centre.x, 3)


def _raw(plan: Plan) -> Iterator[Piece]:
    """Yield pieces as drawn, the more important first: what comes later gives way."""
    for number, trunk in enumerate(plan.trunks):
        yield Piece(trunk, STREET, f"T{number}", "core", plan.park_id)
    for number, belt in enumerate(plan.belts):
        yield Piece(belt, BELT, f"G{number}", "core", plan.park_id)
    rng = Random(plan.seed)
    left, top, right, bottom = plan.outline.bounds
    for number, band in enumerate(plan.bands):
        yield from _band(band, f"{number}", (left, right), rng)
    yield Piece(box(left, top, right, bottom), STREET, "S", "core", plan.park_id)


def _band(band: Band, name: str, reach: tuple[float, float], rng: Random) -> Iterator[Piece]:
    starts = [reach[0], *(last for _, last in band.streets)]
    ends = [*(first for first, _ in band.streets), reach[1]]
    for first, last in band.streets:
        yield Piece(box(first, band.top, last, band.bottom), STREET, f"{name}s{first}", "core", "")
    for number, (block, start, end) in enumerate(zip(band.blocks, starts, ends, strict=True)):
        yield from _plots(block, f"{name}b{number}", box(start, band.top, end, band.bottom), rng)


def _plots(block: Block, name: str, area: Polygon, rng: Random) -> Iterator[Piece]:
    left, top, right, bottom = area.bounds
    tops = _cuts(top, bottom, [rng.choice((0.9, 1.0, 1.0, 1.15)) for _ in block.rows])
    for row, count in enumerate(block.rows):
        uses = [block.special.get((row, n), block.use) for n in range(count)]
        sides = _cuts(left, right, [_width(use, rng) for use in uses])
        for n, use in enumerate(uses):
            shape = box(sides[n], tops[row], sides[n + 1], tops[row + 1])
            yield Piece(shape, use, name, block.phase, "")


def _width(use: str, rng: Random) -> float:
    """Return a relative width: some plots merged from two, utilities narrow."""
    return 0.22 if use.startswith("13") else rng.choice((0.8, 0.9, 1.0, 1.0, 1.15, 1.3, 1.9))


def _cuts(start: float, end: float, weights: Sequence[float]) -> list[float]:
    total, reached, cuts = sum(weights), 0.0, [start]
    for weight in weights[:-1]:
        reached += weight
        cuts.append(round(start + (end - start) * reached / total))
    return [*cuts, end]


def _clipped(plan: Plan) -> Iterator[Piece]:
    """Yield the pieces cut to the outline, disjoint; only trunk roads cross its green margin."""
    inner = plan.outline.buffer(-plan.margin, join_style="mitre")
    taken: BaseGeometry = Polygon()
    for piece in _raw(plan):
        is_trunk = piece.block.startswith("T")
        shape = piece.shape.intersection(plan.outline if is_trunk else inner).difference(taken)
        taken = taken.union(shape)
        yield from (replace(piece, shape=part) for part in _polygons(shape))
    for part in _polygons(plan.outline.difference(taken)):
        yield Piece(part, BELT, "M", "core", plan.park_id)


def _zoned(plan: Plan, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces cut at the limits of the inner parks, each with its innermost park."""
    for piece in pieces:
        rest: BaseGeometry = piece.shape
        for park_id, zone in plan.zones.items():
            for part in _polygons(rest.intersection(zone)):
                yield replace(piece, shape=part, park_id=park_id)
            rest = rest.difference(zone)
        for part in _polygons(rest):
            yield replace(piece, shape=part, park_id=plan.park_id)


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    parts = shapely.get_parts(shapely.set_precision(shape, GRID_M))
    return [part for part in parts if part.geom_type == "Polygon" and part.area > 1.0]


def _node(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with every point where others touch them added to their outline."""
    lines = shapely.segmentize([piece.shape.boundary for piece in pieces], STEP_M)
    network = shapely.union_all(lines, grid_size=NODE_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    tree = shapely.STRtree([piece.shape for piece in pieces])
    noded = []
    for face in faces:
        found = tree.query(face.representative_point(), predicate="intersects")
        if len(found):
            noded.append(replace(pieces[found[0]], shape=face))
    return noded


def _absorb(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with those that are too small joined to the best neighbour."""
    kept = list(pieces)
    for small in sorted(pieces, key=lambda p: p.shape.area):
        if small.shape.area >= _smallest(small.use):
            continue
        kept.remove(small)
        host = max(kept, key=lambda p: _affinity(small, p))
        joined = shapely.coverage_union_all([small.shape, host.shape])
        kept[kept.index(host)] = replace(host, shape=shapely.get_parts(joined)[0])
    return kept


def _smallest(use: str) -> float:
    is_works = use in (STREET, BELT) or use.startswith("13")
    return SMALLEST_WORKS_M2 if is_works else SMALLEST_M2


def _affinity(small: Piece, other: Piece) -> tuple[int, float]:
    """Return how well a piece may join another: same block, then belt or same use."""
    shared = small.shape.intersection(other.shape).length
    if shared < 1.0 or small.park_id != other.park_id:
        return (0, 0.0)
    if small.block == other.block:
        return (2, shared)
    return (1 if other.use in (BELT, small.use) else 0, shared)
