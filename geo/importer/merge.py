"""The layer as it would be: the rows of a file laid over the records that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84
from geo.importer.model import Mode
from geo.model import PROVENANCE, Kind

PROVENANCE_FIELDS = tuple(spec.name for spec in PROVENANCE)
POSITION_FIELDS = ("lon", "lat", "datum")
"""Fields of a firm that repeat its geometry."""

SAME_PLACE_DEGREES = 1e-7
"""Vertices nearer than this, one centimetre, count as the same."""


_MULTI = (4, 5, 6)
"""Numbers of the types of multi-geometries."""


@dataclass(frozen=True)
class Incoming:
    """Rows that are sure which record they are: a frame with unique keys.

    Parameters
    ----------
    frame
        The matched fields of the kind, and the key.
    shapes
        One geometry in EPSG:4326 per row, or ``None`` where the row brings none.
    """

    frame: pd.DataFrame
    shapes: np.ndarray

    def only(self, mask: np.ndarray) -> Incoming:
        """Return the rows where the mask holds."""
        return Incoming(self.frame[mask].reset_index(drop=True), self.shapes[mask])


@dataclass(frozen=True)
class Merged:
    """The layer as it would be.

    Parameters
    ----------
    frame
        Every record, those present first and in their order.
    places
        Row of ``frame`` for each row of the incoming frame.
    earlier
        Row of the present frame for each row of ``frame``; -1 for a new record.
    gone
        Rows of the present frame that ``frame`` does not have.
    moved
        Whether each row of the incoming frame brings another geometry than there was.
    """

    frame: pd.DataFrame
    places: np.ndarray
    earlier: np.ndarray
    gone: np.ndarray
    moved: np.ndarray


def merge(
    present: pd.DataFrame,
    incoming: Incoming,
    kind: Kind,
    mode: Mode,
    *,
    kept: Sequence[str] = (),
    gone: Sequence[str] = (),
) -> Merged:
    """Return the present layer with the rows of a file merged in or in its place.

    ``merge`` keeps what the file does not have, records and values; an empty cell leaves the
    earlier value. ``replace`` makes every record anew and drops the others, apart from those
    ``kept``: their rows in the file are at fault. Records that are ``gone`` leave either way;
    no row is about one of them. A record whose row brings no geometry keeps the one it had.
    Neither frame is changed.
    """
    frame = incoming.frame
    present_rows = _first_rows(present[kind.key])
    keys = frame[kind.key].tolist()
    known = np.array([present_rows.get(key, -1) for key in keys], dtype=np.int64)
    staying = _staying(present, known, mode, [present_rows.get(key, -1) for key in kept])
    staying = np.setdiff1d(staying, [present_rows.get(key, -1) for key in gone])
    new = np.flatnonzero(known < 0)
    earlier = np.concatenate([staying, np.full(len(new), -1)]).astype(np.int64)
    places = np.empty(len(frame), dtype=np.int64)
    places[known >= 0] = np.searchsorted(staying, known[known >= 0])
    places[new] = len(staying) + np.arange(len(new))
    merged = _taken(present, earlier)
    _lay_over(merged, frame, kind, places, anew=mode == "replace")
    moved = np.zeros(len(frame), dtype=bool)
    if isinstance(merged, gpd.GeoDataFrame):
        merged, moved = _with_shapes(merged, incoming.shapes, places, kind)
    left = np.setdiff1d(np.arange(len(present)), staying)
    anew = set(places.tolist()) if mode == "replace" else set()
    merged.attrs.clear()
    merged.attrs.update(_carried_attrs(present, merged, earlier, anew))
    return Merged(merged, places, earlier, left, moved)


def fill_provenance(
    merged: Merged,
    incoming: Incoming,
    rows: np.ndarray,
    defaults: Mapping[str, str],
    kind: Kind,
    mode: Mode,
) -> None:
    """Write nature, source and date into records where the file does not say them.

    ``rows`` are those of the incoming frame that change something. The nature of an outline
    stays as long as the outline does: a register of plots does not survey them. A sample
    that is only merged into keeps its invented values, and so stays a sample in all three.
    """
    changing = np.zeros(len(incoming.frame), dtype=bool)
    changing[rows] = True
    known = merged.earlier[merged.places] >= 0
    was_sample = merged.frame["nature"].iloc[merged.places].eq("sample").fillna(False).to_numpy()
    stays_sample = known & was_sample & (mode == "merge") & ("nature" not in incoming.frame)
    keeps_outline = known & shapely.is_missing(incoming.shapes) & ("Polygon" in kind.geometry)
    for name, default in defaults.items():
        silent = changing & ~stays_sample
        if name in incoming.frame:
            silent = silent & merged.frame[name].iloc[merged.places].isna().to_numpy()
        if name == "nature":
            silent = silent & ~keeps_outline
        mask = np.zeros(len(merged.frame), dtype=bool)
        mask[merged.places[silent]] = True
        merged.frame[name] = merged.frame[name].mask(mask, default)


def withhold_names(merged: Merged, rows: np.ndarray) -> None:
    """Write a plain no where firms do not say whether their name may be published.

    A register of the county is no publication, so its nature and source must not name firms
    to the public. ``rows`` are those of the incoming frame that change something.
    """
    mask = np.zeros(len(merged.frame), dtype=bool)
    mask[merged.places[rows]] = True
    said = merged.frame["publish_name"]
    merged.frame["publish_name"] = said.mask(mask & said.isna().to_numpy(), False)


def _first_rows(keys: pd.Series[Any]) -> dict[str, int]:
    """Return the row of each key; of equal keys the first counts, as everywhere."""
    rows: dict[str, int] = {}
    for row, key in enumerate(keys.tolist()):
        if isinstance(key, str):
            rows.setdefault(key, row)
    return rows


def _staying(
    present: pd.DataFrame, known: np.ndarray, mode: Mode, kept: Sequence[int]
) -> np.ndarray:
    if mode == "merge":
        return np.arange(len(present))
    rows = np.concatenate([known, np.array(kept, dtype=np.int64)])
    return np.unique(rows[rows >= 0])


def _taken(present: pd.DataFrame, earlier: np.ndarray) -> pd.DataFrame:
    """Return the given rows of the present frame, and an empty one for each -1."""
    taken = present.reindex(earlier) if len(present) else present.reindex(range(len(earlier)))
    return taken.reset_index(drop=True)


def _lay_over(
    merged: pd.DataFrame, frame: pd.DataFrame, kind: Kind, places: np.ndarray, *, anew: bool
) -> None:
    touched = np.zeros(len(merged), dtype=bool)
    touched[places] = True
    repeats = _repeats(kind)
    for spec in kind.all_fields:
        if spec.name in repeats:
            continue
        earlier = merged[spec.name]
        if spec.name in frame:
            values = pd.Series(frame[spec.name].array, index=places).reindex(merged.index)
            over = touched if anew else values.notna().to_numpy()
            merged[spec.name] = earlier.mask(over, values.astype(earlier.dtype))
        elif anew and spec.name not in PROVENANCE_FIELDS:
            merged[spec.name] = earlier.mask(touched)


def _with_shapes(
    merged: gpd.GeoDataFrame, shapes: np.ndarray, places: np.ndarray, kind: Kind
) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Return the frame with the geometries of the rows, and which rows bring another one."""
    geometry = merged.geometry.to_numpy().copy()
    earlier = without_needless_multi(geometry[places])
    same = shapely.equals_exact(earlier, shapes, SAME_PLACE_DEGREES, normalize=True)
    moved = ~shapely.is_missing(shapes) & ~same
    geometry[places[moved]] = shapes[moved]
    placed = merged.set_geometry(gpd.GeoSeries(geometry, index=merged.index, crs=WGS84))
    if _repeats(kind):
        _repeat_position(placed, places[moved], shapes[moved])
    return placed, moved


