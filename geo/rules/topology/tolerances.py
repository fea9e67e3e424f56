"""What the audit takes for a fault, from ``rules.toml``."""

from __future__ import annotations

from dataclasses import dataclass

from geo.rules.config import RulesConfig

PRECISION_M = 0.02
"""What is thinner is how coordinates were written: with seven decimals of a degree, a corner
may lie 7 mm beside its place, and the side that it stands on as much to the other hand."""

_MOST = 1_000_000


@dataclass(frozen=True)
class Tolerances:
    """Least areas in square metres and widths in metres; what a directory leaves out is ours."""

    overlap_m2: float
    overlap_width_m: float
    gap_m2: float
    gap_width_m: float
    strip_width_m: float
    sliver_width_m: float
    spill_m2: float
    spill_width_m: float


def tolerances(config: RulesConfig) -> Tolerances:
    """Return the tolerances of a data directory."""

    def threshold(rule: str, name: str, default: float) -> float:
        settings = config.rule(rule)
        return settings.threshold(name) if settings.has_threshold(name, _MOST) else default

    return Tolerances(
        overlap_m2=threshold("PARCEL_OVERLAP", "min_area_m2", 0.5),
        overlap_width_m=threshold("PARCEL_OVERLAP", "min_width_m", 0.05),
        gap_m2=threshold("PARCEL_GAP", "min_area_m2", 0.5),
        gap_width_m=threshold("PARCEL_GAP", "min_width_m", 0.05),
        strip_width_m=threshold("PARCEL_GAP", "strip_width_m", 1.0),
        sliver_width_m=threshold("PARCEL_SLIVER", "min_width_m", 2.0),
        spill_m2=threshold("PARCEL_OUTSIDE_PARK", "min_area_m2", 0.5),
        spill_width_m=threshold("PARCEL_OUTSIDE_PARK", "min_width_m", 0.05),
    )
