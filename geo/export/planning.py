"""Sheets of the report for planners: balance sheet, rates, indicators, as they were published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geo.export.records import both_lines
from geo.export.sheets import Column, Sheet, Sum, Value
from geo.i18n import LANGUAGES, has_message, message
from geo.planning.balance import heading_of
from geo.wording import Wording

_AREA, _SHARE, _RATE = "#,##0.00", "0.00%", "0.00%"
_BALANCE_WIDTHS = {
    "scope": 24,
    "code": 10,
    "name": 24,
    "plots": 9,
    "planned_ha": 12,
    "planned_mu": 12,
    "planned_share": 11,
    "existing_ha": 12,
    "existing_mu": 12,
    "existing_share": 11,
    "declared_mu": 13,
    "measured_mu": 13,
    "difference_mu": 13,
}
_TEXTS = 3
"""Columns of a row of the balance sheet before its numbers."""


def text_of(key: str | None, lang: str = "zh") -> str:
    """Return the text of a key that a published document names; the key where none is known."""
    if key is None:
        return ""
    return message(key, lang) if has_message(key) else key


def notes_of(document: Mapping[str, Any], notice: Mapping[str, str]) -> str:
    """Return what stands above a table: what is meant by its numbers, then the notice."""
    return "\n".join(
        " ".join([*(text_of(key, lang) for key in document["notes"]), notice[lang]])
        for lang in LANGUAGES
    )


def balance_sheet(areas: Mapping[str, Any], level: str, notice: Mapping[str, str]) -> Sheet:
    """Return 用地平衡表 at a level: in all, by county, by park; each sum a formula over its parts.

    Parameters
    ----------
    areas
        The sheets of one meaning of area (:func:`geo.planning.balance.areas_of`); its numbers
        are already those that add up as printed.
    level
        One of :data:`geo.planning.balance.LEVELS`.
    """
    columns = [
        Column(
            both_lines(f"report.balance_{name}"),
            width,
            _SHARE if name.endswith("_share") else "0" if name == "plots" else _AREA,
        )
        for name, width in _BALANCE_WIDTHS.items()
    ]
    rows: list[list[Value]] = []
    bold: set[int] = set()
    for part in areas["sheets"]:
        _add_part(rows, bold, part, level)
    title = message(f"report.sheet_balance_{level}", "zh")
    whole = areas["sheets"][0]
    head = {lang: f"{heading_of(whole, Wording(lang))} {notice[lang]}" for lang in LANGUAGES}
    return Sheet(title, notes_of(areas, head), columns, rows, frozenset(bold), fixed=_TEXTS)


def _add_part(rows: list[list[Value]], bold: set[int], part: Mapping[str, Any], level: str) -> None:
    scope = _scope(part)
    groups: list[int] = []
    for group in part["levels"][level]:
        first = len(rows)
        for row in group["rows"]:
            name = (row["name"] or {}).get("zh")
            rows.append([scope, row["code"], name, *_numbers(row)])
        groups.append(len(rows))
        label = message(f"report.group_{group['group']}", "zh")
        rows.append([scope, None, label, *_sums(group, ((first, len(rows) - 1),))])
    bold.update((*groups, len(rows)))
    spans = tuple((row, row) for row in groups)
    total = message("report.total", "zh")
    rows.append([scope, None, total, *_sums(part["total"], spans)])


def _scope(part: Mapping[str, Any]) -> str:
    """Return what a part is called, with the zones that plane areas are measured in."""
    name = (part["name"] or {}).get("zh") or str(part["key"])
    if part["scope"] == "all":
        name = message("report.scope_all", "zh")
    zones = "、".join(str(one["zone"]) for one in part.get("zones", ()))
    return message("report.scope_zones", "zh", name=name, zones=zones) if zones else name


def _numbers(row: Mapping[str, Any]) -> list[float | int | None]:
    """Return the numbers of a row; shares as fractions, so that a cell may show percent."""
    found: list[float | int | None] = [row["plots"]]
    for name in ("planned", "existing"):
        area = row[name] or {"ha": None, "mu": None, "share": None}
        share = area["share"]
        found += [area["ha"], area["mu"], None if share is None else round(share / 100, 4)]
    declared = row["declared"]
    return [*found, *(declared[name] for name in ("mu", "measured_mu", "difference_mu"))]


def _sums(row: Mapping[str, Any], parts: tuple[tuple[int, int], ...]) -> list[Value]:
    return [None if value is None else Sum(parts, value) for value in _numbers(row)]


def rates_sheet(document: Mapping[str, Any], notice: Mapping[str, str]) -> Sheet:
    """Return 土地利用率: the four rates of every park, or why one cannot be computed."""
    widths = {"park": 24, "rate": 16, "value": 10, "numerator": 24, "numerator_ha": 14,
              "denominator": 24, "denominator_ha": 14, "because": 50}  # fmt: skip
    columns = [
        Column(both_lines(f"report.rate_{n}"), w, _RATE if n == "value" else "#,##0.0000")
        for n, w in widths.items()
    ]
    rows: list[list[Value]] = [
        [park["name"]["zh"] or park["key"], *_rate(rate)]
        for park in document["parks"]
        for rate in park["rates"].values()
    ]
    title = message("report.sheet_rates", "zh")
    return Sheet(title, notes_of(document, notice), columns, rows, fixed=2)


def _rate(rate: Mapping[str, Any]) -> list[Value]:
    amounts = (rate["numerator"], rate["denominator"])
    parts = [
        value
        for amount in amounts
        for value in (text_of(amount["name"]), amount["area"]["ha"] if amount["area"] else None)
    ]
    said = [*rate["because"], *([rate["note"]] if rate["note"] else [])]
    return [text_of(rate["name"]), rate["value"], *parts, _joined(said)]


def _joined(keys: Sequence[str]) -> str | None:
    return "；".join(text_of(key) for key in keys) or None


_SCOPES = {"plots": "parcel", "firms": "enterprise", "parks": "park"}
_INDICATOR_WIDTHS = {
    "scope": 10,
    "key": 18,
    "name": 24,
    "indicator": 26,
    "unit": 16,
    "value": 12,
    "least": 12,
    "most": 12,
    "from": 20,
    "verdict": 12,
    "because": 40,
}


def indicators_sheet(document: Mapping[str, Any], notice: Mapping[str, str]) -> Sheet:
    """Return 指标: one row for each indicator of each plot, firm and park."""
    columns = [
        Column(both_lines(f"report.indicator_{name}"), width, "#,##0.00##")
        for name, width in _INDICATOR_WIDTHS.items()
    ]
    rows = [
        [
            message(f"report.scope_{scope}", "zh"),
            one["key"],
            (one.get("name") or {}).get("zh"),
            *row,
        ]
        for part, scope in _SCOPES.items()
        for one in document[part]
        for row in _indicators(one, document["indicators"])
    ]
    title = message("report.sheet_indicators", "zh")
    return Sheet(title, notes_of(document, notice), columns, rows, fixed=3)


def _indicators(
    one: Mapping[str, Any], known: Mapping[str, Mapping[str, str]]
) -> Iterator[list[Value]]:
    for name, indicator in known.items():
        value = one["values"].get(name)
        limit = one.get("limits", {}).get(name) or {}
        verdict = one.get("verdicts", {}).get(name)
        yield [
            text_of(indicator["name"]),
            text_of(indicator["unit"]),
            value,
            limit.get("least"),
            limit.get("most"),
            _basis(limit),
            message(f"report.verdict_{verdict}", "zh") if verdict else None,
            text_of(one["missing"][name]) if name in one["missing"] else None,
        ]


def _basis(limit: Mapping[str, Any]) -> str | None:
    """Return where a limit is from; one that nobody verified says so."""
    if not limit:
        return None
    basis = message(f"report.from_{limit['from']}", "zh")
    return basis if limit["verified"] else f"{basis}{message('report.to_check', 'zh')}"
