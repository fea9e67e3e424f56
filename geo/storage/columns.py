"""Frames as typed columns and back, for stores that have types: GeoParquet and PostGIS.

Each field of the kind is one column. ``unparsed`` holds, as a JSON object, the texts of a record
that did not fit their field's type, so that nothing a file said is lost on the way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.model import KINDS, Entry
from geo.storage.geojson import Features

UNPARSED = "unparsed"


def typed_columns(frame: pd.DataFrame, entry: Entry) -> dict[str, list[Any]]:
    """Return every field of the kind as Python values, None for missing, and ``unparsed``."""
    columns = {
        spec.name: frame[spec.name].astype(object).where(frame[spec.name].notna(), None).tolist()
        for spec in KINDS[entry.kind].all_fields
    }
    texts: list[dict[str, str]] = [{} for _ in range(len(frame))]
    for row, name, text in frame.attrs.get("unparsed", ()):
        texts[row][name] = text
    columns[UNPARSED] = [json.dumps(t, ensure_ascii=False) if t else None for t in texts]
    return columns


def drawn_shapes(frame: pd.DataFrame, entry: Entry) -> NDArray[np.object_] | None:
    """Return the geometries that the store shall keep, missing ones for empty.

    ``None`` for a table, and for a layer whose outlines come from a package.
    """
    if not isinstance(frame, gpd.GeoDataFrame) or entry.package:
        return None
    shapes: NDArray[np.object_] = frame.geometry.to_numpy().copy()
    shapes[shapely.is_empty(shapes)] = None
    return shapes


def add_record(features: Features, record: Mapping[str, Any]) -> None:
    """Add the fields of one record, with the texts that did not fit their type."""
    fields = dict(record)
    kept = fields.pop(UNPARSED, None)
    features.records.append({**fields, **_texts(kept)})


def add_shapes(
    features: Features, bodies: Sequence[bytes | None], *, allowed: Sequence[str]
) -> None:
    """Add geometries from WKB; one that is no sound geometry of an allowed type is named."""
    wkb = np.fromiter(bodies, dtype=object, count=len(bodies))
    shapes = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    row = len(features.geometries)
    for reason, faulty in _faults(wkb, shapes, allowed).items():
        features.bad_geometry += [(row + int(n), reason) for n in np.flatnonzero(faulty)]
        shapes = np.where(faulty, None, shapes)
    features.geometries += shapes.tolist()


def _texts(kept: Any) -> dict[str, str]:
    """Return the texts that stand in ``unparsed``; a column of that name may be anybody's."""
    try:
        found = json.loads(kept) if isinstance(kept, str) else None
    except ValueError:
        return {UNPARSED: kept}
    return found if isinstance(found, dict) else ({} if kept is None else {UNPARSED: kept})


def _faults(
    wkb: NDArray[np.object_], shapes: NDArray[np.object_], allowed: Sequence[str]
) -> dict[str, NDArray[np.bool_]]:
    """Return which shapes are no sound geometry of an allowed type, by the reason."""
    given = np.array([body is not None for body in wkb], dtype=bool)
    void = given & (shapely.is_missing(shapes) | shapely.is_empty(shapes))
    types = [shapely.GeometryType[name.upper()] for name in allowed]
    wrong = given & ~void & ~np.isin(shapely.get_type_id(shapes), types)
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    endless = np.zeros(len(shapes), dtype=bool)
    endless[owner[~np.isfinite(places).all(axis=1)]] = True
    return {"malformed": void, "wrong_type": wrong, "not_finite": endless & ~void & ~wrong}
