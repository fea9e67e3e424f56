"""PARCEL_OVERLAP, _GAP, _SLIVER, _OUTSIDE_PARK, _DUPLICATE: how plots lie beside each other.

Shapes are intersected in their own coordinates and compared in a plane in which straight
sides stay straight, so that a corner on a neighbour's side (a T-junction) is no fault; areas
are ellipsoidal. What is thinner than coordinates are exact is never a fault. A common piece
or a gap that is thinner than its tolerance is a PARCEL_SLIVER, whoever drew it twice.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.model import Finding
from geo.rules.finding import Context, phrase
from geo.rules.pieces import area_m2, areas_of, as_geojson, is_narrower, whole
from geo.rules.topology.gaps import find_gaps
from geo.rules.topology.overlaps import overlapping_pairs, same_outlines
from geo.rules.topology.plots import Plots, usable_plots
from geo.rules.topology.spills import find_spills, park_outlines
from geo.rules.topology.tolerances import PRECISION_M, Tolerances, tolerances

_SAME_SHARE = 0.001
"""Plots that differ by less than this share of their ground are one plot given twice."""


def check(context: Context) -> Iterator[Finding]:
    """Return where plots overlap, leave gaps, are slivers, are given twice or leave their park."""
    for layer, frame in context.of_kind("parcels"):
        if isinstance(frame, gpd.GeoDataFrame):
            names = _names(frame["parcel_id"])
            plots, aside = usable_plots(frame, names, context.config.region.bbox)
            if len(plots):
                parks = dict(zip(names, frame["park_id"].to_numpy(dtype=object), strict=True))
                with _collector_at_rest():
                    found = list(_Audit(context, layer, plots, aside, parks).findings())
                yield from found


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the garbage collector from going through hundreds of thousands of shapes.

    It would do so four times for 100,000 plots, an eighth of the time, and find nothing: arrays
    of geometries have no cycles.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _names(keys: pd.Series[str]) -> np.ndarray:
    """Return what plots are called: by their key, else by their row."""
    names = np.array(keys, dtype=object)
    for row in np.flatnonzero(keys.isna()):
        names[row] = f"#{row + 1}"
    return names


@dataclass(frozen=True)
class _Fault:
    """What is wrong with which plots, and where, in degrees."""

    rule: str
    names: Sequence[object] | np.ndarray
    ground: shapely.Geometry
    detail: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def _sliver(reason: str, names: Sequence[object] | np.ndarray, ground: shapely.Geometry) -> _Fault:
    return _Fault("PARCEL_SLIVER", names, ground, reason, {"problem": phrase(reason)})


class _Audit:
    """The audit of one layer."""

    def __init__(
        self,
        context: Context,
        layer: str,
        plots: Plots,
        aside: np.ndarray,
        parks: Mapping[str, object],
    ) -> None:
        self.context = context
        self.layer = layer
        self.limits: Tolerances = tolerances(context.config)
        self.parks = parks
        self.aside = aside
        self.every = plots
        self.same = same_outlines(plots)
        self.plots = plots.take(np.unique(self.same))

    def findings(self) -> Iterator[Finding]:
        """Return what is wrong, family by family."""
        faults = list(self._faults())
        areas = area_m2(np.array([fault.ground for fault in faults], dtype=object))
        for fault, area in zip(faults, areas.tolist(), strict=True):
            yield self.context.finding(
                fault.rule,
                self.layer,
                feature=sorted(str(name) for name in fault.names),
                detail=fault.detail,
                area_m2=round(area, 2),
                geometry=as_geojson(fault.ground),
                actual=f"{area:.2f}",
                **fault.params,
            )

    def _faults(self) -> Iterator[_Fault]:
        yield from self._copies()
        one, other, common = overlapping_pairs(self.plots)
        yield from self._overlaps(one, other, common)
        yield from self._gaps(np.union1d(one, other))
        yield from self._slivers()
        yield from self._spills()

    def _copies(self) -> Iterator[_Fault]:
        copied = pd.Series(self.same).duplicated(keep=False).to_numpy()
        for _, rows in pd.Series(np.flatnonzero(copied)).groupby(self.same[copied]):
            shape = self.every.shapes[rows.iloc[0]]
            yield _Fault("PARCEL_DUPLICATE", self.every.names[rows], shape)

    def _overlaps(self, one: np.ndarray, other: np.ndarray, common: np.ndarray) -> Iterator[_Fault]:
        limits, plots = self.limits, self.plots
        for pair, wide, thin in self._judged(common, limits.overlap_m2, limits.overlap_width_m):
            names = plots.names[[one[pair], other[pair]]]
            if wide is not None and self._is_copy(one[pair], other[pair], wide):
                yield _Fault("PARCEL_DUPLICATE", names, wide)
            elif wide is not None:
                yield _Fault("PARCEL_OVERLAP", names, wide)
            if thin is not None:
                yield _sliver("reason.sliver_overlap", names, thin)

    def _is_copy(self, one: int, other: int, common: shapely.Geometry) -> bool:
        areas = shapely.area(self.plots.shapes[[one, other]])
        return bool(shapely.area(common) >= (1 - _SAME_SHARE) * areas.max())

    def _gaps(self, overlapping: np.ndarray) -> Iterator[_Fault]:
        limits, plots = self.limits, self.plots
        found = find_gaps(
            plots,
            overlapping,
            self.aside,
            strip_width_m=limits.strip_width_m,
            m2=limits.gap_m2,
        )
        around: dict[tuple[str, ...], list[shapely.Geometry]] = {}
        for rows, part in found:
            around.setdefault(tuple(plots.names[rows]), []).append(part)
        for names, parts in sorted(around.items()):
            pieces = np.array(parts, dtype=object)
            narrow = is_narrower(pieces, limits.gap_width_m)
            if not narrow.all():
                yield _Fault("PARCEL_GAP", names, whole(pieces[~narrow], plots.plane))
            if narrow.any():
                yield _sliver("reason.sliver_gap", names, whole(pieces[narrow], plots.plane))

    def _slivers(self) -> Iterator[_Fault]:
        width = self.limits.sliver_width_m
        suspects = self.plots.thin(width)
        narrow = is_narrower(self.plots.in_metres(suspects), width)
        for row in suspects[narrow]:
            yield _sliver("reason.sliver_plot", self.plots.names[[row]], self.plots.shapes[row])

    def _spills(self) -> Iterator[_Fault]:
        limits, plots = self.limits, self.plots
        outlines = park_outlines(self.context.of_kind("parks"))
        parks = np.array([self.parks[name] for name in plots.names], dtype=object)
        row, outside = find_spills(plots, parks, outlines)
        for number, wide, _ in self._judged(outside, limits.spill_m2, limits.spill_width_m):
            if wide is not None:
                names, park = plots.names[[row[number]]], str(parks[row[number]])
                yield _Fault("PARCEL_OUTSIDE_PARK", names, wide, params={"park": park})

    def _judged(
        self, shapes: np.ndarray, least_m2: float, width_m: float
    ) -> Iterator[tuple[int, shapely.Geometry | None, shapely.Geometry | None]]:
        """Return of each shape in degrees what counts: its wide parts, and its thin ones."""
        plane = self.plots.plane
        parts, owner = areas_of(shapes)
        parts = plane.to_metres(parts)
        counts = (shapely.area(parts) >= least_m2) & ~is_narrower(parts, PRECISION_M)
        parts, owner = parts[counts], owner[counts]
        thin = is_narrower(parts, width_m)
        numbers, first = np.unique(owner, return_index=True)
        for number, mine in zip(numbers, np.split(np.arange(len(owner)), first[1:]), strict=False):
            sides = [parts[mine[~thin[mine]]], parts[mine[thin[mine]]]]
            wide, narrow = (whole(side, plane) if len(side) else None for side in sides)
            yield int(number), wide, narrow
