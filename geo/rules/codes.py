"""LAND_USE_UNKNOWN, CODE_STANDARD_UNCLEAR, INDUSTRY_UNKNOWN, USCC_INVALID, USCC_DUPLICATE."""

from __future__ import annotations

from collections.abc import Iterator

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
            yield context.finding("CODE_STANDARD_UNCLEAR", layer)
        codes = frame["land_use_code"]
        unknown = codes.notna() & ~codes.isin(set(context.codes.land_use))
        for record in context.records(layer, unknown):
            yield context.finding(
                "LAND_USE_UNKNOWN", layer, record, actual=str(codes.iloc[record.row])
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
        numbers = frame["uscc"].map(uscc.compact, na_action="ignore")
        for record in context.records(layer, numbers.notna()):
            reason = _uscc_fault(numbers.iloc[record.row])
            if reason:
                yield context.finding(
                    "USCC_INVALID",
                    layer,
                    record,
                    actual=str(frame["uscc"].iloc[record.row]),
                    problem=phrase(f"reason.{reason}"),
                )
        yield from _check_shared_uscc(context, layer, numbers)


def _uscc_fault(number: str) -> str | None:
    """Return why a credit code cannot be one by GB 32100-2015, ``None`` if it can."""
    try:
        uscc.validate(number)
    except InvalidLength:
        return "uscc_length"
    except InvalidChecksum:
        return "uscc_checksum"
    except ValidationError:
        return "uscc_format"
    return None


def _check_shared_uscc(context: Context, layer: str, numbers: pd.Series[str]) -> Iterator[Finding]:
    given = numbers.dropna()
    for number, rows in given[given.duplicated(keep=False)].groupby(given):
        labels = [context.record(layer, int(row)) for row in rows.index]
        keys = tuple(record.key or f"#{record.row + 1}" for record in labels)
        yield context.finding(
            "USCC_DUPLICATE", layer, feature=keys, detail=str(number), actual=str(number)
        )