def without_needless_multi(shapes: np.ndarray) -> np.ndarray:
    """Return the shapes, a multi-geometry of one part as that part.

    Shapefiles and GeoPackages make no difference between the two.
    """
    multi = np.isin(shapely.get_type_id(shapes), _MULTI)
    single = multi & (shapely.get_num_geometries(shapes) == 1)
    plain = shapes.copy()
    plain[single] = shapely.get_geometry(shapes[single], 0)
    return plain


def _repeats(kind: Kind) -> set[str]:
    """Return the fields of the kind that only repeat the geometry."""
    return set(POSITION_FIELDS) & {spec.name for spec in kind.fields}


def _repeat_position(frame: gpd.GeoDataFrame, rows: np.ndarray, points: np.ndarray) -> None:
    positions = {"lon": shapely.get_x(points), "lat": shapely.get_y(points), "datum": "wgs84"}
    for name, values in positions.items():
        said = pd.Series(values, index=rows, dtype=frame[name].dtype).reindex(frame.index)
        frame[name] = frame[name].mask(said.notna(), said)


def _carried_attrs(
    present: pd.DataFrame, merged: pd.DataFrame, earlier: np.ndarray, anew: set[int]
) -> dict[str, list[Any]]:
    """Return the faults of the present records, at their new rows, where nothing mends them."""
    row_of = {int(old): row for row, old in enumerate(earlier) if old >= 0}
    unparsed = [
        (row_of[old], name, text)
        for old, name, text in present.attrs.get("unparsed", ())
        if old in row_of and row_of[old] not in anew and pd.isna(merged[name].iloc[row_of[old]])
    ]
    carried: dict[str, list[Any]] = {"unparsed": unparsed, "unknown_columns": []}
    if isinstance(merged, gpd.GeoDataFrame):
        lost = shapely.is_missing(merged.geometry.to_numpy())
        faults = present.attrs.get("bad_geometry", ())
        at_rows = [(row_of[old], why) for old, why in faults if old in row_of]
        carried["bad_geometry"] = [(row, why) for row, why in at_rows if lost[row]]
    return carried
