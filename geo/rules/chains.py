"""INDUSTRY_UNKNOWN in ``chains.toml``: steps of a chain with an industry that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from geo.chains import Chains
from geo.codes import Codes
from geo.i18n import both
from geo.model import Finding
from geo.rules.config import RulesConfig
from geo.rules.finding import make_finding

LAYER = "chains"
"""What a finding about ``chains.toml`` names as its layer."""

_FIELD = "industries"


def check_chains(chains: Chains, codes: Codes, config: RulesConfig) -> list[Finding]:
    """Return the industries of the steps that GB/T 4754-2017 does not have.

    A step is named ``chain/step``, as the file calls them. The step is shown all the same:
    no firm and no plot is of an industry that does not exist.
    """
    return [
        _unknown(f"{chain.id}/{node.id}", code, config)
        for chain in chains.chains
        for node in chain.nodes
        for code in _unknown_codes(node.industries, codes)
    ]


def _unknown_codes(industries: tuple[str, ...], codes: Codes) -> Iterator[str]:
    return (code for code in dict.fromkeys(industries) if not codes.industry.known(code))


def _unknown(step: str, code: str, config: RulesConfig) -> Finding:
    params = {"layer": both("chains.title"), "feature": step, "field": _FIELD, "actual": code}
    return make_finding(
        config,
        "INDUSTRY_UNKNOWN",
        LAYER,
        feature=(step,),
        detail=f"{_FIELD} {code}",
        params=params,
        actual=code,
        field=_FIELD,
    )
