"""Make the two editions: what the public may see, and what the staff see.

The public edition physically lacks every field and record that the catalogue does not
list: the allow-list is applied here, last, after everything that is derived.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from geo.model import COUNTABLE_STAGES, NATURES, PROVENANCE, STAGES, Catalog, Edition, Entry

_PLACING_FIELDS = ("parcel_id", "building_id", "placed_by", "lon", "lat", "datum")
_JUDGEMENTS = ("suspected_idle", "inefficient")
_NAMING_FIELDS = ("name_zh", "name_en", "product", "published_zh", "published_en")
_REFERENCES = {"parent_id": "park_id"}
"""Columns that refer to a key of another name; the others bear the name of the key."""


def visible_catalog(catalog: Catalog, edition: Edition) -> Catalog:
    """Return the catalogue of an edition: the public one has no entry that is for the staff."""
    if edition == "staff":
        return catalog
    layers, tables = (
        {name: entry for name, entry in entries.items() if entry.public}
        for entries in (catalog.layers, catalog.tables)
    )
    return catalog.model_copy(update={"layers": layers, "tables": tables})


def drop_samples(frames: Mapping[str, pd.DataFrame], catalog: Catalog) -> dict[str, pd.DataFrame]:
    """Return the frames without sample records, for a catalogue with ``demo = false``.

    A record whose nature is not one of the known ones goes too: what is not known to be
    real is not shown as real. References to what is gone are emptied.
    """
    gone, entries = sample_keys(frames, catalog), catalog.entries()
    return {
        name: _forget(frame.loc[~_is_sample(frame)].reset_index(drop=True), gone, entries[name].key)
        for name, frame in frames.items()
    }


def sample_keys(frames: Mapping[str, pd.DataFrame], catalog: Catalog) -> dict[str, set[str]]:
    """Return the keys of the sample records by the name of their key field."""
    found: dict[str, set[str]] = {}
    for name, frame in frames.items():
        key = catalog.entries()[name].key
        # Several tables may be of one kind, and so have one key field.
        found.setdefault(key, set()).update(frame.loc[_is_sample(frame), key].dropna())
    return found


def _is_sample(frame: pd.DataFrame) -> pd.Series[bool]:
    return ~frame["nature"].isin([nature for nature in NATURES if nature != "sample"])


def _forget(frame: pd.DataFrame, gone: Mapping[str, set[str]], key: str) -> pd.DataFrame:
    references = [c for c in frame.columns if c != key and _REFERENCES.get(c, c) in gone]
    kept = {c: frame[c].where(~frame[c].isin(gone[_REFERENCES.get(c, c)])) for c in references}
    return frame.assign(**kept)


def countable_stages(edition: Edition) -> tuple[str, ...]:
    """Return the stages whose firms may be counted; the public counts no unsigned deal."""
    return COUNTABLE_STAGES if edition == "public" else STAGES


def visible_enterprises(
    enterprises: gpd.GeoDataFrame, entry: Entry, edition: Edition
) -> gpd.GeoDataFrame:
    """Return the firms that an edition may show; all of them for the staff.

    The public sees firms with a signed agreement. One whose name it may not know keeps
    only what does not tell it apart: neither name nor product nor place within the park,
    and of its source only that of the layer.
    """
    if edition == "staff":
        return enterprises
    shown = enterprises.loc[enterprises["stage"].isin(COUNTABLE_STAGES)].copy()
    unnamed = ~_may_be_named(shown, entry)
    hidden = [c for c in (*_NAMING_FIELDS, *_PLACING_FIELDS) if c in shown.columns]
    shown.loc[unnamed, hidden] = pd.NA
    shown.loc[unnamed, shown.geometry.name] = None
    shown.loc[unnamed, "source"] = entry.source.joined
    return shown.reset_index(drop=True)


def visible_parcels(parcels: gpd.GeoDataFrame, edition: Edition) -> gpd.GeoDataFrame:
    """Return the plots with the development that an edition may know of.

    Only recorded idleness (认定) is public. A suspicion, or the judgement that land is used
    inefficiently, shows to the public as what the plot's own dates say.
    """
    if edition == "staff":
        return parcels
    judged = parcels["development_state"].isin(_JUDGEMENTS)
    by_dates = pd.Series("not_started", index=parcels.index)
    by_dates[parcels["started_on"].notna()] = "construction"
    by_dates[parcels["completed_on"].notna()] = "built"
    shown = parcels["development_state"].where(~judged, by_dates)
    return parcels.assign(development_state=shown)


def _may_be_named(enterprises: gpd.GeoDataFrame, entry: Entry) -> pd.Series[bool]:
    """Return which firms agreed, or were reported by a source of their own.

    A source that is only the layer's names nobody, and a plain no goes before everything.
    """
    agreed = enterprises["publish_name"].eq(True).fillna(False)
    refused = enterprises["publish_name"].eq(False).fillna(False)
    sourced = enterprises["source"].notna() & enterprises["source"].ne(entry.source.joined)
    published = enterprises["nature"].eq("reported") & sourced & ~refused
    either: pd.Series[bool] = (agreed | published).astype(bool)
    return either


def select_fields(frame: pd.DataFrame, entry: Entry, edition: Edition) -> pd.DataFrame:
    """Return the fields that an edition may show, the key first and provenance last."""
    if edition == "staff":
        return frame
    allowed = [entry.key, *entry.public_fields, *(spec.name for spec in PROVENANCE)]
    if isinstance(frame, gpd.GeoDataFrame):
        allowed.append(frame.geometry.name)
    return frame[[name for name in dict.fromkeys(allowed) if name in frame.columns]]


def hide_boundaries(
    frames: Mapping[str, pd.DataFrame], catalog: Catalog, edition: Edition
) -> dict[str, pd.DataFrame]:
    """Return the frames without county outlines where the catalogue keeps them back."""
    hidden = dict(frames)
    if edition == "staff" or catalog.site.public_boundaries:
        return hidden
    for name, entry in catalog.layers.items():
        if entry.kind == "counties" and name in hidden:
            frame = gpd.GeoDataFrame(hidden[name])
            hidden[name] = frame.set_geometry(gpd.GeoSeries([None] * len(frame), crs=frame.crs))
    return hidden
