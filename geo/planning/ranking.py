"""The classes A to D of firms (亩均论英雄), with the weights that make them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.planning.documents import fixed, read_table, text_of, texts_of
from geo.query import Snapshot
from geo.wording import Wording

_PERCENT = 100


def describe_ranking(shown: Snapshot, w: Wording) -> dict[str, Any]:
    """Return the rule with its weights, the ranked firms in groups, and who is not ranked.

    Raises
    ------
    NotFound
        ``PLAN_TABLES_MISSING``.
    """
    document = read_table(shown, "indicators")
    ranking = document["ranking"]
    rule = ranking["rule"]
    names = {firm["key"]: w.pick(firm["name"]) for firm in document["firms"]}
    groups = ranking["groups"]
    return {
        "because": text_of(ranking["because"], w),
        "rule": _rule(rule, groups, document, w) if rule else None,
        "groups": [_group(group, rule, names, w) for group in groups] if rule else [],
        "unranked": _unranked(ranking["unranked"], names, w),
    }


def _rule(
    rule: Mapping[str, Any],
    groups: Iterable[Mapping[str, Any]],
    document: Mapping[str, Any],
    w: Wording,
) -> dict[str, Any]:
    return {
        "source": w.pick(rule["source"]),
        "as_of": rule["as_of"],
        "to_check": not rule["verified"],
        "industries": w.enumerate(list(rule["industries"])),
        "least_firms": rule["least_firms"],
        "most_credit": w.number(rule["most_credit"]),
        "classes": _classes(rule["classes"], w),
        "weights": [_weight(one, groups, document, w) for one in rule["weights"]],
    }


def _classes(classes: Mapping[str, float], w: Wording) -> list[dict[str, str]]:
    """Return the classes, each with how much of all firms may have more points."""
    told = [
        {"name": name, "text": w.t("plan.class_below", share=w.number(share * _PERCENT))}
        for name, share in classes.items()
    ]
    return [*told, {"name": "D", "text": w.t("plan.class_rest")}]


def _weight(
    one: Mapping[str, Any],
    groups: Iterable[Mapping[str, Any]],
    document: Mapping[str, Any],
    w: Wording,
) -> dict[str, Any]:
    name = one["indicator"]
    indicator = document["indicators"][name]
    return {
        "name": text_of(indicator["name"], w),
        "unit": text_of(indicator["unit"], w),
        "points": w.number(one["points"]),
        "better": w.word("plan_better", one["better"]),
        "benchmarks": [w.number(group["benchmarks"].get(name), 3) for group in groups],
    }


def _group(
    group: Mapping[str, Any], rule: Mapping[str, Any], names: Mapping[str, str], w: Wording
) -> dict[str, Any]:
    weighted = [one["indicator"] for one in rule["weights"]]
    order = places([firm["points"] for firm in group["firms"]])
    return {
        "group": group["group"],
        "name": text_of(group["name"], w),
        "because": text_of(group["because"], w),
        "firms": [
            {
                "place": place,
                "key": firm["key"],
                "name": names.get(firm["key"], ""),
                "letter": firm["class"],
                "points": fixed(firm["points"]),
                "parts": [fixed(firm["parts"][name]) for name in weighted],
            }
            for place, firm in zip(order, group["firms"], strict=True)
        ],
    }


def places(points: Sequence[float]) -> list[int]:
    """Return the places of points that fall; equal points share one.

    >>> places([9.0, 7.0, 7.0, 1.0])
    [1, 2, 2, 4]
    """
    found: list[int] = []
    for number, one in enumerate(points):
        is_equal = number > 0 and one == points[number - 1]
        found.append(found[-1] if is_equal else number + 1)
    return found


def _unranked(
    firms: Iterable[Mapping[str, Any]], names: Mapping[str, str], w: Wording
) -> list[dict[str, Any]]:
    """Return the firms that are not ranked, by their reasons, the most frequent first."""
    found: dict[tuple[str, ...], list[str]] = {}
    for firm in firms:
        name = names.get(firm["key"], "")
        found.setdefault(tuple(firm["because"]), []).append(f"{firm['key']} {name}".strip())
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"because": texts_of(reasons, w), "firms": listed} for reasons, listed in ordered]
