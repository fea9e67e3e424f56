"""KEY_MISSING, KEY_DUPLICATE, PARK_UNKNOWN: records that can be told apart and found."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from geo.among import is_among
from geo.model import KINDS, Finding
from geo.rules.finding import Context, field_words, phrase

REFERENCES = (
    ("parks", "parent_id", "parks"),
    ("parcels", "park_id", "parks"),
    ("parcels", "enterprise_id", "enterprises"),
    ("buildings", "park_id", "parks"),
    ("buildings", "parcel_id", "parcels"),
    ("enterprises", "park_id", "parks"),
    ("enterprises", "parcel_id", "parcels"),
    ("enterprises", "building_id", "buildings"),
    ("figures", "park_id", "parks"),
)
"""Which field of which kind names a record of which other kind."""


def check(context: Context) -> Iterator[Finding]:
    """Return what is wrong with the keys of all layers and with what refers to them."""
    for layer, frame in context.all_frames():
        yield from _check_keys(context, layer, frame)
    for kind, column, target in REFERENCES:
        if not context.is_unread(target):
            yield from _check_references(context, kind, column, target)
    yield from _check_loops(context)


def _check_keys(context: Context, layer: str, frame: pd.DataFrame) -> Iterator[Finding]:
    column = KINDS[context.catalog.entries()[layer].kind].key
    keys = frame[column]
    for record in context.records(layer, keys.isna()):
        yield context.finding("KEY_MISSING", layer, record, field=column)
    given = keys.dropna()
    for key, rows in given[given.duplicated(keep=False)].groupby(given):
        places = ", ".join(str(row + 1) for row in rows.index)
        yield context.finding(
            "KEY_DUPLICATE", layer, feature=(str(key),), field=column, rows=places
        )


def _check_references(context: Context, kind: str, column: str, target: str) -> Iterator[Finding]:
    named = [frame[KINDS[target].key] for _, frame in context.of_kind(target)]
    known = pd.concat(named) if named else []
    for layer, frame in context.of_kind(kind):
        values = frame[column]
        # Few of the values differ, and next to none of them is unknown.
        given = values.dropna().drop_duplicates()
        unknown = given[~is_among(given, known)]
        for record in context.records(layer, values.isin(unknown)):
            value = str(values.iloc[record.row])
            yield context.finding(
                "PARK_UNKNOWN",
                layer,
                record,
                detail=f"{column} {value}",
                field=column,
                actual=value,
                problem=phrase("reason.reference", field=field_words(column), value=value),
                target=phrase(f"target.{target}"),
            )


def _check_loops(context: Context) -> Iterator[Finding]:
    for layer, frame in context.of_kind("parks"):
        parents = dict(zip(frame["park_id"], frame["parent_id"], strict=True))
        inside = [_is_inside_itself(park, parents) for park in frame["park_id"]]
        for record in context.records(layer, inside):
            yield context.finding(
                "PARK_UNKNOWN",
                layer,
                record,
                detail="loop",
                field="parent_id",
                problem=phrase("reason.loop", field=field_words("parent_id")),
                target=phrase("target.parks"),
            )


def _is_inside_itself(park: str, parents: dict[str, str]) -> bool:
    seen: set[str] = set()
    above = parents.get(park)
    while isinstance(above, str) and above != park and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return isinstance(park, str) and above == park
