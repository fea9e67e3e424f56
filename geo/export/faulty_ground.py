"""The findings of the staff edition as a layer for a GIS: the faulty pieces with what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import shape

from geo.crs import WGS84
from geo.export.published import PublishedLayer
from geo.i18n import LANGUAGES, both, message
from geo.model import FieldSpec, Kind
from geo.query import Snapshot

FINDINGS = "findings"
"""Name of the layer; no layer of a catalogue can be called so."""

FORMATS = ("gpkg", "geojson")
"""Formats that hold areas, points and records without a place in one layer."""

_TEXTS = (
    *("finding_id", "rule", "rule_zh", "rule_en", "severity", "layer", "feature", "parks"),
    *("message_zh", "message_en", "expected", "actual"),
)
_KIND = Kind(
    FINDINGS,
    "finding_id",
    (
        *(FieldSpec(name) for name in _TEXTS),
        FieldSpec("piece_m2", "float", minimum=0),
        FieldSpec("waived"),
    ),
    ("Polygon", "MultiPolygon", "Point", "GeometryCollection"),
)
_BETWEEN = "; "


def findings_layer(snapshot: Snapshot) -> PublishedLayer:
    """Return the findings of a staff snapshot as a layer in longitude and latitude.

    A finding has the faulty piece as geometry where its rule tells one, else none.
    """
    found = snapshot.document("findings.json")
    records = [_record(one) for one in found]
    columns = {
        spec.name: pd.Series(
            [record[spec.name] for record in records],
            dtype="float64" if spec.dtype == "float" else "str",
        )
        for spec in _KIND.fields
    }
    shapes = [shape(one["geometry"]) if one["geometry"] else None for one in found]
    natures = {nature for layer in snapshot.site["layers"] for nature in layer["natures"]}
    return PublishedLayer(
        FINDINGS,
        _KIND,
        gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=WGS84)),
        both("plan_findings.title"),
        both("export.findings_source"),
        snapshot.site["as_of"],
        snapshot.version,
        tuple(sorted(natures)),
        {},
    )


def _record(one: Mapping[str, Any]) -> dict[str, Any]:
    waived = one.get("waived")
    texts = {f"message_{lang}": one["message"][lang] for lang in LANGUAGES}
    titles = {f"rule_{lang}": message(f"data_rule.{one['rule']}", lang) for lang in LANGUAGES}
    return {
        "finding_id": one["id"],
        "rule": one["rule"],
        "severity": one["severity"],
        "layer": one["layer"],
        "feature": _BETWEEN.join(one["feature"]),
        "parks": _BETWEEN.join(one.get("parks", ())),
        "expected": one["expected"],
        "actual": one["actual"],
        "piece_m2": one["area_m2"],
        "waived": message("report.waived", "zh", **waived) if waived else None,
        **texts,
        **titles,
    }
