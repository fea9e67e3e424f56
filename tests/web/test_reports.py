"""What the pages say of a report: labels for all that can occur, numbers, the careful choice."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from geo.importer.sniff import FORMATS
from geo.model import KINDS
from geo.settings import BUNDLED_LAYERS
from geo.times import shown_time
from geo.web import reports

RULES = tomllib.loads((BUNDLED_LAYERS / "rules.toml").read_text(encoding="utf-8"))["rules"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_field_rule_and_format_has_a_name(lang: str) -> None:
    fields = {spec.name for kind in KINDS.values() for spec in kind.all_fields}
    assert [name for name in sorted(fields) if reports.field_label(name, lang) == name] == []
    assert [rule for rule in RULES if reports.rule_label(rule, lang) == rule] == []
    for name in FORMATS:
        report = {"understood": {**understood(), "format": name}}
        assert reports.describe_facts(report, lang)[0]["value"] != name


def understood(**changes: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("encoding", "sheet", "codes", "datum", "crs", "confidence"))
    return {"format": "csv", "northing_first": None, "why": None, **nothing, **changes}


def test_coordinates_are_told_with_order_certainty_and_reason() -> None:
    found = understood(
        datum="cgcs2000", crs="EPSG:4514", northing_first=True, confidence=0.875, why={"zh": "因为"}
    )
    fact = reports.describe_facts({"understood": found}, "zh")[-1]
    assert fact["value"] == "CGCS2000（国家 2000）、EPSG:4514、先北后东、把握 88%"
    assert fact["why"] == "因为"


def test_times_are_those_of_the_county() -> None:
    assert shown_time("2026-11-22T17:30:00+00:00") == "2026-11-23 01:30"


def test_a_summary_leaves_out_what_is_nought() -> None:
    rows = {"new": 1200, "changed": 0, "unchanged": 3, "gone": 1}
    assert reports.summarise(rows, "en") == "New 1,200, Unchanged 3, Removed 1"
    assert reports.summarise({}, "zh") == ""


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("stage", "operating", "投产"),
        ("stage", "unheard", "unheard"),
        ("invest_planned_wan", 12000.0, "12,000"),
        ("invest_planned_wan", 0.5, "0.5"),
        ("lon", 80.8, "80.800000"),
        ("landed_year", 2020, "2020"),
        ("publish_name", False, "否"),
        ("publish_name", None, "空"),
        ("product", "", "空"),
        ("product", "{x}", "{x}"),
    ],
)
def test_a_value_reads_as_people_write_it(field: str, value: object, shown: str) -> None:
    change = {
        "kind": "new", "key": "E-1", "title": "", "row": 1, "geometry": None,
        "fields": [{"field": field, "before": None, "after": value}],
    }  # fmt: skip
    (described,) = reports.describe_changes([change], KINDS["enterprises"], "zh")
    assert described["fields"][0]["after"] == shown
    assert described["title"] == "E-1"


def report(**changes: Any) -> dict[str, Any]:
    rows = {"new": 3, "changed": 0, "unchanged": 0, "gone": 0, "faulty": 2}
    return {"rows": rows, "questions": [], "can": {"all": True, "good": True}, **changes}


@pytest.mark.parametrize(
    ("can", "primary"),
    [
        ({"all": True, "good": True}, "good"),
        ({"all": False, "good": True}, "good"),
        ({"all": True, "good": False}, "all"),
        ({"all": False, "good": False}, None),
    ],
)
def test_with_faults_the_good_rows_are_the_careful_choice(
    can: dict[str, bool], primary: str | None
) -> None:
    choices = reports.describe_choices(report(can=can), "zh")
    assert [c["allowed"] for c in choices] == list(can.values())
    assert next((c["rows"] for c in choices if c["primary"]), None) == primary


def test_an_open_question_forbids_every_choice() -> None:
    choices = reports.describe_choices(report(questions=[{"id": "datum"}]), "en")
    assert not any(choice["allowed"] for choice in choices)
    assert {choice["sentence"] for choice in choices} == {"Please answer the question above first."}


def test_the_unit_that_a_column_was_taken_for_can_be_kept() -> None:
    match = {
        "heading": "投资", "field": "invest_planned_wan", "how": "alias", "unit": "千万元",
        "suggestions": [],
    }  # fmt: skip
    (column,) = reports.describe_columns({"headings": [match]}, "zh")
    assert "千万元" in column["units"] and "万元" in column["units"]
