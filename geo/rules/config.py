"""``rules.toml``: the severity, the effect and the thresholds of every rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from geo.errors import DataError
from geo.faults import validation_faults
from geo.model import BLOCKING, Severity
from geo.settings import BUNDLED_LAYERS

FILE = "rules.toml"

THRESHOLDS = (("AREA_MISMATCH", "tolerance_share", 1), ("STALE", "months", 1200))
"""Numbers without which a rule cannot be computed, each with the largest that makes sense."""

_MOST = 1e6


class Rule(BaseModel):
    """How one rule is treated; every further key is a threshold or says where it is from."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    severity: Severity
    blocks: bool = False

    def has_threshold(self, name: str, most: float) -> bool:
        """Return whether the rule has that threshold as a number from nought to ``most``."""
        value = (self.model_extra or {}).get(name)
        return isinstance(value, int | float) and type(value) is not bool and 0 <= value <= most

    def threshold(self, name: str) -> float:
        """Return a threshold of the rule; ``KeyError`` if it has none."""
        return float((self.model_extra or {})[name])

    def limit(self, name: str, usual: float) -> float:
        """Return a threshold of the rule, the usual one where the file gives no number for it."""
        return self.threshold(name) if self.has_threshold(name, _MOST) else usual

    @property
    def is_verified(self) -> bool:
        """Whether somebody has held the thresholds against their source."""
        return (self.model_extra or {}).get("verified") is True


class Region(BaseModel):
    """Where the data must lie: ``bbox`` is minx, miny, maxx, maxy in degrees of WGS84."""

    model_config = ConfigDict(extra="allow", frozen=True)

    bbox: tuple[float, float, float, float]

    @field_validator("bbox")
    @classmethod
    def _ordered(cls, bbox: tuple[float, ...]) -> tuple[float, ...]:
        minx, miny, maxx, maxy = bbox
        if not (-180 <= minx < maxx <= 180 and -90 <= miny < maxy <= 90):
            raise PydanticCustomError("config.box", "bbox")
        return bbox


class RulesConfig(BaseModel):
    """The rules that a data directory asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = 1
    region: Region
    rules: Mapping[str, Rule]

    @field_validator("rules")
    @classmethod
    def _with_thresholds(cls, rules: Mapping[str, Rule]) -> Mapping[str, Rule]:
        missing = [
            f"{rule}.{name} (0 to {most})"
            for rule, name, most in THRESHOLDS
            if rule not in rules or not rules[rule].has_threshold(name, most)
        ]
        if missing:
            raise PydanticCustomError(
                "config.thresholds", "thresholds", {"missing": ", ".join(missing)}
            )
        return rules

    @field_validator("rules")
    @classmethod
    def _still_blocking(cls, rules: Mapping[str, Rule]) -> Mapping[str, Rule]:
        loose = [name for name in BLOCKING if name in rules and not rules[name].blocks]
        if loose:
            raise PydanticCustomError("config.blocks", "blocks", {"rules": ", ".join(loose)})
        return rules

    def rule(self, name: str) -> Rule:
        """Return how a rule is treated; as an error where no file names it."""
        return self.rules.get(name) or Rule(severity="error", blocks=name in BLOCKING)


def load_config(data_dir: Path) -> RulesConfig:
    """Return the rules of a data directory, and of the software what it does not name.

    A rule is taken as a whole, with its severity, effect and thresholds: a directory older than
    the rule treats it as the bundle does.

    Raises ``DataError`` RULES_MISSING, RULES_UNREADABLE (with the parser's reason) or
    RULES_INVALID (with ``faults`` by language, all at once).
    """
    try:
        raw, usual = _read(data_dir), _read(BUNDLED_LAYERS)
        own = raw.get("rules", {})
        # What is no table at all is left for the validation to tell.
        rules = {**usual["rules"], **own} if isinstance(own, dict) else own
        return RulesConfig.model_validate({**raw, "rules": rules})
    except FileNotFoundError as error:
        raise DataError("RULES_MISSING", file=FILE) from error
    except ValidationError as error:
        raise DataError("RULES_INVALID", file=FILE, faults=validation_faults(error)) from error
    except RecursionError as error:
        raise DataError("RULES_UNREADABLE", file=FILE, reason="nested too deeply") from error
    except OSError as error:
        raise DataError("RULES_UNREADABLE", file=FILE, reason=error.strerror) from error
    except ValueError as error:  # TOML syntax and text that is not UTF-8
        raise DataError("RULES_UNREADABLE", file=FILE, reason=str(error)) from error


def _read(data_dir: Path) -> dict[str, Any]:
    return tomllib.loads((data_dir / FILE).read_text(encoding="utf-8-sig"))
