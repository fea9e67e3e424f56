"""What an import would change: new, changed, unchanged and gone records, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.importer.merge import POSITION_FIELDS, Merged
from geo.model import Kind
from geo.storage.writers import value_text

MOST_LISTED = 500
"""Most records that a report lists; it counts all."""

_MOST_VERTICES = 500
_NAME_FIELDS = ("name_zh", "title_zh", "subject_zh")


@dataclass(frozen=True)
class Difference:
    """Which rows of an import change what.

    Parameters
    ----------
    new, changed, unchanged
        Rows of the incoming frame.
    gone
        Rows of the present frame.
    fields
        For every field that differs in some record, the rows of the incoming frame.
    """

    new: np.ndarray
    changed: np.ndarray
    unchanged: np.ndarray
    gone: np.ndarray
    fields: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many records are new, changed, unchanged and gone."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "gone": len(self.gone),
        }


def compare(
    present: pd.DataFrame, merged: Merged, kind: Kind, *, skip: Sequence[str]
) -> Difference:
    """Return which records differ from the present ones, and in which fields.

    Fields in ``skip`` do not count: the file does not say them. Geometry counts as the same
    within a centimetre.
    """
    old_rows = merged.earlier[merged.places]
    known = old_rows >= 0
    places, olds = merged.places[known], old_rows[known]
    ignored = {*skip, *POSITION_FIELDS, kind.key}
    rows = np.flatnonzero(known)
    fields = {}
    differs = merged.moved[known].copy()
    for spec in kind.all_fields:
        if spec.name not in ignored:
            unlike = _unlike(present[spec.name].iloc[olds], merged.frame[spec.name].iloc[places])
            differs |= unlike
            fields[spec.name] = rows[unlike]
    return Difference(
        new=np.flatnonzero(~known),
        changed=rows[differs],
        unchanged=rows[~differs],
        gone=merged.gone,
        fields={name: where for name, where in fields.items() if len(where)},
    )


def _unlike(before: pd.Series[Any], after: pd.Series[Any]) -> np.ndarray:
    lost, came = before.isna().to_numpy(), after.isna().to_numpy()
    same = (before.array == after.array) & ~lost & ~came
    equal = pd.array(same, dtype="boolean").fillna(False).to_numpy(dtype=bool)
    return np.asarray(~(equal | (lost & came)))


def list_changes(
    present: pd.DataFrame,
    merged: Merged,
    difference: Difference,
    kind: Kind,
    *,
    rows: Sequence[int],
) -> list[dict[str, Any]]:
    """Return the changes as JSON, at most 500: what changed first, then new, then gone.

    ``rows`` are the numbers under which a person finds the rows of the incoming frame.
    """
    lister = _Lister(present, merged, kind, difference, rows)
    changes: list[dict[str, Any]] = []
    for change in lister.all():
        if len(changes) == MOST_LISTED:
            break
        changes.append(change)
    return changes


@dataclass(frozen=True)
class _Lister:
    present: pd.DataFrame
    merged: Merged
    kind: Kind
    difference: Difference
    rows: Sequence[int]

    def all(self) -> Iterator[dict[str, Any]]:
        """Return the changes one by one, so that no more are made than are shown."""
        fields = {name: set(where.tolist()) for name, where in self.difference.fields.items()}
        for row in self.difference.changed.tolist():
            yield self._changed(row, [name for name, where in fields.items() if row in where])
        for row in self.difference.new.tolist():
            yield self._new(row)
        for old in self.difference.gone.tolist():
            yield self._gone(old)

    def _changed(self, row: int, names: Sequence[str]) -> dict[str, Any]:
        place = int(self.merged.places[row])
        old = int(self.merged.earlier[place])
        cells = [
            _cell(name, self.present[name].iloc[old], self.merged.frame[name].iloc[place])
            for name in names
        ]
        shapes = None
        if self.merged.moved[row]:
            shapes = _shapes(_shape(self.present, old), _shape(self.merged.frame, place))
        return self._entry("changed", self.merged.frame, place, self.rows[row], cells, shapes)

    def _new(self, row: int) -> dict[str, Any]:
        place = int(self.merged.places[row])
        shapes = _shapes(None, _shape(self.merged.frame, place))
        cells = [_cell(name, None, value) for name, value in self._values(self.merged.frame, place)]
        return self._entry("new", self.merged.frame, place, self.rows[row], cells, shapes)

    def _gone(self, old: int) -> dict[str, Any]:
        shapes = _shapes(_shape(self.present, old), None)
        cells = [_cell(name, value, None) for name, value in self._values(self.present, old)]
        return self._entry("gone", self.present, old, None, cells, shapes)

    def _values(self, frame: pd.DataFrame, row: int) -> list[tuple[str, Any]]:
        names = [f.name for f in self.kind.all_fields if f.name not in POSITION_FIELDS]
        values = ((name, frame[name].iloc[row]) for name in names)
        return [(name, value) for name, value in values if not pd.isna(value)]

    def _entry(
        self,
        change: str,
        frame: pd.DataFrame,
        place: int,
        row: int | None,
        fields: list[dict[str, Any]],
        geometry: dict[str, Any] | None,
    ) -> dict[str, Any]:
        key = _text(frame[self.kind.key].iloc[place])
        names = (frame[name].iloc[place] for name in _NAME_FIELDS if name in frame)
        return {
            "kind": change,
            "key": key,
            "title": next((_text(name) for name in names if not pd.isna(name)), key),
            "row": row,
            "fields": fields,
            "geometry": geometry,
        }


def _cell(name: str, before: Any, after: Any) -> dict[str, Any]:
    return {"field": name, "before": _text(before), "after": _text(after)}


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else value_text(value)


def _shape(frame: pd.DataFrame, row: int) -> BaseGeometry | None:
    return frame.geometry.iloc[row] if isinstance(frame, gpd.GeoDataFrame) else None


def _shapes(before: BaseGeometry | None, after: BaseGeometry | None) -> dict[str, Any] | None:
    if before is None and after is None:
        return None
    return {"before": _drawn(before), "after": _drawn(after)}


def _drawn(shape: BaseGeometry | None) -> dict[str, Any] | None:
    """Return a geometry as GeoJSON, of a very detailed one what a small map can show."""
    if shape is None or shape.is_empty:
        return None
    if shapely.get_num_coordinates(shape) > _MOST_VERTICES:
        minx, miny, maxx, maxy = shape.bounds
        shape = shape.simplify(max(maxx - minx, maxy - miny) / _MOST_VERTICES)
    drawn: dict[str, Any] = shapely.geometry.mapping(shape)
    return drawn
