"""For every field the function that understands one of its cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from geo.codes import IndustryList
from geo.importer.aliases import normalise, usual_words, words
from geo.importer.amounts import amount_reader, whole_reader
from geo.importer.dates import parse_date
from geo.importer.identifiers import industry_reader, read_identifier, read_uscc
from geo.importer.model import Cell
from geo.importer.numbers import parse_degrees
from geo.importer.reading import (
    LARGEST,
    NOTHING,
    Problem,
    Reader,
    Reading,
    cell_text,
    is_missing,
    tidy,
)
from geo.model import FieldSpec, Kind

_INDUSTRIES = ("industry_code", "industry_codes", "permitted_industries")
_LISTS = ("functions", "sum_of", "share_of")
_DATE_TEXTS = ("as_of", "period", "opened", "page_date")
_IDENTIFIERS = ("adcode", "cadastral_code", "number", "contact_phone", "land_use_code")
_IDENTIFIER_ENDS = ("_id", "_no")
_LIST_MARKS = re.compile(r"[;；、，,/|\n]")
_YES = ("是", "有", "√", "✓", "✔", "☑", "■", "对", "已", "y", "yes", "true", "t", "1", "真")
_NO = (
    "否",
    "无",
    "没有",
    "×",
    "✗",
    "✘",
    "x",
    "未",
    "不",
    "不是",
    "错",
    "n",
    "no",
    "false",
    "f",
    "0",
    "假",
)
_BOOLS = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}


def reader_for(
    spec: FieldSpec, kind: Kind, *, unit: str | None, industries: IndustryList
) -> Reader:
    """Return the reader of a field's cells; ``unit`` is that of a column of amounts.

    Apart from yes/no cells, where 无 is an answer, a missing value is ``None``.
    """
    if spec.dtype == "bool":
        return _bool_reader(kind, spec.name)
    reader = _reader(spec, kind, unit, industries)
    return lambda cell: NOTHING if is_missing(cell) else reader(cell)


def _reader(spec: FieldSpec, kind: Kind, unit: str | None, industries: IndustryList) -> Reader:
    if spec.name in ("lon", "lat"):
        return _read_coordinate
    if spec.dtype == "float":
        return amount_reader(spec, unit=unit)
    if spec.dtype == "int":
        return _read_year if spec.name.endswith("_year") else whole_reader(spec)
    if spec.dtype == "date":
        return _read_date
    if spec.values:
        return _value_reader(spec, kind)
    return _text_reader(spec, kind, industries)


def _text_reader(spec: FieldSpec, kind: Kind, industries: IndustryList) -> Reader:
    if spec.name == "uscc":
        return read_uscc
    if spec.name in _INDUSTRIES:
        return industry_reader(industries, many=spec.many)
    if spec.name in _DATE_TEXTS:
        return _read_date_text
    if spec.name in _LISTS:
        return _read_list
    named = spec.name in (kind.key, *_IDENTIFIERS) or spec.name.endswith(_IDENTIFIER_ENDS)
    return read_identifier if named else _read_text


def _read_text(cell: Cell) -> Reading:
    return Reading(tidy(cell_text(cell)) or None)


def _read_list(cell: Cell) -> Reading:
    parts = [tidy(part) for part in _LIST_MARKS.split(cell_text(cell))]
    return Reading(";".join(filter(None, parts)) or None)


def _read_date(cell: Cell) -> Reading:
    found = parse_date(cell)
    return Reading(found.iso) if found.iso else Reading(problem=Problem(found.problem or "DATE"))


def _read_date_text(cell: Cell) -> Reading:
    """Return a date in a field that also holds other texts, such as ``2007 或 2008``."""
    return Reading(parse_date(cell).iso or tidy(cell_text(cell)) or None)


def _read_year(cell: Cell) -> Reading:
    found = parse_date(cell)
    if found.iso is None:
        return Reading(problem=Problem(found.problem or "DATE"))
    return Reading(int(found.iso[:4]))


def _read_coordinate(cell: Cell) -> Reading:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return Reading(problem=Problem("COORDINATE"))
    text = unicodedata.normalize("NFKC", cell_text(cell)).replace(",", "")
    try:
        number = float(text) if text.isascii() and "_" not in text else None
    except ValueError:
        number = None
    if number is None:
        number = parse_degrees(cell_text(cell))
    if number is None or not abs(number) <= LARGEST:
        return Reading(problem=Problem("COORDINATE"))
    return Reading(number)


def _value_reader(spec: FieldSpec, kind: Kind) -> Reader:
    own = {normalise(value): value for value in spec.values}
    known: Mapping[str, str] = {**words(kind, spec.name), **own}
    expected = "、".join(usual_words(kind, spec.name) or spec.values)
    problem = Problem("ALLOWED", {"expected": expected})

    def read(cell: Cell) -> Reading:
        text = unicodedata.normalize("NFKC", cell_text(cell))
        for form in (text, re.sub(r"[(\[【].*$", "", text, flags=re.DOTALL)):
            if normalise(form) in known:
                return Reading(known[normalise(form)])
        return Reading(problem=problem)

    return read


def _bool_reader(kind: Kind, field: str) -> Reader:
    own = {word: value == "true" for word, value in words(kind, field).items()}

    def read(cell: Cell) -> Reading:
        text = tidy(unicodedata.normalize("NFKC", cell_text(cell))).casefold()
        if normalise(text) in own:
            return Reading(own[normalise(text)])
        if text in _BOOLS:
            return Reading(_BOOLS[text])
        return NOTHING if is_missing(cell) else Reading(problem=Problem("BOOL"))

    return read
