"""Checks of the data: frames in, Findings out, one module per family.

Everything that is wrong is collected; nothing stops at the first fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from geo.codes import Codes
from geo.model import Catalog, Finding
from geo.rules import (
    allocation,
    areas,
    boundaries,
    columns,
    dates,
    figures,
    geometry,
    idle,
    keys,
    register,
    site,
    topology,
    utilities,
)
from geo.rules import codes as code_rules
from geo.rules import indicators as indicator_rules
from geo.rules import values as value_rules
from geo.rules.chains import check_chains
from geo.rules.config import RulesConfig, load_config
from geo.rules.files import unreadable
from geo.rules.finding import Context
from geo.rules.story import check_story

__all__ = [
    "RulesConfig",
    "check_chains",
    "check_frames",
    "check_story",
    "load_config",
    "unreadable",
]

_FAMILIES = (
    columns,
    keys,
    geometry,
    topology,
    boundaries,
    areas,
    indicator_rules,
    code_rules,
    value_rules,
    utilities,
    dates,
    figures,
    site,
    register,
    allocation,
    idle,
)
_SEVERITIES = ("error", "warning", "info")


def check_frames(
    frames: Mapping[str, pd.DataFrame],
    catalog: Catalog,
    codes: Codes,
    config: RulesConfig,
    as_of: date,
) -> list[Finding]:
    """Return every fault of the frames that could be read, the gravest first.

    Within a severity the order is that of the catalogue's layers, then rule, feature and
    identifier, so that equal data gives an equal list. ``as_of`` is the day to which ages
    are reckoned.
    """
    context = Context(frames, catalog, codes, config, as_of)
    place = {name: number for number, name in enumerate(catalog.entries())}
    findings = [finding for family in _FAMILIES for finding in family.check(context)]
    return sorted(
        findings,
        key=lambda f: (
            _SEVERITIES.index(f.severity),
            place.get(f.layer, -1),
            f.rule,
            f.feature,
            f.id,
        ),
    )
