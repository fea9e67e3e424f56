"""Sheets of the report with one record a row: plots, firms, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo.export.legend import field_label, value_label
from geo.export.published import PublishedLayer
from geo.export.sheets import Column, Sheet, Sum, Value
from geo.i18n import LANGUAGES, both, has_message, message

SUMMED: Mapping[str, tuple[str, ...]] = {
    "parcels": ("declared_area_mu", "developed_ha", "area_m2", "area_mu", "firms"),
    "enterprises": (
        "invest_planned_wan",
        "invest_in_place_wan",
        "output_wan",
        "tax_wan",
        "energy_tce",
        "employees",
    ),
}
"""Fields whose sum over all records says something."""

_WORDED = ("nature", "stage", "state", "supply_state", "development_state", "chain_role")
_DECIMALS = 2
_FORMATS = {"float64": "#,##0.00####", "Int64": "0"}
_SUM_FORMATS = {"float64": "#,##0.00", "Int64": "#,##0"}
_WIDE = frozenset(("source", "boundary_check", "utilities", "permitted_industries", "product"))
_NAMES_OF_CODES = {"land_use_code": "land_use", "industry_code": "industry"}
_NAMES_OF_RECORDS = {"park_id": "parks"}


def both_lines(key: str) -> str:
    """Return the text of a key in Chinese with the English below it."""
    return in_lines(both(key))


def in_lines(text: Mapping[str, str]) -> str:
    """Return a text in Chinese with the English below it."""
    return "\n".join(text[lang] for lang in LANGUAGES)


def record_sheet(
    layer: PublishedLayer, names: Mapping[str, Mapping[str, str]], title: str
) -> Sheet:
    """Return a sheet with all records and fields of a layer, and sums below.

    Areas and amounts that are summed are rounded to two places, so that a sum is that of
    the numbers as they are printed.

    Parameters
    ----------
    names
        What codes and keys are called in Chinese: by ``land_use``, ``industry``, ``parks``.
    title
        Name of the sheet.
    """
    frame = layer.frame.drop(columns=layer.frame.geometry.name)
    fields = [name for name in frame.columns if frame[name].notna().any()]
    summed = [name for name in fields if name in SUMMED[layer.kind.name]]
    columns: list[Column] = []
    cells: list[list[Value]] = []
    for name in fields:
        columns.append(_column(layer, name, name in summed))
        cells.append([_value(layer, name, v, name in summed) for v in frame[name].tolist()])
        known = names.get({**_NAMES_OF_CODES, **_NAMES_OF_RECORDS}.get(name, ""))
        if known is not None:
            columns.append(Column(both_lines("report.column_name"), 18))
            cells.append(
                [known.get(v) if isinstance(v, str) else None for v in frame[name].tolist()]
            )
    headings = [column.heading for column in columns]
    rows = [list(row) for row in zip(*cells, strict=True)]
    labels = {_heading(layer.kind.name, name) for name in summed}
    rows += _total(rows, [index for index, text in enumerate(headings) if text in labels])
    return Sheet(title, in_lines(layer.notice), columns, rows, bold=frozenset({len(frame)}))


def _heading(kind: str, name: str) -> str:
    return "\n".join(field_label(name, lang, kind) for lang in LANGUAGES)


def _column(layer: PublishedLayer, name: str, is_summed: bool) -> Column:
    number = (_SUM_FORMATS if is_summed else _FORMATS).get(str(layer.frame[name].dtype), "General")
    width = 40 if name in _WIDE else 24 if name.endswith(("_zh", "_en")) else 16
    return Column(_heading(layer.kind.name, name), width, number)


def _value(layer: PublishedLayer, name: str, value: Any, is_summed: bool) -> Value:
    if isinstance(value, str):
        return value_label(layer.kind.name, name, value, "zh") if name in _WORDED else value
    if pd.isna(value):
        return None
    if isinstance(value, bool):
        return message("ui.yes" if value else "ui.no", "zh")
    number = float(value)
    if number.is_integer():
        return int(number)
    return round(number, _DECIMALS) if is_summed else number


def _total(rows: Sequence[Sequence[Value]], summed: Sequence[int]) -> list[list[Value]]:
    """Return the row of sums, none without records."""
    if not rows:
        return []
    total: list[Value] = [None] * len(rows[0])
    total[0] = message("report.total", "zh")
    for index in summed:
        known = [row[index] for row in rows]
        value = sum(v for v in known if isinstance(v, int | float))
        total[index] = Sum(((0, len(rows) - 1),), round(value, _DECIMALS))
    return [total]


_FINDING_COLUMNS = {
    "severity": 10,
    "rule": 22,
    "rule_code": 26,
    "layer": 14,
    "feature": 26,
    "parks": 18,
    "message": 60,
    "expected": 16,
    "actual": 16,
    "area_m2": 14,
    "waived": 30,
    "id": 34,
}
"""Columns of the findings with their width."""


def findings_sheet(
    findings: Sequence[Mapping[str, Any]],
    titles: Mapping[str, str],
    notice: Mapping[str, str],
) -> Sheet:
    """Return the sheet of the findings, in their order.

    Parameters
    ----------
    titles
        Titles of layers and tables in Chinese, by name.
    """
    columns = [
        Column(both_lines(f"report.finding_{name}"), width, "#,##0.00")
        for name, width in _FINDING_COLUMNS.items()
    ]
    rows = [_finding(finding, titles) for finding in findings]
    return Sheet(message("report.sheet_findings", "zh"), in_lines(notice), columns, rows, fixed=2)


def _finding(finding: Mapping[str, Any], titles: Mapping[str, str]) -> list[Value]:
    rule = finding["rule"]
    key = f"data_rule.{rule}"
    waived = finding.get("waived")
    return [
        message(f"data.severity_{finding['severity']}", "zh"),
        message(key, "zh") if has_message(key) else rule,
        rule,
        titles.get(finding["layer"], finding["layer"]),
        "；".join(finding["feature"]),
        "；".join(finding.get("parks", ())),
        in_lines(finding["message"]),
        finding["expected"],
        finding["actual"],
        finding["area_m2"],
        message("report.waived", "zh", **waived) if waived else None,
        finding["id"],
    ]
