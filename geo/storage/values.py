"""Typed frames from the raw values that a file holds.

A value that cannot be understood is never guessed: it stays missing and its text is kept
beside the frame, so that the rules can say where it stands.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from geo.model import Entry, FieldSpec, Kind, parse_partial_date

_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INT = re.compile(r"[+-]?\d{1,18}(?:\.0+)?", re.ASCII)
_BOOLS = {
    **dict.fromkeys(("true", "1", "yes", "是"), True),
    **dict.fromkeys(("false", "0", "no", "否"), False),
}
DTYPES = {"str": "str", "date": "str", "float": "float64", "int": "Int64", "bool": "boolean"}
_KEPT_TEXT = 200
_Unparsed = tuple[int, str, str]
"""Row, column and text of a value that does not fit its type."""

LARGEST = 1e15
"""Numbers beyond it are slips of the keyboard, and a few of them make a sum infinite."""


def typed_frame(
    kind: Kind,
    entry: Entry,
    records: Sequence[Mapping[str, Any]],
    *,
    used: Sequence[str] = (),
    taken: Mapping[str, pd.Series[Any]] = MappingProxyType({}),
) -> pd.DataFrame:
    """Return one row per record with exactly the columns of the kind, typed.

    Missing values are NA; nature, source and date come from the catalogue entry where a
    record has none. ``attrs["unparsed"]`` lists ``(row, column, text)`` of values that do
    not fit their type, ``attrs["unknown_columns"]`` the names that the kind does not have,
    apart from those ``used`` otherwise. ``taken`` are columns that are typed already; what a
    record says comes before them.
    """
    unparsed: list[_Unparsed] = []
    present = {name for record in records for name in record}
    columns = {}
    for spec in kind.all_fields:
        if spec.name in present:
            raw = _raw_values(spec.name, records, taken)
            columns[spec.name] = _column(spec, raw, unparsed)
        else:
            # Most fields of a wide layer are in no record at all.
            missing = pd.Series(None, index=range(len(records)), dtype=DTYPES[spec.dtype])
            columns[spec.name] = taken.get(spec.name, missing)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(records)))
    defaults = {"nature": entry.nature, "source": entry.source.joined, "as_of": entry.as_of}
    frame = frame.fillna(defaults)
    frame.attrs["unparsed"] = sorted(unparsed)
    frame.attrs["unknown_columns"] = sorted(present - set(columns) - set(used))
    return frame


def _raw_values(
    name: str, records: Sequence[Mapping[str, Any]], taken: Mapping[str, pd.Series[Any]]
) -> list[Any]:
    if name not in taken:
        return [record.get(name) for record in records]
    typed = taken[name].astype("object").where(taken[name].notna(), None)
    return [record.get(name, value) for record, value in zip(records, typed, strict=True)]


def as_text(value: Any) -> str | None:
    """Return the text of a raw value, ``None`` for an empty one.

    A flat list becomes a ``;``-separated list. Raises ``ValueError`` for an object or a
    list of lists, which no field can hold.
    """
    if isinstance(value, list):
        parts = [_scalar_text(item) for item in value]
        return ";".join(part for part in parts if part) or None
    return _scalar_text(value) or None


def _column(
    spec: FieldSpec, raw_values: Sequence[Any], unparsed: list[_Unparsed]
) -> pd.Series[Any]:
    parse = _PARSERS[spec.dtype]
    values: list[Any] = []
    for row, raw in enumerate(raw_values):
        value = None
        # Most cells of a wide layer are empty: passing them over halves the time.
        if raw is not None and raw != "":
            try:
                text = as_text(raw)
                value = None if text is None else parse(text)
            except ValueError:
                unparsed.append((row, spec.name, _shown(raw)))
        values.append(value)
    return pd.Series(values, dtype=DTYPES[spec.dtype], index=pd.RangeIndex(len(values)))


def _scalar_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, str):
        # A lone surrogate from a JSON escape cannot be written as UTF-8 again.
        return value.encode("utf-8", "replace").decode("utf-8").strip()
    raise ValueError


def _number_text(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError
    # Spreadsheets and GIS write identifiers such as 653225 as 653225.0.
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _shown(raw: Any) -> str:
    text = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)
    return text.encode("utf-8", "replace").decode("utf-8")[:_KEPT_TEXT]


def _parse_float(text: str) -> float:
    number = float(text) if _FLOAT.fullmatch(text) else math.nan
    if not abs(number) <= LARGEST:  # also NaN
        raise ValueError
    return number


def _parse_int(text: str) -> int:
    if not _INT.fullmatch(text):
        raise ValueError
    return int(text.split(".")[0])


def _parse_bool(text: str) -> bool:
    if text.lower() not in _BOOLS:
        raise ValueError
    return _BOOLS[text.lower()]


def _parse_date(text: str) -> str:
    if parse_partial_date(text) is None:
        raise ValueError
    return text


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "str": str,
    "date": _parse_date,
    "float": _parse_float,
    "int": _parse_int,
    "bool": _parse_bool,
}
