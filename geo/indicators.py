"""Read ``indicators.toml``: thresholds of indicators by industry, and how firms are ranked.

The file is optional: without it figures are shown but held against the plan alone, and no
firm is ranked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from geo.chains import Industry
from geo.errors import CatalogError
from geo.faults import validation_faults
from geo.model import FORMAT, MU_PER_HECTARE, Text

FILE = "indicators.toml"

Indicator = Literal[
    "far",
    "building_coefficient",
    "green_ratio",
    "office_ratio",
    "invest_planned",
    "invest_in_place",
    "output",
    "tax",
    "energy",
]
INDICATORS: tuple[Indicator, ...] = get_args(Indicator)
"""容积率, 建筑系数, 绿地率, 行政办公及生活服务用地比例, 投资强度 (planned, in place), 土地产出,
亩均税收, 单位产值能耗, in the order in which they are shown."""

Unit = Literal["ratio", "wan_per_mu", "wan_per_ha", "tce_per_wan"]
UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(INDICATORS[:4], "ratio"),
    **dict.fromkeys(INDICATORS[4:8], "wan_per_mu"),
    "energy": "tce_per_wan",
}
"""The unit in which each indicator is reckoned; amounts of land may also be given per hectare."""

Share = Annotated[float, Field(gt=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Sourced(_Strict):
    """Where numbers come from, and whether somebody compared them with it."""

    source: Text
    as_of: str
    verified: bool


class Threshold(_Sourced):
    """What an indicator must reach, or must not exceed, in some industries."""

    indicator: Indicator
    industries: tuple[Industry, ...] = Field(min_length=1)
    least: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    most: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    unit: Unit

    @model_validator(mode="after")
    def _sound(self) -> Threshold:
        units = {UNITS[self.indicator]}
        if "wan_per_mu" in units:
            units.add("wan_per_ha")
        if self.unit not in units:
            raise PydanticCustomError("config.unit", "unit", {"units": ", ".join(sorted(units))})
        if self.least is None and self.most is None:
            raise PydanticCustomError("config.bound", "bound")
        return self

    def bounds(self) -> tuple[float | None, float | None]:
        """Return least and most in the unit of the indicator."""
        factor = 1 / MU_PER_HECTARE if self.unit == "wan_per_ha" else 1
        low, high = self.least, self.most
        return (
            None if low is None else low * factor,
            None if high is None else high * factor,
        )


class Weight(_Strict):
    """What one indicator counts in the ranking, and whether more or less of it is better."""

    indicator: Indicator
    points: float = Field(gt=0, allow_inf_nan=False)
    better: Literal["more", "less"]


class Classes(_Strict):
    """Shares of the ranked firms, the best first, up to the end of each class; the rest is D."""

    A: Share
    B: Share
    C: Share


class Ranking(_Sourced):
    """How firms are put into the classes A to D (亩均论英雄)."""

    industries: tuple[Industry, ...] = Field(min_length=1)
    least_firms: int = Field(ge=2)
    most_credit: float = Field(ge=1, allow_inf_nan=False)
    weights: tuple[Weight, ...] = Field(min_length=1)
    classes: Classes

    @model_validator(mode="after")
    def _sound(self) -> Ranking:
        names = [weight.indicator for weight in self.weights]
        if len(set(names)) < len(names):
            raise PydanticCustomError("config.weights", "weights")
        if not self.classes.A <= self.classes.B <= self.classes.C:
            raise PydanticCustomError("config.classes", "classes")
        return self


class Indicators(_Strict):
    """``indicators.toml``: thresholds, and the ranking if there is one."""

    format: Literal[1] = 1
    thresholds: tuple[Threshold, ...] = ()
    ranking: Ranking | None = None

    @model_validator(mode="after")
    def _once(self) -> Indicators:
        seen = [(t.indicator, code) for t in self.thresholds for code in t.industries]
        twice = sorted({f"{name} {code}" for name, code in seen if seen.count((name, code)) > 1})
        if twice:
            raise PydanticCustomError("config.threshold", "twice", {"names": ", ".join(twice)})
        return self


def read_indicators(data_dir: Path) -> Indicators:
    """Return the thresholds and the ranking of a data directory, none of them without a file.

    Raises
    ------
    CatalogError
        ``INDICATORS_UNREADABLE`` (with the parser's reason), ``FORMAT_NEWER``, or
        ``INDICATORS_INVALID`` with ``faults`` by language, every one at once.
    """
    raw = _read_toml(data_dir / FILE)
    found = raw.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise CatalogError("FORMAT_NEWER", found=found, known=FORMAT)
    try:
        return Indicators.model_validate(raw)
    except ValidationError as error:
        raise CatalogError("INDICATORS_INVALID", faults=validation_faults(error)) from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CatalogError("INDICATORS_UNREADABLE", reason=error.strerror) from error
    except (ValueError, RecursionError) as error:  # TOML syntax and text that is not UTF-8
        raise CatalogError("INDICATORS_UNREADABLE", reason=str(error)) from error
