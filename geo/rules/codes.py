"""LAND_USE_UNKNOWN, CODE_STANDARD_UNCLEAR, INDUSTRY_UNKNOWN, USCC_INVALID, USCC_DUPLICATE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from geo.model import Finding
from geo.rules.finding import Context, phrase

INDUSTRY_FIELDS = (
    ("parks", "industry_codes"),
    ("parcels", "permitted_industries"),
    ("enterprises", "industry_code"),
)


_USCC = r"\d{8}[0-9A-HJ-NPQRTUWXY]{10}"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?E\+?\d+", re.ASCII)
_NUMBER = re.compile(r"(\d{18})(?:\.0+)?", re.ASCII)
_USCC_REASONS: Mapping[type, str] = {
    InvalidLength: "uscc_length",
    InvalidChecksum: "uscc_checksum",
}
_DOUBLE_STEP = 128
"""Distance of neighbouring 64-bit floats at the size of a credit code read as a number."""


def check(context: Context) -> Iterator[Finding]:
    """Return the codes that no list knows and the credit codes that cannot be."""
    yield from _check_land_use(context)
    for kind, column in INDUSTRY_FIELDS:
        yield from _check_industries(context, kind, column)
    yield from _check_uscc(context)


def split_list(text: object) -> list[str]:
    """Return the parts of a ``;``-separated list; none for a missing value."""
    if not isinstance(text, str):
        return []
    return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]


def _check_land_use(context: Context) -> Iterator[Finding]:
    for layer, frame in context.of_kind("parcels"):
        # The same digits are another use in GB/T 21010: without the standard's name
        # even a known code may mean something else.
        if not context.catalog.entries()[layer].code_standard:
            yield context.finding("CODE_STANDARD_UNCLEAR", layer, field="land_use_code")
        codes = frame["land_use_code"]
        unknown = codes.notna() & ~codes.isin(set(context.codes.land_use))
        for record in context.records(layer, unknown):
            yield context.finding(
                "LAND_USE_UNKNOWN",
                layer,
                record,
                field="land_use_code",
                actual=str(codes.iloc[record.row]),
            )


def _check_industries(context: Context, kind: str, column: str) -> Iterator[Finding]:
    for layer, frame in context.of_kind(kind):
        texts = frame[column].dropna().unique()
        unknown = {text: _unknown_industries(context, text) for text in texts}
        suspects = [text for text, codes in unknown.items() if codes]
        for record in context.records(layer, frame[column].isin(suspects)):
            for code in unknown[frame[column].iloc[record.row]]:
                yield context.finding(
                    "INDUSTRY_UNKNOWN",
                    layer,
                    record,
                    detail=f"{column} {code}",
                    actual=code,
                    field=column,
                )


def _unknown_industries(context: Context, text: str) -> list[str]:
    """Return the codes of a list, or the one code, that GB/T 4754-2017 does not have."""
    known = context.codes.industry.known
    return [code for code in dict.fromkeys(split_list(text)) if not known(code)]


def _check_uscc(context: Context) -> Iterator[Finding]:
    for layer, frame in context.of_kind("enterprises"):
        given = frame["uscc"]
        numbers = compact_uscc(given)
        faults = numbers[numbers.notna() & ~is_surely_uscc(numbers)].map(_uscc_fault)
        faults = faults.reindex(numbers.index)
        for record in context.records(layer, faults.notna()):
            yield context.finding(
                "USCC_INVALID",
                layer,
                record,
                field="uscc",
                actual=str(given.iloc[record.row]),
                problem=phrase(f"reason.{faults.iloc[record.row]}"),
            )
        # Of two codes that lost their last digits nobody can say that they were the same.
        yield from _check_shared_uscc(context, layer, numbers[faults != "uscc_damaged"])


def compact_uscc(codes: pd.Series[str]) -> pd.Series[str]:
    """Return the codes in capitals and without the spaces and hyphens that people put in."""
    odd = codes.notna() & ~codes.str.fullmatch(_USCC).fillna(False).astype(bool)
    return codes.where(~odd, codes[odd].map(uscc.compact))


def is_surely_uscc(numbers: pd.Series[str]) -> np.ndarray:
    """Return which codes are right by GB 32100-2015: all at once, since almost all are."""
    right = numbers.str.fullmatch(_USCC).fillna(False).to_numpy(dtype=bool, copy=True)
    letters = numbers[right].to_numpy(dtype="S18").view("u1").reshape(-1, len(_WEIGHTS))
    values = np.zeros(128, dtype=int)
    values[list(_ALPHABET.encode())] = range(len(_ALPHABET))
    right[right] = values[letters] @ np.array(_WEIGHTS) % 31 == 0
    return right


def _uscc_fault(number: str) -> str | None:
    """Return why a credit code cannot be one by GB 32100-2015, ``None`` if it can."""
    try:
        uscc.validate(number)
    except ValidationError as error:
        if _is_damaged(number):
            return "uscc_damaged"
        return _USCC_REASONS.get(type(error), "uscc_format")
    return None


def _is_damaged(number: str) -> bool:
    """Return whether a spreadsheet took the wrong code for a number and lost its last digits.

    It keeps 15 digits; what it keeps is written with noughts at the end, as 9.1653E+17, or as
    the nearest number that a float can be.
    """
    digits = _NUMBER.fullmatch(number)
    if digits is None:
        return bool(_SCIENTIFIC.fullmatch(number))
    return digits[1].endswith("000") or int(digits[1]) % _DOUBLE_STEP == 0


def _check_shared_uscc(context: Context, layer: str, numbers: pd.Series[str]) -> Iterator[Finding]:
    given = numbers.dropna()
    for number, rows in given[given.duplicated(keep=False)].groupby(given):
        labels = [context.record(layer, int(row)) for row in rows.index]
        keys = tuple(record.key or f"#{record.row + 1}" for record in labels)
        yield context.finding(
            "USCC_DUPLICATE",
            layer,
            feature=keys,
            field="uscc",
            detail=str(number),
            actual=str(number),
        )
