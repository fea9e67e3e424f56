"""Firms in the classes A to D by what they make of their land (亩均论英雄).

Only firms of which every weighted figure is known are ranked, samples among samples and real
firms among real ones: what is made up must not decide a real firm's class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geo.codes import IndustryList
from geo.indicators import Ranking, Weight

NO_RULES = "plan_because.no_ranking"
TOO_FEW = "plan_because.too_few_firms"
OTHER_INDUSTRY = "plan_because.industry_not_ranked"
NO_INDUSTRY = "plan_because.industry_unknown"
ZERO = "plan_because.nothing_to_divide_by"

_GROUPS = {"real": "plan_ranked.real", "sample": "plan_ranked.sample"}
_PLACES = 2


def rank_firms(
    firms: Sequence[Mapping[str, Any]], ranking: Ranking | None, industry: IndustryList
) -> dict[str, Any]:
    """Return the classes of the firms, as JSON values.

    Parameters
    ----------
    firms
        Firms as :func:`geo.analyse.indicators.describe_indicators` lists them.
    ranking
        Weights, classes and for which industries; without it nobody is ranked.
    industry
        The list that says which industry covers which.

    Returns
    -------
    dict
        ``rule`` and ``because``; ``groups`` of real and of sample firms, each with ``name``,
        ``because`` (if nobody is ranked), ``benchmarks`` and ``firms`` with ``points``,
        ``class`` and ``parts``, the best first; ``unranked`` firms with the reasons.
    """
    if ranking is None:
        return {"rule": None, "because": NO_RULES, "groups": [], "unranked": []}
    reasons = {firm["key"]: _hindrances(firm, ranking, industry) for firm in firms}
    groups = []
    for group, name in _GROUPS.items():
        fit = [f for f in firms if not reasons[f["key"]] and _group_of(f) == group]
        groups.append({"group": group, "name": name} | _rank(fit, ranking))
    return {
        "rule": ranking.model_dump(mode="json"),
        "because": None,
        "groups": groups,
        "unranked": [{"key": key, "because": why} for key, why in reasons.items() if why],
    }


def _group_of(firm: Mapping[str, Any]) -> str:
    return "sample" if firm["nature"] == "sample" else "real"


def _hindrances(firm: Mapping[str, Any], ranking: Ranking, industry: IndustryList) -> list[str]:
    """Return why a firm cannot be ranked; empty if it can."""
    code = firm["industry"]
    if code is None:
        return [NO_INDUSTRY]
    if not any(industry.covers(broad, code) for broad in ranking.industries):
        return [OTHER_INDUSTRY]
    wanted = [weight.indicator for weight in ranking.weights]
    why = [firm["missing"][name] for name in wanted if name in firm["missing"]]
    # Less is better: the points are benchmark over figure, which a figure of nought has not.
    if any(w.better == "less" and firm["values"].get(w.indicator) == 0 for w in ranking.weights):
        why.append(ZERO)
    return list(dict.fromkeys(why))


def _rank(firms: Sequence[Mapping[str, Any]], ranking: Ranking) -> dict[str, Any]:
    if len(firms) < ranking.least_firms:
        return {"because": TOO_FEW, "benchmarks": {}, "firms": []}
    means: dict[str, float] = {w.indicator: _mean(firms, w.indicator) for w in ranking.weights}
    parts = {
        firm["key"]: {w.indicator: _points(firm, w, means, ranking) for w in ranking.weights}
        for firm in firms
    }
    points = {key: round(sum(of_firm.values()), _PLACES) for key, of_firm in parts.items()}
    order = sorted(points, key=lambda key: (-points[key], key))
    # Equal points, equal class: what counts is the first place with these points.
    places = {points[key]: place for place, key in reversed(list(enumerate(order)))}
    return {
        "because": None,
        "benchmarks": {name: round(mean, 4) for name, mean in means.items()},
        "firms": [
            {
                "key": key,
                "points": points[key],
                "class": _class_of(places[points[key]] / len(order), ranking),
                "parts": {name: round(value, _PLACES) for name, value in parts[key].items()},
            }
            for key in order
        ],
    }


def _mean(firms: Sequence[Mapping[str, Any]], name: str) -> float:
    """Return the figure of all firms together: by land, energy by output."""
    weights = [_weight_of(firm, name) for firm in firms]
    whole = sum(weights)
    over = sum(firm["values"][name] * w for firm, w in zip(firms, weights, strict=True))
    return float(over / whole) if whole else 0.0


def _weight_of(firm: Mapping[str, Any], name: str) -> float:
    area = firm["area"]["mu"] if firm["area"] else 0.0
    return area * firm["values"].get("output", 0.0) if name == "energy" else area


def _points(
    firm: Mapping[str, Any], weight: Weight, means: Mapping[str, float], ranking: Ranking
) -> float:
    value, mean = firm["values"][weight.indicator], means[weight.indicator]
    over, under = (value, mean) if weight.better == "more" else (mean, value)
    return float(weight.points * min(over / under, ranking.most_credit)) if under else 0.0


def _class_of(better: float, ranking: Ranking) -> str:
    """Return the class of a firm, by the share of the firms that are better."""
    bounds = ranking.classes
    named = (("A", bounds.A), ("B", bounds.B), ("C", bounds.C))
    return next((name for name, bound in named if better < bound), "D")
