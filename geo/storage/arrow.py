"""Columns of an Arrow table that already have the type of their field, taken over whole.

A large register is read by the column this way; whatever does not fit is left to be read value
by value, with the same outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.model import Kind, parse_partial_date
from geo.storage.values import DTYPES, LARGEST

_LARGEST_WHOLE = 10**18


def take_columns(table: pa.Table, kind: Kind) -> dict[str, pd.Series[Any]]:
    """Return the columns of a kind that fit their fields, typed as every frame has them."""
    found = {}
    for spec in kind.all_fields:
        if table.schema.names.count(spec.name) == 1:
            fitting = _FITTING[spec.dtype](_flat(table.column(spec.name)))
            if fitting is not None:
                found[spec.name] = fitting.to_pandas().astype(DTYPES[spec.dtype])
    return found


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    is_coded = pa.types.is_dictionary(column.type)
    return column.cast(column.type.value_type) if is_coded else column


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)


def _dates(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    texts = _texts(column)
    if texts is None:
        return None
    known = (text for text in pc.unique(texts).to_pylist() if text is not None)
    return texts if all(parse_partial_date(text) for text in known) else None


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    if not pa.types.is_floating(column.type):
        return None
    numbers = column.cast(pa.float64())
    is_sound = pc.less_equal(pc.abs(numbers), LARGEST)  # also no NaN
    return numbers if pc.all(is_sound, min_count=0).as_py() else None


def _whole_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    if not pa.types.is_signed_integer(column.type):
        return None
    numbers = column.cast(pa.int64())
    is_sound = pc.and_(pc.less(numbers, _LARGEST_WHOLE), pc.greater(numbers, -_LARGEST_WHOLE))
    return numbers if pc.all(is_sound, min_count=0).as_py() else None


def _truths(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    return column if pa.types.is_boolean(column.type) else None


_FITTING: Mapping[str, Callable[[pa.ChunkedArray], pa.ChunkedArray | None]] = {
    "str": _texts,
    "date": _dates,
    "float": _numbers,
    "int": _whole_numbers,
    "bool": _truths,
}
