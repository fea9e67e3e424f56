"""FILE_UNREADABLE, CRS_UNKNOWN, CATALOG_INVALID: files that could not be read at all."""

from __future__ import annotations

from collections.abc import Mapping

from geo.errors import GeoError
from geo.i18n import LANGUAGES, both
from geo.model import Finding
from geo.rules.config import RulesConfig
from geo.rules.finding import clean, make_finding, phrase

_CRS_CODES = ("CRS_UNKNOWN", "DATUM_REFUSED")
_CATALOG_CODES = (
    "CATALOG_MISSING",
    "CATALOG_UNREADABLE",
    "CATALOG_INVALID",
    "FORMAT_NEWER",
    "RULES_MISSING",
    "RULES_UNREADABLE",
    "RULES_INVALID",
    "CHAINS_UNREADABLE",
    "CHAINS_INVALID",
    "INDICATORS_UNREADABLE",
    "INDICATORS_INVALID",
    "STORY_UNREADABLE",
    "STORY_INVALID",
)
_LONGEST_LIST = 4000
_LONGEST_FILES = 400


def unreadable(error: GeoError, layer: str, config: RulesConfig) -> Finding:
    """Return the Finding for a file that could not be read.

    ``layer`` is the name of the catalogue entry, or ``catalog``, ``rules``, ``chains``,
    ``indicators`` or ``story`` for the file ``.toml`` of that name.
    """
    problem = _problem(error, layer)
    # All files at fault are named, so they are not cut like a single value.
    file = clean(error.params.get("file", ""), longest=_LONGEST_FILES)
    return make_finding(
        config,
        _rule_of(error.code),
        layer,
        feature=(),
        detail=f"{error.code} {error.params.get('reason', '')}",
        params={"layer": layer, "file": dict.fromkeys(LANGUAGES, file), "problem": problem},
    )


def _rule_of(code: str) -> str:
    if code in _CRS_CODES:
        return "CRS_UNKNOWN"
    return "CATALOG_INVALID" if code in _CATALOG_CODES else "FILE_UNREADABLE"


def _problem(error: GeoError, layer: str) -> Mapping[str, str]:
    params = {name: value for name, value in error.params.items() if name != "entry"}
    if error.code == "FILE_UNREADABLE":
        return phrase(f"reason.{params.pop('reason')}", entry=layer, **params)
    if error.code in _CATALOG_CODES:
        # A list of all faults is the answer here, so it is not cut like a single value.
        whole = {name: _whole(value) for name, value in params.items()}
        return both(f"error.{error.code}", **whole)
    return phrase(f"reason.{error.code}", entry=layer, **params)


def _whole(value: object) -> str | dict[str, str]:
    if isinstance(value, Mapping):
        return {lang: clean(text, longest=_LONGEST_LIST) for lang, text in value.items()}
    return clean(value, longest=_LONGEST_LIST)
