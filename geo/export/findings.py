"""Findings as a file to work with elsewhere: CSV, XLSX and GeoJSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from geo.course import findings_of
from geo.export.cells import plain_text
from geo.export.sheets import Column, Sheet, Value, build_workbook
from geo.findings import Choice, Listed, Waivers, in_state
from geo.query import Library
from geo.settings import Settings
from geo.storage.durable import write_durably
from geo.wording import Wording

_COLUMNS = {
    "state": 10,
    "severity": 9,
    "rule": 26,
    "title": 24,
    "layer": 16,
    "feature": 26,
    "parks": 18,
    "message": 70,
    "expected": 18,
    "actual": 18,
    "area_m2": 14,
    "reason": 40,
    "by": 14,
    "until": 12,
    "id": 36,
}
"""What a table has, with the width in a workbook."""


def findings_csv(findings: Sequence[Listed], w: Wording) -> bytes:
    """Return a CSV in UTF-8 with a mark; what would run as a formula follows an apostrophe."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(_headings(w))
    for one in findings:
        writer.writerow([plain_text(v) if isinstance(v, str) else v for v in _row(one, w)])
    return stream.getvalue().encode("utf-8-sig")


def findings_workbook(findings: Sequence[Listed], w: Wording, notice: str) -> bytes:
    """Return an XLSX: texts are texts, areas numbers.

    Parameters
    ----------
    notice
        What stands above the table: of which version it is.
    """
    columns = [
        Column(heading, width, "#,##0.00")
        for heading, width in zip(_headings(w), _COLUMNS.values(), strict=True)
    ]
    rows = [_row(one, w) for one in findings]
    return build_workbook([Sheet(w.t("plan_findings.title"), notice, columns, rows, fixed=3)])


def write_findings(
    settings: Settings, target: Path, asked: Mapping[str, Any], standing: Waivers
) -> dict[str, Any]:
    """Write the workbook of a list of findings and return its version and number of records.

    Parameters
    ----------
    asked
        ``version``, ``lang``, and which of its findings: ``rule``, ``severity``, ``park`` (empty
        for any) and ``state`` (``None`` for any).
    standing
        The waivers that stand today.

    Raises
    ------
    NotFound
        ``VERSION_UNKNOWN`` if it is not kept any more, or was never published.
    """
    library, w = Library(settings.out), Wording(asked["lang"])
    shown = library.published(asked["version"], "staff")
    choice = Choice(asked["rule"], asked["severity"], asked["park"])
    everything = findings_of(settings, library, shown, standing)
    found = [one for one in in_state(everything, asked["state"]) if choice.takes(one.record)]
    notice = w.t("plan_findings.of_version", version=shown.version)
    write_durably(target, findings_workbook(found, w, notice))
    return {"version": shown.version, "findings": len(found)}


def findings_geojson(findings: Sequence[Listed]) -> bytes:
    """Return a GeoJSON collection in WGS84; a finding without a place has no geometry."""
    features = [
        {
            "type": "Feature",
            "id": one.record["id"],
            "geometry": one.record["geometry"],
            "properties": _properties(one),
        }
        for one in findings
    ]
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False).encode("utf-8")


def _properties(one: Listed) -> dict[str, Any]:
    plain = {name: value for name, value in one.record.items() if name not in ("id", "geometry")}
    return {
        **plain,
        "state": one.state,
        "waived": one.waiver.as_dict() if one.waiver else None,
    }


def _headings(w: Wording) -> list[str]:
    return [w.t(f"plan_findings.column_{name}") for name in _COLUMNS]


def _row(one: Listed, w: Wording) -> list[Value]:
    record, waiver = one.record, one.waiver
    return [
        w.t(f"plan_findings.state_{one.state}"),
        w.t(f"data.severity_{record['severity']}"),
        record["rule"],
        w.word("data_rule", record["rule"]),
        record["layer"],
        "；".join(record["feature"]),
        "；".join(record.get("parks", ())),
        w.pick(record["message"]),
        record["expected"],
        record["actual"],
        record["area_m2"],
        waiver.reason if waiver else None,
        waiver.by if waiver else None,
        waiver.until.isoformat() if waiver else None,
        record["id"],
    ]
