"""What is wrong with a configuration file: every fault at once, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from geo.i18n import LANGUAGES, both

_BETWEEN = {"zh": "；", "en": "; "}
_TYPES = {
    "missing": "config.missing",
    "extra_forbidden": "config.unknown_name",
    "string_type": "config.text",
    "string_pattern_mismatch": "config.characters",
    "bool_type": "config.bool",
    "bool_parsing": "config.bool",
    "int_type": "config.int",
    "int_parsing": "config.int",
    "int_from_float": "config.int",
    "float_type": "config.float",
    "float_parsing": "config.float",
    "finite_number": "config.float",
    "greater_than_equal": "config.least",
    "less_than_equal": "config.most",
    "literal_error": "config.one_of",
    "mapping_type": "config.section",
    "dict_type": "config.section",
    "model_type": "config.section",
    "tuple_type": "config.list",
    "too_short": "config.fewest",
    "too_long": "config.most_items",
}
"""Kinds of fault that pydantic tells apart and a data owner can make."""


def join_faults(faults: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return a list of faults as one text by language."""
    return {lang: _BETWEEN[lang].join(fault[lang] for fault in faults) for lang in LANGUAGES}


def fault(key: str, *, where: str, **params: object) -> dict[str, str]:
    """Return one fault by language, led by the place in the file."""
    return {lang: f"{where}: {text}" for lang, text in both(key, **params).items()}


def validation_faults(error: ValidationError) -> dict[str, str]:
    """Return every fault that validation found, as one text by language."""
    return join_faults([_fault_of(details) for details in error.errors()])


def explain(kind: str, /, **params: object) -> dict[str, str]:
    """Return the sentence for a kind of fault, by language, without the place.

    ``kind`` is pydantic's name, or the key of a text where a validator of our own raised it;
    ``reason`` among the parameters is what pydantic says of a kind that nobody foresaw.
    """
    key = kind if "." in kind else _TYPES.get(kind, "config.other")
    return both(key, **params)


def _fault_of(details: Any) -> dict[str, str]:
    where = ".".join(str(part) for part in details["loc"])
    said = explain(details["type"], **{"reason": details["msg"], **details.get("ctx", {})})
    return {lang: f"{where}: {text}" for lang, text in said.items()}
