"""What county registers call the fields and their values: ``aliases.toml`` and ``words.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from geo.model import Kind

X, Y = "x", "y"
"""Names for a coordinate column of which only the numbers tell the direction."""

LAND_USE_NAME = "land_use_name"
"""Taken in beside ``land_use_code``, to tell the standard of the codes; never stored."""

_HERE = Path(__file__).parent
_NOT_A_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Alias:
    """A field that a heading may mean; a lower ``rank`` is a commoner name for it."""

    field: str
    rank: int


def normalise(text: str) -> str:
    """Return what two spellings of one heading share: no width, case, spaces, punctuation.

    >>> normalise("＊ 企业名称："), normalise("parcel_ID")
    ('企业名称', 'parcelid')
    """
    return _NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


@cache
def fields_of(kind: Kind) -> tuple[str, ...]:
    """Return the fields that a column may be taken for, in the order of the kind."""
    own = tuple(spec.name for spec in kind.all_fields)
    extra = (LAND_USE_NAME,) if LAND_USE_NAME in _aliases().get(kind.name, {}) else ()
    place = ("lon", "lat") if kind.is_layer else ()
    return tuple(dict.fromkeys((*own, *extra, *place)))


@cache
def exact_names(kind: Kind) -> Mapping[str, str]:
    """Return the fields of a kind by their normalised name."""
    return {normalise(name): name for name in fields_of(kind)}


@cache
def alias_index(kind: Kind) -> Mapping[str, Alias]:
    """Return the fields of a kind by normalised alias; the kind's own win over common ones."""
    sections = ["all", *(["layers"] if kind.is_layer else []), kind.name]
    index: dict[str, Alias] = {}
    for section in sections:
        for field, headings in _aliases().get(section, {}).items():
            for rank, heading in enumerate(headings):
                index[normalise(heading)] = Alias(field, rank)
    return index


@cache
def noise() -> frozenset[str]:
    """Return the normalised headings of columns that no register means as data."""
    return frozenset(normalise(heading) for heading in _aliases()["noise"]["headings"])


@cache
def words(kind: Kind, field: str) -> Mapping[str, str]:
    """Return the values of an enumerated or yes/no field by their normalised words."""
    section = _words().get(f"{kind.name}.{field}") or _words().get(field) or {}
    return {normalise(word): value for value, given in section.items() for word in given}


@cache
def usual_words(kind: Kind, field: str) -> tuple[str, ...]:
    """Return the usual Chinese word of each value of a field, in the order of its values."""
    section = _words().get(f"{kind.name}.{field}") or _words().get(field) or {}
    return tuple(given[0] for given in section.values())


@cache
def _aliases() -> Mapping[str, Mapping[str, list[str]]]:
    return _read("aliases.toml")


@cache
def _words() -> Mapping[str, Mapping[str, list[str]]]:
    return _read("words.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
