"""The sheet of the classes A to D (亩均论英雄), as they were published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geo.export.planning import notes_of, text_of
from geo.export.records import both_lines
from geo.export.sheets import Column, Sheet, Value
from geo.i18n import LANGUAGES, both, message
from geo.planning.ranking import places

_WIDTHS = {"group": 12, "place": 9, "key": 18, "name": 26, "class": 9, "points": 12}
_PART_WIDTH = 16
_REASON_WIDTH = 50
_POINTS = "0.00"
_BETWEEN = {"zh": "、", "en": ", "}


def ranking_sheet(document: Mapping[str, Any], notice: Mapping[str, str]) -> Sheet:
    """Return 亩均评价: the ranked firms, real ones and samples apart, then who is not ranked.

    Weights, benchmarks and where they are from stand above it.
    """
    ranking = document["ranking"]
    weights = [one["indicator"] for one in ranking["rule"]["weights"]] if ranking["rule"] else []
    columns = [
        *(
            Column(
                both_lines(f"report.ranking_{name}"), width, _POINTS if name == "points" else "0"
            )
            for name, width in _WIDTHS.items()
        ),
        *(Column(_part_heading(document, name), _PART_WIDTH, _POINTS) for name in weights),
        Column(both_lines("report.ranking_because"), _REASON_WIDTH),
    ]
    rows = [*_ranked(document, weights), *_unranked(document, weights)]
    title = message("report.sheet_ranking", "zh")
    head = {lang: f"{_rule(document, lang)} {notice[lang]}" for lang in LANGUAGES}
    return Sheet(title, notes_of({"notes": []}, head), columns, rows, fixed=4)


def _part_heading(document: Mapping[str, Any], name: str) -> str:
    key = document["indicators"][name]["name"]
    texts = both("report.ranking_part", name={lang: text_of(key, lang) for lang in LANGUAGES})
    return "\n".join(texts[lang] for lang in LANGUAGES)


def _rule(document: Mapping[str, Any], lang: str) -> str:
    """Return weights and benchmarks with their source, or why there is no ranking."""
    ranking = document["ranking"]
    rule = ranking["rule"]
    if rule is None:
        return text_of(ranking["because"], lang)
    weights = _BETWEEN[lang].join(
        f"{text_of(document['indicators'][one['indicator']]['name'], lang)} {one['points']:g}"
        for one in rule["weights"]
    )
    check = "" if rule["verified"] else message("report.to_check", lang)
    said = message(
        "report.ranking_rule",
        lang,
        weights=weights,
        source=rule["source"][lang],
        as_of=rule["as_of"],
        check=check,
    )
    return " ".join([said, *_benchmarks(document, lang)])


def _benchmarks(document: Mapping[str, Any], lang: str) -> Iterator[str]:
    for group in document["ranking"]["groups"]:
        means = _BETWEEN[lang].join(
            f"{text_of(document['indicators'][name]['name'], lang)} {mean:g}"
            for name, mean in group["benchmarks"].items()
        )
        said = means or text_of(group["because"], lang)
        yield message(
            "report.ranking_benchmarks", lang, group=text_of(group["name"], lang), means=said
        )


def _ranked(document: Mapping[str, Any], weights: list[str]) -> Iterator[list[Value]]:
    names = _names(document)
    for group in document["ranking"]["groups"]:
        firms = group["firms"]
        for place, firm in zip(places([one["points"] for one in firms]), firms, strict=True):
            yield [
                text_of(group["name"]),
                place,
                firm["key"],
                names.get(firm["key"]),
                firm["class"],
                firm["points"],
                *(firm["parts"][name] for name in weights),
                None,
            ]


def _unranked(document: Mapping[str, Any], weights: list[str]) -> Iterator[list[Value]]:
    names, label = _names(document), message("report.ranking_unranked", "zh")
    for firm in document["ranking"]["unranked"]:
        because = "；".join(text_of(key) for key in firm["because"])
        name = names.get(firm["key"])
        yield [label, None, firm["key"], name, None, None, *(None for _ in weights), because]


def _names(document: Mapping[str, Any]) -> dict[str, str | None]:
    return {firm["key"]: (firm["name"] or {}).get("zh") for firm in document["firms"]}
