"""BOUNDARY_CONFLICT, BOUNDARY_UNRECORDED: the red lines as recorded against the lines as drawn.

Only where the owner has a layer of the lines. A line that is schematic says nothing about
ground; a plot that touches a line only within the tolerance of ``rules.toml`` does not touch it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.boundary_check import CLEAR, NAMES, boundary_result
from geo.crs import local_plane
from geo.i18n import LANGUAGES, both
from geo.model import DRAWN_NATURES, NATURES, Finding
from geo.rules.finding import Context, phrase
from geo.rules.pieces import area_m2, areas_of, as_geojson, is_narrower, whole

_TO_BE_INSIDE = "urban_development"
"""The one line that land must lie within; of the others it must keep clear."""

_BETWEEN = {"zh": "、", "en": ", "}
_RULE = "BOUNDARY_CONFLICT"


@dataclass(frozen=True)
class _Line:
    """The usable outlines of one of the lines, in degrees, and of what nature they are."""

    kind: str
    shapes: np.ndarray
    nature: Mapping[str, str]


@dataclass(frozen=True)
class _Piece:
    """Ground of a plot on the wrong side of a line, in degrees, and its area."""

    shape: shapely.Geometry
    m2: float


def check(context: Context) -> Iterator[Finding]:
    """Return the plots whose record says clear of a line that they meet, and those without one."""
    lines = [line for kind in NAMES if (line := _read_line(context, kind)) is not None]
    for layer, frame in context.of_kind("parcels") if lines else ():
        if isinstance(frame, gpd.GeoDataFrame):
            yield from _check_plots(context, layer, frame, lines)


def _read_line(context: Context, kind: str) -> _Line | None:
    """Return a line, ``None`` where nobody knows where it runs."""
    found = [frame[frame["line_kind"] == kind] for _, frame in context.of_kind("red_lines")]
    drawn = [frame for frame in found if isinstance(frame, gpd.GeoDataFrame) and len(frame)]
    if not drawn:
        return None
    line = pd.concat(drawn)
    sound = _is_sound(line)
    # Where a part of the limit is missing, ground may only seem to lie outside.
    if not sound.any() or (kind == _TO_BE_INSIDE and not sound.all()):
        return None
    natures = [nature for nature in NATURES if (line["nature"][sound] == nature).any()]
    return _Line(kind, line.geometry.to_numpy()[sound], _enumerated(f"nature.{n}" for n in natures))


def _is_sound(frame: gpd.GeoDataFrame) -> np.ndarray:
    shapes = frame.geometry.to_numpy()
    sound = shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2)
    drawn = frame["nature"].isin(DRAWN_NATURES).to_numpy(dtype=bool)
    return np.asarray(sound & ~drawn, dtype=bool)


def _enumerated(keys: Iterator[str]) -> dict[str, str]:
    texts = [both(key) for key in keys]
    return {lang: _BETWEEN[lang].join(text[lang] for text in texts) for lang in LANGUAGES}


def _check_plots(
    context: Context, layer: str, frame: gpd.GeoDataFrame, lines: list[_Line]
) -> Iterator[Finding]:
    rows = np.flatnonzero(_is_sound(frame))
    if not len(rows):
        return
    shapes = frame.geometry.to_numpy()[rows]
    wrong = {line.kind: _find_wrong(context, shapes, line) for line in lines}
    for place, row in enumerate(rows.tolist()):
        text = frame["boundary_check"].iloc[row]
        recorded = "" if pd.isna(text) else str(text)
        pieces = {line.kind: wrong[line.kind].get(place) for line in lines}
        yield from _conflicts(context, layer, row, recorded, lines, pieces)
        yield from _unrecorded(context, layer, row, recorded, pieces)


def _conflicts(
    context: Context,
    layer: str,
    row: int,
    recorded: str,
    lines: list[_Line],
    pieces: Mapping[str, _Piece | None],
) -> Iterator[Finding]:
    for line in lines:
        piece, result = pieces[line.kind], boundary_result(recorded, line.kind)
        if piece is not None and result in CLEAR[line.kind]:
            yield context.finding(
                _RULE,
                layer,
                context.record(layer, row),
                detail=line.kind,
                field="boundary_check",
                expected=result,
                actual=f"{piece.m2:.2f}",
                area_m2=round(piece.m2, 2),
                geometry=as_geojson(piece.shape),
                problem=_told(line.kind, piece),
                line=both(f"line_kind.{line.kind}"),
                nature=line.nature,
            )


def _unrecorded(
    context: Context, layer: str, row: int, recorded: str, pieces: Mapping[str, _Piece | None]
) -> Iterator[Finding]:
    missing = [kind for kind in pieces if not boundary_result(recorded, kind)]
    if not missing:
        return
    met = [_told(kind, piece) for kind in missing if (piece := pieces[kind]) is not None]
    clear = phrase("reason.line_not_met")
    yield context.finding(
        "BOUNDARY_UNRECORDED",
        layer,
        context.record(layer, row),
        field="boundary_check",
        lines=_enumerated(f"line_kind.{kind}" for kind in missing),
        problem={lang: _BETWEEN[lang].join(one[lang] for one in met or [clear]) for lang in clear},
    )


def _told(kind: str, piece: _Piece) -> dict[str, str]:
    """Return how much of a plot is on the wrong side of a line."""
    side = "reason.line_outside" if kind == _TO_BE_INSIDE else "reason.line_inside"
    return phrase(side, line=both(f"line_kind.{kind}"), area=f"{piece.m2:.2f}")


def _find_wrong(context: Context, shapes: np.ndarray, line: _Line) -> dict[int, _Piece]:
    """Return the ground on the wrong side of a line by the place of its plot."""
    rule = context.config.rule(_RULE)
    least, width = rule.limit("min_area_m2", 10.0), rule.limit("min_width_m", 1.0)
    place, ground = _on_wrong_side(shapes, line)
    parts, owner = areas_of(ground)
    plane = local_plane(float(shapely.total_bounds(shapes)[[1, 3]].mean()))
    parts = plane.to_metres(parts)
    counts = (shapely.area(parts) >= least) & ~is_narrower(parts, width)
    parts, owner = parts[counts], owner[counts]
    wrong = {int(n): whole(parts[owner == n], plane) for n in np.unique(owner)}
    areas = area_m2(np.array(list(wrong.values()), dtype=object)).tolist()
    return {
        int(place[n]): _Piece(shape, m2)
        for (n, shape), m2 in zip(wrong.items(), areas, strict=True)
    }


def _on_wrong_side(shapes: np.ndarray, line: _Line) -> tuple[np.ndarray, np.ndarray]:
    """Return the plots that may be on the wrong side, and what of them is, in degrees."""
    plot, other = shapely.STRtree(line.shapes).query(shapes)
    # Prepared, so that a line of many thousand corners is looked through only once.
    shapely.prepare(line.shapes)
    meets = shapely.intersects(line.shapes[other], shapes[plot])
    plot, other = plot[meets], other[meets]
    is_limit = line.kind == _TO_BE_INSIDE
    whole_in = np.unique(plot[shapely.covers(line.shapes[other], shapes[plot])]) if is_limit else ()
    place = np.setdiff1d(np.arange(len(shapes)) if is_limit else plot, whole_in)
    met = pd.Series(other).groupby(plot).groups
    within = [shapely.union_all(line.shapes[other[met[n]]]) if n in met else None for n in place]
    limits = np.array([shape or shapely.Polygon() for shape in within], dtype=object)
    cut = shapely.difference if is_limit else shapely.intersection
    return place, np.asarray(cut(shapes[place], limits), dtype=object)
